#include <algorithm>
#include <map>
#include <set>

#include "app/command/json.hpp"
#include "app/command/output.hpp"
#include "app/session/doctor.hpp"
#include "core/base/jobs.hpp"

namespace sweepbox {
namespace {

struct SensorReading {
  std::vector<std::size_t> points;  ///< of each sweep that could be read
  std::set<std::string> channels;
  std::vector<std::string> channel_order;
};

struct Reading {
  std::vector<SensorReading> lidars;
  int sweeps = 0, images = 0;
  int unreadable_sweeps = 0, unreadable_images = 0;
  std::vector<Problem> problems;
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Reads every sweep and image once (several at a time), or with `fast` only lists them.
Reading read_everything(const Drive& drive, bool fast) {
  struct One {
    std::optional<Result<Sweep>> sweep;
    std::optional<Result<Image>> image;
  };

  Reading reading;
  reading.lidars.resize(drive.info().lidars.size());
  Jobs jobs(fast ? 1 : 2);
  std::vector<std::vector<Problem>> problems(drive.frames().size());
  for (int f = 0; f < static_cast<int>(drive.frames().size()); ++f) {
    const FrameInfo& frame = drive.frames()[static_cast<std::size_t>(f)];
    const auto index = static_cast<std::size_t>(f);
    for (std::size_t l = 0; l < frame.sweeps.size(); ++l) {
      if (!frame.sweeps[l]) continue;
      ++reading.sweeps;
      if (fast) continue;
      jobs.submit(
          [&drive, f, l](const Cancel&) { return drive.read_sweep(f, static_cast<int>(l)); },
          [&reading, &problems, index, l](Result<Sweep> sweep) {
            if (!sweep) {
              problems[index].push_back(sweep.error());
              --reading.sweeps;
              ++reading.unreadable_sweeps;
              return;
            }
            SensorReading& lidar = reading.lidars[l];
            lidar.points.push_back(sweep->size());
            problems[index].insert(
                problems[index].end(), sweep->problems.begin(), sweep->problems.end());
            for (const auto& piece : sweep->pieces) {
              for (const Channel& channel : piece->channels)
                if (lidar.channels.insert(channel.name).second)
                  lidar.channel_order.push_back(channel.name);
              if (!piece->rgb.empty() && lidar.channels.insert("rgb").second)
                lidar.channel_order.push_back("rgb");
            }
          });
    }
    for (const ImageFile& image : frame.images) {
      ++reading.images;
      if (fast) continue;
      const int camera = image.camera;
      jobs.submit([&drive, f, camera](const Cancel&) { return drive.read_image(f, camera, 160); },
                  [&reading, &problems, index](Result<Image> picture) {
                    if (picture) return;
                    problems[index].push_back(picture.error());
                    --reading.images;
                    ++reading.unreadable_images;
                  });
    }
    // The queue holds whole sweeps until they are counted: drain it before it grows.
    if (jobs.pending() > 32) jobs.finish();
  }
  jobs.finish();
  for (std::vector<Problem>& of_frame : problems)
    for (Problem& problem : of_frame) reading.problems.push_back(std::move(problem));
  return reading;
}

Json time_offsets(const Drive& drive) {
  Json json = Json::object();
  for (int c = 0; c < static_cast<int>(drive.info().cameras.size()); ++c) {
    std::vector<double> offsets;
    double most = 0;
    for (const FrameInfo& frame : drive.frames())
      if (const auto offset = time_offset_s(frame, c)) {
        offsets.push_back(*offset * 1e3);
        if (std::abs(offsets.back()) > std::abs(most)) most = offsets.back();
      }
    if (!offsets.empty())
      json[drive.info().cameras[static_cast<std::size_t>(c)].name] = {{"median", median(offsets)},
                                                                      {"max", most}};
  }
  return json;
}

Json label_summary(const Inputs& inputs) {
  std::set<std::string> tracks;
  Json classes = Json::object();
  int cuboids = 0;
  for (const std::vector<ListedBox>& rows : rows_by_frame(inputs))
    for (const ListedBox& row : rows) {
      ++cuboids;
      tracks.insert(row.track);
      classes[row.class_name] = classes.value(row.class_name, 0) + 1;
    }
  Json formats = Json::array();
  if (!inputs.place.path.empty())
    formats.push_back(inputs.labels->format);
  else
    for (const LabelPlace& place : inputs.drive->info().labels) formats.push_back(place.format);
  return {{"formats", formats},
          {"tracks", tracks.size()},
          {"cuboids", cuboids},
          {"classes", classes},
          {"elsewhere", inputs.labels ? inputs.labels->elsewhere : 0}};
}

Json to_json(const Finding& finding) {
  Json measures = Json::array();
  for (const Measure& measure : finding.measures)
    measures.push_back({{"name", measure.name},
                        {"unit", measure.unit},
                        {"as_is", measure.as_is},
                        {"repaired", measure.repaired}});
  Json json = to_json(finding.problem);
  json["kind"] = name_of(finding.ailment);
  json["title"] = english(title_of(finding.ailment));
  json["certainty"] = name_of(finding.certainty);
  json["repair"] = finding.repair.empty() ? Json(nullptr) : Json(finding.repair);
  json["measures"] = measures;
  json["runner_up"] = finding.runner_up;
  return json;
}

/// One short line of what the doctor cannot tell; --json says what each of them lacks.
std::string untold_in_short(const Examination& examined) {
  constexpr std::size_t kNamed = 3;
  const std::vector<Untold>& untold = examined.untold;
  std::string words;
  for (std::size_t i = 0; i < std::min(kNamed, untold.size()); ++i)
    words += (i ? ", " : "") + english(title_of(untold[i].ailment));
  if (untold.size() > kNamed) words += fmt::format(" and {} more", untold.size() - kNamed);
  return words.empty() ? words : words + "; --json says what is missing for each";
}

/// `too_few` becomes what the doctor cannot tell on so little, empty where there is no such.
Json describe(const Inputs& inputs,
              bool fast,
              std::vector<Problem>& problems,
              std::string& too_few) {
  const Drive& drive = *inputs.drive;
  const Reading reading = read_everything(drive, fast);
  problems.assign(drive.problems().begin(), drive.problems().end());
  problems.insert(problems.end(), inputs.problems.begin(), inputs.problems.end());
  problems.insert(problems.end(), reading.problems.begin(), reading.problems.end());
  Json doctor = Json::array(), untold = Json::array();
  ImportCounts counts;
  if (!fast) {
    DoctorOptions options;
    options.labels = inputs.place;
    const Examination examined = examine(drive, inputs.labels.value_or(LabelSet()), options);
    counts = examined.counts;
    for (const Untold& one : examined.untold)
      untold.push_back({{"kind", name_of(one.ailment)}, {"missing", english(one.missing)}});
    // Without boxes nobody asks what boxes would tell.
    if (!inputs.document.tracks().empty()) too_few = untold_in_short(examined);
    for (const Finding& finding : examined.findings) {
      doctor.push_back(to_json(finding));
      problems.push_back(finding.problem);
    }
  }

  Json lidars = Json::array();
  for (std::size_t l = 0; l < drive.info().lidars.size(); ++l) {
    const SensorReading& lidar = reading.lidars[l];
    std::vector<double> points(lidar.points.begin(), lidar.points.end());
    lidars.push_back({{"name", drive.info().lidars[l].name},
                      {"points_median", fast ? Json(nullptr) : Json(median(points))},
                      {"channels", lidar.channel_order},
                      {"parts", drive.info().lidars[l].parts}});
  }
  Json cameras = Json::array();
  for (const CameraInfo& camera : drive.info().cameras)
    cameras.push_back({{"name", camera.name},
                       {"width", camera.width},
                       {"height", camera.height},
                       {"lens", camera.lens}});
  Json topics = Json::array();
  for (const TopicInfo& topic : drive.info().topics)
    topics.push_back({{"name", topic.name},
                      {"type", topic.type},
                      {"messages", topic.messages},
                      {"used", topic.used}});
  const auto frames = drive.frames();
  Json found_problems = Json::array();
  for (const Problem& problem : problems) found_problems.push_back(to_json(problem));
  Json description = {
      {"format", drive.info().format},
      {"name", drive.info().name},
      {"frames", frames.size()},
      {"duration_s",
       frames.empty() ? 0.0 : seconds_between(frames.front().stamp, frames.back().stamp)},
      {"sequence", drive.info().sequence},
      {"poses", drive.info().poses},
      {"lidars", lidars},
      {"cameras", cameras},
      {"images", reading.images},
      {"sweeps", reading.sweeps},
      {"missing",
       {{"sweeps", drive.missing_sweeps() + reading.unreadable_sweeps},
        {"images", drive.missing_images() + reading.unreadable_images}}},
      {"time_offset_ms", time_offsets(drive)},
      {"labels", label_summary(inputs)},
      {"problems", found_problems}};
  if (!fast) {
    description["doctor"] = std::move(doctor);
    description["untold"] = std::move(untold);
    description["labels"]["records"] = {{"found", counts.found},
                                        {"read", counts.read},
                                        {"dropped", counts.dropped},
                                        {"suspicious", counts.suspicious}};
  }
  if (!topics.empty()) description["topics"] = std::move(topics);
  return description;
}

void print_text(const Json& d) {
  print("{}  ({})\n", d["name"].get<std::string>(), d["format"].get<std::string>());
  print("frames    {}, {}, {}\n",
        d["frames"].get<int>(),
        // The clock of single frames is made up.
        d["sequence"].get<bool>()
            ? fmt::format("{:.2f} s, a sequence", d["duration_s"].get<double>())
            : "single frames",
        d["poses"].get<bool>() ? "with poses" : "without poses");
  for (const Json& lidar : d["lidars"]) {
    std::string channels;
    for (const Json& channel : lidar["channels"])
      channels += fmt::format(" {}", channel.get<std::string>());
    print("lidar     {}: {}{}{}\n",
          lidar["name"].get<std::string>(),
          lidar["points_median"].is_null()
              ? "points not counted (--fast)"
              : fmt::format("{:.0f} points (median)", lidar["points_median"].get<double>()),
          channels.empty() ? "" : ",",
          channels);
    for (const Json& part : lidar["parts"]) print("          {}\n", part.get<std::string>());
  }
  for (const Json& camera : d["cameras"])
    print("camera    {}: {} x {}, {}\n",
          camera["name"].get<std::string>(),
          camera["width"].get<int>(),
          camera["height"].get<int>(),
          camera["lens"].get<std::string>());
  print("files     {}, {}; missing {} and {}\n",
        counted(d["sweeps"].get<std::size_t>(), "sweep", "sweeps"),
        counted(d["images"].get<std::size_t>(), "image", "images"),
        d["missing"]["sweeps"].get<int>(),
        d["missing"]["images"].get<int>());
  for (const auto& [camera, offset] : d["time_offset_ms"].items())
    print("time      {}: {:+.1f} ms (median), {:+.1f} ms at most\n",
          camera,
          offset["median"].get<double>(),
          offset["max"].get<double>());
  if (d.contains("topics"))
    for (const Json& topic : d["topics"])
      print("topic     {} {}, {} messages{}\n",
            topic["used"].get<bool>() ? "+" : "-",
            topic["name"].get<std::string>() + " (" + topic["type"].get<std::string>() + ")",
            topic["messages"].get<std::uint64_t>(),
            topic["used"].get<bool>() ? "" : ", not used");
  const Json& labels = d["labels"];
  print("labels    {}, {}, {} outside this drive's frames\n",
        counted(labels["cuboids"].get<std::size_t>(), "cuboid", "cuboids"),
        counted(labels["tracks"].get<std::size_t>(), "track", "tracks"),
        labels["elsewhere"].get<int>());
  for (const auto& [name, count] : labels["classes"].items())
    print("          {} {}\n", name, count.get<int>());
}

/// The same fault of many files is said once, and how many more there are.
void print_problems(const Invocation& invocation, const std::vector<Problem>& problems) {
  struct Again {
    std::size_t times = 0;
    const Problem* last = nullptr;
  };

  std::map<std::string, Again> again;  // by the words without the file
  std::vector<std::string> order;
  for (const Problem& problem : problems) {
    Problem kind = problem;
    kind.file.clear();
    const std::string words = fmt::format("{}: {}", name_of(kind.severity), to_line(kind));
    const auto [at, is_new] = again.try_emplace(words);
    if (is_new) {
      order.push_back(words);
      print_problem(invocation, problem);
    } else {
      ++at->second.times;
      at->second.last = &problem;
    }
  }
  for (const std::string& words : order)
    if (const Again& more = again.at(words); more.times > 0)
      print_problem(
          invocation,
          {more.last->severity,
           more.last->file,
           {},
           {},
           more.times == 1 ? text("the same: {}", english(more.last->found))
                           : text("the last of {} more: {}", more.times, english(more.last->found)),
           {}});
}

int run(const Invocation& invocation) {
  // A folder of several drives is an answer here, not a wrong question.
  const std::filesystem::path& path = invocation.paths.front();
  if (path.extension() != ".sbx" && !invocation.has("drive")) {
    const Listing listing = find_drives(path, invocation.text("format"));
    if (listing.drives.size() > 1) {
      Json drives = Json::array(), notes = Json::array();
      for (const DriveRef& ref : listing.drives)
        drives.push_back({{"name", ref.name}, {"format", ref.format}, {"why", english(ref.why)}});
      for (const Problem& note : listing.notes) notes.push_back(to_json(note));
      if (invocation.json()) {
        print_json({{"drives", drives}, {"problems", notes}});
      } else {
        for (const DriveRef& ref : listing.drives) print("{}  ({})\n", ref.name, ref.format);
        for (const Problem& note : listing.notes) print_problem(invocation, note);
        if (!invocation.quiet())
          print_message("sweepbox: {}; choose one with --drive NAME\n",
                        counted(listing.drives.size(), "drive", "drives"));
      }
      return kDone;
    }
  }
  const InputsOrExit opened = open_inputs(invocation, Lacking::tell);
  if (!opened.inputs) return opened.exit;
  std::vector<Problem> problems;
  std::string too_few;
  const Json description = describe(*opened.inputs, invocation.has("fast"), problems, too_few);
  if (invocation.json())
    print_json(description);
  else
    print_text(description);
  bool error = false;
  for (const Problem& problem : problems) error = error || problem.severity == Severity::error;
  if (!invocation.json()) print_problems(invocation, problems);
  if (!too_few.empty() && !invocation.json())
    print_problem(invocation,
                  {Severity::note, {}, {}, {}, text("too few to tell: {}", too_few), {}});
  return error ? kProblemsFound : kDone;
}

}  // namespace

Command info_command() {
  return {"info",
          "says what a drive holds and what is wrong with it",
          "sweepbox info drives/kitti --json",
          {"PATH"},
          {{"--fast", Option::Kind::flag, "read no sweep and no image"},
           option::kProject,
           option::kLabels},
          run};
}

}  // namespace sweepbox
