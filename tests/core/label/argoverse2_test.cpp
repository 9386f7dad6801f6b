#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "core/scene/boxes.hpp"
#include "core/table/arrow.hpp"
#include "made_drive.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

constexpr const char* kLog = "sensor/val/7fab2350-7eaf-3b7e-a39d-6937a4c1bede";

Table table_of(std::span<const std::byte> bytes) {
  auto read = read_arrow(bytes);
  REQUIRE(read);
  return std::move(read->table);
}

Table table_of(const std::string& content) {
  return table_of(std::as_bytes(std::span(content)));
}

Table table_at(const fs::path& path) {
  const auto bytes = read_bytes(path);
  REQUIRE(bytes);
  return table_of(*bytes);
}

/// The real log, its labels imported.
struct Log {
  std::shared_ptr<const Drive> drive;
  LabelSet labels;
  std::unique_ptr<test::Imported> import;
  Table table;

  explicit Log(const fs::path& data) : table(table_at(data / kLog / "annotations.feather")) {
    auto opened = open_drive(data, {}, {}, {});
    REQUIRE(opened);
    drive = *opened;
    auto read = read_own_labels(*drive);
    REQUIRE(read);
    labels = *read;
    import = test::imported(std::move(*read), *drive);
  }

  const Document& document() const { return import->document(); }

  Table written() const {
    const auto files = test::written_as("argoverse2", document(), *drive);
    REQUIRE(files.size() == 1);
    CHECK(files[0].path == "annotations.feather");
    return table_of(files[0].content);
  }

  Moment moment(int frame) const {
    const FrameInfo& info = drive->frames()[static_cast<std::size_t>(frame)];
    return {info.name, info.stamp};
  }

  /// Rows of the file at a frame.
  std::vector<std::size_t> rows_at(int frame) const {
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (table.find("timestamp_ns")->integer(row) == moment(frame).stamp.ns) rows.push_back(row);
    return rows;
  }
};

/// Rows of two tables that are not equal in every column, of the first.
std::vector<std::size_t> rows_that_differ(const Table& a, const Table& b) {
  std::vector<std::size_t> rows;
  REQUIRE(a.columns.size() == b.columns.size());
  for (std::size_t row = 0; row < std::min(a.rows(), b.rows()); ++row)
    for (std::size_t i = 0; i < a.columns.size(); ++i) {
      TableColumn x(a.columns[i].name, a.columns[i].type()), y = x;
      x.add(a.columns[i], row);
      y.add(b.columns[i], row);
      if (x == y) continue;
      rows.push_back(row);
      break;
    }
  return rows;
}

}  // namespace

TEST_CASE("Argoverse 2: all 11,364 boxes are read, 162 of them in the two sweeps") {
  SHARED_DATA_OR_SKIP(data, "argoverse2");
  const Log log(data);
  CHECK(log.labels.problems.empty());
  CHECK(log.labels.labels.size() == 11364);
  CHECK(log.labels.elsewhere == 11364 - 162);
  // Data README, of the whole file.
  std::map<std::string, int> classes;
  std::set<std::string> tracks;
  for (const Label& label : log.labels.labels) {
    ++classes[label.class_name];
    tracks.insert(label.track);
  }
  CHECK(tracks.size() == 114);
  CHECK(classes["REGULAR_VEHICLE"] == 6766);
  CHECK(classes["CONSTRUCTION_CONE"] == 118);
}

TEST_CASE("Argoverse 2: num_interior_pts is the number of points in the closed box, 162 of 162") {
  SHARED_DATA_OR_SKIP(data, "argoverse2");
  const Log log(data);
  int boxes = 0, of_labels = 0, of_document = 0;
  for (int frame = 0; frame < 2; ++frame) {
    const auto sweep = log.drive->read_sweep(frame, 0);
    REQUIRE(sweep);
    std::map<std::string, std::int64_t> published;
    for (const Label& label : log.labels.labels) {
      if (label.frame != frame) continue;
      ++boxes;
      const auto points = log.table.find("num_interior_pts")->integer(label.origin.record);
      REQUIRE(points);
      published[label.track] = *points;
      of_labels += static_cast<std::int64_t>(count_inside(*sweep, label.cuboid_in_ego)) == *points;
    }
    // The same after the way through the world, where documents keep boxes.
    for (const FrameCuboid& one : cuboids_in_frame(log.document(), *log.drive, frame))
      of_document += static_cast<std::int64_t>(count_inside(*sweep, one.cuboid_in_ego)) ==
                     published.at(one.track->name);
  }
  CHECK(boxes == 162);
  CHECK(of_labels == 162);
  CHECK(of_document == 162);
}

