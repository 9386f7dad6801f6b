#include "core/scene/boxes.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "core/scene/world.hpp"

namespace sweepbox {
namespace {

constexpr std::int64_t kMs = 1'000'000;

/// Frames 100 ms apart. Ego moves 1 m a frame along x; poses end with the tenth frame.
class StraightDrive : public Drive {
 public:
  explicit StraightDrive(int frames, bool poses = true) {
    info_.poses = poses;
    for (int i = 0; i < frames; ++i) {
      FrameInfo frame;
      frame.name = std::to_string(i);
      frame.stamp = {100 * kMs * i};
      frames_.push_back(frame);
    }
  }

  const DriveInfo& info() const override { return info_; }

  std::span<const FrameInfo> frames() const override { return frames_; }

  std::optional<Pose> world_from_ego(Stamp stamp) const override {
    if (!info_.poses || stamp.ns < 0 || stamp.ns > 900 * kMs) return std::nullopt;
    return pose_from_yaw(0, Vec3(static_cast<double>(stamp.ns) / (100 * kMs), 0, 0));
  }

  std::optional<Pose> ego_from(std::string_view, int) const override { return std::nullopt; }

  Result<Sweep> read_sweep(int, int, const WantedChannels&) const override { return refuse("none"); }

  Result<Image> read_image(int, int, int) const override { return refuse("none"); }

  std::span<const Problem> problems() const override { return {}; }

  int missing_sweeps() const override { return 0; }

  int missing_images() const override { return 0; }

 private:
  DriveInfo info_;
  std::vector<FrameInfo> frames_;
};

/// A box that stands at x = 20 m from one frame to another.
std::pair<Key, Value> standing(TrackId uid, int first, int last) {
  Track track;
  track.uid = uid;
  track.name = std::to_string(uid);
  track.class_name = "car";
  track.first = {100 * kMs * first};
  track.last = {100 * kMs * last};
  for (const int at : {first, last}) {
    Keyframe key;
    key.stamp = {100 * kMs * at};
    key.world_from_box.translation = Vec3(20, 0, 0);
    key.size = Vec3(4, 2, 1.5);
    if (track.keys.empty() || track.keys.back().stamp != key.stamp) track.keys.push_back(key);
  }
  return {{Kind::track, to_hex(uid)}, std::make_shared<const Track>(std::move(track))};
}

TEST_CASE("beyond the poses labels stand by that of the nearest frame that has one") {
  const StraightDrive drive(20);
  CHECK(world_from_ego_of_label(drive, {350 * kMs}).translation.x() == Approx(3.5));
  CHECK(world_from_ego_of_label(drive, {1500 * kMs}).translation.x() == Approx(9));
  CHECK(world_from_ego_of_label(drive, {-400 * kMs}).translation.x() == Approx(0));
  CHECK(world_from_ego_of_label(StraightDrive(20, false), {1500 * kMs}) == Pose());
}

TEST_CASE("boxes of a frame are in ego and by name, numbers by value") {
  const StraightDrive drive(20);
  Document document;
  for (const auto& [key, track] : {standing(12, 0, 9), standing(3, 5, 5), standing(7, 6, 8)})
    document = document.with(key, track);
  const auto boxes = cuboids_in_frame(document, drive, 5);
  REQUIRE(boxes.size() == 2);
  CHECK(boxes[0].track->name == "3");
  CHECK(boxes[1].track->name == "12");
  CHECK(boxes[1].cuboid_in_ego.pose.translation.x() == Approx(15));  // 20 - 5
}

TEST_CASE("an image shows what each track by itself has there, and no track else") {
  const StraightDrive drive(40);
  Document document;
  std::mt19937 random(5);
  for (TrackId uid = 1; uid <= 300; ++uid) {
    const int first = static_cast<int>(random() % 40),
              last = first + static_cast<int>(random() % 4);
    const auto [key, track] = standing(uid, first, std::min(last, 39));
    document = document.with(key, track);
  }
  for (int round = 0; round < 100; ++round) {
    const Stamp frame{100 * kMs * static_cast<std::int64_t>(random() % 40)};
    const Stamp image{frame.ns + (static_cast<std::int64_t>(random() % 500) - 250) * kMs};
    std::vector<TrackId> alone, together;
    for (const auto& track : document.tracks())
      if (cuboid_on_image(*track, drive, frame, image)) alone.push_back(track->uid);
    for (const FrameCuboid& box : cuboids_on_image(document, drive, frame, image))
      together.push_back(box.track->uid);
    CHECK(together == alone);
  }
}

}  // namespace
}  // namespace sweepbox
