#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/annotation/history.hpp"
#include "core/store/database.hpp"
#include "core/store/project.hpp"

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

/// Everything in a project, all of one moment.
struct Contents {
  std::vector<Row> rows;
  Document document;
  ProjectDrive drive;
  /// What is wrong with the file, where something is. Then `rows` are those before the damage, and
  /// one more that leads from them to `document`, which holds all that could be read.
  std::vector<Problem> damage;
};

/// Refused: what gives neither a record nor a thing.
Result<Contents> read_contents(Database& database, std::shared_ptr<const Taxonomy> taxonomy);

/// Writes rows and things; its caller begins and ends the transaction. Keeps statements prepared:
/// it must go before its database.
class RowWriter {
 public:
  static Result<RowWriter> on(Database& database);

  Result<void> add(const Row& row);
  /// What the record makes of each thing that it changes.
  Result<void> put_changes(const LogRecord& record);
  Result<void> put(const Key& key, const Value& value, std::uint64_t edit);
  Result<void> put(const ProjectDrive& drive);

 private:
  explicit RowWriter(Database& database) : database_(&database) {}

  Database* database_;
  Statement add_, put_, remove_, tell_;
};

}  // namespace sweepbox
