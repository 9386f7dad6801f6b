#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/temp_folder.hpp"

/// Nothing that a test keeps or finds is the person's.
int main(int argc, char** argv) {
  const sweepbox::test::TempFolder home;
  for (const char* folder : {"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"})
    setenv(folder, (home / folder).c_str(), 1);
  return Catch::Session().run(argc, argv);
}
