#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <optional>

#include "core/base/byte_reader.hpp"
#include "core/base/limits.hpp"
#include "core/base/unpack.hpp"
#include "core/table/arrow.hpp"
#include "core/table/arrow_fields.hpp"

namespace sweepbox {
namespace {

using arrow_file::bytes_of_bits;
using arrow_file::Extent;
using arrow_file::extent_of;
using arrow_file::index_type_of;
using arrow_file::kBegin;
using arrow_file::kind_of;
using arrow_file::kMagic;
using arrow_file::text_of;
using arrow_file::type_of;
using arrow_file::words_of;

constexpr const char* kFix = "take this file from the data set again";

tl::unexpected<Error> damaged(std::string where, Text expected, Text found) {
  return fail({}, std::move(where), std::move(expected), std::move(found), kFix);
}

/// Metadata in memory of its own: in a hostile file it lies at any address, and its numbers are
/// read in place.
class Metadata {
 public:
  explicit Metadata(std::span<const std::byte> bytes)
      : words_((bytes.size() + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t)),
        size_(bytes.size()) {
    if (!bytes.empty()) std::memcpy(words_.data(), bytes.data(), bytes.size());
  }

  /// nullptr where the bytes are no such table.
  template <class Root>
  const Root* root() const {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(words_.data());
    flatbuffers::Verifier verifier(begin, size_);
    if (!verifier.VerifyBuffer<Root>(nullptr)) return nullptr;
    return flatbuffers::GetRoot<Root>(begin);
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_;
};

/// Size and place of what a message has behind it.
struct Body {
  Metadata metadata;
  std::span<const std::byte> bytes;
};

/// The verifier looks at where a vector begins, not at whether its structs lie as they must.
template <class Vector>
bool lies_well(const Vector* structs) {
  return !structs || structs->size() == 0 ||
         reinterpret_cast<std::uintptr_t>(structs->Data()) % sizeof(std::int64_t) == 0;
}

class ArrowReader {
 public:
  explicit ArrowReader(std::span<const std::byte> file)
      : file_(file), budget_(std::min(most_unpacked_from(file.size()), std::uint64_t{1} << 32)) {}

  Result<TableRead> read() {
    const auto footer = find_footer();
    if (!footer) return tl::unexpected(footer.error());
    const auto* root = footer->root<arrow::Footer>();
    if (!root || !root->schema())
      return damaged("footer", "the metadata of an Arrow file", "damaged ones");
    const arrow::Schema& schema = *root->schema();
    if (schema.endianness() != arrow::Endianness_little)
      return damaged("schema", "little-endian numbers", "big-endian ones");
    unions_have_validity_ = root->version() < arrow::MetadataVersion_V5;
    read_.table.metadata = words_of(schema.custom_metadata());
    read_.table.footer_metadata = words_of(root->custom_metadata());
    if (auto done = check_blocks(*root); !done) return tl::unexpected(done.error());
    if (auto done = list_dictionaries(schema); !done) return tl::unexpected(done.error());
    if (root->dictionaries())
      for (const arrow::Block* block : *root->dictionaries())
        if (auto done = read_dictionary(*block); !done) return tl::unexpected(done.error());
    if (auto done = make_columns(schema); !done) return tl::unexpected(done.error());
    if (root->record_batches()) {
      std::size_t number = 0;
      for (const arrow::Block* block : *root->record_batches()) {
        where_ = fmt::format("record batch {}", number++);
        if (auto done = read_batch(*block); !done) return tl::unexpected(done.error());
      }
    }
    return std::move(read_);
  }

 private:
  struct Slot {
    std::optional<std::size_t> column;  ///< index in the table; empty: skipped
    Extent extent;
  };

  struct Words {
    const arrow::Field* field = nullptr;
    TableColumn texts{{}, ColumnType::text};
    bool known = false;  ///< a dictionary of texts
  };

