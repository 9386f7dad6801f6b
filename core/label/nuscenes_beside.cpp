#include <map>
#include <set>

#include "core/label/json_values.hpp"
#include "core/label/nuscenes_labels.hpp"
#include "core/label/nuscenes_writing.hpp"
#include "core/label/writing.hpp"
#include "core/scene/world.hpp"

namespace sweepbox::nuscenes {

std::string row_json(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string json = "{\n";
  for (const auto& [key, value] : fields)
    json += fmt::format("{}\"{}\": {}", json.size() > 2 ? ",\n" : "", key, value);
  return json + "\n}";
}

std::string table_json(const std::vector<std::string>& rows) {
  std::string json = "[\n";
  for (std::size_t i = 0; i < rows.size(); ++i) json.append(i > 0 ? ",\n" : "").append(rows[i]);
  return json + (rows.empty() ? "]\n" : "\n]\n");
}

namespace {

/// Rows of a sensor's files, chained in the order of time.
class Beside {
 public:
  Beside(const Drive& drive, const std::vector<OutFrame>& frames)
      : drive_(drive), frames_(frames), name_(drive.info().name) {}

  std::vector<WrittenFile> files() {
    for (std::size_t i = 0; i < frames_.size(); ++i) add_sample(i);
    for (auto& [channel, rows] : data_) add_files(rows);
    const auto token = [&](const OutFrame& frame) {
      return frames_.empty() ? std::string() : made_sample_token(drive_, frame.instant.name);
    };
    scene_.push_back(row_json(
        {{"token", json_string(made_token({"scene", name_}))},
         {"log_token", json_string(made_token({"log", name_}))},
         {"nbr_samples", std::to_string(frames_.size())},
         {"first_sample_token", json_string(frames_.empty() ? "" : token(frames_.front()))},
         {"last_sample_token", json_string(frames_.empty() ? "" : token(frames_.back()))},
         {"name", json_string(name_)},
         {"description", json_string("written by Sweepbox")}}));
    const std::string log = json_string(made_token({"log", name_}));
    const std::string log_row = row_json({{"token", log},
                                          {"logfile", json_string(name_)},
                                          {"vehicle", "\"\""},
                                          {"date_captured", "\"\""},
                                          {"location", "\"\""}});
    // Nobody has a mask here. nuscenes-devkit asks for a map of each log and for something at the
    // place of its mask: an empty name is the folder itself.
    const std::string map_row = row_json({{"category", json_string("semantic_prior")},
                                          {"token", json_string(made_token({"map", name_}))},
                                          {"filename", "\"\""},
                                          {"log_tokens", fmt::format("[{}]", log)}});
    return {{"sensor", table_json(sensor_)},
            {"calibrated_sensor", table_json(calibrated_)},
            {"ego_pose", table_json(ego_pose_)},
            {"sample_data", table_json(sample_data_)},
            {"sample", table_json(sample_)},
            {"scene", table_json(scene_)},
            {"log", table_json({log_row})},
            {"map", table_json({map_row})}};
  }

 private:
  struct File {
    std::string token, sample, calibrated, file;
    Stamp stamp;
    bool camera = false;
    int width = 0, height = 0;
  };

  void add_sample(std::size_t i) {
    const OutFrame& frame = frames_[i];
    const auto token = [&](std::size_t index) {
      return json_string(made_sample_token(drive_, frames_[index].instant.name));
    };
    sample_.push_back(row_json({{"token", token(i)},
                                {"timestamp", std::to_string(microseconds(frame.instant.stamp))},
                                {"prev", i > 0 ? token(i - 1) : "\"\""},
                                {"next", i + 1 < frames_.size() ? token(i + 1) : "\"\""},
                                {"scene_token", json_string(made_token({"scene", name_}))}}));
    const FrameInfo* at = frame_at(drive_, frame.instant);
    if (!at) return;
    const FrameInfo& info = *at;
    const std::string sample = made_sample_token(drive_, frame.instant.name);
    for (std::size_t lidar = 0; lidar < info.sweeps.size(); ++lidar) {
      const auto& sweep = info.sweeps[lidar];
      const std::string& channel = drive_.info().lidars[lidar].name;
      const auto pose = drive_.ego_from(channel, frame.instant.frame);
      if (!sweep || !pose) continue;
      data_[channel].push_back({made_token({"data", name_, channel, info.name}),
                                sample,
                                calibrated(channel, "lidar", *pose, "[]"),
                                sweep->file,
                                sweep->stamp});
    }
    for (const ImageFile& image : info.images) {
      const Camera& camera = *image.calibration;
      data_[camera.name].push_back({made_token({"data", name_, camera.name, info.name}),
                                    sample,
                                    calibrated(camera.name,
                                               "camera",
                                               camera.camera_from_ego.inverse(),
                                               json_matrix(intrinsics_of(camera.lens))),
                                    image.file,
                                    image.stamp,
                                    true,
                                    camera.width,
                                    camera.height});
    }
  }

  /// Token of a calibration; one row for each that differs.
  std::string calibrated(const std::string& channel,
                         const char* modality,
                         const Pose& ego_from_sensor,
                         const std::string& intrinsics) {
    const std::string sensor = made_token({"sensor", name_, channel});
    if (channels_.insert(channel).second)
      sensor_.push_back(row_json({{"token", json_string(sensor)},
                                  {"channel", json_string(channel)},
                                  {"modality", json_string(modality)}}));
    const std::string place = json_numbers(ego_from_sensor.translation);
    const std::string rotation = json_wxyz(ego_from_sensor.rotation);
    const std::string token =
        made_token({"calibrated", name_, channel, place, rotation, intrinsics});
    if (channels_.insert(token).second)
      calibrated_.push_back(row_json({{"token", json_string(token)},
                                      {"sensor_token", json_string(sensor)},
                                      {"translation", place},
                                      {"rotation", rotation},
                                      {"camera_intrinsic", intrinsics}}));
    return token;
  }

  void add_files(const std::vector<File>& files) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      const File& file = files[i];
      const Pose pose = world_from_ego_of_label(drive_, file.stamp);
      const std::string token = json_string(file.token);
      const std::string us = std::to_string(microseconds(file.stamp));
      ego_pose_.push_back(row_json({{"token", token},
                                    {"timestamp", us},
                                    {"rotation", json_wxyz(pose.rotation)},
                                    {"translation", json_numbers(pose.translation)}}));
      sample_data_.push_back(
          row_json({{"token", token},
                    {"sample_token", json_string(file.sample)},
                    {"ego_pose_token", token},
                    {"calibrated_sensor_token", json_string(file.calibrated)},
                    {"timestamp", us},
                    {"fileformat", file.camera ? "\"jpg\"" : "\"pcd\""},
                    {"is_key_frame", "true"},
                    {"height", std::to_string(file.height)},
                    {"width", std::to_string(file.width)},
                    {"filename", json_string(file.file)},
                    {"prev", json_string(i > 0 ? files[i - 1].token : "")},
                    {"next", json_string(i + 1 < files.size() ? files[i + 1].token : "")}}));
    }
  }

  const Drive& drive_;
  const std::vector<OutFrame>& frames_;
  const std::string& name_;
  std::set<std::string> channels_;  ///< and calibrations that have a row
  std::map<std::string, std::vector<File>> data_;
  std::vector<std::string> sensor_, calibrated_, ego_pose_, sample_data_, sample_, scene_;
};

}  // namespace

std::vector<WrittenFile> tables_beside(const Drive& drive, const std::vector<OutFrame>& frames) {
  return Beside(drive, frames).files();
}

}  // namespace sweepbox::nuscenes
