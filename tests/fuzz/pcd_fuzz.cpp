#include "tests/fuzz/cloud_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // LZF grows 88-fold at most, and a point takes three bytes at least.
  sweepbox::fuzz::read_cloud_bytes("pcd", data, size, 30);
  return 0;
}
