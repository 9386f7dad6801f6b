#pragma once
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

// A small drive in the layout of nuScenes, written by hand from its schema: two scenes, of which
// the first has three samples (half a second apart), sweeps of LIDAR_TOP at 20 Hz, images of
// CAM_FRONT at 12 Hz that come 35 ms before the end of a turn, a radar, and five boxes of two
// objects.
//
// The vehicle drives 10 m/s along the world's y axis from (400, 1000, 0): its x axis looks along
// the world's y, so world_from_ego turns by 90 degrees about z. LIDAR_TOP's axes are x right, y
// forward: ego_from_lidar turns by −90 degrees, at (0.9, 0, 1.8).
namespace sweepbox::test {

inline constexpr std::int64_t kMadeStart = 1532402927647951;  // us, of the first sample

inline std::string made_id(const std::string& word) {
  // 32 hex digits that begin with the word's letters.
  std::string hex;
  for (const char c : word) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  hex.resize(32, '0');
  return hex;
}

class MadeNuscenes {
 public:
  explicit MadeNuscenes(std::filesystem::path folder) : folder_(std::move(folder)) {
    sensors();
    for (int i = 0; i <= 20; ++i) {  // the key frames are 0, 10 and 20
      const bool key = i % 10 == 0;
      file("LIDAR_TOP", i, kMadeStart + i * 50'000, key, (i + 9) / 10);
    }
    for (int i = 0; i <= 12; ++i)
      file("CAM_FRONT", i, kMadeStart - 35'000 + i * 500'000 / 6, i % 6 == 0, (i + 5) / 6);
    for (int s = 0; s < 3; ++s) file("RADAR_FRONT", s, kMadeStart - 20'000 + s * 500'000, true, s);
    write();
  }

  const std::filesystem::path& folder() const { return folder_; }

  std::filesystem::path tables() const { return folder_ / "v1.0-mini"; }

  /// The rows of sample_annotation, as they are written.
  static std::vector<std::string> annotations() {
    return {annotation("car", 0, "", "car1", "403.0, 1010.5, 0.8", "1.7, 4.1, 1.5", 12),
            annotation("car", 1, "car0", "car2", "403.0, 1015.5, 0.8", "1.7, 4.1, 1.5", 11),
            annotation("car", 2, "car1", "", "403.0, 1020.5, 0.8", "1.7, 4.1, 1.5", 10),
            annotation("man", 0, "", "man2", "395.25, 1008.0, 0.9", "0.6, 0.7, 1.75", 5),
            annotation("man", 2, "man0", "", "395.25, 1009.0, 0.9", "0.6, 0.7, 1.75", 3),
            // Of the other scene.
            annotation("van", 9, "", "", "1.0, 2.0, 0.5", "2.0, 5.0, 2.0", 7)};
  }

  void write_table(const std::string& name, const std::vector<std::string>& rows) const {
    std::ofstream stream(tables() / (name + ".json"), std::ios::binary);
    stream << "[\n";
    for (std::size_t i = 0; i < rows.size(); ++i) stream << (i > 0 ? ",\n" : "") << rows[i];
    stream << "\n]";
  }

 private:
  static std::string annotation(const std::string& object,
                                int sample,
                                const std::string& before,
                                const std::string& after,
                                const std::string& place,
                                const std::string& size,
                                int points) {
    const auto id = [](const std::string& word) { return word.empty() ? "" : made_id(word); };
    // The front looks along the world's y: a turn of 90 degrees about z.
    return fmt::format(
        "{{\n\"token\": \"{}\",\n\"sample_token\": \"{}\",\n\"instance_token\": \"{}\",\n"
        "\"visibility_token\": \"4\",\n\"attribute_tokens\": [\n\"{}\"\n],\n\"translation\": "
        "[{}],\n\"size\": [{}],\n\"rotation\": [0.7071067811865476, 0.0, 0.0, 0.7071067811865476],"
        "\n\"prev\": \"{}\",\n\"next\": \"{}\",\n\"num_lidar_pts\": {},\n\"num_radar_pts\": 0\n}}",
        made_id(object + std::to_string(sample)),
        made_id("sample" + std::to_string(sample)),
        made_id("inst" + object),
        made_id("moving"),
        place,
        size,
        id(before),
        id(after),
        points);
  }

  void sensors() {
    const auto add = [&](const std::string& channel,
                         const std::string& modality,
                         const std::string& place,
                         const std::string& rotation,
                         const std::string& matrix) {
      sensor_.push_back(
          fmt::format("{{\"token\": \"{}\", \"channel\": \"{}\", \"modality\": \"{}\"}}",
                      made_id("s" + channel),
                      channel,
                      modality));
      calibrated_.push_back(
          fmt::format("{{\"token\": \"{}\", \"sensor_token\": \"{}\", \"translation\": {}, "
                      "\"rotation\": {}, \"camera_intrinsic\": {}}}",
                      made_id("c" + channel),
                      made_id("s" + channel),
                      place,
                      rotation,
                      matrix));
    };
    add("LIDAR_TOP",
        "lidar",
        "[0.9, 0.0, 1.8]",
        "[0.7071067811865476, 0.0, 0.0, -0.7071067811865476]",
        "[]");
    // x right, y down, z forward, at (1.7, 0, 1.5).
    add("CAM_FRONT",
        "camera",
        "[1.7, 0.0, 1.5]",
        "[0.5, -0.5, 0.5, -0.5]",
        "[[1000.0, 0.0, 800.0], [0.0, 1000.0, 450.0], [0.0, 0.0, 1.0]]");
    add("RADAR_FRONT", "radar", "[3.4, 0.0, 0.5]", "[1.0, 0.0, 0.0, 0.0]", "[]");
  }

  void file(const std::string& channel, int index, std::int64_t us, bool key, int sample) {
    namespace fs = std::filesystem;
    const std::string end = channel[0] == 'C' ? "jpg" : channel[0] == 'L' ? "pcd.bin" : "pcd";
    const std::string name = fmt::format(
        "{}/{}/n015-2018-07-24__{}__{}.{}", key ? "samples" : "sweeps", channel, channel, us, end);
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream stream(folder_ / name, std::ios::binary);
    if (channel[0] == 'L') {
      const float points[] = {1, 2, 3, 100, 5, -1, 20, -1.5f, 255, 31};
      stream.write(reinterpret_cast<const char*>(points), sizeof points);
    }
    if (channel[0] == 'R') stream << radar(index);
    const std::string id = made_id(channel.substr(0, 3) + std::to_string(index));
    data_.push_back(fmt::format(
        "{{\"token\": \"{0}\", \"sample_token\": \"{1}\", \"ego_pose_token\": \"{0}\", "
        "\"calibrated_sensor_token\": \"{2}\", \"timestamp\": {3}, \"fileformat\": \"{4}\", "
        "\"is_key_frame\": {5}, \"height\": {6}, \"width\": {7}, \"filename\": \"{8}\", "
        "\"prev\": \"\", \"next\": \"\"}}",
        id,
        made_id("sample" + std::to_string(sample)),
        made_id("c" + channel),
        us,
        channel[0] == 'C' ? "jpg" : "pcd",
        key,
        channel[0] == 'C' ? 900 : 0,
        channel[0] == 'C' ? 1600 : 0,
        name));
    poses_.push_back(fmt::format(
        "{{\"token\": \"{}\", \"timestamp\": {}, \"rotation\": [0.7071067811865476, 0.0, 0.0, "
        "0.7071067811865476], \"translation\": [400.0, {}, 0.0]}}",
        id,
        us,
        1000 + 1e-5 * static_cast<double>(us - kMadeStart)));
  }

  /// Binary PCD of 43 bytes a point and a stray byte; that of sample 1 is empty as nuScenes says
  /// it.
  static std::string radar(int sample) {
    std::string text =
        "# .PCD v.7 - Point Cloud Data file format\nVERSION 0.7\n"
        "FIELDS x y z dyn_prop id rcs vx vy vx_comp vy_comp is_quality_valid ambig_state x_rms "
        "y_rms invalid_state pdh0 vx_rms vy_rms\n"
        "SIZE 4 4 4 1 2 4 4 4 4 4 1 1 1 1 1 1 1 1\nTYPE F F F I I F F F F F I I I I I I I I\n"
        "COUNT 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n";
    const int points = sample == 1 ? 1 : 2;
    text += fmt::format("WIDTH {0}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {0}\nDATA binary\n",
                        points);
    for (int i = 0; i < points; ++i) {
      const float x = sample == 1 ? std::nanf("") : 10.0f + static_cast<float>(i), y = 2, z = 0;
      std::string point(43, '\0');
      std::memcpy(point.data(), &x, 4);
      std::memcpy(point.data() + 4, &y, 4);
      std::memcpy(point.data() + 8, &z, 4);
      const float vx = -7.5f;
      std::memcpy(point.data() + 19, &vx, 4);
      text += point;
    }
    return text + '\0';
  }

  void write() const {
    std::filesystem::create_directories(tables());
    std::vector<std::string> samples, scenes, instances;
    for (int s = 0; s < 3; ++s)
      samples.push_back(sample(s,
                               s > 0 ? made_id("sample" + std::to_string(s - 1)) : "",
                               s < 2 ? made_id("sample" + std::to_string(s + 1)) : "",
                               "scene1"));
    samples.push_back(sample(9, "", "", "scene2"));
    const auto scene = [](const char* token, const char* name, int count, int first, int last) {
      return fmt::format(
          "{{\"token\": \"{}\", \"log_token\": \"{}\", \"nbr_samples\": {}, "
          "\"first_sample_token\": \"{}\", \"last_sample_token\": \"{}\", \"name\": \"{}\", "
          "\"description\": \"a \\\"sample_token\\\": [ in words\"}}",
          made_id(token),
          made_id("log"),
          count,
          made_id("sample" + std::to_string(first)),
          made_id("sample" + std::to_string(last)),
          name);
    };
    const auto instance = [](const char* object,
                             const char* category,
                             int count,
                             const char* first,
                             const char* last) {
      return fmt::format(
          "{{\n\"token\": \"{}\",\n\"category_token\": \"{}\",\n\"nbr_annotations\": {},\n"
          "\"first_annotation_token\": \"{}\",\n\"last_annotation_token\": \"{}\"\n}}",
          made_id(std::string("inst") + object),
          made_id(category),
          count,
          made_id(first),
          made_id(last));
    };
    write_table("sensor", sensor_);
    write_table("calibrated_sensor", calibrated_);
    write_table("sample_data", data_);
    write_table("ego_pose", poses_);
    write_table("sample", samples);
    write_table("scene",
                {scene("scene1", "scene-0061", 3, 0, 2), scene("scene2", "scene-0103", 1, 9, 9)});
    write_table("sample_annotation", annotations());
    write_table("instance",
                {instance("car", "catcar", 3, "car0", "car2"),
                 instance("man", "catman", 2, "man0", "man2"),
                 instance("van", "catcar", 1, "van9", "van9")});
    write_table("category",
                {fmt::format("{{\"token\": \"{}\", \"name\": \"vehicle.car\", \"description\": "
                             "\"\"}}",
                             made_id("catcar")),
                 fmt::format("{{\"token\": \"{}\", \"name\": \"human.pedestrian.adult\", "
                             "\"description\": \"\"}}",
                             made_id("catman"))});
    write_table("attribute",
                {fmt::format("{{\"token\": \"{}\", \"name\": \"vehicle.moving\", \"description\": "
                             "\"\"}}",
                             made_id("moving"))});
    write_table("visibility",
                {"{\"description\": \"\", \"token\": \"1\", \"level\": \"v0-40\"}",
                 "{\"description\": \"\", \"token\": \"4\", \"level\": \"v80-100\"}"});
    write_table("log",
                {fmt::format("{{\"token\": \"{}\", \"logfile\": \"n015\", \"vehicle\": "
                             "\"n015\", \"date_captured\": \"2018-07-24\", \"location\": "
                             "\"singapore-onenorth\"}}",
                             made_id("log"))});
    write_table("map",
                {fmt::format("{{\"category\": \"semantic_prior\", \"token\": \"{}\", "
                             "\"filename\": \"\", \"log_tokens\": [\"{}\"]}}",
                             made_id("map"),
                             made_id("log"))});
  }

  static std::string sample(int number,
                            const std::string& before,
                            const std::string& after,
                            const char* scene) {
    return fmt::format(
        "{{\"token\": \"{}\", \"timestamp\": {}, \"prev\": \"{}\", \"next\": \"{}\", "
        "\"scene_token\": \"{}\"}}",
        made_id("sample" + std::to_string(number)),
        kMadeStart + number * 500'000,
        before,
        after,
        made_id(scene));
  }

  std::filesystem::path folder_;
  std::vector<std::string> sensor_, calibrated_, data_, poses_;
};

}  // namespace sweepbox::test
