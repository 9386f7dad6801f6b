#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/drive/nuscenes_names.hpp"
#include "core/label/json_text.hpp"
#include "core/label/nuscenes_labels.hpp"
#include "core/label/points.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/upright.hpp"
#include "core/label/writing.hpp"
#include "core/scene/world.hpp"

// Boxes of mmdetection3d's info files, version 1.1 (formats.md 2.6 and 4.9):
// data_list[].instances[] with bbox_3d = x y z l w h yaw in the lidar's frame and a number for the
// class (metainfo. categories); −1 stands for every class outside of those. cam_instances repeat
// the boxes as the cameras see them; they are kept as they are.

namespace sweepbox {

LabelFormat mmdetection3d_labels();

namespace {

constexpr const char* kFormat = "mmdetection3d";
constexpr const char* kFix = "correct the box, or take the file from the data set again";
constexpr const char* kNoClass = "-1";  // the file's own word for what has none
constexpr double kLargestSize = 200, kFarthest = 1e6;

Pose ego_from_lidar(const Drive& drive, const Instant& instant) {
  return ego_from_clouds(drive, instant.near);
}

/// What an info file says of its boxes.
struct Infos {
  std::vector<std::pair<std::string, std::int64_t>> classes;  ///< in the file's order
  bool bottom = false;  ///< boxes stand on their place (Waymo)
  const JsonNode* frames = nullptr;

  std::string class_of(std::int64_t number) const {
    for (const auto& [name, own] : classes)
      if (own == number) return name;
    return std::to_string(number);
  }

