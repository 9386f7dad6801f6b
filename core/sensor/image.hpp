#pragma once
#include <cstdint>
#include <vector>

namespace sweepbox {

/// 8-bit RGBA, row by row from the top, no padding. Always four channels: uploading RGB costs ten
/// times as much on software OpenGL (measured).
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;

  /// Full size of the picture that this one was decoded from; larger where it was scaled down.
  int full_width = 0;
  int full_height = 0;

  bool empty() const { return rgba.empty(); }

  std::size_t byte_size() const { return rgba.size(); }
};

}  // namespace sweepbox
