#include "core/label/nuscenes_writing.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/files.hpp"
#include "core/base/hash.hpp"
#include "core/base/parse.hpp"
#include "core/drive/json_stream.hpp"
#include "core/label/json_records.hpp"
#include "core/label/json_text.hpp"
#include "core/label/nuscenes_labels.hpp"
#include "core/label/nuscenes_rows.hpp"
#include "core/label/points.hpp"
#include "core/label/writing.hpp"
#include "core/scene/world.hpp"

namespace sweepbox::nuscenes {
namespace {

constexpr const char* kFreshFolder = "v1.0-sweepbox";

/// A row on its way into sample_annotation.
struct Row {
  std::string token;
  std::size_t sample = 0;  ///< index
  const OutBox* box = nullptr;
  std::optional<std::size_t> record;  ///< of the source
  bool untouched = false;
};

/// A row of `instance`.
struct Instance {
  std::string class_name;  ///< empty: as it was
  std::vector<Row> rows;
};

/// A table of words that may get new ones.
struct WordTable {
  std::map<std::string, std::string> token_of;
  std::vector<std::string> added;

  const std::string& token(const std::string& name, std::string_view kind) {
    auto [at, is_new] = token_of.try_emplace(name);
    if (is_new) {
      at->second = made_token({kind, name});
      added.push_back(row_json({{"token", json_string(at->second)},
                                {"name", json_string(name)},
                                {"description", "\"\""}}));
    }
    return at->second;
  }
};

class TableWriter {
 public:
  explicit TableWriter(const WriteRequest& request)
      : request_(request),
        angles_(request.drive),
        counts_(request.drive),
        sources_(sources_of(request.document, kFormat)) {}

  Result<std::vector<WrittenFile>> files() {
    if (const auto good = find_tables(); !good) return tl::unexpected(good.error());
    frames_ = frames_to_write(request_, sources_);
    if (const auto good = find_samples(); !good) return tl::unexpected(good.error());
    gather();
    std::vector<std::optional<std::string>> values = kept_values();
    std::vector<std::string> added;
    for (auto& [token, instance] : instances_) chain(token, instance, values, added);
    return assembled(values, added);
  }

 private:
  /// The tables that the labels came from, or those of the drive.
  Result<void> find_tables() {
    tables_ = tables_of(request_.drive);
    for (const auto& source : sources_) {
      const fs::path file = request_.drive.info().root / source->file;
      if (file.filename() == "sample_annotation.json") {
        annotations_ = source.get();
        tables_ = file.parent_path();
      }
      if (file.filename() == "instance.json") instance_rows_ = source.get();
    }
    std::error_code ignored;
    if (tables_ && !fs::is_regular_file(*tables_ / "sample.json", ignored))
      return fail(tables_->string(),
                  {},
                  "the tables that the labels came from",
                  "none",
                  "put them back: samples and words are read from there");
    if (!tables_) return {};
    for (auto [table, field, words] : {std::tuple("category.json", "name", &categories_),
                                       std::tuple("attribute.json", "name", &attributes_),
                                       std::tuple("visibility.json", "level", &visibilities_)}) {
      auto names = read_names(*tables_ / table, field);
      if (!names) continue;
      // A box of such a category was read as unknown: its instance stays as it is.
      std::erase_if(*names, [](const auto& name) { return name.second.size() > kLongestName; });
      for (const auto& [token, name] : *names) words->token_of.try_emplace(name, token);
      (words == &attributes_     ? attribute_names_
       : words == &visibilities_ ? visibility_names_
                                 : category_names_) = *names;
    }
    return {};
  }

