#include "tests/core/cloud/counted_allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<int> count = 0;

}  // namespace

// In a file of their own: seen through, they look to the compiler like a pair that does not match.
void* operator new(std::size_t size) {
  ++count;
  if (void* place = std::malloc(size > 0 ? size : 1)) return place;
  throw std::bad_alloc();
}

void operator delete(void* place) noexcept {
  std::free(place);
}

void operator delete(void* place, std::size_t) noexcept {
  std::free(place);
}

int sweepbox::test::allocations() {
  return count;
}
