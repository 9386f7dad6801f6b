#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

namespace sweepbox::test {

/// Folder of a real sample drive ("kitti_object"), where the checkout has a `shared/data` beside it
/// or $SWEEPBOX_SHARED_DATA names one; empty elsewhere.
std::optional<std::filesystem::path> shared_data(std::string_view name);

/// Says on standard error, loudly, that a test was skipped and why.
void say_skipped(std::string_view what);

}  // namespace sweepbox::test

/// `SHARED_DATA_OR_SKIP(folder, "kitti_object");` defines `folder` or ends the test, saying
/// "skipped".
#define SHARED_DATA_OR_SKIP(variable, name)                          \
  const auto variable##_found = ::sweepbox::test::shared_data(name); \
  if (!variable##_found) {                                           \
    ::sweepbox::test::say_skipped(name);                             \
    return;                                                          \
  }                                                                  \
  const std::filesystem::path variable = *variable##_found
