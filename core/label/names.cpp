#include "core/label/names.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/file_names.hpp"
#include "core/base/parse.hpp"
#include "core/base/utf8.hpp"
#include "core/drive/drive_as.hpp"
#include "core/label/writing.hpp"

namespace sweepbox {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kControls(
    "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F"
    "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F\x7F",
    33);

/// XML 1.0, production 2, without tab and line ends, which readers of XML make blanks of.
bool is_xml(std::string_view name) {
  return is_utf8(name) && name.find_first_of(kControls) == std::string_view::npos &&
         name.find("\xEF\xBF\xBE") == std::string_view::npos &&
         name.find("\xEF\xBF\xBF") == std::string_view::npos;
}

bool contains(std::span<const std::string_view> words, std::string_view name) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

/// A drive whose name and frames' names are others. Everything else is the drive's own.
class RenamedDrive : public DriveAs {
 public:
  RenamedDrive(const Drive& drive, std::string name, std::vector<FrameInfo> frames)
      : DriveAs(drive), frames_(std::move(frames)) {
    info_.name = std::move(name);
  }

  std::span<const FrameInfo> frames() const override { return frames_; }

 private:
  std::vector<FrameInfo> frames_;
};

/// What had to change, and how it is said.
enum Changed { track_name, class_name, attribute, value, frame_name, kKinds };

Text what(Changed kind) {
  switch (kind) {
    case track_name:
      return "names of tracks with letters or words that it cannot write";
    case class_name:
      return "names of classes with letters or words that it cannot write";
    case attribute:
      return "names of attributes with letters or words that it cannot write";
    case value:
      return "values of attributes with letters or words that it cannot write";
    default:
      return "names of frames with letters or words that it cannot write";
  }
}

/// Names that stay apart: one that another has already is numbered.
class Apart {
 public:
  explicit Apart(std::set<std::string> taken) : taken_(std::move(taken)) {}

  std::string of(std::string name) {
    const std::string wanted = name;
    for (int n = 2; !taken_.insert(name).second; ++n) name = fmt::format("{}_{}", wanted, n);
    return name;
  }

 private:
  std::set<std::string> taken_;
};

class Holder {
 public:
  Holder(const LabelFormat& format, const WriteRequest& request)
      : format_(format), names_(format.can.names), request_(request), track_names_({}) {
    std::set<std::string> taken;
    for (const auto& track : request.document.tracks())
      if (holds(names_.track, track->name)) taken.insert(track->name);
    track_names_ = Apart(std::move(taken));
  }

  HeldNames held() {
    HeldNames result;
    std::vector<std::pair<Key, Value>> things;
    for (const auto& track : request_.document.tracks())
      if (auto changed = held_track(*track))
        things.emplace_back(Key{Kind::track, to_hex(track->uid)}, std::move(changed));
    for (const auto& source : sources_of(request_.document, format_.name)) {
      if (source->frame.empty() || holds(names_.frame, source->frame)) continue;
      auto changed = std::make_shared<Source>(*source);
      changed->frame = frame_of(source->frame);
      things.emplace_back(Key{Kind::source, source->id},
                          std::shared_ptr<const Source>(std::move(changed)));
    }
    if (!things.empty()) result.document = request_.document.with(things);
    result.drive = held_drive();
    result.lost = lost();
    return result;
  }

 private:
  std::string frame_of(const std::string& name) {
    if (holds(names_.frame, name)) return name;
    frames_renamed_ = true;
    return coded_name(name);
  }

  /// The word of a class where the format has no other for it.
  bool is_held_class(const std::string& name) const {
    const Taxonomy& taxonomy = request_.document.taxonomy();
    const std::string word = own_word(taxonomy, name, format_.words).value_or(name);
    const bool held = holds(names_.class_name, word) && !contains(names_.reserved_classes, word);
    return held || (!format_.words.empty() && taxonomy.find(name));
  }

  bool is_held_attribute(const std::string& name) const {
    return holds(names_.attribute, name) && !contains(names_.reserved_attributes, name);
  }

  bool is_written(const std::string& attribute) const {
    return format_.can.attributes ||
           std::find(format_.attributes.begin(), format_.attributes.end(), attribute) !=
               format_.attributes.end();
  }

  /// nullptr where the track can be written as it is.
  std::shared_ptr<const Track> held_track(const Track& track) {
    Track held = track;
    const auto changed = [&](Changed kind) { changed_[kind].insert(track.uid); };
    if (format_.can.track_ids && !holds(names_.track, track.name)) {
      held.name = track_names_.of(held_name(names_.track, track.name));
      changed(track_name);
    }
    if (!is_held_class(track.class_name)) {
      held.class_name = held_name(names_.class_name, track.class_name);
      if (contains(names_.reserved_classes, held.class_name)) held.class_name += '_';
      changed(class_name);
    }
    hold_attributes(held, changed);
    for (Keyframe& key : held.keys)
      if (!key.frame.empty()) key.frame = frame_of(key.frame);
    if (held == track) return nullptr;
    return std::make_shared<const Track>(std::move(held));
  }

