#include <algorithm>
#include <cmath>
#include <functional>

#include "core/check/edges.hpp"
#include "core/drive/repaired.hpp"
#include "core/label/label.hpp"

// Cameras: which way up, which way round, which lens, which frame: by edges of depth on edges of
// images, and by the 2D boxes that labels carry.

namespace sweepbox::doctor {
namespace {

constexpr int kWidth = 960;      // px: images are read no wider
constexpr int kMostFrames = 8;   // of a camera
constexpr int kShiftFrames = 1;  // either way
/// Ranks spread by 0.29, so that three times the noise of so many in either lens is 0.06: what
/// another lens usually gains.
constexpr int kEnoughEdges = 400;

/// An image of a sampled frame and the points that should show on it.
struct View {
  const Scene* scene = nullptr;
  const EdgePoints* points = nullptr;
  std::shared_ptr<const Camera> camera;
  Pose image_ego_from_sweep_ego;
  std::map<int, EdgeImage> images;  ///< by shift: 0 its own, 1 the next frame's
};

/// How well edges meet edges: mean rank of the edge points minus that of all points.
struct Meeting {
  double edges = 0, all = 0;
  int count = 0, seen = 0, points = 0;

  double contrast() const { return count && seen ? edges / count - all / seen : 0; }

  double view() const { return points ? static_cast<double>(seen) / points : 0; }

  void operator+=(const Meeting& other) {
    edges += other.edges;
    all += other.all;
    count += other.count;
    seen += other.seen;
    points += other.points;
  }
};

/// `counts` leaves out pixels that say nothing (empty: none).
Meeting meeting(const View& view,
                const Camera& camera,
                int shift,
                const std::function<bool(const Vec3& in_camera, const Vec2& pixel)>& counts = {}) {
  Meeting result;
  const auto image = view.images.find(shift);
  if (image == view.images.end()) return result;
  const Pose camera_from_points = camera.camera_from_ego * view.image_ego_from_sweep_ego;
  const auto each = [&](const std::vector<Vec3>& points, double& sum, int& count) {
    for (const Vec3& point : points) {
      const Vec3 in_camera = camera_from_points * point;
      const auto pixel = camera.project(in_camera);
      if (!pixel || !in_image(camera, *pixel)) continue;
      if (counts && !counts(in_camera, *pixel)) continue;
      if (const auto rank = image->second.at(*pixel)) {
        sum += *rank;
        ++count;
      }
    }
  };
  each(view.points->edges, result.edges, result.count);
  each(view.points->all, result.all, result.seen);
  result.points = static_cast<int>(view.points->all.size());
  return result;
}

/// How upright a camera is: 1 where its y looks straight down.
double upright(const Camera& camera) {
  return (camera.camera_from_ego.rotation * Vec3(0, 0, -1)).y();
}

/// Mean IoU of labels' 2D boxes with the boxes projected; empty where labels carry none.
std::optional<double> rect_iou(const Evidence& evidence,
                               const LabelSet& labels,
                               const std::string& camera_name,
                               const std::function<Camera(const Camera&, int frame)>& changed) {
  double sum = 0;
  int count = 0;
  for (const Label& label : labels.labels) {
    if (!label.rect || label.rect_camera != camera_name || label.frame < 0 || count >= 60) continue;
    if (label.truncated.value_or(0) > 0.1) continue;
    const FrameInfo& frame = evidence.drive.frames()[static_cast<std::size_t>(label.frame)];
    for (const ImageFile& image : frame.images) {
      if (evidence.drive.info().cameras[static_cast<std::size_t>(image.camera)].name != camera_name)
        continue;
      const Camera camera = changed(*image.calibration, label.frame);
      sum += iou(*label.rect, project_box(camera, label.cuboid_in_ego).in_image);
      ++count;
    }
  }
  return count >= 3 ? std::optional(sum / count) : std::nullopt;
}

/// What a camera offers to tell by; of several cameras the best.
struct Amounts {
  int edges_at_border = 0;  ///< edge points where two lenses differ, over all images
  int neighbours = 0;       ///< images whose neighbour in time shows the edges clearly elsewhere
};

class CameraExamination {
 public:
  CameraExamination(const Evidence& evidence, const LabelSet& labels, int camera)
      : evidence_(evidence),
        labels_(labels),
        camera_(camera),
        name_(evidence.drive.info().cameras[static_cast<std::size_t>(camera)].name) {}