  std::optional<std::int64_t> number_of(const std::string& name) const {
    for (const auto& [own, number] : classes)
      if (own == name) return number;
    if (name == kNoClass) return -1;
    return std::nullopt;
  }
};

Result<Infos> infos_of(const JsonText& json) {
  Infos infos;
  if (const JsonNode* categories = json.root().find({"metainfo", "categories"}))
    for (const JsonNode& item : categories->items)
      if (const auto number = json.integer(&item))  // one byte more shows that it is too long
        infos.classes.emplace_back(json.key(item).substr(0, kLongestName + 1), *number);
  const std::string set = json.string(json.root().find({"metainfo", "dataset"})).value_or("");
  if (set == "kitti")
    return fail({},
                "metainfo.dataset",
                "boxes in the lidar's frame",
                "KITTI's boxes, which stand in its rectified camera",
                "open KITTI's own folder");
  infos.bottom = set == "waymo";
  infos.frames = json.root().find("data_list");
  if (!infos.frames || !infos.frames->is(JsonNode::Kind::array))
    return fail({},
                "data_list",
                "a list of frames (info_version 1.1)",
                json.root().find("infos") ? "infos of an older version" : "nothing",
                "bring it to the newer form with mmdetection3d's update_infos_to_v2.py");
  return infos;
}

std::string name_of_frame(const JsonText& json, const JsonNode& frame) {
  const auto path = json.string(frame.find({"lidar_points", "lidar_path"}));
  if (path) return nuscenes::frame_name_of(*path);
  return json.string(frame.find("token")).value_or("");
}

Instant instant_of(const JsonText& json,
                   const JsonNode& frame,
                   const Drive& drive,
                   const Instants& instants) {
  const auto stamp = nuscenes::stamp_of_seconds(json.number(frame.find("timestamp")));
  return nuscenes::instant_of(drive, instants, name_of_frame(json, frame), stamp.value_or(Stamp{}));
}

/// Calls `each(frame, instance)` for every instance in the order of the file.
template <class Each>
void for_each_instance(const Infos& infos, const Each& each) {
  for (const JsonNode& frame : infos.frames->items)
    if (const JsonNode* instances = frame.find("instances");
        instances && instances->is(JsonNode::Kind::array))
      for (const JsonNode& instance : instances->items) each(frame, *instances, instance);
}

struct Box {
  Cuboid in_lidar;
  std::int64_t class_number = -1;
};

Result<Box> box_of(const JsonText& json,
                   const JsonNode& instance,
                   const Infos& infos,
                   const RawAngles& angles) {
  double n[9] = {};
  const JsonNode* numbers = instance.find("bbox_3d");
  if (!json.numbers(numbers, std::span(n, 7)) && !json.numbers(numbers, n))
    return fail({}, "bbox_3d", "7 numbers: x y z l w h yaw", "something else", kFix);
  for (int i = 0; i < 7; ++i) {
    const bool good = i < 3   ? std::abs(n[i]) <= kFarthest
                      : i < 6 ? n[i] > 0 && n[i] <= kLargestSize
                              : std::abs(n[i]) <= 1000;
    if (!good)
      return fail({},
                  fmt::format("bbox_3d[{}]", i),
                  i < 3   ? text("a place within {} m", kFarthest)
                  : i < 6 ? text("lengths above 0, up to {} m", kLargestSize)
                          : Text("an angle"),
                  text("{}", n[i]),
                  kFix);
  }
  Box box;
  box.in_lidar = {pose_from_yaw(angles.radians(n[6]), Vec3(n[0], n[1], n[2])),
                  Vec3(n[3], n[4], n[5])};
  if (infos.bottom) box.in_lidar.pose.translation.z() += n[5] / 2;
  const JsonNode* label = instance.find("bbox_label_3d");
  if (!label) label = instance.find("bbox_label");
  const auto number = json.integer(label);
  if (!number) return fail({}, "bbox_label_3d", "the number of a class", "nothing", kFix);
  box.class_number = *number;
  if (auto fault = too_long("class", infos.class_of(*number)))
    return tl::unexpected(std::move(*fault));
  return box;
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  LabelSet set;
  set.format = kFormat;
  const auto file = label_file(drive, place, ".json");
  if (!file) return tl::unexpected(file.error());
  auto source = read_source(drive, *file, kFormat, {});
  if (!source) return tl::make_unexpected(source.error());
  const auto json = JsonText::parse(source->text);
  if (!json) return tl::make_unexpected(in_file(json.error(), source->file));
  const auto infos = infos_of(*json);
  if (!infos) return tl::make_unexpected(in_file(infos.error(), source->file));
  const Instants instants(drive);
  const RawAngles angles(drive);
  FileProblems problems(set.problems, source->file);
  const JsonNode* last_frame = nullptr;
  Instant instant;
  std::map<std::string, int> numbers;  // a frame may stand in several entries
  for_each_instance(*infos, [&](const JsonNode& frame, const JsonNode&, const JsonNode& instance) {
    if (&frame != last_frame) {
      last_frame = &frame;
      instant = instant_of(*json, frame, drive, instants);
    }
    const int in_frame = ++numbers[instant.name];
    source->records.emplace_back(instance.begin, instance.end);
    const auto box = box_of(*json, instance, *infos, angles);
    const auto where = [&] {
      return fmt::format("frame {}, instance {}", shortened(instant.name), in_frame);
    };
    if (!box) {
      problems.add(where, box.error());
      return;
    }
    Label label = label_at(instant);
    label.class_name = infos->class_of(box->class_number);
    label.track = made_up_track(instant.name, in_frame);
    label.cuboid_in_ego = ego_from_lidar(drive, instant) * box->in_lidar;
    label.score = json->number(instance.find("score"));
    label.origin = {source->id, static_cast<std::uint32_t>(source->records.size() - 1)};
    set.labels.push_back(std::move(label));
  });
  set.sources.push_back(std::move(*source));
  judge_frames(set, drive, place);
  return set;
}

/// x y z l w h yaw of a box in the lidar's frame, upright there.
std::array<double, 7> numbers_of(const Cuboid& in_ego, const Pose& ego_from_lidar, bool bottom) {
  const Cuboid box = nearest_upright(ego_from_lidar.inverse() * in_ego);
  const Vec3& c = box.pose.translation;
  return {c.x(),
          c.y(),
          bottom ? c.z() - box.size.z() / 2 : c.z(),
          box.size.x(),
          box.size.y(),
          box.size.z(),
          yaw_of(box.pose.rotation)};
}

class Writer {
 public:
  explicit Writer(const WriteRequest& request) : request_(request), counts_(request.drive) {}

