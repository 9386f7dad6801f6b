#include "core/store/seal.hpp"

#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace sweepbox {
namespace {

constexpr std::uint8_t kForm = 1;
constexpr std::size_t kWorthPressing = 400;  // below, zstd's own frame eats what it saves
constexpr int kPressing = 1;                 // 3 saves 2 % more on tracks and costs twice the time

// What a record may unpack to: labels of a drive press 100 to 1, a bomb 10 000 to 1.
std::size_t most_from(std::size_t pressed) {
  return std::clamp<std::size_t>(1000 * pressed, std::size_t{1} << 24, std::size_t{1} << 30);
}

// In steps: a size that lies in the frame's header must cost nothing.
Result<std::string> unpressed(std::string_view bytes) {
  // One for all records of a thread: to make one costs more than to unpack a track.
  thread_local std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(
      nullptr, ZSTD_freeDStream);
  if (!stream) stream.reset(ZSTD_createDStream());
  if (!stream) return damaged("no memory to unpack it");
  ZSTD_DCtx_reset(stream.get(), ZSTD_reset_session_and_parameters);
  ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, 27);
  std::string result;
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t left = 1;
  while (left != 0) {
    const std::size_t before = result.size();
    result.resize(std::max<std::size_t>(2 * before, 4096));
    ZSTD_outBuffer out{result.data(), result.size(), before};
    left = ZSTD_decompressStream(stream.get(), &out, &in);
    const bool stuck = out.pos == before && in.pos == in.size;
    result.resize(out.pos);
    if (ZSTD_isError(left))
      return damaged(text("compressed bytes that cannot be read ({})", ZSTD_getErrorName(left)));
    if (left != 0 && stuck) return damaged("compressed bytes that end too early");
    if (result.size() > most_from(bytes.size())) return damaged("more than a record can hold");
  }
  if (in.pos != in.size) return damaged("bytes after its end");
  return result;
}

}  // namespace

tl::unexpected<Error> damaged(Text found) {
  return fail({}, {}, "a whole record", std::move(found), "take a copy of the project from before");
}

std::string sealed(const std::string& bytes) {
  std::string result{static_cast<char>(kForm), 0};
  if (bytes.size() >= kWorthPressing) {
    result.resize(2 + ZSTD_compressBound(bytes.size()));
    const std::size_t size =
        ZSTD_compress(result.data() + 2, result.size() - 2, bytes.data(), bytes.size(), kPressing);
    if (!ZSTD_isError(size) && size < bytes.size()) {
      result.resize(2 + size);
      result[1] = 1;
      return result;
    }
    result.resize(2);
  }
  return result + bytes;
}

Result<std::string> unsealed(std::string_view bytes) {
  if (bytes.size() < 2) return damaged(text("{} bytes", bytes.size()));
  if (static_cast<std::uint8_t>(bytes[0]) != kForm)
    return damaged(text("form {} of records, unknown to this program",
                        static_cast<int>(static_cast<std::uint8_t>(bytes[0]))));
  if (bytes[1] == 0) return std::string(bytes.substr(2));
  if (bytes[1] == 1) return unpressed(bytes.substr(2));
  return damaged("an unknown compression");
}

}  // namespace sweepbox
