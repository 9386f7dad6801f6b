#include <algorithm>
#include <cmath>

#include "core/label/kitti_rows.hpp"
#include "core/label/label.hpp"
#include "core/label/track_numbers.hpp"
#include "core/label/writing.hpp"

namespace sweepbox {
namespace {

/// Below this nobody sees it in a label, and a person's hand does not set it.
constexpr double kTilt = 0.5 * kPi / 180;

/// One kind of loss: its words, and whether a box suffers it.
struct LossKind {
  Text what;
  bool (*touches)(const LabelFormat&, const WriteRequest&, const OutFrame&, const OutBox&);
};

/// From the camera's vertical, which the formats without tilt (all of them KITTI's) measure from.
double tilt_of(const Drive& drive, int frame, const Cuboid& cuboid_in_ego) {
  const Vec3 up = ego_from_camera_rect(drive, frame).rotation * Vec3(0, -1, 0);
  const Vec3 box_up = cuboid_in_ego.pose.rotation * Vec3::UnitZ();
  return std::atan2(up.cross(box_up).norm(), up.dot(box_up));
}

/// Untouched records go out as they came in, whatever the format could say of them.
bool is_copied(const LabelFormat& format, const WriteRequest& request, const OutBox& box) {
  if (!box.origin) return false;
  const Value value = request.document.value({Kind::source, box.origin->source});
  const auto* source = std::get_if<std::shared_ptr<const Source>>(&value);
  return source && (*source)->format == format.name;
}

bool is_kitti_rows(const LabelFormat& format) {
  return format.name == "kitti_object" || format.name == "kitti_tracking";
}

const LossKind kKinds[] = {
    {"roll and pitch beyond 0.5°",
     [](const LabelFormat& format,
        const WriteRequest& request,
        const OutFrame& frame,
        const OutBox& box) {
       return !format.can.tilt &&
              tilt_of(request.drive, frame.instant.near, box.cuboid_in_ego) > kTilt;
     }},
    {"attributes",
     [](const LabelFormat& format, const WriteRequest&, const OutFrame&, const OutBox& box) {
       if (format.can.attributes) return false;
       for (const auto& [name, value] : box.attributes)
         if (std::find(format.attributes.begin(), format.attributes.end(), name) ==
             format.attributes.end())
           return true;
       return false;
     }},
    {"track ids",
     [](const LabelFormat& format, const WriteRequest&, const OutFrame&, const OutBox& box) {
       // FRAME/LINE is no id, but the place of a label that had none.
       return !format.can.track_ids && box.track->name.find('/') == std::string::npos;
     }},
    {"names of tracks that are no numbers",
     [](const LabelFormat& format, const WriteRequest&, const OutFrame&, const OutBox& box) {
       const bool numbers = format.name == "kitti_tracking" || format.name == "kitti_raw";
       return numbers && !TrackNumbers::is_number(*box.track);
     }},
    {"classes beyond its own",
     [](const LabelFormat& format,
        const WriteRequest& request,
        const OutFrame&,
        const OutBox& box) {
       return !format.can.any_class &&
              !own_word(request.document.taxonomy(), box.track->class_name, format.words);
     }},
    {"scores",
     [](const LabelFormat& format, const WriteRequest&, const OutFrame&, const OutBox& box) {
       return !format.can.scores && box.score.has_value();
     }},
    {"sizes that change within a track",
     [](const LabelFormat& format, const WriteRequest&, const OutFrame&, const OutBox& box) {
       return format.name == "kitti_raw" && !box.track->rigid;
     }},
    {"what was accepted or marked unsure",
     [](const LabelFormat& format, const WriteRequest&, const OutFrame& frame, const OutBox& box) {
       return !format.can.keyframes && (box.track->state != TrackState::open ||
                                        box.track->marks.contains(frame.instant.stamp));
     }},
    {"boxes without a camera_rect_0 of the drive: written for a camera at its origin that looks "
     "forward",
     [](const LabelFormat& format,
        const WriteRequest& request,
        const OutFrame& frame,
        const OutBox&) {
       return is_kitti_rows(format) && !has_camera_rect(request.drive, frame.instant.near);
     }},
    {"2D boxes, which need an image of the left colour camera (image_2, image_02)",
     [](const LabelFormat& format,
        const WriteRequest& request,
        const OutFrame& frame,
        const OutBox&) {
       return is_kitti_rows(format) && !left_color_image(request.drive, frame.instant.frame);
     }},
};

/// Keys that stand at no frame: a format of frames does not have them.
int keys_between(const WriteRequest& request) {
  int count = 0;
  for (const auto& track : request.document.tracks())
    for (const Keyframe& key : track->keys) count += key.frame.empty();
  return count;
}

}  // namespace

std::vector<Loss> losses(const LabelFormat& format, const WriteRequest& request) {
  std::vector<Loss> result;
  for (const LossKind& kind : kKinds) result.push_back({kind.what, 0});
  for (const OutFrame& frame : frames_to_write(request, sources_of(request.document, format.name)))
    for (const OutBox& box : frame.boxes) {
      if (is_copied(format, request, box)) continue;
      for (std::size_t i = 0; i < result.size(); ++i)
        result[i].boxes += kKinds[i].touches(format, request, frame, box);
    }
  if (!format.can.keyframes) result.push_back({"keyframes between frames", keys_between(request)});
  std::erase_if(result, [](const Loss& loss) { return loss.boxes == 0; });
  return result;
}

}  // namespace sweepbox
