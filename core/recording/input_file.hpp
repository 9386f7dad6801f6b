#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/files.hpp"
#include "core/base/open_file.hpp"

// Inside the room recording.
namespace sweepbox::recording {

/// A regular file that is read in places, from several threads. It is never mapped: a file that is
/// cut while it is open would end the program.
class InputFile {
 public:
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] static Result<std::shared_ptr<const InputFile>> open(const fs::path& path);

  std::uint64_t size() const { return file_.size(); }

  std::int64_t changed_ns() const { return file_.changed_ns(); }

  const fs::path& path() const { return path_; }

  /// Exactly `count` bytes; nothing is taken for what lies beyond the end. Errors name the place.
  [[nodiscard]] Result<std::vector<std::byte>> read(std::uint64_t place, std::uint64_t count) const;

  /// As many of the bytes as there are.
  std::size_t read_some(std::uint64_t place, std::span<std::byte> to) const;

 private:
  InputFile(OpenFile file, fs::path path) : file_(std::move(file)), path_(std::move(path)) {}

  OpenFile file_;
  fs::path path_;
};

/// Bytes that stand in memory or in a part of a file, looked at by place: records are walked over
/// without reading what they carry.
class RecordSource {
 public:
  explicit RecordSource(std::span<const std::byte> bytes) : bytes_(bytes), end_(bytes.size()) {}

  RecordSource(const InputFile& file, std::uint64_t end) : file_(&file), end_(end) {}

  std::uint64_t end() const { return end_; }

  /// `count` bytes from a place; empty where they do not all stand there. Valid until the next
  /// call.
  std::span<const std::byte> peek(std::uint64_t place, std::uint64_t count);

 private:
  std::span<const std::byte> bytes_;
  const InputFile* file_ = nullptr;
  std::uint64_t end_ = 0;
  std::vector<std::byte> window_;
  std::uint64_t window_at_ = 0;
};

}  // namespace sweepbox::recording
