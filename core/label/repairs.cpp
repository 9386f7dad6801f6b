#include "core/label/repairs.hpp"

#include <cmath>

namespace sweepbox {

RawAngles::RawAngles(const Drive& drive)
    : degrees_(drive.info().repairs.value("labels.angles") == "degrees"),
      swapped_(drive.info().repairs.value("labels.quaternion") == "swapped") {}

namespace {

std::optional<Quat> unit(double w, double x, double y, double z) {
  const Quat rotation(w, x, y, z);
  const double norm = rotation.norm();
  if (!std::isfinite(norm) || norm < 1e-9) return std::nullopt;
  return rotation.normalized();
}

}  // namespace

std::optional<Quat> RawAngles::wxyz(double w, double x, double y, double z) const {
  return swapped_ ? unit(z, w, x, y) : unit(w, x, y, z);
}

std::optional<Quat> RawAngles::xyzw(double x, double y, double z, double w) const {
  return swapped_ ? unit(x, y, z, w) : unit(w, x, y, z);
}

}  // namespace sweepbox
