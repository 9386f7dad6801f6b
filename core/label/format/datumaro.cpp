#include <algorithm>

#include "core/base/parse.hpp"
#include "core/label/cuboids.hpp"
#include "core/label/json_boxes.hpp"
#include "core/label/repairs.hpp"

// Datumaro's own JSON, CVAT's "Datumaro 3D" (formats.md 4.13): annotations/default.json, one item a
// cloud. Boxes as CVAT draws them: scale x is the length, the front is +x, angles in three.js's
// order.

namespace sweepbox {

LabelFormat datumaro_labels();

namespace {

constexpr const char* kSkeleton =
    R"({"dm_format_version": "1.0", "media_type": 6, "infos": {}, "categories": {"label": {"labels": [], "label_groups": [], "attributes": []}}, "items": []})";
constexpr const char* kFix = "correct the box, or export the task again";

/// Attributes that mean something of their own.
constexpr std::string_view kSpecial[] = {"track_id", "keyframe", "score"};

bool is_special(std::string_view name) {
  return std::find(std::begin(kSpecial), std::end(kSpecial), name) != std::end(kSpecial);
}

class Datumaro : public JsonBoxes {
 public:
  Datumaro(const JsonText& text, const Drive& drive)
      : JsonBoxes(text), drive_(drive), angles_(drive) {
    labels_ = json.root().find({"categories", "label", "labels"});
    if (!labels_) return;
    for (const JsonNode& one : labels_->items)
      words_.push_back(json_word(json, one.is(JsonNode::Kind::object) ? one.find("name") : &one));
    in_file_ = words_.size();
  }

  std::vector<JsonFrame> frames(const Instants& instants) const override {
    std::vector<JsonFrame> result;
    std::vector<NamedFrame> names;
    if (const JsonNode* items = json.root().find("items"))
      for (const JsonNode& item : items->items) {
        const JsonNode* boxes = item.find("annotations");
        if (!boxes || !boxes->is(JsonNode::Kind::array)) continue;
        // An id is no file name: it ends where it ends.
        names.push_back({json_word(json, item.find("id")) + ".pcd",
                         json.integer(item.find({"attr", "frame"}))});
        result.push_back({{}, boxes});
      }
    auto found = instants_of(drive_, instants, names);
    for (std::size_t i = 0; i < result.size(); ++i) result[i].instant = std::move(found[i]);
    return result;
  }

  Result<std::optional<Label>> label(const JsonNode& box) const override {
    if (json_word(json, box.find("type")) != "cuboid_3d") return std::nullopt;
    const auto place = json_vector(json, box.find("position"), "position");
    if (!place) return tl::unexpected(place.error());
    const auto size = json_vector(json, box.find("scale"), "scale");
    if (!size) return tl::unexpected(size.error());
    const auto turn = json_vector(json, box.find("rotation"), "rotation");
    if (!turn) return tl::unexpected(turn.error());
    const auto cuboid = checked_cuboid(*place, *size, rotation_of(*turn));
    if (!cuboid) return tl::unexpected(cuboid.error());
    Label label;
    label.cuboid_in_ego = *cuboid;
    const auto id = json.integer(box.find("label_id"));
    if (!id || *id < 0 || *id >= static_cast<std::int64_t>(in_file_))
      return fail({},
                  "label_id",
                  text("a number below {}, the number of labels", in_file_),
                  text("{}", json_word(json, box.find("label_id"))),
                  kFix);
    label.class_name = words_[static_cast<std::size_t>(*id)];
    if (const JsonNode* attributes = box.find("attributes"))
      for (const JsonNode& one : attributes->items)
        if (std::string word = json_word(json, &one), key = json.key(one);
            !is_special(key) && !word.empty())
          label.attributes.emplace(std::move(key), std::move(word));
    label.track = json_word(json, box.find({"attributes", "track_id"}));
    label.score = json.number(box.find({"attributes", "score"}));
    label.key = json.boolean(box.find({"attributes", "keyframe"})).value_or(true);
    return label;
  }

  void set_cuboid(JsonPatch& patch,
                  const JsonNode& box,
                  const Cuboid& was,
                  const Cuboid& now) override {
    replace_vector(patch, json, box.find("position"), was.pose.translation, now.pose.translation);
    replace_vector(patch, json, box.find("scale"), was.size, now.size);
    if (!same_rotation(was.pose.rotation, now.pose.rotation))
      set_member(patch, box, "rotation", json_numbers(angles_of(now.pose.rotation)));
  }

  void set_class(JsonPatch& patch, const JsonNode& box, const std::string& word) override {
    set_member(patch, box, "label_id", std::to_string(label_id(patch, word)));
  }

  void set_track(JsonPatch& patch, const JsonNode& box, const std::string& track) override {
    if (const JsonNode* attributes = box.find("attributes"))
      set_member(patch, *attributes, "track_id", track_value(track));
    else
      patch.append(box, "attributes", "{\"track_id\": " + track_value(track) + "}");
  }

  void set_attributes(JsonPatch& patch,
                      const JsonNode& box,
                      const Attributes& was,
                      const Attributes& now) override {
    const JsonNode* attributes = box.find("attributes");
    if (!attributes) return patch.append(box, "attributes", attributes_json(now));
    change_members(patch, *attributes, was, now);
  }

