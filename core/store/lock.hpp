#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/error.hpp"

namespace sweepbox {

/// The right to write a project: a kernel lock (flock) on NAME.sbx.lock beside it, in which its
/// holder's name stands. It ends with its program, however that ends. Not on the project itself:
/// closing a second descriptor of that would take SQLite's own locks away.
class Lock {
 public:
  struct Taken {
    std::unique_ptr<Lock> lock;  ///< null where somebody else has it or the folder takes no lock
    std::string held_by;         ///< who has it: "anna, process 4711 on hall-3"
    std::optional<Problem> problem;  ///< why the folder takes none
  };

  /// Never waits. `holder` is what the next program reads.
  static Taken take(const std::filesystem::path& project, const std::string& holder);

  /// False where its file was removed or replaced: then the next program gets a lock of its own.
  bool stands() const;

  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock();

 private:
  Lock(std::filesystem::path path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;
};

/// "anna, process 4711 on hall-3"; the login name where `who` is empty.
std::string holder_name(const std::string& who);

}  // namespace sweepbox
