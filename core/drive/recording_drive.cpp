#include "core/drive/recording_drive.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/files.hpp"
#include "core/drive/reading.hpp"
#include "core/drive/recording_cloud.hpp"
#include "core/drive/recording_frames.hpp"
#include "core/drive/recording_image.hpp"

namespace sweepbox::recorded {
namespace {

using Shared = std::shared_ptr<const Recording>;

constexpr std::size_t kMostListed = 20;  // topics in a message for people

std::string without_slash(std::string_view name) {
  while (name.starts_with('/')) name.remove_prefix(1);
  return std::string(name.empty() ? "topic" : name);
}

/// "/cam/image_raw" → "/cam".
std::string_view parent_of(std::string_view topic) {
  const std::size_t slash = topic.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : topic.substr(0, slash);
}

/// The same pictures without their packing: "/cam/image_raw/compressed" → "/cam/image_raw".
std::string_view without_packing(std::string_view topic) {
  constexpr std::string_view kPacked = "/compressed";
  return topic.ends_with(kPacked) ? topic.substr(0, topic.size() - kPacked.size()) : topic;
}

bool has_word(std::string_view topic, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return topic.find(word) != std::string_view::npos;
  });
}

bool is_rectified(std::string_view topic) {
  return has_word(topic, {"image_rect", "rectified", "undistort"});
}

bool is_compensated(std::string_view topic) {
  return has_word(topic, {"compensated", "deskew", "undistort", "motion_corrected"});
}

Result<CloudMessage> first_cloud(const Recording& recording,
                                 std::size_t topic,
                                 MessageBytes& bytes) {
  auto read = recording.read(recording.messages(topic).front());
  if (!read) return tl::unexpected(read.error());
  bytes = std::move(*read);
  return decode_cloud(recording.topics()[topic], bytes.bytes);
}

Result<CloudRead> read_cloud_message(const Recording& recording,
                                     std::size_t topic,
                                     const MessageRef& ref) {
  const auto bytes = recording.read(ref);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto message = decode_cloud(recording.topics()[topic], bytes->bytes);
  if (!message) return tl::unexpected(message.error());
  return cloud_of(*message, ref.stamp_ns);
}

Result<Image> read_image_message(const Recording& recording,
                                 std::size_t topic,
                                 const MessageRef& ref,
                                 int max_width) {
  const auto bytes = recording.read(ref);
  if (!bytes) return tl::unexpected(bytes.error());
  if (recording.topics()[topic].kind == MessageKind::compressed_image) {
    const auto message = decode_compressed_image(recording.topics()[topic], bytes->bytes);
    if (!message) return tl::unexpected(message.error());
    return decode_picture(message->data, max_width);
  }
  const auto message = decode_image(recording.topics()[topic], bytes->bytes);
  if (!message) return tl::unexpected(message.error());
  return pixels_of(*message, max_width);
}

/// What the first message of a topic says of all.
struct LidarTopic {
  std::size_t topic = 0;
  std::string frame;
  std::size_t bytes = 0;
  PointTimes times = PointTimes::none;
  Pose frame_from_points;
};

struct CameraTopic {
  std::size_t topic = 0;
  std::string frame;
  PictureSize size;
};

struct CalibrationTopic {
  std::size_t topic = 0;
  CalibrationMessage message;
};

class Reader {
 public:
  Reader(Shared recording, const DriveRef& ref) : recording_(std::move(recording)) {
    std::error_code ignored;
    tables_.info.name = ref.name;
    tables_.info.format = ref.format;
    tables_.is_file = !fs::is_directory(ref.path, ignored);
    tables_.info.root = tables_.is_file ? ref.path.parent_path() : ref.path;
    tables_.info.sequence = true;
    used_.resize(topics().size());
    for (Problem problem : recording_->problems()) {
      problem.file = reading::shown(problem.file, tables_.info.root);
      tables_.problems.push_back(std::move(problem));
    }
  }

  DriveTables tables() {
    find_lidars();
    find_cameras();
    find_calibrations();
    tree_ = tree_of(*recording_, tables_.problems);
    const std::string sensor = !lidars_.empty()    ? lidars_.front().frame
                               : !cameras_.empty() ? cameras_.front().frame
                                                   : std::string();
    ego_ = ego_frame(tree_, sensor);
    find_poses();
    for (const LidarTopic& lidar : lidars_) add_lidar(lidar);
    for (const CameraTopic& camera : cameras_) add_camera(camera);
    tell_ego();
    for (const std::string& frame : tree_.frames())
      if (tree_.is_rigid(ego_, frame))
        tables_.frames_of_reference[{frame, -1}] = *tree_.between_frames(ego_, frame, {});
    tables_.frames_of_reference[{ego_, -1}] = Pose{};
    for (std::size_t i = 0; i < topics().size(); ++i)
      tables_.info.topics.push_back(
          {topics()[i].name, topics()[i].type, topics()[i].count, used_[i]});
    return std::move(tables_);
  }

