#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/base/files.hpp"
#include "core/base/hash.hpp"
#include "core/drive/json_stream.hpp"
#include "core/label/json_text.hpp"
#include "core/label/nuscenes_labels.hpp"
#include "core/label/nuscenes_rows.hpp"
#include "core/label/reading.hpp"
#include "core/label/writing.hpp"
#include "core/scene/world.hpp"

// Results of detectors and trackers in nuScenes' form (formats.md 4.4): {"meta": …, "results":
// {sample_token: [box …]}}, boxes in the world. Of a file of a whole set only the samples of the
// drive are held.

namespace sweepbox {

LabelFormat nuscenes_results_labels();

namespace {

constexpr const char* kFormat = "nuscenes_results";
constexpr const char* kFix = "correct the box, or write the results again";
constexpr std::string_view kAttributes[] = {nuscenes::kAttribute};

/// Sample tokens of the drive's frames: nuScenes' own, those of mmdetection3d's info file, or made
/// ones.
std::vector<nuscenes::Sample> samples_of(const Drive& drive) {
  if (const auto tables = nuscenes::tables_of(drive))
    if (const auto scene = nuscenes::scene_of(drive, *tables))
      if (auto samples = nuscenes::samples_of(drive, *tables, *scene)) return *samples;
  std::vector<nuscenes::Sample> samples;
  const Instants instants(drive);
  for (const LabelPlace& place : drive.info().labels) {
    if (place.format != "mmdetection3d") continue;
    const auto content = read_text(place.path);
    const auto json = content ? JsonText::parse(*content) : tl::make_unexpected(content.error());
    const JsonNode* frames = json ? json->root().find("data_list") : nullptr;
    if (!frames) continue;
    for (const JsonNode& frame : frames->items) {
      const auto token = json->string(frame.find("token"));
      const auto seconds = json->number(frame.find("timestamp"));
      if (token && seconds && std::abs(*seconds) < 9e9)
        samples.push_back(
            {*token,
             nuscenes::instant_of(drive, instants, *token, {std::llround(*seconds * 1e6) * 1000})});
    }
  }
  if (!samples.empty()) return samples;
  const auto frames = drive.frames();
  for (int i = 0; i < static_cast<int>(frames.size()); ++i) {
    Instant instant = instant_of_frame(drive, i);
    samples.push_back({nuscenes::made_sample_token(drive, instant.name), std::move(instant)});
  }
  return samples;
}

struct Result3d {
  Cuboid in_world;
  std::string name, attribute, track;
  double score = 0;
  bool tracking = false;
};

Result<Result3d> result_of(const JsonText& json, const JsonNode& box, const RawAngles& angles) {
  const auto cuboid = nuscenes::cuboid_of(json, box, angles);
  if (!cuboid) {
    Error error = cuboid.error();
    error.fix = kFix;
    return tl::unexpected(error);
  }
  Result3d result;
  result.in_world = *cuboid;
  result.tracking = box.find("tracking_name") != nullptr;
  const auto word = [&](const char* key) { return json.string(box.find(key)).value_or(""); };
  result.name = word(result.tracking ? "tracking_name" : "detection_name");
  if (result.name.empty())
    return fail({}, "detection_name", "a class (or tracking_name)", "nothing", kFix);
  const auto score = json.number(box.find(result.tracking ? "tracking_score" : "detection_score"));
  result.score = score && std::isfinite(*score) ? *score : 0;
  result.attribute = word("attribute_name");
  result.track = word("tracking_id");
  if (const auto number = json.integer(box.find("tracking_id")))
    result.track = std::to_string(*number);
  for (const auto& [field, name] : {std::pair("detection_name", std::string_view(result.name)),
                                    {"tracking_id", result.track},
                                    {"attribute_name", result.attribute}})
    if (auto fault = too_long(field, name)) return tl::unexpected(std::move(*fault));
  return result;
}

/// The file with the drive's samples alone, as a Source without records yet: other members of the
/// file stay as they are.
Result<Source> reduced(const Drive& drive,
                       const fs::path& file,
                       const std::set<std::string, std::less<>>& samples) {
  Source source = source_at(drive, file, kFormat);
  auto stream = JsonStream::open(file);
  if (!stream) return tl::unexpected(in_file(stream.error(), source.file));
  const auto wrong = [&](const char* expected) {
    return tl::unexpected(in_file(stream->wrong(expected), source.file));
  };
  if (!stream->take('{')) return wrong("an object with meta and results");
  source.text.assign(1, '{');
  for (bool first = true; !stream->take('}'); first = false) {
    if (!first && !stream->take(',')) return wrong("a comma or }");
    const std::string key(stream->value());
    if (key.empty() || !stream->take(':')) return wrong("a name and a colon");
    source.text.append(first ? "\n" : ",\n").append(key).append(": ");
    if (key != "\"results\"") {
      const std::string_view value = stream->value();
      if (value.empty()) return wrong("a value");
      source.text.append(value);
      continue;
    }
    if (!stream->take('{')) return wrong("an object of samples");
    source.text.append(1, '{');
    bool any = false;
    for (bool first_sample = true; !stream->take('}'); first_sample = false) {
      if (!first_sample && !stream->take(',')) return wrong("a comma or }");
      const std::string token(stream->value());
      if (token.size() < 2 || !stream->take(':')) return wrong("a sample token and a colon");
      const std::string_view boxes = stream->value();
      if (boxes.empty()) return wrong("a list of boxes");
      if (!samples.contains(std::string_view(token).substr(1, token.size() - 2))) continue;
      source.text.append(any ? ",\n" : "\n").append(token).append(": ").append(boxes);
      any = true;
    }
    source.text.append(any ? "\n}" : "}");
  }
  source.text.append("\n}\n");
  return source;
}

/// Small files are held whole, byte for byte.
Result<Source> source_of(const Drive& drive,
                         const fs::path& file,
                         const std::vector<nuscenes::Sample>& samples) {
  constexpr std::uint64_t kWhole = std::uint64_t{8} << 20;
  std::error_code ignored;
  if (fs::file_size(file, ignored) <= kWhole || ignored)
    return read_source(drive, file, kFormat, {});
  std::set<std::string, std::less<>> tokens;
  for (const nuscenes::Sample& sample : samples) tokens.insert(sample.token);
  return reduced(drive, file, tokens);
}

Result<LabelSet> read(const Drive& drive, const fs::path& place) {
  LabelSet set;
  set.format = kFormat;
  const std::vector<nuscenes::Sample> samples = samples_of(drive);
  const auto file = label_file(drive, place, ".json");
  if (!file) return tl::unexpected(file.error());
  auto source = source_of(drive, *file, samples);
  if (!source) return tl::unexpected(source.error());
  const auto json = JsonText::parse(source->text);
  if (!json) return tl::unexpected(in_file(json.error(), source->file));
  const JsonNode* results = json->root().find("results");
  if (!results || !results->is(JsonNode::Kind::object))
    return fail(source->file, "results", "lists of boxes by sample token", "nothing", kFix);
  std::map<std::string_view, const nuscenes::Sample*> sample_of;
  for (const nuscenes::Sample& sample : samples) {
    sample_of.emplace(sample.token, &sample);
    set.labelled.push_back(sample.instant.stamp);
  }
  std::sort(set.labelled.begin(), set.labelled.end());
  const RawAngles angles(drive);
  FileProblems problems(set.problems, source->file);
  std::set<std::pair<std::string, std::string_view>> seen;
  std::size_t others = 0;
  for (const JsonNode& boxes : results->items) {
    const auto sample = sample_of.find(boxes.key);
    if (sample == sample_of.end()) {
      others += boxes.items.size();
      continue;
    }
    int number = 0;
    for (const JsonNode& box : boxes.items) {
      ++number;
      source->records.emplace_back(box.begin, box.end);
      const auto result = result_of(*json, box, angles);
      const auto where = [&] {
        return fmt::format("sample {}, box {}", shortened(boxes.key), number);
      };
      if (!result) {
        problems.add(where, result.error());
        continue;
      }
      Label label = label_at(sample->second->instant);
      label.has_track_id = !result->track.empty() && seen.emplace(result->track, boxes.key).second;
      label.track = label.has_track_id ? result->track : made_up_track(label.frame_name, number);
      label.class_name = result->name;
      label.cuboid_in_ego =
          world_from_ego_of_label(drive, label.stamp).inverse() * result->in_world;
      label.score = result->score;
      if (!result->attribute.empty()) label.attributes[nuscenes::kAttribute] = result->attribute;
      label.origin = {source->id, static_cast<std::uint32_t>(source->records.size() - 1)};
      set.labels.push_back(std::move(label));
    }
  }
  if (set.labels.empty() && others > 0)
    set.problems.push_back({Severity::error,
                            source->file,
                            "results",
                            "samples of this drive",
                            text("{} boxes, all of other samples", others),
                            "take the results that belong to this drive"});
  set.sources.push_back(std::move(*source));
  judge_frames(set, drive, place);
  return set;
}

class Writer {
 public:
  explicit Writer(const WriteRequest& request) : request_(request) {}

