#include "core/label/kitti_raw_writing.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <pugixml.hpp>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/kitti_rows.hpp"
#include "core/label/kitti_tracklets.hpp"
#include "core/label/repairs.hpp"
#include "core/label/track_numbers.hpp"
#include "core/label/writing.hpp"

namespace sweepbox {
namespace {

/// A box in a frame of the recording.
struct Numbered {
  std::int64_t number;
  Instant instant;
  OutBox box;
};

/// Tracklets of the source as bytes, with the records of their poses.
struct Original {
  std::string source, head, tail;
  std::string between = "\n\t";  ///< its tracklets

  struct Item {
    std::string bytes;
    // Of the poses that became labels: record, range in bytes, number of the frame.
    std::vector<std::uint32_t> records;
    std::vector<std::pair<std::size_t, std::size_t>> poses;
    std::vector<std::int64_t> numbers;
    std::string type;
    Vec3 size = Vec3::Zero();
  };

  std::vector<Item> items;

  TrackletManner manner;
  const Source* frame_list = nullptr;

  Original(const Sources& sources, const RawAngles& angles) {
    const Source* file = nullptr;
    for (const auto& one : sources)
      (one->file.ends_with(kTrackletFrameList) ? frame_list : file) = one.get();
    if (!file) return;
    const std::string& xml = file->text;
    pugi::xml_document document;
    const bool whole = bool(document.load_buffer(xml.data(), xml.size()));
    manner = manner_of(tracklets_of(document),
                       frame_list ? std::string_view(frame_list->text) : std::string_view(),
                       *default_taxonomy());
    if (!whole) return;
    std::uint32_t record = 0;
    std::size_t begin = 0, end = 0;
    for (const pugi::xml_node& tracklet : tracklets_of(document).children("item")) {
      const auto last = tracklet.last_child().offset_debug();
      // The last child (finished) stands behind the poses' own items.
      const bool poses_last = std::strcmp(tracklet.last_child().name(), "poses") == 0;
      const std::size_t from = poses_last ? xml.find("</poses>", static_cast<std::size_t>(last))
                                          : static_cast<std::size_t>(last);
      const auto range = bytes_of_item(xml, tracklet, from);
      Item item;
      item.bytes = xml.substr(range.first, range.second - range.first);
      item.type = trimmed(tracklet.child_value("objectType"));
      const auto size = tracklet_size(tracklet, manner);
      const auto first = to_integer(tracklet.child_value("first_frame"));
      if (size) item.size = *size;
      std::int64_t number = first.value_or(0) - 1;
      for (const auto& pose : tracklet.child("poses").children("item")) {
        ++number;
        const std::uint32_t here = record++;
        if (!size || !first || is_outside(pose, manner) ||
            !tracklet_cuboid(pose, *size, manner, angles))
          continue;
        item.records.push_back(here);
        item.numbers.push_back(number);
        const auto place = bytes_of_item(xml, pose, static_cast<std::size_t>(pose.offset_debug()));
        item.poses.emplace_back(place.first - range.first, place.second - range.first);
      }
      if (items.empty())
        begin = range.first;
      else if (items.size() == 1)
        between = xml.substr(end, range.first - end);
      end = range.second;
      items.push_back(std::move(item));
    }
    if (items.empty()) return;
    source = file->id;
    head = xml.substr(0, begin);
    tail = xml.substr(end);
  }
};

/// What a box's pose says, tag by tag. `angles` is how the file that it goes into has them.
std::vector<std::pair<const char*, std::string>> pose_tags(const Drive& drive,
                                                           const Numbered& one,
                                                           const TrackletManner& manner,
                                                           const RawAngles* angles) {
  const Cuboid cuboid =
      ego_from_velodyne(drive, one.instant.near).inverse() * one.box.cuboid_in_ego;
  auto [place, turn] = tracklet_pose(cuboid, manner);
  if (angles)
    for (double& angle : turn) angle = angles->raw(angle);
  const auto occlusion = one.box.attributes.find("occlusion");
  const int occluded = occluded_of(occlusion == one.box.attributes.end() ? "" : occlusion->second);
  const bool key = key_at(*one.box.track, one.instant.stamp);
  const auto number = [](double value) { return fmt::format("{}", value); };
  return {{"tx", number(place.x())},
          {"ty", number(place.y())},
          {"tz", number(place.z())},
          {"rx", number(turn.x())},
          {"ry", number(turn.y())},
          {"rz", number(turn.z())},
          {"state", key ? "2" : "1"},
          {"occlusion", std::to_string(occluded == 3 ? -1 : occluded)},
          {"occlusion_kf", key ? "1" : "0"}};
}

std::string pose_xml(const Drive& drive,
                     const Numbered& one,
                     const TrackletManner& manner,
                     bool first) {
  std::string xml =
      first ? "\t\t\t<item class_id=\"3\" tracking_level=\"0\" version=\"2\">\n" : "\t\t\t<item>\n";
  const auto line = [&](const char* name, std::string_view value) {
    xml += fmt::format("\t\t\t\t<{0}>{1}</{0}>\n", name, value);
  };
  for (const auto& [name, value] : pose_tags(drive, one, manner, nullptr)) line(name, value);
  for (const char* name : {"truncation",
                           "amt_occlusion",
                           "amt_occlusion_kf",
                           "amt_border_l",
                           "amt_border_r",
                           "amt_border_kf"})
    line(name, "-1");
  return xml + "\t\t\t</item>\n";
}

/// The pose's bytes with what the box says put in; everything else in it stays.
std::string changed_pose(std::string bytes,
                         const Drive& drive,
                         const Numbered& one,
                         const TrackletManner& manner,
                         const RawAngles& angles) {
  for (const auto& [name, value] : pose_tags(drive, one, manner, &angles)) {
    const std::string open = fmt::format("<{}>", name), close = fmt::format("</{}>", name);
    const std::size_t begin = bytes.find(open);
    const std::size_t end = bytes.find(close);
    if (begin == std::string::npos || end == std::string::npos || end < begin) continue;
    const std::size_t from = begin + open.size();
    bytes.replace(from, end - from, value);
  }
  return bytes;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '&')
      result += "&amp;";
    else
      result += c;
  }
  return result;
}

