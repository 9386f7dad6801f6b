#include "app/command/json.hpp"
#include "app/command/output.hpp"
#include "core/label/points.hpp"

namespace sweepbox {
namespace {

/// A field by RFC 4180. Control characters need no quotes: they are printed visibly.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// Points of a box over all lidars of the frame, not those of radars; empty where the frame has no
/// sweep that can be read: why not is one of `problems`.
class PointCounter {
 public:
  PointCounter(const Drive& drive, int frame, std::vector<Problem>& problems) {
    for (int l = 0; l < static_cast<int>(drive.info().lidars.size()); ++l) {
      const auto index = static_cast<std::size_t>(l);
      if (!drive.frames()[static_cast<std::size_t>(frame)].sweeps[index]) continue;
      auto sweep = drive.read_sweep(frame, l, channels_for_counts());
      if (!sweep) {
        problems.push_back(sweep.error());
      } else if (!is_radar(*sweep)) {
        sweeps_.push_back(std::move(*sweep));
        parts_.push_back(drive.info().lidars[index].parts);
      }
    }
  }

  std::optional<std::size_t> count(const Cuboid& cuboid_in_ego,
                                   const Attributes& attributes) const {
    if (sweeps_.empty()) return std::nullopt;
    std::size_t points = 0;
    for (std::size_t i = 0; i < sweeps_.size(); ++i)
      points += count_points(
          sweeps_[i], parts_[i], sweeps_[i].ego_from_points.inverse() * cuboid_in_ego, attributes);
    return points;
  }

 private:
  std::vector<Sweep> sweeps_;
  std::vector<std::vector<std::string>> parts_;
};

void print_cuboids(const Json& frames, bool csv) {
  if (csv)
    print(
        "frame,name,stamp_ns,track,class,x,y,z,length,width,height,qw,qx,qy,qz,yaw,frame_of,"
        "score,points\n");
  for (const Json& frame : frames)
    for (const Json& c : frame["cuboids"]) {
      const Json points = c.value("points", Json());
      if (csv) {
        std::string numbers;
        for (const char* list : {"center", "size", "rotation"})
          for (const Json& number : c[list]) numbers.append(",").append(number.dump());
        print("{},{},{},{},{}{},{},{},{},{}\n",
              frame["index"].dump(),
              csv_field(frame["name"].get<std::string>()),
              frame["stamp_ns"].dump(),
              csv_field(c["track"].get<std::string>()),
              csv_field(c["class"].get<std::string>()),
              numbers,
              c["yaw"].dump(),
              csv_field(c["frame_of"].get<std::string>()),
              c.contains("score") ? c["score"].dump() : "",
              points.is_null() ? "" : points.dump());
      } else {
        print(
            "{:>5} {}  {:<12} {:<14} at {:8.3f} {:8.3f} {:8.3f}  size {:6.3f} {:6.3f} {:6.3f}  yaw "
            "{:+.4f}{}\n",
            frame["index"].get<int>(),
            frame["name"].get<std::string>(),
            c["track"].get<std::string>(),
            c["class"].get<std::string>(),
            c["center"][0].get<double>(),
            c["center"][1].get<double>(),
            c["center"][2].get<double>(),
            c["size"][0].get<double>(),
            c["size"][1].get<double>(),
            c["size"][2].get<double>(),
            c["yaw"].get<double>(),
            points.is_null() ? "" : fmt::format("  {} points", points.get<int>()));
      }
    }
}

int run(const Invocation& invocation) {
  const InputsOrExit opened = open_inputs(invocation, Lacking::refuse);
  if (!opened.inputs) return opened.exit;
  const Inputs& inputs = *opened.inputs;
  const auto frames = chosen_frames(invocation, *inputs.drive);
  if (!frames) return kWrongUsage;
  const std::string reference = invocation.text("in", "ego");
  const auto rows = rows_by_frame(inputs);
  std::vector<Problem> problems = inputs.problems;
  Json listed = Json::array();
  for (const int f : *frames) {
    const FrameInfo& frame = inputs.drive->frames()[static_cast<std::size_t>(f)];
    const auto reference_from = reference_from_ego(*inputs.drive, f, reference);
    if (!reference_from) return wrong_usage(to_line(reference_from.error()));
    std::optional<PointCounter> counter;
    if (invocation.has("points")) counter.emplace(*inputs.drive, f, problems);
    Json cuboids = Json::array();
    for (const ListedBox& row : rows[static_cast<std::size_t>(f)]) {
      Json cuboid = to_json(row, *reference_from * row.cuboid_in_ego, reference);
      if (counter) {
        const auto points = counter->count(row.cuboid_in_ego, row.attributes);
        cuboid["points"] = points ? Json(*points) : Json(nullptr);
      }
      cuboids.push_back(std::move(cuboid));
    }
    listed.push_back({{"index", f},
                      {"name", frame.name},
                      {"stamp_ns", frame.stamp.ns},
                      {"cuboids", std::move(cuboids)}});
  }
  for (const Problem& problem : problems) print_problem(invocation, problem);
  if (invocation.json())
    print_json({{"frames", std::move(listed)}});
  else
    print_cuboids(listed, invocation.has("csv"));
  return kDone;
}

}  // namespace

Command labels_command() {
  return {
      "labels",
      "lists every cuboid of a drive's own labels, or of a project",
      "sweepbox labels drives/kitti --points --frames 0:10 --json",
      {"PATH"},
      {{"--points", Option::Kind::flag, "count the lidar points inside each (reads the sweeps)"},
       {"--csv",
        Option::Kind::flag,
        "comma separated values, a row a line; a control character in a name is written as \\n or "
        "\\x1b (--json has the name itself)"},
       {"--in", Option::Kind::text, "ego (default), world, or lidar:NAME: the frame of reference"},
       option::kFrame,
       option::kFrames,
       option::kProject,
       option::kLabels},
      run};
}

}  // namespace sweepbox
