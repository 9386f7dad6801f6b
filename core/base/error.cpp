#include "core/base/error.hpp"

namespace sweepbox {

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
  const std::string fix = english(problem.fix);
  if (!fix.empty()) line += "; " + fix;
  return line;
}

}  // namespace sweepbox