  Result<std::vector<WrittenFile>> files() {
    const Sources sources = sources_of(request_.document, kFormat);
    const auto frames = frames_to_write(request_, sources);
    for (const auto& source : sources) {
      const auto json = JsonText::parse(source->text);
      const auto infos = json ? infos_of(*json) : tl::make_unexpected(json.error());
      if (infos)
        return std::vector<WrittenFile>{{std::filesystem::path(source->file).filename().string(),
                                         patched(*json, *infos, *source, frames)}};
    }
    return std::vector<WrittenFile>{{request_.drive.info().name + ".json", fresh(frames)}};
  }

 private:
  /// The file as it came in with what was edited.
  std::string patched(const JsonText& json,
                      Infos infos,
                      const Source& source,
                      const std::vector<OutFrame>& frames) {
    JsonPatch patch(json);
    const std::size_t classes_before = infos.classes.size();
    const std::vector<Entry> entries = entries_of(json, infos);
    std::map<std::string, FrameInFile> in_file;
    for (const Entry& entry : entries) {
      FrameInFile& here = in_file[entry.instant.name];
      here.entries.push_back(&entry);
      if (entry.instances || !here.for_new || !here.for_new->instances) here.for_new = &entry;
    }
    for (const OutFrame& frame : frames)
      if (const auto found = in_file.find(frame.instant.name); found != in_file.end())
        patch_frame(json, patch, infos, source, frame, found->second);
    const JsonNode* categories = json.root().find({"metainfo", "categories"});
    for (std::size_t i = classes_before; categories && i < infos.classes.size(); ++i)
      patch.append(*categories, infos.classes[i].first, std::to_string(infos.classes[i].second));
    return patch.applied();
  }

  /// An item of data_list.
  struct Entry {
    const JsonNode* node = nullptr;
    const JsonNode* instances = nullptr;
    Instant instant;
    std::uint32_t record = 0;  ///< of its first instance

    std::size_t count() const { return instances ? instances->items.size() : 0; }

    bool holds(const Origin& origin) const {
      return origin.record >= record && origin.record - record < count();
    }
  };

  /// Those of one frame, of which a file may hold several; new boxes go to the last with a list.
  struct FrameInFile {
    std::vector<const Entry*> entries;
    const Entry* for_new = nullptr;
  };

  std::vector<Entry> entries_of(const JsonText& json, const Infos& infos) const {
    const Instants instants(request_.drive);
    std::vector<Entry> entries;
    std::uint32_t record = 0;
    for (const JsonNode& node : infos.frames->items) {
      const JsonNode* instances = node.find("instances");
      if (instances && !instances->is(JsonNode::Kind::array)) instances = nullptr;
      entries.push_back(
          {&node, instances, instant_of(json, node, request_.drive, instants), record});
      record += static_cast<std::uint32_t>(entries.back().count());
    }
    return entries;
  }

  void patch_frame(const JsonText& json,
                   JsonPatch& patch,
                   Infos& infos,
                   const Source& source,
                   const OutFrame& frame,
                   const FrameInFile& in_file) {
    std::vector<OutBox> boxes = frame.boxes;
    for (OutBox& box : boxes)  // a record of another frame is none here
      if (box.origin && std::none_of(in_file.entries.begin(),
                                     in_file.entries.end(),
                                     [&](const Entry* entry) { return entry->holds(*box.origin); }))
        box.origin.reset();
    // One for all entries: what stands in another entry does not wait in this one.
    Claims claims(boxes, &source, source.records.size());
    const RawAngles angles(request_.drive);
    int number = 0;
    for (const Entry* entry : in_file.entries)
      for (std::size_t i = 0; i < entry->count(); ++i) {
        const JsonNode& instance = entry->instances->items[i];
        ++number;
        // What could not be read was not deleted either.
        if (claims.untouched(entry->record + i) || !box_of(json, instance, infos, angles)) continue;
        if (const OutBox* changed = claims.take(made_up_track(frame.instant.name, number)))
          patch_box(json, patch, infos, frame, *changed, instance);
        else
          patch.remove(*entry->instances, instance);
      }
    std::string list;
    for (const OutBox* box : claims.waiting()) {
      const std::string value = box_json(infos, frame, *box);
      if (in_file.for_new->instances)
        patch.append(*in_file.for_new->instances, value);
      else
        list += (list.empty() ? "" : ", ") + value;
    }
    if (!list.empty()) patch.append(*in_file.for_new->node, "instances", "[" + list + "]");
  }

