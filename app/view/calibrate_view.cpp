#include "app/view/calibrate_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/view/brush.hpp"

namespace sweepbox {

namespace {

// Depths at the ends of the colour map, m; logarithmic between.
constexpr double kNear = 4, kFar = 60;
constexpr double kMagnified = 4;

/// 16281 → "16,281".
std::string grouped(int value) {
  return value < 1000 ? fmt::format("{}", value)
                      : fmt::format("{},{:03}", value / 1000, value % 1000);
}

ColorMap depth_map(const Session& session) {
  const bool dark = session.settings.theme == ThemeName::dark;
  // Who chose Dusk cannot tell Spectrum's reds from its greens.
  return color_map(session.layers.color_map == "dusk" ? "dusk" : "spectrum", dark);
}

}  // namespace

void CalibrateView::draw(Session& session,
                         ImDrawList* list,
                         const Area& area,
                         const ViewInput& input) {
  if (area.width < 2 || area.height < 2 || !session.has_drive()) return;
  state_.begin(session);
  const ImU32 dim = brush::color(theme(session.settings.theme).dim);
  const auto& cameras = session.drive->info().cameras;
  if (cameras.empty()) {
    brush::message(list, state_.device, area, dim, session.tr("This drive has no images."));
    return;
  }
  session.calibrate.camera =
      std::clamp(session.calibrate.camera, 0, static_cast<int>(cameras.size()) - 1);
  const CameraInfo& info = cameras[static_cast<std::size_t>(session.calibrate.camera)];
  const ImageFile* file = shown_image_file(session, session.calibrate.camera);
  if (!file) {
    brush::message(list,
                   state_.device,
                   area,
                   dim,
                   fill(session.tr("{} has no image in this frame."), {info.name}));
    return;
  }
  if (camera_ != session.calibrate.camera) {
    camera_ = session.calibrate.camera;
    zoom_ = 1;
  }
  const ImageFrame frame = framed(*file->calibration, area, input);
  const auto shown = textures_.shown(session, camera_, frame.scale * frame.width);
  find_points(session, *file);

  const double blend = std::clamp(session.calibrate.blend, 0.0, 1.0);
  const auto picture = static_cast<float>(std::min(1.0, 2 * (1 - blend))),
             dots = static_cast<float>(std::min(1.0, 2 * blend));
  list->PushClipRect({area.x, area.y}, {area.x + area.width, area.y + area.height}, true);
  const bool there = draw_image(session, state_, shown, frame, list, picture);
  draw_points(session, frame, overlay_, session.calibrate.point_size, list, dots);
  if (there && session.calibrate.magnifier && input.hovered && !input.right_down &&
      !input.middle_down)
    draw_magnifier(session, frame, shown, input, list, picture, dots);
  draw_legend(session, area, list);
  std::string words = fmt::format("{} · {} × {} · {}",
                                  info.name,
                                  file->calibration->width,
                                  file->calibration->height,
                                  name_of(file->calibration->lens));
  if (const auto offset = time_offset_s(session.frame(), camera_))
    words += fmt::format(
        " · Δt {}{} ms", *offset >= 0.0005 ? "+" : "", brush::whole_number(*offset * 1000));
  words += " · " + fill(session.tr("{} points in view"), {grouped(in_view_)});
  if (hide_behind_) words += ", " + fill(session.tr("{} hidden"), {grouped(hidden_)});
  brush::chip(list, state_.device, area, -1, 1, words);
  if (session.calibrate.show_before)
    brush::chip(list,
                state_.device,
                area,
                -1,
                1,
                session.tr("as loaded"),
                false,
                26 * state_.device.ui_scale);
  list->PopClipRect();
}

ImageFrame CalibrateView::framed(const Camera& camera, const Area& area, const ViewInput& input) {
  ImageFrame whole = whole_image(area, camera.width, camera.height);
  const double fitted = whole.scale;
  ImageFrame frame = whole;
  if (zoom_ > 1) {
    frame.scale = fitted * zoom_;
    frame.centre = centre_;
  }
  if (input.hovered && input.wheel != 0) {
    const Vec2 still = frame.pixel(input.mouse_x, input.mouse_y);
    zoom_ = std::clamp(zoom_ * std::pow(1.2, input.wheel), 1.0, 40.0);
    frame.scale = fitted * zoom_;
    frame.centre += still - frame.pixel(input.mouse_x, input.mouse_y);
  }
  if (input.right_down || input.middle_down)
    frame.centre -= Vec2(input.delta_x, input.delta_y) / frame.scale;
  if (input.hovered && input.left_pressed && input.clicks == 2) zoom_ = 1;
  if (zoom_ <= 1) frame = whole;
  frame.centre = frame.centre.cwiseMax(Vec2::Zero()).cwiseMin(Vec2(camera.width, camera.height));
  centre_ = frame.centre;
  return frame;
}

void CalibrateView::find_points(Session& session, const ImageFile& file) {
  const bool hide = session.calibrate.hide_behind;
  const auto& found =
      points_.of(session, state_.points, file, hide ? HiddenPoints::find : HiddenPoints::ignore);
  if (points_version_ == points_.version() && hide_behind_ == hide) return;
  points_version_ = points_.version();
  hide_behind_ = hide;
  ++version_;
  uvd_.clear();
  inks_.clear();
  in_view_ = hidden_ = 0;
  const double width = std::log(kFar / kNear);
  for (const OverlayPoint& p : found) {
    if (p.hidden) {
      ++hidden_;
      continue;
    }
    ++in_view_;
    uvd_.insert(uvd_.end(), {p.u, p.v, std::min(p.depth, 999.f)});
    // Near is the end of the map: red in Spectrum, bright in Dusk.
    const double share = std::clamp(
        1 - std::log(std::max(0.1, static_cast<double>(p.depth)) / kNear) / width, 0.0, 1.0);
    inks_.push_back(ink_of(static_cast<std::uint32_t>(share * 0xFFFFFF)));
  }
}

InkTable CalibrateView::table_of(const Session& session) const {
  InkTable table;
  fill_map(table, depth_map(session));
  return table;
}

void CalibrateView::draw_points(Session& session,
                                const ImageFrame& frame,
                                PointOverlay& overlay,
                                double size,
                                ImDrawList* list,
                                float alpha) {
  if (alpha <= 0) return;
  const PointOverlay::Look look{
      size * static_cast<double>(state_.device.ui_scale >= 1.5f ? 1.5f : 1.f),
      false,
      state_.device.compute && session.settings.painter != "points"};
  const GLuint texture = overlay.paint(uvd_, inks_, version_, table_of(session), frame, look);
  if (!texture) return;
  const Area& area = frame.area;
  brush::picture(list,
                 texture,
                 {area.x, area.y},
                 {area.x + area.width, area.y + area.height},
                 {0, 1},
                 {1, 0},
                 false,
                 brush::color(0xFFFFFF, alpha));
}

void CalibrateView::draw_magnifier(Session& session,
                                   const ImageFrame& frame,
                                   const CameraTextures::Shown& shown,
                                   const ViewInput& input,
                                   ImDrawList* list,
                                   float picture,
                                   float dots) {
  const float s = state_.device.ui_scale;
  const Area& area = frame.area;
  const float side = std::round(std::min({216 * s, area.width * 0.4f, area.height * 0.6f}));
  if (side < 60 * s) return;
  const float from = side / static_cast<float>(kMagnified) / 2;  // half of what is magnified
  // Beside the mouse, on the side with more room.
  const bool right = input.mouse_x + from + 40 * s + side < area.x + area.width - 8 * s;
  Area glass{
      right ? input.mouse_x + from + 40 * s : input.mouse_x - from - 40 * s - side, 0, side, side};
  glass.x = std::floor(std::max(area.x + 4 * s, glass.x));
  glass.y = std::floor(std::clamp(input.mouse_y - side * 0.4f,
                                  area.y + 4 * s,
                                  std::max(area.y + 4 * s, area.y + area.height - side - 4 * s)));

  ImageFrame closer{glass,
                    frame.width,
                    frame.height,
                    frame.scale * kMagnified,
                    frame.pixel(input.mouse_x, input.mouse_y)};
  const ImU32 white = brush::color(0xFFFFFF);
  const ImU32 faint = brush::color(0xFFFFFF, 0.4f);
  const float near_x = right ? input.mouse_x + from : input.mouse_x - from,
              far_x = right ? glass.x : glass.x + side;
  list->AddLine({near_x, input.mouse_y - from}, {far_x, glass.y}, faint);
  list->AddLine({near_x, input.mouse_y + from}, {far_x, glass.y + side}, faint);
  list->AddRect({input.mouse_x - from, input.mouse_y - from},
                {input.mouse_x + from, input.mouse_y + from},
                white);

  list->PushClipRect({glass.x, glass.y}, {glass.x + side, glass.y + side}, true);
  list->AddRectFilled({glass.x, glass.y}, {glass.x + side, glass.y + side}, brush::color(0x000000));
  draw_image(session, state_, shown, closer, list, picture);
  draw_points(session, closer, magnified_, session.calibrate.point_size * 3, list, dots);
  list->PopClipRect();
  list->AddRect({glass.x, glass.y}, {glass.x + side, glass.y + side}, white);
  brush::chip(list, state_.device, glass, -1, 1, "4 ×");
}

void CalibrateView::draw_legend(const Session& session, const Area& area, ImDrawList* list) {
  const float s = state_.device.ui_scale;
  const brush::Font font = brush::tag_font(state_.device);
  const std::string low = fmt::format("{:g} m", kNear), high = fmt::format("{:g} m", kFar);
  const float ramp = 146 * s, height = 20 * s;
  const float low_width = font.extent(low).x, high_width = font.extent(high).x;
  const float width = ramp + low_width + high_width + 28 * s;
  if (width > area.width * 0.5f) return;
  const float x = area.x + area.width - width - 6 * s, y = area.y + area.height - height - 6 * s;
  list->AddRectFilled({x, y}, {x + width, y + height}, brush::color(0x16181B, 0.78f), 3 * s);
  const float text_y = y + (height - font.size) / 2;
  brush::words(list, font, x + 6 * s, text_y, brush::color(0xE6E8EB), low);
  const float begin = x + 12 * s + low_width;
  const ColorMap map = depth_map(session);
  const std::size_t parts = map.stops.size() - 1;
  for (std::size_t i = 0; i < parts; ++i) {
    // From near to far, the map's end to its beginning.
    const ImU32 a = brush::color(map.stops[parts - i]), b = brush::color(map.stops[parts - i - 1]);
    const float x0 = std::floor(begin + ramp * static_cast<float>(i) / static_cast<float>(parts));
    const float x1 =
        std::floor(begin + ramp * static_cast<float>(i + 1) / static_cast<float>(parts));
    list->AddRectFilledMultiColor({x0, y + 6 * s}, {x1, y + height - 6 * s}, a, b, b, a);
  }
  brush::words(list, font, begin + ramp + 6 * s, text_y, brush::color(0xE6E8EB), high);
}

void CalibrateView::release() {
  overlay_.release();
  magnified_.release();
}

}  // namespace sweepbox
