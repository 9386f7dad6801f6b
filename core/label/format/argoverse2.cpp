#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/base/files.hpp"
#include "core/base/hash.hpp"
#include "core/label/argoverse2_rows.hpp"
#include "core/label/points.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/writing.hpp"
#include "core/table/arrow.hpp"

// Argoverse 2, annotations.feather (formats.md 2.7 and 4.5): a row a box, its centre and rotation
// in ego at the sweep's time. Detections of the same columns with `score` and `log_id` are read,
// too. The file is a table and no text: a Source holds its hash, and writing reads it again.

namespace sweepbox {

LabelFormat argoverse2_labels();

namespace {

constexpr const char* kFormat = "argoverse2";

// argoverse/av2-api: src/av2/datasets/sensor/constants.py, AnnotationCategories.
constexpr std::string_view kWords[] = {"REGULAR_VEHICLE",
                                       "PEDESTRIAN",
                                       "BICYCLE",
                                       "BICYCLIST",
                                       "MOTORCYCLE",
                                       "MOTORCYCLIST",
                                       "WHEELED_DEVICE",
                                       "WHEELED_RIDER",
                                       "BOX_TRUCK",
                                       "LARGE_VEHICLE",
                                       "TRUCK",
                                       "TRUCK_CAB",
                                       "VEHICULAR_TRAILER",
                                       "BUS",
                                       "ARTICULATED_BUS",
                                       "SCHOOL_BUS",
                                       "RAILED_VEHICLE",
                                       "BOLLARD",
                                       "CONSTRUCTION_CONE",
                                       "CONSTRUCTION_BARREL",
                                       "SIGN",
                                       "STOP_SIGN",
                                       "STROLLER",
                                       "WHEELCHAIR",
                                       "DOG",
                                       "ANIMAL",
                                       "MOBILE_PEDESTRIAN_CROSSING_SIGN",
                                       "MESSAGE_BOARD_TRAILER",
                                       "TRAFFIC_LIGHT_TRAILER",
                                       "OFFICIAL_SIGNALER"};

Table empty_table() {
  Table table;
  table.packing = TablePacking::lz4;
  table.columns.emplace_back("timestamp_ns", ColumnType::i64);
  table.columns.emplace_back("track_uuid", ColumnType::text);
  table.columns.emplace_back("category", ColumnType::text);
  for (const char* name : argoverse2::kNumbers) table.columns.emplace_back(name, ColumnType::f64);
  table.columns.emplace_back("num_interior_pts", ColumnType::i64);
  return table;
}

/// Names of the columns that only the file has: without it they could not be given back.
std::string other_columns(const Table& table) {
  const Table usual = empty_table();
  std::string names;
  for (const TableColumn& column : table.columns)
    if (!usual.find(column.name)) names += (names.empty() ? "" : ", ") + column.name;
  return names;
}

Result<LabelSet> read(const Drive& drive, const fs::path& place) {
  std::error_code ignored;
  const fs::path path = fs::is_directory(place, ignored) ? place / "annotations.feather" : place;
  LabelSet set;
  set.format = kFormat;
  Source source = source_at(drive, path, kFormat);
  const auto bytes = read_bytes(path);
  auto table = bytes ? argoverse2::table_in(*bytes) : tl::unexpected(bytes.error());
  const auto columns = table ? argoverse2::columns_of(*table) : tl::unexpected(table.error());
  if (!columns) {
    Error error = columns.error();
    error.file = source.file;
    return tl::unexpected(error);
  }
  source.hash = Hash().add(std::span<const std::byte>(*bytes)).value();
  source.text = other_columns(*table);

  const argoverse2::Times times(drive);
  const RawAngles angles(drive);
  const std::string log = argoverse2::log_of(*columns, table->rows(), drive);
  FileProblems problems(set.problems, source.file);
  std::set<std::pair<std::int64_t, std::string>> seen;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    if (!argoverse2::is_of_log(*columns, row, log)) continue;
    const std::string where = fmt::format("row {}", row + 1);
    auto label = argoverse2::label_of(*columns, row, times, angles);
    if (!label) {
      problems.add(where, label.error());
      continue;
    }
    if (label->has_track_id && !seen.emplace(label->stamp.ns, label->track).second) {
      problems.add(where,
                   fail({},
                        "track_uuid",
                        "each track once in a sweep",
                        text("{} again", label->track),
                        "the second box stands alone; correct its id")
                       .value());
      label->has_track_id = false;
      label->track = made_up_track(label->frame_name, row + 1);
    }
    label->origin = {source.id, static_cast<std::uint32_t>(row)};
    set.labels.push_back(std::move(*label));
  }
  set.sources.push_back(std::move(source));
  judge_frames(set, drive, place);
  return set;
}

argoverse2::Numbers numbers_of(const Cuboid& cuboid) {
  const Quat& q = cuboid.pose.rotation;
  const Vec3& t = cuboid.pose.translation;
  return {cuboid.size.x(),
          cuboid.size.y(),
          cuboid.size.z(),
          q.w(),
          q.x(),
          q.y(),
          q.z(),
          t.x(),
          t.y(),
          t.z()};
}

/// A row on its way into the file.
struct OutRow {
  std::int64_t ns = 0;
  std::optional<std::size_t> base;  ///< row of the source
  const OutBox* box = nullptr;      ///< what is written; nullptr: the source's row as it is
  std::optional<std::string> name;  ///< of a track that was renamed
  int frame = -1;
};

class Writer {
 public:
  explicit Writer(const WriteRequest& request)
      : request_(request),
        sources_(sources_of(request.document, kFormat)),
        counts_(request.drive) {}

