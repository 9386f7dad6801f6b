#include "core/recording/recording.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "core/recording/messages.hpp"
#include "tests/support/bag_records.hpp"
#include "tests/support/mcap_writer.hpp"
#include "tests/support/ros_messages.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;
using namespace sweepbox::test;

namespace {

constexpr std::int64_t kStart = 1'700'000'000'000'000'000;

const IndexKeeping kNoKeeping{{}, ~std::uint64_t{0}};

std::size_t topic_named(const Recording& recording, std::string_view name) {
  for (std::size_t i = 0; i < recording.topics().size(); ++i)
    if (recording.topics()[i].name == name) return i;
  FAIL("no topic " << name);
  return 0;
}

bool tells(const Recording& recording, std::string_view words) {
  for (const Problem& problem : recording.problems())
    if (to_line(problem).find(words) != std::string::npos) return true;
  return false;
}

std::vector<std::byte> pose_at(std::int64_t stamp_ns, double x) {
  RosMessage message(Wire::cdr);
  message.header(stamp_ns, "map");
  for (const double value : {x, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0}) message.number(value);
  return message.bytes();
}

std::vector<std::byte> image_at(std::int64_t stamp_ns, std::uint8_t level) {
  const std::vector<std::byte> pixels(64, std::byte{level});
  return raw_image(Wire::cdr, stamp_ns, "camera", 8, 8, "mono8", 8, pixels);
}

/// Forty images and poses, a tenth of a second apart, logged a second late.
void write_images(const fs::path& path, const McapLayout& layout) {
  McapWriter writer(path, layout);
  const auto image = writer.channel("/image", "sensor_msgs/msg/Image");
  const auto pose = writer.channel("/pose", "geometry_msgs/msg/PoseStamped");
  const auto text = writer.channel("/text", "std_msgs/msg/String");
  for (int i = 0; i < 40; ++i) {
    const std::int64_t stamp = kStart + std::int64_t{i} * 100'000'000;
    const std::int64_t logged = stamp + 1'000'000'000;
    writer.message(image, logged, image_at(stamp, static_cast<std::uint8_t>(i)));
    writer.message(pose, logged, pose_at(stamp, i));
    writer.message(text, logged, RosMessage(Wire::cdr).text("hello").bytes());
    if (i == 20) writer.unknown_record();
  }
  writer.close();
}

/// The first pixel of each image, in order.
std::vector<int> levels_of(const Recording& recording) {
  const std::size_t topic = topic_named(recording, "/image");
  std::vector<int> levels;
  for (const MessageRef& ref : recording.messages(topic)) {
    const auto bytes = recording.read(ref);
    if (!bytes) FAIL(to_line(bytes.error()));
    const auto image = decode_image(recording.topics()[topic], bytes->bytes);
    if (!image) FAIL(to_line(image.error()));
    levels.push_back(static_cast<int>(image->data[0]));
  }
  return levels;
}

std::string content_of(const fs::path& path) {
  return *read_text(path);
}

void put(const fs::path& path, std::string_view content) {
  REQUIRE(write_file(path, content));
}

/// An unindexed bag with one image in a plain chunk.
std::string small_bag(const std::string& encryptor = {}) {
  std::vector<std::pair<std::string, std::string>> head = {{"op", "\x03"},
                                                           {"index_pos", raw(std::uint64_t{0})}};
  if (!encryptor.empty()) head.emplace_back("encryptor", encryptor);
  const std::string about = bag_record({{"topic", "/image"}, {"type", "sensor_msgs/Image"}}, "");
  // A connection's data is a header without its length.
  const std::string fields = about.substr(4, about.size() - 8);
  const std::vector<std::byte> pixels(64, std::byte{5});
  const auto image = raw_image(Wire::ros1, kStart, "/camera", 8, 8, "mono8", 8, pixels);
  const std::string messages =
      bag_record({{"op", "\x07"}, {"conn", raw(std::uint32_t{4})}, {"topic", "/image"}}, fields) +
      bag_record({{"op", "\x02"},
                  {"conn", raw(std::uint32_t{4})},
                  {"time", raw(std::uint32_t{1'700'000'001}) + raw(std::uint32_t{5})}},
                 raw(image));
  return "#ROSBAG V2.0\n" + bag_record(head, std::string(64, ' ')) +
         bag_record({{"op", "\x05"},
                     {"compression", "none"},
                     {"size", raw(static_cast<std::uint32_t>(messages.size()))}},
                    messages);
}

}  // namespace

TEST_CASE(
    "MCAP is read in every layout: packed or not, with chunks, summary and check sums or not") {
  const TempFolder folder;
  std::vector<int> expected;
  for (int i = 0; i < 40; ++i) expected.push_back(i);
  for (const char* compression : {"", "lz4", "zstd"})
    for (const std::size_t chunk : {std::size_t{0}, std::size_t{500}, std::size_t{1} << 20})
      for (const bool summary : {true, false}) {
        INFO(compression << ", chunks of " << chunk << (summary ? ", summary" : ""));
        const fs::path path = folder / "one.mcap";
        write_images(path, {compression, chunk, summary, summary});
        const auto recording = open_mcap(path, kNoKeeping);
        if (!recording) FAIL(to_line(recording.error()));
        CHECK((*recording)->problems().empty());
        CHECK(levels_of(**recording) == expected);
        const std::size_t image = topic_named(**recording, "/image");
        CHECK((*recording)->messages(image)[3].stamp_ns == kStart + 300'000'000);
        CHECK((*recording)->messages(image)[3].log_ns == kStart + 1'300'000'000);
        const std::size_t words = topic_named(**recording, "/text");
        CHECK((*recording)->topics()[words].count == 40);
        CHECK((*recording)->messages(words).empty());
        REQUIRE((*recording)->poses().size() == 40);
        CHECK((*recording)->poses()[7].translation[0] == 7);
        CHECK((*recording)->frame_names()[(*recording)->poses()[7].parent] == "map");
      }
}

TEST_CASE("what stands before the cut of a recording is read, wherever it is cut") {
  const TempFolder folder;
  for (const char* compression : {"", "lz4"}) {
    write_images(folder / "whole.mcap", {compression, 500, true, true});
    const std::string whole = content_of(folder / "whole.mcap");
    std::size_t last = 0;
    for (std::size_t size = 8; size < whole.size() - 17; size += 97) {
      put(folder / "cut.mcap", std::string_view(whole).substr(0, size));
      const auto recording = open_mcap(folder / "cut.mcap", kNoKeeping);
      if (!recording) FAIL(to_line(recording.error()));
      CHECK(tells(**recording, "cut short"));
      std::size_t images = 0;
      if (!(*recording)->topics().empty()) images = levels_of(**recording).size();
      CHECK(images >= last);
      last = images;
    }
    CHECK(last == 40);
  }
}

TEST_CASE("a chunk whose check sum is another is read and told") {
  const TempFolder folder;
  const fs::path path = folder / "one.mcap";
  write_images(path, {"zstd", std::size_t{1} << 20, true, true});
  std::string content = content_of(path);
  // Magic 8; header record 9 + 4 + "ros2" + 4 + "sweepbox test"; chunk record 9, times 16, size 8.
  const std::size_t crc = 8 + 9 + 4 + 4 + 4 + 13 + 9 + 16 + 8;
  content[crc] = static_cast<char>(content[crc] ^ 1);
  put(path, content);
  const auto recording = open_mcap(path, kNoKeeping);
  REQUIRE(recording);
  CHECK(tells(**recording, "check sum"));
  CHECK(levels_of(**recording).size() == 40);
}

TEST_CASE("a recording is indexed once, and again when it or its index is another") {
  const TempFolder folder;
  const fs::path path = folder / "one.mcap";
  const IndexKeeping keeping{folder / "indexes", 0};
  write_images(path, {"zstd", 500, true, true});
  const auto first = open_mcap(path, keeping);
  REQUIRE(first);
  const std::vector<fs::path> kept = list_files(keeping.folder);
  REQUIRE(kept.size() == 1);

  // Of the same size and time, but nothing in it: only the index that was kept can say the rest.
  const std::string content = content_of(path);
  const auto changed = fs::last_write_time(path);
  put(path, std::string(content.size(), 'x'));
  fs::last_write_time(path, changed);
  const auto again = open_mcap(path, keeping);
  REQUIRE(again);
  REQUIRE((*again)->messages(0).size() == 40);
  CHECK(std::equal(
      (*again)->messages(0).begin(), (*again)->messages(0).end(), (*first)->messages(0).begin()));
  CHECK(std::equal((*again)->poses().begin(), (*again)->poses().end(), (*first)->poses().begin()));
  CHECK((*again)->topics()[0] == (*first)->topics()[0]);
  CHECK_FALSE((*again)->read((*again)->messages(0)[0]));  // and what is gone is an error

  // Every damage of the index means to index again, which fails here.
  const std::string index = content_of(kept[0]);
  for (std::size_t at = 0; at < index.size(); at += 101) {
    std::string damaged = index;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    put(kept[0], damaged);
    CHECK_FALSE(open_mcap(path, keeping));
  }
  put(kept[0], index.substr(0, index.size() / 2));
  CHECK_FALSE(open_mcap(path, keeping));

  put(path, content);  // another time of change
  put(kept[0], index);
  const auto whole = open_mcap(path, keeping);
  REQUIRE(whole);
  CHECK(levels_of(**whole).size() == 40);
}

TEST_CASE("a sender that never sets its stamps is timed by the recorder") {
  const TempFolder folder;
  McapWriter writer(folder / "one.mcap");
  const auto image = writer.channel("/image", "sensor_msgs/msg/Image");
  for (int i = 0; i < 4; ++i) writer.message(image, kStart + i, image_at(kStart - 500, 1));
  const auto zero = writer.channel("/zero", "sensor_msgs/msg/Image");
  writer.message(zero, kStart + 9, image_at(0, 1));
  writer.close();
  const auto recording = open_mcap(folder / "one.mcap", kNoKeeping);
  REQUIRE(recording);
  CHECK((*recording)->messages(0)[3].stamp_ns == kStart + 3);
  CHECK((*recording)->messages(1)[0].stamp_ns == kStart + 9);
}

TEST_CASE("a ROS 1 bag without an index is read, an encrypted or older one refused with words") {
  const TempFolder folder;
  const fs::path path = folder / "one.bag";
  put(path, small_bag());
  const auto recording = open_rosbag1(path, kNoKeeping);
  if (!recording) FAIL(to_line(recording.error()));
  CHECK(tells(**recording, "not closed"));
  CHECK(levels_of(**recording) == std::vector<int>{5});
  CHECK((*recording)->messages(0)[0].log_ns == 1'700'000'001'000'000'005);
  CHECK((*recording)->messages(0)[0].stamp_ns == kStart);

  put(path, small_bag("rosbag/AesCbcEncryptor"));
  const auto encrypted = open_rosbag1(path, kNoKeeping);
  REQUIRE_FALSE(encrypted);
  CHECK(to_line(encrypted.error()).find("rosbag decrypt") != std::string::npos);
  put(path, "#ROSBAG V1.2\nx");
  const auto older = open_rosbag1(path, kNoKeeping);
  REQUIRE_FALSE(older);
  CHECK(to_line(older.error()).find("older version") != std::string::npos);
  const std::string whole = small_bag();
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    put(path, whole.substr(0, size));
    static_cast<void>(open_rosbag1(path, kNoKeeping));  // ASan and UBSan judge
  }
}

TEST_CASE("the files of a split rosbag2 recording are one") {
  const TempFolder folder;
  write_images(folder / "bag_0.mcap", {"zstd", 500, true, true});
  write_images(folder / "bag_1.mcap", {"", 500, true, true});
  put(folder / "metadata.yaml",
      "rosbag2_bagfile_information:\n  version: 5\n  storage_identifier: mcap\n"
      "  relative_file_paths:\n    - bag_0.mcap\n    - bag/bag_1.mcap\n    - bag_2.mcap\n");
  CHECK(is_rosbag2_folder(folder.path()));
  const auto recording = open_rosbag2(folder.path(), kNoKeeping);
  if (!recording) FAIL(to_line(recording.error()));
  CHECK((*recording)->topics().size() == 3);
  CHECK((*recording)->topics()[0].count == 80);
  const std::vector<int> levels = levels_of(**recording);
  REQUIRE(levels.size() == 80);
  CHECK(levels[78] == 39);
  CHECK(levels[79] == 39);
  CHECK((*recording)->poses().size() == 80);
  CHECK(tells(**recording, "bag_2.mcap"));
  CHECK((*recording)->file_of((*recording)->messages(0)[1]).filename() == "bag_1.mcap");
}

TEST_CASE("recordings that the formats' own packages wrote hold what they put in") {
  // By rosbags 0.11 (.bag, .db3) and mcap 1.6: three clouds at x = (1 + i, 2, 3), with ring and t,
  // an image, its calibration, and transforms, 0.1 s apart; logged 30 ms late.
  const fs::path folder = SWEEPBOX_RECORDINGS;
  for (const char* name : {"rosbag1/bz2.bag",
                           "rosbag1/lz4.bag",
                           "mcap/owner_none.mcap",
                           "mcap/owner_lz4.mcap",
                           "mcap/owner_zstd.mcap",
                           "rosbag2/owner.db3"}) {
    INFO(name);
    const fs::path path = folder / name;
    const auto opened = path.extension() == ".bag"    ? open_rosbag1(path, kNoKeeping)
                        : path.extension() == ".mcap" ? open_mcap(path, kNoKeeping)
                                                      : open_rosbag2(path, kNoKeeping);
    if (!opened) FAIL(to_line(opened.error()));
    const Recording& recording = **opened;
    CHECK(recording.problems().empty());
    CHECK(recording.topics().size() == 5);
    const std::size_t points = topic_named(recording, "/points");
    REQUIRE(recording.messages(points).size() == 3);
    const MessageRef& ref = recording.messages(points)[2];
    CHECK(ref.stamp_ns == kStart + 200'000'000);
    CHECK(ref.log_ns == kStart + 230'000'000);
    const auto bytes = recording.read(ref);
    REQUIRE(bytes);
    const auto cloud = decode_cloud(recording.topics()[points], bytes->bytes);
    REQUIRE(cloud);
    CHECK(cloud->header.frame == "lidar");
    CHECK(cloud->width == 3);
    CHECK(cloud->point_step == 32);
    REQUIRE(cloud->fields.size() == 6);
    CHECK(cloud->fields[4].name == "ring");
    CHECK(cloud->fields[4].type == FieldType::u16);
    float x;
    std::memcpy(&x, cloud->data.data(), sizeof x);
    CHECK(x == 3);
    CHECK(recording.poses().size() == 5);  // two that stand, three of the vehicle
    const std::size_t info = topic_named(recording, "/cam/camera_info");
    REQUIRE(recording.messages(info).size() == 1);  // three times the same
    const auto message = recording.read(recording.messages(info)[0]);
    REQUIRE(message);
    const auto calibration = decode_calibration(recording.topics()[info], message->bytes);
    REQUIRE(calibration);
    CHECK(calibration->d == std::vector<double>{.1, .2, .3, .4, .5});
    CHECK(calibration->k[4] == 100);
    CHECK(calibration->p[5] == 90);
  }
}
