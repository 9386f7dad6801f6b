#include "tests/fuzz/label_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return sweepbox::fuzz::fuzz_labels("argoverse2", "annotations.feather", data, size);
}
