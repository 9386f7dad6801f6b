#include "tests/fuzz/label_fuzz.hpp"

// Annotations of a cloud, or of an episode where the size is odd.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const char* name = size % 2 == 1 ? "annotation.json" : "000001.pcd.json";
  return sweepbox::fuzz::fuzz_labels("supervisely", name, data, size);
}
