#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace sweepbox::test {

/// SQLite's default file system while it lives, with a disk that can be told to fail, and that
/// remembers what was on it at each sync. One at a time.
class FaultingVfs {
 public:
  FaultingVfs();
  FaultingVfs(const FaultingVfs&) = delete;
  FaultingVfs& operator=(const FaultingVfs&) = delete;
  ~FaultingVfs();

  enum class Fault { none, full, io_error, sync_error, read_only };

  /// From now on: writes fail after `after_bytes` more (sync_error: syncs fail at once).
  void fail_with(Fault fault, std::int64_t after_bytes = 0);

  void heal() { fail_with(Fault::none); }

  /// What a power cut now would leave of the files below `from`: only what was synced. Written to
  /// `to`.
  void after_power_cut(const std::filesystem::path& from, const std::filesystem::path& to) const;

  struct Disk;  // shared with the files; defined in the .cpp

 private:
  std::unique_ptr<Disk> disk_;
};

}  // namespace sweepbox::test
