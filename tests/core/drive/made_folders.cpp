#include "tests/core/drive/made_folders.hpp"

#include <catch2/catch.hpp>

#include "core/base/files.hpp"
#include "core/picture/picture.hpp"

namespace sweepbox::test {

std::vector<std::byte> bin_of(int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i)
    values.insert(values.end(), {static_cast<float>(i), 1.f, -1.5f, 0.5f});
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> png_of(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  image.rgba.assign(static_cast<std::size_t>(width * height) * 4, 255);
  return *encode_png(image);
}

void put(const fs::path& path, const std::vector<std::byte>& content) {
  REQUIRE(make_folder(path.parent_path()));
  REQUIRE(write_file(path, content));
}

void put(const fs::path& path, const std::string& content) {
  REQUIRE(make_folder(path.parent_path()));
  REQUIRE(write_file(path, content));
}

std::string kitti_calibration(const std::string& rotation) {
  std::string transform;
  const auto numbers = [&] {
    std::vector<std::string> words;
    std::string word;
    for (const char letter : rotation + " ")
      if (letter != ' ')
        word += letter;
      else if (!word.empty())
        words.push_back(std::exchange(word, ""));
    return words;
  }();
  const char* translation[] = {"0", "-0.08", "-0.27"};
  for (std::size_t row = 0; row < 3; ++row)
    transform += fmt::format("{} {} {} {} ",
                             numbers.at(3 * row),
                             numbers.at(3 * row + 1),
                             numbers.at(3 * row + 2),
                             translation[row]);
  return "P0: 100 0 50 0 0 100 20 0 0 0 1 0\nP1: 100 0 50 -54 0 100 20 0 0 0 1 0\n"
         "P2: 100 0 50 6 0 100 20 0 0 0 1 0\nP3: 100 0 50 -48 0 100 20 0 0 0 1 0\n"
         "R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: " +
         transform + "\nTr_imu_to_velo: 1 0 0 -0.81 0 1 0 0.32 0 0 1 -0.8\n\n";
}

void put_kitti_object(const fs::path& training, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    put(training / "velodyne" / (name + ".bin"), bin_of(3));
    put(training / "image_2" / (name + ".png"), png_of(100, 40));
    put(training / "calib" / (name + ".txt"), kitti_calibration());
  }
}

std::shared_ptr<const Drive> opened(const fs::path& path,
                                    const Repairs& repairs,
                                    const std::string& drive) {
  auto found = open_drive(path, {}, drive, repairs);
  if (!found) FAIL(to_line(found.error()));
  return *found;
}

std::vector<std::string> lines_of(std::span<const Problem> problems, Severity severity) {
  std::vector<std::string> lines;
  for (const Problem& problem : problems)
    if (problem.severity == severity) lines.push_back(to_line(problem));
  return lines;
}

}  // namespace sweepbox::test
