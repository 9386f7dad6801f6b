#pragma once
#include "app/command/command.hpp"
#include "app/session/session.hpp"

namespace sweepbox {

/// What `open`, `run` and `render` share.

/// --config or the user's folder.
std::filesystem::path config_folder_of(const Invocation& invocation);

/// Settings of that folder; a damaged file is said and the defaults hold.
Settings settings_of(const std::filesystem::path& config_folder);

/// The request of PATH, --format, --drive, --repair, --project, --labels, --read-only, --frame;
/// empty after saying what is wrong (exit 2).
std::optional<OpenRequest> open_request(const Invocation& invocation);

/// Why the project of a session lacks edits; empty where it is whole or there is none.
std::optional<Error> lacking_edits(const Session& session);

/// --size or the fallback; empty after saying what is wrong.
std::optional<std::pair<int, int>> size_of(const Invocation& invocation,
                                           std::pair<int, int> fallback);

}  // namespace sweepbox
