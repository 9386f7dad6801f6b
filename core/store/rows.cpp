#include "core/store/rows.hpp"

#include "core/base/hash.hpp"
#include "core/store/codec.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>

namespace sweepbox {
namespace {

using What = LogRecord::What;

struct DriveField {
  const char* name;
  std::string ProjectDrive::*member;
};

constexpr std::array kDriveFields{DriveField{"drive.path", &ProjectDrive::path},
                                  DriveField{"drive.format", &ProjectDrive::format},
                                  DriveField{"drive.name", &ProjectDrive::name},
                                  DriveField{"drive.part", &ProjectDrive::part},
                                  DriveField{"drive.fingerprint", &ProjectDrive::fingerprint}};

std::int64_t as_integer(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

/// SQLite's pages carry no sums of their own: a turned bit in a value would pass for a value.
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

Problem damage_at(const Database& database, std::string where, Text found) {
  return {Severity::error,
          database.path().string(),
          std::move(where),
          "a whole project",
          std::move(found),
          "opened read only with all that could be read, and the file was left as it is; save it "
          "elsewhere to go on"};
}

bool is_damage(int code) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
      return false;
    default:
      return true;
  }
}

/// The row under the cursor; empty where its bytes are not what was written.
std::optional<Row> row_in(const Statement& statement) {
  Row row;
  row.number = static_cast<std::uint64_t>(statement.number(0));
  const std::int64_t what = statement.number(1);
  if (what < 1 || what > 3) return std::nullopt;
  row.what = static_cast<What>(what);
  row.of = static_cast<std::uint64_t>(statement.number(2));
  const std::string_view arguments = statement.bytes(7);
  if (row.what == What::apply) {
    const std::int64_t author = statement.number(4);
    if (author < 1 || author > 3) return std::nullopt;
    auto edit = std::make_shared<Edit>();
    edit->time_ns = statement.number(3);
    edit->author = static_cast<Author>(author);
    edit->who = statement.bytes(5);
    edit->title.key = statement.bytes(6);
    auto words = unpack_words(arguments);
    if (!words) return std::nullopt;
    edit->title.arguments = std::move(*words);
    row.edit = std::move(edit);
    row.changes = std::make_shared<const std::string>(statement.bytes(8));
  }
  if (statement.number(9) != checksum_of(row, arguments)) return std::nullopt;
  return row;
}

struct ReadRows {
  std::vector<Row> rows;
  std::optional<Problem> damage;
};

Result<ReadRows> read_rows(Database& database) {
  ReadRows read;
  auto statement = database.prepare(
      "SELECT number, what, of, time_ns, author, who, title, arguments, changes, checksum FROM "
      "record ORDER BY number");
  if (!statement) return tl::unexpected(statement.error());
  for (;;) {
    const std::string where = "record " + std::to_string(read.rows.size() + 1);
    const int code = statement->step();
    if (code == SQLITE_DONE) return read;
    if (code != SQLITE_ROW) {
      const Error failure = database.failure(code);
      if (!is_damage(code)) return tl::unexpected(failure);
      read.damage = damage_at(database, where, failure.found);
      return read;
    }
    auto row = row_in(*statement);
    const std::uint64_t next = read.rows.size() + 1;
    const bool names = row && row->what != What::apply;
    if (!row || row->number != next ||
        (names &&
         (row->of == 0 || row->of >= next || read.rows[row->of - 1].what != What::apply))) {
      read.damage = damage_at(
          database,
          where,
          row && row->number != next ? text("record {}", row->number) : Text("damaged bytes"));
      return read;
    }
    read.rows.push_back(std::move(*row));
  }
}

struct Thing {
  Key key;
  Value value;
  std::uint64_t edit = 0;
};

struct ReadThings {
  std::vector<Thing> things;
  std::vector<Problem> damage;
};

Result<ReadThings> read_things(Database& database) {
  ReadThings read;
  auto statement =
      database.prepare("SELECT kind, id, edit, value, checksum FROM thing ORDER BY kind, id");
  if (!statement) return tl::unexpected(statement.error());
  for (;;) {
    const int code = statement->step();
    if (code == SQLITE_DONE) return read;
    if (code != SQLITE_ROW) {
      const Error failure = database.failure(code);
      if (!is_damage(code)) return tl::unexpected(failure);
      read.damage.push_back(
          damage_at(database,
                    "the things after the " + std::to_string(read.things.size()) + "th",
                    failure.found));
      return read;
    }
    const std::int64_t kind = statement->number(0);
    Thing thing;
    thing.key = {static_cast<Kind>(std::clamp<std::int64_t>(kind, 0, 255)),
                 std::string(statement->bytes(1))};
    thing.edit = static_cast<std::uint64_t>(statement->number(2));
    const std::string_view bytes = statement->bytes(3);
    const std::string where = "thing " + std::to_string(kind) + " " + thing.key.id;
    if (kind < static_cast<std::int64_t>(Kind::track) ||
        kind > static_cast<std::int64_t>(Kind::frame) ||
        statement->number(4) != checksum_of(thing.key, thing.edit, bytes)) {
      read.damage.push_back(damage_at(database, where, "damaged bytes"));
      continue;
    }
    auto value = unpack_value(bytes, thing.key);
    if (!value) {
      read.damage.push_back(damage_at(database, where, value.error().found));
      continue;
    }
    thing.value = std::move(*value);
    read.things.push_back(std::move(thing));
  }
}

Document with_things(Document document, std::vector<Thing> things) {
  // One replacement an edit number, not one a thing: each costs a copy of the list of tracks.
  std::map<std::uint64_t, std::vector<std::pair<Key, Value>>> by_edit;
  for (Thing& thing : things)
    by_edit[thing.edit].emplace_back(std::move(thing.key), std::move(thing.value));
  for (const auto& [edit, group] : by_edit) document = document.with(group, edit);
  return document;
}

/// The document that the rows lead to from nothing. Rows from the first that does not fit are
/// dropped.
Document replayed(std::vector<Row>& rows, Document document) {
  const std::vector<LogRecord> records = as_records(rows);
  for (const LogRecord& record : records) {
    const bool undo = record.what == What::undo;
    const auto edit = whole_edit(record, document, undo ? Holds::after : Holds::before);
    if (!edit) {
      rows.resize(record.number - 1);
      break;
    }
    document =
        undo ? reversed(**edit, document, record.number) : applied(**edit, document, record.number);
  }
  return document;
}

std::vector<Key> all_keys(const Document& document) {
  std::vector<Key> keys;
  for (int kind = static_cast<int>(Kind::track); kind <= static_cast<int>(Kind::frame); ++kind)
    for (Key& key : document.keys(static_cast<Kind>(kind))) keys.push_back(std::move(key));
  return keys;
}

/// The step that leads from what the whole rows say to what the things say.
std::optional<LogRecord> recovery(const Document& past, const Document& now, std::uint64_t number) {
  Edit edit;
  edit.title = "Recovered from a damaged project";
  edit.author = Author::job;
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  edit.time_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
  std::vector<Key> keys = all_keys(past), now_keys = all_keys(now);
  keys.insert(keys.end(), now_keys.begin(), now_keys.end());
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (const Key& key : keys) {
    Change change{key, past.value(key), now.value(key)};
    if (!same(change.before, change.after)) edit.changes.push_back(std::move(change));
  }
  if (edit.empty()) return std::nullopt;
  return LogRecord{number, What::apply, 0, std::make_shared<const Edit>(std::move(edit)), {}};
}

Result<ProjectDrive> read_drive(Database& database) {
  ProjectDrive drive;
  auto statement = database.prepare("SELECT name, value FROM project");
  if (!statement) return tl::unexpected(statement.error());
  int code = statement->step();
  for (; code == SQLITE_ROW; code = statement->step())
    for (const DriveField& field : kDriveFields)
      if (statement->bytes(0) == field.name) drive.*field.member = statement->bytes(1);
  if (code != SQLITE_DONE) return tl::unexpected(database.failure(code));
  return drive;
}

}  // namespace

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

