#include "core/drive/kitti_calibration.hpp"

#include <cmath>
#include <initializer_list>
#include <map>

#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

using Mat34 = Eigen::Matrix<double, 3, 4>;

constexpr const char* kAgain = "take this file from the data set again";

/// The lines of one file by their names.
class Lines {
 public:
  Lines(std::string_view text, std::string file, std::vector<Problem>& problems)
      : file_(std::move(file)), problems_(problems) {
    int number = 0;
    for (const std::string_view line : lines_of(text)) {
      ++number;
      std::vector<std::string_view> words = split_blanks(line);
      if (words.empty()) continue;
      std::string_view name = words.front();
      if (name.ends_with(':')) name.remove_suffix(1);
      words.erase(words.begin());
      lines_.try_emplace(name, Line{number, std::move(words)});
    }
  }

  /// The first of these names that has a value; the first of them where none has.
  std::string_view present(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names)
      if (const auto line = lines_.find(name); line != lines_.end() && !line->second.words.empty())
        return name;
    return *names.begin();
  }

  /// The numbers of a line; empty where it is absent or has no value, and where they are not
  /// `count` finite numbers, which is a problem.
  std::vector<double> numbers(std::string_view name, std::size_t count) {
    const auto line = lines_.find(name);
    if (line == lines_.end() || line->second.words.empty()) return {};
    std::vector<double> values;
    for (const std::string_view word : line->second.words)
      if (const auto value = to_double(word); value && std::isfinite(*value))
        values.push_back(*value);
    if (values.size() == count && line->second.words.size() == count) return values;
    problem(name,
            text("{} numbers", count),
            text("{} in {} words", values.size(), line->second.words.size()));
    return {};
  }

  /// A rigid transform of 9 numbers of rotation and 3 of translation, where it is one.
  std::optional<Pose> rigid(std::string_view name, const Mat3& rotation, const Vec3& translation) {
    // KITTI's seven digits leave up to 1e-6; a thousand times that is another matrix.
    constexpr double kMostDefect = 1e-3;
    const auto nearest = nearest_rotation(rotation);
    if (!nearest || nearest->defect > kMostDefect) {
      problem(name,
              "a rotation (determinant 1)",
              text("determinant {}, axes off by {}",
                   fmt::format("{:.4f}", rotation.determinant()),
                   fmt::format("{:.2g}", defect(rotation))));
      return std::nullopt;
    }
    return Pose{nearest->rotation, translation};
  }

  void problem(std::string_view name, Text expected, Text found) {
    const auto line = lines_.find(name);
    problems_.push_back({Severity::error,
                         file_,
                         line == lines_.end()
                             ? std::string(name)
                             : fmt::format("line {}, {}", line->second.number, name),
                         std::move(expected),
                         std::move(found),
                         kAgain});
  }

 private:
  struct Line {
    int number;
    std::vector<std::string_view> words;
  };

  static double defect(const Mat3& matrix) {
    return (matrix.transpose() * matrix - Mat3::Identity()).cwiseAbs().maxCoeff();
  }

  std::map<std::string_view, Line> lines_;
  std::string file_;
  std::vector<Problem>& problems_;
};

Mat3 matrix3(const std::vector<double>& n) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(n.data());
}

Mat34 matrix34(const std::vector<double>& n) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 4, Eigen::RowMajor>>(n.data());
}

std::optional<Pose> pose_in(Lines& lines, std::initializer_list<std::string_view> names) {
  const std::string_view name = lines.present(names);
  const std::vector<double> numbers = lines.numbers(name, 12);
  if (numbers.empty()) return std::nullopt;
  const Mat34 matrix = matrix34(numbers);
  return lines.rigid(name, matrix.leftCols<3>(), matrix.col(3));
}

std::optional<Pose> rotation_in(Lines& lines, std::initializer_list<std::string_view> names) {
  const std::string_view name = lines.present(names);
  const std::vector<double> numbers = lines.numbers(name, 9);
  if (numbers.empty()) return std::nullopt;
  return lines.rigid(name, matrix3(numbers), Vec3::Zero());
}

std::optional<Pose> pose_of_r_and_t(Lines& lines) {
  const std::vector<double> rotation = lines.numbers("R", 9);
  const std::vector<double> translation = lines.numbers("T", 3);
  if (rotation.empty() || translation.empty()) return std::nullopt;
  return lines.rigid("R", matrix3(rotation), Vec3(translation[0], translation[1], translation[2]));
}

/// K and t of P = K · [I | t].
std::optional<KittiCamera> camera_in(Lines& lines,
                                     std::string_view name,
                                     const Pose& rect_from_velo) {
  const std::vector<double> numbers = lines.numbers(name, 12);
  if (numbers.empty()) return std::nullopt;
  const Mat34 p = matrix34(numbers);
  const Mat3 k = p.leftCols<3>();
  const bool pinhole = k(0, 0) > 0 && k(1, 1) > 0 && std::abs(k(0, 1)) < 1e-6 * k(0, 0) &&
                       k(1, 0) == 0 && k(2, 0) == 0 && k(2, 1) == 0 && std::abs(k(2, 2) - 1) < 1e-9;
  if (!pinhole) {
    lines.problem(name, "a projection [fx 0 cx; 0 fy cy; 0 0 1 | …]", "another matrix");
    return std::nullopt;
  }
  // The last column is K · t: the offset of this camera from camera 0, a few millimetres along the
  // axis included. Dropping it shifts the colour cameras by 6 cm.
  const Vec3 t = k.inverse() * p.col(3);
  return KittiCamera{Pinhole{k(0, 0), k(1, 1), k(0, 2), k(1, 2)},
                     Pose{Quat::Identity(), t} * rect_from_velo};
}

void add_cameras(Lines& lines,
                 const std::array<std::string_view, 4>& names,
                 KittiCalibration& calibration) {
  if (!calibration.rect_from_velo) return;
  for (std::size_t i = 0; i < names.size(); ++i)
    calibration.cameras[i] = camera_in(lines, names[i], *calibration.rect_from_velo);
}

}  // namespace

KittiCalibration parse_kitti_calibration(std::string_view text, const std::string& file) {
  KittiCalibration calibration;
  Lines lines(text, file, calibration.problems);
  const auto rectify = rotation_in(lines, {"R0_rect", "R_rect"});
  const auto cam_from_velo = pose_in(lines, {"Tr_velo_to_cam", "Tr_velo_cam"});
  if (rectify && cam_from_velo) calibration.rect_from_velo = *rectify * *cam_from_velo;
  calibration.velo_from_imu = pose_in(lines, {"Tr_imu_to_velo", "Tr_imu_velo"});
  add_cameras(lines, {"P0", "P1", "P2", "P3"}, calibration);
  return calibration;
}

KittiCalibration parse_kitti_raw_calibration(const KittiRawTexts& texts) {
  KittiCalibration calibration;
  Lines cameras(texts.cam_to_cam, "calib_cam_to_cam.txt", calibration.problems);
  Lines velo(texts.velo_to_cam, "calib_velo_to_cam.txt", calibration.problems);
  Lines imu(texts.imu_to_velo, "calib_imu_to_velo.txt", calibration.problems);
  const auto rectify = rotation_in(cameras, {"R_rect_00"});
  const auto cam_from_velo = pose_of_r_and_t(velo);
  if (rectify && cam_from_velo) calibration.rect_from_velo = *rectify * *cam_from_velo;
  calibration.velo_from_imu = pose_of_r_and_t(imu);
  add_cameras(cameras, {"P_rect_00", "P_rect_01", "P_rect_02", "P_rect_03"}, calibration);
  return calibration;
}

}  // namespace sweepbox
