#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sweepbox::test {

enum class Wire { ros1, cdr, cdr_big };

/// Writes a ROS message field by field as its definition lists them: packed for ROS 1; for CDR with
/// its header, each number aligned to its size.
class RosMessage {
 public:
  explicit RosMessage(Wire wire) : wire_(wire) {
    if (wire == Wire::cdr) bytes_ = {std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}};
    if (wire == Wire::cdr_big) bytes_ = {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}};
  }

  template <class Number>
  RosMessage& number(Number value) {
    if (wire_ != Wire::ros1)
      while ((bytes_.size() - 4) % sizeof value != 0) bytes_.push_back(std::byte{0});
    std::array<std::byte, sizeof value> raw;
    for (std::size_t i = 0; i < sizeof value; ++i) {
      const auto* from = reinterpret_cast<const std::byte*>(&value);
      raw[i] = from[wire_ == Wire::cdr_big ? sizeof value - 1 - i : i];
    }
    bytes_.insert(bytes_.end(), raw.begin(), raw.end());
    return *this;
  }

  RosMessage& text(std::string_view value) {
    const bool nul = wire_ != Wire::ros1;
    number(static_cast<std::uint32_t>(value.size() + (nul ? 1 : 0)));
    for (const char letter : value) bytes_.push_back(static_cast<std::byte>(letter));
    if (nul) bytes_.push_back(std::byte{0});
    return *this;
  }

  RosMessage& sequence(std::span<const std::byte> value) {
    number(static_cast<std::uint32_t>(value.size()));
    return raw(value);
  }

  RosMessage& raw(std::span<const std::byte> value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }

  /// std_msgs/Header: ROS 1 counts messages in it.
  RosMessage& header(std::int64_t stamp_ns, std::string_view frame) {
    if (wire_ == Wire::ros1) number(std::uint32_t{7});
    number(static_cast<std::uint32_t>(stamp_ns / 1'000'000'000));
    number(static_cast<std::uint32_t>(stamp_ns % 1'000'000'000));
    return text(frame);
  }

  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  Wire wire_;
  std::vector<std::byte> bytes_;
};

struct Field {
  std::string name;
  std::uint32_t offset;
  std::uint8_t datatype;  ///< as sensor_msgs/PointField counts
};

/// sensor_msgs/PointCloud2 of one row, or of `height` rows padded to row_step.
inline std::vector<std::byte> point_cloud2(Wire wire,
                                           std::int64_t stamp_ns,
                                           std::string_view frame,
                                           const std::vector<Field>& fields,
                                           std::uint32_t point_step,
                                           std::span<const std::byte> data,
                                           std::uint32_t width,
                                           std::uint32_t height = 1,
                                           std::uint32_t row_step = 0) {
  RosMessage message(wire);
  message.header(stamp_ns, frame).number(height).number(width);
  message.number(static_cast<std::uint32_t>(fields.size()));
  for (const Field& field : fields)
    message.text(field.name).number(field.offset).number(field.datatype).number(std::uint32_t{1});
  message.number(std::uint8_t{0}).number(point_step);
  message.number(row_step != 0 ? row_step : point_step * width).sequence(data);
  message.number(std::uint8_t{1});
  return message.bytes();
}

/// One transform of a tf2_msgs/TFMessage, or a geometry_msgs/TransformStamped.
struct Transform {
  std::int64_t stamp_ns;
  std::string parent, child;
  std::array<double, 3> translation;
  std::array<double, 4> rotation = {0, 0, 0, 1};  ///< x, y, z, w
};

inline std::vector<std::byte> tf_message(Wire wire, const std::vector<Transform>& transforms) {
  RosMessage message(wire);
  message.number(static_cast<std::uint32_t>(transforms.size()));
  for (const Transform& one : transforms) {
    message.header(one.stamp_ns, one.parent).text(one.child);
    for (const double value : one.translation) message.number(value);
    for (const double value : one.rotation) message.number(value);
  }
  return message.bytes();
}

/// sensor_msgs/CameraInfo.
inline std::vector<std::byte> camera_info(Wire wire,
                                          std::int64_t stamp_ns,
                                          std::string_view frame,
                                          std::uint32_t width,
                                          std::uint32_t height,
                                          std::string_view model,
                                          const std::vector<double>& d,
                                          const std::array<double, 9>& k,
                                          const std::array<double, 12>& p) {
  RosMessage message(wire);
  message.header(stamp_ns, frame).number(height).number(width).text(model);
  message.number(static_cast<std::uint32_t>(d.size()));
  for (const double value : d) message.number(value);
  for (const double value : k) message.number(value);
  for (int i = 0; i < 9; ++i) message.number(i % 4 == 0 ? 1.0 : 0.0);
  for (const double value : p) message.number(value);
  for (int i = 0; i < 6; ++i) message.number(std::uint32_t{0});  // binning, roi
  message.number(std::uint8_t{0});
  return message.bytes();
}

/// sensor_msgs/Image.
inline std::vector<std::byte> raw_image(Wire wire,
                                        std::int64_t stamp_ns,
                                        std::string_view frame,
                                        std::uint32_t width,
                                        std::uint32_t height,
                                        std::string_view encoding,
                                        std::uint32_t step,
                                        std::span<const std::byte> data) {
  RosMessage message(wire);
  message.header(stamp_ns, frame).number(height).number(width).text(encoding);
  message.number(std::uint8_t{0}).number(step).sequence(data);
  return message.bytes();
}

/// nav_msgs/Odometry.
inline std::vector<std::byte> odometry(Wire wire, const Transform& pose) {
  RosMessage message(wire);
  message.header(pose.stamp_ns, pose.parent).text(pose.child);
  for (const double value : pose.translation) message.number(value);
  for (const double value : pose.rotation) message.number(value);
  for (int i = 0; i < 36 + 6 + 36; ++i) message.number(0.0);
  return message.bytes();
}

}  // namespace sweepbox::test
