#include "core/sensor/lens.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace sweepbox {
namespace {

constexpr std::size_t kKinds = std::variant_size_v<Lens>;

/// A lens that shows less than this is none: the coefficients belong to another model or order.
constexpr double kLeastAngle = kPi / 180;

template <std::size_t... Kind>
std::vector<std::string_view> names_of(std::index_sequence<Kind...>) {
  return {std::variant_alternative_t<Kind, Lens>::kName...};
}

using Named = std::vector<std::pair<std::string, double>>;

std::string joined(const std::vector<std::string_view>& words) {
  std::string line;
  for (const std::string_view word : words) line += (line.empty() ? "" : ", ") + std::string(word);
  return line;
}

template <class Kind>
Result<Lens> make(const Named& given) {
  auto parameters = Kind{}.parameters();
  std::array<double, std::tuple_size_v<decltype(parameters)>> values{};
  std::array<bool, std::tuple_size_v<decltype(parameters)>> present{};
  for (const auto& [name, value] : given) {
    const auto found =
        std::find_if(parameters.begin(), parameters.end(), [&name = name](const auto& each) {
          return each.first == name;
        });
    if (found == parameters.end()) {
      std::vector<std::string_view> known;
      for (const auto& each : parameters) known.push_back(each.first);
      return fail({},
                  name,
                  text("one of {}", joined(known)),
                  text("a parameter that lens {} does not have", Kind::kName),
                  "name the lens that the calibration was made for");
    }
    const auto i = static_cast<std::size_t>(found - parameters.begin());
    if (present[i])
      return fail({}, name, "each parameter once", "it twice", "keep the one that is meant");
    if (!std::isfinite(value))
      return fail({}, name, "a finite number", text("{}", value), "correct the calibration");
    values[i] = value;
    present[i] = true;
  }
  for (std::size_t i = 0; i < 4; ++i)
    if (!present[i])
      return fail(
          {}, std::string(parameters[i].first), "a number", "none", "add it to the calibration");
  for (std::size_t i = 0; i < 2; ++i)
    if (!(values[i] > 0))
      return fail({},
                  std::string(parameters[i].first),
                  "a focal length above 0, in pixels",
                  text("{}", values[i]),
                  "correct the calibration");
  if constexpr (std::is_same_v<Kind, Mei>)
    if (values[4] < 0)
      return fail({}, "xi", "0 or more", text("{}", values[4]), "correct the calibration");
  const Kind lens = Kind::from(values);
  if (!(lens.max_angle() >= kLeastAngle))
    return fail({},
                "distortion",
                "a lens that shows more than 1° around its axis",
                text("one that folds back at {:.3}°", lens.max_angle() * 180 / kPi),
                "check the order of the coefficients and the name of the lens");
  return lens;
}

template <std::size_t... Kind>
Result<Lens> make_named(std::string_view name, const Named& given, std::index_sequence<Kind...>) {
  Result<Lens> result = fail({},
                             "lens",
                             text("one of {}", joined(lens_names())),
                             std::string(name),
                             "use one of these names");
  const auto attempt = [&]<class Model>(const Model*) {
    if (Model::kName == name) result = make<Model>(given);
  };
  (attempt(static_cast<const std::variant_alternative_t<Kind, Lens>*>(nullptr)), ...);
  return result;
}

}  // namespace

std::optional<Vec2> project(const Lens& lens, const Vec3& point_in_camera) {
  return std::visit([&](const auto& each) { return each.project(point_in_camera); }, lens);
}

std::optional<Vec3> unproject(const Lens& lens, const Vec2& pixel) {
  return std::visit([&](const auto& each) { return each.unproject(pixel); }, lens);
}

double max_angle(const Lens& lens) {
  return std::visit([](const auto& each) { return each.max_angle(); }, lens);
}

bool keeps_lines_straight(const Lens& lens) {
  return std::visit([](const auto& each) { return each.keeps_lines_straight(); }, lens);
}

std::string_view name_of(const Lens& lens) {
  return std::visit([](const auto& each) { return each.kName; }, lens);
}

std::vector<std::pair<std::string_view, double>> parameters_of(const Lens& lens) {
  return std::visit(
      [](const auto& each) {
        const auto parameters = each.parameters();
        return std::vector<std::pair<std::string_view, double>>(parameters.begin(),
                                                                parameters.end());
      },
      lens);
}

Result<Lens> make_lens(std::string_view name, const Named& parameters, int width, int height) {
  if (width <= 0 || height <= 0)
    return fail({},
                "image size",
                "more than 0 pixels",
                text("{}x{}", width, height),
                "give the size of the full image");
  return make_named(name, parameters, std::make_index_sequence<kKinds>());
}

std::vector<std::string_view> lens_names() {
  return names_of(std::make_index_sequence<kKinds>());
}

}  // namespace sweepbox
