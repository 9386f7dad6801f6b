#include <catch2/catch.hpp>

#include "core/scene/boxes.hpp"
#include "made_drive.hpp"

// Boxes on the images of a frame, whose times are not the sweep's.

namespace sweepbox {
namespace {

/// A box at each of the frames 2 and 3 of the made drive, which stand 100 ms apart.
Label label(const Drive& drive, int frame, const Vec3& place_in_world) {
  Label result;
  const FrameInfo& info = drive.frames()[static_cast<std::size_t>(frame)];
  result.frame = frame;
  result.frame_name = info.name;
  result.stamp = info.stamp;
  result.track = std::string("7");
  result.has_track_id = true;
  result.class_name = "Car";
  result.cuboid_in_ego = {
      drive.world_from_ego(info.stamp)->inverse() * Pose{Quat::Identity(), place_in_world},
      {4, 2, 1.5}};
  return result;
}

TEST_CASE("an image of a frame shows its boxes, however long before the frame it was taken") {
  const auto drive = test::made({});
  const Stamp second = drive->frames()[2].stamp, image = drive->frames()[1].stamp;
  const Vec3 place(1020, 2003, 4);
  for (const double way : {0.0, 0.8}) {  // m from frame to frame
    LabelSet set;
    set.labels = {label(*drive, 2, place), label(*drive, 3, place + Vec3(way, 0, 0))};
    const auto import = test::imported(set, *drive);
    const Track& track = import->track("7");
    CHECK_FALSE(cuboid_in_ego_at(track, *drive, image));
    const auto seen = cuboid_on_image(track, *drive, second, image);
    REQUIRE(seen);
    const Vec3 in_world = *drive->world_from_ego(image) * seen->pose.translation;
    CHECK((in_world - (place - Vec3(way, 0, 0))).norm() < 1e-9);
    // The frame of the image itself has no such box.
    CHECK_FALSE(cuboid_on_image(track, *drive, image, image));
  }
}

}  // namespace
}  // namespace sweepbox
