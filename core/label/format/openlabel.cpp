#include <algorithm>
#include <array>
#include <set>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/openlabel_attributes.hpp"
#include "core/label/openlabel_writing.hpp"
#include "core/label/reading.hpp"

// ASAM OpenLABEL 1.0 (formats.md 4.10), VCD 4.3 (4.11). New files have their boxes in
// vehicle-iso8855, which is ego; a file that was read keeps its own frames, axes and forms. Of the
// cuboids of objects that are no boxes (Vicomtech's DontCare "-1") nothing is read and nothing
// changes.

namespace sweepbox {

LabelFormat openlabel_labels();

namespace {

constexpr const char* kFormat = "openlabel";

std::string class_of(const OpenLabelFile& file, const OpenLabelRecord& record) {
  const JsonNode* object = file.object(record);
  auto type = object ? file.json().string(object->find("type")) : std::nullopt;
  if (!type) type = file.json().string(record.entry->find("type"));  // raillabel's older files
  return type && !trimmed(*type).empty() ? *type : "unknown";
}

/// Areas that are not labelled, and the body of the own car, which is no object of the drive.
constexpr std::string_view kNoBoxes[] = {"DontCare", "Egocar", "egocar", "EgoCar"};

bool is_box(const OpenLabelFile& file, const OpenLabelRecord& record) {
  const JsonNode* val = record.cuboid->find("val");
  if (!val || val->is(JsonNode::Kind::null)) return false;
  const std::string type = class_of(file, record);
  return std::find(std::begin(kNoBoxes), std::end(kNoBoxes), type) == std::end(kNoBoxes);
}

/// What its boxes say alike is longer than the program holds: they are left as they are.
std::optional<Error> too_long_in(const OpenLabelFile& file, const OpenLabelRecord& record) {
  Label words;
  words.class_name = class_of(file, record);
  words.track = record.track;
  fill_from_openlabel(words, file, record);
  return too_long(words);
}

void read_file(const Drive& drive, Source source, LabelSet& set) {
  FileProblems problems(set.problems, source.file);
  auto file = OpenLabelFile::parse(drive, source.text);
  if (!file) {
    problems.add({}, file.error());
    set.sources.push_back(std::move(source));
    return;
  }
  for (const Problem& note : file->notes) {
    Problem told = note;
    told.file = source.file;
    set.problems.push_back(std::move(told));
  }
  for (const OpenLabelRecord& record : file->records) {
    const auto index = static_cast<std::uint32_t>(source.records.size());
    source.records.emplace_back(record.cuboid->begin, record.cuboid->end);
    if (!is_box(*file, record)) continue;
    if (const auto fault = too_long_in(*file, record)) {
      problems.add(
          [&] {
            return fmt::format(
                "{}, object {}", file->json().place(record.cuboid->begin), shortened(record.uid));
          },
          *fault);
      continue;
    }
    for (const int frame : record.frames) {
      const OpenLabelFrame& at = file->frames[static_cast<std::size_t>(frame)];
      const auto where = [&] {
        return fmt::format("{}, object {}, frame {}",
                           file->json().place(record.cuboid->begin),
                           shortened(record.uid),
                           shortened(at.key));
      };
      const auto cuboid = file->cuboid_in_ego(record, frame);
      if (!cuboid) {
        problems.add(where, cuboid.error());
        break;
      }
      Label label = label_at(at.instant);
      label.track = record.track.empty() ? "?" : record.track;
      label.has_track_id = record.has_track_id && !record.track.empty();
      label.class_name = class_of(*file, record);
      label.cuboid_in_ego = *cuboid;
      fill_from_openlabel(label, *file, record);
      label.origin = {source.id, index};
      set.labels.push_back(std::move(label));
    }
  }
  set.sources.push_back(std::move(source));
}

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  return read_each(drive, place, kFormat, {".json"}, {}, [&](Source source, LabelSet& set) {
    read_file(drive, std::move(source), set);
  });
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".json"});
  if (beginning.has("\"openlabel\"")) return 0.95;
  return beginning.has("\"vcd\"") && beginning.has("schema_version") ? 0.8 : 0;
}

