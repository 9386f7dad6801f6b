#pragma once
#include "core/drive/drive.hpp"

namespace sweepbox {

/// A drive with other facts about itself; what it holds and answers is the drive's own, which must
/// outlive this one. Derive from it to say otherwise in more than `info_`.
class DriveAs : public Drive {
 public:
  explicit DriveAs(const Drive& drive) : info_(drive.info()), drive_(drive) {}

  const DriveInfo& info() const override { return info_; }

  std::span<const FrameInfo> frames() const override { return drive_.frames(); }

  std::optional<Pose> world_from_ego(Stamp stamp) const override {
    return drive_.world_from_ego(stamp);
  }

  std::optional<Pose> ego_from(std::string_view name, int frame) const override {
    return drive_.ego_from(name, frame);
  }

  Result<Sweep> read_sweep(int frame, int lidar, const WantedChannels& channels) const override {
    return drive_.read_sweep(frame, lidar, channels);
  }

  Result<Image> read_image(int frame, int camera, int max_width) const override {
    return drive_.read_image(frame, camera, max_width);
  }

  std::span<const Problem> problems() const override { return drive_.problems(); }

  int missing_sweeps() const override { return drive_.missing_sweeps(); }

  int missing_images() const override { return drive_.missing_images(); }

 protected:
  DriveInfo info_;

 private:
  const Drive& drive_;
};

}  // namespace sweepbox
