#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/base/problems.hpp"
#include "core/base/stamp.hpp"
#include "core/geometry/pose.hpp"

// The tables of nuScenes (formats.md 2.5), and of what was made in its schema (Lyft level 5). They
// hold a thousand scenes; only the rows of the one that is asked for stay in memory.
namespace sweepbox::nuscenes {

struct SceneRow {
  std::string token;
  std::string name;
};

struct SampleRow {
  std::string token;
  Stamp stamp;
};

struct CalibratedRow {
  std::string channel;   ///< "CAM_FRONT"
  std::string modality;  ///< "camera", "lidar", "radar"
  Pose ego_from_sensor;
  std::optional<Mat3> intrinsics;
};

/// A file of a sensor.
struct DataRow {
  std::string token;
  std::string sample;  ///< that it is of, or (no key frame) that follows it
  std::string calibrated;
  std::string ego_pose;
  std::string file;
  Stamp stamp;
  bool key = false;
  int width = 0, height = 0;
};

struct SceneTables {
  SceneRow scene;
  std::vector<SampleRow> samples;  ///< ascending
  std::map<std::string, CalibratedRow> calibrated;
  std::vector<DataRow> data;               ///< ascending
  std::map<std::string, Pose> ego_poses;   ///< world_from_ego, by token
  std::map<std::string, std::string> seg;  ///< file of the points' classes, by sample_data token
  Problems problems;
};

/// The folder holds the tables that a drive needs.
bool has_tables(const std::filesystem::path& folder);

/// The folders of tables at a place: itself, or those in it ("v1.0-mini").
std::vector<std::filesystem::path> table_folders(const std::filesystem::path& place);

/// The folder that the files' names start from: that of the tables or the one above. Empty where
/// there are no files.
std::optional<std::filesystem::path> data_root(const std::filesystem::path& tables);

[[nodiscard]] Result<std::vector<SceneRow>> read_scenes(const std::filesystem::path& tables);

/// Samples of a scene, ascending. 34 thousand rows are looked through.
[[nodiscard]] Result<std::vector<SampleRow>> read_samples(const std::filesystem::path& tables,
                                                          const std::string& scene);

/// All that a drive needs. Looks through every row of sample_data and ego_pose (2.6 million each in
/// trainval: seconds).
[[nodiscard]] Result<SceneTables> read_scene(const std::filesystem::path& tables,
                                             const std::string& scene);

/// So that a row's token can be looked up without a copy.
struct TextHash {
  using is_transparent = void;

  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

using Tokens = std::unordered_set<std::string, TextHash, std::equal_to<>>;

}  // namespace sweepbox::nuscenes
