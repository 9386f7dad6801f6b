#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <map>
#include <span>

#include "core/base/files.hpp"
#include "core/label/json_text.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/upright.hpp"
#include "core/label/writing.hpp"
#include "core/scene/boxes.hpp"

// ONCE, SEQ.json (formats.md 1.3, 2.9): frames[].annos with names, boxes_3d [x y z l w h yaw] in
// the lidar's axes (x left, y back; yaw 0 looks along x, which is the vehicle's left) and boxes_2d
// a camera, all in one order.

namespace sweepbox {

LabelFormat once_labels();

namespace {

using Kind = JsonNode::Kind;

constexpr const char* kFormat = "once";
constexpr const char* kFix = "correct the box, or take the file from the data set again";
constexpr double kLargestSize = 100, kFarthest = 100'000;
constexpr std::string_view kWords[] = {"Car", "Truck", "Bus", "Pedestrian", "Cyclist"};

Pose ego_from_once() {
  return pose_from_yaw(kPi / 2);
}

struct Box {
  std::array<double, 7> n{};  ///< x y z l w h yaw

  Result<Cuboid> cuboid_in_ego(const RawAngles& angles) const {
    for (std::size_t i = 0; i < 3; ++i) {
      if (!(std::abs(n[i]) <= kFarthest))
        return fail(
            {}, fmt::format("boxes_3d[{}]", i), "a place in metres", text("{}", n[i]), kFix);
      if (!(n[3 + i] > 0 && n[3 + i] <= kLargestSize))
        return fail({},
                    fmt::format("boxes_3d[{}]", 3 + i),
                    text("a length above 0, up to {} m", kLargestSize),
                    text("{}", n[3 + i]),
                    kFix);
    }
    const double yaw = angles.radians(n[6]);
    if (!(std::abs(yaw) <= 100))
      return fail({}, "boxes_3d[6]", "an angle in radians", text("{}", n[6]), kFix);
    return ego_from_once() * Cuboid{pose_from_yaw(yaw, Vec3(n[0], n[1], n[2])), {n[3], n[4], n[5]}};
  }

  static Box of(const Cuboid& cuboid_in_ego) {
    const Cuboid c = nearest_upright(ego_from_once().inverse() * cuboid_in_ego);
    const Vec3& t = c.pose.translation;
    return {{t.x(),
             t.y(),
             t.z(),
             c.size.x(),
             c.size.y(),
             c.size.z(),
             wrapped_angle(yaw_of(c.pose.rotation))}};
  }
};

/// An entry of the file, and its arrays of one order. A frame may have several entries.
struct Part {
  const JsonNode* frame = nullptr;
  const JsonNode* annos = nullptr;
  const JsonNode* names = nullptr;
  const JsonNode* boxes = nullptr;
  std::string id;
  std::uint32_t record = 0;  ///< of its first box
  std::size_t before = 0;    ///< boxes of its frame in entries before it

  std::size_t count() const { return boxes && names ? boxes->items.size() : 0; }

