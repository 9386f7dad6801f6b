#include "core/drive/formats.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "core/base/files.hpp"
#include "core/base/open_file.hpp"
#include "core/drive/unreadable.hpp"

namespace sweepbox {

// Each in format/NAME.cpp.
DriveFormat rosbag1_format(), rosbag2_format(), mcap_format();
DriveFormat supervisely_format(), xtreme1_format();
DriveFormat argoverse2_format(), sweepbox_folder_format(), kitti_raw_format(),
    kitti_tracking_format(), kitti_object_format(), once_format(), pandaset_format(),
    sustechpoints_format(), mmdetection3d_format(), view_of_delft_format(), folder_format(),
    nuscenes_format(), zod_format();

std::span<const DriveFormat> drive_formats() {
  // All are asked; of two that are equally sure of a folder, the earlier wins.
  static const DriveFormat table[] = {
      sweepbox_folder_format(),
      kitti_raw_format(),
      kitti_tracking_format(),
      kitti_object_format(),
      once_format(),
      view_of_delft_format(),
      argoverse2_format(),
      zod_format(),
      pandaset_format(),
      sustechpoints_format(),
      mmdetection3d_format(),
      nuscenes_format(),
      supervisely_format(),
      xtreme1_format(),
      rosbag2_format(),
      rosbag1_format(),
      mcap_format(),
      folder_format(),  // takes any folder with a cloud in it
  };
  return table;
}

namespace {

constexpr int kDeepest = 3;          // folders below the one that was named
constexpr int kMostFolders = 2000;   // looked into in one search
constexpr int kMostEntries = 10000;  // of one folder

/// Folders of a folder by name; of one with very many entries only some, since each look costs.
std::vector<fs::path> some_folders(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code code;
  fs::directory_iterator entry(folder, fs::directory_options::skip_permission_denied, code);
  for (int seen = 0; !code && entry != fs::directory_iterator() && seen < kMostEntries; ++seen) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) found.push_back(entry->path());
    entry.increment(code);
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// True where each drive is one file: those of other formats may lie beside them.
bool are_files(const Listing& listing) {
  return std::all_of(listing.drives.begin(), listing.drives.end(), [](const DriveRef& ref) {
    std::error_code ignored;
    return fs::is_regular_file(ref.path, ignored);
  });
}

/// What the formats say of one folder; the surest of them keep their drives.
Listing ask(const fs::path& path, std::string_view format) {
  Listing best, notes;
  double sureness = 0;
  for (const DriveFormat& one : drive_formats()) {
    if (!format.empty() && one.name != format) continue;
    Listing found = one.list(path);
    double surest = 0;
    for (const DriveRef& ref : found.drives) surest = std::max(surest, ref.sureness);
    const bool beside = surest > 0 && surest == sureness && are_files(found) && are_files(best);
    if (beside) {
      best.drives.insert(best.drives.end(), found.drives.begin(), found.drives.end());
    } else if (surest > sureness) {
      sureness = surest;
      best = std::move(found);
    } else if (found.drives.empty()) {
      notes.notes.insert(notes.notes.end(), found.notes.begin(), found.notes.end());
    }
  }
  return best.drives.empty() ? notes : best;
}

/// Drives are chosen by name: two of one name get the folder that tells them apart in front.
void make_names_unique(std::vector<DriveRef>& drives, const fs::path& path) {
  std::map<std::string, int> times;
  for (const DriveRef& ref : drives) ++times[ref.name];
  for (DriveRef& ref : drives) {
    if (times[ref.name] < 2) continue;
    const fs::path below = ref.path.lexically_relative(path);
    const std::string folder = below.filename() == ref.name ? below.parent_path().generic_string()
                                                            : below.generic_string();
    if (!folder.empty() && folder != ".") ref.name = folder + "/" + ref.name;
  }
}

/// Absolute, since projects remember it, and without the "." or the slash at the end that would
/// hide the folder's name from its readers.
fs::path whole_path(const fs::path& path) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(path, ignored).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

std::string names_of(const std::vector<DriveRef>& drives) {
  std::string names;
  for (const DriveRef& ref : drives) names += (names.empty() ? "" : ", ") + ref.name;
  return names;
}

}  // namespace

Error why_no_drive(const fs::path& path, std::string_view format, const Listing& found) {
  if (const auto closed = closed_on_the_way(path)) return *closed;
  std::error_code ignored;
  const auto why = [&](Text expected, Text seen, Text fix) {
    return Error{
        Severity::error, path.string(), {}, std::move(expected), std::move(seen), std::move(fix)};
  };
  if (!fs::exists(path, ignored)) return why("a drive", "nothing at this place", "check the path");
  if (is_special(path)) return why("a folder or a file", kind_at(path), "name a drive");
  if (!found.notes.empty()) return found.notes.front();
  if (auto closed = unreadable_folders(path); !closed.empty()) {
    closed.front().file = (path / closed.front().file).lexically_normal().string();
    return closed.front();
  }
  return why(format.empty() ? Text("a drive") : text("a drive of format {}", format),
             "none in any format that is known",
             "open the folder that holds the sweeps, or see `sweepbox formats`");
}

Listing find_drives(const fs::path& path, std::string_view format) {
  struct Folder {
    fs::path path;
    int depth;
  };

  const fs::path start = whole_path(path);
  Listing all;
  std::deque<Folder> waiting = {{start, 0}};
  for (int looked = 0; !waiting.empty() && looked < kMostFolders; ++looked) {
    const Folder folder = waiting.front();
    waiting.pop_front();
    Listing here = ask(folder.path, format);
    all.notes.insert(all.notes.end(), here.notes.begin(), here.notes.end());
    if (!here.drives.empty()) {
      all.drives.insert(all.drives.end(), here.drives.begin(), here.drives.end());
      continue;  // what lies below a drive belongs to it
    }
    if (folder.depth == kDeepest) continue;
    for (fs::path& below : some_folders(folder.path))
      if (!below.filename().string().starts_with('.'))
        waiting.push_back({std::move(below), folder.depth + 1});
  }
  make_names_unique(all.drives, start);
  return all;
}

Result<std::shared_ptr<const Drive>> open_drive(const DriveRef& ref, const Repairs& repairs) {
  for (const DriveFormat& format : drive_formats()) {
    if (format.name != ref.format) continue;
    auto drive = format.open(ref, repairs);
    if (!drive) return tl::unexpected(drive.error());
    return std::shared_ptr<const Drive>(std::move(*drive));
  }
  return fail(ref.path.string(),
              {},
              "a drive format that is known",
              text("{}", ref.format),
              "see `sweepbox formats`");
}

Result<std::shared_ptr<const Drive>> open_drive(const fs::path& path,
                                                std::string_view format,
                                                std::string_view drive,
                                                const Repairs& repairs) {
  const Listing listing = find_drives(path, format);
  if (listing.drives.empty()) return tl::unexpected(why_no_drive(path, format, listing));
  if (drive.empty() && listing.drives.size() == 1)
    return open_drive(listing.drives.front(), repairs);
  for (const DriveRef& ref : listing.drives)
    if (!drive.empty() && ref.name == drive) return open_drive(ref, repairs);
  return fail(path.string(),
              {},
              drive.empty() ? Text("the name of one drive") : text("a drive named {}", drive),
              text("{} drives", listing.drives.size()),
              text("choose one with --drive: {}", names_of(listing.drives)));
}

}  // namespace sweepbox
