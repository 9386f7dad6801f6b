#include <algorithm>
#include <cmath>

#include "core/label/upright.hpp"
#include "core/label/writing.hpp"

namespace sweepbox {
namespace {

/// Below this nobody sees it in a label, and a person's hand does not set it.
constexpr double kTilt = 0.5 * kPi / 180;

/// What `Can` says of all formats: the words, and whether a box suffers it.
struct CanKind {
  Text what;
  bool (*touches)(const LabelFormat&, const WriteRequest&, const OutFrame&, const OutBox&);
};

/// Untouched records go out as they came in, whatever the format could say of them.
bool is_copied(const LabelFormat& format, const WriteRequest& request, const OutBox& box) {
  if (!box.origin) return false;
  const Value value = request.document.value({Kind::source, box.origin->source});
  const auto* source = std::get_if<std::shared_ptr<const Source>>(&value);
  return source && (*source)->format == format.name;
}

const CanKind kKinds[] = {
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
       return !format.can.track_ids && !is_made_up(box.track->name);
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
    {"what was accepted or marked unsure",
     [](const LabelFormat& format, const WriteRequest&, const OutFrame& frame, const OutBox& box) {
       return !format.can.keyframes && (box.track->state == TrackState::accepted ||
                                        box.track->marks.contains(frame.instant.stamp));
     }},
};

/// Keys that stand at no frame: a format of frames does not have them.
int keys_between(const WriteRequest& request) {
  int count = 0;
  for (const auto& track : request.document.tracks())
    for (const Keyframe& key : track->keys)
      count += key.frame.empty() && present_at(*track, key.stamp);
  return count;
}

/// Counts a box whose tilt is lost, and how far that moves its corners.
void count_tilt(Loss& loss,
                const LabelFormat& format,
                const WriteRequest& request,
                const OutFrame& frame,
                const OutBox& box) {
  if (format.can.upright == Upright::no) return;
  const Cuboid held = held_cuboid(format, request.drive, frame.instant, box.cuboid_in_ego);
  const Vec3 up = box.cuboid_in_ego.pose.rotation * Vec3::UnitZ();
  const Vec3 held_up = held.pose.rotation * Vec3::UnitZ();
  if (std::atan2(up.cross(held_up).norm(), up.dot(held_up)) <= kTilt) return;
  ++loss.boxes;
  loss.worst = std::max(loss.worst, worst_corner(box.cuboid_in_ego, held));
}

}  // namespace

std::vector<Loss> losses(const LabelFormat& format, const WriteRequest& request) {
  std::vector<Loss> result{{"roll and pitch beyond 0.5°"}};
  for (const CanKind& kind : kKinds) result.push_back({kind.what});
  for (const LossKind& kind : format.own_losses) result.push_back({kind.what});
  for (const OutFrame& frame : frames_to_write(request, sources_of(request.document, format.name)))
    for (const OutBox& box : frame.boxes) {
      if (is_copied(format, request, box)) continue;
      auto loss = result.begin();
      count_tilt(*loss++, format, request, frame, box);
      for (const CanKind& kind : kKinds)
        (loss++)->boxes += kind.touches(format, request, frame, box);
      for (const LossKind& kind : format.own_losses)
        (loss++)->boxes += kind.touches(request, frame, box);
    }
  if (!format.can.keyframes) result.push_back({"keyframes between frames", keys_between(request)});
  std::erase_if(result, [](const Loss& loss) { return loss.boxes == 0; });
  return result;
}

}  // namespace sweepbox
