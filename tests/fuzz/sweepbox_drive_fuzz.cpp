#include "core/drive/formats.hpp"
#include "tests/fuzz/scratch.hpp"

// drive.json of Sweepbox's own folder, with a cloud beside it.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sweepbox::fuzz::Scratch scratch;
  static const bool once = [] {
    scratch.write("a.pcd", "FIELDS x y z\nPOINTS 1\nDATA ascii\n1 2 3\n");
    return true;
  }();
  (void)once;
  scratch.write("drive.json", sweepbox::fuzz::as_text(data, size));
  const auto drive = sweepbox::open_drive(scratch.folder(), "sweepbox", {}, {});
  if (drive && !(*drive)->frames().empty()) (void)(*drive)->read_sweep(0, 0);
  return 0;
}
