#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/label/label.hpp"
#include "core/picture/picture.hpp"
#include "tests/bench/report.hpp"
#include "tests/support/mcap_writer.hpp"
#include "tests/support/ros_messages.hpp"

// How long large drives take to open, and how much memory that costs. Their data are made once, in
// a folder that can be kept (several GB):
//   bench_drives [--json] [--data FOLDER] [CASE …]

namespace sweepbox {
namespace {

using bench::Figure;
using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const Error& error) {
  fmt::print(stderr, "bench_drives: {}\n", to_line(error));
  std::exit(1);
}

template <class T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}

double seconds_since(Clock::time_point start) {
  return bench::milliseconds_since(start) * 1e-3;
}

/// Runs a generator of tests/bench.
void make(const std::string& command) {
  fmt::print(stderr, "{}\n", command);
  if (std::system(command.c_str()) != 0) std::exit(1);
}

void make_nuscenes(const fs::path& folder) {
  make(fmt::format(
      "python3 '{}/tests/bench/make_nuscenes.py' '{}'", SWEEPBOX_SOURCE_DIR, folder.string()));
}

/// A scene in the middle of the tables: open it, then its labels.
std::vector<Figure> open_nuscenes(const fs::path& folder) {
  auto start = Clock::now();
  const Listing listing = find_drives(folder);
  if (listing.drives.empty()) std::exit(1);
  const double listed = seconds_since(start);
  start = Clock::now();
  const auto drive = value_of(open_drive(listing.drives[listing.drives.size() / 2]));
  const double opened = seconds_since(start);
  start = Clock::now();
  const LabelSet labels = value_of(read_own_labels(*drive));
  const double labelled = seconds_since(start);
  if (labels.labels.empty()) std::exit(1);
  return {{"nuscenes.list_scenes_s", listed, "s", 1},
          {"nuscenes.open_scene_s", opened, "s", 10},
          {"nuscenes.read_labels_s", labelled, "s", 10}};
}

