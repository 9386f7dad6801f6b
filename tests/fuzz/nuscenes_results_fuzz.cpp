#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/drive/formats.hpp"
#include "core/label/label.hpp"
#include "tests/support/made_nuscenes.hpp"

// Results of detectors for a scene of nuScenes, read, imported and written again.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sweepbox;
  static const test::MadeNuscenes made(std::filesystem::temp_directory_path() /
                                       fmt::format("sweepbox-fuzz-results-{}", ::getpid()));
  static const auto drive = open_drive(made.folder(), "nuscenes", "scene-0061", {});
  if (!drive) std::abort();
  const auto file = made.folder() / "results.json";
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  const auto labels = read_labels(**drive, file, "nuscenes_results");
  if (!labels) return 0;
  for (const Label& label : labels->labels)
    if (!is_valid(label.cuboid_in_ego) || !label.score) std::abort();
  const Document empty;
  const Document document = applied(import_edit(*labels, **drive, empty), empty, 1);
  std::vector<int> frames;
  for (int i = 0; i < static_cast<int>((*drive)->frames().size()); ++i) frames.push_back(i);
  if (!label_format("nuscenes_results")->write({document, **drive, frames})) std::abort();
  return 0;
}
