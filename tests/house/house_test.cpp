#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/house/sources.hpp"

// The arrows of the house (CONTRIBUTING.md, "Rooms"): what each room may include directly, beside
// itself and base.

namespace fs = std::filesystem;
using sweepbox::test::joined;
using sweepbox::test::source_files;

namespace {

using Names = std::set<std::string>;

const Names kCore = {"core/base",
                     "core/geometry",
                     "core/sensor",
                     "core/picture",
                     "core/table",
                     "core/recording",
                     "core/cloud",
                     "core/drive",
                     "core/annotation",
                     "core/scene",
                     "core/label",
                     "core/store",
                     "core/assist",
                     "core/check",
                     "core/calibration",
                     "core/synth"};

Names with_core(Names rooms) {
  rooms.insert(kCore.begin(), kCore.end());
  return rooms;
}

const std::map<std::string, Names>& arrows() {
  static const std::map<std::string, Names> table = {
      {"core/base", {}},
      {"core/geometry", {}},
      {"core/sensor", {"core/geometry"}},
      {"core/picture", {"core/sensor"}},
      {"core/table", {}},
      {"core/recording", {}},
      {"core/cloud", {"core/table", "core/sensor", "core/geometry"}},
      {"core/drive",
       {"core/cloud",
        "core/picture",
        "core/table",
        "core/recording",
        "core/sensor",
        "core/geometry"}},
      {"core/annotation", {"core/sensor", "core/geometry"}},
      {"core/scene", {"core/annotation", "core/drive", "core/sensor", "core/geometry"}},
      {"core/label",
       {"core/scene",
        "core/annotation",
        "core/drive",
        "core/table",
        "core/sensor",
        "core/geometry"}},
      {"core/store", {"core/annotation", "core/geometry"}},
      {"core/assist",
       {"core/scene", "core/annotation", "core/drive", "core/sensor", "core/geometry"}},
      {"core/calibration",
       {"core/scene", "core/annotation", "core/drive", "core/sensor", "core/geometry"}},
      {"core/check",
       {"core/label",
        "core/assist",
        "core/calibration",
        "core/scene",
        "core/annotation",
        "core/drive",
        "core/sensor",
        "core/geometry"}},
      {"core/synth",
       {"core/label",
        "core/annotation",
        "core/drive",
        "core/picture",
        "core/cloud",
        "core/sensor",
        "core/geometry"}},
      {"app/session", with_core({})},
      {"app/tool", with_core({"app/session"})},
      {"app/action", with_core({"app/session", "app/tool"})},
      {"app/view", with_core({"app/session", "app/tool"})},
      {"app/panel", with_core({"app/view", "app/tool", "app/action", "app/session"})},
      {"app/layout", with_core({"app/panel", "app/view", "app/session"})},
      {"app/window",
       with_core({"app/session", "app/tool", "app/action", "app/view", "app/panel", "app/layout"})},
      {"app/command",
       with_core({"app/session",
                  "app/tool",
                  "app/action",
                  "app/view",
                  "app/panel",
                  "app/layout",
                  "app/window"})},
      {"app", {"app/command"}},
  };
  return table;
}

struct LibraryRule {
  const char* pattern;  // of what stands between < and >
  Names rooms;          // that may include it
  bool in_headers;      // in a header too
};

const std::vector<LibraryRule>& library_rules() {
  static const std::vector<LibraryRule> rules = {
      {"^vtk", {"app/view", "app/window"}, true},
      {"^pcl/", {"core/assist"}, false},
      {"^sqlite3\\.h$",
       {"core/store", "core/recording"},
       true},  // its own headers are included by nobody else; checked below
      {"^(imgui|imgui_)", {"app/view", "app/panel", "app/layout", "app/window"}, true},
      {"^GLFW/", {"app/window"}, false},
      {"^GL/", {"app/view", "app/window"}, true},
      {"^embree3/", {"core/synth"}, true},
      {"^(turbojpeg|spng)\\.h$", {"core/picture"}, false},
      {"^toml\\+\\+/", {"core/annotation", "app/session", "app/action"}, false},
      {"^CLI/", {"app/command"}, false},
      {"^spdlog/", {"core/base"}, false},
      {"^(lz4|lz4frame|bzlib)\\.h$", {"core/base"}, false},
      {"^zstd\\.h$", {"core/base", "core/store"}, false},
      {"^flatbuffers/", {"core/table"}, false},
      {"^simdjson", {"core/drive", "core/label"}, true},  // its headers stay in their room: below
      {"^yaml-cpp/", {"core/drive", "core/recording"}, false},
  };
  return rules;
}

struct Include {
  std::string file;  // relative to the root
  std::string room;
  std::string name;
  bool ours;
  bool header;
};

std::string room_of(const std::string& path) {
  const auto first = path.find('/');
  if (first == std::string::npos) return {};
  const auto second = path.find('/', first + 1);
  return second == std::string::npos ? path.substr(0, first) : path.substr(0, second);
}

std::vector<Include> includes() {
  static const std::regex line_pattern("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]");
  std::vector<Include> found;
  for (const std::string& file : source_files()) {
    std::ifstream stream(fs::path(SWEEPBOX_SOURCE_DIR) / file);
    for (std::string line; std::getline(stream, line);) {
      std::smatch match;
      if (std::regex_search(line, match, line_pattern))
        found.push_back({file, room_of(file), match[2], match[1] == "\"", file.ends_with(".hpp")});
    }
  }
  return found;
}

}  // namespace

