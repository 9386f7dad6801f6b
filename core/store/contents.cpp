#include "core/store/contents.hpp"

#include "core/store/codec.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace sweepbox {
namespace {

using What = LogRecord::What;

Problem damage_at(const Database& database, std::string where, Text found) {
  return {Severity::error,
          database.path().string(),
          std::move(where),
          "a whole project",
          std::move(found),
          "opened read only with all that could be read, and the file was left as it is; save it "
          "elsewhere to go on"};
}

/// Many are one damage; those that nobody reads any more are counted.
void append_limited(std::vector<Problem>& to, const std::vector<Problem>& more) {
  constexpr std::size_t kMost = 10'000;
  const std::size_t kept = std::min(more.size(), kMost);
  to.insert(to.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(kept));
  if (kept == more.size()) return;
  Problem rest = more.back();
  rest.where.clear();
  rest.found = text("and {} more", more.size() - kept);
  to.push_back(std::move(rest));
}

bool is_damage(int code) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
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
  std::uint64_t sum = 0;
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
    read.sum += share_of_record(static_cast<std::int64_t>(row->number), statement->number(9));
    read.rows.push_back(std::move(*row));
  }
}

/// What the words of values take, against the bytes that they were packed in: labels press a
/// hundred to one, a thousand to one is made to hurt.
class Budget {
 public:
  /// False where it is used up.
  bool take(std::size_t packed_bytes) {
    packed_ += packed_bytes;
    return used_ <= kFree + kTimes * packed_;
  }

  void use(const Value& value) {
    if (const auto* source = std::get_if<std::shared_ptr<const Source>>(&value))
      used_ += (*source)->text.size() + 16 * (*source)->records.size();
    else if (const auto* words = std::get_if<std::string>(&value))
      used_ += words->size();
  }

 private:
  static constexpr std::size_t kFree = std::size_t{1} << 26, kTimes = 256;
  std::size_t packed_ = 0, used_ = 0;
};

struct Thing {
  Key key;
  Value value;
  std::uint64_t edit = 0;
};

struct ReadThings {
  std::vector<Thing> things;
  std::uint64_t sum = 0;
  std::vector<Problem> damage;
};

Result<ReadThings> read_things(Database& database) {
  ReadThings read;
  Key last;
  Budget budget;
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
    // Pages that name each other in a ring give the same rows again and again.
    if (!(last < thing.key)) {
      read.damage.push_back(damage_at(database, where, "a thing out of order"));
      return read;
    }
    last = thing.key;
    auto value = unpack_value(bytes, thing.key);
    if (!value) {
      read.damage.push_back(damage_at(database, where, value.error().found));
      continue;
    }
    budget.use(*value);
    if (!budget.take(bytes.size())) {
      read.damage.push_back(damage_at(database, where, "more than a project can hold"));
      return read;
    }
    thing.value = std::move(*value);
    read.sum += share_of_thing(kind, thing.key.id, statement->number(2), statement->number(4));
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
  Budget budget;
  for (const LogRecord& record : records) {
    const bool undo = record.what == What::undo;
    const auto edit = whole_edit(record, document, undo ? Holds::after : Holds::before);
    if (edit && record.what == What::apply)
      for (const Change& change : (*edit)->changes) budget.use(change.after);
    const Row& row = rows[record.number - 1];
    if (!edit || !budget.take(row.changes ? row.changes->size() : 0)) {
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

struct ReadDrive {
  ProjectDrive drive;
  std::uint64_t sum = 0;
};

Result<ReadDrive> read_drive(Database& database) {
  ReadDrive read;
  auto statement = database.prepare("SELECT name, value FROM project");
  if (!statement) return tl::unexpected(statement.error());
  int code = statement->step();
  for (; code == SQLITE_ROW; code = statement->step()) {
    read.sum += share_of_fact(statement->bytes(0), statement->bytes(1));
    for (const DriveField& field : kDriveFields)
      if (statement->bytes(0) == field.name) read.drive.*field.member = statement->bytes(1);
  }
  if (code != SQLITE_DONE) return tl::unexpected(database.failure(code));
  return read;
}

/// What was read whole is compared with what the project says that it holds.
void compare(const Database& database,
             const Tally& tally,
             ReadRows& rows,
             ReadThings& things,
             Result<ReadDrive>& drive) {
  const auto differ = [](std::int64_t wanted, std::size_t found) {
    return static_cast<std::size_t>(wanted) == found
               ? text("{}, not those that were written", found)
               : text("{} of {}", found, wanted);
  };
  if (!rows.damage &&
      (static_cast<std::size_t>(tally.records) != rows.rows.size() || tally.record_sum != rows.sum))
    rows.damage = damage_at(database, "records", differ(tally.records, rows.rows.size()));
  if (things.damage.empty() && (static_cast<std::size_t>(tally.things) != things.things.size() ||
                                tally.thing_sum != things.sum))
    things.damage.push_back(
        damage_at(database, "things", differ(tally.things, things.things.size())));
  if (drive && tally.drive_sum != drive->sum)
    drive = tl::unexpected(damage_at(database, {}, "something else than what was written"));
}

}  // namespace

Result<Contents> read_contents(Database& database,
                               std::shared_ptr<const Taxonomy> taxonomy,
                               const std::string& wrong) {
  auto rows = read_rows(database);
  auto things = read_things(database);
  auto drive = read_drive(database);
  if (!rows) return tl::unexpected(rows.error());
  if (!things) return tl::unexpected(things.error());
  const auto tally = kept_tally(database);
  if (tally) compare(database, *tally, *rows, *things, drive);

  Contents contents{
      std::move(rows->rows), Document(taxonomy), drive ? drive->drive : ProjectDrive{}, {}};
  if (!wrong.empty()) contents.damage.push_back(damage_at(database, "its pages", wrong));
  if (!tally) contents.damage.push_back(damage_at(database, "its tally", "none"));
  if (rows->damage) contents.damage.push_back(*rows->damage);
  append_limited(contents.damage, things->damage);
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
  // Things that are missing come from the history, those that are there are newer.
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

}  // namespace sweepbox
