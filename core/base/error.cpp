#include "core/base/error.hpp"

namespace sweepbox {
namespace {

/// "Open the folder" after a semicolon: "open the folder". A name in capitals stays.
std::string as_second_half(std::string sentence) {
  const auto is = [&](std::size_t at, char from, char to) {
    return sentence.size() > at && sentence[at] >= from && sentence[at] <= to;
  };
  if (is(0, 'A', 'Z') && (is(1, 'a', 'z') || is(1, ' ', ' ')))
    sentence[0] = static_cast<char>(sentence[0] - 'A' + 'a');
  return sentence;
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "error";
}

tl::unexpected<Error> fail(
    std::string file, std::string where, Text expected, Text found, Text fix) {
  return tl::unexpected<Error>(Error{Severity::error,
                                     std::move(file),
                                     std::move(where),
                                     std::move(expected),
                                     std::move(found),
                                     std::move(fix)});
}

tl::unexpected<Error> refuse(Text reason, Text fix) {
  return fail({}, {}, {}, std::move(reason), std::move(fix));
}

Error in_file(Error error, const std::string& file) {
  if (error.file.empty()) error.file = file;
  return error;
}

std::string to_line(const Problem& problem) {
  std::string line;
  for (const std::string& part : {problem.file, problem.where})
    if (!part.empty()) line += part + ": ";
  const std::string expected = english(problem.expected);
  const std::string found = english(problem.found);
  if (!expected.empty()) line += "expected " + expected;
  if (!expected.empty() && !found.empty()) line += ", found ";
  line += found;
  const std::string fix = as_second_half(english(problem.fix));
  if (!fix.empty()) line += "; " + fix;
  return line;
}

}  // namespace sweepbox
