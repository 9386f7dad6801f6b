#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace sweepbox::test {

/// Counts which pages of some memory are touched, by whomever: they are taken away, and whoever
/// asks for one gets it back and is counted. One at a time in a process.
class TouchedPages {
 public:
  /// The whole pages of `memory`.
  explicit TouchedPages(std::span<const std::byte> memory) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
    page_ = page;
    begin_ = (begin + page - 1) / page * page;
    end_ = (begin + memory.size()) / page * page;
    touched_ = 0;
    struct sigaction action = {};
    action.sa_sigaction = give_back;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &action, &before_);
    mprotect(reinterpret_cast<void*>(begin_), end_ - begin_, PROT_NONE);
  }

  TouchedPages(const TouchedPages&) = delete;
  TouchedPages& operator=(const TouchedPages&) = delete;

  ~TouchedPages() {
    mprotect(reinterpret_cast<void*>(begin_), end_ - begin_, PROT_READ | PROT_WRITE);
    sigaction(SIGSEGV, &before_, nullptr);
  }

  int touched() const { return touched_; }

  int pages() const { return static_cast<int>((end_ - begin_) / page_); }

 private:
  static void give_back(int, siginfo_t* info, void*) {
    const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
    if (at < begin_ || at >= end_) {
      signal(SIGSEGV, SIG_DFL);  // a fault of its own: it comes again, and ends the program
      return;
    }
    mprotect(reinterpret_cast<void*>(at / page_ * page_), page_, PROT_READ | PROT_WRITE);
    ++touched_;
  }

  static inline std::uintptr_t begin_ = 0, end_ = 0, page_ = 4096;
  static inline std::atomic<int> touched_ = 0;
  static inline struct sigaction before_ = {};
};

/// Memory of its own for things of one kind, one behind the other.
class Arena {
 public:
  explicit Arena(std::size_t bytes)
      : memory_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)),
        bytes_(bytes) {}

  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  ~Arena() { munmap(memory_, bytes_); }

  void* take(std::size_t bytes) {
    void* taken = static_cast<std::byte*>(memory_) + used_;
    used_ += (bytes + 15) / 16 * 16;
    if (used_ > bytes_) throw std::bad_alloc();
    return taken;
  }

  std::span<const std::byte> used() const {
    return {static_cast<const std::byte*>(memory_), used_};
  }

 private:
  void* memory_;
  std::size_t bytes_, used_ = 0;
};

/// For std::allocate_shared: the object and its count, in an arena that outlives them.
template <class T>
struct FromArena {
  using value_type = T;

  explicit FromArena(Arena& from) : arena(&from) {}

  template <class Other>
  FromArena(const FromArena<Other>& other) : arena(other.arena) {}

  T* allocate(std::size_t n) { return static_cast<T*>(arena->take(n * sizeof(T))); }

  void deallocate(T*, std::size_t) {}

  bool operator==(const FromArena&) const = default;

  Arena* arena;
};

}  // namespace sweepbox::test
