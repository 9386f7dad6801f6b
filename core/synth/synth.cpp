#include "core/synth/synth.hpp"

#include <tbb/parallel_for.h>

#include <mutex>

#include "core/base/files.hpp"
#include "core/drive/sweepbox_folder.hpp"
#include "core/picture/picture.hpp"
#include "core/synth/embedded.hpp"
#include "core/synth/sensors.hpp"

namespace sweepbox {
namespace {

struct Eye {
  const CameraSpec& spec;
  synth::PixelRays rays;
};

/// One frame: its sweep and its images.
Result<void> record(const synth::StillStage& still,
                    const std::vector<Eye>& eyes,
                    int frame,
                    SweepboxFolderWriter& writer,
                    const Cancel& cancel) {
  const synth::World& world = still.world();
  const Stamp stamp = world.frame_stamp(frame);
  const double time_s = world.time_s(stamp);
  const synth::Stage stage(
      still, time_s - world.frame_gap_s() / 2, time_s + world.frame_gap_s() / 2);
  for (const LidarSpec& lidar : world.spec().lidars) {
    if (cancel.requested()) return {};
    const PointCloud cloud = synth::take_sweep(stage, lidar, frame, world.spec().seed);
    if (auto written = writer.write_sweep(frame, lidar.name, stamp, cloud); !written)
      return written;
  }
  for (const Eye& eye : eyes) {
    if (cancel.requested()) return {};
    const Stamp taken = later(stamp, eye.spec.offset_s);
    const double at_s = world.time_s(taken);
    const Pose world_from_camera =
        world.world_from_ego(at_s) * eye.spec.camera.camera_from_ego.inverse();
    const Image image = synth::take_image(stage, eye.spec, eye.rays, world_from_camera, at_s);
    const auto jpeg = encode_jpeg(image, eye.spec.quality);
    if (!jpeg) return tl::unexpected(jpeg.error());
    if (auto written = writer.write_image(frame, eye.spec.camera.name, taken, *jpeg); !written)
      return written;
  }
  return {};
}

void add_poses(SweepboxFolderWriter& writer, const synth::World& world) {
  const SynthSpec& spec = world.spec();
  // A fifth of a second beyond both ends: images and the sweep's halves lie outside the stamps.
  const double step = 1 / spec.pose_rate_hz;
  const int before = static_cast<int>(0.2 / step) + 1;
  const int count = static_cast<int>((spec.frames - 1) / spec.rate_hz / step) + 1 + before;
  for (int i = -before; i <= count; ++i) {
    const Stamp stamp = later(spec.start, i * step);
    writer.add_pose(stamp, world.world_from_ego(world.time_s(stamp)));
  }
}

}  // namespace

Result<void> make_synthetic_drive(const SynthSpec& given,
                                  const fs::path& out,
                                  const SynthOptions& options) {
  SynthSpec spec = given;
  if (options.frames) spec.frames = *options.frames;
  if (options.seed) spec.seed = *options.seed;
  if (spec.frames < 1 || spec.frames > 10'000)
    return refuse(text("frames: expected 1 to 10000, found {}", spec.frames),
                  "give another number");
  if (auto made = make_folder(out); !made) return made;
  std::error_code code;
  if (!fs::is_empty(out, code))
    return fail(out.string(),
                {},
                "an empty folder",
                "one with files in it",
                "name another folder, or empty this one");
  const synth::World world(spec);
  const synth::StillStage still(world);
  SweepboxFolderWriter writer(out, spec.name, true);
  for (const LidarSpec& lidar : spec.lidars)
    writer.add_lidar({lidar.name, lidar.ego_from_lidar, lidar.compensated});
  std::vector<Eye> eyes;
  for (const CameraSpec& camera : spec.cameras) {
    writer.add_camera(camera.camera);
    eyes.push_back({camera, synth::pixel_rays(camera.camera)});
  }
  for (int frame = 0; frame < spec.frames; ++frame)
    writer.add_frame({fmt::format("{:06}", frame), world.frame_stamp(frame)});
  add_poses(writer, world);

  std::mutex mutex;  // of what follows
  std::optional<Error> error;
  int done = 0;
  tbb::parallel_for(0, spec.frames, [&](int frame) {
    {
      const std::scoped_lock lock(mutex);
      if (error || options.cancel.requested()) return;
    }
    auto recorded = record(still, eyes, frame, writer, options.cancel);
    const std::scoped_lock lock(mutex);
    if (!recorded && !error) error = recorded.error();
    ++done;
    if (options.progress) options.progress(done, spec.frames);
  });
  if (error) return tl::unexpected(*error);
  if (options.cancel.requested())
    return refuse("cancelled before the drive was whole",
                  "make the drive again");
  return writer.finish(labels_json(world));
}

std::string_view embedded_street() {
  return synth_files::get("street.json");
}

}  // namespace sweepbox
