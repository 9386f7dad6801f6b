#include <fmt/format.h>
#include <imgui.h>

#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/view_input.hpp"

namespace sweepbox {

namespace {

/// One picture of the strip.
struct Place {
  int camera = 0;
  TrackId crop_to = 0;
  double weight = 1;  ///< of the strip's width
};

std::vector<Place> places_of(Ui& ui, float height, float room) {
  Session& session = ui.session;
  std::vector<Place> places;
  const TrackId selected = primary(session);
  const int best = selected != 0 ? best_camera(session, selected) : -1;
  double natural = 0;
  for (std::size_t i = 0; i < session.drive->info().cameras.size(); ++i) {
    const CameraInfo& camera = session.drive->info().cameras[i];
    const double aspect = camera.width > 0 && camera.height > 0
                              ? static_cast<double>(camera.width) / camera.height
                              : 1.6;
    places.push_back({static_cast<int>(i), 0, aspect});
    natural += aspect;
  }
  if (best < 0) return places;
  // The close-up takes what the whole pictures leave, but is never narrower than a square nor wider
  // than two.
  const double left = static_cast<double>(room / std::max(1.0F, height)) - natural;
  const double widest = places.size() < 3 ? 2.6 : 2.0;
  places.insert(places.begin(), Place{best, selected, std::clamp(left, 1.5, widest)});
  return places;
}

/// How long before or after the sweep the image was taken, as the room beside its name allows: cut
/// off in the middle it would be another figure.
std::string offset_words(Ui& ui, int camera, float room) {
  const std::optional<double> offset = time_offset_s(ui.session.frame(), camera);
  if (!offset) return {};
  const double ms = *offset * 1000;
  const std::string figure =
      fmt::format("{}{} {}", ms >= 0.5 ? "+" : "", number_text(ms, 0), ui.tr("ms"));
  const std::string whole = "Δt " + figure;
  if (text_width(ui.fonts.tag, whole) <= room) return whole;
  return text_width(ui.fonts.tag, figure) <= room ? figure : std::string();
}

void draw_place(Ui& ui, const Place& place, const Area& area) {
  Session& session = ui.session;
  const std::string& name =
      session.drive->info().cameras[static_cast<std::size_t>(place.camera)].name;
  fill(area, ui.theme.view);
  const std::string id =
      place.crop_to != 0 ? std::string("camera/closeup") : fmt::format("camera/{}", name);
  const ViewInput input = view_input(ui, id, area);
  if (shown_image_file(session, place.camera) == nullptr) {
    put_text(
        ui, area, ui.fonts.small, ui.theme.dim, ui.tr("No image at this frame"), Align::centre);
  } else {
    ui.views.draw_camera(
        session, place.camera, place.crop_to, ImGui::GetWindowDrawList(), area, input);
    show_view_hint(ui, input);
  }
  const float x = area.x + ui.px(6);
  const float bottom = area.y + area.height - ui.px(6);
  const float room = area.width - ui.px(12);
  if (place.crop_to != 0) {
    const auto track = primary_track(session);
    if (!track) return;
    put_plate(
        ui, x, bottom, room, name, "· " + fill(ui.tr("close-up of {}"), {track_title(ui, *track)}));
  } else {
    const float left = room - text_width(ui.fonts.tag, name) - ui.px(18);
    put_plate(ui, x, bottom, room, name, offset_words(ui, place.camera, left));
  }
}

}  // namespace

void draw_cameras(Ui& ui, const Area& area) {
  if (ui.session.drive->info().cameras.empty()) {
    ui.backdrops.push_back({area, ui.theme.panel});
    put_text(
        ui, area, ui.fonts.small, ui.theme.dim, ui.tr("This drive has no images."), Align::centre);
    return;
  }
  const float gap = std::round(ui.px(2));
  const std::vector<Place> places = places_of(ui, area.height, area.width);
  double sum = 0;
  for (const Place& place : places) sum += place.weight;
  const float room = area.width - gap * static_cast<float>(places.size() - 1);
  const double unit = static_cast<double>(room) / sum;
  float x = area.x;
  for (const Place& place : places) {
    const float width = std::floor(static_cast<float>(place.weight * unit));
    const bool last = &place == &places.back();
    const float end = last ? area.x + area.width : x + width;
    draw_place(ui, place, {x, area.y, end - x, area.height});
    x = end + gap;
  }
}

}  // namespace sweepbox
