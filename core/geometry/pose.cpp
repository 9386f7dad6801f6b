#include "core/geometry/pose.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

namespace sweepbox {

Pose pose_from_yaw(double yaw, const Vec3& translation) {
  return {Quat(Eigen::AngleAxisd(yaw, Vec3::UnitZ())), translation};
}

Pose optical_from_body() {
  Mat3 axes;
  axes << 0, -1, 0, 0, 0, -1, 1, 0, 0;
  return {Quat(axes), Vec3::Zero()};
}

double yaw_of(const Quat& rotation) {
  const Vec3 front = rotation * Vec3::UnitX();
  if (front.head<2>().squaredNorm() < 1e-24) return 0;
  return std::atan2(front.y(), front.x());
}

Vec3 roll_pitch_yaw_of(const Quat& rotation) {
  const Mat3 r = rotation.toRotationMatrix();
  const double pitch = std::asin(std::clamp(-r(2, 0), -1.0, 1.0));
  if (std::abs(r(2, 0)) > 1 - 1e-12) {
    // Gimbal lock: only roll ∓ yaw is determined; all of it goes to yaw.
    return {0, pitch, std::atan2(-r(0, 1), r(1, 1))};
  }
  return {std::atan2(r(2, 1), r(2, 2)), pitch, std::atan2(r(1, 0), r(0, 0))};
}

Quat from_roll_pitch_yaw(double roll, double pitch, double yaw) {
  return Quat(Eigen::AngleAxisd(yaw, Vec3::UnitZ()) * Eigen::AngleAxisd(pitch, Vec3::UnitY()) *
              Eigen::AngleAxisd(roll, Vec3::UnitX()));
}

double angle_between(const Quat& a, const Quat& b) {
  return a.angularDistance(b);
}

std::optional<NearestRotation> nearest_rotation(const Mat3& matrix) {
  if (!matrix.allFinite() || matrix.determinant() <= 0) return std::nullopt;
  const double defect = (matrix.transpose() * matrix - Mat3::Identity()).cwiseAbs().maxCoeff();
  const Eigen::JacobiSVD<Mat3> svd(matrix, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Mat3 rotation = svd.matrixU() * svd.matrixV().transpose();
  return NearestRotation{Quat(rotation).normalized(), defect};
}

double wrapped_angle(double angle) {
  double wrapped = std::remainder(angle, 2 * kPi);
  if (wrapped <= -kPi) wrapped += 2 * kPi;
  return wrapped;
}

Pose between(const Pose& a, const Pose& b, double share) {
  return {a.rotation.slerp(share, b.rotation),
          a.translation + share * (b.translation - a.translation)};
}

}  // namespace sweepbox
