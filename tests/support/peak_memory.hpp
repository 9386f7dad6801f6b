#pragma once
#include <sys/resource.h>

#include <cstdint>

namespace sweepbox::test {

/// The most memory that this process ever had, bytes. ctest runs each test in a process of its own.
inline std::uint64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

/// Sanitizers keep what was freed for a while: their figures say nothing of ours.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool kPeakMemoryCounts = false;
#else
inline constexpr bool kPeakMemoryCounts = true;
#endif

}  // namespace sweepbox::test
