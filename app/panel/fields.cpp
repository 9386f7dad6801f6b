#include "app/panel/fields.hpp"

#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

#include "core/base/parse.hpp"

namespace sweepbox {

namespace {

/// The number being typed, and the one under the wheel. At most one each.
struct NumberState {
  std::string editing;     ///< id of the field with the caret
  std::string wanted;      ///< gets the caret in the next frame
  std::string words;       ///< what is typed
  double began = 0;        ///< value when the caret came
  bool focus = false;      ///< the caret is still to be put there
  bool to_next = false;    ///< Tab: the next field drawn gets the caret …
  int asked_frame = -2;    ///< … it, or `wanted`, asked for in this one
  std::string last_drawn;  ///< for Shift+Tab
  std::string wheeling;    ///< id of the field under the wheel
  double wheeled = 0;      ///< its value now
  double rests_at_s = 0;   ///< the gesture ends then
  int hover_frame = -2;
  int drawn_frame = -2;  ///< when the field with the caret was last drawn
};

struct TextState {
  std::string wanted;    ///< gets the caret in the next frame …
  int asked_frame = -2;  ///< … asked for in this one
  std::string entered;   ///< Enter ended it …
  int frame = -2;        ///< … in this frame
};

/// The ImGui frame in which a field last had the caret at its end.
struct CaretState {
  int frame = -2;
};

/// A field that is not drawn any more waits for nothing.
constexpr int kPatience = 10;  // frames

bool asked_lately(int frame) {
  return ImGui::GetFrameCount() - frame < kPatience;
}

/// After each InputText: whether it has the caret now. An Enter or a click elsewhere took it away
/// already, and a click or the focus just given brought it.
bool note_caret(Ui& ui) {
  const bool active = ImGui::IsItemActive();
  if (active) ui.memory.get<CaretState>("caret").frame = ImGui::GetFrameCount();
  return active;
}

struct Typing {
  const NumberSpec* spec;
  bool tab = false;
};

std::optional<double> typed_number(std::string words, const NumberSpec& spec) {
  // A true minus pasted back, and the decimal comma of half of the world.
  constexpr std::string_view kMinus = "\u2212";
  for (auto at = words.find(kMinus); at != std::string::npos; at = words.find(kMinus)) {
    words.replace(at, kMinus.size(), 1, '-');
  }
  std::replace(words.begin(), words.end(), ',', '.');
  std::string_view trimmed_words = trimmed(words);
  if (!trimmed_words.empty() && trimmed_words.front() == '+') trimmed_words.remove_prefix(1);
  const std::optional<double> number = to_double(trimmed_words);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return std::clamp(*number, spec.low, spec.high);
}

double step_now(const NumberSpec& spec) {
  const ImGuiIO& io = ImGui::GetIO();
  return spec.step * (io.KeyShift ? 10.0 : io.KeyCtrl ? 0.1 : 1.0);
}

int while_typing(ImGuiInputTextCallbackData* data) {
  auto& typing = *static_cast<Typing*>(data->UserData);
  if (data->EventFlag == ImGuiInputTextFlags_CallbackCompletion) typing.tab = true;
  if (data->EventFlag == ImGuiInputTextFlags_CallbackHistory) {
    const std::optional<double> number = typed_number(
        std::string(data->Buf, static_cast<std::size_t>(data->BufTextLen)), *typing.spec);
    if (number) {
      const double sign = data->EventKey == ImGuiKey_UpArrow ? 1 : -1;
      const double next =
          std::clamp(*number + sign * step_now(*typing.spec), typing.spec->low, typing.spec->high);
      data->DeleteChars(0, data->BufTextLen);
      data->InsertChars(0, number_text(next, typing.spec->decimals).c_str());
      data->SelectAll();
    }
  }
  return 0;
}

struct FieldStyle {
  FieldStyle(Ui& ui, float height, float left) {
    ImGui::PushFont(ui.fonts.body);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                        ImVec2(left, std::max(0.0F, (height - ui.fonts.body->FontSize) / 2)));
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
    ImGui::PushStyleColor(ImGuiCol_FrameBg, 0);
    ImGui::PushStyleColor(ImGuiCol_Text, ink(ui.theme.text));
    ImGui::PushStyleColor(ImGuiCol_TextDisabled, ink(ui.theme.dim));
    ImGui::PushStyleColor(ImGuiCol_TextSelectedBg, ink(ui.theme.accent, 0.35F));
  }