  Result<Metadata> find_footer() const {
    const std::string_view all(reinterpret_cast<const char*>(file_.data()), file_.size());
    if (all.starts_with("FEA1"))
      return fail({},
                  {},
                  "an Arrow file (Feather version 2)",
                  "Feather version 1, which no longer is written",
                  "read it with pyarrow and write it again");
    if (!all.starts_with(kMagic))
      return damaged({}, "an Arrow file, which begins with ARROW1", "something else");
    const std::size_t end = kMagic.size() + sizeof(std::int32_t);
    if (file_.size() < kBegin + end || !all.ends_with(kMagic))
      return damaged("end", "ARROW1", "something else: the file is cut short");
    std::int32_t size = 0;
    std::memcpy(&size, file_.data() + file_.size() - end, sizeof size);
    if (size <= 0 || static_cast<std::size_t>(size) > file_.size() - end - kBegin)
      return damaged("footer", "a size inside the file", text("{} bytes", size));
    const auto bytes = static_cast<std::size_t>(size);
    return Metadata(file_.subspan(file_.size() - end - bytes, bytes));
  }

  /// Each part of a file stands there once: many that name the same place would be read for ever.
  Result<void> check_blocks(const arrow::Footer& footer) const {
    std::uint64_t left = file_.size();
    for (const auto* blocks : {footer.dictionaries(), footer.record_batches()}) {
      if (!blocks) continue;
      if (!lies_well(blocks)) return damaged("footer", "metadata in their places", "others");
      for (const arrow::Block* block : *blocks) {
        const bool sane = block->offset() >= 0 && block->meta_length() >= 0 &&
                          block->body_length() >= 0 &&
                          static_cast<std::uint64_t>(block->meta_length()) <= left &&
                          static_cast<std::uint64_t>(block->body_length()) <=
                              left - static_cast<std::uint64_t>(block->meta_length());
        if (!sane)
          return damaged("footer",
                         "parts inside the file",
                         text("one of {} and {} bytes at {}",
                              block->meta_length(),
                              block->body_length(),
                              block->offset()));
        left -= static_cast<std::uint64_t>(block->meta_length()) +
                static_cast<std::uint64_t>(block->body_length());
      }
    }
    return {};
  }

  /// Message and body at a block. Sizes were checked against the file, places were not.
  Result<Body> body_at(const arrow::Block& block) const {
    ByteReader reader(file_);
    if (!reader.go_to(static_cast<std::uint64_t>(block.offset())))
      return damaged(where_, "a place inside the file", text("byte {}", block.offset()));
    const auto head = reader.bytes(static_cast<std::uint64_t>(block.meta_length()));
    const auto body = head ? reader.bytes(static_cast<std::uint64_t>(block.body_length())) : head;
    if (!body) return damaged(where_, "a part inside the file", "one beyond its end");
    // A continuation mark and the size; before version 0.15 of Arrow the size alone.
    ByteReader in_head(*head);
    auto size = in_head.number<std::int32_t>();
    if (size == -1) size = in_head.number<std::int32_t>();
    const auto bytes =
        size && *size >= 0 ? in_head.bytes(static_cast<std::uint64_t>(*size)) : std::nullopt;
    if (!bytes) return damaged(where_, "a message", "a damaged one");
    return Body{Metadata(*bytes), *body};
  }

  Result<void> list_dictionaries(const arrow::Schema& schema) {
    if (!schema.fields()) return damaged("schema", "columns", "none");
    for (const arrow::Field* field : *schema.fields()) {
      if (!field->dictionary()) continue;
      const auto type = type_of(*field);
      const auto index = index_type_of(*field->dictionary());
      Words words{field, {{}, type.value_or(ColumnType::text)}, type && is_text(*type) && index};
      dictionaries_.emplace(field->dictionary()->id(), std::move(words));
    }
    return {};
  }

