#include <algorithm>
#include <cmath>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/csv_table.hpp"
#include "core/label/json_text.hpp"
#include "core/label/kitti_rows.hpp"
#include "core/label/points.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/scale_boxes.hpp"
#include "core/label/writing.hpp"

// PandaSet's cuboids as CSV, cuboids_csv/NN.csv: its pickled tables, column for column (formats.md
// 2.8). One row a box in the world, whose length lies along its y; uuid is the track.

namespace sweepbox {

LabelFormat pandaset_labels();

namespace {

constexpr const char* kFormat = "pandaset";
constexpr std::string_view kHeader =
    "uuid,label,yaw,stationary,camera_used,position.x,position.y,position.z,dimensions.x,"
    "dimensions.y,dimensions.z,attributes.object_motion,cuboids.sibling_id,cuboids.sensor_id,"
    "attributes.pedestrian_behavior,attributes.pedestrian_age,attributes.rider_status\n";
constexpr const char* kFix = "correct the row, or take the file from the data set again";
constexpr const char* kNeeded[] = {"uuid",
                                   "label",
                                   "yaw",
                                   "position.x",
                                   "position.y",
                                   "position.z",
                                   "dimensions.x",
                                   "dimensions.y",
                                   "dimensions.z"};

/// Columns and the attributes that they are here. Other "attributes.NAME" are NAME.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"stationary", "stationary"},
    {"camera_used", "camera_used"},
    {"attributes.object_motion", "motion"},
    {"cuboids.sibling_id", "sibling_id"},
    {"cuboids.sensor_id", kLidarAttribute}};

std::string attribute_of(std::string_view column) {
  for (const auto& [name, attribute] : kNames)
    if (name == column) return std::string(attribute);
  constexpr std::string_view kPrefix = "attributes.";
  return column.starts_with(kPrefix) ? std::string(column.substr(kPrefix.size())) : std::string();
}

std::string lower(std::string word) {
  for (char& c : word)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return word;
}

std::string capital(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 32);
  return word;
}

/// What a cell says as an attribute; empty for nothing.
std::string attribute_value(std::string_view column, const std::string& cell) {
  if (column == "cuboids.sensor_id") {
    // Pandas writes a column with missing values as floats: "0.0".
    const auto id = to_double(cell);
    return id && std::abs(*id) < 10 ? lidar_of_sensor_id(std::llround(*id)) : std::string();
  }
  if (column == "cuboids.sibling_id" && cell == "-") return {};
  if (column == "stationary" || column == "attributes.object_motion") return lower(cell);
  return cell;
}

/// The reverse, for a box without a row or with another value.
std::string cell_of(std::string_view column, const Attributes& attributes) {
  if (column == "cuboids.sensor_id") return std::to_string(sensor_id_of(attributes));
  const auto found = attributes.find(attribute_of(column));
  const std::string value = found == attributes.end() ? std::string() : found->second;
  if (column == "cuboids.sibling_id") return value.empty() ? "-" : value;
  if (column == "stationary") return value.empty() ? "False" : capital(value);
  if (column == "camera_used") return value.empty() ? "-1" : value;
  if (column == "attributes.object_motion") return capital(value);
  return value;
}

struct Row {
  std::string uuid, label;
  ScaleBox box;
  Attributes attributes;
};

Result<Row> parse_row(std::string_view line, const CsvColumns& columns, const RawAngles& angles) {
  const std::vector<CsvCell> cells = csv_cells(line);
  const auto cell = [&](std::string_view name) -> std::string {
    const auto column = columns.find(name);
    return column && *column < cells.size() ? cells[*column].value : std::string();
  };
  Row row;
  row.uuid = cell("uuid");
  row.label = cell("label");
  if (row.label.empty()) return fail({}, "label", "a class", "nothing", kFix);
  const std::pair<const char*, double*> numbers[] = {{"yaw", &row.box.yaw},
                                                     {"position.x", &row.box.position.x()},
                                                     {"position.y", &row.box.position.y()},
                                                     {"position.z", &row.box.position.z()},
                                                     {"dimensions.x", &row.box.dimensions.x()},
                                                     {"dimensions.y", &row.box.dimensions.y()},
                                                     {"dimensions.z", &row.box.dimensions.z()}};
  for (const auto& [name, to] : numbers) {
    const std::string text = cell(name);
    const auto number = to_double(text);
    if (!number || !std::isfinite(*number))
      return fail({}, name, "a number", text.empty() ? "nothing" : text, kFix);
    *to = *number;
  }
  row.box.yaw = angles.radians(row.box.yaw);
  for (std::size_t i = 0; i < std::min(cells.size(), columns.names().size()); ++i) {
    const std::string& column = columns.names()[i];
    const std::string name = attribute_of(column);
    if (name.empty() || row.attributes.contains(name)) continue;
    if (std::string value = attribute_value(column, cells[i].value); !value.empty())
      row.attributes[name] = std::move(value);
  }
  Label words;
  words.class_name = row.label;
  words.track = row.uuid;
  words.attributes = row.attributes;
  if (auto fault = too_long(words)) return tl::unexpected(std::move(*fault));
  return row;
}

