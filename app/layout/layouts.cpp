#include "app/layout/layout.hpp"

namespace sweepbox {

namespace {

Split leaf(std::string_view panel) {
  return {.kind = Split::Kind::leaf, .panel = panel};
}

Split rows(std::string_view id, double size, double small, Split first, Split second) {
  return {.kind = Split::Kind::rows,
          .id = id,
          .size = size,
          .small = small,
          .parts = {std::move(first), std::move(second)}};
}

Split columns(std::string_view id, double size, double small, Split first, Split second) {
  return {.kind = Split::Kind::columns,
          .id = id,
          .size = size,
          .small = small,
          .parts = {std::move(first), std::move(second)}};
}

/// What every layout has above and below.
Split framed(Split middle) {
  return rows("", 32, 0, leaf("topbar"), rows("", -24, 0, std::move(middle), leaf("status")));
}

Split annotate() {
  Split views = columns("split/sides", 0.768, -232, leaf("scene"), leaf("sides"));
  Split left = rows("split/strip", 0.29, 150, leaf("cameras"), std::move(views));
  left.first_is_empty = [](const Session& session) {
    return session.has_drive() && session.drive->info().cameras.empty();
  };
  Split right = rows("split/tracks", 392, 336, leaf("properties"), leaf("tracks"));
  return rows("split/timeline",
              -102,
              -82,
              columns("split/right", -304, -296, std::move(left), std::move(right)),
              leaf("timeline"));
}

Split calibrate() {
  Split left = rows("split/calibrate", 0.48, 0, leaf("calibrate_view"), leaf("scene"));
  return rows("split/calibrate_timeline",
              -60,
              0,
              columns("split/calibrate_right", -320, -304, std::move(left), leaf("calibrate")),
              leaf("timeline"));
}

}  // namespace

std::span<const Layout> layouts() {
  static const Layout table[] = {
      {"annotate", "Annotate", "layout.annotate", framed(annotate())},
      {"calibrate", "Calibrate", "layout.calibrate", framed(calibrate())},
      {"start", "", "", rows("", -24, 0, leaf("start"), leaf("status"))},
  };
  return table;
}

const Layout* find_layout(std::string_view name) {
  for (const Layout& layout : layouts()) {
    if (layout.name == name) return &layout;
  }
  return nullptr;
}

}  // namespace sweepbox
