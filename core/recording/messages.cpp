#include "core/recording/messages.hpp"

#include <algorithm>
#include <limits>

#include "core/recording/foxglove.hpp"
#include "core/recording/wire.hpp"

// ROS messages; foxglove's own stand in foxglove.cpp.

namespace sweepbox {
namespace {

using wire::MessageReader;

constexpr std::size_t kMostFields = 256;

tl::unexpected<Error> no_message(const Topic& topic) {
  return fail({},
              topic.name,
              text("a {} message", topic.type),
              "bytes that do not fit it",
              "the recording is damaged, or its type has another layout than the common one");
}

MessageReader reader_of(const Topic& topic, std::span<const std::byte> message) {
  return MessageReader(message, topic.encoding == "cdr");
}

std::string frame_of(std::string_view name) {
  while (name.starts_with('/')) name.remove_prefix(1);
  return std::string(name);
}

/// Seconds and nanoseconds: unsigned in ROS 1, signed in ROS 2.
std::int64_t stamp_of(MessageReader& reader) {
  const auto seconds = reader.number<std::uint32_t>();
  const auto ns = reader.number<std::uint32_t>();
  const std::int64_t whole =
      reader.cdr() ? std::int64_t{static_cast<std::int32_t>(seconds)} : std::int64_t{seconds};
  return whole * 1'000'000'000 + ns;
}

MessageHeader header_of(MessageReader& reader) {
  if (!reader.cdr()) reader.number<std::uint32_t>();  // seq
  MessageHeader header;
  header.stamp_ns = stamp_of(reader);
  header.frame = frame_of(reader.text());
  return header;
}

MessagePose pose_of(MessageReader& reader) {
  MessagePose pose;
  for (double& value : pose.translation) value = reader.number<double>();
  for (double& value : pose.rotation) value = reader.number<double>();
  return pose;
}

/// Fields of one number of a known type that end inside the point.
void add_field(CloudMessage& cloud, std::string_view name, std::uint32_t offset, unsigned type) {
  if (type < 1 || type > 8 || cloud.fields.size() >= kMostFields) return;
  const CloudField field{std::string(name), offset, static_cast<FieldType>(type)};
  if (std::uint64_t{offset} + size_of(field.type) <= cloud.point_step)
    cloud.fields.push_back(field);
}

Result<CloudMessage> decode_point_cloud2(const Topic& topic, MessageReader reader) {
  struct Field {
    std::string_view name;
    std::uint32_t offset, count;
    std::uint8_t type;
  };

  CloudMessage cloud;
  cloud.header = header_of(reader);
  cloud.height = reader.number<std::uint32_t>();
  cloud.width = reader.number<std::uint32_t>();
  std::vector<Field> fields;
  for (std::uint32_t left = reader.count(13); left > 0 && !reader.bad(); --left) {
    Field field{};
    field.name = reader.text();
    field.offset = reader.number<std::uint32_t>();
    field.type = reader.number<std::uint8_t>();
    field.count = reader.number<std::uint32_t>();
    if (fields.size() < kMostFields) fields.push_back(field);
  }
  cloud.big_endian = reader.number<std::uint8_t>() != 0;
  cloud.point_step = reader.number<std::uint32_t>();
  cloud.row_step = reader.number<std::uint32_t>();
  cloud.data = reader.byte_sequence();
  if (reader.bad()) return no_message(topic);
  for (const Field& field : fields)
    if (field.count <= 1) add_field(cloud, field.name, field.offset, field.type);
  return cloud;
}

/// livox_ros_driver(2)/CustomMsg: 19 bytes a point, in CDR aligned to 4.
Result<CloudMessage> decode_livox(const Topic& topic, MessageReader reader) {
  constexpr std::uint32_t kPoint = 19, kAligned = 20;
  CloudMessage cloud;
  cloud.header = header_of(reader);
  cloud.time_base_ns = static_cast<std::int64_t>(reader.number<std::uint64_t>());
  reader.number<std::uint32_t>();  // point_num: said again by the sequence
  reader.skip(4);                  // lidar_id, reserved
  cloud.height = 1;
  cloud.width = reader.count(kPoint);
  cloud.point_step = reader.cdr() ? kAligned : kPoint;
  const std::uint64_t bytes =
      cloud.width == 0 ? 0 : std::uint64_t{cloud.width - 1} * cloud.point_step + kPoint;
  cloud.big_endian = reader.swapped();
  cloud.data = reader.bytes(bytes);
  if (reader.bad()) return no_message(topic);
  add_field(cloud, "offset_time", 0, static_cast<unsigned>(FieldType::u32));
  add_field(cloud, "x", 4, static_cast<unsigned>(FieldType::f32));
  add_field(cloud, "y", 8, static_cast<unsigned>(FieldType::f32));
  add_field(cloud, "z", 12, static_cast<unsigned>(FieldType::f32));
  add_field(cloud, "reflectivity", 16, static_cast<unsigned>(FieldType::u8));
  add_field(cloud, "tag", 17, static_cast<unsigned>(FieldType::u8));
  add_field(cloud, "line", 18, static_cast<unsigned>(FieldType::u8));
  return cloud;
}

/// Rows that are as long as they must be, and all of them there.
Result<CloudMessage> checked(const Topic& topic, CloudMessage cloud) {
  const std::uint64_t row = std::uint64_t{cloud.width} * cloud.point_step;
  const std::uint64_t points = std::uint64_t{cloud.width} * cloud.height;
  // Some drivers write anything into row_step of a cloud of one row, or 0.
  const bool packed_rows = cloud.height <= 1 || cloud.row_step < row;
  if (points == 0) {
    cloud.width = cloud.height = 0;
    cloud.data = {};
    return cloud;
  }
  // Fields that lie on each other would make a small cloud a large one.
  std::uint64_t field_bytes = 0, point_end = 0;
  std::erase_if(cloud.fields, [&](const CloudField& field) {
    field_bytes += size_of(field.type);
    return field_bytes > cloud.point_step;
  });
  for (const CloudField& field : cloud.fields)
    point_end = std::max<std::uint64_t>(point_end, field.offset + size_of(field.type));
  if (packed_rows && row > std::numeric_limits<std::uint32_t>::max()) return no_message(topic);
  if (packed_rows) cloud.row_step = static_cast<std::uint32_t>(row);
  const std::uint64_t needed = std::uint64_t{cloud.height - 1} * cloud.row_step +
                               std::uint64_t{cloud.width - 1} * cloud.point_step + point_end;
  constexpr std::size_t kPadding = 3;  // that the last point may lack
  if (cloud.point_step == 0 || cloud.point_step > cloud.data.size() + kPadding ||
      needed > cloud.data.size())
    return fail({},
                topic.name,
                text("{} points of {} bytes", points, cloud.point_step),
                text("{} bytes", cloud.data.size()),
                "the recording is damaged; this cloud is left out");
  return cloud;
}

/// A message in one of its two forms: foxglove's protobuf, or ROS's, whose fields after the header
/// `fill` reads in order.
template <class Message, class Fill>
Result<Message> decoded(const Topic& topic,
                        std::span<const std::byte> bytes,
                        Result<Message> (*foxglove)(std::span<const std::byte>),
                        Fill fill) {
  if (topic.encoding == "protobuf") {
    auto message = foxglove(bytes);
    return message ? std::move(message) : no_message(topic);
  }
  MessageReader reader = reader_of(topic, bytes);
  Message message;
  message.header = header_of(reader);
  fill(reader, message);
  if (reader.bad()) return no_message(topic);
  return message;
}

}  // namespace

std::size_t size_of(FieldType type) {
  switch (type) {
    case FieldType::i8:
    case FieldType::u8:
      return 1;
    case FieldType::i16:
    case FieldType::u16:
      return 2;
    case FieldType::i32:
    case FieldType::u32:
    case FieldType::f32:
      return 4;
    case FieldType::f64:
      return 8;
  }
  return 8;
}

MessageKind kind_of(std::string_view type, std::string_view encoding) {
  struct Known {
    std::string_view type;
    MessageKind kind;
  };

  static constexpr Known kRos[] = {
      {"sensor_msgs/PointCloud2", MessageKind::cloud},
      {"livox_ros_driver/CustomMsg", MessageKind::livox_cloud},
      {"livox_ros_driver2/CustomMsg", MessageKind::livox_cloud},
      {"livox_interfaces/CustomMsg", MessageKind::livox_cloud},
      {"sensor_msgs/Image", MessageKind::image},
      {"sensor_msgs/CompressedImage", MessageKind::compressed_image},
      {"sensor_msgs/CameraInfo", MessageKind::camera_info},
      {"tf2_msgs/TFMessage", MessageKind::transforms},
      {"tf/tfMessage", MessageKind::transforms},
      {"geometry_msgs/TransformStamped", MessageKind::transform},
      {"nav_msgs/Odometry", MessageKind::odometry},
      {"geometry_msgs/PoseStamped", MessageKind::pose},
      {"geometry_msgs/PoseWithCovarianceStamped", MessageKind::pose},
  };
  static constexpr Known kFoxglove[] = {
      {"foxglove.PointCloud", MessageKind::cloud},
      {"foxglove.RawImage", MessageKind::image},
      {"foxglove.CompressedImage", MessageKind::compressed_image},
      {"foxglove.CameraCalibration", MessageKind::camera_info},
      {"foxglove.FrameTransforms", MessageKind::transforms},
      {"foxglove.FrameTransform", MessageKind::transform},
      {"foxglove.PoseInFrame", MessageKind::pose},
  };
  const bool ros = encoding == "ros1" || encoding == "cdr";
  if (!ros && encoding != "protobuf") return MessageKind::other;
  std::string name(type);
  if (const std::size_t middle = name.find("/msg/"); middle != std::string::npos)
    name.erase(middle, 4);  // ROS 2's package/msg/Name
  for (const Known& known : ros ? std::span<const Known>(kRos) : std::span<const Known>(kFoxglove))
    if (known.type == name) return known.kind;
  return MessageKind::other;
}

Result<CloudMessage> decode_cloud(const Topic& topic, std::span<const std::byte> message) {
  auto cloud = topic.encoding == "protobuf" ? foxglove::decode_cloud(message)
               : topic.kind == MessageKind::livox_cloud
                   ? decode_livox(topic, reader_of(topic, message))
                   : decode_point_cloud2(topic, reader_of(topic, message));
  if (!cloud) return no_message(topic);
  return checked(topic, std::move(*cloud));
}

Result<ImageMessage> decode_image(const Topic& topic, std::span<const std::byte> message) {
  return decoded<ImageMessage>(
      topic, message, foxglove::decode_image, [](MessageReader& reader, ImageMessage& image) {
        image.height = reader.number<std::uint32_t>();
        image.width = reader.number<std::uint32_t>();
        image.encoding = reader.text();
        image.big_endian = reader.number<std::uint8_t>() != 0;
        image.step = reader.number<std::uint32_t>();
        image.data = reader.byte_sequence();
      });
}

Result<CompressedImageMessage> decode_compressed_image(const Topic& topic,
                                                       std::span<const std::byte> message) {
  return decoded<CompressedImageMessage>(topic,
                                         message,
                                         foxglove::decode_compressed_image,
                                         [](MessageReader& reader, CompressedImageMessage& image) {
                                           image.format = reader.text();
                                           image.data = reader.byte_sequence();
                                         });
}

Result<CalibrationMessage> decode_calibration(const Topic& topic,
                                              std::span<const std::byte> message) {
  return decoded<CalibrationMessage>(topic,
                                     message,
                                     foxglove::decode_calibration,
                                     [](MessageReader& reader, CalibrationMessage& calibration) {
                                       calibration.height = reader.number<std::uint32_t>();
                                       calibration.width = reader.number<std::uint32_t>();
                                       calibration.model = reader.text();
                                       const std::uint32_t count = reader.count(sizeof(double));
                                       constexpr std::uint32_t kMostCoefficients = 32;
                                       for (std::uint32_t i = 0; i < count && !reader.bad(); ++i) {
                                         const double value = reader.number<double>();
                                         if (i < kMostCoefficients) calibration.d.push_back(value);
                                       }
                                       for (double& value : calibration.k)
                                         value = reader.number<double>();
                                       for (double& value : calibration.r)
                                         value = reader.number<double>();
                                       for (double& value : calibration.p)
                                         value = reader.number<double>();
                                       calibration.binning_x = reader.number<std::uint32_t>();
                                       calibration.binning_y = reader.number<std::uint32_t>();
                                       calibration.roi_x = reader.number<std::uint32_t>();
                                       calibration.roi_y = reader.number<std::uint32_t>();
                                     });
}

Result<std::vector<TransformMessage>> decode_transforms(const Topic& topic,
                                                        std::span<const std::byte> message) {
  if (topic.encoding == "protobuf") {
    auto transforms = foxglove::decode_transforms(topic.kind, message);
    if (!transforms) return no_message(topic);
    return std::move(*transforms);
  }
  constexpr std::size_t kLeast = 64;  // bytes of a transform
  MessageReader reader = reader_of(topic, message);
  const std::uint32_t count =
      topic.kind == MessageKind::transforms ? reader.count(kLeast) : std::uint32_t{1};
  std::vector<TransformMessage> transforms;
  for (std::uint32_t i = 0; i < count && !reader.bad(); ++i) {
    TransformMessage one;
    MessageHeader header = header_of(reader);
    one.stamp_ns = header.stamp_ns;
    one.parent = std::move(header.frame);
    if (topic.kind != MessageKind::pose) one.child = frame_of(reader.text());
    one.parent_from_child = pose_of(reader);  // covariances and speeds come after it
    transforms.push_back(std::move(one));
  }
  if (reader.bad()) return no_message(topic);
  return transforms;
}

std::optional<std::int64_t> header_stamp(const Topic& topic, std::span<const std::byte> message) {
  std::int64_t stamp = 0;
  if (topic.encoding == "protobuf") {
    stamp = foxglove::first_stamp(message);
  } else {
    MessageReader reader = reader_of(topic, message);
    if (!reader.cdr()) reader.number<std::uint32_t>();
    stamp = stamp_of(reader);
    if (reader.bad()) return std::nullopt;
  }
  return stamp == 0 ? std::nullopt : std::optional(stamp);
}

}  // namespace sweepbox
