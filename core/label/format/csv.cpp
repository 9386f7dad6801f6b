#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/csv_table.hpp"
#include "core/label/kitti_rows.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/writing.hpp"
#include "core/scene/world.hpp"

// A table of everything, one row a box and frame, for spreadsheets and scripts. Columns are found
// by name and may stand in any order; those that nobody knows stay as they are.
//
//   frame           the frame's name, or empty and found by stamp_ns
//   stamp_ns        of the frame, integer
//   track, class    names
//   x y z           centre, m            length width height   m, along the box's x, y, z
//   qw qx qy qz     rotation; or yaw     rad, about z, where there is no rotation
//   frame_of        "world", "ego" or a sensor of the drive; empty: ego
//   key             false where the box is interpolated
//   score           of a detector, or empty
//   attributes.NAME values of attributes

namespace sweepbox {

LabelFormat csv_labels();

namespace {

constexpr const char* kFormat = "csv";
constexpr const char* kFix = "correct the row";
constexpr std::string_view kAttribute = "attributes.";
constexpr std::array<const char*, 18> kColumns = {"frame",
                                                  "stamp_ns",
                                                  "track",
                                                  "class",
                                                  "x",
                                                  "y",
                                                  "z",
                                                  "length",
                                                  "width",
                                                  "height",
                                                  "qw",
                                                  "qx",
                                                  "qy",
                                                  "qz",
                                                  "yaw",
                                                  "frame_of",
                                                  "key",
                                                  "score"};

/// The rows of a file, its header found.
struct Table {
  CsvColumns columns;
  std::vector<LineRecord> rows;  ///< without the header's
  LineRecord header;
  bool good = false;  ///< it has what a box needs

  explicit Table(std::string_view whole) {
    rows = line_records(whole);
    if (rows.empty()) return;
    header = rows.front();
    rows.erase(rows.begin());
    std::string_view line = whole.substr(header.begin, header.end - header.begin);
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    columns = CsvColumns(csv_cells(line));
    good = std::all_of(std::begin(kNeeded), std::end(kNeeded), [&](const char* name) {
      return columns.find(name).has_value();
    });
    good = good && (columns.find("frame") || columns.find("stamp_ns")) &&
           (columns.find("qw") || columns.find("yaw"));
    good =
        good && std::all_of(columns.names().begin(), columns.names().end(), [](const auto& name) {
          // Each box of it would bear a copy.
          return name.size() <= kAttribute.size() + kLongestName;
        });
  }

  static constexpr const char* kNeeded[] = {"class", "x", "y", "z", "length", "width", "height"};
};

/// One row by column names.
class Row {
 public:
  Row(const Table& table, std::string_view line) : table_(table), cells_(csv_cells(line)) {}

  std::string word(std::string_view column) const {
    const auto at = table_.columns.find(column);
    return at && *at < cells_.size() ? std::string(trimmed(cells_[*at].value)) : std::string();
  }

  /// A fault where a name or a value is longer than the program holds.
  std::optional<Error> too_long_word() const {
    for (const char* column : {"class", "track", "frame"})
      if (auto fault = too_long(column, word(column))) return fault;
    for (const CsvCell& cell : cells_)
      if (cell.value.size() > kLongestValue)
        return fail({},
                    {},
                    text("values of at most {} bytes", kLongestValue),
                    "a longer one",
                    "the record stays in its file as it is; shorten the value there")
            .value();
    return std::nullopt;
  }

  Result<double> number(std::string_view column, double most) const {
    const std::string cell = word(column);
    const auto value = to_double(cell);
    if (!value || !(std::abs(*value) <= most))
      return fail(
          {}, std::string(column), text("a number within ±{}", most), text("\"{}\"", cell), kFix);
    return *value;
  }

