#include "core/store/rows.hpp"

#include "core/base/hash.hpp"
#include "core/store/codec.hpp"

#include <sqlite3.h>

#include <utility>

namespace sweepbox {
namespace {

using What = LogRecord::What;

std::int64_t as_integer(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

}  // namespace

std::int64_t checksum_of(const Row& row, std::string_view arguments) {
  Hash hash;
  hash.add(row.number).add(static_cast<std::uint64_t>(row.what)).add(row.of);
  if (row.edit)
    hash.add(static_cast<std::uint64_t>(row.edit->time_ns))
        .add(static_cast<std::uint64_t>(row.edit->author))
        .add(row.edit->who)
        .add(row.edit->title.key);
  hash.add(arguments).add(row.changes ? std::string_view(*row.changes) : std::string_view());
  return as_integer(hash.value());
}

std::int64_t checksum_of(const Key& key, std::uint64_t edit, std::string_view value) {
  Hash hash;
  hash.add(static_cast<std::uint64_t>(key.kind)).add(key.id).add(edit).add(value);
  return as_integer(hash.value());
}

Row packed(const LogRecord& record) {
  Row row;
  row.number = record.number;
  row.what = record.what;
  row.of = record.of;
  if (record.what == What::apply) {
    row.edit = record.edit;
    row.changes = std::make_shared<const std::string>(pack_changes(*record.edit));
  }
  return row;
}

std::vector<LogRecord> as_records(const std::vector<Row>& rows) {
  std::vector<LogRecord> records;
  records.reserve(rows.size());
  for (const Row& row : rows) {
    const Row& source = row.what == What::apply ? row : rows[row.of - 1];
    LogRecord record{row.number, row.what, row.of, source.edit, {}};
    record.unpack = [head = source.edit, changes = source.changes](
                        const Document& document,
                        Holds holds) -> Result<std::shared_ptr<const Edit>> {
      auto list = unpack_changes(*changes, document, holds);
      if (!list) return tl::unexpected(list.error());
      auto edit = std::make_shared<Edit>();
      edit->title = head->title;
      edit->author = head->author;
      edit->who = head->who;
      edit->time_ns = head->time_ns;
      edit->changes = std::move(*list);
      return edit;
    };
    records.push_back(std::move(record));
  }
  return records;
}

// ---- writing ----

Result<RowWriter> RowWriter::on(Database& database) {
  auto tally = TallyRow::of(database);
  if (!tally) return tl::unexpected(tally.error());
  RowWriter writer(database, std::move(*tally));
  const std::pair<Statement RowWriter::*, const char*> statements[] = {
      {&RowWriter::add_, "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      {&RowWriter::find_, "SELECT edit, checksum FROM thing WHERE kind = ? AND id = ?"},
      {&RowWriter::put_, "INSERT OR REPLACE INTO thing VALUES (?, ?, ?, ?, ?)"},
      {&RowWriter::remove_, "DELETE FROM thing WHERE kind = ? AND id = ?"},
      {&RowWriter::tell_, "INSERT OR REPLACE INTO project VALUES (?, ?)"},
  };
  for (const auto& [member, sql] : statements) {
    auto statement = database.prepare(sql);
    if (!statement) return tl::unexpected(statement.error());
    writer.*member = std::move(*statement);
  }
  return writer;
}

Result<void> RowWriter::add(const Row& row, Tally& tally) {
  static const Edit none{{}, Author::hand, {}, 0, {}};
  const bool apply = row.what == What::apply;
  const Edit& head = apply ? *row.edit : none;
  const std::string arguments = apply ? pack_words(head.title.arguments) : std::string();
  const std::string_view changes = apply ? std::string_view(*row.changes) : std::string_view();
  add_.bind(as_integer(row.number)).bind(static_cast<int>(row.what)).bind(as_integer(row.of));
  add_.bind(head.time_ns)
      .bind(static_cast<int>(head.author))
      .bind_text(head.who)
      .bind_text(head.title.key);
  const std::int64_t checksum = checksum_of(row, arguments);
  add_.bind_blob(arguments).bind_blob(changes).bind(checksum);
  ++tally.records;
  tally.record_sum += share_of_record(as_integer(row.number), checksum);
  return database_->check(add_.finish());
}

Result<void> RowWriter::put_changes(const LogRecord& record, Tally& tally) {
  for (const Change& change : record.edit->changes)
    if (auto done = put(change.key,
                        record.what == What::undo ? change.before : change.after,
                        record.number,
                        tally);
        !done)
      return done;
  return {};
}

Result<void> RowWriter::put(const Key& key, const Value& value, std::uint64_t edit, Tally& tally) {
  const int kind = static_cast<int>(key.kind);
  find_.bind(kind).bind_text(key.id);
  const int found = find_.step();
  if (found == SQLITE_ROW) {
    --tally.things;
    tally.thing_sum -= share_of_thing(kind, key.id, find_.number(0), find_.number(1));
  }
  find_.reset();
  if (auto done = database_->check(found); !done) return done;
  if (std::holds_alternative<std::monostate>(value)) {
    remove_.bind(kind).bind_text(key.id);
    return database_->check(remove_.finish());
  }
  const std::string bytes = pack_value(value);
  const std::int64_t checksum = checksum_of(key, edit, bytes);
  put_.bind(kind).bind_text(key.id).bind(as_integer(edit)).bind_blob(bytes).bind(checksum);
  ++tally.things;
  tally.thing_sum += share_of_thing(kind, key.id, as_integer(edit), checksum);
  return database_->check(put_.finish());
}

Result<void> RowWriter::put(const ProjectDrive& drive, Tally& tally) {
  tally.drive_sum = 0;
  for (const DriveField& field : kDriveFields) {
    tell_.bind_text(field.name).bind_text(drive.*field.member);
    if (auto done = database_->check(tell_.finish()); !done) return done;
    tally.drive_sum += share_of_fact(field.name, drive.*field.member);
  }
  return {};
}

}  // namespace sweepbox