  std::string made(JsonPatch& patch, const JsonNewBox& box) override {
    return fmt::format(
        "{{\"id\": {}, \"type\": \"cuboid_3d\", \"attributes\": {}, \"group\": 0, \"label_id\": "
        "{}, \"position\": {}, \"rotation\": {}, \"scale\": {}}}",
        next_id(),
        attributes_with(box.box.attributes, box.track, box.box.score),
        label_id(patch, box.class_name),
        json_numbers(box.cuboid.pose.translation),
        json_numbers(angles_of(box.cuboid.pose.rotation)),
        json_numbers(box.cuboid.size));
  }

  void add_frame(JsonPatch& patch,
                 const Instant& instant,
                 std::span<const std::string> boxes) override {
    const JsonNode* items = json.root().find("items");
    if (!items) return;
    patch.append(*items,
                 fmt::format("{{\"id\": {}, \"annotations\": [{}], \"attr\": {{\"frame\": {}}}, "
                             "\"point_cloud\": {{\"path\": {}}}}}",
                             json_string(instant.name),
                             fmt::join(boxes, ", "),
                             items->items.size() + added_++,
                             json_string(instant.name + ".pcd")));
  }

 private:
  Quat rotation_of(const Vec3& raw) const {
    return from_xyz_angles(
        {angles_.radians(raw.x()), angles_.radians(raw.y()), angles_.radians(raw.z())});
  }

  Vec3 angles_of(const Quat& rotation) const { return xyz_angles_of(rotation) * angles_.raw(1); }

  static std::string track_value(const std::string& track) {
    const auto number = to_integer(track);
    return number && std::to_string(*number) == track ? track : json_string(track);
  }

  /// Attributes with the id and the score, which stand among them.
  static std::string attributes_with(const Attributes& attributes,
                                     const std::string& track,
                                     std::optional<double> score) {
    std::string members = attributes_json(attributes);
    members.pop_back();
    const auto add = [&](const std::string& member) {
      members += (members.size() > 1 ? ", " : "") + member;
    };
    if (!track.empty()) add("\"track_id\": " + track_value(track));
    if (score) add("\"score\": " + json_number(*score));
    return members + "}";
  }

  /// Of a class, which is added to the categories where they lack it.
  std::size_t label_id(JsonPatch& patch, const std::string& word) {
    const auto found = std::find(words_.begin(), words_.end(), word);
    if (found == words_.end()) {
      if (labels_)
        patch.append(*labels_,
                     fmt::format("{{\"name\": {}, \"parent\": \"\", \"attributes\": []}}",
                                 json_string(word)));
      words_.push_back(word);
      return words_.size() - 1;
    }
    return static_cast<std::size_t>(found - words_.begin());
  }

  std::int64_t next_id() {
    if (next_id_ == 0) {
      if (const JsonNode* items = json.root().find("items"))
        for (const JsonNode& item : items->items)
          if (const JsonNode* boxes = item.find("annotations"))
            for (const JsonNode& box : boxes->items)
              if (const auto id = json.integer(box.find("id")); id && *id < 1'000'000'000'000'000)
                next_id_ = std::max(next_id_, *id);
    }
    return ++next_id_;
  }

  const Drive& drive_;
  RawAngles angles_;
  const JsonNode* labels_ = nullptr;
  std::vector<std::string> words_;
  std::size_t in_file_ = 0;  ///< how many of them the file declares
  std::int64_t next_id_ = 0;
  std::size_t added_ = 0;
};

MakeJsonBoxes maker(const Drive& drive) {
  return [&drive](const JsonText& text) { return std::make_unique<Datumaro>(text, drive); };
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  std::error_code code;
  const bool whole = std::filesystem::is_directory(place / "annotations", code);
  const auto files = label_files(whole ? place / "annotations" : place, {".json"});
  if (!files) return tl::unexpected(files.error());
  LabelSet set;
  set.format = "datumaro";
  const Instants instants(drive);
  for (const auto& file : *files) {
    auto source = read_source(drive, file, set.format, {});
    if (source)
      read_json_boxes(drive, instants, std::move(*source), maker(drive), set);
    else
      set.problems.push_back(source.error());
  }
  judge_frames(set, drive, place);
  return set;
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".json"});
  if (beginning.has("\"cuboid_3d\"") && beginning.has("\"label_id\"")) return 0.95;
  return beginning.has("\"dm_format_version\"") ||
                 (beginning.has("\"categories\"") && beginning.has("\"label_groups\""))
             ? 0.7
         : beginning_of(place / "annotations", {".json"}).has("\"cuboid_3d\"") ? 0.9
                                                                               : 0;
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, "datumaro");
  const OutFrames frames = frames_to_write(request, sources);
  return json_files_of_drive(
      request, frames, sources, "annotations", "default.json", kSkeleton, maker(request.drive));
}

}  // namespace

LabelFormat datumaro_labels() {
  Can can;
  can.track_ids = true;
  can.attributes = true;
  can.scores = true;
  can.several_frames = true;
  can.names.frame = NameRule::file_text;
  can.names.reserved_attributes = kSpecial;
  return {"datumaro", "Datumaro 3D (CVAT)", can, {}, {}, read, write, recognise};
}

}  // namespace sweepbox
