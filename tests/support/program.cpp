#include "tests/support/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "tests/support/temp_folder.hpp"

namespace sweepbox::test {
namespace {

using Environment = std::map<std::string, std::string>;

[[noreturn]] void become(const std::vector<std::string>& command, const Environment& environment) {
  for (const auto& [name, value] : environment)
    value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Finished run_program(const std::vector<std::string>& command, const Environment& environment) {
  std::array<int, 2> out{}, err{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    become(command, environment);
  }
  ::close(out[1]);
  ::close(err[1]);
  Finished finished;
  std::array<pollfd, 2> ends = {pollfd{out[0], POLLIN, 0}, pollfd{err[0], POLLIN, 0}};
  std::array<std::string*, 2> into = {&finished.out, &finished.err};
  int open = 2;
  while (open > 0) {
    if (::poll(ends.data(), ends.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      std::array<char, 65536> buffer{};
      const ssize_t n = ::read(ends[i].fd, buffer.data(), buffer.size());
      if (n > 0) {
        into[i]->append(buffer.data(), static_cast<std::size_t>(n));
      } else {
        ::close(ends[i].fd);
        ends[i].fd = -1;
        --open;
      }
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  finished.status = exit_status(status);
  return finished;
}

Finished run_sweepbox(const std::vector<std::string>& arguments, const Environment& environment) {
  const TempFolder home;
  Environment all = {{"XDG_DATA_HOME", (home / "data").string()},
                     {"XDG_CONFIG_HOME", (home / "config").string()},
                     {"XDG_CACHE_HOME", (home / "cache").string()}};
  for (const auto& [name, value] : environment) all[name] = value;
  std::vector<std::string> command = {SWEEPBOX_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command, all);
}

std::optional<Finished> run_sweepbox_kept_out(const std::vector<std::string>& arguments) {
  if (::geteuid() != 0) return run_sweepbox(arguments);
  const auto as_nobody = [](const std::vector<std::string>& rest) {
    std::vector<std::string> command = {
        "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", SWEEPBOX_PROGRAM};
    command.insert(command.end(), rest.begin(), rest.end());
    return run_program(command, {{"HOME", "/nonexistent"}, {"XDG_CACHE_HOME", "/nonexistent"}});
  };
  if (as_nobody({"--version"}).status != 0) return std::nullopt;
  return as_nobody(arguments);
}

Running::Running(const std::vector<std::string>& command, const Environment& environment) {
  process_ = ::fork();
  if (process_ == 0) become(command, environment);
}

Running::~Running() {
  if (alive()) {
    signal(SIGKILL);
    wait();
  }
}

bool Running::alive() {
  if (ended_) return false;
  int status = 0;
  if (::waitpid(process_, &status, WNOHANG) == process_) {
    ended_ = true;
    status_ = exit_status(status);
  }
  return !ended_;
}

void Running::signal(int number) const {
  ::kill(process_, number);
}

int Running::wait() {
  if (!ended_) {
    int status = 0;
    ::waitpid(process_, &status, 0);
    ended_ = true;
    status_ = exit_status(status);
  }
  return status_;
}

}  // namespace sweepbox::test
