#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/cli/answers.hpp"
#include "tests/support/shared_data.hpp"

// What the command line says of real drives, against the figures that were measured for them by
// other programs (shared/data/README.md).

namespace {

using nlohmann::json;
using sweepbox::test::Finished;
using sweepbox::test::json_of;
using sweepbox::test::median;
using sweepbox::test::points_of;
using sweepbox::test::run_sweepbox;
using sweepbox::test::with_at_least;
using sweepbox::test::worst_problems;

}  // namespace

TEST_CASE("info counts what KITTI object holds and finds nothing wrong") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  const json info = json_of({"info", folder.string()});
  CHECK(info["format"] == "kitti_object");
  CHECK(info["frames"] == 8);
  CHECK(info["sweeps"] == 8);
  CHECK(info["images"] == 8);
  CHECK(info["sequence"] == false);
  CHECK(info["poses"] == false);
  CHECK(info["missing"]["sweeps"] == 0);
  CHECK(info["missing"]["images"] == 0);
  CHECK(info["labels"]["cuboids"] == 40);
  CHECK(info["labels"]["classes"] == json({{"Car", 19},
                                           {"Pedestrian", 10},
                                           {"Cyclist", 7},
                                           {"Truck", 2},
                                           {"Van", 1},
                                           {"Misc", 1}}));
  CHECK(worst_problems(info) == 0);
}

TEST_CASE("info counts what KITTI tracking holds, labels without a cloud as elsewhere") {
  SHARED_DATA_OR_SKIP(folder, "kitti_tracking");
  const json info = json_of({"info", folder.string()});
  CHECK(info["format"] == "kitti_tracking");
  CHECK(info["frames"] == 10);
  CHECK(info["sweeps"] == 10);
  CHECK(info["images"] == 0);
  CHECK(info["sequence"] == true);
  CHECK(info["poses"] == true);
  CHECK(info["labels"]["cuboids"] == 36);
  CHECK(info["labels"]["classes"] == json({{"Van", 20}, {"Cyclist", 10}, {"Car", 6}}));
  CHECK(info["labels"]["elsewhere"] == 415 - 36);
  CHECK(worst_problems(info) == 0);
}

TEST_CASE("info names both drives of a KITTI raw day, and each counts right") {
  SHARED_DATA_OR_SKIP(folder, "kitti_raw");
  const json several = json_of({"info", folder.string()});
  REQUIRE(several["drives"].size() == 2);
  const json first = json_of({"info", folder.string(), "--drive", several["drives"][0]["name"]});
  CHECK(first["format"] == "kitti_raw");
  CHECK(first["sweeps"] == 2);
  CHECK(first["images"] == 0);
  CHECK(first["poses"] == true);
  CHECK(first["labels"]["cuboids"] == 10);
  CHECK(first["labels"]["elsewhere"] == 572 - 10);
  CHECK(worst_problems(first) == 0);
  const json second = json_of({"info", folder.string(), "--drive", several["drives"][1]["name"]});
  CHECK(second["frames"] == 12);
  CHECK(second["sweeps"] == 12);
  CHECK(second["images"] == 12);
  CHECK(second["sequence"] == true);
  CHECK(second["poses"] == false);
  CHECK(second["labels"]["cuboids"] == 0);
  CHECK(worst_problems(second) == 0);
}

TEST_CASE("info counts what the SUSTechPOINTS example holds") {
  SHARED_DATA_OR_SKIP(folder, "sustechpoints");
  const json info = json_of({"info", (folder / "example").string()});
  CHECK(info["format"] == "sustechpoints");
  CHECK(info["frames"] == 3);
  CHECK(info["sweeps"] == 3);
  CHECK(info["images"] == 6);
  CHECK(info["labels"]["cuboids"] == 63);
  CHECK(info["labels"]["classes"] == json({{"Car", 25},
                                           {"Pedestrian", 20},
                                           {"Rider", 10},
                                           {"Truck", 3},
                                           {"Motor", 3},
                                           {"Bus", 2}}));
  CHECK(worst_problems(info) == 0);
}

TEST_CASE("a command that needs one drive names the choices and is a wrong question otherwise") {
  SHARED_DATA_OR_SKIP(folder, "kitti_raw");
  const Finished finished = run_sweepbox({"labels", folder.string()});
  CHECK(finished.status == 2);
  CHECK(finished.err.find("2011_09_26_drive_0001_sync") != std::string::npos);
  CHECK(finished.err.find("2011_09_26_drive_9001_sync") != std::string::npos);
}