  template <class Report>
  void hold_attributes(Track& track, const Report& changed) {
    std::set<std::string> all;
    const auto collect = [&](const Attributes& attributes) {
      for (const auto& [name, word] : attributes) all.insert(name);
    };
    collect(track.attributes);
    for (const auto& [stamp, attributes] : track.frame_attributes) collect(attributes);
    std::map<std::string, std::string> new_names;
    std::set<std::string> taken;
    for (const std::string_view name : names_.reserved_attributes) taken.emplace(name);
    for (const std::string& name : all)
      if (is_held_attribute(name)) taken.insert(name);
    Apart apart(std::move(taken));
    for (const std::string& name : all)
      if (is_written(name) && !is_held_attribute(name))
        new_names[name] = apart.of(held_name(names_.attribute, name));
    if (!new_names.empty()) changed(attribute);
    const auto hold = [&](Attributes& attributes) {
      Attributes held;
      for (const auto& [name, word] : attributes) {
        const bool same = word.empty() || !is_written(name) || holds(names_.value, word);
        if (!same) changed(value);
        const auto found = new_names.find(name);
        held[found == new_names.end() ? name : found->second] =
            same ? word : held_name(names_.value, word);
      }
      attributes = std::move(held);
    };
    hold(track.attributes);
    for (auto& [stamp, attributes] : track.frame_attributes) hold(attributes);
  }

  std::shared_ptr<const Drive> held_drive() {
    const Drive& drive = request_.drive;
    const auto frames = drive.frames();
    const bool named = holds(names_.drive, drive.info().name);
    const bool all = std::all_of(frames.begin(), frames.end(), [&](const FrameInfo& frame) {
      return holds(names_.frame, frame.name);
    });
    if (named && all) return nullptr;
    std::vector<FrameInfo> renamed(frames.begin(), frames.end());
    for (FrameInfo& frame : renamed) frame.name = frame_of(frame.name);
    drive_renamed_ = !named;
    return std::make_shared<RenamedDrive>(
        drive, named ? drive.info().name : coded_name(drive.info().name), std::move(renamed));
  }

  /// Boxes by what changed of their names.
  std::vector<Loss> lost() const {
    const bool tracks_kept = std::all_of(std::begin(changed_),
                                         std::end(changed_),
                                         [](const auto& tracks) { return tracks.empty(); });
    if (tracks_kept && !frames_renamed_ && !drive_renamed_) return {};
    std::vector<Loss> result;
    for (int kind = 0; kind < kKinds; ++kind) result.push_back({what(static_cast<Changed>(kind))});
    result.push_back({"the name of the drive with letters that it cannot write"});
    for (const OutFrame& frame :
         frames_to_write(request_, sources_of(request_.document, format_.name)))
      for (const OutBox& box : frame.boxes) {
        for (int kind = 0; kind < frame_name; ++kind)
          result[static_cast<std::size_t>(kind)].boxes += changed_[kind].contains(box.track->uid);
        result[frame_name].boxes += !holds(names_.frame, frame.instant.name);
        result.back().boxes += drive_renamed_;
      }
    std::erase_if(result, [](const Loss& loss) { return loss.boxes == 0; });
    return result;
  }

  const LabelFormat& format_;
  const Names& names_;
  const WriteRequest& request_;
  Apart track_names_;
  std::set<TrackId> changed_[kKinds];
  bool frames_renamed_ = false, drive_renamed_ = false;
};

}  // namespace

bool holds(NameRule rule, std::string_view name) {
  switch (rule) {
    case NameRule::any:
      return true;
    case NameRule::text:
      return is_utf8(name);
    case NameRule::name:
      return !name.empty() && is_utf8(name);
    case NameRule::visible:
      return !trimmed(name).empty() && is_utf8(name);
    case NameRule::file:
      return is_file_name(name);
    case NameRule::file_text:
      return is_file_name(name) && is_utf8(name);
    case NameRule::word:
      return !name.empty() && name.find_first_of(kBlanks) == std::string_view::npos;
    case NameRule::cell:
      return !name.empty() && trimmed(name).size() == name.size() &&
             name.find_first_of("\r\n") == std::string_view::npos;
    case NameRule::xml:
      return !name.empty() && trimmed(name).size() == name.size() && is_xml(name);
  }
  return true;
}

std::string held_name(NameRule rule, std::string_view name) {
  if (holds(rule, name)) return std::string(name);
  if (rule == NameRule::file || rule == NameRule::file_text) return coded_name(name);
  std::string held =
      rule == NameRule::word || rule == NameRule::cell ? std::string(name) : as_utf8(name);
  if (rule == NameRule::cell || rule == NameRule::xml) held = trimmed(held);
  const std::string_view bad = rule == NameRule::word ? kBlanks : kControls;
  const bool any_letter =
      rule == NameRule::text || rule == NameRule::name || rule == NameRule::visible;
  if (!any_letter)
    std::replace_if(
        held.begin(), held.end(), [&](char c) { return bad.find(c) != bad.npos; }, '_');
  return holds(rule, held) ? held : std::string("_");
}

HeldNames held_names(const LabelFormat& format, const WriteRequest& request) {
  return Holder(format, request).held();
}

}  // namespace sweepbox