  Result<std::vector<WrittenFile>> files() {
    const Sources sources = sources_of(request_.document, kFormat);
    frames_ = frames_to_write(request_, sources);
    samples_ = samples_of(request_.drive);
    for (const OutFrame& frame : frames_) frame_named_[frame.instant.name] = &frame;
    for (const OutFrame& frame : frames_)
      for (const OutBox& box : frame.boxes) tracking_ = tracking_ || !is_made_up(box.track->name);
    for (const auto& source : sources)
      if (const auto json = JsonText::parse(source->text); json && json->root().find("results"))
        return std::vector<WrittenFile>{
            {fs::path(source->file).filename().string(), patched(*json, *source)}};
    return std::vector<WrittenFile>{{"results_nusc.json", fresh()}};
  }

 private:
  std::string patched(const JsonText& json, const Source& source) {
    JsonPatch patch(json);
    const JsonNode& results = *json.root().find("results");
    std::map<std::string_view, const JsonNode*> boxes_of;
    for (const JsonNode& boxes : results.items) boxes_of.emplace(boxes.key, &boxes);
    for (const JsonNode& boxes : results.items)
      if (!boxes.items.empty()) tracking_ = boxes.items.front().find("tracking_name") != nullptr;
    for (const nuscenes::Sample& sample : samples_) {
      const auto frame = frame_named_.find(sample.instant.name);
      if (frame == frame_named_.end()) continue;
      const auto boxes = boxes_of.find(sample.token);
      if (boxes == boxes_of.end())
        patch.append(results, sample.token, list(*frame->second, sample.token));
      else
        patch_sample(json, patch, source, *frame->second, sample.token, *boxes->second);
    }
    return patch.applied();
  }

