#include "core/label/json_boxes.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/label/cuboids.hpp"

namespace sweepbox {
namespace {

constexpr double kSame = 1e-7;
constexpr const char* kFix = "correct the box, or take the file again";

bool differs(const Vec3& a, const Vec3& b) {
  return (a - b).cwiseAbs().maxCoeff() > kSame;
}

bool differs(const Cuboid& a, const Cuboid& b) {
  return differs(a.pose.translation, b.pose.translation) || differs(a.size, b.size) ||
         !same_rotation(a.pose.rotation, b.pose.rotation);
}

/// Attributes that say something.
Attributes said(const Attributes& attributes) {
  Attributes result = attributes;
  std::erase_if(result, [](const auto& one) { return one.second.empty(); });
  return result;
}

class Writer {
 public:
  Writer(const WriteRequest& request, const JsonText& json, JsonBoxes& boxes, const Source* source)
      : request_(request), boxes_(boxes), source_(source), patch_(json) {}

  std::string write(std::span<const OutFrame> frames, const Instants& instants) {
    const std::vector<JsonFrame> in_file = boxes_.frames(instants);
    std::map<std::string, std::size_t> last;  // of several frames of one name: new boxes go there
    for (std::size_t i = 0; i < in_file.size(); ++i) last[in_file[i].instant.name] = i;
    for (const OutFrame& frame : frames)
      for (const OutBox& box : frame.boxes) waiting_[frame.instant.name].push_back(&box);

    for (std::size_t i = 0; i < in_file.size(); ++i)
      write_frame(in_file[i], last[in_file[i].instant.name] == i);
    for (const OutFrame& frame : frames) {
      if (last.contains(frame.instant.name) || (source_ && frame.boxes.empty())) continue;
      std::vector<std::string> made;
      for (const OutBox& box : frame.boxes) made.push_back(new_box(frame.instant, box));
      boxes_.add_frame(patch_, frame.instant, made);
    }
    boxes_.finish(patch_);
    return patch_.applied();
  }

 private:
  Cuboid in_clouds(const Instant& instant, const OutBox& box) const {
    return ego_from_clouds(request_.drive, instant.near).inverse() * box.cuboid_in_ego;
  }

  std::string word_of(const OutBox& box) const {
    return word_for(request_.document.taxonomy(), box.track->class_name, {});
  }

  std::string new_box(const Instant& instant, const OutBox& box) {
    const std::string& name = box.track->name;
    return boxes_.made(patch_,
                       {instant,
                        box,
                        in_clouds(instant, box),
                        word_of(box),
                        is_made_up(name) ? std::string() : name});
  }

  /// Takes the first waiting box that fits.
  template <class Fits>
  const OutBox* take(std::vector<const OutBox*>& from, const Fits& fits) {
    const auto found = std::find_if(from.begin(), from.end(), fits);
    if (found == from.end()) return nullptr;
    const OutBox* box = *found;
    from.erase(found);
    return box;
  }

  void write_frame(const JsonFrame& frame, bool last_of_name) {
    std::vector<const OutBox*>& waiting = waiting_[frame.instant.name];
    const auto& items = frame.boxes->items;
    std::vector<const OutBox*> claims(items.size(), nullptr);
    if (source_)
      for (std::size_t i = 0; i < items.size(); ++i) {
        const Origin origin{source_->id, record_++};
        claims[i] = take(waiting, [&](const OutBox* box) { return box->origin == origin; });
      }
    std::vector<std::optional<Label>> labels(items.size());
    for (std::size_t i = 0; i < items.size(); ++i)
      if (auto label = boxes_.label(items[i]);
          label && *label && !(*label)->class_name.empty() && !too_long(**label))
        // as reading judges it
        labels[i] = std::move(*label);

    // A box that was changed is found by its name; one that was renamed, too, by its place.
    std::vector<const OutBox*> found = claims;
    const auto find = [&](const auto& fits) {
      for (std::size_t i = 0; i < items.size(); ++i)
        if (!found[i] && labels[i])
          found[i] =
              take(waiting, [&](const OutBox* one) { return !one->origin && fits(i, *one); });
    };
    find([&](std::size_t i, const OutBox& one) {
      return one.track->name == made_up_track(frame.instant.name, i + 1);
    });
    find([&](std::size_t i, const OutBox& one) { return one.track->name == labels[i]->track; });
    find([&](std::size_t i, const OutBox& one) {
      return !differs(labels[i]->cuboid_in_ego, in_clouds(frame.instant, one));
    });
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!labels[i]) continue;  // what could not be read was not deleted either
      if (!found[i]) {
        patch_.remove(*frame.boxes, items[i]);
        continue;
      }
      change(frame, i, *labels[i], *found[i], claims[i] != nullptr);
      boxes_.stays(items[i], frame, *found[i]);
    }
    if (!last_of_name) return;
    for (const OutBox* box : waiting) patch_.append(*frame.boxes, new_box(frame.instant, *box));
    waiting.clear();
  }

