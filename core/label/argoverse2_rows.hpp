#pragma once
#include <array>
#include <iterator>
#include <string>

#include "core/label/instants.hpp"
#include "core/label/label.hpp"
#include "core/label/repairs.hpp"
#include "core/table/arrow.hpp"

// Inside the room label: what the rows of Argoverse 2's annotations.feather say (formats.md 2.7,
// 4.5).

namespace sweepbox::argoverse2 {

/// Ten numbers of a box, in this order.
inline constexpr const char* kNumbers[] = {
    "length_m", "width_m", "height_m", "qw", "qx", "qy", "qz", "tx_m", "ty_m", "tz_m"};
using Numbers = std::array<double, std::size(kNumbers)>;

/// The table of a file; refused where something of it would be left out, which could not be given
/// back.
[[nodiscard]] Result<Table> table_in(std::span<const std::byte> file);

/// The columns of a table that mean something here.
struct Columns {
  const TableColumn* stamp = nullptr;
  const TableColumn* track = nullptr;  ///< nullptr: detections without tracks
  const TableColumn* category = nullptr;
  const TableColumn* score = nullptr;
  const TableColumn* log = nullptr;
  std::array<const TableColumn*, std::size(kNumbers)> numbers{};
};

/// Errors name the column that is missing. The table outlives them.
[[nodiscard]] Result<Columns> columns_of(const Table& table);

/// The frame of a time: named by it, or seen at it; else an instant of no frame.
class Times {
 public:
  explicit Times(const Drive& drive) : drive_(drive), instants_(drive) {}

  Instant at(std::int64_t ns) const;

 private:
  const Drive& drive_;
  Instants instants_;
};

/// Rows of other logs in a file of detections belong to other drives. `log` is log_of's: the
/// drive's name where some row has it, else empty.
bool is_of_log(const Columns& columns, std::size_t row, const std::string& log);
std::string log_of(const Columns& columns, std::size_t rows, const Drive& drive);

/// What a row says, without its origin. The error names the column.
[[nodiscard]] Result<Label> label_of(const Columns& columns,
                                     std::size_t row,
                                     const Times& times,
                                     const RawAngles& angles);

}  // namespace sweepbox::argoverse2
