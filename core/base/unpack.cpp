#include "core/base/unpack.hpp"

#include <bzlib.h>
#include <lz4frame.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>

namespace sweepbox {
namespace {

constexpr std::size_t kStep = std::size_t{1} << 16;

std::string_view name_of(Packing packing) {
  switch (packing) {
    case Packing::lz4_frame:
      return "LZ4";
    case Packing::zstd:
      return "Zstandard";
    case Packing::bzip2:
      return "bzip2";
  }
  return {};
}

tl::unexpected<Error> damaged(Packing packing, std::string_view why) {
  return fail({},
              {},
              text("a {} stream", name_of(packing)),
              text("{}", why),
              "the file is damaged or cut short: take it again");
}

/// Room for what comes next: doubled, so that copies stay few, up to one byte beyond the limit (by
/// which too much is seen).
std::span<std::byte> room(std::vector<std::byte>& out, std::size_t used, std::uint64_t most) {
  if (out.size() == used) {
    const std::uint64_t wanted = std::max<std::uint64_t>(kStep, 2 * std::uint64_t{used});
    out.resize(static_cast<std::size_t>(std::min(wanted, most + 1)));
  }
  return std::span(out).subspan(used);
}

Result<std::vector<std::byte>> finished(std::vector<std::byte> out, std::size_t used) {
  out.resize(used);
  return out;
}

/// What is wanted of a stream.
struct Wanted {
  std::uint64_t most = 0;  ///< bytes
  enum class Beyond { refused, cut } beyond = Beyond::refused;
};

Result<std::vector<std::byte>> too_much(Packing packing,
                                        const Wanted& wanted,
                                        std::vector<std::byte> out) {
  if (wanted.beyond == Wanted::Beyond::cut)
    return finished(std::move(out), static_cast<std::size_t>(wanted.most));
  return damaged(packing, fmt::format("more than {} bytes in it", wanted.most));
}

Result<std::vector<std::byte>> unpack_lz4(std::span<const std::byte> packed, const Wanted& wanted) {
  LZ4F_dctx* raw = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)))
    return damaged(Packing::lz4_frame, "no memory for it");
  const std::unique_ptr<LZ4F_dctx, LZ4F_errorCode_t (*)(LZ4F_dctx*)> context(
      raw, LZ4F_freeDecompressionContext);
  std::vector<std::byte> out;
  std::size_t used = 0;
  while (true) {
    const auto to = room(out, used, wanted.most);
    std::size_t written = to.size(), read = packed.size();
    const std::size_t hint =
        LZ4F_decompress(context.get(), to.data(), &written, packed.data(), &read, nullptr);
    if (LZ4F_isError(hint)) return damaged(Packing::lz4_frame, LZ4F_getErrorName(hint));
    packed = packed.subspan(read);
    used += written;
    if (used > wanted.most) return too_much(Packing::lz4_frame, wanted, std::move(out));
    if (hint == 0) return finished(std::move(out), used);
    if (read == 0 && written == 0) return damaged(Packing::lz4_frame, "its end is missing");
  }
}

Result<std::vector<std::byte>> unpack_zstd(std::span<const std::byte> packed,
                                           const Wanted& wanted) {
  // The library also takes the drafts of before 2016, whose readers know no limit of the window.
  constexpr unsigned char kMagic[] = {0x28, 0xb5, 0x2f, 0xfd};
  if (packed.size() >= sizeof(kMagic) && std::memcmp(packed.data(), kMagic, sizeof(kMagic)) != 0)
    return damaged(Packing::zstd, "the beginning of another kind");
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> context(
      ZSTD_createDStream(), [](ZSTD_DStream* stream) { return ZSTD_freeDStream(stream); });
  if (!context) return damaged(Packing::zstd, "no memory for it");
  // A header claims a window and the library takes its memory at once: no more than what may come
  // out of it, or the 8 MB of the usual levels.
  const std::uint64_t most =
      wanted.beyond == Wanted::Beyond::cut ? UINT64_MAX : std::max<std::uint64_t>(wanted.most, 2);
  const auto log = static_cast<int>(std::bit_width(most - 1));
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, std::clamp(log, 23, 27));
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::vector<std::byte> out;
  std::size_t used = 0;
  while (true) {
    const auto to = room(out, used, wanted.most);
    ZSTD_outBuffer part{to.data(), to.size(), 0};
    const std::size_t before = in.pos;
    const std::size_t hint = ZSTD_decompressStream(context.get(), &part, &in);
    if (ZSTD_isError(hint)) return damaged(Packing::zstd, ZSTD_getErrorName(hint));
    used += part.pos;
    if (used > wanted.most) return too_much(Packing::zstd, wanted, std::move(out));
    if (hint == 0) return finished(std::move(out), used);
    if (in.pos == before && part.pos == 0) return damaged(Packing::zstd, "its end is missing");
  }
}

