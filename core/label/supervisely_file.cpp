#include "core/label/supervisely_file.hpp"

#include <algorithm>
#include <cctype>

#include "core/base/hash.hpp"
#include "core/base/parse.hpp"
#include "core/label/cuboids.hpp"

namespace sweepbox::supervisely {
namespace {

constexpr const char* kFix = "correct the file, or export the project again";

/// A track's name that its object's number gives back.
bool is_number(const std::string& name) {
  const auto number = to_integer(name);
  return number && *number >= 0 && std::to_string(*number) == name;
}

constexpr std::string_view kTrack = "track_id";  // the tag that names a track which has no number

/// The value of an attribute in a run of frames; of all of them without one.
struct Run {
  std::string value;
  std::int64_t first, last;
};

class File : public JsonBoxes {
 public:
  File(const JsonText& text, const Drive& drive, Project& project, std::string frame)
      : JsonBoxes(text),
        drive_(drive),
        project_(project),
        frame_(std::move(frame)),
        angles_(drive),
        objects_(json.root().find("objects")),
        frames_(json.root().find("frames")) {
    if (objects_)
      for (const JsonNode& object : objects_->items)
        object_of_.emplace(json_word(json, object.find("key")), &object);
    if (frames_)
      for (const JsonNode& frame_node : frames_->items)
        if (const JsonNode* figures = frame_node.find("figures"))
          for (const JsonNode& figure : figures->items)
            index_of_[&figure] = json.integer(frame_node.find("index")).value_or(0);
  }

  std::vector<JsonFrame> frames(const Instants& instants) const override {
    std::vector<JsonFrame> result;
    if (!frame_.empty()) {
      const JsonNode* figures = json.root().find("figures");
      if (figures && figures->is(JsonNode::Kind::array))
        result.push_back({instant_named(instants, frame_), figures});
      return result;
    }
    std::vector<NamedFrame> names;
    if (frames_)
      for (const JsonNode& one : frames_->items) {
        const JsonNode* figures = one.find("figures");
        const auto index = json.integer(one.find("index"));
        if (!figures || !figures->is(JsonNode::Kind::array) || !index) continue;
        const auto name = project_.cloud_of_index.find(*index);
        names.push_back({name == project_.cloud_of_index.end() ? "" : name->second, index});
        result.push_back({{}, figures});
      }
    auto found = instants_of(drive_, instants, names);
    for (std::size_t i = 0; i < result.size(); ++i) result[i].instant = std::move(found[i]);
    return result;
  }

  Result<std::optional<Label>> label(const JsonNode& box) const override {
    if (json_word(json, box.find("geometryType")) != "cuboid_3d") return std::nullopt;
    const JsonNode* geometry = box.find("geometry");
    const auto place =
        json_vector(json, geometry ? geometry->find("position") : nullptr, "position");
    if (!place) return tl::unexpected(place.error());
    const auto turn = json_vector(json, geometry->find("rotation"), "rotation");
    if (!turn) return tl::unexpected(turn.error());
    const auto size = json_vector(json, geometry->find("dimensions"), "dimensions");
    if (!size) return tl::unexpected(size.error());
    const auto as_written = checked_cuboid(
        *place,
        *size,
        from_xyz_angles(
            {angles_.radians(turn->x()), angles_.radians(turn->y()), angles_.radians(turn->z())}));
    if (!as_written) return tl::unexpected(as_written.error());
    const std::string key = json_word(json, box.find("objectKey"));
    const auto object = object_of_.find(key);
    if (object == object_of_.end())
      return fail({}, "objectKey", "the key of one of the objects", text("\"{}\"", key), kFix);
    Label label;
    label.cuboid_in_ego = neutral(*as_written);
    label.class_name = json_word(json, object->second->find("classTitle"));
    label.track = name_of(key, *object->second);
    label.attributes = attributes_of(*object->second, index_of(box));
    return label;
  }

  void set_cuboid(JsonPatch& patch,
                  const JsonNode& box,
                  const Cuboid& was,
                  const Cuboid& now) override {
    const JsonNode& geometry = *box.find("geometry");
    const Cuboid before = written(was), after = written(now);
    replace_vector(
        patch, json, geometry.find("position"), before.pose.translation, after.pose.translation);
    replace_vector(patch, json, geometry.find("dimensions"), before.size, after.size);
    if (!same_rotation(was.pose.rotation, now.pose.rotation))
      set_member(patch, geometry, "rotation", json_axes(angles_of(after)));
  }

