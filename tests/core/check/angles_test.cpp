#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "core/check/doctor.hpp"
#include "core/drive/formats.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

namespace fs = std::filesystem;

/// KITTI object with rotation_y, the 15th field, in degrees; all else the same.
void copy_with_degrees(const fs::path& from, const fs::path& to) {
  fs::create_directories(to / "training/label_2");
  for (const char* name : {"velodyne", "calib"})
    fs::copy(from / "training" / name, to / "training" / name, fs::copy_options::recursive);
  for (const auto& file : fs::directory_iterator(from / "training/label_2")) {
    std::ifstream in(file.path());
    std::ofstream out(to / "training/label_2" / file.path().filename());
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string word;
      for (int i = 0; words >> word; ++i) {
        if (i == 14 && word != "-10") word = fmt::format("{:.2f}", std::stod(word) * 180 / kPi);
        out << (i ? " " : "") << word;
      }
      out << "\n";
    }
  }
}

TEST_CASE("labels whose angles are degrees are named, and read with the repair") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  const test::TempFolder temp;
  copy_with_degrees(folder, temp.path());
  const auto drive = open_drive(temp.path(), "kitti_object", {}, {});
  REQUIRE(drive);
  const auto labels = read_own_labels(**drive);
  REQUIRE(labels);
  const Examination examined = examine(**drive, *labels);
  REQUIRE_FALSE(examined.findings.empty());
  CHECK(examined.findings.front().ailment == Ailment::label_angles);
  CHECK(examined.findings.front().certainty == Certainty::certain);
  CHECK(examined.findings.front().repair == "labels.angles=degrees");

  Repairs repairs;
  REQUIRE(add_repair(repairs, examined.findings.front().repair));
  const auto repaired = open_drive(temp.path(), "kitti_object", {}, repairs);
  REQUIRE(repaired);
  const auto again = read_own_labels(**repaired);
  REQUIRE(again);
  CHECK(again->labels.size() == 40);  // shared/data/README.md
  CHECK(examine(**repaired, *again).findings.empty());
}

TEST_CASE("labels of another place than the drive's are read again from there") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  const test::TempFolder temp;
  copy_with_degrees(folder, temp / "degrees");
  copy_with_degrees(folder, temp / "drive");
  DoctorOptions options;
  options.labels = {"kitti_object", temp / "degrees/training/label_2"};
  const auto named = [&] {
    const auto drive = open_drive(temp / "drive", "kitti_object", {}, {});
    REQUIRE(drive);
    const auto labels = read_labels(**drive, options.labels);
    REQUIRE(labels);
    const Examination examined = examine(**drive, *labels, options);
    return !examined.findings.empty() &&
           examined.findings.front().repair == "labels.angles=degrees";
  };
  // The drive's own hold no box.
  for (const auto& file : fs::directory_iterator(temp / "drive/training/label_2"))
    std::ofstream(file.path(), std::ios::trunc);
  CHECK(named());
  fs::remove_all(temp / "drive/training/label_2");
  CHECK(named());
}

}  // namespace
}  // namespace sweepbox
