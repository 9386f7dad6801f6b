#include "core/drive/kitti_poses.hpp"

#include <array>
#include <cmath>

#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

constexpr double kEarthRadius = 6378137;  // m, WGS 84's equator, as pykitti has it

/// The first numbers of a line, where there are so many and all are finite.
template <std::size_t kCount>
std::optional<std::array<double, kCount>> numbers_in(std::string_view line) {
  const std::vector<std::string_view> words = split_blanks(line);
  if (words.size() < kCount) return std::nullopt;
  std::array<double, kCount> numbers{};
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto number = to_double(words[i]);
    if (!number || !std::isfinite(*number)) return std::nullopt;
    numbers[i] = *number;
  }
  return numbers;
}

Vec3 mercator(const OxtsPacket& packet, double scale) {
  return {scale * packet.longitude * kPi * kEarthRadius / 180,
          scale * kEarthRadius * std::log(std::tan((90 + packet.latitude) * kPi / 360)),
          packet.altitude};
}

}  // namespace

std::optional<OxtsPacket> parse_oxts(std::string_view line) {
  const auto n = numbers_in<6>(line);
  if (!n || std::abs((*n)[0]) >= 90 || std::abs((*n)[1]) > 360) return std::nullopt;
  return OxtsPacket{(*n)[0], (*n)[1], (*n)[2], (*n)[3], (*n)[4], (*n)[5]};
}

std::vector<Pose> world_from_imu(std::span<const OxtsPacket> packets) {
  std::vector<Pose> poses;
  if (packets.empty()) return poses;
  const double scale = std::cos(packets.front().latitude * kPi / 180);
  const Vec3 origin = mercator(packets.front(), scale);
  for (const OxtsPacket& packet : packets)
    poses.push_back({from_roll_pitch_yaw(packet.roll, packet.pitch, packet.yaw),
                     mercator(packet, scale) - origin});
  return poses;
}

MatrixPoses parse_matrix_poses(std::string_view content, const std::string& file) {
  MatrixPoses result;
  int number = 0, bad = 0, first_bad = 0;
  for (const std::string_view line : lines_of(content)) {
    ++number;
    result.poses.emplace_back();
    if (const auto n = numbers_in<12>(line)) {
      using Rows = Eigen::Matrix<double, 3, 4, Eigen::RowMajor>;
      const Rows matrix = Eigen::Map<const Rows>(n->data());
      const auto nearest = nearest_rotation(matrix.leftCols<3>());
      if (nearest && nearest->defect < 1e-3)
        result.poses.back() = Pose{nearest->rotation, matrix.col(3)};
    }
    if (!result.poses.back() && bad++ == 0) first_bad = number;
  }
  if (bad > 0)
    result.problems.push_back({Severity::warning,
                               file,
                               fmt::format("line {}", first_bad),
                               "12 numbers of a rotation and a translation",
                               text("something else in {} lines", bad),
                               "these frames are interpolated; take the file again"});
  return result;
}

}  // namespace sweepbox
