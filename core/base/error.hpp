#pragma once
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/base/text.hpp"

namespace sweepbox {

enum class Severity { note, warning, error };

std::string_view name_of(Severity severity);

/// What is wrong with something from outside: a file, a disk, a request. The same type from every
/// reader, shown by `info`, the log panel and the tests.
struct Problem {
  Severity severity = Severity::error;
  std::string file;  ///< as the person knows it: relative to the drive where there is one
  std::string
      where;  ///< place in it: "line 3, P2", "byte 1024", "frame 000965"; empty for the whole
  Text expected;
  Text found;
  Text fix;  ///< what to do about it

  bool operator==(const Problem&) const = default;
};

using Error = Problem;

/// What files, people and disks can cause comes back as a Result; bugs are asserts.
template <class T>
using Result = tl::expected<T, Error>;

/// An error to return: `return fail(file, "line 3, P2", "12 numbers", text("{}", n), "take …");`
tl::unexpected<Error> fail(
    std::string file, std::string where, Text expected, Text found, Text fix = {});

/// An error that is no comparison: something cannot be done. "found" alone carries the reason.
tl::unexpected<Error> refuse(Text reason, Text fix = {});

/// The same error, its file named (where a parser that knows only bytes made it) if it has none
/// yet.
Error in_file(Error error, const std::string& file);

/// One English line: "calib/7.txt: line 3, P2: expected 12 numbers, found 11; take it again".
std::string to_line(const Problem& problem);

}  // namespace sweepbox
