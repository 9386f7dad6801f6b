#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/drive/formats.hpp"
#include "core/label/label.hpp"

// mmdetection3d's info files, beside one sweep: opened, their boxes read, imported and written.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sweepbox;
  static const auto folder = [] {
    const auto made = std::filesystem::temp_directory_path() /
                      fmt::format("sweepbox-fuzz-mmdetection3d-{}", ::getpid());
    std::filesystem::create_directories(made);
    std::ofstream(made / "a__LIDAR_TOP__1000000.pcd.bin", std::ios::binary)
        << std::string(40, '\0');
    return made;
  }();
  const auto file = folder / "infos.json";
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  const auto drive = open_drive(DriveRef{"infos", "mmdetection3d", file, {}, 1, {}});
  if (!drive) return 0;
  const auto labels = read_own_labels(**drive);
  if (!labels) return 0;
  for (const Label& label : labels->labels)
    if (!is_valid(label.cuboid_in_ego)) std::abort();
  const Document empty;
  const Document document = applied(import_edit(*labels, **drive, empty), empty, 1);
  for (const auto& track : document.tracks())
    if (why_unsound(*track)) std::abort();
  std::vector<int> frames;
  for (int i = 0; i < static_cast<int>((*drive)->frames().size()); ++i) frames.push_back(i);
  if (!label_format("mmdetection3d")->write({document, **drive, frames})) std::abort();
  return 0;
}
