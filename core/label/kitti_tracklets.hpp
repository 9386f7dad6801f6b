#pragma once
#include <array>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "core/annotation/taxonomy.hpp"
#include "core/drive/drive.hpp"
#include "core/geometry/cuboid.hpp"
#include "core/label/repairs.hpp"

// Inside the room label: what the numbers of a tracklet_labels.xml mean. The devkit's files have h,
// w, l and the centre of the bottom face; what CVAT and Datumaro call KITTI raw has the three sizes
// in another order and the centre (formats.md 1.5, trap 12).

namespace sweepbox {

/// The list of frames that CVAT and Datumaro write beside the tracklets.
constexpr std::string_view kTrackletFrameList = "frame_list.txt";

/// The frame that tracklets stand in; the clouds' own, where the drive has no velodyne.
Pose ego_from_velodyne(const Drive& drive, int frame);

/// The node of all tracklets, with boost's root around it or without; none where there is neither.
pugi::xml_node tracklets_of(const pugi::xml_document& document);

/// Bytes [begin, end) of an item. Its end tag is the first behind `after`, a byte inside of it.
std::pair<std::uint64_t, std::uint64_t> bytes_of_item(std::string_view xml,
                                                      const pugi::xml_node& item,
                                                      std::size_t after);

struct TrackletManner {
  bool cvat =
      false;  ///< (tx, ty, tz) is the centre, angles in three.js's order, sizes in any order
  std::array<const char*, 3> tags = {"l", "w", "h"};  ///< that hold length, width, height
  std::map<std::int64_t, std::string> frame_names;    ///< frame_list.txt beside it: number → name

  // How it was found out, for people.
  std::string_view mark;  ///< what only such a file has; empty where the boxes alone tell
  bool by_boxes = false;  ///< the order of sizes fits the classes; else by the order of the tags
  int negative = 0;       ///< tracklets with a size below 0, whose amount is taken
};

/// Judges a file by marks that only Datumaro's exporter leaves (attributes, a frame list beside it,
/// negative sizes, the order of its tags); without one it is the devkit's, unless at least five
/// boxes of known classes say clearly otherwise. Among CVAT's orders of sizes, which changed over
/// its versions, that which fits the classes' usual sizes is taken where it is clear.
TrackletManner manner_of(const pugi::xml_node& tracklets,
                         std::string_view frame_list,
                         const Taxonomy& taxonomy);

/// What the manner is, where it is not the devkit's; to be said.
std::optional<Problem> told(const TrackletManner& manner, const std::string& file);

/// Length, width, height. The error names the tag.
[[nodiscard]] Result<Vec3> tracklet_size(const pugi::xml_node& tracklet,
                                         const TrackletManner& manner);

/// In the velodyne's axes.
[[nodiscard]] Result<Cuboid> tracklet_cuboid(const pugi::xml_node& pose,
                                             const Vec3& size,
                                             const TrackletManner& manner,
                                             const RawAngles& angles);

/// A pose that says the object is outside: CVAT fills gaps with those.
bool is_outside(const pugi::xml_node& pose, const TrackletManner& manner);

/// tx, ty, tz and rx, ry, rz (rad) of a box.
struct TrackletPose {
  Vec3 place, turn;
};

TrackletPose tracklet_pose(const Cuboid& in_velodyne, const TrackletManner& manner);

/// What `attributes` of a tracklet or pose says (CVAT alone writes them).
void add_attributes(const pugi::xml_node& node, Attributes& to);

}  // namespace sweepbox
