#include "core/drive/sweepbox_folder.hpp"

#include <catch2/catch.hpp>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/picture/picture.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

constexpr std::int64_t kStart = 1'700'000'000'123'456'789;
constexpr std::int64_t kGap = 100'000'000;

PointCloud cloud_of(float first) {
  PointCloud cloud;
  cloud.x = {first, 2.5F};
  cloud.y = {-1, 0.1F};
  cloud.z = {0.25F, -3};
  cloud.channels = {{"intensity", {0.5F, 1}}, {"ring", {3, 63}}, {"time", {-0.05F, 0.05F}}};
  update_bounds(cloud);
  return cloud;
}

Camera camera_of(const std::string& name) {
  // A number that decimal digits cut short would change: 1/3 of a pixel.
  KannalaBrandt lens{200.0 / 3, 66, 31.5, 23.5, {-0.02, 0.003, 0, 0}, 0};
  lens.find_limit();
  const Pose ego_from_camera{from_roll_pitch_yaw(-1.5, 0.02, -1.6), {1.7, 0.1, 1.5}};
  return {name, lens, 64, 48, ego_from_camera.inverse()};
}

Pose pose_at(int i) {
  return {from_roll_pitch_yaw(0.01, -0.02, 0.1 * i), {4.5e5 + 0.7 * i, 5.4e6, 31.25}};
}

/// Four frames of one lidar and one camera, names with what a path must not hold.
void write_drive(const fs::path& folder,
                 const std::vector<std::string>& names = {"000000", "000001", "000002", "000003"}) {
  SweepboxFolderWriter writer(folder, "my drive", true);
  writer.add_lidar({"top", Pose{from_roll_pitch_yaw(0, 0, 1.0 / 3), {1.1, 0, 1.9}}, true});
  writer.add_camera(camera_of("front"));
  const Image image{64, 48, std::vector<std::uint8_t>(64 * 48 * 4, 200), 64, 48};
  const auto png = encode_png(image);
  REQUIRE(png);
  for (int i = 0; i < static_cast<int>(names.size()); ++i) {
    const Stamp stamp{kStart + i * kGap};
    writer.add_pose(stamp, pose_at(i));
    const int frame = writer.add_frame({names[static_cast<std::size_t>(i)], stamp});
    REQUIRE(writer.write_sweep(frame, "top", stamp, cloud_of(static_cast<float>(i))));
    REQUIRE(writer.write_image(frame, "front", Stamp{stamp.ns + 7'000'001}, *png));
  }
  const auto finished = writer.finish(R"({"tracks": []})");
  INFO((finished ? std::string() : to_line(finished.error())));
  REQUIRE(finished);
}

std::shared_ptr<const Drive> opened(const fs::path& folder) {
  const auto drive = open_drive(folder, {}, {}, {});
  INFO((drive ? std::string() : to_line(drive.error())));
  REQUIRE(drive);
  return *drive;
}

void replace(const fs::path& file, std::string_view from, std::string_view to) {
  std::string content = read_text(file).value();
  const std::size_t at = content.find(from);
  REQUIRE(at != std::string::npos);
  REQUIRE(write_file(file, content.replace(at, from.size(), to)));
}

/// A problem of that severity whose place contains the words.
bool told(const Drive& drive, Severity severity, std::string_view where) {
  for (const Problem& problem : drive.problems())
    if (problem.severity == severity && (problem.where.find(where) != std::string::npos ||
                                         problem.file.find(where) != std::string::npos))
      return true;
  return false;
}

