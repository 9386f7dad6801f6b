#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/recording/recording.hpp"

// Messages as plain structs (formats.md 2.16). ROS 1, CDR (XCDR1 and plain XCDR2, both byte orders)
// and foxglove's protobuf schemas, told by the topic's encoding. `data` is borrowed from the bytes
// that were decoded. A message that does not fit its layout is an error (without file).

namespace sweepbox {

struct MessageHeader {
  std::int64_t stamp_ns = 0;  ///< 0 where the sender set none
  std::string frame;          ///< without a leading slash (ROS 1's tf wrote one)
};

/// Numbers as sensor_msgs/PointField counts them.
enum class FieldType : std::uint8_t { i8 = 1, u8, i16, u16, i32, u32, f32, f64 };

std::size_t size_of(FieldType type);

struct CloudField {
  std::string name;
  std::uint32_t offset = 0;  ///< bytes from the point's begin; the field ends inside the point
  FieldType type = FieldType::f32;
};

/// Where a thing stands in its parent frame. Anybody's numbers.
struct MessagePose {
  std::array<double, 3> translation{};
  std::array<double, 4> rotation{0, 0, 0, 1};  ///< x, y, z, w
};

struct CloudMessage {
  MessageHeader header;
  std::uint32_t width = 0;       ///< points in a row
  std::uint32_t height = 0;      ///< rows
  std::uint32_t point_step = 0;  ///< bytes
  std::uint32_t row_step = 0;    ///< bytes, at least width · point_step
  bool big_endian = false;
  std::vector<CloudField> fields;   ///< of one number each; those with more or unknown types are
                                    ///< left out
  std::span<const std::byte> data;  ///< at least all rows
  /// Of the cloud in its frame (foxglove only).
  std::optional<MessagePose> pose;
  /// What a field named offset_time counts from (livox): nanoseconds.
  std::int64_t time_base_ns = 0;
};

struct ImageMessage {
  MessageHeader header;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t step = 0;  ///< bytes a row
  std::string encoding;    ///< "bgr8", "bayer_rggb8" …
  bool big_endian = false;
  std::span<const std::byte> data;
};

struct CompressedImageMessage {
  MessageHeader header;
  std::string format;  ///< as the sender named it; the bytes know better
  std::span<const std::byte> data;
};

struct CalibrationMessage {
  MessageHeader header;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::string model;            ///< "plumb_bob", "equidistant" …
  std::vector<double> d;        ///< distortion, in the model's order
  std::array<double, 9> k{};    ///< of the raw image, row by row; 0 where uncalibrated
  std::array<double, 9> r{};    ///< rectified axes from the camera's
  std::array<double, 12> p{};   ///< of the rectified image
  std::uint32_t binning_x = 0;  ///< 0 and 1 are none
  std::uint32_t binning_y = 0;
  std::uint32_t roi_x = 0;  ///< first pixel of the image in the calibrated one
  std::uint32_t roi_y = 0;
};

struct TransformMessage {
  std::int64_t stamp_ns = 0;
  std::string parent;
  std::string child;  ///< empty where the message names none (PoseStamped)
  MessagePose parent_from_child;
};

[[nodiscard]] Result<CloudMessage> decode_cloud(const Topic& topic,
                                                std::span<const std::byte> message);
[[nodiscard]] Result<ImageMessage> decode_image(const Topic& topic,
                                                std::span<const std::byte> message);
[[nodiscard]] Result<CompressedImageMessage> decode_compressed_image(
    const Topic& topic, std::span<const std::byte> message);
[[nodiscard]] Result<CalibrationMessage> decode_calibration(const Topic& topic,
                                                            std::span<const std::byte> message);

/// All poses of a message of a kind that says_poses().
[[nodiscard]] Result<std::vector<TransformMessage>> decode_transforms(
    const Topic& topic, std::span<const std::byte> message);

/// The stamp of a message's header alone, from its first bytes;
/// empty where the kind has none or it is zero.
std::optional<std::int64_t> header_stamp(const Topic& topic, std::span<const std::byte> message);

/// So many first bytes do for header_stamp (protobuf writers put the first field first).
constexpr std::size_t kHeaderBytes = 64;

}  // namespace sweepbox
