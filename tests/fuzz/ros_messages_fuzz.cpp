#include "core/drive/recording_cloud.hpp"
#include "core/drive/recording_image.hpp"
#include "tests/fuzz/recording_fuzz.hpp"

// One message: the first byte chooses its type and encoding, the rest are its bytes. Clouds and
// images are made into what a drive shows.

namespace {

using namespace sweepbox;

Topic topic_of(std::uint8_t which) {
  static constexpr std::string_view kRos[] = {"sensor_msgs/PointCloud2",
                                              "livox_ros_driver/CustomMsg",
                                              "sensor_msgs/Image",
                                              "sensor_msgs/CompressedImage",
                                              "sensor_msgs/CameraInfo",
                                              "tf2_msgs/TFMessage",
                                              "nav_msgs/Odometry",
                                              "geometry_msgs/PoseStamped"};
  static constexpr std::string_view kFoxglove[] = {"foxglove.PointCloud",
                                                   "foxglove.RawImage",
                                                   "foxglove.CompressedImage",
                                                   "foxglove.CameraCalibration",
                                                   "foxglove.FrameTransforms",
                                                   "foxglove.FrameTransform",
                                                   "foxglove.PoseInFrame",
                                                   "foxglove.PointCloud"};
  const std::size_t type = which % 8;
  const unsigned encoding = which / 8 % 3;
  Topic topic;
  topic.name = "/topic";
  topic.type = encoding == 2 ? kFoxglove[type] : kRos[type];
  topic.encoding = encoding == 0 ? "ros1" : encoding == 1 ? "cdr" : "protobuf";
  topic.kind = kind_of(topic.type, topic.encoding);
  if (topic.kind == MessageKind::other) std::abort();
  return topic;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Topic topic = topic_of(data[0]);
  const auto message = std::as_bytes(std::span(data + 1, size - 1));
  (void)header_stamp(topic, message);
  fuzz::decode(topic, message);
  if (const auto cloud = decode_cloud(topic, message); topic.type.ends_with("PointCloud2") && cloud)
    if (const auto read = recorded::cloud_of(*cloud, 0))
      if (read->cloud.size() > message.size()) std::abort();
  if (const auto image = decode_image(topic, message); topic.kind == MessageKind::image && image)
    for (const int width : {0, 16})
      if (const auto pixels = recorded::pixels_of(*image, width))
        if (pixels->rgba.size() != static_cast<std::size_t>(pixels->width * pixels->height * 4))
          std::abort();
  if (topic.kind != MessageKind::camera_info) return 0;
  if (const auto calibration = decode_calibration(topic, message))
    for (const bool rectified : {false, true})
      (void)recorded::calibrated(*calibration, rectified, 640, 480);
  return 0;
}
