#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "app/panel/widgets.hpp"

namespace sweepbox {

// Controls that take what is typed. One field has the caret at a time.

/// A field for words; true when they changed. `key` is a cap at its right end while it is empty.
bool text_field(Ui& ui,
                const std::string& id,
                const Area& area,
                std::string_view hint,
                std::string& value,
                std::string_view key = {},
                std::string_view icon_name = {});
/// Puts the caret into a text field in the next frame.
void focus_field(Ui& ui, const std::string& id);
/// True in the frame in which Enter ended that text field.
bool entered(Ui& ui, const std::string& id);

struct NumberSpec {
  std::string prefix = {};  ///< "L"
  int decimals = 2;
  double step = 0.05;  ///< of the wheel and the arrow keys; Shift × 10, Ctrl ÷ 10
  double low = -1e9, high = 1e9;
  Hint hint = {};
  bool enabled = true;
};

/// One gesture on a number: previews while it changes, then one commit (Enter, Tab, leaving the
/// field, the wheel at rest) or a cancel (Escape).
struct NumberAnswer {
  std::optional<double> preview;
  std::optional<double> commit;
  bool cancelled = false;
};

NumberAnswer number_field(
    Ui& ui, const std::string& id, const Area& area, double value, const NumberSpec& spec);

/// A field was asked to take the caret and has not got it yet: keys are already meant for it.
bool field_waits(Ui& ui);
/// A field has the caret at the end of the frame drawn last: the next key is its.
bool caret_in_field(Ui& ui);

/// The mouse was over a number field in the last frame.
bool number_under_mouse(Ui& ui);

}  // namespace sweepbox
