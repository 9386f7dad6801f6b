#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "core/label/cuboids.hpp"
#include "core/label/json_boxes.hpp"
#include "core/label/repairs.hpp"

// Xtreme1 and BasicAI results (formats.md 4.15): result/FRAME.json, in it one object a source
// (people, models) with its boxes: length, width, height along x, y, z, angles in three.js's order.
// One source is read, the people's; the others go through untouched.

namespace sweepbox {

LabelFormat xtreme1_labels();

namespace {

constexpr const char* kSkeleton =
    R"([{"version": "Xtreme1 V0.6", "dataId": null, "sourceName": "Ground Truth", "classificationValues": [], "objects": []}])";

/// What files say together.
struct Scene {
  std::map<std::string, std::set<std::string>> ids_of_name;  ///< trackName → trackId
  std::set<std::string> read, left;                          ///< sources
};

bool is_ground_truth(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return name == "ground truth" || name == "ground_truth" || name == "gt";
}

class Xtreme1 : public JsonBoxes {
 public:
  Xtreme1(const JsonText& text, const Drive& drive, const Scene& scene, std::string frame)
      : JsonBoxes(text), scene_(scene), frame_(std::move(frame)), angles_(drive) {}

  /// The source that is read: the people's, else the first.
  const JsonNode* source() const {
    const JsonNode& root = json.root();
    if (root.is(JsonNode::Kind::object)) return root.find("objects") ? &root : nullptr;
    const JsonNode* first = nullptr;
    for (const JsonNode& one : root.items) {
      if (!one.find("objects")) continue;
      if (is_ground_truth(name_of(one))) return &one;
      if (!first) first = &one;
    }
    return first;
  }

  std::string name_of(const JsonNode& one) const { return json_word(json, one.find("sourceName")); }

  /// Adds what this file says of tracks and sources.
  void gather(Scene& scene) const {
    const JsonNode* chosen = source();
    if (!chosen) return;
    scene.read.insert(name_of(*chosen));
    if (json.root().is(JsonNode::Kind::array))
      for (const JsonNode& one : json.root().items)
        if (const JsonNode* objects = one.find("objects");
            objects && &one != chosen && !objects->items.empty())
          scene.left.insert(name_of(one));
    for (const JsonNode& box : chosen->find("objects")->items) {
      const std::string name = json_word(json, box.find("trackName"));
      if (!name.empty()) scene.ids_of_name[name].insert(json_word(json, box.find("trackId")));
    }
  }

  std::vector<JsonFrame> frames(const Instants& instants) const override {
    const JsonNode* chosen = source();
    const JsonNode* objects = chosen ? chosen->find("objects") : nullptr;
    if (!objects || !objects->is(JsonNode::Kind::array)) return {};
    return {{instant_named(instants, frame_), objects}};
  }

  Result<std::optional<Label>> label(const JsonNode& box) const override {
    const JsonNode* contour = box.find("contour");
    const std::string type = json_word(json, box.find("type"));
    const bool is_box = type == "3D_BOX" || (type.empty() && contour && contour->find("size3D"));
    if (!is_box) return std::nullopt;
    const auto part = [&](const char* name) {
      return json_vector(json, contour ? contour->find(name) : nullptr, name);
    };
    const auto place = part("center3D");
    if (!place) return tl::unexpected(place.error());
    const auto size = part("size3D");
    if (!size) return tl::unexpected(size.error());
    const auto turn = part("rotation3D");
    if (!turn) return tl::unexpected(turn.error());
    const auto cuboid = checked_cuboid(
        *place,
        *size,
        from_xyz_angles(
            {angles_.radians(turn->x()), angles_.radians(turn->y()), angles_.radians(turn->z())}));
    if (!cuboid) return tl::unexpected(cuboid.error());
    Label label;
    label.cuboid_in_ego = *cuboid;
    label.class_name = json_word(json, box.find("className"));
    if (label.class_name.empty()) label.class_name = json_word(json, box.find("modelClass"));
    if (label.class_name.empty()) label.class_name = json_word(json, box.find("classId"));
    label.track = track_of(box);
    label.score = json.number(box.find("modelConfidence"));
    if (const JsonNode* values = box.find("classValues"))
      for (const JsonNode& one : values->items) {
        const std::string name = json_word(json, one.find("name"));
        std::string value = json_word(json, one.find("value"));
        if (!name.empty() && !value.empty()) label.attributes.emplace(name, std::move(value));
      }
    return label;
  }

