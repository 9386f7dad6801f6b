#pragma once
#include <optional>

#include "core/annotation/edit.hpp"

namespace sweepbox {

/// An edit that was worked out on an earlier document, as it changes this one. Of a track each part
/// is taken from whoever changed it: name, class, state, each attribute, each end of the life,
/// whether it is rigid or still, and of each stamp the pose, the size and whether there is a key at
/// all, what is said of presence and other attributes from there on, and its mark. Empty where both
/// changed the same part, or where what both left together is no track (a key outside its life,
/// two sizes of a rigid one). Things other than tracks are one part each.
[[nodiscard]] std::optional<Edit> rebased(const Edit& edit, const Document& document);

}  // namespace sweepbox
