#pragma once
#include <filesystem>
#include <span>
#include <string>

#include "core/base/descriptor.hpp"
#include "core/base/error.hpp"

// What write_file and StagedFiles share.

namespace sweepbox {

/// Writes a new file in an open folder under a name that nobody has (".sweepbox-PROCESS-N.part"),
/// never through a link, and returns that name. Not synced. Where it fails, the file is gone again;
/// the error names `path`, the file that it is to become.
[[nodiscard]] Result<std::string> write_new_file(const Descriptor& folder,
                                                 const std::filesystem::path& path,
                                                 std::span<const std::byte> content);

/// Syncs a file of a folder; false with errno set where that fails.
bool sync_file(const Descriptor& folder, const std::string& name);

/// The error of a call to the system, by its number (errno).
tl::unexpected<Error> system_failure(const std::filesystem::path& path, Text wanted, int number);

}  // namespace sweepbox
