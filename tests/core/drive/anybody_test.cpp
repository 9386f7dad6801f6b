#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "core/base/files.hpp"
#include "core/drive/camera_json.hpp"
#include "core/drive/folder_poses.hpp"
#include "tests/core/drive/made_folders.hpp"
#include "tests/support/temp_folder.hpp"

// Files that are made to stop a program, not to be read: each format opens without what they say.

namespace sweepbox {
namespace {

using test::put;
using test::TempFolder;

constexpr std::size_t kDeep = 200'000;
constexpr const char* kPcd =
    "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\nPOINTS 1\n"
    "DATA ascii\n1 2 3\n";

/// What a format's folder has: clouds and images that are good, and JSON.
struct Layout {
  std::string_view format;
  std::string root;
  std::vector<std::string> clouds, images, jsons;
  std::string begin = "";  ///< its JSON must begin so to get as far as its depth
  std::string end = "";
};

const std::vector<Layout>& layouts() {
  static const std::string time = "_romeo_2022-02-14T13:23:32.251875Z";
  static const std::vector<Layout> all = {
      {"once",
       "000076",
       {"lidar_roof/1616343527200.bin"},
       {"cam01/1616343527200.png"},
       {"000076.json"}},
      {"zod",
       "000017",
       {"lidar_velodyne/000017" + time + ".npy"},
       {"camera_front_blur/000017" + time + ".png"},
       {"calibration.json", "ego_motion.json", "info.json"}},
      {"pandaset",
       "001",
       {"lidar/00.pcd"},
       {"camera/front/00.png"},
       {"lidar/poses.json",
        "lidar/timestamps.json",
        "camera/front/poses.json",
        "camera/front/timestamps.json",
        "camera/front/intrinsics.json"}},
      {"sustechpoints",
       "scene",
       {"lidar/1.pcd"},
       {"camera/front/1.png"},
       {"calib/camera/front.json"}},
      {"xtreme1",
       "scene",
       {"lidar_point_cloud_0/1.pcd"},
       {"camera_image_0/1.png"},
       {"camera_config/1.json"}},
      {"supervisely",
       "set",
       {"pointcloud/1.pcd"},
       {"related_images/1_pcd/a.png"},
       {"related_images/1_pcd/a.png.json", "ann/1.pcd.json"}},
      {"view_of_delft",
       "set",
       {"lidar/training/velodyne/00001.bin", "radar/training/velodyne/00001.bin"},
       {"lidar/training/image_2/00001.png"},
       {"lidar/training/pose/00001.json"}},
      {"sweepbox", "drive", {"lidar/0.bin"}, {"front/0.png"}, {"drive.json"}},
      {"sweepbox",
       "drive",
       {"lidar/0.bin"},
       {"front/0.png"},
       {"drive.json"},
       R"({"sweepbox": 1, "lidars": {"lidar": )",
       "}}"},
      {"folder", "set", {"clouds/1.pcd"}, {"images/front/1.png"}, {"calib.json", "poses.json"}},
      {"folder",
       "set",
       {"clouds/1.pcd"},
       {"images/front/1.png"},
       {"calib.json", "poses.json"},
       R"({"cameras": {"front": {"K": )",
       "}}}"},
      {"mmdetection3d", "set", {"a.bin"}, {}, {"infos.json"}, R"({"data_list": )", "}"},
      {"nuscenes",
       "set",
       {"samples/LIDAR_TOP/a.bin"},
       {},
       {"v1.0-mini/scene.json", "v1.0-mini/sample.json", "v1.0-mini/sample_data.json"}},
  };
  return all;
}

void put_drive(const fs::path& root, const Layout& layout, const std::string& json) {
  for (const std::string& cloud : layout.clouds) {
    if (cloud.ends_with(".pcd"))
      put(root / cloud, kPcd);
    else
      put(root / cloud, test::bin_of(3));
  }
  for (const std::string& image : layout.images) put(root / image, test::png_of(8, 6));
  for (const std::string& name : layout.jsons) put(root / name, json);
}

/// True where it opened.
bool open_what_is_listed(const DriveFormat& format, const fs::path& root) {
  bool opened = false;
  for (const DriveRef& ref : format.list(root).drives) {
    const auto drive = format.open(ref, {});
    opened = opened || drive.has_value();
    // What it needed and could not have is said.
    if (drive)
      CHECK_FALSE((*drive)->problems().empty());
    else
      CHECK_FALSE(english(drive.error().expected).empty());
  }
  return opened;
}

}  // namespace

TEST_CASE("JSON of two hundred thousand brackets stops no reader of drives") {
  std::set<std::string_view> walked = {// these read no JSON
                                       "kitti_object",
                                       "kitti_raw",
                                       "kitti_tracking",
                                       "argoverse2",
                                       "rosbag1",
                                       "rosbag2",
                                       "mcap"};
  for (const DriveFormat& format : drive_formats())
    for (const Layout& layout : layouts()) {
      if (layout.format != format.name) continue;
      walked.insert(format.name);
      INFO(format.name);
      const std::string open = layout.begin + std::string(kDeep, '[');
      for (const std::string& json :
           {open, open + std::string(kDeep, ']') + layout.end, "{\"a\": " + open}) {
        const TempFolder folder;
        const fs::path root = folder / layout.root;
        put_drive(root, layout, json);
        open_what_is_listed(format, root);
      }
    }
  for (const DriveFormat& format : drive_formats()) {
    INFO(format.name);
    CHECK(walked.contains(format.name));
  }
}

TEST_CASE("JSON is read down to 64 levels, deeper it is refused") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + "1" + std::string(levels, ']');
  };
  CHECK(parse_json("[1, {\"a\": 2}]")[1]["a"] == 2);
  CHECK(parse_json(nested(64)).is_array());
  CHECK(parse_json(nested(66)).is_discarded());
  CHECK(parse_json(nested(kDeep)).is_discarded());
  CHECK(parse_json("[1").is_discarded());
}