/// 2 GB: a lidar of 120,000 points and four cameras at 10 Hz, transforms at 100 Hz; noisy numbers,
/// as sensors have them, in zstd chunks.
void make_mcap(const fs::path& folder) {
  using test::Wire;
  const fs::path path = folder / "large.mcap";
  fmt::print(stderr, "writing {}\n", path.string());
  test::McapWriter writer(path, {"zstd", std::size_t{4} << 20, true, true});
  const auto tf = writer.channel("/tf", "tf2_msgs/msg/TFMessage");
  const auto points = writer.channel("/lidar/points", "sensor_msgs/msg/PointCloud2");
  std::vector<std::uint16_t> images, infos;
  for (int camera = 0; camera < 4; ++camera) {
    const std::string space = fmt::format("/camera_{}", camera);
    images.push_back(
        writer.channel(space + "/image_raw/compressed", "sensor_msgs/msg/CompressedImage"));
    infos.push_back(writer.channel(space + "/camera_info", "sensor_msgs/msg/CameraInfo"));
  }
  std::mt19937 random(1);
  constexpr std::size_t kPoints = 120'000;
  constexpr std::int64_t kStart = 1'700'000'000'000'000'000, kGap = 100'000'000;
  std::vector<float> numbers(kPoints * 4);
  Image picture{1920, 1080, std::vector<std::uint8_t>(1920 * 1080 * 4), 1920, 1080};
  for (std::uint8_t& level : picture.rgba) level = static_cast<std::uint8_t>(random());
  const std::vector<std::byte> jpeg = value_of(encode_jpeg(picture, 30));
  for (std::int64_t frame = 0; fs::file_size(path) < (std::uintmax_t{2} << 30); ++frame) {
    const std::int64_t now = kStart + frame * kGap;
    for (int i = 0; i < 10; ++i) {
      const std::int64_t then = now + i * kGap / 10;
      std::vector<test::Transform> transforms = {
          {then, "odom", "base_link", {static_cast<double>(frame) + 0.1 * i, 0, 0}},
          {then, "base_link", "lidar", {0, 0, 1.8}}};
      for (int camera = 0; camera < 4; ++camera)
        transforms.push_back(
            {then, "base_link", fmt::format("camera_{}", camera), {1, 0, 1}, {-.5, .5, -.5, .5}});
      writer.message(tf, then, test::tf_message(Wire::cdr, transforms));
    }
    for (float& number : numbers)
      number = static_cast<float>(random() % 100'000) * 0.001F;  // millimetres
    writer.message(points,
                   now,
                   test::point_cloud2(Wire::cdr,
                                      now,
                                      "lidar",
                                      {{"x", 0, 7}, {"y", 4, 7}, {"z", 8, 7}, {"intensity", 12, 7}},
                                      16,
                                      std::as_bytes(std::span(numbers)),
                                      kPoints));
    for (std::size_t camera = 0; camera < 4; ++camera) {
      const std::string name = fmt::format("camera_{}", camera);
      writer.message(infos[camera],
                     now,
                     test::camera_info(Wire::cdr,
                                       now,
                                       name,
                                       1920,
                                       1080,
                                       "plumb_bob",
                                       {0.1, -0.2, 0, 0, 0},
                                       {1000, 0, 960, 0, 1000, 540, 0, 0, 1},
                                       {1000, 0, 960, 0, 0, 1000, 540, 0, 0, 0, 1, 0}));
      test::RosMessage message(Wire::cdr);
      message.header(now, name).text("jpeg").sequence(jpeg);
      writer.message(images[camera], now, message.bytes());
    }
  }
  writer.close();
}

/// Opened for the first time, opened again, and frames read here and there.
std::vector<Figure> open_mcap_drive(const fs::path& folder) {
  const fs::path cache = folder / "cache";
  fs::remove_all(cache);
  ::setenv("XDG_CACHE_HOME", cache.c_str(), 1);
  auto start = Clock::now();
  value_of(open_drive(folder / "large.mcap", {}, {}, {}));
  const double indexed = seconds_since(start);
  start = Clock::now();
  const auto drive = value_of(open_drive(folder / "large.mcap", {}, {}, {}));
  const double opened = seconds_since(start);
  std::mt19937 random(2);
  std::vector<double> sweeps, pictures;
  for (int i = 0; i < 100; ++i) {
    const int frame = static_cast<int>(random() % drive->frames().size());
    start = Clock::now();
    value_of(drive->read_sweep(frame, 0));
    sweeps.push_back(bench::milliseconds_since(start));
    start = Clock::now();
    value_of(drive->read_image(frame, static_cast<int>(random() % 4), 960));
    pictures.push_back(bench::milliseconds_since(start));
  }
  return {
      {"mcap.first_indexing_s", indexed, "s", 60},
      {"mcap.open_again_s", opened, "s", 2},
      {"mcap.read_sweep_ms", bench::median(sweeps), "ms", 150},
      {"mcap.read_sweep_slowest_ms", *std::max_element(sweeps.begin(), sweeps.end()), "ms", 150},
      {"mcap.read_image_ms", bench::median(pictures), "ms", 150},
      {"mcap.read_image_slowest_ms",
       *std::max_element(pictures.begin(), pictures.end()),
       "ms",
       150}};
}

/// A large drive. To add one: how it is made (in an empty folder) and what is measured of it.
struct Case {
  std::string_view name;
  void (*make)(const fs::path& folder);
  std::vector<Figure> (*measure)(const fs::path& folder);
  double most_megabytes;  ///< of memory at the peak
};

constexpr Case kCases[] = {
    {"nuscenes", make_nuscenes, open_nuscenes, 1000},
    {"mcap", make_mcap, open_mcap_drive, 1000},
};

/// In a process of its own, so that the peak of memory is this case's. Figures come back by pipe.
std::vector<Figure> measured(const Case& one, const fs::path& folder) {
  int ends[2];
  if (::pipe(ends) != 0) std::exit(1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    for (const Figure& figure : one.measure(folder)) {
      const std::string line = fmt::format(
          "{} {} {} {} {}\n", figure.name, figure.value, figure.unit, figure.goal, figure.at_most);
      if (::write(ends[1], line.data(), line.size()) < 0) std::_Exit(1);
    }
    std::_Exit(0);
  }
  ::close(ends[1]);
  std::vector<Figure> figures;
  std::FILE* lines = ::fdopen(ends[0], "r");
  char name[200], unit[20], at_most[10];
  for (Figure figure;
       std::fscanf(
           lines, "%199s %lf %19s %lf %9s", name, &figure.value, unit, &figure.goal, at_most) ==
       5;) {
    figure.name = name;
    figure.unit = unit;
    figure.at_most = std::string_view(at_most) == "true";
    figures.push_back(figure);
  }
  std::fclose(lines);
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  if (status != 0) std::exit(1);
  const double megabytes = static_cast<double>(used.ru_maxrss) / 1024;
  figures.push_back({std::string(one.name) + ".peak_memory", megabytes, "MB", one.most_megabytes});
  return figures;
}

int run(int argc, char** argv) {
  fs::path data;
  std::vector<std::string_view> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--data" && i + 1 < argc)
      data = argv[++i];
    else if (argument != "--json")
      wanted.push_back(argument);
  }
  const bool keep = !data.empty();
  if (!keep) data = fs::temp_directory_path() / fmt::format("sweepbox-bench-{}", ::getpid());
  std::vector<Figure> figures;
  for (const Case& one : kCases) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), one.name) == wanted.end())
      continue;
    const fs::path folder = data / one.name;
    if (!fs::exists(folder)) {
      fs::create_directories(folder);
      one.make(folder);
    }
    const std::vector<Figure> more = measured(one, folder);
    figures.insert(figures.end(), more.begin(), more.end());
    if (!keep) fs::remove_all(folder);
  }
  if (!keep) fs::remove_all(data);
  bench::print(figures, bench::wants_json(argc, argv));
  return 0;
}

}  // namespace
}  // namespace sweepbox

int main(int argc, char** argv) {
  return sweepbox::run(argc, argv);
}