TEST_CASE("Sweepbox's folder comes back as it was written, to the last bit") {
  const test::TempFolder temp;
  write_drive(temp / "d");
  const auto drive = opened(temp / "d");
  CHECK(drive->info().format == "sweepbox");
  CHECK(drive->info().name == "my drive");
  CHECK(drive->info().sequence);
  CHECK(drive->info().poses);
  CHECK(drive->problems().empty());
  REQUIRE(drive->info().labels.size() == 1);
  CHECK(drive->info().labels[0].path.filename() == "labels.json");
  REQUIRE(drive->frames().size() == 4);
  for (int i = 0; i < 4; ++i) {
    const FrameInfo& frame = drive->frames()[static_cast<std::size_t>(i)];
    CHECK(frame.stamp.ns == kStart + i * kGap);
    REQUIRE(frame.image(0));
    CHECK(frame.image(0)->stamp.ns == kStart + i * kGap + 7'000'001);
    const Camera& read = *frame.image(0)->calibration;
    const Camera written = camera_of("front");
    CHECK(parameters_of(read.lens) == parameters_of(written.lens));
    CHECK((read.camera_from_ego.translation - written.camera_from_ego.translation).norm() == 0);
    CHECK(angle_between(read.camera_from_ego.rotation, written.camera_from_ego.rotation) < 1e-12);
    const auto pose = drive->world_from_ego(frame.stamp);
    REQUIRE(pose);
    CHECK(pose->translation == pose_at(i).translation);
    const auto sweep = drive->read_sweep(i, 0);
    REQUIRE(sweep);
    REQUIRE(sweep->pieces.size() == 1);
    const PointCloud expected = cloud_of(static_cast<float>(i));
    CHECK(sweep->pieces[0]->x == expected.x);
    CHECK(sweep->pieces[0]->z == expected.z);
    for (const Channel& channel : expected.channels) {
      REQUIRE(sweep->pieces[0]->channel(channel.name));
      CHECK(sweep->pieces[0]->channel(channel.name)->values == channel.values);
    }
    CHECK(yaw_of(sweep->ego_from_points.rotation) == Approx(1.0 / 3).epsilon(1e-12));
    REQUIRE(drive->read_image(i, 0, 0));
  }
  CHECK(drive->ego_from("top", 0).has_value());
  CHECK(drive->ego_from("front", 0).has_value());
}

TEST_CASE(
    "names with slashes and dots become files below the folder, and stay two where they differ") {
  const test::TempFolder temp;
  const std::vector<std::string> names = {"../a/b", "../a_b", ".hidden", "ü"};
  write_drive(temp / "d", names);
  for (const auto& entry : fs::directory_iterator(temp.path()))
    CHECK(entry.path().filename() == "d");
  const auto drive = opened(temp / "d");
  REQUIRE(drive->frames().size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(drive->frames()[i].name == names[i]);
    const auto sweep = drive->read_sweep(static_cast<int>(i), 0);
    REQUIRE(sweep);
    CHECK(sweep->pieces[0]->x[0] == static_cast<float>(i));
  }
}

TEST_CASE("an image belongs to the frame that lists it, however far from its sweep it was taken") {
  // As PandaSet's back camera, whose image was taken a whole gap before its sweep.
  const test::TempFolder temp;
  SweepboxFolderWriter writer(temp / "d", "late", true);
  writer.add_lidar({"top", Pose(), false});
  writer.add_camera(camera_of("front"));
  const auto png = encode_png({8, 6, std::vector<std::uint8_t>(8 * 6 * 4, 200), 8, 6});
  REQUIRE(png);
  for (int i = 0; i < 3; ++i) {
    const Stamp stamp{kStart + i * kGap};
    REQUIRE(writer.add_frame({fmt::format("0{}", i), stamp}) == i);
    REQUIRE(writer.write_sweep(i, "top", stamp, cloud_of(1)));
    REQUIRE(writer.write_image(i, "front", {stamp.ns - kGap + 1}, *png));
  }
  REQUIRE(writer.finish({}));
  const auto drive = opened(temp / "d");
  REQUIRE(drive->frames().size() == 3);
  for (const FrameInfo& frame : drive->frames()) {
    REQUIRE(frame.image(0));
    CHECK(frame.stamp.ns - frame.image(0)->stamp.ns == kGap - 1);
  }
  // Two frames of one name stay two, each with its image.
  replace(temp / "d/drive.json", "\"name\": \"01\"", "\"name\": \"00\"");
  const auto twice = opened(temp / "d");
  REQUIRE(twice->frames().size() == 3);
  CHECK(twice->frames()[1].name == "00~2");
  for (const FrameInfo& frame : twice->frames()) CHECK(frame.image(0) != nullptr);
}

TEST_CASE("an absent file in the middle is counted and the rest opens") {
  const test::TempFolder temp;
  write_drive(temp / "d");
  fs::remove(temp / "d/sweeps/top/000001.pcd");
  fs::remove(temp / "d/images/front/000003.png");
  const auto drive = opened(temp / "d");
  CHECK(drive->missing_sweeps() == 1);
  CHECK(drive->missing_images() == 0);  // the last one is no hole
  CHECK(told(*drive, Severity::warning, "sweeps/top/000001.pcd"));
  CHECK(told(*drive, Severity::note, "front"));
  CHECK(drive->read_sweep(0, 0));
}