  Result<void> read_dictionary(const arrow::Block& block) {
    where_ = "dictionary";
    const auto body = body_at(block);
    if (!body) return tl::unexpected(body.error());
    const auto* message = body->metadata.root<arrow::Message>();
    const auto* batch = message ? message->header_as_DictionaryBatch() : nullptr;
    if (!batch || !batch->data()) return damaged(where_, "a dictionary", "another message");
    where_ = fmt::format("dictionary {}", batch->id());
    const auto found = dictionaries_.find(batch->id());
    if (found == dictionaries_.end() || !found->second.known) return {};  // of what is left out
    TableColumn& texts = found->second.texts;
    if (!batch->is_delta()) texts = TableColumn({}, texts.type());
    const auto rows = rows_of(*batch->data());
    if (!rows) return tl::unexpected(rows.error());
    return append(*batch->data(), body->bytes, {0, 0}, *rows, texts);
  }

  Result<void> make_columns(const arrow::Schema& schema) {
    for (const arrow::Field* field : *schema.fields()) {
      const std::string name = text_of(field->name());
      const auto extent = extent_of(*field, unions_have_validity_);
      if (!extent)
        return fail({},
                    "column " + name,
                    "a kind of column that is known",
                    text("kind {}", static_cast<int>(field->type_type())),
                    "write the table without it");
      Slot slot{{}, *extent};
      if (auto column = column_of(*field, name)) {
        slot.column = read_.table.columns.size();
        column->nullable = field->nullable();
        column->metadata = words_of(field->custom_metadata());
        read_.table.columns.push_back(std::move(*column));
      } else {
        read_.left_out.push_back({Severity::warning,
                                  {},
                                  "column " + name,
                                  "numbers, booleans or texts, one a row",
                                  text("{}", kind_of(*field)),
                                  "it is left out"});
      }
      slots_.push_back(slot);
    }
    if (!read_.table.columns.empty()) return {};
    if (!read_.left_out.empty()) return tl::unexpected(read_.left_out.front());
    return damaged("schema", "columns", "none");
  }

  std::optional<TableColumn> column_of(const arrow::Field& field, const std::string& name) {
    const auto type = type_of(field);
    if (!type) return std::nullopt;
    if (!field.dictionary()) return TableColumn(name, *type);
    const auto index = index_type_of(*field.dictionary());
    const auto found = dictionaries_.find(field.dictionary()->id());
    if (!index || !is_text(*type) || found == dictionaries_.end() || !found->second.known)
      return std::nullopt;
    const TableColumn& texts = found->second.texts;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < texts.size(); ++i) words.emplace_back(texts.text(i));
    return TableColumn(name, *type, *index, std::move(words), field.dictionary()->is_ordered());
  }

  Result<void> read_batch(const arrow::Block& block) {
    const auto body = body_at(block);
    if (!body) return tl::unexpected(body.error());
    const auto* message = body->metadata.root<arrow::Message>();
    const auto* batch = message ? message->header_as_RecordBatch() : nullptr;
    if (!batch) return damaged(where_, "a record batch", "another message");
    const auto rows = rows_of(*batch);
    if (!rows) return tl::unexpected(rows.error());
    Extent at{0, 0};
    for (const Slot& slot : slots_) {
      if (slot.column) {
        TableColumn& column = read_.table.columns[*slot.column];
        if (auto done = append(*batch, body->bytes, at, *rows, column); !done)
          return tl::unexpected(done.error());
      }
      at.nodes += slot.extent.nodes;
      at.buffers += slot.extent.buffers;
    }
    if (read_.table.batch_rows.empty() && batch->compression())
      read_.table.packing = batch->compression()->codec() == arrow::CompressionType_zstd
                                ? TablePacking::zstd
                                : TablePacking::lz4;
    read_.table.batch_rows.push_back(*rows);
    return {};
  }

