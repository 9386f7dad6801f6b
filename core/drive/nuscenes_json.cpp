#include "core/drive/nuscenes_json.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox::nuscenes {
namespace {

std::optional<Element> at(Element object, std::string_view key) {
  Element found;
  if (object.at_key(key).get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

std::optional<double> number_of(Element element) {
  double value = 0;
  if (element.get(value) == simdjson::SUCCESS && std::isfinite(value)) return value;
  return std::nullopt;
}

}  // namespace

void blank_out_nan(std::string& text) {
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == 'N' || c == 'I') {
      const std::string_view word = c == 'N' ? "NaN" : "Infinity";
      if (text.compare(i, word.size(), word) != 0) continue;
      for (std::size_t k = 0; k < word.size(); ++k) text[i + k] = k < 3 ? "0.0"[k] : ' ';
      i += word.size() - 1;
    }
  }
}

std::optional<double> number_at(Element object, std::string_view key) {
  const auto found = at(object, key);
  return found ? number_of(*found) : std::nullopt;
}

std::string text_at(Element object, std::string_view key) {
  std::string_view text;
  const auto found = at(object, key);
  if (!found || found->get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

bool flag_at(Element object, std::string_view key) {
  bool flag = false;
  const auto found = at(object, key);
  return found && found->get(flag) == simdjson::SUCCESS && flag;
}

bool numbers_of(Element element, std::span<double> to) {
  simdjson::dom::array array;
  if (element.get(array) != simdjson::SUCCESS || array.size() != to.size()) return false;
  std::size_t i = 0;
  for (const Element item : array) {
    const auto value = number_of(item);
    if (!value) return false;
    to[i++] = *value;
  }
  return true;
}

bool numbers_at(Element object, std::string_view key, std::span<double> to) {
  const auto found = at(object, key);
  return found && numbers_of(*found, to);
}

std::optional<Pose> matrix_at(Element object, std::string_view key) {
  const auto found = at(object, key);
  simdjson::dom::array rows;
  if (!found || found->get(rows) != simdjson::SUCCESS || rows.size() < 3 || rows.size() > 4)
    return std::nullopt;
  Mat3 rotation;
  Vec3 translation;
  int r = 0;
  for (const Element row : rows) {
    double n[4];
    if (!numbers_of(row, n)) return std::nullopt;
    if (r == 3) break;
    rotation.row(r) << n[0], n[1], n[2];
    translation[r++] = n[3];
  }
  constexpr double kMostDefect = 1e-3;
  const auto nearest = nearest_rotation(rotation);
  if (!nearest || nearest->defect > kMostDefect) return std::nullopt;
  return Pose{nearest->rotation, translation};
}

std::optional<Pose> pose_at(Element object,
                            std::string_view translation_key,
                            std::string_view rotation_key) {
  double t[3], q[4];
  if (!numbers_at(object, translation_key, t) || !numbers_at(object, rotation_key, q))
    return std::nullopt;
  const Quat rotation(q[0], q[1], q[2], q[3]);
  constexpr double kMostDefect = 1e-3;
  if (std::abs(rotation.norm() - 1) > kMostDefect) return std::nullopt;
  return Pose{rotation.normalized(), Vec3(t[0], t[1], t[2])};
}

std::optional<Mat3> intrinsics_at(Element object, std::string_view key) {
  const auto found = at(object, key);
  simdjson::dom::array rows;
  if (!found || found->get(rows) != simdjson::SUCCESS || rows.size() < 3) return std::nullopt;
  Mat3 k;
  int r = 0;
  for (const Element row : rows) {
    if (r == 3) break;
    double n[4] = {0, 0, 0, 0};
    if (!numbers_of(row, std::span(n, 3)) && !numbers_of(row, n)) return std::nullopt;
    k.row(r++) << n[0], n[1], n[2];
  }
  if (!(k(0, 0) > 0) || !(k(1, 1) > 0) || std::abs(k(2, 2) - 1) > 1e-6) return std::nullopt;
  return k;
}

}  // namespace sweepbox::nuscenes
