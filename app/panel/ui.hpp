#pragma once
#include <algorithm>
#include <any>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/action/keymap.hpp"
#include "app/session/session.hpp"
#include "app/view/views.hpp"

struct ImFont;

namespace sweepbox {

/// The faces of LOOK.md, rasterised at the UI scale.
struct Fonts {
  ImFont* body = nullptr;   ///< Inter 14
  ImFont* small = nullptr;  ///< 12: labels
  ImFont* tag = nullptr;    ///< 11: tags and rulers
  ImFont* title = nullptr;  ///< 22: start page
  ImFont* bold = nullptr;   ///< body, bold
  ImFont* icons = nullptr;  ///< Font Awesome 4.7
  ImFont* mono = nullptr;   ///< JetBrains Mono 12: key caps
};

/// What panels keep between frames that is nobody else's business: a list's order, a half typed
/// number. By id; made where it is first asked for.
class Memory {
 public:
  template <class T>
  T& get(const std::string& id) {
    std::any& slot = slots_[id];
    if (!slot.has_value()) slot = T{};
    return *std::any_cast<T>(&slot);
  }

 private:
  std::map<std::string, std::any> slots_;
};

/// A rectangle that the window clears to a colour before anything is drawn: cheaper than a filled
/// rectangle on software OpenGL (stack.md, section 4).
struct Backdrop {
  Area area;
  std::uint32_t rgb;
};

/// What panels draw with: every control has a stable id (for the ui-map), a tooltip with its key,
/// and words through tr(). Built by the window once a frame.
struct Ui {
  Session& session;
  Views& views;
  Keymap& keymap;
  const Fonts& fonts;
  const Theme& theme;
  Memory& memory;
  std::vector<Backdrop>& backdrops;
  float scale = 1;   ///< UI scale; measures of LOOK.md times this
  double now_s = 0;  ///< seconds since start
  double frames_per_second = 0;
  double wake_at_s =
      std::numeric_limits<double>::infinity();  ///< the next frame is due then; see wake_in

  std::string_view tr(std::string_view english) const { return session.tr(english); }

  std::string words(const Text& text) const { return session.language.tr(text); }

  float px(float at_scale_1) const { return at_scale_1 * scale; }

  /// Asks for a frame after so many seconds though nothing changes until then (tooltips).
  void wake_in(double seconds) { wake_at_s = std::min(wake_at_s, now_s + seconds); }
};

}  // namespace sweepbox
