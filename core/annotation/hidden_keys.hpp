#pragma once
#include <optional>

#include "core/annotation/document.hpp"
#include "core/base/error.hpp"

namespace sweepbox {

/// How many keys of a document lie in an absence and are therefore not shown, counted or exported:
/// a note. Programs before 0.2 showed them, so a project of that time is said to show less. Empty
/// where there are none.
std::optional<Problem> hidden_keys_problem(const Document& document);

}  // namespace sweepbox
