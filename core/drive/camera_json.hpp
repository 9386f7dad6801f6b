#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "core/base/error.hpp"
#include "core/geometry/pose.hpp"
#include "core/sensor/lens.hpp"

// Inside the room drive: matrices of calibrations in JSON, flat or as a list of rows.

namespace sweepbox {

/// So many finite numbers of an array, or of an array of arrays, row by row; empty where it holds
/// another number of them, or something else.
std::vector<double> numbers_of(const nlohmann::json& array, std::size_t count);

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
