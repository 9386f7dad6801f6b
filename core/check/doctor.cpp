#include "core/check/doctor.hpp"

#include <algorithm>
#include <array>

#include "core/check/evidence.hpp"

namespace sweepbox {
namespace {

struct Words {
  std::string_view name;
  const char* title;
};

// In the order of Ailment.
constexpr std::array kWords = {
    Words{"half_height", "boxes off by half a height"},
    Words{"turned_90", "boxes turned by 90°"},
    Words{"turned_180", "boxes that look backwards"},
    Words{"mirrored", "clockwise headings"},
    Words{"size_order", "sizes in another order"},
    Words{"small_angle", "boxes turned about the sensor"},
    Words{"alpha_for_yaw", "observation angles for headings"},
    Words{"world_yaw", "headings in the world's axes"},
    Words{"label_frame", "boxes in another frame of reference"},
    Words{"label_shift", "boxes of other frames"},
    Words{"everything_shifted", "boxes shifted by a constant offset"},
    Words{"label_angles", "degrees for radians"},
    Words{"label_quaternion", "order of the boxes' quaternions"},
    Words{"extrinsic_inverted", "a sensor's calibration the other way round"},
    Words{"extrinsic_transposed", "a rotation stored by columns"},
    Words{"camera_axes", "other camera axes"},
    Words{"pose_inverted", "poses the other way round"},
    Words{"pose_quaternion", "order of the poses' quaternions"},
    Words{"image_lens", "another lens than the images have"},
    Words{"image_shift", "images of other frames"},
    Words{"stamp_unit", "stamps in another unit"},
    Words{"movers_off", "boxes of another time"},
    Words{"boxed_twice", "objects boxed twice"},
    Words{"float_jitter", "large coordinates in 32 bits"},
    Words{"boxes_missing", "boxes missing"},
};
static_assert(kWords.size() == static_cast<std::size_t>(Ailment::boxes_missing) + 1);

}  // namespace

std::string_view name_of(Ailment ailment) {
  return kWords[static_cast<std::size_t>(ailment)].name;
}

Text title_of(Ailment ailment) {
  return kWords[static_cast<std::size_t>(ailment)].title;
}

std::string_view name_of(Certainty certainty) {
  switch (certainty) {
    case Certainty::certain:
      return "certain";
    case Certainty::likely:
      return "likely";
    case Certainty::too_few:
      break;
  }
  return "too few to tell";
}

Examination examine(const Drive& drive, const LabelSet& labels, const DoctorOptions& options) {
  Examination result;
  doctor::Evidence evidence = doctor::gather(drive, labels, options);
  result.frames = static_cast<int>(evidence.scenes.size());
  const auto go_on = [&] { return !options.cancel.requested(); };
  if (go_on()) doctor::examine_units(evidence, result);
  if (go_on()) doctor::examine_poses(evidence, result);
  evidence.poses_sound = result.findings.empty();
  // Boxes are judged in the order in which repairs stand on each other, each on the labels that
  // the findings before it leave.
  LabelSet now = labels;
  if (go_on()) now = doctor::examine_places(evidence, std::move(now), result);
  if (go_on()) now = doctor::examine_boxes(evidence, std::move(now), result);
  if (go_on()) doctor::examine_motion(evidence, now, result);
  if (go_on()) doctor::examine_time(evidence, now, result);
  if (go_on()) doctor::examine_counts(evidence, labels, result);
  if (go_on() && options.images) doctor::examine_cameras(evidence, now, result);
  for (Finding& one : result.findings)
    for (const Untold& untold : result.untold)
      if (untold.ailment == one.ailment && one.certainty == Certainty::certain) {
        one.certainty = Certainty::likely;
        one.problem.severity = Severity::warning;
      }
  std::stable_sort(result.findings.begin(),
                   result.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.certainty < b.certainty; });
  return result;
}

}  // namespace sweepbox
