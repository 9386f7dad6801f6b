#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace sweepbox {

constexpr std::size_t kPageBytes = 4096;  ///< of every project, SQLite's default

/// What a write-ahead log (-wal) has for its database. Source: SQLite, "Database File Format",
/// section 4.
struct LogScan {
  std::int64_t transactions = 0;  ///< whole ones
  std::uint64_t end = 0;          ///< byte after the last whole frame
  std::uint64_t size = 0;         ///< of the log's file
  /// Bytes where a program that was killed while writing leaves none: what they belonged to is
  /// lost. Only for logs that began in an empty file; an older program's may have old frames there.
  bool damaged = false;
};

/// Reads the log as SQLite's own recovery does: up to the last transaction whose frames' checksums
/// fit. Its pages are put into the image of the database. Trusts nothing: takes no more memory than
/// image and log together.
LogScan apply_log(std::string_view log, std::string& image);

/// Byte after so many frames.
constexpr std::uint64_t log_bytes(std::uint64_t frames) {
  return frames == 0 ? 0 : 32 + frames * (24 + kPageBytes);
}

}  // namespace sweepbox
