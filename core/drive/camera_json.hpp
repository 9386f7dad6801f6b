#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/geometry/pose.hpp"
#include "core/sensor/lens.hpp"

// Inside the room drive: JSON of anybody, and matrices of calibrations in it, flat or as a list of
// rows.

namespace sweepbox {

/// Discarded (is_discarded()) where it is no JSON, or nests too deep.
nlohmann::json parse_json(std::string_view text);

/// A whole file of it, of at most `most` bytes. Errors name the path as given.
[[nodiscard]] Result<nlohmann::json> json_file(const std::filesystem::path& path,
                                               std::uint64_t most);

/// So many finite numbers of an array, or of an array of arrays, row by row; empty where it holds
/// another number of them, or something else.
std::vector<double> numbers_of(const nlohmann::json& array, std::size_t count);

/// One to `most` finite numbers of such an array; an empty one gives none. nullopt where it holds
/// more, or something else.
std::optional<std::vector<double>> numbers_up_to(const nlohmann::json& array, std::size_t most);

/// OpenCV's distortion has at most so many coefficients, of which a lens holds the first 8.
constexpr std::size_t kMostDistortion = 14;

/// A rigid transform of 16 or 12 numbers, row by row (column by column where `by_columns`); empty
/// where the rotation is none by more than 1e-3 or a number is absurd.
std::optional<Pose> pose_of_matrix(const nlohmann::json& array, bool by_columns = false);

/// The lens of a 3×3 matrix and OpenCV's distortion (k1 k2 p1 p2 k3 …; none, null and zeros are a
/// pinhole). Errors name `cam_intrinsic` or `distortion`.
[[nodiscard]] Result<Lens> lens_of_matrices(const nlohmann::json& intrinsic,
                                            const nlohmann::json& distortion,
                                            int width,
                                            int height);

/// The same from numbers: fx, fy, cx, cy and the coefficients in OpenCV's order (at most 8 that are
/// not zero).
[[nodiscard]] Result<Lens> opencv_lens(
    double fx, double fy, double cx, double cy, std::vector<double> k, int width, int height);

}  // namespace sweepbox
