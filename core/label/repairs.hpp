#pragma once
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

 private:
  bool degrees_ = false;
  bool swapped_ = false;
};

}  // namespace sweepbox
