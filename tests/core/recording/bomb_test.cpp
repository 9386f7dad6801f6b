#include <catch2/catch.hpp>

#include "core/base/files.hpp"
#include "core/base/unpack.hpp"
#include "core/recording/recording.hpp"
#include "tests/support/bag_records.hpp"
#include "tests/support/mcap_writer.hpp"
#include "tests/support/peak_memory.hpp"
#include "tests/support/ros_messages.hpp"
#include "tests/support/temp_folder.hpp"

// Recordings of a few kilobytes that unpack to gigabytes: cut short with a sentence, the rest
// opens.

using namespace sweepbox;
using namespace sweepbox::test;

namespace {

const IndexKeeping kNoKeeping{{}, ~std::uint64_t{0}};

/// 45,000,000 zeros by `bzip2 -9`, which makes 50 bytes of them.
std::string bzip2_of_zeros() {
  constexpr unsigned char kStream[] = {0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59,
                                       0xc9, 0x01, 0xb6, 0xc8, 0x01, 0x58, 0xab, 0x40, 0x20, 0xc0,
                                       0x00, 0x10, 0x00, 0x00, 0x08, 0x20, 0x00, 0x30, 0xcc, 0x05,
                                       0x29, 0xa6, 0x52, 0x48, 0x52, 0x6c, 0x54, 0x92, 0x14, 0x9e,
                                       0x2e, 0xe4, 0x8a, 0x70, 0xa1, 0x21, 0x92, 0x03, 0x6d, 0x90};
  return {reinterpret_cast<const char*>(kStream), sizeof kStream};
}

std::string chunk(std::string_view compression, std::uint32_t plain, const std::string& packed) {
  return bag_record(
      {{"op", "\x05"}, {"compression", std::string(compression)}, {"size", raw(plain)}}, packed);
}

/// A connection and one image, as a chunk holds them.
std::string one_image() {
  const std::string about = bag_record({{"topic", "/image"}, {"type", "sensor_msgs/Image"}}, "");
  const std::string fields = about.substr(4, about.size() - 8);  // a header without its length
  const std::vector<std::byte> pixels(64, std::byte{5});
  const auto image = raw_image(Wire::ros1, 1'000, "/camera", 8, 8, "mono8", 8, pixels);
  return bag_record({{"op", "\x07"}, {"conn", raw(std::uint32_t{4})}, {"topic", "/image"}},
                    fields) +
         bag_record({{"op", "\x02"},
                     {"conn", raw(std::uint32_t{4})},
                     {"time", raw(std::uint32_t{1'700'000'001}) + raw(std::uint32_t{5})}},
                    raw(image));
}

std::string bag_begin() {
  return "#ROSBAG V2.0\n" +
         bag_record({{"op", "\x03"}, {"index_pos", raw(std::uint64_t{0})}}, std::string(64, ' '));
}

std::string packed_by(Packing packing, const std::string& plain) {
  const auto bytes = pack(packing, std::as_bytes(std::span(plain)));
  REQUIRE(bytes);
  return raw(*bytes);
}

std::vector<std::string> lines_of(const Recording& recording) {
  std::vector<std::string> lines;
  for (const Problem& problem : recording.problems()) lines.push_back(to_line(problem));
  return lines;
}

}  // namespace

TEST_CASE("a bag of 2,000 bzip2 chunks of zeros is read as far as its size explains") {
  const TempFolder folder;
  const std::string good = one_image();
  std::string bag = bag_begin() + chunk("none", static_cast<std::uint32_t>(good.size()), good);
  const std::string bomb = chunk("bz2", 45'000'000, bzip2_of_zeros());
  for (int i = 0; i < 2'000; ++i) bag += bomb;
  CHECK(bag.size() < 326'000);  // 90 GB of zeros
  REQUIRE(write_file(folder / "bomb.bag", bag));
  const auto recording = open_rosbag1(folder / "bomb.bag", kNoKeeping);
  if (!recording) FAIL(to_line(recording.error()));
  REQUIRE((*recording)->topics().size() == 1);
  CHECK((*recording)->messages(0).size() == 1);
  CHECK((*recording)->read((*recording)->messages(0)[0]));

  // 256 MB and 64 times 0.2 MB are 5 chunks of 45 MB, and no sixth.
  const std::vector<std::string> lines = lines_of(**recording);
  const std::string sentence = fmt::format(
      "expected chunks that together unpack to at most {} bytes: 64 times the file and 256 MB, "
      "found more; 1995 of 2000 chunks are left out",
      256'000'000 + 64 * bag.size());
  INFO(fmt::format("{}", fmt::join(lines, "\n")));
  CHECK(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
          return line.find(sentence) != std::string::npos &&
                 line.find("bomb.bag: chunk 5, at byte ") != std::string::npos;
        }) == 1);
  if (kPeakMemoryCounts) CHECK(peak_memory() < 400'000'000);
}

TEST_CASE("a chunk that claims more than its bytes explain is refused before memory is taken") {
  const TempFolder folder;
  // 200 MB of zeros are 0.8 MB of LZ4; the chunk's head says so, or says less than comes out.
  const std::string zeros(std::size_t{200} << 20, '\0');
  const std::string packed = packed_by(Packing::lz4_frame, zeros);
  const std::uint64_t most = packed.size() * 64;
  REQUIRE(most < zeros.size());
  const std::string good = one_image();
  const std::string begin =
      bag_begin() + chunk("none", static_cast<std::uint32_t>(good.size()), good);
  const std::pair<std::uint32_t, std::string> claims[] = {
      {static_cast<std::uint32_t>(zeros.size()),
       fmt::format("expected at most {} bytes in {} packed ones, found {} by its head",
                   std::max<std::uint64_t>(most, 64 << 20),
                   packed.size(),
                   zeros.size())},
      {1'000'000, "expected a LZ4 stream, found more than 1000000 bytes in it"}};
  for (const auto& [claim, sentence] : claims) {
    REQUIRE(write_file(folder / "bomb.bag", begin + chunk("lz4", claim, packed)));
    const auto recording = open_rosbag1(folder / "bomb.bag", kNoKeeping);
    REQUIRE(recording);
    CHECK((*recording)->messages(0).size() == 1);
    const std::vector<std::string> lines = lines_of(**recording);
    INFO(fmt::format("{}", fmt::join(lines, "\n")));
    CHECK(std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(sentence) != std::string::npos;
    }));
  }
}

TEST_CASE(
    "an MCAP file whose chunks unpack to half a gigabyte is read as far as its size "
    "explains") {
  const TempFolder folder;
  for (const char* compression : {"lz4", "zstd"}) {
    INFO(compression);
    const fs::path path = folder / "bomb.mcap";
    {
      McapWriter writer(path, {compression, 1, false, false});  // a chunk a message
      const auto image = writer.channel("/image", "sensor_msgs/msg/Image");
      const std::vector<std::byte> pixels(12'000'000);
      const auto message =
          raw_image(Wire::cdr, 1'000, "camera", 4'000, 3'000, "mono8", 4'000, pixels);
      for (int i = 0; i < 40; ++i) writer.message(image, 1'000 + i, message);
      writer.close();
    }
    const std::uint64_t size = fs::file_size(path);
    const auto recording = open_mcap(path, kNoKeeping);
    if (!recording) FAIL(to_line(recording.error()));
    // Forty pictures of one colour, 480 MB: as many of them as 64 times the file and 256 MB hold.
    const std::size_t fit = (256'000'000 + 64 * size) / 12'000'000;
    CHECK((*recording)->messages(0).size() == std::min<std::size_t>(fit, 40));
    const std::vector<std::string> lines = lines_of(**recording);
    const bool told = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("chunks are left out") != std::string::npos;
    });
    CHECK(told == (fit < 40));
  }
}

TEST_CASE("a rosbag's record without a header ends the chunk: zeros are no records") {
  const TempFolder folder;
  const std::string zeros(1 << 20, '\0');
  REQUIRE(write_file(folder / "zeros.bag",
                     bag_begin() + chunk("lz4", 1 << 20, packed_by(Packing::lz4_frame, zeros))));
  const auto recording = open_rosbag1(folder / "zeros.bag", kNoKeeping);
  REQUIRE(recording);
  const std::vector<std::string> lines = lines_of(**recording);
  CHECK(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("chunk 0, byte 0: expected a whole record") != std::string::npos;
  }));
}
