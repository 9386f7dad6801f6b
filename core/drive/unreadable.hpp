#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "core/base/error.hpp"

namespace sweepbox {

/// Folders at and below `root` whose content we may not list or enter, each an error that names it
/// relative to `root` ("." for itself) and says what to do: to readers they look empty. Down to
/// four folders deep, a bounded number of them, and where links lead; hidden ones and lost+found,
/// which every disk has, are left out. Cheap: folders below that only hold files are not listed
/// where the file system counts folders.
std::vector<Problem> unreadable_folders(const std::filesystem::path& root);

/// Whether a problem is one of these.
bool is_of_unreadable_folder(const Problem& problem);

/// What is wrong with one folder that is there: the same error with its path as given.
std::optional<Error> unreadable_folder(const std::filesystem::path& folder);

/// The folder above `path`, or `path` itself, that we may not enter or list, so that nobody can say
/// what is there; empty where nothing is in the way.
std::optional<Error> closed_on_the_way(const std::filesystem::path& path);

}  // namespace sweepbox
