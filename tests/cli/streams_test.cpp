#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/program.hpp"
#include "tests/support/temp_folder.hpp"

// How the program ends where the system gives it no room, no reader, no thread and no memory: one
// sentence and exit 1, never a signal.

namespace fs = std::filesystem;
using sweepbox::test::Finished;
using sweepbox::test::run_program;
using sweepbox::test::TempFolder;

namespace {

/// `script` in a shell, $0 being the program and $1 … the arguments.
Finished shell(const TempFolder& temp,
               const std::string& script,
               const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"/bin/sh", "-c", script, SWEEPBOX_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command,
                     {{"XDG_DATA_HOME", (temp / "data").string()},
                      {"XDG_CONFIG_HOME", (temp / "config").string()},
                      {"XDG_CACHE_HOME", (temp / "cache").string()}});
}

void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// Two points and a box, KITTI's layout.
std::string drive_in(const TempFolder& temp) {
  const fs::path root = temp / "set/training";
  write(root / "velodyne/000007.bin", std::string(32, '\0'));
  write(root / "calib/000007.txt",
        "P0: 700 0 600 0 0 700 180 0 0 0 1 0\nP1: 700 0 600 0 0 700 180 0 0 0 1 0\n"
        "P2: 700 0 600 0 0 700 180 0 0 0 1 0\nP3: 700 0 600 0 0 700 180 0 0 0 1 0\n"
        "R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n"
        "Tr_imu_to_velo: 1 0 0 0 0 1 0 0 0 0 1 0\n");
  write(root / "label_2/000007.txt",
        "Car 0.00 0 -1.57 600 150 650 200 1.5 1.6 4.0 1.0 1.7 20.0 -1.57\n");
  return (temp / "set").string();
}

void check_one_sentence(const Finished& finished, const std::string& words) {
  INFO(finished.err);
  CHECK(finished.status == 1);
  CHECK(finished.err.starts_with("sweepbox: "));
  CHECK(finished.err.find(words) != std::string::npos);
  CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
}

}  // namespace

TEST_CASE("results that cannot be written are exit 1 and a sentence, of every command") {
  const TempFolder temp;
  const std::string drive = drive_in(temp);
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--version"},
                                                    {"--help"},
                                                    {"labels", "--help"},
                                                    {"formats"},
                                                    {"formats", "--json"},
                                                    {"labels", drive},
                                                    {"labels", drive, "--csv"},
                                                    {"labels", drive, "--json"},
                                                    {"project", drive}}) {
    INFO(arguments[0] << " " << arguments.back());
    check_one_sentence(shell(temp, "\"$0\" \"$@\" >/dev/full", arguments),
                       "standard output: expected room to write, found No space left on device");
    check_one_sentence(shell(temp, "\"$0\" \"$@\" >&-", arguments),
                       "standard output: expected room to write, found Bad file descriptor");
    CHECK(shell(temp, "\"$0\" \"$@\" >/dev/null", arguments).status == 0);
  }
  // With problems of its own on standard error, the sentence is the last line.
  const Finished info = shell(temp, "\"$0\" info \"$1\" >/dev/full", {drive});
  CHECK(info.status == 1);
  CHECK(info.err.find("sweepbox: standard output: ") != std::string::npos);
}

TEST_CASE("a closed standard stream does not become the number of a file that is written") {
  const TempFolder temp;
  const std::string drive = drive_in(temp), out = (temp / "out").string();
  const Finished finished =
      shell(temp, "\"$0\" convert \"$1\" --to csv -o \"$2\" <&- >&- 2>&-", {drive, out});
  CHECK(finished.status == 0);
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(out)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream stream(entry.path());
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    CHECK(text.find("sweepbox: ") == std::string::npos);
  }
  CHECK(files > 0);
}

TEST_CASE("a reader that has gone ends the program without a word, as it ends other tools") {
  const TempFolder temp;
  // A pipe without a reader: 3 keeps it open until 4 is its writer.
  const Finished finished = shell(temp,
                                  "mkfifo \"$1/pipe\" && exec 3<>\"$1/pipe\" 4>\"$1/pipe\" 3<&- &&"
                                  "\"$0\" formats >&4",
                                  {temp.path().string()});
  CHECK(finished.err.empty());
  CHECK(finished.status == 141);  // 128 + SIGPIPE, what a shell says of a tool that it ended
}

TEST_CASE("a file over the limit is a sentence, not a signal") {
  const TempFolder temp;
  const std::string drive = drive_in(temp), out = (temp / "out").string();
  check_one_sentence(
      shell(temp, "ulimit -f 0; \"$0\" convert \"$1\" --to csv -o \"$2\" --quiet", {drive, out}),
      "File too large");
  check_one_sentence(
      shell(temp, "ulimit -f 0; \"$0\" formats >\"$1\"", {(temp / "formats").string()}),
      "standard output: expected room to write, found File too large");
}

#ifndef SWEEPBOX_SANITIZE  // a sanitizer starts threads and takes memory of its own
TEST_CASE("where no thread can be started, that is said") {
  const TempFolder temp;
  const std::string drive = drive_in(temp);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_STACK, &limit) == 0);
  if (limit.rlim_max != RLIM_INFINITY) {
    WARN("*** SKIPPED: the stack's hard limit is set, threads of a PiB cannot be asked for");
    return;
  }
  // A thread's stack is as large as the limit says: 2^40 KiB is more than an address can name.
  check_one_sentence(shell(temp, "ulimit -s 1099511627776; \"$0\" info \"$1\"", {drive}),
                     "no thread can be started");
}

TEST_CASE("where no memory is left, that is said") {
  const TempFolder temp;
  const std::string drive = drive_in(temp);
  // A file of 4 GiB that takes no room on the disk, and memory for 2.
  fs::resize_file(fs::path(drive) / "training/velodyne/000007.bin", std::uintmax_t{4} << 30);
  for (const char* command : {"labels \"$1\" --points", "info \"$1\""})
    check_one_sentence(shell(temp, std::string("ulimit -v 2000000; \"$0\" ") + command, {drive}),
                       "no memory is left");
}
#endif