TEST_CASE("Argoverse 2: what nobody touched is written field for field") {
  SHARED_DATA_OR_SKIP(data, "argoverse2");
  const Log log(data);
  CHECK(log.written() == log.table);
}

TEST_CASE("Argoverse 2: an edited box changes its own row, and its points are counted again") {
  SHARED_DATA_OR_SKIP(data, "argoverse2");
  Log log(data);
  const std::size_t row = log.rows_at(1)[7];
  const std::string name(log.table.find("track_uuid")->text(row));
  const Track& track = log.import->track(name);
  const Moment moment = log.moment(1);
  Cuboid cuboid = *cuboid_at(track, moment.stamp);
  cuboid.pose.translation += Vec3(0, 0, 0.25);
  (*log.import)(set_key(log.document(), track.uid, moment, cuboid));
  const Table written = log.written();
  REQUIRE(written.rows() == log.table.rows());
  CHECK(rows_that_differ(log.table, written) == std::vector<std::size_t>{row});
  CHECK(written.batch_rows == log.table.batch_rows);
  CHECK(written.metadata == log.table.metadata);
  // The world is up to a degree off the vertical of ego: nearly all of the 0.25 m is in z.
  CHECK(written.find("tz_m")->number(row) ==
        Approx(log.table.find("tz_m")->number(row) + 0.25).margin(2e-3));
  for (const char* same : {"length_m", "width_m", "height_m", "qw", "qx", "qy", "qz"})
    CHECK(written.find(same)->number(row) == log.table.find(same)->number(row));
  const auto sweep = log.drive->read_sweep(1, 0);
  REQUIRE(sweep);
  const Cuboid in_ego = *cuboid_in_ego_at(log.import->track(name), *log.drive, moment.stamp);
  CHECK(written.find("num_interior_pts")->integer(row) ==
        static_cast<std::int64_t>(count_inside(*sweep, in_ego)));
}

TEST_CASE("Argoverse 2: deleted, renamed and new tracks touch no other row") {
  SHARED_DATA_OR_SKIP(data, "argoverse2");
  Log log(data);
  const std::size_t row = log.rows_at(0)[3];
  const std::string gone(log.table.find("track_uuid")->text(row));
  const std::string other(log.table.find("track_uuid")->text(log.rows_at(0)[4]));
  std::int64_t rows_gone = 0;
  for (std::size_t i = 0; i < log.table.rows(); ++i)
    rows_gone += log.table.find("track_uuid")->text(i) == gone;
  (*log.import)(delete_tracks(log.document(), std::vector<TrackId>{log.import->track(gone).uid}));
  (*log.import)(rename(log.document(), log.import->track(other).uid, "renamed"));
  const auto pose = log.drive->world_from_ego(log.moment(0).stamp);
  (*log.import)(create_track(log.document(),
                             "car",
                             *pose * Cuboid{pose_from_yaw(0.5, {10, 2, 1}), {4, 2, 1.5}},
                             log.moment(0),
                             new_track_id()));
  const Table written = log.written();
  CHECK(static_cast<std::int64_t>(written.rows()) ==
        static_cast<std::int64_t>(log.table.rows()) - rows_gone + 1);
  std::size_t renamed = 0, added = 0;
  for (std::size_t i = 0; i < written.rows(); ++i) {
    CHECK(written.find("track_uuid")->text(i) != gone);
    renamed += written.find("track_uuid")->text(i) == "renamed";
    if (written.find("track_uuid")->text(i) != "1") continue;
    ++added;
    // Behind the others of its sweep.
    CHECK(written.find("timestamp_ns")->integer(i) == log.moment(0).stamp.ns);
    CHECK(*written.find("timestamp_ns")->integer(i + 1) > log.moment(0).stamp.ns);
    CHECK(written.find("category")->text(i) == "REGULAR_VEHICLE");
    CHECK(written.find("tx_m")->number(i) == Approx(10));
    CHECK(written.find("qz")->number(i) == Approx(std::sin(0.25)));
    CHECK(written.find("length_m")->number(i) == 4);
    CHECK(written.find("num_interior_pts")->valid(i));
  }
  CHECK(added == 1);
  CHECK(renamed > 1);
}