 private:
  const Table& table_;
  std::vector<CsvCell> cells_;
};

Result<Instant> instant_of(const Row& row, const Drive& drive, const Instants& instants) {
  const std::string name = row.word("frame");
  const auto stamp = to_integer(row.word("stamp_ns"));
  if (!name.empty()) {
    Instant found = instant_named(instants, name);
    if (found.frame < 0 && stamp && std::abs(*stamp) < (std::int64_t{1} << 61))
      found.stamp = {*stamp};
    return found;
  }
  if (!stamp || std::abs(*stamp) >= (std::int64_t{1} << 61))
    return fail({}, "frame", "a frame's name or a stamp", "neither", kFix);
  const int near = drive.frame_table().nearest({*stamp});
  if (near >= 0) {
    const FrameInfo& frame = drive.frames()[static_cast<std::size_t>(near)];
    if (std::abs(frame.stamp.ns - *stamp) < 1'000'000)  // a clock of milliseconds
      return instant_of_frame(drive, near);
  }
  return Instant{-1, std::max(near, 0), std::to_string(*stamp), {*stamp}};
}

/// ego from the frame of reference that a row names.
Result<Pose> reference_of(const std::string& name, const Drive& drive, const Instant& instant) {
  if (name.empty() || name == "ego") return Pose();
  if (name == "world") {
    if (drive.info().poses) return world_from_ego_of_label(drive, instant.stamp).inverse();
  } else if (const auto pose = drive.ego_from(name, instant.near)) {
    return *pose;
  }
  return fail({},
              "frame_of",
              "world (where the drive has poses), ego, or a sensor of the drive",
              text("\"{}\"", name),
              kFix);
}

struct Box {
  Instant instant;
  Cuboid in_reference;
  Pose ego_from_reference;
};

Result<Box> box_of(const Row& row,
                   const Drive& drive,
                   const Instants& instants,
                   const RawAngles& angles) {
  if (auto fault = row.too_long_word()) return tl::unexpected(std::move(*fault));
  auto instant = instant_of(row, drive, instants);
  if (!instant) return tl::unexpected(instant.error());
  const auto reference = reference_of(row.word("frame_of"), drive, *instant);
  if (!reference) return tl::unexpected(reference.error());
  const char* columns[] = {"x", "y", "z", "length", "width", "height"};
  std::array<double, 6> n{};
  for (std::size_t i = 0; i < n.size(); ++i) {
    const auto value = row.number(columns[i], i < 3 ? 1e8 : 1000);  // UTM's millions of metres
    if (!value) return tl::unexpected(value.error());
    n[i] = *value;
    if (i >= 3 && n[i] <= 0)
      return fail({}, columns[i], "a length above 0", text("{}", n[i]), kFix);
  }
  Quat rotation = Quat::Identity();
  if (!row.word("qw").empty()) {
    std::array<double, 4> q{};
    const char* parts[] = {"qw", "qx", "qy", "qz"};
    for (std::size_t i = 0; i < 4; ++i) {
      const auto value = row.number(parts[i], 1e6);
      if (!value) return tl::unexpected(value.error());
      q[i] = *value;
    }
    const auto unit = angles.wxyz(q[0], q[1], q[2], q[3]);
    if (!unit) return fail({}, "qw", "a quaternion", "one of length 0", kFix);
    rotation = *unit;
  } else {
    const auto yaw = row.number("yaw", 1000);
    if (!yaw) return tl::unexpected(yaw.error());
    rotation = pose_from_yaw(angles.radians(*yaw)).rotation;
  }
  return Box{std::move(*instant), {{rotation, {n[0], n[1], n[2]}}, {n[3], n[4], n[5]}}, *reference};
}

void read_file(const Drive& drive, const Instants& instants, Source source, LabelSet& set) {
  FileProblems problems(set.problems, source.file);
  const Table table(source.text);
  if (!table.good) {
    problems.add("line 1",
                 fail({},
                      {},
                      "columns frame (or stamp_ns), class, x, y, z, length, width, height, and qw, "
                      "qx, qy, qz (or yaw), each name at most 1024 bytes",
                      "others",
                      "name the columns so")
                     .value());
    set.sources.push_back(std::move(source));
    return;
  }
  const RawAngles angles(drive);
  std::set<std::pair<std::string, std::string>> seen;
  for (const LineRecord& record : table.rows) {
    const auto index = static_cast<std::uint32_t>(source.records.size());
    source.records.emplace_back(record.begin, record.end);
    const std::string where = fmt::format("line {}", record.number);
    const Row row(table,
                  std::string_view(source.text).substr(record.begin, record.end - record.begin));
    const auto box = box_of(row, drive, instants, angles);
    if (!box) {
      problems.add(where, box.error());
      continue;
    }
    Label label = label_at(box->instant);
    label.class_name = row.word("class");
    if (label.class_name.empty()) {
      problems.add(where, fail({}, "class", "a class", "nothing", kFix).value());
      continue;
    }
    label.track = row.word("track");
    label.has_track_id =
        !label.track.empty() && seen.emplace(box->instant.name, label.track).second;
    if (!label.track.empty() && !label.has_track_id)
      problems.add(where,
                   fail({},
                        "track",
                        "each track once in a frame",
                        text("\"{}\" again", label.track),
                        "the second box stands alone; correct its track")
                       .value());
    if (!label.has_track_id) label.track = made_up_track(box->instant.name, record.number);
    label.cuboid_in_ego = box->ego_from_reference * box->in_reference;
    label.cuboid_in_ego.pose.rotation.normalize();
    if (const auto score = to_double(row.word("score")); score && std::isfinite(*score))
      label.score = score;
    label.key = row.word("key") != "false";
    for (const std::string& name : table.columns.names())
      if (name.starts_with(kAttribute) && name.size() > kAttribute.size())
        if (std::string value = row.word(name); !value.empty())
          label.attributes[name.substr(kAttribute.size())] = std::move(value);
    label.origin = {source.id, index};
    set.labels.push_back(std::move(label));
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const Instants instants(drive);
  return read_each(drive, place, kFormat, {".csv"}, {}, [&](Source source, LabelSet& set) {
    read_file(drive, instants, std::move(source), set);
  });
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".csv"}, 1 << 14);
  const std::size_t end = beginning.text.find('\n');
  return Table(beginning.text.substr(0, end)).good ? 0.9 : 0;
}

/// Values of a box by column. `frame_of` is where the row has it, `ego_from_reference` leads there.
std::map<std::string, std::string> cells_of(const OutFrame& frame,
                                            const OutBox& box,
                                            const std::string& frame_of,
                                            const Cuboid& in_reference,
                                            const RawAngles& angles) {
  const Vec3& c = in_reference.pose.translation;
  const Quat& q = in_reference.pose.rotation;
  const auto raw = angles.raw_wxyz(q);
  const auto number = [](double value) { return fmt::format("{}", value == 0 ? 0.0 : value); };
  std::map<std::string, std::string> cells = {
      {"frame", frame.instant.name},
      {"stamp_ns", std::to_string(frame.instant.stamp.ns)},
      {"track", box.track->name},
      {"class", box.track->class_name},
      {"x", number(c.x())},
      {"y", number(c.y())},
      {"z", number(c.z())},
      {"length", number(in_reference.size.x())},
      {"width", number(in_reference.size.y())},
      {"height", number(in_reference.size.z())},
      {"qw", number(raw[0])},
      {"qx", number(raw[1])},
      {"qy", number(raw[2])},
      {"qz", number(raw[3])},
      {"yaw", number(angles.raw(yaw_of(q)))},
      {"frame_of", frame_of},
      {"key", key_at(*box.track, frame.instant.stamp) ? "true" : "false"},
      {"score", box.score ? number(*box.score) : ""}};
  for (const auto& [name, value] : box.attributes) cells[std::string(kAttribute) + name] = value;
  return cells;
}

/// A box on its way into the file.
struct Out {
  const OutFrame* frame;
  const OutBox* box;
};

class Writer {
 public:
  Writer(const WriteRequest& request, const Source* source, const std::vector<Out>& boxes)
      : request_(request),
        instants_(request.drive),
        angles_(request.drive),
        whole_(source ? std::string_view(source->text) : std::string_view()),
        table_(whole_) {
    for (const Out& one : boxes) {
      frames_.insert(one.frame->instant.name);
      const bool own = source && one.box->origin && one.box->origin->source == source->id;
      if (own && claimed_.emplace(one.box->origin->record, one).second) continue;
      changed_[{one.frame->instant.name, one.box->track->name}].push_back(one);
    }
  }

