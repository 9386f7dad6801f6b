#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/cli/answers.hpp"
#include "tests/support/program.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

// What the command line says of folders that its person may not read.

namespace fs = std::filesystem;
using sweepbox::test::Finished;
using sweepbox::test::json;
using sweepbox::test::run_sweepbox_kept_out;
using sweepbox::test::TempFolder;

namespace {

void put(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

constexpr const char* kCalibration =
    "P0: 700 0 600 0 0 700 180 0 0 0 1 0\nP1: 700 0 600 0 0 700 180 0 0 0 1 0\n"
    "P2: 700 0 600 0 0 700 180 0 0 0 1 0\nP3: 700 0 600 0 0 700 180 0 0 0 1 0\n"
    "R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n"
    "Tr_imu_to_velo: 1 0 0 0 0 1 0 0 0 0 1 0\n";
constexpr const char* kBox = "Car 0.00 0 -1.57 600 150 650 200 1.5 1.6 4.0 1.0 1.7 20.0 -1.57\n";

/// A set of each format of which the labels can be closed.
void make_sets(const fs::path& at) {
  const std::string points(32, '\0');
  put(at / "object/training/velodyne/000007.bin", points);
  put(at / "object/training/calib/000007.txt", kCalibration);
  put(at / "object/training/label_2/000007.txt", kBox);
  put(at / "tracking/velodyne/0003/000000.bin", points);
  put(at / "tracking/calib/0003.txt", kCalibration);
  put(at / "tracking/label_02/0003.txt", std::string("0 1 ") + kBox);
  put(at / "sustech/lidar/1.pcd",
      "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\n"
      "POINTS 1\nDATA ascii\n1 2 3\n");
  put(at / "sustech/label/1.json",
      R"([{"obj_id":"1","obj_type":"Car","psr":{"position":{"x":1,"y":2,"z":0},)"
      R"("rotation":{"x":0,"y":0,"z":0},"scale":{"x":4,"y":2,"z":1.5}}}])");
}

}  // namespace

TEST_CASE(
    "labels that may not be read are an error with the folder's path, and nothing is written") {
  const TempFolder temp;
  ::chmod(temp.path().c_str(), 0777);
  make_sets(temp.path());
  if (!run_sweepbox_kept_out({"--version"}))
    return sweepbox::test::say_skipped("a person without rights (the program must be reachable)");
  for (const auto& [drive, labels] : {std::pair("object", "object/training/label_2"),
                                      {"tracking", "tracking/label_02"},
                                      {"sustech", "sustech/label"}}) {
    INFO(drive);
    const std::string path = (temp / drive).string(), closed = (temp / labels).string();
    const std::string out = (temp / "out").string();
    // Its labels are read as long as they may be.
    CHECK(json::parse(run_sweepbox_kept_out({"info", path, "--json"})->out)["labels"]["cuboids"] ==
          1);
    REQUIRE(::chmod(closed.c_str(), 0) == 0);
    const Finished info = *run_sweepbox_kept_out({"info", path, "--json"});
    CHECK(info.status == 3);
    int told = 0;
    const json problems = json::parse(info.out)["problems"];
    for (const json& problem : problems)
      told +=
          problem["found"] == "Permission denied" && problem["severity"] == "error" &&
          fs::path(problem["file"].get<std::string>()).filename() == fs::path(labels).filename();
    CHECK(told == 1);
    for (const std::vector<std::string>& command : {std::vector<std::string>{"labels", path},
                                                    {"project", path},
                                                    {"convert", path, "--to", "csv", "-o", out}}) {
      const Finished done = *run_sweepbox_kept_out(command);
      INFO(command.front() << ": " << done.err);
      CHECK(done.status == 1);
      CHECK(done.out.empty());
      CHECK(done.err.starts_with("sweepbox: " + closed +
                                 ": expected a folder that can be read, found Permission denied"));
    }
    CHECK_FALSE(fs::exists(out));
    ::chmod(closed.c_str(), 0755);
  }
}

TEST_CASE("a drive that may not be entered is not called absent or of no known format") {
  const TempFolder temp;
  ::chmod(temp.path().c_str(), 0755);
  make_sets(temp / "closed");
  ::chmod((temp / "closed").c_str(), 0);
  for (const char* place : {"closed", "closed/object", "closed/object/training"}) {
    const auto done = run_sweepbox_kept_out({"info", (temp / place).string()});
    if (!done)
      return sweepbox::test::say_skipped("a person without rights (the program must be reachable)");
    INFO(place << ": " << done->err);
    CHECK(done->status == 1);
    CHECK(done->err.starts_with("sweepbox: " + (temp / "closed").string() +
                                ": expected a folder that can be read, found Permission denied"));
  }
  ::chmod((temp / "closed").c_str(), 0755);
}
