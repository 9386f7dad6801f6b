#include "core/base/staged_files.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "core/base/files.hpp"
#include "tests/support/disk_limits.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

/// Everything below a folder: contents of files, where links lead, "/" for folders.
std::map<std::string, std::string> snapshot(const fs::path& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::string& what = found[entry.path().lexically_relative(folder).string()];
    if (entry.is_symlink())
      what = "-> " + fs::read_symlink(entry.path()).string();
    else
      what = entry.is_directory() ? "/" : read_text(entry.path()).value();
  }
  return found;
}

TEST_CASE("only names below the folder are paths") {
  using namespace std::string_literals;
  for (const std::string& path : {""s,
                                  "/"s,
                                  "/a"s,
                                  "a/"s,
                                  "a//b"s,
                                  "."s,
                                  ".."s,
                                  "../a"s,
                                  "a/../b"s,
                                  "a/."s,
                                  "a\0b"s,
                                  std::string(256, 'a'),
                                  "a/" + std::string(256, 'b')}) {
    INFO(path);
    CHECK_FALSE(parts_below(path));
  }
  CHECK(parts_below("a/b.c/..d") == std::vector<std::string>{"a", "b.c", "..d"});
  CHECK(parts_below(std::string(255, 'a')));
}

TEST_CASE("files appear together, and their folders are made") {
  const test::TempFolder temp;
  {
    StagedFiles files(temp / "new/out", Existing::refuse);
    REQUIRE(files.add("a/one.txt", "1"));
    REQUIRE(files.add("two.txt", "2"));
    CHECK_FALSE(fs::exists(temp / "new/out/a/one.txt"));
    REQUIRE(files.finish());
  }
  CHECK(snapshot(temp.path()) == std::map<std::string, std::string>{{"new", "/"},
                                                                    {"new/out", "/"},
                                                                    {"new/out/a", "/"},
                                                                    {"new/out/a/one.txt", "1"},
                                                                    {"new/out/two.txt", "2"}});
}

TEST_CASE("what is not finished leaves nothing, whatever was there before") {
  const test::TempFolder temp;
  fs::create_directories(temp / "out/a");
  REQUIRE(write_file(temp / "out/a/one.txt", "old"));
  const auto before = snapshot(temp.path());
  {
    StagedFiles files(temp / "out", Existing::replace);
    REQUIRE(files.add("a/one.txt", "new"));
    REQUIRE(files.add("b/c/two.txt", "2"));
    CHECK_FALSE(files.add(std::string(300, 'n'), "3"));
    CHECK(snapshot(temp.path()).size() > before.size());
  }
  CHECK(snapshot(temp.path()) == before);
  {
    StagedFiles files(temp / "elsewhere/deep", Existing::refuse);
    REQUIRE(files.add("x", "1"));
  }
  CHECK(snapshot(temp.path()) == before);
}

TEST_CASE("a rename that fails late takes back those before it") {
  const test::TempFolder temp;
  fs::create_directories(temp / "out");
  REQUIRE(write_file(temp / "out/1", "old"));
  StagedFiles* files = new StagedFiles(temp / "out", Existing::replace);
  REQUIRE(files->add("1", "new"));
  REQUIRE(files->add("2", "new"));
  REQUIRE(files->add("3", "new"));
  fs::create_directories(temp / "out/3");  // came in meanwhile
  const auto done = files->finish();
  REQUIRE_FALSE(done);
  CHECK(to_line(done.error()).find("out/3") != std::string::npos);
  delete files;
  CHECK(snapshot(temp / "out") == std::map<std::string, std::string>{{"1", "old"}, {"3", "/"}});
}

TEST_CASE("files that are there are refused before anything is written, or replaced") {
  const test::TempFolder temp;
  fs::create_directories(temp / "out");
  REQUIRE(write_file(temp / "out/b", "old"));
  const auto before = snapshot(temp.path());
  StagedFiles refusing(temp / "out", Existing::refuse);
  const std::vector<std::string_view> paths = {"a", "b"}, twice = {"a", "a"};
  CHECK_FALSE(refusing.check(paths));
  CHECK_FALSE(refusing.check(twice));
  CHECK_FALSE(refusing.add("b", "new"));
  CHECK(snapshot(temp.path()) == before);
  StagedFiles replacing(temp / "out", Existing::replace);
  CHECK(replacing.check(paths));
  CHECK_FALSE(replacing.check(twice));
  REQUIRE(replacing.add("b", "new"));
  REQUIRE(replacing.finish());
  CHECK(read_text(temp / "out/b").value() == "new");
}

TEST_CASE("links below the folder are never followed") {
  const test::TempFolder temp;
  fs::create_directories(temp / "out");
  fs::create_directories(temp / "elsewhere");
  REQUIRE(write_file(temp / "kept", "kept"));
  fs::create_symlink(temp / "elsewhere", temp / "out/folder");
  fs::create_symlink(temp / "kept", temp / "out/file");
  fs::create_symlink(temp / "kept", temp / "out/new.part");
  {
    StagedFiles files(temp / "out", Existing::replace);
    const std::vector<std::string_view> through = {"folder/a"};
    CHECK_FALSE(files.check(through));
    CHECK_FALSE(files.add("folder/a", "1"));
    REQUIRE(files.add("file", "2"));
    REQUIRE(files.add("new", "3"));
    REQUIRE(files.finish());
  }
  CHECK(fs::is_empty(temp / "elsewhere"));
  CHECK(read_text(temp / "kept").value() == "kept");
  CHECK_FALSE(fs::is_symlink(temp / "out/file"));
  CHECK(fs::is_symlink(temp / "out/new.part"));
  // The folder itself may be reached over a link: that is the person's own.
  fs::create_directory_symlink(temp / "elsewhere", temp / "link");
  StagedFiles files(temp / "link", Existing::refuse);
  REQUIRE(files.add("a", "1"));
  REQUIRE(files.finish());
  CHECK(read_text(temp / "elsewhere/a").value() == "1");
}

TEST_CASE("a single file is not written through a link at its temporary name either") {
  const test::TempFolder temp;
  REQUIRE(write_file(temp / "kept", "kept"));
  fs::create_symlink(temp / "kept", temp / "a.part");
  REQUIRE(write_file(temp / "a", "1"));
  CHECK(read_text(temp / "kept").value() == "kept");
  CHECK(read_text(temp / "a").value() == "1");
}

TEST_CASE("a disk that is full half way leaves nothing") {
  const test::TempFolder temp;
  {
    StagedFiles files(temp / "out", Existing::refuse);
    const test::FileSizeLimit limit(1000);
    REQUIRE(files.add("a/small", std::string(900, 'a')));
    const auto large = files.add("b/large", std::string(2000, 'b'));
    REQUIRE_FALSE(large);
    CHECK(to_line(large.error()).find("b/large") != std::string::npos);
  }
  CHECK(fs::is_empty(temp.path()));
}

}  // namespace
}  // namespace sweepbox