TEST_CASE("a path that leads out of the drive is refused, as a name or as a link") {
  const test::TempFolder temp;
  write_drive(temp / "d");
  REQUIRE(write_file(temp / "secret.pcd", std::string_view("secret")));
  replace(temp / "d/drive.json", "sweeps/top/000000.pcd", "../secret.pcd");
  fs::remove(temp / "d/sweeps/top/000001.pcd");
  fs::create_symlink(temp / "secret.pcd", temp / "d/sweeps/top/000001.pcd");
  const auto drive = opened(temp / "d");
  CHECK(told(*drive, Severity::error, "frames[0], sweeps, top"));
  CHECK(told(*drive, Severity::error, "frames[1], sweeps, top"));
  for (const FrameInfo& frame : drive->frames())
    if (frame.sweeps[0]) CHECK(frame.sweeps[0]->file.find("secret") == std::string::npos);
}

TEST_CASE("a rotation that is none is told, and its sensor left out") {
  const test::TempFolder temp;
  write_drive(temp / "d");
  std::string json = read_text(temp / "d/drive.json").value();
  const std::size_t camera = json.find("\"camera_from_ego\"");
  REQUIRE(camera != std::string::npos);
  const std::size_t open = json.find('[', camera), close = json.find(']', camera);
  json.replace(open, close - open + 1, "[0, 0, 0, 2, 0, 0, 0]");
  REQUIRE(write_file(temp / "d/drive.json", json));
  const auto drive = opened(temp / "d");
  CHECK(told(*drive, Severity::error, "cameras, front, camera_from_ego"));
  CHECK(drive->info().cameras.empty());
  CHECK(drive->frames().size() == 4);
}

TEST_CASE("bad lines of poses.csv are told by number, and the others serve") {
  const test::TempFolder temp;
  write_drive(temp / "d");
  std::string poses = read_text(temp / "d/poses.csv").value();
  poses += "1,2,3\nnan,1,2,3,1,0,0,0\n" + std::to_string(kStart) +
           ",0,0,0,1,0,0,0\n";  // the last is out of order
  REQUIRE(write_file(temp / "d/poses.csv", poses));
  const auto drive = opened(temp / "d");
  CHECK(told(*drive, Severity::error, "line 6"));
  CHECK(drive->info().poses);
  CHECK(drive->world_from_ego(Stamp{kStart})->translation == pose_at(0).translation);
}

TEST_CASE("broken, foreign and newer drive.json files are refused with their reason") {
  const test::TempFolder temp;
  write_drive(temp / "d");
  const std::string good = read_text(temp / "d/drive.json").value();
  const auto refused = [&](const std::string& content) {
    REQUIRE(write_file(temp / "d/drive.json", content));
    const DriveRef ref{"d", "sweepbox", temp / "d", {}, 1, {}};
    const auto drive = open_drive(ref);
    REQUIRE_FALSE(drive);
    CHECK(drive.error().file.find("drive.json") != std::string::npos);
    return drive.error();
  };
  CHECK(refused("{\n\"sweepbox\": 1,\n\"name\" 5}").where == "line 3");
  std::string newer = good;
  newer.replace(newer.find("\"sweepbox\": 1"), 13, "\"sweepbox\": 2");
  CHECK(refused(newer).where == "sweepbox");
  CHECK(refused("[1, 2]").where == "sweepbox");
  // Every prefix: refused, never a crash.
  for (std::size_t n = 0; n + 2 < good.size(); n += 101) refused(good.substr(0, n));
  REQUIRE(write_file(temp / "d/drive.json", std::string_view("{\"other\": 1}")));
  CHECK(find_drives(temp / "d", "sweepbox").drives.empty());
}

TEST_CASE("values of the wrong kind anywhere in drive.json cost their part alone") {
  const test::TempFolder temp;
  write_drive(temp / "d");
  replace(temp / "d/drive.json", "\"stamp_ns\": 1700000000123456789", "\"stamp_ns\": \"soon\"");
  replace(temp / "d/drive.json", "\"name\": \"000002\"", "\"name\": 2");
  const auto drive = opened(temp / "d");
  CHECK(drive->frames().size() >= 3);
  replace(temp / "d/drive.json", "\"lidars\": {", "\"lidars\": 5, \"others\": {");
  const auto without = opened(temp / "d");
  CHECK(without->info().lidars.empty());
  CHECK(told(*without, Severity::error, "lidars"));
}

TEST_CASE("a folder of drives lists each of them") {
  const test::TempFolder temp;
  write_drive(temp / "one");
  write_drive(temp / "two");
  const Listing listing = find_drives(temp.path(), "sweepbox");
  REQUIRE(listing.drives.size() == 2);
  CHECK(listing.drives[0].name == "one");
  CHECK(listing.drives[1].name == "two");
}

}  // namespace
}  // namespace sweepbox
