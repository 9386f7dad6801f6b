#include "core/table/npy.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/files.hpp"

using namespace sweepbox;

// Files in tests/fuzz/corpus/npy were written by NumPy.

namespace {

std::vector<std::byte> bytes_of(const std::string& name) {
  const auto bytes = read_bytes(fs::path(SWEEPBOX_SOURCE_DIR) / "tests/fuzz/corpus/npy" / name);
  REQUIRE(bytes);
  return {bytes->begin(), bytes->end()};
}

NpyRead read_of(const std::string& name) {
  auto read = read_npy(bytes_of(name));
  REQUIRE(read);
  return std::move(*read);
}

std::vector<std::byte> made(const std::string& header, std::size_t bytes) {
  std::string text = std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0';
  text += header + std::string(bytes, '\0');
  const auto all = std::as_bytes(std::span(text));
  return {all.begin(), all.end()};
}

}  // namespace

TEST_CASE("a plain array is the same in every order, byte order and width") {
  const std::string name = GENERATE("plain", "fortran", "big", "half");
  INFO(name);
  const NpyRead read = read_of(name);
  CHECK_FALSE(read.structured);
  REQUIRE(read.table.columns.size() == 4);
  REQUIRE(read.table.rows() == 3);
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 4; ++column)
      CHECK(read.table.columns[column].number(row) == static_cast<double>(row * 4 + column) + 0.5);
}

TEST_CASE("an array of one dimension is one column") {
  const NpyRead read = read_of("line");
  REQUIRE(read.table.columns.size() == 1);
  CHECK(read.table.columns[0].type() == ColumnType::i16);
  CHECK(read.table.columns[0].integer(1) == -2);
}

TEST_CASE("fields of a structured array are columns, gaps and sub-arrays included") {
  const NpyRead zod = read_of("zod");
  CHECK(zod.structured);
  REQUIRE(zod.table.columns.size() == 6);
  CHECK(zod.table.find("timestamp")->integer(0) == -50000);
  CHECK(zod.table.find("diode_index")->integer(2) == 127);
  CHECK(zod.table.find("z")->number(1) == 0.25);

  const NpyRead aligned = read_of("aligned");
  CHECK(aligned.table.find("flag")->integer(0) == 1);
  CHECK(aligned.table.find("p_0")->number(1) == 4);
  CHECK(aligned.table.find("p_2")->number(0) == 3);
  CHECK(aligned.table.find("t")->number(1) == 2e9);
  CHECK(aligned.table.find("when")->integer(1) == 8);
  REQUIRE(aligned.problems.size() == 2);
  CHECK(aligned.problems[0].where == "field s");
  CHECK(aligned.problems[1].where == "field in");
}

TEST_CASE("objects and arrays of three dimensions are refused in words") {
  const auto error_of = [](const std::vector<std::byte>& file) {
    const auto read = read_npy(file);
    REQUIRE_FALSE(read);
    return to_line(read.error());
  };
  CHECK(error_of(bytes_of("objects")).find("Python objects") != std::string::npos);
  CHECK(error_of(bytes_of("cube")).find("2 × 2 × 2") != std::string::npos);
  CHECK(error_of({}).find("NUMPY") != std::string::npos);
  CHECK(error_of(made("{'descr': '<f4', 'fortran_order': True, 'shape': (9, 9)}", 100))
            .find("cut short") != std::string::npos);
  CHECK(error_of(made("{'descr': '<f4', 'shape': (9, 9)}", 324)).find("fortran_order") !=
        std::string::npos);
  CHECK(error_of(made("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 5000)}", 20000))
            .find("1024") != std::string::npos);
}

TEST_CASE("of an array that is cut short the whole rows are read") {
  const auto read = read_npy(made(
      "{'descr': [('x', '<f4'), ('i', '|u1')], 'fortran_order': False, 'shape': (1000000000000,)}",
      12));
  REQUIRE(read);
  CHECK(read->table.rows() == 2);
  REQUIRE(read->problems.size() == 1);
  CHECK(read->problems[0].where == "rows");
}

TEST_CASE("every prefix of an array is survived") {
  for (const char* name : {"zod", "aligned", "fortran"}) {
    const std::vector<std::byte> whole = bytes_of(name);
    for (std::size_t n = 0; n < whole.size(); ++n) {
      const std::vector<std::byte> cut(whole.begin(),
                                       whole.begin() + static_cast<std::ptrdiff_t>(n));
      if (const auto read = read_npy(cut)) CHECK(read->table.rows() < 3);
    }
  }
}

TEST_CASE("an array that is written is the one that NumPy writes") {
  const NpyRead zod = read_of("zod");
  const auto written = write_npy(zod.table, NpyForm::structured);
  REQUIRE(written);
  // NumPy leaves more blanks behind the header, for rows that could come.
  const auto essence = [](std::vector<std::byte> file) {
    std::erase(file, std::byte{' '});
    file[8] = file[9] = std::byte{0};
    return file;
  };
  CHECK(essence(*written) == essence(bytes_of("zod")));
  const auto matrix = write_npy(read_of("plain").table, NpyForm::matrix);
  REQUIRE(matrix);
  CHECK(*matrix == bytes_of("plain"));
  Table words;
  words.columns.emplace_back("a", ColumnType::text);
  CHECK_FALSE(write_npy(words, NpyForm::structured));
}