  void load(const std::map<const Scene*, EdgePoints>& points) {
    for (const Scene& scene : evidence_.scenes) {
      if (static_cast<int>(views_.size()) >= kMostFrames || evidence_.options.cancel.requested())
        return;
      const FrameInfo& frame = evidence_.drive.frames()[static_cast<std::size_t>(scene.frame())];
      const ImageFile* file = frame.image(camera_);
      if (!file) continue;
      View view{&scene, &points.at(&scene), file->calibration, {}, {}};
      if (evidence_.drive.info().poses && evidence_.poses_sound)
        view.image_ego_from_sweep_ego = ego_from_ego(evidence_.drive, scene.stamp(), file->stamp);
      add_image(view, scene.frame(), 0);
      if (view.images.contains(0)) views_.push_back(std::move(view));
    }
  }

  const Amounts& amounts() const { return amounts_; }

  void examine(Examination& result) {
    if (views_.empty()) return;
    if (examine_extrinsics(result)) return;
    if (examine_lens(result)) return;
    if (!evidence_.drive.info().sequence) return;
    for (View& view : views_)
      for (int shift = -kShiftFrames; shift <= kShiftFrames; ++shift)
        if (shift && !evidence_.options.cancel.requested())
          add_image(view, view.scene->frame(), shift);
    examine_shift(result);
  }

 private:
  void add_image(View& view, int frame, int shift) {
    const int at = frame + shift;
    if (at < 0 || at >= static_cast<int>(evidence_.drive.frames().size())) return;
    if (!evidence_.drive.frames()[static_cast<std::size_t>(at)].image(camera_)) return;
    if (const auto image = evidence_.drive.read_image(at, camera_, kWidth))
      view.images.emplace(
          shift, EdgeImage(*image, static_cast<double>(image->width) / view.camera->width));
  }

  Pose ego_from_lidar(int frame) const {
    const auto& lidars = evidence_.drive.info().lidars;
    const auto pose =
        lidars.empty() ? std::nullopt : evidence_.drive.ego_from(lidars.front().name, frame);
    return pose.value_or(Pose());
  }

  /// The camera as the repair of its extrinsics would make it.
  Camera with_extrinsics(const Camera& camera, int frame, const char* value) const {
    Camera result = camera;
    const Pose lidar = ego_from_lidar(frame);
    result.camera_from_ego =
        repaired_extrinsics(camera.camera_from_ego * lidar, value) * lidar.inverse();
    return result;
  }

  struct Axes {
    const char* value = "";
    double upright = 0, view = 0, contrast = 0, iou = 0, away = 0;

    double score() const { return contrast + 0.5 * iou; }
  };

  Axes axes_of(const char* value) const {
    Axes result{value};
    Meeting sum;
    for (const View& view : views_) {
      const Camera camera = with_extrinsics(*view.camera, view.scene->frame(), value);
      result.upright += upright(camera) / static_cast<double>(views_.size());
      result.away = (ego_from_lidar(view.scene->frame()).translation -
                     camera.camera_from_ego.inverse().translation)
                        .norm();
      sum += meeting(view, camera, 0);
    }
    result.contrast = sum.contrast();
    result.view = sum.view();
    result.iou = rect_iou(evidence_, labels_, name_, [&](const Camera& camera, int frame) {
                   return with_extrinsics(camera, frame, value);
                 }).value_or(0);
    return result;
  }

