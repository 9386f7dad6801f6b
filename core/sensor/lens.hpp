#pragma once
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/error.hpp"
#include "core/sensor/lens/brown_conrady.hpp"
#include "core/sensor/lens/kannala_brandt.hpp"
#include "core/sensor/lens/mei.hpp"
#include "core/sensor/lens/pinhole.hpp"

namespace sweepbox {

// To add a lens: one struct in lens/ with project, unproject, max_angle, keeps_lines_straight,
// parameters, from and kName, and its name in the variant below. Frame: x right, y down, z forward,
// metres. Pixels: (0, 0) is the centre of the first pixel, so the image covers −0.5 … width − 0.5.

using Lens = std::variant<Pinhole, BrownConrady, KannalaBrandt, Mei>;

/// Pixel of a point in the camera's frame; empty outside the lens's limit, so nothing folds back
/// into the image.
std::optional<Vec2> project(const Lens& lens, const Vec3& point_in_camera);

/// Unit ray of a pixel; empty where no point within the limit projects there.
/// unproject(project(p)) meets p within 0.01 px.
std::optional<Vec3> unproject(const Lens& lens, const Vec2& pixel);

/// Largest angle between a ray and the optical axis that projects, rad; < π/2 for pinhole kinds.
double max_angle(const Lens& lens);

/// True where straight lines stay straight in the image.
bool keeps_lines_straight(const Lens& lens);

/// "pinhole", "brown_conrady", "kannala_brandt", "mei".
std::string_view name_of(const Lens& lens);

/// Names and values in a fixed order: fx, fy, cx, cy, then the lens's own.
std::vector<std::pair<std::string_view, double>> parameters_of(const Lens& lens);

/// A lens from its name and named parameters, for an image of the given size (the limit is found
/// from it). Unknown names, missing fx … cy and values out of range are errors; absent distortion
/// is 0.
Result<Lens> make_lens(std::string_view name,
                       const std::vector<std::pair<std::string, double>>& parameters,
                       int width,
                       int height);

std::vector<std::string_view> lens_names();

}  // namespace sweepbox