  Result<void> find_samples() {
    if (tables_) {
      const auto scene = scene_of(request_.drive, *tables_);
      if (!scene) return tl::unexpected(scene.error());
      auto samples = samples_of(request_.drive, *tables_, *scene);
      if (!samples) return tl::unexpected(samples.error());
      samples_ = std::move(*samples);
    } else {
      for (const OutFrame& frame : frames_)
        samples_.push_back({made_sample_token(request_.drive, frame.instant.name), frame.instant});
      const char* levels[] = {"v0-40", "v40-60", "v60-80", "v80-100"};
      for (int i = 0; i < 4; ++i) visibilities_.token_of[levels[i]] = std::to_string(i + 1);
    }
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      sample_of_frame_.emplace(samples_[i].instant.name, i);
      sample_of_token_.emplace(samples_[i].token, i);
    }
    return {};
  }

  /// The instance of a track: that of its name, of its records, else a new one.
  std::string instance_of(const Track& track) {
    const auto known = instance_of_track_.find(track.uid);
    if (known != instance_of_track_.end()) return known->second;
    std::string token;
    if (is_token(track.name) && !taken_.contains(track.name)) token = track.name;
    for (const Keyframe& key : track.keys) {
      if (!token.empty()) break;
      if (!annotations_ || !key.origin || key.origin->source != annotations_->id) continue;
      if (key.origin->record >= annotations_->records.size()) continue;
      const std::string own(
          quick_text(record_of(*annotations_, key.origin->record), "\"instance_token\""));
      if (!own.empty() && !taken_.contains(own)) token = own;
    }
    if (token.empty()) token = token_of_number(track.name);
    if (token.empty() || taken_.contains(token))
      token = made_token({"instance", request_.drive.info().name, track.name, to_hex(track.uid)});
    taken_.insert(token);
    return instance_of_track_[track.uid] = token;
  }

  /// Every box of a sample as a row of its instance.
  void gather() {
    read_old_rows();
    for (const OutFrame& frame : frames_) {
      const auto sample = sample_of_frame_.find(frame.instant.name);
      if (sample == sample_of_frame_.end()) continue;
      requested_.insert(sample->second);
      for (const OutBox& box : frame.boxes) {
        const std::string token = instance_of(*box.track);
        Row row;
        row.sample = sample->second;
        row.box = &box;
        const bool own = annotations_ && box.origin && box.origin->source == annotations_->id &&
                         box.origin->record < old_.size() && !claimed_[box.origin->record];
        if (own) {
          row.record = box.origin->record;
          row.untouched = true;
        } else if (const auto old = record_of_.find({token, row.sample});
                   old != record_of_.end() && !claimed_[old->second]) {
          row.record = old->second;
        }
        if (row.record) claimed_[*row.record] = true;
        row.token = row.record ? old_[*row.record]->token
                               : made_token({"annotation", token, samples_[row.sample].token});
        Instance& instance = instances_[token];
        instance.class_name = box.track->class_name;
        instance.rows.push_back(std::move(row));
      }
    }
    // Rows of samples that were not asked for stay, and stay in their chains.
    for (std::size_t i = 0; i < old_.size(); ++i) {
      if (claimed_[i] || !old_[i]) continue;
      const auto sample = sample_of_token_.find(old_[i]->sample);
      if (sample == sample_of_token_.end() || requested_.contains(sample->second)) continue;
      claimed_[i] = true;
      instances_[old_[i]->instance].rows.push_back(
          {old_[i]->token, sample->second, nullptr, i, true});
    }
  }

  void read_old_rows() {
    const std::size_t count = annotations_ ? annotations_->records.size() : 0;
    claimed_.assign(count, false);
    old_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      auto row = parse_annotation(record_of(*annotations_, i), angles_);
      if (!row) continue;
      if (const auto sample = sample_of_token_.find(row->sample); sample != sample_of_token_.end())
        record_of_.emplace(std::pair(row->instance, sample->second), i);
      old_[i] = std::move(*row);
    }
  }

  /// What could not be read was not deleted either.
  std::vector<std::optional<std::string>> kept_values() const {
    std::vector<std::optional<std::string>> values(old_.size());
    for (std::size_t i = 0; i < old_.size(); ++i)
      if (!old_[i]) values[i] = std::string(record_of(*annotations_, i));
    return values;
  }

