#include "core/recording/protobuf.hpp"

namespace sweepbox::protobuf {

std::optional<std::uint64_t> FieldReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto part = reader_.number<std::uint8_t>();
    if (!part) return std::nullopt;
    value |= static_cast<std::uint64_t>(*part & 0x7Fu) << shift;
    if ((*part & 0x80u) == 0) return value;
  }
  return std::nullopt;  // no number takes more than ten bytes
}

std::optional<Field> FieldReader::none() {
  bad_ = true;
  return std::nullopt;
}

std::optional<Field> FieldReader::next() {
  if (bad_ || reader_.left() == 0) return std::nullopt;
  const auto key = varint();
  if (!key || *key >> 3 == 0 || *key >> 3 > 0x1FFFFFFF) return none();
  Field field;
  field.number = static_cast<std::uint32_t>(*key >> 3);
  switch (*key & 7) {
    case 0: {
      const auto value = varint();
      if (!value) return none();
      field.value = *value;
      return field;
    }
    case 1: {
      const auto value = reader_.number<std::uint64_t>();
      if (!value) return none();
      field.value = *value;
      return field;
    }
    case 2: {
      const auto size = varint();
      const auto bytes = size ? reader_.bytes(*size) : std::nullopt;
      if (!bytes) return none();
      field.bytes = *bytes;
      field.delimited = true;
      return field;
    }
    case 5: {
      const auto value = reader_.number<std::uint32_t>();
      if (!value) return none();
      field.value = *value;
      return field;
    }
    default:
      return none();  // groups went out of use before foxglove's schemas were written
  }
}

}  // namespace sweepbox::protobuf
