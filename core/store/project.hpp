#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/annotation/history.hpp"

namespace sweepbox {

/// What a project knows of its drive.
struct ProjectDrive {
  std::string path;  ///< as opened last
  std::string format;
  std::string name;
  std::string part;         ///< DriveRef::part
  std::string fingerprint;  ///< hash over format, frame names and file sizes
};

/// What the status line says of the disk.
struct SaveState {
  std::uint64_t durable = 0;  ///< every record up to here is on the disk
  std::uint64_t waiting = 0;  ///< records taken but not yet there
  /// Why the disk refused; new edits are refused until retry() or move_to() succeeds.
  std::optional<Error> refused;
  /// Nothing is in the log: the .sbx alone is the whole project.
  bool folded = false;
  bool read_only = false;
  /// Who has it open, where that is why it is read only: "anna, process 4711 on hall-3".
  std::string held_by;
};

struct ProjectOptions {
  bool read_only = false;
  /// Who edits, for the lock that the next program reads. Empty: the login name.
  std::string who;
  /// Called on the store thread after durable() grew, the log was folded or the disk refused (wakes
  /// the frame loop).
  std::function<void()> on_change;
  /// After so long without an edit the log is folded into the .sbx.
  std::chrono::milliseconds fold_after{10'000};
};

/// A project on the disk (.sbx): an EditLog on SQLite (WAL, synchronous = FULL), one transaction an
/// edit, written by a thread of its own. One writer by a kernel lock (flock), the next opens read
/// only. Edits lie in a log beside it (.sbx-wal) until nobody edited for some seconds or the
/// project is closed: then the .sbx alone is the whole project, and until then it says since when
/// it lacks edits. Except for that thread's inside, it belongs to one thread.
class Project final : public EditLog {
 public:
  struct Opened {
    std::unique_ptr<Project> project;
    Document document;               ///< as of the last record
    std::vector<LogRecord> records;  ///< every one, unpacking its edit late: for History
    ProjectDrive drive;
    /// "opened read only, anna has it", what is damaged, a copy that was made …
    std::vector<Problem> problems;
  };

  /// Creates the file (and its folder) where there is none. Reads all of it and checks it: call it
  /// in a job. Opens read only, and says why in `problems`, where somebody else writes it, where
  /// the folder, the file or a full disk take no writing, where the file has several names (hard
  /// links) or a path of more than 480 bytes; and, with problems of severity error, where it is
  /// damaged or its log is missing: then with all that could be read, and move_to() makes a whole
  /// one of it. Who opens read only leaves nothing in the folder. Refused: a file of a newer
  /// version, what is no project, an empty file, a damaged file that gives nothing. A project of an
  /// older form is copied beside itself ("NAME.sbx.before-vN") before it is brought to the newest.
  static Result<Opened> open(const std::filesystem::path& path,
                             std::shared_ptr<const Taxonomy> taxonomy,
                             ProjectOptions options);
  /// Waits for the thread to write what waits. What the disk refused is gone then: ask state()
  /// before.
  ~Project() override;

  Result<void> append(const LogRecord& record) override;
  std::uint64_t durable() const override;
  SaveState state() const;

  /// Blocks until everything taken is durable or the disk refused. For closing and for scripts.
  Result<void> flush();
  /// Tries the waiting records again after a refusal. Where the log was lost, the whole project is
  /// written anew from memory, waiting records too.
  void retry();
  /// The whole project, waiting records too, as a new file elsewhere; goes on there. Refused where
  /// the file exists.
  Result<void> move_to(const std::filesystem::path& path);

  /// Written by the thread like a record. Read only, it is kept for move_to() alone.
  void set_drive(const ProjectDrive& drive);
  const std::filesystem::path& path() const;

 private:
  Project();
  struct State;
  std::unique_ptr<State> state_;
};

/// $XDG_DATA_HOME/sweepbox/NAME-HASH.sbx.
std::filesystem::path default_project_path(const std::string& drive_name,
                                           const std::string& fingerprint);

}  // namespace sweepbox
