#include "core/synth/road.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox::synth {
namespace {

constexpr double kStep = 0.1;

double linear(const std::vector<std::pair<double, double>>& points, double x) {
  if (points.empty()) return 0;
  if (x <= points.front().first) return points.front().second;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (x > points[i].first) continue;
    const double share = (x - points[i - 1].first) / (points[i].first - points[i - 1].first);
    return points[i - 1].second + share * (points[i].second - points[i - 1].second);
  }
  return points.back().second;
}

}  // namespace

SmoothCurve::SmoothCurve(std::vector<std::pair<double, double>> points)
    : points_(std::move(points)) {
  const std::size_t n = points_.size();
  tangents_.assign(n, 0);
  if (n < 2) return;
  const auto chord = [&](std::size_t i, std::size_t j) {
    return (points_[j].second - points_[i].second) / (points_[j].first - points_[i].first);
  };
  tangents_.front() = chord(0, 1);
  tangents_.back() = chord(n - 2, n - 1);
  for (std::size_t i = 1; i + 1 < n; ++i) tangents_[i] = (chord(i - 1, i) + chord(i, i + 1)) / 2;
}

double SmoothCurve::at(double x) const {
  if (points_.empty()) return 0;
  if (x <= points_.front().first)
    return points_.front().second + tangents_.front() * (x - points_.front().first);
  if (x >= points_.back().first)
    return points_.back().second + tangents_.back() * (x - points_.back().first);
  const auto after = std::upper_bound(
      points_.begin(), points_.end(), x, [](double v, const auto& p) { return v < p.first; });
  const auto i = static_cast<std::size_t>(after - points_.begin()) - 1;
  const double h = points_[i + 1].first - points_[i].first;
  const double u = (x - points_[i].first) / h;
  const double u2 = u * u, u3 = u2 * u;
  return (2 * u3 - 3 * u2 + 1) * points_[i].second + (u3 - 2 * u2 + u) * h * tangents_[i] +
         (3 * u2 - 2 * u3) * points_[i + 1].second + (u3 - u2) * h * tangents_[i + 1];
}

double SmoothCurve::slope(double x) const {
  if (points_.empty()) return 0;
  if (x <= points_.front().first) return tangents_.front();
  if (x >= points_.back().first) return tangents_.back();
  const auto after = std::upper_bound(
      points_.begin(), points_.end(), x, [](double v, const auto& p) { return v < p.first; });
  const auto i = static_cast<std::size_t>(after - points_.begin()) - 1;
  const double h = points_[i + 1].first - points_[i].first;
  const double u = (x - points_[i].first) / h;
  const double u2 = u * u;
  return (6 * u2 - 6 * u) / h * (points_[i].second - points_[i + 1].second) +
         (3 * u2 - 4 * u + 1) * tangents_[i] + (3 * u2 - 2 * u) * tangents_[i + 1];
}

Road::Road(const RoadSpec& spec) : spec_(spec), profile_(spec.height) {
  const auto count = static_cast<std::size_t>((spec.length + 2 * kBeyond) / kStep) + 2;
  // Heading is the integral of curvature, place that of heading, both from s = 0 outwards, so that
  // the start is where the spec puts it.
  table_.assign(count, Vec2::Zero());
  headings_.assign(count, 0);
  const auto zero = static_cast<std::size_t>(kBeyond / kStep + 0.5);
  const auto s_of = [](std::size_t i) { return static_cast<double>(i) * kStep - kBeyond; };
  const auto step = [&](std::size_t from, std::size_t to) {
    const double ds = s_of(to) - s_of(from);
    headings_[to] = headings_[from] + ds * curvature((s_of(from) + s_of(to)) / 2);
    const double middle = (headings_[from] + headings_[to]) / 2;
    table_[to] = table_[from] + ds * Vec2(std::cos(middle), std::sin(middle));
  };
  for (std::size_t i = zero; i + 1 < count; ++i) step(i, i + 1);
  for (std::size_t i = zero; i > 0; --i) step(i, i - 1);
}

double Road::curvature(double s) const {
  return s < 0 || s > spec_.length ? 0 : linear(spec_.curvature, s);
}

double Road::heading(double s) const {
  const double x =
      std::clamp((s + kBeyond) / kStep, 0.0, static_cast<double>(headings_.size() - 2));
  const auto i = static_cast<std::size_t>(x);
  const double share = x - static_cast<double>(i);
  return yaw_of(spec_.world_from_start.rotation) + headings_[i] +
         share * (headings_[i + 1] - headings_[i]);
}

