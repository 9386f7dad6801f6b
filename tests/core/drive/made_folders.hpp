#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/drive/formats.hpp"

namespace sweepbox::test {

/// Bytes of a .bin of x y z intensity: `count` points on a line.
std::vector<std::byte> bin_of(int count);

/// A PNG of one colour.
std::vector<std::byte> png_of(int width, int height);

/// Writes a file and the folders above it; aborts the test's program where the disk refuses.
void put(const std::filesystem::path& path, const std::vector<std::byte>& content);
void put(const std::filesystem::path& path, const std::string& content);

/// A KITTI calibration of simple numbers: camera axes turned from the velodyne's, f = 100 px,
/// centre (50, 20), P2 offset by 0.06 m. `rotation` replaces Tr_velo_to_cam's nine numbers.
std::string kitti_calibration(const std::string& rotation = "0 -1 0 0 0 -1 1 0 0");

/// training/ of the object benchmark with whole frames of these names: 3 points and a 100 × 40
/// image each.
void put_kitti_object(const std::filesystem::path& training, const std::vector<std::string>& names);

/// The only drive at a path, opened; REQUIREs that it opens.
std::shared_ptr<const Drive> opened(const std::filesystem::path& path,
                                    const Repairs& repairs = {},
                                    const std::string& drive = {});

/// The problems of a severity, one line each.
std::vector<std::string> lines_of(std::span<const Problem> problems, Severity severity);

}  // namespace sweepbox::test
