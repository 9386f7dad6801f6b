#include <filesystem>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "app/command/display.hpp"
#include "core/annotation/edits.hpp"
#include "core/check/doctor.hpp"
#include "core/label/export.hpp"
#include "core/label/import_plan.hpp"
#include "core/scene/world.hpp"
#include "core/synth/synth.hpp"
#include "tests/bench/made_kitti.hpp"
#include "tests/bench/report.hpp"
#include "tests/support/open_window.hpp"

// The sample street played and a box dragged while an export of 7,481 frames, an import of their
// 45,000 boxes and an examination of that drive work at once, again and again.
//   bench_jobs            each in its own lane
//   bench_jobs one-lane   all in the lane of the eye, as it was before there were lanes

namespace {

using namespace sweepbox;  // NOLINT: a benchmark of the whole program
using bench::Figure;
using test::must;
using test::Program;
using Clock = std::chrono::steady_clock;

/// The long work, begun anew as often as it ends while `going`.
struct LongWork {
  std::shared_ptr<const Drive> drive;
  std::shared_ptr<const LabelSet> labels;
  Document document;
  std::filesystem::path folder;
  bool one_lane = false;
  bool going = true;
  int exports = 0, imports = 0, examinations = 0;

  void run_export(Jobs& jobs) {
    jobs.submit(
        [this, out = folder / ("export" + std::to_string(exports))](
            const Cancel& cancel) -> Result<void> {
          WriteRequest request{
              document, *drive, std::vector<int>(drive->frames().size()), nullptr, cancel};
          std::iota(request.frames.begin(), request.frames.end(), 0);
          const auto plan = plan_export(*label_format("kitti_object"), request);
          if (!plan) return tl::unexpected(plan.error());
          return write_export(*plan, *drive, out, Existing::refuse, cancel);
        },
        [this, &jobs](const Result<void>& done) {
          must(done);
          ++exports;
          if (going) run_export(jobs);
        },
        {.lane = one_lane ? Lane::eye : Lane::person});
  }

  void run_import(Jobs& jobs) {
    jobs.submit(
        [this](const Cancel&) -> Result<std::size_t> {
          const auto read = read_own_labels(*drive);
          if (!read) return tl::unexpected(read.error());
          return plan_import(*read, *drive, document, ImportMode::merge).edit.changes.size();
        },
        [this, &jobs](const Result<std::size_t>& done) {
          must(done);
          ++imports;
          if (going) run_import(jobs);
        },
        {.lane = one_lane ? Lane::eye : Lane::person});
  }

  void run_examination(Jobs& jobs) {
    jobs.submit(
        [this](const Cancel& cancel) -> Result<Examination> {
          DoctorOptions options;
          options.cancel = cancel;
          return examine(*drive, *labels, options);
        },
        [this, &jobs](const Result<Examination>& done) {
          must(done);
          ++examinations;
          if (going) run_examination(jobs);
        },
        {.lane = one_lane ? Lane::eye : Lane::background});
  }
};

/// Of so many seconds of play: frames that came late, and those that were passed over since late
/// ones showed that not all can be shown.
struct Played {
  double missed = 0, passed_over = 0;
};

Played play(Program& program, double seconds) {
  Session& session = program.session;
  go_to_frame(session, 0);
  // Not settle(): that waits for the long work too.
  while (!session.cache->complete(session.time.frame)) program.window->frame();
  session.time.loop = true;
  session.time.rate = 1;
  session.time.missed = session.time.passed_over = 0;
  session.time.playing = true;
  const auto start = Clock::now();
  while (bench::milliseconds_since(start) < seconds * 1e3) program.window->frame();
  session.time.playing = false;
  return {static_cast<double>(session.time.missed), static_cast<double>(session.time.passed_over)};
}

/// The longest picture of a drag, ms.
double slowest_of_drag(Program& program, int pictures) {
  Session& session = program.session;
  select(session, frame_boxes(session).front().track->uid);
  program.window->frame();
  const auto track = primary_track(session);
  Cuboid moved = world_from_ego_of_label(*session.drive, session.frame().stamp) *
                 frame_box(session, track->uid)->cuboid_in_ego;
  double slowest = 0;
  for (int i = 0; i < pictures; ++i) {
    const auto start = Clock::now();
    moved.pose.translation.x() += 0.01;
    set_preview(
        session,
        applied(must(set_key(session.history->document(), track->uid, session.moment(), moved)),
                session.history->document(),
                0));
    program.window->frame();
    slowest = std::max(slowest, bench::milliseconds_since(start));
  }
  set_preview(session, std::nullopt);
  return slowest;
}

}  // namespace

int main(int argc, char** argv) {
  const auto display = must(VirtualDisplay::where_needed(1600, 900));
  const test::TempFolder folder;
  const std::filesystem::path street = folder / "street";
  must(make_synthetic_drive(must(parse_synth_spec(embedded_street(), "street.json")), street));
  LongWork work;
  work.drive = must(open_drive(bench::made_kitti(folder, 7481), {}, {}, {}));
  work.labels = std::make_shared<const LabelSet>(must(read_own_labels(*work.drive)));
  work.document = applied(import_edit(*work.labels, *work.drive, Document()), Document(), 1);
  work.folder = folder / "out";
  work.one_lane = argc > 1 && std::string(argv[1]) == "one-lane";

  std::vector<Figure> figures;
  Program program(street, folder / "config");
  const Played alone = play(program, 20);
  figures.push_back({"jobs.missed_of_200_alone", alone.missed, "frames"});
  figures.push_back({"jobs.slowest_of_drag_alone", slowest_of_drag(program, 60), "ms"});
  Jobs& jobs = program.session.jobs;
  work.run_examination(jobs);
  work.run_export(jobs);
  work.run_import(jobs);
  const Played beside = play(program, 60);
  figures.push_back({"jobs.missed_of_600", beside.missed, "frames", 1});
  figures.push_back({"jobs.passed_over_of_600", beside.passed_over, "frames"});
  figures.push_back({"jobs.slowest_of_drag", slowest_of_drag(program, 60), "ms"});
  work.going = false;
  jobs.finish();
  const Played after = play(program, 20);
  figures.push_back({"jobs.missed_of_200_after", after.missed, "frames", 0});
  std::cerr << work.exports << " exports, " << work.imports << " imports and " << work.examinations
            << " examinations ran meanwhile\n";
  bench::print(figures, bench::wants_json(argc, argv));
  return 0;
}
