#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/answers.hpp"
#include "tests/support/temp_folder.hpp"

// Words of files, folders and the command line reach the terminal as words: a terminal obeys
// control characters (ECMA-48, C0 and C1), also those that arrive as UTF-8, and Unicode's
// Bidi_Control turns what is read; a line that a name begins would be taken for ours.

namespace fs = std::filesystem;
using nlohmann::json;
using sweepbox::test::Finished;
using sweepbox::test::run_sweepbox;
using sweepbox::test::TempFolder;

namespace {

/// Sets a title, rings, goes back to the line's begin, begins a line in our name, colours (CSI as
/// UTF-8), turns the direction of writing, and holds a NUL.
const std::string kForeign =
    std::string("\x1b]0;pwned\x07\r\nsweepbox: forged\u009b31m\u202e\t\x7f") +
    std::string(1, '\0') + "end, \"quoted\"";
/// As a file's name may be: no NUL, no slash, but bytes that are no UTF-8 (CSI alone).
const std::string kForeignFile =
    "\x1b]0;pwned\x07\r\nsweepbox: forged\x9b"
    "31m\xff";

const char* const kPcd =
    "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 2\nHEIGHT 1\n"
    "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 2\nDATA ascii\n10 0 0\n20 3 1\n";

void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  REQUIRE(fs::exists(path));
}

/// A drive all of whose names are foreign; some of its fields are broken by such words as well.
fs::path hostile_drive(const TempFolder& temp) {
  const fs::path drive = temp / kForeignFile;
  const json at = {0, 0, 0, 1, 0, 0, 0};
  json described = {{"sweepbox", 1}, {"name", kForeign}, {"sequence", true}};
  described["lidars"] = {{kForeign, {{"ego_from_lidar", at}}},
                         {kForeign + "broken", {{"ego_from_lidar", kForeign}}}};
  // Looks along ego's x: camera x is −y of ego, camera y is −z.
  described["cameras"] = {
      {kForeign,
       {{"lens", "pinhole"},
        {"parameters", {{"fx", 100}, {"fy", 100}, {"cx", 64}, {"cy", 48}}},
        {"width", 128},
        {"height", 96},
        {"camera_from_ego", {0, 0, 0, 0.5, 0.5, -0.5, 0.5}}}},
      {kForeign + "lens",
       {{"lens", kForeign}, {"width", 9}, {"height", 9}, {"camera_from_ego", at}}}};
  described["frames"] = json::array();
  const std::string absent = "sweeps/" + kForeign + "absent.pcd";
  for (int i = 0; i < 3; ++i) {
    const std::string sweep = "sweeps/\x1b[2J\r\n" + std::to_string(i) + ".pcd";
    const std::string image = "images/\x1b[2J\r\n" + std::to_string(i) + ".png";
    write(drive / sweep, i == 1 ? kForeign : kPcd);
    write(drive / image, kForeign);
    described["frames"].push_back(
        {{"name", kForeign + std::to_string(i)},
         {"stamp_ns", i * 100'000'000},
         {"sweeps", {{kForeign, {{"file", i == 1 ? absent : sweep}}}}},
         {"images", {{kForeign, {{"file", image}}}, {kForeign + "unknown", {{"file", image}}}}}});
  }
  write(drive / "drive.json", described.dump());
  const auto key = [](int frame, const json& center) {
    return json{{"frame", kForeign + std::to_string(frame)},
                {"stamp_ns", frame * 100'000'000},
                {"center", center},
                {"size", {4, 2, 1.5}},
                {"rotation", {1, 0, 0, 0}},
                {"frame_of", "ego"}};
  };
  json labels = {{"tracks", json::array()}};
  labels["tracks"].push_back({{"uid", "0000000000000001"},
                              {"name", kForeign},
                              {"class", kForeign},
                              {"attributes", {{kForeign, kForeign}}},
                              {"keys", {key(0, {10, 0, 0}), key(2, {12, 0, 0})}}});
  labels["tracks"].push_back({{"uid", kForeign},
                              {"name", kForeign + "2"},
                              {"class", kForeign + "2"},
                              {"keys", {key(0, kForeign), key(2, {12, 5, 0})}}});
  write(drive / "labels.json", labels.dump());
  return drive;
}

/// What a terminal would obey in words that should be UTF-8; empty for nothing.
std::string obeyed(const std::string& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto byte = static_cast<unsigned char>(words[i]);
    if ((byte < 0x20 && words[i] != '\n' && words[i] != '\t') || byte == 0x7f)
      return "byte " + std::to_string(byte) + " at " + std::to_string(i);
  }
  // nlohmann's writer refuses what is no UTF-8.
  try {
    (void)json(words).dump();
  } catch (const json::exception& error) {
    return error.what();
  }
  for (const char* character :
       {"\u0080", "\u0085", "\u009b", "\u009f", "\u2028", "\u202a", "\u202e", "\u2066", "\u2069"})
    if (words.find(character) != std::string::npos) return "a control character above ASCII";
  if (words.starts_with("sweepbox: forged") ||
      words.find("\nsweepbox: forged") != std::string::npos)
    return "a forged line";
  return {};
}

void check_words(const Finished& finished) {
  INFO("standard output: " << finished.out);
  INFO("standard error: " << finished.err);
  CHECK(obeyed(finished.out).empty());
  CHECK(obeyed(finished.err).empty());
  CHECK(finished.status < 128);
}

