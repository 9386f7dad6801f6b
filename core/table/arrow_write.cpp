#include <algorithm>
#include <cstring>
#include <limits>

#include "core/base/unpack.hpp"
#include "core/table/arrow.hpp"
#include "core/table/arrow_fields.hpp"

namespace sweepbox {
namespace {

using arrow_file::bytes_of_bits;
using arrow_file::kMagic;
using arrow_file::kPrefix;
using arrow_file::kRowsEach;
using Builder = flatbuffers::FlatBufferBuilder;

template <class T>
using Offset = flatbuffers::Offset<T>;

constexpr auto kVersion = arrow::MetadataVersion_V5;
constexpr std::size_t kAlignment = 64;  // of buffers, as the format recommends

using Bytes = std::vector<std::byte>;

void pad(Bytes& bytes, std::size_t alignment) {
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
}

template <class Number>
void append(Bytes& bytes, Number value) {
  const auto* first = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof value);
}

Offset<flatbuffers::Vector<Offset<arrow::KeyValue>>> metadata_of(Builder& builder,
                                                                 const TableMetadata& words) {
  if (words.empty()) return 0;
  std::vector<Offset<arrow::KeyValue>> entries;
  for (const auto& [key, value] : words)
    entries.push_back(
        arrow::CreateKeyValue(builder, builder.CreateString(key), builder.CreateString(value)));
  return builder.CreateVector(entries);
}

Offset<arrow::Int> integer_of(Builder& builder, ColumnType type) {
  const bool has_sign = type >= ColumnType::i8 && type <= ColumnType::i64;
  return arrow::CreateInt(builder, static_cast<int>(width_of(type) * 8), has_sign);
}

std::pair<arrow::Type, Offset<void>> type_of(Builder& builder, ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return {arrow::Type_Bool, arrow::CreateBool(builder).Union()};
    case ColumnType::f16:
    case ColumnType::f32:
    case ColumnType::f64: {
      const auto precision = type == ColumnType::f16   ? arrow::Precision_half
                             : type == ColumnType::f32 ? arrow::Precision_single
                                                       : arrow::Precision_double_;
      return {arrow::Type_FloatingPoint, arrow::CreateFloatingPoint(builder, precision).Union()};
    }
    case ColumnType::text:
      return {arrow::Type_Utf8, arrow::CreateUtf8(builder).Union()};
    case ColumnType::large_text:
      return {arrow::Type_LargeUtf8, arrow::CreateLargeUtf8(builder).Union()};
    default:
      return {arrow::Type_Int, integer_of(builder, type).Union()};
  }
}

/// Dictionaries are numbered by their column.
Offset<arrow::Schema> schema_of(Builder& builder, const Table& table) {
  std::vector<Offset<arrow::Field>> fields;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    const auto [kind, type] = type_of(builder, column.type());
    Offset<arrow::DictionaryEncoding> dictionary = 0;
    if (column.index_type())
      dictionary = arrow::CreateDictionaryEncoding(builder,
                                                   static_cast<std::int64_t>(i),
                                                   integer_of(builder, *column.index_type()),
                                                   column.is_ordered());
    const auto name = builder.CreateString(column.name);
    const auto children = builder.CreateVector(std::vector<Offset<arrow::Field>>());
    fields.push_back(arrow::CreateField(builder,
                                        name,
                                        column.nullable,
                                        kind,
                                        type,
                                        dictionary,
                                        children,
                                        metadata_of(builder, column.metadata)));
  }
  return arrow::CreateSchema(builder,
                             arrow::Endianness_little,
                             builder.CreateVector(fields),
                             metadata_of(builder, table.metadata));
}

/// The body of one batch and where its buffers lie.
class BatchBody {
 public:
  explicit BatchBody(TablePacking packing) : packing_(packing) {}