TEST_CASE("points in the boxes agree with a plain closed-box count") {
  struct Expected {
    const char* drive;
    const char* inside;
    std::vector<std::string> more;
    std::size_t boxes, hold_any, hold_five;
    double median;
  };

  const std::vector<Expected> table = {
      {"kitti_object", "", {}, 40, 40, 38, 74},
      {"kitti_tracking", "", {}, 36, 36, 36, 226},
      {"sustechpoints", "example", {}, 63, 63, 63, 89},
      {"kitti_raw", "", {"--drive", "2011_09_26_drive_0001_sync"}, 10, 10, 10, -1},
  };
  for (const Expected& expected : table) {
    SHARED_DATA_OR_SKIP(folder, expected.drive);
    INFO(expected.drive);
    std::vector<std::string> arguments = {
        "labels", (folder / expected.inside).string(), "--points"};
    arguments.insert(arguments.end(), expected.more.begin(), expected.more.end());
    const std::vector<int> points = points_of(json_of(arguments));
    CHECK(points.size() == expected.boxes);
    CHECK(with_at_least(points, 1) == expected.hold_any);
    CHECK(with_at_least(points, 5) == expected.hold_five);
    if (expected.median >= 0 && !points.empty())
      CHECK(median(points) == Approx(expected.median).margin(0.5));  // given as whole numbers
  }
}

TEST_CASE("KITTI's own 2D boxes meet the projected cuboids with a median IoU of 0.97") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  const json projected = json_of({"project", folder.string(), "--camera", "image_2"});
  CHECK(projected["summary"]["n"] == 40);
  std::size_t whole = 0;
  for (const json& box : projected["boxes"])
    whole += box.contains("label_truncated") && box["label_truncated"] == 0;
  CHECK(whole == 37);
  CHECK(projected["summary"]["iou_median_whole"].get<double>() >=
        0.97);  // 0.9713 by another program
}

