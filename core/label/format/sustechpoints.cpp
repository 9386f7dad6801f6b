#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/label/cuboids.hpp"
#include "core/label/json_records.hpp"
#include "core/label/ordered_json.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/writing.hpp"

// SUSTechPOINTS, label/FRAME.json (formats.md 4.6): an array of boxes in the lidar file's axes.

namespace sweepbox {

LabelFormat sustechpoints_labels();

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kWords[] = {"Car",
                                       "Pedestrian",
                                       "Rider",
                                       "Truck",
                                       "Bus",
                                       "Van",
                                       "Motor",
                                       "Bicycle",
                                       "Cone",
                                       "Animal",
                                       "TrafficBarrier"};
constexpr std::string_view kAttributes[] = {"obj_attr"};
constexpr const char* kFix = "correct the box, or take the file from the data set again";
constexpr double kLargestSize = 100, kFarthest = 100'000;

Pose ego_from_lidar(const Drive& drive, int frame) {
  return drive.ego_from("lidar", frame).value_or(ego_from_clouds(drive, frame));
}

Result<Vec3> vector_at(const Json& psr, const char* key) {
  const auto found = psr.find(key);
  Vec3 result;
  for (int i = 0; i < 3; ++i) {
    const char axis[] = {static_cast<char>('x' + i), 0};
    const std::string field = fmt::format("psr.{}.{}", key, axis);
    if (found == psr.end() || !found->is_object() || !found->contains(axis) ||
        !(*found)[axis].is_number())
      return fail({}, field, "a number", "nothing or something else", kFix);
    result[i] = (*found)[axis].get<double>();
  }
  return result;
}

Result<Cuboid> cuboid_of(const Json& box, const RawAngles& angles) {
  const auto psr = box.find("psr");
  if (psr == box.end() || !psr->is_object())
    return fail({}, "psr", "an object with position, scale and rotation", "none", kFix);
  const auto position = vector_at(*psr, "position");
  if (!position) return tl::make_unexpected(position.error());
  const auto scale = vector_at(*psr, "scale");
  if (!scale) return tl::make_unexpected(scale.error());
  auto rotation = vector_at(*psr, "rotation");
  if (!rotation) return tl::make_unexpected(rotation.error());
  *rotation *= angles.radians(1);
  for (int i = 0; i < 3; ++i) {
    if (!((*scale)[i] > 0 && (*scale)[i] <= kLargestSize))
      return fail({},
                  "psr.scale",
                  text("lengths above 0, up to {} m", kLargestSize),
                  text("{}", (*scale)[i]),
                  kFix);
    if (!(std::abs((*position)[i]) <= kFarthest))
      return fail({},
                  "psr.position",
                  text("a place within {} m", kFarthest),
                  text("{}", (*position)[i]),
                  kFix);
    if (!(std::abs((*rotation)[i]) <= 4 * kPi))
      return fail({}, "psr.rotation", "angles in radians", text("{}", (*rotation)[i]), kFix);
  }
  return Cuboid{{from_xyz_angles(*rotation), *position}, *scale};
}

/// A text, or a number as text: both are found in the wild.
std::string word_at(const Json& box, const char* key) {
  const auto found = box.find(key);
  if (found == box.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

Result<Label> label_of(std::string_view bytes, const RawAngles& angles) {
  const Json box = parse_ordered_json(bytes);
  if (!box.is_object()) return fail({}, {}, "a box as a JSON object", "something else", kFix);
  Label label;
  const auto cuboid = cuboid_of(box, angles);
  if (!cuboid) return tl::make_unexpected(cuboid.error());
  label.cuboid_in_ego = *cuboid;  // still in the lidar's axes
  label.class_name = word_at(box, "obj_type");
  if (label.class_name.empty()) return fail({}, "obj_type", "a class", "nothing", kFix);
  label.track = word_at(box, "obj_id");
  if (const std::string attribute = word_at(box, "obj_attr"); !attribute.empty())
    label.attributes["obj_attr"] = attribute;
  if (auto fault = too_long(label)) return tl::unexpected(std::move(*fault));
  return label;
}

void read_file(const Drive& drive, const Instants& instants, Source source, LabelSet& set) {
  const Instant instant = instants.named(source.frame);
  const Pose from_lidar = ego_from_lidar(drive, instant.near);
  const RawAngles angles(drive);
  FileProblems problems(set.problems, source.file);
  const auto array = json_array(source.text);
  if (!array || !array->whole)
    problems.add(array ? fmt::format("byte {}", source.text.size()) : std::string(),
                 fail({},
                      {},
                      "an array of boxes",
                      array ? "a file that is cut off" : "something else",
                      "take the file from the data set again")
                     .value());
  std::set<std::string> seen;
  if (array) source.records = array->values;
  for (std::size_t i = 0; i < source.records.size(); ++i) {
    const auto [begin, end] = source.records[i];
    auto label = label_of(std::string_view(source.text).substr(begin, end - begin), angles);
    const std::string where = fmt::format("box {}", i + 1);
    if (!label) {
      problems.add(where, label.error());
      continue;
    }
    const Label instant_of = label_at(instant);
    label->frame = instant_of.frame;
    label->frame_name = instant_of.frame_name;
    label->stamp = instant_of.stamp;
    label->cuboid_in_ego = from_lidar * label->cuboid_in_ego;
    label->has_track_id = !label->track.empty() && seen.insert(label->track).second;
    if (!label->track.empty() && !label->has_track_id)
      problems.add(where,
                   fail({},
                        "obj_id",
                        "each id once in a frame",
                        text("\"{}\" again", label->track),
                        "the second box stands alone; correct its id")
                       .value());
    if (!label->has_track_id) label->track = made_up_track(instant.name, i + 1);
    label->origin = {source.id, static_cast<std::uint32_t>(i)};
    set.labels.push_back(std::move(*label));
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const Instants instants(drive);
  return read_each(
      drive, place, "sustechpoints", {".json"}, of_stem, [&](Source source, LabelSet& set) {
        read_file(drive, instants, std::move(source), set);
      });
}

double recognise(const std::filesystem::path& place) {
  return beginning_of(place, {".json"}).has("\"psr\"") ? 0.95 : 0;
}

/// Texts of other files may be no UTF-8; such bytes become the replacement character.
std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json axes(const Vec3& v) {
  return {{"x", v.x()}, {"y", v.y()}, {"z", v.z()}};
}

/// The box as JSON: over the record that it comes from, whose unknown keys stay.
Json box_json(const WriteRequest& request, const OutFrame& frame, const OutBox& box, Json base) {
  const Pose lidar_from_ego = ego_from_lidar(request.drive, frame.instant.near).inverse();
  const Cuboid cuboid = lidar_from_ego * box.cuboid_in_ego;
  if (!base.is_object()) base = Json::object();
  base["psr"] = {
      {"position", axes(cuboid.pose.translation)},
      {"scale", axes(cuboid.size)},
      {"rotation", axes(xyz_angles_of(cuboid.pose.rotation) * RawAngles(request.drive).raw(1))}};
  base["obj_type"] = word_for(request.document.taxonomy(), box.track->class_name, kWords);
  base["obj_id"] = box.track->name;
  if (const auto attribute = box.attributes.find("obj_attr"); attribute != box.attributes.end())
    base["obj_attr"] = attribute->second;
  else
    base.erase("obj_attr");
  return base;
}

std::string file_text(const WriteRequest& request, const OutFrame& frame) {
  const Source none;
  const Source& source = frame.source ? *frame.source : none;
  const std::size_t n = source.records.size();
  const auto bytes = [&](std::size_t i) {
    return source.text.substr(source.records[i].first,
                              source.records[i].second - source.records[i].first);
  };
  Claims claims(frame.boxes, frame.source, n);
  std::vector<std::optional<std::string>> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto label = label_of(bytes(i), RawAngles(request.drive));
    const std::string made_up = made_up_track(frame.instant.name, i + 1);
    if (const OutBox* own = claims.untouched(i)) {
      const std::string& name = own->track->name;
      values[i] = bytes(i);
      // Untouched but for its id: that of a track that was renamed, merged or split.
      if (label && label->track != name && name != made_up) {
        Json box = parse_ordered_json(*values[i]);
        box["obj_id"] = name;
        values[i] = dumped(box);
      }
    } else if (!label) {
      values[i] = bytes(i);  // what could not be read was not deleted either
    } else {
      const OutBox* changed = claims.take(made_up);
      if (!changed && !label->track.empty()) changed = claims.take(label->track);
      if (!changed) continue;
      values[i] = dumped(box_json(request, frame, *changed, parse_ordered_json(bytes(i))));
    }
  }
  std::vector<std::string> added;
  for (const OutBox* box : claims.waiting())
    added.push_back(dumped(box_json(request, frame, *box, {})));
  return with_values(source.text, source.records, values, added);
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  std::vector<WrittenFile> files;
  for (const OutFrame& frame :
       frames_to_write(request, sources_of(request.document, "sustechpoints"))) {
    const bool cut_off =
        frame.source && !json_array(frame.source->text).value_or(JsonArray{}).whole;
    OutFrame out = frame;
    // The end of a broken file cannot be kept; what was read of it is written anew.
    if (cut_off) out.source = nullptr;
    files.push_back({"label/" + frame.instant.name + ".json", file_text(request, out)});
  }
  return files;
}

}  // namespace

LabelFormat sustechpoints_labels() {
  Can can;
  can.track_ids = true;
  return {"sustechpoints", "SUSTechPOINTS", can, kWords, kAttributes, read, write, recognise};
}

}  // namespace sweepbox