  /// Frames that are written, also those without boxes.
  void ask(const std::string& frame) { frames_.insert(frame); }

  std::string written() {
    // What the header lacks for the attributes of boxes that are written anew.
    std::vector<std::string> names = table_.columns.names();
    if (!table_.good) names.assign(kColumns.begin(), kColumns.end());
    std::set<std::string> known(names.begin(), names.end());
    std::string more;
    for (const auto& [key, list] : changed_)
      for (const Out& one : list)
        for (const auto& [name, value] : one.box->attributes)
          if (known.insert(std::string(kAttribute) + name).second) {
            names.push_back(std::string(kAttribute) + name);
            more += fmt::format(",{}", csv_cell(names.back()));
          }
    columns_ = names;

    std::string result;
    std::size_t at = 0;
    if (table_.good) {
      std::string_view line =
          whole_.substr(table_.header.begin, table_.header.end - table_.header.begin);
      const std::size_t length = trimmed(line).empty() ? 0 : line.find_last_not_of("\r\n") + 1;
      result += whole_.substr(0, table_.header.begin);
      result += line.substr(0, length);
      result += more;
      result += line.substr(length);
      at = table_.header.end;
      for (std::uint32_t i = 0; i < table_.rows.size(); ++i) {
        const LineRecord& record = table_.rows[i];
        result += whole_.substr(at, record.begin - at);
        result += row_text(i, record);
        at = record.end;
      }
      result += whole_.substr(std::min(at, whole_.size()));
    } else {
      for (std::size_t i = 0; i < names.size(); ++i)
        result += fmt::format("{}{}", i ? "," : "", csv_cell(names[i]));
      result += "\n";
    }
    for (const Out& one : in_order()) {
      if (!result.empty() && result.back() != '\n') result += line_end();
      result += new_row(one) + line_end();
    }
    return result;
  }

