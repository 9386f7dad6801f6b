#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "app/command/display.hpp"
#include "core/drive/sweepbox_folder.hpp"
#include "core/picture/picture.hpp"
#include "core/synth/synth.hpp"
#include "tests/bench/mapper.hpp"
#include "tests/bench/report.hpp"
#include "tests/support/open_window.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temp_folder.hpp"

// The whole window, on whatever OpenGL there is: what a person waits for. Goals are those of the
// project's README of benchmarks; every figure comes from this one run.

namespace {

using namespace sweepbox;  // NOLINT: a benchmark of the whole program
using bench::Figure;
using test::kHeight;
using test::kWidth;
using test::must;
using test::Program;
using Clock = std::chrono::steady_clock;

/// The sample street with six cameras, so that the strip has six images.
SynthSpec street_with_six_cameras(int frames) {
  SynthSpec spec = must(parse_synth_spec(embedded_street(), "street.json"));
  spec.frames = frames;
  for (std::size_t i = 0; spec.cameras.size() < 6; ++i) {
    CameraSpec more = spec.cameras[i];
    more.camera.name += "_2";
    spec.cameras.push_back(more);
  }
  return spec;
}

/// A flat disc of points with walls, written as a drive of one frame.
void write_cloud(const std::filesystem::path& folder, std::size_t count) {
  PointCloud cloud;
  std::mt19937 random(7);
  std::uniform_real_distribution<float> share(0, 1);
  Channel intensity{"intensity", {}};
  for (std::size_t i = 0; i < count; ++i) {
    const float angle = 6.2831853F * share(random), range = 3 + 77 * share(random);
    cloud.x.push_back(range * std::cos(angle));
    cloud.y.push_back(range * std::sin(angle));
    cloud.z.push_back(range > 70 ? 6 * share(random) - 1.7F : -1.7F);
    intensity.values.push_back(share(random));
  }
  cloud.channels.push_back(std::move(intensity));
  update_bounds(cloud);
  SweepboxFolderWriter writer(folder, "cloud", false);
  writer.add_lidar({"lidar", {}, true});
  const int frame = writer.add_frame({"000000", {}});
  must(writer.write_sweep(frame, "lidar", {}, cloud));
  must(writer.finish({}));
}

double frame_ms(Program& program, bool everything) {
  if (everything) program.window->invalidate();
  const auto start = Clock::now();
  program.window->frame();
  return bench::milliseconds_since(start);
}

double median_frame(Program& program, bool everything, int runs) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) times.push_back(frame_ms(program, everything));
  return bench::median(times);
}

TrackId most_points(Session& session) {
  TrackId best = 0;
  int most = -1;
  for (const FrameBox& box : frame_boxes(session))
    if (box.points > most) {
      most = box.points;
      best = box.track->uid;
    }
  return best;
}

/// Frames drawn until the picture shows a dragged box.
int frames_until_drag_shows(Program& program) {
  Session& session = program.session;
  const auto track = primary_track(session);
  const Image before = program.window->picture();
  const FrameBox* box = frame_box(session, track->uid);
  Cuboid moved =
      world_from_ego_or_identity(*session.drive, session.frame().stamp) * box->cuboid_in_ego;
  moved.size.x() += 0.4;
  EditBuilder builder(session.document());
  const auto edit = set_key(session.document(), track->uid, session.moment(), moved);
  set_preview(session, applied(must(Result<Edit>(edit)), session.document(), 0));
  int frames = 0;
  do {
    program.window->frame();
    ++frames;
  } while (program.window->picture().rgba == before.rgba && frames < 10);
  set_preview(session, std::nullopt);
  return frames;
}

/// Milliseconds from asking for a frame that is not loaded to the picture of it.
double seek_ms(Program& program, int frame) {
  Session& session = program.session;
  const auto start = Clock::now();
  go_to_frame(session, frame);
  while (true) {
    program.window->frame();
    if (session.cache->complete(frame)) break;
  }
  program.window->frame();
  return bench::milliseconds_since(start);
}

