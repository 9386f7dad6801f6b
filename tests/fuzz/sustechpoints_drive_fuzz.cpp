#include "core/drive/formats.hpp"
#include "tests/fuzz/scratch.hpp"

// A camera's calibration of a SUSTechPOINTS scene.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sweepbox::fuzz::Scratch scratch;
  static const bool once = [] {
    scratch.write("lidar/1.pcd", "FIELDS x y z\nPOINTS 1\nDATA ascii\n1 2 3\n");
    // The beginning of a PNG of 8 × 8 pixels is enough for its size.
    scratch.write("camera/front/1.png",
                  std::string_view("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0"
                                   "\x4b\x6d\x29\xdc",
                                   33));
    return true;
  }();
  (void)once;
  scratch.write("calib/camera/front.json", sweepbox::fuzz::as_text(data, size));
  (void)sweepbox::open_drive(scratch.folder(), "sustechpoints", {}, {});
  return 0;
}
