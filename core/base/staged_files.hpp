#pragma once
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/descriptor.hpp"
#include "core/base/error.hpp"

namespace sweepbox {

/// What happens where a file of that name is there already.
enum class Existing { refuse, replace };

/// Parts of a path that stays below the folder it is relative to, whatever it is made of. Refused:
/// an empty path, an absolute one, empty parts, ".", "..", a NUL, and parts of more than 255 bytes.
[[nodiscard]] Result<std::vector<std::string>> parts_below(std::string_view path);

/// Files that appear below one folder all together or not at all.
///
/// add() writes each under a new temporary name (".sweepbox-PROCESS-N.part") in the folder where it
/// is to stand; finish() brings all of them to the disk and then renames them. Links below the
/// folder are never followed: one in place of a folder is an error, one in place of a file counts
/// as a file that is there, and replacing it leaves alone what it points to.
///
/// Where anything fails, or the object ends without finish(), what was there is as it was, and
/// temporary files and folders that were made are removed. Two limits: a kill leaves temporary
/// files, and between the first and the last rename also some of the new files without the others,
/// each of them whole. And file systems that cannot exchange two names (FAT, some network disks)
/// cannot give back a file that was replaced before a later rename failed.
class StagedFiles {
 public:
  /// Nothing is opened or made before the first add(). The folder's own path may lead over links.
  StagedFiles(std::filesystem::path folder, Existing existing);
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;
  ~StagedFiles();

  /// Whether all these paths can be written, as far as that is known without writing: they stay
  /// below, no two are the same, no folder on the way is a link or a file, and no file is there (or
  /// it may be replaced). Makes nothing.
  [[nodiscard]] Result<void> check(std::span<const std::string_view> paths) const;

  /// Writes one file; its folders are made. Safe from several threads.
  [[nodiscard]] Result<void> add(std::string_view path, std::span<const std::byte> content);
  [[nodiscard]] Result<void> add(std::string_view path, std::string_view content);

  /// All files get their names. Once, after the last add().
  [[nodiscard]] Result<void> finish();

 private:
  enum class State {
    temporary,
    renamed,    ///< nothing was there
    exchanged,  ///< what was there has the temporary name now
    replaced,   ///< what was there is gone: a file system that cannot exchange
  };

  struct Staged {
    std::vector<std::string> parts;
    std::string temporary;  ///< in the same folder
    State state = State::temporary;
  };

  std::filesystem::path path_of(const std::vector<std::string>& parts) const;
  Result<void> open_root();
  Result<Descriptor> folder_of(const std::vector<std::string>& parts, bool make);
  Result<void> sync();
  Result<void> rename(Staged& file, int folder);
  Result<void> rename_all();
  void undo();
  void remove_temporaries();

  std::filesystem::path root_;
  Existing existing_;
  std::mutex mutex_;  ///< of what follows
  Descriptor folder_;
  std::vector<std::filesystem::path> made_above_;  ///< the folder and its parents
  std::vector<std::vector<std::string>> made_;     ///< folders below it, parents first
  std::vector<Staged> files_;
};

}  // namespace sweepbox