  bool examine_extrinsics(Examination& result) const {
    const Axes now = axes_of("");
    std::vector<Axes> all;
    for (const char* value : {"inverse", "transposed", "opengl", "body"})
      all.push_back(axes_of(value));
    const Axes* best = nullptr;
    const Axes* second = nullptr;
    for (const Axes& axes : all) {
      if (axes.upright < 0.75 || axes.view < 0.005 || axes.away > 6) continue;
      if (!best || axes.score() > best->score() + 0.004) {
        second = best;
        best = &axes;
      } else {
        second = &axes;
      }
    }
    if (!best) return false;
    const bool fallen = now.upright < 0.3;  // rolled over: no camera is mounted so
    const double gain = best->score() - now.score();
    if (!fallen && gain < 0.1) return false;
    const Ailment ailment = best->value == std::string_view("inverse") ? Ailment::extrinsic_inverted
                            : best->value == std::string_view("transposed")
                                ? Ailment::extrinsic_transposed
                                : Ailment::camera_axes;
    const bool apart = !second || best->score() > second->score() + 0.02;
    const bool sure = fallen && (best->contrast > 0.03 || best->iou > 0.4) && apart;
    Finding found = finding(ailment,
                            sure ? Certainty::certain : Certainty::likely,
                            fmt::format("extrinsics.{}={}", name_, best->value),
                            {evidence_.drive.info().name,
                             fmt::format("camera {}", name_),
                             "an upright camera with edges of depth on edges of the image",
                             text("{} % of the points in view, down is {}°; with {}: {} %, {}°",
                                  fmt::format("{:.1f}", 100 * now.view),
                                  degrees(now.upright),
                                  best->value,
                                  fmt::format("{:.1f}", 100 * best->view),
                                  degrees(best->upright))});
    found.measures.push_back({"points in view", "%", 100 * now.view, 100 * best->view});
    found.measures.push_back({"edges on edges", "", now.contrast, best->contrast});
    if (second)
      found.runner_up = fmt::format("extrinsics.{}={}: {:.3f} for {:.3f}",
                                    name_,
                                    second->value,
                                    second->score(),
                                    best->score());
    result.findings.push_back(std::move(found));
    return true;
  }

  /// Whether what stands moves by five pixels or more on the image from this frame to that.
  bool moves(const View& view, int shift) const {
    const Drive& drive = evidence_.drive;
    const int at = view.scene->frame() + shift;
    const Pose later = ego_from_ego(
        drive, view.scene->stamp(), drive.frames()[static_cast<std::size_t>(at)].stamp);
    const Pose camera_from_points = view.camera->camera_from_ego * view.image_ego_from_sweep_ego;
    std::vector<double> apart;
    for (const Vec3& point : view.points->edges) {
      const auto a = view.camera->project(camera_from_points * point);
      const auto b = view.camera->project(camera_from_points * (later * point));
      if (a && b && in_image(*view.camera, *a)) apart.push_back((*a - *b).norm());
    }
    return median(std::move(apart)) * kWidth / std::max(kWidth, view.camera->width) >= 5;
  }

  static long degrees(double cosine) {
    return std::lround(std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / kPi);
  }

  /// Contrast over the pixels that two lenses put at different places.
  bool examine_lens(Examination& result) {
    const Lens lens = views_.front().camera->lens;
    std::vector<const char*> values;
    if (name_of(lens) == "brown_conrady") values = {"undistorted", "equidistant"};
    if (name_of(lens) == "pinhole") values = {"equidistant"};
    for (const char* value : values) {
      Meeting as_is, repaired;
      int better = 0, views = 0;
      for (const View& view : views_) {
        const Camera& camera = *view.camera;
        Camera other = camera;
        other.lens = repaired_lens(camera.lens, camera.width, camera.height, value);
        const double apart = 0.006 * camera.width;
        const auto differs = [&](const Vec3& point, const Vec2&) {
          const auto a = camera.project(point), b = other.project(point);
          return !a || !b || (*a - *b).norm() > apart;
        };
        const Meeting a = meeting(view, camera, 0, differs), b = meeting(view, other, 0, differs);
        amounts_.edges_at_border = std::max(amounts_.edges_at_border, as_is.count + a.count);
        if (a.count < 20 || b.count < 20) continue;
        ++views;
        better += b.contrast() > a.contrast();
        as_is += a;
        repaired += b;
      }
      const double gain = repaired.contrast() - as_is.contrast();
      const double noise =
          0.29 * std::sqrt(1.0 / std::max(1, as_is.count) + 1.0 / std::max(1, repaired.count));
      if (!views || gain < 0.04 || gain < 3 * noise || better * 3 < views * 2) continue;
      const bool sure = views >= 3 && gain > 0.06 && gain > 5 * noise;
      Finding found = finding(Ailment::image_lens,
                              sure ? Certainty::certain : Certainty::likely,
                              fmt::format("lens.{}={}", name_, value),
                              {evidence_.drive.info().name,
                               fmt::format("camera {}", name_),
                               "edges of depth on edges of the image, also at its border",
                               text("contrast {} at the border, {} with {}",
                                    fmt::format("{:.3f}", as_is.contrast()),
                                    fmt::format("{:.3f}", repaired.contrast()),
                                    value)});
      found.measures.push_back({"edges on edges", "", as_is.contrast(), repaired.contrast()});
      result.findings.push_back(std::move(found));
      return true;
    }
    return false;
  }

