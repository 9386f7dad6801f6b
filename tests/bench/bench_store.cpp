#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/store/project.hpp"
#include "core/store/whole.hpp"
#include "tests/bench/report.hpp"
#include "tests/support/temp_folder.hpp"

// How long an edit takes to the disk, against what the disk itself takes, both in one run; and how
// long a project of 20 000 edits takes to open.
//   bench_store [--json] [--edits N]

namespace sweepbox {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTracks = 30, kFrames = 60;

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

[[noreturn]] void give_up(const Error& error) {
  fmt::print(stderr, "bench_store: {}\n", to_line(error));
  std::exit(1);
}

template <class T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// The i-th edit of a person who goes through a street of 30 tracks and sets keys in 60 frames.
Edit edit_number(int i, const Document& document) {
  const TrackId uid = 1 + static_cast<TrackId>(i % kTracks);
  const int frame = i / kTracks % kFrames;
  const Moment moment{fmt::format("{:06}", frame), Stamp{frame * 100'000'000LL}};
  const Cuboid cuboid{pose_from_yaw(0.001 * i, Vec3(i * 0.013, i * 0.007, 0.8)),
                      Vec3(4.2, 1.8, 1.5)};
  return value_of(document.track(uid) ? set_key(document, uid, moment, cuboid)
                                      : create_track(document, "car", cuboid, moment, uid));
}

struct Latency {
  double edit_p50, edit_p99, fsync_p50, fsync_p99;
};

Latency measure_latency(const fs::path& folder, int edits) {
  auto opened = value_of(Project::open(folder / "bench.sbx", default_taxonomy(), {}));
  History history(opened.document, *opened.project);
  const int bare =
      ::open((folder / "bare").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const std::string block(4096, 'x');
  std::vector<double> edit_ms, fsync_ms;
  for (int i = 0; i < edits; ++i) {
    // In turn, so that what else the machine does meets both.
    auto start = Clock::now();
    if (bare < 0 || ::write(bare, block.data(), block.size()) != 4096 || ::fsync(bare) != 0)
      std::abort();
    fsync_ms.push_back(bench::milliseconds_since(start));

    Edit edit = edit_number(i, history.document());
    start = Clock::now();
    value_of(history.apply(std::move(edit)));
    value_of(opened.project->flush());
    edit_ms.push_back(bench::milliseconds_since(start));
  }
  ::close(bare);
  return {percentile(edit_ms, 0.5),
          percentile(edit_ms, 0.99),
          percentile(fsync_ms, 0.5),
          percentile(fsync_ms, 0.99)};
}

double measure_opening(const fs::path& folder, int edits) {
  std::vector<Row> rows;
  Document document;
  for (int i = 0; i < edits; ++i) {
    const auto number = static_cast<std::uint64_t>(i + 1);
    const LogRecord record{number,
                           LogRecord::What::apply,
                           0,
                           std::make_shared<const Edit>(edit_number(i, document)),
                           {}};
    rows.push_back(packed(record));
    document = applied(*record.edit, document, number);
  }
  value_of(write_whole(folder / "old.sbx", rows, document, {}));
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    const auto start = Clock::now();
    auto opened = value_of(Project::open(folder / "old.sbx", default_taxonomy(), {}));
    const History history(opened.document, *opened.project, std::move(opened.records));
    times.push_back(bench::milliseconds_since(start));
    if (!(history.document() == document)) std::abort();
  }
  return bench::median(times);
}

int run(bool json, int edits) {
  const test::TempFolder folder;
  const Latency latency = measure_latency(folder.path(), edits);
  const double opening = measure_opening(folder.path(), 20'000);
  fmt::print(
      stderr,
      "edit durable p50 {:.3f} ms, p99 {:.3f} ms; bare fsync of 4 KiB p50 {:.3f} ms, p99 {:.3f} "
      "ms ({} of each)\n",
      latency.edit_p50,
      latency.edit_p99,
      latency.fsync_p50,
      latency.fsync_p99,
      edits);
  bench::print({{"store.edit_durable_over_fsync_ms", latency.edit_p99 - latency.fsync_p99, "ms", 3},
                {"store.open_20k_edits_ms", opening, "ms", 1000}},
               json);
  return 0;
}

}  // namespace
}  // namespace sweepbox

int main(int count, char** arguments) {
  int edits = 2000;
  for (int i = 1; i + 1 < count; ++i)
    if (std::string_view(arguments[i]) == "--edits")
      edits = std::max(100, std::atoi(arguments[i + 1]));
  return sweepbox::run(sweepbox::bench::wants_json(count, arguments), edits);
}
