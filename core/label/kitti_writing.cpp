#include "core/label/kitti_writing.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/reading.hpp"
#include "core/scene/boxes.hpp"

namespace sweepbox {
namespace {

/// Share of the truncation classes 0, 1, 2 of the tracking benchmark, which does not define them.
constexpr double kPartly = 0.15, kLargely = 0.5;

/// The second of the row's fields replaced: the track id of a track that was renamed.
std::string with_track(std::string_view line, std::int64_t track) {
  const auto parts = split_blanks(line);
  const auto begin = static_cast<std::size_t>(parts[1].data() - line.data());
  std::string result(line.substr(0, begin));
  result += std::to_string(track);
  result += line.substr(begin + parts[1].size());
  return result;
}

bool same_box(const KittiRow& a, const KittiRow& b) {
  const auto x = cuboid_in_rect(a), y = cuboid_in_rect(b);
  // A way to the world and back costs a double some 1e-9 m at UTM's numbers.
  return x && y && (x->pose.translation - y->pose.translation).norm() < 1e-6 &&
         angle_between(x->pose.rotation, y->pose.rotation) < 1e-6 &&
         (x->size - y->size).norm() < 1e-6;
}

/// A changed box in place of its old row: what was drawn by hand (2D box, truncation) stays while
/// the box itself does.
KittiRow in_place_of(const KittiRow& old, KittiRow row) {
  if (row.occluded == 3) row.occluded = old.occluded;
  if (!same_box(old, row)) return row;
  KittiRow result = old;
  result.track = row.track;
  result.type = row.type;
  result.occluded = row.occluded;
  result.score = row.score;
  return result;
}

std::string line_of(KittiRow row, const KittiFile& file) {
  row.ry /= file.radians_per_unit;
  row.alpha /= file.radians_per_unit;
  return kitti_line(row, file.rows);
}

/// Lines of the file to be, each with the frame that it belongs to.
struct Line {
  std::int64_t frame;
  std::string text;  ///< with its line end; empty where a row was left out
};

}  // namespace

std::string written(const KittiFile& file) {
  const bool tracking = file.rows == KittiRows::tracking;
  const std::string_view whole =
      file.source ? std::string_view(file.source->text) : std::string_view();
  const std::string_view line_end = whole.find("\r\n") != std::string_view::npos ? "\r\n" : "\n";
  const auto records = line_records(whole);

  std::map<std::uint32_t, const KittiOut*> claimed;
  std::map<std::pair<std::int64_t, std::string>, const KittiOut*> unclaimed;
  std::vector<const KittiOut*> fresh;
  for (const KittiOut& box : file.boxes) {
    if (box.record && *box.record < records.size() && claimed.emplace(*box.record, &box).second)
      continue;
    if (!unclaimed.emplace(std::pair(tracking ? box.row.frame : 0, box.id), &box).second)
      fresh.push_back(&box);
  }

  std::vector<Line> lines;
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    const LineRecord& record = records[i];
    std::string text(whole.substr(at, record.begin - at));  // blank lines stay
    at = record.end;
    const std::string_view bytes = whole.substr(record.begin, record.end - record.begin);
    auto row = parse_kitti_row(bytes, file.rows);
    if (row) row->ry *= file.radians_per_unit;
    const std::int64_t frame = row && tracking ? row->frame
                               : lines.empty() ? 0
                                               : lines.back().frame;
    const bool wanted = !row || !file.keep_frame || file.keep_frame(frame);
    const bool is_box = file.placed && row && has_cuboid(*row) && cuboid_in_rect(*row);
    if (const auto found = claimed.find(i); found != claimed.end()) {
      const KittiOut& now = *found->second;
      const bool renamed = tracking && row && now.named && now.row.track != row->track;
      text += renamed ? with_track(bytes, now.row.track) : std::string(bytes);
    } else if (wanted && !is_box) {
      text += bytes;
    } else if (wanted) {
      const std::string id =
          tracking ? std::to_string(row->track) : file.name_of_line(record.number);
      const auto changed = unclaimed.find({frame, id});
      if (changed != unclaimed.end()) {
        text += line_of(in_place_of(*row, changed->second->row), file);
        text += line_end;
        unclaimed.erase(changed);
      }
    }
    lines.push_back({frame, std::move(text)});
  }
  if (at < whole.size())
    lines.push_back({lines.empty() ? 0 : lines.back().frame, std::string(whole.substr(at))});

