#include "core/label/openlabel_scan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/base/parse.hpp"
#include "core/scene/world.hpp"

namespace sweepbox {
namespace {

constexpr const char* kFix = "correct the file, or export it again";
constexpr double kLargestSize = 1000, kFarthest = 1e8;  // UTM's millions of metres are common
constexpr std::size_t kMostFrames = 1'000'000;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return result;
}

bool contains(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

/// ISO 8855's vehicle axes are ego's: x forward, y left, z up.
bool is_vehicle(std::string_view name) {
  const std::string word = lower(name);
  for (const char* known : {"ego", "vehicle", "base_link", "base", "egovehicle", "ego_vehicle"})
    if (word == known) return true;
  return contains(word, "iso8855");
}

bool is_world(std::string_view name) {
  const std::string word = lower(name);
  for (const char* known : {"world", "odom", "map", "utm", "city", "global"})
    if (word.starts_with(known)) return true;
  return false;
}

bool is_lidar(std::string_view name) {
  const std::string word = lower(name);
  return contains(word, "lidar") || contains(word, "velo");
}

/// Columns: the file's axes of the object in the neutral ones.
Mat3 neutral_from(OpenLabelAxes axes) {
  Mat3 result;
  switch (axes) {
    case OpenLabelAxes::front_left_up:
      return Mat3::Identity();
    case OpenLabelAxes::front_down_left:  // its x is front, its y down, its z left
      result << 1, 0, 0, 0, 0, 1, 0, -1, 0;
      return result;
    case OpenLabelAxes::right_front_up:  // its x is right, its y front
      result << 0, 1, 0, -1, 0, 0, 0, 0, 1;
      return result;
  }
  return Mat3::Identity();
}

/// The neutral box from a rotation and sizes in the file's axes, and back.
Cuboid from_axes(OpenLabelAxes axes, const Pose& pose, const Vec3& size) {
  const Mat3 neutral = neutral_from(axes);
  const Quat rotation = pose.rotation * Quat(Mat3(neutral.transpose()));
  return {{rotation.normalized(), pose.translation}, neutral.cwiseAbs() * size};
}

std::pair<Pose, Vec3> to_axes(OpenLabelAxes axes, const Cuboid& cuboid) {
  const Mat3 neutral = neutral_from(axes);
  const Quat rotation = cuboid.pose.rotation * Quat(neutral);
  return {Pose{rotation.normalized(), cuboid.pose.translation},
          neutral.cwiseAbs().transpose() * cuboid.size};
}

}  // namespace

Result<OpenLabelFile> OpenLabelFile::parse(const Drive& drive, std::string text) {
  auto json = JsonText::parse(std::move(text));
  if (!json) return tl::unexpected(std::move(json.error()));
  OpenLabelFile file(drive);
  file.json_ = std::move(*json);
  file.root_ = file.json_.root().find("openlabel");
  if (!file.root_) file.root_ = file.json_.root().find("vcd");
  if (!file.root_ || !file.root_->is(JsonNode::Kind::object))
    return fail({}, {}, "\"openlabel\" (or \"vcd\") with an object", "none", kFix);
  const auto annotator = file.json_.string(file.root_->find({"metadata", "annotator"}));
  file.own = annotator && annotator->starts_with("Sweepbox");
  if (const JsonNode* objects = file.root_->find("objects"))
    for (const JsonNode& object : objects->items)
      file.objects.emplace(std::string(object.key), &object);
  file.find_frames();
  file.find_records();
  file.decide_axes();
  return file;
}

void OpenLabelFile::find_frames() {
  const Instants instants(*drive_);
  const JsonNode* nodes = root_->find("frames");
  std::map<std::string, int> index;
  const auto add = [&](const std::string& key, const JsonNode* node) {
    if (frames.size() < kMostFrames &&
        index.try_emplace(key, static_cast<int>(frames.size())).second)
      frames.push_back({node, key, {}});
  };
  if (nodes)
    for (const JsonNode& node : nodes->items)
      if (node.is(JsonNode::Kind::object)) add(std::string(node.key), &node);

  // Which frames of the drive they are: by the name that the file gives them, by number, by the
  // time; where not one fits, one after the other.
  const auto drive_frames = drive_->frames();
  int met = 0;
  for (OpenLabelFrame& frame : frames) {
    const JsonNode* properties = frame.node->find("frame_properties");
    const auto name = properties ? json_.string(properties->find("external_id")) : std::nullopt;
    const auto number = to_integer(frame.key);
    if (name && instants.has(*name))
      frame.instant = instants.named(*name);
    else if (number && std::abs(*number) < 1'000'000'000)
      frame.instant = instants.numbered(*number);
    else
      frame.instant = instants.named(frame.key);
    met += frame.instant.frame >= 0;
  }
  if (met == 0) {
    for (OpenLabelFrame& frame : frames) {
      const JsonNode* node = frame.node->find({"frame_properties", "timestamp"});
      auto seconds = node ? json_.number(node) : std::nullopt;
      if (const auto text = node ? json_.string(node) : std::nullopt) seconds = to_double(*text);
      if (!seconds || !(std::abs(*seconds) < 4e9) || drive_frames.empty()) continue;
      const Stamp stamp = later({0}, *seconds);
      const int near = drive_->frame_table().nearest(stamp);
      const FrameInfo& info = drive_frames[static_cast<std::size_t>(near)];
      if (std::abs(info.stamp.ns - stamp.ns) * 4 > drive_->frame_table().gap_ns()) continue;
      frame.instant = instant_of_frame(*drive_, near);
      ++met;
    }
  }
  if (met == 0 && frames.size() <= drive_frames.size())
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const int at = static_cast<int>(i);
      frames[i].instant = {at, at, drive_frames[i].name, drive_frames[i].stamp};
    }

  // A file of objects without frames is about the whole drive.
  if (nodes || objects.empty()) return;
  for (std::size_t i = 0; i < drive_frames.size() && i < kMostFrames; ++i) {
    const int at = static_cast<int>(i);
    frames.push_back(
        {nullptr, drive_frames[i].name, {at, at, drive_frames[i].name, drive_frames[i].stamp}});
  }
}

void OpenLabelFile::add_records(const JsonNode& entry, int frame) {
  const JsonNode* data = entry.find("object_data");
  const JsonNode* list = data ? data->find("cuboid") : nullptr;
  if (!list || !list->is(JsonNode::Kind::array)) return;
  int number = 0;
  for (const JsonNode& cuboid : list->items) {
    OpenLabelRecord record{
        &cuboid, list, data, &entry, std::string(entry.key), {}, true, frame, {}};
    record.track = track_of(record.uid);
    if (++number > 1) {  // one box of an object in a frame is the track's, the others stand alone
      record.has_track_id = false;
      record.track = fmt::format("{}/{}/{}",
                                 frame >= 0 ? frames[static_cast<std::size_t>(frame)].key : "all",
                                 record.uid,
                                 number);
    }
    if (frame >= 0) {
      record.frames = {frame};
    } else {
      const JsonNode* intervals = entry.find("frame_intervals");
      for (std::size_t i = 0; i < frames.size(); ++i) {
        const auto key = to_integer(frames[i].key);
        bool inside = !intervals || intervals->items.empty() || !key || !frames[i].node;
        if (!inside)
          for (const JsonNode& interval : intervals->items)
            inside = inside || (json_.integer(interval.find("frame_start")).value_or(0) <= *key &&
                                *key <= json_.integer(interval.find("frame_end")).value_or(-1));
        if (inside) record.frames.push_back(static_cast<int>(i));
      }
    }
    records.push_back(std::move(record));
  }
}

void OpenLabelFile::find_records() {
  for (const auto& [uid, object] : objects) add_records(*object, -1);
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (const JsonNode* entries = frames[i].node ? frames[i].node->find("objects") : nullptr)
      for (const JsonNode& entry : entries->items) add_records(entry, static_cast<int>(i));
  // A static cuboid of every frame of a huge file must not become billions of labels.
  std::size_t labels = 0;
  for (OpenLabelRecord& record : records) {
    labels += record.frames.size();
    if (labels > 20'000'000) record.frames.clear();
  }
  // In the order of the text, as records of a source are.
  std::stable_sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
    return a.cuboid->begin < b.cuboid->begin;
  });
}

