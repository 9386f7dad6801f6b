#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/base/limits.hpp"
#include "core/label/reading.hpp"
#include "label_files.hpp"
#include "tests/support/golden_drive.hpp"
#include "tests/support/peak_memory.hpp"
#include "tests/support/written_files.hpp"

// What label files ask of memory, and what stands in their place.

namespace sweepbox {
namespace {

bool tells(const LabelSet& set, std::string_view file, std::string_view words) {
  return std::any_of(set.problems.begin(), set.problems.end(), [&](const Problem& problem) {
    const std::string line = to_line(problem);
    return line.find(file) != std::string::npos && line.find(words) != std::string::npos;
  });
}

/// The file; of several, the one folder that they lie in, else the whole.
std::filesystem::path place_of(const std::filesystem::path& folder,
                               const std::vector<WrittenFile>& files) {
  const std::filesystem::path first = files.front().path;
  if (files.size() == 1) return folder / first;
  const bool together = std::all_of(files.begin(), files.end(), [&](const WrittenFile& file) {
    return std::filesystem::path(file.path).parent_path() == first.parent_path();
  });
  return together ? folder / first.parent_path() : folder;
}

/// The golden document with another class of one of its five tracks.
Document with_class(Document document, const std::string& class_name) {
  for (const auto& track : document.tracks())
    if (track->name == test::kInEgo) {
      Track changed = *track;
      changed.class_name = class_name;
      return document.with({Kind::track, to_hex(changed.uid)},
                           std::make_shared<const Track>(std::move(changed)));
    }
  FAIL("no such track");
  return document;
}

constexpr const char* kRow = " 0.00 0 0 1 2 3 4 1.5 1.7 4.1 1 1.6 10 0";

}  // namespace

TEST_CASE("a class of a kilobyte is read in every format, a longer one stays in its file") {
  const test::GoldenDrive golden;
  const auto drive = test::golden_drive(golden);
  const Document document = test::golden_document(golden, *drive);
  for (const LabelFormat& format : label_formats()) {
    if (!format.write || !format.can.any_class) continue;
    INFO(format.name);
    for (const std::size_t length : {kLongestName, kLongestName + 1}) {
      INFO("a class of " << length << " bytes");
      const std::string word(length, 'w');
      const auto files = test::written_as(format.name, with_class(document, word), *drive);
      const test::TempFolder folder;
      test::put(folder.path(), files);
      auto set = read_labels(*drive, place_of(folder.path(), files), format.name);
      if (!set) FAIL(to_line(set.error()));
      const auto named =
          std::count_if(set->labels.begin(), set->labels.end(), [&](const Label& label) {
            return label.class_name == word;
          });
      const bool read = length <= kLongestName;
      CHECK(named == (read ? 3 : 0));
      // nuScenes names a class in a table of its own: its boxes are read as "unknown".
      CHECK(set->labels.size() == (read || format.name == "nuscenes" ? 15 : 12));
      CHECK(tells(*set, "", "a name of at most 1024 bytes, found a longer one") == !read);
      if (read) continue;
      // Written again, the record that was not read is there as it was.
      const auto import = test::imported(std::move(*set), *drive);
      const auto again = test::written_as(format.name, import->document(), *drive);
      REQUIRE(again.size() == files.size());
      for (const WrittenFile& file : again) {
        INFO(file.path);
        const auto before = std::find_if(files.begin(), files.end(), [&](const WrittenFile& one) {
          return one.path == file.path;
        });
        REQUIRE(before != files.end());
        CHECK(file.content == before->content);
      }
    }
  }
}

TEST_CASE("a class of five megabytes that many boxes share takes no memory for each of them") {
  std::string frames;
  for (int i = 0; i < 1'000; ++i)
    frames += std::string(i > 0 ? "," : "") + "\"" + std::to_string(i) +
              "\":{\"objects\":{\"1\":{\"object_data\":{\"cuboid\":[{\"name\":\"b\",\"val\":[10,2,"
              "1,0,0,0,4,2,1.5]}]}}}}";
  const std::string text =
      "{\"openlabel\":{\"metadata\":{\"schema_version\":\"1.0.0\"},\"objects\":{\"1\":{\"name\":"
      "\"1\",\"type\":\"" +
      std::string(5'000'000, 'c') + "\"}},\"frames\":{" + frames + "}}}";
  const test::LabelFiles files("openlabel", {{"labels.json", text}}, "labels.json");
  CHECK(files.labels().labels.empty());
  REQUIRE(files.labels().problems.size() >= 11);  // ten, and how many more
  CHECK(tells(files.labels(), "labels.json", "990 more faults like these"));
  if (test::kPeakMemoryCounts) CHECK(test::peak_memory() < 200'000'000);
}

TEST_CASE("of 300,000 bad lines the first ten are told and the rest is counted") {
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "Car x\n";
  text += std::string("Car") + kRow + "\n";
  const test::LabelFiles files("kitti_object", {{"000001.txt", text}}, "");
  CHECK(files.labels().labels.size() == 1);
  CHECK(files.labels().problems.size() == 11);
  CHECK(tells(files.labels(), "000001.txt", "299990 more faults like these"));
}

TEST_CASE("of twelve hundred files of bad lines ten thousand faults are told, the rest counted") {
  std::map<std::string, std::string> texts;
  for (int i = 0; i < 1'200; ++i)
    texts[std::to_string(i) + ".txt"] =
        "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";  // twelve: ten and a line about two
  const test::LabelFiles files("kitti_object", texts, "");
  const Problems& problems = files.labels().problems;
  REQUIRE(problems.size() == 10'001);
  // 1,200 · 11 were told.
  CHECK(to_line(problems.back()) == "3200 more problems like these");
}

TEST_CASE("a folder or a pipe in a label file's place is a problem with its name") {
  const test::TempFolder folder;
  REQUIRE(write_file(folder / "000000.txt", std::string("Car") + kRow + "\n"));
  REQUIRE(make_folder(folder / "000001.txt"));
  REQUIRE(::mkfifo((folder / "000002.txt").c_str(), 0600) == 0);
  test::MadeDrive made;
  made.root = folder.path();
  const auto drive = test::made(made);
  const auto set = read_labels(*drive, folder.path(), "kitti_object");
  REQUIRE(set);
  CHECK(set->labels.size() == 1);
  CHECK(tells(*set, "000001.txt", "expected a regular file, found a folder"));
  CHECK(tells(*set, "000002.txt", "expected a regular file, found a pipe"));
}

TEST_CASE("labels of a drive that are a folder instead of a file are a problem, in every format") {
  const test::TempFolder folder;
  for (const char* name :
       {"labels.json", "labels.csv", "labels.txt", "labels.xml", "labels.feather"})
    REQUIRE(make_folder(folder / name));
  for (const LabelFormat& format : label_formats()) {
    INFO(format.name);
    // Where the extension is not the format's, the folder may be one of label files: then none.
    int told = 0;
    for (const auto& place : list_folders(folder.path())) {
      test::MadeDrive made;
      made.root = folder.path();
      made.labels = {{std::string(format.name), place}};
      const auto set = read_own_labels(*test::made(made));
      REQUIRE(set);
      told += !set->problems.empty();
    }
    CHECK(told >= 1);
  }
}

TEST_CASE("a pipe, a device or nothing as the place of labels is one sentence") {
  const test::TempFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const auto drive = test::made({});
  for (const auto& [place, kind] :
       {std::pair<std::filesystem::path, std::string>{folder / "pipe", "a pipe"},
        {"/dev/zero", "a device"},
        {folder / "missing", "nothing"}})
    for (const std::string_view format : {"", "kitti_object", "nuscenes_results"}) {
      const auto set = read_labels(*drive, place, format);
      REQUIRE_FALSE(set);
      CHECK(to_line(set.error()) == place.string() +
                                        ": expected a file or a folder of labels, found " + kind +
                                        "; check the path");
    }
}

}  // namespace sweepbox
