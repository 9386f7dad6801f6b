#include "core/cloud/bin_layout.hpp"
#include "tests/fuzz/cloud_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sweepbox;
  fuzz::read_cloud_bytes("bin", data, size, 1);
  for (const BinLayout& layout : guess_bin_channels(size, std::as_bytes(std::span(data, size)))) {
    if (size % (layout.channels.size() * sizeof(float)) != 0) std::abort();
    fuzz::read_cloud_bytes("bin", data, size, 1, {layout.channels});
  }
  return 0;
}
