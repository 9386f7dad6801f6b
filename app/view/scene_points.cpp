#include "app/view/scene_points.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/view/shown_boxes.hpp"
#include "app/view/tints.hpp"

namespace sweepbox {

namespace {

constexpr std::uint8_t kSelectedTint = 255;
constexpr std::uint32_t kFull = 0xFFFFFF;

std::uint32_t value_of(double share) {
  return share > 0 ? static_cast<std::uint32_t>(std::min(share, 1.0) * kFull) : 0;
}

/// Least and greatest, the outermost 2 % left away: one mirror must not darken the whole street.
std::pair<float, float> usual_range(std::span<const float> values) {
  std::vector<float> sample;
  const std::size_t step = std::max<std::size_t>(1, values.size() / 8192);
  for (std::size_t i = 0; i < values.size(); i += step)
    if (std::isfinite(values[i])) sample.push_back(values[i]);
  if (sample.empty()) return {0.f, 1.f};
  std::sort(sample.begin(), sample.end());
  const std::size_t cut = sample.size() / 50;
  return {sample[cut], sample[sample.size() - 1 - cut]};
}

std::pair<float, float> usual_range_of_axis(std::span<const float> xyz, std::size_t axis) {
  std::vector<float> values;
  const std::size_t step = std::max<std::size_t>(1, xyz.size() / 3 / 8192);
  for (std::size_t i = axis; i < xyz.size(); i += 3 * step) values.push_back(xyz[i]);
  return usual_range(values);
}

}  // namespace

std::pair<double, double> height_span(std::span<const float> xyz, double ground) {
  constexpr double kBelow = -0.2, kAbove = 5;  // a street: the same colours in each frame
  constexpr double kModel = 3, kSurvey = 60;   // m
  const auto [low, high] = usual_range_of_axis(xyz, 2);
  const double height = static_cast<double>(high) - low;
  const auto width = [&](std::size_t axis) {
    const auto [from, to] = usual_range_of_axis(xyz, axis);
    return static_cast<double>(to) - from;
  };
  const bool model = height < kModel && width(0) < kModel && width(1) < kModel;
  if (xyz.empty() || !(height > 0) || (!model && height < kSurvey)) return {kBelow, kAbove};
  return {low - ground, high - ground};
}

void fill_map(InkTable& table, const ColorMap& map) {
  for (std::size_t i = 0; i < table.map.size(); ++i)
    table.map[i] = color_at(map, static_cast<double>(i) / 255.0);
}

double ground_level(std::span<const float> xyz) {
  std::vector<float> heights;
  const std::size_t count = xyz.size() / 3, step = std::max<std::size_t>(1, count / 16384);
  for (std::size_t i = 0; i < count; i += step)
    if (std::abs(xyz[3 * i]) < 30 && std::abs(xyz[3 * i + 1]) < 30)
      heights.push_back(xyz[3 * i + 2]);
  if (heights.empty()) return -1.7;
  const auto part = [&](double share) {
    const auto at = heights.begin() +
                    static_cast<std::ptrdiff_t>(share * static_cast<double>(heights.size() - 1));
    std::nth_element(heights.begin(), at, heights.end());
    return *at;
  };
  const float low = part(0.01), high = std::max(part(0.5), low + 0.1f);
  constexpr float kStep = 0.05f;
  std::vector<int> counts(
      std::min<std::size_t>(2000, static_cast<std::size_t>((high - low) / kStep) + 3));
  for (const float h : heights)
    if (h >= low && h <= high) {
      const auto bin = static_cast<std::size_t>((h - low) / kStep);
      // A level is thicker than a step: noise and slope spread it.
      for (std::size_t k = bin; k < std::min(bin + 3, counts.size()); ++k) ++counts[k];
    }
  const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
  return low + (static_cast<float>(most) - 0.5f) * kStep;
}

ScenePoints::ImagesKey ScenePoints::images_key(const Session& session) {
  ImagesKey key;
  if (session.layers.color_by != "camera" || !session.cache) return key;
  // Not the cache's version: that grows with every frame that is loaded ahead.
  for (const ImageFile& file : session.frame().images)
    key.images.push_back(session.cache->image(session.time.frame, file.camera).value);
  // Corrections change in Calibrate alone; elsewhere an edit of a box must not colour all points
  // again.
  if (session.layout == "calibrate") key.document = session.versions.document;
  key.before = session.calibrate.show_before;
  return key;
}

bool ScenePoints::update(Session& session) {
  const std::uint64_t points_before = points_version_, inks_before = inks_version_;
  std::vector<Part> parts;
  if (session.has_drive()) {
    const auto lidars = session.drive->info().lidars.size();
    for (std::size_t i = 0; i < lidars; ++i) {
      if (i < session.layers.lidars.size() && !session.layers.lidars[i]) continue;
      if (auto sweep = shown_sweep(session, static_cast<int>(i))) {
        const Pose pose = ego_from_points(session, *sweep);
        parts.push_back({std::move(sweep), pose});
      }
    }
  }
  if (parts != parts_) gather(std::move(parts));

  const InkTable before = table_;
  make_table(session);
  if (before != table_) ++inks_version_;
  InkKey key{.points = points_version_,
             .document = session.versions.document,
             .selection = session.versions.selection,
             .images = images_key(session),
             .color_by = session.layers.color_by,
             .boxes = session.layers.boxes,
             .others = session.layers.others,
             .hidden = session.hidden};
  if (key != ink_key_) {
    ink_key_ = std::move(key);
    color(session);
    ++inks_version_;
  }
  return points_before != points_version_ || inks_before != inks_version_;
}

void ScenePoints::gather(std::vector<Part> parts) {
  parts_ = std::move(parts);
  std::size_t count = 0;
  for (Part& part : parts_) {
    part.first = count;
    count += part.sweep->size();
  }
  xyz_.resize(count * 3);
  float* out = xyz_.data();
  for (const Part& part : parts_) {
    const Eigen::Matrix3f turn = part.ego_from_points.rotation.toRotationMatrix().cast<float>();
    for (const auto& piece : part.sweep->pieces) {
      const Eigen::Vector3f shift = (part.ego_from_points * piece->origin).cast<float>();
      for (std::size_t i = 0; i < piece->size(); ++i) {
        const Eigen::Vector3f p =
            turn * Eigen::Vector3f(piece->x[i], piece->y[i], piece->z[i]) + shift;
        *out++ = p.x();
        *out++ = p.y();
        *out++ = p.z();
      }
    }
  }
  ground_ = ground_level(xyz_);
  ++points_version_;
}

void ScenePoints::make_table(const Session& session) {
  const bool dark = session.settings.theme == ThemeName::dark;
  const Layers& layers = session.layers;
  fill_map(table_, color_map(layers.color_by == "class" ? "gray" : layers.color_map, dark));
  if (layers.color_by == "class")
    // What stands in no box steps back: there the classes are the colours.
    for (std::uint32_t& c : table_.map) c = dark ? 0x4A4E55 : 0xB4B9BF;
  const auto& classes = session.document().taxonomy().classes;
  const std::uint32_t share = layers.color_by == "class" ? 255 : 140;  // 55 % (LOOK.md)
  table_.tints.fill(0);
  for (std::size_t i = 0; i < std::min<std::size_t>(classes.size(), 254); ++i)
    table_.tints[i + 1] = (share << 24) | (dark ? classes[i].color.dark : classes[i].color.light);
  table_.tints[kSelectedTint] = (0xE6u << 24) | (dark ? 0xFFFFFFu : 0x000000u);
}

void ScenePoints::color(Session& session) {
  const std::string& by = session.layers.color_by;
  if (values_of_ != by || values_points_ != points_version_ || values_images_ != ink_key_.images) {
    values_of_ = by;
    values_points_ = points_version_;
    values_images_ = ink_key_.images;
    values_.assign(size(), 0);
    direct_ = false;
    if (by == "camera")
      color_by_cameras(session);
    else
      color_by_channel(by);
  }

  std::vector<TintBox> boxes;
  if (session.layers.boxes || by == "class") {
    const auto& classes = session.document().taxonomy().classes;
    for (const FrameBox* box : shown_boxes(session)) {
      const ObjectClass* its = &session.document().taxonomy().find_or_other(box->track->class_name);
      const auto number = classes.empty() ? 0 : its - classes.data();
      const bool selected = is_selected(session, box->track->uid);
      boxes.push_back({box->cuboid_in_ego,
                       selected
                           ? kSelectedTint
                           : static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(number, 253) + 1)});
    }
  }
  const std::vector<std::uint8_t> tints = tints_of(xyz_, boxes);
  inks_.resize(size());
  for (std::size_t i = 0; i < inks_.size(); ++i) inks_[i] = ink_of(values_[i], tints[i]);
}

