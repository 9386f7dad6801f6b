#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/program.hpp"

// The README's tables of formats are the program's own words. A row that is missing is printed as
// it must stand there.

namespace {

using nlohmann::json;
using sweepbox::test::run_sweepbox;

std::string readme() {
  std::ifstream file(SWEEPBOX_SOURCE_DIR "/README.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string row(const json& format, const std::string& holds) {
  const auto mark = [&](const char* what) { return format[what].get<bool>() ? "yes" : "–"; };
  return "| `" + format["name"].get<std::string>() + "` | " + format["title"].get<std::string>() +
         " | " + mark("reads") + " | " + mark("writes") + " | " + holds + " |";
}

std::string extensions(const json& format) {
  std::string text;
  for (const json& extension : format["extensions"]) {
    if (!text.empty()) text += ' ';
    text += extension.get<std::string>();
  }
  return text;
}

std::string can(const json& format) {
  const std::vector<std::pair<const char*, const char*>> words = {
      {"track_ids", "track ids"},
      {"tilt", "roll and pitch"},
      {"attributes", "attributes"},
      {"scores", "scores"},
      {"rects", "2D boxes"},
      {"several_frames", "a whole drive in a file"},
      {"keyframes", "keyframes"}};
  std::string text;
  for (const auto& [name, word] : words)
    if (format["can"][name].get<bool>()) text.append(text.empty() ? "" : ", ").append(word);
  return text.empty() ? "nothing else" : text;
}

}  // namespace

TEST_CASE("the tables of formats in the README are those of the program") {
  const json formats = json::parse(run_sweepbox({"formats", "--json"}).out);
  const std::string text = readme();
  std::size_t rows = 0;
  std::string missing;
  const auto look = [&](const json& format, const std::string& holds) {
    ++rows;
    const std::string line = row(format, holds);
    if (text.find("\n" + line + "\n") == std::string::npos) missing += "\n" + line;
  };
  for (const json& format : formats["drives"]) look(format, format["holds"]);
  for (const json& format : formats["clouds"]) look(format, extensions(format));
  for (const json& format : formats["labels"]) look(format, can(format));
  INFO("missing in README.md:" << missing);
  CHECK(missing.empty());

  // No row of a format that is gone.
  std::size_t written = 0;
  for (std::size_t at = text.find("\n| `"); at != std::string::npos;
       at = text.find("\n| `", at + 1))
    ++written;
  CHECK(written == rows);
}

TEST_CASE("only Sweepbox's own folder is written as a drive") {
  const json formats = json::parse(run_sweepbox({"formats", "--json"}).out);
  for (const json& format : formats["drives"]) {
    INFO(format["name"]);
    CHECK(format["reads"].get<bool>());
    CHECK(format["writes"].get<bool>() == (format["name"] == "sweepbox"));
  }
}