const JsonNode* OpenLabelFile::object(const OpenLabelRecord& record) const {
  const auto found = objects.find(record.uid);
  return found == objects.end() ? nullptr : found->second;
}

std::string OpenLabelFile::track_of(const std::string& uid) const {
  if (!own) return uid;
  const auto found = objects.find(uid);
  const auto name =
      found == objects.end() ? std::nullopt : json_.string(found->second->find("name"));
  return name && !name->empty() ? *name : uid;
}

std::string OpenLabelFile::system_of(const OpenLabelRecord& record) const {
  if (const auto name = json_.string(record.cuboid->find("coordinate_system"))) return *name;
  // Kognic names the lidar in an attribute.
  if (const JsonNode* texts = record.cuboid->find({"attributes", "text"}))
    for (const JsonNode& text : texts->items)
      if (json_.string(text.find("name")) == "stream")
        return json_.string(text.find("val")).value_or("");
  if (const JsonNode* owner = object(record))
    if (const auto name = json_.string(owner->find("coordinate_system"))) return *name;
  return {};
}

std::optional<Pose> OpenLabelFile::known(const std::string& name, const Instant& instant) const {
  if (const auto pose = drive_->ego_from(name, instant.near)) return pose;
  if (is_vehicle(name)) return Pose();
  const auto& lidars = drive_->info().lidars;
  if (is_lidar(name) && lidars.size() == 1)
    return drive_->ego_from(lidars.front().name, instant.near);
  return std::nullopt;
}

