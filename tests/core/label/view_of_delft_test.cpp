#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "made_drive.hpp"
#include "tests/support/shared_data.hpp"

namespace sweepbox {
namespace {

TEST_CASE("View-of-Delft: its folder, its lidar and the split below open as the same drive") {
  SHARED_DATA_OR_SKIP(folder, "view_of_delft");
  for (const auto& path :
       {folder, folder / "lidar", folder / "radar", folder / "lidar" / "training"}) {
    const auto drive = open_drive(path, {}, {}, {});
    REQUIRE(drive);
    CHECK((*drive)->info().format == "view_of_delft");
    REQUIRE((*drive)->info().lidars.size() == 2);
    CHECK((*drive)->info().lidars[0].name == "lidar");
    CHECK((*drive)->info().lidars[1].name == "radar");
    CHECK((*drive)->info().poses);
    REQUIRE((*drive)->frames().size() == 1);
    CHECK((*drive)->frames()[0].name == "00549");
    CHECK((*drive)->read_sweep(0, 0)->size() == 167772);
    const auto radar = (*drive)->read_sweep(0, 1);
    REQUIRE(radar);
    CHECK(radar->size() == 322);
    CHECK(radar->pieces[0]->channel("v_r_compensated"));
    for (const Problem& problem : (*drive)->problems()) CHECK(problem.severity == Severity::note);
  }
}

TEST_CASE("View-of-Delft: 15 boxes hold five points or more, median 180") {
  SHARED_DATA_OR_SKIP(folder, "view_of_delft");
  const test::Labelled set = test::with_own_labels(folder);
  std::map<std::string, int> classes;
  std::vector<std::size_t> points;
  const auto sweep = set.drive->read_sweep(0, 0);
  REQUIRE(sweep);
  for (const Label& label : set.labels.labels) {
    ++classes[label.class_name];
    points.push_back(count_inside(*sweep, sweep->ego_from_points.inverse() * label.cuboid_in_ego));
    CHECK_FALSE(label.score);
    // Upright in the lidar, though the camera is pitched by seven degrees.
    CHECK((label.cuboid_in_ego.pose.rotation * Vec3::UnitZ()).z() == Approx(1).margin(1e-12));
  }
  CHECK(classes == std::map<std::string, int>{{"bicycle", 3},
                                              {"Pedestrian", 3},
                                              {"Cyclist", 3},
                                              {"rider", 3},
                                              {"moped_scooter", 2},
                                              {"bicycle_rack", 1}});
  std::sort(points.begin(), points.end());
  REQUIRE(points.size() == 15);
  CHECK(points.front() >= 5);
  CHECK(points[7] == 180);
}

TEST_CASE("View-of-Delft: rows go back byte for byte, a raised box changes its place alone") {
  SHARED_DATA_OR_SKIP(folder, "view_of_delft");
  test::Labelled set = test::with_own_labels(folder);
  const auto original = read_text(folder / "lidar" / "training" / "label_2" / "00549.txt").value();
  const Label first = set.labels.labels[0];
  const auto import = test::imported(std::move(set.labels), *set.drive);
  const auto files = test::written_as("view_of_delft", import->document(), *set.drive);
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == "label_2/00549.txt");
  CHECK(files[0].content == original);

  const FrameInfo& frame = set.drive->frames()[0];
  const Track& track = import->track(first.track);
  Cuboid moved = first.cuboid_in_ego;
  moved.pose.translation.z() += 0.5;
  (*import)(set_key(import->document(),
                    track.uid,
                    {frame.name, frame.stamp},
                    world_from_ego_or_identity(*set.drive, frame.stamp) * moved));
  const std::string now =
      test::written_as("view_of_delft", import->document(), *set.drive)[0].content;
  // All but the first row as before, and of that the type, the size, the rotation and the last 1.
  CHECK(now.ends_with(original.substr(original.find('\n'))));
  const std::string row = now.substr(0, now.find('\n'));
  CHECK(row.starts_with("bicycle 0 0 "));
  CHECK(row.find(" 1.2025487345784636 0.7674832523233814 2.0832321651914945 ") !=
        std::string::npos);
  CHECK(row.ends_with(" -1.4922208312468788 1"));
}

}  // namespace
}  // namespace sweepbox