  Result<std::string> write() {
    frames_ = frames_to_write(request_, sources_);
    if (!sources_.empty())
      if (auto done = read_source_again(); !done) return tl::unexpected(done.error());
    Table out = empty_table();
    if (!sources_.empty()) {
      out = table_.without_rows();
      out.batch_rows = table_.batch_rows;
    }
    collect_boxes();
    std::vector<OutRow> rows = rows_of_source();
    add_new_rows(rows);
    for (const OutRow& row : rows) add_row(row, out);
    const auto bytes = write_arrow(out);
    if (!bytes) return tl::unexpected(bytes.error());
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  }

 private:
  const Source& source() const { return *sources_.front(); }

  /// A table is not kept in the document: the file is read again. Where it is another one by now
  /// (these labels were written over it), its rows are found by time and track.
  Result<void> read_source_again() {
    const fs::path path = request_.drive.info().root / source().file;  // an absolute one stays
    const auto bytes = read_bytes(path);
    auto table = bytes ? argoverse2::table_in(*bytes) : tl::unexpected(bytes.error());
    const auto columns = table ? argoverse2::columns_of(*table) : tl::unexpected(table.error());
    if (!columns) return write_without_source();
    source_id_ =
        Hash().add(std::span<const std::byte>(*bytes)).value() == source().hash ? source().id : "";
    table_ = std::move(*table);
    columns_ = *argoverse2::columns_of(table_);
    return {};
  }

  /// Without the file its boxes are written anew, unless something stood in it that nobody else
  /// knows: other columns, or points of sweeps that the drive does not have.
  Result<void> write_without_source() {
    const bool elsewhere = std::any_of(frames_.begin(), frames_.end(), [](const OutFrame& frame) {
      return frame.instant.frame < 0 && !frame.boxes.empty();
    });
    if (!source().text.empty() || elsewhere)
      return fail(source().file,
                  {},
                  elsewhere
                      ? Text("the file that was imported, with the points of its other boxes")
                      : text("the file that was imported, with its columns {}", source().text),
                  "none that can be read",
                  "put the file back");
    sources_.clear();
    return {};
  }

