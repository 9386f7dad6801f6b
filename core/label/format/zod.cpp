#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/base/files.hpp"
#include "core/label/json_text.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/writing.hpp"

// Zenseact ZOD, annotations/object_detection.json (formats.md 2.10): a list of objects of the key
// frame, each with its outline in the front image and, of some, a box in the velodyne's axes at the
// time of that image. What is no box, and every other key, stays as it is.

namespace sweepbox {

LabelFormat zod_labels();

namespace {

constexpr const char* kFormat = "zod";
constexpr const char* kFix = "correct the object, or take the file from the data set again";
constexpr double kLargestSize = 100, kFarthest = 100'000;

/// A word that people mean, and where the file says it: in `class`, or in its `type`.
struct Word {
  std::string_view word;
  std::string_view class_name;
  bool is_type = true;
};

// zenseact/zod: zod/anno/object.py.
constexpr Word kTable[] = {{"Car", "Vehicle"},
                           {"Van", "Vehicle"},
                           {"Truck", "Vehicle"},
                           {"Bus", "Vehicle"},
                           {"Trailer", "Vehicle"},
                           {"TramTrain", "Vehicle"},
                           {"HeavyEquip", "Vehicle"},
                           {"Bicycle", "VulnerableVehicle"},
                           {"Motorcycle", "VulnerableVehicle"},
                           {"Stroller", "VulnerableVehicle"},
                           {"Wheelchair", "VulnerableVehicle"},
                           {"PersonalTransporter", "VulnerableVehicle"},
                           {"Vehicle", "Vehicle", false},
                           {"VulnerableVehicle", "VulnerableVehicle", false},
                           {"Pedestrian", "Pedestrian", false},
                           {"Animal", "Animal", false},
                           {"PoleObject", "PoleObject", false},
                           {"TrafficBeacon", "TrafficBeacon", false},
                           {"TrafficSign", "TrafficSign", false},
                           {"TrafficSignal", "TrafficSignal", false},
                           {"TrafficGuide", "TrafficGuide", false},
                           {"DynamicBarrier", "DynamicBarrier", false}};

constexpr auto kWords = [] {
  std::array<std::string_view, std::size(kTable)> words;
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = kTable[i].word;
  return words;
}();

constexpr const char* kSizes[] = {"size_3d_length", "size_3d_width", "size_3d_height"};
constexpr const char* kTurns[] = {
    "orientation_3d_qw", "orientation_3d_qx", "orientation_3d_qy", "orientation_3d_qz"};

/// The frame that the labels are of: the image of the key frame tells its time, the nearest sweep
/// is its frame.
struct KeyFrame {
  Instant instant;
  Pose ego_from_boxes;  ///< ego at the frame from the velodyne's axes at the image's time
};

/// The frame in the middle of those with an image: single frames have one.
int key_index(const Drive& drive) {
  const auto frames = drive.frames();
  const auto middle = static_cast<int>(frames.size() / 2);
  int best = middle, distance = static_cast<int>(frames.size()) + 1;
  for (int i = 0; i < static_cast<int>(frames.size()); ++i)
    if (!frames[static_cast<std::size_t>(i)].images.empty() && std::abs(i - middle) < distance) {
      best = i;
      distance = std::abs(i - middle);
    }
  return best;
}

KeyFrame key_frame_at(const Drive& drive, const Instant& instant) {
  KeyFrame key{instant, drive.ego_from("velodyne", instant.near).value_or(Pose())};
  const FrameInfo* frame = frame_at(drive, instant);
  if (frame && !frame->images.empty())
    key.ego_from_boxes =
        ego_from_ego(drive, frame->images.front().stamp, frame->stamp) * key.ego_from_boxes;
  return key;
}

std::string key_name(const Drive& drive) {
  return drive.frames().empty() ? std::string()
                                : drive.frames()[static_cast<std::size_t>(key_index(drive))].name;
}

constexpr std::string_view kStem = "object_detection";

/// Boxes of other frames than the key frame stand in files of our own beside it, so that none is
/// lost: object_detection_FRAME.json.
std::string frame_of(const Drive& drive, const fs::path& path) {
  const std::string stem = path.stem().string();
  return stem.size() > kStem.size() + 1 && stem.starts_with(kStem) && stem[kStem.size()] == '_'
             ? stem.substr(kStem.size() + 1)
             : key_name(drive);
}

/// Where a box stands in its object.
struct BoxNodes {
  const JsonNode* properties = nullptr;
  const JsonNode* place = nullptr;  ///< an array of three numbers
  std::array<const JsonNode*, 3> sizes{};
  std::array<const JsonNode*, 4> turns{};
};

/// Empty for an object without a box: it is outlined in the image alone.
std::optional<BoxNodes> box_nodes(const JsonNode& object) {
  BoxNodes nodes;
  nodes.properties = object.find("properties");
  if (!nodes.properties || !nodes.properties->find("location_3d")) return std::nullopt;
  nodes.place = nodes.properties->find({"location_3d", "coordinates"});
  for (std::size_t i = 0; i < 3; ++i) nodes.sizes[i] = nodes.properties->find(kSizes[i]);
  for (std::size_t i = 0; i < 4; ++i) nodes.turns[i] = nodes.properties->find(kTurns[i]);
  return nodes;
}

Result<Cuboid> cuboid_of(const JsonText& json, const BoxNodes& nodes, const RawAngles& angles) {
  std::array<double, 3> place, size;
  std::array<double, 4> turn;
  if (!json.numbers(nodes.place, place) ||
      !std::all_of(place.begin(), place.end(), [](double x) { return std::abs(x) <= kFarthest; }))
    return fail({},
                "location_3d.coordinates",
                text("three numbers within {} m", kFarthest),
                "something else",
                kFix);
  for (std::size_t i = 0; i < 3; ++i) {
    size[i] = json.number(nodes.sizes[i]).value_or(0);
    if (!(size[i] > 0 && size[i] <= kLargestSize))
      return fail({},
                  kSizes[i],
                  text("a length above 0, up to {} m", kLargestSize),
                  text("{}", size[i]),
                  kFix);
  }
  for (std::size_t i = 0; i < 4; ++i) turn[i] = json.number(nodes.turns[i]).value_or(0);
  const auto rotation = angles.wxyz(turn[0], turn[1], turn[2], turn[3]);
  if (!rotation) return fail({}, "orientation_3d_qw", "a quaternion", "zeros or none", kFix);
  return Cuboid{{*rotation, {place[0], place[1], place[2]}}, {size[0], size[1], size[2]}};
}

/// The type of a vehicle, the class of all else.
std::string word_of(const JsonText& json, const BoxNodes& nodes) {
  const std::string name = json.string(nodes.properties->find("class")).value_or("");
  const auto type = json.string(nodes.properties->find("type"));
  for (const Word& word : kTable)
    if (type && word.is_type && word.word == *type && word.class_name == name) return *type;
  return name;
}

std::string id_of(const JsonText& json, const BoxNodes& nodes) {
  return json.string(nodes.properties->find("annotation_uuid")).value_or("");
}

Result<Label> label_of(const JsonText& json,
                       const BoxNodes& nodes,
                       const KeyFrame& key,
                       const RawAngles& angles) {
  const auto cuboid = cuboid_of(json, nodes, angles);
  if (!cuboid) return tl::unexpected(cuboid.error());
  Label label = label_at(key.instant);
  label.cuboid_in_ego = key.ego_from_boxes * *cuboid;
  label.class_name = word_of(json, nodes);
  if (label.class_name.empty()) return fail({}, "class", "a class", "nothing", kFix);
  label.track = id_of(json, nodes);
  label.has_track_id = !label.track.empty();
  if (auto fault = too_long(label)) return tl::unexpected(std::move(*fault));
  return label;
}

Result<JsonText> objects_of(std::string content) {
  auto json = JsonText::parse(std::move(content));
  if (json && !json->root().is(JsonNode::Kind::array))
    return fail({}, {}, "a list of objects", "something else", kFix);
  return json;
}

Result<void> read_file(const Drive& drive, const fs::path& path, LabelSet& set) {
  auto source = read_source(drive, path, kFormat, frame_of(drive, path));
  if (!source) return tl::unexpected(source.error());
  const auto json = objects_of(source->text);
  if (!json) return tl::unexpected(in_file(json.error(), source->file));
  const KeyFrame key = key_frame_at(drive, Instants(drive).named(source->frame));
  const RawAngles angles(drive);
  FileProblems problems(set.problems, source->file);
  std::set<std::string> seen;
  const std::vector<JsonNode>& items = json->root().items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    source->records.emplace_back(items[i].begin, items[i].end);
    const auto nodes = box_nodes(items[i]);
    if (!nodes) continue;
    const auto where = [&] { return json->place(items[i].begin); };
    auto label = label_of(*json, *nodes, key, angles);
    if (!label) {
      problems.add(where, label.error());
      continue;
    }
    if (label->has_track_id && !seen.insert(label->track).second) {
      problems.add(where,
                   fail({},
                        "annotation_uuid",
                        "each id once",
                        text("\"{}\" again", label->track),
                        "the second box stands alone; correct its id")
                       .value());
      label->has_track_id = false;
    }
    if (!label->has_track_id) label->track = made_up_track(key.instant.name, i + 1);
    label->origin = {source->id, static_cast<std::uint32_t>(i)};
    set.labels.push_back(std::move(*label));
  }
  set.sources.push_back(std::move(*source));
  return {};
}

Result<LabelSet> read(const Drive& drive, const fs::path& place) {
  const auto files = label_files(place, {".json"});
  if (!files) return tl::unexpected(files.error());
  LabelSet set;
  set.format = kFormat;
  std::error_code ignored;
  const bool folder = fs::is_directory(place, ignored);
  for (const fs::path& path : *files) {
    // Other annotations stand beside them (lane_markings.json …).
    if (folder && !path.stem().string().starts_with(kStem)) continue;
    if (auto done = read_file(drive, path, set); !done) return tl::unexpected(done.error());
  }
  judge_frames(set, drive, place);
  return set;
}

class Writer {
 public:
  Writer(const WriteRequest& request,
         const OutFrame& frame,
         const Source& source,
         const JsonText& json)
      : request_(request),
        json_(json),
        patch_(json_),
        key_(key_frame_at(request.drive, frame.instant)),
        claims_(frame.boxes, &source, json.root().items.size()) {}

