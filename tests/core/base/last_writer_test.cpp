#include "core/base/last_writer.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <vector>

#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

void nothing_fails(const Error& error) {
  FAIL(to_line(error));
}

TEST_CASE("of many contents of a file the last one is kept, in a folder that was not there") {
  const test::TempFolder folder;
  Jobs jobs(1);
  LastWriter writer(jobs, nothing_fails);
  const fs::path file = folder / "config" / "settings.toml";
  for (int i = 0; i < 100; ++i) {
    writer.keep(file, std::to_string(i));
    if (i % 7 == 0) jobs.deliver();
  }
  jobs.finish();
  CHECK(*read_text(file) == "99");
  writer.keep(file, "later");
  jobs.finish();
  CHECK(*read_text(file) == "later");
}

TEST_CASE("what no job has written yet is written at the end") {
  const test::TempFolder folder;
  Jobs jobs(1);
  std::promise<void> opening;
  std::promise<void> busy;
  jobs.submit(
      [&, open = opening.get_future().share()](const Cancel&) {
        busy.set_value();
        open.wait();
      },
      [] {},
      {.lane = Lane::person});
  busy.get_future().wait();
  {
    LastWriter writer(jobs, nothing_fails);
    writer.keep(folder / "keys.toml", "first");
    writer.keep(folder / "keys.toml", "last");
    CHECK_FALSE(fs::exists(folder / "keys.toml"));  // nobody waited for the disk
  }
  CHECK(*read_text(folder / "keys.toml") == "last");
  opening.set_value();
  jobs.finish();
  CHECK(*read_text(folder / "keys.toml") == "last");
}

TEST_CASE("what cannot be written is told, and the next content is tried again") {
  const test::TempFolder folder;
  Jobs jobs(1);
  std::vector<std::string> told;
  LastWriter writer(jobs, [&](const Error& error) { told.push_back(error.file); });
  REQUIRE(write_file(folder / "file", std::string_view("in the way")));
  writer.keep(folder / "file" / "settings.toml", "1");
  jobs.finish();
  REQUIRE(told.size() == 1);
  fs::remove(folder / "file");
  writer.keep(folder / "file" / "settings.toml", "2");
  jobs.finish();
  CHECK(told.size() == 1);
  CHECK(*read_text(folder / "file" / "settings.toml") == "2");
}

}  // namespace
}  // namespace sweepbox
