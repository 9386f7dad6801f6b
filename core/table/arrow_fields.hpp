#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/table/arrow_generated.h"
#include "core/table/table.hpp"

// Inside the room table: what reader and writer of Arrow files share, and what its metadata say of
// a column.
namespace sweepbox::arrow_file {

constexpr std::string_view kMagic = "ARROW1";
constexpr std::size_t kBegin = 8;         // the magic, padded
constexpr std::size_t kPrefix = 8;        // a continuation mark and a size before each message
constexpr std::size_t kRowsEach = 65536;  // of a batch, as pyarrow and Argoverse 2 cut them

/// Bytes of so many bits.
constexpr std::size_t bytes_of_bits(std::size_t bits) {
  return bits / 8 + (bits % 8 != 0);
}

std::string text_of(const flatbuffers::String* string);
TableMetadata words_of(const flatbuffers::Vector<flatbuffers::Offset<arrow::KeyValue>>* entries);

/// Of its values; empty for a kind that is not read.
std::optional<ColumnType> type_of(const arrow::Field& field);

/// Of its numbers; without a type the format means 32 bits with a sign.
std::optional<ColumnType> index_type_of(const arrow::DictionaryEncoding& dictionary);

/// Nodes and buffers of a field in a batch.
struct Extent {
  std::size_t nodes = 1;
  std::size_t buffers = 0;
};

/// Empty for kinds newer than this reader: then nobody knows where the next column begins.
std::optional<Extent> extent_of(const arrow::Field& field, bool unions_have_validity);

/// "the kind List", for a column that is not read.
std::string kind_of(const arrow::Field& field);

}  // namespace sweepbox::arrow_file