  void patch_box(const JsonText& json,
                 JsonPatch& patch,
                 Infos& infos,
                 const OutFrame& frame,
                 const OutBox& box,
                 const JsonNode& instance) {
    // Way through poses of the world costs 1e-12; below this nobody edited the number.
    constexpr double kSame = 1e-7;
    const auto numbers =
        numbers_of(box.cuboid_in_ego, ego_from_lidar(request_.drive, frame.instant), infos.bottom);
    const JsonNode* old = instance.find("bbox_3d");
    if (old && old->items.size() >= numbers.size()) {
      for (std::size_t i = 0; i < 6; ++i) patch.replace_number(old->items[i], numbers[i], kSame);
      const auto yaw = json.number(&old->items[6]);
      if (!yaw || std::abs(wrapped_angle(*yaw - numbers[6])) > kSame)
        patch.replace_number(old->items[6], numbers[6]);
    }
    const std::int64_t number = class_number(infos, box.track->class_name);
    for (const char* key : {"bbox_label_3d", "bbox_label"})
      if (const JsonNode* label = instance.find(key); label && json.integer(label) != number)
        patch.replace(*label, std::to_string(number));
  }

  std::int64_t class_number(Infos& infos, const std::string& class_name) const {
    if (const auto number = infos.number_of(class_name)) return *number;
    std::vector<std::string_view> words;
    for (const auto& [name, number] : infos.classes) words.push_back(name);
    if (const auto word = words.empty() ? std::nullopt
                                        : own_word(request_.document.taxonomy(), class_name, words))
      return *infos.number_of(*word);
    std::int64_t next = 0;
    for (const auto& [name, number] : infos.classes) next = std::max(next, number + 1);
    infos.classes.emplace_back(class_name, next);
    return next;
  }

  std::string box_json(Infos& infos, const OutFrame& frame, const OutBox& box) {
    const Pose from_lidar = ego_from_lidar(request_.drive, frame.instant);
    const std::int64_t number = class_number(infos, box.track->class_name);
    const std::size_t points = counts_.of(box.cuboid_in_ego, frame.instant.frame).value_or(0);
    std::string velocity = "[null, null]";
    if (box.track->keys.size() > 1) {
      const Pose ego_from_world =
          world_from_ego_of_label(request_.drive, frame.instant.stamp).inverse();
      const Vec3 v = from_lidar.rotation.conjugate() *
                     (ego_from_world.rotation * velocity_at(*box.track, frame.instant.stamp));
      velocity = json_numbers(std::array{v.x(), v.y()});
    }
    std::string json = fmt::format(
        "{{\"bbox_label\": {0}, \"bbox_3d\": {1}, \"bbox_3d_isvalid\": {2}, \"bbox_label_3d\": "
        "{0}, \"num_lidar_pts\": {3}, \"num_radar_pts\": 0, \"velocity\": {4}",
        number,
        json_numbers(numbers_of(box.cuboid_in_ego, from_lidar, infos.bottom)),
        points > 0 ? "true" : "false",
        points,
        velocity);
    if (box.score) json += ", \"score\": " + json_number(*box.score);
    return json + "}";
  }