  /// Nanoseconds of a frame: its name where it is one, whatever repairs moved its stamp by.
  static std::int64_t ns_of(const OutFrame& frame) {
    constexpr std::size_t kDigits = 17;
    const auto number = number_in(frame.instant.name);
    return number && frame.instant.name.size() >= kDigits ? *number : frame.instant.stamp.ns;
  }

  /// Boxes that still equal their row, and the others by time.
  void collect_boxes() {
    for (const OutFrame& frame : frames_) {
      const std::int64_t ns = ns_of(frame);
      frame_at_[ns] = &frame;
      for (const OutBox& box : frame.boxes) {
        const bool own = !sources_.empty() && box.origin && box.origin->source == source_id_ &&
                         box.origin->record < table_.rows() &&
                         !claims_.contains(box.origin->record);
        if (own)
          claims_[box.origin->record] = &box;
        else
          unclaimed_[ns].push_back(&box);
      }
    }
  }

  const OutBox* take(std::int64_t ns, const std::string& name) {
    const auto boxes = unclaimed_.find(ns);
    if (boxes == unclaimed_.end()) return nullptr;
    const auto found = std::find_if(boxes->second.begin(),
                                    boxes->second.end(),
                                    [&](const OutBox* box) { return box->track->name == name; });
    if (found == boxes->second.end()) return nullptr;
    const OutBox* box = *found;
    boxes->second.erase(found);
    return box;
  }

  /// The source's rows in order: as they are, changed, or (deleted) gone.
  std::vector<OutRow> rows_of_source() {
    std::vector<OutRow> rows;
    const argoverse2::Times times(request_.drive);
    const RawAngles angles(request_.drive);
    const std::string log =
        sources_.empty() ? "" : argoverse2::log_of(columns_, table_.rows(), request_.drive);
    const bool whole = is_whole(request_);
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      OutRow out{columns_.stamp->integer(row).value_or(0), row, nullptr, {}, -1};
      const auto frame = frame_at_.find(out.ns);
      if (frame != frame_at_.end()) out.frame = frame->second->instant.frame;
      if (!whole && frame == frame_at_.end()) continue;
      const bool of_log = argoverse2::is_of_log(columns_, row, log);
      const auto label =
          of_log ? argoverse2::label_of(columns_, row, times, angles) : tl::unexpected(Error{});
      // What could not be read, or is another drive's, was not deleted either.
      if (!label) {
        rows.push_back(out);
        continue;
      }
      const std::string made_up = made_up_track(label->frame_name, row + 1);
      if (const auto claim = claims_.find(row); claim != claims_.end()) {
        const std::string& name = claim->second->track->name;
        if (name != label->track && name != made_up) out.name = name;
        rows.push_back(out);
        continue;
      }
      out.box = take(out.ns, made_up);
      if (!out.box && label->has_track_id) out.box = take(out.ns, label->track);
      if (out.box) rows.push_back(out);
    }
    return rows;
  }

  /// New boxes behind the last of their sweep, or where their time belongs.
  void add_new_rows(std::vector<OutRow>& rows) const {
    for (const auto& entry : unclaimed_) {
      const auto ns = entry.first;
      const auto& boxes = entry.second;
      if (boxes.empty()) continue;
      const auto behind = [&](const auto& is) {
        return std::find_if(
                   rows.rbegin(), rows.rend(), [&](const OutRow& row) { return is(row.ns); })
            .base();
      };
      auto at = behind([&](std::int64_t each) { return each == ns; });
      if (at == rows.begin()) at = behind([&](std::int64_t each) { return each < ns; });
      std::vector<OutRow> added;
      for (const OutBox* box : boxes)
        added.push_back({ns, {}, box, {}, frame_at_.at(ns)->instant.frame});
      rows.insert(at, added.begin(), added.end());
    }
  }