  Result<void> add_column(const TableColumn& column, std::size_t begin, std::size_t rows) {
    std::size_t nulls = 0;
    for (std::size_t i = begin; i < begin + rows; ++i) nulls += !column.valid(i);
    nodes_.emplace_back(static_cast<std::int64_t>(rows), static_cast<std::int64_t>(nulls));
    Bytes bits;
    if (nulls > 0) bits = bits_of(rows, [&](std::size_t i) { return column.valid(begin + i); });
    if (auto done = add(bits); !done) return done;
    const std::size_t width = width_of(column.index_type().value_or(column.type()));
    if (width == 0) return add_texts(column, begin, rows);
    const auto values = column.bytes().subspan(begin * width, rows * width);
    if (column.type() == ColumnType::boolean)
      return add(bits_of(rows, [&](std::size_t i) { return values[i] != std::byte{0}; }));
    return add(values);
  }

  Result<void> add_words(const TableColumn& column) {
    TableColumn texts({}, column.type());
    for (const std::string& word : column.words()) texts.add_text(word);
    return add_column(texts, 0, texts.size());
  }

  Offset<arrow::RecordBatch> batch(Builder& builder, std::size_t rows) const {
    const auto nodes = builder.CreateVectorOfStructs(nodes_);
    const auto buffers = builder.CreateVectorOfStructs(buffers_);
    Offset<arrow::BodyCompression> packing = 0;
    if (packing_ != TablePacking::none)
      packing = arrow::CreateBodyCompression(builder,
                                             packing_ == TablePacking::zstd
                                                 ? arrow::CompressionType_zstd
                                                 : arrow::CompressionType_lz4_frame);
    return arrow::CreateRecordBatch(
        builder, static_cast<std::int64_t>(rows), nodes, buffers, packing);
  }

  const Bytes& bytes() const { return body_; }

 private:
  template <class Is>
  static Bytes bits_of(std::size_t rows, Is is) {
    Bytes bits(bytes_of_bits(rows));
    for (std::size_t i = 0; i < rows; ++i)
      if (is(i)) bits[i / 8] |= std::byte{1} << (i % 8);
    return bits;
  }

  Result<void> add_texts(const TableColumn& column, std::size_t begin, std::size_t rows) {
    Bytes ends, characters;
    std::uint64_t end = 0;
    const auto add_end = [&] {
      if (column.type() == ColumnType::large_text)
        append(ends, end);
      else
        append(ends, static_cast<std::uint32_t>(end));
    };
    add_end();
    for (std::size_t i = begin; i < begin + rows; ++i) {
      const auto text = std::as_bytes(std::span(column.text(i)));
      characters.insert(characters.end(), text.begin(), text.end());
      end += text.size();
      add_end();
    }
    if (column.type() == ColumnType::text && end > std::numeric_limits<std::int32_t>::max())
      return fail({},
                  "column " + column.name,
                  "texts of up to 2 GB in a batch",
                  sweepbox::text("{} bytes", end),
                  "write smaller batches");
    if (auto done = add(ends); !done) return done;
    return add(characters);
  }

  Result<void> add(std::span<const std::byte> values) {
    const auto begin = static_cast<std::int64_t>(body_.size());
    if (packing_ == TablePacking::none || values.empty()) {
      body_.insert(body_.end(), values.begin(), values.end());
    } else {
      const auto packed =
          pack(packing_ == TablePacking::zstd ? Packing::zstd : Packing::lz4_frame, values);
      if (!packed) return tl::unexpected(packed.error());
      append(body_, static_cast<std::int64_t>(values.size()));
      body_.insert(body_.end(), packed->begin(), packed->end());
    }
    buffers_.emplace_back(begin, static_cast<std::int64_t>(body_.size()) - begin);
    pad(body_, kAlignment);
    return {};
  }

  TablePacking packing_;
  Bytes body_;
  std::vector<arrow::FieldNode> nodes_;
  std::vector<arrow::Buffer> buffers_;
};

class ArrowWriter {
 public:
  explicit ArrowWriter(const Table& table) : table_(table) {}

