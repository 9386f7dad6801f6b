#include <algorithm>

#include "core/base/parse.hpp"
#include "core/label/cuboids.hpp"
#include "core/label/json_boxes.hpp"
#include "core/label/repairs.hpp"
#include "core/label/track_numbers.hpp"

// Segments.ai releases (formats.md 4.14): one JSON of all samples; a sample is a sequence with a
// list of frames, or one cloud. Boxes have their length along x; yaw, or a quaternion in
// `rotation`, which wins.

namespace sweepbox {

LabelFormat segments_labels();

namespace {

constexpr std::string_view kLabelSet = "ground-truth";
constexpr const char* kFix = "correct the box, or take the release again";

bool is_cuboid(std::string_view type) {
  return type == "cuboid" || type == "cuboid-sync";
}

/// A release without boxes for the frames of a drive.
std::string skeleton_of(const Drive& drive, std::span<const OutFrame> frames) {
  std::vector<std::string> clouds, empty;
  for (const OutFrame& frame : frames) {
    clouds.push_back(
        fmt::format("{{\"pcd\": {{\"url\": {}, \"type\": \"pcd\"}}, \"name\": {}, \"timestamp\": "
                    "{}}}",
                    json_string(frame.instant.name + ".pcd"),
                    json_string(frame.instant.name),
                    frame.instant.stamp.ns));
    empty.push_back(
        fmt::format("{{\"timestamp\": {}, \"annotations\": []}}", frame.instant.stamp.ns));
  }
  const std::string name = json_string(drive.info().name);
  return fmt::format(
      "{{\"name\": \"sweepbox\", \"description\": \"\", \"dataset\": {{\"name\": {}, "
      "\"task_type\": \"pointcloud-cuboid-sequence\", \"task_attributes\": {{\"format_version\": "
      "\"0.1\", \"categories\": []}}, \"samples\": [{{\"name\": {}, \"attributes\": {{\"frames\": "
      "[{}]}}, \"labels\": {{\"{}\": {{\"label_status\": \"LABELED\", \"attributes\": "
      "{{\"format_version\": \"0.2\", \"frames\": [{}]}}}}}}}}]}}}}\n",
      name,
      name,
      fmt::join(clouds, ", "),
      kLabelSet,
      fmt::join(empty, ", "));
}

class Segments : public JsonBoxes {
 public:
  Segments(const JsonText& text, const WriteRequest* request, const Drive& drive)
      : JsonBoxes(text), drive_(drive), angles_(drive) {
    if (request) numbers_.emplace(request->document);
    categories_ = json.root().find({"dataset", "task_attributes", "categories"});
    if (categories_)
      for (const JsonNode& one : categories_->items)
        if (const auto id = json.integer(one.find("id")))
          class_of_.emplace(*id, json_word(json, one.find("name")));
  }

  std::vector<JsonFrame> frames(const Instants& instants) const override {
    std::vector<JsonFrame> result;
    std::vector<NamedFrame> names;
    const auto add = [&](const JsonNode* holder, std::string name, std::int64_t index) {
      const JsonNode* boxes = holder ? holder->find("annotations") : nullptr;
      if (!boxes || !boxes->is(JsonNode::Kind::array)) return;
      names.push_back({std::move(name), index});
      result.push_back({{}, boxes});
    };
    std::int64_t sample_index = 0;
    for (const JsonNode& sample : samples()) {
      const JsonNode* attributes = attributes_of(sample);
      const JsonNode* frames = attributes ? attributes->find("frames") : nullptr;
      const JsonNode* clouds = sample.find({"attributes", "frames"});
      if (frames)
        for (std::size_t i = 0; i < frames->items.size(); ++i)
          add(&frames->items[i],
              clouds && i < clouds->items.size() ? name_of_cloud(clouds->items[i], instants)
                                                 : std::string(),
              static_cast<std::int64_t>(i));
      else
        add(attributes, name_of_sample(sample, instants), sample_index);
      ++sample_index;
    }
    auto found = instants_of(drive_, instants, names);
    for (std::size_t i = 0; i < result.size(); ++i) result[i].instant = std::move(found[i]);
    return result;
  }

