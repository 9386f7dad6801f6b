#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "app/panel/panel.hpp"

namespace sweepbox {

/// A tree of splits with panels at its leaves, as a table.
struct Split {
  enum class Kind { leaf, rows, columns };
  Kind kind = Kind::leaf;
  std::string_view panel = {};  ///< of a leaf
  std::string_view id = {};     ///< of a split: remembers its size in settings.sizes; empty: fixed
  /// Of the first part: ≥ 1: px of it at scale 1; ≤ −1: px of the second part; else share.
  double size = 0.5;
  double small = 0;  ///< instead of it in windows below 1400 × 800 px at scale 1; 0: the same
  std::vector<Split> parts = {};  ///< two
  /// Answers whether the first part has nothing to show: it then shrinks to a line of words.
  bool (*first_is_empty)(const Session& session) = nullptr;
};

struct Layout {
  std::string_view name;    ///< "annotate"
  std::string_view title;   ///< empty: no tab leads to it
  std::string_view action;  ///< that chooses it
  Split root;
};

std::span<const Layout> layouts();
const Layout* find_layout(std::string_view name);

/// Draws a layout's panels and its splitters (3 px, drag to move, double click resets) into the
/// area.
void draw_layout(Ui& ui, const Layout& layout, const Area& area);

}  // namespace sweepbox