  std::string write() {
    const RawAngles angles(request_.drive);
    const std::vector<JsonNode>& items = json_.root().items;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto nodes = box_nodes(items[i]);
      const auto label = nodes ? label_of(json_, *nodes, key_, angles) : tl::unexpected(Error{});
      if (label) change(items[i], i, *nodes, *label);
    }
    for (const OutBox* box : claims_.waiting()) patch_.append(json_.root(), object_of(*box));
    return patch_.applied();
  }

 private:
  void change(const JsonNode& object,
              std::size_t record,
              const BoxNodes& nodes,
              const Label& label) {
    const std::string made_up = made_up_track(key_.instant.name, record + 1);
    if (const OutBox* own = claims_.untouched(record)) {
      const std::string& name = own->track->name;
      const JsonNode* id = nodes.properties->find("annotation_uuid");
      if (name != label.track && name != made_up && id) patch_.replace(*id, json_string(name));
      return;
    }
    const OutBox* box = claims_.take(made_up);
    if (!box && label.has_track_id) box = claims_.take(label.track);
    if (!box) {
      patch_.remove(json_.root(), object);
      return;
    }
    set_numbers(nodes, *box);
    if (box->track->class_name != word_of(json_, nodes)) set_class(nodes, *box);
  }

  Cuboid in_file(const OutBox& box) const {
    return key_.ego_from_boxes.inverse() * box.cuboid_in_ego;
  }

