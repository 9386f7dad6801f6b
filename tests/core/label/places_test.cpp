#include <catch2/catch.hpp>

#include "core/base/files.hpp"
#include "core/label/reading.hpp"
#include "made_drive.hpp"
#include "tests/support/temp_folder.hpp"

// Where labels lie, and records that nobody read but everybody keeps.

namespace sweepbox {
namespace {

namespace fs = std::filesystem;

/// Reads a file of a format, imports it and writes it again untouched.
std::string gone_through(std::string_view format,
                         const std::string& name,
                         const std::string& content,
                         std::size_t read) {
  const auto drive = test::made({});
  const test::TempFolder folder;
  REQUIRE(write_file(folder / name, std::string_view(content)));
  auto set = read_labels(*drive, folder / name, format);
  REQUIRE(set);
  CHECK(set->labels.size() == read);
  const auto import = test::imported(std::move(*set), *drive);
  for (const WrittenFile& file : test::written_as(format, import->document(), *drive))
    if (fs::path(file.path).filename() == name) return file.content;
  return {};
}

TEST_CASE("a label file is known by its whole path, from wherever the program is started") {
  const auto drive = test::made({});
  const test::TempFolder folder;
  const fs::path whole = fs::canonical(folder.path()) / "labels.csv";
  CHECK(source_at(*drive, fs::relative(whole), "csv").file == whole.string());
  CHECK(source_at(*drive, whole, "csv").file == whole.string());
  test::MadeDrive below;
  below.root = fs::relative(fs::canonical(folder.path()));
  CHECK(source_at(*test::made(below), whole, "csv").file == "labels.csv");
}

TEST_CASE("a folder that holds label files is read itself, whatever folders are in it") {
  const auto drive = test::made({});
  const test::TempFolder folder;
  const std::string row = "1 2 0.5 4 2 1.5 0.3 Car\n";
  REQUIRE(make_folder(folder / "backup"));
  for (int i = 0; i < 6; ++i) {
    const std::string name = "00000" + std::to_string(i) + ".txt";
    REQUIRE(write_file(folder / name, std::string_view(i == 5 ? row : std::string())));
    REQUIRE(write_file(folder / "backup" / name, std::string_view(row)));
  }
  for (int i = 0; i < 6; ++i)
    REQUIRE(write_file(folder / ("0000000" + std::to_string(i) + ".txt"), std::string_view()));
  const auto set = read_labels(*drive, folder.path(), "openpcdet");
  REQUIRE(set);
  CHECK(set->labels.size() == 1);
}

TEST_CASE("a row of a frame that the drive names otherwise is written once, as it was") {
  const std::string table =
      "frame,stamp_ns,track,class,x,y,z,length,width,height,yaw\n"
      "000001,100000000,9,Car,1,2,0.5,4,2,1.5,0.25\n"
      "other,200000000,9,Car,1,2,0.5,4,2,1.5,0.25\n";
  CHECK(gone_through("csv", "labels.csv", table, 2) == table);
}

TEST_CASE("a box without a class is no box, and stays in its file") {
  const std::string json = R"({"folder": "", "filename": "000001.pcd", "path": "", "objects": [)"
                           R"({"name": "", "centroid": {"x": 1, "y": 2, "z": 0.5}, )"
                           R"("dimensions": {"length": 4, "width": 2, "height": 1.5}, )"
                           R"("rotations": {"x": 0, "y": 0, "z": 0}}, )"
                           R"({"name": "car", "centroid": {"x": 9, "y": 2, "z": 0.5}, )"
                           R"("dimensions": {"length": 4, "width": 2, "height": 1.5}, )"
                           R"("rotations": {"x": 0, "y": 0, "z": 0}}]})";
  CHECK(gone_through("labelcloud", "000001.json", json, 1) == json);
}

}  // namespace
}  // namespace sweepbox
