#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/jobs.hpp"
#include "core/base/stamp.hpp"
#include "core/sensor/camera.hpp"

namespace sweepbox {

// The synthetic drive: a street, a vehicle with sensors that drives along it, and exact labels.
//
// Places on the street are (s, d): metres along the road's middle line, and to its left. Angles in
// the file are degrees, in these types radians. `samples/street.json` is the manual by example.

/// The street's middle line, from its curvature, and its surface.
struct RoadSpec {
  Pose world_from_start;                             ///< x along the road at s = 0
  std::vector<std::pair<double, double>> curvature;  ///< (s, 1/m, left is positive), linear between
  std::vector<std::pair<double, double>> height;     ///< (s, m), smooth between
  double length = 200;                               ///< m
  double lane_width = 3.4;                           ///< one lane each way
  double parking_width = 2.2;                        ///< on both sides, beyond the lanes
  double pavement_width = 2.8;
  double kerb_height = 0.12;
  std::vector<double> crossings;  ///< s of zebra crossings
  double crossfall = 0.02;        ///< height lost per metre from the middle line
};

/// Where something is: one point for what stands, several for what moves (a smooth curve through
/// them; before the first and after the last it goes on with the speed there).
struct MotionSpec {
  struct Point {
    double time_s;  ///< since the first frame
    double s, d;
  };

  std::vector<Point> points;
  double turn = 0;  ///< rad against the direction of travel, or of the road where it stands
};

/// Something with a label.
struct ObjectSpec {
  std::string class_name;
  std::string shape;  ///< one of shape_names()
  MotionSpec motion;
  std::uint32_t color = 0x808080;   ///< 0xRRGGBB: paint, clothing
  std::uint32_t color2 = 0x303040;  ///< second one: trousers, tarpaulin
  double scale = 1;                 ///< of the whole shape
};

struct HouseSpec {
  double s = 0;  ///< middle of the front
  bool left = true;
  double width = 10;
  int storeys = 3;
  double setback = 0.6;  ///< from the pavement's edge, m
  std::uint32_t color = 0xC8B090;
  std::string kind = "flats";  ///< flats, shop, cottage
};

struct TreeSpec {
  double s = 0, d = 0;
  double height = 7;
  double radius = 2.2;  ///< of the crown
};

struct LidarSpec {
  std::string name = "lidar";
  Pose ego_from_lidar;
  int beams = 64;
  int columns = 1900;     ///< shots of each beam in one turn
  double top = 0.05;      ///< elevation of ring 0, rad
  double bottom = -0.42;  ///< elevation of the last ring, rad
  double range = 120;     ///< m
  double noise = 0.015;   ///< standard deviation along the beam, m
  double dropouts =
      0.01;  ///< share of returns that are lost anywhere, beside what is too weak; 0: none at all
  bool compensated =
      true;  ///< points moved to where the lidar is at the stamp, by the ego's motion alone
  bool truth = true;  ///< a channel "track": number of the label that was hit, 0 for none
};

struct CameraSpec {
  Camera camera;        ///< with camera_from_ego
  double offset_s = 0;  ///< image minus sweep, within half a frame gap
  int quality = 90;     ///< of the JPEG
  bool smooth = true;   ///< more rays where neighbouring pixels differ
};

struct SunSpec {
  double azimuth = 2.2;    ///< rad, counter-clockwise from the world's x
  double elevation = 0.8;  ///< rad
};

struct SynthSpec {
  std::string name;
  std::uint64_t seed = 1;
  int frames = 40;
  double rate_hz = 10;
  double pose_rate_hz = 100;
  Stamp start;
  double label_distance = 80;  ///< an object that is never nearer to the ego has no label, m
  RoadSpec road;
  SunSpec sun;
  MotionSpec
      ego;  ///< of the middle between its axles; the ego frame sits 1.4 m behind, on the ground
  std::vector<LidarSpec> lidars;
  std::vector<CameraSpec> cameras;
  std::vector<ObjectSpec> objects;
  std::vector<HouseSpec> houses;
  std::vector<TreeSpec> trees;
};

/// Reads the JSON. Errors name the line (of broken JSON) or the field ("objects[3].shape"), what
/// was expected and what was found. Everything is bounded: no accepted spec asks for more than
/// 10,000 frames, 2,000 objects, 100 million rays a frame.
[[nodiscard]] Result<SynthSpec> parse_synth_spec(std::string_view json, const std::string& file);

struct SynthOptions {
  std::optional<int> frames;  ///< instead of the spec's
  std::optional<std::uint64_t> seed;
  std::function<void(int done, int of)>
      progress;  ///< frames; called by one thread at a time, may be empty
  Cancel cancel;
};

/// Makes the drive in Sweepbox's own folder (formats.md 2.18) at `out`, which is made if absent and
/// must be empty. Runs on all cores, about half a second a frame and core for the sample; the same
/// spec and seed give the same bytes whatever the number of threads.
///
/// A sweep turns counter-clockwise (seen from above) from the back over the right, the front and
/// the left within one frame gap; its stamp is the middle, when it looks ahead. Every ray is cast
/// where the lidar and all objects are at its own time, which the channel `time` says. The noise
/// acts along the beam. Images are taken at one instant each. The ego vehicle itself is not seen.
/// A label lives through the whole drive, has a key in every frame, and is the bounds of the
/// object's mesh in its own axes over all phases of its walk; pose and size are exact. Cancelled:
/// an error that says so; what was written stays, without drive.json.
[[nodiscard]] Result<void> make_synthetic_drive(const SynthSpec& spec,
                                                const std::filesystem::path& out,
                                                const SynthOptions& options = {});

/// samples/street.json, built in.
std::string_view embedded_street();

/// Names that ObjectSpec::shape may have.
std::vector<std::string_view> shape_names();

/// What the tests compare the drive with: the same functions that the drive is made by.
struct SynthTruth {
  std::string name;  ///< of the track: "1", "2", …
  std::string class_name;
  Cuboid cuboid_in_world;
};

/// Labels at a time, in the order of the spec's objects.
std::vector<SynthTruth> labels_at(const SynthSpec& spec, Stamp stamp);

/// Where the ego vehicle is.
Pose world_from_ego_at(const SynthSpec& spec, Stamp stamp);

}  // namespace sweepbox