  Result<std::size_t> rows_of(const arrow::RecordBatch& batch) const {
    if (!lies_well(batch.nodes()) || !lies_well(batch.buffers()))
      return damaged(where_, "metadata in their places", "others");
    // No more than one bit a row could take: sizes of columns are checked against it later.
    if (batch.length() < 0 || static_cast<std::uint64_t>(batch.length()) > budget_ * 8)
      return damaged(where_, "a number of rows", text("{}", batch.length()));
    if (batch.compression() &&
        (batch.compression()->method() != arrow::BodyCompressionMethod_buffer ||
         (batch.compression()->codec() != arrow::CompressionType_lz4_frame &&
          batch.compression()->codec() != arrow::CompressionType_zstd)))
      return damaged(where_, "buffers packed by LZ4 or Zstandard", "another way");
    return static_cast<std::size_t>(batch.length());
  }

  /// Takes from what all columns together may grow to.
  Result<void> take(std::uint64_t bytes) {
    if (bytes > budget_)
      return damaged(
          where_, "a table that a file of this size can hold", text("{} bytes and more", bytes));
    budget_ -= bytes;
    return {};
  }

  struct Bytes {
    std::vector<std::byte> own;  ///< where it was packed
    std::span<const std::byte> view;
  };

  /// A buffer of a batch, unpacked; of `fewest` bytes at least where it is not empty.
  Result<Bytes> buffer(const arrow::RecordBatch& batch,
                       std::span<const std::byte> body,
                       std::size_t index) {
    if (!batch.buffers() || index >= batch.buffers()->size())
      return damaged(where_, "buffers for every column", "too few");
    const arrow::Buffer& place = *batch.buffers()->Get(static_cast<flatbuffers::uoffset_t>(index));
    ByteReader reader(body);
    const bool inside = place.offset() >= 0 && place.length() >= 0 &&
                        reader.go_to(static_cast<std::uint64_t>(place.offset()));
    const auto bytes =
        inside ? reader.bytes(static_cast<std::uint64_t>(place.length())) : std::nullopt;
    if (!bytes)
      return damaged(where_,
                     "a buffer inside its batch",
                     text("{} bytes at {}", place.length(), place.offset()));
    Bytes result{{}, *bytes};
    if (!batch.compression() || bytes->empty()) return result;
    ByteReader packed(*bytes);
    const auto size = packed.number<std::int64_t>();
    result.view = bytes->subspan(packed.at());
    if (size == -1) return result;  // larger when packed: stored
    if (!size || *size < 0) return damaged(where_, "the size of a buffer", "none");
    if (auto taken = take(static_cast<std::uint64_t>(*size)); !taken)
      return tl::unexpected(taken.error());
    const bool zstd = batch.compression()->codec() == arrow::CompressionType_zstd;
    auto content = unpack(
        zstd ? Packing::zstd : Packing::lz4_frame, result.view, static_cast<std::uint64_t>(*size));
    if (!content) {
      content.error().where = where_;
      return tl::unexpected(content.error());
    }
    if (content->size() != static_cast<std::size_t>(*size))
      return damaged(where_, text("{} bytes", *size), text("{}", content->size()));
    result.own = std::move(*content);
    result.view = result.own;
    return result;
  }

