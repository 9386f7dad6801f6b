#pragma once
#include "core/base/error.hpp"
#include "core/geometry/cuboid.hpp"

// What the readers of several formats ask of the cuboid that a record says.

namespace sweepbox {

/// R = Rx(x) · Ry(y) · Rz(z): three.js's order "XYZ", which the editors in browsers have. rad.
Quat from_xyz_angles(const Vec3& angles);
/// And back; where only x ± z is determined (y = ±π/2), all of it goes to z.
Vec3 xyz_angles_of(const Quat& rotation);

/// Place within 100 km, sizes above 0 to 100 m, rotation finite: what a cuboid of a file must be.
/// The error names the field.
[[nodiscard]] Result<Cuboid> checked_cuboid(const Vec3& place, const Vec3& size, const Quat& q);

/// Within 1e-7 rad.
bool same_rotation(const Quat& a, const Quat& b);

}  // namespace sweepbox
