#include "core/recording/index.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <future>
#include <system_error>
#include <thread>

#include "core/base/hash.hpp"

namespace sweepbox::recording {
namespace {

constexpr std::size_t kMostTopics = 10'000;
constexpr std::size_t kMostFrames = 10'000;
constexpr std::uint64_t kLargestPoseMessage = std::uint64_t{1} << 20;

std::uint64_t hash_of(const CalibrationMessage& message) {
  Hash hash;
  hash.add(message.header.frame).add(message.model);
  for (const std::uint32_t number : {message.width,
                                     message.height,
                                     message.binning_x,
                                     message.binning_y,
                                     message.roi_x,
                                     message.roi_y})
    hash.add(std::uint64_t{number});
  hash.add(std::as_bytes(std::span(message.d))).add(std::as_bytes(std::span(message.k)));
  hash.add(std::as_bytes(std::span(message.r))).add(std::as_bytes(std::span(message.p)));
  return hash.value();
}

/// A sender that never sets its stamps, or always the same: the recorder's times are better.
void mistrust_stamps(std::vector<MessageRef>& refs) {
  if (refs.size() < 3 || !std::all_of(refs.begin(), refs.end(), [&](const MessageRef& ref) {
        return ref.stamp_ns == refs.front().stamp_ns;
      }))
    return;
  for (MessageRef& ref : refs) ref.stamp_ns = ref.publish_ns;
}

}  // namespace

IndexBuilder::IndexBuilder(std::uint64_t file_size)
    : most_refs_(file_size / 8 + (1 << 19)), most_poses_(file_size / 16 + (1 << 18)) {}

void IndexBuilder::tell(Severity severity, std::string where, Text expected, Text found, Text fix) {
  problems_.push_back(
      {severity, {}, std::move(where), std::move(expected), std::move(found), std::move(fix)});
}

std::uint32_t IndexBuilder::topic(Topic topic) {
  for (std::string* words : {&topic.name, &topic.type, &topic.encoding})
    if (words->size() > kLongestName) words->resize(kLongestName);
  const std::string key = topic.name + '\0' + topic.type + '\0' + topic.encoding;
  if (const auto found = topics_.find(key); found != topics_.end()) return found->second;
  if (index.topics.size() >= kMostTopics) {
    tell(Severity::warning,
         "topics",
         text("at most {}", kMostTopics),
         "more",
         "the rest count as the last of them");
    return static_cast<std::uint32_t>(index.topics.size() - 1);
  }
  topic.kind = kind_of(topic.type, topic.encoding);
  topic.count = 0;
  const auto number = static_cast<std::uint32_t>(index.topics.size());
  topics_.emplace(key, number);
  index.topics.push_back(std::move(topic));
  index.messages.emplace_back();
  return number;
}

std::uint64_t IndexBuilder::wanted(std::uint32_t topic, std::uint64_t size) const {
  const MessageKind kind = index.topics[topic].kind;
  if (kind == MessageKind::other) return 0;
  if (says_poses(kind) || kind == MessageKind::camera_info)
    return std::min(size, kLargestPoseMessage);
  return std::min<std::uint64_t>(size, kHeaderBytes);
}

std::uint32_t IndexBuilder::frame_number(const std::string& whole_name) {
  const std::string name = whole_name.substr(0, kLongestName);
  const auto [found, added] =
      frames_.emplace(name, static_cast<std::uint32_t>(index.frame_names.size()));
  if (added) index.frame_names.push_back(name);
  return found->second;
}

void IndexBuilder::tell_unreadable(std::uint32_t topic, const Error& error) {
  ++unreadable_.emplace(topic, std::pair(error, std::uint64_t{0})).first->second.second;
}

void IndexBuilder::add_poses(std::uint32_t topic,
                             const MessageRef& ref,
                             std::span<const std::byte> message) {
  const auto transforms = decode_transforms(index.topics[topic], message);
  if (!transforms) return tell_unreadable(topic, transforms.error());
  for (const TransformMessage& one : *transforms) {
    if (index.poses.size() >= most_poses_ || index.frame_names.size() >= kMostFrames) {
      ++too_many_;
      return;
    }
    RecordedPose pose;
    pose.topic = topic;
    pose.parent = frame_number(one.parent);
    pose.child = frame_number(one.child);
    pose.stamp_ns = one.stamp_ns != 0 ? one.stamp_ns : ref.publish_ns;
    std::copy(one.parent_from_child.translation.begin(),
              one.parent_from_child.translation.end(),
              std::begin(pose.translation));
    std::copy(one.parent_from_child.rotation.begin(),
              one.parent_from_child.rotation.end(),
              std::begin(pose.rotation));
    index.poses.push_back(pose);
  }
}

bool IndexBuilder::is_new_calibration(std::uint32_t topic, std::span<const std::byte> message) {
  const auto calibration = decode_calibration(index.topics[topic], message);
  if (!calibration) {
    tell_unreadable(topic, calibration.error());
    return false;
  }
  const std::uint64_t hash = hash_of(*calibration);
  const auto [last, first] = last_calibration_.emplace(topic, hash);
  if (!first && last->second == hash) return false;
  last->second = hash;
  return true;
}

void IndexBuilder::add(std::uint32_t topic, MessageRef ref, std::span<const std::byte> begin) {
  Topic& about = index.topics[topic];
  ++about.count;
  ++count_;
  if (about.kind == MessageKind::other) return;
  if (ref.publish_ns == 0) ref.publish_ns = ref.log_ns;
  if (says_poses(about.kind)) return add_poses(topic, ref, begin);
  if (about.kind == MessageKind::camera_info && !is_new_calibration(topic, begin)) return;
  if (refs_ >= most_refs_) {
    ++too_many_;
    return;
  }
  ++refs_;
  ref.stamp_ns = header_stamp(about, begin).value_or(ref.publish_ns);
  index.messages[topic].push_back(ref);
}

Index IndexBuilder::finish() {
  for (std::vector<MessageRef>& refs : index.messages) {
    mistrust_stamps(refs);
    std::stable_sort(refs.begin(), refs.end(), [](const MessageRef& a, const MessageRef& b) {
      return a.stamp_ns < b.stamp_ns;
    });
    refs.shrink_to_fit();
  }
  std::stable_sort(
      index.poses.begin(), index.poses.end(), [](const RecordedPose& a, const RecordedPose& b) {
        return std::pair(a.topic, a.stamp_ns) < std::pair(b.topic, b.stamp_ns);
      });
  for (const auto& [topic, found] : unreadable_)
    tell(Severity::warning,
         index.topics[topic].name,
         found.first.expected,
         text("{} messages that are none", found.second),
         "they are left out");
  if (too_many_ > 0)
    tell(Severity::warning,
         {},
         "so many messages as a file of this size explains",
         text("{} more", too_many_),
         "they are left out");
  index.problems.assign(problems_.begin(), problems_.end());
  return std::move(index);
}

std::uint64_t most_unpacked(std::uint64_t packed) {
  // What recorders pack shrinks to a fifth; an image of zeros of any camera fits the first part.
  constexpr std::uint64_t kAlways = std::uint64_t{64} << 20, kRatio = 64,
                          kLargest = std::uint64_t{1} << 30;
  return std::min(std::max(kAlways, packed * kRatio), kLargest);
}

Result<std::vector<std::byte>> unpacked(const InputFile& file, const Chunk& chunk) {
  const auto located = [&](Error error) {
    error.where = fmt::format("chunk at byte {}", chunk.place);
    return tl::unexpected(in_file(std::move(error), file.path().string()));
  };
  // A chunk is packed data of at most a gigabyte; larger ones no writer makes.
  if (chunk.packed > std::uint64_t{1} << 30)
    return located({Severity::error, {}, {}, "at most 1 GB", text("{} bytes", chunk.packed), {}});
  const std::uint64_t most = most_unpacked(chunk.packed);
  if (chunk.plain > most)
    return located({Severity::error,
                    {},
                    {},
                    text("at most {} bytes in {} packed ones", most, chunk.packed),
                    text("{} by its head", chunk.plain),
                    "the file is damaged: take it again"});
  const auto packed = file.read(chunk.place, chunk.packed);
  if (!packed) return located(packed.error());
  auto plain = unpack(chunk.packing, *packed, chunk.plain);
  if (!plain) return located(std::move(plain.error()));
  if (plain->size() != chunk.plain)
    return located({Severity::error,
                    {},
                    {},
                    text("{} bytes when unpacked", chunk.plain),
                    text("{} bytes", plain->size()),
                    "the file is damaged: take it again"});
  return plain;
}

namespace {

/// How many chunks, from the first, the file's size explains.
std::size_t affordable(std::span<const Chunk> chunks, std::uint64_t most) {
  std::size_t count = 0;
  for (; count < chunks.size(); ++count) {
    const Chunk& chunk = chunks[count];
    if (chunk.plain > most_unpacked(chunk.packed)) continue;  // refused: it costs nothing
    if (chunk.plain > most) break;
    most -= chunk.plain;
  }
  return count;
}

/// Unpacks chunks ahead of their turn on other threads, while what is under way fits the memory.
class ChunksAhead {
 public:
  ChunksAhead(const InputFile& file, std::span<const Chunk> chunks) : file_(file), chunks_(chunks) {
    std::uint64_t bytes = 0;
    for (const Chunk& chunk : chunks) bytes += cost(chunk);
    constexpr std::uint64_t kWorthThreads = std::uint64_t{8} << 20;
    if (bytes >= kWorthThreads)
      most_running_ = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
  }

