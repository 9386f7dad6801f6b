#include "core/drive/recording_image.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/drive/camera_json.hpp"

namespace sweepbox::recorded {
namespace {

using Rgb = std::array<std::uint8_t, 3>;

/// How pixels stand in a row.
enum class Layout { colors, grey8, grey16, grey_float, bayer8, bayer16, uyvy, yuyv };

struct Encoding {
  std::string_view name;
  Layout layout;
  int bytes;                      // a pixel
  std::array<int, 3> rgb = {};    // which byte of a pixel is red, green, blue (colors)
  std::string_view pattern = {};  // colours of a block of 2 × 2 (bayer)
  bool to_its_largest = false;    // grey up to the largest value (depth)
};

constexpr Encoding kEncodings[] = {
    {"rgb8", Layout::colors, 3, {0, 1, 2}},
    {"bgr8", Layout::colors, 3, {2, 1, 0}},
    {"8UC3", Layout::colors, 3, {2, 1, 0}},
    {"rgba8", Layout::colors, 4, {0, 1, 2}},
    {"bgra8", Layout::colors, 4, {2, 1, 0}},
    {"8UC4", Layout::colors, 4, {2, 1, 0}},
    {"rgb16", Layout::colors, 6, {1, 3, 5}},
    {"bgr16", Layout::colors, 6, {5, 3, 1}},
    {"mono8", Layout::grey8, 1},
    {"8UC1", Layout::grey8, 1},
    {"mono16", Layout::grey16, 2},
    {"16UC1", Layout::grey16, 2, {}, {}, true},
    {"32FC1", Layout::grey_float, 4, {}, {}, true},
    {"bayer_rggb8", Layout::bayer8, 1, {}, "rggb"},
    {"bayer_bggr8", Layout::bayer8, 1, {}, "bggr"},
    {"bayer_gbrg8", Layout::bayer8, 1, {}, "gbrg"},
    {"bayer_grbg8", Layout::bayer8, 1, {}, "grbg"},
    {"bayer_rggb16", Layout::bayer16, 2, {}, "rggb"},
    {"bayer_bggr16", Layout::bayer16, 2, {}, "bggr"},
    {"bayer_gbrg16", Layout::bayer16, 2, {}, "gbrg"},
    {"bayer_grbg16", Layout::bayer16, 2, {}, "grbg"},
    {"yuv422", Layout::uyvy, 2},
    {"uyvy", Layout::uyvy, 2},
    {"yuv422_yuy2", Layout::yuyv, 2},
    {"yuyv", Layout::yuyv, 2},
};

const Encoding* encoding_of(const ImageMessage& message) {
  for (const Encoding& encoding : kEncodings)
    if (encoding.name == message.encoding) return &encoding;
  return nullptr;
}

std::uint8_t byte_of(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0) + 0.5);
}

/// Looks at the numbers of an image whose size was checked.
class Pixels {
 public:
  Pixels(const ImageMessage& message, const Encoding& encoding)
      : message_(message),
        encoding_(encoding),
        step_(message.height > 1 ? message.step : 0),
        width_(static_cast<int>(message.width)),
        height_(static_cast<int>(message.height)) {
    if (encoding.to_its_largest) find_largest();
  }

  Rgb at(int x, int y) const {
    switch (encoding_.layout) {
      case Layout::colors:
        return {byte(x, y, color_byte(0)), byte(x, y, color_byte(1)), byte(x, y, color_byte(2))};
      case Layout::grey8:
      case Layout::grey16:
      case Layout::grey_float:
        return grey(x, y);
      case Layout::bayer8:
      case Layout::bayer16:
        return demosaiced(x, y);
      case Layout::uyvy:
        return from_yuv(x, y, 1, 0, 2);
      case Layout::yuyv:
        return from_yuv(x, y, 0, 1, 3);
    }
    return {};
  }

 private:
  const std::byte* place(int x, int y) const {
    return message_.data.data() + static_cast<std::size_t>(y) * step_ +
           static_cast<std::size_t>(x * encoding_.bytes);
  }

  std::uint8_t byte(int x, int y, int which) const {
    return static_cast<std::uint8_t>(place(x, y)[which]);
  }

  /// The high byte of a colour of two bytes stands second, or first where they are big-endian.
  int color_byte(std::size_t color) const {
    const int which = encoding_.rgb[color];
    return encoding_.bytes == 6 && message_.big_endian ? which - 1 : which;
  }