  void patch_sample(const JsonText& json,
                    JsonPatch& patch,
                    const Source& source,
                    const OutFrame& frame,
                    const std::string& token,
                    const JsonNode& boxes) {
    std::map<std::uint64_t, const OutBox*> untouched;
    std::map<std::string, const OutBox*> others;
    std::vector<const OutBox*> rest;
    for (const OutBox& box : frame.boxes) {
      const bool own = box.origin && box.origin->source == source.id &&
                       box.origin->record < source.records.size();
      if (own && untouched.emplace(source.records[box.origin->record].first, &box).second) continue;
      if (!others.emplace(box.track->name, &box).second) rest.push_back(&box);
    }
    const RawAngles angles(request_.drive);
    for (std::size_t i = 0; i < boxes.items.size(); ++i) {
      const JsonNode& box = boxes.items[i];
      if (untouched.contains(box.begin)) continue;
      const auto result = result_of(json, box, angles);
      if (!result) continue;  // what could not be read was not deleted either
      auto found = others.find(result->track);
      if (found == others.end()) found = others.find(made_up_track(frame.instant.name, i + 1));
      if (found == others.end()) {
        patch.remove(boxes, box);
        continue;
      }
      patch_box(json, patch, frame, *found->second, *result, box);
      others.erase(found);
    }
    for (const OutBox& box : frame.boxes) {
      const auto found = others.find(box.track->name);
      if ((found != others.end() && found->second == &box) ||
          std::find(rest.begin(), rest.end(), &box) != rest.end())
        patch.append(boxes, box_json(frame, token, box));
    }
  }

  Cuboid in_world(const OutFrame& frame, const OutBox& box) const {
    return world_from_ego_of_label(request_.drive, frame.instant.stamp) * box.cuboid_in_ego;
  }

