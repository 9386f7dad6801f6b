#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/drive/drive.hpp"
#include "core/geometry/cuboid.hpp"
#include "core/sensor/box_projection.hpp"

// The rows that KITTI object and KITTI tracking share (formats.md 4.1, 4.2).

namespace sweepbox {

/// Tracking rows begin with two more fields: frame and track.
enum class KittiRows { object, tracking };

/// One row as the file has it. Defaults are what the benchmark writes where it does not know.
struct KittiRow {
  std::int64_t frame = 0;   ///< tracking alone
  std::int64_t track = -1;  ///< tracking alone; −1: DontCare
  std::string type;
  double truncated = -1;  ///< object: share outside the image; tracking: 0, 1, 2
  int occluded = -1;      ///< 0 visible, 1 partly, 2 mostly, 3 unknown
  double alpha = -10;     ///< rad, ry − atan2(x, z)
  Rect rect{-1, -1, -1, -1};
  double height = -1, width = -1, length = -1;  ///< m
  Vec3 bottom{-1000, -1000, -1000};             ///< centre of the bottom face in camera_rect_0, m
  double ry = -10;                              ///< rad about the camera's y; 0: front along its x
  std::optional<double> score;
};

/// The error names the field. Whether it holds a cuboid is another question.
[[nodiscard]] Result<KittiRow> parse_kitti_row(std::string_view line, KittiRows rows);

/// False for DontCare and for what is a 2D box alone (all 3D fields at their defaults).
bool has_cuboid(const KittiRow& row);

/// The cuboid in camera_rect_0; the error names the field that makes it none (negative, NaN,
/// absurd).
[[nodiscard]] Result<Cuboid> cuboid_in_rect(const KittiRow& row);

/// camera_rect_0 from the axes x forward, y left, z up at its origin.
Pose rect_from_upright();

/// Sets place, size, ry and alpha. KITTI has no tilt: the nearest upright box takes its place.
void set_cuboid(KittiRow& row, const Cuboid& cuboid_in_rect);

/// Without a line end.
std::string kitti_line(const KittiRow& row, KittiRows rows);

/// Lines of a text that are not blank, as byte ranges with their line ends, and their numbers
/// from 1.
struct LineRecord {
  std::uint64_t begin = 0, end = 0;
  int number = 0;
};

std::vector<LineRecord> line_records(std::string_view text);

/// ego_from_camera_rect_0 of a frame. A drive that has none (written from another set) gets a
/// camera at ego's origin that looks forward.
Pose ego_from_camera_rect(const Drive& drive, int frame);
bool has_camera_rect(const Drive& drive, int frame);
/// What a reader says where labels have a file, but their frame no calibration.
Error no_camera_rect(const std::string& frame);

/// The frame's image of the left colour camera (image_2, image_02), whose 2D boxes the rows have;
/// nullptr where there is none.
const ImageFile* left_color_image(const Drive& drive, int frame);

/// "none", "partly", "mostly" for 0, 1, 2; empty for unknown. And back: 3 for another word.
std::string occlusion_word(int occluded);
int occluded_of(const std::string& word);

extern const std::span<const std::string_view> kKittiWords;
extern const std::span<const std::string_view> kKittiAttributes;
/// Types of rows that are no boxes.
extern const std::span<const std::string_view> kKittiReserved;

}  // namespace sweepbox
