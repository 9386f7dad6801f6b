#pragma once
#include <string>
#include <string_view>

namespace sweepbox {

/// Whether bytes are UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// The text with each byte that is no UTF-8 as U+FFFD.
std::string as_utf8(std::string_view text);

}  // namespace sweepbox
