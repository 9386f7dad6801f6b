#include "core/recording/foxglove.hpp"

#include <algorithm>

#include "core/recording/protobuf.hpp"

namespace sweepbox::foxglove {
namespace {

using protobuf::Field;
using protobuf::FieldReader;

tl::unexpected<Error> no_message() {
  return refuse("bytes that are no such message");
}

std::uint32_t small(const Field& field) {
  return static_cast<std::uint32_t>(field.value);
}

/// google.protobuf.Timestamp: seconds = 1, nanos = 2.
std::int64_t stamp_of(const Field& timestamp) {
  FieldReader reader(timestamp.bytes);
  std::uint64_t seconds = 0, ns = 0;
  while (const auto field = reader.next()) {
    if (field->number == 1) seconds = field->value;
    if (field->number == 2) ns = field->value;
  }
  // Unsigned: anybody's numbers may overflow, and are refused by their size later.
  return static_cast<std::int64_t>(seconds * 1'000'000'000 + ns);
}

std::string frame_of(const Field& field) {
  std::string_view name = field.text();
  while (name.starts_with('/')) name.remove_prefix(1);
  return std::string(name);
}

/// foxglove.Vector3 and Quaternion: doubles x = 1, y = 2, z = 3, w = 4.
template <std::size_t kCount>
void read_numbers(const Field& message, std::array<double, kCount>& numbers) {
  numbers.fill(0);  // absent ones are 0 in protobuf
  FieldReader reader(message.bytes);
  while (const auto field = reader.next())
    if (field->number <= kCount && !field->delimited)
      numbers[field->number - 1] = field->as_double();
}

/// foxglove.Pose: position = 1, orientation = 2.
MessagePose pose_of(const Field& message) {
  MessagePose pose;
  FieldReader reader(message.bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1) read_numbers(*field, pose.translation);
    if (field->number == 2) read_numbers(*field, pose.rotation);
  }
  return pose;
}

/// foxglove.PackedElementField counts types otherwise than ROS (formats.md 1.5, trap 15).
std::optional<FieldType> type_of(std::uint64_t type) {
  static constexpr FieldType kTypes[] = {FieldType::u8,
                                         FieldType::i8,
                                         FieldType::u16,
                                         FieldType::i16,
                                         FieldType::u32,
                                         FieldType::i32,
                                         FieldType::f32,
                                         FieldType::f64};
  if (type < 1 || type > std::size(kTypes)) return std::nullopt;
  return kTypes[type - 1];
}

void add_field(CloudMessage& cloud, const Field& message) {
  constexpr std::size_t kMostFields = 256;
  CloudField field;
  std::uint64_t type = 0;
  FieldReader reader(message.bytes);
  while (const auto part = reader.next()) {
    if (part->number == 1) field.name = part->text();
    if (part->number == 2) field.offset = small(*part);
    if (part->number == 3) type = part->value;
  }
  const auto known = type_of(type);
  if (!known || cloud.fields.size() >= kMostFields) return;
  field.type = *known;
  cloud.fields.push_back(std::move(field));
}

TransformMessage transform_of(std::span<const std::byte> message, bool& bad) {
  TransformMessage one;
  FieldReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1) one.stamp_ns = stamp_of(*field);
    if (field->number == 2) one.parent = frame_of(*field);
    if (field->number == 3) one.child = frame_of(*field);
    if (field->number == 4) read_numbers(*field, one.parent_from_child.translation);
    if (field->number == 5) read_numbers(*field, one.parent_from_child.rotation);
  }
  bad = bad || reader.bad();
  return one;
}

TransformMessage pose_in_frame_of(std::span<const std::byte> message, bool& bad) {
  TransformMessage one;
  FieldReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1) one.stamp_ns = stamp_of(*field);
    if (field->number == 2) one.parent = frame_of(*field);
    if (field->number == 3) one.parent_from_child = pose_of(*field);
  }
  bad = bad || reader.bad();
  return one;
}

/// Repeated doubles, packed or one by one.
template <class Add>
void add_doubles(const Field& field, Add add) {
  if (!field.delimited) return add(field.as_double());
  ByteReader reader(field.bytes);
  while (const auto value = reader.number<double>()) add(*value);
}

}  // namespace