  Result<Bytes> write() {
    for (const TableColumn& column : table_.columns)
      if (column.size() != table_.rows())
        return fail(
            {}, "column " + column.name, text("{} rows", table_.rows()), text("{}", column.size()));
    add_text(kMagic);
    pad(file_, kPrefix);
    {
      Builder builder;
      const auto schema = schema_of(builder, table_);
      add_message(builder, arrow::MessageHeader_Schema, schema.Union(), {});
    }
    for (std::size_t i = 0; i < table_.columns.size(); ++i)
      if (table_.columns[i].index_type())
        if (auto done = add_dictionary(i); !done) return tl::unexpected(done.error());
    std::size_t begin = 0;
    for (const std::size_t rows : batches()) {
      if (auto done = add_batch(begin, rows); !done) return tl::unexpected(done.error());
      begin += rows;
    }
    append(file_, std::int32_t{-1});
    append(file_, std::int32_t{0});
    add_footer();
    return std::move(file_);
  }

 private:
  void add_text(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    file_.insert(file_.end(), bytes.begin(), bytes.end());
  }

  /// The table's own batches, where they still fit its rows.
  std::vector<std::size_t> batches() const {
    std::size_t sum = 0;
    for (const std::size_t rows : table_.batch_rows) sum += std::min(rows, table_.rows() + 1);
    if (sum == table_.rows() && !table_.batch_rows.empty()) return table_.batch_rows;
    const std::size_t each = table_.batch_rows.size() < 2
                                 ? std::max(kRowsEach, std::size_t{1})
                                 : std::max<std::size_t>(table_.batch_rows.front(), 1);
    std::vector<std::size_t> result;
    for (std::size_t begin = 0; begin < table_.rows(); begin += each)
      result.push_back(std::min(each, table_.rows() - begin));
    return result;
  }

  arrow::Block add_message(Builder& builder,
                           arrow::MessageHeader kind,
                           Offset<void> header,
                           const Bytes& body) {
    builder.Finish(arrow::CreateMessage(
        builder, kVersion, kind, header, static_cast<std::int64_t>(body.size())));
    const auto begin = static_cast<std::int64_t>(file_.size());
    const std::size_t size = (builder.GetSize() + kPrefix - 1) / kPrefix * kPrefix;
    append(file_, std::int32_t{-1});
    append(file_, static_cast<std::int32_t>(size));
    add_text({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
    pad(file_, kPrefix);
    file_.insert(file_.end(), body.begin(), body.end());
    return {
        begin, static_cast<std::int32_t>(size + kPrefix), static_cast<std::int64_t>(body.size())};
  }

  Result<void> add_dictionary(std::size_t index) {
    const TableColumn& column = table_.columns[index];
    BatchBody body(table_.packing);
    if (auto done = body.add_words(column); !done) return done;
    Builder builder;
    const auto batch = body.batch(builder, column.words().size());
    const auto header =
        arrow::CreateDictionaryBatch(builder, static_cast<std::int64_t>(index), batch);
    dictionaries_.push_back(
        add_message(builder, arrow::MessageHeader_DictionaryBatch, header.Union(), body.bytes()));
    return {};
  }

  Result<void> add_batch(std::size_t begin, std::size_t rows) {
    BatchBody body(table_.packing);
    for (const TableColumn& column : table_.columns)
      if (auto done = body.add_column(column, begin, rows); !done) return done;
    Builder builder;
    const auto header = body.batch(builder, rows);
    batches_.push_back(
        add_message(builder, arrow::MessageHeader_RecordBatch, header.Union(), body.bytes()));
    return {};
  }

  void add_footer() {
    Builder builder;
    const auto schema = schema_of(builder, table_);
    const auto dictionaries = builder.CreateVectorOfStructs(dictionaries_);
    const auto batches = builder.CreateVectorOfStructs(batches_);
    builder.Finish(arrow::CreateFooter(builder,
                                       kVersion,
                                       schema,
                                       dictionaries,
                                       batches,
                                       metadata_of(builder, table_.footer_metadata)));
    add_text({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
    append(file_, static_cast<std::int32_t>(builder.GetSize()));
    add_text(kMagic);
  }

  const Table& table_;
  Bytes file_;
  std::vector<arrow::Block> dictionaries_, batches_;
};

}  // namespace

Result<std::vector<std::byte>> write_arrow(const Table& table) {
  return ArrowWriter(table).write();
}

}  // namespace sweepbox
