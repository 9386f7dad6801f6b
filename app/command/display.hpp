#pragma once
#include <memory>

#include "core/base/error.hpp"

namespace sweepbox {

/// An X server of our own where there is none: Xvfb, ended with the object.
class VirtualDisplay {
 public:
  /// Sets DISPLAY to a new Xvfb that holds a window of that size, or does nothing where DISPLAY is
  /// set. The error says what to install.
  static Result<std::unique_ptr<VirtualDisplay>> where_needed(int width, int height);
  ~VirtualDisplay();
  VirtualDisplay(const VirtualDisplay&) = delete;
  VirtualDisplay& operator=(const VirtualDisplay&) = delete;

 private:
  explicit VirtualDisplay(int process) : process_(process) {}

  int process_;  ///< 0: none of ours
};

bool has_display();

}  // namespace sweepbox
