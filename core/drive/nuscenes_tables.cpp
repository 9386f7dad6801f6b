#include "core/drive/nuscenes_tables.hpp"

#include <algorithm>

#include "core/base/files.hpp"
#include "core/drive/json_stream.hpp"
#include "core/drive/nuscenes_json.hpp"
#include "core/drive/nuscenes_names.hpp"

namespace sweepbox::nuscenes {
namespace {

constexpr int kMostPixels = 1 << 20;  // of a picture's side

/// Parses rows one by one; those that are no JSON are counted.
class Rows {
 public:
  Rows(const fs::path& folder, std::string_view table, Problems* problems)
      : path_(folder / (std::string(table) + ".json")), problems_(problems) {}

  ~Rows() {
    if (bad_ > 0 && problems_)
      problems_->push_back({Severity::error,
                            path_.filename().string(),
                            first_bad_,
                            "rows with the fields that nuScenes' schema names",
                            text("{} that are none, this the first", bad_),
                            "take this table from the data set again"});
  }

  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  /// Calls `take(element)` for each row that `wanted(bytes)`; `take` says whether the row is sound,
  /// `enough()` whether to stop.
  template <class Wanted, class Take, class Enough>
  Result<void> read(const Wanted& wanted, const Take& take, const Enough& enough) {
    std::uint64_t number = 0;
    auto done = for_each_row(path_, [&](std::string_view bytes) {
      ++number;
      if (!wanted(bytes)) return true;
      row_.assign(bytes);
      blank_out_nan(row_);
      Element element;
      if (parser_.parse(row_).get(element) != simdjson::SUCCESS || !take(element)) {
        if (bad_++ == 0) first_bad_ = fmt::format("row {}", number);
      }
      return !enough();
    });
    if (!done) done.error().file = path_.filename().string();
    return done;
  }

  template <class Take>
  Result<void> read(const Take& take) {
    return read([](std::string_view) { return true; }, take, [] { return false; });
  }

