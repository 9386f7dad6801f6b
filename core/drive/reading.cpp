#include "core/drive/reading.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/files.hpp"
#include "core/base/open_file.hpp"

namespace sweepbox::reading {

std::string shown(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root);
  return relative.empty() ? path.string() : relative.generic_string();
}

DriveInfo info_of(const fs::path& root, std::string_view format) {
  DriveInfo info;
  info.name = root.filename().string();
  info.format = format;
  info.root = root;
  return info;
}

Result<PictureSize> picture_size_of(const fs::path& path) {
  // A PNG says its size in 33 bytes, a JPEG after its thumbnails: 64 kB do for nearly all.
  const std::string begin = read_beginning(path, std::size_t{1} << 16);
  if (const auto size = picture_size(std::as_bytes(std::span(begin)))) return *size;
  const auto whole = read_bytes(path);
  if (!whole) return tl::unexpected(whole.error());
  const auto size = picture_size(*whole);
  if (!size) return tl::unexpected(in_file(size.error(), path.string()));
  return *size;
}

std::vector<Numbered> numbered_files(const fs::path& folder,
                                     std::initializer_list<std::string_view> extensions,
                                     std::int64_t most) {
  std::vector<Numbered> files;
  for (const fs::path& path : list_files(folder, extensions))
    if (const auto number = number_in(path.stem().string()); number && *number <= most)
      files.push_back({*number, path});
  std::stable_sort(files.begin(), files.end(), [](const Numbered& a, const Numbered& b) {
    return a.number < b.number;
  });
  const auto last =
      std::unique(files.begin(), files.end(), [](const Numbered& a, const Numbered& b) {
        return a.number == b.number;
      });
  files.erase(last, files.end());
  return files;
}

Result<PictureSize> size_of_images(const std::vector<Numbered>& images) {
  Result<PictureSize> size = refuse("no image");
  for (const Numbered& image : images) {
    size = picture_size_of(image.path);
    if (size) break;
  }
  return size;
}

Result<std::shared_ptr<const Camera>> camera_of(const std::vector<Numbered>& images,
                                                const std::string& name,
                                                const Lens& lens,
                                                const Pose& camera_from_ego) {
  const auto size = size_of_images(images);
  if (!size) return tl::unexpected(size.error());
  return std::make_shared<Camera>(Camera{name, lens, size->width, size->height, camera_from_ego});
}

bool has_file(const fs::path& folder,
              std::initializer_list<std::string_view> extensions,
              int most) {
  std::error_code code;
  fs::directory_iterator entry(folder, code);
  for (int seen = 0; !code && entry != fs::directory_iterator() && seen < most; ++seen) {
    const std::string extension = entry->path().extension().string();
    if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end()) return true;
    entry.increment(code);
  }
  return false;
}

std::optional<Pose> pose_at(std::span<const TablePose> poses, Stamp stamp) {
  constexpr std::int64_t kReach = kNsPerSecond / 2;  // how far the first and last pose hold
  if (poses.empty()) return std::nullopt;
  const auto after =
      std::lower_bound(poses.begin(), poses.end(), stamp, [](const TablePose& pose, Stamp wanted) {
        return pose.stamp < wanted;
      });
  if (after == poses.begin() || after == poses.end()) {
    const TablePose& end = after == poses.begin() ? poses.front() : poses.back();
    const std::int64_t gap = std::max(stamp, end.stamp).ns - std::min(stamp, end.stamp).ns;
    return gap <= kReach ? std::optional(end.world_from_ego) : std::nullopt;
  }
  const TablePose& a = *(after - 1);
  const TablePose& b = *after;
  const double share =
      static_cast<double>(stamp.ns - a.stamp.ns) / static_cast<double>(b.stamp.ns - a.stamp.ns);
  return between(a.world_from_ego, b.world_from_ego, share);
}

Stamp stamp_of_number(std::int64_t number, double seconds_each) {
  return {std::llround(static_cast<double>(number) * seconds_each * 1e9)};
}

