#pragma once
#include <cstdint>
#include <string>

#include "core/annotation/history.hpp"

namespace sweepbox::test {

/// Takes one step that makes exactly one record: creates, moves, resizes, renames, splits and
/// deletes tracks, marks, corrects, notes, brings a source, undoes and redoes. The step is given by
/// the seed and the history alone, so two histories at the same record take the same one.
Result<void> random_step(History& history, std::uint64_t seed);

/// Every thing of a document and its value as bytes, and a short name for them.
std::string everything_in(const Document& document);
std::string fingerprint_of(const Document& document);

}  // namespace sweepbox::test