 private:
  std::span<const Topic> topics() const { return recording_->topics(); }

  void tell(Severity severity, std::string where, Text expected, Text found, Text fix) {
    tables_.problems.push_back(
        {severity, {}, std::move(where), std::move(expected), std::move(found), std::move(fix)});
  }

  void tell_left_out(const std::string& topic, Error error) {
    error.severity = Severity::warning;
    error.file.clear();
    error.where = error.where.empty() || error.where == topic ? topic : topic + ", " + error.where;
    if (error.fix.empty()) error.fix = "this topic is left out";
    tables_.problems.push_back(std::move(error));
  }

  void find_lidars() {
    std::size_t most = 0;
    for (std::size_t i = 0; i < topics().size(); ++i)
      if (is_cloud(topics()[i])) most = std::max(most, recording_->messages(i).size());
    for (std::size_t i = 0; i < topics().size(); ++i) {
      const std::size_t count = recording_->messages(i).size();
      if (!is_cloud(topics()[i]) || count == 0) continue;
      if (count == 1 && most > 2) {
        tell(Severity::note,
             topics()[i].name,
             "a cloud each turn of a lidar",
             "one cloud",
             "it is taken for a map and left out");
        continue;
      }
      add_lidar_topic(i);
    }
    // The reference is the lidar whose sweeps hold the most.
    std::stable_sort(lidars_.begin(), lidars_.end(), [&](const LidarTopic& a, const LidarTopic& b) {
      const bool often_a = recording_->messages(a.topic).size() * 2 >= most;
      const bool often_b = recording_->messages(b.topic).size() * 2 >= most;
      return std::pair(!often_a, b.bytes) < std::pair(!often_b, a.bytes);
    });
  }

  static bool is_cloud(const Topic& topic) {
    return topic.kind == MessageKind::cloud || topic.kind == MessageKind::livox_cloud;
  }

  void add_lidar_topic(std::size_t topic) {
    MessageBytes bytes;
    const auto cloud = first_cloud(*recording_, topic, bytes);
    if (!cloud) return tell_left_out(topics()[topic].name, cloud.error());
    const auto has = [&](const char* name) {
      return std::any_of(cloud->fields.begin(), cloud->fields.end(), [&](const CloudField& field) {
        return field.name == name;
      });
    };
    if (!has("x") || !has("y") || !has("z")) {
      std::string names;
      for (const CloudField& field : cloud->fields) names += " " + field.name;
      return tell(Severity::warning,
                  topics()[topic].name,
                  "fields x, y and z",
                  text("{}", names.empty() ? "none" : names.substr(1)),
                  "this topic is left out");
    }
    LidarTopic lidar{topic, cloud->header.frame, cloud->data.size(), times_of(*cloud), {}};
    if (cloud->pose) {
      lidar.frame_from_points =
          sound_pose(cloud->pose->translation, cloud->pose->rotation).value_or(Pose{});
    }
    lidars_.push_back(std::move(lidar));
  }

  void find_cameras() {
    for (std::size_t i = 0; i < topics().size(); ++i) {
      const Topic& topic = topics()[i];
      const bool packed = topic.kind == MessageKind::compressed_image;
      if ((!packed && topic.kind != MessageKind::image) || recording_->messages(i).empty())
        continue;
      if (has_word(topic.name, {"compressedDepth"}) || is_other_form(i)) continue;
      auto camera = first_image(i);
      if (!camera)
        tell_left_out(topic.name, camera.error());
      else
        cameras_.push_back(std::move(*camera));
    }
  }

  /// True where another topic has the same pictures in a better form: as recorded, if not fewer.
  bool is_other_form(std::size_t topic) const {
    const auto count = [&](std::size_t i) { return recording_->messages(i).size(); };
    for (std::size_t i = 0; i < topics().size(); ++i) {
      const Topic& other = topics()[i];
      if (i == topic ||
          (other.kind != MessageKind::image && other.kind != MessageKind::compressed_image) ||
          without_packing(other.name) != without_packing(topics()[topic].name))
        continue;
      const bool raw = other.kind == MessageKind::image;
      if (count(i) > count(topic) ||
          (count(i) == count(topic) && (raw || topics()[topic].kind == other.kind) &&
           (topics()[topic].kind != MessageKind::image) && (raw || i < topic)))
        return true;
    }
    return false;
  }

