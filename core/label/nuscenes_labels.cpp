#include "core/label/nuscenes_labels.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/files.hpp"
#include "core/base/hash.hpp"
#include "core/label/json_text.hpp"

namespace sweepbox::nuscenes {

bool is_token(std::string_view word) {
  return (word.size() == 32 || word.size() == 64) &&
         word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string token_of_number(std::string_view track) {
  constexpr std::size_t kMost = 10;
  const bool number = !track.empty() && track.size() <= kMost &&
                      track.find_first_not_of("0123456789") == std::string_view::npos &&
                      (track == "0" || track.front() != '0');
  return number ? fmt::format("{:0>32}", track) : std::string();
}

std::string track_of_token(std::string_view token) {
  if (token.size() != 32) return std::string(token);
  const std::string_view number =
      token.substr(std::min(token.find_first_not_of('0'), token.size() - 1));
  return std::string(token_of_number(number) == token ? number : token);
}

std::string made_token(std::initializer_list<std::string_view> words) {
  Hash first, second;
  second.add("sweepbox");
  for (const std::string_view word : words)
    for (Hash* hash : {&first, &second}) hash->add(word).add(std::uint64_t{word.size()});
  return first.hex() + second.hex();
}

std::string made_sample_token(const Drive& drive, std::string_view frame_name) {
  return made_token({"sample", drive.info().name, frame_name});
}

Instant instant_of(const Drive& drive,
                   const Instants& instants,
                   std::string_view name,
                   Stamp stamp) {
  if (instants.has(name)) return instants.named(name);
  constexpr std::int64_t kNear = 1'000'000;
  const int nearest = drive.frame_table().nearest(stamp);
  if (nearest >= 0) {
    const FrameInfo& frame = drive.frames()[static_cast<std::size_t>(nearest)];
    if (std::max(frame.stamp, stamp).ns - std::min(frame.stamp, stamp).ns <= kNear)
      return instant_of_frame(drive, nearest);
  }
  return {-1, std::max(nearest, 0), std::string(name), stamp};
}

std::int64_t microseconds(Stamp stamp) {
  return stamp.ns >= 0 ? (stamp.ns + 500) / 1000 : (stamp.ns - 500) / 1000;
}

std::string seconds_text(Stamp stamp) {
  const std::int64_t us = microseconds(stamp);
  return fmt::format(
      "{}{}.{:06}", us < 0 ? "-" : "", std::abs(us) / 1'000'000, std::abs(us) % 1'000'000);
}

bool begins_with_key(const std::filesystem::path& file,
                     std::initializer_list<std::string_view> keys) {
  const std::string begin = read_beginning(file, 4096);
  const std::size_t first = begin.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == std::string::npos || (begin[first] != '{' && begin[first] != '[')) return false;
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
    return begin.find(fmt::format("\"{}\"", key)) != std::string::npos;
  });
}

std::string json_wxyz(const Quat& q) {
  return json_numbers(std::array{q.w(), q.x(), q.y(), q.z()});
}

std::string json_matrix(const Pose& pose) {
  const Mat3 r = pose.rotation.toRotationMatrix();
  std::string text = "[";
  for (int i = 0; i < 3; ++i)
    text += json_numbers(std::array{r(i, 0), r(i, 1), r(i, 2), pose.translation[i]}) + ", ";
  return text + "[0, 0, 0, 1]]";
}

std::string json_matrix(const Mat3& m) {
  std::string text = "[";
  for (int i = 0; i < 3; ++i)
    text += (i > 0 ? ", " : "") + json_numbers(std::array{m(i, 0), m(i, 1), m(i, 2)});
  return text + "]";
}

Mat3 intrinsics_of(const Lens& lens) {
  Mat3 k = Mat3::Identity();
  for (const auto& [name, value] : parameters_of(lens)) {
    if (name == "fx") k(0, 0) = value;
    if (name == "fy") k(1, 1) = value;
    if (name == "cx") k(0, 2) = value;
    if (name == "cy") k(1, 2) = value;
  }
  return k;
}

}  // namespace sweepbox::nuscenes
