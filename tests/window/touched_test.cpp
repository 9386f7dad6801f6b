#include <catch2/catch.hpp>
#include <filesystem>

#include "app/action/action.hpp"
#include "app/command/display.hpp"
#include "core/base/files.hpp"
#include "tests/support/open_window.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/touched_pages.hpp"

using namespace sweepbox;  // NOLINT
namespace fs = std::filesystem;

namespace {

constexpr int kFrames = 7481, kBoxes = 6;

/// A KITTI object set whose clouds and calibrations are hard links to one each.
void write_set(const fs::path& folder) {
  const fs::path clouds = folder / "training/velodyne", texts = folder / "training/calib";
  fs::create_directories(clouds);
  fs::create_directories(texts);
  const std::vector<float> points = {5, 0, -1, 0.5F, 6, 1, -1, 0.5F, 7, -1, -1, 0.5F};
  const std::string bytes(reinterpret_cast<const char*>(points.data()),
                          points.size() * sizeof(float));
  REQUIRE(write_file(clouds / "000000.bin", bytes));
  REQUIRE(write_file(texts / "000000.txt",
                     "P2: 700 0 600 0 0 700 170 0 0 0 1 0\nR0_rect: 1 0 0 0 1 0 0 0 1\n"
                     "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n"));
  for (int i = 1; i < kFrames; ++i) {
    const std::string name = fmt::format("{:06}", i);
    fs::create_hard_link(clouds / "000000.bin", clouds / (name + ".bin"));
    fs::create_hard_link(texts / "000000.txt", texts / (name + ".txt"));
  }
}

/// Six tracks a frame, each with a box there alone.
Edit boxes_everywhere(const Drive& drive, test::Arena& arena) {
  Edit edit;
  edit.title = "boxes";
  for (const FrameInfo& frame : drive.frames())
    for (int i = 0; i < kBoxes; ++i) {
      Track track;
      track.uid = new_track_id();
      track.name = fmt::format("{}/{}", frame.name, i + 1);
      track.class_name = "car";
      track.first = track.last = frame.stamp;
      Keyframe key;
      key.frame = frame.name;
      key.stamp = frame.stamp;
      key.world_from_box.translation = Vec3(10 + 5 * i, 3 - i, -1);
      key.size = Vec3(4, 2, 1.5);
      track.keys = {key};
      auto shared =
          std::allocate_shared<const Track>(test::FromArena<Track>(arena), std::move(track));
      edit.changes.push_back({{Kind::track, to_hex(shared->uid)}, std::monostate(), shared});
    }
  return edit;
}

struct Touched {
  int step = 0, nudge = 0, drag = 0;
};

/// Pages of `memory` that a person's work in one frame touches.
Touched touched_by_work(test::Program& program, std::span<const std::byte> memory, int frame) {
  Session& session = program.session;
  const auto pages_of = [&](const std::function<void()>& work) {
    const test::TouchedPages pages(memory);
    work();
    program.window->settle();
    return pages.touched();
  };
  go_to_frame(session, frame);
  program.window->settle();
  Touched touched;
  touched.step = pages_of([&] { go_to_frame(session, frame + 1); });
  select(session, frame_boxes(session).front().track->uid);
  program.window->settle();
  touched.nudge = pages_of([&] {
    Arguments by;
    by.values["x"] = "0.1";
    do_action(session, "box.move", by);
  });
  touched.drag = pages_of([&] {
    const Document& document = session.history->document();
    Cuboid box = primary_track(session)->keys.front().cuboid();
    for (int i = 0; i < 3; ++i) {
      box.pose.translation.x() += 0.1;
      const auto edit = set_key(document, primary(session), session.moment(), box);
      REQUIRE(edit);
      set_preview(session, applied(*edit, document, 0));
      program.window->frame();
    }
    set_preview(session, std::nullopt);
  });
  return touched;
}

}  // namespace

TEST_CASE("a step, a nudge and a drag look at a few of 7,481 frames and of 45,000 tracks") {
  const auto display = test::must(VirtualDisplay::where_needed(test::kWidth, test::kHeight));
  const test::TempFolder folder;
  write_set(folder / "set");
  test::Arena arena(std::size_t{64} << 20);
  test::Program program(folder / "set", folder / "config");
  const auto frames = program.session.drive->frames();
  REQUIRE(frames.size() == kFrames);
  REQUIRE(commit(program.session, boxes_everywhere(*program.session.drive, arena)));
  REQUIRE(program.session.document().tracks().size() == kFrames * kBoxes);
  program.window->settle();

  // 46 frames a page, 160 pages; a search by time touches eight. Ten tracks a page, thousands.
  const Touched of_frames = touched_by_work(program, std::as_bytes(frames), 3000);
  CHECK(of_frames.step <= 40);
  CHECK(of_frames.nudge <= 30);
  CHECK(of_frames.drag <= 30);
  const Touched of_tracks = touched_by_work(program, arena.used(), 5000);
  CHECK(of_tracks.step <= 20);
  CHECK(of_tracks.nudge <= 150);  // a chunk of the list is copied, and with it the counts of 128
  CHECK(of_tracks.drag <= 400);   // for each of three pictures

  // And the counting counts: a walk over all touches all.
  const test::TouchedPages pages(std::as_bytes(frames));
  std::size_t names = 0;
  for (const FrameInfo& frame : frames) names += frame.name.size();
  CHECK(names > 0);
  CHECK(pages.touched() == pages.pages());
}