void ScenePoints::color_by_channel(std::string_view by) {
  std::vector<float> numbers;
  if (by == "range") {
    legend_ = {"Range", 0, 80, "m", true};
    for (std::size_t i = 0; i < size(); ++i)
      values_[i] = value_of(std::hypot(xyz_[3 * i], xyz_[3 * i + 1]) / 80.0);
    return;
  }
  const Coloring* coloring = coloring_named(by);
  if (coloring && coloring->channel) {
    numbers.assign(size(), NAN);
    bool any = false;
    for (std::size_t number = 0; number < parts_.size(); ++number) {
      const Part& part = parts_[number];
      std::size_t at = part.first;
      for (const auto& piece : part.sweep->pieces) {
        if (const Channel* channel = piece->channel(by)) {
          std::copy(channel->values.begin(),
                    channel->values.end(),
                    numbers.begin() + static_cast<std::ptrdiff_t>(at));
          any = true;
        } else if (by == "lidar" && parts_.size() > 1) {
          std::fill_n(numbers.begin() + static_cast<std::ptrdiff_t>(at),
                      piece->size(),
                      static_cast<float>(number));
          any = true;
        }
        at += piece->size();
      }
    }
    if (any) {
      const auto [low, high] = usual_range(numbers);
      const double width = std::max(1e-9, static_cast<double>(high) - low);
      for (std::size_t i = 0; i < size(); ++i) values_[i] = value_of((numbers[i] - low) / width);
      legend_ = {Text(std::string(coloring->title)), low, high, by == "time" ? "s" : "", true};
      return;
    }
  }
  // Height, also where the file lacks the channel that was asked for.
  const auto [below, above] = height_span(xyz_, ground_);
  for (std::size_t i = 0; i < size(); ++i)
    values_[i] = value_of((xyz_[3 * i + 2] - ground_ - below) / (above - below));
  if (by == "class")
    legend_ = {"Class", 0, 0, "", false};
  else
    legend_ = {"Height", below, above, "m", true};
}

