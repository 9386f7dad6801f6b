#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/label/cuboids.hpp"
#include "core/label/json_boxes.hpp"
#include "core/label/repairs.hpp"

// labelCloud (formats.md 4.7): CLOUD.json with boxes in the cloud's frame, of three varieties:
// centroid_abs (angles in degrees), centroid_rel (radians), vertices (eight corners). Which angles
// a folder has is said by its _classes.json, which goes through as a source of its own.

namespace sweepbox {

LabelFormat labelcloud_labels();

namespace {

constexpr const char* kFormat = "labelcloud";
constexpr const char* kClasses = "_classes.json";
constexpr const char* kFix = "correct the box, or label the cloud again";

/// labelCloud's corners 0 … 7, in signs of the box's own axes.
constexpr int kSigns[8][3] = {{-1, -1, -1},
                              {-1, 1, -1},
                              {1, 1, -1},
                              {1, -1, -1},
                              {-1, -1, 1},
                              {-1, 1, 1},
                              {1, 1, 1},
                              {1, -1, 1}};

enum class Variety { degrees, radians, vertices };

std::optional<Variety> variety_named(std::string_view name) {
  if (name == "centroid_abs") return Variety::degrees;
  if (name == "centroid_rel") return Variety::radians;
  if (name == "vertices") return Variety::vertices;
  return std::nullopt;
}

/// As a _classes.json says; empty where it says none of the three.
std::optional<Variety> variety_of(const std::string& classes_text) {
  const auto json = JsonText::parse(classes_text);
  if (!json) return std::nullopt;
  return variety_named(json->string(json->root().find("format")).value_or(""));
}

class LabelCloud : public JsonBoxes {
 public:
  LabelCloud(const JsonText& text, const Drive& drive, Variety variety, std::string frame)
      : JsonBoxes(text), variety_(variety), angles_(drive), frame_(std::move(frame)) {}

  std::vector<JsonFrame> frames(const Instants& instants) const override {
    const JsonNode* objects = json.root().find("objects");
    if (!objects || !objects->is(JsonNode::Kind::array)) return {};
    return {{instant_named(instants, frame_), objects}};
  }

  Result<std::optional<Label>> label(const JsonNode& box) const override {
    const auto cuboid = box.find("vertices") ? from_vertices(box) : from_centroid(box);
    if (!cuboid) return tl::unexpected(cuboid.error());
    Label label;
    label.cuboid_in_ego = *cuboid;
    label.class_name = json_word(json, box.find("name"));
    return label;
  }

  void set_cuboid(JsonPatch& patch,
                  const JsonNode& box,
                  const Cuboid& was,
                  const Cuboid& now) override {
    if (const JsonNode* vertices = box.find("vertices")) {
      patch.replace(*vertices, vertices_json(now));
      return;
    }
    replace_vector(patch, json, box.find("centroid"), was.pose.translation, now.pose.translation);
    const JsonNode* dimensions = box.find("dimensions");
    for (std::size_t i = 0; i < 3; ++i)
      if (const auto axis = static_cast<int>(i); std::abs(was.size[axis] - now.size[axis]) > 1e-7)
        set_member(patch, *dimensions, kSizes[i], json_number(now.size[axis]));
    if (!same_rotation(was.pose.rotation, now.pose.rotation))
      set_member(patch, box, "rotations", json_axes(angles_of(now)));
  }

  void set_class(JsonPatch& patch, const JsonNode& box, const std::string& word) override {
    set_member(patch, box, "name", json_string(word));
  }

  void set_track(JsonPatch&, const JsonNode&, const std::string&) override {}

  void set_attributes(JsonPatch&, const JsonNode&, const Attributes&, const Attributes&) override {}

  std::string made(JsonPatch&, const JsonNewBox& box) override {
    const std::string name = json_string(box.class_name);
    if (variety_ == Variety::vertices)
      return fmt::format("{{\"name\": {}, \"vertices\": {}}}", name, vertices_json(box.cuboid));
    const Vec3& size = box.cuboid.size;
    return fmt::format(
        "{{\"name\": {}, \"centroid\": {}, \"dimensions\": {{\"length\": {}, \"width\": {}, "
        "\"height\": {}}}, \"rotations\": {}}}",
        name,
        json_axes(box.cuboid.pose.translation),
        json_number(size.x()),
        json_number(size.y()),
        json_number(size.z()),
        json_axes(angles_of(box.cuboid)));
  }