 private:
  fs::path path_;
  Problems* problems_;
  simdjson::dom::parser parser_;
  std::string row_;
  int bad_ = 0;
  std::string first_bad_;
};

/// A table that is cut short gives what it has; the rest is a problem.
void tell(Result<void> done, Problems& problems) {
  if (!done) problems.push_back(std::move(done.error()));
}

Result<SceneRow> scene_with(const fs::path& tables, const std::string& token) {
  const auto scenes = read_scenes(tables);
  if (!scenes) return tl::unexpected(scenes.error());
  for (const SceneRow& scene : *scenes)
    if (scene.token == token || scene.name == token) return scene;
  return fail("scene.json", {}, text("a scene {}", token), "none", "choose another scene");
}

void read_calibrated(const fs::path& tables, SceneTables& scene) {
  std::map<std::string, std::pair<std::string, std::string>> sensors;
  tell(Rows(tables, "sensor", &scene.problems).read([&](Element row) {
    std::string channel = text_at(row, "channel");
    if (channel.size() > kLongestName) return false;  // every calibration of it would bear a copy
    sensors[text_at(row, "token")] = {std::move(channel), text_at(row, "modality")};
    return true;
  }),
       scene.problems);
  Tokens wanted;
  for (const DataRow& row : scene.data) wanted.insert(row.calibrated);
  tell(Rows(tables, "calibrated_sensor", &scene.problems)
           .read(
               [&](std::string_view row) { return wanted.contains(quick_text(row, "\"token\"")); },
               [&](Element row) {
                 const auto sensor = sensors.find(text_at(row, "sensor_token"));
                 const auto pose = pose_at(row);
                 if (!pose || sensor == sensors.end()) return false;
                 scene.calibrated[text_at(row, "token")] = {sensor->second.first,
                                                            sensor->second.second,
                                                            *pose,
                                                            intrinsics_at(row, "camera_intrinsic")};
                 return true;
               },
               [&] { return scene.calibrated.size() == wanted.size(); }),
       scene.problems);
}

void read_data(const fs::path& tables, SceneTables& scene) {
  Tokens samples;
  for (const SampleRow& sample : scene.samples) samples.insert(sample.token);
  tell(Rows(tables, "sample_data", &scene.problems)
           .read(
               [&](std::string_view row) {
                 return samples.contains(quick_text(row, "\"sample_token\""));
               },
               [&](Element row) {
                 DataRow data;
                 data.token = text_at(row, "token");
                 data.sample = text_at(row, "sample_token");
                 data.calibrated = text_at(row, "calibrated_sensor_token");
                 data.ego_pose = text_at(row, "ego_pose_token");
                 data.file = text_at(row, "filename");
                 data.key = flag_at(row, "is_key_frame");
                 const auto stamp = stamp_of_us(number_at(row, "timestamp"));
                 const double width = number_at(row, "width").value_or(0);
                 const double height = number_at(row, "height").value_or(0);
                 if (!stamp || data.file.empty()) return false;
                 data.stamp = *stamp;
                 if (width > 0 && width < kMostPixels) data.width = static_cast<int>(width);
                 if (height > 0 && height < kMostPixels) data.height = static_cast<int>(height);
                 scene.data.push_back(std::move(data));
                 return true;
               },
               [] { return false; }),
       scene.problems);
  std::stable_sort(scene.data.begin(), scene.data.end(), [](const DataRow& a, const DataRow& b) {
    return a.stamp < b.stamp;
  });
}

void read_ego_poses(const fs::path& tables, SceneTables& scene) {
  Tokens wanted;
  for (const DataRow& row : scene.data) wanted.insert(row.ego_pose);
  std::size_t seen = 0;
  tell(
      Rows(tables, "ego_pose", &scene.problems)
          .read([&](std::string_view row) { return wanted.contains(quick_text(row, "\"token\"")); },
                [&](Element row) {
                  ++seen;
                  const auto pose = pose_at(row);
                  if (pose) scene.ego_poses[text_at(row, "token")] = *pose;
                  return pose.has_value();
                },
                [&] { return seen >= wanted.size(); }),
      scene.problems);
}

void read_seg(const fs::path& tables, SceneTables& scene) {
  std::error_code ignored;
  if (!fs::exists(tables / "lidarseg.json", ignored)) return;
  Tokens wanted;
  for (const DataRow& row : scene.data)
    if (row.key) wanted.insert(row.token);
  tell(Rows(tables, "lidarseg", &scene.problems)
           .read(
               [&](std::string_view row) {
                 return wanted.contains(quick_text(row, "\"sample_data_token\""));
               },
               [&](Element row) {
                 scene.seg[text_at(row, "sample_data_token")] = text_at(row, "filename");
                 return true;
               },
               [] { return false; }),
       scene.problems);
}

}  // namespace

bool has_tables(const fs::path& folder) {
  std::error_code ignored;
  for (const char* table : {"scene.json",
                            "sample.json",
                            "sample_data.json",
                            "ego_pose.json",
                            "calibrated_sensor.json",
                            "sensor.json"})
    if (!fs::is_regular_file(folder / table, ignored)) return false;
  return true;
}

std::vector<fs::path> table_folders(const fs::path& place) {
  if (has_tables(place)) return {place};
  std::vector<fs::path> found;
  std::error_code code;
  fs::directory_iterator entry(place, fs::directory_options::skip_permission_denied, code);
  for (int seen = 0; !code && entry != fs::directory_iterator() && seen < 1000; ++seen) {
    std::error_code ignored;
    if (entry->is_directory(ignored) && has_tables(entry->path())) found.push_back(entry->path());
    entry.increment(code);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<fs::path> data_root(const fs::path& tables) {
  std::optional<fs::path> root;
  // The folder that the first files lie in decides: samples, sweeps; lidar, images (Lyft).
  int looked = 0;
  const auto done = for_each_row(tables / "sample_data.json", [&](std::string_view row) {
    const fs::path file(quick_text(row, "\"filename\""));
    std::error_code ignored;
    if (!file.empty() && file.is_relative())
      for (const fs::path& base : {tables.parent_path(), tables})
        if (!root && fs::is_directory(base / *file.begin(), ignored)) root = base;
    return !root && ++looked < 100;
  });
  return done || root ? root : std::nullopt;
}

Result<std::vector<SceneRow>> read_scenes(const fs::path& tables) {
  std::vector<SceneRow> scenes;
  const auto done = Rows(tables, "scene", nullptr).read([&](Element row) {
    SceneRow scene{text_at(row, "token"), text_at(row, "name")};
    if (scene.token.empty()) return false;
    if (scene.name.empty()) scene.name = scene.token;
    scenes.push_back(std::move(scene));
    return true;
  });
  if (!done && scenes.empty()) return tl::unexpected(done.error());
  return scenes;
}

Result<std::vector<SampleRow>> read_samples(const fs::path& tables, const std::string& scene) {
  std::vector<SampleRow> samples;
  const auto done =
      Rows(tables, "sample", nullptr)
          .read([&](std::string_view row) { return quick_text(row, "\"scene_token\"") == scene; },
                [&](Element row) {
                  const auto stamp = stamp_of_us(number_at(row, "timestamp"));
                  const std::string token = text_at(row, "token");
                  if (!stamp || token.empty()) return false;
                  samples.push_back({token, *stamp});
                  return true;
                },
                [] { return false; });
  if (!done && samples.empty()) return tl::unexpected(done.error());
  std::stable_sort(samples.begin(), samples.end(), [](const SampleRow& a, const SampleRow& b) {
    return a.stamp < b.stamp;
  });
  return samples;
}

Result<SceneTables> read_scene(const fs::path& tables, const std::string& token) {
  SceneTables scene;
  const auto row = scene_with(tables, token);
  if (!row) return tl::unexpected(row.error());
  scene.scene = *row;
  auto samples = read_samples(tables, scene.scene.token);
  if (!samples) return tl::unexpected(samples.error());
  scene.samples = std::move(*samples);
  read_data(tables, scene);
  read_calibrated(tables, scene);
  read_ego_poses(tables, scene);
  read_seg(tables, scene);
  return scene;
}

}  // namespace sweepbox::nuscenes