  void set_class(JsonPatch& patch, const JsonNode& box, const std::string& word) override {
    set_member(patch, *object_of_.at(key_of(box)), "classTitle", json_string(word));
    project_.classes.insert(word);
  }

  void set_track(JsonPatch&, const JsonNode& box, const std::string& track) override {
    renamed_[key_of(box)] = track;
  }

  void set_attributes(JsonPatch&,
                      const JsonNode& box,
                      const Attributes&,
                      const Attributes&) override {
    changed_.insert(key_of(box));
  }

  std::string made(JsonPatch&, const JsonNewBox& box) override {
    const std::string name = box.track.empty() ? box.box.track->name : box.track;
    const std::string key = object_for(name, box.class_name);
    const std::int64_t index = index_in_file(box.instant);
    wanted_[key][index] = box.box.attributes;
    ++staying_[key];
    changed_.insert(key);
    const Cuboid as_written = written(box.cuboid);
    const std::string figure = key_from(key + ":" + box.instant.name);
    project_.new_figures.insert(figure);
    return fmt::format(
        "{{\"key\": \"{}\", \"objectKey\": {}, \"geometryType\": \"cuboid_3d\", \"geometry\": "
        "{{\"position\": {}, \"rotation\": {}, \"dimensions\": {}}}}}",
        figure,
        json_string(key),
        json_axes(as_written.pose.translation),
        json_axes(angles_of(as_written)),
        json_axes(as_written.size));
  }

  void add_frame(JsonPatch& patch,
                 const Instant& instant,
                 std::span<const std::string> boxes) override {
    if (!frames_) return;
    patch.append(*frames_,
                 fmt::format("{{\"index\": {}, \"figures\": [{}]}}",
                             index_in_file(instant),
                             fmt::join(boxes, ", ")));
  }

  void stays(const JsonNode& node, const JsonFrame&, const OutBox& box) override {
    const std::string key = key_of(node);
    wanted_[key][index_of(node)] = box.attributes;
    ++staying_[key];
  }

  void finish(JsonPatch& patch) override {
    if (!objects_) return;
    std::map<std::string, Figures> figures = figures_by_object();
    for (const auto& [key, object] : object_of_) {
      const auto [read, others] = figures[key];
      if (read > 0 && others == 0 && staying_[key] == 0) {
        patch.remove(*objects_, *object);
        continue;
      }
      if (const auto track = renamed_.find(key); track != renamed_.end())
        put_tags(patch, *object, std::string(kTrack), {{track->second, 0, 0}}, true);
      if (changed_.contains(key)) put_attributes(patch, key, *object);
    }
    for (const auto& [key, class_name] : made_) {
      std::vector<std::string> tags;
      if (!is_number(name_of_made_[key]) && !is_key(name_of_made_[key]))
        tags.push_back(tag(std::string(kTrack), {name_of_made_[key], 0, 0}, true));
      for (const std::string& name : names_wanted(key)) {
        const auto runs = runs_of(key, name);
        for (const Run& run : runs)
          if (!run.value.empty()) tags.push_back(tag(name, run, runs.size() == 1));
      }
      patch.append(*objects_,
                   fmt::format("{{\"key\": {}, \"classTitle\": {}, \"tags\": [{}]}}",
                               json_string(key),
                               json_string(class_name),
                               fmt::join(tags, ", ")));
      project_.classes.insert(class_name);
    }
  }

 private:
  Cuboid neutral(const Cuboid& as_written) const {
    if (project_.length_on == LengthOn::x) return as_written;
    const Vec3& size = as_written.size;
    return {as_written.pose * pose_from_yaw(kPi / 2), {size.y(), size.x(), size.z()}};
  }

  Cuboid written(const Cuboid& neutral_box) const {
    if (project_.length_on == LengthOn::x) return neutral_box;
    const Vec3& size = neutral_box.size;
    return {neutral_box.pose * pose_from_yaw(-kPi / 2), {size.y(), size.x(), size.z()}};
  }

  Vec3 angles_of(const Cuboid& as_written) const {
    return xyz_angles_of(as_written.pose.rotation) * angles_.raw(1);
  }

  std::string key_of(const JsonNode& figure) const {
    return json_word(json, figure.find("objectKey"));
  }

  std::int64_t index_of(const JsonNode& figure) const {
    const auto found = index_of_.find(&figure);
    return found == index_of_.end() ? 0 : found->second;
  }

  std::int64_t index_in_file(const Instant& instant) const {
    if (!frame_.empty()) return 0;
    for (const auto& [index, cloud] : project_.cloud_of_index)
      if (cloud == instant.name || cloud.starts_with(instant.name + ".")) return index;
    return std::max(instant.frame, 0);
  }

