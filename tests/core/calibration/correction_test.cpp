#include "core/calibration/correction.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace sweepbox {
namespace {

TEST_CASE("six zeros correct nothing") {
  for (const auto sensor : {CorrectedSensor::camera, CorrectedSensor::lidar})
    CHECK(correction_of({}, sensor) == Pose{});
}

TEST_CASE("a camera yaws about its y, pitches about its x and rolls about its z") {
  const Vec3 ahead = Vec3::UnitZ();
  const double a = 0.1;
  const auto turned = [&](const Nudge& nudge, const Vec3& point) {
    return Vec3(correction_of(nudge, CorrectedSensor::camera) * point);
  };
  // What is ahead goes to the right, upwards (y is down), and stays; the right goes down.
  CHECK((turned({.yaw = a}, ahead) - Vec3(std::sin(a), 0, std::cos(a))).norm() < 1e-12);
  CHECK((turned({.pitch = a}, ahead) - Vec3(0, -std::sin(a), std::cos(a))).norm() < 1e-12);
  CHECK((turned({.roll = a}, ahead) - ahead).norm() < 1e-12);
  CHECK((turned({.roll = a}, Vec3::UnitX()) - Vec3(std::cos(a), std::sin(a), 0)).norm() < 1e-12);
  CHECK((turned({.x = 1, .y = 2, .z = 3}, Vec3::Zero()) - Vec3(1, 2, 3)).norm() < 1e-12);
}

TEST_CASE("a camera's roll comes first and its yaw last") {
  const Nudge nudge{.roll = 0.3, .pitch = -0.2, .yaw = 0.5};
  const Mat3 expected =
      (Eigen::AngleAxisd(0.5, Vec3::UnitY()) * Eigen::AngleAxisd(-0.2, Vec3::UnitX()) *
       Eigen::AngleAxisd(0.3, Vec3::UnitZ()))
          .toRotationMatrix();
  const Pose pose = correction_of(nudge, CorrectedSensor::camera);
  CHECK((pose.rotation.toRotationMatrix() - expected).norm() < 1e-12);
}

TEST_CASE("a lidar yaws to the left, as ego does") {
  const Pose pose = correction_of({.yaw = kPi / 2}, CorrectedSensor::lidar);
  CHECK((pose * Vec3::UnitX() - Vec3::UnitY()).norm() < 1e-12);
}

TEST_CASE("six numbers come back from the pose, small ones with all their digits") {
  const Nudge nudge{0.001, -0.25, 3, 1.7e-4, -0.4, 2.9};
  for (const auto sensor : {CorrectedSensor::camera, CorrectedSensor::lidar}) {
    const Nudge back = nudge_of(correction_of(nudge, sensor), sensor);
    CHECK(back.x == nudge.x);
    CHECK(back.y == nudge.y);
    CHECK(back.z == nudge.z);
    CHECK(back.roll == Approx(nudge.roll).margin(1e-12));
    CHECK(back.pitch == Approx(nudge.pitch).margin(1e-12));
    CHECK(back.yaw == Approx(nudge.yaw).margin(1e-12));
  }
}

TEST_CASE("the file holds rule, numbers and matrices that another program can check") {
  const Pose loaded{from_roll_pitch_yaw(0.1, 0.2, 0.3), {1, 2, 3}};
  const Pose moved = correction_of({.x = 0.01, .yaw = -0.0096}, CorrectedSensor::camera);
  const std::vector<Correction> corrections{{"image_02", CorrectedSensor::camera, moved, loaded},
                                            {"velodyne", CorrectedSensor::lidar, {}, {}}};
  const auto root =
      nlohmann::json::parse(correction_to_json("2011_09_26_drive_9001_sync", corrections));
  CHECK(root["drive"] == "2011_09_26_drive_9001_sync");
  REQUIRE(root["corrections"].size() == 2);
  const auto& camera = root["corrections"][0];
  CHECK(camera["sensor"] == "image_02");
  CHECK(camera["kind"] == "camera");
  CHECK(camera["rule"] == "camera_from_ego = correction * loaded");
  CHECK(camera["moved"]["x"] == 0.01);
  CHECK(camera["moved"]["yaw"].get<double>() == Approx(-0.0096).epsilon(1e-12));
  // corrected = correction · loaded, multiplied here from the file's own numbers.
  for (std::size_t row = 0; row < 4; ++row)
    for (std::size_t column = 0; column < 4; ++column) {
      double sum = 0;
      for (std::size_t k = 0; k < 4; ++k)
        sum +=
            camera["correction"][row][k].get<double>() * camera["loaded"][k][column].get<double>();
      CHECK(camera["corrected"][row][column].get<double>() == Approx(sum).margin(1e-12));
    }
  CHECK(root["corrections"][1]["kind"] == "lidar");
}

TEST_CASE("a name that is no UTF-8 does not stop the file") {
  const std::vector<Correction> corrections{{"caf\xe9", CorrectedSensor::camera, {}, {}}};
  CHECK_NOTHROW(nlohmann::json::parse(correction_to_json("x", corrections)));
}

}  // namespace
}  // namespace sweepbox
