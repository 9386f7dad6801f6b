#pragma once
#include "core/drive/drive.hpp"

namespace sweepbox::doctor {

/// A drive as it is, but for one more repair that label readers see: to read labels again with
/// other angles or quaternions.
class ReadAs : public Drive {
 public:
  ReadAs(const Drive& drive, const std::string& name, const std::string& value)
      : drive_(drive), info_(drive.info()) {
    info_.repairs.values[name] = value;
  }

  const DriveInfo& info() const override { return info_; }

  std::span<const FrameInfo> frames() const override { return drive_.frames(); }

  std::optional<Pose> world_from_ego(Stamp stamp) const override {
    return drive_.world_from_ego(stamp);
  }

  std::optional<Pose> ego_from(std::string_view name, int frame) const override {
    return drive_.ego_from(name, frame);
  }

  Result<Sweep> read_sweep(int frame, int lidar) const override {
    return drive_.read_sweep(frame, lidar);
  }

  Result<Image> read_image(int frame, int camera, int max_width) const override {
    return drive_.read_image(frame, camera, max_width);
  }

  std::span<const Problem> problems() const override { return drive_.problems(); }

  int missing_sweeps() const override { return drive_.missing_sweeps(); }

  int missing_images() const override { return drive_.missing_images(); }

 private:
  const Drive& drive_;
  DriveInfo info_;
};

}  // namespace sweepbox::doctor