  /// A box's number in its frame, from 1.
  std::size_t number(std::size_t i) const { return before + i + 1; }
};

std::vector<Part> parts_of(const JsonText& json) {
  std::vector<Part> parts;
  const JsonNode* frames = json.root().find("frames");
  std::uint32_t record = 0;
  std::map<std::string, std::size_t> in_frame;
  for (std::size_t i = 0; frames && i < frames->items.size(); ++i) {
    const JsonNode& frame = frames->items[i];
    const auto id = json.string(frame.find("frame_id"));
    if (!id) continue;
    Part part;
    part.frame = &frame;
    part.id = *id;
    part.annos = frame.find("annos");
    if (part.annos) {
      part.names = part.annos->find("names");
      part.boxes = part.annos->find("boxes_3d");
    }
    const bool whole = part.names && part.boxes && part.names->is(Kind::array) &&
                       part.boxes->is(Kind::array) &&
                       part.names->items.size() == part.boxes->items.size();
    if (!whole) part.names = part.boxes = nullptr;
    part.record = record;
    record += static_cast<std::uint32_t>(part.count());
    std::size_t& before = in_frame[part.id];
    part.before = before;
    before += part.count();
    parts.push_back(part);
  }
  return parts;
}

/// The first camera that sees the box, and where.
void add_rect(Label& label, const JsonText& json, const Part& part, std::size_t i) {
  const JsonNode* cameras = part.annos->find("boxes_2d");
  if (!cameras) return;
  for (const JsonNode& camera : cameras->items) {
    std::array<double, 4> n{};
    if (i >= camera.items.size() || !json.numbers(&camera.items[i], n)) continue;
    if (n[0] < 0 || !(n[2] > n[0]) || !(n[3] > n[1])) continue;  // −1: not visible
    label.rect = Rect{n[0], n[1], n[2], n[3]};
    label.rect_camera = camera.key;
    return;
  }
}

void read_file(const Drive& drive, Source source, LabelSet& set) {
  const Instants instants(drive);
  const RawAngles angles(drive);
  FileProblems problems(set.problems, source.file);
  const auto json = JsonText::parse(source.text);
  if (!json) problems.add({}, json.error());
  if (json && !json->root().find("frames"))
    problems.add({}, fail({}, "frames", "a list of frames", "nothing", kFix).value());
  const std::vector<Part> parts = json ? parts_of(*json) : std::vector<Part>();
  for (const Part& part : parts) {
    if (part.annos && !part.boxes)
      problems.add(
          "frame " + part.id,
          fail({}, "annos", "names and boxes_3d of one length", "something else", kFix).value());
    const Instant instant = instants.named(part.id);
    for (std::size_t i = 0; i < part.count(); ++i) {
      const JsonNode& node = part.boxes->items[i];
      const auto index = static_cast<std::uint32_t>(source.records.size());
      source.records.emplace_back(node.begin, node.end);
      Box box;
      const auto cuboid = json->numbers(&node, box.n)
                              ? box.cuboid_in_ego(angles)
                              : fail({}, "boxes_3d", "7 numbers", "something else", kFix);
      const auto name = json->string(&part.names->items[i]);
      const auto where = [&] {
        return fmt::format("frame {}, box {}", shortened(part.id), part.number(i));
      };
      if (!cuboid || !name || name->empty()) {
        problems.add(
            where, cuboid ? fail({}, "names", "a class", "nothing", kFix).value() : cuboid.error());
        continue;
      }
      Label label = label_at(instant);
      label.track = made_up_track(instant.name, part.number(i));
      label.class_name = *name;
      label.cuboid_in_ego = *cuboid;
      add_rect(label, *json, part, i);
      label.origin = {source.id, index};
      if (const auto fault = too_long(label)) {
        problems.add(where, *fault);
        continue;
      }
      set.labels.push_back(std::move(label));
    }
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  return read_each(drive, place, kFormat, {".json"}, {}, [&](Source source, LabelSet& set) {
    read_file(drive, std::move(source), set);
  });
}

std::string json_of(const Box& box) {
  return json_numbers(box.n);
}

/// [x1, y1, x2, y2] of the box in the frame's image of a camera, or the set's "not visible".
std::string rect_json(const WriteRequest& request,
                      const OutFrame& frame,
                      const OutBox& box,
                      std::string_view camera) {
  if (const FrameInfo* info = frame_at(request.drive, frame.instant))
    for (const ImageFile& image : info->images) {
      if (request.drive.info().cameras[static_cast<std::size_t>(image.camera)].name != camera)
        continue;
      const auto there = cuboid_on_image(*box.track, request.drive, info->stamp, image.stamp);
      const BoxProjection seen = project_box(corrected(*image.calibration, request.document),
                                             there.value_or(box.cuboid_in_ego));
      const Rect& r = seen.in_image;
      if (r.area() > 0)
        return fmt::format("[{:.2f}, {:.2f}, {:.2f}, {:.2f}]", r.x0, r.y0, r.x1, r.y1);
    }
  return "[-1.0, -1.0, -1.0, -1.0]";
}

std::string word_of(const WriteRequest& request, const OutBox& box) {
  return word_for(request.document.taxonomy(), box.track->class_name, kWords);
}

/// names, boxes_3d and boxes_2d of a frame that has none yet.
std::string annos_json(const WriteRequest& request, const OutFrame& frame) {
  std::string names, boxes, rects;
  const auto add = [](std::string& list, const std::string& item) {
    list += (list.empty() ? "" : ", ") + item;
  };
  for (const OutBox& box : frame.boxes) {
    add(names, json_string(word_of(request, box)));
    add(boxes, json_of(Box::of(box.cuboid_in_ego)));
  }
  for (const CameraInfo& camera : request.drive.info().cameras) {
    std::string list;
    for (const OutBox& box : frame.boxes) add(list, rect_json(request, frame, box, camera.name));
    add(rects, json_string(camera.name) + ": [" + list + "]");
  }
  return fmt::format(
      "{{\"names\": [{}], \"boxes_3d\": [{}], \"boxes_2d\": {{{}}}}}", names, boxes, rects);
}

/// Every array of a frame's labels that has an entry a box, those of the cameras included.
std::vector<const JsonNode*> arrays_of(const Part& part) {
  std::vector<const JsonNode*> arrays;
  const auto add = [&](const JsonNode& node) {
    if (node.is(Kind::array) && node.items.size() == part.count()) arrays.push_back(&node);
  };
  for (const JsonNode& member : part.annos->items) {
    add(member);
    if (member.is(Kind::object))
      for (const JsonNode& camera : member.items) add(camera);
  }
  return arrays;
}

void append_box(JsonPatch& patch,
                const Part& part,
                const WriteRequest& request,
                const OutFrame& frame,
                const OutBox& box) {
  const JsonNode* cameras = part.annos->find("boxes_2d");
  for (const JsonNode* array : arrays_of(part)) {
    if (array == part.names)
      patch.append(*array, json_string(word_of(request, box)));
    else if (array == part.boxes)
      patch.append(*array, json_of(Box::of(box.cuboid_in_ego)));
    else if (cameras && array >= cameras->items.data() &&
             array < cameras->items.data() + cameras->items.size())
      patch.append(*array, rect_json(request, frame, box, array->key));
    else
      patch.append(*array, "null");  // one entry a box, whatever it is
  }
}

void patch_box(JsonPatch& patch,
               const JsonText& json,
               const Part& part,
               std::size_t i,
               const WriteRequest& request,
               const OutFrame& frame,
               const OutBox& box) {
  constexpr double kSame = 1e-6;
  const JsonNode& node = part.boxes->items[i];
  Box old;
  json.numbers(&node, old.n);
  Box now = Box::of(box.cuboid_in_ego);
  const double old_yaw = RawAngles(request.drive).radians(old.n[6]);
  bool same = std::abs(wrapped_angle(now.n[6] - old_yaw)) < kSame;
  if (same) now.n[6] = old.n[6];
  for (std::size_t k = 0; k < now.n.size(); ++k) {
    same = same && std::abs(now.n[k] - old.n[k]) <= kSame;
    patch.replace_number(node.items[k], now.n[k], kSame);
  }
  const std::string word = word_of(request, box);
  if (json.string(&part.names->items[i]) != word)
    patch.replace(part.names->items[i], json_string(word));
  const JsonNode* cameras = part.annos->find("boxes_2d");
  if (same || !cameras) return;
  for (const JsonNode& camera : cameras->items)
    if (i < camera.items.size())
      patch.replace(camera.items[i], rect_json(request, frame, box, camera.key));
}

/// A file that came in.
struct File {
  std::shared_ptr<const Source> source;
  JsonText json;
  std::map<std::string, std::vector<Part>> entries;  ///< of a frame, in order

  File(std::shared_ptr<const Source> from, JsonText text)
      : source(std::move(from)), json(std::move(text)) {
    for (Part& part : parts_of(json)) entries[part.id].push_back(std::move(part));
  }

  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() = default;

  std::span<const Part> entries_of(const std::string& frame) const {
    const auto found = entries.find(frame);
    return found == entries.end() ? std::span<const Part>() : found->second;
  }

  bool has(const std::string& frame) const { return entries.contains(frame); }

  /// Whether the box is a record of an entry of the frame here.
  bool holds(const std::string& frame, const OutBox& box) const {
    if (!box.origin || box.origin->source != source->id) return false;
    const std::size_t record = box.origin->record;
    const auto parts = entries_of(frame);
    return std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
      return record >= part.record && record - part.record < part.count();
    });
  }