void check_lines(const Finished& finished) {
  std::istringstream lines(finished.err);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    bool known = false;
    for (const char* begin : {"sweepbox: ", "sweepbox ", "note: ", "warning: ", "error: "})
      known = known || line.starts_with(begin);
    CHECK(known);
  }
}

}  // namespace

TEST_CASE("no name of a drive commands the terminal or forges a line, whatever lists it") {
  const TempFolder temp;
  const std::string drive = hostile_drive(temp).string();
  const std::string out = (temp / "out").string();
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"info", drive},
        {"info", drive, "--json"},
        {"info", drive, "--verbose"},
        {"labels", drive},
        {"labels", drive, "--points"},
        {"labels", drive, "--json"},
        {"labels", drive, "--csv"},
        {"labels", drive, "--in", kForeignFile},
        {"labels", drive, "--frames", kForeignFile},
        {"labels", drive, "--labels", kForeignFile},
        {"project", drive},
        {"project", drive, "--json"},
        {"project", drive, "--camera", kForeignFile},
        {"convert", drive, "--to", "csv", "-o", out},
        {"convert", drive, "--to", kForeignFile, "-o", out},
        {"convert", drive, "--to", "kitti_object", "-o", out + kForeignFile, "--strict"},
        {"info", temp.path().string()},
        {"info", temp.path().string(), "--drive", kForeignFile}}) {
    INFO(arguments[0] << " " << arguments.back());
    const Finished finished = run_sweepbox(arguments);
    check_words(finished);
    check_lines(finished);
    CHECK_FALSE((finished.out + finished.err).empty());
  }
}

TEST_CASE("names come whole out of JSON, and CSV has a row a line") {
  const TempFolder temp;
  const std::string drive = hostile_drive(temp).string();
  const json labels = json::parse(run_sweepbox({"labels", drive, "--json"}).out);
  const json& cuboid = labels["frames"][0]["cuboids"][0];
  CHECK(labels["frames"][0]["name"] == kForeign + "0");
  CHECK(cuboid["track"] == kForeign);
  CHECK(cuboid["class"] == kForeign);
  std::size_t cuboids = 0;
  for (const json& frame : labels["frames"]) cuboids += frame["cuboids"].size();
  const std::string csv = run_sweepbox({"labels", drive, "--csv"}).out;
  CHECK(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')) == 1 + cuboids);
  // RFC 4180: what holds a comma or a quote stands in quotes, quotes twice.
  CHECK(csv.find("\"\\x1b]0;pwned\\x07\\r\\nsweepbox: forged\\u009b31m\\u202e\\t\\u007f\\x00end, "
                 "\"\"quoted\"\"\"") != std::string::npos);
  // The drive's folder is no UTF-8; the document is.
  const json info = json::parse(run_sweepbox({"info", drive, "--json"}).out);
  CHECK(info["name"] == kForeign);
  CHECK(info["cameras"][0]["name"] == kForeign);
}

TEST_CASE("wrong usage repeats words of the command line as words") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"info", "--" + kForeignFile},
        {"info", "x", "--" + kForeignFile + "=1"},
        {"info", "x", kForeignFile},
        {"info", kForeignFile},
        {"labels", "x", "--frame", kForeignFile},
        {"info", "x", "--repair", kForeignFile},
        {"info", "x", "--format", kForeignFile},
        {"render", "x", "-o", "y", "--view", kForeignFile},
        {"render", "x", "-o", "y", "--size", kForeignFile},
        {"synth", kForeignFile, "-o", "y"},
        {"run", kForeignFile, "x", "--speed", kForeignFile},
        {"run", kForeignFile, "x"},
        {kForeignFile, "--" + kForeignFile}}) {
    INFO(arguments[0] << " " << arguments.back());
    const Finished finished = run_sweepbox(arguments, {{"DISPLAY", ""}, {"PATH", "/nowhere"}});
    check_words(finished);
    CHECK(finished.status > 0);
    CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
    CHECK(finished.err.starts_with("sweepbox"));
  }
  for (const char* command : {"open", "formats", "run"})
    check_words(run_sweepbox({command, "--help"}));
  check_words(run_sweepbox({"formats"}));
}

TEST_CASE("what a script expects in vain is said as words") {
  const TempFolder temp;
  const fs::path drive = hostile_drive(temp);
  const fs::path script = temp / ("\x1b[2J\r\n" + std::string("script"));
  const std::string name = "\x1b]0;pwned\x07\u009b31m\u202e\xff";
  for (const std::string& line : {"expect class track=\"" + name + "\" is=car",
                                  "expect " + name,
                                  name,
                                  "box.place " + name,
                                  "picture ../" + name,
                                  std::string("expect message=never\n")}) {
    write(script, line);
    const Finished finished = run_sweepbox({"run", script.string(), drive.string()});
    INFO(line);
    check_words(finished);
    CHECK(finished.status == 1);
    CHECK(finished.err.find("script:1: ") != std::string::npos);
  }
}

TEST_CASE("a damaged settings file is said in the log as words") {
  const TempFolder temp;
  const fs::path config = temp / kForeignFile;
  write(config / "settings.toml", kForeign);
  write(temp / "script", "expect message=never\n");
  const fs::path drive = hostile_drive(temp);
  const Finished finished = run_sweepbox(
      {"run", (temp / "script").string(), drive.string(), "--config", config.string()});
  check_words(finished);
  check_lines(finished);
}
