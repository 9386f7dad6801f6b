#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "core/store/contents.hpp"

namespace sweepbox {

/// Everything in a project at one moment, with what is wrong with it.
struct Snapshot {
  Contents contents;   ///< its `damage` also names what the file or its log lacks
  bool older = false;  ///< the file has an older form; it was read as the newest
};

/// Reads the file and its log into memory and looks at them there: nothing is written or created
/// beside them, and no lock is taken, so that who only looks keeps nobody from working. While
/// another program writes, file and log are read again until they are of one moment. Errors: what
/// is no project, a project of a newer program, one that gives nothing; more than 2 GB.
Result<Snapshot> take_snapshot(const std::filesystem::path& path,
                               std::shared_ptr<const Taxonomy> taxonomy);

/// Refused: what is no regular file (a pipe would be waited for).
Result<void> check_regular(const std::filesystem::path& path);

}  // namespace sweepbox
