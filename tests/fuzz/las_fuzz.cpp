#include "tests/fuzz/cloud_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A record takes twenty bytes.
  sweepbox::fuzz::read_cloud_bytes("las", data, size, 1);
  return 0;
}
