#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using nlohmann::json;
using sweepbox::test::Finished;
using sweepbox::test::run_sweepbox;
using sweepbox::test::TempFolder;

TEST_CASE("the program tells its version and its commands") {
  CHECK(run_sweepbox({"--version"}).out == "sweepbox " SWEEPBOX_VERSION "\n");
  const Finished help = run_sweepbox({"--help"});
  CHECK(help.status == 0);
  for (const char* command :
       {"open", "info", "labels", "project", "render", "convert", "formats", "synth", "run"}) {
    INFO(command);
    CHECK(help.out.find(command) != std::string::npos);
    const Finished of_command = run_sweepbox({command, "--help"});
    CHECK(of_command.status == 0);
    CHECK(of_command.out.find("Example:") != std::string::npos);
  }
}

TEST_CASE("commands of the promise that are not there yet say so") {
  for (const char* command : {"fit", "follow", "propose", "yield"}) {
    const Finished finished = run_sweepbox({command, "somewhere"});
    CHECK(finished.status == 2);
    CHECK(finished.err.find("not there yet") != std::string::npos);
  }
}

TEST_CASE("wrong usage is status 2 and one line") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"info"},
                                                    {"info", "x", "--no-such-option"},
                                                    {"labels", "x", "--frame", "three"},
                                                    {"info", "x", "--repair", "no.such.repair=1"},
                                                    {"synth", "spec.json"}}) {
    const Finished finished = run_sweepbox(arguments);
    INFO(arguments.front() << ": " << finished.err);
    CHECK(finished.status == 2);
    CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
    CHECK(finished.out.empty());
  }
}

TEST_CASE("what is no drive fails with one line that names it") {
  const TempFolder empty;
  for (const char* command : {"info", "labels", "project"}) {
    const Finished finished = run_sweepbox({command, empty.path().string()});
    INFO(finished.err);
    CHECK(finished.status == 1);
    CHECK(finished.err.starts_with("sweepbox: " + empty.path().string()));
    CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
  }
  CHECK(run_sweepbox({"info", (empty / "absent").string()}).status == 1);
}

TEST_CASE("what the doctor cannot tell on so little is said, with what is missing") {
  SHARED_DATA_OR_SKIP(folder, "kitti_object");
  const Finished as_json = run_sweepbox({"info", folder.string(), "--json"});
  const json untold = json::parse(as_json.out)["untold"];
  // Single frames: no box has a next one.
  const auto shift = std::find_if(untold.begin(), untold.end(), [](const json& entry) {
    return entry["kind"] == "label_shift";
  });
  REQUIRE(shift != untold.end());
  CHECK((*shift)["missing"] ==
        "5 boxes of 15 points whose next box stands 0.5 m away needed, 0 found");
  const Finished as_text = run_sweepbox({"info", folder.string()});
  CHECK(as_text.err.find("note: too few to tell: ") != std::string::npos);
  CHECK(as_text.status == as_json.status);
  CHECK_FALSE(json::parse(run_sweepbox({"info", folder.string(), "--fast", "--json"}).out)
                  .contains("untold"));
}

TEST_CASE("an Xvfb that is missing is told from one that does not start") {
  const TempFolder temp;
  std::ofstream(temp / "cloud.pcd")
      << "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\n"
         "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 1\nDATA ascii\n10 0 0\n";
  const std::string drive = temp.path().string();
  const std::vector<std::string> render = {"render", drive, "-o", drive + "/out.png"};
  const Finished missing = run_sweepbox(render, {{"DISPLAY", ""}, {"PATH", drive}});
  CHECK(missing.status == 1);
  CHECK(missing.err.find("apt-get install xvfb") != std::string::npos);
  std::ofstream(temp / "Xvfb") << "#!/bin/sh\nexit 1\n";
  std::filesystem::permissions(temp / "Xvfb", std::filesystem::perms::owner_all);
  const Finished ended = run_sweepbox(render, {{"DISPLAY", ""}, {"PATH", drive}});
  CHECK(ended.status == 1);
  CHECK(ended.err.find("it ended, or did not answer") != std::string::npos);
  CHECK(ended.err.find("apt-get") == std::string::npos);
}

TEST_CASE("with --quiet nothing but errors is left on standard error") {
  const TempFolder temp;
  const auto write = [&](const char* name, const std::string& content) {
    std::filesystem::create_directories((temp / name).parent_path());
    std::ofstream(temp / name) << content;
  };
  const std::string folder = (temp / "set").string();
  write("set/training/velodyne/000007.bin", std::string(32, '\0'));
  write("set/training/calib/000007.txt",
        "P0: 700 0 600 0 0 700 180 0 0 0 1 0\nP1: 700 0 600 0 0 700 180 0 0 0 1 0\n"
        "P2: 700 0 600 0 0 700 180 0 0 0 1 0\nP3: 700 0 600 0 0 700 180 0 0 0 1 0\n"
        "R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n"
        "Tr_imu_to_velo: 1 0 0 0 0 1 0 0 0 0 1 0\n");
  write("set/training/label_2/000007.txt",
        "Car 0.00 0 -1.57 600 150 650 200 1.5 1.6 4.0 1.0 1.7 20.0 -1.57\n");
  CHECK(run_sweepbox({"info", folder}).err.find("note: ") != std::string::npos);
  CHECK(run_sweepbox({"info", folder, "--quiet"}).err.empty());
  CHECK(run_sweepbox({"info", folder, "--quiet"}).out == run_sweepbox({"info", folder}).out);
  const std::string out = (temp / "out").string();
  // How many files were written is a message.
  CHECK_FALSE(run_sweepbox({"convert", folder, "--to", "csv", "-o", out + "1"}).err.empty());
  CHECK(run_sweepbox({"convert", folder, "--to", "csv", "-o", out + "2", "--quiet"}).err.empty());
  // A broken record is an error; it stays.
  write("set/training/label_2/000007.txt", "Car of three\n");
  for (const char* command : {"info", "labels", "project"}) {
    const Finished finished = run_sweepbox({command, folder, "--quiet"});
    INFO(command << ": " << finished.err);
    CHECK(finished.err.starts_with("error: "));
    CHECK(finished.err.find("\nnote: ") == std::string::npos);
    CHECK(finished.err.find("\nwarning: ") == std::string::npos);
  }
}

TEST_CASE("formats lists drives, clouds and labels for programs") {
  const json formats = json::parse(run_sweepbox({"formats", "--json"}).out);
  const auto has = [](const json& list, const char* name) {
    for (const json& entry : list)
      if (entry["name"] == name) return true;
    return false;
  };
  for (const char* name :
       {"kitti_object", "kitti_raw", "kitti_tracking", "sustechpoints", "sweepbox"}) {
    INFO(name);
    CHECK(has(formats["drives"], name));
    CHECK(has(formats["labels"], name));
  }
  CHECK(has(formats["clouds"], "pcd"));
  CHECK(has(formats["clouds"], "bin"));
}
