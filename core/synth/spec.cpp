#include <algorithm>
#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/parse.hpp"
#include "core/synth/synth.hpp"

namespace sweepbox {
namespace {

using Json = nlohmann::json;

constexpr double kDegree = kPi / 180;
constexpr const char* kManual = "samples/street.json shows every field";

/// What is wrong first; later findings are often its consequences.
struct Verdict {
  std::string file;
  std::optional<Error> error;

  void wrong(const std::string& where, Text expected, Text found, Text fix = kManual) {
    if (!error)
      error = Error{
          Severity::error, file, where, std::move(expected), std::move(found), std::move(fix)};
  }
};

std::string shown(const Json& json) {
  const std::string whole = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return whole.size() <= 40 ? whole : whole.substr(0, 37) + "...";
}

struct Bounds {
  double least, most;
};

/// One object of the file: each field is asked for by name, and what nobody asked for is wrong.
class Fields {
 public:
  Fields(const Json& json, std::string path, Verdict& verdict)
      : json_(json), path_(std::move(path)), verdict_(verdict) {
    if (!json.is_object()) verdict.wrong(path_, "an object", shown(json));
  }

  std::string where(const char* key) const { return path_.empty() ? key : path_ + "." + key; }

  Verdict& verdict() const { return verdict_; }

  const Json* find(const char* key, bool needed) {
    known_.insert(key);
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    if (found != json_.end()) return &*found;
    if (needed) verdict_.wrong(where(key), "a value", "nothing");
    return nullptr;
  }

  double number(const char* key, std::optional<double> absent, Bounds bounds) {
    const Json* json = find(key, !absent);
    if (!json) return absent.value_or(bounds.least);
    return checked(*json, where(key), bounds);
  }

  int integer(const char* key, std::optional<int> absent, int least, int most) {
    const Json* json = find(key, !absent);
    if (!json) return absent.value_or(least);
    if (json->is_number_integer()) {
      const double value = json->get<double>();
      if (value >= least && value <= most) return json->get<int>();
    }
    verdict_.wrong(where(key), text("a whole number from {} to {}", least, most), shown(*json));
    return least;
  }

  std::int64_t whole(const char* key, std::int64_t absent) {
    const Json* json = find(key, false);
    if (!json) return absent;
    // Half of the range, so that times of the drive can be added to it.
    constexpr std::int64_t kMost = std::int64_t{1} << 62;
    const bool fits = json->is_number_unsigned()
                          ? json->get<std::uint64_t>() <= static_cast<std::uint64_t>(kMost)
                          : json->is_number_integer();
    if (fits && json->get<std::int64_t>() >= 0) return json->get<std::int64_t>();
    verdict_.wrong(where(key), text("a whole number from 0 to {}", kMost), shown(*json));
    return absent;
  }

  std::string word(const char* key, std::optional<std::string> absent) {
    const Json* json = find(key, !absent);
    if (!json) return absent.value_or("");
    if (json->is_string() && !json->get_ref<const std::string&>().empty())
      return json->get<std::string>();
    verdict_.wrong(where(key), "a word", shown(*json));
    return {};
  }

  bool flag(const char* key, bool absent) {
    const Json* json = find(key, false);
    if (!json) return absent;
    if (json->is_boolean()) return json->get<bool>();
    verdict_.wrong(where(key), "true or false", shown(*json));
    return absent;
  }

  std::uint32_t color(const char* key, std::uint32_t absent) {
    const Json* json = find(key, false);
    if (!json) return absent;
    if (json->is_string()) {
      const auto& value = json->get_ref<const std::string&>();
      if (value.size() == 7 && value[0] == '#' &&
          value.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos)
        return static_cast<std::uint32_t>(std::stoul(value.substr(1), nullptr, 16));
    }
    verdict_.wrong(where(key), "a colour: \"#rrggbb\"", shown(*json));
    return absent;
  }

