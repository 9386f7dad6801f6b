#include "core/label/supervisely_file.hpp"

#include <algorithm>

#include "core/base/files.hpp"
#include "core/base/hash.hpp"
#include "core/base/parse.hpp"
#include "core/label/track_numbers.hpp"

// Supervisely point clouds and episodes (formats.md 4.12), and what CVAT and Datumaro write in that
// form (4.13). A project: meta.json and key_id_map.json, below it data sets, each with ann/*.json
// (a file a cloud) or one annotation.json (an episode). A track is an object; its name is its
// number in key_id_map.json, or the tag "track_id", or its key.

namespace sweepbox {

LabelFormat supervisely_labels();

namespace {

using namespace std::string_view_literals;
using supervisely::Project;

constexpr auto kMeta = "meta.json"sv, kKeys = "key_id_map.json"sv, kEpisode = "annotation.json"sv,
               kClouds = "frame_pointcloud_map.json"sv, kEnd = ".pcd.json"sv;

bool is_there(const fs::path& path) {
  std::error_code code;
  return fs::exists(path, code);
}

bool is_data_set(const fs::path& folder) {
  return is_there(folder / kEpisode) || is_there(folder / "ann");
}

/// frame1.pcd.json → frame1
std::string cloud_stem(const fs::path& file) {
  return fs::path(file).stem().stem().string();
}

/// Annotation files of a place: one of an episode, or one a cloud.
std::vector<fs::path> annotations_in(const fs::path& data_set) {
  if (is_there(data_set / kEpisode)) return {data_set / kEpisode};
  std::vector<fs::path> files = list_files(data_set / "ann", {".json"});
  return files;
}

/// The data set that a place means; of several below it the one with most frames of the drive.
fs::path data_set_at(const Drive& drive, const fs::path& place, Problems& problems) {
  std::error_code code;
  if (!fs::is_directory(place, code))
    return place.filename() == kEpisode ? place.parent_path() : place.parent_path().parent_path();
  if (is_data_set(place)) return place;
  if (place.filename() == "ann") return place.parent_path();
  const Instants instants(drive);
  fs::path best;
  int most = -1, sets = 0;
  for (const fs::path& folder : list_folders(place)) {
    if (!is_data_set(folder)) continue;
    ++sets;
    int matching = 0;
    for (const fs::path& file : annotations_in(folder))
      matching +=
          file.filename() != kEpisode && instant_named(instants, cloud_stem(file)).frame >= 0;
    if (matching <= most) continue;
    most = matching;
    best = folder;
  }
  if (sets > 1)
    problems.push_back({Severity::note,
                        place.string(),
                        {},
                        "one data set",
                        text("{}; {} is read, which has most of this drive's frames",
                             sets,
                             best.filename().string()),
                        "name the data set's folder for another"});
  return best;
}

/// The folder above that has the project's files; the data set's own parent where none has.
fs::path project_of(const fs::path& data_set) {
  fs::path folder = data_set;
  for (int up = 0; up < 4; ++up, folder = folder.parent_path())
    if (is_there(folder / kMeta)) return folder;
  return data_set.parent_path();
}

void fill(Project& project, std::string_view name, const std::string& content) {
  const auto json = JsonText::parse(content);
  if (!json) return;
  if (name == kKeys) {
    if (const JsonNode* objects = json->root().find("objects"))
      for (const JsonNode& one : objects->items)
        if (const auto number = json->integer(&one)) {
          project.name_of_key[std::string(one.key)] = std::to_string(*number);
          project.key_of_name[std::to_string(*number)] = std::string(one.key);
        }
  } else if (name == kClouds) {
    for (const JsonNode& one : json->root().items)
      if (const auto index = to_integer(one.key))
        project.cloud_of_index[*index] = json_word(*json, &one);
  }
}

bool is_annotation(const Source& source) {
  const std::string name = file_name_of(source);
  return name != kMeta && name != kKeys && name != kClouds;
}

supervisely::Judgement judged(const std::vector<const Source*>& sources) {
  std::vector<std::string> texts;
  for (const Source* source : sources)
    if (is_annotation(*source)) texts.push_back(source->text);
  return supervisely::judge(texts);
}

void tell(const supervisely::Judgement& judgement, LabelSet& set, const fs::path& place) {
  if (judgement.length_on == supervisely::LengthOn::y || set.labels.empty()) return;
  set.problems.push_back(
      {Severity::note,
       place.string(),
       "dimensions",
       "width along x, length along y, as Supervisely draws boxes",
       judgement.by_writer
           ? text("files that CVAT or Datumaro wrote: length along x, front at +x, was taken")
           : text("{} of {} boxes longer along x: length along x, front at +x, was taken, as CVAT "
                  "and Datumaro write them",
                  judgement.longer_on_x,
                  judgement.longer_on_x + judgement.longer_on_y),
       "if boxes lie across their objects, read with --repair labels.size=wlh, and labels.yaw=90"});
}

Result<LabelSet> read(const Drive& drive, const fs::path& place) {
  LabelSet set;
  set.format = "supervisely";
  const fs::path data_set = data_set_at(drive, place, set.problems);
  std::error_code code;
  std::vector<fs::path> files;
  if (!data_set.empty())
    files = fs::is_regular_file(place, code) ? std::vector{place} : annotations_in(data_set);
  if (files.empty())
    return fail(place.string(),
                {},
                "a Supervisely project, a data set of it or an annotation file",
                is_there(place) ? "none" : "nothing at this place",
                "name the folder that has meta.json in it");
  const fs::path root = project_of(data_set);
  std::vector<fs::path> around = {root / kMeta, root / kKeys};
  if (files.front().filename() == kEpisode) {
    around.push_back(data_set / kClouds);
    around.push_back(root / kClouds);
  }
  Project project;
  std::vector<Source> annotations;
  for (const fs::path& path : around) {
    if (!is_there(path)) continue;
    auto source = read_source(drive, path, set.format, {});
    if (!source) {
      set.problems.push_back(source.error());
      continue;
    }
    fill(project, path.filename().string(), source->text);
    set.sources.push_back(std::move(*source));
  }
  const Instants instants(drive);
  for (const fs::path& path : files) {
    const bool episode = path.filename() == kEpisode;
    auto source =
        read_source(drive,
                    path,
                    set.format,
                    episode ? std::string() : instant_named(instants, cloud_stem(path)).name);
    if (source)
      annotations.push_back(std::move(*source));
    else
      set.problems.push_back(source.error());
  }
  std::vector<const Source*> judged_by;
  for (const Source& source : annotations) judged_by.push_back(&source);
  const auto judgement = judged(judged_by);
  project.length_on = judgement.length_on;
  for (Source& source : annotations) {
    std::string frame = source.frame;
    read_json_boxes(drive,
                    instants,
                    std::move(source),
                    supervisely::maker(drive, project, std::move(frame)),
                    set);
  }
  tell(judgement, set, place);
  judge_frames(set, drive, place);
  return set;
}

double recognise(const fs::path& place) {
  std::error_code code;
  if (!fs::is_directory(place, code)) {
    const Beginning beginning = beginning_of(place, {".json"});
    if (!beginning.has("\"objects\"") || !beginning.has("\"figures\"")) return 0;
    return beginning.has("\"cuboid_3d\"") || beginning.has("\"framesCount\"") ? 0.95 : 0.6;
  }
  if (is_there(place / kMeta))
    for (const fs::path& folder : list_folders(place))
      if (is_data_set(folder)) return 0.95;
  if (is_there(place / kEpisode)) return recognise(place / kEpisode);
  const std::vector<fs::path> files =
      list_files(place.filename() == "ann" ? place : place / "ann", {".json"});
  return files.empty() ? 0 : recognise(files.front());
}

/// meta.json with the classes and tags that the files have now.
std::string meta_text(const Source* source, const Project& project, bool episode) {
  auto json =
      JsonText::parse(source ? source->text
                             : fmt::format(R"({{"classes": [], "tags": [], "projectType": "{}"}})",
                                           episode ? "point_cloud_episodes" : "point_clouds"));
  if (!json) return source->text;
  JsonPatch patch(*json);
  const auto add =
      [&](std::string_view list, const char* name, const auto& wanted, const auto& made) {
        const JsonNode* array = json->root().find(list);
        if (!array || !array->is(JsonNode::Kind::array)) return;
        for (const std::string& word : wanted) {
          const bool there =
              std::any_of(array->items.begin(), array->items.end(), [&](const JsonNode& one) {
                return json_word(*json, one.find(name)) == word;
              });
          if (!there) patch.append(*array, made(word));
        }
      };
  add("classes", "title", project.classes, [](const std::string& word) {
    const std::uint64_t color = Hash().add(word).value() & 0xFFFFFF;
    return fmt::format(
        "{{\"title\": {}, \"shape\": \"cuboid_3d\", \"color\": \"#{:06X}\", \"geometry_config\": "
        "{{}}}}",
        json_string(word),
        color);
  });
  add("tags", "name", project.tags, [](const std::string& word) {
    return fmt::format(
        "{{\"name\": {}, \"value_type\": \"any_string\", \"color\": \"#00A5FF\", "
        "\"applicable_type\": \"objectsOnly\", \"classes\": []}}",
        json_string(word));
  });
  return patch.applied();
}

/// key_id_map.json with numbers for what is new; numbers of tracks are their names.
std::string keys_text(const Source* source, const Project& project) {
  auto json = JsonText::parse(
      source ? source->text : R"({"tags": {}, "objects": {}, "figures": {}, "videos": {}})");
  if (!json) return source->text;
  JsonPatch patch(*json);
  const auto add = [&](std::string_view list, const auto& keys, const auto& number_of) {
    const JsonNode* object = json->root().find(list);
    if (!object || !object->is(JsonNode::Kind::object)) return;
    std::set<std::int64_t> taken;
    std::int64_t largest = 0;
    for (const JsonNode& one : object->items)
      if (const auto number = json->integer(&one); number && *number < (std::int64_t{1} << 53)) {
        taken.insert(*number);
        largest = std::max(largest, *number);
      }
    for (const auto& one : keys) largest = std::max(largest, number_of(one));
    for (const auto& one : keys) {
      std::string key;
      if constexpr (std::is_same_v<std::decay_t<decltype(one)>, std::string>)
        key = one;
      else
        key = one.first;
      if (object->find(key)) continue;
      std::int64_t number = number_of(one);
      if (number < 0 || !taken.insert(number).second) taken.insert(number = ++largest);
      patch.append(*object, key, std::to_string(number));
    }
  };
  const auto none = [](const std::string&) { return std::int64_t{-1}; };
  add("objects", project.new_objects, [](const auto& one) { return one.second; });
  add("figures", project.new_figures, none);
  add("videos", project.new_files, none);
  return patch.applied();
}

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, "supervisely");
  const Source *meta = nullptr, *keys = nullptr, *clouds = nullptr, *episode = nullptr;
  Project project;
  std::vector<const Source*> annotations;
  for (const auto& source : sources) {
    const std::string name = file_name_of(*source);
    fill(project, name, source->text);
    if (is_annotation(*source)) annotations.push_back(source.get());
    if (name == kMeta) meta = source.get();
    if (name == kKeys) keys = source.get();
    if (name == kClouds) clouds = source.get();
    if (name == kEpisode) episode = source.get();
  }
  project.length_on = judged(annotations).length_on;
  std::string folder = "ds0";
  if (!annotations.empty()) {
    const fs::path file = request.drive.info().root / annotations.front()->file;
    const fs::path set = episode ? file.parent_path() : file.parent_path().parent_path();
    if (!set.filename().empty()) folder = set.filename().string();
  }