/// The word of a track's class: KITTI's own, or in CVAT's files any.
std::string word_of(const WriteRequest& request, const Track& track, const TrackletManner& manner) {
  if (manner.cvat) return track.class_name;
  return word_for(request.document.taxonomy(), track.class_name, kKittiWords, "Misc");
}

std::string tracklet_xml(const WriteRequest& request,
                         std::span<const Numbered> run,
                         const TrackletManner& manner,
                         bool first) {
  const OutBox& box = run.front().box;
  const Vec3& size = box.cuboid_in_ego.size;
  const auto size_in = [&](std::string_view tag) {
    const auto at = std::find(manner.tags.begin(), manner.tags.end(), tag);
    return size[static_cast<int>(at - manner.tags.begin())];
  };
  std::string xml =
      first ? "<item class_id=\"1\" tracking_level=\"0\" version=\"1\">\n" : "<item>\n";
  xml += fmt::format(
      "\t\t<objectType>{}</objectType>\n\t\t<h>{}</h>\n\t\t<w>{}</w>\n\t\t<l>{}</"
      "l>\n\t\t<first_frame>{}</first_frame>\n",
      escaped(word_of(request, *box.track, manner)),
      size_in("h"),
      size_in("w"),
      size_in("l"),
      run.front().number);
  xml +=
      first ? "\t\t<poses class_id=\"2\" tracking_level=\"0\" version=\"0\">\n" : "\t\t<poses>\n";
  xml += fmt::format("\t\t\t<count>{}</count>\n\t\t\t<item_version>2</item_version>\n", run.size());
  for (std::size_t i = 0; i < run.size(); ++i)
    xml += pose_xml(request.drive, run[i], manner, first && i == 0);
  return xml + "\t\t</poses>\n\t\t<finished>1</finished>\n\t</item>";
}

/// A tracklet of the file with the poses that were changed put in; empty where the run is not that
/// tracklet, or more of it changed.
std::optional<std::string> spliced_xml(const WriteRequest& request,
                                       const Original& original,
                                       std::size_t index,
                                       bool first,
                                       std::span<const Numbered> run,
                                       const RawAngles& angles) {
  const Original::Item& item = original.items[index];
  const OutBox& box = run.front().box;
  const bool same_life =
      std::equal(run.begin(),
                 run.end(),
                 item.numbers.begin(),
                 item.numbers.end(),
                 [](const Numbered& one, std::int64_t number) { return one.number == number; });
  if (!same_life || (index == 0) != first || box.track->name != std::to_string(index))
    return std::nullopt;
  if (item.type != box.track->class_name &&
      item.type != word_of(request, *box.track, original.manner))
    return std::nullopt;
  for (const Numbered& one : run)
    if ((one.box.cuboid_in_ego.size - item.size).norm() > 1e-6) return std::nullopt;
  std::string xml = item.bytes;
  for (std::size_t i = run.size(); i-- > 0;) {
    if (run[i].box.origin == Origin{original.source, item.records[i]}) continue;
    const auto [begin, end] = item.poses[i];
    xml.replace(
        begin,
        end - begin,
        changed_pose(
            xml.substr(begin, end - begin), request.drive, run[i], original.manner, angles));
  }
  return xml;
}

/// The count in front of the tracklets.
std::string with_count(std::string head, std::size_t count) {
  const std::size_t begin = head.rfind("<count>");
  const std::size_t end = head.rfind("</count>");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return head;
  return head.replace(begin + 7, end - begin - 7, std::to_string(count));
}

/// Numbers of frames: their names', or those of the frame list, which grows by the names it lacks.
class FrameNumbers {
 public:
  FrameNumbers(const Original& original, const Drive& drive)
      : instants_(drive),
        text_(original.frame_list ? original.frame_list->text : std::string()),
        listed_(original.frame_list != nullptr) {
    for (const auto& [number, name] : original.manner.frame_names) {
      numbers_.emplace(std::filesystem::path(name).stem().string(), number);
      next_ = std::max(next_, number + 1);
    }
  }

