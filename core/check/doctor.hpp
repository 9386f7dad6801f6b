#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/jobs.hpp"
#include "core/drive/drive.hpp"
#include "core/label/label.hpp"

// The import doctor: what a drive or its labels mean differently from what they say, shown by the
// geometry alone: points in boxes, boxes on ground, motion against heading, edges on images.

namespace sweepbox {

/// What can be wrong with data that reads without an error (peers.md part C).
enum class Ailment {
  half_height,         ///< the reference point is the bottom, or was taken for it
  turned_90,           ///< yaw counts from another axis
  turned_180,          ///< yaw points backwards
  mirrored,            ///< yaw is clockwise
  size_order,          ///< length, width and height in another order
  small_angle,         ///< boxes turned about the sensor: far ones worst
  alpha_for_yaw,       ///< the observation angle was taken for the rotation
  world_yaw,           ///< yaw of the world on boxes of the sensor
  label_frame,         ///< boxes stand in another frame of reference
  label_shift,         ///< boxes belong to other frames
  everything_shifted,  ///< a constant offset
  label_angles,        ///< degrees for radians
  label_quaternion,    ///< order of a box's quaternion
  extrinsic_inverted,
  extrinsic_transposed,
  camera_axes,      ///< OpenGL or body axes for optical ones
  pose_inverted,    ///< ego-to-world for world-to-ego
  pose_quaternion,  ///< order of a pose's quaternion
  image_lens,       ///< images already undistorted, or of a fisheye
  image_shift,      ///< a camera shifted by whole frames
  stamp_unit,
  movers_off,     ///< boxes of another time: parked ones right
  boxed_twice,    ///< a box for each lidar
  float_jitter,   ///< large coordinates in 32 bits
  boxes_missing,  ///< records that were not read, tracks with holes
};

std::string_view name_of(Ailment ailment);  ///< "half_height"
Text title_of(Ailment ailment);             ///< "boxes off by half a height"

enum class Certainty {
  certain,  ///< nothing else explains what was measured
  likely,   ///< the best explanation, worth looking at on the drive
  too_few,  ///< a hint, on too few boxes or frames to tell
};

std::string_view name_of(Certainty certainty);  ///< "certain", "likely", "too few to tell"

/// A number that was measured with the data as they are, and with the repair.
struct Measure {
  std::string name;  ///< "points in boxes"
  std::string unit;  ///< "m", "%", or empty
  double as_is = 0;
  double repaired = 0;
};

struct Finding {
  Ailment ailment = Ailment::half_height;
  Certainty certainty = Certainty::too_few;
  /// Severity error where certain, warning where likely, note where too few; file, field and frame
  /// in `file` and `where`; what was expected and measured; what to do.
  Problem problem;
  /// "NAME=VALUE" for add_repair; empty where no repair exists.
  std::string repair;
  std::vector<Measure> measures;
  std::string runner_up;  ///< the next best repair, and how it fared; empty where there is none
};

struct DoctorOptions {
  int frames = 20;     ///< sampled, evenly over those with labels
  bool images = true;  ///< also look at images
  LabelPlace labels;   ///< where the labels were read, as for read_labels: they may be read again
  Cancel cancel;       ///< stops between frames: what is known by then is returned
};

/// Records in the files of a label set, DontCare and the like included; no fewer than became boxes.
int records_found(const LabelSet& labels);

/// What importing made of the label files.
struct ImportCounts {
  int found = 0;       ///< records_found
  int read = 0;        ///< that became boxes
  int dropped = 0;     ///< that should have and did not
  int suspicious = 0;  ///< boxes of implausible size, or without a point near the sensor
};

/// A kind of failure that the drive holds too little of to tell, and what is missing.
struct Untold {
  Ailment ailment = Ailment::half_height;
  Text missing;  ///< "5 boxes of 15 points within 40 m needed, 2 found"
};

/// An examination in a job: some 20 frames are read, never the whole drive; seconds. The drive's
/// own `repairs` are applied already in what it shows, so a finding is about what is left. `labels`
/// are those that were read for the drive (of options.labels), their repairs applied. Findings come
/// with the surest first; none for a drive that is sound.
struct Examination {
  std::vector<Finding> findings;
  std::vector<Untold> untold;  ///< nothing that is told of these kinds is certain
  ImportCounts counts;
  int frames = 0;  ///< that were looked at
  int boxes = 0;   ///< with enough points to judge by
};

Examination examine(const Drive& drive, const LabelSet& labels, const DoctorOptions& options = {});

}  // namespace sweepbox
