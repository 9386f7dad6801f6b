#include "core/drive/drive.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "core/drive/table_drive.hpp"

namespace sweepbox {
namespace {

constexpr std::int64_t kMs = 1'000'000;

std::vector<Stamp> stamps(std::initializer_list<std::int64_t> ms) {
  std::vector<Stamp> list;
  for (const std::int64_t one : ms) list.push_back({one * kMs});
  return list;
}

std::vector<int> matched(std::initializer_list<std::int64_t> sweeps,
                         std::initializer_list<std::int64_t> images,
                         std::int64_t half_gap_ms = 50) {
  return match_nearest(stamps(sweeps), stamps(images), half_gap_ms * kMs);
}

TableSweep sweep_at(std::int64_t ms, std::string name) {
  return {std::move(name), {ms * kMs}, "lidar.bin"};
}

TableImage image_at(std::int64_t ms, std::string name) {
  return {std::move(name), {ms * kMs}, "image.png", std::make_shared<Camera>()};
}

DriveTables tables_of(std::vector<TableSweep> sweeps, std::vector<TableImage> images) {
  DriveTables tables;
  tables.info.name = "made";
  tables.info.root = ".";
  tables.lidars = {{"lidar", Pose(), {}, std::move(sweeps)}};
  tables.cameras = {{"front", std::move(images)}};
  return tables;
}

std::unique_ptr<Drive> made(DriveTables tables, const Repairs& repairs = {}) {
  auto drive = make_table_drive(std::move(tables), repairs);
  if (!drive) FAIL(to_line(drive.error()));
  return std::move(*drive);
}

/// "name:L" with a sweep, "name:C" with an image, "name:LC" with both.
std::vector<std::string> shape_of(const Drive& drive) {
  std::vector<std::string> shape;
  for (const FrameInfo& frame : drive.frames()) {
    shape.push_back(frame.name + ":");
    for (const auto& sweep : frame.sweeps) shape.back() += sweep ? "L" : "";
    for (const ImageFile& image : frame.images) shape.back() += image.camera == 0 ? "C" : "D";
  }
  return shape;
}

}  // namespace

TEST_CASE("each sweep gets its nearest image, and each image goes to its nearest sweep alone") {
  CHECK(matched({0, 100, 200}, {10, 90, 210}) == std::vector<int>{0, 1, 2});
  CHECK(matched({0, 100, 200}, {140, 150}) ==
        std::vector<int>{-1, 0, -1});  // 150 is as near to 100 as to 200
  CHECK(matched({0, 100}, {0, 33, 67, 100}) == std::vector<int>{0, 3});
  CHECK(matched({0, 100, 200}, {0, 200}) == std::vector<int>{0, -1, 1});
}

TEST_CASE("a drive's table of frames names, by time, those that have a pose and a sweep") {
  DriveTables tables = tables_of({sweep_at(0, "a"), sweep_at(1000, "b"), sweep_at(6000, "c")},
                                 {image_at(3000, "d")});
  // Poses are carried on by half a second.
  tables.poses = {{{0}, Pose()}, {{1000 * kMs}, Pose()}};
  const auto drive = made(std::move(tables));
  REQUIRE(drive->frames().size() == 4);
  const FrameTable& table = drive->frame_table();
  CHECK(table.named("d") == 2);
  CHECK(table.nearest({4000 * kMs}) == 2);
  CHECK(table.nearest({5000 * kMs}) == 3);
  CHECK(table.nearest_with_pose({5000 * kMs}) == 1);
  CHECK(table.nearest_with_pose({-9000 * kMs}) == 0);
  REQUIRE(table.without_sweep().size() == 1);
  CHECK(table.without_sweep()[0] == 2);
  CHECK(made(tables_of({sweep_at(0, "a")}, {}))->frame_table().nearest_with_pose({0}) == -1);
}

TEST_CASE("an image farther than half the gap from every sweep belongs to none") {
  CHECK(matched({0, 100}, {151}) == std::vector<int>{-1, -1});
  CHECK(matched({0, 100}, {150}) == std::vector<int>{-1, 0});
  CHECK(matched({}, {1, 2}).empty());
  CHECK(matched({0, 100}, {}) == std::vector<int>{-1, -1});
}

TEST_CASE("images without a sweep near them are frames of their own, in the order of time") {
  const auto drive = made(
      tables_of({sweep_at(0, "000"), sweep_at(100, "001"), sweep_at(300, "003")},
                {image_at(5, "a"), image_at(105, "b"), image_at(205, "c"), image_at(305, "d")}));
  CHECK(shape_of(*drive) == std::vector<std::string>{"000:LC", "001:LC", "c:C", "003:LC"});
  CHECK(time_offset_s(drive->frames()[1], 0) == Approx(0.005));
  CHECK_FALSE(time_offset_s(drive->frames()[2], 0));
}

TEST_CASE("images of several cameras at one instant make one frame") {
  DriveTables tables = tables_of({sweep_at(0, "000"), sweep_at(100, "001")}, {image_at(500, "c")});
  tables.cameras.push_back({"left", {image_at(505, "c")}});
  CHECK(shape_of(*made(std::move(tables))) == std::vector<std::string>{"000:L", "001:L", "c:CD"});
}

TEST_CASE("files are matched by equal names where the set has no stamps") {
  DriveTables tables = tables_of({sweep_at(0, "a"), sweep_at(1000, "b")},
                                 {image_at(1000, "b"), image_at(2000, "c")});
  tables.match_by_name = true;
  CHECK(shape_of(*made(std::move(tables))) == std::vector<std::string>{"a:L", "b:LC", "c:C"});
}

TEST_CASE("a drive of images alone has a frame for each image of its first camera") {
  DriveTables tables = tables_of({}, {image_at(0, "a"), image_at(100, "b")});
  tables.cameras.push_back({"left", {image_at(10, "a"), image_at(110, "b")}});
  const auto drive = made(std::move(tables));
  CHECK(shape_of(*drive) == std::vector<std::string>{"a:CD", "b:CD"});
  CHECK(drive->info().lidars.empty());
}

TEST_CASE("no two frames share a name, since keyframes find them by it") {
  const auto drive = made(tables_of({sweep_at(0, "7"), sweep_at(100, "8")}, {image_at(500, "8")}));
  CHECK(shape_of(*drive) == std::vector<std::string>{"7:L", "8:L", "8~2:C"});
}

TEST_CASE("a drive without any file is refused with what kept its files out") {
  DriveTables tables = tables_of({}, {});
  CHECK(english(make_table_drive(tables, {}).error().found) == "no sweep and no image");
  tables.problems.push_back({Severity::error, "calib.txt", {}, "a rotation", "none", {}});
  CHECK(make_table_drive(tables, {}).error().file == "calib.txt");
}

TEST_CASE("poses are interpolated between, held half a second beyond, and empty farther") {
  DriveTables tables = tables_of({sweep_at(0, "0"), sweep_at(100, "1")}, {});
  tables.poses = {{{0}, pose_from_yaw(0, Vec3(1, 0, 0))},
                  {{100 * kMs}, pose_from_yaw(kPi / 2, Vec3(3, 4, 0))}};
  const auto drive = made(std::move(tables));
  CHECK(drive->info().poses);
  const auto middle = drive->world_from_ego({25 * kMs});
  REQUIRE(middle);
  CHECK(middle->translation.isApprox(Vec3(1.5, 1, 0), 1e-12));
  CHECK(yaw_of(middle->rotation) == Approx(kPi / 8));
  CHECK(drive->world_from_ego({600 * kMs})->translation == Vec3(3, 4, 0));
  CHECK(drive->world_from_ego({-500 * kMs})->translation == Vec3(1, 0, 0));
  CHECK_FALSE(drive->world_from_ego({601 * kMs}));
  CHECK_FALSE(drive->world_from_ego({-501 * kMs}));
  // A point fixed in the world at (3, 4, 0) stands 4.47 m away first and at ego itself in the end.
  const Vec3 first = ego_from_ego(*drive, {100 * kMs}, {0}) * Vec3::Zero();
  CHECK(first.isApprox(Vec3(2, 4, 0), 1e-12));
  CHECK(ego_from_ego(*drive, {0}, {9'000 * kMs}) == Pose());
}

TEST_CASE("frames are found by name and by time") {
  const auto drive =
      made(tables_of({sweep_at(0, "a"), sweep_at(100, "b"), sweep_at(300, "c")}, {}));
  CHECK(drive->frame_table().named("b") == 1);
  CHECK_FALSE(drive->frame_table().named("x"));
  CHECK(drive->frame_table().nearest({-5 * kMs}) == 0);
  CHECK(drive->frame_table().nearest({50 * kMs}) == 0);
  CHECK(drive->frame_table().nearest({51 * kMs}) == 1);
  CHECK(drive->frame_table().nearest({999 * kMs}) == 2);
  CHECK(drive->frame_table().gap_ns() == 100 * kMs);  // the lower middle of 100 and 200
  CHECK(made(tables_of({sweep_at(0, "a")}, {}))->frame_table().gap_ns() == 100 * kMs);
}

TEST_CASE("repairs: an image shift moves each image to the frame so many later") {
  Repairs repairs;
  REQUIRE(add_repair(repairs, "images.front.shift=1"));
  DriveTables tables = tables_of({sweep_at(0, "0"), sweep_at(100, "1"), sweep_at(200, "2")}, {});
  for (int i = 0; i < 3; ++i)
    tables.cameras[0].images.push_back(
        {std::to_string(i), {i * 100 * kMs}, fmt::format("{}.png", i), std::make_shared<Camera>()});
  const auto drive = made(std::move(tables), repairs);
  CHECK(shape_of(*drive) == std::vector<std::string>{"0:L", "1:LC", "2:LC"});
  CHECK(drive->frames()[1].images[0].file == "0.png");
  CHECK(drive->frames()[1].images[0].stamp.ns == 100 * kMs);
}

TEST_CASE("repairs: an inverted camera is led through the points' own frame") {
  // The file says camera_from_points for points_from_camera; ego is the points' frame turned by
  // 90°.
  const Pose points_from_camera = {from_roll_pitch_yaw(0.1, 0.2, 0.3), Vec3(1, 2, 3)};
  const Pose ego_from_points = pose_from_yaw(kPi / 2);
  DriveTables tables = tables_of({sweep_at(0, "0")}, {image_at(0, "0")});
  tables.lidars[0].ego_from_points = ego_from_points;
  auto camera = std::make_shared<Camera>();
  camera->camera_from_ego = points_from_camera * ego_from_points.inverse();
  tables.cameras[0].images[0].calibration = camera;
  Repairs repairs;
  REQUIRE(add_repair(repairs, "extrinsics.front=inverse"));
  const auto drive = made(std::move(tables), repairs);
  const Vec3 point(4, 5, 6);
  const Vec3 expected = points_from_camera.inverse() * point;
  const Pose found = drive->frames()[0].images[0].calibration->camera_from_ego;
  CHECK((found * (ego_from_points * point)).isApprox(expected, 1e-12));
  CHECK((drive->ego_from("front", 0)->inverse() * (ego_from_points * point))
            .isApprox(expected, 1e-12));
}

TEST_CASE("repairs: an offset moves one sensor's stamps, a rate those of a drive without a clock") {
  Repairs repairs;
  REQUIRE(add_repair(repairs, "stamps.front.offset_ms=-40.5"));
  const auto moved = made(tables_of({sweep_at(0, "0")}, {image_at(45, "0")}), repairs);
  CHECK(time_offset_s(moved->frames()[0], 0) == Approx(0.0045));

  Repairs rate;
  REQUIRE(add_repair(rate, "rate_hz=2"));
  DriveTables tables = tables_of({sweep_at(0, "0"), sweep_at(100, "1")}, {});
  tables.assumed_rate_hz = 10;
  CHECK(made(tables, rate)->frame_table().gap_ns() == 500 * kMs);
  tables.assumed_rate_hz = 0;
  CHECK(make_table_drive(tables, rate).error().where == "repair rate_hz");
}

TEST_CASE("stamps so far off that their differences would overflow are refused") {
  DriveTables tables = tables_of({sweep_at(0, "0")}, {});
  tables.lidars[0].sweeps.push_back({"1", {std::numeric_limits<std::int64_t>::max()}, "lidar.bin"});
  const auto drive = make_table_drive(tables, {});
  REQUIRE_FALSE(drive);
  CHECK(drive.error().where == "stamps");
}

TEST_CASE("repairs of a sensor that the drive does not have are refused with those it has") {
  Repairs repairs;
  REQUIRE(add_repair(repairs, "extrinsics.back=inverse"));
  const auto drive = make_table_drive(tables_of({sweep_at(0, "0")}, {image_at(0, "0")}), repairs);
  REQUIRE_FALSE(drive);
  CHECK(english(drive.error().expected) == "a sensor: lidar, front");
}

TEST_CASE("repairs are checked when they are added, and unknown ones refused with the list") {
  Repairs repairs;
  for (const char* good : {"extrinsics.a=inverse",
                           "extrinsics.LIDAR.TOP=inverse",
                           "images.front.shift=-10",
                           "stamps.a.offset_ms=1e3",
                           "rate_hz=0.5"}) {
    INFO(good);
    CHECK(add_repair(repairs, good));
  }
  CHECK(repairs.values.size() == 5);
  CHECK(repairs.value("images.front.shift") == "-10");
  for (const char* bad : {"extrinsics.a=other",
                          "extrinsics.=inverse",
                          "images.front.shift=11",
                          "images.front.shift=1.5",
                          "stamps.a.offset_ms=nan",
                          "rate_hz=0",
                          "rate_hz",
                          "rate_hzz=3",
                          "=",
                          ""}) {
    INFO(bad);
    CHECK_FALSE(add_repair(repairs, bad));
  }
  const std::string list = english(add_repair(repairs, "speed=3").error().fix);
  for (const RepairKind& kind : repair_kinds()) {
    CHECK(list.find(kind.name) != std::string::npos);
    CHECK_FALSE(kind.values.empty());
    CHECK_FALSE(kind.meaning.empty());
  }
}

}  // namespace sweepbox
