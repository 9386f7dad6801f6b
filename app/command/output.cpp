#include "app/command/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace sweepbox {
namespace {

// Of the process, as standard output is: the number of its first error, 0 for none.
int output_error = 0;

}  // namespace

void write_result(std::string_view words) {
  if (output_error) return;
  if (std::fwrite(words.data(), 1, words.size(), stdout) != words.size()) output_error = errno;
}

void write_message(std::string_view words) {
  // Where standard error is gone, nobody can be told.
  (void)std::fwrite(words.data(), 1, words.size(), stderr);
}

void print_lines(std::string_view lines) {
  write_result(printable_lines(lines));
}

void print_problem(const Invocation& invocation, const Problem& problem) {
  if (invocation.quiet() && problem.severity != Severity::error) return;
  print_message("{}: {}\n", name_of(problem.severity), to_line(problem));
}

std::string counted(std::size_t number, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", number, number == 1 ? one : several);
}

int fail_with(const Error& error) {
  print_message("sweepbox: {}\n", to_line(error));
  return kFailed;
}

int wrong_usage(std::string_view line) {
  print_message("sweepbox: {}\n", line);
  return kWrongUsage;
}

int finish_output(int status) {
  if (!output_error && std::fflush(stdout) != 0) output_error = errno;
  if (!output_error) return status;
  if (output_error == EPIPE) return 128 + SIGPIPE;
  const Error error =
      fail("standard output", {}, "room to write", std::strerror(output_error), "check the disk")
          .value();
  fail_with(error);
  return status == kWrongUsage ? kWrongUsage : kFailed;
}

}  // namespace sweepbox
