#include <catch2/catch.hpp>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/label/points.hpp"
#include "core/label/upright.hpp"
#include "made_drive.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/written_files.hpp"

// A drive whose clouds stand at UTM's numbers, which float holds to a quarter of a metre.

namespace sweepbox {
namespace {

TEST_CASE("a box at UTM coordinates goes into every label format and back to the millimetre") {
  test::TempFolder folder;
  // Nine points, 2 mm apart: a box of 5 mm holds three of them.
  std::string pcd =
      "VERSION .7\nFIELDS x y z\nSIZE 8 8 8\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 9\nHEIGHT 1\n"
      "POINTS 9\nDATA ascii\n";
  for (int i = -4; i <= 4; ++i)
    pcd += fmt::format("{:.4f} 4000004.5678 101.2345\n", 500003.1234 + 0.002 * i);
  for (const char* name : {"000001.pcd", "000002.pcd"})
    REQUIRE(write_file(folder.path() / name, pcd));
  REQUIRE(write_file(folder.path() / "poses.txt",
                     "0.8 -0.6 0 500000 0.6 0.8 0 4000000 0 0 1 100\n"
                     "0.8 -0.6 0 500001.5 0.6 0.8 0 4000000 0 0 1 100\n"));
  const auto drive = open_drive(folder.path(), {}, {}, {});
  REQUIRE(drive);
  const auto sweep = (*drive)->read_sweep(1, 0);
  REQUIRE(sweep);
  const FrameInfo& frame = (*drive)->frames()[1];
  const Vec3 centre(500003.1234, 4000004.5678, 101.2345);
  const Pose ego_from_world = (*drive)->world_from_ego(frame.stamp)->inverse();
  const Cuboid thin{pose_from_yaw(0, centre), {0.005, 0.1, 0.1}};
  CHECK(count_points(*sweep, {}, sweep->ego_from_points.inverse() * (ego_from_world * thin), {}) ==
        3);

  Document document;
  const Cuboid box{pose_from_yaw(0.3, centre), {4.1, 1.7, 1.5}};
  const auto edit = create_track(document, "car", box, {frame.name, frame.stamp}, 7);
  REQUIRE(edit);
  document = applied(*edit, document, 1);
  for (const char* name : {"sweepbox", "scale", "pandaset", "once", "openlabel", "csv"}) {
    INFO(name);
    test::TempFolder out;
    const auto files = test::written_as(name, document, **drive);
    REQUIRE_FALSE(files.empty());
    test::put(out.path(), files);
    const std::filesystem::path first = out.path() / files.front().path;
    const auto set =
        label_format(name)->read(**drive, files.size() > 1 ? first.parent_path() : first);
    REQUIRE(set);
    REQUIRE(set->labels.size() == 1);
    const Label& label = set->labels[0];
    const Cuboid back = *(*drive)->world_from_ego(label.stamp) * label.cuboid_in_ego;
    CHECK(worst_corner(back, box) < 1e-3);
  }
}

}  // namespace
}  // namespace sweepbox