TEST_CASE("every include of ours follows an arrow of the house") {
  std::vector<std::string> wrong;
  for (const Include& include : includes()) {
    if (!include.ours) continue;
    const std::string target = room_of(include.name);
    const auto row = arrows().find(include.room);
    if (row == arrows().end()) {
      wrong.push_back(include.file + ": stands in no room of the table");
      continue;
    }
    const bool allowed =
        target == include.room || target == "core/base" || row->second.count(target) > 0;
    if (!allowed) wrong.push_back(include.file + ": may not include " + include.name);
  }
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

TEST_CASE("libraries stay in the rooms that exist for them") {
  std::vector<std::string> wrong;
  for (const Include& include : includes()) {
    if (include.ours) continue;
    for (const LibraryRule& rule : library_rules()) {
      if (!std::regex_search(include.name, std::regex(rule.pattern))) continue;
      if (rule.rooms.count(include.room) == 0)
        wrong.push_back(include.file + ": <" + include.name + "> is not for " + include.room);
      if (include.header && !rule.in_headers)
        wrong.push_back(include.file + ": <" + include.name + "> belongs in a .cpp");
    }
  }
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

TEST_CASE("a header that brings JSON, TOML, XML or SQLite is included by its own room alone") {
  const std::regex heavy("^(nlohmann/|simdjson|toml\\+\\+/|pugixml|sqlite3\\.h$)");
  std::set<std::string> headers;
  const std::vector<Include> all = includes();
  for (const Include& include : all)
    if (include.header && !include.ours && std::regex_search(include.name, heavy))
      headers.insert(include.file);
  std::vector<std::string> wrong;
  for (const Include& include : all)
    if (include.ours && headers.count(include.name) > 0 && room_of(include.name) != include.room)
      wrong.push_back(include.file + ": " + include.name + " brings a parser along");
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

TEST_CASE("rooms include each other in one direction only") {
  std::map<std::string, Names> graph;
  for (const Include& include : includes())
    if (include.ours && room_of(include.name) != include.room)
      graph[include.room].insert(room_of(include.name));
  std::vector<std::string> circles;
  for (const auto& [room, targets] : graph) {
    Names seen;
    std::vector<std::string> open(targets.begin(), targets.end());
    while (!open.empty()) {
      const std::string next = open.back();
      open.pop_back();
      if (!seen.insert(next).second) continue;
      for (const std::string& target : graph[next]) open.push_back(target);
    }
    if (seen.count(room) > 0) circles.push_back(room + " reaches itself");
  }
  INFO(joined(circles));
  CHECK(circles.empty());
}

TEST_CASE("no file grew past what a person reads in one sitting") {
  std::vector<std::string> wrong;
  for (const std::string& file : source_files()) {
    std::ifstream stream(fs::path(SWEEPBOX_SOURCE_DIR) / file);
    const auto lines =
        std::count(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>(), '\n');
    if (lines > 600) wrong.push_back(file + ": " + std::to_string(lines) + " lines");
  }
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

TEST_CASE("no test has a name that ctest would split or take for an option") {
  std::vector<std::string> wrong;
  const std::regex name_pattern("TEST_CASE\\(\\s*\"([^\"]*)\"");
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(SWEEPBOX_SOURCE_DIR) / "tests")) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream stream(entry.path());
    const std::string text((std::istreambuf_iterator<char>(stream)),
                           std::istreambuf_iterator<char>());
    for (std::sregex_iterator match(text.begin(), text.end(), name_pattern), end; match != end;
         ++match)
      if ((*match)[1].str().find(';') != std::string::npos || (*match)[1].str().starts_with("-"))
        wrong.push_back(entry.path().string() + ": " + (*match)[1].str());
  }
  INFO(joined(wrong));
  CHECK(wrong.empty());
}
