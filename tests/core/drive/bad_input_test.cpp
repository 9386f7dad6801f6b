#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "core/base/files.hpp"
#include "core/drive/table_drive.hpp"
#include "tests/core/drive/made_folders.hpp"
#include "tests/support/temp_folder.hpp"

// Drives whose files are damaged, each opened and read as the program does it: what can be read is,
// and the file with what is wrong is named.

namespace sweepbox {
namespace {

using test::lines_of;
using test::opened;
using test::put;
using test::TempFolder;

/// A drive of frames 000000 … 000002.
fs::path three_frames(const TempFolder& folder) {
  test::put_kitti_object(folder / "training", {"000000", "000001", "000002"});
  return folder / "training";
}

std::size_t points_of(const Drive& drive, int frame) {
  const auto sweep = drive.read_sweep(frame, 0);
  return sweep ? sweep->size() : 0;
}

std::vector<std::byte> pcd_of(int points, const std::string& claimed) {
  const std::string header =
      "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nPOINTS " + claimed +
      "\nDATA binary\n";
  const std::vector<float> values(static_cast<std::size_t>(points) * 3, 1.f);
  std::vector<std::byte> file(header.size() + values.size() * sizeof(float));
  std::memcpy(file.data(), header.data(), header.size());
  std::memcpy(file.data() + header.size(), values.data(), values.size() * sizeof(float));
  return file;
}

}  // namespace

TEST_CASE("a truncated .bin of a drive gives its whole points, and its name with what is missing") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  auto bytes = test::bin_of(3);
  bytes.resize(bytes.size() - 5);
  put(root / "velodyne/000001.bin", bytes);
  const auto drive = opened(root);
  const auto sweep = drive->read_sweep(1, 0);
  REQUIRE(sweep);
  CHECK(sweep->size() == 2);
  REQUIRE(sweep->problems.size() == 1);
  CHECK(sweep->problems[0].severity == Severity::error);
  CHECK(sweep->problems[0].file == "velodyne/000001.bin");
  CHECK(sweep->problems[0].where == "byte 32");
  CHECK(points_of(*drive, 2) == 3);
}

TEST_CASE("a truncated PCD of a drive gives its whole points and names its file") {
  const TempFolder folder;
  auto bytes = pcd_of(3, "3");
  bytes.resize(bytes.size() - 1);
  put(folder / "scene/lidar/000001.pcd", bytes);
  put(folder / "scene/lidar/000002.pcd", pcd_of(3, "3"));
  const auto drive = opened(folder / "scene");
  const auto sweep = drive->read_sweep(0, 0);
  REQUIRE(sweep);
  CHECK(sweep->size() == 2);
  REQUIRE(sweep->problems.size() == 1);
  CHECK(sweep->problems[0].file == "lidar/000001.pcd");
  CHECK(english(sweep->problems[0].expected) == "3 as the header says");
  CHECK(points_of(*drive, 1) == 3);
}

TEST_CASE("a PCD header that claims billions of points costs no memory") {
  const TempFolder folder;
  put(folder / "scene/lidar/000001.pcd", pcd_of(3, "99999999999999"));
  const auto drive = opened(folder / "scene");
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const auto sweep = drive->read_sweep(0, 0);
  getrusage(RUSAGE_SELF, &after);
  REQUIRE(sweep);
  CHECK(sweep->size() == 3);
  CHECK(sweep->problems.size() == 1);
  CHECK(after.ru_maxrss - before.ru_maxrss < 64 * 1024);  // kB
}

TEST_CASE("NaN points of a drive are dropped and counted") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  auto bytes = test::bin_of(3);
  const std::uint32_t nan = 0x7FC00000;
  std::memcpy(bytes.data() + 16, &nan, 4);
  put(root / "velodyne/000000.bin", bytes);
  const auto sweep = opened(root)->read_sweep(0, 0);
  REQUIRE(sweep);
  CHECK(sweep->size() == 2);
  REQUIRE(sweep->problems.size() == 1);
  CHECK(sweep->problems[0].severity == Severity::warning);
  CHECK(english(sweep->problems[0].found) == "1 of 3 points with NaN or infinity");
}

TEST_CASE("a missing image leaves its frame with the sweep and is counted and named") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  fs::remove(root / "image_2/000001.png");
  const auto drive = opened(root);
  REQUIRE(drive->frames().size() == 3);
  CHECK(drive->frames()[1].images.empty());
  CHECK(drive->missing_images() == 1);
  CHECK(points_of(*drive, 1) == 3);
  const auto lines = lines_of(drive->problems(), Severity::warning);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] ==
        "image_2: frame 000001: expected a file for every frame from the first to the last, found "
        "1 is "
        "absent; copy them from where the drive came from");
  const auto image = drive->read_image(1, 0, 0);
  REQUIRE_FALSE(image);
  CHECK(image.error().where == "frame 000001");
}

TEST_CASE("a missing sweep leaves its frame with the image") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  fs::remove(root / "velodyne/000001.bin");
  const auto drive = opened(root);
  REQUIRE(drive->frames().size() == 3);
  CHECK_FALSE(drive->frames()[1].sweeps[0]);
  CHECK(drive->frames()[1].images.size() == 1);
  CHECK(drive->missing_sweeps() == 1);
  CHECK_FALSE(drive->read_sweep(1, 0));
  CHECK(drive->read_image(1, 0, 0));
}