  Result<void> append(const arrow::RecordBatch& batch,
                      std::span<const std::byte> body,
                      Extent at,
                      std::size_t rows,
                      TableColumn& column) {
    const auto short_of = [&](const Bytes& bytes) {
      return damaged(where_ + (column.name.empty() ? "" : ", column " + column.name),
                     text("values of {} rows", rows),
                     text("{} bytes", bytes.view.size()));
    };
    const arrow::FieldNode* node =
        batch.nodes() && at.nodes < batch.nodes()->size()
            ? batch.nodes()->Get(static_cast<flatbuffers::uoffset_t>(at.nodes))
            : nullptr;
    if (!node || node->length() != static_cast<std::int64_t>(rows))
      return damaged(where_, text("columns of {} rows", rows), "another number");
    auto valid = buffer(batch, body, at.buffers);
    if (!valid) return tl::unexpected(valid.error());
    // Writers that know of no missing value leave the bits out, or what was in their memory.
    if (node->null_count() == 0) valid->view = {};
    if (!valid->view.empty() && valid->view.size() < bytes_of_bits(rows)) return short_of(*valid);
    const auto values = buffer(batch, body, at.buffers + 1);
    if (!values) return tl::unexpected(values.error());
    const std::size_t width = width_of(column.index_type().value_or(column.type()));
    if (width == 0) return append_texts(batch, body, at, rows, *values, valid->view, column);
    const bool bits = column.type() == ColumnType::boolean;
    if (bits ? values->view.size() < bytes_of_bits(rows) : values->view.size() / width < rows)
      return short_of(*values);
    if (auto taken = take(rows * (width + 1)); !taken) return tl::unexpected(taken.error());
    if (!bits) {
      column.append_values(values->view.first(rows * width), rows, valid->view);
      return {};
    }
    std::vector<std::byte> wide(rows);
    for (std::size_t i = 0; i < rows; ++i)
      wide[i] = (values->view[i / 8] >> (i % 8)) & std::byte{1};
    column.append_values(wide, rows, valid->view);
    return {};
  }

  Result<void> append_texts(const arrow::RecordBatch& batch,
                            std::span<const std::byte> body,
                            Extent at,
                            std::size_t rows,
                            const Bytes& offsets,
                            std::span<const std::byte> valid,
                            TableColumn& column) {
    const auto characters = buffer(batch, body, at.buffers + 2);
    if (!characters) return tl::unexpected(characters.error());
    if (rows == 0) return {};
    const bool large = column.type() == ColumnType::large_text;
    const std::size_t each = large ? sizeof(std::int64_t) : sizeof(std::int32_t);
    const auto bad = [&](Text found) {
      return damaged(where_ + (column.name.empty() ? "" : ", column " + column.name),
                     text("the ends of {} texts, ascending", rows),
                     std::move(found));
    };
    if (offsets.view.size() / each <= rows) return bad(text("{} bytes", offsets.view.size()));
    const auto offset = [&](std::size_t i) -> std::int64_t {
      if (large) {
        std::int64_t value;
        std::memcpy(&value, offsets.view.data() + i * sizeof value, sizeof value);
        return value;
      }
      std::int32_t value;
      std::memcpy(&value, offsets.view.data() + i * sizeof value, sizeof value);
      return value;
    };
    const std::int64_t begin = offset(0);
    const auto size = static_cast<std::int64_t>(characters->view.size());
    if (begin < 0 || begin > size) return bad("others");
    if (auto taken = take(rows * (sizeof(std::uint64_t) + 1)); !taken)
      return tl::unexpected(taken.error());
    std::vector<std::uint64_t> ends(rows);
    std::int64_t before = begin;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::int64_t end = offset(i + 1);
      if (end < before || end > size) return bad(text("{} after {}", end, before));
      ends[i] = static_cast<std::uint64_t>(end - begin);
      before = end;
    }
    if (auto taken = take(ends.back()); !taken) return tl::unexpected(taken.error());
    const std::string_view all(reinterpret_cast<const char*>(characters->view.data()),
                               characters->view.size());
    column.append_texts(
        all.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(ends.back())),
        ends,
        valid);
    return {};
  }

  std::span<const std::byte> file_;
  std::uint64_t budget_;  ///< bytes that the table may still grow by
  std::string where_ = "footer";
  bool unions_have_validity_ = false;
  std::map<std::int64_t, Words> dictionaries_;
  std::vector<Slot> slots_;
  TableRead read_;
};

}  // namespace

Result<TableRead> read_arrow(std::span<const std::byte> file) {
  return ArrowReader(file).read();
}

}  // namespace sweepbox
