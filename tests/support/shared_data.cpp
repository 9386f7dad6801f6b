#include "tests/support/shared_data.hpp"

#include <cstdlib>
#include <iostream>

namespace sweepbox::test {

std::optional<std::filesystem::path> shared_data(std::string_view name) {
  const char* told = std::getenv("SWEEPBOX_SHARED_DATA");
  const std::filesystem::path root =
      told ? told : std::filesystem::path(SWEEPBOX_SOURCE_DIR) / "../shared/data";
  std::error_code code;
  const auto folder = std::filesystem::weakly_canonical(root / name, code);
  if (code || !std::filesystem::is_directory(folder, code)) return std::nullopt;
  return folder;
}

void say_skipped(std::string_view what) {
  std::cerr << "\n*** SKIPPED: no sample data \"" << what
            << "\" (set SWEEPBOX_SHARED_DATA or put shared/data beside the checkout) ***\n";
}

}  // namespace sweepbox::test