std::optional<Pose> OpenLabelFile::transform(const JsonNode* node) const {
  if (!node) return std::nullopt;
  std::array<double, 16> m{};
  const JsonNode* matrix = node->is(JsonNode::Kind::array) ? node : node->find("matrix4x4");
  if (json_.numbers(matrix, m)) {
    Mat3 rotation;
    rotation << m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10];
    const auto nearest = nearest_rotation(rotation);
    const Vec3 translation(m[3], m[7], m[11]);
    if (!nearest || nearest->defect > 0.01 || !translation.allFinite()) return std::nullopt;
    return Pose{nearest->rotation, translation};
  }
  std::array<double, 3> t{}, angles{};
  if (!json_.numbers(node->find("translation"), t)) return std::nullopt;
  const Vec3 translation(t[0], t[1], t[2]);
  if (!translation.allFinite()) return std::nullopt;
  std::array<double, 4> q{};
  if (json_.numbers(node->find("quaternion"), q)) {
    const auto rotation = angles_.xyzw(q[0], q[1], q[2], q[3]);
    return rotation ? std::optional(Pose{*rotation, translation}) : std::nullopt;
  }
  if (!json_.numbers(node->find("euler_angles"), angles)) return std::nullopt;
  // The angles are listed in the order of the sequence; R is their product in that order.
  std::string sequence = json_.string(node->find("sequence")).value_or("ZYX");
  if (sequence.size() != 3) return std::nullopt;
  Quat rotation = Quat::Identity();
  for (std::size_t i = 0; i < 3; ++i) {
    if (!std::isfinite(angles[i])) return std::nullopt;
    const int axis = lower(sequence)[i] - 'x';
    if (axis < 0 || axis > 2) return std::nullopt;
    rotation = rotation * Quat(Eigen::AngleAxisd(angles_.radians(angles[i]), Vec3::Unit(axis)));
  }
  return Pose{rotation, translation};
}