  /// Numbers that the way through the world has only rounded stay as they are.
  void set_numbers(const BoxNodes& nodes, const OutBox& box) {
    constexpr double kRounding = 1e-8;
    const Cuboid cuboid = in_file(box);
    const Quat& q = cuboid.pose.rotation;
    std::array<double, 4> turn = {q.w(), q.x(), q.y(), q.z()};
    double product = 0;
    for (std::size_t i = 0; i < 4; ++i)
      product += turn[i] * json_.number(nodes.turns[i]).value_or(0);
    for (std::size_t i = 0; i < 4; ++i)
      if (nodes.turns[i])
        patch_.replace_number(*nodes.turns[i], product < 0 ? -turn[i] : turn[i], kRounding);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto axis = static_cast<Eigen::Index>(i);
      patch_.replace_number(nodes.place->items[i], cuboid.pose.translation[axis], kRounding);
      patch_.replace_number(*nodes.sizes[i], cuboid.size[axis], kRounding);
    }
  }

  const Word* word_for_box(const OutBox& box, std::string& word) const {
    word = word_for(request_.document.taxonomy(), box.track->class_name, kWords);
    const auto found = std::find_if(
        std::begin(kTable), std::end(kTable), [&](const Word& each) { return each.word == word; });
    return found == std::end(kTable) ? nullptr : found;
  }

  void set_class(const BoxNodes& nodes, const OutBox& box) {
    std::string word;
    const Word* known = word_for_box(box, word);
    const JsonNode* name = nodes.properties->find("class");
    const JsonNode* type = nodes.properties->find("type");
    if (name) patch_.replace(*name, json_string(known ? known->class_name : word));
    const bool has_type = known && known->is_type;
    if (type && has_type)
      patch_.replace(*type, json_string(word));
    else if (type)
      patch_.remove(*nodes.properties, *type);
    else if (has_type)
      patch_.append(*nodes.properties, "type", json_string(word));
  }

  /// The outline of a new box: where its edges reach farthest in the front image.
  std::string outline_of(const OutBox& box) const {
    const FrameInfo* frame = frame_at(request_.drive, key_.instant);
    if (!frame || frame->images.empty()) return "[]";
    const ImageFile& image = frame->images.front();
    const Cuboid then =
        ego_from_ego(request_.drive, key_.instant.stamp, image.stamp) * box.cuboid_in_ego;
    const BoxProjection projected = project_box(*image.calibration, then);
    const Rect& rect = projected.in_image;
    if (projected.edges.empty() || rect.area() == 0) return "[]";
    const double x = (rect.x0 + rect.x1) / 2, y = (rect.y0 + rect.y1) / 2;
    const auto point = [](double u, double v) {
      return fmt::format("[{}, {}]", json_number(u), json_number(v));
    };
    return fmt::format("[{}, {}, {}, {}]",
                       point(rect.x0, y),
                       point(x, rect.y0),
                       point(rect.x1, y),
                       point(x, rect.y1));
  }

  std::string object_of(const OutBox& box) const {
    std::string word;
    const Word* known = word_for_box(box, word);
    const Cuboid cuboid = in_file(box);
    const Vec3& t = cuboid.pose.translation;
    const Quat& q = cuboid.pose.rotation;
    std::string properties =
        fmt::format("\"annotation_uuid\": {}, \"class\": {}, \"unclear\": false",
                    json_string(box.track->name),
                    json_string(known ? known->class_name : word));
    if (known && known->is_type) properties += fmt::format(", \"type\": {}", json_string(word));
    properties +=
        fmt::format(", \"location_3d\": {{\"type\": \"Point\", \"coordinates\": [{}, {}, {}]}}",
                    json_number(t.x()),
                    json_number(t.y()),
                    json_number(t.z()));
    for (std::size_t i = 0; i < 3; ++i)
      properties += fmt::format(
          ", \"{}\": {}", kSizes[i], json_number(cuboid.size[static_cast<Eigen::Index>(i)]));
    const double turn[] = {q.w(), q.x(), q.y(), q.z()};
    for (std::size_t i = 0; i < 4; ++i)
      properties += fmt::format(", \"{}\": {}", kTurns[i], json_number(turn[i]));
    return fmt::format(
        "{{\"geometry\": {{\"type\": \"MultiPoint\", \"coordinates\": {}}}, \"properties\": "
        "{{{}}}}}",
        outline_of(box),
        properties);
  }

  const WriteRequest& request_;
  const JsonText& json_;
  JsonPatch patch_;
  KeyFrame key_;
  Claims claims_;
};

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  static const Source none;
  const std::string key = key_name(request.drive);
  std::vector<WrittenFile> files;
  for (const OutFrame& frame : frames_to_write(request, sources_of(request.document, kFormat))) {
    const bool is_key = frame.instant.name == key;
    if (!is_key && !frame.source && frame.boxes.empty()) continue;
    const Source& source = frame.source ? *frame.source : none;
    const auto json = objects_of(frame.source ? source.text : "[]");
    if (!json) return tl::unexpected(sweepbox::in_file(json.error(), source.file));
    const std::string name = is_key ? std::string() : "_" + frame.instant.name;
    files.push_back({fmt::format("annotations/{}{}.json", kStem, name),
                     Writer(request, frame, source, *json).write()});
  }
  return files;
}

double recognise(const fs::path& place) {
  const Beginning begin = beginning_of(place, {".json"});
  return begin.has("\"annotation_uuid\"") && begin.has("\"geometry\"") ? 0.9 : 0;
}

}  // namespace

LabelFormat zod_labels() {
  Can can;
  can.track_ids = true;
  can.any_class = false;
  return {kFormat, "Zenseact ZOD", can, kWords, {}, read, write, recognise};
}

}  // namespace sweepbox
