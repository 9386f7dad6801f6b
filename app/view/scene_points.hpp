#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "app/session/session.hpp"
#include "app/view/gl_points.hpp"
#include "app/view/views.hpp"

namespace sweepbox {

/// The points of the shown frame, of all shown lidars as one cloud in ego, and their colours.
/// Belongs to the frame loop's thread.
class ScenePoints {
 public:
  /// A sweep of the shown frame, and where its points begin among all.
  struct Part {
    std::shared_ptr<const Sweep> sweep;
    Pose ego_from_points;
    std::size_t first = 0;

    bool operator==(const Part& other) const {
      return sweep == other.sweep && ego_from_points == other.ego_from_points;
    }
  };

  /// Brings points and inks up to date; cheap where nothing changed. True if a picture of them is
  /// old.
  bool update(Session& session);

  /// x, y, z in ego, in turn.
  std::span<const float> xyz() const { return xyz_; }

  std::size_t size() const { return xyz_.size() / 3; }

  Vec3 point(std::size_t i) const { return Vec3(xyz_[3 * i], xyz_[3 * i + 1], xyz_[3 * i + 2]); }

  std::span<const Part> parts() const { return parts_; }

  std::span<const std::uint32_t> inks() const { return inks_; }

  const InkTable& table() const { return table_; }

  bool direct() const { return direct_; }  ///< inks are RGB

  /// Height of the ground in ego near the vehicle, m: the fullest level of the lower points; −1.7
  /// without points.
  double ground() const { return ground_; }

  const Legend& legend() const { return legend_; }

  std::uint64_t points_version() const { return points_version_; }  ///< grows with the points

  std::uint64_t inks_version() const { return inks_version_; }  ///< grows with their colours

 private:
  /// What colours from cameras depend on, besides the points.
  struct ImagesKey {
    std::vector<std::shared_ptr<const Image>> images;
    std::uint64_t document = 0;
    bool before = false;

    bool operator==(const ImagesKey&) const = default;
  };

  struct InkKey {
    std::uint64_t points = 0, document = 0, selection = 0;
    ImagesKey images;
    std::string color_by;
    bool boxes = true, others = true;
    std::vector<TrackId> hidden;

    bool operator==(const InkKey&) const = default;
  };

  static ImagesKey images_key(const Session& session);
  void gather(std::vector<Part> parts);
  void color(Session& session);
  void color_by_channel(std::string_view name);
  void color_by_cameras(Session& session);
  void make_table(const Session& session);

  std::vector<Part> parts_;
  std::vector<float> xyz_;
  std::vector<std::uint32_t> values_;  ///< 24 bits each
  std::vector<std::uint32_t> inks_;
  InkTable table_;
  InkKey ink_key_;
  std::string values_of_;  ///< what values_ were made for
  std::uint64_t values_points_ = 0;
  ImagesKey values_images_;
  bool direct_ = false;
  double ground_ = -1.7;
  Legend legend_;
  std::uint64_t points_version_ = 1, inks_version_ = 1;
};

/// A table whose first 256 colours run through a map.
void fill_map(InkTable& table, const ColorMap& map);

/// What the colours of heights span, m above the ground: on a street always the same; of a model
/// smaller than 3 m, and of hills and towers beyond 60 m, what 96 of 100 points take.
std::pair<double, double> height_span(std::span<const float> xyz_in_ego, double ground);

/// Level with the most points among the lower ones (m); −1.7 for none.
double ground_level(std::span<const float> xyz_in_ego);

}  // namespace sweepbox