TEST_CASE("a calibration whose rotation is none leaves its images out and gives the determinant") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  put(root / "calib/000001.txt", test::kitti_calibration("0 -1 0 0 0 -1 1.5 0 0"));
  const auto drive = opened(root);
  REQUIRE(drive->frames().size() == 3);
  CHECK(drive->frames()[1].images.empty());
  CHECK(drive->frames()[2].images.size() == 1);
  CHECK_FALSE(drive->ego_from("camera_rect_0", 1));
  CHECK(drive->ego_from("camera_rect_0", 2));
  CHECK(points_of(*drive, 1) == 3);
  const auto lines = lines_of(drive->problems(), Severity::error);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] ==
        "calib/000001.txt: line 6, Tr_velo_to_cam: expected a rotation (determinant 1), found "
        "determinant "
        "1.5000, axes off by 1.2; take this file from the data set again");
  CHECK(lines[1].starts_with("image_2: expected a calibration for every image"));
}

TEST_CASE("a mirrored calibration is no rotation either") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  put(root / "calib/000000.txt", test::kitti_calibration("0 1 0 0 0 -1 1 0 0"));
  const auto drive = opened(root);
  CHECK(drive->frames()[0].images.empty());
  const auto lines = lines_of(drive->problems(), Severity::error);
  REQUIRE_FALSE(lines.empty());
  CHECK(lines[0].find("determinant -1.0000") != std::string::npos);
}

TEST_CASE("an unreadable sweep in the middle is an error with its name, the others are read") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  // A folder in the file's place: rights would not stop root.
  fs::remove(root / "velodyne/000001.bin");
  fs::create_symlink(root / "velodyne/nowhere", root / "velodyne/000001.bin");
  const auto drive = opened(root);
  const auto sweep = drive->read_sweep(1, 0);
  REQUIRE_FALSE(sweep);
  CHECK(sweep.error().file == "velodyne/000001.bin");
  CHECK(english(sweep.error().found) == "No such file or directory");
  CHECK(points_of(*drive, 0) == 3);
  CHECK(points_of(*drive, 2) == 3);
}

TEST_CASE("a truncated image in the middle is an error with its name, the others are read") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  auto png = test::png_of(100, 40);
  png.resize(png.size() / 2);
  put(root / "image_2/000001.png", png);
  const auto drive = opened(root);
  const auto image = drive->read_image(1, 0, 0);
  REQUIRE_FALSE(image);
  CHECK(image.error().file == "image_2/000001.png");
  CHECK(drive->read_image(2, 0, 0));
}

TEST_CASE("an image that is none is named at once, and its frame keeps the sweep") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  put(root / "image_2/000001.png", std::string("these are no pixels"));
  const auto drive = opened(root);
  CHECK(drive->frames()[1].images.empty());
  CHECK(drive->missing_images() == 1);
  const auto lines = lines_of(drive->problems(), Severity::error);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("image_2/000001.png: expected a JPEG or PNG picture"));
}

TEST_CASE("a link out of the drive is followed, never in silence") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  fs::rename(root / "velodyne/000001.bin", folder / "elsewhere.bin");
  fs::create_symlink(folder / "elsewhere.bin", root / "velodyne/000001.bin");
  const auto drive = opened(root);
  CHECK(points_of(*drive, 1) == 3);
  const auto lines = lines_of(drive->problems(), Severity::note);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("velodyne/000001.bin: expected files inside the drive's folder"));
}

TEST_CASE("a linked folder is one note for all of its files") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  fs::rename(root / "velodyne", folder / "elsewhere");
  fs::create_directory_symlink(folder / "elsewhere", root / "velodyne");
  const auto lines = lines_of(opened(root)->problems(), Severity::note);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("3 files outside") != std::string::npos);
}

TEST_CASE("a link to labels outside of the drive is told like one to a cloud") {
  const TempFolder folder;
  const fs::path root = three_frames(folder);
  put(folder / "elsewhere.txt", std::string("DontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1 -1 -1 -10\n"));
  fs::create_directories(root / "label_2");
  fs::create_symlink(folder / "elsewhere.txt", root / "label_2/000001.txt");
  const auto lines = lines_of(opened(root)->problems(), Severity::note);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("label_2/000001.txt: expected files inside the drive's folder"));
}

TEST_CASE("every prefix of a calibration file opens the drive without a crash") {
  const TempFolder folder;
  test::put_kitti_object(folder / "training", {"000000"});
  const std::string good = test::kitti_calibration();
  for (std::size_t n = 0; n < good.size(); n += 3) {
    put(folder / "training/calib/000000.txt", good.substr(0, n));
    const auto drive = opened(folder / "training");
    REQUIRE(drive->frames().size() == 1);
  }
}

