#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/action/action.hpp"

namespace sweepbox {

/// A key with its modifiers: "Ctrl+Shift+Z". Keys are named as on the key cap: "A", "1", "Left",
/// "Space", "Delete", "F8", "?", "[", "Num7"…
struct Chord {
  std::string key;
  bool ctrl = false, shift = false, alt = false;

  auto operator<=>(const Chord&) const = default;
};

std::optional<Chord> parse_chord(std::string_view text);
std::string to_text(const Chord& chord);

struct KeyConflict {
  Chord chord;
  std::string scope;
  std::string first, second;  ///< action ids
};

/// Which chord does what. Scopes: a layout's own chords come before the global ones.
class Keymap {
 public:
  /// Defaults of the action table, overlaid with keys.toml (`"track.split" = "Ctrl+K"`, empty: no
  /// key).
  static Keymap from_defaults();
  Result<void> overlay(std::string_view toml, const std::string& file);

  const Action* action_for(const Chord& chord, std::string_view layout) const;
  std::vector<Chord> chords_of(std::string_view action) const;
  /// "Ctrl+Z" of the first chord; empty: none.
  std::string shown_key(std::string_view action) const;
  void set(std::string_view action, std::vector<Chord> chords);
  std::vector<KeyConflict> conflicts() const;
  std::string to_toml() const;  ///< only what differs from the defaults

 private:
  struct Binding {
    Chord chord;
    std::string action;
    std::string scope;
  };

  std::vector<Binding> bindings_;
};

}  // namespace sweepbox