  Result<CameraTopic> first_image(std::size_t topic) {
    const auto bytes = recording_->read(recording_->messages(topic).front());
    if (!bytes) return tl::unexpected(bytes.error());
    if (topics()[topic].kind == MessageKind::compressed_image) {
      const auto message = decode_compressed_image(topics()[topic], bytes->bytes);
      if (!message) return tl::unexpected(message.error());
      const auto size = picture_size(message->data);
      if (!size) return tl::unexpected(size.error());
      return CameraTopic{topic, message->header.frame, *size};
    }
    const auto message = decode_image(topics()[topic], bytes->bytes);
    if (!message) return tl::unexpected(message.error());
    const auto size = size_of_image(*message);
    if (!size) return tl::unexpected(size.error());
    return CameraTopic{topic, message->header.frame, *size};
  }

  void find_calibrations() {
    for (std::size_t i = 0; i < topics().size(); ++i) {
      if (topics()[i].kind != MessageKind::camera_info || recording_->messages(i).empty()) continue;
      const auto bytes = recording_->read(recording_->messages(i).front());
      auto message =
          bytes ? decode_calibration(topics()[i], bytes->bytes) : tl::unexpected(bytes.error());
      if (!message) {
        tell_left_out(topics()[i].name, message.error());
        continue;
      }
      if (recording_->messages(i).size() > 1)
        tell(Severity::note,
             topics()[i].name,
             "one calibration",
             text("{} different ones", recording_->messages(i).size()),
             "the first is taken");
      calibrations_.push_back({i, std::move(*message)});
    }
  }

  /// By namespace, the longest that both share; else by frame, if no other has it.
  const CalibrationTopic* calibration_of(const CameraTopic& camera) const {
    const CalibrationTopic* best = nullptr;
    std::size_t longest = 0;
    for (const CalibrationTopic& one : calibrations_) {
      const std::string_view space = parent_of(topics()[one.topic].name);
      const std::string& name = topics()[camera.topic].name;
      const bool inside = !space.empty() && name.size() > space.size() && name.starts_with(space) &&
                          name[space.size()] == '/';
      if (inside && space.size() > longest) {
        longest = space.size();
        best = &one;
      }
    }
    if (best) return best;
    for (const CalibrationTopic& one : calibrations_) {
      if (camera.frame.empty() || one.message.header.frame != camera.frame) continue;
      if (best) return nullptr;
      best = &one;
    }
    const bool only = calibrations_.size() == 1 && cameras_.size() == 1;
    return !best && only ? &calibrations_.front() : best;
  }

  void find_poses() {
    Stamp first{kFarthestStamp}, last{-kFarthestStamp};
    const auto stretch = [&](std::size_t topic) {
      const auto messages = recording_->messages(topic);
      first = std::min(first, Stamp{std::max(messages.front().stamp_ns, -kFarthestStamp)});
      last = std::max(last, Stamp{std::min(messages.back().stamp_ns, kFarthestStamp)});
    };
    for (const LidarTopic& lidar : lidars_) stretch(lidar.topic);
    for (const CameraTopic& camera : cameras_) stretch(camera.topic);
    if (lidars_.empty() && cameras_.empty()) return;
    EgoPoses found = ego_poses(*recording_, tree_, ego_, first, last, tables_.problems);
    for (const std::uint32_t topic : found.topics) used_[topic] = true;
    tables_.poses = std::move(found.poses);
    poses_assumed_ = found.assumed;
    world_ = std::move(found.world);
    for (std::size_t i = 0; i < topics().size(); ++i)
      if (topics()[i].kind == MessageKind::transforms && !tree_.frames().empty()) used_[i] = true;
  }

  void tell_ego() {
    if (lidars_.empty() && cameras_.empty()) return;
    tell(Severity::note,
         "frames",
         "the vehicle's frame and the world's",
         world_.empty() ? text("{}, and no world", ego_) : text("{} in {}", ego_, world_),
         world_.empty() ? Text("boxes are kept relative to the vehicle") : Text());
  }

  static bool is_time(std::int64_t stamp_ns) {
    return stamp_ns >= -kFarthestStamp && stamp_ns <= kFarthestStamp;
  }