/// Changes to a file that was read, collected over its frames.
class Patching {
 public:
  Patching(const WriteRequest& request,
           const Source& source,
           const OpenLabelFile& file,
           const std::set<std::string>& ours,
           std::set<const OutBox*>& taken,
           bool takes_new_boxes)
      : request_(request),
        source_(source),
        file_(file),
        patch_(file.json()),
        uids_(request.document),
        keys_(request.drive),
        ours_(ours),
        taken_(taken),
        takes_new_(takes_new_boxes) {
    for (std::size_t i = 0; i < file.frames.size(); ++i)
      by_name_.emplace(file.frames[i].instant.name, static_cast<int>(i));
  }

  Result<std::string> written(const std::vector<OutFrame>& frames) {
    for (const OutFrame& frame : frames) sort_boxes(frame);
    for (std::uint32_t i = 0; i < file_.records.size(); ++i) settle_record(i);
    collect_fresh();
    for (auto& [frame, boxes] : fresh_) add_boxes(frame, boxes);
    settle_objects();
    return patch_.applied();
  }

 private:
  using At = std::pair<std::string, std::string>;  // frame's name, track's name

  struct Fresh {
    const OutBox* box;
    const Instant* instant;
    std::string raw = {};  ///< its cuboid, where that is known
  };

  void sort_boxes(const OutFrame& frame) {
    asked_.insert(frame.instant.name);
    for (const OutBox& box : frame.boxes) {
      const bool own = box.origin && box.origin->source == source_.id &&
                       box.origin->record < file_.records.size();
      if (own)
        claims_[{box.origin->record, frame.instant.name}] = &box;
      else if (!taken_.contains(&box) && (!box.origin || !ours_.contains(box.origin->source)))
        others_[{frame.instant.name, box.track->name}].push_back({&box, &frame.instant});
    }
  }

  void settle_record(std::uint32_t index) {
    const OpenLabelRecord& record = file_.records[index];
    if (!is_box(file_, record) || too_long_in(file_, record)) return;
    bool readable = false, untouched = true, asked = false;
    for (const int frame : record.frames) {
      const OpenLabelFrame& at = file_.frames[static_cast<std::size_t>(frame)];
      readable = readable || file_.cuboid_in_ego(record, frame).has_value();
      const bool wanted = asked_.contains(at.instant.name);
      asked = asked || wanted;
      const auto found = claims_.find({index, at.instant.name});
      untouched = untouched && (!wanted || found != claims_.end());
      if (found != claims_.end() && is_renamed(record, *found->second->track)) {
        if (record.frames.size() == 1) {
          move(record, *found->second, at.instant);
          return;
        }
        rename_object(record, *found->second->track);
      }
    }
    if (!readable || !asked || untouched) {
      // A record of one frame that is not asked for leaves a file of fewer frames.
      if (readable && !asked && record.frames.size() == 1 && !is_whole(request_)) drop(record);
      return;
    }
    if (record.frames.size() == 1) {
      const OpenLabelFrame& at = file_.frames[static_cast<std::size_t>(record.frames.front())];
      const auto found = others_.find({at.instant.name, record.track});
      if (found == others_.end() || found->second.empty()) {
        drop(record);
        return;
      }
      const Fresh changed = found->second.front();
      found->second.erase(found->second.begin());
      taken_.insert(changed.box);
      change(record, record.frames.front(), *changed.box);
      return;
    }
    // A static box that moved in some frame is one box a frame from now on.
    drop(record);
    for (const int frame : record.frames) {
      const OpenLabelFrame& at = file_.frames[static_cast<std::size_t>(frame)];
      if (const auto found = claims_.find({index, at.instant.name}); found != claims_.end())
        others_[{at.instant.name, found->second->track->name}].push_back(
            {found->second, &at.instant});
    }
  }