Result<Contents> read_contents(Database& database, std::shared_ptr<const Taxonomy> taxonomy) {
  // One transaction: a writer that goes on meanwhile shows rows and things of one moment.
  if (auto begun = database.run("BEGIN"); !begun) return tl::unexpected(begun.error());
  auto rows = read_rows(database);
  auto things = read_things(database);
  auto drive = read_drive(database);
  static_cast<void>(database.run("COMMIT"));
  if (!rows) return tl::unexpected(rows.error());
  if (!things) return tl::unexpected(things.error());

  Contents contents{std::move(rows->rows), Document(taxonomy), drive ? *drive : ProjectDrive{}, {}};
  if (rows->damage) contents.damage.push_back(*rows->damage);
  for (const Problem& problem : things->damage) contents.damage.push_back(problem);
  if (!drive)
    contents.damage.push_back(
        damage_at(database, "what it knows of its drive", drive.error().found));
  const std::uint64_t last = contents.rows.size();
  bool rows_whole = !rows->damage;
  for (const Thing& thing : things->things)
    if (thing.edit > last && rows_whole) {
      contents.damage.push_back(
          damage_at(database, "record " + std::to_string(last + 1), "an end without it"));
      rows_whole = false;
    }
  if (contents.damage.empty()) {
    contents.document = with_things(std::move(contents.document), std::move(things->things));
    return contents;
  }
  if (contents.rows.empty() && things->things.empty()) {
    Error error = contents.damage.front();
    error.fix = "take a copy of the project from before; this one was left as it is";
    return tl::unexpected(error);
  }
  Document past = replayed(contents.rows, Document(std::move(taxonomy)));
  if (contents.rows.size() == last && rows_whole) {
    contents.document = std::move(past);  // the whole history is there, and it knows every thing
    return contents;
  }
  Document now = with_things(things->damage.empty() ? Document(past.shared_taxonomy()) : past,
                             std::move(things->things));
  const std::uint64_t number = contents.rows.size() + 1;
  if (const auto step = recovery(past, now, number)) {
    contents.rows.push_back(packed(*step));
    past = applied(*step->edit, past, number);
  }
  contents.document = std::move(past);
  return contents;
}

