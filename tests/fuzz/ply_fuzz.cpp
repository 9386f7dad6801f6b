#include "tests/fuzz/cloud_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A point takes three bytes, in text six.
  sweepbox::fuzz::read_cloud_bytes("ply", data, size, 1);
  return 0;
}
