#pragma once
#include <string>
#include <string_view>

#include "core/annotation/document.hpp"
#include "core/annotation/edit.hpp"
#include "core/annotation/history.hpp"

namespace sweepbox {

// The bytes of things and edits in a project. The first byte is the version of the form (1), the
// second says whether the rest is compressed (zstd). Doubles are exact. Readers trust nothing: what
// is cut short, claims more than it has or holds an impossible value is an error, never a crash,
// and takes no memory that the bytes do not pay for.

/// A whole value. Not for monostate: what is not there has no row.
std::string pack_value(const Value& value);

/// The error says "damaged" and why; the caller knows which thing of which file. Tracks and poses
/// that break their own rules (why_unsound, not finite), or bear another id than the key's, are
/// damaged too.
Result<Value> unpack_value(std::string_view bytes, const Key& key);

/// An edit's changes. A track that was there before and is there after is stored as its head and
/// the keys, frame attributes and marks that differ, both sides of each, so that either side can be
/// made from the other.
std::string pack_changes(const Edit& edit);

/// The changes again, whole, from a document that holds one side of them. Refused where the
/// document holds something else, and where the bytes are damaged.
Result<std::vector<Change>> unpack_changes(std::string_view bytes,
                                           const Document& document,
                                           Holds holds);

/// A title with its arguments.
std::string pack_words(const std::vector<std::string>& words);
Result<std::vector<std::string>> unpack_words(std::string_view bytes);

/// Why a value must not be kept: a box that is not finite, a track without keys … Empty: sound.
std::optional<std::string> why_unsound(const Value& value);

}  // namespace sweepbox
