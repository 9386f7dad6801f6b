#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/open_file.hpp"

namespace sweepbox {

/// Walks a JSON file of any size value by value through a window of a few MB: what is not asked for
/// costs no memory. Values are found by their brackets and quotes alone (a parser that gets one
/// judges the rest); one value may be at most 64 MB long.
class JsonStream {
 public:
  [[nodiscard]] static Result<JsonStream> open(const std::filesystem::path& path);

  /// The next byte that is no blank, not taken; 0 at the end of the file.
  char peek();
  /// Takes that byte if it is `expected`.
  bool take(char expected);
  /// The bytes of the next value; valid until the next call of anything. Empty where none begins or
  /// where it does not end.
  std::string_view value();

  /// Of the next byte, from the beginning of the file.
  std::uint64_t position() const { return before_ + at_; }

  /// An error at this place.
  Error wrong(Text expected) const;

 private:
  explicit JsonStream(OpenFile file) : file_(std::move(file)) {}

  /// Reads on; what stands before `keep` goes. False at the end of the file.
  bool more(std::size_t keep);
  void skip_blanks();

  OpenFile file_;
  std::vector<char> window_;
  std::size_t size_ = 0;  ///< bytes of the window that are filled
  std::size_t at_ = 0;
  std::uint64_t before_ = 0;  ///< bytes of the file before the window
};

/// Calls `each(row)` with the bytes of each value of a file that is one array. Stops where `each`
/// says false. An array that is cut short is an error after its whole values were given.
template <class Each>
Result<void> for_each_row(const std::filesystem::path& path, const Each& each) {
  auto stream = JsonStream::open(path);
  if (!stream) return tl::unexpected(stream.error());
  if (!stream->take('[')) return tl::unexpected(stream->wrong("an array of rows"));
  if (stream->take(']')) return {};
  while (true) {
    const std::string_view row = stream->value();
    if (row.empty()) return tl::unexpected(stream->wrong("a row"));
    if (!each(row)) return {};
    if (stream->take(']')) return {};
    if (!stream->take(',')) return tl::unexpected(stream->wrong("a comma or ]"));
  }
}

/// The string of a member of a flat object, as written; empty where there is none. Quick: it looks
/// for the name in quotes, which stands nowhere in strings (their quotes are escaped).
std::string_view quick_text(std::string_view object, std::string_view quoted_key);

}  // namespace sweepbox