TEST_CASE("Argoverse 2: labels of another set become the published columns") {
  const auto drive = test::made({});
  const auto import = test::imported({}, *drive);
  const FrameInfo& frame = drive->frames()[2];
  (*import)(create_track(
      import->document(),
      "pedestrian",
      *drive->world_from_ego(frame.stamp) * Cuboid{pose_from_yaw(-3, {1, 2, 3}), {0.5, 0.6, 1.7}},
      {frame.name, frame.stamp},
      new_track_id()));
  const auto files = test::written_as("argoverse2", import->document(), *drive);
  REQUIRE(files.size() == 1);
  const Table table = table_of(files[0].content);
  std::vector<std::string> names;
  for (const TableColumn& column : table.columns) names.push_back(column.name);
  CHECK(names == std::vector<std::string>{"timestamp_ns",
                                          "track_uuid",
                                          "category",
                                          "length_m",
                                          "width_m",
                                          "height_m",
                                          "qw",
                                          "qx",
                                          "qy",
                                          "qz",
                                          "tx_m",
                                          "ty_m",
                                          "tz_m",
                                          "num_interior_pts"});
  REQUIRE(table.rows() == 1);
  CHECK(table.find("timestamp_ns")->integer(0) == frame.stamp.ns);
  CHECK(table.find("category")->text(0) == "PEDESTRIAN");
  CHECK(table.find("qw")->number(0) == Approx(std::cos(-1.5)));
  CHECK(table.find("ty_m")->number(0) == Approx(2));
  CHECK(table.find("num_interior_pts")->integer(0) == 0);  // the made drive has no sweep to read
}

TEST_CASE(
    "Argoverse 2: unknown columns, dictionaries and scores stay, bad rows are told and kept") {
  const test::TempFolder folder;
  test::MadeDrive made;
  made.root = folder.path();
  const auto drive = test::made(made);
  Table table;
  table.columns.emplace_back(
      "category", ColumnType::text, ColumnType::i8, std::vector<std::string>{"BUS"}, false);
  table.columns.emplace_back("note", ColumnType::text);
  table.columns.emplace_back("timestamp_ns", ColumnType::i64);
  table.columns.emplace_back("track_uuid", ColumnType::text);
  const std::pair<const char*, double> numbers[] = {{"length_m", 11},
                                                    {"width_m", 2.5},
                                                    {"height_m", 3},
                                                    {"qw", -1},
                                                    {"qx", 0},
                                                    {"qy", 0},
                                                    {"qz", 0},
                                                    {"tx_m", 20},
                                                    {"ty_m", 3},
                                                    {"tz_m", 1},
                                                    {"score", 0.25}};
  for (const auto& [name, value] : numbers) table.columns.emplace_back(name, ColumnType::f32);
  for (int row = 0; row < 3; ++row) {
    table.columns[0].add_text("BUS");
    table.columns[1].add_text(row == 1 ? "keep me" : "");
    table.columns[2].add_integer(drive->frames()[0].stamp.ns);
    table.columns[3].add_text(row == 0 ? "a" : "b");
    for (std::size_t i = 0; i < std::size(numbers); ++i)
      table.columns[4 + i].add_number(row == 0 && i == 1 ? -2.5 : numbers[i].second);
  }
  table.columns[14] = TableColumn("score", ColumnType::f32);
  for (const double score : {0.25, 0.25, std::nan("")}) table.columns[14].add_number(score);
  const auto bytes = write_arrow(table);
  REQUIRE(bytes);
  const fs::path path = folder / "annotations.feather";
  REQUIRE(write_file(path, std::span<const std::byte>(*bytes)));
  const LabelFormat* recognised = recognised_format(path);
  REQUIRE(recognised);
  CHECK(recognised->name == "argoverse2");
  auto set = read_labels(*drive, path);
  REQUIRE(set);
  // Row 1 has a negative width; row 3 is track b again.
  REQUIRE(set->problems.size() == 2);
  CHECK(set->problems[0].where == "row 1, width_m");
  CHECK(set->problems[1].where == "row 3, track_uuid");
  REQUIRE(set->labels.size() == 2);
  CHECK(set->labels[0].score == 0.25);
  CHECK_FALSE(set->labels[1].score);
  CHECK(set->labels[0].class_name == "BUS");
  const auto import = test::imported(std::move(*set), *drive);
  const auto written = [&] {
    return table_of(test::written_as("argoverse2", import->document(), *drive)[0].content);
  };
  Table expected = table;
  expected.batch_rows = {3};
  CHECK(written() == expected);
  // A new class changes the word, and nothing else of the row.
  (*import)(set_class(import->document(), std::vector<TrackId>{import->track("b").uid}, "car"));
  const Table changed = written();
  CHECK(changed.find("category")->text(1) == "REGULAR_VEHICLE");
  CHECK(changed.find("note")->text(1) == "keep me");
  CHECK(changed.find("qw")->number(1) == -1);
  CHECK(changed.find("category")->text(2) == "BUS");
  // The file is gone: its other columns cannot be given back.
  REQUIRE(write_file(path, std::string_view("ARROW1")));
  std::vector<int> frames;
  for (int i = 0; i < static_cast<int>(drive->frames().size()); ++i) frames.push_back(i);
  CHECK_FALSE(label_format("argoverse2")->write({import->document(), *drive, frames}));
}

