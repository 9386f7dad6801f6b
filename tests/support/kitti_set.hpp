#pragma once
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/files.hpp"

namespace sweepbox::test {

/// A KITTI object set of one frame, 000007, with one point and these labels. formats.md has the
/// columns.
inline void write_kitti_set(const std::filesystem::path& set, std::string_view labels) {
  const std::filesystem::path root = set / "training";
  constexpr std::string_view kCalib =
      "P0: 700 0 600 0 0 700 180 0 0 0 1 0\nP1: 700 0 600 0 0 700 180 0 0 0 1 0\n"
      "P2: 700 0 600 0 0 700 180 0 0 0 1 0\nP3: 700 0 600 0 0 700 180 0 0 0 1 0\n"
      "R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n"
      "Tr_imu_to_velo: 1 0 0 0 0 1 0 0 0 0 1 0\n";
  const std::string points(16, '\0');
  for (const char* part : {"velodyne", "calib", "label_2"}) REQUIRE(make_folder(root / part));
  REQUIRE(write_file(root / "velodyne" / "000007.bin", std::string_view(points)));
  REQUIRE(write_file(root / "calib" / "000007.txt", kCalib));
  REQUIRE(write_file(root / "label_2" / "000007.txt", labels));
}

}  // namespace sweepbox::test