// ---- writing ----

Result<RowWriter> RowWriter::on(Database& database) {
  RowWriter writer(database);
  const std::pair<Statement RowWriter::*, const char*> statements[] = {
      {&RowWriter::add_, "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
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

Result<void> RowWriter::add(const Row& row) {
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
  add_.bind_blob(arguments).bind_blob(changes).bind(checksum_of(row, arguments));
  return database_->check(add_.finish());
}

Result<void> RowWriter::put_changes(const LogRecord& record) {
  for (const Change& change : record.edit->changes)
    if (auto done = put(
            change.key, record.what == What::undo ? change.before : change.after, record.number);
        !done)
      return done;
  return {};
}

Result<void> RowWriter::put(const Key& key, const Value& value, std::uint64_t edit) {
  if (std::holds_alternative<std::monostate>(value)) {
    remove_.bind(static_cast<int>(key.kind)).bind_text(key.id);
    return database_->check(remove_.finish());
  }
  const std::string bytes = pack_value(value);
  put_.bind(static_cast<int>(key.kind)).bind_text(key.id).bind(as_integer(edit)).bind_blob(bytes);
  put_.bind(checksum_of(key, edit, bytes));
  return database_->check(put_.finish());
}

Result<void> RowWriter::put(const ProjectDrive& drive) {
  for (const DriveField& field : kDriveFields) {
    tell_.bind_text(field.name).bind_text(drive.*field.member);
    if (auto done = database_->check(tell_.finish()); !done) return done;
  }
  return {};
}

}  // namespace sweepbox