std::optional<Pose> OpenLabelFile::ego_from(const std::string& name, int frame) const {
  const OpenLabelFrame& at = frames[static_cast<std::size_t>(frame)];
  if (name.empty()) return Pose();
  if (const auto pose = known(name, at.instant)) return pose;
  // From system to system, along the file's poses, to the nearest that the drive knows.
  const JsonNode* systems = root_->find("coordinate_systems");
  const JsonNode* moving = at.node ? at.node->find({"frame_properties", "transforms"}) : nullptr;
  std::set<std::string> seen{name};
  std::vector<std::pair<std::string, Pose>> queue{{name, Pose()}};  // system, system_from_name
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::string system = queue[i].first;
    const Pose from_name = queue[i].second;
    if (const auto pose = known(system, at.instant)) return *pose * from_name;
    const auto visit = [&](const std::string& next, const Pose& next_from_system) {
      if (!next.empty() && seen.insert(next).second)
        queue.emplace_back(next, next_from_system * from_name);
    };
    if (moving)
      for (const JsonNode& one : moving->items) {
        const auto from = json_.string(one.find("src")), to = json_.string(one.find("dst"));
        if (!from || !to || (*from != system && *to != system)) continue;
        const JsonNode* data = one.find("transform_src_to_dst");
        if (!data) data = one.find("transform_src_to_dst_4x4");
        const auto pose = transform(data);
        if (!pose) continue;
        if (*from == system)
          visit(*to, *pose);
        else
          visit(*from, pose->inverse());
      }
    if (!systems) continue;
    for (const JsonNode& one : systems->items) {
      const auto parent = json_.string(one.find("parent"));
      const auto pose = parent ? transform(one.find("pose_wrt_parent")) : std::nullopt;
      if (!pose) continue;
      if (one.key == system) visit(*parent, *pose);
      if (*parent == system) visit(std::string(one.key), pose->inverse());
    }
  }
  // A world without a way to it is the drive's own, a stream of an unknown name its lidar.
  if (is_world(name) && drive_->info().poses)
    return world_from_ego_of_label(*drive_, at.instant.stamp).inverse();
  if (has_streams_ && !drive_->info().lidars.empty())
    return drive_->ego_from(drive_->info().lidars.front().name, at.instant.near);
  return std::nullopt;
}

void OpenLabelFile::decide_axes() {
  int streams = 0, along_x = 0, along_y = 0;
  for (const OpenLabelRecord& record : records) {
    if (record.cuboid->find("coordinate_system")) continue;
    const JsonNode* texts = record.cuboid->find({"attributes", "text"});
    bool named = false;
    if (texts)
      for (const JsonNode& text : texts->items)
        named = named || json_.string(text.find("name")) == "stream";
    if (!named) continue;
    ++streams;
    std::array<double, 10> v{};
    if (!json_.numbers(record.cuboid->find("val"), v)) continue;
    // Vehicles are longer than wide; people and cones say nothing.
    if (std::max(v[7], v[8]) < 3) continue;
    along_x += v[7] > 1.3 * v[8];
    along_y += v[8] > 1.3 * v[7];
  }
  has_streams_ = streams > 0;
  if (!has_streams_) return;
  const bool decided =
      along_x + along_y >= 3 && std::max(along_x, along_y) >= 3 * std::min(along_x, along_y);
  if (decided && along_x > along_y) stream_axes_ = OpenLabelAxes::front_left_up;
  notes.push_back({decided ? Severity::note : Severity::warning,
                   {},
                   {},
                   {},
                   text(decided ? "cuboids without a coordinate system: vehicles are long along {} "
                                  "({} of {}), so that is taken for the front"
                                : "cuboids without a coordinate system, too few vehicles to tell "
                                  "which axis is long: {} is taken for the front",
                        stream_axes_ == OpenLabelAxes::front_left_up ? "x" : "y",
                        std::max(along_x, along_y),
                        along_x + along_y),
                   "look at a vehicle's heading"});
}

OpenLabelAxes OpenLabelFile::axes_of(const OpenLabelRecord& record,
                                     const Quat& ego_from_cuboid) const {
  if (!record.cuboid->find("coordinate_system") && has_streams_) return stream_axes_;
  // In a camera's axes KITTI's converters turn about y: then y is the axis that points down.
  const Vec3 down = ego_from_cuboid * Vec3::UnitY();
  return down.z() < -0.7 ? OpenLabelAxes::front_down_left : OpenLabelAxes::front_left_up;
}

