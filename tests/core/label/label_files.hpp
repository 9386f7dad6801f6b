#pragma once
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "made_drive.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox::test {

/// Label files in a temporary folder, read for a made drive whose lidar is turned, imported, ready
/// to be edited and written.
struct LabelFiles {
  TempFolder folder;
  std::shared_ptr<const Drive> drive;
  std::unique_ptr<Imported> import;
  std::string format;

  LabelFiles(std::string format_name,
             const std::map<std::string, std::string>& files,
             const std::string& place)
      : format(std::move(format_name)) {
    for (const auto& [name, content] : files) {
      REQUIRE(make_folder((folder / name).parent_path()));
      REQUIRE(write_file(folder / name, content));
    }
    MadeDrive made_drive;
    made_drive.root = folder.path();
    drive = made(made_drive);
    auto set = label_format(format)->read(*drive, place.empty() ? folder.path() : folder / place);
    if (!set) FAIL(to_line(set.error()));
    import = imported(std::move(*set), *drive);
  }

  void operator()(Result<Edit> edit) { (*import)(std::move(edit)); }

  const Document& document() const { return import->document(); }

  const LabelSet& labels() const { return import->labels; }

  const Track& track(const std::string& name) const { return import->track(name); }

  Moment moment(int frame) const {
    const FrameInfo& info = drive->frames()[static_cast<std::size_t>(frame)];
    return {info.name, info.stamp};
  }

  /// Moves the key of a track at a frame by 0.25 m along x of the world.
  void nudge(const std::string& name, int frame) {
    const Track& one = track(name);
    Cuboid box = *cuboid_at(one, moment(frame).stamp);
    box.pose.translation.x() += 0.25;
    (*this)(set_key(document(), one.uid, moment(frame), box));
  }

  std::map<std::string, std::string> written() const {
    std::map<std::string, std::string> files;
    for (WrittenFile& file : written_as(format, document(), *drive))
      files.emplace(file.path, std::move(file.content));
    return files;
  }
};

}  // namespace sweepbox::test
