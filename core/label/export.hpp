#pragma once
#include <filesystem>
#include <vector>

#include "core/base/jobs.hpp"
#include "core/base/staged_files.hpp"
#include "core/label/label.hpp"

// The way that labels leave the program: for the window, `convert` and scripts.

namespace sweepbox {

/// What an export will write and what is lost by it, known before anything is written.
struct ExportPlan {
  std::vector<WrittenFile> files;
  std::vector<Loss> lost;  ///< losses(), and the names that the format cannot hold
};

/// `format.write` exists. Refused where the request is cancelled meanwhile.
[[nodiscard]] Result<ExportPlan> plan_export(const LabelFormat& format,
                                             const WriteRequest& request);

/// Writes all files of a plan below the folder `out`, or none (StagedFiles). Refused before
/// anything is written: an `out` that is the drive or lies inside it, whatever way leads there;
/// files that are there, unless they may be replaced; two files of one name; a name that no file
/// can have; and where it is cancelled before the last file is written.
[[nodiscard]] Result<void> write_export(const ExportPlan& plan,
                                        const Drive& drive,
                                        const std::filesystem::path& out,
                                        Existing existing,
                                        const Cancel& cancel = {});

/// The same for a plan of Sweepbox's own labels with sweeps and images of the frames: a whole drive
/// that opens on its own. Slow: reads every sweep.
[[nodiscard]] Result<void> write_export_with_data(const ExportPlan& plan,
                                                  const WriteRequest& request,
                                                  const std::filesystem::path& out,
                                                  Existing existing);

}  // namespace sweepbox
