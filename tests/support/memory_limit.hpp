#pragma once
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>

namespace sweepbox::test {

/// While it lives, the process may map so many more MiB than it has now: what is larger throws
/// std::bad_alloc. Not for builds with sanitizers, which map terabytes.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::uint64_t more_mib) {
    ::getrlimit(RLIMIT_AS, &before_);
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;  // proc(5): the first number is the size, in pages
    rlimit limit = before_;
    limit.rlim_cur = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + (more_mib << 20);
    ::setrlimit(RLIMIT_AS, &limit);
  }

  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

  ~MemoryLimit() { ::setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

}  // namespace sweepbox::test