/// Frames that came late while the drive played once through.
double missed_while_playing(Program& program) {
  Session& session = program.session;
  go_to_frame(session, 0);
  program.window->settle();
  session.time.loop = false;
  session.time.missed = 0;
  session.time.playing = true;
  while (session.time.playing &&
         session.time.frame + 1 < static_cast<int>(session.drive->frames().size()))
    program.window->frame();
  session.time.playing = false;
  return static_cast<double>(session.time.missed);
}

/// Seconds from starting the program to its first whole picture, as its ui-map tells.
double start_s(const std::filesystem::path& drive, const test::TempFolder& folder) {
  const std::filesystem::path map = folder / "start-map.json";
  std::filesystem::remove(map);
  const auto start = Clock::now();
  test::Running program({SWEEPBOX_PROGRAM,
                         "open",
                         drive.string(),
                         "--project",
                         (folder / "start.sbx").string(),
                         "--config",
                         (folder / "config").string(),
                         "--ui-map",
                         map.string()},
                        {});
  while (program.alive()) {
    std::ifstream stream(map);
    const std::string content((std::istreambuf_iterator<char>(stream)),
                              std::istreambuf_iterator<char>());
    if (content.find("\"idle\": true") != std::string::npos ||
        content.find("\"idle\":true") != std::string::npos)
      return bench::milliseconds_since(start) / 1e3;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::cerr << "bench_window: the program ended before its first picture\n";
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  const auto display = must(VirtualDisplay::where_needed(kWidth, kHeight));
  const test::TempFolder folder;
  std::vector<Figure> figures;

  const std::filesystem::path street = folder / "street", sample = folder / "sample",
                              large = folder / "large";
  must(make_synthetic_drive(street_with_six_cameras(2), street));
  must(make_synthetic_drive(must(parse_synth_spec(embedded_street(), "street.json")), sample));
  write_cloud(large, 2'000'000);
  {
    Program program(street, folder / "config");
    select(program.session, most_points(program.session));
    program.window->settle();
    const double mapper = bench::mapper_ms(bench::street_points(120'000), 31);
    const double all = median_frame(program, true, 31), none = median_frame(program, false, 31);
    figures.push_back({"window.all_redrawn_over_mapper", all / mapper, "×", 1.1});
    figures.push_back({"window.nothing_changed_over_mapper", none / mapper, "×", 0.5});
    figures.push_back({"window.mapper_120k", mapper, "ms"});
    figures.push_back({"window.frame_all_redrawn", all, "ms"});
    figures.push_back({"window.frame_nothing_changed", none, "ms"});
    figures.push_back({"window.frames_from_drag_to_picture",
                       static_cast<double>(frames_until_drag_shows(program)),
                       "frames",
                       1});
  }
  {
    Program program(large, folder / "config");
    figures.push_back({"window.frame_2m_points", median_frame(program, true, 11), "ms", 150});
  }
  {
    Program program(sample, folder / "config");
    std::vector<double> seeks;
    const int count = static_cast<int>(program.session.drive->frames().size());
    for (const int frame : {count / 2, count - 1, count / 4, 3 * count / 4}) {
      if (program.session.cache->complete(frame)) continue;
      seeks.push_back(seek_ms(program, frame));
    }
    figures.push_back({"window.seek_not_loaded", bench::median(seeks), "ms", 150});
    figures.push_back(
        {"window.missed_while_playing_10_hz", missed_while_playing(program), "frames", 0});
  }
  start_s(sample, folder);  // warms the page cache
  std::vector<double> starts;
  for (int i = 0; i < 5; ++i) starts.push_back(start_s(sample, folder));
  figures.push_back({"start.first_picture", bench::median(starts), "s", 1});
  bench::print(figures, bench::wants_json(argc, argv));
  return 0;
}
