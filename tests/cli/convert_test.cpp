#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/cli/answers.hpp"
#include "tests/support/program.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

// `convert` on drives whose names come from anywhere: nothing outside OUT, nothing half, nothing
// into the drive.

namespace sweepbox::test {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, std::string> snapshot(const fs::path& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::string& what = found[entry.path().lexically_relative(folder).string()];
    if (entry.is_symlink())
      what = "-> " + fs::read_symlink(entry.path()).string();
    else
      what = entry.is_directory() ? "/" : content_of(entry.path());
  }
  return found;
}

struct Names {
  std::string drive = "hall3";
  std::string frame = "000001";
  std::string track = "7";
  std::string class_name = "car";
  std::string lidar = "lidar";
};

/// A Sweepbox folder (formats.md 2.18) of two frames of one point, with one car in both.
void make_drive(const fs::path& folder, const Names& names) {
  const json pose = {0, 0, 0, 1, 0, 0, 0};
  json drive = {{"sweepbox", 1}, {"name", names.drive}, {"sequence", true}};
  drive["lidars"][names.lidar] = {{"ego_from_lidar", pose}};
  json keys = json::array();
  for (int i = 0; i < 2; ++i) {
    const std::string file = "sweeps/" + std::to_string(i) + ".pcd";
    put(folder / file,
        "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\n"
        "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 1\nDATA ascii\n10 0 0\n");
    const std::string frame = i == 1 ? names.frame : "000000";
    drive["frames"].push_back(
        {{"name", frame},
         {"stamp_ns", 100'000'000 * (i + 1)},
         {"sweeps", {{names.lidar, {{"file", file}, {"stamp_ns", 100'000'000 * (i + 1)}}}}}});
    keys.push_back({{"frame", frame},
                    {"center", {10, 0, 0}},
                    {"size", {4, 2, 1.5}},
                    {"rotation", {1, 0, 0, 0}},
                    {"frame_of", "ego"}});
  }
  put(folder / "drive.json", drive.dump());
  put(folder / "labels.json",
      json{{"tracks", {{{"name", names.track}, {"class", names.class_name}, {"keys", keys}}}}}
          .dump());
}

std::vector<std::string> written_formats() {
  std::vector<std::string> names;
  for (const json& format : json_of({"formats"})["labels"])
    if (format["writes"].get<bool>()) names.push_back(format["name"]);
  return names;
}

TEST_CASE("no name of a drive leads convert out of its folder, with --force or without") {
  const TempFolder temp;
  const std::string absolute = (temp / "victim").string();
  std::vector<Names> hostile(3);
  hostile[0].drive = "../../victim";
  hostile[0].frame = "../../victim";
  hostile[1].drive = absolute;
  hostile[1].frame = absolute;
  hostile[2].drive = hostile[2].frame = std::string(300, 'n');
  hostile[2].track = hostile[2].class_name = "a\nb";
  int number = 0;
  for (const Names& names : hostile) {
    const fs::path round = temp / std::to_string(number++);
    make_drive(round / "drive", names);
    for (const char* ending : {".txt", ".json", ".csv", ".part", ".txt.part", ".json.part"}) {
      put(round / (std::string("victim") + ending), "kept");
      put(absolute + ending, "kept");
    }
    for (const std::string& format : written_formats()) {
      const fs::path out = round / "out" / format;
      fs::create_directories(out);
      fs::create_symlink(round / "victim.txt", out / "labels.csv");
      fs::create_symlink(round / "victim.txt", out / "labels.csv.part");
      const auto before = snapshot(temp.path());
      const Finished done = run_sweepbox(
          {"convert", (round / "drive").string(), "--to", format, "-o", out.string(), "--force"});
      INFO(format << ": " << done.err);
      CHECK((done.status == 0 || done.status == 1));
      CHECK_FALSE(done.err.empty());
      auto after = snapshot(temp.path());
      const std::string inside = out.lexically_relative(temp.path()).string() + "/";
      std::size_t written = 0;
      for (const auto& [path, content] : after) {
        if (path.starts_with(inside)) {
          written += content != "/" && !content.starts_with("-> ");
          CHECK(path.find(".part") ==
                (path.ends_with("labels.csv.part") ? path.size() - 5 : std::string::npos));
          continue;
        }
        INFO(path);
        const auto was = before.find(path);
        REQUIRE(was != before.end());
        CHECK(was->second == content);
      }
      CHECK((written > 0) == (done.status == 0));
    }
  }
}