  /// Numbers of one list.
  std::vector<double> row(const char* key, std::size_t width, Bounds bounds, bool needed) {
    const Json* json = find(key, needed);
    return json ? row_of(*json, where(key), width, bounds) : std::vector<double>{};
  }

  /// Lists of numbers; `width` 0 is a list of plain numbers, each its own row.
  std::vector<std::vector<double>> rows(const char* key,
                                        std::size_t width,
                                        Bounds bounds,
                                        std::size_t most) {
    std::vector<std::vector<double>> rows;
    for (const auto& [json, path] : list(key, most))
      rows.push_back(width == 0 ? std::vector<double>{checked(*json, path, bounds)}
                                : row_of(*json, path, width, bounds));
    return rows;
  }

  std::vector<std::pair<const Json*, std::string>> list(const char* key, std::size_t most) {
    std::vector<std::pair<const Json*, std::string>> entries;
    const Json* json = find(key, false);
    if (!json) return entries;
    if (!json->is_array() || json->size() > most) {
      verdict_.wrong(where(key),
                     text("a list of at most {}", most),
                     json->is_array() ? text("one of {}", json->size()) : Text(shown(*json)));
      return entries;
    }
    for (std::size_t i = 0; i < json->size(); ++i)
      entries.emplace_back(&(*json)[i], fmt::format("{}[{}]", where(key), i));
    return entries;
  }

  void no_others() {
    if (!json_.is_object()) return;
    for (const auto& [key, value] : json_.items())
      if (!known_.contains(key))
        verdict_.wrong(where(key.c_str()),
                       "a field that is known here",
                       "this one",
                       "correct its name; samples/street.json shows every field");
  }

 private:
  double checked(const Json& json, const std::string& path, Bounds bounds) {
    if (json.is_number()) {
      const double value = json.get<double>();
      if (value >= bounds.least && value <= bounds.most) return value;
    }
    verdict_.wrong(path, text("a number from {} to {}", bounds.least, bounds.most), shown(json));
    return bounds.least;
  }

  std::vector<double> row_of(const Json& json,
                             const std::string& path,
                             std::size_t width,
                             Bounds bounds) {
    std::vector<double> row;
    if (!json.is_array() || json.size() != width) {
      verdict_.wrong(path, text("{} numbers", width), shown(json));
      return std::vector<double>(width, 0);
    }
    for (std::size_t i = 0; i < width; ++i)
      row.push_back(checked(json[i], fmt::format("{}[{}]", path, i), bounds));
    return row;
  }

