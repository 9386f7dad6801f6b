#include "core/drive/frame_cache.hpp"

#include <catch2/catch.hpp>
#include <mutex>
#include <new>
#include <set>

namespace sweepbox {
namespace {

/// A drive of one lidar and one camera in memory; counts what is read.
class MadeDrive : public Drive {
 public:
  static constexpr std::size_t kPoints = 1000;
  static constexpr int kFullWidth = 64;

  explicit MadeDrive(int count) {
    info_.name = "made";
    info_.lidars = {{"lidar"}};
    info_.cameras = {{"front", kFullWidth, 1, "pinhole"}};
    for (int i = 0; i < count; ++i) {
      FrameInfo frame{fmt::format("{:06}", i), {i * 100'000'000LL}, {}, {}};
      frame.sweeps = {SweepFile{frame.stamp, "lidar"}};
      frame.images = {ImageFile{0, frame.stamp, "front", std::make_shared<Camera>()}};
      frames_.push_back(std::move(frame));
    }
  }

  const DriveInfo& info() const override { return info_; }

  std::span<const FrameInfo> frames() const override { return frames_; }

  std::optional<Pose> world_from_ego(Stamp) const override { return std::nullopt; }

  std::optional<Pose> ego_from(std::string_view, int) const override { return std::nullopt; }

  std::span<const Problem> problems() const override { return {}; }

  int missing_sweeps() const override { return 0; }

  int missing_images() const override { return 0; }

  Result<Sweep> read_sweep(int frame, int, const WantedChannels& channels) const override {
    const std::lock_guard lock(mutex_);
    channels_read_ = channels;
    sweeps_read_.push_back(frame);
    if (frame == too_large) throw std::bad_alloc();
    if (frame == broken) return fail("lidar/broken.pcd", {}, "points", "none");
    PointCloud cloud;
    cloud.x.assign(kPoints, static_cast<float>(frame));
    cloud.y = cloud.z = cloud.x;
    update_bounds(cloud);
    Sweep sweep;
    sweep.pieces = in_pieces(std::move(cloud));
    return sweep;
  }

  Result<Image> read_image(int frame, int, int max_width) const override {
    const std::lock_guard lock(mutex_);
    images_read_.emplace_back(frame, max_width);
    Image image;
    image.full_width = kFullWidth;
    image.full_height = 1;
    image.width = max_width > 0 && max_width <= kFullWidth / 2 ? kFullWidth / 2 : kFullWidth;
    image.height = 1;
    image.rgba.resize(static_cast<std::size_t>(image.width) * 4);
    return image;
  }

  std::vector<int> sweeps_read() const {
    const std::lock_guard lock(mutex_);
    return sweeps_read_;
  }

  std::vector<std::pair<int, int>> images_read() const {
    const std::lock_guard lock(mutex_);
    return images_read_;
  }

  WantedChannels channels_read() const {
    const std::lock_guard lock(mutex_);
    return channels_read_;
  }

  int broken = -1;
  int too_large = -1;

