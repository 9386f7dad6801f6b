#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/snapshot.hpp"
#include "core/store/writing.hpp"

namespace sweepbox {

/// A project that was opened: what it holds, and the right to write or why there is none.
struct Entered {
  Contents contents;
  std::unique_ptr<Writing> writing;  ///< null: read only
  std::optional<Error> read_only;
  std::string held_by;
  std::vector<Problem> problems;
};

/// Opens with the right to write where that can be had, else read only; the problems say why. A new
/// project is made whole before it has its name. Brings an older file to the newest form, with a
/// copy before; to read, in memory.
Result<Entered> enter(const std::filesystem::path& path,
                      const ProjectOptions& options,
                      std::shared_ptr<const Taxonomy> taxonomy);

/// Why nothing can be written there.
Error read_only_error(const std::filesystem::path& path, Text found);

}  // namespace sweepbox
