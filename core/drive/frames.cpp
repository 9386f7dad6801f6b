#include "core/drive/frames.hpp"

#include <algorithm>
#include <set>

namespace sweepbox::frames {
namespace {

/// What matching needs of a file, whatever its sensor.
struct Item {
  Stamp stamp;
  const std::string* name;
};

struct Sensor {
  bool lidar = false;
  int number = 0;  ///< index among the lidars or the cameras
  std::string_view name;
  std::vector<Item> items;
};

std::vector<Sensor> sensors_of(const DriveTables& tables) {
  std::vector<Sensor> sensors;
  for (std::size_t i = 0; i < tables.lidars.size(); ++i) {
    sensors.push_back({true, static_cast<int>(i), tables.lidars[i].name, {}});
    for (const TableSweep& sweep : tables.lidars[i].sweeps)
      sensors.back().items.push_back({sweep.stamp, &sweep.name});
  }
  for (std::size_t i = 0; i < tables.cameras.size(); ++i) {
    sensors.push_back({false, static_cast<int>(i), tables.cameras[i].name, {}});
    for (const TableImage& image : tables.cameras[i].images)
      sensors.back().items.push_back({image.stamp, &image.name});
  }
  return sensors;
}

std::vector<Stamp> stamps_of(const Sensor& sensor) {
  std::vector<Stamp> stamps;
  for (const Item& item : sensor.items) stamps.push_back(item.stamp);
  return stamps;
}

/// Half of the reference's median gap (the lower of two: absent sweeps only make gaps longer); 50
/// ms where it has one file.
std::int64_t half_gap_of(const std::vector<Stamp>& stamps) {
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < stamps.size(); ++i) gaps.push_back(stamps[i].ns - stamps[i - 1].ns);
  if (gaps.empty()) return 50'000'000;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>((gaps.size() - 1) / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle / 2;
}

void add(Row& row, const Sensor& sensor, int index) {
  (sensor.lidar ? row.sweeps : row.images).push_back({sensor.number, index});
}

/// A file that no reference file claims.
struct Leftover {
  const Sensor* sensor;
  int index;

  const Item& item() const { return sensor->items[static_cast<std::size_t>(index)]; }
};

std::vector<int> by_name(const Sensor& reference, const Sensor& other) {
  std::map<std::string_view, int> index_of;
  for (std::size_t i = 0; i < other.items.size(); ++i)
    index_of.emplace(*other.items[i].name, static_cast<int>(i));
  std::vector<int> matched;
  for (const Item& item : reference.items) {
    const auto found = index_of.find(*item.name);
    matched.push_back(found == index_of.end() ? -1 : found->second);
  }
  return matched;
}

std::vector<Leftover> leftovers_of(const Sensor& other,
                                   const std::vector<int>& matched,
                                   const std::vector<Stamp>& reference,
                                   std::int64_t half_gap,
                                   bool names) {
  const std::set<int> used(matched.begin(), matched.end());
  std::vector<Leftover> leftovers;
  for (int i = 0; i < static_cast<int>(other.items.size()); ++i) {
    if (used.contains(i)) continue;
    const Stamp stamp = other.items[static_cast<std::size_t>(i)].stamp;
    const auto after = std::lower_bound(reference.begin(), reference.end(), stamp);
    const bool near = (after != reference.end() && after->ns - stamp.ns <= half_gap) ||
                      (after != reference.begin() && stamp.ns - (after - 1)->ns <= half_gap);
    if (names || !near) leftovers.push_back({&other, i});
  }
  return leftovers;
}

/// Files of several sensors that belong to one instant, in one row.
std::vector<Row> rows_of_leftovers(std::vector<Leftover> leftovers,
                                   std::int64_t half_gap,
                                   bool names) {
  std::stable_sort(leftovers.begin(), leftovers.end(), [](const Leftover& a, const Leftover& b) {
    return a.item().stamp < b.item().stamp;
  });
  std::vector<Row> rows;
  std::set<const Sensor*> in_row;
  for (const Leftover& file : leftovers) {
    const bool same = !rows.empty() && !in_row.contains(file.sensor) &&
                      (names ? rows.back().name == *file.item().name
                             : file.item().stamp.ns - rows.back().stamp.ns <= half_gap);
    if (!same) {
      rows.push_back({*file.item().name, file.item().stamp, {}, {}});
      in_row.clear();
    }
    in_row.insert(file.sensor);
    add(rows.back(), *file.sensor, file.index);
  }
  const auto in_order = [](const Place& a, const Place& b) { return a.sensor < b.sensor; };
  for (Row& row : rows) {
    std::sort(row.sweeps.begin(), row.sweeps.end(), in_order);
    std::sort(row.images.begin(), row.images.end(), in_order);
  }
  return rows;
}

/// Keyframes find their frame by its name, so no two frames share one.
void make_names_unique(std::vector<Row>& rows) {
  std::map<std::string, int> times;
  for (Row& row : rows) {
    const int before = times[row.name]++;
    if (before > 0) row.name += fmt::format("~{}", before + 1);
  }
}

}  // namespace

std::vector<Row> rows_of(const DriveTables& tables) {
  const std::vector<Sensor> sensors = sensors_of(tables);
  if (sensors.empty()) return {};
  const Sensor& reference = sensors.front();
  const std::vector<Stamp> stamps = stamps_of(reference);
  const std::int64_t half_gap = half_gap_of(stamps);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < reference.items.size(); ++i) {
    rows.push_back({*reference.items[i].name, reference.items[i].stamp, {}, {}});
    add(rows.back(), reference, static_cast<int>(i));
  }
  std::vector<Leftover> leftovers;
  for (const Sensor& other : sensors) {
    if (&other == &reference) continue;
    const std::vector<int> matched = tables.match_by_name
                                         ? by_name(reference, other)
                                         : match_nearest(stamps, stamps_of(other), half_gap);
    for (std::size_t i = 0; i < matched.size(); ++i)
      if (matched[i] >= 0) add(rows[i], other, matched[i]);
    const auto more = leftovers_of(other, matched, stamps, half_gap, tables.match_by_name);
    leftovers.insert(leftovers.end(), more.begin(), more.end());
  }
  for (Row& row : rows_of_leftovers(std::move(leftovers), half_gap, tables.match_by_name))
    rows.push_back(std::move(row));
  std::stable_sort(
      rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.stamp < b.stamp; });
  make_names_unique(rows);
  return rows;
}

}  // namespace sweepbox::frames
