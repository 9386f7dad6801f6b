#include "core/label/kitti_tracklets.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/parse.hpp"
#include "core/label/cuboids.hpp"
#include "core/label/instants.hpp"

namespace sweepbox {
namespace {

constexpr const char* kFix = "correct the file, or take it from the data set again";
constexpr double kLargestSize = 100, kFarthest = 10'000;

using Tags = std::array<const char*, 3>;
constexpr Tags kDevkit = {"l", "w", "h"};
// Datumaro before September 2024, and since (its issue 1578): scale[0], the length, went to w, then
// to h.
constexpr Tags kOld = {"w", "h", "l"}, kNew = {"h", "w", "l"};

Result<double> number_at(const pugi::xml_node& node, const char* name, double most) {
  const auto value = to_double(node.child_value(name));
  if (!value || !(std::abs(*value) <= most))
    return fail(
        {}, name, text("a number within ±{}", most), text("\"{}\"", node.child_value(name)), kFix);
  return *value;
}

/// What only Datumaro's exporter leaves in a tracklet.
std::string_view mark_in(const pugi::xml_node& tracklet) {
  if (tracklet.child("attributes")) return "attributes of tracklets";
  for (const pugi::xml_node& pose : tracklet.child("poses").children("item")) {
    if (pose.child("attributes")) return "attributes of poses";
    // The devkit has amt_occlusion_kf there.
    const pugi::xml_node next = pose.child("amt_occlusion").next_sibling();
    if (std::strcmp(next.name(), "amt_border_l") == 0) return "the order of the tags of a pose";
    break;
  }
  return {};
}

/// How far sizes are from what is usual for their class, summed over the three in logarithms.
struct Fit {
  int boxes = 0;
  double devkit = 0, old = 0, now = 0;
};

Fit fit_of(const pugi::xml_node& tracklets, const Taxonomy& taxonomy) {
  Fit fit;
  for (const pugi::xml_node& tracklet : tracklets.children("item")) {
    const ObjectClass* known = taxonomy.find(trimmed(tracklet.child_value("objectType")));
    if (!known || known == &taxonomy.classes.back()) continue;
    std::map<char, double> size;
    for (const char* tag : kDevkit)
      if (const auto value = to_double(tracklet.child_value(tag)); value && std::abs(*value) > 1e-6)
        size[tag[0]] = std::abs(*value);
    if (size.size() < 3) continue;
    const auto distance = [&](const Tags& tags) {
      double sum = 0;
      for (int i = 0; i < 3; ++i)
        sum += std::abs(std::log(size[tags[static_cast<std::size_t>(i)][0]] / known->size[i]));
      return std::min(sum, 10.0);
    };
    ++fit.boxes;
    fit.devkit += distance(kDevkit);
    fit.old += distance(kOld);
    fit.now += distance(kNew);
  }
  return fit;
}

/// The order that the boxes tell; empty where they do not tell clearly.
std::optional<Tags> order_by_boxes(const Fit& fit, double margin_each) {
  if (fit.boxes == 0) return std::nullopt;
  const std::pair<double, Tags> all[] = {{fit.devkit, kDevkit}, {fit.old, kOld}, {fit.now, kNew}};
  double best = std::numeric_limits<double>::infinity(), second = best;
  Tags order = kDevkit;
  for (const auto& [distance, tags] : all) {
    if (distance < best) {
      second = best;
      best = distance;
      order = tags;
    } else {
      second = std::min(second, distance);
    }
  }
  if (second - best < margin_each * fit.boxes) return std::nullopt;
  return order;
}

bool has_negative(const pugi::xml_node& tracklet) {
  return std::any_of(kDevkit.begin(), kDevkit.end(), [&](const char* tag) {
    return to_double(tracklet.child_value(tag)).value_or(0) < 0;
  });
}

/// Datumaro wrote w before h once, and h first since.
bool has_width_first(const pugi::xml_node& tracklet) {
  for (const pugi::xml_node& child : tracklet.children()) {
    if (std::strcmp(child.name(), "w") == 0) return true;
    if (std::strcmp(child.name(), "h") == 0) return false;
  }
  return false;
}

}  // namespace

Pose ego_from_velodyne(const Drive& drive, int frame) {
  return drive.ego_from("velodyne", frame).value_or(ego_from_clouds(drive, frame));
}

std::pair<std::uint64_t, std::uint64_t> bytes_of_item(std::string_view xml,
                                                      const pugi::xml_node& item,
                                                      std::size_t after) {
  constexpr std::string_view kItemEnd = "</item>";
  const auto begin =
      static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(item.offset_debug() - 1, 0));
  const std::size_t end = xml.find(kItemEnd, after);
  return {begin, end == std::string_view::npos ? xml.size() : end + kItemEnd.size()};
}

pugi::xml_node tracklets_of(const pugi::xml_document& document) {
  const pugi::xml_node root = document.child("boost_serialization");
  return (root ? root : document).child("tracklets");
}