  static bool is_renamed(const OpenLabelRecord& record, const Track& track) {
    return record.has_track_id && !record.track.empty() && record.track != track.name;
  }

  /// An untouched cuboid of a track that was renamed, merged or split goes to that track's object,
  /// byte for byte.
  void move(const OpenLabelRecord& record, const OutBox& box, const Instant& instant) {
    if (!file_.own && !is_openlabel_uid(box.track->name)) {
      rename_object(record, *box.track);
      return;
    }
    drop(record);
    others_[{instant.name, box.track->name}].push_back(
        {&box, &instant, std::string(file_.json().raw(*record.cuboid))});
  }

  void rename_object(const OpenLabelRecord& record, const Track& track) {
    if (const JsonNode* object = file_.object(record))
      if (const JsonNode* name = object->find("name"); name && changed_names_.insert(name).second)
        patch_.replace(*name, json_string(track.name));
  }

  void change(const OpenLabelRecord& record, int frame, const OutBox& box) {
    const auto values = file_.values_of(record, frame, box.cuboid_in_ego);
    const JsonNode* val = record.cuboid->find("val");
    const auto old = file_.cuboid_in_ego(record, frame);
    if (values && val && val->items.size() == values->size()) {
      const bool turned =
          !old || angle_between(old->pose.rotation, box.cuboid_in_ego.pose.rotation) > 1e-7;
      const std::size_t sizes = values->size() - 3;
      for (std::size_t i = 0; i < values->size(); ++i)
        if (i < 3 || i >= sizes || turned)
          patch_.replace_number(val->items[i], (*values)[i], i < 3 || i >= sizes ? 1e-6 : 0);
    }
    patch_attributes(patch_, file_, record, box.attributes, box.score);
    if (const JsonNode* object = file_.object(record)) retype(*object, *box.track);
  }

  /// The object's type is the track's class.
  void retype(const JsonNode& object, const Track& track) {
    const JsonNode* node = object.find("type");
    if (!node || file_.json().string(node) == track.class_name) return;
    if (changed_names_.insert(node).second) patch_.replace(*node, json_string(track.class_name));
  }

  /// Takes a cuboid out, with all that would be empty without it.
  void drop(const OpenLabelRecord& record) {
    touched_.insert(record.uid);
    dropped_[record.list].push_back(record.cuboid);
    const bool list_empty = dropped_[record.list].size() == record.list->items.size();
    if (!list_empty) {
      patch_.remove(*record.list, *record.cuboid);
      return;
    }
    const bool data_empty = record.data->items.size() == 1;
    if (record.frame >= 0 && data_empty && record.entry->items.size() == 1) {
      const JsonNode* entries =
          file_.frames[static_cast<std::size_t>(record.frame)].node->find("objects");
      patch_.remove(*entries, *record.entry);
      gone_.insert({record.uid, file_.frames[static_cast<std::size_t>(record.frame)].key});
    } else {
      patch_.remove(*record.data, *record.list);
    }
  }

  void collect_fresh() {
    if (!takes_new_) return;
    for (const auto& [at, boxes] : others_)
      for (const Fresh& one : boxes) fresh_[at.first].push_back(one);
  }