  FieldStyle(const FieldStyle&) = delete;
  FieldStyle& operator=(const FieldStyle&) = delete;

  ~FieldStyle() {
    ImGui::PopStyleColor(4);
    ImGui::PopStyleVar(2);
    ImGui::PopFont();
  }
};

NumberAnswer type_number(Ui& ui,
                         const std::string& id,
                         const Area& area,
                         double value,
                         const NumberSpec& spec,
                         NumberState& state) {
  NumberAnswer answer;
  fill(area, ui.theme.raised, ui.px(3));
  frame(inset(area, ui.px(1), ui.px(1)), ui.theme.accent, ui.px(2), ui.px(2));
  const float prefix = spec.prefix.empty() ? 0 : text_width(ui.fonts.small, spec.prefix) + ui.px(4);
  put_text(ui,
           {area.x + ui.px(6), area.y, prefix, area.height},
           ui.fonts.small,
           ui.theme.dim,
           spec.prefix);
  Typing typing{&spec};
  const std::string before = state.words;
  bool entered_now = false;
  {
    const FieldStyle style(ui, area.height, ui.px(4));
    ImGui::SetCursorScreenPos({area.x + ui.px(4) + prefix, area.y});
    ImGui::SetNextItemWidth(std::max(8.0F, area.width - prefix - ui.px(8)));
    const bool first = state.focus;
    if (first) ImGui::SetKeyboardFocusHere();
    entered_now = ImGui::InputText(
        fmt::format("##{}", id).c_str(),
        &state.words,
        ImGuiInputTextFlags_AutoSelectAll | ImGuiInputTextFlags_EnterReturnsTrue |
            ImGuiInputTextFlags_CallbackCompletion | ImGuiInputTextFlags_CallbackHistory,
        while_typing,
        &typing);
    // The caret arrives a frame after it was asked for.
    if (note_caret(ui)) state.focus = false;
    if (state.focus) ui.wake_in(0);
  }
  mark_item(ui, id, area, state.words, true);
  const std::optional<double> number = typed_number(state.words, spec);
  const bool changed =
      number && number_text(*number, spec.decimals) != number_text(state.began, spec.decimals);
  const bool escaped = !state.focus && ImGui::IsItemDeactivated() && !entered_now && !typing.tab &&
                       ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape));
  const bool left = !state.focus && ImGui::IsItemDeactivated();
  if (escaped) {
    answer.cancelled = true;
    state.editing.clear();
  } else if (entered_now || typing.tab || left) {
    if (changed) {
      answer.commit = number;
    } else {
      answer.cancelled = true;  // ends a preview
    }
    if (typing.tab) {
      state.to_next = !ImGui::GetIO().KeyShift;
      if (ImGui::GetIO().KeyShift) state.wanted = state.last_drawn;
      state.asked_frame = ImGui::GetFrameCount();
    }
    state.editing.clear();
  } else if (state.words != before) {
    answer.preview = changed ? number : std::optional<double>(value);
  }
  return answer;
}

}  // namespace

bool text_field(Ui& ui,
                const std::string& id,
                const Area& area,
                std::string_view hint,
                std::string& value,
                std::string_view key,
                std::string_view icon_name) {
  TextState& state = ui.memory.get<TextState>("text");
  fill(area, ui.theme.raised, ui.px(3));
  Cutter cut{inset(area, ui.px(4), 0)};
  if (!icon_name.empty()) put_icon(ui, cut.left(ui.px(20)), icon_name, ui.theme.dim);
  if (!key.empty() && value.empty()) {
    const Area cap = cut.right(keys_width(ui, key), ui.px(4));
    put_keys(ui, cap.x + cap.width - ui.px(2), area.y + area.height / 2, key, Align::right);
  }
  const std::string before = value;
  bool active = false;
  {
    const FieldStyle style(ui, area.height, ui.px(4));
    ImGui::SetCursorScreenPos({cut.rest.x, cut.rest.y});
    ImGui::SetNextItemWidth(std::max(8.0F, cut.rest.width));
    if (state.wanted == id) {
      ImGui::SetKeyboardFocusHere();
      ui.wake_in(0);
    }
    if (ImGui::InputTextWithHint(fmt::format("##{}", id).c_str(),
                                 std::string(hint).c_str(),
                                 &value,
                                 ImGuiInputTextFlags_EnterReturnsTrue)) {
      state.entered = id;
      state.frame = ImGui::GetFrameCount();
    }
    active = note_caret(ui);
    if (active && state.wanted == id) state.wanted.clear();
  }
  if (active) frame(inset(area, ui.px(1), ui.px(1)), ui.theme.accent, ui.px(2), ui.px(2));
  mark_item(ui, id, area, value, true);
  return value != before;
}

