#include "core/base/open_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sweepbox {
namespace {

Text kind_of(mode_t mode) {
  if (S_ISREG(mode)) return "a file";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

tl::unexpected<Error> unreadable(const std::filesystem::path& path, int number) {
  return fail(path.string(),
              {},
              "a readable file",
              std::strerror(number),
              "check the path, its rights and the disk");
}

tl::unexpected<Error> no_file(const std::filesystem::path& path, mode_t mode) {
  return fail(path.string(), {}, "a regular file", kind_of(mode), "name a file");
}

}  // namespace

Result<OpenFile> OpenFile::open(const std::filesystem::path& path) {
  // NONBLOCK: a pipe by that name must not hold the program up. NOCTTY: nor may a terminal become
  // ours.
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));

  struct stat status {};

  if (!descriptor.valid()) {
    const int number = errno;  // a socket cannot be opened at all: it is named all the same
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
      return no_file(path, status.st_mode);
    return unreadable(path, number);
  }
  OpenFile file(std::move(descriptor));
  if (::fstat(file.descriptor(), &status) != 0) return unreadable(path, errno);
  if (!S_ISREG(status.st_mode)) return no_file(path, status.st_mode);
  file.size_ = static_cast<std::uint64_t>(status.st_size);
  file.changed_ns_ = static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                     static_cast<std::int64_t>(status.st_mtim.tv_nsec);
  return file;
}

std::optional<std::size_t> OpenFile::read(std::span<std::byte> to) const {
  std::size_t done = 0;
  while (done < to.size()) {
    const ssize_t n = ::read(descriptor(), to.data() + done, to.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;  // it shrank while being read: what is there is judged by its parser
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Text kind_at(const std::filesystem::path& path) {
  struct stat status {};

  return ::stat(path.c_str(), &status) == 0 ? kind_of(status.st_mode) : Text("nothing");
}

bool is_special(const std::filesystem::path& path) {
  struct stat status {};

  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace sweepbox
