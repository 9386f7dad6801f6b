#pragma once
#include <string>
#include <string_view>

namespace sweepbox {

/// Foreign words (of files, folders, the command line) as one line of UTF-8 that no terminal obeys.
///
/// Written visibly: control characters below U+0020 as `\n`, `\r`, `\t` or `\x1b`; U+007F to
/// U+009F, the line separators U+2028 and U+2029, and the characters that turn the direction of
/// writing (Unicode's Bidi_Control: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069) as
/// `\u202e`; bytes that are no UTF-8 as `\xff`. All else is left as it is, a backslash too. O(n).
/// The answer to an answer is the same.
std::string printable(std::string_view words);

/// The same for words of several lines: '\n' ends a line, as it is.
std::string printable_lines(std::string_view lines);

/// For one line of a picture: `words` themselves where they hold no control character of ASCII,
/// else printable(words), kept in `made`.
std::string_view one_line(std::string_view words, std::string& made);

}  // namespace sweepbox