  Result<std::optional<Label>> label(const JsonNode& box) const override {
    if (!is_cuboid(json_word(json, box.find("type")))) return std::nullopt;
    const auto place = json_vector(json, box.find("position"), "position");
    if (!place) return tl::unexpected(place.error());
    const auto size = json_vector(json, box.find("dimensions"), "dimensions");
    if (!size) return tl::unexpected(size.error());
    const auto rotation = rotation_of(box);
    if (!rotation)
      return fail({}, "yaw", "a number, or a rotation", "nothing or something else", kFix);
    const auto cuboid = checked_cuboid(*place, *size, *rotation);
    if (!cuboid) return tl::unexpected(cuboid.error());
    Label label;
    label.cuboid_in_ego = *cuboid;
    const auto id = json.integer(box.find("category_id"));
    const auto word = id ? class_of_.find(*id) : class_of_.end();
    label.class_name = word != class_of_.end() && !word->second.empty()
                           ? word->second
                           : json_word(json, box.find("category_id"));
    label.track = json_word(json, box.find("track_id"));
    if (const JsonNode* attributes = box.find("attributes"))
      for (const JsonNode& one : attributes->items)
        if (std::string value = json_word(json, &one); !value.empty())
          label.attributes.emplace(json.key(one), std::move(value));
    label.key = json.boolean(box.find("is_keyframe")).value_or(true);
    return label;
  }

  void set_cuboid(JsonPatch& patch,
                  const JsonNode& box,
                  const Cuboid& was,
                  const Cuboid& now) override {
    replace_vector(patch, json, box.find("position"), was.pose.translation, now.pose.translation);
    replace_vector(patch, json, box.find("dimensions"), was.size, now.size);
    if (same_rotation(was.pose.rotation, now.pose.rotation)) return;
    set_member(patch, box, "yaw", json_number(yaw_in_file(now)));
    const JsonNode* rotation = box.find("rotation");
    if ((rotation && rotation->is(JsonNode::Kind::object)) || is_tilted(now))
      set_member(patch, box, "rotation", quaternion(now.pose.rotation));
  }

  void set_class(JsonPatch& patch, const JsonNode& box, const std::string& word) override {
    set_member(patch, box, "category_id", std::to_string(category(patch, word)));
  }

  void set_track(JsonPatch& patch, const JsonNode& box, const std::string& track) override {
    const auto number = to_integer(track);
    set_member(patch, box, "track_id", number ? std::to_string(*number) : json_string(track));
  }

  void set_attributes(JsonPatch& patch,
                      const JsonNode& box,
                      const Attributes& was,
                      const Attributes& now) override {
    const JsonNode* attributes = box.find("attributes");
    if (!attributes || !attributes->is(JsonNode::Kind::object))
      return set_member(patch, box, "attributes", attributes_json(now));
    change_members(patch, *attributes, was, now);
  }

  std::string made(JsonPatch& patch, const JsonNewBox& box) override {
    const Cuboid& cuboid = box.cuboid;
    return fmt::format(
        "{{\"id\": {}, \"category_id\": {}, \"type\": \"cuboid\", \"position\": {}, "
        "\"dimensions\": {}, \"yaw\": {}{}, \"track_id\": {}, \"is_keyframe\": {}, "
        "\"attributes\": {}}}",
        next_id(),
        category(patch, box.class_name),
        json_axes(cuboid.pose.translation),
        json_axes(cuboid.size),
        json_number(yaw_in_file(cuboid)),
        is_tilted(cuboid) ? ", \"rotation\": " + quaternion(cuboid.pose.rotation) : "",
        numbers_ ? numbers_->of(*box.box.track) : next_id_,
        key_at(*box.box.track, box.instant.stamp) ? "true" : "false",
        attributes_json(box.box.attributes));
  }

 private:
  std::span<const JsonNode> samples() const {
    const JsonNode* found = json.root().find({"dataset", "samples"});
    if (!found) found = json.root().find("samples");
    return found ? std::span<const JsonNode>(found->items) : std::span<const JsonNode>();
  }

  /// Of the label set "ground-truth"; without it of the first that there is.
  const JsonNode* attributes_of(const JsonNode& sample) const {
    const JsonNode* labels = sample.find("labels");
    if (!labels || labels->items.empty()) return nullptr;
    const JsonNode* set = labels->find(kLabelSet);
    return (set ? set : &labels->items.front())->find("attributes");
  }

  /// The cloud's name, or that of its file: what the drive knows.
  std::string name_of_cloud(const JsonNode& cloud, const Instants& instants) const {
    std::string name = json_word(json, cloud.find("name"));
    std::string url = json_word(json, cloud.find({"pcd", "url"}));
    url = url.substr(0, url.find('?'));  // signed addresses
    const bool known =
        !name.empty() &&
        instant_named(instants, std::filesystem::path(name).stem().string()).frame >= 0;
    return known || url.empty() ? name : url;
  }