  /// A new file for a drive of another format.
  std::string fresh(const std::vector<OutFrame>& frames) {
    Infos infos;
    // In the order of the alphabet, whatever comes first in the drive.
    std::set<std::string> names;
    for (const OutFrame& frame : frames)
      for (const OutBox& box : frame.boxes)
        if (box.track->class_name != kNoClass) names.insert(box.track->class_name);
    for (const std::string& name : names)
      infos.classes.emplace_back(name, static_cast<std::int64_t>(infos.classes.size()));
    std::string list;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      std::string boxes;
      for (const OutBox& box : frames[i].boxes)
        boxes += (boxes.empty() ? "\n   " : ",\n   ") + box_json(infos, frames[i], box);
      list +=
          (i > 0 ? ",\n " : "\n ") + frame_json(frames[i], i) + ", \"instances\": [" + boxes + "]}";
    }
    std::string categories;
    for (const auto& [name, number] : infos.classes)
      categories +=
          fmt::format("{}{}: {}", categories.empty() ? "" : ", ", json_string(name), number);
    return fmt::format(
        "{{\"metainfo\": {{\"categories\": {{{}}}, \"dataset\": \"sweepbox\", \"info_version\": "
        "\"1.1\"}},\n\"data_list\": [{}\n]}}\n",
        categories,
        list);
  }

  /// All of a frame but its instances, still open.
  std::string frame_json(const OutFrame& frame, std::size_t index) const {
    const Drive& drive = request_.drive;
    const Instant& instant = frame.instant;
    const Pose from_lidar = ego_from_lidar(drive, instant);
    const Pose world_from_ego = world_from_ego_of_label(drive, instant.stamp);
    std::string path = instant.name + ".bin", images;
    if (const FrameInfo* info = frame_at(drive, instant)) {
      if (!info->sweeps.empty() && info->sweeps.front()) path = info->sweeps.front()->file;
      for (const ImageFile& image : info->images) {
        const Camera& camera = *image.calibration;
        const Pose camera_from_lidar =
            camera.camera_from_ego * ego_from_ego(drive, instant.stamp, image.stamp) * from_lidar;
        images += fmt::format(
            "{}{}: {{\"img_path\": {}, \"height\": {}, \"width\": {}, \"cam2img\": {}, "
            "\"cam2ego\": {}, \"lidar2cam\": {}, \"timestamp\": {}}}",
            images.empty() ? "" : ", ",
            json_string(camera.name),
            json_string(image.file),
            camera.height,
            camera.width,
            nuscenes::json_matrix(nuscenes::intrinsics_of(camera.lens)),
            nuscenes::json_matrix(camera.camera_from_ego.inverse()),
            nuscenes::json_matrix(camera_from_lidar),
            nuscenes::seconds_text(image.stamp));
      }
    }
    return fmt::format(
        "{{\"sample_idx\": {}, \"token\": \"{}\", \"timestamp\": {}, \"ego2global\": {}, "
        "\"images\": {{{}}}, \"lidar_points\": {{\"lidar_path\": {}, \"lidar2ego\": {}}}",
        index,
        nuscenes::made_sample_token(drive, instant.name),
        nuscenes::seconds_text(instant.stamp),
        nuscenes::json_matrix(world_from_ego),
        images,
        json_string(path),
        nuscenes::json_matrix(from_lidar));
  }

  const WriteRequest& request_;
  PointCounts counts_;
};

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  return Writer(request).files();
}

double recognise(const std::filesystem::path& place) {
  if (place.extension() != ".json") return 0;
  return nuscenes::begins_with_key(place, {"data_list"}) ||
                 (nuscenes::begins_with_key(place, {"metainfo"}) &&
                  nuscenes::begins_with_key(place, {"categories"}))
             ? 0.9
             : 0;
}

}  // namespace

LabelFormat mmdetection3d_labels() {
  Can can;
  can.scores = true;
  can.several_frames = true;
  can.upright = Upright::in_reference;
  can.names.frame = can.names.drive = NameRule::file_text;
  return {kFormat, "mmdetection3d info file", can, {}, {}, read, write, recognise, ego_from_lidar};
}

}  // namespace sweepbox