  void patch_box(const JsonText& json,
                 JsonPatch& patch,
                 const OutFrame& frame,
                 const OutBox& box,
                 const Result3d& old,
                 const JsonNode& node) const {
    nuscenes::patch_cuboid(patch, node, old.in_world, in_world(frame, box));
    const auto word = [&](const char* key, const std::string& value) {
      const JsonNode* there = node.find(key);
      if (there && json.string(there) != value) patch.replace(*there, json_string(value));
    };
    word(old.tracking ? "tracking_name" : "detection_name", box.track->class_name);
    if (const auto attribute = box.attributes.find(nuscenes::kAttribute);
        attribute != box.attributes.end() || !old.attribute.empty())
      word("attribute_name", attribute == box.attributes.end() ? "" : attribute->second);
    const JsonNode* score = node.find(old.tracking ? "tracking_score" : "detection_score");
    if (score && box.score) patch.replace_number(*score, *box.score);
  }

  std::string box_json(const OutFrame& frame, const std::string& token, const OutBox& box) const {
    const Cuboid cuboid = in_world(frame, box);
    const Vec3& c = cuboid.pose.translation;
    const Vec3 v = box.track->keys.size() > 1 ? velocity_at(*box.track, frame.instant.stamp)
                                              : Vec3::Zero().eval();
    const char* kind = tracking_ ? "tracking" : "detection";
    std::string json = fmt::format(
        "{{\"sample_token\": {}, \"translation\": {}, \"size\": {}, \"rotation\": {}, "
        "\"velocity\": {}, \"{}_name\": {}, \"{}_score\": {}",
        json_string(token),
        json_numbers(std::array{c.x(), c.y(), c.z()}),
        json_numbers(std::array{cuboid.size.y(), cuboid.size.x(), cuboid.size.z()}),
        nuscenes::json_wxyz(cuboid.pose.rotation),
        json_numbers(std::array{v.x(), v.y()}),
        kind,
        json_string(box.track->class_name),
        kind,
        json_number(box.score.value_or(1)));
    const auto attribute = box.attributes.find(nuscenes::kAttribute);
    const std::string name = attribute == box.attributes.end() ? "" : attribute->second;
    if (tracking_) json.append(", \"tracking_id\": ").append(json_string(box.track->name));
    if (!tracking_ || !name.empty())
      json.append(", \"attribute_name\": ").append(json_string(name));
    return json.append("}");
  }

  std::string list(const OutFrame& frame, const std::string& token) const {
    std::string boxes;
    for (const OutBox& box : frame.boxes)
      boxes.append(boxes.empty() ? "" : ",\n ").append(box_json(frame, token, box));
    return fmt::format("[{}]", boxes);
  }

  /// Every sample is there, also without a box: nuScenes' evaluation asks for all.
  std::string fresh() const {
    std::string results;
    for (const nuscenes::Sample& sample : samples_) {
      const auto frame = frame_named_.find(sample.instant.name);
      const std::string boxes =
          frame == frame_named_.end() ? "[]" : list(*frame->second, sample.token);
      results.append(results.empty() ? "\n" : ",\n")
          .append(json_string(sample.token))
          .append(": ")
          .append(boxes);
    }
    return fmt::format(
        "{{\"meta\": {{\"use_camera\": false, \"use_lidar\": true, \"use_radar\": false, "
        "\"use_map\": false, \"use_external\": false}},\n\"results\": {{{}\n}}}}\n",
        results);
  }

  const WriteRequest& request_;
  OutFrames frames_;
  std::vector<nuscenes::Sample> samples_;
  std::map<std::string, const OutFrame*> frame_named_;
  bool tracking_ = false;  ///< boxes have ids
};

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  return Writer(request).files();
}

double recognise(const fs::path& place) {
  if (place.extension() != ".json") return 0;
  if (!nuscenes::begins_with_key(place, {"results"})) return 0;
  return nuscenes::begins_with_key(place, {"meta", "detection_name", "tracking_name"}) ? 0.9 : 0.3;
}

}  // namespace

LabelFormat nuscenes_results_labels() {
  Can can;
  can.track_ids = true;
  can.scores = true;
  can.several_frames = true;
  can.names.frame = can.names.drive = NameRule::any;  // their samples' tokens are hashes
  return {kFormat, "nuScenes results", can, {}, kAttributes, read, write, recognise};
}

}  // namespace sweepbox