TEST_CASE("a SUSTechPOINTS calibration that is broken leaves its camera out and is named") {
  const TempFolder folder;
  put(folder / "scene/lidar/000001.pcd", pcd_of(3, "3"));
  put(folder / "scene/camera/front/000001.png", test::png_of(8, 8));
  const auto errors = [&](const std::string& calibration) {
    put(folder / "scene/calib/camera/front.json", calibration);
    const auto drive = opened(folder / "scene");
    CHECK(drive->info().cameras.empty());
    CHECK(points_of(*drive, 0) == 3);
    const auto lines = lines_of(drive->problems(), Severity::error);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("calib/camera/front.json: "));
    return lines[0];
  };
  CHECK(errors("{").find("expected JSON") != std::string::npos);
  CHECK(errors("[1]").find("expected an object") != std::string::npos);
  CHECK(errors(R"({"extrinsic": "no", "intrinsic": []})").find("16 numbers") != std::string::npos);
  CHECK(errors(R"({"extrinsic": [2,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1], "intrinsic": []})")
            .find("determinant 2.0000") != std::string::npos);
  CHECK(errors(R"({"extrinsic": [1,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1], "intrinsic": [1,2,3]})")
            .find("9 or 12 numbers") != std::string::npos);
  CHECK(
      errors(
          R"({"extrinsic": [1,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1], "intrinsic": [0,0,0,0,0,0,0,0,1]})")
          .find("fx 0 cx") != std::string::npos);
}

TEST_CASE("a folder without a drive and a path without a folder say so") {
  const TempFolder folder;
  const auto empty = open_drive(folder.path(), {}, {}, {});
  REQUIRE_FALSE(empty);
  CHECK(english(empty.error().found) == "none in any format that is known");
  const auto nothing = open_drive(folder / "nothing", {}, {}, {});
  REQUIRE_FALSE(nothing);
  CHECK(english(nothing.error().found) == "nothing at this place");
}

TEST_CASE("a pipe or a device as a drive is one sentence, whatever its name") {
  const TempFolder folder;
  for (const char* name : {"pipe", "pipe.bag", "pipe.mcap", "pipe.db3", "pipe.json", "pipe.pcd"}) {
    const fs::path pipe = folder / name;
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const auto drive = open_drive(pipe, {}, {}, {});
    REQUIRE_FALSE(drive);
    CHECK(to_line(drive.error()) ==
          pipe.string() + ": expected a folder or a file, found a pipe; name a drive");
  }
  const auto zero = open_drive("/dev/zero", {}, {}, {});
  REQUIRE_FALSE(zero);
  CHECK(to_line(zero.error()) ==
        "/dev/zero: expected a folder or a file, found a device; name a drive");
}

TEST_CASE("a folder or a pipe in the place of a cloud, an image or a calibration is named") {
  for (const char* name :
       {"velodyne/000001.bin", "image_2/000001.png", "calib/000001.txt", "label_2/000001.txt"})
    for (const bool pipe : {false, true}) {
      INFO(name << (pipe ? ", a pipe" : ", a folder"));
      const TempFolder folder;
      const fs::path root = three_frames(folder);
      fs::create_directories(root / "label_2");
      fs::remove(root / name);
      if (pipe)
        REQUIRE(::mkfifo((root / name).c_str(), 0600) == 0);
      else
        fs::create_directory(root / name);
      const auto drive = opened(root);
      std::vector<std::string> lines = lines_of(drive->problems(), Severity::error);
      for (int frame = 0; frame < static_cast<int>(drive->frames().size()); ++frame)
        if (const auto sweep = drive->read_sweep(frame, 0); !sweep)
          lines.push_back(to_line(sweep.error()));
      if (std::string_view(name).starts_with("label")) {
        CHECK(drive->frames().size() == 3);  // its labels' reader names it
        continue;
      }
      CHECK(std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.find(name) != std::string::npos &&
               line.find(pipe ? "found a pipe" : "found a folder") != std::string::npos;
      }));
      CHECK(points_of(*drive, 0) == 3);
    }
}

TEST_CASE("names of sensors and frames beyond 1,000 bytes are left out and told") {
  const TempFolder folder;
  const fs::path root = folder / "drive";
  const std::string word(1'001, 'n');
  for (const int stamp : {1, 2}) put(root / fmt::format("{}.bin", stamp), test::bin_of(3));
  DriveTables tables;
  tables.info.root = root;
  tables.info.name = word;
  for (const std::string& name : {std::string("top"), word}) {
    TableLidar lidar{name, {}, {}, {}};
    lidar.sweeps.push_back({"1", Stamp{1'000}, root / "1.bin"});
    lidar.sweeps.push_back({word, Stamp{200'000'000}, root / "2.bin"});
    tables.lidars.push_back(lidar);
  }
  tables.frames_of_reference[{word, -1}] = Pose();
  const auto drive = make_table_drive(std::move(tables), {});
  REQUIRE(drive);
  CHECK((*drive)->info().lidars.size() == 1);
  CHECK((*drive)->frames().size() == 1);
  CHECK((*drive)->info().name.size() <= 1'024);
  const auto lines = lines_of((*drive)->problems(), Severity::error);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("expected names of sensors and frames of at most 1000 bytes, found 3 longer "
                      "ones, this the first") != std::string::npos);
}

}  // namespace sweepbox
