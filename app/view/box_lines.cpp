#include "app/view/box_lines.hpp"

#include <algorithm>
#include <array>

namespace sweepbox {

std::array<bool, 12> hidden_edges(const Cuboid& cuboid, const Eye& eye) {
  const Pose box_from_ego = cuboid.pose.inverse();
  const Vec3 eye_in_box = box_from_ego * eye.place_in_ego;
  const Vec3 forward_in_box = box_from_ego.rotation * eye.forward;
  // A face at ±half along an axis looks at the eye where the eye stands beyond it.
  const auto faces_eye = [&](int axis, int side) {
    if (eye.orthographic) return side * forward_in_box[axis] < 0;
    return side * eye_in_box[axis] > cuboid.size[axis] / 2;
  };
  bool inside = !eye.orthographic;
  for (int axis = 0; axis < 3; ++axis)
    inside = inside && !faces_eye(axis, 1) && !faces_eye(axis, -1);
  std::array<bool, 12> hidden{};
  if (inside) return hidden;
  for (std::size_t i = 0; i < kCuboidEdges.size(); ++i) {
    const int a = kCuboidEdges[i][0], b = kCuboidEdges[i][1];
    hidden[i] = true;
    for (int axis = 0; axis < 3; ++axis) {
      // The two faces of an edge are those of the axes that both of its corners share.
      if (((a >> axis) & 1) != ((b >> axis) & 1)) continue;
      if (faces_eye(axis, ((a >> axis) & 1) ? 1 : -1)) hidden[i] = false;
    }
  }
  return hidden;
}

void add_box(
    Lines& lines, const Cuboid& cuboid, const BoxStyle& style, const Eye& eye, float ui_scale) {
  const auto c = corners(cuboid);
  const auto polygon = [&](std::size_t face) {
    std::array<Vec3, 4> result;
    for (std::size_t i = 0; i < 4; ++i)
      result[i] = c[static_cast<std::size_t>(kCuboidFaces[face][i])];
    return result;
  };
  if (style.face_alpha > 0)
    for (const std::size_t face : {0u, 2u, 3u, 4u, 5u})
      lines.face(polygon(face), style.edge.rgb, style.face_alpha);
  if (style.front_alpha > 0) lines.face(polygon(1), style.edge.rgb, style.front_alpha);

  const Stroke back{style.edge.rgb, 0.5f * style.edge.alpha, ui_scale, 2 * ui_scale, 3 * ui_scale};
  const auto hidden = hidden_edges(cuboid, eye);
  for (std::size_t i = 0; i < kCuboidEdges.size(); ++i)
    lines.line(c[static_cast<std::size_t>(kCuboidEdges[i][0])],
               c[static_cast<std::size_t>(kCuboidEdges[i][1])],
               hidden[i] ? back : style.edge);
  if (style.arrow) {
    const Vec3 half = cuboid.size / 2;
    const double reach = std::clamp(0.35 * cuboid.size.x(), 0.3, 1.5), wing = 0.35 * reach;
    const double tip = half.x() + reach;
    const auto in_ego = [&](double x, double y) { return cuboid.pose * Vec3(x, y, -half.z()); };
    Stroke solid = style.edge;
    solid.dash = solid.gap = 0;
    lines.line(in_ego(0, 0), in_ego(tip, 0), solid);
    lines.line(in_ego(tip, 0), in_ego(tip - wing, wing), solid);
    lines.line(in_ego(tip, 0), in_ego(tip - wing, -wing), solid);
  }
}

}  // namespace sweepbox
