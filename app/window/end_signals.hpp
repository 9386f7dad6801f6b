#pragma once
#include <signal.h>

#include <array>

namespace sweepbox {

/// While it lives, what ends a program from outside (Ctrl+C, `kill`, a log-out) is a wish to close
/// that the frame loop hears: the project is closed whole. A second signal of the same kind ends
/// the program at once, as it would without this. One at a time.
class EndSignals {
 public:
  EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;
  ~EndSignals();

  /// True from the first signal on.
  static bool came();
  /// True once for each signal.
  static bool take();

 private:
  static constexpr std::array<int, 3> kNumbers = {SIGINT, SIGTERM, SIGHUP};

  std::array<struct sigaction, kNumbers.size()> before_{};
};

}  // namespace sweepbox
