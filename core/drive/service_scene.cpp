#include "core/drive/service_scene.hpp"

#include <algorithm>
#include <cmath>

namespace sweepbox::reading {
namespace {

constexpr double kRateHz = 10;
constexpr const char* kFix = "mend this calibration; its images are left out";

bool is_unit_row(double a, double b, double c, double d) {
  return std::abs(a) < 1e-9 && std::abs(b) < 1e-9 && std::abs(c) < 1e-9 && std::abs(d - 1) < 1e-9;
}

}  // namespace

Result<Pinhole> pinhole_of(std::span<const double> k) {
  const bool good = k.size() == 9 && k[0] > 0 && k[4] > 0 && k[3] == 0 && k[6] == 0 && k[7] == 0 &&
                    std::abs(k[8] - 1) < 1e-9 && std::isfinite(k[2]) && std::isfinite(k[5]) &&
                    k[0] < 1e6 && k[4] < 1e6;
  if (good) return Pinhole{k[0], k[4], k[2], k[5]};
  const bool zeros =
      k.size() == 9 && std::all_of(k.begin(), k.end(), [](double n) { return n == 0; });
  return fail({},
              "intrinsics",
              "[fx 0 cx, 0 fy cy, 0 0 1]",
              zeros ? "zeros: nobody calibrated it" : "another matrix",
              kFix);
}

Result<Pose> lidar_to_camera(std::span<const double> m, bool by_columns) {
  if (m.size() != 12 && m.size() != 16)
    return fail({}, "extrinsics", "12 or 16 numbers", text("{}", m.size()), kFix);
  if (m.size() == 16 && !is_unit_row(m[12], m[13], m[14], m[15]) &&
      is_unit_row(m[3], m[7], m[11], m[15]))
    by_columns = true;
  const auto at = [&](std::size_t row, std::size_t column) {
    return by_columns && m.size() == 16 ? m[column * 4 + row] : m[row * 4 + column];
  };
  Mat3 rotation;
  Vec3 translation;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j)
      rotation(static_cast<int>(i), static_cast<int>(j)) = at(i, j);
    translation[static_cast<int>(i)] = at(i, 3);
  }
  const auto nearest = nearest_rotation(rotation);
  if (!nearest || nearest->defect > 1e-3 || !(translation.norm() < 1e5))
    return fail({},
                "extrinsics",
                "a rotation (determinant 1) and a translation",
                rotation.isZero()
                    ? Text("zeros: nobody calibrated it")
                    : text("determinant {}", fmt::format("{:.4f}", rotation.determinant())),
                kFix);
  return Pose{nearest->rotation, translation};
}

ServiceScene::ServiceScene(std::string_view format, const fs::path& root, std::string name) {
  tables_.info.name = std::move(name);
  tables_.info.format = format;
  tables_.info.root = root;
  tables_.match_by_name = true;
  tables_.assumed_rate_hz = kRateHz;
}

void ServiceScene::add_lidar(const std::string& name, const std::vector<fs::path>& clouds) {
  TableLidar lidar{name, {}, {}, {}};
  for (const fs::path& path : clouds) {
    const std::string stem = path.stem().string();
    const auto count = static_cast<std::int64_t>(stamps_.size());
    const auto [at, added] = stamps_.emplace(stem, stamp_of_number(count, 1 / kRateHz));
    lidar.sweeps.push_back({stem, at->second, path});
  }
  sort_by_stamp(lidar.sweeps);
  tables_.lidars.push_back(std::move(lidar));
}

void ServiceScene::add_image(const std::string& frame, const SceneImage& image) {
  const auto stamp = stamps_.find(frame);
  if (stamp == stamps_.end()) return;
  const auto size = picture_size_of(image.path);
  if (!size) {
    Error error = size.error();
    error.file = shown(image.path, tables_.info.root);
    return leave_out(image.camera, std::move(error));
  }
  TableCamera& table = cameras_[image.camera];
  table.name = image.camera;
  auto camera = std::make_shared<Camera>();
  camera->name = image.camera;
  camera->width = size->width;
  camera->height = size->height;
  camera->camera_from_ego = image.camera_from_lidar;
  camera->lens = image.lens;
  // Images that share everything share the camera.
  std::shared_ptr<const Camera> shared = camera;
  if (!table.images.empty())
    if (const Camera& before = *table.images.back().calibration;
        before.width == camera->width && before.height == camera->height &&
        before.camera_from_ego == camera->camera_from_ego)
      if (const auto* lens = std::get_if<Pinhole>(&before.lens);
          lens && lens->fx == image.lens.fx && lens->fy == image.lens.fy &&
          lens->cx == image.lens.cx && lens->cy == image.lens.cy)
        shared = table.images.back().calibration;
  table.images.push_back({frame, stamp->second, image.path, std::move(shared)});
}

void ServiceScene::leave_out(const std::string& camera, Error error) {
  ++left_out_.try_emplace(camera, std::move(error), 0).first->second.second;
}

DriveTables ServiceScene::tables(bool sequence) {
  tables_.info.sequence = sequence;
  if (sequence)
    tables_.problems.push_back({Severity::note,
                                {},
                                {},
                                "times",
                                "none in such a scene",
                                "frames count tenths of a second; the repair rate_hz changes it"});
  for (auto& [name, table] : cameras_) {
    sort_by_stamp(table.images);
    tables_.cameras.push_back(std::move(table));
  }
  for (auto& [camera, one] : left_out_) {
    auto& [error, count] = one;
    error.severity = Severity::warning;
    if (count > 1) error.where += fmt::format(" ({} images of {})", count, camera);
    tables_.problems.push_back(std::move(error));
  }
  return std::move(tables_);
}

}  // namespace sweepbox::reading