  void add_lidar(const LidarTopic& from) {
    const std::string& name = topics()[from.topic].name;
    const bool rigid = tree_.is_rigid(ego_, from.frame);
    const auto ego_from_frame = tree_.between_frames(ego_, from.frame, {});
    if (!ego_from_frame)
      return tell(Severity::warning,
                  name,
                  text("a transform from {} to {}", from.frame, ego_),
                  "none",
                  "this lidar is left out: record /tf_static too");
    TableLidar lidar{without_slash(name), *ego_from_frame * from.frame_from_points, {}, {}};
    lidar.motion = motion_of(from, name);
    std::int64_t index = 0;
    for (const MessageRef& ref : recording_->messages(from.topic)) {
      const std::int64_t number = index++;
      if (!is_time(ref.stamp_ns)) continue;
      TableSweep sweep{fmt::format("{:06}", number), Stamp{ref.stamp_ns}, recording_->file_of(ref)};
      sweep.inside = fmt::format("{}, message {}", name, number);
      sweep.read = [recording = recording_, topic = from.topic, ref] {
        return read_cloud_message(*recording, topic, ref);
      };
      if (!rigid)
        if (const auto pose = tree_.between_frames(ego_, from.frame, sweep.stamp))
          sweep.ego_from_points = *pose * from.frame_from_points;
      lidar.sweeps.push_back(std::move(sweep));
    }
    sort_and_tell(lidar.sweeps, name);
    used_[from.topic] = true;
    tables_.frames_of_reference[{from.frame, -1}] = *ego_from_frame;
    tables_.lidars.push_back(std::move(lidar));
  }

  Motion motion_of(const LidarTopic& lidar, const std::string& name) {
    if (is_compensated(name)) return Motion::compensated;
    // Poses of who knows what would bend every sweep.
    if (lidar.times == PointTimes::none || tables_.poses.empty() || poses_assumed_)
      return Motion::unknown;
    tell(Severity::note,
         name,
         "points of one instant",
         "points with a time each",
         text("they are brought to the sweep's stamp; motion.{}=stored shows them as stored",
              without_slash(name)));
    return Motion::raw;
  }

  template <class Stamped>
  void sort_and_tell(std::vector<Stamped>& things, const std::string& topic) {
    const std::size_t before = things.size();
    reading::sort_by_stamp(things);
    if (things.size() < before)
      tell(Severity::warning,
           topic,
           "a stamp of its own for each message",
           text("{} with that of another", before - things.size()),
           "of two the first is taken");
  }

  /// Calibration frames that look up are the camera's body, x forward (REP 103), whatever they
  /// should be: nobody mounts a camera to look at the sky.
  Pose optical_from(const std::string& frame, const std::string& topic) {
    const auto ego_from_frame = tree_.between_frames(ego_, frame, {});
    constexpr double kUp = 0.8;
    if (!ego_from_frame || (ego_from_frame->rotation * Vec3::UnitZ()).z() < kUp) return {};
    tell(Severity::warning,
         topic,
         "an optical frame (z forward, x right)",
         text("{}, whose z points up", frame),
         "it is taken as the camera's body, x forward and y left");
    return optical_from_body();
  }

  std::string camera_name(const CameraTopic& camera) const {
    const std::string_view plain = without_packing(topics()[camera.topic].name);
    const std::string_view space = parent_of(plain);
    const auto same = std::count_if(cameras_.begin(), cameras_.end(), [&](const CameraTopic& one) {
      return parent_of(without_packing(topics()[one.topic].name)) == space;
    });
    return without_slash(same == 1 && !space.empty() ? space : plain);
  }

