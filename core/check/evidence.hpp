#pragma once
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/assist/ground.hpp"
#include "core/check/doctor.hpp"

// Inside the room check: what the doctor's tests look at, read once.
namespace sweepbox::doctor {

/// Points of a sampled frame in ego, with a grid for those near a place.
class Scene {
 public:
  Scene(int frame, Sweep sweep);

  int frame() const { return frame_; }

  Stamp stamp() const { return sweep_.stamp; }

  const Sweep& sweep() const { return sweep_; }

  /// Where the lidar stands in ego; the origin of points that are stored in the world.
  Vec3 seen_from() const;

  const std::vector<Eigen::Vector3f>& points() const { return points_; }

  /// Height of the ground under a place in ego; empty where none is found. Remembered by cells of
  /// eight metres.
  std::optional<double> ground_at(const Vec3& place_in_ego) const;

  /// Points within a horizontal radius, in ego.
  std::vector<Vec3> near(const Vec3& place_in_ego, double radius) const;

  /// Those more than 0.25 m above the ground below the place.
  std::vector<Vec3> above_ground(const Vec3& place_in_ego, double radius) const;

 private:
  std::size_t cell_of(double x, double y) const;

  int frame_;
  Sweep sweep_;
  std::vector<Eigen::Vector3f> points_;  ///< by cell
  std::vector<std::uint32_t> starts_;    ///< of each cell, and the end
  double x0_ = 0, y0_ = 0;
  int columns_ = 0, rows_ = 0;
  mutable std::map<std::pair<int, int>, std::optional<Ground>> grounds_;
};

/// Frames that were read, and the labels that stand in them.
struct Evidence {
  const Drive& drive;
  const DoctorOptions& options;
  std::vector<Scene> scenes;  ///< ascending frames
  bool poses_sound = true;    ///< nothing was found against poses and stamps: motion may be judged

  /// nullptr where the frame was not sampled.
  const Scene* scene(int frame) const;
};

Evidence gather(const Drive& drive, const LabelSet& labels, const DoctorOptions& options);

/// Of a long drive, only what stands in the sampled frames. Without sources.
LabelSet in_sampled_frames(const Evidence& evidence, const LabelSet& labels);

/// A label of a sampled frame with the points around it.
struct Sample {
  const Label* label = nullptr;
  const Scene* scene = nullptr;
  std::vector<Vec3> points;      ///< around it, above the ground, in ego
  std::optional<double> ground;  ///< z below it
};

/// Points within the box, its sides 5 % and 5 cm farther out.
std::size_t inside(const Cuboid& box, std::span<const Vec3> points);

/// Boxes no farther than `within` m, with the points in a radius that holds them however their
/// sizes are ordered and half a height up or down.
std::vector<Sample> samples_of(const Evidence& evidence, const LabelSet& labels, double within);

/// The labels with one more repair ("labels.yaw=90").
LabelSet with_repair(const LabelSet& labels, const Drive& drive, const std::string& repair);

double median(std::vector<double> values);  ///< 0 for none

/// Of a kind that is clearly longer than wide (car, bus, bicycle …), by the taxonomy.
bool is_long(const std::string& class_name);

/// A finding's words and severity from its parts.
struct Told {
  std::string file, where;
  Text expected, found;
};

Finding finding(Ailment ailment, Certainty certainty, std::string repair, Told told);

/// Says that a kind is too few to tell where fewer are found than needed. Whether it can be told.
bool need(Examination& result, Ailment ailment, int found, int needed, const char* what);

bool is_told(const Examination& result, Ailment ailment);

/// The file of the label's set, as people know it.
std::string file_of(const LabelSet& labels);

// The families of tests. Each appends what it finds; those of labels return the labels with the
// repair applied, so that the next stand on it.
void examine_counts(const Evidence& evidence, const LabelSet& labels, Examination& result);
void examine_units(const Evidence& evidence, Examination& result);
void examine_poses(const Evidence& evidence, Examination& result);
void examine_cameras(const Evidence& evidence, const LabelSet& labels, Examination& result);
LabelSet examine_places(const Evidence& evidence, LabelSet labels, Examination& result);
LabelSet examine_boxes(const Evidence& evidence, LabelSet labels, Examination& result);
void examine_motion(const Evidence& evidence, const LabelSet& labels, Examination& result);
void examine_time(const Evidence& evidence, const LabelSet& labels, Examination& result);

}  // namespace sweepbox::doctor
