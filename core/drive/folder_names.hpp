#pragma once
#include <optional>
#include <string_view>

#include "core/base/stamp.hpp"

// Inside the room drive: what the names of a plain folder's files say of time.

namespace sweepbox {

/// A time in a name: 10, 13, 16 or 19 digits are seconds, milli-, micro- or nanoseconds since 1970;
/// "1557539924.449972" and "1557539924_449972000" are seconds and their fraction. Words before it
/// ("cloud_1557539924449") are passed over. Empty where there is none.
std::optional<Stamp> stamp_in_name(std::string_view stem);

/// Seconds as text, to the nanosecond (a double has lost those of 2020); empty where it is none.
std::optional<Stamp> stamp_of_seconds(std::string_view seconds);

/// The digits at the end of a name: "frame_12" → 12; up to nine digits.
std::optional<std::int64_t> number_at_end(std::string_view stem);

}  // namespace sweepbox