  void add_camera(const CameraTopic& from) {
    const std::string& name = topics()[from.topic].name;
    const CalibrationTopic* calibration = calibration_of(from);
    if (!calibration)
      return tell(Severity::warning,
                  name,
                  "a calibration (CameraInfo) in its namespace",
                  "none",
                  "its images are left out");
    const auto made =
        calibrated(calibration->message, is_rectified(name), from.size.width, from.size.height);
    if (!made) return tell_left_out(topics()[calibration->topic].name, made.error());
    std::string frame = from.frame;
    if (!tree_.has(frame) && tree_.has(calibration->message.header.frame))
      frame = calibration->message.header.frame;
    if (frame.empty()) frame = calibration->message.header.frame;
    // Images alone have no other frame than the camera's: the vehicle looks where it looks.
    const bool alone = lidars_.empty() && frame == ego_;
    if (!alone && !tree_.between_frames(frame, ego_, {}))
      return tell(Severity::warning,
                  name,
                  text("a transform from {} to {}", frame, ego_),
                  "none",
                  "this camera is left out: record /tf_static too");
    Pose camera_from_frame = made->camera_from_frame;
    camera_from_frame =
        camera_from_frame * (alone ? optical_from_body() : optical_from(frame, name));
    TableCamera table{camera_name(from), {}};
    const auto camera_at = [&](Stamp stamp) {
      return std::make_shared<const Camera>(
          Camera{table.name,
                 made->lens,
                 from.size.width,
                 from.size.height,
                 camera_from_frame * tree_.between_frames(frame, ego_, stamp).value_or(Pose{})});
    };
    const bool rigid = tree_.is_rigid(ego_, frame);
    const auto shared = camera_at({});
    std::int64_t index = 0;
    for (const MessageRef& ref : recording_->messages(from.topic)) {
      const std::int64_t number = index++;
      if (!is_time(ref.stamp_ns)) continue;
      TableImage image{fmt::format("{:06}", number),
                       Stamp{ref.stamp_ns},
                       recording_->file_of(ref),
                       rigid ? shared : camera_at({ref.stamp_ns})};
      image.inside = fmt::format("{}, message {}", name, number);
      image.read = [recording = recording_, topic = from.topic, ref](int max_width) {
        return read_image_message(*recording, topic, ref, max_width);
      };
      table.images.push_back(std::move(image));
    }
    sort_and_tell(table.images, name);
    used_[from.topic] = true;
    used_[calibration->topic] = true;
    tables_.cameras.push_back(std::move(table));
  }

  Shared recording_;
  DriveTables tables_;
  TransformTree tree_;
  std::string ego_, world_;
  bool poses_assumed_ = false;
  std::vector<LidarTopic> lidars_;
  std::vector<CameraTopic> cameras_;
  std::vector<CalibrationTopic> calibrations_;
  std::vector<bool> used_;
};

std::string list_of(const std::vector<TopicInfo>& topics) {
  std::string names;
  for (std::size_t i = 0; i < topics.size() && i < kMostListed; ++i)
    names += fmt::format(
        "{}{} ({}, {})", i == 0 ? "" : ", ", topics[i].name, topics[i].type, topics[i].messages);
  if (topics.size() > kMostListed)
    names += fmt::format(" and {} more", topics.size() - kMostListed);
  return names.empty() ? "no topic at all" : names;
}

}  // namespace

Result<std::unique_ptr<Drive>> open_recording_drive(Shared recording,
                                                    const DriveRef& ref,
                                                    const Repairs& repairs) {
  DriveTables tables = Reader(std::move(recording), ref).tables();
  if (tables.lidars.empty() && tables.cameras.empty()) {
    // What kept a topic out says more than that none is left; where there is none at all, what kept
    // the file from being read.
    const bool none = tables.info.topics.empty();
    const Problem* reason = nullptr;
    for (const Problem& problem : tables.problems) {
      const bool says_why =
          problem.severity == Severity::warning && (none || problem.where.starts_with('/'));
      const bool graver = !reason || problem.severity > reason->severity;
      if (graver && (says_why || problem.severity == Severity::error)) reason = &problem;
    }
    if (reason) {
      Error error = *reason;
      error.severity = Severity::error;
      return tl::unexpected(in_file(std::move(error), ref.path.string()));
    }
    return fail(ref.path.string(),
                {},
                "a topic of point clouds, or of images with their calibration",
                text("{}", list_of(tables.info.topics)),
                "record the lidar's topic too");
  }
  return make_table_drive(std::move(tables), repairs);
}

Listing list_recordings(const fs::path& path, std::string_view format, std::string_view extension) {
  Listing listing;
  std::error_code ignored;
  const auto add = [&](const fs::path& file, double sureness, Text why) {
    listing.drives.push_back(
        {file.stem().string(), std::string(format), file, {}, sureness, std::move(why)});
  };
  if (fs::is_regular_file(path, ignored)) {
    if (path.extension() == extension) add(path, 1, text("a {} file", extension));
  } else {
    for (const fs::path& file : list_files(path, {extension}))
      if (!fs::is_directory(file, ignored))  // a rosbag2 recording may be named so
        add(file, 0.6, text("a {} file in the folder", extension));
  }
  return listing;
}

}  // namespace sweepbox::recorded
