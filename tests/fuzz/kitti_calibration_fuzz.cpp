#include "core/drive/kitti_calibration.hpp"
#include "core/drive/kitti_poses.hpp"
#include "tests/fuzz/scratch.hpp"

// KITTI's calibrations and poses: the same bytes through all of its text parsers.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sweepbox::fuzz::as_text(data, size);
  (void)sweepbox::parse_kitti_calibration(text, "calib.txt");
  (void)sweepbox::parse_kitti_raw_calibration({text, text, text});
  (void)sweepbox::parse_matrix_poses(text, "poses.txt");
  if (const auto packet = sweepbox::parse_oxts(text))
    (void)sweepbox::world_from_imu(std::span(&*packet, 1));
  return 0;
}
