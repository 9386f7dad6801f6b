#include "core/check/kept.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/base/hash.hpp"

namespace sweepbox {
namespace {

using Json = nlohmann::json;

/// Grows with what the doctor looks for or says.
constexpr std::uint64_t kDoctor = 1;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 20;

fs::path file_of(const fs::path& folder, const std::string& key) {
  return folder / (key + ".json");
}

void add_file(Hash& hash, const fs::directory_entry& file) {
  std::error_code absent;
  hash.add(file.path().string());
  hash.add(static_cast<std::uint64_t>(file.file_size(absent)));
  hash.add(static_cast<std::uint64_t>(file.last_write_time(absent).time_since_epoch().count()));
}

void add_files(Hash& hash, const fs::path& place) {
  std::error_code failed;
  if (!fs::is_directory(place, failed)) return add_file(hash, fs::directory_entry(place, failed));
  // Folders list their files in any order.
  std::vector<fs::directory_entry> files;
  for (auto at = fs::recursive_directory_iterator(
           place, fs::directory_options::skip_permission_denied, failed);
       !failed && at != fs::recursive_directory_iterator();
       at.increment(failed))
    if (at->is_regular_file(failed)) files.push_back(*at);
  std::sort(files.begin(), files.end());
  for (const auto& file : files) add_file(hash, file);
}

void add_number(Hash& hash, double number) {
  hash.add(std::bit_cast<std::uint64_t>(number));
}

void add_pose(Hash& hash, const Pose& pose) {
  for (const double number : pose.translation) add_number(hash, number);
  for (const double number : pose.rotation.coeffs()) add_number(hash, number);
}

/// By what it shows where: whatever file it came from.
void add_camera(Hash& hash, const Camera& camera) {
  add_pose(hash, camera.camera_from_ego);
  hash.add(static_cast<std::uint64_t>(camera.width)).add(static_cast<std::uint64_t>(camera.height));
  for (const Vec3& way : {Vec3(0, 0, 1), Vec3(0.3, 0.1, 1), Vec3(-0.1, -0.2, 1)})
    if (const auto pixel = camera.project(way))
      for (const double number : *pixel) add_number(hash, number);
}

/// Stamps, calibrations and poses, as they were read: the fingerprint is of sweeps and images
/// alone.
void add_meaning(Hash& hash, const Drive& drive) {
  const Camera* last = nullptr;
  for (const FrameInfo& frame : drive.frames()) {
    hash.add(static_cast<std::uint64_t>(frame.stamp.ns));
    for (const auto& sweep : frame.sweeps)
      if (sweep) hash.add(static_cast<std::uint64_t>(sweep->stamp.ns));
    for (const ImageFile& image : frame.images) {
      hash.add(static_cast<std::uint64_t>(image.stamp.ns));
      if (image.calibration.get() != last) add_camera(hash, *image.calibration);
      last = image.calibration.get();
    }
    if (const auto pose = drive.world_from_ego(frame.stamp)) add_pose(hash, *pose);
  }
  std::vector<std::string> names = {"camera_rect_0", "imu"};  // that labels stand in
  for (const LidarInfo& lidar : drive.info().lidars) names.push_back(lidar.name);
  for (int frame = 0; frame < static_cast<int>(drive.frames().size()); ++frame)
    for (const std::string& name : names)
      if (const auto pose = drive.ego_from(name, frame)) add_pose(hash, *pose);
}

Json json_of(const Text& text) {
  return {{"key", text.key}, {"arguments", text.arguments}};
}

Text text_of(const Json& json) {
  Text text(json.at("key").get<std::string>());
  text.arguments = json.at("arguments").get<std::vector<std::string>>();
  return text;
}

template <class Enum>
Enum enum_of(const Json& json, Enum last) {
  const int number = json.get<int>();
  if (number < 0 || number > static_cast<int>(last)) throw std::out_of_range("enum");
  return static_cast<Enum>(number);
}

Json json_of(const Finding& finding) {
  Json measures = Json::array();
  for (const Measure& measure : finding.measures)
    measures.push_back({{"name", measure.name},
                        {"unit", measure.unit},
                        {"as_is", measure.as_is},
                        {"repaired", measure.repaired}});
  const Problem& problem = finding.problem;
  return {{"ailment", static_cast<int>(finding.ailment)},
          {"certainty", static_cast<int>(finding.certainty)},
          {"severity", static_cast<int>(problem.severity)},
          {"file", problem.file},
          {"where", problem.where},
          {"expected", json_of(problem.expected)},
          {"found", json_of(problem.found)},
          {"fix", json_of(problem.fix)},
          {"repair", finding.repair},
          {"runner_up", finding.runner_up},
          {"measures", measures}};
}

Finding finding_of(const Json& json) {
  Finding finding;
  finding.ailment = enum_of(json.at("ailment"), Ailment::boxes_missing);
  finding.certainty = enum_of(json.at("certainty"), Certainty::too_few);
  finding.problem = {enum_of(json.at("severity"), Severity::error),
                     json.at("file"),
                     json.at("where"),
                     text_of(json.at("expected")),
                     text_of(json.at("found")),
                     text_of(json.at("fix"))};
  finding.repair = json.at("repair");
  finding.runner_up = json.at("runner_up");
  for (const Json& measure : json.at("measures"))
    finding.measures.push_back({measure.at("name"),
                                measure.at("unit"),
                                measure.at("as_is").get<double>(),
                                measure.at("repaired").get<double>()});
  return finding;
}

}  // namespace

std::string examination_key(const Drive& drive, const LabelPlace& place) {
  Hash hash;
  hash.add(kDoctor).add(fingerprint_of(drive)).add(drive.info().root.string());
  add_meaning(hash, drive);
  for (const auto& [name, value] : drive.info().repairs.values) hash.add(name).add(value);
  std::vector<LabelPlace> places = drive.info().labels;
  if (!place.path.empty()) places = {place};
  for (const LabelPlace& one : places) {
    hash.add(one.format);
    add_files(hash, one.path);
  }
  return hash.hex();
}

std::optional<Examination> kept_examination(const fs::path& folder, const std::string& key) {
  const auto content = read_text(file_of(folder, key), kLargestFile);
  if (!content) return std::nullopt;
  try {
    const Json json = Json::parse(*content);
    Examination examination;
    for (const Json& finding : json.at("findings"))
      examination.findings.push_back(finding_of(finding));
    for (const Json& untold : json.at("untold"))
      examination.untold.push_back(
          {enum_of(untold.at("ailment"), Ailment::boxes_missing), text_of(untold.at("missing"))});
    const Json& counts = json.at("counts");
    examination.counts = {
        counts.at("found"), counts.at("read"), counts.at("dropped"), counts.at("suspicious")};
    examination.frames = json.at("frames");
    examination.boxes = json.at("boxes");
    return examination;
  } catch (const std::exception&) {
    return std::nullopt;  // cut short, or somebody else's
  }
}

void keep_examination(const fs::path& folder,
                      const std::string& key,
                      const Examination& examination) {
  Json findings = Json::array(), untold = Json::array();
  for (const Finding& finding : examination.findings) findings.push_back(json_of(finding));
  for (const Untold& one : examination.untold)
    untold.push_back(
        {{"ailment", static_cast<int>(one.ailment)}, {"missing", json_of(one.missing)}});
  const ImportCounts& counts = examination.counts;
  const Json json = {{"findings", findings},
                     {"untold", untold},
                     {"counts",
                      {{"found", counts.found},
                       {"read", counts.read},
                       {"dropped", counts.dropped},
                       {"suspicious", counts.suspicious}}},
                     {"frames", examination.frames},
                     {"boxes", examination.boxes}};
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  // Words out of files may be no UTF-8.
  (void)write_file(file_of(folder, key), json.dump(1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace sweepbox
