#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_folder.hpp"

namespace fs = std::filesystem;
using sweepbox::test::TempFolder;

TEST_CASE("tests/peers/run leaves nothing where it is started: packages write logs there") {
  const TempFolder folder;
  // In place of the packages' Python: writes a log beside itself, as labelCloud does on import.
  fs::create_directories(folder / "venv/bin");
  fs::create_directories(folder / "started");
  std::ofstream(folder / "venv/bin/python") << "#!/bin/sh\necho log >.labelCloud.log\necho fine\n";
  fs::permissions(folder / "venv/bin/python", fs::perms::owner_all);
  const std::string command = "cd '" + (folder / "started").string() +
                              "' && SWEEPBOX_PEERS_VENV=../venv '" SWEEPBOX_SOURCE_DIR
                              "/tests/peers/run' labelcloud >../said 2>&1";
  CHECK(std::system(command.c_str()) == 0);
  std::ifstream said(folder / "said");
  std::string line;
  std::getline(said, line);
  CHECK(line == "passed   labelcloud: fine");
  CHECK(fs::is_empty(folder / "started"));
}
