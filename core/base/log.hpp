#pragma once
#include <fmt/format.h>

#include <string_view>

namespace sweepbox {

enum class LogLevel { quiet, error, warning, info, debug };

/// What is printed to standard error; `warning` until told otherwise. Safe from every thread.
void set_log_level(LogLevel level);

void write_log(LogLevel level, std::string_view line);

template <class... Arguments>
void log_error(fmt::format_string<Arguments...> pattern, Arguments&&... arguments) {
  write_log(LogLevel::error, fmt::format(pattern, std::forward<Arguments>(arguments)...));
}

template <class... Arguments>
void log_warning(fmt::format_string<Arguments...> pattern, Arguments&&... arguments) {
  write_log(LogLevel::warning, fmt::format(pattern, std::forward<Arguments>(arguments)...));
}

}  // namespace sweepbox
