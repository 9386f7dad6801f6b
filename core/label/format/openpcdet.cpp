#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/cuboids.hpp"
#include "core/label/kitti_rows.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/upright.hpp"
#include "core/label/writing.hpp"

// OpenPCDet's and mmdetection3d's custom data sets (formats.md 4.8): labels/FRAME.txt with rows
// "x y z dx dy dz heading class", centre and heading in the lidar's frame, no tilt. What follows
// the class in a row stays.

namespace sweepbox {

LabelFormat openpcdet_labels();

namespace {

constexpr const char* kFormat = "openpcdet";
constexpr const char* kFix = "correct the row";
constexpr std::array<const char*, 7> kFields = {"x", "y", "z", "dx", "dy", "dz", "heading"};

struct Row {
  std::array<double, 7> numbers{};
  std::string class_name;
  std::size_t words = 0;  ///< of the line; the class is the eighth
};

Result<Row> parse_row(std::string_view line) {
  const auto parts = split_blanks(line);
  if (parts.size() < 8)
    return fail({}, {}, "x y z dx dy dz heading class", text("{} fields", parts.size()), kFix);
  Row row;
  for (std::size_t i = 0; i < 7; ++i) {
    const auto value = to_double(parts[i]);
    if (!value || !std::isfinite(*value))
      return fail({}, kFields[i], "a number", std::string(parts[i]), kFix);
    row.numbers[i] = *value;
  }
  row.class_name = parts[7];
  if (auto fault = too_long("class", row.class_name)) return tl::unexpected(std::move(*fault));
  row.words = parts.size();
  return row;
}

Result<Cuboid> cuboid_of(const Row& row, const RawAngles& angles) {
  const auto& n = row.numbers;
  const double heading = angles.radians(n[6]);
  if (!(std::abs(heading) <= 4 * kPi))
    return fail({}, "heading", "an angle in radians", text("{}", n[6]), kFix);
  return checked_cuboid({n[0], n[1], n[2]}, {n[3], n[4], n[5]}, pose_from_yaw(heading).rotation);
}

std::array<double, 7> numbers_of(const Cuboid& cuboid, const RawAngles* angles) {
  const Vec3& c = cuboid.pose.translation;
  const Vec3& s = cuboid.size;
  const double yaw = yaw_of(cuboid.pose.rotation);
  return {c.x(), c.y(), c.z(), s.x(), s.y(), s.z(), angles ? angles->raw(yaw) : yaw};
}

void read_file(const Drive& drive, const Instants& instants, Source source, LabelSet& set) {
  const Instant instant = instants.named(source.frame);
  const Pose from_clouds = ego_from_clouds(drive, instant.near);
  const RawAngles angles(drive);
  FileProblems problems(set.problems, source.file);
  for (const LineRecord& record : line_records(source.text)) {
    const auto index = static_cast<std::uint32_t>(source.records.size());
    source.records.emplace_back(record.begin, record.end);
    const std::string where = fmt::format("line {}", record.number);
    const auto row =
        parse_row(std::string_view(source.text).substr(record.begin, record.end - record.begin));
    if (!row) {
      problems.add(where, row.error());
      continue;
    }
    const auto cuboid = cuboid_of(*row, angles);
    if (!cuboid) {
      problems.add(where, cuboid.error());
      continue;
    }
    Label label = label_at(instant);
    label.track = made_up_track(instant.name, record.number);
    label.class_name = row->class_name;
    label.cuboid_in_ego = from_clouds * *cuboid;
    label.origin = {source.id, index};
    set.labels.push_back(std::move(label));
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const Instants instants(drive);
  return read_each(
      drive,
      place,
      kFormat,
      {".txt"},
      [&](const std::filesystem::path& file) {
        return instant_named(instants, of_stem(file)).name;
      },
      [&](Source source, LabelSet& set) { read_file(drive, instants, std::move(source), set); });
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".txt"}, 4096);
  for (const std::string_view line : lines_of(beginning.text)) {
    if (trimmed(line).empty()) continue;
    const auto row = parse_row(line);
    if (!row || row->words > 9 || to_double(row->class_name)) return 0;
    return row->words == 8 ? 0.9 : 0.6;
  }
  return 0;
}

/// A number as it is written: a micrometre.
std::string number_text(double value) {
  return fmt::format("{:.6f}", value);
}

std::string new_line(const Cuboid& cuboid, const std::string& word) {
  std::string line;
  for (const double number : numbers_of(cuboid, nullptr)) line += number_text(number) + " ";
  return line + word;
}

/// The line with those words replaced that say something else now.
std::string changed_line(std::string_view line,
                         const Row& row,
                         const Cuboid& cuboid,
                         const std::string& word,
                         const RawAngles& angles) {
  const auto parts = split_blanks(line);
  const auto numbers = numbers_of(cuboid, &angles);
  std::string result;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto begin = static_cast<std::size_t>(parts[i].data() - line.data());
    const double off = i < 6 ? std::abs(numbers[i] - row.numbers[i])
                       : i < 7
                           ? std::abs(wrapped_angle(angles.radians(numbers[6] - row.numbers[6])))
                           : 0;
    result += line.substr(at, begin - at);
    if (i == 7)
      result += word;
    else
      result += off > 1e-6 ? number_text(numbers[i]) : std::string(parts[i]);
    at = begin + parts[i].size();
  }
  return result += line.substr(at);
}

