#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "app/action/action.hpp"
#include "app/command/display.hpp"
#include "core/annotation/edits.hpp"
#include "core/scene/world.hpp"
#include "tests/bench/made_kitti.hpp"
#include "tests/bench/report.hpp"
#include "tests/support/open_window.hpp"
#include "tests/support/temp_folder.hpp"

// What a person does in one frame of a KITTI object set, six boxes a frame: in 200 frames and in
// 7,481, as ratios; and what is done once a drive.

namespace {

using namespace sweepbox;  // NOLINT: a benchmark of the whole program
using bench::Figure;
using bench::made_kitti;
using test::must;
using test::Program;
using Clock = std::chrono::steady_clock;

constexpr int kShort = 200, kLong = 7481;

/// One of what a person does, measured in turn.
struct Done {
  double step = 0, nudge = 0, drag = 0;
};

double time_ms(const std::function<void()>& what) {
  const auto start = Clock::now();
  what();
  return bench::milliseconds_since(start);
}

/// Milliseconds of each, from asking to the picture.
Done do_once(Program& program, int round) {
  Session& session = program.session;
  Done done;
  const int next = session.time.frame + 1;
  done.step = time_ms([&] {
    go_to_frame(session, next);
    do program.window->frame();
    while (!session.cache->complete(next));
    program.window->frame();
  });
  program.window->settle();
  select(session, frame_boxes(session).front().track->uid);
  program.window->settle();
  const double way = round % 2 == 0 ? 0.05 : -0.05;
  done.nudge = time_ms([&] {
    Arguments by;
    by.values["x"] = std::to_string(way);
    do_action(session, "box.move", by);
    program.window->frame();
  });
  program.window->settle();
  const auto track = primary_track(session);
  Cuboid moved = world_from_ego_of_label(*session.drive, session.frame().stamp) *
                 frame_box(session, track->uid)->cuboid_in_ego;
  constexpr int kPictures = 5;
  done.drag =
      time_ms([&] {
        for (int i = 0; i < kPictures; ++i) {
          moved.pose.translation.x() += 0.02;
          const Document& document = session.history->document();
          set_preview(
              session,
              applied(must(set_key(document, track->uid, session.moment(), moved)), document, 0));
          program.window->frame();
        }
      }) /
      kPictures;
  set_preview(session, std::nullopt);
  program.window->settle();
  return done;
}

double convert_s(const std::filesystem::path& set, const test::TempFolder& folder, int run) {
  const std::filesystem::path out =
      folder / ("out" + set.filename().string() + "-" + std::to_string(run));
  const auto start = Clock::now();
  const auto finished = test::run_sweepbox(
      {"convert", set.string(), "--to", "kitti_object", "--output", out.string(), "--quiet"});
  if (finished.status != 0)
    test::give_up(Error{Severity::error, set.string(), {}, {}, finished.err, {}});
  // What was written stays until the end: ext4 searches long for names just after many were
  // deleted.
  return bench::milliseconds_since(start) / 1e3;
}

}  // namespace

int main(int argc, char** argv) {
  const auto display = must(VirtualDisplay::where_needed(test::kWidth, test::kHeight));
  const test::TempFolder folder;
  const auto few = made_kitti(folder, kShort), many = made_kitti(folder, kLong);
  std::vector<Figure> figures;
  {
    std::vector<Done> in_few, in_many;
    // One window after the other: there is one ImGui in a process.
    for (int round = 0; round < 3; ++round)
      for (const bool long_one : {false, true}) {
        Program program(long_one ? many : few, folder / "config");
        for (int i = 0; i < 7; ++i) (long_one ? in_many : in_few).push_back(do_once(program, i));
      }
    const auto add = [&](const char* name, double Done::*what) {
      const auto median = [&](const std::vector<Done>& all) {
        std::vector<double> values;
        for (const Done& one : all) values.push_back(one.*what);
        return bench::median(values);
      };
      const double before = median(in_few), after = median(in_many);
      figures.push_back({std::string("long.") + name + "_ms", after, "ms"});
      figures.push_back({std::string("long.") + name + "_over_short", after / before, "×", 1.3});
    };
    add("step", &Done::step);
    add("nudge", &Done::nudge);
    add("drag", &Done::drag);
  }
  std::vector<double> small, large;
  for (int i = 0; i < 5; ++i) {
    small.push_back(convert_s(few, folder, i));
    large.push_back(convert_s(many, folder, i));
  }
  figures.push_back({"long.convert_s", bench::median(large), "s"});
  figures.push_back({"long.convert_over_short_per_frame",
                     bench::median(large) / bench::median(small) * kShort / kLong,
                     "×",
                     1.3});
  bench::print(figures, bench::wants_json(argc, argv));
  return 0;
}
