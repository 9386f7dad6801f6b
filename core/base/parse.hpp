#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sweepbox {

/// Numbers of a text as C++'s from_chars reads them (no locale), surrounding blanks allowed;
/// nullopt where anything else stands there. "nan" and "inf" are numbers here: ranges are the
/// caller's to check.
std::optional<double> to_double(std::string_view text);
std::optional<std::int64_t> to_integer(std::string_view text);

/// Parts between blanks (space, tab, CR), no empty ones. Views into the text.
std::vector<std::string_view> split_blanks(std::string_view text);

/// Parts between separators, empty ones kept. Views into the text.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Lines without their \n or \r\n; a last empty one is dropped.
std::vector<std::string_view> lines_of(std::string_view text);

std::string_view trimmed(std::string_view text);

/// Whether the brackets of a JSON text nest deeper than 64 levels: copies of JSON and walks through
/// it recurse, and a hundred thousand brackets fit in a small file.
bool nests_too_deep(std::string_view json);

}  // namespace sweepbox