  std::string name_of(const std::string& key, const JsonNode& object) const {
    if (const JsonNode* tags = object.find("tags"))
      for (const JsonNode& one : tags->items)
        if (json_word(json, one.find("name")) == kTrack)
          if (const std::string name = json_word(json, one.find("value")); !name.empty())
            return name;
    const auto number = project_.name_of_key.find(key);
    return number == project_.name_of_key.end() ? key : number->second;
  }

  static bool holds_at(const JsonText& json, const JsonNode& one, std::int64_t index) {
    double range[2];
    if (!json.numbers(one.find("frameRange"), range)) return true;
    return range[0] <= static_cast<double>(index) && static_cast<double>(index) <= range[1];
  }

  Attributes attributes_of(const JsonNode& object, std::int64_t index) const {
    Attributes result;
    if (const JsonNode* tags = object.find("tags"))
      for (const JsonNode& one : tags->items) {
        const std::string name = json_word(json, one.find("name"));
        if (name.empty() || name == kTrack || !holds_at(json, one, index)) continue;
        const JsonNode* value = one.find("value");
        const bool bare = !value || value->is(JsonNode::Kind::null);  // a tag without a value
        if (std::string word = bare ? "true" : json_word(json, value); !word.empty())
          result[name] = std::move(word);
      }
    return result;
  }

  /// The object of a track: one of the file's own of that class, or a new one.
  std::string object_for(const std::string& name, const std::string& class_name) {
    for (const auto& [key, object] : object_of_)
      if (name_of(key, *object) == name &&
          json_word(json, object->find("classTitle")) == class_name)
        return key;
    const auto known = project_.key_of_name.find(name);
    std::string key = known != project_.key_of_name.end() ? known->second
                      : is_key(name)                      ? name
                                                          : key_from("object:" + name);
    const auto is_taken = [&] {
      const auto here = made_.find(key);
      return object_of_.contains(key) || (here != made_.end() && here->second != class_name);
    };
    while (is_taken()) key = key_from(key + class_name);
    made_.emplace(key, class_name);
    name_of_made_[key] = name;
    if (!project_.name_of_key.contains(key))
      project_.new_objects.emplace(key, is_number(name) ? to_integer(name).value_or(-1) : -1);
    return key;
  }

  /// How many figures of an object are boxes that could be read, and how many others it has.
  struct Figures {
    int read = 0, others = 0;
  };

  std::map<std::string, Figures> figures_by_object() const {
    std::map<std::string, Figures> result;
    const auto count = [&](const JsonNode* figures) {
      if (!figures) return;
      for (const JsonNode& figure : figures->items) {
        const auto one = label(figure);
        Figures& of_object = result[key_of(figure)];
        ++(one && *one && !too_long(**one) ? of_object.read : of_object.others);
      }
    };
    count(json.root().find("figures"));
    if (frames_)
      for (const JsonNode& one : frames_->items) count(one.find("figures"));
    return result;
  }

  std::set<std::string> names_wanted(const std::string& key) const {
    std::set<std::string> names;
    if (const auto wanted = wanted_.find(key); wanted != wanted_.end())
      for (const auto& [index, attributes] : wanted->second)
        for (const auto& [name, value] : attributes) names.insert(name);
    return names;
  }

  /// Runs of one value, also of none, over the frames in which the object has a box.
  std::vector<Run> runs_of(const std::string& key, const std::string& name) const {
    std::vector<Run> runs;
    for (const auto& [index, attributes] : wanted_.at(key)) {
      const auto found = attributes.find(name);
      const std::string value = found == attributes.end() ? "" : found->second;
      if (runs.empty() || runs.back().value != value)
        runs.push_back({value, index, index});
      else
        runs.back().last = index;
    }
    return runs;
  }

  std::string tag(const std::string& name, const Run& run, bool whole) {
    project_.tags.insert(name);
    return fmt::format("{{\"name\": {}, \"value\": {}{}}}",
                       json_string(name),
                       json_string(run.value),
                       whole ? "" : fmt::format(", \"frameRange\": [{}, {}]", run.first, run.last));
  }

