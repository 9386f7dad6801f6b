#include "app/view/shown_boxes.hpp"

#include <algorithm>

namespace sweepbox {

bool is_selected(const Session& session, TrackId track) {
  return std::find(session.selected.begin(), session.selected.end(), track) !=
         session.selected.end();
}

bool is_shown(const Session& session, TrackId track) {
  if (std::find(session.hidden.begin(), session.hidden.end(), track) != session.hidden.end())
    return false;
  return session.layers.others || is_selected(session, track);
}

std::vector<const FrameBox*> shown_boxes(Session& session) {
  std::vector<const FrameBox*> result;
  for (const FrameBox& box : frame_boxes(session))
    if (is_shown(session, box.track->uid)) result.push_back(&box);
  return result;
}

std::string tag_of(const Session& session, const Track& track) {
  return session.document().taxonomy().find_or_other(track.class_name).code + " " +
         short_name(track);
}

std::uint32_t color_of(const Session& session, const Track& track) {
  const ClassColor& color = session.document().taxonomy().find_or_other(track.class_name).color;
  return session.settings.theme == ThemeName::dark ? color.dark : color.light;
}

std::uint32_t image_color_of(const Session& session, const Track& track) {
  return session.document().taxonomy().find_or_other(track.class_name).color.dark;
}

}  // namespace sweepbox
