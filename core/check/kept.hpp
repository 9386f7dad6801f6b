#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "core/check/doctor.hpp"

// What examinations found, kept in the user's cache: a drive that is opened again is not examined
// again, and its labels need not be read for it.

namespace sweepbox {

/// Names what an examination depends on: the drive's files, stamps, calibrations and poses, its
/// repairs, the label files at `place` (the drive's own where it is empty) by size and time, and
/// the doctor itself. Slow: for jobs.
std::string examination_key(const Drive& drive, const LabelPlace& place);

/// Empty where there is none, or none that can be read.
std::optional<Examination> kept_examination(const std::filesystem::path& folder,
                                            const std::string& key);

/// A folder that takes no files is no error: then the next opening examines again.
void keep_examination(const std::filesystem::path& folder,
                      const std::string& key,
                      const Examination& examination);

}  // namespace sweepbox