 private:
  static constexpr std::array<const char*, 3> kSizes = {"length", "width", "height"};

  double radians(double raw) const {
    return variety_ == Variety::degrees ? raw * kPi / 180 : angles_.radians(raw);
  }

  /// In the file's unit; labelCloud's degrees are 0 … 360.
  Vec3 angles_of(const Cuboid& cuboid) const {
    Vec3 turn = roll_pitch_yaw_of(cuboid.pose.rotation);
    for (double& angle : turn) {
      if (variety_ != Variety::degrees) {
        angle = angles_.raw(angle);
        continue;
      }
      angle *= 180 / kPi;
      if (angle < 0) angle += 360;
    }
    return turn;
  }

  Result<Cuboid> from_centroid(const JsonNode& box) const {
    const auto place = json_vector(json, box.find("centroid"), "centroid");
    if (!place) return tl::unexpected(place.error());
    const JsonNode* dimensions = box.find("dimensions");
    Vec3 size;
    for (std::size_t i = 0; i < 3; ++i) {
      const auto number = dimensions ? json.number(dimensions->find(kSizes[i])) : std::nullopt;
      if (!number)
        return fail({}, fmt::format("dimensions.{}", kSizes[i]), "a number", "none", kFix);
      size[static_cast<int>(i)] = *number;
    }
    const auto turn = json_vector(json, box.find("rotations"), "rotations");
    if (!turn) return tl::unexpected(turn.error());
    if (!(turn->cwiseAbs().maxCoeff() <= 1000))
      return fail({}, "rotations", "angles", text("{}", turn->cwiseAbs().maxCoeff()), kFix);
    return checked_cuboid(
        *place,
        size,
        from_roll_pitch_yaw(radians(turn->x()), radians(turn->y()), radians(turn->z())));
  }

  Result<Cuboid> from_vertices(const JsonNode& box) const {
    const JsonNode& vertices = *box.find("vertices");
    if (vertices.items.size() != 8)
      return fail({}, "vertices", "8 corners", text("{}", vertices.items.size()), kFix);
    std::array<Vec3, 8> corner;
    Vec3 centre = Vec3::Zero();
    for (std::size_t i = 0; i < 8; ++i) {
      const auto point = json_vector(json, &vertices.items[i], "vertices");
      if (!point) return tl::unexpected(point.error());
      corner[i] = *point;
      centre += *point / 8;
    }
    const Vec3 x = corner[3] - corner[0], y = corner[1] - corner[0], z = corner[4] - corner[0];
    const Vec3 size(x.norm(), y.norm(), z.norm());
    Mat3 axes;
    axes << x / size.x(), y / size.y(), z / size.z();
    const auto rotation = nearest_rotation(axes);
    if (!rotation || rotation->defect > 0.05)
      return fail({}, "vertices", "corners of a box in labelCloud's order", "others", kFix);
    auto cuboid = checked_cuboid(centre, size, rotation->rotation);
    if (!cuboid) return cuboid;
    for (std::size_t i = 0; i < 8; ++i) {
      const Vec3 own(
          kSigns[i][0] * size.x() / 2, kSigns[i][1] * size.y() / 2, kSigns[i][2] * size.z() / 2);
      if ((cuboid->pose * own - corner[i]).norm() > 0.05 * size.norm())
        return fail({},
                    fmt::format("vertices, {}", i),
                    "corners of a box in labelCloud's order",
                    "others",
                    kFix);
    }
    return cuboid;
  }

  static std::string vertices_json(const Cuboid& cuboid) {
    std::vector<std::string> corners;
    for (const auto& sign : kSigns)
      corners.push_back(json_numbers(cuboid.pose * Vec3(sign[0] * cuboid.size.x() / 2,
                                                        sign[1] * cuboid.size.y() / 2,
                                                        sign[2] * cuboid.size.z() / 2)));
    return fmt::format("[{}]", fmt::join(corners, ", "));
  }