  void set_cuboid(JsonPatch& patch,
                  const JsonNode& box,
                  const Cuboid& was,
                  const Cuboid& now) override {
    const JsonNode& contour = *box.find("contour");
    replace_vector(
        patch, json, contour.find("center3D"), was.pose.translation, now.pose.translation);
    replace_vector(patch, json, contour.find("size3D"), was.size, now.size);
    if (!same_rotation(was.pose.rotation, now.pose.rotation))
      set_member(patch, contour, "rotation3D", json_axes(angles_of(now)));
  }

  void set_class(JsonPatch& patch, const JsonNode& box, const std::string& word) override {
    set_member(patch, box, "className", json_string(word));
    // The number is that of the class before.
    if (const JsonNode* id = box.find("classId")) patch.replace(*id, "null");
  }

  void set_track(JsonPatch& patch, const JsonNode& box, const std::string& track) override {
    set_member(patch, box, "trackName", json_string(track));
    set_member(patch, box, "trackId", json_string(track));
  }

  void set_attributes(JsonPatch& patch,
                      const JsonNode& box,
                      const Attributes& was,
                      const Attributes& now) override {
    const JsonNode* values = box.find("classValues");
    if (!values || !values->is(JsonNode::Kind::array))
      return set_member(patch, box, "classValues", values_json(now));
    for (const JsonNode& one : values->items) {
      const auto before = was.find(json_word(json, one.find("name")));
      if (before == was.end()) continue;
      const auto after = now.find(before->first);
      if (after == now.end())
        patch.remove(*values, one);
      else if (after->second != before->second)
        set_member(patch, one, "value", json_value(after->second, one.find("value")));
    }
    for (const auto& [name, value] : now)
      if (!was.contains(name)) patch.append(*values, value_json(name, value));
  }

  std::string made(JsonPatch&, const JsonNewBox& box) override {
    const std::string name = box.track.empty() ? box.box.track->name : box.track;
    return fmt::format(
        "{{\"id\": {}, \"type\": \"3D_BOX\", \"classId\": null, \"className\": {}, \"trackId\": "
        "{}, \"trackName\": {}, \"classValues\": {}, \"contour\": {{\"size3D\": {}, \"center3D\": "
        "{}, \"rotation3D\": {}, \"viewIndex\": 0, \"points\": []}}, \"modelConfidence\": {}, "
        "\"modelClass\": \"\"}}",
        json_string(to_hex(box.box.track->uid) + "-" + box.instant.name),
        json_string(box.class_name),
        json_string(id_of(name)),
        json_string(name),
        values_json(box.box.attributes),
        json_axes(box.cuboid.size),
        json_axes(box.cuboid.pose.translation),
        json_axes(angles_of(box.cuboid)),
        box.box.score ? json_number(*box.box.score) : "null");
  }

 private:
  Vec3 angles_of(const Cuboid& cuboid) const {
    return xyz_angles_of(cuboid.pose.rotation) * angles_.raw(1);
  }

  /// The name that people see, where it names one track; else the id.
  std::string track_of(const JsonNode& box) const {
    const std::string id = json_word(json, box.find("trackId"));
    const std::string name = json_word(json, box.find("trackName"));
    const auto ids = scene_.ids_of_name.find(name);
    const bool one = ids != scene_.ids_of_name.end() && ids->second.size() == 1;
    return one || id.empty() ? name : id;
  }

