#include "app/action/keymap.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

/// Names as on the key cap, and words that people write for them in keys.toml.
std::string key_named(std::string_view word) {
  static const std::pair<std::string_view, std::string_view> table[] = {
      {"space", "Space"},
      {"escape", "Escape"},
      {"esc", "Escape"},
      {"enter", "Enter"},
      {"return", "Enter"},
      {"tab", "Tab"},
      {"backspace", "Backspace"},
      {"insert", "Insert"},
      {"delete", "Delete"},
      {"del", "Delete"},
      {"left", "Left"},
      {"right", "Right"},
      {"up", "Up"},
      {"down", "Down"},
      {"home", "Home"},
      {"end", "End"},
      {"pageup", "PageUp"},
      {"pagedown", "PageDown"},
      {"plus", "+"},
      {"minus", "-"},
      {"comma", ","},
  };
  std::string lower(word);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto& [name, key] : table)
    if (lower == name) return std::string(key);
  const auto numbered = [&](std::string_view prefix, int most) {
    if (!lower.starts_with(prefix)) return false;
    const auto number = to_integer(std::string_view(lower).substr(prefix.size()));
    return number && *number >= 0 && *number <= most;
  };
  if (lower.empty()) return {};
  const std::string number = lower.substr(lower.starts_with("num") ? 3 : 1);
  if (numbered("f", 25) && lower != "f0") return std::string("F").append(number);
  if (numbered("num", 9)) return std::string("Num").append(number);
  if (word.size() == 1 && std::isgraph(static_cast<unsigned char>(word[0])))
    return std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(word[0]))));
  return {};
}

/// "Left, A" → both; a part that is no chord is left out and named in `wrong`.
std::vector<Chord> parse_chords(std::string_view text, std::string* wrong) {
  std::vector<Chord> chords;
  // ", " separates; "Ctrl+," holds a comma of its own.
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = text.find(", ", begin);
    // In "Ctrl+,, X" the first comma is a key; in "Ctrl++, X" and "+, X" the plus is.
    if (end != std::string_view::npos && end > begin + 1 && text[end - 1] == '+' &&
        text[end - 2] != '+')
      ++end;
    const std::string_view part =
        trimmed(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (!part.empty()) {
      if (const auto chord = parse_chord(part))
        chords.push_back(*chord);
      else if (wrong)
        *wrong = part;
    }
    if (end == std::string_view::npos) break;
    begin = end + 2;
  }
  return chords;
}

std::string_view scope_of(std::string_view action) {
  const Action* found = find_action(action);
  return found ? found->scope : std::string_view{};
}

}  // namespace

std::optional<Chord> parse_chord(std::string_view text) {
  Chord chord;
  std::string_view rest = trimmed(text);
  while (true) {
    const std::size_t plus = rest.find('+');
    // A plus at the end (or alone) is the key itself: "Ctrl++".
    if (plus == std::string_view::npos || plus + 1 >= rest.size()) break;
    std::string word(trimmed(rest.substr(0, plus)));
    for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (word == "ctrl" || word == "control")
      chord.ctrl = true;
    else if (word == "shift")
      chord.shift = true;
    else if (word == "alt")
      chord.alt = true;
    else
      return std::nullopt;
    rest = rest.substr(plus + 1);
  }
  chord.key = key_named(trimmed(rest));
  if (chord.key.empty()) return std::nullopt;
  return chord;
}

std::string to_text(const Chord& chord) {
  std::string text;
  if (chord.ctrl) text += "Ctrl+";
  if (chord.alt) text += "Alt+";
  if (chord.shift) text += "Shift+";
  return text + chord.key;
}

Keymap Keymap::from_defaults() {
  Keymap map;
  for (const Action& action : actions())
    for (Chord& chord : parse_chords(action.keys, nullptr))
      map.bindings_.push_back(
          {std::move(chord), std::string(action.id), std::string(action.scope)});
  return map;
}

Result<void> Keymap::overlay(std::string_view toml, const std::string& file) {
  toml::table table;
  try {
    table = toml::parse(toml);
  } catch (const toml::parse_error& error) {
    return fail(file,
                fmt::format("line {}", error.source().begin.line),
                "TOML",
                Text(std::string(error.description())),
                "Mend the file; until then the usual keys hold.");
  }
  // All or nothing: half a keymap of somebody's own helps nobody.
  Keymap next = *this;
  for (const auto& [key, value] : table) {
    const std::string action(key.str());
    const std::string where = fmt::format("line {}", value.source().begin.line);
    const auto chords = value.value<std::string>();
    if (!find_action(action)) return fail(file, where, "the id of an action", Text(action));
    if (!chords) return fail(file, where, "keys as text, \"Ctrl+K\"", "something else");
    std::string wrong;
    next.set(action, parse_chords(*chords, &wrong));
    if (!wrong.empty()) return fail(file, where, "a key like \"Ctrl+Shift+K\"", Text(wrong));
  }
  *this = std::move(next);
  return {};
}

const Action* Keymap::action_for(const Chord& chord, std::string_view layout) const {
  const Binding* global = nullptr;
  for (const Binding& binding : bindings_) {
    if (binding.chord != chord) continue;
    if (!binding.scope.empty() && binding.scope == layout) return find_action(binding.action);
    if (binding.scope.empty() && !global) global = &binding;
  }
  return global ? find_action(global->action) : nullptr;
}

std::vector<Chord> Keymap::chords_of(std::string_view action) const {
  std::vector<Chord> chords;
  for (const Binding& binding : bindings_)
    if (binding.action == action) chords.push_back(binding.chord);
  return chords;
}

std::string Keymap::shown_key(std::string_view action) const {
  const std::vector<Chord> chords = chords_of(action);
  return chords.empty() ? std::string() : to_text(chords.front());
}

void Keymap::set(std::string_view action, std::vector<Chord> chords) {
  std::erase_if(bindings_, [&](const Binding& binding) { return binding.action == action; });
  for (Chord& chord : chords)
    bindings_.push_back({std::move(chord), std::string(action), std::string(scope_of(action))});
}

std::vector<KeyConflict> Keymap::conflicts() const {
  std::vector<KeyConflict> found;
  for (std::size_t i = 0; i < bindings_.size(); ++i)
    for (std::size_t j = i + 1; j < bindings_.size(); ++j)
      if (bindings_[i].chord == bindings_[j].chord && bindings_[i].scope == bindings_[j].scope)
        found.push_back(
            {bindings_[i].chord, bindings_[i].scope, bindings_[i].action, bindings_[j].action});
  return found;
}

std::string Keymap::to_toml() const {
  const Keymap defaults = from_defaults();
  toml::table table;
  for (const Action& action : actions()) {
    const std::vector<Chord> now = chords_of(action.id);
    if (now == defaults.chords_of(action.id)) continue;
    std::string line;
    for (const Chord& chord : now) line += (line.empty() ? "" : ", ") + to_text(chord);
    table.insert_or_assign(action.id, line);
  }
  if (table.empty()) return {};
  std::ostringstream out;
  out << table << '\n';
  return out.str();
}

}  // namespace sweepbox