  Variety variety_;
  RawAngles angles_;
  std::string frame_;
};

MakeJsonBoxes maker(const Drive& drive, Variety variety, std::string frame) {
  return [&drive, variety, frame](const JsonText& text) {
    return std::make_unique<LabelCloud>(text, drive, variety, frame);
  };
}

/// What the numbers of a file say where no _classes.json does: the largest angle, and corners.
struct Numbers {
  double largest_angle = 0;
  bool vertices = false, centroids = false;

  void add(const std::string& content) {
    const auto json = JsonText::parse(content);
    const JsonNode* objects = json ? json->root().find("objects") : nullptr;
    if (!objects) return;
    for (const JsonNode& box : objects->items) {
      vertices = vertices || box.find("vertices");
      centroids = centroids || box.find("centroid");
      for (const char* axis : {"x", "y", "z"})
        if (const auto angle = json->number(box.find({"rotations", axis}));
            angle && std::abs(*angle) > largest_angle)
          largest_angle = std::abs(*angle);
    }
  }

  Variety variety() const {
    if (vertices && !centroids) return Variety::vertices;
    return largest_angle > 2 * kPi ? Variety::degrees : Variety::radians;
  }
};

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  auto files = label_files(place, {".json"});
  if (!files) return tl::unexpected(files.error());
  LabelSet set;
  set.format = kFormat;
  const Instants instants(drive);
  std::error_code code;
  const std::filesystem::path folder =
      std::filesystem::is_directory(place, code) ? place : place.parent_path();
  std::erase_if(*files, [](const auto& file) { return file.filename() == kClasses; });
  std::optional<Variety> said;
  std::optional<Source> classes;
  if (std::filesystem::exists(folder / kClasses, code)) {
    auto source = read_source(drive, folder / kClasses, set.format, {});
    if (source) {
      said = variety_of(source->text);
      classes = std::move(*source);
    } else {
      set.problems.push_back(source.error());
    }
  }
  std::vector<Source> sources;
  Numbers numbers;
  for (const auto& file : *files) {
    auto source =
        read_source(drive, file, set.format, instant_named(instants, file.stem().string()).name);
    if (!source) {
      set.problems.push_back(source.error());
      continue;
    }
    numbers.add(source->text);
    sources.push_back(std::move(*source));
  }
  const Variety variety = said.value_or(numbers.variety());
  if (!said && variety != Variety::vertices && numbers.largest_angle > 0)
    set.problems.push_back(
        {Severity::warning,
         place.string(),
         "rotations",
         text("a {} that says centroid_abs (degrees) or centroid_rel (radians)", kClasses),
         text("none; the largest angle is {}, so that {} are taken",
              numbers.largest_angle,
              variety == Variety::degrees ? "degrees" : "radians"),
         "put labelCloud's _classes.json beside the labels"});
  if (said == Variety::radians && numbers.largest_angle > 2 * kPi)
    set.problems.push_back({Severity::warning,
                            place.string(),
                            "rotations",
                            "radians, as _classes.json says",
                            text("{}", numbers.largest_angle),
                            "set its format to centroid_abs if these are degrees"});
  for (Source& source : sources) {
    std::string frame = source.frame;
    read_json_boxes(
        drive, instants, std::move(source), maker(drive, variety, std::move(frame)), set);
  }
  if (classes) set.sources.push_back(std::move(*classes));
  judge_frames(set, drive, place);
  return set;
}

double recognise(const std::filesystem::path& place) {
  std::error_code code;
  const bool folder = std::filesystem::is_directory(place, code);
  const Beginning beginning = beginning_of(place, {".json"});
  if (folder && std::filesystem::is_regular_file(place / kClasses, code) &&
      beginning_of(place / kClasses, {".json"}).has("\"format\""))
    return 0.9;
  if (!beginning.has("\"objects\"")) return 0;
  if (beginning.has("\"centroid\"") && beginning.has("\"rotations\"")) return 0.9;
  return beginning.has("\"vertices\"") && beginning.has("\"filename\"") ? 0.8 : 0;
}

/// The classes' colours, as labelCloud wants one for each.
std::string color_of(const Taxonomy& taxonomy, const std::string& name) {
  return fmt::format("#{:06x}", taxonomy.find_or_other(name).color.dark & 0xFFFFFFu);
}

std::string class_json(const Taxonomy& taxonomy, const std::string& name, std::int64_t id) {
  return fmt::format("{{\"name\": {}, \"id\": {}, \"color\": \"{}\"}}",
                     json_string(name),
                     id,
                     color_of(taxonomy, name));
}

std::string classes_text(const Taxonomy& taxonomy, const std::set<std::string>& names) {
  std::string list;
  std::int64_t id = 0;
  for (const std::string& name : names) {
    list += fmt::format("{}\n        {}", id ? "," : "", class_json(taxonomy, name, id));
    ++id;
  }
  return fmt::format(
      "{{\n    \"classes\": [{}\n    ],\n    \"default\": 0,\n    \"type\": "
      "\"object_detection\",\n    \"format\": \"centroid_abs\",\n    \"created_with\": {{\n        "
      "\"name\": \"labelCloud\",\n        \"version\": \"1.1.0\"\n    }}\n}}\n",
      list);
}

/// The file's own text, with the classes that it lacks.
std::string with_classes(const Source& source,
                         const Taxonomy& taxonomy,
                         std::set<std::string> names) {
  const auto json = JsonText::parse(source.text);
  const JsonNode* classes = json ? json->root().find("classes") : nullptr;
  if (!classes || !classes->is(JsonNode::Kind::array)) return source.text;
  std::int64_t next = 0;
  for (const JsonNode& one : classes->items) {
    names.erase(json->string(one.find("name")).value_or(""));
    next = std::max(next,
                    std::min<std::int64_t>(json->integer(one.find("id")).value_or(0), 1 << 30) + 1);
  }
  JsonPatch patch(*json);
  for (const std::string& name : names) patch.append(*classes, class_json(taxonomy, name, next++));
  return patch.applied();
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, kFormat);
  const Source* classes = nullptr;
  Numbers numbers;
  for (const auto& source : sources) {
    if (file_name_of(*source) == kClasses)
      classes = source.get();
    else
      numbers.add(source->text);
  }
  Variety variety = Variety::degrees;
  if (classes)
    variety = variety_of(classes->text).value_or(numbers.variety());
  else if (!sources.empty())
    variety = numbers.variety();
  const Instants instants(request.drive);
  std::vector<WrittenFile> files;
  std::set<std::string> names;
  for (const OutFrame& frame : frames_to_write(request, sources)) {
    for (const OutBox& box : frame.boxes) names.insert(box.track->class_name);
    std::string cloud;
    if (const FrameInfo* info = frame_at(request.drive, frame.instant))
      for (const auto& sweep : info->sweeps)
        if (sweep && cloud.empty()) cloud = sweep->file;
    const std::filesystem::path path(cloud);
    const std::string skeleton = fmt::format(
        "{{\n    \"folder\": {},\n    \"filename\": {},\n    \"path\": {},\n    \"objects\": "
        "[]\n}}\n",
        json_string(path.parent_path().filename().string()),
        json_string(path.filename().string()),
        json_string(cloud));
    files.push_back(
        {"labels/" + (frame.source ? file_name_of(*frame.source) : frame.instant.name + ".json"),
         json_with_boxes(request,
                         instants,
                         std::span(&frame, 1),
                         frame.source,
                         skeleton,
                         maker(request.drive, variety, frame.instant.name))});
  }
  const Taxonomy& taxonomy = request.document.taxonomy();
  if (classes)
    files.push_back({std::string("labels/") + kClasses, with_classes(*classes, taxonomy, names)});
  else if (sources.empty())
    files.push_back({std::string("labels/") + kClasses, classes_text(taxonomy, names)});
  return files;
}

}  // namespace

LabelFormat labelcloud_labels() {
  Can can;
  return {kFormat, "labelCloud", can, {}, {}, read, write, recognise};
}

}  // namespace sweepbox
