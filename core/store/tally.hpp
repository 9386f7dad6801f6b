#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/store/database.hpp"

namespace sweepbox {

/// How many rows a project holds and a sum over them, kept in the project and changed with each
/// edit in its transaction; and the mark that a log is in use. A sum is modulo 2^64 over one share
/// a row, so that it depends on no order and costs O(1) a changed row. It finds what a disk or
/// another program lost or put back; it guards nothing against intent.
struct Tally {
  std::int64_t records = 0;
  std::uint64_t record_sum = 0;
  std::int64_t things = 0;
  std::uint64_t thing_sum = 0;
  std::uint64_t drive_sum = 0;

  std::uint64_t log = 0;          ///< random number of the log in use, or of the last one
  std::int64_t log_since_ns = 0;  ///< Unix time since which edits go to the log alone; 0: folded
  std::int64_t log_room = 0;  ///< bytes that the log's file is longer, at least, than what is in it

  bool log_in_use() const { return log_since_ns != 0; }

  /// Whether both say the same of the rows; the log does not count.
  bool same_rows(const Tally& other) const;

  bool operator==(const Tally&) const = default;
};

/// What one row adds to its sum.
std::uint64_t share_of_record(std::int64_t number, std::int64_t checksum);
std::uint64_t share_of_thing(std::int64_t kind,
                             std::string_view id,
                             std::int64_t edit,
                             std::int64_t checksum);
std::uint64_t share_of_fact(std::string_view name, std::string_view value);

/// The tally's one row, by statements that stay prepared: they must go before their database.
class TallyRow {
 public:
  static Result<TallyRow> of(Database& database);

  /// Empty where there is none.
  std::optional<Tally> read();
  /// Also where there is none yet.
  Result<void> write(const Tally& tally);

 private:
  explicit TallyRow(Database& database) : database_(&database) {}

  Database* database_;
  Statement read_, write_;
};

/// The one that is kept; empty in a project of an older form, and where it is damaged.
std::optional<Tally> kept_tally(Database& database);
/// The one that the rows give, over all of them.
Result<Tally> counted_tally(Database& database);

}  // namespace sweepbox