 private:
  std::string line_end() const {
    return whole_.find("\r\n") != std::string_view::npos ? "\r\n" : "\n";
  }

  std::string row_text(std::uint32_t index, const LineRecord& record) {
    const std::string_view line = whole_.substr(record.begin, record.end - record.begin);
    const Row row(table_, line);
    const auto box = box_of(row, request_.drive, instants_, angles_);
    if (!box || row.word("class").empty()) return std::string(line);
    if (const auto found = claimed_.find(index); found != claimed_.end()) {
      const std::string& name = found->second.box->track->name;
      const std::string made_up = made_up_track(box->instant.name, record.number);
      const auto column = table_.columns.find("track");
      if (name == row.word("track") || name == made_up || !column) return std::string(line);
      return with_cells(line, {{*column, name}});
    }
    if (!frames_.contains(box->instant.name) && !is_whole(request_)) return {};
    auto found = changed_.find({box->instant.name, row.word("track")});
    if (found == changed_.end() || found->second.empty())
      found = changed_.find({box->instant.name, made_up_track(box->instant.name, record.number)});
    if (found == changed_.end() || found->second.empty()) return {};
    const Out one = found->second.front();
    found->second.erase(found->second.begin());
    const std::string frame_of = row.word("frame_of");
    const Cuboid now = box->ego_from_reference.inverse() * one.box->cuboid_in_ego;
    const Cuboid& was = box->in_reference;
    auto cells = cells_of(*one.frame, *one.box, frame_of, now, angles_);
    // What did not change keeps its digits.
    const char* places[] = {"x", "y", "z"};
    const char* sizes[] = {"length", "width", "height"};
    for (int i = 0; i < 3; ++i) {
      if (std::abs(now.pose.translation[i] - was.pose.translation[i]) < 1e-6)
        cells.erase(places[i]);
      if (std::abs(now.size[i] - was.size[i]) < 1e-6) cells.erase(sizes[i]);
    }
    if (angle_between(now.pose.rotation, was.pose.rotation) < 1e-7)
      for (const char* name : {"qw", "qx", "qy", "qz", "yaw"}) cells.erase(name);
    for (const char* name : {"frame", "stamp_ns"}) cells.erase(name);
    if (is_made_up(one.box->track->name)) cells.erase("track");
    std::map<std::size_t, std::string> values;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& column = columns_[i];
      const auto cell = cells.find(column);
      if (cell != cells.end() && cell->second != row.word(column))
        values[i] = cell->second;
      else if (cell == cells.end() && column.starts_with(kAttribute) && !row.word(column).empty())
        values[i] = "";  // it was taken away
    }
    return with_cells(line, values);
  }

