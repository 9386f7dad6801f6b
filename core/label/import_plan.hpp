#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/label/label.hpp"

namespace sweepbox {

/// What an import does where the project already holds boxes.
enum class ImportMode {
  merge,    ///< a box that is there already is not brought twice
  replace,  ///< every box of the project goes, those of the labels come
  add,      ///< all come beside what is there
};

std::string_view name_of(ImportMode mode);
std::optional<ImportMode> import_mode_named(std::string_view name);

/// What becomes of boxes, counted as keys.
struct ImportOutcome {
  std::size_t fresh = 0;  ///< of the labels, that the project does not hold
  std::size_t merged =
      0;  ///< of the labels, that are boxes of the project: equal, or in their place
  std::size_t kept =
      0;  ///< of the labels, left out: somebody drew, changed or hid the project's box
  std::size_t removed = 0;          ///< of the project, that go
  std::size_t removed_by_hand = 0;  ///< of those, drawn or changed by somebody

  bool operator==(const ImportOutcome&) const = default;
};

struct ImportPlan {
  Edit edit;  ///< one, author import; empty where nothing would change
  ImportOutcome counts;
};

/// The edit that brings a label set into a document that may hold it already, in part or changed.
///
/// In merge a box of the labels is that box of the document that came from the same record of an
/// unchanged file; else that of the track of the same id (uid or name) and class; else the one that
/// overlaps it most as seen from above, at least by half, in a frame that both have (one of its
/// class before others). The rest of a track goes into the track that most of its boxes are in. A
/// box of the document takes the label's values unless somebody drew, changed or hid it (it has no
/// record, or is no import); nothing is removed. Names, states and marks stay the document's.
///
/// O(boxes · log boxes); a second label set of 45,000 boxes takes some tenths of a second.
ImportPlan plan_import(const LabelSet& labels,
                       const Drive& drive,
                       const Document& document,
                       ImportMode mode);

}  // namespace sweepbox
