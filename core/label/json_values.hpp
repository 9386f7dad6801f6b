#pragma once
#include <string>
#include <string_view>

#include "core/annotation/track.hpp"
#include "core/label/json_text.hpp"

// Vectors, words and attributes in JSON that is patched, not written anew.

namespace sweepbox {

/// Three numbers: an object with x, y, z, or an array. The error names `field`.
[[nodiscard]] Result<Vec3> json_vector(const JsonText& json,
                                       const JsonNode* node,
                                       std::string_view field);
std::string json_axes(const Vec3& v);     ///< {"x": …, "y": …, "z": …}
std::string json_numbers(const Vec3& v);  ///< […, …, …]

/// Replaces those of three numbers that differ from `was` by more than 1e-7.
void replace_vector(
    JsonPatch& patch, const JsonText& json, const JsonNode* node, const Vec3& was, const Vec3& now);

/// Replaces a member's value, or adds the member.
void set_member(JsonPatch& patch, const JsonNode& object, std::string_view key, std::string value);

/// Text, number or boolean as text; empty for null, for what has items, and for none.
std::string json_word(const JsonText& json, const JsonNode* node);
/// A value of that word: number or boolean where the one that stands there is of that kind and the
/// word can be, else text.
std::string json_value(std::string_view word, const JsonNode* now);

/// Attributes as members of an object. Words that are booleans become booleans.
std::string attributes_json(const Attributes& attributes);
/// Changes, removes and adds those members that are other attributes now; the rest stays.
void change_members(JsonPatch& patch,
                    const JsonNode& object,
                    const Attributes& was,
                    const Attributes& now);

}  // namespace sweepbox
