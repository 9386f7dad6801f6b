#pragma once
#include <string>
#include <string_view>

namespace sweepbox {

/// Whether a name of a drive, frame or sensor can be (the stem of) one file's name: not empty, not
/// "." or "..", no slash, no control characters, at most 240 bytes, which leaves 15 for what is put
/// around it, and not of the form that coded_name gives. Any bytes above 0x7F may stand in it:
/// names of files need not be UTF-8, and labels are found by the names of their clouds.
bool is_file_name(std::string_view name);

/// Whether a name is of letters, digits, '-', '_' and '.' alone and can be a file's: every format
/// holds it as it is.
bool is_plain_name(std::string_view name);

/// A name that is safe everywhere, made of one that is not: its letters, digits, '-' and '_', the
/// others as '_', at most 60 of them, "~" and its hash in 16 hexadecimal digits: "a/b" is
/// "a_b~…". Two names get the same one only where their hashes meet.
std::string coded_name(std::string_view name);

/// The name itself where it can be a file's, else coded.
std::string file_name_of(std::string_view name);

}  // namespace sweepbox
