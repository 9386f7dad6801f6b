#include "tests/fuzz/label_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return sweepbox::fuzz::fuzz_labels("zod", "object_detection.json", data, size);
}