  void change(const JsonFrame& frame,
              std::size_t item,
              const Label& was,
              const OutBox& box,
              bool untouched) {
    const JsonNode& node = frame.boxes->items[item];
    const std::string& name = box.track->name;
    if (was.track != name && name != made_up_track(frame.instant.name, item + 1))
      boxes_.set_track(patch_, node, name);
    if (untouched) return;
    const Cuboid now = in_clouds(frame.instant, box);
    const Cuboid& before = was.cuboid_in_ego;
    if (differs(before, now)) boxes_.set_cuboid(patch_, node, before, now);
    if (const std::string word = word_of(box); word != was.class_name)
      boxes_.set_class(patch_, node, word);
    if (const Attributes attributes = said(box.attributes); attributes != said(was.attributes))
      boxes_.set_attributes(patch_, node, said(was.attributes), attributes);
  }

  const WriteRequest& request_;
  JsonBoxes& boxes_;
  const Source* source_;
  JsonPatch patch_;
  std::map<std::string, std::vector<const OutBox*>> waiting_;
  std::uint32_t record_ = 0;
};

}  // namespace

void read_json_boxes(const Drive& drive,
                     const Instants& instants,
                     Source source,
                     const MakeJsonBoxes& make,
                     LabelSet& set) {
  FileProblems problems(set.problems, source.file);
  const auto json = JsonText::parse(source.text);
  if (!json) {
    problems.add({}, json.error());
    set.sources.push_back(std::move(source));
    return;
  }
  const auto boxes = make(*json);
  std::map<std::string, std::set<std::string>> seen;
  for (const JsonFrame& frame : boxes->frames(instants)) {
    const Pose from_clouds = ego_from_clouds(drive, frame.instant.near);
    std::set<std::string>& seen_here = seen[frame.instant.name];
    for (std::size_t i = 0; i < frame.boxes->items.size(); ++i) {
      const JsonNode& node = frame.boxes->items[i];
      const auto record = static_cast<std::uint32_t>(source.records.size());
      source.records.emplace_back(node.begin, node.end);
      auto read = boxes->label(node);
      const auto where = [&] { return json->place(node.begin); };
      if (!read) {
        problems.add(where, read.error());
        continue;
      }
      if (!*read) continue;
      if ((*read)->class_name.empty()) {
        problems.add(where, fail({}, "its class", "a word", "nothing", kFix).value());
        continue;
      }
      Label label = std::move(**read);
      const Label here = label_at(frame.instant);
      label.frame = here.frame;
      label.frame_name = here.frame_name;
      label.stamp = here.stamp;
      label.cuboid_in_ego = from_clouds * label.cuboid_in_ego;
      if (label.score && !std::isfinite(*label.score)) label.score.reset();
      if (const auto fault = too_long(label)) {
        problems.add(where, *fault);
        continue;
      }
      label.has_track_id = !label.track.empty() && seen_here.insert(label.track).second;
      if (!label.track.empty() && !label.has_track_id)
        problems.add(where,
                     fail({},
                          "the track's id",
                          "each id once in a frame",
                          text("\"{}\" again", label.track),
                          "the second box stands alone; correct its id")
                         .value());
      if (!label.has_track_id) label.track = made_up_track(frame.instant.name, i + 1);
      label.origin = {source.id, record};
      set.labels.push_back(std::move(label));
    }
  }
  set.sources.push_back(std::move(source));
}

std::string json_with_boxes(const WriteRequest& request,
                            const Instants& instants,
                            std::span<const OutFrame> frames,
                            const Source* source,
                            const std::string& skeleton,
                            const MakeJsonBoxes& make) {
  auto json = JsonText::parse(source ? source->text : skeleton);
  if (!json && source) {
    // The file was no JSON: it stays, unless there are boxes now.
    if (std::all_of(frames.begin(), frames.end(), [](const auto& f) { return f.boxes.empty(); }))
      return source->text;
    source = nullptr;
    json = JsonText::parse(skeleton);
  }
  if (!json) return skeleton;
  const auto boxes = make(*json);
  return Writer(request, *json, *boxes, source).write(frames, instants);
}

std::vector<WrittenFile> json_files_of_drive(const WriteRequest& request,
                                             std::span<const OutFrame> frames,
                                             const Sources& sources,
                                             const std::string& folder,
                                             const std::string& otherwise,
                                             const std::string& skeleton,
                                             const MakeJsonBoxes& make) {
  const std::string before = folder.empty() ? "" : folder + "/";
  const Instants instants(request.drive);
  if (sources.empty())
    return {
        {before + otherwise, json_with_boxes(request, instants, frames, nullptr, skeleton, make)}};
  std::map<std::string, std::size_t> file_of;
  if (sources.size() > 1)
    for (std::size_t i = 0; i < sources.size(); ++i)
      if (const auto json = JsonText::parse(sources[i]->text))
        for (const JsonFrame& frame : make(*json)->frames(instants))
          file_of.emplace(frame.instant.name, i);
  std::vector<std::vector<OutFrame>> parts(sources.size());
  for (const OutFrame& frame : frames) {
    const auto found = file_of.find(frame.instant.name);
    parts[found == file_of.end() ? 0 : found->second].push_back(frame);
  }
  std::vector<WrittenFile> files;
  for (std::size_t i = 0; i < sources.size(); ++i)
    files.push_back(
        {before + file_name_of(*sources[i]),
         json_with_boxes(request, instants, parts[i], sources[i].get(), skeleton, make)});
  return files;
}

}  // namespace sweepbox
