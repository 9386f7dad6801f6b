#include "core/recording/messages.hpp"

#include <catch2/catch.hpp>

#include "tests/support/ros_messages.hpp"

using namespace sweepbox;
using namespace sweepbox::test;

namespace {

Topic topic(std::string type, std::string encoding) {
  Topic made;
  made.name = "/topic";
  made.type = std::move(type);
  made.encoding = std::move(encoding);
  made.kind = kind_of(made.type, made.encoding);
  REQUIRE(made.kind != MessageKind::other);
  return made;
}

std::string encoding_of(Wire wire) {
  return wire == Wire::ros1 ? "ros1" : "cdr";
}

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a cloud says the same in ROS 1 and in CDR of both byte orders") {
  const std::vector<std::byte> data(48, std::byte{1});
  for (const Wire wire : {Wire::ros1, Wire::cdr, Wire::cdr_big}) {
    const auto message = point_cloud2(wire,
                                      1'700'000'000'000'000'005,
                                      wire == Wire::ros1 ? "/lidar" : "lidar",
                                      {{"x", 0, 7}, {"time", 8, 8}, {"odd", 4, 99}, {"far", 14, 7}},
                                      16,
                                      data,
                                      3);
    const Topic about = topic("sensor_msgs/PointCloud2", encoding_of(wire));
    const auto cloud = decode_cloud(about, message);
    if (!cloud) FAIL(to_line(cloud.error()));
    CHECK(cloud->header.stamp_ns == 1'700'000'000'000'000'005);
    CHECK(cloud->header.frame == "lidar");
    CHECK(cloud->width == 3);
    CHECK(cloud->data.size() == 48);
    REQUIRE(cloud->fields.size() == 2);  // a type that nobody knows, and one beyond its point
    CHECK(cloud->fields[1].type == FieldType::f64);
    CHECK(header_stamp(about, std::span(message).first(kHeaderBytes)) == cloud->header.stamp_ns);
    for (std::size_t size = 0; size + 1 < message.size(); ++size) {
      const std::vector<std::byte> cut(message.begin(),
                                       message.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK_FALSE(decode_cloud(about, cut));
    }
  }
}

TEST_CASE("clouds that claim more than they hold are refused") {
  const Topic about = topic("sensor_msgs/msg/PointCloud2", "cdr");
  const std::vector<std::byte> data(48);
  const auto decoded = [&](std::uint32_t step, std::uint32_t width, std::uint32_t height) {
    return decode_cloud(about,
                        point_cloud2(Wire::cdr, 1, "l", {{"x", 0, 7}}, step, data, width, height));
  };
  CHECK(decoded(16, 3, 1));
  CHECK_FALSE(decoded(16, 4, 1));
  CHECK_FALSE(decoded(16, 0xFFFFFFFF, 0xFFFFFFFF));
  CHECK_FALSE(decoded(0, 3, 1));
  CHECK_FALSE(decoded(0xFFFFFFFF, 1, 1));
  CHECK(decoded(16, 0, 0));  // an empty cloud is one
}

TEST_CASE("transforms and odometry: parent, child and pose") {
  for (const Wire wire : {Wire::ros1, Wire::cdr, Wire::cdr_big}) {
    const Transform one{5'000'000'007, "odom", "base_link", {1, 2, 3}, {0, 0, 0.6, 0.8}};
    const auto tf = decode_transforms(topic("tf2_msgs/TFMessage", encoding_of(wire)),
                                      tf_message(wire, {one, one}));
    REQUIRE(tf);
    REQUIRE(tf->size() == 2);
    const auto odom =
        decode_transforms(topic("nav_msgs/Odometry", encoding_of(wire)), odometry(wire, one));
    REQUIRE(odom);
    for (const TransformMessage& message : {(*tf)[1], odom->front()}) {
      CHECK(message.stamp_ns == 5'000'000'007);
      CHECK(message.parent == "odom");
      CHECK(message.child == "base_link");
      CHECK(message.parent_from_child.translation == std::array<double, 3>{1, 2, 3});
      CHECK(message.parent_from_child.rotation == std::array<double, 4>{0, 0, 0.6, 0.8});
    }
  }
}

TEST_CASE("foxglove's transform in protobuf, byte by byte") {
  // timestamp {1: 2, 2: 3}, parent "a", child "/b", translation {x: 1.0}, rotation {w: 1.0}
  using namespace std::string_view_literals;
  const std::string_view message =
      "\x0A\x04\x08\x02\x10\x03"
      "\x12\x01"
      "a"
      "\x1A\x02/b"
      "\x22\x09\x09\x00\x00\x00\x00\x00\x00\xF0\x3F"
      "\x2A\x09\x21\x00\x00\x00\x00\x00\x00\xF0\x3F"sv;
  const Topic about = topic("foxglove.FrameTransform", "protobuf");
  const auto decoded = decode_transforms(about, bytes_of(message));
  REQUIRE(decoded);
  const TransformMessage& one = decoded->front();
  CHECK(one.stamp_ns == 2'000'000'003);
  CHECK(one.parent == "a");
  CHECK(one.child == "b");
  CHECK(one.parent_from_child.translation == std::array<double, 3>{1, 0, 0});
  CHECK(one.parent_from_child.rotation == std::array<double, 4>{0, 0, 0, 1});
  CHECK(header_stamp(about, bytes_of(message)) == 2'000'000'003);
  CHECK_FALSE(decode_transforms(about, bytes_of(message.substr(0, message.size() - 1))));
  CHECK_FALSE(decode_transforms(about, bytes_of("\x0B")));  // a group
}

TEST_CASE("kinds are known in the encodings that are read, others are not") {
  CHECK(kind_of("sensor_msgs/msg/PointCloud2", "cdr") == MessageKind::cloud);
  CHECK(kind_of("tf/tfMessage", "ros1") == MessageKind::transforms);
  CHECK(kind_of("foxglove.PointCloud", "protobuf") == MessageKind::cloud);
  CHECK(kind_of("foxglove.PointCloud", "json") == MessageKind::other);
  CHECK(kind_of("sensor_msgs/msg/PointCloud2", "protobuf") == MessageKind::other);
  CHECK(kind_of("std_msgs/msg/String", "cdr") == MessageKind::other);
}
