#pragma once
#include <cstdint>
#include <string_view>

namespace sweepbox {

/// What a message is, as far as it is read here.
enum class MessageKind : std::uint8_t {
  other,
  cloud,             ///< sensor_msgs/PointCloud2, foxglove.PointCloud
  livox_cloud,       ///< livox_ros_driver(2)/CustomMsg
  image,             ///< sensor_msgs/Image, foxglove.RawImage
  compressed_image,  ///< sensor_msgs/CompressedImage, foxglove.CompressedImage
  camera_info,       ///< sensor_msgs/CameraInfo, foxglove.CameraCalibration
  transforms,        ///< tf2_msgs/TFMessage, tf/tfMessage, foxglove.FrameTransforms
  transform,         ///< geometry_msgs/TransformStamped, foxglove.FrameTransform
  odometry,          ///< nav_msgs/Odometry
  pose,              ///< geometry_msgs/PoseStamped, PoseWithCovarianceStamped, foxglove.PoseInFrame
};

/// From type and message encoding. Types that are read only in one encoding are `other` in the
/// rest.
MessageKind kind_of(std::string_view type, std::string_view encoding);

constexpr bool says_poses(MessageKind kind) {
  return kind == MessageKind::transforms || kind == MessageKind::transform ||
         kind == MessageKind::odometry || kind == MessageKind::pose;
}

}  // namespace sweepbox
