#include "core/drive/camera_json.hpp"

#include <cmath>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

using Json = nlohmann::json;

bool add_numbers(const Json& array, std::size_t most, std::vector<double>& numbers) {
  for (const Json& item : array) {
    if (item.is_array()) {
      if (!add_numbers(item, most, numbers)) return false;
    } else if (!item.is_number() || !std::isfinite(item.get<double>()) || numbers.size() == most) {
      return false;
    } else {
      numbers.push_back(item.get<double>());
    }
  }
  return true;
}

}  // namespace

Json parse_json(std::string_view text) {
  if (nests_too_deep(text)) return Json::value_t::discarded;
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

Result<Json> json_file(const fs::path& path, std::uint64_t most) {
  const auto content = read_text(path, most);
  if (!content) return tl::unexpected(content.error());
  Json json = parse_json(*content);
  if (json.is_discarded())
    return fail(
        path.string(), {}, "JSON", "something else", "take this file from the data set again");
  return json;
}

std::optional<std::vector<double>> numbers_up_to(const Json& array, std::size_t most) {
  std::vector<double> numbers;
  if (!array.is_array() || !add_numbers(array, most, numbers)) return std::nullopt;
  return numbers;
}

std::vector<double> numbers_of(const Json& array, std::size_t count) {
  auto numbers = numbers_up_to(array, count);
  if (!numbers || numbers->size() != count) return {};
  return std::move(*numbers);
}

std::optional<Pose> pose_of_matrix(const Json& array, bool by_columns) {
  std::vector<double> n = numbers_of(array, 16);
  if (n.empty()) n = numbers_of(array, 12);
  if (n.empty() || (by_columns && n.size() == 12)) return std::nullopt;
  Eigen::Matrix<double, 3, 4> m;
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 4; ++c)
      m(r, c) = n[static_cast<std::size_t>(by_columns ? c * 4 + r : r * 4 + c)];
  const auto rotation = nearest_rotation(m.leftCols<3>());
  const Vec3 place = m.col(3);
  if (!rotation || rotation->defect > 1e-3 || !(place.norm() < 1e8)) return std::nullopt;
  return Pose{rotation->rotation, place};
}

Result<Lens> opencv_lens(
    double fx, double fy, double cx, double cy, std::vector<double> k, int width, int height) {
  while (!k.empty() && k.back() == 0) k.pop_back();
  static constexpr const char* kNames[] = {"k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6"};
  if (k.size() > std::size(kNames))
    return fail(
        {}, "distortion", "8 coefficients of OpenCV at most (no thin prism)", text("{}", k.size()));
  std::vector<std::pair<std::string, double>> parameters = {
      {"fx", fx}, {"fy", fy}, {"cx", cx}, {"cy", cy}};
  for (std::size_t i = 0; i < k.size(); ++i) parameters.emplace_back(kNames[i], k[i]);
  return make_lens(k.empty() ? "pinhole" : "brown_conrady", parameters, width, height);
}

Result<Lens> lens_of_matrices(const Json& intrinsic,
                              const Json& distortion,
                              int width,
                              int height) {
  const std::vector<double> n = numbers_of(intrinsic, 9);
  if (n.empty() || !(n[0] > 0) || !(n[4] > 0))
    return fail({}, "cam_intrinsic", "9 numbers: fx 0 cx, 0 fy cy, 0 0 1", "something else");
  auto k = numbers_up_to(distortion, kMostDistortion);
  if ((!k || k->empty()) && !distortion.is_null() && !distortion.empty())
    return fail({}, "distortion", "coefficients of OpenCV", "something else");
  return opencv_lens(n[0], n[4], n[2], n[5], k.value_or(std::vector<double>()), width, height);
}

}  // namespace sweepbox
