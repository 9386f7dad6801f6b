#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/annotation/document.hpp"
#include "core/store/rows.hpp"

namespace sweepbox {

/// Everything in a project, all of one moment.
struct Contents {
  std::vector<Row> rows;
  Document document;
  ProjectDrive drive;
  /// What is wrong with the file, where something is. Then `rows` are those before the damage, and
  /// one more that leads from them to `document`, which holds all that could be read.
  std::vector<Problem> damage;
};

/// Counts what it reads and compares that with the tally that is kept: what SQLite does not miss is
/// missed all the same. `wrong` is what is known to be wrong with the pages, in SQLite's words;
/// empty: nothing. Refused: what gives neither a record nor a thing, but should.
Result<Contents> read_contents(Database& database,
                               std::shared_ptr<const Taxonomy> taxonomy,
                               const std::string& wrong = {});

}  // namespace sweepbox
