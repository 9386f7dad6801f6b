#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/file_bytes.hpp"

namespace sweepbox {

namespace fs = std::filesystem;

/// Whole file. Refused: what is no regular file, cannot be read, or is larger than `most` bytes.
/// Errors name the path as given.
[[nodiscard]] Result<FileBytes> read_bytes(const fs::path& path,
                                           std::uint64_t most = std::uint64_t{1} << 32);

/// The same as text, for files that are text.
[[nodiscard]] Result<std::string> read_text(const fs::path& path,
                                            std::uint64_t most = std::uint64_t{1} << 28);

/// At most `most` bytes from its beginning, to tell what it is; empty where it is no regular file
/// or cannot be read.
std::string read_beginning(const fs::path& path, std::size_t most);

/// Writes beside the file and renames over it, after fsync: the old or the new content, never half.
[[nodiscard]] Result<void> write_file(const fs::path& path, std::string_view content);
[[nodiscard]] Result<void> write_file(const fs::path& path, std::span<const std::byte> content);

/// Creates the folder and its parents.
[[nodiscard]] Result<void> make_folder(const fs::path& path);

/// Names of a folder's entries that end in one of the extensions (".bin"), sorted as text; empty
/// where there is no such folder. Cheap: reads no file. A folder, pipe or device of such a name is
/// among them: who reads it says that it is no file. Without extensions: all but folders.
std::vector<fs::path> list_files(const fs::path& folder,
                                 std::initializer_list<std::string_view> extensions = {});
std::vector<fs::path> list_folders(const fs::path& folder);

/// Digits of a name read as one number, "000965" → 965; nullopt where it is none.
std::optional<std::int64_t> number_in(std::string_view stem);

/// A path that stays below `root` when followed, links included; the error says which does not.
[[nodiscard]] Result<fs::path> path_below(const fs::path& root, std::string_view relative);

/// $XDG_DATA_HOME/sweepbox, $XDG_CONFIG_HOME/sweepbox, $XDG_CACHE_HOME/sweepbox with the usual
/// defaults below $HOME; not created.
fs::path user_data_folder();
fs::path user_config_folder();
fs::path user_cache_folder();

}  // namespace sweepbox
