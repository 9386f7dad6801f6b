#include "core/table/arrow.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/files.hpp"
#include "tests/support/shared_data.hpp"

using namespace sweepbox;

// Files in tests/fuzz/corpus/arrow were written by pyarrow 26 (Apache's own library): five rows of
// every kind of column that is read, in batches of three, in three packings; and nested ones.

namespace {

Table table_of(const std::string& name) {
  const auto bytes = read_bytes(fs::path(SWEEPBOX_SOURCE_DIR) / "tests/fuzz/corpus/arrow" / name);
  REQUIRE(bytes);
  auto read = read_arrow(*bytes);
  REQUIRE(read);
  CHECK(read->left_out.empty());
  return std::move(read->table);
}

const TableColumn& column(const Table& table, const char* name) {
  const TableColumn* found = table.find(name);
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("a table of Apache's own library is read, whatever its packing") {
  const auto [name, packing] =
      GENERATE(table<std::string, TablePacking>({{"types_none", TablePacking::none},
                                                 {"types_lz4", TablePacking::lz4},
                                                 {"types_zstd", TablePacking::zstd}}));
  INFO(name);
  const Table table = table_of(name);
  CHECK(table.packing == packing);
  CHECK(table.rows() == 5);
  CHECK(table.batch_rows ==
        (name == "types_zstd" ? std::vector<std::size_t>{5} : std::vector<std::size_t>{3, 2}));
  CHECK(table.metadata == TableMetadata{{"who", "a test"}, {"b", "2"}});
  CHECK(column(table, "f64").metadata == TableMetadata{{"unit", "m"}});
  REQUIRE(table.columns.size() == 11);

  const TableColumn& flag = column(table, "flag");
  CHECK(flag.type() == ColumnType::boolean);
  CHECK(flag.number(0) == 1);
  CHECK_FALSE(flag.valid(1));
  CHECK(std::isnan(flag.number(1)));
  CHECK(flag.number(2) == 0);
  CHECK(column(table, "i8").integer(0) == -128);
  CHECK(column(table, "i8").null_count() == 1);
  CHECK(column(table, "i64").integer(0) == INT64_MIN);
  CHECK(column(table, "i64").integer(1) == INT64_MAX);
  CHECK(column(table, "u16").integer(1) == 65535);
  CHECK(column(table, "u64").number(0) == 0x1p64);
  CHECK_FALSE(column(table, "u64").integer(0));
  const TableColumn& half = column(table, "half");
  CHECK(half.number(0) == 0.5);
  CHECK(half.number(1) == -65504);
  CHECK(half.number(2) == 0x1p-24);
  CHECK(std::isnan(half.number(3)));
  CHECK(std::isinf(half.number(4)));
  CHECK(column(table, "f32").number(0) == double{0.1f});
  CHECK(column(table, "f64").number(1) == 1e300);
  CHECK_FALSE(column(table, "f64").valid(2));
  CHECK(column(table, "word").text(1) == "a");
  CHECK_FALSE(column(table, "word").valid(2));
  CHECK(column(table, "word").text(3) == "Grüße");
  CHECK(column(table, "word").text(4) == std::string(40, 'x'));
  CHECK(column(table, "large").type() == ColumnType::large_text);
  CHECK(column(table, "large").text(3) == "l3");
  const TableColumn& kind = column(table, "kind");
  CHECK(kind.index_type() == ColumnType::i8);
  CHECK(kind.is_ordered());
  CHECK(kind.text(0) == "BUS");
  CHECK_FALSE(kind.valid(2));
  CHECK(kind.text(4) == "VAN");
}

TEST_CASE("what is written is read back the same: types, order, batches, packing, metadata") {
  const std::string name = GENERATE("types_none", "types_lz4", "types_zstd");
  const Table table = table_of(name);
  const auto written = write_arrow(table);
  REQUIRE(written);
  const auto again = read_arrow(*written);
  REQUIRE(again);
  CHECK(again->table == table);
}

TEST_CASE("columns of other kinds are left out by name, those between them are read") {
  const auto bytes =
      read_bytes(fs::path(SWEEPBOX_SOURCE_DIR) / "tests/fuzz/corpus/arrow" / "nested");
  REQUIRE(bytes);
  const auto read = read_arrow(*bytes);
  REQUIRE(read);
  std::vector<std::string> names, left_out;
  for (const TableColumn& one : read->table.columns) names.push_back(one.name);
  for (const Problem& problem : read->left_out) left_out.push_back(problem.where);
  CHECK(names == std::vector<std::string>{"a", "b", "c"});
  CHECK(left_out ==
        std::vector<std::string>{
            "column list", "column s", "column when", "column nothing", "column bin", "column du"});
  CHECK(read->table.columns[0].integer(1) == 2);
  CHECK(read->table.columns[1].number(1) == 4.5);
  CHECK(read->table.columns[2].text(1) == "v");
}

TEST_CASE("rows added to a copy of a table take its types") {
  const Table table = table_of("types_lz4");
  Table copy = table.without_rows();
  CHECK(copy.rows() == 0);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    copy.columns[i].add(table.columns[i], 4);
    copy.columns[i].add_null();
    if (is_text(table.columns[i].type()))
      CHECK(copy.columns[i].add_text("TRUCK"));
    else
      copy.columns[i].add_number(3.75);
  }
  const auto written = write_arrow(copy);
  REQUIRE(written);
  auto again = read_arrow(*written);
  REQUIRE(again);
  CHECK(again->table.rows() == 3);
  CHECK(column(again->table, "kind").text(0) == "VAN");
  CHECK_FALSE(column(again->table, "kind").valid(1));
  CHECK(column(again->table, "kind").text(2) == "TRUCK");
  CHECK(column(again->table, "kind").words().size() == 4);
  CHECK(column(again->table, "half").number(2) == 3.75);
  CHECK(column(again->table, "i8").integer(2) == 4);
  CHECK(column(again->table, "flag").integer(2) == 1);
  CHECK(column(again->table, "word").text(0) == std::string(40, 'x'));
}

TEST_CASE("a table without rows is written and read") {
  Table table;
  table.columns.emplace_back("x", ColumnType::f32);
  table.columns.emplace_back("name", ColumnType::text);
  const auto written = write_arrow(table);
  REQUIRE(written);
  const auto again = read_arrow(*written);
  REQUIRE(again);
  CHECK(again->table.rows() == 0);
  CHECK(again->table.columns.size() == 2);
  table.columns[0].add_number(1);
  CHECK_FALSE(write_arrow(table));  // one column longer than the other
}

TEST_CASE("Feather version 1 and other files are refused in words") {
  const auto error_of = [](std::string_view content) {
    const auto read = read_arrow(std::as_bytes(std::span(content)));
    REQUIRE_FALSE(read);
    return to_line(read.error());
  };
  CHECK(error_of("FEA1 and what follows").find("version 1") != std::string::npos);
  CHECK(error_of("PAR1 and what follows").find("ARROW1") != std::string::npos);
  CHECK(error_of("ARROW1").find("cut short") != std::string::npos);
  CHECK(error_of("").find("ARROW1") != std::string::npos);
}

TEST_CASE("every prefix of a table is refused, and every changed byte is survived") {
  const auto bytes =
      read_bytes(fs::path(SWEEPBOX_SOURCE_DIR) / "tests/fuzz/corpus/arrow" / "types_zstd");
  REQUIRE(bytes);
  for (std::size_t n = 0; n < bytes->size(); ++n) {
    const std::vector<std::byte> cut(bytes->begin(),
                                     bytes->begin() + static_cast<std::ptrdiff_t>(n));
    CHECK_FALSE(read_arrow(cut));
  }
  for (std::size_t n = 0; n < bytes->size(); ++n) {
    FileBytes changed = *bytes;
    changed[n] ^= std::byte{0xFF};
    if (const auto read = read_arrow(changed))
      for (const TableColumn& one : read->table.columns) CHECK(one.size() == read->table.rows());
  }
}

TEST_CASE("the tables of Argoverse 2 are read and written without loss") {
  SHARED_DATA_OR_SKIP(data, "argoverse2");
  const fs::path log = data / "sensor/val/7fab2350-7eaf-3b7e-a39d-6937a4c1bede";

  struct Case {
    const char* file;
    std::size_t rows;
    std::vector<std::size_t> batches;
  };

  // Rows from the data's README; batches as pyarrow lists them.
  const Case cases[] = {{"annotations.feather", 11364, {11364}},
                        {"city_SE3_egovehicle.feather", 2706, {2706}},
                        {"calibration/egovehicle_SE3_sensor.feather", 11, {11}},
                        {"calibration/intrinsics.feather", 9, {9}},
                        {"sensors/lidar/315966265259836000.feather", 99229, {65536, 33693}},
                        {"sensors/lidar/315966265360032000.feather", 99466, {65536, 33930}}};
  for (const Case& one : cases) {
    INFO(one.file);
    const auto bytes = read_bytes(log / one.file);
    REQUIRE(bytes);
    const auto read = read_arrow(*bytes);
    REQUIRE(read);
    CHECK(read->table.rows() == one.rows);
    CHECK(read->table.batch_rows == one.batches);
    CHECK(read->table.packing == TablePacking::lz4);
    const auto written = write_arrow(read->table);
    REQUIRE(written);
    const auto again = read_arrow(*written);
    REQUIRE(again);
    CHECK(again->table == read->table);
  }
}
