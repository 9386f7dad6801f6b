#include "tests/fuzz/recording_fuzz.hpp"

// An MCAP file.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sweepbox::fuzz::Scratch scratch;
  const auto path = scratch.write("recording.mcap", sweepbox::fuzz::as_text(data, size));
  if (const auto recording = sweepbox::open_mcap(path)) sweepbox::fuzz::look(**recording);
  return 0;
}
