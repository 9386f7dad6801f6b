#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/json_text.hpp"
#include "core/label/kitti_writing.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/upright.hpp"

// View-of-Delft, label_2/FRAME.txt (formats.md 1.3, 1.4, 2.11): KITTI's row with a sixteenth field.
// The place is the middle of the bottom face in the camera, but the box stands upright in the lidar
// and the rotation is about its vertical, downwards: yaw = -(rotation + π/2). The camera is pitched
// by seven degrees, so that KITTI's own reading is off by decimetres.

namespace sweepbox {

LabelFormat view_of_delft_labels();

namespace {

constexpr const char* kFormat = "view_of_delft";
constexpr std::string_view kWords[] = {"Car",
                                       "Pedestrian",
                                       "Cyclist",
                                       "rider",
                                       "bicycle",
                                       "bicycle_rack",
                                       "human_depiction",
                                       "moped_scooter",
                                       "motor",
                                       "ride_other",
                                       "ride_uncertain",
                                       "truck",
                                       "vehicle_other"};
constexpr std::string_view kAttributes[] = {"occlusion"};

/// Fields of a row.
enum Field { kType, kTrack, kOccluded, kAlpha, kLeft, kHeight = 8, kX = 11, kRotation = 14 };

Result<Cuboid> cuboid_in_ego(const Drive& drive,
                             const Instant& instant,
                             const RawAngles& angles,
                             const KittiRow& row) {
  // What makes a row none is the same as for KITTI.
  KittiRow checked = row;
  checked.ry = wrapped_angle(angles.radians(row.ry));
  if (const auto good = cuboid_in_rect(checked); !good) return good;
  // Ego is the lidar.
  const Vec3 centre =
      ego_from_camera_rect(drive, instant.near) * row.bottom + Vec3(0, 0, row.height / 2);
  return Cuboid{pose_from_yaw(-(checked.ry + kPi / 2), centre),
                {row.length, row.width, row.height}};
}

/// Place, size and rotation of a box as the set has them.
void set_box(KittiRow& row, const Drive& drive, const Instant& instant, const Cuboid& in_ego) {
  const Cuboid upright = nearest_upright(in_ego);
  row.length = upright.size.x();
  row.width = upright.size.y();
  row.height = upright.size.z();
  const Vec3 bottom = upright.pose.translation - Vec3(0, 0, row.height / 2);
  row.bottom = ego_from_camera_rect(drive, instant.near).inverse() * bottom;
  row.ry = wrapped_angle(-yaw_of(upright.pose.rotation) - kPi / 2);
  row.alpha = wrapped_angle(row.ry - std::atan2(row.bottom.x(), row.bottom.z()));
}

/// The second field is 0 or 1 in the labels that everybody has, and the track in those that the set
/// hands out apart: then it tells the rows of each file from each other.
bool has_tracks(const std::vector<Source>& sources) {
  bool several = false;
  for (const Source& source : sources) {
    std::set<std::int64_t> seen;
    std::size_t rows = 0;
    for (const LineRecord& record : line_records(source.text)) {
      const auto fields = split_blanks(
          std::string_view(source.text).substr(record.begin, record.end - record.begin));
      const auto id = fields.size() > kTrack ? to_integer(fields[kTrack]) : std::nullopt;
      if (!id || *id < 0) return false;
      seen.insert(*id);
      ++rows;
    }
    if (seen.size() != rows) return false;
    several = several || rows > 2;
  }
  return several;
}

void read_file(
    const Drive& drive, const Instants& instants, bool tracks, Source source, LabelSet& set) {
  const Instant instant = instants.named(source.frame);
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
    const auto row = parse_kitti_row(line, KittiRows::object);
    if (!row) {
      problems.add(where, row.error());
      continue;
    }
    if (!placed || !has_cuboid(*row)) continue;
    const auto cuboid = cuboid_in_ego(drive, instant, angles, *row);
    if (!cuboid) {
      problems.add(where, cuboid.error());
      continue;
    }
    Label label = label_at(instant);
    label.has_track_id = tracks;
    label.track = tracks ? std::string(split_blanks(line)[kTrack])
                         : made_up_track(instant.name, record.number);
    label.class_name = row->type;
    label.cuboid_in_ego = *cuboid;
    fill_from_row(label, *row);
    label.score.reset();  // always 1: no score
    label.rect_camera = "image_2";
    label.origin = {source.id, index};
    set.labels.push_back(std::move(label));
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const auto files = label_files(place, {".txt"});
  if (!files) return tl::make_unexpected(files.error());
  LabelSet set;
  set.format = kFormat;
  std::vector<Source> sources;
  for (const auto& file : *files) {
    auto source = read_source(drive, file, set.format, file.stem().string());
    if (source)
      sources.push_back(std::move(*source));
    else
      set.problems.push_back(source.error());
  }
  const bool tracks = has_tracks(sources);
  const Instants instants(drive);
  for (Source& source : sources) read_file(drive, instants, tracks, std::move(source), set);
  judge_frames(set, drive, place);
  return set;
}

using Fields = std::array<std::string, 16>;

/// A row's numbers with round-trip precision, as the set writes them.
Fields fields_of(const KittiRow& row, std::string track) {
  Fields fields;
  fields[kType] = row.type;
  fields[kTrack] = std::move(track);
  fields[kOccluded] = std::to_string(row.occluded);
  const double numbers[] = {row.alpha,
                            row.rect.x0,
                            row.rect.y0,
                            row.rect.x1,
                            row.rect.y1,
                            row.height,
                            row.width,
                            row.length,
                            row.bottom.x(),
                            row.bottom.y(),
                            row.bottom.z(),
                            row.ry};
  for (std::size_t i = 0; i < std::size(numbers); ++i) fields[kAlpha + i] = json_number(numbers[i]);
  fields[15] = "1";
  return fields;
}

std::string joined(const Fields& fields) {
  return fmt::format("{}\n", fmt::join(fields, " "));
}

/// The changed box over its old row: what stands for the same keeps its text. The 2D box was drawn
/// by hand and stays while the box does.
std::string over(std::string_view old_line, const KittiRow& old, const KittiRow& now) {
  const auto parts = split_blanks(old_line);
  Fields fields = fields_of(now, std::string(parts[kTrack]));
  const std::pair<double, double> box[] = {{old.height, now.height},
                                           {old.width, now.width},
                                           {old.length, now.length},
                                           {old.bottom.x(), now.bottom.x()},
                                           {old.bottom.y(), now.bottom.y()},
                                           {old.bottom.z(), now.bottom.z()},
                                           {old.ry, now.ry}};
  constexpr double kSame = 1e-6;
  bool same = true;
  for (std::size_t i = 0; i < std::size(box); ++i) {
    const auto& [before, after] = box[i];
    const bool angle = kHeight + i == kRotation;
    if (std::abs(angle ? wrapped_angle(before - after) : before - after) <= kSame)
      fields[kHeight + i] = parts[kHeight + i];
    else
      same = false;
  }
  for (std::size_t i = kAlpha; same && i < kHeight; ++i) fields[i] = parts[i];
  if (now.occluded == 3 || now.occluded == old.occluded) fields[kOccluded] = parts[kOccluded];
  if (parts.size() > 15) fields[15] = parts[15];
  std::string line = joined(fields);
  const bool windows = old_line.ends_with("\r\n");
  if (windows) line.insert(line.end() - 1, '\r');
  if (!old_line.ends_with('\n')) line.pop_back();
  return line;
}

KittiRow row_of(const WriteRequest& request, const OutFrame& frame, const OutBox& box) {
  KittiRow row = kitti_row(request, frame.instant, box, KittiRows::object);
  row.type = word_for(request.document.taxonomy(), box.track->class_name, kWords);
  std::replace(row.type.begin(), row.type.end(), ' ', '_');  // fields end at blanks
  set_box(row, request.drive, frame.instant, box.cuboid_in_ego);
  return row;
}

std::string file_text(const WriteRequest& request, const OutFrame& frame) {
  const std::string_view whole =
      frame.source ? std::string_view(frame.source->text) : std::string_view();
  const std::vector<LineRecord> lines = line_records(whole);
  const bool placed = has_camera_rect(request.drive, frame.instant.near);
  const RawAngles angles(request.drive);
  Claims claims(frame.boxes, frame.source, lines.size());
  std::string result;
  std::size_t at = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const LineRecord& record = lines[i];
    result += whole.substr(at, record.begin - at);  // blank lines stay
    at = record.end;
    const std::string_view line = whole.substr(record.begin, record.end - record.begin);
    const auto row = parse_kitti_row(line, KittiRows::object);
    const bool is_box = placed && row && has_cuboid(*row) &&
                        cuboid_in_ego(request.drive, frame.instant, angles, *row);
    if (claims.untouched(i) || !is_box) {
      result += line;
      continue;
    }
    const OutBox* changed = claims.take(made_up_track(frame.instant.name, record.number));
    if (!changed) changed = claims.take(std::string(split_blanks(line)[kTrack]));
    if (changed) result += over(line, *row, row_of(request, frame, *changed));
  }
  result += whole.substr(at);
  for (const OutBox* box : claims.waiting()) {
    if (!result.empty() && result.back() != '\n') result += '\n';
    KittiRow row = row_of(request, frame, *box);
    if (row.occluded == 3) row.occluded = occluded_of_new(request.document.taxonomy());
    const auto id = to_integer(box->track->name);
    result += joined(fields_of(row, id && *id >= 0 ? box->track->name : "0"));
  }
  return result;
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  std::vector<WrittenFile> files;
  for (const OutFrame& frame : frames_to_write(request, sources_of(request.document, kFormat)))
    files.push_back({"label_2/" + frame.instant.name + ".txt", file_text(request, frame)});
  return files;
}

/// Rows of sixteen fields whose last is 1 throughout; KITTI's own scores differ from row to row.
double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".txt"});
  int rows = 0, own_words = 0;
  for (const LineRecord& record : line_records(beginning.text)) {
    if (record.end == beginning.text.size() && !beginning.whole) break;
    const std::string_view line =
        std::string_view(beginning.text).substr(record.begin, record.end - record.begin);
    const auto row = parse_kitti_row(line, KittiRows::object);
    if (!row || row->score != 1) return 0;
    const bool kitti = row->type == "Car" || row->type == "Pedestrian" || row->type == "Cyclist";
    own_words +=
        !kitti && std::find(std::begin(kWords), std::end(kWords), row->type) != std::end(kWords);
    ++rows;
  }
  return rows == 0 ? 0 : own_words > 0 ? 0.95 : 0.4;
}

}  // namespace

LabelFormat view_of_delft_labels() {
  Can can;
  can.rects = true;
  can.upright = Upright::in_reference;
  can.names.class_name = NameRule::word;
  can.names.reserved_classes = kKittiReserved;
  static const LossKind own_losses[] = {boxes_without_camera_rect(), rects_without_image()};
  LabelFormat format{kFormat, "View-of-Delft", can, kWords, kAttributes, read, write, recognise};
  format.own_losses = own_losses;
  return format;
}

}  // namespace sweepbox
