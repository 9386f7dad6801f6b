#include <algorithm>
#include <map>
#include <set>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/kitti_writing.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/track_numbers.hpp"

// KITTI tracking, label_02/SEQUENCE.txt (formats.md 4.2): all frames and track ids in one file.

namespace sweepbox {

LabelFormat kitti_tracking_labels();

namespace {

void read_file(const Drive& drive, const Instants& instants, Source source, LabelSet& set) {
  const RawAngles angles(drive);
  FileProblems problems(set.problems, source.file);
  const bool placed = has_camera_rect(drive, 0);
  if (!placed) problems.add({}, no_camera_rect("0"));
  std::set<std::pair<std::int64_t, std::int64_t>> seen;
  for (const LineRecord& record : line_records(source.text)) {
    const auto index = static_cast<std::uint32_t>(source.records.size());
    source.records.emplace_back(record.begin, record.end);
    const std::string where = fmt::format("line {}", record.number);
    const std::string_view line =
        std::string_view(source.text).substr(record.begin, record.end - record.begin);
    auto row = parse_kitti_row(line, KittiRows::tracking);
    if (!row) {
      problems.add(where, row.error());
      continue;
    }
    if (!placed || !has_cuboid(*row)) continue;
    row->ry = angles.radians(row->ry);
    const auto cuboid = cuboid_in_rect(*row);
    if (!cuboid) {
      problems.add(where, cuboid.error());
      continue;
    }
    const Instant instant = instants.counted(row->frame);
    Label label = label_at(instant);
    label.has_track_id = row->track >= 0 && seen.emplace(row->frame, row->track).second;
    label.track = label.has_track_id ? std::to_string(row->track)
                                     : made_up_track(instant.name, record.number);
    if (row->track >= 0 && !label.has_track_id)
      problems.add(where,
                   fail({},
                        "track",
                        "each track once in a frame",
                        text("track {} again in frame {}", row->track, row->frame),
                        "the second box stands alone; correct its track")
                       .value());
    label.class_name = row->type;
    label.cuboid_in_ego = ego_from_camera_rect(drive, instant.near) * *cuboid;
    fill_from_row(label, *row);
    label.rect_camera = "image_02";
    // 0 is whole; how much 1 and 2 are, the benchmark does not say.
    if (row->truncated >= 0) label.truncated = row->truncated / 2;
    label.origin = {source.id, index};
    set.labels.push_back(std::move(label));
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  LabelSet set;
  set.format = "kitti_tracking";
  const auto file = label_file(drive, place, ".txt");
  if (!file) return tl::unexpected(file.error());
  auto source = read_source(drive, *file, set.format, {});
  if (!source) return tl::make_unexpected(source.error());
  read_file(drive, Instants(drive), std::move(*source), set);
  judge_frames(set, drive, place);
  return set;
}

double recognise(const std::filesystem::path& place) {
  return sure_of_rows(place, KittiRows::tracking);
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, "kitti_tracking");
  const TrackNumbers numbers(request.document);
  KittiFile file;
  file.radians_per_unit = RawAngles(request.drive).radians(1);
  file.rows = KittiRows::tracking;
  file.source = sources.empty() ? nullptr : sources.front().get();
  file.occluded_of_new = occluded_of_new(request.document.taxonomy());
  file.placed = has_camera_rect(request.drive, 0);
  std::set<std::int64_t> frames;
  const Instants instants(request.drive);
  for (const OutFrame& frame : frames_to_write(request, sources)) {
    const auto number = instants.count_of(frame.instant);
    if (!number && frame.boxes.empty()) continue;
    if (!number)
      return refuse(
          text("Frame \"{}\" has no number, which KITTI tracking needs", frame.instant.name),
          "write another format");
    frames.insert(*number);
    for (const OutBox& box : frame.boxes) {
      KittiOut out;
      out.row = kitti_row(request, frame.instant, box, KittiRows::tracking);
      out.row.frame = *number;
      out.row.track = numbers.of(*box.track);
      out.id = std::to_string(out.row.track);
      out.named = !is_made_up(box.track->name);
      if (file.source && box.origin && box.origin->source == file.source->id)
        out.record = box.origin->record;
      file.boxes.push_back(std::move(out));
    }
  }
  if (!is_whole(request))
    file.keep_frame = [&](std::int64_t frame) { return frames.contains(frame); };
  std::string name = request.drive.info().name;
  if (file.source) name = std::filesystem::path(file.source->file).stem().string();
  return std::vector<WrittenFile>{{"label_02/" + name + ".txt", written(file)}};
}

}  // namespace

LabelFormat kitti_tracking_labels() {
  Can can;
  can.track_ids = true;
  can.scores = true;
  can.rects = true;
  can.several_frames = true;
  can.any_class = false;
  can.upright = Upright::in_camera;
  can.names.class_name = NameRule::word;
  can.names.reserved_classes = kKittiReserved;
  can.names.drive = NameRule::file;
  static const LossKind losses[] = {
      names_that_are_no_numbers(), boxes_without_camera_rect(), rects_without_image()};
  return {"kitti_tracking",
          "KITTI tracking",
          can,
          kKittiWords,
          kKittiAttributes,
          read,
          write,
          recognise,
          nullptr,
          losses};
}

}  // namespace sweepbox
