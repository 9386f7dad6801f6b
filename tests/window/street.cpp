#include "tests/window/street.hpp"

#include <catch2/catch.hpp>

#include "tests/support/program.hpp"

namespace sweepbox::test {

namespace fs = std::filesystem;

void make_street(const fs::path& folder) {
  const Finished made = run_sweepbox({"synth",
                                      SWEEPBOX_SOURCE_DIR "/samples/street.json",
                                      "-o",
                                      folder.string(),
                                      "--frames",
                                      "12"});
  INFO(made.err);
  REQUIRE(made.status == 0);
}

void make_bare_street(const fs::path& folder) {
  make_street(folder);
  fs::remove(folder / "labels.json");
}

nlohmann::json boxes_of(const fs::path& drive, const fs::path& project) {
  const Finished listed =
      run_sweepbox({"labels", drive.string(), "--project", project.string(), "--json"});
  INFO(listed.err);
  REQUIRE(listed.status == 0);
  return nlohmann::json::parse(listed.out)["frames"];
}

}  // namespace sweepbox::test
