#include "core/table/npy_header.hpp"

#include <algorithm>

#include "core/base/byte_reader.hpp"
#include "core/base/parse.hpp"

namespace sweepbox::npy {
namespace {

constexpr const char* kFix = "take this file from the data set again";
constexpr std::size_t kLongestHeader = 1 << 16;
constexpr int kDeepest = 16;
constexpr std::size_t kMostCount = 1024;            // numbers of one field
constexpr std::uint64_t kLargestElement = 1 << 24;  // bytes

tl::unexpected<Error> bad(std::string where, Text expected, Text found) {
  return fail({}, std::move(where), std::move(expected), std::move(found), kFix);
}

/// A Python literal: a text, a number or word, or several in brackets (a dict's keys and values in
/// turn).
struct Literal {
  enum class Kind { text, word, list, dict };
  Kind kind = Kind::word;
  std::string text;
  std::vector<Literal> items;

  const Literal* find(std::string_view key) const {
    for (std::size_t i = 0; kind == Kind::dict && i + 1 < items.size(); i += 2)
      if (items[i].text == key) return &items[i + 1];
    return nullptr;
  }
};

class LiteralParser {
 public:
  explicit LiteralParser(std::string_view text) : rest_(text) {}

  std::optional<Literal> parse(int depth = 0) {
    skip_blanks();
    if (rest_.empty() || depth > kDeepest) return std::nullopt;
    const char first = rest_.front();
    if (first == '\'' || first == '"') return quoted(first);
    if (first == '(' || first == '[' || first == '{') return bracketed(first, depth);
    const std::size_t end = rest_.find_first_of(",:()[]{} \n");
    Literal word{Literal::Kind::word, std::string(rest_.substr(0, end)), {}};
    if (word.text.empty()) return std::nullopt;
    rest_.remove_prefix(word.text.size());
    return word;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n'))
      rest_.remove_prefix(1);
  }

  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<Literal> quoted(char quote) {
    Literal literal{Literal::Kind::text, {}, {}};
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == quote) {
        rest_.remove_prefix(i + 1);
        return literal;
      }
      if (rest_[i] == '\\') ++i;  // a quote or a backslash, as Python writes names
      if (i < rest_.size()) literal.text += rest_[i];
    }
    return std::nullopt;
  }

  std::optional<Literal> bracketed(char open, int depth) {
    rest_.remove_prefix(1);
    const char close = open == '(' ? ')' : open == '[' ? ']' : '}';
    Literal literal{open == '{' ? Literal::Kind::dict : Literal::Kind::list, {}, {}};
    while (!take(close)) {
      for (int part = 0; part < (open == '{' ? 2 : 1); ++part) {
        if (part == 1 && !take(':')) return std::nullopt;
        auto item = parse(depth + 1);
        if (!item) return std::nullopt;
        literal.items.push_back(std::move(*item));
      }
      if (take(',')) continue;
      if (!take(close)) return std::nullopt;
      break;
    }
    return literal;
  }

  std::string_view rest_;
};

std::optional<ColumnType> type_of(char kind, std::uint64_t size) {
  struct Known {
    char kind;
    std::uint64_t size;
    ColumnType type;
  };

  static constexpr Known kKnown[] = {{'b', 1, ColumnType::boolean},
                                     {'i', 1, ColumnType::i8},
                                     {'i', 2, ColumnType::i16},
                                     {'i', 4, ColumnType::i32},
                                     {'i', 8, ColumnType::i64},
                                     {'u', 1, ColumnType::u8},
                                     {'u', 2, ColumnType::u16},
                                     {'u', 4, ColumnType::u32},
                                     {'u', 8, ColumnType::u64},
                                     {'f', 2, ColumnType::f16},
                                     {'f', 4, ColumnType::f32},
                                     {'f', 8, ColumnType::f64},
                                     {'M', 8, ColumnType::i64},
                                     {'m', 8, ColumnType::i64}};
  for (const Known& known : kKnown)
    if (known.kind == kind && known.size == size) return known.type;
  return std::nullopt;
}

/// "<f4", "|V12", "<M8[us]".
Result<Field> field_of(std::string_view written) {
  Field field;
  field.written = written;
  std::string_view rest = written;
  if (!rest.empty() && std::string_view("<>|=").find(rest.front()) != std::string_view::npos) {
    field.swapped = rest.front() == '>';
    rest.remove_prefix(1);
  }
  const char kind = rest.empty() ? '?' : rest.front();
  if (kind == 'O')
    return fail({},
                "descr",
                "an array of numbers",
                "an array of Python objects, which are programs and are not run",
                "save the numbers themselves: numpy.save(file, array.astype('f4'))");
  const auto size = rest.empty() ? std::nullopt : to_integer(rest.substr(1, rest.find('[') - 1));
  if (!size || *size < 0 || static_cast<std::uint64_t>(*size) > kLargestElement)
    return bad("descr", "a kind of number as \"<f4\"", text("\"{}\"", written));
  field.type = type_of(kind, static_cast<std::uint64_t>(*size));
  // Unicode counts characters of four bytes.
  field.size = static_cast<std::size_t>(*size) * (kind == 'U' ? 4 : 1);
  return field;
}

