#pragma once
#include <optional>

#include "core/recording/messages.hpp"

// Inside the room recording: foxglove's schemas in protobuf. Field numbers: foxglove-sdk,
// schemas/proto/foxglove/*.proto. Empty where the bytes are no such message.
namespace sweepbox::foxglove {

Result<CloudMessage> decode_cloud(std::span<const std::byte> message);
Result<ImageMessage> decode_image(std::span<const std::byte> message);
Result<CompressedImageMessage> decode_compressed_image(std::span<const std::byte> message);
Result<CalibrationMessage> decode_calibration(std::span<const std::byte> message);
Result<std::vector<TransformMessage>> decode_transforms(MessageKind kind,
                                                        std::span<const std::byte> message);

/// Nanoseconds of the timestamp, if it is the first field; else 0.
std::int64_t first_stamp(std::span<const std::byte> message);

}  // namespace sweepbox::foxglove
