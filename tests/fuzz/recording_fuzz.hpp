#pragma once
#include "core/recording/messages.hpp"
#include "tests/fuzz/scratch.hpp"

// What every recording is asked after it was opened.
namespace sweepbox::fuzz {

/// Decodes a message by the kind of its topic.
inline void decode(const Topic& topic, std::span<const std::byte> message) {
  switch (topic.kind) {
    case MessageKind::cloud:
    case MessageKind::livox_cloud:
      if (const auto cloud = decode_cloud(topic, message))
        if (cloud->data.size() > message.size()) std::abort();
      break;
    case MessageKind::image:
      if (const auto image = decode_image(topic, message))
        if (image->data.size() > message.size()) std::abort();
      break;
    case MessageKind::compressed_image:
      (void)decode_compressed_image(topic, message);
      break;
    case MessageKind::camera_info:
      (void)decode_calibration(topic, message);
      break;
    case MessageKind::other:
      break;
    default:
      (void)decode_transforms(topic, message);
  }
}

inline void look(const Recording& recording) {
  for (std::size_t i = 0; i < recording.topics().size(); ++i) {
    const auto messages = recording.messages(i);
    if (messages.size() > recording.topics()[i].count) std::abort();
    constexpr std::size_t kMost = 8;
    for (std::size_t j = 0; j < messages.size() && j < kMost; ++j) {
      if (j > 0 && messages[j].stamp_ns < messages[j - 1].stamp_ns) std::abort();
      const auto bytes = recording.read(messages[j]);
      if (!bytes) continue;
      decode(recording.topics()[i], bytes->bytes);
    }
  }
  for (const RecordedPose& pose : recording.poses())
    if (pose.topic >= recording.topics().size() || pose.parent >= recording.frame_names().size() ||
        pose.child >= recording.frame_names().size())
      std::abort();
}

}  // namespace sweepbox::fuzz
