#include "app/window/end_signals.hpp"

#include <cstddef>

namespace sweepbox {
namespace {

// Of the process, as signals are; a handler may touch nothing else.
volatile sig_atomic_t ever = 0;
volatile sig_atomic_t waits = 0;

void on_signal(int) {
  ever = 1;
  waits = 1;
}

}  // namespace

EndSignals::EndSignals() {
  ever = 0;
  waits = 0;
  for (std::size_t i = 0; i < kNumbers.size(); ++i) {
    ::sigaction(kNumbers[i], nullptr, &before_[i]);
    // `nohup` and shells' background jobs ask that one be ignored.
    if (before_[i].sa_handler == SIG_IGN) continue;

    struct sigaction ours {};

    ours.sa_handler = on_signal;
    ours.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    ::sigaction(kNumbers[i], &ours, nullptr);
  }
}

EndSignals::~EndSignals() {
  for (std::size_t i = 0; i < kNumbers.size(); ++i) ::sigaction(kNumbers[i], &before_[i], nullptr);
}

bool EndSignals::came() {
  return ever != 0;
}

bool EndSignals::take() {
  if (!waits) return false;
  waits = 0;
  return true;
}

}  // namespace sweepbox
