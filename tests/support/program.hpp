#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweepbox::test {

struct Finished {
  int status = -1;  ///< exit status; 128 + signal where a signal ended it
  std::string out;
  std::string err;
};

/// Runs a program to its end; `environment` is added to ours ("" removes a variable).
Finished run_program(const std::vector<std::string>& command,
                     const std::map<std::string, std::string>& environment = {});

/// `sweepbox ARGUMENTS`, with user folders of its own so that no test touches the person's.
Finished run_sweepbox(const std::vector<std::string>& arguments,
                      const std::map<std::string, std::string>& environment = {});

/// The same as one who may not read what is closed to all: root becomes nobody, since root reads
/// everything. Empty where the program cannot be reached so.
std::optional<Finished> run_sweepbox_kept_out(const std::vector<std::string>& arguments);

/// A program that runs beside the test; killed with the object.
class Running {
 public:
  Running(const std::vector<std::string>& command,
          const std::map<std::string, std::string>& environment);
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();

  bool alive();
  void signal(int number) const;
  /// Exit status as in Finished.
  int wait();

  int process() const { return process_; }

 private:
  int process_ = 0;
  bool ended_ = false;
  int status_ = -1;
};

}  // namespace sweepbox::test
