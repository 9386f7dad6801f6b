#include "core/drive/json_stream.hpp"

#include <algorithm>
#include <cstring>

namespace sweepbox {
namespace {

constexpr std::size_t kWindow = std::size_t{4} << 20;
constexpr std::size_t kLongestValue = std::size_t{64} << 20;

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

}  // namespace

Result<JsonStream> JsonStream::open(const std::filesystem::path& path) {
  auto file = OpenFile::open(path);
  if (!file) return tl::unexpected(std::move(file.error()));
  JsonStream stream(std::move(*file));
  stream.window_.resize(std::min<std::uint64_t>(kWindow, stream.file_.size() + 1));
  return stream;
}

bool JsonStream::more(std::size_t keep) {
  const std::size_t kept = size_ - keep;
  if (keep > 0) {
    std::memmove(window_.data(), window_.data() + keep, kept);
    before_ += keep;
  } else if (kept == window_.size()) {
    if (window_.size() >= kLongestValue) return false;
    window_.resize(window_.size() * 2);
  }
  at_ -= keep;
  size_ = kept;
  const std::size_t read =
      file_.read(std::as_writable_bytes(std::span(window_).subspan(size_))).value_or(0);
  size_ += read;
  return read > 0;
}

void JsonStream::skip_blanks() {
  while (true) {
    while (at_ < size_ && is_blank(window_[at_])) ++at_;
    if (at_ < size_ || !more(at_)) return;
  }
}

char JsonStream::peek() {
  skip_blanks();
  return at_ < size_ ? window_[at_] : '\0';
}

bool JsonStream::take(char expected) {
  if (peek() != expected) return false;
  ++at_;
  return true;
}

std::string_view JsonStream::value() {
  skip_blanks();
  std::size_t place = at_;  // at_ stays at the value's first byte, wherever the window moves
  int depth = 0;
  const auto refill = [&] {
    const std::size_t offset = place - at_;
    const bool grown = more(at_);  // the window may move though the file ends
    place = at_ + offset;
    return grown;
  };
  const auto done = [&] {
    const std::string_view value(window_.data() + at_, place - at_);
    at_ = place;
    return value;
  };
  while (true) {
    if (place >= size_ && !refill())
      // A number may stand at the end of a file; nothing else may.
      return depth == 0 && place > at_ ? done() : std::string_view();
    const char c = window_[place];
    if (c == '"') {
      ++place;
      while (true) {
        if (place >= size_ && !refill()) return {};
        const void* found = std::memchr(window_.data() + place, '"', size_ - place);
        if (!found) {
          place = size_;
          continue;
        }
        place = static_cast<std::size_t>(static_cast<const char*>(found) - window_.data());
        std::size_t slashes = 0;
        while (window_[place - 1 - slashes] == '\\') ++slashes;  // ends at the opening quote
        ++place;
        if (slashes % 2 == 0) break;
      }
      if (depth == 0) return done();
    } else if (c == '{' || c == '[') {
      ++depth;
      ++place;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return place > at_ ? done() : std::string_view();
      ++place;
      if (--depth == 0) return done();
    } else if (depth == 0 && (c == ',' || c == ':' || is_blank(c))) {
      return place > at_ ? done() : std::string_view();
    } else {
      ++place;
    }
  }
}

Error JsonStream::wrong(Text expected) const {
  std::string found(window_.data() + at_, std::min<std::size_t>(size_ - at_, 12));
  for (char& c : found)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return {Severity::error,
          {},
          fmt::format("byte {}", position()),
          std::move(expected),
          found.empty() ? Text("the end of the file") : text("{}", found),
          "the file is cut short or no JSON: take it again"};
}

std::string_view quick_text(std::string_view object, std::string_view quoted_key) {
  for (std::size_t at = 0;;) {
    const void* found =
        ::memmem(object.data() + at, object.size() - at, quoted_key.data(), quoted_key.size());
    if (!found) return {};
    at = static_cast<std::size_t>(static_cast<const char*>(found) - object.data()) +
         quoted_key.size();
    const auto skip = [&] {
      while (at < object.size() && is_blank(object[at])) ++at;
    };
    skip();
    if (at >= object.size() || object[at] != ':') continue;  // a value that reads like the name
    ++at;
    skip();
    if (at >= object.size() || object[at] != '"') return {};
    const std::size_t end = object.find('"', at + 1);
    return end == std::string_view::npos ? std::string_view() : object.substr(at + 1, end - at - 1);
  }
}

}  // namespace sweepbox