  double number(int x, int y) const {
    std::array<std::byte, 4> bytes{};
    const auto size = static_cast<std::size_t>(encoding_.bytes);
    std::memcpy(bytes.data(), place(x, y), size);
    if (message_.big_endian) std::reverse(bytes.begin(), bytes.begin() + encoding_.bytes);
    if (encoding_.layout == Layout::grey_float) {
      float value;
      std::memcpy(&value, bytes.data(), sizeof value);
      return std::isfinite(value) ? static_cast<double>(value) : 0.0;
    }
    std::uint16_t value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  void find_largest() {
    double largest = 0;
    for (int y = 0; y < height_; ++y)
      for (int x = 0; x < width_; ++x) largest = std::max(largest, number(x, y));
    if (largest > 0) scale_ = 255 / largest;
  }

  Rgb grey(int x, int y) const {
    std::uint8_t level = 0;
    if (encoding_.layout == Layout::grey8)
      level = byte(x, y, 0);
    else if (encoding_.to_its_largest)
      level = byte_of(number(x, y) * scale_);
    else
      level = byte(x, y, message_.big_endian ? 0 : 1);
    return {level, level, level};
  }

  Rgb demosaiced(int x, int y) const {
    const int high = encoding_.layout == Layout::bayer16 && !message_.big_endian ? 1 : 0;
    std::array<unsigned, 3> sum{}, count{};
    for (int v = std::max(0, y - 1); v <= std::min(height_ - 1, y + 1); ++v)
      for (int u = std::max(0, x - 1); u <= std::min(width_ - 1, x + 1); ++u) {
        const char letter = encoding_.pattern[static_cast<std::size_t>((v & 1) * 2 + (u & 1))];
        const std::size_t color = letter == 'r' ? 0 : letter == 'g' ? 1 : 2;
        sum[color] += byte(u, v, high);
        ++count[color];
      }
    Rgb rgb{};
    for (std::size_t color = 0; color < 3; ++color)
      if (count[color] > 0) rgb[color] = static_cast<std::uint8_t>(sum[color] / count[color]);
    return rgb;
  }

  /// Two pixels share one pair of colours. BT.601, limited range.
  Rgb from_yuv(int x, int y, int luma_byte, int u_byte, int v_byte) const {
    const int first = x & ~1;
    const double luma = 1.164 * (byte(x, y, luma_byte) - 16.0);
    const bool whole = first + 1 < width_;
    const double u = whole ? byte(first, y, u_byte) - 128.0 : 0;
    const double v = whole ? byte(first, y, v_byte) - 128.0 : 0;
    return {byte_of(luma + 1.596 * v),
            byte_of(luma - 0.392 * u - 0.813 * v),
            byte_of(luma + 2.017 * u)};
  }

  const ImageMessage& message_;
  const Encoding& encoding_;
  std::size_t step_;
  int width_, height_;
  double scale_ = 1;
};

/// A calibration seen at another size: pixel edges are scaled, centres stand half a pixel inside.
struct Scaled {
  double fx, fy, cx, cy;

  void shift(double x, double y) {
    cx -= x;
    cy -= y;
  }

  void scale(double x, double y) {
    fx *= x;
    fy *= y;
    cx = (cx + 0.5) * x - 0.5;
    cy = (cy + 0.5) * y - 0.5;
  }
};

Scaled at_size(Scaled lens, const CalibrationMessage& message, int width, int height) {
  lens.shift(message.roi_x, message.roi_y);
  const double bin_x = std::max<double>(1, message.binning_x);
  const double bin_y = std::max<double>(1, message.binning_y);
  if (bin_x > 1 || bin_y > 1) lens.scale(1 / bin_x, 1 / bin_y);
  const bool whole =
      message.roi_x == 0 && message.roi_y == 0 && message.width > 0 && message.height > 0;
  const double seen_width = std::floor(message.width / bin_x);
  const double seen_height = std::floor(message.height / bin_y);
  if (whole && seen_width > 0 && seen_height > 0 && (seen_width != width || seen_height != height))
    lens.scale(width / seen_width, height / seen_height);
  return lens;
}

Result<Lens> distorted(const CalibrationMessage& message, const Scaled& k, int width, int height) {
  const bool straight =
      std::all_of(message.d.begin(), message.d.end(), [](double d) { return d == 0; });
  const bool fisheye = message.model == "equidistant" || message.model == "fisheye" ||
                       message.model == "kannala_brandt";
  const bool brown = message.model == "plumb_bob" || message.model == "rational_polynomial";
  if (!fisheye && !brown && !straight)
    return fail({},
                "distortion_model",
                "plumb_bob, rational_polynomial, equidistant, fisheye or kannala_brandt",
                text("{}", message.model),
                {});
  if (!fisheye) return opencv_lens(k.fx, k.fy, k.cx, k.cy, message.d, width, height);
  std::vector<std::pair<std::string, double>> parameters = {
      {"fx", k.fx}, {"fy", k.fy}, {"cx", k.cx}, {"cy", k.cy}};
  constexpr const char* kNames[] = {"k1", "k2", "k3", "k4"};
  for (std::size_t i = 0; i < message.d.size(); ++i) {
    if (i < std::size(kNames))
      parameters.emplace_back(kNames[i], message.d[i]);
    else if (message.d[i] != 0)
      return fail({},
                  "distortion",
                  text("{} coefficients", std::size(kNames)),
                  text("{}", message.d.size()),
                  {});
  }
  return make_lens("kannala_brandt", parameters, width, height);
}

}  // namespace