  /// The entry of the frame that new boxes go to: the last that has a list for them.
  const Part* entry_for_new(const std::string& frame) const {
    const Part* found = nullptr;
    for (const Part& part : entries_of(frame))
      if (part.boxes || !found || !found->boxes) found = &part;
    return found;
  }
};

/// The boxes of a frame that belong into a file: those of its records, and into the first file that
/// has the frame also those that no file has.
std::vector<OutBox> boxes_of_file(const OutFrame& frame,
                                  const std::deque<File>& files,
                                  const File& file) {
  const std::string& name = frame.instant.name;
  const auto first =
      std::find_if(files.begin(), files.end(), [&](const File& one) { return one.has(name); });
  std::vector<OutBox> boxes;
  for (const OutBox& box : frame.boxes) {
    const bool placed = std::any_of(
        files.begin(), files.end(), [&](const File& one) { return one.holds(name, box); });
    if (placed ? !file.holds(name, box) : first == files.end() || &*first != &file) continue;
    boxes.push_back(box);
    if (!placed) boxes.back().origin.reset();  // it may be a record, but of another frame
  }
  return boxes;
}

/// The boxes that an entry has: untouched, changed or taken out.
void patch_entry(JsonPatch& patch,
                 const JsonText& json,
                 const Part& part,
                 const WriteRequest& request,
                 const OutFrame& frame,
                 Claims& claims) {
  const RawAngles angles(request.drive);
  for (std::size_t i = 0; i < part.count(); ++i) {
    if (claims.untouched(part.record + i)) continue;
    // What could not be read was not deleted either.
    Box old;
    if (!json.numbers(&part.boxes->items[i], old.n) || !old.cuboid_in_ego(angles)) continue;
    const std::string name = json.string(&part.names->items[i]).value_or("");
    if (name.empty() || too_long("names", name)) continue;
    if (const OutBox* changed = claims.take(made_up_track(frame.instant.name, part.number(i)))) {
      patch_box(patch, json, part, i, request, frame, *changed);
      continue;
    }
    for (const JsonNode* array : arrays_of(part)) patch.remove(*array, array->items[i]);
  }
}

void patch_frame(JsonPatch& patch,
                 const File& file,
                 const std::deque<File>& files,
                 const WriteRequest& request,
                 const OutFrame& frame) {
  const std::vector<OutBox> boxes = boxes_of_file(frame, files, file);
  // One for all entries: what stands in another entry does not wait in this one.
  Claims claims(boxes, file.source.get(), file.source->records.size());
  for (const Part& part : file.entries_of(frame.instant.name))
    patch_entry(patch, file.json, part, request, frame, claims);
  const Part* part = file.entry_for_new(frame.instant.name);
  if (!part || claims.waiting().empty()) return;
  if (part->boxes) {
    for (const OutBox* box : claims.waiting()) append_box(patch, *part, request, frame, *box);
    return;
  }
  OutFrame added{frame.instant, frame.source, {}};
  for (const OutBox* box : claims.waiting()) added.boxes.push_back(*box);
  if (part->annos)
    patch.replace(*part->annos, annos_json(request, added));
  else
    patch.append(*part->frame, "annos", annos_json(request, added));
}

std::string new_frame(const WriteRequest& request, const OutFrame& frame) {
  std::string pose;
  if (const auto world_from_ego = request.drive.world_from_ego(frame.instant.stamp)) {
    const Pose world_from_lidar = *world_from_ego * ego_from_once();
    const Quat& q = world_from_lidar.rotation;
    const Vec3& t = world_from_lidar.translation;
    for (const double number : {q.x(), q.y(), q.z(), q.w(), t.x(), t.y(), t.z()})
      pose += (pose.empty() ? "\"pose\": [" : ", ") + json_number(number);
    pose += "], ";
  }
  return fmt::format("{{\"frame_id\": {}, {}\"annos\": {}}}",
                     json_string(frame.instant.name),
                     pose,
                     annos_json(request, frame));
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, kFormat);
  const OutFrames frames = frames_to_write(request, sources);
  std::deque<File> known;  // nodes of a file point into it
  for (const auto& source : sources)
    if (auto json = JsonText::parse(source->text)) known.emplace_back(source, std::move(*json));
  std::vector<WrittenFile> files;
  for (const File& file : known) {
    JsonPatch patch(file.json);
    for (const OutFrame& frame : frames)
      if (file.has(frame.instant.name)) patch_frame(patch, file, known, request, frame);
    // Frames that no file has yet stand in the first.
    if (const JsonNode* list = file.json.root().find("frames"); files.empty() && list)
      for (const OutFrame& frame : frames)
        if (!frame.boxes.empty() && sources.size() == 1 && !file.has(frame.instant.name))
          patch.append(*list, new_frame(request, frame));
    files.push_back(
        {std::filesystem::path(file.source->file).filename().string(), patch.applied()});
  }
  if (!files.empty()) return files;
  std::string text = "{\"calib\": {}, \"frames\": [";
  for (const OutFrame& frame : frames)
    text += (text.back() == '[' ? "\n " : ",\n ") + new_frame(request, frame);
  files.push_back({request.drive.info().name + ".json", text + "\n]}\n"});
  return files;
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".json"});
  if (!beginning.has("\"frame_id\"")) return 0;
  if (beginning.has("\"boxes_3d\"")) return 0.95;
  return beginning.has("\"cam_to_velo\"") ? 0.9 : 0;
}

}  // namespace

LabelFormat once_labels() {
  Can can;
  can.rects = true;
  can.several_frames = true;
  can.upright = Upright::in_reference;
  can.names.frame = can.names.drive = NameRule::file_text;
  LabelFormat format{kFormat, "ONCE", can, kWords, {}, read, write, recognise};
  return format;
}

}  // namespace sweepbox
