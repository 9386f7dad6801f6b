#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>

#include "core/label/export.hpp"
#include "made_drive.hpp"
#include "tests/support/temp_folder.hpp"

// Names that come from anywhere go through every format: nothing is written outside, what is
// written can be read again, and it says the same names or the loss was listed.

namespace sweepbox {
namespace {

using namespace std::string_literals;

enum class Field { drive, frame, track, class_name, attribute, value };

const std::pair<Field, const char*> kFields[] = {{Field::drive, "drive"},
                                                 {Field::frame, "frame"},
                                                 {Field::track, "track"},
                                                 {Field::class_name, "class"},
                                                 {Field::attribute, "attribute"},
                                                 {Field::value, "value"}};

const std::vector<std::string>& hostile_names() {
  static const std::vector<std::string> names = {"../../outside",
                                                 "/absolute/outside",
                                                 "..",
                                                 ".",
                                                 "",
                                                 " ",
                                                 "\t",
                                                 "a/b",
                                                 "a//b/",
                                                 ".hidden",
                                                 "-rf",
                                                 "a\nb",
                                                 "a\r\nb",
                                                 "\n",
                                                 "a b",
                                                 " a",
                                                 "a ",
                                                 "a\tb",
                                                 "a,b",
                                                 "a;b",
                                                 "\"",
                                                 "\"a\"",
                                                 "a\"b",
                                                 "'",
                                                 "=1+1",
                                                 "+1",
                                                 "-1",
                                                 "@a",
                                                 "a\\b",
                                                 "\\u0041",
                                                 "\\",
                                                 "<a>&amp;</a>",
                                                 "]]>",
                                                 "a\x01z",
                                                 "\x1B[31m",
                                                 "a\x7F",
                                                 "a\0b"s,
                                                 "\xFF\xFE",
                                                 "a\xC3",
                                                 "\xC0\xAF",
                                                 "\xED\xA0\x80",
                                                 "\xEF\xBF\xBF",
                                                 "\xEF\xBB\xBF"
                                                 "a",
                                                 "行人",
                                                 "é",
                                                 "null",
                                                 "true",
                                                 "false",
                                                 "NaN",
                                                 "1.5",
                                                 "007",
                                                 "1e3",
                                                 "99999999999999999999",
                                                 "{}",
                                                 "{0}",
                                                 "%s",
                                                 "a.json",
                                                 "a.pcd",
                                                 "track_id",
                                                 "score",
                                                 "id",
                                                 "name",
                                                 "class",
                                                 "type",
                                                 "frame",
                                                 "x",
                                                 "keyframe",
                                                 "DontCare",
                                                 "a_b~0123456789abcdef",
                                                 std::string(300, 'a'),
                                                 std::string(1'000, 'n')};
  return names;
}

/// Two cars in three frames; one of the names is hostile.
struct Scene {
  std::shared_ptr<const Drive> drive;
  Document document;
};

Scene scene(Field field, const std::string& name) {
  test::MadeDrive made;
  made.frames = {"000000", "000001", "000002"};
  if (field == Field::drive) made.name = name;
  if (field == Field::frame) made.frames[1] = name;
  Scene result{test::made(made), Document()};
  for (int i = 0; i < 2; ++i) {
    Track track;
    track.uid = static_cast<TrackId>(7 + i);
    track.name = i == 1 ? std::string("1") : field == Field::track ? name : std::string("0");
    track.class_name = field == Field::class_name && i == 0 ? name : std::string("car");
    if (field == Field::attribute && i == 0) track.attributes[name] = "here";
    if (field == Field::value && i == 0) track.attributes["colour"] = name;
    for (const FrameInfo& frame : result.drive->frames()) {
      Keyframe key;
      key.frame = frame.name;
      key.stamp = frame.stamp;
      key.world_from_box =
          *result.drive->world_from_ego(frame.stamp) * pose_from_yaw(0.1, {12.0 + 5 * i, 2, 0});
      key.size = {4, 2, 1.5};
      track.keys.push_back(key);
    }
    track.first = track.keys.front().stamp;
    track.last = track.keys.back().stamp;
    result.document = result.document.with({Kind::track, to_hex(track.uid)},
                                           std::make_shared<const Track>(std::move(track)));
  }
  return result;
}

/// The words of a field that labels carry, by the frame's index and the box's place.
std::map<std::pair<int, int>, std::string> words_of(const std::vector<Label>& labels, Field field) {
  std::map<std::pair<int, int>, std::string> words;
  for (const Label& label : labels) {
    std::string word;
    if (field == Field::track) word = label.has_track_id ? label.track : std::string();
    if (field == Field::class_name) word = label.class_name;
    if (field == Field::attribute)
      for (const auto& [name, value] : label.attributes)
        if (value == "here") word = name;
    if (field == Field::value)
      if (const auto found = label.attributes.find("colour"); found != label.attributes.end())
        word = found->second;
    const bool far = label.cuboid_in_ego.pose.translation.norm() > 14.5;
    words[{label.frame, far}] = word;
  }
  return words;
}

/// Where the reader looks: the file; of several, the one folder that they lie in, else the whole.
std::filesystem::path place_of(const std::filesystem::path& out,
                               const std::vector<WrittenFile>& files) {
  const std::filesystem::path first = files.front().path;
  if (files.size() == 1) return out / first;
  const bool together = std::all_of(files.begin(), files.end(), [&](const WrittenFile& file) {
    return std::filesystem::path(file.path).parent_path() == first.parent_path();
  });
  return together ? out / first.parent_path() : out;
}

/// Without syncing, which would take minutes for the thousands of files.
void put(const std::filesystem::path& out, const std::vector<WrittenFile>& files) {
  for (const WrittenFile& file : files) {
    std::filesystem::create_directories((out / file.path).parent_path());
    std::ofstream(out / file.path, std::ios::binary) << file.content;
  }
}

/// Empty where the way through a format keeps the promise.
std::string fault(const LabelFormat& format, Field field, const std::string& name) {
  const Scene given = scene(field, name);
  const WriteRequest request{given.document, *given.drive, {0, 1, 2}};
  const auto plan = plan_export(format, request);
  if (!plan) return to_line(plan.error()).empty() ? "refused without a word" : "";
  for (const WrittenFile& file : plan->files)
    if (!parts_below(file.path)) return "would write " + file.path;
  const test::TempFolder folder;
  const auto out = folder / "out";
  put(out, plan->files);
  const auto set = read_labels(*given.drive, place_of(out, plan->files), format.name);
  if (!set) return "unreadable: " + to_line(set.error());
  for (const Problem& problem : set->problems)
    if (problem.severity != Severity::note) return "problem: " + to_line(problem);
  if (set->labels.size() != 6) return fmt::format("{} boxes", set->labels.size());
  if (set->elsewhere) return fmt::format("{} boxes elsewhere", set->elsewhere);
  std::set<int> frames;
  for (const Label& label : set->labels) frames.insert(label.frame);
  if (frames != std::set<int>{0, 1, 2}) return "other frames";

  // The same words, or losses that a scene of plain names does not have.
  const Scene plain = scene(field, field == Field::track ? "0" : "car");
  const auto plain_plan = plan_export(format, {plain.document, *plain.drive, {0, 1, 2}});
  if (plan->lost.size() > plain_plan->lost.size()) return {};
  const bool held = field == Field::track        ? format.can.track_ids
                    : field == Field::class_name ? format.can.any_class
                                                 : format.can.attributes;
  if (field == Field::drive || field == Field::frame || !held) return {};
  for (const auto& [place, word] : words_of(set->labels, field))
    if (const auto& [frame, far] = place; far == 0 && word != name) return "became " + word;
  return {};
}

/// Letters that can be shown in a report.
std::string shown(const std::string& name) {
  std::string result;
  for (const char c : name.substr(0, 40))
    result += c < ' ' ? fmt::format("\\x{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  return result;
}

TEST_CASE("names from anywhere go through every format: read again the same, or said to be lost") {
  for (const LabelFormat& format : label_formats()) {
    if (!format.write) continue;
    for (const auto& [field, field_name] : kFields) {
      std::string faults;
      for (const std::string& name : hostile_names())
        // A frame always has a name: readers of drives number those that have none.
        if (field == Field::frame && name.empty())
          continue;
        else if (const std::string what = fault(format, field, name); !what.empty())
          faults += fmt::format("\n  \"{}\": {}", shown(name), shown(what));
      INFO(format.name << ", " << field_name << ":" << faults);
      CHECK(faults.empty());
    }
  }
}

}  // namespace
}  // namespace sweepbox
