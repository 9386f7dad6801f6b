#pragma once
#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace sweepbox {

/// Puts the version of the form before the bytes, and compresses them (zstd) where that pays.
std::string sealed(const std::string& bytes);

/// The bytes again. Refused: another form, compressed bytes that are damaged, and those that claim
/// to unpack to far more than any record holds; memory is taken as it fills, never as it is
/// claimed.
Result<std::string> unsealed(std::string_view bytes);

/// "expected a whole record, found …".
tl::unexpected<Error> damaged(Text found);

}  // namespace sweepbox
