#include "core/base/staged_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "core/base/new_file.hpp"

namespace sweepbox {

namespace fs = std::filesystem;

namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr std::size_t kLongestName = 255;  // bytes, of every file system of Linux

/// From here on the whole file system is synced at once: an fsync each took 3 to 10 ms a file.
constexpr std::size_t kFew = 32;

/// What stands at a name already, as an error; nothing where the name is free or may be taken.
Result<void> judge_existing(int folder,
                            const std::string& name,
                            const fs::path& path,
                            Existing existing) {
  struct stat status {};

  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return system_failure(path, "a file that can be written", errno);
  }
  if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
    return fail(path.string(),
                {},
                "a new file",
                S_ISDIR(status.st_mode) ? Text("a folder of that name")
                                        : Text("a pipe or device of that name"),
                "choose another folder");
  if (existing == Existing::refuse)
    return fail(path.string(),
                {},
                "a new file",
                "one that is there",
                "choose another folder, or let it be replaced (--force)");
  return {};
}

tl::unexpected<Error> no_folder(const fs::path& path, int number) {
  if (number == ENOTDIR || number == ELOOP)
    return fail(
        path.string(), {}, "a folder", "a link or a file of that name", "choose another folder");
  return system_failure(path, "a folder that can be made", number);
}

}  // namespace

Result<std::vector<std::string>> parts_below(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos)
      return fail(std::string(path),
                  {},
                  "a path below the folder",
                  "one that leads out of it or is no name",
                  "rename the drive or its frames");
    if (part.size() > kLongestName)
      return fail(std::string(path),
                  {},
                  text("names of at most {} bytes", kLongestName),
                  text("one of {} bytes", part.size()),
                  "rename the drive or its frames");
    parts.emplace_back(part);
    if (end == path.size()) return parts;
    begin = end + 1;
  }
}

StagedFiles::StagedFiles(fs::path folder, Existing existing)
    : root_(std::move(folder)), existing_(existing) {}

StagedFiles::~StagedFiles() {
  undo();
}

fs::path StagedFiles::path_of(const std::vector<std::string>& parts) const {
  fs::path path = root_;
  for (const std::string& part : parts) path /= part;
  return path;
}

Result<void> StagedFiles::check(std::span<const std::string_view> paths) const {
  const Descriptor root(::open(root_.c_str(), kFolderFlags));
  if (!root.valid() && errno != ENOENT) return no_folder(root_, errno);
  std::set<std::string_view> seen;
  for (const std::string_view path : paths) {
    const auto parts = parts_below(path);
    if (!parts) return tl::unexpected(parts.error());
    if (!seen.insert(path).second)
      return fail(path_of(*parts).string(),
                  {},
                  "one file of a name",
                  "two of the same name",
                  "rename the drive or its frames");
    if (!root.valid()) continue;
    Descriptor folder(::dup(root.get()));
    fs::path at = root_;
    for (std::size_t i = 0; folder.valid() && i + 1 < parts->size(); ++i) {
      at /= (*parts)[i];
      Descriptor below(::openat(folder.get(), (*parts)[i].c_str(), kFolderFlags | O_NOFOLLOW));
      if (!below.valid() && errno != ENOENT) return no_folder(at, errno);
      folder = std::move(below);
    }
    if (!folder.valid()) continue;
    if (auto free = judge_existing(folder.get(), parts->back(), path_of(*parts), existing_); !free)
      return free;
  }
  return {};
}

Result<void> StagedFiles::open_root() {
  if (folder_.valid()) return {};
  std::error_code failed;
  std::vector<fs::path> missing;
  for (fs::path at = fs::absolute(root_, failed); !failed && !fs::exists(at, failed) && !failed;
       at = at.parent_path())
    missing.push_back(at);
  for (; !missing.empty(); missing.pop_back()) {
    if (::mkdir(missing.back().c_str(), 0777) == 0)
      made_above_.push_back(missing.back());
    else if (errno != EEXIST)
      return system_failure(missing.back(), "a folder that can be made", errno);
  }
  folder_ = Descriptor(::open(root_.c_str(), kFolderFlags));
  if (!folder_.valid()) return no_folder(root_, errno);
  return {};
}

/// The folder that a file stands in, walked part by part.
Result<Descriptor> StagedFiles::folder_of(const std::vector<std::string>& parts, bool make) {
  Descriptor folder(::fcntl(folder_.get(), F_DUPFD_CLOEXEC, 0));
  if (!folder.valid()) return system_failure(root_, "a folder that can be opened", errno);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const std::vector<std::string> way(parts.begin(),
                                       parts.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    Descriptor below(::openat(folder.get(), parts[i].c_str(), kFolderFlags | O_NOFOLLOW));
    if (!below.valid() && errno == ENOENT && make) {
      if (::mkdirat(folder.get(), parts[i].c_str(), 0777) == 0)
        made_.push_back(way);
      else if (errno != EEXIST)
        return no_folder(path_of(way), errno);
      below = Descriptor(::openat(folder.get(), parts[i].c_str(), kFolderFlags | O_NOFOLLOW));
    }
    if (!below.valid()) return no_folder(path_of(way), errno);
    folder = std::move(below);
  }
  return folder;
}

