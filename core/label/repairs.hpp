#pragma once
#include <array>

#include "core/label/label.hpp"

namespace sweepbox {

/// What the angles and quaternions of a label file mean: as its format says, or as a repair of the
/// drive says (labels.angles=degrees, labels.quaternion=swapped). Every reader takes its raw
/// numbers through here, since what they meant cannot be told from the rotation that they made.
class RawAngles {
 public:
  explicit RawAngles(const Drive& drive);

  /// rad from a number that the format has in radians.
  double radians(double raw) const { return degrees_ ? raw * kPi / 180 : raw; }

  /// Back: the number that such a file has for rad, so that an edited box stands among the others
  /// in their manner.
  double raw(double radians) const { return degrees_ ? radians * 180 / kPi : radians; }

  /// From four numbers that the format has in the order w, x, y, z; normalised. Empty where they
  /// are not finite or zero.
  std::optional<Quat> wxyz(double w, double x, double y, double z) const;
  /// The same from the order x, y, z, w.
  std::optional<Quat> xyzw(double x, double y, double z, double w) const;

  /// The four numbers of a rotation as such a file has them, in the format's order w, x, y, z or
  /// x, y, z, w.
  std::array<double, 4> raw_wxyz(const Quat& q) const {
    return swapped_ ? std::array{q.x(), q.y(), q.z(), q.w()}
                    : std::array{q.w(), q.x(), q.y(), q.z()};
  }

  std::array<double, 4> raw_xyzw(const Quat& q) const {
    return swapped_ ? std::array{q.w(), q.x(), q.y(), q.z()}
                    : std::array{q.x(), q.y(), q.z(), q.w()};
  }

 private:
  bool degrees_ = false;
  bool swapped_ = false;
};

/// What a repair of the labels' values ("labels.size", "wlh") makes of a label set that was read
/// for the drive: every box that changes loses its origin, since it is another than its record.
/// labels.angles and labels.quaternion change nothing here: RawAngles does, while reading.
void apply_label_repair(LabelSet& labels,
                        const Drive& drive,
                        std::string_view name,
                        std::string_view value);

/// All that the drive was opened with, in an order in which they stand on each other: frame of
/// reference, frame, order of sizes, reference point, heading, place, time, duplicates.
void apply_label_repairs(LabelSet& labels, const Drive& drive);

/// Pairs of labels of one frame that stand around the same object: their ground plans overlap by
/// more than half of the smaller, and the classes are one or one's word begins the other's.
/// Indices into `labels`, the first of each pair the lower.
std::vector<std::pair<std::size_t, std::size_t>> boxed_twice(std::span<const Label> labels);

}  // namespace sweepbox
