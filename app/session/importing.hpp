#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "app/session/session.hpp"
#include "core/label/import_plan.hpp"

namespace sweepbox {

/// Labels that were read, and what each way to import them would do; a person chooses (popup
/// "import_mode").
struct ImportChoice {
  std::filesystem::path place;
  std::array<ImportPlan, 3> plans;  ///< by ImportMode
  ImportMode mode = ImportMode::merge;

  const ImportPlan& plan() const { return plans[static_cast<std::size_t>(mode)]; }
};

/// Reads labels of a file or folder in a job and brings them in as one edit. Without a mode a
/// person is asked, where the project holds boxes already (Session::import_choice). What became of
/// each record is said.
void start_import(Session& session,
                  const std::filesystem::path& place,
                  const std::string& format,
                  std::optional<ImportMode> mode);
/// Imports what is asked for, in the way that is chosen there.
Result<void> finish_import(Session& session);
/// What an import does with boxes: "3 new, 36 merged".
Text words_of(const ImportOutcome& counts);

}  // namespace sweepbox