Result<void> StagedFiles::add(std::string_view path, std::span<const std::byte> content) {
  auto parts = parts_below(path);
  if (!parts) return tl::unexpected(parts.error());
  const fs::path whole = path_of(*parts);
  Descriptor folder;
  {
    const std::scoped_lock lock(mutex_);
    if (auto opened = open_root(); !opened) return opened;
    auto found = folder_of(*parts, true);
    if (!found) return tl::unexpected(found.error());
    folder = std::move(*found);
  }
  if (auto free = judge_existing(folder.get(), parts->back(), whole, existing_); !free) return free;
  auto temporary = write_new_file(folder, whole, content);
  if (!temporary) return tl::unexpected(temporary.error());
  const std::scoped_lock lock(mutex_);
  files_.push_back({std::move(*parts), std::move(*temporary)});
  return {};
}

Result<void> StagedFiles::add(std::string_view path, std::string_view content) {
  return add(path, std::as_bytes(std::span(content)));
}

/// Contents on the disk before the first of them has its name.
Result<void> StagedFiles::sync() {
  std::set<dev_t> synced;
  for (const Staged& file : files_) {
    const auto folder = folder_of(file.parts, false);
    if (!folder) return tl::unexpected(folder.error());
    int failed = 0;
    if (files_.size() <= kFew) {
      failed = sync_file(*folder, file.temporary) ? 0 : -1;
    } else {
      struct stat status {};

      failed = ::fstat(folder->get(), &status);
      if (failed == 0 && synced.insert(status.st_dev).second) failed = ::syncfs(folder->get());
    }
    if (failed != 0) return system_failure(path_of(file.parts), "room to write", errno);
  }
  return {};
}

Result<void> StagedFiles::rename(Staged& file, int folder) {
  const char* from = file.temporary.c_str();
  const char* to = file.parts.back().c_str();
  const fs::path whole = path_of(file.parts);
  const auto cannot = [](int number) { return number == EINVAL || number == ENOSYS; };
  if (::renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0) {
    file.state = State::renamed;
    return {};
  }
  const int number = errno;
  if (number != EEXIST && !cannot(number))
    return system_failure(whole, "a file that can be written", number);

  struct stat status {};

  const bool there = ::fstatat(folder, to, &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (auto free = judge_existing(folder, file.parts.back(), whole, existing_); !free) return free;
  if (there && ::renameat2(folder, from, folder, to, RENAME_EXCHANGE) == 0) {
    file.state = State::exchanged;
    return {};
  }
  if (there && !cannot(errno)) return system_failure(whole, "a file that can be replaced", errno);
  if (::renameat(folder, from, folder, to) != 0)
    return system_failure(whole, "a file that can be replaced", errno);
  file.state = there ? State::replaced : State::renamed;
  return {};
}

Result<void> StagedFiles::rename_all() {
  for (Staged& file : files_) {
    const auto folder = folder_of(file.parts, false);
    if (!folder) return tl::unexpected(folder.error());
    if (auto renamed = rename(file, folder->get()); !renamed) return renamed;
  }
  return {};
}

Result<void> StagedFiles::finish() {
  const std::scoped_lock lock(mutex_);
  if (auto opened = open_root(); !opened) return opened;  // no file at all is an empty folder
  auto done = sync();
  if (done) done = rename_all();
  if (!done) return done;  // undone with the object
  // The new names survive a power cut only once their folders are written too. Some file systems
  // cannot sync a folder; the files are whole there, under one name or the other.
  std::set<std::vector<std::string>> folders;
  for (const Staged& file : files_)
    folders.insert(std::vector<std::string>(file.parts.begin(), file.parts.end() - 1));
  for (std::vector<std::string> way : folders) {
    way.emplace_back();
    if (const auto folder = folder_of(way, false)) ::fsync(folder->get());
  }
  remove_temporaries();  // what was replaced
  files_.clear();
  made_.clear();
  made_above_.clear();
  return {};
}

void StagedFiles::remove_temporaries() {
  for (const Staged& file : files_)
    if (file.state == State::temporary || file.state == State::exchanged)
      if (const auto folder = folder_of(file.parts, false))
        ::unlinkat(folder->get(), file.temporary.c_str(), 0);
}

void StagedFiles::undo() {
  for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
    const auto folder = folder_of(file->parts, false);
    if (!folder) continue;
    const char* name = file->parts.back().c_str();
    if (file->state == State::renamed) ::unlinkat(folder->get(), name, 0);
    if (file->state == State::exchanged)
      ::renameat2(folder->get(), file->temporary.c_str(), folder->get(), name, RENAME_EXCHANGE);
  }
  remove_temporaries();
  for (auto way = made_.rbegin(); way != made_.rend(); ++way)
    if (const auto parent = folder_of(*way, false))
      ::unlinkat(parent->get(), way->back().c_str(), AT_REMOVEDIR);
  for (auto path = made_above_.rbegin(); path != made_above_.rend(); ++path) ::rmdir(path->c_str());
}

}  // namespace sweepbox
