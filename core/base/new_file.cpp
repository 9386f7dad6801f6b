#include "core/base/new_file.hpp"

#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace sweepbox {
namespace {

/// 0, or the system's number.
int write_all(const Descriptor& file, std::span<const std::byte> content) {
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t n = ::write(file.get(), content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : ENOSPC;
    done += static_cast<std::size_t>(n);
  }
  return 0;
}

}  // namespace

Result<std::string> write_new_file(const Descriptor& folder,
                                   const std::filesystem::path& path,
                                   std::span<const std::byte> content) {
  static std::atomic<unsigned> next = 0;
  constexpr int kTries = 1000;  // another process of this number may have been killed
  for (int i = 0; i < kTries; ++i) {
    std::string name = fmt::format(".sweepbox-{}-{}.part", ::getpid(), next++);
    const Descriptor file(::openat(
        folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file.valid() && errno == EEXIST) continue;
    if (!file.valid()) return system_failure(path, "a file that can be written", errno);
    if (const int number = write_all(file, content); number != 0) {
      ::unlinkat(folder.get(), name.c_str(), 0);
      return system_failure(path, "room to write", number);
    }
    return name;
  }
  return system_failure(path, "a file that can be written", EEXIST);
}

bool sync_file(const Descriptor& folder, const std::string& name) {
  const Descriptor file(
      ::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  return file.valid() && ::fsync(file.get()) == 0;
}

tl::unexpected<Error> system_failure(const std::filesystem::path& path, Text wanted, int number) {
  return fail(path.string(),
              {},
              std::move(wanted),
              std::strerror(number),
              "check the path, its rights and the disk");
}

}  // namespace sweepbox
