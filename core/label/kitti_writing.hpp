#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/label/kitti_rows.hpp"
#include "core/label/writing.hpp"

// Label files of rows, written: shared by KITTI object and tracking.

namespace sweepbox {

/// A box as a row, and where it came from.
struct KittiOut {
  KittiRow row;
  std::string id;                       ///< the track's name
  std::optional<std::uint32_t> record;  ///< of the file's source, where it is untouched
  bool named = true;  ///< tracking: its id counts; false where the reader made it up
};

struct KittiFile {
  /// Of the angles in the file: 1, or that of degrees (the repair labels.angles).
  double radians_per_unit = 1;
  KittiRows rows = KittiRows::object;
  const Source* source = nullptr;  ///< may be null: a new file
  std::vector<KittiOut> boxes;
  /// Of boxes that have no row yet and whose occlusion nobody set.
  int occluded_of_new = 3;
  /// Whether its cuboids could be placed when it was read; else they are rows to keep.
  bool placed = true;
  /// Object rows have no id: the name that the reader gave the row of a line.
  std::function<std::string(int line)> name_of_line;
  /// Tracking: whether rows of a frame belong into the file (empty: all).
  std::function<bool(std::int64_t frame)> keep_frame;
};

/// The file's text. Rows that a box still equals are copied byte for byte (but for the track id of
/// a renamed track), also those that are no cuboid; rows whose box is gone are left out; a box that
/// was changed takes the place of the row with its id, new ones follow the rows of their frame.
std::string written(const KittiFile& file);

/// A box as a new row: 2D box and truncation from the left colour camera (image_2, image_02) where
/// the frame has its image, else at their defaults.
KittiRow kitti_row(const WriteRequest& request,
                   const Instant& instant,
                   const OutBox& box,
                   KittiRows rows);

/// What the taxonomy says of an occlusion that nobody set ("none": 0). Benchmarks leave out what is
/// unknown (3), so new boxes should not be.
int occluded_of_new(const Taxonomy& taxonomy);

/// What rows lose where the drive has no camera of KITTI's.
LossKind boxes_without_camera_rect();
LossKind rects_without_image();

/// How sure a place is to hold rows of that kind (LabelFormat::recognise): by the number of fields
/// and the types of the first file's first row.
double sure_of_rows(const std::filesystem::path& place, KittiRows rows);

/// What a row says beyond its cuboid.
void fill_from_row(Label& label, const KittiRow& row);

}  // namespace sweepbox