  std::string new_row(const Out& one) const {
    const bool poses = request_.drive.info().poses;
    const Stamp stamp = one.frame->instant.stamp;
    const Cuboid in_reference =
        (poses ? world_from_ego_of_label(request_.drive, stamp) : Pose()) * one.box->cuboid_in_ego;
    const auto cells =
        cells_of(*one.frame, *one.box, poses ? "world" : "ego", in_reference, angles_);
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto cell = cells.find(columns_[i]);
      if (i) line += ",";
      if (cell != cells.end()) line += csv_cell(cell->second);
    }
    return line;
  }

  /// New rows: by time, then by track.
  std::vector<Out> in_order() const {
    std::vector<Out> order;
    for (const auto& [key, list] : changed_) order.insert(order.end(), list.begin(), list.end());
    std::stable_sort(order.begin(), order.end(), [](const Out& a, const Out& b) {
      if (a.frame->instant.stamp != b.frame->instant.stamp)
        return a.frame->instant.stamp < b.frame->instant.stamp;
      return name_before(a.box->track->name, b.box->track->name);
    });
    return order;
  }

  const WriteRequest& request_;
  Instants instants_;
  RawAngles angles_;
  std::string_view whole_;
  Table table_;
  std::set<std::string> frames_;
  std::map<std::uint32_t, Out> claimed_;
  std::map<std::pair<std::string, std::string>, std::vector<Out>> changed_;
  std::vector<std::string> columns_;
};

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, kFormat);
  const OutFrames frames = frames_to_write(request, sources);
  std::vector<WrittenFile> files;
  // Of several files each keeps its own; what is new or changed goes into the first.
  for (std::size_t i = 0; i < std::max<std::size_t>(sources.size(), 1); ++i) {
    const Source* source = sources.empty() ? nullptr : sources[i].get();
    std::vector<Out> boxes;
    for (const OutFrame& frame : frames)
      for (const OutBox& box : frame.boxes) {
        const bool own = source && box.origin && box.origin->source == source->id;
        const bool others = box.origin && std::any_of(sources.begin(), sources.end(), [&](auto& s) {
                              return s->id == box.origin->source;
                            });
        if (own || (i == 0 && !others)) boxes.push_back({&frame, &box});
      }
    Writer writer(request, source, boxes);
    for (const OutFrame& frame : frames) writer.ask(frame.instant.name);
    files.push_back({source ? file_name_of(*source) : "labels.csv", writer.written()});
  }
  return files;
}

}  // namespace

LabelFormat csv_labels() {
  Can can;
  can.track_ids = true;
  can.attributes = true;
  can.scores = true;
  can.several_frames = true;
  can.names = {NameRule::cell,
               NameRule::cell,
               NameRule::cell,
               NameRule::cell,
               NameRule::cell,
               NameRule::any};
  return {kFormat, "CSV, one row a box", can, {}, {}, read, write, recognise};
}

}  // namespace sweepbox
