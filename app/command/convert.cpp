#include <iostream>

#include "app/command/inputs.hpp"
#include "core/base/files.hpp"
#include "core/drive/sweepbox_folder.hpp"

namespace sweepbox {
namespace {

/// Refuses before anything is written where a file would be replaced.
Result<void> check_free(const fs::path& out, const std::vector<WrittenFile>& files, bool force) {
  if (force) return {};
  for (const WrittenFile& file : files)
    if (fs::exists(out / file.path))
      return fail((out / file.path).string(),
                  {},
                  "no file of that name",
                  "one is there",
                  "choose another folder, or --force");
  return {};
}

/// Copies sweeps and images as Sweepbox's own folder; the labels are written beside.
Result<void> write_data(const Drive& drive,
                        const std::vector<int>& frames,
                        const fs::path& out,
                        std::string_view labels_json) {
  SweepboxFolderWriter writer(out, drive.info().name, drive.info().sequence);
  for (std::size_t l = 0; l < drive.info().lidars.size(); ++l) {
    const std::string& name = drive.info().lidars[l].name;
    writer.add_lidar(
        {name, drive.ego_from(name, frames.empty() ? 0 : frames.front()).value_or(Pose{}), false});
  }
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
    for (std::size_t l = 0; l < frame.sweeps.size(); ++l) {
      if (!frame.sweeps[l]) continue;
      const auto sweep = drive.read_sweep(f, static_cast<int>(l));
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
      if (auto written =
              writer.write_image(at,
                                 drive.info().cameras[static_cast<std::size_t>(image.camera)].name,
                                 image.stamp,
                                 *encoded);
          !written)
        return written;
    }
  }
  return writer.finish(labels_json);
}

Result<void> write_labels(const std::vector<WrittenFile>& files, const fs::path& out) {
  for (const WrittenFile& file : files) {
    const fs::path path = out / file.path;
    if (auto made = make_folder(path.parent_path()); !made) return made;
    if (auto written = write_file(path, file.content); !written) return written;
  }
  return {};
}

int run(const Invocation& invocation) {
  const LabelFormat* format = label_format(invocation.text("to"));
  if (!format || !format->write) {
    std::string names;
    for (const LabelFormat& known : label_formats())
      if (known.write) names += fmt::format(" {}", known.name);
    return wrong_usage("--to " + invocation.text("to") +
                       ": not a format that is written; there are:" + names);
  }
  const bool with_data = invocation.has("with-data");
  if (with_data && format->name != "sweepbox")
    return wrong_usage("--with-data: only the sweepbox format is written as a whole data set");
  const InputsOrExit opened = open_inputs(invocation, true);
  if (!opened.inputs) return opened.exit;
  const Inputs& inputs = *opened.inputs;
  const auto frames = chosen_frames(invocation, *inputs.drive);
  if (!frames) return kWrongUsage;
  say_problems(inputs);
  const WriteRequest request{inputs.document, *inputs.drive, *frames};

  const std::vector<Loss> lost = losses(*format, request);
  for (const Loss& loss : lost) {
    std::cerr << fmt::format(
        "sweepbox: {} cannot hold {}: {} boxes", format->name, english(loss.what), loss.boxes);
    if (loss.worst > 0) std::cerr << fmt::format(", corners move up to {:.2g} m", loss.worst);
    std::cerr << '\n';
  }
  if (!lost.empty() && invocation.has("strict")) {
    std::cerr << "sweepbox: " << invocation.text("output") << ": nothing written, --strict\n";
    return kFailed;
  }
  auto files = format->write(request);
  if (!files) return fail_with(files.error());
  const fs::path out = invocation.text("output");
  const bool force = invocation.has("force");
  if (auto clear = check_free(out, *files, force); !clear) return fail_with(clear.error());
  if (with_data) {
    if (!force && fs::exists(out / "drive.json"))
      return fail_with(fail((out / "drive.json").string(),
                            {},
                            "no drive there",
                            "one is there",
                            "choose another folder, or --force")
                           .value());
    if (files->size() != 1)
      return fail_with(refuse("the labels of a data set are one file").value());
    if (auto written = write_data(*inputs.drive, *frames, out, files->front().content); !written)
      return fail_with(written.error());
  } else if (auto written = write_labels(*files, out); !written) {
    return fail_with(written.error());
  }
  if (!invocation.has("quiet"))
    std::cerr << fmt::format("sweepbox: {} files written to {}\n", files->size(), out.string());
  return kDone;
}

}  // namespace

Command convert_command() {
  return {"convert",
          "writes labels in another format",
          "sweepbox convert hall3.sbx --to kitti_tracking -o out",
          {"PATH"},
          {{"--to", Option::Kind::text, "FORMAT: a name of `sweepbox formats`", true},
           {"-o,--output", Option::Kind::text, "OUT: the folder to write into", true},
           {"--with-data",
            Option::Kind::flag,
            "copy sweeps and images too, where the format is a data set"},
           {"--strict", Option::Kind::flag, "fail where the format cannot hold everything"},
           {"--force", Option::Kind::flag, "replace files that are there"},
           option::kFrame,
           option::kFrames,
           option::kProject,
           option::kLabels},
          run};
}

}  // namespace sweepbox
