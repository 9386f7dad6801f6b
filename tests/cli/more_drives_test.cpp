#include <catch2/catch.hpp>
#include <numeric>

#include "tests/cli/answers.hpp"
#include "tests/support/shared_data.hpp"

// The drives of other data sets and recordings, against the figures of shared/data/README.md.

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