namespace {

void tell_missing(std::int64_t count,
                  const std::string& first,
                  const std::string& sensor,
                  Problems& problems) {
  if (count <= 0) return;
  problems.push_back(
      {Severity::warning,
       sensor,
       first,
       "a file for every frame from the first to the last",
       count == 1 ? Text("1 is absent") : text("{} are absent, this the first", count),
       "copy them from where the drive came from"});
}

}  // namespace

int tell_gaps(const std::vector<Numbered>& files, const std::string& sensor, Problems& problems) {
  if (files.empty()) return 0;
  const std::int64_t missing =
      files.back().number - files.front().number + 1 - static_cast<std::int64_t>(files.size());
  std::string first;
  for (std::size_t i = 1; i < files.size() && first.empty(); ++i)
    if (files[i].number > files[i - 1].number + 1)
      first = fmt::format("number {}", files[i - 1].number + 1);
  tell_missing(missing, first, sensor, problems);
  return static_cast<int>(std::min<std::int64_t>(missing, std::numeric_limits<int>::max()));
}

int tell_gaps(const std::set<std::string>& all,
              const std::set<std::string>& own,
              const std::string& sensor,
              Problems& problems) {
  if (own.empty()) return 0;
  int missing = 0;
  std::string first;
  for (auto name = all.upper_bound(*own.begin()); name != all.end() && *name < *own.rbegin();
       ++name) {
    if (own.contains(*name)) continue;
    if (missing++ == 0) first = "frame " + *name;
  }
  tell_missing(missing, first, sensor, problems);
  return missing;
}

void tell_no_file(const fs::path& path, DriveTables& tables) {
  std::error_code ignored;
  if (!fs::exists(path, ignored) || fs::is_regular_file(path, ignored)) return;
  tables.problems.push_back({Severity::error,
                             shown(path, tables.info.root),
                             {},
                             "a regular file",
                             kind_at(path),
                             "take it from where the drive came from"});
}

void tell_links(DriveTables& tables) {
  std::error_code ignored;
  const fs::path root = fs::weakly_canonical(tables.info.root, ignored);
  const auto outside = [&](const fs::path& real) {
    const fs::path relative = real.lexically_relative(root);
    return relative.empty() || *relative.begin() == "..";
  };
  std::map<fs::path, bool> folder_outside;  // one look a folder
  std::int64_t count = 0;
  fs::path first;
  const auto look = [&](const fs::path& path) {
    const fs::path folder = path.parent_path();
    auto known = folder_outside.find(folder);
    if (known == folder_outside.end())
      known = folder_outside.emplace(folder, outside(fs::weakly_canonical(folder, ignored))).first;
    const bool leads_out = known->second || (fs::is_symlink(fs::symlink_status(path, ignored)) &&
                                             outside(fs::weakly_canonical(path, ignored)));
    if (leads_out && count++ == 0) first = path;
  };
  for (const TableLidar& lidar : tables.lidars)
    for (const TableSweep& sweep : lidar.sweeps) look(sweep.path);
  for (const TableCamera& camera : tables.cameras)
    for (const TableImage& image : camera.images) look(image.path);
  for (const LabelPlace& place : tables.info.labels) {
    // Labels may be named elsewhere, and be the drive's folder itself: then no link leads there.
    const std::string below = place.path.lexically_relative(tables.info.root).generic_string();
    if (below.empty() || below.starts_with("..")) continue;
    if (below != ".") look(place.path);
    if (fs::is_directory(place.path, ignored))
      for (const fs::path& file : list_files(place.path)) look(file);
  }
  if (count == 0) return;
  tables.problems.push_back({Severity::note,
                             shown(first, tables.info.root),
                             {},
                             "files inside the drive's folder",
                             count == 1 ? Text("a link to one outside")
                                        : text("{} files outside of it, through links", count),
                             "they are read; copy them where the drive shall move"});
}

}  // namespace sweepbox::reading
