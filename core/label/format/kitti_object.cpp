#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/kitti_writing.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"

// KITTI 3D object, label_2/FRAME.txt (formats.md 4.1): one file a frame, no track ids.

namespace sweepbox {

LabelFormat kitti_object_labels();

namespace {

void read_file(const Drive& drive, const Instants& instants, Source source, LabelSet& set) {
  const Instant instant = instants.named(source.frame);
  const Pose ego_from_rect = ego_from_camera_rect(drive, instant.near);
  const RawAngles angles(drive);
  FileProblems problems(set.problems, source.file);
  const bool placed = has_camera_rect(drive, instant.near);
  if (!placed) problems.add({}, no_camera_rect(instant.name));
  for (const LineRecord& record : line_records(source.text)) {
    const auto index = static_cast<std::uint32_t>(source.records.size());
    source.records.emplace_back(record.begin, record.end);
    const std::string where = fmt::format("line {}", record.number);
    const std::string_view line =
        std::string_view(source.text).substr(record.begin, record.end - record.begin);
    auto row = parse_kitti_row(line, KittiRows::object);
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
    Label label = label_at(instant);
    label.track = made_up_track(instant.name, record.number);
    label.class_name = row->type;
    label.cuboid_in_ego = ego_from_rect * *cuboid;
    fill_from_row(label, *row);
    label.rect_camera = "image_2";
    if (row->truncated >= 0) label.truncated = row->truncated;
    label.origin = {source.id, index};
    set.labels.push_back(std::move(label));
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const Instants instants(drive);
  return read_each(
      drive, place, "kitti_object", {".txt"}, of_stem, [&](Source source, LabelSet& set) {
        read_file(drive, instants, std::move(source), set);
      });
}

double recognise(const std::filesystem::path& place) {
  return sure_of_rows(place, KittiRows::object);
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const auto sources = sources_of(request.document, "kitti_object");
  std::vector<WrittenFile> files;
  for (const OutFrame& frame : frames_to_write(request, sources)) {
    const Source* source = frame.source;
    KittiFile file;
    file.radians_per_unit = RawAngles(request.drive).radians(1);
    file.rows = KittiRows::object;
    file.source = source;
    file.occluded_of_new = occluded_of_new(request.document.taxonomy());
    file.placed = has_camera_rect(request.drive, frame.instant.near);
    for (const OutBox& box : frame.boxes) {
      KittiOut out;
      out.row = kitti_row(request, frame.instant, box, KittiRows::object);
      out.id = box.track->name;
      if (source && box.origin && box.origin->source == source->id) out.record = box.origin->record;
      file.boxes.push_back(std::move(out));
    }
    file.name_of_line = [&frame](int line) { return made_up_track(frame.instant.name, line); };
    files.push_back({"label_2/" + frame.instant.name + ".txt", written(file)});
  }
  return files;
}

}  // namespace

LabelFormat kitti_object_labels() {
  Can can;
  can.scores = true;
  can.rects = true;
  can.any_class = false;
  can.upright = Upright::in_camera;
  can.names.class_name = NameRule::word;
  can.names.reserved_classes = kKittiReserved;
  static const LossKind losses[] = {boxes_without_camera_rect(), rects_without_image()};
  return {"kitti_object",
          "KITTI 3D object",
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
