#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "app/command/command.hpp"
#include "core/base/printable.hpp"

namespace sweepbox {

// Where words leave the program: no other file writes to standard output or standard error
// (tests/house/output_test.cpp). A pattern is ours; every string put into it may come from a file
// or the command line and is made printable, so that it neither commands a terminal nor begins a
// line of its own.

/// What is put into a pattern for an argument: printable words for a string, the value else.
template <class T>
auto put_into_pattern(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>)
    return printable(value);
  else
    return value;
}

template <class... Arguments>
using Pattern = fmt::format_string<decltype(put_into_pattern(std::declval<const Arguments&>()))...>;

template <class... Arguments>
std::string printed(Pattern<Arguments...> pattern, const Arguments&... arguments) {
  const fmt::string_view words = pattern;
  return fmt::vformat(words, fmt::make_format_args(put_into_pattern(arguments)...));
}

/// Bytes as they are, for the functions below.
void write_result(std::string_view words);
void write_message(std::string_view words);

/// Results, to standard output. What it refuses is said at the end, by finish_output.
template <class... Arguments>
void print(Pattern<Arguments...> pattern, const Arguments&... arguments) {
  write_result(printed<Arguments...>(pattern, arguments...));
}

/// Several lines to standard output (help, JSON): '\n' ends each, all else is made printable.
void print_lines(std::string_view lines);

/// Messages and progress, to standard error.
template <class... Arguments>
void print_message(Pattern<Arguments...> pattern, const Arguments&... arguments) {
  write_message(printed<Arguments...>(pattern, arguments...));
}

/// "warning: FILE: what is wrong; what to do" to standard error; with --quiet only errors.
void print_problem(const Invocation& invocation, const Problem& problem);

/// "1 box", "2 boxes".
std::string counted(std::size_t number, std::string_view one, std::string_view several);

/// Ends standard output: the exit status of a command that ended with `status`. kFailed after a
/// line that says why where results could not be written; 141, as after SIGPIPE, without a word
/// where their reader has gone (`sweepbox labels PATH | head -1`).
int finish_output(int status);

}  // namespace sweepbox