  void chain(const std::string& token,
             Instance& instance,
             std::vector<std::optional<std::string>>& values,
             std::vector<std::string>& added) {
    std::stable_sort(instance.rows.begin(), instance.rows.end(), [](const Row& a, const Row& b) {
      return a.sample < b.sample;
    });
    for (std::size_t i = 0; i < instance.rows.size(); ++i) {
      const Row& row = instance.rows[i];
      const std::string before = i > 0 ? instance.rows[i - 1].token : "";
      const std::string after = i + 1 < instance.rows.size() ? instance.rows[i + 1].token : "";
      if (row.record)
        values[*row.record] = patched(row, token, before, after);
      else
        added.push_back(new_row(row, token, before, after));
    }
  }

  Cuboid in_world(const Row& row) const {
    return world_from_ego_of_label(request_.drive, samples_[row.sample].instant.stamp) *
           row.box->cuboid_in_ego;
  }

  std::string patched(const Row& row,
                      const std::string& instance,
                      const std::string& before,
                      const std::string& after) {
    const std::string bytes(record_of(*annotations_, *row.record));
    const auto json = JsonText::parse(bytes);
    if (!json) return bytes;
    JsonPatch patch(*json);
    const auto set = [&](const char* key, const std::string& value) {
      const JsonNode* node = json->root().find(key);
      if (node && json->string(node) != value) patch.replace(*node, json_string(value));
      if (!node) patch.append(json->root(), key, json_string(value));
    };
    set("instance_token", instance);
    set("prev", before);
    set("next", after);
    if (row.untouched) return patch.empty() ? bytes : patch.applied();
    const Annotation& old = *old_[*row.record];
    patch_cuboid(patch, json->root(), old.in_world, in_world(row));
    const std::string words = word_of(*row.box, kAttribute);
    if (words != joined(old.attributes))
      if (const JsonNode* node = json->root().find("attribute_tokens"))
        patch.replace(*node, attribute_tokens(words));
    const std::string level = word_of(*row.box, kVisibility);
    const auto old_level = visibility_names_.find(old.visibility);
    if (level != (old_level == visibility_names_.end() ? "" : old_level->second))
      set("visibility_token", visibility(level));
    return patch.empty() ? bytes : patch.applied();
  }

  std::string new_row(const Row& row,
                      const std::string& instance,
                      const std::string& before,
                      const std::string& after) {
    const Sample& sample = samples_[row.sample];
    const Cuboid box = in_world(row);
    const Vec3& c = box.pose.translation;
    return row_json(
        {{"token", json_string(row.token)},
         {"sample_token", json_string(sample.token)},
         {"instance_token", json_string(instance)},
         {"visibility_token", json_string(visibility(word_of(*row.box, kVisibility)))},
         {"attribute_tokens", attribute_tokens(word_of(*row.box, kAttribute))},
         {"translation", json_numbers(std::array{c.x(), c.y(), c.z()})},
         {"size", json_numbers(std::array{box.size.y(), box.size.x(), box.size.z()})},
         {"rotation", json_wxyz(box.pose.rotation)},
         {"prev", json_string(before)},
         {"next", json_string(after)},
         {"num_lidar_pts",
          std::to_string(counts_.of(row.box->cuboid_in_ego, sample.instant.frame).value_or(0))},
         {"num_radar_pts", "0"}});
  }

  static std::string word_of(const OutBox& box, const char* name) {
    const auto found = box.attributes.find(name);
    return found == box.attributes.end() ? "" : found->second;
  }

  std::string joined(const std::vector<std::string>& tokens) const {
    std::string names;
    for (const std::string& token : tokens)
      if (const auto name = attribute_names_.find(token); name != attribute_names_.end())
        names.append(names.empty() ? "" : ", ").append(name->second);
    return names;
  }