Result<std::vector<Field>> fields_of(const Literal& descr, int depth);

/// ('x', '<f4'), (('title', 'x'), '<f4'), ('p', '<f4', (3,)), ('q', [… fields …]).
Result<Field> named_field(const Literal& entry, int depth) {
  if (entry.kind != Literal::Kind::list || entry.items.size() < 2 || entry.items.size() > 3)
    return bad("descr", "a name and a kind for each field", "something else");
  const Literal& name = entry.items[0];
  Field field;
  if (entry.items[1].kind == Literal::Kind::text) {
    auto plain = field_of(entry.items[1].text);
    if (!plain) return plain;
    field = std::move(*plain);
  } else {
    const auto nested = fields_of(entry.items[1], depth + 1);
    if (!nested) return tl::unexpected(nested.error());
    for (const Field& one : *nested) field.size += one.size * one.count;
    field.written = "a structure";
  }
  field.name =
      name.kind == Literal::Kind::list && name.items.size() == 2 ? name.items[1].text : name.text;
  if (entry.items.size() == 2) return field;
  const Literal& shape = entry.items[2];
  const std::vector<Literal> one = {shape};
  std::uint64_t count = 1;
  for (const Literal& side : shape.kind == Literal::Kind::list ? shape.items : one) {
    const auto length = to_integer(side.text);
    if (!length || *length < 0 ||
        __builtin_mul_overflow(count, static_cast<std::uint64_t>(*length), &count) ||
        count > kLargestElement)
      return bad("descr", "the shape of a field", text("\"{}\"", side.text));
  }
  field.count = static_cast<std::size_t>(count);
  return field;
}

Result<std::vector<Field>> fields_of(const Literal& descr, int depth) {
  if (descr.kind != Literal::Kind::list || depth > kDeepest)
    return bad("descr", "kinds of numbers", "something else");
  std::vector<Field> fields;
  std::uint64_t offset = 0;
  for (const Literal& entry : descr.items) {
    auto field = named_field(entry, depth);
    if (!field) return tl::unexpected(field.error());
    field->offset = static_cast<std::size_t>(offset);
    offset += std::uint64_t{field->size} * field->count;  // each is at most 2²⁶ · 2²⁴
    if (offset > kLargestElement)
      return bad("descr", text("elements of up to {} bytes", kLargestElement), "larger ones");
    // A long row of numbers is a descriptor, no channels.
    if (field->count > kMostCount) field->type.reset();
    fields.push_back(std::move(*field));
  }
  return fields;
}

Result<std::string_view> header_text(ByteReader& reader) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  const auto magic = reader.text(kMagic.size());
  if (!magic || *magic != kMagic)
    return bad({}, "a NumPy array, which begins with \\x93NUMPY", "something else");
  const auto major = reader.number<std::uint8_t>(), minor = reader.number<std::uint8_t>();
  if (!major || !minor || *major < 1 || *major > 3)
    return bad("version", "1 to 3", major ? text("{}", int{*major}) : Text("none"));
  std::optional<std::uint32_t> size;
  if (*major == 1) {
    if (const auto small = reader.number<std::uint16_t>()) size = *small;
  } else {
    size = reader.number<std::uint32_t>();
  }
  const auto content = size && *size <= kLongestHeader ? reader.text(*size) : std::nullopt;
  if (!content)
    return bad("header",
               text("up to {} bytes inside the file", kLongestHeader),
               size ? text("{} bytes", *size) : Text("none"));
  return *content;
}

}  // namespace

Result<Header> read_header(std::span<const std::byte> file) {
  ByteReader reader(file);
  const auto content = header_text(reader);
  if (!content) return tl::unexpected(content.error());
  const auto dict = LiteralParser(*content).parse();
  const Literal* descr = dict ? dict->find("descr") : nullptr;
  const Literal* order = dict ? dict->find("fortran_order") : nullptr;
  const Literal* shape = dict ? dict->find("shape") : nullptr;
  if (!descr || !order || !shape || shape->kind != Literal::Kind::list)
    return bad("header", "descr, fortran_order and shape", "something else");
  Header header;
  header.begin = reader.at();
  header.fortran_order = order->text == "True";
  header.structured = descr->kind == Literal::Kind::list;
  if (header.structured) {
    auto fields = fields_of(*descr, 0);
    if (!fields) return tl::unexpected(fields.error());
    header.fields = std::move(*fields);
  } else {
    auto field = field_of(descr->text);
    if (!field) return tl::unexpected(field.error());
    header.fields.push_back(std::move(*field));
  }
  for (const Field& field : header.fields) header.element += field.size * field.count;
  for (const Literal& side : shape->items) {
    const auto length = to_integer(side.text);
    if (!length || *length < 0) return bad("shape", "lengths", text("\"{}\"", side.text));
    header.shape.push_back(static_cast<std::uint64_t>(*length));
  }
  return header;
}

}  // namespace sweepbox::npy
