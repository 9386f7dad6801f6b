#include "core/recording/input_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sweepbox::recording {

Result<std::shared_ptr<const InputFile>> InputFile::open(const fs::path& path) {
  auto file = OpenFile::open(path);
  if (!file) return tl::unexpected(std::move(file.error()));
  return std::shared_ptr<const InputFile>(new InputFile(std::move(*file), path));
}

std::size_t InputFile::read_some(std::uint64_t place, std::span<std::byte> to) const {
  std::size_t done = 0;
  while (done < to.size()) {
    const ssize_t n = ::pread(
        file_.descriptor(), to.data() + done, to.size() - done, static_cast<off_t>(place + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Result<std::vector<std::byte>> InputFile::read(std::uint64_t place, std::uint64_t count) const {
  std::vector<std::byte> bytes;
  if (place <= size() && count <= size() - place) {
    bytes.resize(static_cast<std::size_t>(count));
    if (read_some(place, bytes) == bytes.size()) return bytes;
  }
  return fail(path_.string(),
              fmt::format("byte {}", place),
              text("{} bytes", count),
              "fewer",
              "the file was cut short or changed: take it again");
}

std::span<const std::byte> RecordSource::peek(std::uint64_t place, std::uint64_t count) {
  if (place > end_ || count > end_ - place) return {};
  if (!file_)
    return bytes_.subspan(static_cast<std::size_t>(place), static_cast<std::size_t>(count));
  const bool inside = place >= window_at_ && place - window_at_ <= window_.size() &&
                      count <= window_.size() - (place - window_at_);
  if (!inside) {
    constexpr std::uint64_t kWindow = std::uint64_t{1} << 16;
    const std::uint64_t wanted = std::min(std::max(count, kWindow), end_ - place);
    window_.resize(static_cast<std::size_t>(wanted));
    window_.resize(file_->read_some(place, window_));
    window_at_ = place;
    if (window_.size() < count) return {};
  }
  return std::span(window_).subspan(static_cast<std::size_t>(place - window_at_),
                                    static_cast<std::size_t>(count));
}

}  // namespace sweepbox::recording
