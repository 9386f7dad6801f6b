#include "core/store/log_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace sweepbox {
namespace {

constexpr std::size_t kHeader = 32, kFrameHeader = 24, kFrame = kFrameHeader + kPageBytes;
constexpr std::uint32_t kMagic = 0x377F0682;  // the last bit: checksums over big-endian words
constexpr std::uint32_t kVersion = 3007000;

std::uint32_t word_at(std::string_view bytes, std::size_t at, bool big_endian = true) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i)
    word |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i]))
            << (8 * (big_endian ? 3 - i : i));
  return word;
}

/// The chained checksum of section 4.2.
struct Chain {
  bool big_endian = false;
  std::uint32_t first = 0, second = 0;

  void add(std::string_view bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word_at(bytes, at, big_endian) + second;
      second += word_at(bytes, at + 4, big_endian) + first;
    }
  }

  bool stands_at(std::string_view bytes, std::size_t at) const {
    return word_at(bytes, at) == first && word_at(bytes, at + 4) == second;
  }
};

}  // namespace

LogScan apply_log(std::string_view log, std::string& image) {
  LogScan scan;
  scan.size = log.size();
  const auto last_used = log.find_last_not_of('\0');
  const std::size_t used = last_used == std::string_view::npos ? 0 : last_used + 1;
  // A page beyond the file's end stands in the log.
  const std::size_t most_pages = (image.size() + log.size()) / kPageBytes + 1;
  Chain chain;
  std::size_t at = kHeader;
  if (log.size() >= kHeader && (word_at(log, 0) & ~1U) == kMagic && word_at(log, 4) == kVersion &&
      word_at(log, 8) == kPageBytes) {
    chain.big_endian = word_at(log, 0) & 1U;
    chain.add(log.substr(0, 24));
    if (chain.stands_at(log, 24)) {
      std::vector<std::pair<std::size_t, std::size_t>> pages;  // number, byte in the log
      for (; at + kFrame <= log.size(); at += kFrame) {
        const std::string_view frame = log.substr(at, kFrame);
        const std::size_t page = word_at(frame, 0), pages_after = word_at(frame, 4);
        if (page == 0 || frame.substr(8, 8) != log.substr(16, 8)) break;
        Chain next = chain;
        next.add(frame.substr(0, 8));
        next.add(frame.substr(kFrameHeader));
        if (!next.stands_at(frame, 16)) break;
        if (std::max(page, pages_after) > most_pages) break;
        chain = next;
        pages.emplace_back(page, at + kFrameHeader);
        scan.end = at + kFrame;
        if (pages_after == 0) continue;
        image.resize(pages_after * kPageBytes);
        for (const auto& [number, from] : pages)
          if (number <= pages_after)
            std::memcpy(image.data() + (number - 1) * kPageBytes, log.data() + from, kPageBytes);
        pages.clear();
        ++scan.transactions;
      }
      // One frame may be half written, broken off at any byte by a limit of file sizes; its last
      // bytes, which hold a page's first cells, come last.
      scan.damaged = used > at + kFrame - 8;
      return scan;
    }
  }
  scan.damaged = used > kHeader;
  return scan;
}

}  // namespace sweepbox
