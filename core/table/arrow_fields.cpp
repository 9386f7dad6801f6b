#include "core/table/arrow_fields.hpp"

namespace sweepbox::arrow_file {
namespace {

std::optional<ColumnType> integer_type(const arrow::Int* type) {
  if (!type) return std::nullopt;
  const bool has_sign = type->is_signed();
  switch (type->bit_width()) {
    case 8:
      return has_sign ? ColumnType::i8 : ColumnType::u8;
    case 16:
      return has_sign ? ColumnType::i16 : ColumnType::u16;
    case 32:
      return has_sign ? ColumnType::i32 : ColumnType::u32;
    case 64:
      return has_sign ? ColumnType::i64 : ColumnType::u64;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string text_of(const flatbuffers::String* string) {
  return string ? string->str() : "";
}

TableMetadata words_of(const flatbuffers::Vector<flatbuffers::Offset<arrow::KeyValue>>* entries) {
  TableMetadata words;
  if (!entries) return words;
  for (const arrow::KeyValue* entry : *entries)
    words.emplace_back(text_of(entry->key()), text_of(entry->value()));
  return words;
}

std::optional<ColumnType> type_of(const arrow::Field& field) {
  switch (field.type_type()) {
    case arrow::Type_Int:
      return integer_type(field.type_as_Int());
    case arrow::Type_FloatingPoint:
      if (!field.type_as_FloatingPoint()) return std::nullopt;
      switch (field.type_as_FloatingPoint()->precision()) {
        case arrow::Precision_half:
          return ColumnType::f16;
        case arrow::Precision_single:
          return ColumnType::f32;
        case arrow::Precision_double_:
          return ColumnType::f64;
      }
      return std::nullopt;
    case arrow::Type_Bool:
      return ColumnType::boolean;
    case arrow::Type_Utf8:
      return ColumnType::text;
    case arrow::Type_LargeUtf8:
      return ColumnType::large_text;
    default:
      return std::nullopt;
  }
}

std::optional<Extent> extent_of(const arrow::Field& field, bool unions_have_validity) {
  Extent extent;
  if (field.dictionary()) return Extent{1, 2};
  switch (field.type_type()) {
    case arrow::Type_Null:
      return extent;
    case arrow::Type_Binary:
    case arrow::Type_Utf8:
    case arrow::Type_LargeBinary:
    case arrow::Type_LargeUtf8:
      extent.buffers = 3;
      return extent;
    case arrow::Type_Int:
    case arrow::Type_FloatingPoint:
    case arrow::Type_Bool:
    case arrow::Type_Decimal:
    case arrow::Type_Date:
    case arrow::Type_Time:
    case arrow::Type_Timestamp:
    case arrow::Type_Interval:
    case arrow::Type_FixedSizeBinary:
    case arrow::Type_Duration:
      extent.buffers = 2;
      return extent;
    case arrow::Type_List:
    case arrow::Type_LargeList:
    case arrow::Type_Map:
      extent.buffers = 2;
      break;
    case arrow::Type_FixedSizeList:
    case arrow::Type_Struct_:
      extent.buffers = 1;
      break;
    case arrow::Type_Union: {
      const auto* type = field.type_as_Union();
      extent.buffers = type && type->mode() == arrow::UnionMode_dense ? 2 : 1;
      if (unions_have_validity) ++extent.buffers;
      break;
    }
    default:
      return std::nullopt;
  }
  if (!field.children()) return extent;
  for (const arrow::Field* child : *field.children()) {
    const auto below = extent_of(*child, unions_have_validity);
    if (!below) return std::nullopt;
    extent.nodes += below->nodes;
    extent.buffers += below->buffers;
  }
  return extent;
}

std::optional<ColumnType> index_type_of(const arrow::DictionaryEncoding& dictionary) {
  const arrow::Int* type = dictionary.index_type();
  return type ? integer_type(type) : std::optional(ColumnType::i32);
}

std::string kind_of(const arrow::Field& field) {
  if (field.dictionary() && type_of(field)) return "a dictionary of other things than texts";
  return std::string("the kind ") + arrow::EnumNameType(field.type_type());
}

}  // namespace sweepbox::arrow_file
