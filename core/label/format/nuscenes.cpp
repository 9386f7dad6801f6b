#include <algorithm>
#include <map>
#include <set>

#include "core/base/files.hpp"
#include "core/drive/json_stream.hpp"
#include "core/label/nuscenes_labels.hpp"
#include "core/label/nuscenes_rows.hpp"
#include "core/label/nuscenes_writing.hpp"
#include "core/label/reading.hpp"
#include "core/label/writing.hpp"
#include "core/scene/world.hpp"

// nuScenes' ground truth (formats.md 4.4): sample_annotation, instance, category, attribute and
// visibility. Boxes stand in the world at the samples, two a second; between them the set itself
// interpolates. Of large tables only the rows of the drive's scene are held.

namespace sweepbox {

LabelFormat nuscenes_labels();

namespace {

constexpr std::string_view kAttributes[] = {nuscenes::kAttribute, nuscenes::kVisibility};

struct Words {
  nuscenes::Names categories, attributes, visibilities;
};

void tell(Result<nuscenes::Names> names, nuscenes::Names& to, LabelSet& set) {
  if (names)
    to = std::move(*names);
  else
    set.problems.push_back(names.error());
}

Words read_words(const fs::path& tables, LabelSet& set) {
  Words words;
  tell(nuscenes::read_names(tables / "category.json", "name"), words.categories, set);
  tell(nuscenes::read_names(tables / "attribute.json", "name"), words.attributes, set);
  tell(nuscenes::read_names(tables / "visibility.json", "level"), words.visibilities, set);
  return words;
}

Attributes attributes_of(const nuscenes::Annotation& annotation, const Words& words) {
  Attributes attributes;
  std::string names;
  for (const std::string& token : annotation.attributes)
    if (const auto name = words.attributes.find(token);
        name != words.attributes.end() && names.size() <= kLongestValue)
      names.append(names.empty() ? "" : ", ").append(name->second);
  if (!names.empty()) attributes[nuscenes::kAttribute] = names;
  if (const auto level = words.visibilities.find(annotation.visibility);
      level != words.visibilities.end())
    attributes[nuscenes::kVisibility] = level->second;
  return attributes;
}

Result<LabelSet> read(const Drive& drive, const fs::path& place) {
  std::error_code ignored;
  const fs::path tables = fs::is_directory(place, ignored) ? place : place.parent_path();
  LabelSet set;
  set.format = nuscenes::kFormat;
  const auto scene = nuscenes::scene_of(drive, tables);
  if (!scene) return tl::unexpected(scene.error());
  const auto samples = nuscenes::samples_of(drive, tables, *scene);
  if (!samples) return tl::unexpected(samples.error());
  // The test set has no annotations: that is no fault.
  if (!fs::exists(tables / "sample_annotation.json", ignored)) return set;

  std::map<std::string, const nuscenes::Sample*, std::less<>> sample_of;
  for (const nuscenes::Sample& sample : *samples) {
    sample_of.emplace(sample.token, &sample);
    set.labelled.push_back(sample.instant.stamp);
  }
  std::sort(set.labelled.begin(), set.labelled.end());
  auto source = nuscenes::rows_as_source(
      drive, tables / "sample_annotation.json", nuscenes::kFormat, [&](std::string_view row) {
        return sample_of.contains(quick_text(row, "\"sample_token\""));
      });
  if (!source) return tl::unexpected(source.error());
  if (source->records.empty()) return set;
  const Words words = read_words(tables, set);
  const RawAngles angles(drive);
  nuscenes::Tokens instances;
  for (std::size_t i = 0; i < source->records.size(); ++i)
    instances.emplace(quick_text(nuscenes::record_of(*source, i), "\"instance_token\""));
  auto instance_rows = nuscenes::rows_as_source(
      drive, tables / "instance.json", nuscenes::kFormat, [&](std::string_view row) {
        return instances.contains(quick_text(row, "\"token\""));
      });
  std::map<std::string, std::string_view> category_of;  // views into `words`
  if (instance_rows) {
    for (std::size_t i = 0; i < instance_rows->records.size(); ++i) {
      const std::string_view row = nuscenes::record_of(*instance_rows, i);
      const auto name = words.categories.find(std::string(quick_text(row, "\"category_token\"")));
      if (name != words.categories.end())
        category_of[std::string(quick_text(row, "\"token\""))] = name->second;
    }
  } else {
    set.problems.push_back(instance_rows.error());
  }

  FileProblems problems(set.problems, source->file);
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < source->records.size(); ++i) {
    const auto annotation = nuscenes::parse_annotation(nuscenes::record_of(*source, i), angles);
    const std::string where =
        fmt::format("token {}", quick_text(nuscenes::record_of(*source, i), "\"token\""));
    if (!annotation) {
      problems.add(where, annotation.error());
      continue;
    }
    const auto sample = sample_of.find(annotation->sample);
    if (sample == sample_of.end()) continue;
    Label label = label_at(sample->second->instant);
    label.has_track_id = !annotation->instance.empty() &&
                         seen.emplace(annotation->instance, annotation->sample).second;
    label.track = label.has_track_id ? nuscenes::track_of_token(annotation->instance)
                                     : made_up_track(label.frame_name, i + 1);
    const auto category = category_of.find(annotation->instance);
    label.class_name =
        category == category_of.end() ? std::string_view("unknown") : category->second;
    if (auto fault = too_long("category", label.class_name)) {
      fault->fix = "the box is read as unknown; give the category a shorter name";
      problems.add(where, *fault);
      label.class_name = "unknown";
    }
    label.cuboid_in_ego =
        world_from_ego_of_label(drive, label.stamp).inverse() * annotation->in_world;
    label.attributes = attributes_of(*annotation, words);
    label.origin = {source->id, static_cast<std::uint32_t>(i)};
    if (auto fault = too_long(label)) {
      fault->fix = "the box is read without its attributes";
      problems.add(where, *fault);
      label.attributes.clear();
    }
    set.labels.push_back(std::move(label));
  }
  set.sources.push_back(std::move(*source));
  if (instance_rows) set.sources.push_back(std::move(*instance_rows));
  judge_frames(set, drive, tables);
  return set;
}

double recognise(const fs::path& place) {
  std::error_code ignored;
  for (const char* table : {"scene.json", "sample.json", "sample_annotation.json", "instance.json"})
    if (!fs::is_regular_file(place / table, ignored)) return 0;
  return 0.95;
}

/// A key of a frame that is no sample of nuScenes', and names that no instance can have.
const LossKind kOwnLosses[] = {
    {"names of tracks that are neither numbers nor tokens",
     [](const WriteRequest&, const OutFrame&, const OutBox& box) {
       const std::string& name = box.track->name;
       return !nuscenes::is_token(name) && nuscenes::token_of_number(name).empty();
     }},
    {"boxes of frames between the samples (two a second): nuScenes interpolates them",
     [](const WriteRequest& request, const OutFrame& frame, const OutBox& box) {
       const FrameInfo* info = frame_at(request.drive, frame.instant);
       if (request.drive.info().format != "nuscenes" || !info) return false;
       const auto& sweeps = info->sweeps;
       const bool sample =
           sweeps.empty() || !sweeps.front() || !sweeps.front()->file.starts_with("sweeps/");
       return !sample && key_at(*box.track, frame.instant.stamp) != nullptr;
     }}};

}  // namespace

LabelFormat nuscenes_labels() {
  Can can;
  can.track_ids = true;
  can.several_frames = true;
  can.names.frame = NameRule::text;
  return {nuscenes::kFormat,
          "nuScenes tables",
          can,
          {},
          kAttributes,
          read,
          nuscenes::write_tables,
          recognise,
          nullptr,
          kOwnLosses};
}

}  // namespace sweepbox
