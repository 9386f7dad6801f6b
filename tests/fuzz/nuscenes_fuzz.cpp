#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/drive/formats.hpp"
#include "core/label/label.hpp"
#include "tests/support/made_nuscenes.hpp"

// nuScenes' tables: the first byte chooses a table of a sound set, the rest is its content.

namespace {

constexpr const char* kTables[] = {"sample_annotation",
                                   "sample_data",
                                   "ego_pose",
                                   "sample",
                                   "scene",
                                   "instance",
                                   "calibrated_sensor",
                                   "sensor",
                                   "category"};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sweepbox;
  static const test::MadeNuscenes made(std::filesystem::temp_directory_path() /
                                       fmt::format("sweepbox-fuzz-nuscenes-{}", ::getpid()));
  if (size == 0) return 0;
  const auto table = made.tables() / fmt::format("{}.json", kTables[data[0] % std::size(kTables)]);
  const std::string sound = text_of(table);
  std::ofstream(table, std::ios::binary)
      .write(reinterpret_cast<const char*>(data + 1), static_cast<std::streamsize>(size - 1));
  const Listing listing = find_drives(made.folder(), "nuscenes");
  if (!listing.drives.empty()) {
    if (const auto drive = open_drive(listing.drives.front())) {
      for (const FrameInfo& frame : (*drive)->frames())
        if (frame.sweeps.size() != (*drive)->info().lidars.size()) std::abort();
      if (const auto labels = read_own_labels(**drive))
        for (const Label& label : labels->labels)
          if (!is_valid(label.cuboid_in_ego)) std::abort();
    }
  }
  std::ofstream(table, std::ios::binary) << sound;
  return 0;
}
