#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/scripts/bare_machine.hpp"

// app/run on machines that nobody has built on.

namespace fs = std::filesystem;
using sweepbox::test::BareMachine;
using sweepbox::test::Finished;

namespace {

int count_of(const std::string& text, const std::string& part) {
  int n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

bool contains(const std::string& text, const std::string& part) {
  return count_of(text, part) > 0;
}

void put(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << content;
}

std::string content(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// A machine where everything is installed and built, without a display.
void make_ready(BareMachine& machine) {
  machine.knows_all();
  REQUIRE(machine.run({"--setup"}).status == 0);
}

}  // namespace

TEST_CASE("a machine that knows none of the packages is given every one, then builds") {
  BareMachine machine;
  const Finished finished = machine.run({"--setup"});
  INFO(finished.err);
  CHECK(finished.status == 0);
  CHECK(machine.installed_by_apt() == machine.wanted());
  CHECK(machine.asked("cmake").size() == 1);
  CHECK(machine.asked("sudo").empty());
  CHECK(fs::exists(machine.checkout() / "build/sweepbox"));
  CHECK(machine.asked("sweepbox").empty());  // --setup starts nothing
}

TEST_CASE("a machine that knows some of the packages is given the others") {
  BareMachine machine;
  machine.knows("ninja-build", "installed");
  machine.knows("libfmt-dev", "installed");
  CHECK(machine.run({"--setup"}).status == 0);
  std::vector<std::string> rest = machine.wanted();
  std::erase(rest, "ninja-build");
  std::erase(rest, "libfmt-dev");
  CHECK(machine.installed_by_apt() == rest);
}

TEST_CASE("a package that was removed with its configuration left is installed again") {
  BareMachine machine;
  for (const std::string& package : machine.wanted())
    machine.knows(package, package == "xvfb" ? "config-files" : "installed");
  CHECK(machine.run({"--setup"}).status == 0);
  CHECK(machine.installed_by_apt() == std::vector<std::string>{"xvfb"});
}

TEST_CASE("where nothing is missing apt is not asked, be its mirror away or sudo absent") {
  BareMachine machine;
  machine.knows_all();
  machine.set("update_fails");
  machine.set("not_root");
  machine.remove_program("sudo");
  const Finished finished = machine.run({"--setup"});
  INFO(finished.err);
  CHECK(finished.status == 0);
  CHECK(machine.asked("apt-get").empty());
}

TEST_CASE("package lists that cannot be brought up to date are said, and used as they are") {
  BareMachine machine;
  machine.set("update_fails");
  const Finished finished = machine.run({"--setup"});
  CHECK(finished.status == 0);
  CHECK(contains(finished.err, "apt-get update failed"));
  CHECK(machine.installed_by_apt() == machine.wanted());
}

TEST_CASE("who is not root installs by sudo") {
  BareMachine machine;
  machine.set("not_root");
  CHECK(machine.run({"--setup"}).status == 0);
  CHECK(machine.asked("sudo").size() == 2);  // update, install
  CHECK(machine.installed_by_apt() == machine.wanted());
}

TEST_CASE("who is not root and has no sudo is told in one sentence what root has to do") {
  BareMachine machine;
  machine.set("not_root");
  machine.remove_program("sudo");
  const Finished finished = machine.run({"--setup"});
  CHECK(finished.status == 1);
  CHECK(count_of(finished.err, "\n") == 1);
  CHECK(contains(finished.err, "As root: apt-get install"));
  for (const std::string& package : machine.wanted()) CHECK(contains(finished.err, package));
  CHECK(machine.asked().empty());
}

TEST_CASE("an installation that fails half way says what is missing, and the next goes on there") {
  BareMachine machine;
  machine.set("install_fails_half_way");
  const Finished failed = machine.run({"--setup"});
  CHECK(failed.status == 1);
  CHECK(contains(failed.err, "could not install"));
  CHECK(contains(failed.err, machine.wanted().back()));
  CHECK(machine.asked("cmake").empty());

  fs::remove(machine.place() / "machine/install_fails_half_way");
  fs::remove(machine.place() / "machine/asked");
  CHECK(machine.run({"--setup"}).status == 0);
  CHECK(machine.installed_by_apt() ==
        std::vector<std::string>(machine.wanted().begin() + 10, machine.wanted().end()));
}

TEST_CASE("a name that this Debian does not have ends the run with apt's own words") {
  BareMachine machine;
  machine.set("no_such_package", "libembree-dev");
  const Finished finished = machine.run({"--setup"});
  CHECK(finished.status == 1);
  CHECK(contains(finished.err, "Unable to locate package libembree-dev"));
  CHECK(contains(finished.err, "could not install"));
  CHECK(machine.asked("cmake").empty());
}

TEST_CASE("a system that is no Debian is told so") {
  BareMachine machine;
  machine.remove_program("dpkg-query");
  machine.remove_program("apt-get");
  const Finished finished = machine.run({"--setup"});
  CHECK(finished.status == 1);
  CHECK(contains(finished.err, "Use Debian 12."));
}

TEST_CASE("a checkout in a folder with blanks and Chinese letters builds, by way of a link too") {
  BareMachine machine("激光 雷达 'a' $b");
  machine.knows_all();
  fs::create_symlink(machine.checkout() / "app/run", machine.place() / "start me");
  const Finished finished = machine.run_as("start me", {"--setup"});
  INFO(finished.err);
  CHECK(finished.status == 0);
  CHECK(finished.out.empty());  // CDPATH makes cd print
  CHECK(fs::exists(machine.checkout() / "build/sweepbox"));
}

TEST_CASE("a build folder that is a link to another disk is used as it is") {
  BareMachine machine;
  machine.knows_all();
  fs::create_directory(machine.place() / "large disk");
  fs::create_directory_symlink(machine.place() / "large disk", machine.checkout() / "build");
  CHECK(machine.run({"--setup"}).status == 0);
  CHECK(machine.run({"--setup"}).status == 0);
  CHECK(machine.asked("cmake").size() == 1);
  CHECK(fs::exists(machine.place() / "large disk/sweepbox"));
}

TEST_CASE("a second start configures nothing, builds nothing and says nothing") {
  BareMachine machine;
  make_ready(machine);
  const Finished again = machine.run({"--setup"});
  CHECK(again.status == 0);
  CHECK((again.out + again.err).empty());
  CHECK(machine.asked("cmake").size() == 1);
}

TEST_CASE("a checkout that was moved or copied with its build is configured anew, and says so") {
  BareMachine machine;
  make_ready(machine);
  fs::copy(machine.checkout(), machine.place() / "copy", fs::copy_options::recursive);
  const Finished copied = machine.run_as("copy/app/run", {"--setup"});
  CHECK(copied.status == 0);
  CHECK(contains(copied.err, "build/ was configured for " + machine.checkout().string()));
  fs::rename(machine.checkout(), machine.place() / "moved");
  CHECK(machine.run_as("moved/app/run", {"--setup"}).status == 0);
  CHECK(machine.asked("cmake --fresh --preset release").size() == 2);
  CHECK(machine.asked("cmake").size() == 3);
}

TEST_CASE("a configuration that was interrupted is done again") {
  BareMachine machine;
  machine.knows_all();
  machine.set("configure_fails");
  const Finished failed = machine.run({"--setup"});
  CHECK(failed.status == 1);
  CHECK(contains(failed.err, "app/run: configuring failed; see above\n"));
  fs::remove(machine.place() / "machine/configure_fails");
  CHECK(machine.run({"--setup"}).status == 0);
  CHECK(fs::exists(machine.checkout() / "build/sweepbox"));
}

TEST_CASE("presets that changed since the build was configured are taken over") {
  BareMachine machine;
  make_ready(machine);
  fs::last_write_time(machine.checkout() / "CMakePresets.json",
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  CHECK(machine.run({"--setup"}).status == 0);
  CHECK(machine.asked("cmake").size() == 2);
}

TEST_CASE("a build that fails on a full disk says how much is free and what to do") {
  BareMachine machine;
  machine.knows_all();
  machine.set("build_fails");
  machine.set("disk_full");
  const Finished full = machine.run({"--setup"});
  CHECK(full.status == 1);
  CHECK(contains(full.err, "the build failed: only 0 MB are free on the disk of "));
  fs::remove(machine.place() / "machine/disk_full");
  const Finished other = machine.run({"--setup"});
  CHECK(other.status == 1);
  CHECK(contains(other.err, "app/run: the build failed; see above\n"));
}

TEST_CASE("results go beside what the folder held before, and nothing there is deleted") {
  BareMachine machine;
  make_ready(machine);
  const fs::path out = machine.place() / "sweepbox-out";
  put(out / "labels/mine.txt", "a day's work");
  put(out / "sample.sbx", "another day's");
  for (int time = 0; time < 2; ++time) {
    const Finished finished = machine.run({});
    INFO(finished.err);
    CHECK(finished.status == 0);
  }
  CHECK(content(out / "labels/mine.txt") == "a day's work");
  CHECK(content(out / "sample.sbx") == "another day's");
  CHECK(content(out / "2/labels/labels.json") == "labels\n");
  CHECK(content(out / "3/sample.sbx") == "project\n");
}

TEST_CASE("a sample drive is whole or absent, and a folder of its name is left alone") {
  BareMachine machine;
  make_ready(machine);
  const fs::path data = machine.place() / "home/.local/share/sweepbox";
  machine.set("synth_fails");
  const Finished failed = machine.run({});
  CHECK(failed.status == 1);
  CHECK(contains(failed.err, "the sample drive could not be made"));
  CHECK(fs::is_empty(data));

  put(data / "street/my notes.txt", "keep");
  const Finished taken = machine.run({});
  CHECK(taken.status == 1);
  CHECK(contains(taken.err, "is not a sample drive. Move it away"));
  CHECK(content(data / "street/my notes.txt") == "keep");

  fs::remove_all(data / "street");
  fs::remove(machine.place() / "machine/synth_fails");
  CHECK(machine.run({}).status == 0);
  CHECK(fs::exists(data / "street/drive.json"));
  CHECK(std::distance(fs::directory_iterator(data), fs::directory_iterator()) == 1);
}