  void put_attributes(JsonPatch& patch, const std::string& key, const JsonNode& object) {
    const auto wanted = wanted_.find(key);
    if (wanted == wanted_.end()) return;
    std::set<std::string> names = names_wanted(key);
    for (const auto& [index, ignored] : wanted->second)
      for (const auto& [name, value] : attributes_of(object, index)) names.insert(name);
    for (const std::string& name : names) {
      const bool same =
          std::all_of(wanted->second.begin(), wanted->second.end(), [&](const auto& one) {
            const Attributes now = attributes_of(object, one.first);
            const auto has = now.find(name);
            const auto want = one.second.find(name);
            return (has == now.end() ? "" : has->second) ==
                   (want == one.second.end() ? "" : want->second);
          });
      if (same) continue;
      const auto runs = runs_of(key, name);
      put_tags(patch, object, name, runs, runs.size() == 1);
    }
  }

  void put_tags(JsonPatch& patch,
                const JsonNode& object,
                const std::string& name,
                const std::vector<Run>& runs,
                bool whole) {
    const JsonNode* tags = object.find("tags");
    std::vector<const JsonNode*> old;
    if (tags)
      for (const JsonNode& one : tags->items)
        if (json_word(json, one.find("name")) == name) old.push_back(&one);
    if (whole && old.size() == 1 && !old[0]->find("frameRange") && !runs[0].value.empty())
      return set_member(patch, *old[0], "value", json_value(runs[0].value, old[0]->find("value")));
    for (const JsonNode* one : old) patch.remove(*tags, *one);
    std::vector<std::string> made;
    for (const Run& run : runs)
      if (!run.value.empty()) made.push_back(tag(name, run, whole));
    if (!tags && !made.empty())
      patch.append(object, "tags", fmt::format("[{}]", fmt::join(made, ", ")));
    if (tags)
      for (std::string& one : made) patch.append(*tags, std::move(one));
  }

  const Drive& drive_;
  Project& project_;
  std::string frame_;
  RawAngles angles_;
  const JsonNode* objects_;
  const JsonNode* frames_;
  std::map<std::string, const JsonNode*> object_of_;  ///< by key
  std::map<const JsonNode*, std::int64_t> index_of_;  ///< of figures in an episode
  // What goes out, by key of the object: attributes by frame, how many boxes.
  std::map<std::string, std::map<std::int64_t, Attributes>> wanted_;
  std::map<std::string, int> staying_;
  std::map<std::string, std::string> renamed_, made_, name_of_made_;
  std::set<std::string> changed_;
};

}  // namespace

Judgement judge(std::span<const std::string> texts) {
  Judgement result;
  for (const std::string& one : texts) {
    const auto json = JsonText::parse(one);
    if (!json) continue;
    const auto count = [&](const JsonNode* figures) {
      if (!figures) return;
      for (const JsonNode& figure : figures->items) {
        const JsonNode* dimensions = figure.find({"geometry", "dimensions"});
        const auto size = json_vector(*json, dimensions, {});
        if (!size || !(size->minCoeff() > 0)) continue;
        if (size->x() > 1.3 * size->y()) ++result.longer_on_x;
        if (size->y() > 1.3 * size->x()) ++result.longer_on_y;
      }
    };
    count(json->root().find("figures"));
    if (const JsonNode* frames = json->root().find("frames"))
      for (const JsonNode& frame : frames->items) count(frame.find("figures"));
    if (const JsonNode* objects = json->root().find("objects"))
      for (const JsonNode& object : objects->items) {
        // Python's str(datetime) has a blank where the service writes a T.
        const std::string created = json_word(*json, object.find("createdAt"));
        result.by_writer = result.by_writer || object.find("figures") ||
                           (created.size() > 10 && created[10] == ' ');
      }
  }
  const int all = result.longer_on_x + result.longer_on_y;
  const bool mostly_x = all >= 5 && result.longer_on_x * 5 >= all * 4;
  const bool mostly_y = all >= 5 && result.longer_on_y * 5 >= all * 4;
  if (mostly_x || (result.by_writer && !mostly_y)) result.length_on = LengthOn::x;
  return result;
}

std::string key_from(std::string_view words) {
  const auto half = [&](std::string_view salt) {
    return fmt::format("{:016x}", Hash().add(salt).add(words).value());
  };
  return half("first") + half("second");
}

bool is_key(std::string_view name) {
  std::size_t digits = 0;
  for (const char c : name) {
    if (c == '-') continue;
    if (!std::isxdigit(static_cast<unsigned char>(c))) return false;
    ++digits;
  }
  return digits == 32;
}

MakeJsonBoxes maker(const Drive& drive, Project& project, std::string frame) {
  return [&drive, &project, frame](const JsonText& text) {
    return std::make_unique<File>(text, drive, project, frame);
  };
}

}  // namespace sweepbox::supervisely
