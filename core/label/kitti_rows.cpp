#include "core/label/kitti_rows.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/base/parse.hpp"
#include "core/label/reading.hpp"
#include "core/label/upright.hpp"

namespace sweepbox {
namespace {

constexpr std::array<std::string_view, 16> kFields = {"type",
                                                      "truncated",
                                                      "occluded",
                                                      "alpha",
                                                      "left",
                                                      "top",
                                                      "right",
                                                      "bottom",
                                                      "height",
                                                      "width",
                                                      "length",
                                                      "x",
                                                      "y",
                                                      "z",
                                                      "rotation_y",
                                                      "score"};
constexpr std::string_view kWords[] = {
    "Car", "Van", "Truck", "Pedestrian", "Person_sitting", "Cyclist", "Tram", "Misc"};
constexpr std::string_view kAttributes[] = {"occlusion"};
constexpr std::string_view kReserved[] = {"DontCare"};
constexpr const char* kFix = "correct the row, or take the file from the data set again";

/// No real object is longer, none is farther from the camera that sees it.
constexpr double kLargestSize = 100, kFarthest = 10'000;

tl::unexpected<Error> wrong(std::string_view field, Text expected, std::string_view found) {
  return fail({}, std::string(field), std::move(expected), std::string(found), kFix);
}

}  // namespace

const std::span<const std::string_view> kKittiWords = kWords;
const std::span<const std::string_view> kKittiAttributes = kAttributes;
const std::span<const std::string_view> kKittiReserved = kReserved;

Result<KittiRow> parse_kitti_row(std::string_view line, KittiRows rows) {
  const auto parts = split_blanks(line);
  const std::size_t lead = rows == KittiRows::tracking ? 2 : 0;
  if (parts.size() != lead + 15 && parts.size() != lead + 16)
    return fail({},
                {},
                text("{} fields, or {} with a score", lead + 15, lead + 16),
                text("{}", parts.size()),
                kFix);
  KittiRow row;
  if (lead) {
    const auto frame = to_integer(parts[0]);
    if (!frame || *frame < 0 || *frame > 1'000'000'000)
      return wrong("frame", "a whole number from 0", parts[0]);
    const auto track = to_integer(parts[1]);
    if (!track || *track < -1) return wrong("track", "a whole number from -1", parts[1]);
    row.frame = *frame;
    row.track = *track;
  }
  row.type = parts[lead];
  std::array<double, 15> values{};
  for (std::size_t i = 1; lead + i < parts.size(); ++i) {
    const auto value = to_double(parts[lead + i]);
    if (!value || !std::isfinite(*value)) return wrong(kFields[i], "a number", parts[lead + i]);
    values[i - 1] = *value;
  }
  if (auto fault = too_long("type", row.type)) return tl::unexpected(std::move(*fault));
  row.truncated = values[0];
  if (std::abs(values[1]) > 100) return wrong("occluded", "-1, 0, 1, 2 or 3", parts[lead + 2]);
  row.occluded = static_cast<int>(std::lround(values[1]));
  row.alpha = values[2];
  row.rect = {values[3], values[4], values[5], values[6]};
  row.height = values[7];
  row.width = values[8];
  row.length = values[9];
  row.bottom = {values[10], values[11], values[12]};
  row.ry = values[13];
  if (parts.size() == lead + 16) row.score = values[14];
  return row;
}

bool has_cuboid(const KittiRow& row) {
  if (row.type == "DontCare") return false;
  return !(row.height == -1 && row.width == -1 && row.length == -1);
}

Result<Cuboid> cuboid_in_rect(const KittiRow& row) {
  const std::pair<std::string_view, double> sizes[] = {
      {"height", row.height}, {"width", row.width}, {"length", row.length}};
  for (const auto& [field, size] : sizes)
    if (!(size > 0 && size <= kLargestSize))
      return wrong(
          field, text("a length above 0, up to {} m", kLargestSize), fmt::format("{}", size));
  for (int i = 0; i < 3; ++i)
    if (!(std::abs(row.bottom[i]) <= kFarthest))
      return wrong(kFields[static_cast<std::size_t>(11 + i)],
                   text("a place within {} m", kFarthest),
                   fmt::format("{}", row.bottom[i]));
  if (!(std::abs(row.ry) <= 4 * kPi))
    return wrong("rotation_y", "an angle in radians", fmt::format("{}", row.ry));

  // Columns: the box's front, left and up in the camera's axes (x right, y down, z forward).
  const Vec3 front(std::cos(row.ry), 0, -std::sin(row.ry));
  const Vec3 up(0, -1, 0);
  Mat3 rotation;
  rotation << front, up.cross(front), up;
  // The location is the middle of the bottom face, and camera y points down.
  const Vec3 centre = row.bottom - Vec3(0, row.height / 2, 0);
  return Cuboid{{Quat(rotation).normalized(), centre}, {row.length, row.width, row.height}};
}

Pose rect_from_upright() {
  return optical_from_body();
}

void set_cuboid(KittiRow& row, const Cuboid& any_cuboid_in_rect) {
  const Cuboid cuboid_in_rect =
      rect_from_upright() * nearest_upright(rect_from_upright().inverse() * any_cuboid_in_rect);
  row.length = cuboid_in_rect.size.x();
  row.width = cuboid_in_rect.size.y();
  row.height = cuboid_in_rect.size.z();
  row.bottom = cuboid_in_rect.pose.translation + Vec3(0, row.height / 2, 0);
  const Vec3 front = cuboid_in_rect.pose.rotation * Vec3::UnitX();
  row.ry = std::atan2(-front.z(), front.x());
  row.alpha = wrapped_angle(row.ry - std::atan2(row.bottom.x(), row.bottom.z()));
}

std::string kitti_line(const KittiRow& row, KittiRows rows) {
  // Six digits, as the tracking benchmark writes: a micrometre, and a hundredth of a pixel's angle.
  std::string line;
  if (rows == KittiRows::tracking)
    line = fmt::format(
        "{} {} {} {} {}", row.frame, row.track, row.type, std::lround(row.truncated), row.occluded);
  else
    line = fmt::format("{} {:.2f} {}", row.type, row.truncated, row.occluded);
  line += fmt::format(" {:.6f}", row.alpha);
  for (const double value : {row.rect.x0, row.rect.y0, row.rect.x1, row.rect.y1})
    line += fmt::format(" {:.6f}", value);
  for (const double value :
       {row.height, row.width, row.length, row.bottom.x(), row.bottom.y(), row.bottom.z(), row.ry})
    line += fmt::format(" {:.6f}", value);
  if (row.score) line += fmt::format(" {}", *row.score);
  return line;
}

std::vector<LineRecord> line_records(std::string_view text) {
  std::vector<LineRecord> result;
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t newline = text.find('\n', begin);
    const std::size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
    ++number;
    if (!trimmed(text.substr(begin, end - begin)).empty()) result.push_back({begin, end, number});
    begin = end;
  }
  return result;
}

bool has_camera_rect(const Drive& drive, int frame) {
  return drive.ego_from("camera_rect_0", frame).has_value();
}

Error no_camera_rect(const std::string& frame) {
  return fail({},
              {},
              text("a calibration (camera_rect_0) of frame {}", frame),
              "none: its boxes cannot be placed",
              "take the calibration from the data set again")
      .value();
}

Pose ego_from_camera_rect(const Drive& drive, int frame) {
  if (const auto pose = drive.ego_from("camera_rect_0", frame)) return *pose;
  return rect_from_upright().inverse();
}

const ImageFile* left_color_image(const Drive& drive, int frame) {
  if (frame < 0) return nullptr;
  for (const ImageFile& image : drive.frames()[static_cast<std::size_t>(frame)].images) {
    const std::string& name = drive.info().cameras[static_cast<std::size_t>(image.camera)].name;
    if (name == "image_2" || name == "image_02") return &image;
  }
  return nullptr;
}

std::string occlusion_word(int occluded) {
  switch (occluded) {
    case 0:
      return "none";
    case 1:
      return "partly";
    case 2:
      return "mostly";
    default:
      return {};
  }
}

int occluded_of(const std::string& word) {
  if (word == "none") return 0;
  if (word == "partly") return 1;
  if (word == "mostly") return 2;
  return 3;
}

}  // namespace sweepbox