  std::string name_of_sample(const JsonNode& sample, const Instants& instants) const {
    if (const JsonNode* attributes = sample.find("attributes"))
      if (std::string name = name_of_cloud(*attributes, instants); !name.empty()) {
        const std::string stem = std::filesystem::path(name).stem().string();
        if (instant_named(instants, stem).frame >= 0) return name;
      }
    return json_word(json, sample.find("name"));
  }

  std::optional<Quat> rotation_of(const JsonNode& box) const {
    if (const JsonNode* rotation = box.find("rotation");
        rotation && rotation->is(JsonNode::Kind::object)) {
      double q[4];
      const char* names[] = {"qx", "qy", "qz", "qw"};
      for (std::size_t i = 0; i < 4; ++i) {
        const auto number = json.number(rotation->find(names[i]));
        if (!number) return std::nullopt;
        q[i] = *number;
      }
      return angles_.xyzw(q[0], q[1], q[2], q[3]);
    }
    const auto yaw = json.number(box.find("yaw"));
    if (!yaw) return std::nullopt;
    return pose_from_yaw(angles_.radians(*yaw)).rotation;
  }

  double yaw_in_file(const Cuboid& cuboid) const {
    return angles_.raw(yaw_of(cuboid.pose.rotation));
  }

  static bool is_tilted(const Cuboid& cuboid) {
    return (cuboid.pose.rotation * Vec3::UnitZ() - Vec3::UnitZ()).norm() > 1e-6;
  }

  std::string quaternion(const Quat& q) const {
    const auto v = angles_.raw_xyzw(q);
    return fmt::format("{{\"qx\": {}, \"qy\": {}, \"qz\": {}, \"qw\": {}}}",
                       json_number(v[0]),
                       json_number(v[1]),
                       json_number(v[2]),
                       json_number(v[3]));
  }

  std::int64_t category(JsonPatch& patch, const std::string& word) {
    std::int64_t largest = 0;
    for (const auto& [id, name] : class_of_) {
      if (name == word) return id;
      largest = std::max(largest, id);
    }
    const std::int64_t id = largest < 1'000'000'000'000 ? largest + 1 : 1;
    class_of_[id] = word;
    if (categories_)
      patch.append(*categories_,
                   fmt::format("{{\"id\": {}, \"name\": {}}}", id, json_string(word)));
    return id;
  }

  std::int64_t next_id() {
    if (next_id_ == 0)
      for (const JsonNode& sample : samples()) {
        const JsonNode* attributes = attributes_of(sample);
        if (!attributes) continue;
        const auto look = [&](const JsonNode* boxes) {
          if (!boxes) return;
          for (const JsonNode& box : boxes->items)
            if (const auto id = json.integer(box.find("id")); id && *id < 1'000'000'000'000)
              next_id_ = std::max(next_id_, *id);
        };
        look(attributes->find("annotations"));
        if (const JsonNode* frames = attributes->find("frames"))
          for (const JsonNode& frame : frames->items) look(frame.find("annotations"));
      }
    return ++next_id_;
  }

  const Drive& drive_;
  RawAngles angles_;
  std::optional<TrackNumbers> numbers_;
  const JsonNode* categories_ = nullptr;
  std::map<std::int64_t, std::string> class_of_;
  std::int64_t next_id_ = 0;
};

MakeJsonBoxes maker(const Drive& drive, const WriteRequest* request) {
  return [&drive, request](const JsonText& text) {
    return std::make_unique<Segments>(text, request, drive);
  };
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const Instants instants(drive);
  return read_each(drive, place, "segments", {".json"}, {}, [&](Source source, LabelSet& set) {
    read_json_boxes(drive, instants, std::move(source), maker(drive, nullptr), set);
  });
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".json"});
  if (!beginning.has("\"dataset\"") || !beginning.has("\"task_type\"")) return 0;
  return beginning.has("pointcloud-cuboid") ? 0.95 : 0.4;
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, "segments");
  const OutFrames frames = frames_to_write(request, sources);
  return json_files_of_drive(request,
                             frames,
                             sources,
                             {},
                             "release.json",
                             skeleton_of(request.drive, frames),
                             maker(request.drive, &request));
}

}  // namespace

LabelFormat segments_labels() {
  Can can;
  can.names.frame = NameRule::file_text;
  can.track_ids = true;
  can.attributes = true;
  can.several_frames = true;
  static const LossKind losses[] = {names_that_are_no_numbers()};
  return {"segments", "Segments.ai release", can, {}, {}, read, write, recognise, nullptr, losses};
}

}  // namespace sweepbox
