#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/label/json_boxes.hpp"
#include "core/label/repairs.hpp"

// Inside the room label: what the files of a Supervisely project share (formats.md 4.12, 4.13).

namespace sweepbox::supervisely {

/// Which axis of a box is its length. Supervisely's own boxes have width, length, height along x,
/// y, z and their front at +y; CVAT and Datumaro write their own boxes into the same fields: length
/// along x, front at +x.
enum class LengthOn { x, y };

/// What files of one project say together. While writing it gathers what they need of meta.json and
/// key_id_map.json.
struct Project {
  LengthOn length_on = LengthOn::y;
  std::map<std::string, std::string> name_of_key;  ///< objects of key_id_map.json: key → number
  std::map<std::string, std::string> key_of_name;
  std::map<std::int64_t, std::string> cloud_of_index;  ///< frame_pointcloud_map.json

  std::map<std::string, std::int64_t> new_objects;  ///< key → number
  std::set<std::string> new_figures, new_files;     ///< keys
  std::set<std::string> classes, tags;              ///< that files written now have
};

/// Who wrote the boxes, judged by texts of annotation files: Datumaro (whose objects carry
/// "objects" and "figures", whose times are Python's) or else by the boxes themselves, where at
/// least five are clearly longer than wide and four of five say the same.
struct Judgement {
  LengthOn length_on = LengthOn::y;
  bool by_writer = false;  ///< Datumaro's marks were found
  int longer_on_x = 0, longer_on_y = 0;
};

Judgement judge(std::span<const std::string> texts);

/// 32 hex digits that follow from the words: keys of what is new.
std::string key_from(std::string_view words);
bool is_key(std::string_view name);

/// An annotation file: of one cloud (`frame` names it) or of an episode (`frame` empty).
MakeJsonBoxes maker(const Drive& drive, Project& project, std::string frame);

}  // namespace sweepbox::supervisely
