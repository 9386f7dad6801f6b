#pragma once
#include "core/picture/picture.hpp"
#include "core/recording/messages.hpp"
#include "core/sensor/lens.hpp"

// Inside the room drive: images and calibrations of recordings.
namespace sweepbox::recorded {

/// Pixels of an uncompressed image: rgb8, bgr8, rgba8, bgra8, mono8, mono16, bayer (8 and 16 bits,
/// each pixel the mean of its neighbours of each colour), yuv422 and yuv422_yuy2 (BT.601), 16UC1
/// and 32FC1 (grey up to their largest value). Above max_width (0: none) whole blocks are averaged;
/// the result may be up to twice as wide.
[[nodiscard]] Result<Image> pixels_of(const ImageMessage& message, int max_width);

/// Width and height, checked against the bytes.
[[nodiscard]] Result<PictureSize> size_of_image(const ImageMessage& message);

/// A camera as its messages calibrate it.
struct Calibrated {
  Lens lens;
  Pose camera_from_frame;  ///< from its frame of reference: what rectifying turned and shifted
};

/// For an image of that size. Raw images: K and D (plumb_bob, rational_polynomial; equidistant,
/// fisheye and kannala_brandt); rectified ones: P and R, without distortion. Binning and region of
/// interest are taken into account, and so is an image of another size than the calibrated one
/// (scaled). Uncalibrated cameras (fx 0) and other models are errors.
[[nodiscard]] Result<Calibrated> calibrated(const CalibrationMessage& message,
                                            bool rectified,
                                            int width,
                                            int height);

}  // namespace sweepbox::recorded