  /// The next chunk, in order.
  Result<std::vector<std::byte>> next() {
    start_more();
    const std::size_t i = taken_++;
    if (running_.empty()) {
      started_ = std::max(started_, taken_);
      return unpacked(file_, chunks_[i]);
    }
    auto first = std::move(running_.front());
    running_.pop_front();
    under_way_ -= cost(chunks_[i]);
    return first.get();
  }

 private:
  static std::uint64_t cost(const Chunk& chunk) {
    return std::min(chunk.plain, most_unpacked(chunk.packed));
  }

  void start_more() {
    constexpr std::uint64_t kMostUnderWay = std::uint64_t{128} << 20;
    while (running_.size() < most_running_ && started_ < chunks_.size() &&
           under_way_ + cost(chunks_[started_]) <= kMostUnderWay) {
      const Chunk chunk = chunks_[started_];
      try {
        running_.push_back(std::async(std::launch::async,
                                      [&file = file_, chunk] { return unpacked(file, chunk); }));
      } catch (const std::system_error&) {
        return;  // no thread to be had: it is unpacked when its turn comes
      }
      under_way_ += cost(chunk);
      ++started_;
    }
  }

  const InputFile& file_;
  std::span<const Chunk> chunks_;
  std::deque<std::future<Result<std::vector<std::byte>>>> running_;  // from taken_ to started_
  std::size_t most_running_ = 0;
  std::size_t taken_ = 0, started_ = 0;
  std::uint64_t under_way_ = 0;  // bytes when unpacked
};

}  // namespace

std::optional<Problem> for_each_chunk(
    const InputFile& file,
    std::span<const Chunk> chunks,
    const std::function<void(std::size_t, Result<std::vector<std::byte>>)>& take) {
  const std::uint64_t most = most_unpacked_from(file.size());
  const std::size_t count = affordable(chunks, most);
  ChunksAhead ahead(file, chunks.first(count));
  for (std::size_t i = 0; i < count; ++i) take(i, ahead.next());
  if (count == chunks.size()) return std::nullopt;
  return Problem{Severity::error,
                 file.path().string(),
                 fmt::format("chunk {}, at byte {}", count, chunks[count].place),
                 text("chunks that together unpack to at most {} bytes: 64 times the file and 256 "
                      "MB",
                      most),
                 text("more; {} of {} chunks are left out", chunks.size() - count, chunks.size()),
                 "check where this file comes from, or write it anew with other chunks"};
}

std::uint32_t crc32(std::span<const std::byte> bytes) {
  // Eight tables (Kounavis and Berry, "slicing-by-8"): a byte of each of eight steps at once.
  using Tables = std::array<std::array<std::uint32_t, 256>, 8>;
  static const Tables tables = [] {
    Tables made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit)
        value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0u);
      made[0][i] = value;
    }
    for (std::size_t t = 1; t < 8; ++t)
      for (std::size_t i = 0; i < 256; ++i)
        made[t][i] = (made[t - 1][i] >> 8) ^ made[0][made[t - 1][i] & 0xFF];
    return made;
  }();
  std::uint32_t crc = 0xFFFFFFFFu;
  while (bytes.size() >= 8) {
    std::uint32_t low, high;
    std::memcpy(&low, bytes.data(), 4);
    std::memcpy(&high, bytes.data() + 4, 4);
    low ^= crc;
    crc = tables[7][low & 0xFF] ^ tables[6][(low >> 8) & 0xFF] ^ tables[5][(low >> 16) & 0xFF] ^
          tables[4][low >> 24] ^ tables[3][high & 0xFF] ^ tables[2][(high >> 8) & 0xFF] ^
          tables[1][(high >> 16) & 0xFF] ^ tables[0][high >> 24];
    bytes = bytes.subspan(8);
  }
  for (const std::byte byte : bytes)
    crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF];
  return ~crc;
}

}  // namespace sweepbox::recording
