#pragma once
#include "core/geometry/pose.hpp"

#include <simdjson.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

// What the readers of nuScenes' tables and of mmdetection3d's infos share: small values out of JSON
// that somebody else wrote. Only for .cpp files.
namespace sweepbox::nuscenes {

using Element = simdjson::dom::element;

/// Python writes NaN and Infinity, which are no JSON: outside of strings they become 0.0 in place,
/// since nobody asks for the fields that have them. (Label readers keep them, on the text itself.)
void blank_out_nan(std::string& text);

std::optional<double> number_at(Element object, std::string_view key);
std::string text_at(Element object, std::string_view key);  ///< empty where there is none
bool flag_at(Element object, std::string_view key);

/// An array of exactly that many finite numbers.
bool numbers_of(Element array, std::span<double> to);
bool numbers_at(Element object, std::string_view key, std::span<double> to);

/// A 4×4 matrix in rows, whose rotation is one to 1e-3 (they are often stored as float32).
std::optional<Pose> matrix_at(Element object, std::string_view key);

/// A pose of `translation` [3] and `rotation` [4] (w x y z), as nuScenes has it.
std::optional<Pose> pose_at(Element object,
                            std::string_view translation_key = "translation",
                            std::string_view rotation_key = "rotation");

/// Pinhole of a 3×3 (or larger) matrix in rows; empty where its focal lengths are not positive.
std::optional<Mat3> intrinsics_at(Element object, std::string_view key);

}  // namespace sweepbox::nuscenes
