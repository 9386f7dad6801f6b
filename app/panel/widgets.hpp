#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/panel/ui.hpp"

namespace sweepbox {

// The controls that panels are made of. Each takes a stable id ("props/length"), by which the
// ui-map and the tests know it, and an area in window pixels; LOOK.md says how they look. All draw
// into the ImGui window that is current. Measures given to them are pixels of the window:
// ui.px(28).

enum class Align { left, centre, right };

/// 0xRRGGBB to ImGui's colour.
std::uint32_t ink(std::uint32_t rgb, float alpha = 1);

/// An area from which pieces are cut, one after the other.
struct Cutter {
  Area rest;

  Area left(float width, float gap = 0);
  Area right(float width, float gap = 0);
  Area top(float height, float gap = 0);
  Area bottom(float height, float gap = 0);
};

Area inset(const Area& area, float dx, float dy);
/// The same area with the height, in its middle.
Area centred(const Area& area, float height);

// ---- drawing

float text_width(const ImFont* font, std::string_view words);
/// One line in the middle of the area's height, shortened with "…" where it does not fit; answers
/// its width.
float put_text(Ui& ui,
               const Area& area,
               ImFont* font,
               std::uint32_t rgb,
               std::string_view words,
               Align align = Align::left);
/// Wrapped at the area's width; answers the height (nothing is drawn below the area).
float put_paragraph(
    Ui& ui, const Area& area, ImFont* font, std::uint32_t rgb, std::string_view words);
float paragraph_height(const ImFont* font, std::string_view words, float width);
void put_icon(Ui& ui, const Area& area, std::string_view name, std::uint32_t rgb, float share = 1);
void fill(const Area& area, std::uint32_t rgb, float rounding = 0, float alpha = 1);
void frame(const Area& area, std::uint32_t rgb, float rounding = 0, float thickness = 1);
void line(float x0, float y0, float x1, float y1, std::uint32_t rgb, float thickness = 1);
/// Key caps of "Ctrl+Shift+Z", right aligned at x or left aligned from x; answers the width.
float put_keys(
    Ui& ui, float x, float middle_y, std::string_view chord, Align align, std::uint32_t rgb = 0);
float keys_width(Ui& ui, std::string_view chord);
/// Two letters on the class's colour, 24 × 16 px.
float put_class_tag(Ui& ui, float x, float middle_y, std::string_view class_name);
void put_diamond(float x, float y, float radius, std::uint32_t rgb, bool filled);
/// Whether the words hold what a person typed into a filter, large or small.
bool contains_words(std::string_view words, std::string_view wanted);
/// Class as people read it: the translated name, first letter large in English.
std::string class_title(Ui& ui, std::string_view class_name);
/// "Car 12".
std::string track_title(Ui& ui, const Track& track);
std::uint32_t class_rgb(Ui& ui, std::string_view class_name);
/// The colour and icon of a severity.
std::uint32_t severity_rgb(Ui& ui, Severity severity);
std::string_view severity_icon(Severity severity);
/// Fixed decimals with a true minus.
std::string number_text(double value, int decimals);

// ---- controls

/// What a tooltip says: "Title · Key", and why it is disabled.
struct Hint {
  std::string title = {};
  std::string key = {};
  std::string reason = {};
};

/// What the mouse does with an area.
struct Touch {
  bool hovered = false;
  bool held = false;
  bool clicked = false;
  bool double_clicked = false;
  bool right_clicked = false;
  bool enabled = true;
};

/// The ground of every control: hit test, tooltip, ui-map entry. Draws nothing but the tooltip.
Touch touch(Ui& ui,
            const std::string& id,
            const Area& area,
            const Hint& hint = {},
            bool enabled = true,
            std::string value = {});
/// Registers a thing that is no control but that tests look for.
void mark_item(
    Ui& ui, const std::string& id, const Area& area, std::string value = {}, bool enabled = true);

struct Face {
  std::string label = {};
  std::string icon = {};
  std::string key = {};  ///< shown as a cap beside the label
  bool on = false;       ///< selected-row fill, accent line below
  bool primary = false;  ///< filled with the accent
  bool flat = false;     ///< no fill until hovered
  Align align = Align::centre;
};

bool button(Ui& ui,
            const std::string& id,
            const Area& area,
            const Face& face,
            const Hint& hint = {},
            bool enabled = true);
/// A button for an action: tooltip with its title and key, disabled with its reason, runs it. An
/// empty face gets the action's icon, or its title.
bool action_button(Ui& ui,
                   const std::string& id,
                   const Area& area,
                   std::string_view action,
                   Face face = {},
                   const Arguments& arguments = {});
/// What the tooltip of an action says now.
Hint action_hint(Ui& ui, std::string_view action);

bool checkbox(Ui& ui,
              const std::string& id,
              const Area& area,
              std::string_view label,
              bool& value,
              const Hint& hint = {},
              bool enabled = true);
/// One of a few, side by side. −1: none is chosen. True where another was clicked.
bool segmented(Ui& ui,
               const std::string& id,
               const Area& area,
               std::span<const std::string> labels,
               int& chosen,
               bool enabled = true);
/// A field that opens a list. Answers the chosen index.
std::optional<int> combo(Ui& ui,
                         const std::string& id,
                         const Area& area,
                         std::string_view shown,
                         std::span<const std::string> choices,
                         int chosen,
                         const Hint& hint = {},
                         bool enabled = true);
/// A slider of 0 … 1; true while it moves.
bool slider(Ui& ui, const std::string& id, const Area& area, double& share, const Hint& hint = {});

// ---- surfaces

/// An ImGui window without decoration over an area: what a panel draws in. Panels never cover each
/// other.
void begin_surface(const std::string& id, const Area& area);
void end_surface();
/// A part of the surface that scrolls by itself where its content is taller.
void begin_scroll(Ui& ui, const std::string& id, const Area& area);
/// `content_height` counts from the area's top, unscrolled.
void end_scroll(float content_height);
/// How far the current part is scrolled, px.
float scroll_y();
/// Scrolls the current part so that [top, top + height) of its content is seen.
void scroll_to(float top, float height, float view_height);

/// The 32 px line above a panel: title, dim words after it, a line below; answers what is left at
/// its right end for buttons.
Area panel_head(Ui& ui, const Area& area, std::string_view title, std::string_view more = {});

/// Where a popup of that size stands in the window's middle.
Area popup_area(const Area& whole, float width, float height);
/// A popup in front of everything, the rest veiled. A click beside it or Escape closes it
/// (session.popup). End it with end_popup().
void begin_popup(Ui& ui, const std::string& id, const Area& area, float veil = 0.5F);
void end_popup();

/// A list that drops from a control; false while closed. Every true needs end_dropdown().
void open_dropdown(const std::string& id);
bool begin_dropdown(Ui& ui, const std::string& id, const Area& below, float width, float height);
void end_dropdown();
void close_dropdown();

}  // namespace sweepbox
