#pragma once
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "core/base/files.hpp"
#include "core/store/project.hpp"
#include "tests/support/random_edits.hpp"

namespace sweepbox::test {

/// An open project with its history, as a session has them.
struct Opened {
  Project::Opened parts;
  History history;

  explicit Opened(Project::Opened opened)
      : parts(std::move(opened)), history(parts.document, *parts.project, parts.records) {}

  Project& project() { return *parts.project; }

  /// Random steps, all on the disk at the end.
  void take_steps(int n, std::uint64_t seed = 1) {
    for (int i = 0; i < n; ++i) REQUIRE(random_step(history, seed));
    REQUIRE(parts.project->flush());
  }
};

inline Result<Project::Opened> try_open(const std::filesystem::path& path,
                                        ProjectOptions options = {}) {
  if (options.who.empty()) options.who = "anna";
  return Project::open(path, default_taxonomy(), std::move(options));
}

inline std::unique_ptr<Opened> open_project(const std::filesystem::path& path,
                                            ProjectOptions options = {}) {
  auto opened = try_open(path, std::move(options));
  INFO((opened ? std::string() : to_line(opened.error())));
  REQUIRE(opened);
  return std::make_unique<Opened>(std::move(*opened));
}

inline std::string content_of(const std::filesystem::path& path) {
  const auto bytes = read_bytes(path);
  REQUIRE(bytes);
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

/// The history that the same steps give in memory.
struct Reference {
  MemoryLog log;
  History history{Document(), log};

  explicit Reference(int steps, std::uint64_t seed = 1) {
    for (int i = 0; i < steps; ++i) REQUIRE(random_step(history, seed));
  }
};

}  // namespace sweepbox::test
