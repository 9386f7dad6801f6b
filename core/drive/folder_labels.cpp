#include "core/drive/folder_labels.hpp"

#include "core/base/files.hpp"
#include "core/drive/reading.hpp"

namespace sweepbox {
namespace {

/// Also a folder or a pipe of that name: its reader says that it is no file.
bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

std::vector<LabelPlace> labels_beside(const fs::path& root, const fs::path& clouds) {
  std::vector<LabelPlace> places;
  const auto add = [&](const char* format, const fs::path& path) {
    places.push_back({format, path});
  };
  for (const fs::path& set : {root, clouds.parent_path()})
    if (places.empty() &&
        (is_there(set / "meta.json") || is_there(set.parent_path() / "meta.json")) &&
        (reading::has_file(set / "ann", {".json"}) || is_there(set / "annotation.json")))
      add("supervisely", set);
  if (is_there(root / "labels" / "_classes.json")) add("labelcloud", root / "labels");
  if (is_there(root / "tracklet_labels.xml")) add("kitti_raw", root / "tracklet_labels.xml");
  if (reading::has_file(root / "labels", {".txt"})) add("openpcdet", root / "labels");
  if (reading::has_file(root / "result", {".json"})) add("xtreme1", root / "result");
  if (is_there(root / "annotations" / "default.json"))
    add("datumaro", root / "annotations" / "default.json");
  if (is_there(root / "labels.csv")) add("csv", root / "labels.csv");
  constexpr std::size_t kMostLooked = 20;
  std::size_t looked = 0;
  for (const fs::path& path : list_files(root, {".json"})) {
    if (++looked > kMostLooked) break;
    const std::string text = read_beginning(path, 4096);
    if (text.find("\"openlabel\"") != std::string::npos) add("openlabel", path);
    if (text.find("\"pointcloud-cuboid") != std::string::npos) add("segments", path);
  }
  return places;
}

}  // namespace sweepbox