Result<PictureSize> size_of_image(const ImageMessage& message) {
  constexpr std::uint64_t kMostPixels = 100'000'000;
  const Encoding* encoding = encoding_of(message);
  if (!encoding)
    return fail({},
                "encoding",
                "rgb8, bgr8, rgba8, bgra8, mono8, mono16, bayer, yuv422, 16UC1 or 32FC1",
                text("{}", message.encoding.substr(0, 64)),
                "this topic's images are not shown");
  const std::uint64_t row = std::uint64_t{message.width} * static_cast<unsigned>(encoding->bytes);
  const std::uint64_t pixels = std::uint64_t{message.width} * message.height;
  if (pixels == 0 || pixels > kMostPixels || message.width > 1'000'000 ||
      message.height > 1'000'000)
    return fail(
        {}, "size", "1 … 100 million pixels", text("{} × {}", message.width, message.height), {});
  const std::uint64_t needed =
      message.height > 1 ? std::uint64_t{message.height - 1} * message.step + row : row;
  if ((message.height > 1 && message.step < row) || needed > message.data.size())
    return fail({},
                "data",
                text("{} × {} pixels of {}", message.width, message.height, message.encoding),
                text("{} bytes", message.data.size()),
                "the recording is damaged");
  return PictureSize{static_cast<int>(message.width), static_cast<int>(message.height)};
}

Result<Image> pixels_of(const ImageMessage& message, int max_width) {
  const auto size = size_of_image(message);
  if (!size) return tl::unexpected(size.error());
  const Pixels pixels(message, *encoding_of(message));
  const int block =
      max_width > 0 && size->width > max_width ? std::max(1, size->width / max_width) : 1;
  Image image;
  image.full_width = size->width;
  image.full_height = size->height;
  image.width = std::max(1, size->width / block);
  image.height = std::max(1, size->height / block);
  image.rgba.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) *
                    4);
  std::uint8_t* to = image.rgba.data();
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x, to += 4) {
      std::array<unsigned, 3> sum{};
      unsigned count = 0;
      for (int v = y * block; v < std::min((y + 1) * block, size->height); ++v)
        for (int u = x * block; u < std::min((x + 1) * block, size->width); ++u, ++count) {
          const Rgb rgb = pixels.at(u, v);
          for (std::size_t i = 0; i < 3; ++i) sum[i] += rgb[i];
        }
      for (std::size_t i = 0; i < 3; ++i) to[i] = static_cast<std::uint8_t>(sum[i] / count);
      to[3] = 255;
    }
  return image;
}

Result<Calibrated> calibrated(const CalibrationMessage& message,
                              bool rectified,
                              int width,
                              int height) {
  const auto finite = [](const auto& numbers) {
    return std::all_of(
        numbers.begin(), numbers.end(), [](double number) { return std::isfinite(number); });
  };
  if (!finite(message.k) || !finite(message.p) || !finite(message.r) || !finite(message.d))
    return fail({}, {}, "finite numbers", "others", {});
  Scaled lens = rectified ? Scaled{message.p[0], message.p[5], message.p[2], message.p[6]}
                          : Scaled{message.k[0], message.k[4], message.k[2], message.k[5]};
  if (!(lens.fx > 0) || !(lens.fy > 0))
    return fail({},
                rectified ? "P" : "K",
                "a calibrated camera (fx > 0)",
                text("fx {}", lens.fx),
                "calibrate it");
  Calibrated camera;
  const Scaled seen = at_size(lens, message, width, height);
  if (!rectified) {
    auto made = distorted(message, seen, width, height);
    if (!made) return tl::unexpected(made.error());
    camera.lens = std::move(*made);
    return camera;
  }
  auto made = make_lens("pinhole",
                        {{"fx", seen.fx}, {"fy", seen.fy}, {"cx", seen.cx}, {"cy", seen.cy}},
                        width,
                        height);
  if (!made) return tl::unexpected(made.error());
  camera.lens = std::move(*made);
  Mat3 r;
  r << message.r[0], message.r[1], message.r[2], message.r[3], message.r[4], message.r[5],
      message.r[6], message.r[7], message.r[8];
  constexpr double kMostDefect = 1e-2;
  if (const auto turned = nearest_rotation(r); turned && turned->defect < kMostDefect)
    camera.camera_from_frame.rotation = turned->rotation;
  // Of the right camera of a pair P shifts: Tx = −fx · baseline (CameraInfo.msg).
  camera.camera_from_frame.translation = {message.p[3] / lens.fx, message.p[7] / lens.fy, 0};
  return camera;
}

}  // namespace sweepbox::recorded
