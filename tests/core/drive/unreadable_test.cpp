#include "core/drive/unreadable.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/base/files.hpp"
#include "tests/core/drive/made_folders.hpp"
#include "tests/support/disk_limits.hpp"
#include "tests/support/temp_folder.hpp"

// Folders that the person who asks may not list or enter.

namespace sweepbox {
namespace {

using test::AsNobody;
using test::put;
using test::put_kitti_object;
using test::TempFolder;

constexpr const char* kPcd =
    "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\nPOINTS 1\n"
    "DATA ascii\n1 2 3\n";

/// Everybody may enter it, as long as it lives; rights are given back so that it can be removed.
struct OpenToAll {
  TempFolder folder;
  std::vector<fs::path> closed;

  OpenToAll() { ::chmod(folder.path().c_str(), 0755); }

  ~OpenToAll() {
    for (const fs::path& path : closed) ::chmod(path.c_str(), 0755);
  }

  void close(const fs::path& path, mode_t mode = 0) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    closed.push_back(path);
  }
};

std::string why_no_drive_at(const fs::path& path) {
  return to_line(why_no_drive(path, {}, find_drives(path)));
}

}  // namespace

TEST_CASE("a folder of a drive that may not be read is one error with its name, the rest opens") {
  OpenToAll place;
  put_kitti_object(place.folder / "object/training", {"000000", "000001"});
  put(place.folder / "tracking/velodyne/0000/000000.bin", test::bin_of(3));
  put(place.folder / "tracking/calib/0000.txt", test::kitti_calibration());
  put(place.folder / "tracking/poses/0000.txt", std::string("1 0 0 0 0 1 0 0 0 0 1 0\n"));
  put(place.folder / "tracking/label_02/0000.txt", std::string());
  put(place.folder / "plain/clouds/1.pcd", std::string(kPcd));
  put(place.folder / "plain/images/1.png", test::png_of(10, 10));
  for (const auto& [drive, closed] : {std::pair("object", "training/image_2"),
                                      {"tracking", "poses"},
                                      {"tracking", "label_02"},
                                      {"plain", "images"}}) {
    INFO(drive << ", " << closed);
    place.close(place.folder / drive / closed, 0111);  // entered, but not listed
    const AsNobody nobody;
    const auto opened = test::opened(place.folder / drive);
    const auto errors = test::lines_of(opened->problems(), Severity::error);
    const std::string line = fs::path(closed).filename().string() +
                             ": expected a folder that can be read, found Permission denied; give "
                             "yourself the right to read and enter it";
    CHECK(std::count_if(errors.begin(), errors.end(), [&](const std::string& error) {
            return error.starts_with(line);
          }) == 1);
    CHECK_FALSE(opened->frames().empty());
  }
}

TEST_CASE("beside a lone cloud, and hidden, folders are nobody's matter") {
  OpenToAll place;
  put(place.folder / "1.pcd", std::string(kPcd));
  fs::create_directories(place.folder / "other");
  fs::create_directories(place.folder / ".cache");
  place.close(place.folder / ".cache");
  {
    const AsNobody nobody;
    CHECK(unreadable_folders(place.folder.path()).empty());
  }
  place.close(place.folder / "other");
  const AsNobody nobody;
  CHECK(unreadable_folders(place.folder.path()).size() == 1);
  CHECK(test::opened(place.folder / "1.pcd")->problems().empty());
}

TEST_CASE("a place that may not be read is told from one that holds no drive, and from nothing") {
  OpenToAll place;
  put(place.folder / "set/example/lidar/1.pcd", std::string(kPcd));
  fs::create_directories(place.folder / "set/empty");
  CHECK_THAT(why_no_drive_at(place.folder / "nowhere"),
             Catch::StartsWith((place.folder / "nowhere").string() +
                               ": expected a drive, found nothing at this place"));
  CHECK_THAT(why_no_drive_at(place.folder / "set/empty"),
             Catch::Contains("none in any format that is known"));
  const std::string set = (place.folder / "set").string();
  const std::string denied = ": expected a folder that can be read, found Permission denied";
  for (const mode_t mode : {mode_t{0}, mode_t{0444}, mode_t{0111}}) {
    place.close(set, mode);
    const AsNobody nobody;
    CHECK_THAT(why_no_drive_at(set), Catch::StartsWith(set + denied));
    if (mode != 0111)
      CHECK_THAT(why_no_drive_at(set + "/example"), Catch::StartsWith(set + denied));
  }
  // Where only what lies below is closed, that is named.
  place.close(set, 0755);
  place.close(set + "/example/lidar");
  const AsNobody nobody;
  CHECK_THAT(why_no_drive_at(set), Catch::StartsWith(set + "/example/lidar" + denied));
}

}  // namespace sweepbox
