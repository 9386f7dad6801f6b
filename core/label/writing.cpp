#include "core/label/writing.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/base/parse.hpp"
#include "core/scene/boxes.hpp"
#include "core/scene/world.hpp"

namespace sweepbox {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

OutBox out_box(const std::shared_ptr<const Track>& track, const Cuboid& in_ego, Stamp stamp) {
  OutBox box{track, in_ego, attributes_at(*track, stamp), {}, {}};
  box.attributes.erase(kPresent);
  if (const Keyframe* key = key_at(*track, stamp)) {
    box.score = key->score;
    box.origin = key->origin;
  }
  return box;
}

}  // namespace

Claims::Claims(std::span<const OutBox> boxes,
               const Source* source,
               std::size_t count,
               std::size_t first) {
  for (const OutBox& box : boxes) {
    const bool here = source && box.origin && box.origin->source == source->id &&
                      box.origin->record >= first && box.origin->record - first < count;
    if (!here || !untouched_.emplace(box.origin->record - first, &box).second)
      waiting_.push_back(&box);
  }
}

const OutBox* Claims::untouched(std::size_t index) const {
  const auto found = untouched_.find(index);
  return found == untouched_.end() ? nullptr : found->second;
}

const OutBox* Claims::take(std::string_view track) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const OutBox* box) {
    return box->track->name == track;
  });
  if (found == waiting_.end()) return nullptr;
  const OutBox* box = *found;
  waiting_.erase(found);
  return box;
}

std::string file_name_of(const Source& source) {
  return std::filesystem::path(source.file).filename().string();
}

Sources sources_of(const Document& document, std::string_view format) {
  Sources result;
  for (const Key& key : document.keys(Kind::source)) {
    const Value value = document.value(key);
    const auto* source = std::get_if<std::shared_ptr<const Source>>(&value);
    if (source && (*source)->format == format) result.push_back(*source);
  }
  return result;
}

bool is_whole(const WriteRequest& request) {
  return request.frames.size() == request.drive.frames().size();
}

OutFrames frames_to_write(const WriteRequest& request, const Sources& sources) {
  if (request.found) return OutFrames(request.found);
  const Document& document = request.document;
  std::vector<OutFrame> result;
  std::map<std::string, const Source*> source_of_frame;
  for (const auto& source : sources)
    if (!source->frame.empty()) source_of_frame.emplace(source->frame, source.get());
  const auto source_of = [&](const std::string& name) {
    const auto found = source_of_frame.find(name);
    return found == source_of_frame.end() ? nullptr : found->second;
  };

  for (const int index : request.frames) {
    if (request.cancel.requested()) return result;
    const Instant frame = instant_of_frame(request.drive, index);
    OutFrame out{frame, source_of(frame.name), {}};
    for (const FrameCuboid& box : cuboids_in_frame(document, request.drive, index))
      out.boxes.push_back(out_box(box.track, box.cuboid_in_ego, frame.stamp));
    result.push_back(std::move(out));
  }
  if (!is_whole(request)) return result;

  const Instants instants(request.drive);
  std::map<std::string, OutFrame> elsewhere;
  std::set<Stamp> stamps;
  for (const FrameInfo& frame : request.drive.frames()) stamps.insert(frame.stamp);
  const auto frame_named = [&](const std::string& name) -> OutFrame& {
    const auto [at, added] = elsewhere.try_emplace(name);
    if (added) at->second = {instants.named(name), source_of(name), {}};
    return at->second;
  };
  for (const auto& [name, source] : source_of_frame)
    if (!instants.has(name)) frame_named(name);
  for (const auto& track : document.tracks())
    for (const Keyframe& key : track->keys) {
      // A name that the drive lacks, at a time that it has: the box stands in that frame.
      if (key.frame.empty() || instants.has(key.frame) || stamps.contains(key.stamp)) continue;
      if (!present_at(*track, key.stamp)) continue;
      const Pose ego_from_world = world_from_ego_of_label(request.drive, key.stamp).inverse();
      frame_named(key.frame).boxes.push_back(
          out_box(track, ego_from_world * key.cuboid(), key.stamp));
    }
  for (auto& [name, frame] : elsewhere) {
    std::stable_sort(frame.boxes.begin(), frame.boxes.end(), [](const auto& a, const auto& b) {
      return name_before(a.track->name, b.track->name);
    });
    result.push_back(std::move(frame));
  }
  return result;
}

std::optional<std::string> own_word(const Taxonomy& taxonomy,
                                    const std::string& class_name,
                                    std::span<const std::string_view> words) {
  if (words.empty()) return class_name;
  if (std::find(words.begin(), words.end(), class_name) != words.end()) return class_name;
  const ObjectClass* found = taxonomy.find(class_name);
  if (!found) return std::nullopt;
  std::vector<std::string_view> names(found->aliases.begin(), found->aliases.end());
  names.push_back(found->name);
  for (const std::string_view name : names)
    for (const std::string_view word : words)
      if (same_word(name, word)) return std::string(word);
  return std::nullopt;
}

std::string word_for(const Taxonomy& taxonomy,
                     const std::string& class_name,
                     std::span<const std::string_view> words,
                     std::string_view other) {
  if (const auto word = own_word(taxonomy, class_name, words)) return *word;
  // A word that the taxonomy does not know came from such a file: it stays.
  if (!other.empty() && taxonomy.find(class_name)) return std::string(other);
  return class_name;
}

}  // namespace sweepbox
