#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

#include "core/base/descriptor.hpp"
#include "core/base/error.hpp"

namespace sweepbox {

/// A regular file, open for reading, closed at the end. The one way in for what comes from outside:
/// a pipe, a socket, a device or a folder of that name is refused and never waited for.
class OpenFile {
 public:
  /// Links are followed. Errors name the path as given.
  [[nodiscard]] static Result<OpenFile> open(const std::filesystem::path& path);

  int descriptor() const { return descriptor_.get(); }

  /// Bytes when it was opened. Files of /proc say 0 and hold more.
  std::uint64_t size() const { return size_; }

  /// Nanoseconds since 1970.
  std::int64_t changed_ns() const { return changed_ns_; }

  /// As many bytes as there are, from the place where the last call ended; fewer than `to` holds at
  /// the end of the file. Empty with errno set where it cannot be read.
  std::optional<std::size_t> read(std::span<std::byte> to) const;

 private:
  explicit OpenFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  Descriptor descriptor_;
  std::uint64_t size_ = 0;
  std::int64_t changed_ns_ = 0;
};

/// What stands at a path, links followed: "a file", "a folder", "a pipe", "a socket", "a device",
/// or "nothing".
Text kind_at(const std::filesystem::path& path);

/// True for what is neither a file nor a folder, but there: a pipe, a socket, a device.
bool is_special(const std::filesystem::path& path);

}  // namespace sweepbox