/// The header, and what of it is missing.
Result<CsvColumns> columns_of(std::string_view content, const std::vector<LineRecord>& lines) {
  if (lines.empty()) return fail({}, "line 1", "a header", "an empty file", kFix);
  const LineRecord& first = lines.front();
  std::string_view header = content.substr(first.begin, first.end - first.begin);
  if (header.starts_with("\xEF\xBB\xBF")) header.remove_prefix(3);
  CsvColumns columns(csv_cells(header));
  for (const std::string& name : columns.names())
    if (auto fault = too_long("line 1, a column's name", name))
      return tl::unexpected(std::move(*fault));
  for (const char* name : kNeeded)
    if (!columns.find(name))
      return fail({}, "line 1", text("the column {}", name), "a header without it", kFix);
  return columns;
}

void read_file(const Drive& drive, const Instants& instants, Source source, LabelSet& set) {
  const Instant instant = instants.named(source.frame);
  const Pose ego_from_world = ego_from_world_of_label(drive, instant);
  const RawAngles angles(drive);
  FileProblems problems(set.problems, source.file);
  const std::vector<LineRecord> lines = line_records(source.text);
  const auto columns = columns_of(source.text, lines);
  if (!columns) problems.add({}, columns.error());
  for (std::size_t i = 1; columns && i < lines.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(source.records.size());
    source.records.emplace_back(lines[i].begin, lines[i].end);
    const std::string_view line =
        std::string_view(source.text).substr(lines[i].begin, lines[i].end - lines[i].begin);
    const auto row = parse_row(line, *columns, angles);
    const auto cuboid = row ? cuboid_in_world(row->box) : tl::unexpected(row.error());
    const std::string where = fmt::format("line {}", lines[i].number);
    if (!cuboid) {
      problems.add(where, cuboid.error());
      continue;
    }
    Label label = label_at(instant);
    label.has_track_id = !row->uuid.empty();
    label.track = label.has_track_id ? row->uuid : made_up_track(instant.name, lines[i].number);
    label.class_name = row->label;
    label.cuboid_in_ego = ego_from_world * *cuboid;
    label.attributes = row->attributes;
    label.origin = {source.id, index};
    set.labels.push_back(std::move(label));
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const Instants instants(drive);
  return read_each(drive, place, kFormat, {".csv"}, of_stem, [&](Source source, LabelSet& set) {
    read_file(drive, instants, std::move(source), set);
  });
}

/// A number that stands there already is left as it is written; a way through ego and back costs a
/// double some 1e-9 m at UTM's numbers.
void set_number(std::map<std::size_t, std::string>& values,
                const CsvColumns& columns,
                std::string_view name,
                double value,
                std::optional<double> old) {
  constexpr double kSame = 1e-6;
  if (old && std::abs(value - *old) <= kSame) return;
  if (const auto column = columns.find(name)) values[*column] = json_number(value);
}

/// The row of a box: over the old line (may be empty), whose other cells stay; so does an empty
/// uuid, where the track still has the name that was made up for it.
std::string row_text(const WriteRequest& request,
                     const OutFrame& frame,
                     const OutBox& box,
                     const CsvColumns& columns,
                     std::string_view old_line,
                     std::string_view made_up) {
  const auto old = old_line.empty() ? Result<Row>(tl::unexpected(Error()))
                                    : parse_row(old_line, columns, RawAngles(request.drive));
  ScaleBox now = scale_box(ego_from_world_of_label(request.drive, frame.instant).inverse() *
                           box.cuboid_in_ego);
  if (old && std::abs(wrapped_angle(now.yaw - old->box.yaw)) < 1e-6) now.yaw = old->box.yaw;
  std::map<std::size_t, std::string> values;
  const auto number = [&](const char* name, double value, double before) {
    set_number(values, columns, name, value, old ? std::optional(before) : std::nullopt);
  };
  const ScaleBox before = old ? old->box : ScaleBox();
  number("yaw", now.yaw, before.yaw);
  for (int i = 0; i < 3; ++i) {
    const char axis = static_cast<char>('x' + i);
    number(fmt::format("position.{}", axis).c_str(), now.position[i], before.position[i]);
    number(fmt::format("dimensions.{}", axis).c_str(), now.dimensions[i], before.dimensions[i]);
  }
  const std::string word =
      word_for(request.document.taxonomy(), box.track->class_name, kPandaSetWords);
  if (!old || old->label != word) values[*columns.find("label")] = word;
  if (!old || (old->uuid != box.track->name && box.track->name != made_up))
    values[*columns.find("uuid")] = box.track->name;
  for (std::size_t i = 0; i < columns.names().size(); ++i) {
    const std::string& column = columns.names()[i];
    const std::string name = attribute_of(column);
    if (name.empty() || columns.find(column) != i) continue;
    if (old) {
      const auto had = old->attributes.find(name), has = box.attributes.find(name);
      const bool was = had != old->attributes.end(), is = has != box.attributes.end();
      if (was == is && (!was || had->second == has->second)) continue;
    }
    values[i] = cell_of(column, box.attributes);
  }
  return with_cells(old_line.empty() ? std::string_view("\n") : old_line, values);
}

std::string file_text(const WriteRequest& request, const OutFrame& frame) {
  const std::string_view whole =
      frame.source ? std::string_view(frame.source->text) : std::string_view(kHeader);
  std::vector<LineRecord> lines = line_records(whole);
  auto columns = columns_of(whole, lines);
  const bool known = columns.has_value();
  if (!known) {  // a file of another kind is kept, its boxes were never read
    lines = line_records(kHeader);
    columns = columns_of(kHeader, lines);
  }
  const std::string_view base = known ? whole : std::string_view(kHeader);
  const RawAngles angles(request.drive);

  Claims claims(frame.boxes, known ? frame.source : nullptr, lines.size() - 1);

  std::string result(base.substr(0, lines.front().end));
  std::size_t at = lines.front().end;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const LineRecord& record = lines[i + 1];
    result += base.substr(at, record.begin - at);  // blank lines stay
    at = record.end;
    const std::string_view line = base.substr(record.begin, record.end - record.begin);
    const auto row = parse_row(line, *columns, angles);
    const std::string made_up = made_up_track(frame.instant.name, record.number);
    if (const OutBox* own = claims.untouched(i)) {
      const std::string& name = own->track->name;
      // Untouched but for its id: that of a track that was renamed, merged or split.
      if (row && row->uuid != name && name != made_up)
        result += with_cells(line, {{*columns->find("uuid"), name}});
      else
        result += line;
    } else if (!row || !cuboid_in_world(row->box)) {
      result += line;  // what could not be read was not deleted either
    } else {
      const OutBox* changed = claims.take(made_up);
      if (!changed && !row->uuid.empty()) changed = claims.take(row->uuid);
      if (changed) result += row_text(request, frame, *changed, *columns, line, made_up);
    }
  }
  result += base.substr(at);
  for (const OutBox* box : claims.waiting()) {
    if (!result.empty() && result.back() != '\n') result += '\n';
    result += row_text(request, frame, *box, *columns, {}, {});
  }
  return result;
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  std::vector<WrittenFile> files;
  for (const OutFrame& frame : frames_to_write(request, sources_of(request.document, kFormat)))
    files.push_back(
        {"annotations/cuboids_csv/" + frame.instant.name + ".csv", file_text(request, frame)});
  return files;
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".csv"});
  const std::string_view header =
      std::string_view(beginning.text).substr(0, beginning.text.find('\n'));
  const auto has = [&](std::string_view word) { return header.find(word) != std::string::npos; };
  return has("uuid") && has("dimensions.x") && has("position.x") && has("yaw") ? 0.95 : 0;
}

constexpr std::string_view kAttributes[] = {"stationary",
                                            "camera_used",
                                            "motion",
                                            "sibling_id",
                                            kLidarAttribute,
                                            "pedestrian_behavior",
                                            "pedestrian_age",
                                            "rider_status"};

}  // namespace

LabelFormat pandaset_labels() {
  Can can;
  can.track_ids = true;
  can.upright = Upright::in_reference;
  can.names.track = can.names.class_name = can.names.value = NameRule::cell;
  LabelFormat format{
      kFormat, "PandaSet cuboids (CSV)", can, kPandaSetWords, kAttributes, read, write, recognise};
  format.reference_of = ego_from_world_of_label;
  return format;
}

}  // namespace sweepbox
