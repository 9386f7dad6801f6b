#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/recording/message_kind.hpp"

namespace sweepbox {

/// One stream of messages in a recording.
struct Topic {
  std::string name;         ///< "/velodyne_points"
  std::string type;         ///< as recorded: "sensor_msgs/msg/PointCloud2"
  std::string encoding;     ///< of its messages: "ros1", "cdr", "protobuf", "json" …
  std::uint64_t count = 0;  ///< messages of it, indexed or not
  MessageKind kind = MessageKind::other;

  bool operator==(const Topic&) const = default;
};

/// Where one message stands. Times are nanoseconds since the recorder's zero.
struct MessageRef {
  std::int64_t stamp_ns = 0;    ///< header.stamp where there is one, else publish, else log time
  std::int64_t log_ns = 0;      ///< when the recorder got it
  std::int64_t publish_ns = 0;  ///< when it was sent; the log time where nobody says
  std::uint64_t place = 0;      ///< chunk, or row of the data base: the recording's own affair
  std::uint32_t offset = 0;     ///< inside the chunk
  std::uint32_t size = 0;
  std::uint32_t file = 0;  ///< of a recording that was split

  bool operator==(const MessageRef&) const = default;
};

/// The bytes of one message, without copying what a chunk already holds.
struct MessageBytes {
  std::shared_ptr<const std::vector<std::byte>> owner;
  std::span<const std::byte> bytes;
};

/// A pose that some message said: of `child` in `parent` (formats.md 2.16), metres.
struct RecordedPose {
  std::uint32_t topic = 0;
  std::uint32_t parent = 0;  ///< index in Recording::frame_names()
  std::uint32_t child = 0;   ///< the same; the empty name where the message has none
  std::int64_t stamp_ns = 0;
  double translation[3] = {};
  double rotation[4] = {};  ///< x, y, z, w as recorded: anybody's numbers

  bool operator==(const RecordedPose&) const = default;
};

/// A file (or several of one recording) of messages: open once, then read anywhere.
/// Safe from several threads. Only the message asked for is read, with the chunk that holds it
/// (chunks that were unpacked lately are kept, a bounded number of bytes).
class Recording {
 public:
  virtual ~Recording() = default;

  virtual std::span<const Topic> topics() const = 0;

  /// Messages of a topic by stamp, for topics whose kind is not `other`; those of others are only
  /// counted. Of a pose topic they are in poses() instead, of a calibration topic one that differs
  /// from the last is here.
  virtual std::span<const MessageRef> messages(std::size_t topic) const = 0;

  /// Every pose of every message that says one (TF, odometry …), by topic and stamp.
  virtual std::span<const RecordedPose> poses() const = 0;
  virtual std::span<const std::string> frame_names() const = 0;

  /// The file that a message stands in.
  virtual const std::filesystem::path& file_of(const MessageRef& message) const = 0;

  [[nodiscard]] virtual Result<MessageBytes> read(const MessageRef& message) const = 0;

  /// What was wrong with the file and could be read past (cut short, damaged chunks …).
  virtual std::span<const Problem> problems() const = 0;
};

/// Where indexes of large recordings are kept between openings.
struct IndexKeeping {
  std::filesystem::path folder = user_cache_folder() / "recordings";
  std::uint64_t smallest_file = std::uint64_t{8} << 20;  ///< bytes; below it nothing is kept
};

/// A ROS 1 bag (formats.md 2.13): chunks none, bz2, lz4; also without index and cut short.
[[nodiscard]] Result<std::unique_ptr<Recording>> open_rosbag1(const std::filesystem::path& file,
                                                              const IndexKeeping& keeping = {});

/// An MCAP file (formats.md 2.15): chunks none, lz4, zstd; also without summary and cut short.
[[nodiscard]] Result<std::unique_ptr<Recording>> open_mcap(const std::filesystem::path& file,
                                                           const IndexKeeping& keeping = {});

/// A rosbag2 recording (formats.md 2.14): its folder, or one of its .db3 files alone.
[[nodiscard]] Result<std::unique_ptr<Recording>> open_rosbag2(const std::filesystem::path& path,
                                                              const IndexKeeping& keeping = {});

/// True for a folder with rosbag2's metadata.yaml beside a .db3 or .mcap file.
bool is_rosbag2_folder(const std::filesystem::path& folder);

}  // namespace sweepbox
