#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/label/instants.hpp"
#include "core/label/label.hpp"

// What the label formats nuscenes, nuscenes_results and mmdetection3d share.
namespace sweepbox::nuscenes {

/// Thirty-two hex digits made of words: for what a drive has no token for. The same words give the
/// same token in every run and every file.
std::string made_token(std::initializer_list<std::string_view> words);

/// Whether a word is a token: 32 (or in some sets 64) hexadecimal digits.
bool is_token(std::string_view word);

/// Tracks that are numbers keep them: 32 digits with zeros in front, which no random token has.
/// Empty for other names; and back, other tokens stay as they are.
std::string token_of_number(std::string_view track);
std::string track_of_token(std::string_view token);

/// Token of a frame of a drive that is none of nuScenes'.
std::string made_sample_token(const Drive& drive, std::string_view frame_name);

/// The frame of that name, else the one within a millisecond of the stamp, else an instant that the
/// drive does not have, at that stamp.
Instant instant_of(const Drive& drive,
                   const Instants& instants,
                   std::string_view name,
                   Stamp stamp);

/// "1532402927.647951": seconds with whole microseconds.
std::string seconds_text(Stamp stamp);

/// Microseconds, rounded.
std::int64_t microseconds(Stamp stamp);

/// True where the first bytes of a file are JSON with one of these keys in quotes.
bool begins_with_key(const std::filesystem::path& file,
                     std::initializer_list<std::string_view> keys);

/// [w, x, y, z] and [[…], …] as JSON with round-trip precision.
std::string json_wxyz(const Quat& rotation);
std::string json_matrix(const Pose& pose);
std::string json_matrix(const Mat3& matrix);

/// fx 0 cx, 0 fy cy, 0 0 1 of a lens, whatever it bends.
Mat3 intrinsics_of(const Lens& lens);

}  // namespace sweepbox::nuscenes
