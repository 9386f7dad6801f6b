#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/check/doctor.hpp"
#include "core/drive/table_drive.hpp"

// Good drives, and the ways to break them.

namespace sweepbox::test {

/// A drive as tables that read from the good one, and its labels.
struct Subject {
  std::string name;
  std::shared_ptr<const Drive> good;
  DriveTables tables;
  LabelSet labels;
};

/// With the poses of the labels' stamps, some of which no frame has.
DriveTables tables_of(const std::shared_ptr<const Drive>& drive, const LabelSet& labels);

/// The synthetic drive (made once a program), and every real one that opens.
const std::vector<Subject>& subjects();

/// A way to break a drive, and the repairs that undo it.
struct Breakage {
  std::string name;
  std::vector<Ailment> named;        ///< what the doctor may rightly call it
  std::vector<std::string> repairs;  ///< any of these undoes it; empty: there is none
  /// False where the drive lacks what it needs (images, movers …): nothing is broken then.
  std::function<bool(const Subject& good, DriveTables& tables, LabelSet& labels)> apply;
  bool images = true;  ///< looked at too; the same ways by other amounts do without
};

std::vector<Breakage> breakages();

std::shared_ptr<const Drive> opened(DriveTables tables, const std::string& repair = {});

}  // namespace sweepbox::test
