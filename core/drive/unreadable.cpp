#include "core/drive/unreadable.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>

namespace sweepbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWanted = "a folder that can be read";
constexpr int kDeepest = 4;
constexpr int kMostFolders = 2000;
constexpr int kMostEntries = 20000;  // of one folder

bool may_read(const fs::path& folder) {
  return ::faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) == 0;
}

Error no_right(const fs::path& folder, int number) {
  return {Severity::error,
          folder.string(),
          {},
          kWanted,
          std::strerror(number),
          "give yourself the right to read and enter it (chmod u+rx), or ask its owner"};
}

/// Two links are its name and its own "."; each folder in it is one more. Some file systems do not
/// count: then it is one.
bool holds_files_alone(const fs::path& folder) {
  struct stat status {};

  return ::stat(folder.c_str(), &status) == 0 && status.st_nlink == 2;
}

struct Folder {
  fs::path path;
  int depth;
};

/// What a link leads to is looked at, but not into: links may lead in a circle.
std::vector<Folder> folders_in(const fs::path& folder, int depth) {
  std::vector<Folder> found;
  if (depth > 0 && holds_files_alone(folder)) return found;
  std::error_code code;
  fs::directory_iterator entry(folder, code);
  for (int seen = 0; !code && entry != fs::directory_iterator() && seen < kMostEntries; ++seen) {
    std::error_code ignored;
    const std::string name = entry->path().filename().string();
    if (!name.starts_with('.') && name != "lost+found" && entry->is_directory(ignored))
      found.push_back({entry->path(), entry->is_symlink(ignored) ? kDeepest : depth + 1});
    entry.increment(code);
  }
  std::sort(
      found.begin(), found.end(), [](const Folder& a, const Folder& b) { return a.path < b.path; });
  return found;
}

}  // namespace

bool is_of_unreadable_folder(const Problem& problem) {
  return problem.severity == Severity::error && problem.expected == Text(kWanted);
}

std::optional<Error> unreadable_folder(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored) || may_read(folder)) return std::nullopt;
  return no_right(folder, errno);
}

std::vector<Problem> unreadable_folders(const fs::path& root) {
  std::vector<Problem> problems;
  std::deque<Folder> waiting;
  std::error_code ignored;
  if (fs::is_directory(root, ignored)) waiting.push_back({root, 0});
  for (int looked = 0; !waiting.empty() && looked < kMostFolders; ++looked) {
    const Folder folder = waiting.front();
    waiting.pop_front();
    if (auto error = unreadable_folder(folder.path)) {
      error->file = folder.path.lexically_relative(root).generic_string();
      problems.push_back(std::move(*error));
    } else if (folder.depth < kDeepest) {
      for (Folder& below : folders_in(folder.path, folder.depth))
        waiting.push_back(std::move(below));
    }
  }
  return problems;
}

std::optional<Error> closed_on_the_way(const fs::path& path) {
  std::error_code failed;
  const fs::path whole = fs::absolute(path, failed).lexically_normal();
  fs::path at;
  for (const fs::path& part : whole) {
    at /= part;
    const bool last = at == whole || (at / "") == whole;
    if (last) return unreadable_folder(at);
    std::error_code ignored;
    if (fs::is_directory(at, ignored) && ::faccessat(AT_FDCWD, at.c_str(), X_OK, AT_EACCESS) != 0)
      return no_right(at, errno);
  }
  return std::nullopt;
}

}  // namespace sweepbox