  for (const auto& [key, box] : unclaimed) fresh.push_back(box);
  std::stable_sort(fresh.begin(), fresh.end(), [](const KittiOut* a, const KittiOut* b) {
    return a->row.frame != b->row.frame ? a->row.frame < b->row.frame : name_before(a->id, b->id);
  });
  std::string result;
  const auto append = [&](const std::string& text) {
    if (!text.empty() && !result.empty() && !result.ends_with('\n')) result += line_end;
    result += text;
  };
  auto next = fresh.begin();
  const auto append_fresh_before = [&](std::int64_t frame) {
    for (; next != fresh.end() && (*next)->row.frame < frame; ++next) {
      KittiRow row = (*next)->row;
      if (row.occluded == 3) row.occluded = file.occluded_of_new;
      append(line_of(row, file) + std::string(line_end));
    }
  };
  for (const Line& line : lines) {
    if (tracking) append_fresh_before(line.frame);
    append(line.text);
  }
  append_fresh_before(std::numeric_limits<std::int64_t>::max());
  return result;
}

int occluded_of_new(const Taxonomy& taxonomy) {
  const AttributeSpec* spec = taxonomy.attribute("occlusion");
  return occluded_of(spec ? spec->initial : std::string());
}

KittiRow kitti_row(const WriteRequest& request,
                   const Instant& instant,
                   const OutBox& box,
                   KittiRows rows) {
  KittiRow row;
  row.frame = rows == KittiRows::tracking ? number_in(instant.name).value_or(0) : 0;
  row.type = word_for(request.document.taxonomy(), box.track->class_name, kKittiWords, "Misc");
  std::replace(row.type.begin(), row.type.end(), ' ', '_');  // fields end at blanks
  const auto occlusion = box.attributes.find("occlusion");
  row.occluded = occluded_of(occlusion == box.attributes.end() ? "" : occlusion->second);
  row.score = box.score;
  set_cuboid(row, ego_from_camera_rect(request.drive, instant.near).inverse() * box.cuboid_in_ego);

  const ImageFile* image = left_color_image(request.drive, instant.frame);
  if (!image) return row;
  const auto at_image = cuboid_on_image(*box.track, request.drive, instant.stamp, image->stamp);
  const BoxProjection seen = project_box(corrected(*image->calibration, request.document),
                                         at_image.value_or(box.cuboid_in_ego));
  if (seen.in_image.area() <= 0) return row;
  const double outside = std::clamp(1 - seen.in_image.area() / seen.whole.area(), 0.0, 1.0);
  // KITTI's boxes end at the centres of the outer pixels.
  const Camera& camera = *image->calibration;
  row.rect = {std::max(seen.in_image.x0, 0.0),
              std::max(seen.in_image.y0, 0.0),
              std::min(seen.in_image.x1, camera.width - 1.0),
              std::min(seen.in_image.y1, camera.height - 1.0)};
  row.truncated = rows == KittiRows::object ? outside
                  : outside <= kPartly      ? 0
                  : outside <= kLargely     ? 1
                                            : 2;
  return row;
}

LossKind boxes_without_camera_rect() {
  return {
      "boxes without a camera_rect_0 of the drive: written for a camera at its origin that "
      "looks forward",
      [](const WriteRequest& request, const OutFrame& frame, const OutBox&) {
        return !has_camera_rect(request.drive, frame.instant.near);
      }};
}

LossKind rects_without_image() {
  return {"2D boxes, which need an image of the left colour camera (image_2, image_02)",
          [](const WriteRequest& request, const OutFrame& frame, const OutBox&) {
            return left_color_image(request.drive, frame.instant.frame) == nullptr;
          }};
}

double sure_of_rows(const std::filesystem::path& place, KittiRows rows) {
  const Beginning beginning = beginning_of(place, {".txt"}, 4096);
  for (const std::string_view line : lines_of(beginning.text)) {
    if (trimmed(line).empty()) continue;
    const auto row = parse_kitti_row(line, rows);
    if (!row) return 0;
    const bool known =
        row->type == "DontCare" ||
        std::find(kKittiWords.begin(), kKittiWords.end(), row->type) != kKittiWords.end();
    return known ? 0.9 : 0.6;  // sets in KITTI's manner have their own types
  }
  return 0;
}

void fill_from_row(Label& label, const KittiRow& row) {
  if (const std::string word = occlusion_word(row.occluded); !word.empty())
    label.attributes["occlusion"] = word;
  if (row.rect.x1 > row.rect.x0 && row.rect.y1 > row.rect.y0) label.rect = row.rect;
  label.score = row.score;
}

}  // namespace sweepbox
