#include "core/base/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "core/base/new_file.hpp"

namespace sweepbox {
namespace {

/// As many bytes as there are, up to `most`; the error is the system's number.
std::optional<std::size_t> read_some(int descriptor, char* to, std::size_t most) {
  std::size_t done = 0;
  while (done < most) {
    const ssize_t n = ::read(descriptor, to + done, most - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;  // it shrank while being read: what is there is judged by its parser
    done += static_cast<std::size_t>(n);
  }
  return done;
}

template <class Buffer>
Result<Buffer> read_whole(const fs::path& path, std::uint64_t most) {
  // NONBLOCK: a pipe by that name must not hold the program up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return system_failure(path, "a readable file", errno);

  struct stat status {};

  if (::fstat(file.get(), &status) != 0) return system_failure(path, "a readable file", errno);
  if (!S_ISREG(status.st_mode))
    return fail(path.string(), {}, "a regular file", "a folder or a device", "name a file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > most)
    return fail(path.string(),
                {},
                text("at most {} bytes", most),
                text("{} bytes", size),
                "check that this is the right file");
  Buffer content;
  content.resize(size);
  const auto done = read_some(file.get(), reinterpret_cast<char*>(content.data()), size);
  if (!done) return system_failure(path, "a readable file", errno);
  content.resize(*done);
  return content;
}

fs::path xdg(const char* variable, const char* below_home) {
  if (const char* value = std::getenv(variable); value && *value)
    return fs::path(value) / "sweepbox";
  const char* home = std::getenv("HOME");
  return fs::path(home && *home ? home : "/") / below_home / "sweepbox";
}

}  // namespace

Result<std::vector<std::byte>> read_bytes(const fs::path& path, std::uint64_t most) {
  return read_whole<std::vector<std::byte>>(path, most);
}

Result<std::string> read_text(const fs::path& path, std::uint64_t most) {
  return read_whole<std::string>(path, most);
}

std::string read_beginning(const fs::path& path, std::size_t most) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));

  struct stat status {};

  if (!file.valid() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  std::string begin(static_cast<std::size_t>(std::min(static_cast<std::uint64_t>(most),
                                                      static_cast<std::uint64_t>(status.st_size))),
                    '\0');
  begin.resize(read_some(file.get(), begin.data(), begin.size()).value_or(0));
  return begin;
}

Result<void> write_file(const fs::path& path, std::span<const std::byte> content) {
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return system_failure(path, "a file that can be written", errno);
  const auto beside = write_new_file(folder, path, content);
  if (!beside) return tl::unexpected(beside.error());
  const char* wanted = "room to write";
  bool done = sync_file(folder, *beside);
  if (done) {
    wanted = "a file that can be replaced";
    done = ::renameat(folder.get(), beside->c_str(), AT_FDCWD, path.c_str()) == 0;
  }
  if (!done) {
    const int number = errno;
    ::unlinkat(folder.get(), beside->c_str(), 0);
    return system_failure(path, wanted, number);
  }
  // The new name survives a power cut only once its folder is written too. Some file systems cannot
  // sync a folder; the file itself is whole there, under one name or the other.
  ::fsync(folder.get());
  return {};
}

Result<void> write_file(const fs::path& path, std::string_view content) {
  return write_file(path, std::as_bytes(std::span(content)));
}

Result<void> make_folder(const fs::path& path) {
  std::error_code code;
  fs::create_directories(path, code);
  if (code)
    return fail(path.string(),
                {},
                "a folder that can be made",
                code.message(),
                "check the path, its rights and the disk");
  return {};
}

std::vector<fs::path> list_files(const fs::path& folder,
                                 std::initializer_list<std::string_view> extensions) {
  std::vector<fs::path> found;
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) continue;
    const std::string extension = entry->path().extension().string();
    if (extensions.size() == 0 ||
        std::find(extensions.begin(), extensions.end(), extension) != extensions.end())
      found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> list_folders(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<std::int64_t> number_in(std::string_view stem) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(stem.data(), stem.data() + stem.size(), value);
  if (code != std::errc() || end != stem.data() + stem.size() || value < 0) return std::nullopt;
  return value;
}

Result<fs::path> path_below(const fs::path& root, std::string_view relative) {
  std::error_code code;
  const fs::path base = fs::weakly_canonical(root, code);
  const fs::path wanted = fs::weakly_canonical(root / fs::path(relative), code);
  const fs::path inside = wanted.lexically_relative(base);
  if (code || inside.empty() || *inside.begin() == "..")
    return fail(std::string(relative),
                {},
                "a path below the drive's folder",
                "one that leads out of it",
                "copy the file into the drive");
  return wanted;
}

fs::path user_data_folder() {
  return xdg("XDG_DATA_HOME", ".local/share");
}

fs::path user_config_folder() {
  return xdg("XDG_CONFIG_HOME", ".config");
}

fs::path user_cache_folder() {
  return xdg("XDG_CACHE_HOME", ".cache");
}

}  // namespace sweepbox
