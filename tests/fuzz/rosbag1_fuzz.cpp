#include "tests/fuzz/recording_fuzz.hpp"

// A ROS 1 bag.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sweepbox::fuzz::Scratch scratch;
  const auto path = scratch.write("recording.bag", sweepbox::fuzz::as_text(data, size));
  if (const auto recording = sweepbox::open_rosbag1(path)) sweepbox::fuzz::look(**recording);
  return 0;
}