TEST_CASE("convert refuses to write into the drive, whatever way leads there, and names another") {
  const TempFolder temp;
  make_drive(temp / "drive", {});
  fs::create_directory_symlink(temp / "drive", temp / "link");
  const auto before = snapshot(temp.path());
  for (const char* out : {"drive", "drive/out", "drive/new/deep", "link", "link/out", "drive/."})
    for (const bool force : {false, true}) {
      std::vector<std::string> command = {
          "convert", (temp / "drive").string(), "--to", "csv", "-o", (temp / out).string()};
      if (force) command.push_back("--force");
      const Finished done = run_sweepbox(command);
      INFO(out << ": " << done.err);
      CHECK(done.status == 1);
      CHECK(done.err.find("outside the drive") != std::string::npos);
      CHECK(done.err.find("drive-labels") != std::string::npos);
      CHECK(snapshot(temp.path()) == before);
    }
}

TEST_CASE("convert leaves nothing half: a file in the way, then replaced with --force") {
  const TempFolder temp;
  make_drive(temp / "drive", {});
  put(temp / "out/label/000001.json", "mine");
  const std::vector<std::string> command = {
      "convert", (temp / "drive").string(), "--to", "sustechpoints", "-o", (temp / "out").string()};
  const auto before = snapshot(temp.path());
  const Finished refused = run_sweepbox(command);
  CHECK(refused.status == 1);
  CHECK(refused.err.find("000001.json") != std::string::npos);
  CHECK(snapshot(temp.path()) == before);
  std::vector<std::string> forced = command;
  forced.push_back("--force");
  CHECK(run_sweepbox(forced).status == 0);
  CHECK(content_of(temp / "out/label/000001.json") != "mine");
  CHECK(fs::exists(temp / "out/label/000000.json"));
}

TEST_CASE(
    "convert --strict refuses where a name cannot be written as it is, and the loss is said") {
  const TempFolder temp;
  Names names;
  names.track = "a\nb";
  make_drive(temp / "drive", names);
  const std::vector<std::string> command = {"convert",
                                            (temp / "drive").string(),
                                            "--to",
                                            "csv",
                                            "-o",
                                            (temp / "out").string(),
                                            "--strict"};
  const Finished strict = run_sweepbox(command);
  CHECK(strict.status == 1);
  CHECK(strict.err.find("csv cannot hold names of tracks") != std::string::npos);
  CHECK_FALSE(fs::exists(temp / "out"));
}

TEST_CASE(
    "convert --with-data copies a drive with any names, and it opens again with the same ones") {
  const TempFolder temp;
  Names names;
  names.drive = names.frame = names.lidar = "../../victim";
  make_drive(temp / "in/drive", names);
  const auto before = snapshot(temp / "in");
  const Finished done = run_sweepbox({"convert",
                                      (temp / "in/drive").string(),
                                      "--to",
                                      "sweepbox",
                                      "--with-data",
                                      "-o",
                                      (temp / "in/out").string()});
  INFO(done.err);
  REQUIRE(done.status == 0);
  for (const auto& [path, content] : snapshot(temp / "in"))
    if (!path.starts_with("out")) CHECK(before.contains(path));
  CHECK(std::distance(fs::directory_iterator(temp.path()), fs::directory_iterator()) == 1);
  const json labels = json_of({"labels", (temp / "in/out").string()});
  REQUIRE(labels["frames"].size() == 2);
  CHECK(labels["frames"][1]["cuboids"].size() == 1);
  CHECK(json_of({"info", (temp / "in/out").string(), "--fast"})["name"] == names.drive);
}

TEST_CASE("PandaSet copied with its data comes back with its frames, boxes and time offsets") {
  SHARED_DATA_OR_SKIP(folder, "pandaset");
  const TempFolder temp;
  const std::string out = (temp / "out").string();
  const Finished copied =
      run_sweepbox({"convert", folder.string(), "--to", "sweepbox", "-o", out, "--with-data"});
  INFO(copied.err);
  REQUIRE(copied.status == 0);
  const auto before = json_of({"info", folder.string(), "--fast"});
  const auto after = json_of({"info", out, "--fast"});
  CHECK(after["frames"] == 4);
  CHECK(after["labels"]["cuboids"] == 622);
  for (const char* same : {"frames", "images", "sweeps", "time_offset_ms"})
    CHECK(after[same] == before[same]);
  CHECK(after["labels"]["classes"] == before["labels"]["classes"]);
}

}  // namespace
}  // namespace sweepbox::test