TEST_CASE("a pipe among a drive's files is waited for by nobody") {
  const TempFolder folder;
  const fs::path root = folder / "set";
  put(root / "clouds/1.pcd", kPcd);
  put(root / "images/front/1.png", test::png_of(8, 6));
  put(root / "calib.json", R"({"cameras": {"front": {"K": [4, 0, 4, 0, 4, 3, 0, 0, 1]}}})");
  // A pipe in each place whose beginning is looked at.
  for (const char* name : {"infos.json", "clouds/0.bin", "images/front/0.png", "poses.csv"})
    REQUIRE(::mkfifo((root / name).c_str(), 0600) == 0);
  const auto drive = test::opened(root);
  CHECK(drive->info().format == "folder");
  REQUIRE(drive->info().cameras.size() == 1);
  CHECK(drive->read_sweep(1, 0));
  for (const DriveFormat& format : drive_formats()) static_cast<void>(format.list(root));
  CHECK_FALSE(open_drive(root / "infos.json", {}, {}, {}));
}

TEST_CASE(
    "coefficients of OpenCV: zeros at the end are none, more than the lens holds is an error") {
  const nlohmann::json k = {100, 0, 32, 0, 100, 24, 0, 0, 1};
  const auto lens = [&](const nlohmann::json& d) { return lens_of_matrices(k, d, 64, 48); };
  CHECK(name_of(*lens(nlohmann::json::array())) == "pinhole");
  CHECK(name_of(*lens(nlohmann::json(14, 0))) == "pinhole");
  const auto plain = lens({-0.1, 0.01, 0.001, 0.002, 0.003, 0.1, 0.02, 0.03, 0, 0, 0, 0, 0, 0});
  REQUIRE(plain);
  const auto parameters = parameters_of(*plain);
  CHECK(std::find(parameters.begin(),
                  parameters.end(),
                  std::pair<std::string_view, double>("k6", 0.03)) != parameters.end());
  CHECK_FALSE(lens({-0.1, 0, 0, 0, 0, 0, 0, 0, 1e-4, 0, 0, 0}));
  CHECK_FALSE(numbers_up_to(nlohmann::json(15, 1), 14));
  CHECK(numbers_up_to(nlohmann::json(14, 1), 14)->size() == 14);
  CHECK_FALSE(numbers_up_to(nlohmann::json({1, "a"}), 14));
}

}  // namespace sweepbox
