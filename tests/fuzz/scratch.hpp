#pragma once
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include <unistd.h>

namespace sweepbox::fuzz {

/// A folder of this process, in memory where the machine has such a place; gone with the process.
class Scratch {
 public:
  Scratch() {
    const std::filesystem::path shm = "/dev/shm";  // in containers it may be another user's
    const auto base =
        ::access(shm.c_str(), W_OK | X_OK) == 0 ? shm : std::filesystem::temp_directory_path();
    folder_ = base / ("sweepbox-fuzz-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }

  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  const std::filesystem::path& folder() const { return folder_; }

  /// Writes (or replaces) a file below the folder; its folders are made.
  std::filesystem::path write(const std::string& name, std::string_view content) const {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
    return path;
  }

 private:
  std::filesystem::path folder_;
};

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace sweepbox::fuzz