void focus_field(Ui& ui, const std::string& id) {
  ui.memory.get<TextState>("text") = {id, ImGui::GetFrameCount(), {}, -2};
  ui.wake_in(0);
}

bool entered(Ui& ui, const std::string& id) {
  const TextState& state = ui.memory.get<TextState>("text");
  return state.entered == id && state.frame == ImGui::GetFrameCount();
}

NumberAnswer number_field(
    Ui& ui, const std::string& id, const Area& area, double value, const NumberSpec& spec) {
  NumberState& state = ui.memory.get<NumberState>("number");
  const bool takes_caret =
      spec.enabled && (state.wanted == id || state.to_next) && asked_lately(state.asked_frame);
  const auto begin_typing = [&] {
    state.editing = id;
    state.words = number_text(value, spec.decimals);
    state.began = value;
    state.focus = true;
    state.drawn_frame = ImGui::GetFrameCount();
    state.to_next = false;
    state.wanted.clear();
  };
  // A field that went away while it had the caret (another selection) comes back without it.
  if (state.editing == id && !takes_caret && ImGui::GetFrameCount() - state.drawn_frame > 1) {
    state.editing.clear();
  }
  if (takes_caret) begin_typing();
  if (state.editing == id) {
    state.drawn_frame = ImGui::GetFrameCount();
    NumberAnswer answer = type_number(ui, id, area, value, spec, state);
    state.last_drawn = id;
    return answer;
  }
  state.last_drawn = id;

  NumberAnswer answer;
  const bool wheeling = state.wheeling == id;
  const double shown = wheeling ? state.wheeled : value;
  const std::string words = number_text(shown, spec.decimals);
  const Touch mouse = touch(ui, id, area, spec.hint, spec.enabled, words);
  fill(area, mouse.hovered && spec.enabled ? ui.theme.hover : ui.theme.raised, ui.px(3));
  const std::uint32_t rgb = spec.enabled ? ui.theme.text : ui.theme.off;
  Cutter cut{inset(area, ui.px(5), 0)};
  const float prefix = text_width(ui.fonts.small, spec.prefix) + 1;
  const float digits = text_width(ui.fonts.body, words);
  // A number is never cut: first its prefix goes, then it gets smaller.
  if (prefix + ui.px(2) + digits <= cut.rest.width) {
    put_text(ui, cut.left(prefix, ui.px(2)), ui.fonts.small, ui.theme.dim, spec.prefix);
  }
  ImFont* font = digits <= cut.rest.width ? ui.fonts.body : ui.fonts.small;
  put_text(ui, cut.rest, font, rgb, words, Align::right);
  if (mouse.hovered && spec.enabled) {
    state.hover_frame = ImGui::GetFrameCount();
    const float notches = ImGui::GetIO().MouseWheel;
    if (notches != 0) {
      state.wheeled =
          std::clamp(shown + static_cast<double>(notches) * step_now(spec), spec.low, spec.high);
      state.wheeling = id;
      state.rests_at_s = ui.now_s + 0.5;
      answer.preview = state.wheeled;
    }
  }
  if (state.wheeling == id) {
    if (ui.now_s >= state.rests_at_s || !mouse.hovered || mouse.clicked) {
      answer.preview.reset();
      answer.commit = state.wheeled;
      state.wheeling.clear();
    } else {
      ui.wake_in(state.rests_at_s - ui.now_s + 0.005);
    }
  }
  if (mouse.clicked) begin_typing();
  return answer;
}

bool field_waits(Ui& ui) {
  const NumberState& state = ui.memory.get<NumberState>("number");
  const TextState& words = ui.memory.get<TextState>("text");
  return (state.focus && asked_lately(state.drawn_frame)) ||
         ((state.to_next || !state.wanted.empty()) && asked_lately(state.asked_frame)) ||
         (!words.wanted.empty() && asked_lately(words.asked_frame));
}

bool caret_in_field(Ui& ui) {
  return ui.memory.get<CaretState>("caret").frame == ImGui::GetFrameCount();
}

bool number_under_mouse(Ui& ui) {
  return ui.memory.get<NumberState>("number").hover_frame >= ImGui::GetFrameCount() - 1;
}

}  // namespace sweepbox
