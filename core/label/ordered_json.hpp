#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/base/parse.hpp"

// Inside the room label: JSON whose fields keep their order, for formats that are small enough to
// be held as values. Files that must come back byte for byte are JsonText.

namespace sweepbox {

/// Discarded (is_discarded()) where it is no JSON, or nests too deep.
inline nlohmann::ordered_json parse_ordered_json(std::string_view text) {
  using Json = nlohmann::ordered_json;
  if (nests_too_deep(text)) return Json::value_t::discarded;
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace sweepbox
