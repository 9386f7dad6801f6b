#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.hpp"
#include "core/base/open_file.hpp"
#include "core/base/parse.hpp"
#include "core/cloud/cloud_file.hpp"
#include "tests/bench/report.hpp"

// How long point files take to read, beside the bare reading of their bytes:
//   bench_clouds [--json]
//   bench_clouds [--rounds N] [--channels A,B] FILE     one file, for tests/peers/reading_peer.py:
//       prints its points, the median of N rounds in ms and the peak of memory in kB

namespace sweepbox {
namespace {

using bench::Figure;
using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const Error& error) {
  fmt::print(stderr, "bench_clouds: {}\n", to_line(error));
  std::exit(1);
}

struct Timed {
  double ms = 0;
  std::size_t points = 0;
};

Timed timed(const fs::path& path, const CloudOptions& options) {
  const auto start = Clock::now();
  const auto read = read_cloud(path, options);
  const double ms = bench::milliseconds_since(start);
  if (!read) give_up(read.error());
  return {ms, read->cloud.size()};
}

/// Into memory that is new each time, as a reader's is.
double bytes_ms(const fs::path& path) {
  const auto start = Clock::now();
  const auto file = OpenFile::open(path);
  if (!file) give_up(file.error());
  const auto bytes = std::make_unique_for_overwrite<std::byte[]>(file->size());
  if (file->read({bytes.get(), file->size()}) != file->size()) std::exit(1);
  return bench::milliseconds_since(start);
}

/// Of this program alone; ru_maxrss begins with that of the program which started it.
long peak_kilobytes() {
  constexpr std::string_view kName = "VmHWM:";
  const auto status = read_text("/proc/self/status");
  const auto at = status ? status->find(kName) : std::string::npos;
  return at == std::string::npos ? 0 : std::atol(status->c_str() + at + kName.size());
}

int read_one(const fs::path& path, int rounds, const CloudOptions& options) {
  std::vector<double> times;
  std::size_t points = 0;
  for (int round = 0; round < rounds; ++round) {
    const Timed read = timed(path, options);
    times.push_back(read.ms);
    points = read.points;
  }
  fmt::print("{} {:.4f} {}\n", points, bench::median(times), peak_kilobytes());
  return 0;
}

std::string header_of(std::string_view format, std::size_t points) {
  if (format == "ply")
    return fmt::format(
        "ply\nformat binary_little_endian 1.0\nelement vertex {}\nproperty float x\n"
        "property float y\nproperty float z\nproperty float intensity\nend_header\n",
        points);
  if (format == "pcd")
    return fmt::format(
        "VERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\n"
        "WIDTH {0}\nHEIGHT 1\nPOINTS {0}\nDATA binary\n",
        points);
  return {};
}

/// x y z intensity in float32, whatever the format.
void write_binary(const fs::path& path, std::string_view format, std::size_t points) {
  std::mt19937 random(1);
  std::string file = header_of(format, points);
  for (std::size_t i = 0; i < points; ++i) {
    const auto metres = [&] { return static_cast<float>(random() % 200'000) * 0.001F - 100; };
    const float point[] = {metres(), metres(), metres() * 0.05F, metres() + 100};
    file.append(reinterpret_cast<const char*>(point), sizeof point);
  }
  if (const auto written = write_file(path, std::string_view(file)); !written)
    give_up(written.error());
}

/// A sweep in each format, in turns with the bare bytes of the same file.
std::vector<Figure> beside_bytes() {
  constexpr std::size_t kPoints = 120'000;
  constexpr int kRounds = 201;
  constexpr double kMost = 4;
  const fs::path folder = fs::temp_directory_path() / fmt::format("sweepbox-bench-{}", ::getpid());
  fs::create_directories(folder);
  std::vector<Figure> figures;
  for (const std::string_view format : {"bin", "pcd", "ply"}) {
    const fs::path path = folder / fmt::format("cloud.{}", format);
    write_binary(path, format, kPoints);
    std::vector<double> ratios;
    for (int round = 0; round < kRounds; ++round) {
      const double bytes = bytes_ms(path);
      ratios.push_back(timed(path, {}).ms / bytes);
    }
    figures.push_back(
        {fmt::format("clouds.{}_over_bytes", format), bench::median(ratios), "×", kMost});
  }
  fs::remove_all(folder);
  return figures;
}

int run(int argc, char** argv) {
  int rounds = 1;
  CloudOptions options;
  fs::path file;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--rounds" && i + 1 < argc) {
      rounds = std::atoi(argv[++i]);
    } else if (argument == "--channels" && i + 1 < argc) {
      options.channels.emplace();
      for (const std::string_view name : split(argv[++i], ','))
        options.channels->emplace_back(name);
    } else if (argument != "--json") {
      file = argument;
    }
  }
  if (!file.empty()) return read_one(file, rounds, options);
  bench::print(beside_bytes(), bench::wants_json(argc, argv));
  return 0;
}

}  // namespace
}  // namespace sweepbox

int main(int argc, char** argv) {
  return sweepbox::run(argc, argv);
}