  void examine_shift(Examination& result) {
    int best = 0, best_wins = 0, best_views = 0;
    double best_gain = 0, before = 0, after = 0;
    for (int shift = -kShiftFrames; shift <= kShiftFrames; ++shift) {
      Meeting own, other;
      int wins = 0, views = 0, neighbours = 0;
      for (const View& view : views_) {
        if (!shift || !view.images.contains(shift)) continue;
        const Meeting a = meeting(view, *view.camera, 0), b = meeting(view, *view.camera, shift);
        if (a.count < 50) continue;
        ++views;
        neighbours += moves(view, shift);
        wins += b.contrast() > a.contrast();
        own += a;
        other += b;
      }
      amounts_.neighbours = std::max(amounts_.neighbours, neighbours);
      const double gain = other.contrast() - own.contrast();
      if (views < 2 || gain <= best_gain) continue;
      best = shift;
      best_gain = gain;
      best_wins = wins;
      best_views = views;
      before = own.contrast();
      after = other.contrast();
    }
    if (!best || best_gain < 0.015 || best_wins * 4 < best_views * 3) return;
    const bool sure = best_views >= 4 && best_gain > 0.025 && best_wins == best_views;
    // What shows in the next frame's image here belongs to the place before it.
    Finding found = finding(
        Ailment::image_shift,
        sure ? Certainty::certain : Certainty::likely,
        fmt::format("images.{}.shift={}", name_, -best),
        {evidence_.drive.info().name,
         fmt::format("camera {}", name_),
         "images of their own frame",
         text("edges fit the image {} frames on in {} of {} frames", best, best_wins, best_views)});
    found.measures.push_back({"edges on edges", "", before, after});
    result.findings.push_back(std::move(found));
  }

  const Evidence& evidence_;
  const LabelSet& labels_;
  int camera_;
  std::string name_;
  std::vector<View> views_;
  Amounts amounts_;
};

}  // namespace

void examine_cameras(const Evidence& evidence, const LabelSet& labels, Examination& result) {
  std::map<const Scene*, EdgePoints> points;
  if (evidence.drive.info().cameras.empty()) return;
  Amounts most;
  for (const Scene& scene : evidence.scenes) points[&scene] = edge_points(scene);
  for (int camera = 0; camera < static_cast<int>(evidence.drive.info().cameras.size()); ++camera) {
    if (evidence.options.cancel.requested()) return;
    CameraExamination examination(evidence, labels, camera);
    examination.load(points);
    examination.examine(result);
    most.edges_at_border = std::max(most.edges_at_border, examination.amounts().edges_at_border);
    most.neighbours = std::max(most.neighbours, examination.amounts().neighbours);
  }
  need(result,
       Ailment::image_lens,
       most.edges_at_border,
       kEnoughEdges,
       "edges of depth at the border of a camera's images");
  need(result,
       Ailment::image_shift,
       most.neighbours,
       2,
       "images of a camera whose neighbour shows all five pixels elsewhere");
}

}  // namespace sweepbox::doctor