Result<std::vector<std::byte>> unpack_bzip2(std::span<const std::byte> packed,
                                            const Wanted& wanted) {
  if (packed.size() > std::numeric_limits<unsigned>::max())
    return damaged(Packing::bzip2, "more than 4 GB");
  bz_stream stream{};
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK)
    return damaged(Packing::bzip2, "no memory for it");
  const std::unique_ptr<bz_stream, int (*)(bz_stream*)> end(&stream, BZ2_bzDecompressEnd);
  // bzip2's interface is not const; it does not write to what it reads.
  stream.next_in = reinterpret_cast<char*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<unsigned>(packed.size());
  std::vector<std::byte> out;
  std::size_t used = 0;
  while (true) {
    const auto to = room(out, used, wanted.most);
    const unsigned before = stream.avail_in;
    stream.next_out = reinterpret_cast<char*>(to.data());
    stream.avail_out =
        static_cast<unsigned>(std::min<std::size_t>(to.size(), std::size_t{1} << 30));
    const unsigned offered = stream.avail_out;
    const int code = BZ2_bzDecompress(&stream);
    const std::size_t written = offered - stream.avail_out;
    used += written;
    if (used > wanted.most) return too_much(Packing::bzip2, wanted, std::move(out));
    if (code == BZ_STREAM_END) return finished(std::move(out), used);
    if (code != BZ_OK) return damaged(Packing::bzip2, fmt::format("error {} of its library", code));
    if (written == 0 && stream.avail_in == before)
      return damaged(Packing::bzip2, "its end is missing");
  }
}

Result<std::vector<std::byte>> unpack_wanted(Packing packing,
                                             std::span<const std::byte> packed,
                                             const Wanted& wanted) {
  switch (packing) {
    case Packing::lz4_frame:
      return unpack_lz4(packed, wanted);
    case Packing::zstd:
      return unpack_zstd(packed, wanted);
    case Packing::bzip2:
      return unpack_bzip2(packed, wanted);
  }
  return damaged(packing, "an unknown kind");
}

}  // namespace

Result<std::vector<std::byte>> unpack(Packing packing,
                                      std::span<const std::byte> packed,
                                      std::uint64_t most) {
  return unpack_wanted(packing, packed, {most, Wanted::Beyond::refused});
}

Result<std::vector<std::byte>> unpack_beginning(Packing packing,
                                                std::span<const std::byte> packed,
                                                std::uint64_t count) {
  return unpack_wanted(packing, packed, {count, Wanted::Beyond::cut});
}

Result<std::vector<std::byte>> pack(Packing packing, std::span<const std::byte> plain) {
  if (packing == Packing::bzip2) return refuse("bzip2 is read, not written");
  const bool lz4 = packing == Packing::lz4_frame;
  std::vector<std::byte> out(lz4 ? LZ4F_compressFrameBound(plain.size(), nullptr)
                                 : ZSTD_compressBound(plain.size()));
  const std::size_t size =
      lz4 ? LZ4F_compressFrame(out.data(), out.size(), plain.data(), plain.size(), nullptr)
          : ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3);
  if (lz4 ? LZ4F_isError(size) : ZSTD_isError(size)) return refuse("the compression failed");
  out.resize(size);
  return out;
}

}  // namespace sweepbox