Result<Cuboid> OpenLabelFile::cuboid_in_ego(const OpenLabelRecord& record, int frame) const {
  const JsonNode* val = record.cuboid->find("val");
  std::array<double, 10> v{};
  std::array<double, 9> nine{};
  Pose pose;
  Vec3 size;
  const auto wrong = [&](const char* field, Text expected, Text found) {
    return fail({}, field, std::move(expected), std::move(found), kFix);
  };
  if (json_.numbers(val, v)) {
    const auto rotation = angles_.xyzw(v[3], v[4], v[5], v[6]);
    if (!rotation) return wrong("val", "a quaternion x, y, z, w", "one of length 0");
    pose.rotation = *rotation;
    size = {v[7], v[8], v[9]};
  } else if (json_.numbers(val, nine)) {
    for (std::size_t i = 3; i < 6; ++i)
      if (!(std::abs(nine[i]) <= 1000))
        return wrong("val", "angles in radians", text("{}", nine[i]));
    pose.rotation = from_roll_pitch_yaw(
        angles_.radians(nine[3]), angles_.radians(nine[4]), angles_.radians(nine[5]));
    size = {nine[6], nine[7], nine[8]};
    v[0] = nine[0], v[1] = nine[1], v[2] = nine[2];
  } else {
    return wrong("val", "9 or 10 numbers", val ? "something else" : "nothing");
  }
  for (int i = 0; i < 3; ++i) {
    if (!(size[i] > 0 && size[i] <= kLargestSize))
      return wrong("val", text("sizes above 0, up to {} m", kLargestSize), text("{}", size[i]));
    pose.translation[i] = v[static_cast<std::size_t>(i)];
    if (!(std::abs(pose.translation[i]) <= kFarthest))
      return wrong("val", text("a place within {} m", kFarthest), text("{}", pose.translation[i]));
  }
  const std::string system = system_of(record);
  const auto from_system = ego_from(system, frame);
  if (!from_system)
    return wrong("coordinate_system",
                 "one that leads to the vehicle or to a sensor of the drive",
                 text("\"{}\"", system));
  const OpenLabelAxes axes = axes_of(record, from_system->rotation * pose.rotation);
  Cuboid cuboid = *from_system * from_axes(axes, pose, size);
  cuboid.pose.rotation.normalize();
  if (!is_valid(cuboid)) return wrong("val", "a box of numbers", "numbers out of range");
  return cuboid;
}

Result<std::vector<double>> OpenLabelFile::values_of(const OpenLabelRecord& record,
                                                     int frame,
                                                     const Cuboid& cuboid_in_ego) const {
  const auto from_system = ego_from(system_of(record), frame);
  const JsonNode* val = record.cuboid->find("val");
  if (!from_system || !val) return refuse("the cuboid's coordinate system is not known");
  const OpenLabelAxes axes = [&] {
    if (const auto old = this->cuboid_in_ego(record, frame)) {
      std::array<double, 9> nine{};
      std::array<double, 10> ten{};
      if (json_.numbers(val, ten))
        return axes_of(record,
                       from_system->rotation *
                           angles_.xyzw(ten[3], ten[4], ten[5], ten[6]).value_or(Quat::Identity()));
      if (json_.numbers(val, nine))
        return axes_of(record,
                       from_system->rotation * from_roll_pitch_yaw(angles_.radians(nine[3]),
                                                                   angles_.radians(nine[4]),
                                                                   angles_.radians(nine[5])));
    }
    return OpenLabelAxes::front_left_up;
  }();
  const auto [pose, size] = to_axes(axes, from_system->inverse() * cuboid_in_ego);
  std::vector<double> values(pose.translation.data(), pose.translation.data() + 3);
  if (val->items.size() == 9) {
    const Vec3 turn = roll_pitch_yaw_of(pose.rotation);
    for (const double angle : turn) values.push_back(angles_.raw(angle));
  } else {
    for (const double part : angles_.raw_xyzw(pose.rotation)) values.push_back(part);
  }
  values.insert(values.end(), size.data(), size.data() + 3);
  return values;
}

}  // namespace sweepbox