void ScenePoints::color_by_cameras(Session& session) {
  legend_ = {"Camera", 0, 0, "", false};
  direct_ = true;
  const std::uint32_t unseen = session.settings.theme == ThemeName::dark ? 0x3A3E44 : 0xC4C8CC;
  std::fill(values_.begin(), values_.end(), unseen);
  for (const ImageFile& file : session.frame().images) {
    const auto image = session.cache->image(session.time.frame, file.camera).value;
    if (!image || image->empty() || image->full_width <= 0) continue;
    const Camera camera = shown_camera(session, file);
    const double shrink = static_cast<double>(image->width) / image->full_width;
    const bool forward_only = max_angle(camera.lens) < kPi / 2;
    for (const Part& part : parts_) {
      const Pose camera_from_ego =
          camera.camera_from_ego * ego_from_ego(*session.drive, part.sweep->stamp, file.stamp);
      const Mat3 turn = camera_from_ego.rotation.toRotationMatrix();
      const std::size_t last = part.first + part.sweep->size();
      for (std::size_t i = part.first; i < last; ++i) {
        if (values_[i] != unseen) continue;
        const Vec3 p = turn * point(i) + camera_from_ego.translation;
        if (forward_only && p.z() <= 0) continue;
        const auto pixel = camera.project(p);
        if (!pixel || !in_image(camera, *pixel)) continue;
        const int u =
            std::clamp(static_cast<int>((pixel->x() + 0.5) * shrink), 0, image->width - 1);
        const int v =
            std::clamp(static_cast<int>((pixel->y() + 0.5) * shrink), 0, image->height - 1);
        const std::uint8_t* rgba =
            &image->rgba[4 * (static_cast<std::size_t>(v) * static_cast<std::size_t>(image->width) +
                              static_cast<std::size_t>(u))];
        values_[i] = (std::uint32_t{rgba[0]} << 16) | (std::uint32_t{rgba[1]} << 8) | rgba[2];
      }
    }
  }
}

}  // namespace sweepbox