TrackletManner manner_of(const pugi::xml_node& tracklets,
                         std::string_view frame_list,
                         const Taxonomy& taxonomy) {
  TrackletManner manner;
  for (const std::string_view line : lines_of(frame_list)) {
    const auto words = split_blanks(line);
    const auto number = words.size() >= 2 ? to_integer(words[0]) : std::nullopt;
    if (number && *number >= 0)
      manner.frame_names[*number] = std::string(trimmed(line.substr(line.find(words[1]))));
  }
  if (!manner.frame_names.empty()) manner.mark = "frame_list.txt beside it";
  for (const pugi::xml_node& tracklet : tracklets.children("item")) {
    manner.negative += has_negative(tracklet);
    if (manner.mark.empty()) manner.mark = mark_in(tracklet);
  }
  if (manner.mark.empty() && manner.negative > 0) manner.mark = "sizes below 0";

  const Fit fit = fit_of(tracklets, taxonomy);
  if (manner.mark.empty()) {
    const auto order = fit.boxes >= 5 ? order_by_boxes(fit, 1.0) : std::nullopt;
    if (!order || *order == kDevkit) return manner;
  }
  manner.cvat = true;
  const auto order = order_by_boxes(fit, 0.5);
  manner.by_boxes = order.has_value();
  manner.tags = order ? *order : has_width_first(tracklets.child("item")) ? kOld : kNew;
  return manner;
}

std::optional<Problem> told(const TrackletManner& manner, const std::string& file) {
  if (!manner.cvat) return std::nullopt;
  std::string found = fmt::format(
      "{}, as CVAT and Datumaro write: (tx, ty, tz) was taken for the centre, {}, {}, {} for "
      "length, "
      "width, height, as {}",
      manner.mark.empty() ? "sizes that fit their classes in another order" : manner.mark,
      manner.tags[0],
      manner.tags[1],
      manner.tags[2],
      manner.by_boxes ? "the classes' usual sizes say"
                      : "the order of the tags says (the boxes are too few or too odd to tell)");
  if (manner.negative > 0)
    found += fmt::format("; {} tracklets have sizes below 0, of which the amount was taken",
                         manner.negative);
  return Problem{manner.negative > 0 || !manner.by_boxes ? Severity::warning : Severity::note,
                 file,
                 {},
                 "l, w, h and the centre of the bottom face, as KITTI's devkit has them",
                 text("{}", found),
                 "if boxes look wrong, reorder them with --repair labels.size=…"};
}

Result<Vec3> tracklet_size(const pugi::xml_node& tracklet, const TrackletManner& manner) {
  Vec3 size;
  for (int i = 0; i < 3; ++i) {
    const char* tag = manner.tags[static_cast<std::size_t>(i)];
    const auto length = number_at(tracklet, tag, kLargestSize);
    if (!length) return tl::make_unexpected(length.error());
    size[i] = manner.cvat ? std::abs(*length) : *length;
    if (size[i] <= 0)
      return fail(
          {}, tag, text("a length above 0, up to {} m", kLargestSize), text("{}", *length), kFix);
  }
  return size;
}

Result<Cuboid> tracklet_cuboid(const pugi::xml_node& pose,
                               const Vec3& size,
                               const TrackletManner& manner,
                               const RawAngles& angles) {
  Vec3 place, turn;
  for (int i = 0; i < 3; ++i) {
    const char* places[] = {"tx", "ty", "tz"};
    const char* turns[] = {"rx", "ry", "rz"};
    const auto t = number_at(pose, places[i], kFarthest);
    if (!t) return tl::make_unexpected(t.error());
    const auto r = number_at(pose, turns[i], 1000);
    if (!r) return tl::make_unexpected(r.error());
    place[i] = *t;
    turn[i] = angles.radians(*r);
  }
  if (manner.cvat) return Cuboid{{from_xyz_angles(turn), place}, size};
  const Quat rotation = from_roll_pitch_yaw(turn.x(), turn.y(), turn.z());
  // (tx, ty, tz) is the centre of the bottom face.
  return Cuboid{{rotation, place + rotation * Vec3(0, 0, size.z() / 2)}, size};
}

bool is_outside(const pugi::xml_node& pose, const TrackletManner& manner) {
  const auto truncation = to_integer(pose.child_value("truncation"));
  return manner.cvat && truncation && (*truncation == 2 || *truncation == 99);
}

TrackletPose tracklet_pose(const Cuboid& in_velodyne, const TrackletManner& manner) {
  if (manner.cvat) return {in_velodyne.pose.translation, xyz_angles_of(in_velodyne.pose.rotation)};
  return {in_velodyne.pose * Vec3(0, 0, -in_velodyne.size.z() / 2),
          roll_pitch_yaw_of(in_velodyne.pose.rotation)};
}

void add_attributes(const pugi::xml_node& node, Attributes& to) {
  for (const pugi::xml_node& one : node.child("attributes").children("attribute")) {
    const std::string name(trimmed(one.child_value("name")));
    const std::string value(trimmed(one.child_value("value")));
    if (!name.empty() && !value.empty()) to[name] = value;
  }
}

}  // namespace sweepbox
