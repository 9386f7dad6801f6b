#pragma once
#include <filesystem>
#include <vector>

#include "core/store/rows.hpp"

namespace sweepbox {

/// A new project with everything in it, made beside its place and put there when it is whole and on
/// the disk. Refused where a file of that name exists; nothing is left behind then.
Result<void> write_whole(const std::filesystem::path& path,
                         const std::vector<Row>& rows,
                         const Document& document,
                         const ProjectDrive& drive);

/// Puts a whole project in the place of another, at once and on the disk.
Result<void> replace_by(const std::filesystem::path& fresh, const std::filesystem::path& path);

}  // namespace sweepbox
