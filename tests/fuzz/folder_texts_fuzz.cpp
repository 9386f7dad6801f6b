#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/drive/folder_calibration.hpp"
#include "core/drive/folder_names.hpp"
#include "core/drive/folder_poses.hpp"
#include "core/sensor/lens.hpp"

// Poses, calibrations (YAML, JSON, KITTI's text) and names of a plain folder.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& pose : sweepbox::parse_folder_poses(text, "poses").poses)
    if (std::abs(pose.world_from_ego.rotation.norm() - 1) > 1e-6) std::abort();
  for (const auto& camera : sweepbox::parse_folder_calibration(text, "calib").cameras) {
    if (camera.width < 0 || camera.height < 0) std::abort();
    static_cast<void>(sweepbox::make_lens(camera.lens, camera.parameters, 640, 480));
  }
  static_cast<void>(sweepbox::stamp_in_name(text.substr(0, 64)));
  static_cast<void>(sweepbox::stamp_of_seconds(text.substr(0, 64)));
  return 0;
}
