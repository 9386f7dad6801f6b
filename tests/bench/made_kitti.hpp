#pragma once
#include <filesystem>
#include <string>

#include "tests/support/open_window.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox::bench {

/// A KITTI object set of so many frames with six boxes each, made in the folder (make_kitti.py).
inline std::filesystem::path made_kitti(const test::TempFolder& folder, int frames) {
  const std::filesystem::path set = folder / std::to_string(frames);
  const auto made = test::run_program({"python3",
                                       SWEEPBOX_SOURCE_DIR "/tests/bench/make_kitti.py",
                                       set.string(),
                                       std::to_string(frames)});
  if (made.status != 0) test::give_up(Error{Severity::error, set.string(), {}, {}, made.err, {}});
  return set;
}

}  // namespace sweepbox::bench