  std::string id_of(const std::string& name) const {
    const auto ids = scene_.ids_of_name.find(name);
    const bool one = ids != scene_.ids_of_name.end() && ids->second.size() == 1;
    return one && !ids->second.begin()->empty() ? *ids->second.begin() : name;
  }

  static std::string value_json(const std::string& name, const std::string& value) {
    return fmt::format(
        "{{\"name\": {0}, \"type\": \"TEXT\", \"alias\": {0}, \"value\": {1}, \"isLeaf\": true}}",
        json_string(name),
        json_string(value));
  }

  static std::string values_json(const Attributes& attributes) {
    std::vector<std::string> values;
    for (const auto& [name, value] : attributes)
      if (!value.empty()) values.push_back(value_json(name, value));
    return fmt::format("[{}]", fmt::join(values, ", "));
  }

  const Scene& scene_;
  std::string frame_;
  RawAngles angles_;
};

MakeJsonBoxes maker(const Drive& drive, const Scene& scene, std::string frame) {
  return [&drive, &scene, frame](const JsonText& text) {
    return std::make_unique<Xtreme1>(text, drive, scene, frame);
  };
}

void gather(Scene& scene, const Drive& drive, const std::string& content) {
  if (const auto json = JsonText::parse(content)) Xtreme1(*json, drive, scene, {}).gather(scene);
}

std::string quoted(const std::set<std::string>& names) {
  return fmt::format("\"{}\"", fmt::join(names, "\", \""));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  std::error_code code;
  const bool above = std::filesystem::is_directory(place / "result", code);
  const auto files = label_files(above ? place / "result" : place, {".json"});
  if (!files) return tl::unexpected(files.error());
  LabelSet set;
  set.format = "xtreme1";
  const Instants instants(drive);
  Scene scene;
  std::vector<Source> sources;
  for (const auto& file : *files) {
    auto source =
        read_source(drive, file, set.format, instant_named(instants, file.stem().string()).name);
    if (!source) {
      set.problems.push_back(source.error());
      continue;
    }
    gather(scene, drive, source->text);
    sources.push_back(std::move(*source));
  }
  for (Source& source : sources) {
    std::string frame = source.frame;
    read_json_boxes(drive, instants, std::move(source), maker(drive, scene, std::move(frame)), set);
  }
  if (!scene.left.empty())
    set.problems.push_back({Severity::note,
                            place.string(),
                            "sourceName",
                            "boxes of one source",
                            text("those of {}; {} is read, the others are kept as they are",
                                 quoted(scene.left),
                                 quoted(scene.read)),
                            "export the other source alone to see it"});
  judge_frames(set, drive, place);
  return set;
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".json"});
  if (beginning.has("\"center3D\"") && beginning.has("\"size3D\"")) return 0.95;
  if (beginning.has("\"sourceName\"") && beginning.has("\"objects\"")) return 0.8;
  const std::filesystem::path below = place / "result";
  std::error_code code;
  return std::filesystem::is_directory(below, code) ? recognise(below) : 0;
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, "xtreme1");
  Scene scene;
  for (const auto& source : sources) gather(scene, request.drive, source->text);
  const Instants instants(request.drive);
  std::vector<WrittenFile> files;
  for (const OutFrame& frame : frames_to_write(request, sources))
    files.push_back(
        {"result/" + (frame.source ? file_name_of(*frame.source) : frame.instant.name + ".json"),
         json_with_boxes(request,
                         instants,
                         std::span(&frame, 1),
                         frame.source,
                         kSkeleton,
                         maker(request.drive, scene, frame.instant.name))});
  return files;
}

}  // namespace

LabelFormat xtreme1_labels() {
  Can can;
  can.track_ids = true;
  can.attributes = true;
  can.scores = true;
  return {"xtreme1", "Xtreme1 and BasicAI", can, {}, {}, read, write, recognise};
}

}  // namespace sweepbox
