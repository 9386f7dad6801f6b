#pragma once
#include <cstddef>
#include <memory>
#include <vector>

namespace sweepbox {

/// Leaves new elements of a vector as they are: for numbers that are filled at once. To zero them
/// first is one more pass through memory.
template <class T>
struct Unfilled : std::allocator<T> {
  template <class Other>
  struct rebind {
    using other = Unfilled<Other>;
  };

  template <class Other>
  void construct(Other* place) {
    ::new (static_cast<void*>(place)) Other;
  }
};

/// What a file holds. Whoever makes it longer fills what is new.
using FileBytes = std::vector<std::byte, Unfilled<std::byte>>;

}  // namespace sweepbox
