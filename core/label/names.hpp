#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label/label.hpp"

// Names as the files of a format can carry them.

namespace sweepbox {

/// Whether what keeps to a rule holds a name, so that it is read again the same.
bool holds(NameRule rule, std::string_view name);

/// The nearest name that the rule allows: what it does not becomes '_' (U+FFFD where bytes are no
/// UTF-8), nothing at all "_".
std::string held_name(NameRule rule, std::string_view name);

/// A document and its drive with names that a format holds, and what had to change for that.
/// Tracks stay as many as they are: a name that another track has already is numbered ("a_2").
/// Frames, and the drive, whose name cannot stand in a file or be a file's get their coded_name,
/// which readers of labels know again (Instants).
struct HeldNames {
  std::optional<Document> document;    ///< empty: the request's own
  std::shared_ptr<const Drive> drive;  ///< null: the request's own
  std::vector<Loss> lost;
};

HeldNames held_names(const LabelFormat& format, const WriteRequest& request);

}  // namespace sweepbox