TEST_CASE("the parked van of KITTI tracking stays in one place of the world while the ego moves") {
  SHARED_DATA_OR_SKIP(folder, "kitti_tracking");
  const auto places = [&](const char* reference) {
    std::vector<std::array<double, 3>> found;
    const json labels = json_of({"labels", folder.string(), "--in", reference});
    for (const json& frame : labels["frames"])
      for (const json& cuboid : frame["cuboids"])
        if (cuboid["track"] == "3") found.push_back(cuboid["center"]);
    return found;
  };
  const auto spread = [](const std::vector<std::array<double, 3>>& points) {
    double most = 0;
    for (const auto& a : points)
      for (const auto& b : points)
        most = std::max(most, std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
    return most;
  };
  const auto in_world = places("world");
  CHECK(in_world.size() == 10);
  CHECK(spread(in_world) <= 0.10 * 2);  // within 0.10 m of one place
  CHECK(spread(places("ego")) == Approx(4.34).margin(0.05));
}

TEST_CASE("info counts what an Argoverse 2 log holds, boxes of absent sweeps as elsewhere") {
  SHARED_DATA_OR_SKIP(folder, "argoverse2");
  const json info = json_of({"info", folder.string()});
  CHECK(info["format"] == "argoverse2");
  CHECK(info["frames"] == 2);
  CHECK(info["sweeps"] == 2);
  CHECK(info["images"] == 0);
  CHECK(info["sequence"] == true);
  CHECK(info["poses"] == true);
  CHECK(info["lidars"][0]["points_median"] == Approx((99229 + 99466) / 2.0));
  CHECK(info["labels"]["cuboids"] == 162);
  CHECK(info["labels"]["elsewhere"] == 11364 - 162);
  CHECK(worst_problems(info) == 0);
}

TEST_CASE("points in Argoverse 2's boxes are those of its own num_interior_pts") {
  SHARED_DATA_OR_SKIP(folder, "argoverse2");
  const std::vector<int> points = points_of(json_of({"labels", folder.string(), "--points"}));
  // Sums over the column of the two sweeps' rows, by pyarrow; the test of the label format compares
  // row by row.
  CHECK(points.size() == 162);
  CHECK(std::accumulate(points.begin(), points.end(), 0) == 18688);
  CHECK(with_at_least(points, 1) == 142);
  CHECK(with_at_least(points, 5) == 96);
}

TEST_CASE("info counts what a nuScenes key frame in mmdetection3d's form holds") {
  SHARED_DATA_OR_SKIP(folder, "nuscenes");
  const json info = json_of({"info", folder.string()});
  CHECK(info["format"] == "mmdetection3d");
  CHECK(info["frames"] == 1);
  CHECK(info["sweeps"] == 1);
  CHECK(info["images"] == 6);
  CHECK(info["lidars"][0]["points_median"] == 34688);
  CHECK(info["labels"]["cuboids"] == 69);
  CHECK(info["labels"]["classes"]["pedestrian"] == 30);
  CHECK(info["labels"]["classes"]["barrier"] == 22);
  CHECK(info["labels"]["classes"]["car"] == 8);
  CHECK(worst_problems(info) == 0);
  const std::vector<int> points = points_of(json_of({"labels", folder.string(), "--points"}));
  CHECK(points.size() == 69);
  CHECK(with_at_least(points, 1) == 66);
  CHECK(with_at_least(points, 5) == 29);
}

TEST_CASE("info counts what PandaSet holds, and its boxes hold points of their own lidar") {
  SHARED_DATA_OR_SKIP(folder, "pandaset");
  const json info = json_of({"info", folder.string()});
  CHECK(info["format"] == "pandaset");
  CHECK(info["frames"] == 4);
  CHECK(info["sweeps"] == 4);
  CHECK(info["images"] == 5);
  CHECK(info["poses"] == true);
  CHECK(info["labels"]["cuboids"] == 622);
  CHECK(info["labels"]["tracks"] == 159);
  CHECK(info["labels"]["classes"]["Car"] == 370);
  CHECK(worst_problems(info) == 0);
  const std::vector<int> points = points_of(json_of({"labels", folder.string(), "--points"}));
  CHECK(points.size() == 622);
  CHECK(with_at_least(points, 1) == 470);
  CHECK(with_at_least(points, 5) == 371);
}

TEST_CASE("info counts what View-of-Delft holds, lidar and radar, and its boxes hold points") {
  SHARED_DATA_OR_SKIP(folder, "view_of_delft");
  const json info = json_of({"info", folder.string()});
  CHECK(info["format"] == "view_of_delft");
  CHECK(info["frames"] == 1);
  CHECK(info["images"] == 1);
  REQUIRE(info["lidars"].size() == 2);
  CHECK(info["lidars"][0]["points_median"] == 167772);
  CHECK(info["lidars"][1]["points_median"] == 322);
  CHECK(info["labels"]["cuboids"] == 15);
  CHECK(worst_problems(info) == 0);
  const std::vector<int> points = points_of(json_of({"labels", folder.string(), "--points"}));
  CHECK(points.size() == 15);
  CHECK(with_at_least(points, 5) == 15);
}

TEST_CASE("the ROS 1 bag has its five clouds, and says what else is in it") {
  SHARED_DATA_OR_SKIP(folder, "formats");
  const json info = json_of({"info", (folder / "ros1" / "test.bag").string()});
  CHECK(info["format"] == "rosbag1");
  CHECK(info["frames"] == 5);
  CHECK(info["sweeps"] == 5);
  CHECK(info["lidars"][0]["points_median"].get<double>() == Approx(36000).epsilon(0.05));
  CHECK(info["topics"].size() == 3);
}

TEST_CASE("recordings without a cloud or an image say so, and what they hold instead") {
  SHARED_DATA_OR_SKIP(folder, "formats");
  for (const char* name : {"only_topics.mcap", "topics_and_services.db3"}) {
    INFO(name);
    const Finished finished = run_sweepbox({"info", (folder / "ros2" / name).string()});
    CHECK(finished.status == 1);
    CHECK(finished.err.find("cloud") != std::string::npos);
  }
}

TEST_CASE("the OpenLABEL files of KITTI tracking give the boxes of its own labels") {
  SHARED_DATA_OR_SKIP(folder, "kitti_tracking");
  const auto boxes = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"labels", folder.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::map<std::pair<int, std::string>, json> found;
    const json labels = json_of(arguments);
    for (const json& frame : labels["frames"])
      for (const json& cuboid : frame["cuboids"]) found[{frame["index"], cuboid["track"]}] = cuboid;
    return found;
  };
  const auto own = boxes({});
  const auto other = boxes(
      {"--labels", (folder / "openlabel" / "openlabel100_kitti_tracking_0000.json").string()});
  CHECK(own.size() == 36);
  REQUIRE(other.size() == own.size());
  double worst = 0;
  for (const auto& [key, cuboid] : own) {
    const auto found = other.find(key);
    REQUIRE(found != other.end());
    for (const char* list : {"center", "size"})
      for (int i = 0; i < 3; ++i)
        worst = std::max(
            worst, std::abs(cuboid[list][i].get<double>() - found->second[list][i].get<double>()));
  }
  CHECK(worst <= 0.0201);  // the file truncates each value to two decimals, some twice
}
