#include <pugixml.hpp>

#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/kitti_raw_writing.hpp"
#include "core/label/kitti_rows.hpp"
#include "core/label/kitti_tracklets.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/track_numbers.hpp"
#include "core/label/writing.hpp"

// KITTI raw, tracklet_labels.xml (formats.md 4.3): one size a tracklet, one pose a frame from its
// first frame on, bottom centre in the velodyne's axes. A track's name is the tracklet's place in
// the file, from 0. Files that CVAT and Datumaro write in that form are read and written in their
// manner (kitti_tracklets.hpp).

namespace sweepbox {

LabelFormat kitti_raw_labels();

namespace {

constexpr const char* kFix = "correct the file, or take it from the data set again";

class Reader {
 public:
  Reader(const Drive& drive, Source source, std::string frame_list)
      : drive_(drive),
        instants_(drive),
        angles_(drive),
        source_(std::move(source)),
        frame_list_(std::move(frame_list)) {}

  LabelSet read() {
    set_.format = "kitti_raw";
    {
      FileProblems problems(set_.problems, source_.file);
      pugi::xml_document document;
      const auto parsed = document.load_buffer(source_.text.data(), source_.text.size());
      if (!parsed)
        problems.add(fmt::format("byte {}", parsed.offset),
                     fail({}, {}, "XML", std::string(parsed.description()), kFix).value());
      // pugixml keeps what it read before a fault: those tracklets are still good.
      const pugi::xml_node tracklets = tracklets_of(document);
      if (!tracklets && parsed) problems.add({}, fail({}, {}, "tracklets", "none", kFix).value());
      manner_ = manner_of(tracklets, frame_list_, *default_taxonomy());
      int index = 0;
      for (const pugi::xml_node& tracklet : tracklets.children("item"))
        read_tracklet(tracklet, index++, problems);
    }
    if (auto manner = told(manner_, source_.file)) set_.problems.push_back(std::move(*manner));
    set_.sources.push_back(std::move(source_));
    return std::move(set_);
  }

 private:
  void read_tracklet(const pugi::xml_node& tracklet, int index, FileProblems& problems) {
    const std::string where = fmt::format("tracklet {}", index);
    const auto size = tracklet_size(tracklet, manner_);
    const auto first = to_integer(tracklet.child_value("first_frame"));
    std::optional<Error> fault;
    if (!size) fault = size.error();
    if (!first || *first < 0 || *first > 1'000'000'000)
      fault = fail({},
                   "first_frame",
                   "a whole number from 0",
                   text("\"{}\"", tracklet.child_value("first_frame")),
                   kFix)
                  .value();
    if (trimmed(tracklet.child_value("objectType")).empty())
      fault = fail({}, "objectType", "a class", "nothing", kFix).value();
    Label common;  // what all its boxes say alike
    common.track = std::to_string(index);
    common.has_track_id = true;
    common.class_name = trimmed(tracklet.child_value("objectType"));
    add_attributes(tracklet, common.attributes);
    if (!fault) fault = too_long(common);
    if (fault) problems.add(where, *fault);

    std::int64_t n = 0;
    for (const pugi::xml_node& pose : tracklet.child("poses").children("item")) {
      const auto record = static_cast<std::uint32_t>(source_.records.size());
      source_.records.push_back(
          bytes_of_item(source_.text, pose, static_cast<std::size_t>(pose.offset_debug())));
      const std::int64_t number = first.value_or(0) + n++;
      if (fault || is_outside(pose, manner_)) continue;
      const auto cuboid = tracklet_cuboid(pose, *size, manner_, angles_);
      if (!cuboid) {
        problems.add(fmt::format("{}, pose {}", where, n - 1), cuboid.error());
        continue;
      }
      const auto name = manner_.frame_names.find(number);
      add(common,
          pose,
          name == manner_.frame_names.end() ? instants_.counted(number)
                                            : instant_named(instants_, name->second),
          *cuboid,
          record,
          where,
          problems);
    }
    if (const auto count = to_integer(tracklet.child("poses").child_value("count"));
        !count || *count != n)
      problems.add(where,
                   fail({},
                        "count",
                        text("the number of its poses, {}", n),
                        text("\"{}\"", tracklet.child("poses").child_value("count")),
                        kFix)
                       .value());
  }

  void add(const Label& common,
           const pugi::xml_node& pose,
           const Instant& instant,
           const Cuboid& in_velodyne,
           std::uint32_t record,
           const std::string& where,
           FileProblems& problems) {
    Label label = label_at(instant);
    label.track = common.track;
    label.has_track_id = true;
    label.class_name = common.class_name;
    label.cuboid_in_ego = ego_from_velodyne(drive_, instant.near) * in_velodyne;
    label.attributes = common.attributes;
    add_attributes(pose, label.attributes);
    const auto occlusion = to_integer(pose.child_value("occlusion"));
    if (const std::string word = occlusion_word(
            static_cast<int>(std::clamp<std::int64_t>(occlusion.value_or(-1), -1, 3)));
        !word.empty())
      label.attributes["occlusion"] = word;
    label.key = to_integer(pose.child_value("state")).value_or(2) != 1;
    label.origin = {source_.id, record};
    if (const auto long_one = too_long(label)) return problems.add(where, *long_one);
    set_.labels.push_back(std::move(label));
  }

  const Drive& drive_;
  Instants instants_;
  RawAngles angles_;
  Source source_;
  std::string frame_list_;
  TrackletManner manner_;
  LabelSet set_;
};

Result<LabelSet> read(const Drive& drive, const std::filesystem::path& place) {
  const auto file = label_file(drive, place, ".xml");
  if (!file) return tl::unexpected(file.error());
  auto source = read_source(drive, *file, "kitti_raw", {});
  if (!source) return tl::make_unexpected(source.error());
  // CVAT names its frames in a list beside the file; its numbers count them.
  std::string frame_list;
  std::error_code code;
  std::vector<Source> beside;
  if (const auto path = file->parent_path() / kTrackletFrameList;
      std::filesystem::exists(path, code))
    if (auto list = read_source(drive, path, "kitti_raw", {})) {
      frame_list = list->text;
      beside.push_back(std::move(*list));
    }
  LabelSet set = Reader(drive, std::move(*source), std::move(frame_list)).read();
  for (Source& one : beside) set.sources.push_back(std::move(one));
  judge_frames(set, drive, place);
  return set;
}

double recognise(const std::filesystem::path& place) {
  const Beginning beginning = beginning_of(place, {".xml"});
  return beginning.has("<tracklets") ? 0.9 : 0;
}

}  // namespace

LabelFormat kitti_raw_labels() {
  Can can;
  can.track_ids = true;
  can.several_frames = true;
  can.any_class = false;
  can.names.class_name = NameRule::xml;
  static const LossKind losses[] = {
      names_that_are_no_numbers(),
      {"sizes that change within a track",
       [](const WriteRequest&, const OutFrame&, const OutBox& box) { return !box.track->rigid; }}};
  return {"kitti_raw",
          "KITTI raw tracklets",
          can,
          kKittiWords,
          kKittiAttributes,
          read,
          write_tracklets,
          recognise,
          nullptr,
          losses};
}

}  // namespace sweepbox
