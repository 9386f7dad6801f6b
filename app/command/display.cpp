#include "app/command/display.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace sweepbox {
namespace {

constexpr int kNotStarted = 127;           // exit status of a child that never became Xvfb
constexpr int kStartMilliseconds = 30000;  // a loaded machine starts an X server late

/// Reads "N\n" that Xvfb writes once it listens; empty where it ended or took too long.
std::string read_number(int descriptor) {
  std::string number;
  pollfd wait{descriptor, POLLIN, 0};
  while (::poll(&wait, 1, kStartMilliseconds) > 0) {
    char letter = 0;
    if (::read(descriptor, &letter, 1) != 1) return {};
    if (letter == '\n') return number;
    number += letter;
  }
  return {};
}

}  // namespace

bool has_display() {
  const char* display = std::getenv("DISPLAY");
  return display && *display;
}

Result<std::unique_ptr<VirtualDisplay>> VirtualDisplay::where_needed(int width, int height) {
  if (has_display()) return std::unique_ptr<VirtualDisplay>(new VirtualDisplay(0));
  int ends[2];
  if (::pipe2(ends, 0) != 0) return refuse("no pipe can be made for Xvfb", "close some programs");
  ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  const std::string descriptor = std::to_string(ends[1]);
  const std::string screen = std::to_string(width) + "x" + std::to_string(height) + "x24";
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  const int number_of_error = errno;
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // it ends with us, however we end
    ::setpgid(0, 0);                     // not before us: Ctrl+C reaches every process of a group
    if (::getppid() != parent) ::_exit(kNotStarted);
    for (const int number : {SIGPIPE, SIGXFSZ}) ::signal(number, SIG_DFL);  // ours are ignored
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    ::execlp("Xvfb",
             "Xvfb",
             "-displayfd",
             descriptor.c_str(),
             "-screen",
             "0",
             screen.c_str(),
             "-nolisten",
             "tcp",
             nullptr);
    ::_exit(kNotStarted);
  }
  ::close(ends[1]);
  const std::string number = child > 0 ? read_number(ends[0]) : std::string();
  ::close(ends[0]);
  if (number.empty()) {
    if (child < 0)
      return fail("Xvfb",
                  {},
                  "a process of its own",
                  std::strerror(number_of_error),
                  "close other programs, or raise the limit of processes (ulimit -u)");
    int status = 0;
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == kNotStarted)
      return fail("Xvfb",
                  {},
                  "a display, or Xvfb to make one",
                  "neither",
                  "install it: apt-get install xvfb");
    return fail("Xvfb",
                {},
                "a display that it makes",
                "it ended, or did not answer",
                "start `Xvfb :99` by hand to see why, or set DISPLAY");
  }
  ::setenv("DISPLAY", (":" + number).c_str(), 1);
  return std::unique_ptr<VirtualDisplay>(new VirtualDisplay(child));
}

VirtualDisplay::~VirtualDisplay() {
  if (process_ <= 0) return;
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
  ::unsetenv("DISPLAY");
}

}  // namespace sweepbox