  void add_boxes(const std::string& frame_name, const std::vector<Fresh>& boxes) {
    const JsonNode* frames = file_.root().find("frames");
    const auto known = by_name_.find(frame_name);
    const JsonNode* node = known == by_name_.end()
                               ? nullptr
                               : file_.frames[static_cast<std::size_t>(known->second)].node;
    const JsonNode* entries = node ? node->find("objects") : nullptr;
    std::string inside;
    for (const Fresh& one : boxes) {
      const std::string uid = uid_of(*one.box->track);
      const std::string key =
          node ? file_.frames[static_cast<std::size_t>(known->second)].key : keys_.of(*one.instant);
      tracks_[uid] = one.box->track.get();
      added_[uid].insert(to_integer(key).value_or(0));
      const JsonNode* entry = entries ? entries->find(uid) : nullptr;
      const JsonNode* data = entry ? entry->find("object_data") : nullptr;
      const JsonNode* list = data ? data->find("cuboid") : nullptr;
      const std::string cuboid = one.raw.empty() ? cuboid_json(*one.box) : one.raw;
      const bool entry_stays = entry && !gone_.contains({uid, key});
      if (list && entry_stays && dropped_[list].size() < list->items.size())
        patch_.append(*list, cuboid);
      else if (data && entry_stays)
        patch_.append(*data, "cuboid", fmt::format("[{}]", cuboid));
      else if (entry_stays)
        patch_.append(*entry, "object_data", fmt::format("{{\"cuboid\":[{}]}}", cuboid));
      else if (entries)
        patch_.append(
            *entries, uid, fmt::format("{{\"object_data\":{{\"cuboid\":[{}]}}}}", cuboid));
      else
        inside += fmt::format("{}\"{}\":{{\"object_data\":{{\"cuboid\":[{}]}}}}",
                              inside.empty() ? "" : ",",
                              uid,
                              cuboid);
    }
    if (entries || boxes.empty()) return;
    if (node) {
      patch_.append(*node, "objects", fmt::format("{{{}}}", inside));
      return;
    }
    const Instant& instant = *boxes.front().instant;
    const std::string key = keys_.of(instant);
    const std::string json = frame_json(request_.drive, instant, inside);
    if (frames)
      patch_.append(*frames, key, json);
    else
      new_frames_ += fmt::format("{}\"{}\":{}", new_frames_.empty() ? "" : ",", key, json);
  }

  /// The id that a track has in the file, or gets.
  std::string uid_of(const Track& track) {
    if (const auto found = uid_of_track_.find(track.uid); found != uid_of_track_.end())
      return found->second;
    std::string uid;
    for (const auto& [known, node] : file_.objects)
      if (file_.track_of(known) == track.name) uid = known;
    if (uid.empty()) {
      uid = uids_.of(track);
      for (std::int64_t n = 0; file_.objects.contains(uid) || given_.contains(uid); ++n)
        uid = std::to_string(n);
    }
    given_.insert(uid);
    return uid_of_track_[track.uid] = uid;
  }

  /// New objects enter the list; the intervals of those whose frames changed follow.
  void settle_objects() {
    const JsonNode* objects = file_.root().find("objects");
    std::string inside;
    for (const auto& [uid, frames] : added_) {
      touched_.insert(uid);
      const Track& track = *tracks_.at(uid);
      if (const auto known = file_.objects.find(uid); known != file_.objects.end()) {
        retype(*known->second, track);
        continue;
      }
      const std::string json = object_json(track, track.class_name, {frames.begin(), frames.end()});
      if (objects)
        patch_.append(*objects, uid, json);
      else
        inside += fmt::format("{}\"{}\":{}", inside.empty() ? "" : ",", uid, json);
    }
    if (!inside.empty()) patch_.append(file_.root(), "objects", fmt::format("{{{}}}", inside));
    if (!new_frames_.empty())
      patch_.append(file_.root(), "frames", fmt::format("{{{}}}", new_frames_));
    for (const std::string& uid : touched_) settle_intervals(uid);
  }

