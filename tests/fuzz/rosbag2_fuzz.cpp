#include "tests/fuzz/recording_fuzz.hpp"

// A rosbag2 data base, alone.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sweepbox::fuzz::Scratch scratch;
  const auto path = scratch.write("recording.db3", sweepbox::fuzz::as_text(data, size));
  if (const auto recording = sweepbox::open_rosbag2(path)) sweepbox::fuzz::look(**recording);
  return 0;
}
