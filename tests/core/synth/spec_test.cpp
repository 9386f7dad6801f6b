#include <algorithm>
#include <catch2/catch.hpp>

#include "core/geometry/iou.hpp"
#include "core/synth/synth.hpp"
#include "tests/core/synth/small_street.hpp"

namespace sweepbox {
namespace {

/// The small street with one piece of text put in another's place.
std::string changed(std::string_view from, std::string_view to) {
  std::string json(kSmallStreet);
  const std::size_t at = json.find(from);
  REQUIRE(at != std::string::npos);
  return json.replace(at, from.size(), to);
}

Error refused(const std::string& json) {
  const auto spec = parse_synth_spec(json, "my.json");
  REQUIRE_FALSE(spec);
  CHECK(spec.error().file == "my.json");
  CHECK_FALSE(spec.error().fix.empty());
  return spec.error();
}

TEST_CASE("the street that is built in is what its file promises") {
  const auto spec = parse_synth_spec(embedded_street(), "street.json");
  INFO((spec ? std::string() : to_line(spec.error())));
  REQUIRE(spec);
  // The demands on the default drive: length, frames, rays, lenses, who is there.
  CHECK(spec->road.length >= 200);
  CHECK(spec->frames >= 40);
  REQUIRE(spec->lidars.size() == 1);
  CHECK(spec->lidars[0].beams == 64);
  CHECK(spec->lidars[0].beams * spec->lidars[0].columns >= 120'000);
  REQUIRE(spec->cameras.size() >= 3);
  std::vector<std::string> lenses, classes;
  for (const CameraSpec& camera : spec->cameras) lenses.emplace_back(name_of(camera.camera.lens));
  for (const ObjectSpec& object : spec->objects) classes.push_back(object.class_name);
  for (const char* lens : {"pinhole", "brown_conrady", "kannala_brandt"})
    CHECK(std::count(lenses.begin(), lenses.end(), lens) > 0);
  for (const char* name : {"car",
                           "van",
                           "truck",
                           "trailer",
                           "bus",
                           "rider",
                           "bicycle",
                           "pedestrian",
                           "pole",
                           "sign",
                           "traffic cone",
                           "barrier"}) {
    INFO(name);
    CHECK(std::count(classes.begin(), classes.end(), name) > 0);
  }
}

TEST_CASE("nobody drives into anybody in the street that is built in") {
  const auto spec = parse_synth_spec(embedded_street(), "street.json");
  REQUIRE(spec);
  // Everything's box against everything else's, with a third of a metre between what moves.
  for (int frame = 0; frame < spec->frames; frame += 4) {
    const auto labels = labels_at(*spec, later(spec->start, frame / spec->rate_hz));
    for (std::size_t i = 0; i < labels.size(); ++i)
      for (std::size_t j = i + 1; j < labels.size(); ++j) {
        const bool towed = labels[i].class_name == "truck" && labels[j].class_name == "trailer";
        if (towed) continue;  // the drawbar reaches below the truck
        INFO("frame " << frame << ": " << labels[i].name << " (" << labels[i].class_name << ") and "
                      << labels[j].name << " (" << labels[j].class_name << ")");
        CHECK(iou_3d(labels[i].cuboid_in_world, labels[j].cuboid_in_world) == 0);
      }
  }
}

TEST_CASE("broken JSON is refused with its line") {
  const Error error = refused("{\n\"synth\": 1,\n\"name\": oops\n}");
  CHECK(error.where == "line 3");
  CHECK(refused("").where == "line 1");
  CHECK(refused(std::string(100'000, '[')).where == "line 1");
}

TEST_CASE("every prefix of a good file is refused") {
  const std::string_view good = kSmallStreet;
  for (std::size_t n = 0; n + 1 < good.size(); n += 37) {
    const std::string cut(good.substr(0, n));  // own buffer, for ASan
    CHECK_FALSE(parse_synth_spec(cut, "cut.json"));
  }
}

TEST_CASE("a wrong value is refused with the name of its field") {
  CHECK(refused(changed("\"shape\": \"van\"", "\"shape\": \"tank\"")).where == "objects[3].shape");
  CHECK(refused(changed("\"frames\": 3", "\"frames\": -3")).where == "frames");
  CHECK(refused(changed("\"frames\": 3", "\"frames\": 1e300")).where == "frames");
  CHECK(refused(changed("\"frames\": 3", "\"frames\": 99999999999999999999")).where == "frames");
  CHECK(refused(changed("\"synth\": 1", "\"synth\": 2")).where == "synth");
  CHECK(refused(changed("\"beams\": 24", "\"beams\": 1000000")).where == "lidars[0].beams");
  CHECK(refused(changed("\"start_ns\": 1000000000", "\"start_ns\": 9223372036854775807")).where ==
        "start_ns");
  CHECK(refused(changed("\"#2040a0\"", "\"blue\"")).where == "objects[0].color");
  CHECK(refused(changed("[2, 32, 1.7]", "[0, 32, 1.7]")).where == "objects[0].path");
  CHECK(refused(changed("[2, 32, 1.7]", "[2, 32]")).where == "objects[0].path[1]");
  CHECK(refused(changed("[2, 32, 1.7]", "[2, null, 1.7]")).where == "objects[0].path[1][1]");
  CHECK(refused(changed("\"offset_ms\": 4", "\"offset_ms\": 80")).where == "cameras[0].offset_ms");
  CHECK(refused(changed("\"fx\": 105", "\"fx\": -1")).where == "cameras[0].parameters.fx");
  CHECK(refused(changed("\"lens\": \"kannala_brandt\"", "\"lens\": \"mirror\""))
            .where.starts_with("cameras[1].parameters"));
  CHECK(refused(changed("\"curvature\": [[10, 0], [25, 0.02], [60, 0.02]]",
                        "\"pavement_width\": 10, \"curvature\": [[10, 0], [25, 0.059]]"))
            .where == "road.curvature");
  CHECK(refused(changed("\"at\": [42, -4.6]", "\"at\": [42, -460]")).where == "objects[2].at");
  CHECK(refused(changed("\"at\": [42, -4.6]", "\"att\": [42, -4.6]")).where == "objects[2].at");
  CHECK(refused(changed("\"color\": \"#d0d0d0\"", "\"colour\": \"#d0d0d0\"")).where ==
        "objects[2].colour");
  CHECK(refused(changed("\"name\": \"astern\"", "\"name\": \"ahead\"")).where == "name");
  CHECK(refused(changed("\"objects\": [", "\"objects\": 5, \"things\": [")).where == "objects");
  CHECK(refused("[]").expected == Text("an object"));
}

TEST_CASE("an answer of the parser says what it expected and found") {
  const Error error = refused(changed("\"kind\": \"shop\"", "\"kind\": \"castle\""));
  CHECK(error.where == "houses[0].kind");
  CHECK(english(error.expected) == "one of flats, shop, cottage");
  CHECK(english(error.found) == "\"castle\"");
}

}  // namespace
}  // namespace sweepbox
