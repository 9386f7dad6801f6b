#include "core/label/nuscenes_rows.hpp"

#include <cmath>

#include "core/base/files.hpp"
#include "core/base/hash.hpp"
#include "core/drive/json_stream.hpp"
#include "core/label/nuscenes_labels.hpp"
#include "core/label/reading.hpp"

namespace sweepbox::nuscenes {
namespace {

constexpr const char* kFix = "correct the row, or take the table from the data set again";
constexpr double kLargestSize = 200, kFarthest = 1e8;
constexpr std::uint64_t kLargestWatched = std::uint64_t{1} << 28;

}  // namespace

Result<Cuboid> cuboid_of(const JsonText& json, const JsonNode& row, const RawAngles& angles) {
  double t[3], s[3], q[4];
  if (!json.numbers(row.find("translation"), t) || !(std::abs(t[0]) <= kFarthest) ||
      !(std::abs(t[1]) <= kFarthest) || !(std::abs(t[2]) <= kFarthest))
    return fail({}, "translation", "3 numbers: a place in the world", "something else", kFix);
  if (!json.numbers(row.find("size"), s))
    return fail({}, "size", "3 numbers: width, length, height", "something else", kFix);
  for (const double length : s)
    if (!(length > 0 && length <= kLargestSize))
      return fail(
          {}, "size", text("lengths above 0, up to {} m", kLargestSize), text("{}", length), kFix);
  if (!json.numbers(row.find("rotation"), q))
    return fail({}, "rotation", "a quaternion w x y z", "something else", kFix);
  const auto rotation = angles.wxyz(q[0], q[1], q[2], q[3]);
  if (!rotation) return fail({}, "rotation", "a quaternion w x y z", "zero or no numbers", kFix);
  return Cuboid{{*rotation, Vec3(t[0], t[1], t[2])}, Vec3(s[1], s[0], s[2])};
}

void patch_cuboid(JsonPatch& patch, const JsonNode& row, const Cuboid& was, const Cuboid& now) {
  // The way through the vehicle's frame costs 1e-10 at most; below this nobody edited a number.
  constexpr double kSame = 1e-7;
  const auto set = [&](const char* key, const Vec3& to) {
    const auto& items = row.find(key)->items;
    for (std::size_t i = 0; i < 3; ++i)
      patch.replace_number(items[i], to[static_cast<Eigen::Index>(i)], kSame);
  };
  set("translation", now.pose.translation);
  set("size", {now.size.y(), now.size.x(), now.size.z()});
  if (angle_between(was.pose.rotation, now.pose.rotation) > kSame)
    patch.replace(*row.find("rotation"), json_wxyz(now.pose.rotation));
}

Result<Annotation> parse_annotation(std::string_view row, const RawAngles& angles) {
  const auto json = JsonText::parse(std::string(row));
  if (!json) return tl::unexpected(json.error());
  const JsonNode& root = json->root();
  const auto word = [&](const char* key) { return json->string(root.find(key)).value_or(""); };
  Annotation result;
  result.token = word("token");
  result.sample = word("sample_token");
  result.instance = word("instance_token");
  result.before = word("prev");
  result.after = word("next");
  result.visibility = word("visibility_token");
  if (const JsonNode* attributes = root.find("attribute_tokens"))
    for (const JsonNode& item : attributes->items)
      if (auto token = json->string(&item)) result.attributes.push_back(std::move(*token));
  if (auto fault = too_long("instance_token", result.instance))
    return tl::unexpected(std::move(*fault));
  const auto cuboid = cuboid_of(*json, root, angles);
  if (!cuboid) return tl::unexpected(cuboid.error());
  result.in_world = *cuboid;
  return result;
}

Result<Names> read_names(const fs::path& table, std::string_view field) {
  Names names;
  auto done = for_each_row(table, [&](std::string_view row) {
    if (const auto json = JsonText::parse(std::string(row))) {
      const auto token = json->string(json->root().find("token"));
      const auto name = json->string(json->root().find(field));
      if (token && name) names[*token] = *name;
    }
    return true;
  });
  if (!done && names.empty()) return tl::unexpected(in_file(done.error(), table.string()));
  return names;
}

Result<SceneRow> scene_of(const Drive& drive, const fs::path& tables) {
  const auto scenes = read_scenes(tables);
  if (!scenes) return tl::unexpected(in_file(scenes.error(), (tables / "scene.json").string()));
  for (const SceneRow& scene : *scenes)
    if (scene.name == drive.info().name) return scene;
  if (scenes->size() == 1) return scenes->front();
  return fail((tables / "scene.json").string(),
              {},
              text("a scene named as the drive, {}", drive.info().name),
              text("{} others", scenes->size()),
              "take the tables that belong to this drive");
}

Result<std::vector<Sample>> samples_of(const Drive& drive,
                                       const fs::path& tables,
                                       const SceneRow& scene) {
  const auto rows = read_samples(tables, scene.token);
  if (!rows) return tl::unexpected(in_file(rows.error(), (tables / "sample.json").string()));
  const Instants instants(drive);
  std::vector<Sample> samples;
  for (const SampleRow& row : *rows) {
    const std::string name = std::to_string(row.stamp.ns / 1000);
    samples.push_back({row.token, instant_of(drive, instants, name, row.stamp)});
  }
  return samples;
}

std::optional<fs::path> tables_of(const Drive& drive) {
  for (const LabelPlace& place : drive.info().labels)
    if (drive.info().format == "nuscenes" && place.format == "nuscenes") return place.path;
  return std::nullopt;
}

Result<Source> rows_as_source(const Drive& drive,
                              const fs::path& table,
                              std::string_view format,
                              const std::function<bool(std::string_view)>& wanted) {
  Source source = source_at(drive, table, format);
  source.text.assign(1, '[');
  const auto done = for_each_row(table, [&](std::string_view row) {
    if (!wanted(row)) return true;
    source.text.append(source.records.empty() ? "\n" : ",\n");
    source.records.emplace_back(source.text.size(), source.text.size() + row.size());
    source.text += row;
    return true;
  });
  if (!done) return tl::unexpected(in_file(done.error(), source.file));
  source.text.append("\n]\n");
  std::error_code ignored;
  if (fs::file_size(table, ignored) <= kLargestWatched)
    if (const auto whole = read_text(table, kLargestWatched))
      source.hash = Hash().add(*whole).value();
  return source;
}

std::string_view record_of(const Source& source, std::size_t index) {
  const auto [begin, end] = source.records[index];
  return std::string_view(source.text).substr(begin, end - begin);
}

}  // namespace sweepbox::nuscenes
