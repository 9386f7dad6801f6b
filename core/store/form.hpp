#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "core/store/database.hpp"

namespace sweepbox {

constexpr std::int64_t kApplicationId = 0x53776278;  // "Swbx"

/// One step of the form of projects: version N is what the first N make.
struct Migration {
  std::string_view sql;
  /// What SQL cannot say, in the same transaction; may be null.
  Result<void> (*then)(Database&) = nullptr;
};

std::span<const Migration> migrations();

/// What a project's form is, before anything in it is read.
enum class Standing { older, current };

/// Refused: what is no project, one of a newer program, and one whose tables are not, to the
/// letter, those that the migrations make: a schema from elsewhere may compute columns without end.
Result<Standing> standing_of(Database& database, std::span<const Migration> steps);

/// Brings an empty or older database to the newest form, each step one transaction.
Result<void> migrate(Database& database, std::span<const Migration> steps);

/// Copies an older project beside itself before it is migrated: "NAME.sbx.before-vN" (N: the
/// version that comes), with a number after it where that name is taken. Answers the copy's path.
Result<std::filesystem::path> copy_before_migration(Database& database,
                                                    std::span<const Migration> steps);

}  // namespace sweepbox