  std::optional<std::int64_t> of(const Instant& instant) {
    if (!listed_) return instants_.count_of(instant);
    const std::string& name = instant.name;
    const auto [at, added] = numbers_.emplace(name, next_);
    if (added) text_ += fmt::format("{} {}\n", next_++, name);
    return at->second;
  }

  void add_file(std::vector<WrittenFile>& files) const {
    if (listed_) files.push_back({std::string(kTrackletFrameList), text_});
  }

 private:
  Instants instants_;
  std::string text_;
  bool listed_;
  std::map<std::string, std::int64_t> numbers_;
  std::int64_t next_ = 0;
};

/// The tracklet of the file that these boxes are, copied where all its poses are untouched, else
/// with those put in that changed. Its first one declares boost's classes.
std::optional<std::string> original_xml(const WriteRequest& request,
                                        const Original& original,
                                        std::span<const Numbered> run,
                                        bool first) {
  for (std::size_t i = 0; i < original.items.size(); ++i) {
    const auto& item = original.items[i];
    const bool same = item.records.size() == run.size() && (i == 0) == first &&
                      std::equal(run.begin(),
                                 run.end(),
                                 item.records.begin(),
                                 [&](const Numbered& one, std::uint32_t record) {
                                   return one.box.origin == Origin{original.source, record};
                                 });
    if (same) return item.bytes;
  }
  const RawAngles angles(request.drive);
  for (std::size_t i = 0; i < original.items.size(); ++i)
    if (auto spliced = spliced_xml(request, original, i, first, run, angles)) return spliced;
  return std::nullopt;
}

}  // namespace

Result<std::vector<WrittenFile>> write_tracklets(const WriteRequest& request) {
  const Sources sources = sources_of(request.document, "kitti_raw");
  const Original original(sources, RawAngles(request.drive));
  const TrackNumbers numbers(request.document);
  FrameNumbers frame_numbers(original, request.drive);
  std::map<std::int64_t, std::vector<Numbered>> tracks;
  for (const OutFrame& frame : frames_to_write(request, sources))
    for (const OutBox& box : frame.boxes) {
      const auto number = frame_numbers.of(frame.instant);
      if (!number)
        return refuse(text("Frame \"{}\" has no number, which tracklets need", frame.instant.name),
                      "write another format");
      tracks[numbers.of(*box.track)].push_back({*number, frame.instant, box});
    }
  // What could not be read was not deleted either: it keeps its place.
  std::map<std::int64_t, std::string> unread;
  for (std::size_t i = 0; i < original.items.size(); ++i)
    if (original.items[i].records.empty())
      unread.emplace(static_cast<std::int64_t>(i), original.items[i].bytes);

  std::vector<std::string> items;
  const auto write_unread = [&](std::int64_t before) {
    while (!unread.empty() && unread.begin()->first <= before) {
      items.push_back(std::move(unread.begin()->second));
      unread.erase(unread.begin());
    }
  };
  for (auto& [number, boxes] : tracks) {
    write_unread(number);
    std::sort(boxes.begin(), boxes.end(), [](const Numbered& a, const Numbered& b) {
      return a.number < b.number;
    });
    if (auto whole = original_xml(request, original, boxes, items.empty())) {
      items.push_back(std::move(*whole));
      continue;
    }
    // Poses follow frame by frame: where the track is absent in between, another tracklet begins.
    for (std::size_t begin = 0, end = 1; begin < boxes.size(); begin = end++) {
      while (end < boxes.size() && boxes[end].number == boxes[end - 1].number + 1) ++end;
      const auto run = std::span(boxes).subspan(begin, end - begin);
      auto same = original_xml(request, original, run, items.empty());
      items.push_back(same ? std::move(*same)
                           : tracklet_xml(request, run, original.manner, items.empty()));
    }
  }
  write_unread(std::numeric_limits<std::int64_t>::max());

  std::string head = original.head, tail = original.tail;
  if (original.items.empty()) {
    head =
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\" ?>\n<!DOCTYPE "
        "boost_serialization>\n"
        "<boost_serialization signature=\"serialization::archive\" version=\"9\">\n"
        "<tracklets class_id=\"0\" tracking_level=\"0\" version=\"0\">\n"
        "\t<count>0</count>\n\t<item_version>1</item_version>\n\t";
    tail = "\n</tracklets>\n</boost_serialization>\n";
  }
  // A count that was wrong when the file came stays wrong while nothing is added or taken.
  const bool as_many = !items.empty() && items.size() == original.items.size();
  std::string xml = as_many ? head : with_count(head, items.size());
  for (std::size_t i = 0; i < items.size(); ++i) xml += (i ? original.between : "") + items[i];
  std::vector<WrittenFile> files{{"tracklet_labels.xml", xml + tail}};
  frame_numbers.add_file(files);
  return files;
}

}  // namespace sweepbox