Vec2 Road::middle(double s) const {
  const double x = (s + kBeyond) / kStep;
  const double inside = std::clamp(x, 0.0, static_cast<double>(headings_.size() - 2));
  const auto i = static_cast<std::size_t>(inside);
  const double share = x - static_cast<double>(i);  // beyond the table: straight on
  const Vec2 chord = table_[i + 1] - table_[i];
  // The arc leaves its chord by up to κ·step²/8: a tenth of a millimetre here, so it is followed.
  const double bend = headings_[i + 1] - headings_[i];
  const double bow = share > 0 && share < 1 ? bend * kStep * share * (1 - share) / 2 : 0;
  return table_[i] + share * chord + bow * Vec2(chord.y(), -chord.x()) / kStep;
}

double Road::height(double s, double d) const {
  const double a = std::abs(d);
  const double rounded = std::sqrt(a * a + 0.09) - 0.3;  // the crown is no edge
  const double edge = kerb();
  double z = profile_.at(s) + spec_.world_from_start.translation.z();
  if (a <= edge) return z - spec_.crossfall * rounded;
  z -= spec_.crossfall * (std::sqrt(edge * edge + 0.09) - 0.3);
  const double rise = std::min(1.0, (a - edge) / 0.03);
  z += spec_.kerb_height * rise;
  return z + 0.015 * std::clamp(a - edge - 0.03, 0.0, spec_.pavement_width);
}

Vec3 Road::point(double s, double d) const {
  const Vec2 m = middle(s);
  const double start = yaw_of(spec_.world_from_start.rotation);
  const double c = std::cos(start), si = std::sin(start);
  const double h = heading(s);
  const Vec3& t = spec_.world_from_start.translation;
  return {t.x() + c * m.x() - si * m.y() - d * std::sin(h),
          t.y() + si * m.x() + c * m.y() + d * std::cos(h),
          height(s, d)};
}

Motion::Motion(const MotionSpec& spec) : spec_(spec) {
  std::vector<std::pair<double, double>> s, d;
  for (const MotionSpec::Point& point : spec.points) {
    s.emplace_back(point.time_s, point.s);
    d.emplace_back(point.time_s, point.d);
  }
  s_ = SmoothCurve(std::move(s));
  d_ = SmoothCurve(std::move(d));
}

double Motion::travelled(double time_s) const {
  if (!moves()) return 0;
  const auto& first = spec_.points.front();
  const auto& last = spec_.points.back();
  const bool along = std::abs(last.s - first.s) >= std::abs(last.d - first.d);
  return along ? std::abs(s(time_s) - first.s) : std::abs(d(time_s) - first.d);
}

double Motion::speed(double time_s) const {
  return moves() ? std::hypot(s_.slope(time_s), d_.slope(time_s)) : 0;
}

double Motion::heading_on(const Road& road, double time_s) const {
  if (!moves()) return spec_.turn;
  double ds = s_.slope(time_s) * (1 - road.curvature(s(time_s)) * d(time_s));
  double dd = d_.slope(time_s);
  if (std::hypot(ds, dd) < 0.02) {  // standing for a moment: looks where the whole path leads
    ds = spec_.points.back().s - spec_.points.front().s;
    dd = spec_.points.back().d - spec_.points.front().d;
  }
  return std::atan2(dd, ds) + spec_.turn;
}

Pose world_from_object(const Road& road, const Motion& motion, const Vec2& base, double time_s) {
  const double s = motion.s(time_s);
  const double d = motion.d(time_s);
  const double against_road = motion.heading_on(road, time_s);
  const double yaw = road.heading(s) + against_road;
  Vec3 place = road.point(s, d);
  if (base.isZero()) return pose_from_yaw(yaw, place);
  // Heights under the wheels. The steps are small against the road's bends, so the chart's scale at
  // the middle serves for all four.
  const double along = road.stretch(s, d);
  const auto ground = [&](double angle, double reach) {
    const double direction = against_road + angle;
    return road.height(s + reach * std::cos(direction) * along, d + reach * std::sin(direction));
  };
  const double front = ground(0, base.x() / 2), back = ground(0, -base.x() / 2);
  const double left = ground(kPi / 2, base.y() / 2), right = ground(kPi / 2, -base.y() / 2);
  place.z() = (front + back + left + right) / 4;
  const Vec3 ahead = Vec3(std::cos(yaw), std::sin(yaw), (front - back) / base.x()).normalized();
  const Vec3 aside(-std::sin(yaw), std::cos(yaw), (left - right) / base.y());
  const Vec3 up = ahead.cross(aside).normalized();
  Mat3 rotation;
  rotation << ahead, up.cross(ahead), up;
  return {Quat(rotation).normalized(), place};
}

}  // namespace sweepbox::synth
