#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/annotation/history.hpp"
#include "core/store/database.hpp"
#include "core/store/project.hpp"
#include "core/store/tally.hpp"

namespace sweepbox {

/// A record as it lies in the file: its edit's changes packed. Undo and redo have neither edit nor
/// changes; they name a row that has.
struct Row {
  std::uint64_t number = 0;
  LogRecord::What what = LogRecord::What::apply;
  std::uint64_t of = 0;
  std::shared_ptr<const Edit> edit;            ///< at least its head
  std::shared_ptr<const std::string> changes;  ///< of pack_changes()
};

Row packed(const LogRecord& record);

/// The rows as History takes them, unpacking late.
std::vector<LogRecord> as_records(const std::vector<Row>& rows);

/// What a row of the file carries beside it: SQLite's pages carry no sums of their own, a turned
/// bit in a value would pass for a value. `arguments`: of the edit's title, packed.
std::int64_t checksum_of(const Row& row, std::string_view arguments);
std::int64_t checksum_of(const Key& key, std::uint64_t edit, std::string_view value);

struct DriveField {
  const char* name;
  std::string ProjectDrive::*member;
};

/// What is known of a drive, by its names in the file.
inline constexpr std::array kDriveFields{
    DriveField{"drive.path", &ProjectDrive::path},
    DriveField{"drive.format", &ProjectDrive::format},
    DriveField{"drive.name", &ProjectDrive::name},
    DriveField{"drive.part", &ProjectDrive::part},
    DriveField{"drive.fingerprint", &ProjectDrive::fingerprint}};

/// Writes rows and things, and keeps the tally that goes with them; its caller begins and ends the
/// transaction. Keeps statements prepared: it must go before its database.
class RowWriter {
 public:
  static Result<RowWriter> on(Database& database);

  Result<void> add(const Row& row, Tally& tally);
  /// What the record makes of each thing that it changes.
  Result<void> put_changes(const LogRecord& record, Tally& tally);
  Result<void> put(const Key& key, const Value& value, std::uint64_t edit, Tally& tally);
  Result<void> put(const ProjectDrive& drive, Tally& tally);

  /// Where the tally is kept.
  TallyRow& tally() { return tally_; }

 private:
  RowWriter(Database& database, TallyRow tally) : database_(&database), tally_(std::move(tally)) {}

  Database* database_;
  TallyRow tally_;
  Statement add_, find_, put_, remove_, tell_;
};

}  // namespace sweepbox
