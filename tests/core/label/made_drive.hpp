#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/annotation/history.hpp"
#include "core/label/label.hpp"

namespace sweepbox::test {

/// A drive of these frames in memory (no sweep can be read): stamps 100 ms × number (of a
/// name that is no number: its place), a velodyne at
/// ego, a lidar that is turned by half a right angle, and a camera_rect_0 that is pitched by 2° and
/// has an image of 1242 × 375 (image_2) in each frame. With poses ego drives 1 m a frame along x
/// and turns.
struct MadeDrive {
  std::vector<std::string> frames = {"000000", "000001", "000002", "000003", "000004", "000005"};
  bool poses = true;
  bool images = true;
  std::filesystem::path root = "/nowhere";
  std::vector<LabelPlace> labels = {};
  std::string name = "made";
};

std::shared_ptr<const Drive> made(const MadeDrive& drive);

/// Labels of one file (and others) read, imported and ready to be edited.
struct Imported {
  LabelSet labels;
  MemoryLog log;
  std::unique_ptr<History> history;

  const Document& document() const { return history->document(); }

  /// The track of that name; ends the test where there is none.
  const Track& track(const std::string& name) const;
  void operator()(Result<Edit> edit);
};

std::unique_ptr<Imported> imported(LabelSet labels, const Drive& drive);

/// A drive on the disk with its own labels, in which nothing is wrong; ends the test otherwise.
struct Labelled {
  std::shared_ptr<const Drive> drive;
  LabelSet labels;
};

Labelled with_own_labels(const std::filesystem::path& path);

/// Every frame of the drive written in a format.
std::vector<WrittenFile> written_as(std::string_view format,
                                    const Document& document,
                                    const Drive& drive);

std::string text_of(const std::filesystem::path& path);

}  // namespace sweepbox::test