  void add_row(const OutRow& row, Table& out) {
    const Table& from = table_;
    const auto points = row.box ? counts_.of(row.box->cuboid_in_ego, row.frame) : std::nullopt;
    argoverse2::Numbers numbers{};
    if (row.box) numbers = numbers_in_row(row);
    for (std::size_t i = 0; i < out.columns.size(); ++i) {
      TableColumn& to = out.columns[i];
      const TableColumn* base = row.base ? &from.columns[i] : nullptr;
      const auto copy = [&] { base ? to.add(*base, *row.base) : to.add_null(); };
      if (row.base && row.name && to.name == "track_uuid") {
        to.add_text(*row.name);
        continue;
      }
      if (!row.box) {
        copy();
        continue;
      }
      const auto number =
          std::find(std::begin(argoverse2::kNumbers), std::end(argoverse2::kNumbers), to.name);
      if (number != std::end(argoverse2::kNumbers))
        add_number(numbers[static_cast<std::size_t>(number - std::begin(argoverse2::kNumbers))],
                   base,
                   row,
                   to);
      else if (to.name == "category")
        to.add_text(category_of(*row.box));
      else if (to.name == "track_uuid")
        to.add_text(row.box->track->name);
      else if (to.name == "timestamp_ns")
        base ? copy() : to.add_integer(row.ns);
      else if (to.name == "num_interior_pts" && (points || !base))
        to.add_integer(static_cast<std::int64_t>(points.value_or(0)));
      else if (to.name == "score" && row.box->score)
        to.add_number(*row.box->score);
      else if (to.name == "log_id" && !base)
        to.add_text(request_.drive.info().name);
      else
        copy();
    }
  }

  std::string category_of(const OutBox& box) const {
    return word_for(request_.document.taxonomy(), box.track->class_name, kWords);
  }

  /// Of the two quaternions of a rotation that which the row has.
  argoverse2::Numbers numbers_in_row(const OutRow& row) const {
    argoverse2::Numbers numbers = numbers_of(row.box->cuboid_in_ego);
    double product = numbers[3];  // without a row: the one with a positive w
    if (row.base) {
      product = 0;
      for (std::size_t i = 3; i < 7; ++i)
        product += numbers[i] * columns_.numbers[i]->number(*row.base);
    }
    if (product < 0)
      for (std::size_t i = 3; i < 7; ++i) numbers[i] = -numbers[i];
    return numbers;
  }

  /// A number that the way through the world has only rounded stays as it was.
  static void add_number(double value,
                         const TableColumn* base,
                         const OutRow& row,
                         TableColumn& to) {
    constexpr double kRounding = 1e-8;
    if (base && std::abs(base->number(*row.base) - value) <= kRounding)
      to.add(*base, *row.base);
    else
      to.add_number(value);
  }

  const WriteRequest& request_;
  Sources sources_;
  std::string source_id_;  ///< of keys whose record is a row; empty: rows have moved
  Table table_;            ///< of the source
  argoverse2::Columns columns_;
  OutFrames frames_;
  std::map<std::int64_t, const OutFrame*> frame_at_;
  std::map<std::size_t, const OutBox*> claims_;
  std::map<std::int64_t, std::vector<const OutBox*>> unclaimed_;
  PointCounts counts_;
};

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  auto content = Writer(request).write();
  if (!content) return tl::unexpected(content.error());
  return std::vector<WrittenFile>{{"annotations.feather", std::move(*content)}};
}

double recognise(const fs::path& place) {
  std::error_code ignored;
  const fs::path path = fs::is_directory(place, ignored) ? place / "annotations.feather" : place;
  if (path.extension() != ".feather") return 0;
  const auto bytes = read_bytes(path, std::uint64_t{1} << 28);
  const auto table = bytes ? argoverse2::table_in(*bytes) : tl::unexpected(bytes.error());
  return table && argoverse2::columns_of(*table) ? 0.95 : 0;
}

}  // namespace

LabelFormat argoverse2_labels() {
  Can can;
  can.track_ids = true;
  can.several_frames = true;
  can.any_class = false;
  can.names.frame = NameRule::any;  // by their stamps
  return {kFormat, "Argoverse 2", can, kWords, {}, read, write, recognise};
}

}  // namespace sweepbox
