#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/label/label.hpp"
#include "tests/bench/report.hpp"

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

/// A large drive. To add one: how it is made (in an empty folder) and what is measured of it.
struct Case {
  std::string_view name;
  void (*make)(const fs::path& folder);
  std::vector<Figure> (*measure)(const fs::path& folder);
  double most_megabytes;  ///< of memory at the peak
};

constexpr Case kCases[] = {
    {"nuscenes", make_nuscenes, open_nuscenes, 1000},
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
