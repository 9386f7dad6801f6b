#include <catch2/catch.hpp>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/label/json_text.hpp"
#include "made_drive.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

/// By the field names of the zod package (zod/anno/object.py): a car, an outline without a box, a
/// pedestrian whose length is no length.
constexpr const char* kObjects = R"([
  {"geometry": {"type": "MultiPoint", "coordinates": [[1.50, 2], [3, 4]]},
   "properties": {"annotation_uuid": "a-1", "class": "Vehicle", "type": "Car", "unclear": false,
     "location_3d": {"type": "Point", "coordinates": [0.50, 12.30, -0.60]},
     "size_3d_length": 4.10, "size_3d_width": 1.7, "size_3d_height": 1.5,
     "orientation_3d_qw": 1.0, "orientation_3d_qx": 0.0, "orientation_3d_qy": 0.0,
     "orientation_3d_qz": 0.0, "occlusion_ratio": "None", "mine": [1, 2.50]}},
  {"geometry": {"type": "MultiPoint", "coordinates": []},
   "properties": {"annotation_uuid": "a-2", "class": "TrafficSign", "unclear": true}},
  {"geometry": null, "properties": {"annotation_uuid": "a-3", "class": "Pedestrian",
     "location_3d": {"type": "Point", "coordinates": [1, 2, 3]}, "size_3d_length": -1,
     "size_3d_width": 1, "size_3d_height": 2, "orientation_3d_qw": 1, "orientation_3d_qx": 0,
     "orientation_3d_qy": 0, "orientation_3d_qz": 0}}
]
)";

struct File {
  test::TempFolder folder;
  std::shared_ptr<const Drive> drive;
  std::unique_ptr<test::Imported> import;

  File() {
    const auto path = folder / "object_detection.json";
    REQUIRE(write_file(path, std::string_view(kObjects)));
    test::MadeDrive made;
    made.root = folder.path();
    drive = test::made(made);
    auto set = read_labels(*drive, path);
    REQUIRE(set);
    CHECK(set->format == "zod");
    import = test::imported(std::move(*set), *drive);
  }

  std::string written() const {
    return test::written_as("zod", import->document(), *drive).front().content;
  }
};

}  // namespace

TEST_CASE("ZOD: boxes are read, outlines are none, what is wrong is told") {
  const File file;
  const LabelSet& set = file.import->labels;
  REQUIRE(set.labels.size() == 1);
  CHECK(set.labels[0].track == "a-1");
  CHECK(set.labels[0].class_name == "Car");
  CHECK(set.labels[0].cuboid_in_ego.size == Vec3(4.1, 1.7, 1.5));
  REQUIRE(set.problems.size() == 1);
  CHECK(set.problems[0].where.find("size_3d_length") != std::string::npos);
}

TEST_CASE("ZOD: what nobody touched is written byte for byte") {
  const File file;
  CHECK(file.written() == kObjects);
}

TEST_CASE("ZOD: an edit changes its numbers, a new box is an object of its own") {
  File file;
  const Track& car = file.import->track("a-1");
  const Moment moment{car.keys[0].frame, car.keys[0].stamp};
  (*file.import)(set_key(
      file.import->document(), car.uid, moment, {car.keys[0].world_from_box, {5.25, 1.7, 1.5}}));
  std::string expected = kObjects;
  expected.replace(expected.find("4.10"), 4, std::string("5.25"));
  CHECK(file.written() == expected);
  (*file.import)(create_track(
      file.import->document(), "pedestrian", Cuboid{{}, {0.5, 0.6, 1.7}}, moment, new_track_id()));
  const auto json = JsonText::parse(file.written());
  REQUIRE(json);
  REQUIRE(json->root().items.size() == 4);
  const JsonNode& added = json->root().items[3];
  CHECK(json->string(added.find({"properties", "class"})) == "Pedestrian");
  CHECK(json->number(added.find({"properties", "size_3d_height"})) == 1.7);
  CHECK(added.find({"geometry", "coordinates"}));
  (*file.import)(delete_tracks(file.import->document(), std::vector<TrackId>{car.uid}));
  CHECK(JsonText::parse(file.written())->root().items.size() == 3);
}

TEST_CASE("ZOD: a class of another kind changes class and type") {
  File file;
  const TrackId uid = file.import->track("a-1").uid;
  (*file.import)(set_class(file.import->document(), std::vector<TrackId>{uid}, "pedestrian"));
  const auto json = JsonText::parse(file.written());
  REQUIRE(json);
  const JsonNode& object = json->root().items[0];
  CHECK(json->string(object.find({"properties", "class"})) == "Pedestrian");
  CHECK_FALSE(object.find({"properties", "type"}));
  CHECK(object.find({"properties", "mine"}));
}

}  // namespace sweepbox