 private:
  DriveInfo info_;
  std::vector<FrameInfo> frames_;
  mutable std::mutex mutex_;
  mutable std::vector<int> sweeps_read_;
  mutable std::vector<std::pair<int, int>> images_read_;
  mutable WantedChannels channels_read_;  ///< of the last sweep
};

using SweepState = FrameCache::Entry<Sweep>::State;
using ImageState = FrameCache::Entry<Image>::State;

}  // namespace

TEST_CASE("the wanted frame and those ahead are loaded, nothing behind but one") {
  const auto drive = std::make_shared<MadeDrive>(100);
  Jobs jobs(1);
  FrameCache cache(drive, jobs, {1 << 30, 4});
  CHECK_FALSE(cache.complete(50));
  cache.want(50, 1);
  CHECK(cache.sweep(50, 0).state == SweepState::loading);
  jobs.finish();
  CHECK(cache.complete(50));
  CHECK(cache.sweep(50, 0).value->pieces[0]->x[0] == 50.f);
  const std::vector<int> read = drive->sweeps_read();
  CHECK(std::set<int>(read.begin(), read.end()) == std::set<int>{49, 50, 51, 52, 53, 54});
  CHECK(cache.sweep(56, 0).state == SweepState::absent);
  CHECK(cache.version() == 12);  // six sweeps and six images
  cache.want(50, -1);
  jobs.finish();
  CHECK(cache.complete(46));
  CHECK_FALSE(cache.complete(45));
}

TEST_CASE("sweeps are read with the channels that the cache was made for") {
  const auto drive = std::make_shared<MadeDrive>(1);
  Jobs jobs(1);
  const std::vector<std::string> channels = {"ring", "time"};
  FrameCache cache(drive, jobs, {1 << 30, 0, channels});
  cache.want(0, 0);
  jobs.finish();
  CHECK(drive->channels_read() == channels);
}

TEST_CASE("the frame that is looked at is read before what was prefetched") {
  const auto drive = std::make_shared<MadeDrive>(1000);
  Jobs jobs(1);
  FrameCache cache(drive, jobs, {1 << 30, 50});
  cache.want(10, 1);
  cache.want(500, 1);
  cache.want(900, 1);
  jobs.finish();
  // Whatever ran before the last wish was at most what the pool had in hand for each of the others.
  const int in_hand = std::max(4, 2 * sensible_worker_count());
  const std::vector<int> read = drive->sweeps_read();
  CHECK(std::find(read.begin(), read.end(), 900) - read.begin() <= 2 * in_hand);
  CHECK(std::count_if(read.begin(), read.end(), [](int frame) { return frame < 890; }) <=
        2 * in_hand);
  for (const int next : {901, 902, 920})
    CHECK(std::find(read.begin(), read.end(), 900) < std::find(read.begin(), read.end(), next));
  CHECK(cache.complete(900));
  CHECK(cache.complete(950));
}

TEST_CASE("the byte cap holds while a drive of 1,000 frames is played from end to end") {
  const auto drive = std::make_shared<MadeDrive>(1000);
  Jobs jobs(2);
  // About ten frames: 12 bytes a point and the picture.
  constexpr std::uint64_t kCap = 10 * (12 * MadeDrive::kPoints + 4 * MadeDrive::kFullWidth);
  FrameCache cache(drive, jobs, {kCap, 8});
  for (int frame = 0; frame < 1000; ++frame) {
    cache.want(frame, 1);
    jobs.finish();
    REQUIRE(cache.bytes() <= kCap);
    REQUIRE(cache.complete(frame));
  }
  CHECK(drive->sweeps_read().size() == 1000);  // none was thrown out before its turn
}

TEST_CASE("a cap below the prefetch keeps the frame itself and does not load in circles") {
  const auto drive = std::make_shared<MadeDrive>(100);
  Jobs jobs(1);
  constexpr std::uint64_t kFrame = 12 * MadeDrive::kPoints + 4 * MadeDrive::kFullWidth;
  FrameCache cache(drive, jobs, {2 * kFrame, 20});
  cache.want(0, 1);
  jobs.finish();
  CHECK(cache.complete(0));
  CHECK(cache.bytes() <= 2 * kFrame);
  const std::size_t read = drive->sweeps_read().size();
  cache.want(0, 1);
  cache.want(0, 1);
  jobs.finish();
  CHECK(drive->sweeps_read().size() == read);
  cache.want(1, 1);
  jobs.finish();
  CHECK(cache.complete(1));
}

TEST_CASE("an image is decoded again only when it is shown larger than it was decoded") {
  const auto drive = std::make_shared<MadeDrive>(1);
  Jobs jobs(1);
  FrameCache cache(drive, jobs, {1 << 30, 0});
  cache.set_image_width(0, 20);
  cache.want(0, 0);
  jobs.finish();
  CHECK(cache.image(0, 0).value->width == 32);
  cache.set_image_width(0, 30);  // still fits
  jobs.finish();
  CHECK(drive->images_read().size() == 1);
  cache.set_image_width(0, 60);
  CHECK(cache.image(0, 0).state == ImageState::ready);  // the smaller one is shown meanwhile
  jobs.finish();
  CHECK(cache.image(0, 0).value->width == 64);
  CHECK(cache.bytes() == 12 * MadeDrive::kPoints + 4 * 64);
  cache.set_image_width(0, 0);
  cache.set_image_width(0, 10);
  jobs.finish();
  CHECK(drive->images_read() == std::vector<std::pair<int, int>>{{0, 20}, {0, 60}});
}

TEST_CASE(
    "a sweep that cannot be read is a failed entry with its error, and the frame is complete") {
  const auto drive = std::make_shared<MadeDrive>(10);
  drive->broken = 3;
  Jobs jobs(1);
  FrameCache cache(drive, jobs, {1 << 30, 2});
  cache.want(3, 1);
  jobs.finish();
  CHECK(cache.sweep(3, 0).state == SweepState::failed);
  CHECK(cache.sweep(3, 0).error->file == "lidar/broken.pcd");
  CHECK(cache.complete(3));
  CHECK(cache.complete(4));
}

TEST_CASE("a sweep that no memory is left for is a failed entry too, and the frame is complete") {
  const auto drive = std::make_shared<MadeDrive>(10);
  drive->too_large = 3;
  Jobs jobs(1);
  FrameCache cache(drive, jobs, {1 << 30, 2});
  cache.want(3, 1);
  jobs.finish();
  CHECK(cache.sweep(3, 0).state == SweepState::failed);
  CHECK(cache.complete(3));
}

TEST_CASE("a cache that goes away while it loads leaves the jobs sound") {
  const auto drive = std::make_shared<MadeDrive>(100);
  Jobs jobs(1);
  {
    FrameCache cache(drive, jobs, {1 << 30, 20});
    cache.want(0, 1);
  }
  jobs.finish();
  CHECK(jobs.pending() == 0);
}

TEST_CASE("frames beside the drive are asked for without harm") {
  const auto drive = std::make_shared<MadeDrive>(3);
  Jobs jobs(1);
  FrameCache cache(drive, jobs, {1 << 30, 8});
  cache.want(2, 1);
  cache.want(0, -1);
  cache.want(7, 0);
  jobs.finish();
  CHECK(cache.sweep(-1, 0).state == SweepState::absent);
  CHECK(cache.image(0, 5).state == ImageState::absent);
}

}  // namespace sweepbox
