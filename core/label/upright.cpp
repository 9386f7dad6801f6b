#include "core/label/upright.hpp"

#include <algorithm>
#include <cmath>

#include "core/label/kitti_rows.hpp"

namespace sweepbox {

Cuboid nearest_upright(const Cuboid& cuboid) {
  // The squared distances of the corners add up to Σ sᵢ²·|R·eᵢ − R'·eᵢ|² · 2 over the box's axes
  // (mixed terms cancel); with R' = Rz(yaw) the least of it is where
  // l²·(front · R'ex) + w²·(left · R'ey) is largest.
  const Mat3 rotation = cuboid.pose.rotation.toRotationMatrix();
  const Vec3 front = rotation.col(0), left = rotation.col(1);
  const double l2 = cuboid.size.x() * cuboid.size.x(), w2 = cuboid.size.y() * cuboid.size.y();
  const double sine = l2 * front.y() - w2 * left.x(), cosine = l2 * front.x() + w2 * left.y();
  const double yaw = sine == 0 && cosine == 0 ? 0 : std::atan2(sine, cosine);
  return {pose_from_yaw(yaw, cuboid.pose.translation), cuboid.size};
}

double worst_corner(const Cuboid& a, const Cuboid& b) {
  const auto from = corners(a), to = corners(b);
  double worst = 0;
  for (std::size_t i = 0; i < from.size(); ++i) worst = std::max(worst, (from[i] - to[i]).norm());
  return worst;
}

Cuboid held_cuboid(const LabelFormat& format,
                   const Drive& drive,
                   const Instant& instant,
                   const Cuboid& cuboid_in_ego) {
  Pose reference;
  switch (format.can.upright) {
    case Upright::no:
      return cuboid_in_ego;
    case Upright::in_camera:
      reference = ego_from_camera_rect(drive, instant.near) * rect_from_upright();
      break;
    case Upright::in_reference:
      if (format.reference_of) reference = format.reference_of(drive, instant);
      break;
  }
  return reference * nearest_upright(reference.inverse() * cuboid_in_ego);
}

}  // namespace sweepbox