  void settle_intervals(const std::string& uid) {
    const auto object = file_.objects.find(uid);
    if (object == file_.objects.end()) return;
    const auto added = added_.find(uid);
    std::set<std::int64_t> whole, boxes;
    for (const OpenLabelFrame& frame : file_.frames) {
      const JsonNode* entry = frame.node ? frame.node->find("objects") : nullptr;
      entry = entry ? entry->find(uid) : nullptr;
      const auto number = to_integer(frame.key);
      if (!entry || !number || gone_.contains({uid, frame.key})) continue;
      whole.insert(*number);
      const JsonNode* data = entry->find("object_data");
      const JsonNode* list = data ? data->find("cuboid") : nullptr;
      if (list && dropped_[list].size() < list->items.size()) boxes.insert(*number);
    }
    if (added != added_.end()) {
      whole.insert(added->second.begin(), added->second.end());
      boxes.insert(added->second.begin(), added->second.end());
    }
    const bool had_frames = object->second->find("object_data") == nullptr;
    if (whole.empty() && had_frames) {  // the last of it is gone
      patch_.remove(*file_.root().find("objects"), *object->second);
      return;
    }
    if (const JsonNode* node = object->second->find("frame_intervals"))
      patch_.replace(*node, intervals_json({whole.begin(), whole.end()}));
    const JsonNode* pointers = object->second->find("object_data_pointers");
    if (!pointers) return;
    for (const JsonNode& pointer : pointers->items)
      if (file_.json().string(pointer.find("type")) == "cuboid")
        if (const JsonNode* node = pointer.find("frame_intervals"))
          patch_.replace(*node, intervals_json({boxes.begin(), boxes.end()}));
  }

  const WriteRequest& request_;
  const Source& source_;
  const OpenLabelFile& file_;
  JsonPatch patch_;
  OpenLabelUids uids_;
  OpenLabelKeys keys_;
  /// Ids of the document's OpenLABEL files: the box of another of them goes there, not here.
  const std::set<std::string>& ours_;
  std::set<const OutBox*>& taken_;  ///< by files before this one
  bool takes_new_;
  std::map<std::string, int> by_name_;  ///< index in the file's frames
  std::set<std::string> asked_;
  std::map<std::pair<std::uint32_t, std::string>, const OutBox*> claims_;
  std::map<At, std::vector<Fresh>> others_;
  std::map<std::string, std::vector<Fresh>> fresh_;
  std::map<const JsonNode*, std::vector<const JsonNode*>> dropped_;
  std::set<std::pair<std::string, std::string>> gone_;  ///< uid, frame: the entry went
  std::set<const JsonNode*> changed_names_;
  std::set<std::string> touched_, given_;
  std::map<TrackId, std::string> uid_of_track_;
  std::map<std::string, const Track*> tracks_;
  std::map<std::string, std::set<std::int64_t>> added_;
  std::string new_frames_;
};

Result<std::vector<WrittenFile>> write(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, kFormat);
  const OutFrames frames = frames_to_write(request, sources);
  std::vector<WrittenFile> files;
  std::set<std::string> ours;
  for (const auto& source : sources) ours.insert(source->id);
  std::set<const OutBox*> taken;
  // From the last to the first, which takes what is new.
  for (std::size_t i = sources.size(); i-- > 0;) {
    const Source& source = *sources[i];
    const auto file = OpenLabelFile::parse(request.drive, source.text);
    // What could not be read is written anew from the boxes that there are.
    if (!file) continue;
    auto text = Patching(request, source, *file, ours, taken, i == 0).written(frames);
    if (!text) return tl::unexpected(text.error());
    files.push_back({std::filesystem::path(source.file).filename().string(), std::move(*text)});
  }
  std::reverse(files.begin(), files.end());
  if (files.empty()) files.push_back({"openlabel.json", openlabel_text(request, frames)});
  return files;
}

}  // namespace

LabelFormat openlabel_labels() {
  Can can;
  can.track_ids = true;
  can.attributes = true;
  can.scores = true;
  can.rects = true;
  can.several_frames = true;
  can.names.frame = NameRule::file_text;
  can.names.class_name = NameRule::visible;
  can.names.reserved_classes = kNoBoxes;
  return {kFormat, "ASAM OpenLABEL 1.0", can, {}, {}, read, write, recognise};
}

}  // namespace sweepbox
