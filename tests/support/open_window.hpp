#pragma once
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <type_traits>

#include "app/window/window.hpp"

namespace sweepbox::test {

inline constexpr int kWidth = 1600, kHeight = 900;

[[noreturn]] inline void give_up(const Error& error) {
  std::cerr << "the window: " << to_line(error) << "\n";
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// The whole window on a drive, in this process; nothing of it is kept.
struct Program {
  explicit Program(const std::filesystem::path& drive, const std::filesystem::path& config)
      : jobs(sensible_worker_count()), session(jobs, {}, config) {
    WindowOptions options;
    options.width = kWidth;
    options.height = kHeight;
    window = must(Window::open(session, options));
    OpenRequest request;
    request.path = drive;
    request.project = "memory";
    must(open_in_session(session, request));
    window->settle();
  }

  ~Program() { window.reset(); }

  Jobs jobs;
  Session session;
  std::unique_ptr<Window> window;
};

}  // namespace sweepbox::test
