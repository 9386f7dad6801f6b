#include <algorithm>

#include "app/command/json.hpp"
#include "app/command/output.hpp"
#include "core/scene/boxes.hpp"
#include "core/sensor/box_projection.hpp"

namespace sweepbox {
namespace {

/// Quantile of sorted values, linear between neighbours.
double quantile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Json summarise(std::vector<double> all, std::vector<double> whole) {
  std::sort(all.begin(), all.end());
  std::sort(whole.begin(), whole.end());
  const auto or_null = [](const std::vector<double>& values, double share) {
    return values.empty() ? Json(nullptr) : Json(quantile(values, share));
  };
  return {{"n", all.size()},
          {"iou_median", or_null(all, 0.5)},
          {"iou_p10", or_null(all, 0.1)},
          {"iou_median_whole", or_null(whole, 0.5)}};
}

/// Three decimals: a thousandth of an IoU is a tenth of a pixel on a box of a hundred.
void print_summary(const Json& summary, std::size_t boxes) {
  const int labelled = summary["n"].get<int>();
  if (labelled == 0) {
    print("{}, no 2D label to compare with\n", counted(boxes, "box", "boxes"));
    return;
  }
  print("{} with a 2D label; iou median {:.3f}, 10 % below {:.3f}{}\n",
        counted(static_cast<std::size_t>(labelled), "box", "boxes"),
        summary["iou_median"].get<double>(),
        summary["iou_p10"].get<double>(),
        summary["iou_median_whole"].is_null()
            ? ", none of them whole"
            : fmt::format(", whole ones median {:.3f}", summary["iou_median_whole"].get<double>()));
}

int run(const Invocation& invocation) {
  const InputsOrExit opened = open_inputs(invocation, Lacking::refuse);
  if (!opened.inputs) return opened.exit;
  const Inputs& inputs = *opened.inputs;
  const Drive& drive = *inputs.drive;
  const auto frames = chosen_frames(invocation, drive);
  if (!frames) return kWrongUsage;
  const std::string wanted = invocation.text("camera");
  if (!wanted.empty()) {
    const auto& cameras = drive.info().cameras;
    if (std::none_of(cameras.begin(), cameras.end(), [&](const CameraInfo& camera) {
          return camera.name == wanted;
        }))
      return wrong_usage("--camera " + wanted + ": this drive has no such camera");
  }
  const auto rows = rows_by_frame(inputs);
  Json boxes = Json::array();
  std::vector<double> all, whole;
  for (const int f : *frames) {
    const FrameInfo& frame = drive.frames()[static_cast<std::size_t>(f)];
    for (const ImageFile& image : frame.images) {
      const std::string& name = drive.info().cameras[static_cast<std::size_t>(image.camera)].name;
      if (!wanted.empty() && wanted != name) continue;
      const Camera camera = corrected(*image.calibration, inputs.document);
      for (const ListedBox& row : rows[static_cast<std::size_t>(f)]) {
        // The box at the image's own time; a label that stands alone is where it was written.
        std::optional<Cuboid> cuboid;
        if (row.source) cuboid = cuboid_on_image(*row.source, drive, frame.stamp, image.stamp);
        if (!cuboid) cuboid = ego_from_ego(drive, frame.stamp, image.stamp) * row.cuboid_in_ego;
        const BoxProjection seen = project_box(camera, *cuboid);
        if (seen.in_image.area() <= 0) continue;
        const double outside =
            seen.whole.area() > 0 ? 1 - seen.in_image.area() / seen.whole.area() : 0;
        Json box = {{"frame", f},
                    {"camera", name},
                    {"track", row.track},
                    {"class", row.class_name},
                    {"rect", to_json(seen.in_image)},
                    {"truncated", std::clamp(outside, 0.0, 1.0)},
                    {"visible", seen.visible}};
        const Label* label = row.label;
        if (label && label->rect && label->rect_camera == name) {
          const double overlap = iou(seen.in_image, *label->rect);
          box["label_rect"] = to_json(*label->rect);
          if (label->truncated) box["label_truncated"] = *label->truncated;
          box["iou"] = overlap;
          all.push_back(overlap);
          if (label->truncated && *label->truncated == 0) whole.push_back(overlap);
        }
        boxes.push_back(std::move(box));
      }
    }
  }
  const Json summary = summarise(all, whole);
  for (const Problem& problem : inputs.problems) print_problem(invocation, problem);
  if (invocation.json()) {
    print_json({{"boxes", std::move(boxes)}, {"summary", summary}});
    return kDone;
  }
  for (const Json& box : boxes)
    print("{:>5} {:<12} {:<12} {:<14} {:7.1f} {:7.1f} {:7.1f} {:7.1f}  visible {:.2f}{}\n",
          box["frame"].get<int>(),
          box["camera"].get<std::string>(),
          box["track"].get<std::string>(),
          box["class"].get<std::string>(),
          box["rect"][0].get<double>(),
          box["rect"][1].get<double>(),
          box["rect"][2].get<double>(),
          box["rect"][3].get<double>(),
          box["visible"].get<double>(),
          box.contains("iou") ? fmt::format("  iou {:.3f}", box["iou"].get<double>()) : "");
  print_summary(summary, boxes.size());
  return kDone;
}

}  // namespace

Command project_command() {
  return {"project",
          "projects cuboids onto the images",
          "sweepbox project drives/kitti --camera image_2 --json",
          {"PATH"},
          {{"--camera", Option::Kind::text, "NAME: this camera alone"},
           option::kFrame,
           option::kFrames,
           option::kProject,
           option::kLabels},
          run};
}

}  // namespace sweepbox