Result<CloudMessage> decode_cloud(std::span<const std::byte> message) {
  CloudMessage cloud;
  FieldReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1) cloud.header.stamp_ns = stamp_of(*field);
    if (field->number == 2) cloud.header.frame = frame_of(*field);
    if (field->number == 3) cloud.pose = pose_of(*field);
    if (field->number == 4) cloud.point_step = small(*field);
    if (field->number == 5) add_field(cloud, *field);
    if (field->number == 6) cloud.data = field->bytes;
  }
  if (reader.bad()) return no_message();
  std::erase_if(cloud.fields, [&](const CloudField& field) {
    return std::uint64_t{field.offset} + size_of(field.type) > cloud.point_step;
  });
  if (cloud.point_step > 0) {
    cloud.height = 1;
    cloud.width = static_cast<std::uint32_t>(cloud.data.size() / cloud.point_step);
  }
  return cloud;
}

Result<ImageMessage> decode_image(std::span<const std::byte> message) {
  ImageMessage image;
  FieldReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1) image.header.stamp_ns = stamp_of(*field);
    if (field->number == 2) image.width = small(*field);
    if (field->number == 3) image.height = small(*field);
    if (field->number == 4) image.encoding = field->text();
    if (field->number == 5) image.step = small(*field);
    if (field->number == 6) image.data = field->bytes;
    if (field->number == 7) image.header.frame = frame_of(*field);
  }
  if (reader.bad()) return no_message();
  return image;
}

Result<CompressedImageMessage> decode_compressed_image(std::span<const std::byte> message) {
  CompressedImageMessage image;
  FieldReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1) image.header.stamp_ns = stamp_of(*field);
    if (field->number == 2) image.data = field->bytes;
    if (field->number == 3) image.format = field->text();
    if (field->number == 4) image.header.frame = frame_of(*field);
  }
  if (reader.bad()) return no_message();
  return image;
}

Result<CalibrationMessage> decode_calibration(std::span<const std::byte> message) {
  constexpr std::size_t kMostCoefficients = 32;
  CalibrationMessage calibration;
  FieldReader reader(message);
  std::size_t k = 0, r = 0, p = 0;
  while (const auto field = reader.next()) {
    if (field->number == 1) calibration.header.stamp_ns = stamp_of(*field);
    if (field->number == 2) calibration.width = small(*field);
    if (field->number == 3) calibration.height = small(*field);
    if (field->number == 4) calibration.model = field->text();
    if (field->number == 9) calibration.header.frame = frame_of(*field);
    const auto into = [&](std::span<double> to, std::size_t& at) {
      add_doubles(*field, [&](double value) {
        if (at < to.size()) to[at++] = value;
      });
    };
    if (field->number == 5)
      add_doubles(*field, [&](double value) {
        if (calibration.d.size() < kMostCoefficients) calibration.d.push_back(value);
      });
    if (field->number == 6) into(calibration.k, k);
    if (field->number == 7) into(calibration.r, r);
    if (field->number == 8) into(calibration.p, p);
  }
  if (reader.bad()) return no_message();
  return calibration;
}

Result<std::vector<TransformMessage>> decode_transforms(MessageKind kind,
                                                        std::span<const std::byte> message) {
  constexpr std::size_t kMostTransforms = 10'000;
  std::vector<TransformMessage> transforms;
  bool bad = false;
  if (kind == MessageKind::transform) {
    transforms.push_back(transform_of(message, bad));
  } else if (kind == MessageKind::pose) {
    transforms.push_back(pose_in_frame_of(message, bad));
  } else {
    FieldReader reader(message);
    while (const auto field = reader.next())
      if (field->number == 1 && field->delimited && transforms.size() < kMostTransforms)
        transforms.push_back(transform_of(field->bytes, bad));
    bad = bad || reader.bad();
  }
  if (bad) return no_message();
  return transforms;
}

std::int64_t first_stamp(std::span<const std::byte> message) {
  const auto field = FieldReader(message).next();
  return field && field->number == 1 && field->delimited ? stamp_of(*field) : 0;
}

}  // namespace sweepbox::foxglove
