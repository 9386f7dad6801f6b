#include "core/recording/index.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <system_error>
#include <thread>

#include "core/base/hash.hpp"

namespace sweepbox::recording {
namespace {

constexpr std::size_t kMostTopics = 10'000;
constexpr std::size_t kMostFrames = 10'000;
constexpr std::size_t kLongestName = 1024;
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
  constexpr std::size_t kMost = 100;
  if (index.problems.size() < kMost)
    index.problems.push_back(
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
  return std::move(index);
}

std::uint64_t most_unpacked(std::uint64_t packed, std::uint64_t plain) {
  // What recorders pack shrinks to a fifth, pictures of one colour to a hundredth; an image of
  // zeros of any camera fits the first part.
  constexpr std::uint64_t kAlways = std::uint64_t{48} << 20, kRatio = 512,
                          kLargest = std::uint64_t{1} << 30;
  return std::min({plain, std::max(kAlways, packed * kRatio), kLargest});
}

Result<std::vector<std::byte>> unpacked(const InputFile& file, const Chunk& chunk) {
  const auto located = [&](Error error) {
    error.where = fmt::format("chunk at byte {}", chunk.place);
    return in_file(std::move(error), file.path().string());
  };
  // A chunk is packed data of at most a gigabyte; larger ones no writer makes.
  if (chunk.packed > std::uint64_t{1} << 30)
    return tl::unexpected(
        located({Severity::error, {}, {}, "at most 1 GB", text("{} bytes", chunk.packed), {}}));
  const auto packed = file.read(chunk.place, chunk.packed);
  if (!packed) return tl::unexpected(located(packed.error()));
  auto plain = unpack(chunk.packing, *packed, most_unpacked(chunk.packed, chunk.plain));
  if (!plain) return tl::unexpected(located(std::move(plain.error())));
  if (plain->size() != chunk.plain)
    return tl::unexpected(located({Severity::error,
                                   {},
                                   {},
                                   text("{} bytes when unpacked", chunk.plain),
                                   text("{} bytes", plain->size()),
                                   "the file is damaged: take it again"}));
  return plain;
}

void for_each_chunk(const InputFile& file,
                    std::span<const Chunk> chunks,
                    const std::function<void(std::size_t, Result<std::vector<std::byte>>)>& take) {
  std::uint64_t bytes = 0;
  for (const Chunk& chunk : chunks) bytes += chunk.plain;
  constexpr std::uint64_t kWorthThreads = std::uint64_t{8} << 20;
  const std::size_t ahead =
      bytes < kWorthThreads ? 0
                            : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
  std::vector<std::future<Result<std::vector<std::byte>>>> running(chunks.size());
  const auto start = [&](std::size_t i) {
    if (i >= chunks.size()) return;
    const Chunk chunk = chunks[i];
    try {
      running[i] = std::async(std::launch::async, [&file, chunk] { return unpacked(file, chunk); });
    } catch (const std::system_error&) {
      // No thread to be had: it is unpacked when its turn comes.
    }
  };
  for (std::size_t i = 0; i < ahead; ++i) start(i);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    auto plain = running[i].valid() ? running[i].get() : unpacked(file, chunks[i]);
    if (ahead > 0) start(i + ahead);
    take(i, std::move(plain));
  }
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
