#include <algorithm>
#include <cmath>

#include "core/base/files.hpp"
#include "core/label/json_values.hpp"
#include "core/label/points.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/scale_boxes.hpp"
#include "core/label/writing.hpp"

// Scale's lidar annotations (formats.md 4.16): {"cuboids": [...]} a frame, in one file each or as
// an array of frames in one file. Boxes in the world, length along y; uuid is the track.

namespace sweepbox {

LabelFormat scale_labels();

namespace {

using Kind = JsonNode::Kind;

constexpr const char* kFormat = "scale";
constexpr const char* kFix = "correct the box, or take the file from the data set again";

/// The cuboids of one frame in a file.
struct Part {
  const JsonNode* cuboids = nullptr;
  std::int64_t frame = -1;   ///< its place in an array of frames; −1: the file is one frame's
  std::uint32_t record = 0;  ///< of its first cuboid
};

/// The frames of a file, in order. Empty where it holds none.
std::vector<Part> parts_of(const JsonNode& root) {
  std::vector<Part> parts;
  const auto add = [&](const JsonNode* cuboids, std::int64_t frame) {
    if (!cuboids || !cuboids->is(Kind::array)) return;
    const std::uint32_t record =
        parts.empty()
            ? 0
            : parts.back().record + static_cast<std::uint32_t>(parts.back().cuboids->items.size());
    parts.push_back({cuboids, frame, record});
  };
  if (root.is(Kind::object)) {
    add(root.find("cuboids"), -1);
    // What a finished task answers with.
    if (const JsonNode* frames = root.find("annotations"); parts.empty() && frames)
      for (std::size_t i = 0; i < frames->items.size(); ++i)
        add(frames->items[i].find("cuboids"), static_cast<std::int64_t>(i));
  } else if (root.is(Kind::array)) {
    const bool boxes = !root.items.empty() && root.items.front().find("position");
    if (boxes) add(&root, -1);
    for (std::size_t i = 0; !boxes && i < root.items.size(); ++i)
      add(root.items[i].find("cuboids"), static_cast<std::int64_t>(i));
  }
  return parts;
}

Instant instant_of(const Drive& drive,
                   const Instants& instants,
                   const std::string& file_frame,
                   std::int64_t index) {
  if (index < 0) return instants.named(file_frame);
  const auto frames = drive.frames();
  if (index < static_cast<std::int64_t>(frames.size()))
    return instants.named(frames[static_cast<std::size_t>(index)].name);
  return instants.numbered(index + 1'000'000);
}

Result<Vec3> vector_at(const JsonText& json, const JsonNode& box, const char* key) {
  Vec3 result;
  const JsonNode* object = box.find(key);
  for (int i = 0; i < 3; ++i) {
    const std::string axis(1, static_cast<char>('x' + i));
    const auto number = object ? json.number(object->find(axis)) : std::nullopt;
    if (!number || !std::isfinite(*number))
      return fail(
          {}, fmt::format("{}.{}", key, axis), "a number", "nothing or something else", kFix);
    result[i] = *number;
  }
  return result;
}

/// Members of a cuboid that are attributes here; those of "attributes" are too.
constexpr std::string_view kOwn[] = {"stationary", "camera_used", "sibling_id"};

const JsonNode* sensor_id(const JsonNode& box) {
  const JsonNode* own = box.find("sensor_id");
  return own ? own : box.find({"cuboids", "sensor_id"});
}

struct Record {
  std::string uuid, label;
  ScaleBox box;
  Attributes attributes;
};

Result<Record> parse_record(const JsonText& json, const JsonNode& box, const RawAngles& angles) {
  if (!box.is(Kind::object)) return fail({}, {}, "a box as an object", "something else", kFix);
  Record record;
  const auto position = vector_at(json, box, "position");
  if (!position) return tl::unexpected(position.error());
  const auto dimensions = vector_at(json, box, "dimensions");
  if (!dimensions) return tl::unexpected(dimensions.error());
  record.box.position = *position;
  record.box.dimensions = *dimensions;
  const auto yaw = json.number(box.find("yaw"));
  if (!yaw) return fail({}, "yaw", "a number", "nothing or something else", kFix);
  record.box.yaw = angles.radians(*yaw);
  record.box.pitch = angles.radians(json.number(box.find("pitch")).value_or(0));
  record.box.roll = angles.radians(json.number(box.find("roll")).value_or(0));
  record.label = json_word(json, box.find("label"));
  if (record.label.empty()) return fail({}, "label", "a class", "nothing", kFix);
  record.uuid = json_word(json, box.find("uuid"));
  for (const std::string_view name : kOwn)
    if (const std::string word = json_word(json, box.find(name)); !word.empty() && word != "-")
      record.attributes[std::string(name)] = word;
  if (const auto id = json.integer(sensor_id(box)))
    if (const std::string lidar = lidar_of_sensor_id(*id); !lidar.empty())
      record.attributes[kLidarAttribute] = lidar;
  if (const JsonNode* attributes = box.find("attributes"); attributes)
    for (const JsonNode& item : attributes->items)
      if (const std::string word = json_word(json, &item); !word.empty() && !item.key.empty())
        record.attributes.emplace(json.key(item), word);
  Label words;
  words.class_name = record.label;
  words.track = record.uuid;
  words.attributes = record.attributes;
  if (auto fault = too_long(words)) return tl::unexpected(std::move(*fault));
  return record;
}

void read_file(const Drive& drive, const Instants& instants, Source source, LabelSet& set) {
  FileProblems problems(set.problems, source.file);
  const auto json = JsonText::parse(source.text);
  const std::vector<Part> parts = json ? parts_of(json->root()) : std::vector<Part>();
  if (!json)
    problems.add({}, json.error());
  else if (parts.empty())
    problems.add({}, fail({}, {}, "cuboids of a frame or of frames", "neither", kFix).value());
  const RawAngles angles(drive);
  if (!parts.empty() && parts.front().frame >= 0) source.frame.clear();
  for (const Part& part : parts) {
    const Instant instant = instant_of(drive, instants, source.frame, part.frame);
    const Pose ego_from_world = ego_from_world_of_label(drive, instant);
    for (const JsonNode& box : part.cuboids->items) {
      const auto index = static_cast<std::uint32_t>(source.records.size());
      source.records.emplace_back(box.begin, box.end);
      const auto where = [&] { return json->place(box.begin); };
      const auto record = parse_record(*json, box, angles);
      const auto cuboid = record ? cuboid_in_world(record->box) : tl::unexpected(record.error());
      if (!cuboid) {
        problems.add(where, cuboid.error());
        continue;
      }
      Label label = label_at(instant);
      label.has_track_id = !record->uuid.empty();
      label.track = label.has_track_id ? record->uuid : made_up_track(instant.name, index + 1);
      label.class_name = record->label;
      label.cuboid_in_ego = ego_from_world * *cuboid;
      label.attributes = record->attributes;
      label.origin = {source.id, index};
      set.labels.push_back(std::move(label));
    }
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const Instants instants(drive);
  return read_each(drive, place, kFormat, {".json"}, of_stem, [&](Source source, LabelSet& set) {
    read_file(drive, instants, std::move(source), set);
  });
}

ScaleBox box_of(const WriteRequest& request, const OutFrame& frame, const OutBox& box) {
  return scale_box(ego_from_world_of_label(request.drive, frame.instant).inverse() *
                   box.cuboid_in_ego);
}

/// Numbers and truths of their own members are none in quotes.
std::string plain_json(std::string_view name, const std::string& value) {
  const bool plain = value == "true" || value == "false";
  if (name == "stationary" && plain) return value;
  if (name == "camera_used" && !value.empty() &&
      value.find_first_not_of("-0123456789") == std::string::npos)
    return value;
  return json_string(value);
}

/// A box that the file does not have.
std::string new_record(const WriteRequest& request, const OutFrame& frame, const OutBox& box) {
  const ScaleBox now = box_of(request, frame, box);
  std::string text = fmt::format(
      "{{\"uuid\": {}, \"label\": {}, \"position\": {}, \"dimensions\": {}, \"yaw\": {}",
      json_string(box.track->name),
      json_string(word_for(request.document.taxonomy(), box.track->class_name, kPandaSetWords)),
      json_axes(now.position),
      json_axes(now.dimensions),
      json_number(now.yaw));
  std::string others;
  for (const auto& [name, value] : box.attributes) {
    if (name == kLidarAttribute && sensor_id_of(box.attributes) >= 0) {
      text += fmt::format(", \"sensor_id\": {}", sensor_id_of(box.attributes));
    } else if (std::find(std::begin(kOwn), std::end(kOwn), name) != std::end(kOwn)) {
      text += fmt::format(", {}: {}", json_string(name), plain_json(name, value));
    } else {
      others += fmt::format(
          "{}{}: {}", others.empty() ? "" : ", ", json_string(name), json_string(value));
    }
  }
  return text + fmt::format(", \"attributes\": {{{}}}}}", others);
}

/// Text, unless it stands there already.
void set_word(JsonPatch& patch,
              const JsonNode& object,
              const JsonText& json,
              std::string_view key,
              const std::string& value) {
  const JsonNode* node = object.find(key);
  if (node && json_word(json, node) == value) return;
  if (node)
    patch.replace(*node, plain_json(key, value));
  else
    patch.append(object, key, plain_json(key, value));
}

/// The attributes of a box over those of its record.
void patch_attributes(JsonPatch& patch,
                      const JsonText& json,
                      const JsonNode& node,
                      const Attributes& old,
                      const Attributes& now) {
  const JsonNode* attributes = node.find("attributes");
  std::string added;  // where the record has no "attributes"
  for (const auto& [name, value] : now) {
    if (const auto had = old.find(name); had != old.end() && had->second == value) continue;
    if (name == kLidarAttribute && sensor_id_of(now) >= 0) {
      const std::string id = std::to_string(sensor_id_of(now));
      if (const JsonNode* at = sensor_id(node))
        patch.replace(*at, id);
      else
        patch.append(node, "sensor_id", id);
    } else if (std::find(std::begin(kOwn), std::end(kOwn), name) != std::end(kOwn)) {
      set_word(patch, node, json, name, value);
    } else if (attributes && attributes->is(Kind::object)) {
      set_word(patch, *attributes, json, name, value);
    } else {
      added +=
          fmt::format("{}{}: {}", added.empty() ? "" : ", ", json_string(name), json_string(value));
    }
  }
  if (!added.empty() && !attributes) patch.append(node, "attributes", "{" + added + "}");
  for (const auto& [name, value] : old) {
    if (now.contains(name)) continue;
    if (name == kLidarAttribute) {
      if (const JsonNode* at = sensor_id(node)) patch.replace(*at, "-1");
    } else if (const JsonNode* own = node.find(name)) {
      patch.remove(node, *own);
    } else if (const JsonNode* inner = attributes ? attributes->find(name) : nullptr) {
      patch.remove(*attributes, *inner);
    }
  }
}

/// A changed box over its record: what did not change keeps its bytes.
void patch_record(JsonPatch& patch,
                  const JsonText& json,
                  const JsonNode& node,
                  const Record& old,
                  const WriteRequest& request,
                  const OutFrame& frame,
                  const OutBox& box) {
  constexpr double kSame = 1e-6;
  const ScaleBox now = box_of(request, frame, box);
  const auto before = cuboid_in_world(old.box);
  const Cuboid in_world =
      ego_from_world_of_label(request.drive, frame.instant).inverse() * box.cuboid_in_ego;
  for (int i = 0; i < 3; ++i) {
    const std::string axis(1, static_cast<char>('x' + i));
    patch.replace_number(*node.find({"position", axis}), now.position[i], kSame);
    patch.replace_number(*node.find({"dimensions", axis}), now.dimensions[i], kSame);
  }
  if (!before || angle_between(before->pose.rotation, in_world.pose.rotation) > kSame) {
    patch.replace_number(*node.find("yaw"), now.yaw);
    for (const char* tilt : {"pitch", "roll"})
      if (const JsonNode* angle = node.find(tilt)) patch.replace_number(*angle, 0);
  }
  const std::string word =
      word_for(request.document.taxonomy(), box.track->class_name, kPandaSetWords);
  if (word != old.label) set_word(patch, node, json, "label", word);
  patch_attributes(patch, json, node, old.attributes, box.attributes);
}

/// The cuboids of one frame: untouched ones stay, changed ones are patched, gone ones are left out,
/// new ones come last.
void patch_frame(JsonPatch& patch,
                 const JsonText& json,
                 const Part& part,
                 const Source& source,
                 const WriteRequest& request,
                 const OutFrame& frame) {
  const RawAngles angles(request.drive);
  const std::size_t count = part.cuboids->items.size();
  Claims claims(frame.boxes, &source, count, part.record);
  for (std::size_t i = 0; i < count; ++i) {
    const JsonNode& node = part.cuboids->items[i];
    const auto record = parse_record(json, node, angles);
    if (!record || !cuboid_in_world(record->box)) continue;  // it was not deleted either
    const std::string made_up = made_up_track(frame.instant.name, part.record + i + 1);
    const OutBox* own = claims.untouched(i);
    const OutBox* box = own ? own : claims.take(made_up);
    if (!box && !record->uuid.empty()) box = claims.take(record->uuid);
    if (!box) {
      patch.remove(*part.cuboids, node);
      continue;
    }
    if (!own) patch_record(patch, json, node, *record, request, frame, *box);
    if (box->track->name != made_up) set_word(patch, node, json, "uuid", box->track->name);
  }
  for (const OutBox* box : claims.waiting())
    patch.append(*part.cuboids, new_record(request, frame, *box));
}

std::string new_file(const WriteRequest& request, const OutFrame& frame) {
  std::string text = "{\"cuboids\": [";
  for (const OutBox& box : frame.boxes)
    text += (text.back() == '[' ? "\n " : ",\n ") + new_record(request, frame, box);
  return text + "\n]}\n";
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, kFormat);
  const OutFrames frames = frames_to_write(request, sources);
  const Instants instants(request.drive);
  std::vector<WrittenFile> files;
  std::map<std::string, bool> done;
  // A file of many frames goes back as one.
  for (const auto& source : sources) {
    if (!source->frame.empty()) continue;
    const auto json = JsonText::parse(source->text);
    if (!json) continue;
    JsonPatch patch(*json);
    for (const Part& part : parts_of(json->root())) {
      const Instant instant = instant_of(request.drive, instants, {}, part.frame);
      const auto frame = std::find_if(frames.begin(), frames.end(), [&](const OutFrame& one) {
        return one.instant.name == instant.name;
      });
      if (frame == frames.end() || done[instant.name]) continue;
      done[instant.name] = true;
      patch_frame(patch, *json, part, *source, request, *frame);
    }
    const auto name = std::filesystem::path(source->file).filename().string();
    files.push_back({"cuboids/" + name, patch.applied()});
  }
  for (const OutFrame& frame : frames) {
    if (done[frame.instant.name]) continue;
    const auto json = frame.source ? JsonText::parse(frame.source->text)
                                   : Result<JsonText>(tl::unexpected(Error()));
    const std::vector<Part> parts = json ? parts_of(json->root()) : std::vector<Part>();
    std::string content;
    if (parts.empty()) {
      content = new_file(request, frame);
    } else {
      JsonPatch patch(*json);
      patch_frame(patch, *json, parts.front(), *frame.source, request, frame);
      content = patch.applied();
    }
    files.push_back({"cuboids/" + frame.instant.name + ".json", std::move(content)});
  }
  return files;
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".json"});
  if (!beginning.has("\"cuboids\"") || beginning.has("\"openlabel\"")) return 0;
  return beginning.has("\"dimensions\"") && beginning.has("\"yaw\"") ? 0.9
         : beginning.whole                                           ? 0.3
                                                                     : 0;
}

}  // namespace

LabelFormat scale_labels() {
  Can can;
  can.track_ids = true;
  can.attributes = true;
  can.upright = Upright::in_reference;
  LabelFormat format{
      kFormat, "Scale lidar annotation (JSON)", can, kPandaSetWords, {}, read, write, recognise};
  format.reference_of = ego_from_world_of_label;
  return format;
}

}  // namespace sweepbox