  std::string attribute_tokens(const std::string& words) {
    std::string list;
    for (const std::string_view word : split(words, ','))
      if (const std::string name(trimmed(word)); !name.empty())
        list.append(list.empty() ? "" : ", ")
            .append(json_string(attributes_.token(name, "attribute")));
    return fmt::format("[{}]", list);
  }

  /// Its token; nothing where the level is none of the table's.
  std::string visibility(const std::string& level) const {
    const auto found = visibilities_.token_of.find(level);
    return found == visibilities_.token_of.end() ? "" : found->second;
  }

  /// The table's own word for a class, else the class as a new one.
  const std::string& category(const std::string& class_name) {
    std::vector<std::string_view> words;
    for (const auto& [token, name] : category_names_) words.push_back(name);
    const auto word =
        words.empty() ? std::nullopt : own_word(request_.document.taxonomy(), class_name, words);
    return categories_.token(word.value_or(class_name), "category");
  }

  /// Rows of `instance`: new ones are added, those without a box go.
  void instance_values(std::vector<std::optional<std::string>>& values,
                       std::vector<std::string>& added) {
    std::set<std::string> done;
    for (std::size_t i = 0; instance_rows_ && i < instance_rows_->records.size(); ++i) {
      const std::string bytes(record_of(*instance_rows_, i));
      const std::string token(quick_text(bytes, "\"token\""));
      const auto found = instances_.find(token);
      const auto json = JsonText::parse(bytes);
      values.emplace_back();
      if (!json) values.back() = bytes;
      if (!json || found == instances_.end() || !done.insert(token).second) continue;
      const Instance& instance = found->second;
      JsonPatch patch(*json);
      const auto set = [&](const char* key, const std::string& value) {
        if (const JsonNode* node = json->root().find(key)) patch.replace(*node, value);
      };
      set("nbr_annotations", std::to_string(instance.rows.size()));
      set("first_annotation_token", json_string(instance.rows.front().token));
      set("last_annotation_token", json_string(instance.rows.back().token));
      const auto name =
          category_names_.find(json->string(json->root().find("category_token")).value_or(""));
      if (!instance.class_name.empty() && name != category_names_.end() &&
          name->second != instance.class_name)
        set("category_token", json_string(category(instance.class_name)));
      values.back() = patch.empty() ? bytes : patch.applied();
    }
    for (const auto& [token, instance] : instances_)
      if (!done.contains(token))
        added.push_back(
            row_json({{"token", json_string(token)},
                      {"category_token", json_string(category(instance.class_name))},
                      {"nbr_annotations", std::to_string(instance.rows.size())},
                      {"first_annotation_token", json_string(instance.rows.front().token)},
                      {"last_annotation_token", json_string(instance.rows.back().token)}}));
  }

  /// A table with the rows of this scene replaced: the whole of it where it is still the one that
  /// was read, else those rows alone.
  std::string table(const Source* source,
                    const std::vector<std::optional<std::string>>& values,
                    const std::vector<std::string>& added) const {
    if (!source) return table_json(added);
    if (source->hash != 0) {
      const auto whole = read_text(request_.drive.info().root / source->file);
      const auto array =
          whole && Hash().add(*whole).value() == source->hash ? json_array(*whole) : std::nullopt;
      if (array && array->whole) {
        std::map<std::string_view, std::size_t> record_of_token;
        for (std::size_t i = 0; i < source->records.size(); ++i)
          record_of_token.emplace(record_of(*source, i), i);
        std::vector<std::optional<std::string>> all;
        for (const auto& [begin, end] : array->values) {
          const std::string_view bytes = std::string_view(*whole).substr(begin, end - begin);
          const auto own = record_of_token.find(bytes);
          all.push_back(own == record_of_token.end() ? std::string(bytes) : values[own->second]);
        }
        return with_values(*whole, array->values, all, added);
      }
    }
    return with_values(source->text, source->records, values, added);
  }

