#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include "core/store/project.hpp"
#include "tests/support/random_edits.hpp"

// Edits a project at random until it is killed or its disk refuses. Prints one line for each
// record, and only once it is on the disk: its number and the fingerprint of the document after it.
//   crash_child PROJECT SEED [fold-after-ms [waits]]

namespace {

/// Fingerprints wait here until their records are durable.
class Confirmations {
 public:
  void expect(std::uint64_t number, std::string fingerprint) {
    const std::lock_guard hold(guard_);
    expected_[number] = std::move(fingerprint);
  }

  void print_up_to(std::uint64_t durable) {
    const std::lock_guard hold(guard_);
    while (!expected_.empty() && expected_.begin()->first <= durable) {
      const auto& [number, fingerprint] = *expected_.begin();
      std::printf("%llu %s\n", static_cast<unsigned long long>(number), fingerprint.c_str());
      std::fflush(stdout);
      expected_.erase(expected_.begin());
    }
  }

 private:
  std::mutex guard_;
  std::map<std::uint64_t, std::string> expected_;
};

}  // namespace

int main(int count, char** arguments) {
  using namespace sweepbox;
  if (count < 3) return 2;
  const std::uint64_t seed = std::strtoull(arguments[2], nullptr, 10);
  const std::uint64_t waits = count > 4 ? std::strtoull(arguments[4], nullptr, 10) : 8;
  ProjectOptions options;
  options.who = "child";
  if (count > 3)
    options.fold_after = std::chrono::milliseconds(std::strtoull(arguments[3], nullptr, 10));
  auto opened = Project::open(arguments[1], default_taxonomy(), options);
  if (!opened || opened->project->state().read_only) {
    std::fprintf(stderr, "%s\n", opened ? "opened read only" : to_line(opened.error()).c_str());
    return 1;
  }
  Project& project = *opened->project;
  History history(opened->document, project, opened->records);
  Confirmations confirmations;
  for (;;) {
    if (!test::random_step(history, seed)) break;
    confirmations.expect(history.version(), test::fingerprint_of(history.document()));
    // Some records wait when it is killed, as they do under a fast hand.
    if (history.version() - project.durable() >= waits && !project.flush()) break;
    confirmations.print_up_to(project.durable());
  }
  confirmations.print_up_to(project.durable());
  const SaveState state = project.state();
  std::fprintf(
      stderr, "%s\n", state.refused ? to_line(*state.refused).c_str() : "a step was refused");
  std::printf("refused\n");
  std::fflush(stdout);
  for (;;) std::fgetc(stdin);  // held open, as a window would be, until it is killed
}
