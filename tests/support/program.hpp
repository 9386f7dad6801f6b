#pragma once
#include <map>
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