  Result<std::vector<WrittenFile>> assembled(const std::vector<std::optional<std::string>>& values,
                                             const std::vector<std::string>& added) {
    std::vector<std::optional<std::string>> instance_kept;
    std::vector<std::string> instance_added;
    instance_values(instance_kept, instance_added);
    const std::string folder = tables_ ? tables_->filename().string() : kFreshFolder;
    std::vector<WrittenFile> files = {
        {folder + "/sample_annotation.json", table(annotations_, values, added)},
        {folder + "/instance.json", table(instance_rows_, instance_kept, instance_added)}};
    for (const auto& [name, words] :
         {std::pair("category.json", &categories_), std::pair("attribute.json", &attributes_)}) {
      if (!tables_) {
        files.push_back({folder + "/" + name, table_json(words->added)});
      } else if (!words->added.empty()) {
        const auto old = read_text(*tables_ / name);
        const auto array = old ? json_array(*old) : std::nullopt;
        if (!array) {
          files.push_back({folder + "/" + name, table_json(words->added)});
          continue;
        }
        std::vector<std::optional<std::string>> all;
        for (const auto& [begin, end] : array->values)
          all.push_back(old->substr(begin, end - begin));
        files.push_back({folder + "/" + name, with_values(*old, array->values, all, words->added)});
      }
    }
    if (tables_) {
      add_kept(folder, files);
      return files;
    }
    std::vector<std::string> levels;
    for (const auto& [level, token] : visibilities_.token_of)
      levels.push_back(row_json(
          {{"description", "\"\""}, {"token", json_string(token)}, {"level", json_string(level)}}));
    files.push_back({folder + "/visibility.json", table_json(levels)});
    for (WrittenFile& file : tables_beside(request_.drive, frames_))
      files.push_back({folder + "/" + file.path + ".json", std::move(file.content)});
    in_order(files);
    return files;
  }

  static void in_order(std::vector<WrittenFile>& files) {
    std::sort(files.begin(), files.end(), [](const WrittenFile& a, const WrittenFile& b) {
      return a.path < b.path;
    });
  }

  /// Tables that came from elsewhere go out whole; those of nuScenes stand in the drive itself.
  void add_kept(const std::string& folder, std::vector<WrittenFile>& files) const {
    if (request_.drive.info().format != "nuscenes")
      for (const fs::path& table : list_files(*tables_, {".json"})) {
        const std::string path = folder + "/" + table.filename().string();
        const bool written = std::any_of(
            files.begin(), files.end(), [&](const auto& file) { return file.path == path; });
        if (written) continue;
        if (auto content = read_text(table)) files.push_back({path, std::move(*content)});
      }
    in_order(files);
  }

  const WriteRequest& request_;
  const RawAngles angles_;
  PointCounts counts_;
  Sources sources_;
  OutFrames frames_;
  std::optional<fs::path> tables_;
  const Source* annotations_ = nullptr;
  const Source* instance_rows_ = nullptr;
  std::vector<Sample> samples_;
  std::map<std::string, std::size_t> sample_of_frame_, sample_of_token_;
  std::set<std::size_t> requested_;
  Names category_names_, attribute_names_, visibility_names_;
  WordTable categories_, attributes_, visibilities_;
  std::vector<std::optional<Annotation>> old_;  ///< records of the source
  std::vector<bool> claimed_;
  std::map<std::pair<std::string, std::size_t>, std::size_t> record_of_;  ///< instance, sample
  std::map<TrackId, std::string> instance_of_track_;
  std::set<std::string> taken_;
  std::map<std::string, Instance> instances_;
};

}  // namespace

Result<std::vector<WrittenFile>> write_tables(const WriteRequest& request) {
  return TableWriter(request).files();
}

}  // namespace sweepbox::nuscenes
