#include "app/command/inputs.hpp"

#include <algorithm>
#include <map>

#include "core/annotation/hidden_keys.hpp"
#include "core/base/parse.hpp"
#include "core/drive/unreadable.hpp"
#include "core/scene/boxes.hpp"
#include "core/store/project.hpp"

namespace sweepbox {
namespace {

/// Drives at the path; several without --drive are the caller's to refuse.
std::string names_of(const Listing& listing) {
  std::string names;
  for (const DriveRef& ref : listing.drives) names += (names.empty() ? "" : ", ") + ref.name;
  return names;
}

Document imported(const LabelSet& labels, const Drive& drive) {
  const Document empty;
  const Edit edit = import_edit(labels, drive, empty);
  return applied(edit, empty, 1);
}

std::optional<Error> first_error(std::span<const Problem> problems) {
  const auto found = std::find_if(problems.begin(), problems.end(), [](const Problem& problem) {
    return problem.severity == Severity::error;
  });
  return found == problems.end() ? std::nullopt : std::optional<Error>(*found);
}

/// The folder that keeps every label of the drive from us; empty where some were read, or where it
/// has none.
std::optional<Error> lacking_labels(const LabelSet& labels, const Drive& drive) {
  if (!labels.labels.empty() || !labels.tracks.empty()) return std::nullopt;
  for (const LabelPlace& place : drive.info().labels)
    if (auto error = closed_on_the_way(place.path)) return error;
  // A folder that cannot be listed may have kept its labels from being found at all: drives say it.
  if (!drive.info().labels.empty()) return std::nullopt;
  const auto said = drive.problems();
  const auto closed = std::find_if(said.begin(), said.end(), is_of_unreadable_folder);
  if (closed == said.end()) return std::nullopt;
  Error error = *closed;
  error.file = (drive.info().root / error.file).lexically_normal().string();
  return error;
}

/// A project as `inputs` has it; `path` is left, or becomes that of its drive.
Result<void> open_project(const std::filesystem::path& project,
                          Lacking lacking,
                          Inputs& inputs,
                          std::optional<DriveRef>& drive) {
  ProjectOptions options;
  options.read_only = true;
  Result<Project::Opened> opened = Project::open(project, default_taxonomy(), options);
  if (!opened) return tl::unexpected(opened.error());
  const auto lacks = lacking_edits(opened->problems);
  if (lacks && (lacking == Lacking::refuse || (drive && opened->drive.path.empty())))
    return tl::unexpected(*lacks);
  inputs.document = std::move(opened->document);
  inputs.problems = std::move(opened->problems);
  if (!drive) return {};
  std::error_code ignored;
  if (opened->drive.path.empty())
    return fail(project.string(),
                {},
                "a project that knows its drive",
                "one that was never opened with a drive",
                "name the drive, and the project with --project");
  if (!std::filesystem::exists(opened->drive.path, ignored))
    return fail(opened->drive.path,
                {},
                text("the drive of {}", project.string()),
                "nothing at this place",
                "bring the drive back, or name its new place, and the project with --project");
  drive->path = opened->drive.path;
  drive->format = opened->drive.format;
  drive->name = opened->drive.name;
  return {};
}

}  // namespace

std::optional<Error> lacking_edits(std::span<const Problem> problems) {
  auto error = first_error(problems);
  if (error)
    error->fix =
        "take a whole copy of it, with its log (-wal) beside it, or open it in the window and save "
        "what could be read elsewhere";
  return error;
}

std::optional<Repairs> chosen_repairs(const Invocation& invocation) {
  Repairs repairs;
  const auto found = invocation.values.find("repair");
  if (found == invocation.values.end()) return repairs;
  for (const std::string& repair : found->second)
    if (const auto added = add_repair(repairs, repair); !added) {
      wrong_usage("--repair " + repair + ": " + to_line(added.error()));
      return std::nullopt;
    }
  return repairs;
}

LabelPlace chosen_labels(const Invocation& invocation) {
  const std::string text = invocation.text("labels");
  const std::size_t equals = text.find('=');
  // A path may hold an equals sign: what stands before it must be a format.
  if (equals != std::string::npos && label_format(text.substr(0, equals)))
    return {text.substr(0, equals), text.substr(equals + 1)};
  return {{}, text};
}

InputsOrExit open_inputs(const Invocation& invocation, Lacking lacking) {
  std::filesystem::path path = invocation.paths.front();
  std::filesystem::path project_path = invocation.text("project");
  std::string format = invocation.text("format"), drive_name = invocation.text("drive");
  std::optional<Repairs> repairs = chosen_repairs(invocation);
  if (!repairs) return {std::nullopt, kWrongUsage};
  if (path.extension() == ".sbx") project_path = path;
  const LabelPlace place = chosen_labels(invocation);
  if (!place.path.empty() && !project_path.empty())
    return {std::nullopt, wrong_usage("--labels: the labels of a project are its own; choose one")};

  Inputs inputs;
  if (!project_path.empty()) {
    std::optional<DriveRef> of_project;
    if (path.extension() == ".sbx") of_project.emplace();
    if (const auto opened = open_project(project_path, lacking, inputs, of_project); !opened)
      return {std::nullopt, fail_with(opened.error())};
    if (const auto hidden = hidden_keys_problem(inputs.document))
      inputs.problems.push_back(*hidden);
    for (const Key& key : inputs.document.keys(Kind::repair))
      if (const Value value = inputs.document.value(key);
          std::holds_alternative<std::string>(value))
        repairs->values.try_emplace(key.id, std::get<std::string>(value));
    if (of_project) {
      path = of_project->path;
      if (format.empty()) format = of_project->format;
      if (drive_name.empty()) drive_name = of_project->name;
    }
  }

  const Listing listing = find_drives(path, format);
  if (listing.drives.size() > 1 && drive_name.empty())
    return {std::nullopt,
            wrong_usage(path.string() +
                        ": holds several drives; choose one with --drive: " + names_of(listing))};
  auto drive = open_drive(path, format, drive_name, *repairs);
  if (!drive) return {std::nullopt, fail_with(drive.error())};
  inputs.drive = *drive;
  inputs.problems.insert(inputs.problems.end(), listing.notes.begin(), listing.notes.end());

  if (project_path.empty()) {
    auto labels = read_labels(*inputs.drive, place);
    if (!labels) return {std::nullopt, fail_with(labels.error())};
    if (lacking == Lacking::refuse)
      if (const auto error = lacking_labels(*labels, *inputs.drive))
        return {std::nullopt, fail_with(*error)};
    inputs.document = imported(*labels, *inputs.drive);
    inputs.problems.insert(inputs.problems.end(), labels->problems.begin(), labels->problems.end());
    inputs.labels = std::move(*labels);
    inputs.place = place;
  }
  return {std::move(inputs), kDone};
}

bool has_frame(const Drive& drive, int frame) {
  const int count = static_cast<int>(drive.frames().size());
  if (frame >= 0 && frame < count) return true;
  wrong_usage(fmt::format("--frame {}: {}",
                          frame,
                          count == 0 ? "the drive has no frames"
                                     : fmt::format("the drive has frames 0 to {}", count - 1)));
  return false;
}

std::optional<std::vector<int>> chosen_frames(const Invocation& invocation, const Drive& drive) {
  const int count = static_cast<int>(drive.frames().size());
  int begin = 0, end = count;
  if (const auto frame = invocation.integer("frame")) {
    if (!has_frame(drive, *frame)) return std::nullopt;
    begin = *frame;
    end = *frame + 1;
  } else if (invocation.has("frames")) {
    const std::string text = invocation.text("frames");
    const auto parts = split(text, ':');
    const auto a = parts.size() == 2
                       ? (parts[0].empty() ? std::optional<std::int64_t>(0) : to_integer(parts[0]))
                       : std::nullopt;
    const auto b =
        parts.size() == 2
            ? (parts[1].empty() ? std::optional(std::max<std::int64_t>(count, a.value_or(0)))
                                : to_integer(parts[1]))
            : std::nullopt;
    if (!a || !b || *a < 0 || *b < *a) {
      wrong_usage("--frames " + text + ": expected A:B, half open, such as 0:10");
      return std::nullopt;
    }
    begin = static_cast<int>(std::min<std::int64_t>(*a, count));
    end = static_cast<int>(std::min<std::int64_t>(*b, count));
  }
  std::vector<int> frames;
  for (int frame = begin; frame < end; ++frame) frames.push_back(frame);
  return frames;
}

std::vector<std::vector<ListedBox>> rows_by_frame(const Inputs& inputs) {
  std::vector<std::vector<ListedBox>> rows(inputs.drive->frames().size());
  const LabelFormat* format = inputs.labels ? label_format(inputs.labels->format) : nullptr;
  const bool as_written = inputs.labels && !(format && format->can.keyframes);
  if (as_written) {
    // The document's track of a record, so that the box can be asked for at an image's own time.
    std::map<std::pair<std::string, std::uint32_t>, std::shared_ptr<const Track>> track_of;
    for (const auto& track : inputs.document.tracks())
      for (const Keyframe& key : track->keys)
        if (key.origin) track_of[{key.origin->source, key.origin->record}] = track;
    for (const Label& label : inputs.labels->labels) {
      if (label.frame < 0) continue;
      const auto found = track_of.find({label.origin.source, label.origin.record});
      rows[static_cast<std::size_t>(label.frame)].push_back(
          {label.track,
           label.class_name,
           label.cuboid_in_ego,
           found == track_of.end() ? nullptr : found->second,
           &label,
           label.attributes,
           label.score});
    }
    return rows;
  }
  for (int frame = 0; frame < static_cast<int>(rows.size()); ++frame)
    for (FrameCuboid& cuboid : cuboids_in_frame(inputs.document, *inputs.drive, frame)) {
      const Keyframe* key =
          key_at(*cuboid.track, inputs.drive->frames()[static_cast<std::size_t>(frame)].stamp);
      rows[static_cast<std::size_t>(frame)].push_back(
          {cuboid.track->name,
           cuboid.track->class_name,
           cuboid.cuboid_in_ego,
           cuboid.track,
           nullptr,
           attributes_at(*cuboid.track,
                         inputs.drive->frames()[static_cast<std::size_t>(frame)].stamp),
           key ? key->score : std::nullopt});
    }
  return rows;
}

}  // namespace sweepbox
