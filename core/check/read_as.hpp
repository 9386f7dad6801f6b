#pragma once
#include "core/drive/drive_as.hpp"

namespace sweepbox::doctor {

/// A drive as it is, but for one more repair that label readers see: to read labels again with
/// other angles or quaternions.
class ReadAs : public DriveAs {
 public:
  ReadAs(const Drive& drive, const std::string& name, const std::string& value) : DriveAs(drive) {
    info_.repairs.values[name] = value;
  }
};

}  // namespace sweepbox::doctor