TEST_CASE("Argoverse 2: labels that were written over their own file can be written again") {
  const test::TempFolder folder;
  test::MadeDrive made;
  made.root = folder.path();
  const auto drive = test::made(made);
  const auto first = test::imported({}, *drive);
  const auto add = [&](test::Imported& import, int n, const char* name) {
    const FrameInfo& frame = drive->frames()[static_cast<std::size_t>(n)];
    const TrackId uid = new_track_id();
    import(create_track(import.document(),
                        "car",
                        Cuboid{{},
                               { 4,
                                 2,
                                 1 }},
                        {frame.name, frame.stamp},
                        uid));
    import(rename(import.document(), uid, name));
  };
  add(*first, 0, "a");
  add(*first, 1, "b");
  add(*first, 1, "c");
  const auto write = [&](const test::Imported& import) {
    const auto files = test::written_as("argoverse2", import.document(), *drive);
    REQUIRE(write_file(folder / files[0].path, std::string_view(files[0].content)));
    return table_of(files[0].content);
  };
  write(*first);
  auto set = label_format("argoverse2")->read(*drive, folder.path());
  REQUIRE(set);
  const auto second = test::imported(std::move(*set), *drive);
  (*second)(delete_tracks(second->document(), std::vector<TrackId>{second->track("a").uid}));
  add(*second, 1, "d");
  const auto tracks = [](const Table& table) {
    std::string names;
    for (std::size_t row = 0; row < table.rows(); ++row)
      names += table.find("track_uuid")->text(row);
    return names;
  };
  CHECK(tracks(write(*second)) == "bcd");
  (*second)(delete_tracks(second->document(), std::vector<TrackId>{second->track("b").uid}));
  add(*second, 0, "e");
  const Table third = write(*second);  // rows have moved: row 0 was a, then b
  CHECK(tracks(third) == "ecd");
  REQUIRE(fs::remove(folder / "annotations.feather"));
  CHECK(tracks(write(*second)) == "ecd");  // nothing stood in it that nobody knows
}

TEST_CASE("Argoverse 2: a table without boxes is refused with the column that it lacks") {
  const test::TempFolder folder;
  const auto drive = test::made({});
  Table table;
  table.columns.emplace_back("timestamp_ns", ColumnType::i64);
  table.columns.emplace_back("category", ColumnType::text);
  const auto bytes = write_arrow(table);
  REQUIRE(bytes);
  REQUIRE(write_file(folder / "annotations.feather", std::span<const std::byte>(*bytes)));
  const auto read = label_format("argoverse2")->read(*drive, folder.path());
  REQUIRE_FALSE(read);
  CHECK(read.error().where == "column length_m");
  CHECK_FALSE(label_format("argoverse2")->read(*drive, folder / "none.feather"));
}

}  // namespace sweepbox
