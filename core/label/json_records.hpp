#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sweepbox {

/// Where the values of a JSON array stand, so that they can be read one by one and copied byte for
/// byte.
struct JsonArray {
  std::vector<std::pair<std::uint64_t, std::uint64_t>>
      values;          ///< [begin, end), without blanks around
  bool whole = false;  ///< it ends; values of a cut one are those before the cut
};

/// Finds the values of the array that a text is (blanks may stand before it). Strings and nesting
/// are understood, numbers and words are not judged. Empty where the text begins with no array.
std::optional<JsonArray> json_array(std::string_view text);

/// The array's text with its values replaced: an empty optional takes one out, `added` come last.
/// What stands between values that stay is kept.
std::string with_values(std::string_view text,
                        const std::vector<std::pair<std::uint64_t, std::uint64_t>>& records,
                        const std::vector<std::optional<std::string>>& values,
                        const std::vector<std::string>& added);

}  // namespace sweepbox
