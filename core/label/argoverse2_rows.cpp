#include "core/label/argoverse2_rows.hpp"

#include <algorithm>
#include <cmath>

#include "core/label/reading.hpp"

namespace sweepbox::argoverse2 {
namespace {

constexpr const char* kFix = "correct the row, or take the file from the data set again";
constexpr double kLargestSize = 100, kFarthest = 100'000;

Result<Cuboid> cuboid_of(const Columns& columns, std::size_t row, const RawAngles& angles) {
  Numbers n;
  for (std::size_t i = 0; i < n.size(); ++i) n[i] = columns.numbers[i]->number(row);
  for (std::size_t i = 0; i < 3; ++i)
    if (!(n[i] > 0 && n[i] <= kLargestSize))
      return fail({},
                  kNumbers[i],
                  text("a length above 0, up to {} m", kLargestSize),
                  text("{}", n[i]),
                  kFix);
  for (std::size_t i = 7; i < 10; ++i)
    if (!(std::abs(n[i]) <= kFarthest))
      return fail({}, kNumbers[i], text("a place within {} m", kFarthest), text("{}", n[i]), kFix);
  const auto rotation = angles.wxyz(n[3], n[4], n[5], n[6]);
  if (!rotation) return fail({}, "qw qx qy qz", "a quaternion", "zeros or no numbers", kFix);
  return Cuboid{{*rotation, {n[7], n[8], n[9]}}, {n[0], n[1], n[2]}};
}

/// Differences of times must stay inside 64 bits.
bool is_time(std::optional<std::int64_t> ns) {
  constexpr std::int64_t kMost = std::int64_t{1} << 61;
  return ns && *ns >= -kMost && *ns <= kMost;
}

}  // namespace

Result<Table> table_in(std::span<const std::byte> file) {
  auto read = read_arrow(file);
  if (!read) return tl::unexpected(read.error());
  if (!read->left_out.empty()) return tl::unexpected(read->left_out.front());
  return std::move(read->table);
}

Result<Columns> columns_of(const Table& table) {
  Columns columns;
  const auto find = [&](const char* name, bool text) -> const TableColumn* {
    const TableColumn* column = table.find(name);
    return column && is_text(column->type()) == text ? column : nullptr;
  };
  const auto missing = [](const char* name, const char* what) {
    return fail({}, fmt::format("column {}", name), what, "none", "take another file");
  };
  if (!(columns.stamp = find("timestamp_ns", false))) return missing("timestamp_ns", "nanoseconds");
  if (!(columns.category = find("category", true))) return missing("category", "classes");
  for (std::size_t i = 0; i < std::size(kNumbers); ++i)
    if (!(columns.numbers[i] = find(kNumbers[i], false))) return missing(kNumbers[i], "numbers");
  columns.track = find("track_uuid", true);
  columns.score = find("score", false);
  columns.log = find("log_id", true);
  return columns;
}

Instant Times::at(std::int64_t ns) const {
  const std::string name = std::to_string(ns);
  if (instants_.has(name)) return instants_.named(name);
  const int nearest = drive_.frames().empty() ? -1 : drive_.frame_table().nearest({ns});
  if (nearest < 0) return {-1, 0, name, {ns}};
  const FrameInfo& frame = drive_.frames()[static_cast<std::size_t>(nearest)];
  constexpr std::int64_t kSame = 1000;  // doubles of seconds round so
  const std::int64_t gap = std::max(frame.stamp.ns, ns) - std::min(frame.stamp.ns, ns);
  if (gap <= kSame) return instant_of_frame(drive_, nearest);
  return {-1, nearest, name, {ns}};
}

bool is_of_log(const Columns& columns, std::size_t row, const std::string& log) {
  return !columns.log || log.empty() || columns.log->text(row) == log;
}

std::string log_of(const Columns& columns, std::size_t rows, const Drive& drive) {
  for (std::size_t row = 0; columns.log && row < rows; ++row)
    if (columns.log->text(row) == drive.info().name) return drive.info().name;
  return {};
}

Result<Label> label_of(const Columns& columns,
                       std::size_t row,
                       const Times& times,
                       const RawAngles& angles) {
  const auto ns = columns.stamp->integer(row);
  if (!is_time(ns)) return fail({}, "timestamp_ns", "nanoseconds", "no time", kFix);
  const auto cuboid = cuboid_of(columns, row, angles);
  if (!cuboid) return tl::unexpected(cuboid.error());
  // Rows share their texts in a dictionary: one that is too long is not copied for each of them.
  const std::string_view category = columns.category->text(row);
  const std::string_view track = columns.track ? columns.track->text(row) : std::string_view();
  if (category.empty()) return fail({}, "category", "a class", "nothing", kFix);
  if (const auto fault = too_long("category", category)) return tl::unexpected(*fault);
  if (const auto fault = too_long("track_uuid", track)) return tl::unexpected(*fault);
  const Instant instant = times.at(*ns);
  Label label = label_at(instant);
  label.cuboid_in_ego = *cuboid;
  label.class_name = category;
  label.track = track;
  label.has_track_id = !label.track.empty();
  if (!label.has_track_id) label.track = made_up_track(instant.name, row + 1);
  // Not a number where it is missing, or what a detector divided by zero: the row keeps it.
  const double score = columns.score ? columns.score->number(row) : std::nan("");
  if (std::isfinite(score)) label.score = score;
  return label;
}

}  // namespace sweepbox::argoverse2