  const Instants instants(request.drive);
  std::vector<WrittenFile> files;
  const OutFrames frames = frames_to_write(request, sources);
  if (episode) {
    files.push_back({folder + "/" + std::string(kEpisode),
                     json_with_boxes(request,
                                     instants,
                                     frames,
                                     episode,
                                     R"({"objects": [], "frames": []})",
                                     supervisely::maker(request.drive, project, {}))});
    if (clouds) files.push_back({folder + "/" + std::string(kClouds), clouds->text});
  } else {
    for (const OutFrame& frame : frames) {
      const std::string& name = frame.instant.name;
      const std::string key = supervisely::key_from("cloud:" + name);
      if (!frame.source) project.new_files.insert(key);
      files.push_back(
          {folder + "/ann/" +
               (frame.source ? file_name_of(*frame.source) : name + std::string(kEnd)),
           json_with_boxes(
               request,
               instants,
               std::span(&frame, 1),
               frame.source,
               fmt::format(
                   R"({{"description": "", "key": "{}", "tags": [], "objects": [], "figures": []}})",
                   key),
               supervisely::maker(request.drive, project, name))});
    }
  }
  files.push_back({std::string(kMeta), meta_text(meta, project, episode != nullptr)});
  files.push_back({std::string(kKeys), keys_text(keys, project)});
  return files;
}

/// The tag that names a track which has no number.
constexpr std::string_view kReserved[] = {"track_id"};

}  // namespace

LabelFormat supervisely_labels() {
  Can can;
  can.track_ids = true;
  can.attributes = true;
  can.several_frames = true;
  can.names.frame = NameRule::file_text;
  can.names.reserved_attributes = kReserved;
  return {"supervisely", "Supervisely point clouds", can, {}, {}, read, write, recognise};
}

}  // namespace sweepbox
