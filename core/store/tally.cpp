#include "core/store/tally.hpp"

#include "core/base/hash.hpp"

#include <sqlite3.h>

#include <utility>

namespace sweepbox {
namespace {

std::int64_t as_integer(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

std::uint64_t as_count(std::int64_t number) {
  return static_cast<std::uint64_t>(number);
}

/// FNV's last byte stirs its low bits alone: sums of such values would hide what they should tell.
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", mix64variant13.
std::uint64_t mixed(const Hash& hash) {
  std::uint64_t z = hash.value();
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

bool Tally::same_rows(const Tally& other) const {
  return records == other.records && record_sum == other.record_sum && things == other.things &&
         thing_sum == other.thing_sum && drive_sum == other.drive_sum;
}

std::uint64_t share_of_record(std::int64_t number, std::int64_t checksum) {
  return mixed(Hash().add(as_count(number)).add(as_count(checksum)));
}

std::uint64_t share_of_thing(std::int64_t kind,
                             std::string_view id,
                             std::int64_t edit,
                             std::int64_t checksum) {
  return mixed(Hash().add(as_count(kind)).add(id).add(as_count(edit)).add(as_count(checksum)));
}

std::uint64_t share_of_fact(std::string_view name, std::string_view value) {
  return mixed(Hash().add(name).add(value));
}

Result<TallyRow> TallyRow::of(Database& database) {
  TallyRow row(database);
  auto read = database.prepare(
      "SELECT records, record_sum, things, thing_sum, drive_sum, log, log_since_ns, log_room FROM "
      "tally WHERE id = 1");
  if (!read) return tl::unexpected(read.error());
  auto write = database.prepare("INSERT OR REPLACE INTO tally VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!write) return tl::unexpected(write.error());
  row.read_ = std::move(*read);
  row.write_ = std::move(*write);
  return row;
}

std::optional<Tally> TallyRow::read() {
  std::optional<Tally> tally;
  if (read_.step() == SQLITE_ROW) {
    tally.emplace();
    tally->records = read_.number(0);
    tally->record_sum = as_count(read_.number(1));
    tally->things = read_.number(2);
    tally->thing_sum = as_count(read_.number(3));
    tally->drive_sum = as_count(read_.number(4));
    tally->log = as_count(read_.number(5));
    tally->log_since_ns = read_.number(6);
    tally->log_room = read_.number(7);
  }
  read_.reset();
  return tally;
}

Result<void> TallyRow::write(const Tally& tally) {
  write_.bind(tally.records).bind(as_integer(tally.record_sum));
  write_.bind(tally.things).bind(as_integer(tally.thing_sum));
  write_.bind(as_integer(tally.drive_sum)).bind(as_integer(tally.log));
  write_.bind(tally.log_since_ns).bind(tally.log_room);
  return database_->check(write_.finish());
}

std::optional<Tally> kept_tally(Database& database) {
  auto row = TallyRow::of(database);
  return row ? row->read() : std::nullopt;
}

Result<Tally> counted_tally(Database& database) {
  Tally tally;
  auto records = database.prepare("SELECT number, checksum FROM record");
  if (!records) return tl::unexpected(records.error());
  int code = records->step();
  for (; code == SQLITE_ROW; code = records->step()) {
    ++tally.records;
    tally.record_sum += share_of_record(records->number(0), records->number(1));
  }
  if (code != SQLITE_DONE) return tl::unexpected(database.failure(code));
  auto things = database.prepare("SELECT kind, id, edit, checksum FROM thing");
  if (!things) return tl::unexpected(things.error());
  for (code = things->step(); code == SQLITE_ROW; code = things->step()) {
    ++tally.things;
    tally.thing_sum +=
        share_of_thing(things->number(0), things->bytes(1), things->number(2), things->number(3));
  }
  if (code != SQLITE_DONE) return tl::unexpected(database.failure(code));
  auto facts = database.prepare("SELECT name, value FROM project");
  if (!facts) return tl::unexpected(facts.error());
  for (code = facts->step(); code == SQLITE_ROW; code = facts->step())
    tally.drive_sum += share_of_fact(facts->bytes(0), facts->bytes(1));
  if (code != SQLITE_DONE) return tl::unexpected(database.failure(code));
  return tally;
}

}  // namespace sweepbox
