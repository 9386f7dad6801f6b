#include <catch2/catch.hpp>

#include "app/action/script.hpp"
#include "core/base/files.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;  // NOLINT
using test::TempFolder;

TEST_CASE("the script of six vehicles holds on KITTI's second drive") {
  SHARED_DATA_OR_SKIP(data, "kitti_raw");
  const TempFolder folder;
  Jobs jobs(2);
  Session session(jobs);
  OpenRequest request;
  request.path = data / "2011_09_26" / "2011_09_26_drive_9001_sync";
  request.project = folder / "nine.sbx";
  REQUIRE(open_in_session(session, request));
  ScriptHooks hooks;
  hooks.settle = [&] {
    jobs.finish();
    REQUIRE(session.project->flush());
    update(session);
  };
  const auto script = read_text(fs::path(SWEEPBOX_SOURCE_DIR) / "samples" / "scripts" /
                                "kitti_raw_9001.sweepscript");
  REQUIRE(script);
  const auto done = run_script(session, *script, "kitti_raw_9001.sweepscript", hooks);
  INFO((done ? std::string() : to_line(done.error())));
  REQUIRE(done);

  // All of it is there again after closing.
  const Document made = session.document();
  REQUIRE(open_in_session(session, request));
  CHECK(session.document() == made);
  CHECK(session.history->records().size() > 30);
}

TEST_CASE(
    "every real drive opens with its labels as its first edit, and closes without a trace in its "
    "folder") {
  for (const char* name : {"kitti_object", "kitti_tracking", "sustechpoints"}) {
    const auto data = test::shared_data(name);
    if (!data) {
      test::say_skipped(name);
      continue;
    }
    INFO(name);
    const auto before = fs::last_write_time(*data);
    const TempFolder folder;
    Jobs jobs(2);
    Session session(jobs);
    OpenRequest request;
    request.path = *data;
    request.project = folder / "p.sbx";
    const auto drives = find_drives(*data);
    REQUIRE_FALSE(drives.drives.empty());
    request.drive = drives.drives.front().name;
    REQUIRE(open_in_session(session, request));
    jobs.finish();
    CHECK(session.document().tracks().size() > 5);
    REQUIRE(session.history->records().size() == 1);
    CHECK(session.history->records()[0].edit->author == Author::import);
    CHECK_FALSE(frame_boxes(session).empty());
    jobs.finish();
    for (const FrameBox& box : frame_boxes(session)) CHECK(box.points >= 0);
    REQUIRE(close_drive(session));
    CHECK(fs::last_write_time(*data) == before);
  }
}