/// Fields end at blanks.
std::string word_of(const Track& track) {
  std::string word = track.class_name;
  std::replace_if(
      word.begin(), word.end(), [](char c) { return c == ' ' || c == '\t' || c == '\n'; }, '_');
  return word;
}

std::string file_text(const WriteRequest& request, const OutFrame& frame) {
  const Source* source = frame.source;
  const std::string_view whole = source ? std::string_view(source->text) : std::string_view();
  const std::string line_end = whole.find("\r\n") != std::string_view::npos ? "\r\n" : "\n";
  const Pose clouds_from_ego = ego_from_clouds(request.drive, frame.instant.near).inverse();
  const RawAngles angles(request.drive);
  const auto held = [&](const OutBox& box) {
    return nearest_upright(clouds_from_ego * box.cuboid_in_ego);
  };
  std::string result;
  std::size_t at = 0;
  const auto records = line_records(whole);
  Claims claims(frame.boxes, source, records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const LineRecord& record = records[i];
    const std::string_view line = whole.substr(record.begin, record.end - record.begin);
    result += whole.substr(at, record.begin - at);  // blank lines stay
    at = record.end;
    const auto row = parse_row(line);
    if (claims.untouched(i) || !row || !cuboid_of(*row, angles))
      result += line;
    else if (const OutBox* box = claims.take(made_up_track(frame.instant.name, record.number)))
      result += changed_line(line, *row, held(*box), word_of(*box->track), angles);
  }
  result += whole.substr(std::min(at, whole.size()));
  for (const OutBox* box : claims.waiting()) {
    if (!result.empty() && result.back() != '\n') result += line_end;
    result += new_line(held(*box), word_of(*box->track)) + line_end;
  }
  return result;
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  std::vector<WrittenFile> files;
  for (const OutFrame& frame : frames_to_write(request, sources_of(request.document, kFormat))) {
    const std::string name =
        frame.source ? file_name_of(*frame.source) : frame.instant.name + ".txt";
    files.push_back({"labels/" + name, file_text(request, frame)});
  }
  return files;
}

Pose reference_of(const Drive& drive, const Instant& instant) {
  return ego_from_clouds(drive, instant.near);
}

}  // namespace

LabelFormat openpcdet_labels() {
  Can can;
  can.upright = Upright::in_reference;
  can.names.class_name = NameRule::word;
  return {kFormat,
          "OpenPCDet and mmdetection3d text",
          can,
          {},
          {},
          read,
          write,
          recognise,
          reference_of};
}

}  // namespace sweepbox
