#include "core/label/export.hpp"

#include "core/base/files.hpp"
#include "core/drive/sweepbox_folder.hpp"
#include "core/label/names.hpp"
#include "core/label/writing.hpp"

namespace sweepbox {
namespace {

/// Nothing is ever written into a data set. Folders are compared by what they are, not by name, so
/// that neither links nor mounts lead into it.
Result<void> check_outside(const Drive& drive, const fs::path& out) {
  std::error_code failed;
  const fs::path root =
      fs::canonical(drive.info().root.empty() ? fs::path(".") : drive.info().root, failed);
  if (failed) return {};  // a drive whose folder is gone cannot be written into
  const fs::path whole = fs::weakly_canonical(fs::absolute(out, failed), failed);
  if (failed)
    return fail(out.string(), {}, "a folder that can be made", failed.message(), "check the path");
  for (fs::path at = whole;; at = at.parent_path()) {
    if (fs::equivalent(at, root, failed))
      return fail(out.string(),
                  {},
                  "a folder outside the drive",
                  "one inside it",
                  text("write to {}", root.string() + "-labels"));
    if (!at.has_relative_path()) return {};
  }
}

Result<void> check_export(const ExportPlan& plan,
                          const Drive& drive,
                          const fs::path& out,
                          Existing existing) {
  if (auto outside = check_outside(drive, out); !outside) return outside;
  std::vector<std::string_view> paths;
  for (const WrittenFile& file : plan.files) paths.push_back(file.path);
  return StagedFiles(out, existing).check(paths);
}

tl::unexpected<Error> stopped() {
  return refuse("Writing labels was stopped");
}

Result<void> copy_frame(const Drive& drive, int index, int at, SweepboxFolderWriter& writer) {
  const FrameInfo& frame = drive.frames()[static_cast<std::size_t>(index)];
  for (std::size_t l = 0; l < frame.sweeps.size(); ++l) {
    if (!frame.sweeps[l]) continue;
    const auto sweep = drive.read_sweep(index, static_cast<int>(l));
    if (!sweep) return tl::unexpected<Error>(sweep.error());
    if (sweep->pieces.size() != 1)
      return fail(frame.sweeps[l]->file,
                  {},
                  text("at most {} points", kPiecePoints),
                  text("{}", sweep->size()),
                  "convert the labels alone");
    if (auto written = writer.write_sweep(
            at, drive.info().lidars[l].name, frame.sweeps[l]->stamp, *sweep->pieces.front());
        !written)
      return written;
  }
  for (const ImageFile& image : frame.images) {
    const auto encoded = read_bytes(drive.info().root / image.file);
    if (!encoded) return tl::unexpected<Error>(encoded.error());
    const CameraInfo& camera = drive.info().cameras[static_cast<std::size_t>(image.camera)];
    if (auto written = writer.write_image(at, camera.name, image.stamp, *encoded); !written)
      return written;
  }
  return {};
}

}  // namespace

Result<ExportPlan> plan_export(const LabelFormat& format, const WriteRequest& request) {
  WriteRequest asked = request;
  asked.found = frames_to_write(request, sources_of(request.document, format.name)).shared();
  if (request.cancel.requested()) return stopped();
  const HeldNames held = held_names(format, asked);
  const bool as_it_is = !held.document && !held.drive;
  auto files =
      format.write(as_it_is ? asked
                            : WriteRequest{held.document ? *held.document : request.document,
                                           held.drive ? *held.drive : request.drive,
                                           request.frames});
  if (!files) return tl::unexpected(files.error());
  if (request.cancel.requested()) return stopped();
  ExportPlan plan{std::move(*files), losses(format, asked)};
  plan.lost.insert(plan.lost.end(), held.lost.begin(), held.lost.end());
  return plan;
}

Result<void> write_export(const ExportPlan& plan,
                          const Drive& drive,
                          const fs::path& out,
                          Existing existing,
                          const Cancel& cancel) {
  if (auto checked = check_export(plan, drive, out, existing); !checked) return checked;
  StagedFiles staged(out, existing);
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    if (cancel.requested()) return stopped();
    cancel.set_share(static_cast<double>(i) / static_cast<double>(plan.files.size()));
    if (auto added = staged.add(plan.files[i].path, plan.files[i].content); !added) return added;
  }
  return staged.finish();
}

Result<void> write_export_with_data(const ExportPlan& plan,
                                    const WriteRequest& request,
                                    const fs::path& out,
                                    Existing existing) {
  if (plan.files.size() != 1) return refuse("the labels of a data set are one file");
  const Drive& drive = request.drive;
  const std::vector<int>& frames = request.frames;
  if (auto checked = check_export(
          {{{"drive.json", {}}, {"labels.json", {}}, {"poses.csv", {}}}, {}}, drive, out, existing);
      !checked)
    return checked;
  SweepboxFolderWriter writer(out, drive.info().name, drive.info().sequence, existing);
  for (const LidarInfo& lidar : drive.info().lidars)
    writer.add_lidar(
        {lidar.name,
         drive.ego_from(lidar.name, frames.empty() ? 0 : frames.front()).value_or(Pose{}),
         false});
  std::vector<bool> known(drive.info().cameras.size(), false);
  for (const int f : frames)
    for (const ImageFile& image : drive.frames()[static_cast<std::size_t>(f)].images)
      if (const auto camera = static_cast<std::size_t>(image.camera); !known[camera]) {
        known[camera] = true;
        writer.add_camera(*image.calibration);
      }
  for (const int f : frames) {
    const FrameInfo& frame = drive.frames()[static_cast<std::size_t>(f)];
    const int at = writer.add_frame({frame.name, frame.stamp});
    if (const auto pose = drive.world_from_ego(frame.stamp)) writer.add_pose(frame.stamp, *pose);
    if (auto copied = copy_frame(drive, f, at, writer); !copied) return copied;
  }
  return writer.finish(plan.files.front().content);
}

}  // namespace sweepbox
