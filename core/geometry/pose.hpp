#pragma once
#include <Eigen/Core>
#include <Eigen/Geometry>
#include <optional>

namespace sweepbox {

using Vec2 = Eigen::Vector2d;
using Vec3 = Eigen::Vector3d;
using Mat3 = Eigen::Matrix3d;
using Quat = Eigen::Quaterniond;  ///< (w, x, y, z) in words and files of ours; Eigen's coeffs() are
                                  ///< x, y, z, w

constexpr double kPi = 3.14159265358979323846;

/// A rigid transform, named by what it maps: `world_from_ego * point_in_ego` is a point in the
/// world. Metres. The rotation is a unit quaternion.
struct Pose {
  Quat rotation = Quat::Identity();
  Vec3 translation = Vec3::Zero();

  Vec3 operator*(const Vec3& point) const { return rotation * point + translation; }

  /// a_from_b * b_from_c = a_from_c.
  Pose operator*(const Pose& other) const {
    return {(rotation * other.rotation).normalized(), rotation * other.translation + translation};
  }

  /// b_from_a of an a_from_b.
  Pose inverse() const {
    const Quat back = rotation.conjugate();
    return {back, -(back * translation)};
  }

  bool operator==(const Pose& other) const {
    return rotation.coeffs() == other.rotation.coeffs() && translation == other.translation;
  }
};

/// Pose of a rotation about z (rad, counter-clockwise seen from above) and a translation.
Pose pose_from_yaw(double yaw, const Vec3& translation = Vec3::Zero());

/// A camera's optical axes (x right, y down, z forward) from those of a body that looks the same
/// way (x forward, y left, z up).
Pose optical_from_body();

/// Rotation about z of what the rotation turns x into, in (−π, π]; 0 where x turns vertical.
double yaw_of(const Quat& rotation);

/// Angles (roll about x, pitch about y, yaw about z; rad) with R = Rz(yaw)·Ry(pitch)·Rx(roll).
/// Pitch within ±π/2; at ±π/2 roll is 0.
Vec3 roll_pitch_yaw_of(const Quat& rotation);
Quat from_roll_pitch_yaw(double roll, double pitch, double yaw);

/// The angle between two rotations, 0 … π.
double angle_between(const Quat& a, const Quat& b);

/// Nearest rotation to a matrix (polar decomposition), and how far from it the matrix was: the
/// largest absolute entry of MᵀM − I. Empty where the determinant is not positive or an entry not
/// finite.
struct NearestRotation {
  Quat rotation;
  double defect;
};

std::optional<NearestRotation> nearest_rotation(const Mat3& matrix);

/// Wrapped into (−π, π].
double wrapped_angle(double angle);

/// Between two poses: translation linear, rotation by the shortest arc (slerp). share 0 gives a, 1
/// b; values outside extrapolate.
Pose between(const Pose& a, const Pose& b, double share);

}  // namespace sweepbox