  const Json& json_;
  std::string path_;
  Verdict& verdict_;
  std::set<std::string> known_;
};

constexpr Bounds kPlace{-1000, 1000}, kAngle{-360, 360};

std::vector<std::pair<double, double>> curve(Fields& fields, const char* key, Bounds bounds) {
  std::vector<std::pair<double, double>> points;
  for (const auto& row : fields.rows(key, 2, {-2000, 2000}, 1000)) {
    if (row[1] < bounds.least || row[1] > bounds.most)
      fields.verdict().wrong(fields.where(key),
                             text("values from {} to {}", bounds.least, bounds.most),
                             text("{}", row[1]));
    if (!points.empty() && row[0] <= points.back().first)
      fields.verdict().wrong(
          fields.where(key), "ascending s", text("{} after {}", row[0], points.back().first));
    points.emplace_back(row[0], row[1]);
  }
  return points;
}

RoadSpec road_of(Fields fields) {
  RoadSpec road;
  if (const auto start = fields.row("start", 4, {-1e5, 1e5}, false); !start.empty())
    road.world_from_start = pose_from_yaw(start[3] * kDegree, {start[0], start[1], start[2]});
  road.length = fields.number("length", road.length, {10, 2000});
  road.curvature = curve(fields, "curvature", {-0.06, 0.06});
  road.height = curve(fields, "height", {-100, 100});
  road.lane_width = fields.number("lane_width", road.lane_width, {2, 6});
  road.parking_width = fields.number("parking_width", road.parking_width, {0, 5});
  road.pavement_width = fields.number("pavement_width", road.pavement_width, {0.5, 10});
  road.kerb_height = fields.number("kerb_height", road.kerb_height, {0, 0.4});
  road.crossfall = fields.number("crossfall", road.crossfall, {0, 0.08});
  for (const auto& row : fields.rows("crossings", 0, {-200, 2200}, 100))
    road.crossings.push_back(row[0]);
  const double edge = road.lane_width + road.parking_width + road.pavement_width;
  for (const auto& [s, bend] : road.curvature)
    if (std::abs(bend) * (edge + 1) > 0.8)
      fields.verdict().wrong(
          fields.where("curvature"),
          text("a bend that the pavement fits into, at most {:.3f}", 0.8 / (edge + 1)),
          text("{} at s = {}", bend, s));
  fields.no_others();
  return road;
}

/// "path": [[t, s, d], …] or "at": [s, d]; and "turn_deg".
MotionSpec motion_of(Fields& fields) {
  MotionSpec motion;
  for (const auto& row : fields.rows("path", 3, {-2000, 2000}, 1000)) {
    if (!motion.points.empty() && row[0] <= motion.points.back().time_s)
      fields.verdict().wrong(fields.where("path"),
                             "ascending times",
                             text("{} after {}", row[0], motion.points.back().time_s));
    if (std::abs(row[2]) > 25)
      fields.verdict().wrong(fields.where("path"), "d from -25 to 25", text("{}", row[2]));
    motion.points.push_back({row[0], row[1], row[2]});
  }
  const auto at = fields.row("at", 2, {-2000, 2000}, motion.points.empty());
  if (!at.empty() && !motion.points.empty())
    fields.verdict().wrong(fields.where("at"), "\"at\" or \"path\"", "both");
  if (!at.empty() && std::abs(at[1]) > 25)
    fields.verdict().wrong(fields.where("at"), "d from -25 to 25", text("{}", at[1]));
  if (!at.empty()) motion.points = {{0, at[0], at[1]}};
  motion.turn = fields.number("turn_deg", 0, kAngle) * kDegree;
  return motion;
}

Vec3 vec(const std::vector<double>& row) {
  return row.size() == 3 ? Vec3(row[0], row[1], row[2]) : Vec3::Zero();
}

LidarSpec lidar_of(Fields fields) {
  LidarSpec lidar;
  lidar.name = fields.word("name", lidar.name);
  const Vec3 turn = kDegree * vec(fields.row("roll_pitch_yaw_deg", 3, kAngle, false));
  lidar.ego_from_lidar = {from_roll_pitch_yaw(turn.x(), turn.y(), turn.z()),
                          vec(fields.row("at", 3, {-20, 20}, true))};
  lidar.beams = fields.integer("beams", lidar.beams, 1, 512);
  lidar.columns = fields.integer("columns", lidar.columns, 1, 20'000);
  lidar.top = fields.number("top_deg", lidar.top / kDegree, {-89, 89}) * kDegree;
  lidar.bottom = fields.number("bottom_deg", lidar.bottom / kDegree, {-89, 89}) * kDegree;
  lidar.range = fields.number("range", lidar.range, {2, 1000});
  lidar.noise = fields.number("noise", lidar.noise, {0, 1});
  lidar.dropouts = fields.number("dropouts", lidar.dropouts, {0, 1});
  lidar.compensated = fields.flag("compensated", lidar.compensated);
  lidar.truth = fields.flag("truth", lidar.truth);
  fields.no_others();
  return lidar;
}

CameraSpec camera_of(Fields fields, double half_gap_s) {
  CameraSpec camera;
  camera.camera.name = fields.word("name", std::nullopt);
  camera.camera.width = fields.integer("width", std::nullopt, 16, 8192);
  camera.camera.height = fields.integer("height", std::nullopt, 16, 8192);
  const Vec3 look = kDegree * vec(fields.row("look_deg", 3, kAngle, false));  // left, up, roll
  Mat3 axes;  // of the camera in ego: x right, y down, z forward
  axes << 0, 0, 1, -1, 0, 0, 0, -1, 0;
  const Quat ego_from_camera = from_roll_pitch_yaw(look.z(), -look.y(), look.x()) * Quat(axes);
  camera.camera.camera_from_ego =
      Pose{ego_from_camera.normalized(), vec(fields.row("at", 3, {-20, 20}, true))}.inverse();
  camera.offset_s = fields.number("offset_ms", 0, {-1000 * half_gap_s, 1000 * half_gap_s}) / 1000;
  camera.quality = fields.integer("quality", camera.quality, 1, 100);
  camera.smooth = fields.flag("smooth", camera.smooth);
  const std::string lens = fields.word("lens", std::nullopt);
  std::vector<std::pair<std::string, double>> parameters;
  if (const Json* json = fields.find("parameters", true); json && json->is_object()) {
    for (const auto& [name, value] : json->items()) {
      if (!value.is_number())
        fields.verdict().wrong(fields.where("parameters") + "." + name, "a number", shown(value));
      if (value.is_number()) parameters.emplace_back(name, value.get<double>());
    }
  } else {
    fields.verdict().wrong(
        fields.where("parameters"), "an object", json ? shown(*json) : "nothing");
  }
  if (!fields.verdict().error) {
    auto made = make_lens(lens, parameters, camera.camera.width, camera.camera.height);
    if (made) camera.camera.lens = *made;
    if (!made)
      fields.verdict().wrong(
          fields.where("parameters") + (made.error().where.empty() ? "" : "." + made.error().where),
          made.error().expected,
          made.error().found,
          made.error().fix);
  }
  fields.no_others();
  return camera;
}

/// One of the words; the first where it is none, which is wrong.
std::string one_of(Fields& fields,
                   const char* key,
                   std::optional<std::string> absent,
                   const std::vector<std::string_view>& words) {
  const std::string word = fields.word(key, std::move(absent));
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    fields.verdict().wrong(fields.where(key),
                           text("one of {}", fmt::format("{}", fmt::join(words, ", "))),
                           "\"" + word + "\"");
    return std::string(words.front());
  }
  return word;
}

ObjectSpec object_of(Fields fields) {
  ObjectSpec object;
  object.class_name = fields.word("class", std::nullopt);
  object.shape = one_of(fields, "shape", std::nullopt, shape_names());
  object.motion = motion_of(fields);
  object.color = fields.color("color", object.color);
  object.color2 = fields.color("color2", object.color2);
  object.scale = fields.number("scale", 1, {0.2, 3});
  fields.no_others();
  return object;
}

HouseSpec house_of(Fields fields) {
  HouseSpec house;
  house.s = fields.number("s", std::nullopt, kPlace);
  house.left = one_of(fields, "side", std::nullopt, {"left", "right"}) == "left";
  house.width = fields.number("width", house.width, {3, 60});
  house.storeys = fields.integer("storeys", house.storeys, 1, 20);
  house.setback = fields.number("setback", house.setback, {0, 12});
  house.color = fields.color("color", house.color);
  house.kind = one_of(fields, "kind", house.kind, {"flats", "shop", "cottage"});
  fields.no_others();
  return house;
}

SynthSpec spec_of(Fields fields) {
  SynthSpec spec;
  if (fields.integer("synth", std::nullopt, 1, 1) != 1) return spec;
  spec.name = fields.word("name", "synthetic");
  spec.seed = static_cast<std::uint64_t>(fields.whole("seed", 1));
  spec.start.ns = fields.whole("start_ns", 0);
  spec.frames = fields.integer("frames", spec.frames, 1, 10'000);
  spec.rate_hz = fields.number("rate_hz", spec.rate_hz, {0.1, 100});
  spec.pose_rate_hz = fields.number("pose_rate_hz", spec.pose_rate_hz, {1, 1000});
  spec.label_distance = fields.number("label_distance", spec.label_distance, {0, 1000});
  static const Json none = Json::object();
  const auto part = [&](const char* key) {
    const Json* json = fields.find(key, false);
    return Fields(json ? *json : none, key, fields.verdict());
  };
  Fields sun = part("sun");
  spec.sun.azimuth = sun.number("azimuth_deg", spec.sun.azimuth / kDegree, kAngle) * kDegree;
  spec.sun.elevation = sun.number("elevation_deg", spec.sun.elevation / kDegree, {2, 90}) * kDegree;
  sun.no_others();
  spec.road = road_of(part("road"));
  Fields ego = part("ego");
  spec.ego = motion_of(ego);
  ego.no_others();
  const auto each = [&](const char* key, std::size_t most, auto&& read) {
    for (const auto& [json, path] : fields.list(key, most))
      read(Fields(*json, path, fields.verdict()));
  };
  each("lidars", 16, [&](Fields f) { spec.lidars.push_back(lidar_of(std::move(f))); });
  each("cameras", 16, [&](Fields f) {
    spec.cameras.push_back(camera_of(std::move(f), 0.5 / spec.rate_hz));
  });
  each("objects", 2000, [&](Fields f) { spec.objects.push_back(object_of(std::move(f))); });
  each("houses", 500, [&](Fields f) { spec.houses.push_back(house_of(std::move(f))); });
  for (const auto& row : fields.rows("trees", 4, kPlace, 500)) {
    if (std::abs(row[1]) > 25 || row[2] < 1 || row[2] > 40 || row[3] < 0.3 || 2 * row[3] > row[2])
      fields.verdict().wrong("trees",
                             "[s, d, height, radius] with d from -25 to 25, height from 1 to 40, "
                             "radius from 0.3 to half the height",
                             shown(Json(row)));
    spec.trees.push_back({row[0], row[1], row[2], row[3]});
  }
  fields.no_others();
  std::set<std::string> names;
  double rays = 0;
  const auto named = [&](const std::string& name) {
    if (!names.insert(name).second)
      fields.verdict().wrong("name", "sensors with different names", text("\"{}\" twice", name));
  };
  for (const LidarSpec& lidar : spec.lidars) {
    named(lidar.name);
    rays += static_cast<double>(lidar.beams) * lidar.columns;
  }
  for (const CameraSpec& camera : spec.cameras) {
    named(camera.camera.name);
    rays += static_cast<double>(camera.camera.width) * camera.camera.height;
  }
  if (names.empty()) fields.verdict().wrong("lidars", "a lidar or a camera", "no sensor at all");
  if (rays > 1e8)
    fields.verdict().wrong("lidars, cameras",
                           "at most 100 million rays a frame",
                           text("{:.0f}", rays),
                           "make beams, columns or images smaller");
  return spec;
}

}  // namespace

Result<SynthSpec> parse_synth_spec(std::string_view json, const std::string& file) {
  try {
    const Json parsed = Json::parse(json);
    if (nests_too_deep(json))
      return fail(file, {}, "a street", "brackets that nest too deep", kManual);
    Verdict verdict{file, std::nullopt};
    SynthSpec spec = spec_of(Fields(parsed, "", verdict));
    if (verdict.error) return tl::unexpected(*verdict.error);
    return spec;
  } catch (const Json::parse_error& error) {
    const auto end = json.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, json.size()));
    return fail(file,
                fmt::format("line {}", 1 + std::count(json.begin(), end, '\n')),
                "JSON",
                "something else",
                kManual);
  } catch (const Json::exception& error) {
    return fail(file, {}, "a street", error.what(), kManual);
  }
}

}  // namespace sweepbox
