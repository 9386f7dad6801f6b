#include "core/store/lock.hpp"

#include "core/base/parse.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sweepbox {
namespace {

std::string holder_in(int descriptor) {
  std::array<char, 256> bytes;
  const ssize_t n = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  std::string name(
      trimmed(std::string_view(bytes.data(), n > 0 ? static_cast<std::size_t>(n) : 0)));
  for (char& c : name)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';  // it goes into a message, whoever wrote it
  return name.empty() ? "another program" : name;
}

}  // namespace

Lock::Taken Lock::take(const std::filesystem::path& project, const std::string& holder) {
  const std::filesystem::path path = project.string() + ".lock";
  const auto none = [&](int number) {
    Taken taken;
    taken.problem = Problem{Severity::warning,
                            project.string(),
                            {},
                            "a folder that can be written",
                            std::strerror(number),
                            "opened read only; save the project elsewhere to go on"};
    return taken;
  };
  for (;;) {
    // 0666 and umask: people who share a folder share its locks.
    int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    // What another person's program left when it was killed cannot be written by us, but locked.
    if (descriptor < 0 && errno == EACCES) {
      descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
      if (descriptor < 0) errno = EACCES;
    }
    if (descriptor < 0) return none(errno);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int number = errno;
      Taken taken = none(number);
      if (number == EWOULDBLOCK) {
        taken.problem.reset();
        taken.held_by = holder_in(descriptor);
      }
      ::close(descriptor);
      return taken;
    }

    // Its last holder may have removed the file between our open and our lock: then it is no lock.
    Taken taken;
    taken.lock.reset(new Lock(path, descriptor));
    if (!taken.lock->stands()) continue;
    // On a full disk it stays without a name; the lock holds all the same.
    if (::ftruncate(descriptor, 0) == 0)
      static_cast<void>(!::pwrite(descriptor, holder.data(), holder.size(), 0));
    return taken;
  }
}

bool Lock::stands() const {
  struct stat ours {
  }, there{};

  return ::fstat(descriptor_, &ours) == 0 && ::lstat(path_.c_str(), &there) == 0 &&
         ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

Lock::~Lock() {
  if (stands()) ::unlink(path_.c_str());
  ::close(descriptor_);
}

std::string holder_name(const std::string& who) {
  std::string name = who;
  if (name.empty())
    if (const passwd* entry = ::getpwuid(::geteuid()); entry && entry->pw_name)
      name = entry->pw_name;
  if (name.empty()) name = "somebody";
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return name + ", process " + std::to_string(::getpid()) + " on " + host.data();
}

}  // namespace sweepbox
