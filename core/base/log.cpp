#include "core/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "core/base/printable.hpp"

namespace sweepbox {
namespace {

spdlog::logger& logger() {
  // The one process-wide thing: standard error is process-wide too.
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>(
        "sweepbox", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("sweepbox: %v");
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::quiet:
      return spdlog::level::off;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::debug:
      return spdlog::level::debug;
  }
  return spdlog::level::warn;
}

}  // namespace

void set_log_level(LogLevel level) {
  logger().set_level(to_spdlog(level));
}

void write_log(LogLevel level, std::string_view line) {
  logger().log(to_spdlog(level), "{}", printable(line));
}

}  // namespace sweepbox
