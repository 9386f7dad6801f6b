#include "core/base/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "core/base/new_file.hpp"
#include "core/base/open_file.hpp"

namespace sweepbox {
namespace {

tl::unexpected<Error> too_large(const fs::path& path, std::uint64_t most, Text found) {
  return fail(path.string(),
              {},
              text("at most {} bytes", most),
              std::move(found),
              "check that this is the right file");
}

/// Lets a buffer that nobody has written to yet have pages of 2 MB, where the system has some. A
/// page of 4 kB costs when it is touched first: a cloud of 64 MB was read in 214 to 238 ms without,
/// in 158 to 168 with. Smaller buffers lie among others, which would get such pages too.
void prefer_large_pages(const void* begin, std::size_t size) {
  constexpr std::size_t kSmallest = std::size_t{32} << 20;
  if (size < kSmallest) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(begin) + size) / page * page;
  ::madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);  // a wish: may fail
}

template <class Buffer>
Result<Buffer> read_whole(const fs::path& path, std::uint64_t most) {
  const auto file = OpenFile::open(path);
  if (!file) return tl::unexpected(file.error());
  if (file->size() > most) return too_large(path, most, text("{} bytes", file->size()));
  Buffer content;
  content.reserve(file->size());
  prefer_large_pages(content.data(), content.capacity());
  content.resize(file->size());
  auto done = file->read(std::as_writable_bytes(std::span(content)));
  std::size_t size = done.value_or(0);
  // Files of /proc say that they are empty: they are read to where they end.
  constexpr std::uint64_t kStep = std::uint64_t{1} << 16;
  while (file->size() == 0 && done && size == content.size()) {
    if (size > most) return too_large(path, most, "more");
    content.resize(size + static_cast<std::size_t>(std::min(kStep, most + 1 - size)));
    done = file->read(std::as_writable_bytes(std::span(content).subspan(size)));
    size += done.value_or(0);
  }
  if (!done) return system_failure(path, "a readable file", errno);
  content.resize(size);
  return content;
}

fs::path xdg(const char* variable, const char* below_home) {
  if (const char* value = std::getenv(variable); value && *value)
    return fs::path(value) / "sweepbox";
  const char* home = std::getenv("HOME");
  return fs::path(home && *home ? home : "/") / below_home / "sweepbox";
}

}  // namespace

Result<FileBytes> read_bytes(const fs::path& path, std::uint64_t most) {
  return read_whole<FileBytes>(path, most);
}

Result<std::string> read_text(const fs::path& path, std::uint64_t most) {
  return read_whole<std::string>(path, most);
}

std::string read_beginning(const fs::path& path, std::size_t most) {
  const auto file = OpenFile::open(path);
  if (!file) return {};
  std::string begin(static_cast<std::size_t>(std::min<std::uint64_t>(most, file->size())), '\0');
  begin.resize(file->read(std::as_writable_bytes(std::span(begin))).value_or(0));
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
    const std::string extension = entry->path().extension().string();
    const bool wanted =
        extensions.size() == 0
            ? !entry->is_directory(ignored)
            : std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
    if (wanted) found.push_back(entry->path());
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
