#include "core/label/kitti_tracklets.hpp"

#include "label_files.hpp"
#include "tests/support/shared_data.hpp"

// KITTI raw's tracklets as CVAT and Datumaro write them (formats.md 1.5, trap 12).

namespace sweepbox {
namespace {

std::string pose(double x, double z, int truncation, const std::string& more = {}) {
  return fmt::format(
      "      <item>\n        <tx>{}</tx>\n        <ty>2.0</ty>\n        <tz>{}</tz>\n"
      "        <rx>0.0</rx>\n        <ry>0.0</ry>\n        <rz>0.3</rz>\n"
      "        <state>2</state>\n        <occlusion>0</occlusion>\n"
      "        <occlusion_kf>0</occlusion_kf>\n        <truncation>{}</truncation>\n"
      "        <amt_occlusion>-1</amt_occlusion>\n        <amt_border_l>-1</amt_border_l>\n"
      "        <amt_border_r>-1</amt_border_r>\n"
      "        <amt_occlusion_kf>-1</amt_occlusion_kf>\n"
      "        <amt_border_kf>-1</amt_border_kf>\n{}      </item>\n",
      x,
      z,
      truncation,
      more);
}

/// A file in the form of Datumaro 1.13's exporter; `sizes` are its h, w and l.
std::string file_of(const std::string& sizes, const std::vector<std::string>& poses) {
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
      "<!DOCTYPE boost_serialization>\n"
      "<boost_serialization version=\"9\" signature=\"serialization::archive\">\n"
      "<tracklets version=\"0\" tracking_level=\"0\" class_id=\"0\">\n"
      "  <count>1</count>\n  <item_version>1</item_version>\n"
      "  <item version=\"1\" tracking_level=\"0\" class_id=\"1\">\n"
      "    <objectType>car</objectType>\n" +
      sizes +
      "    <first_frame>0</first_frame>\n"
      "    <poses version=\"0\" tracking_level=\"0\" class_id=\"2\">\n"
      "      <count>" +
      std::to_string(poses.size()) + "</count>\n      <item_version>0</item_version>\n";
  for (const std::string& one : poses) xml += one;
  return xml +
         "    </poses>\n    <finished>1</finished>\n  </item>\n</tracklets>\n"
         "</boost_serialization>\n";
}

constexpr const char* kNow = "    <h>4.1</h>\n    <w>1.7</w>\n    <l>1.5</l>\n";
constexpr const char* kOnce = "    <w>4.1</w>\n    <h>1.7</h>\n    <l>1.5</l>\n";

TEST_CASE("tracklets of CVAT have the length in h, once in w, and their centre as place") {
  for (const char* sizes : {kNow, kOnce}) {
    const std::string xml = file_of(sizes, {pose(1, 3, 0), pose(2, 3, 0)});
    const test::LabelFiles files{
        "kitti_raw", {{"tracklet_labels.xml", xml}}, "tracklet_labels.xml"};
    REQUIRE(files.labels().labels.size() == 2);
    const Cuboid& box = files.labels().labels[1].cuboid_in_ego;
    CHECK(box.size == Vec3(4.1, 1.7, 1.5));
    CHECK(box.pose.translation.isApprox(Vec3(2, 2, 3), 1e-12));
    REQUIRE(files.labels().problems.size() == 1);
    CHECK(files.labels().problems[0].severity == Severity::note);
    CHECK_THAT(to_line(files.labels().problems[0]),
               Catch::Contains("the order of the tags of a pose") &&
                   Catch::Contains("the classes' usual sizes say"));
    CHECK(files.written().at("tracklet_labels.xml") == xml);
  }
}

TEST_CASE("a tracklet of CVAT's is edited in its manner, poses outside and attributes stay") {
  const std::string attributes =
      "        <attributes><attribute><name>colour</name><value>red</value></attribute>"
      "</attributes>\n";
  const std::string xml =
      file_of(kNow, {pose(1, 3, 0, attributes), pose(1, 3, 2), pose(2, 3, 0, attributes)});
  const std::string list = "0 000003\n1 000004\n2 000005\n";
  test::LabelFiles files{
      "kitti_raw", {{"tracklet_labels.xml", xml}, {"frame_list.txt", list}}, "tracklet_labels.xml"};
  REQUIRE(files.labels().labels.size() == 2);
  CHECK(files.labels().labels[0].frame == 3);
  CHECK(files.labels().labels[1].frame == 5);
  CHECK(files.labels().labels[0].attributes.at("colour") == "red");
  CHECK(files.written().at("tracklet_labels.xml") == xml);
  CHECK(files.written().at("frame_list.txt") == list);

  files.nudge("0", 5);
  const std::string text = files.written().at("tracklet_labels.xml");
  const std::size_t last = xml.rfind("<tx>");
  CHECK(text.substr(0, last) == xml.substr(0, last));
  double x = 0, y = 0, z = 0;
  REQUIRE(std::sscanf(text.c_str() + last, "<tx>%lf</tx> <ty>%lf</ty> <tz>%lf", &x, &y, &z) == 3);
  CHECK(x == Approx(2 + 0.25 * std::cos(0.5)).margin(1e-9));
  CHECK(y == Approx(2 - 0.25 * std::sin(0.5)).margin(1e-9));
  CHECK(z == Approx(3).margin(1e-9));
}

TEST_CASE("five boxes that fit their class in another order tell of CVAT without any mark") {
  // The devkit's order of tags in the poses, no attributes: only the sizes are odd.
  std::string item;
  for (int i = 0; i < 5; ++i)
    item += fmt::format(
        "<item><objectType>Car</objectType><h>4.{0}</h><w>1.8</w><l>1.5</l>"
        "<first_frame>{0}</first_frame><poses><count>1</count><item><tx>1</tx><ty>{0}</ty>"
        "<tz>0</tz><rx>0</rx><ry>0</ry><rz>0</rz><state>2</state></item></poses></item>\n",
        i);
  const auto file = [&](const std::string& items) {
    return "<boost_serialization><tracklets><count>5</count>\n" + items +
           "</tracklets></boost_serialization>\n";
  };
  const test::LabelFiles five{
      "kitti_raw", {{"tracklet_labels.xml", file(item)}}, "tracklet_labels.xml"};
  REQUIRE(five.labels().problems.size() == 1);
  CHECK(five.labels().labels[2].cuboid_in_ego.size == Vec3(4.2, 1.8, 1.5));
  CHECK(five.labels().labels[2].cuboid_in_ego.pose.translation.z() == 0);
  // Four are too few to tell: the devkit's meaning stays.
  const test::LabelFiles four{
      "kitti_raw",
      {{"tracklet_labels.xml", file(item.substr(0, item.rfind("<item><o")))}},
      "tracklet_labels.xml"};
  CHECK(four.labels().problems.empty());
  CHECK(four.labels().labels[2].cuboid_in_ego.size == Vec3(1.5, 1.8, 4.2));
}

TEST_CASE("a tracklet that cannot be read keeps its place in the file") {
  std::string xml = file_of(kNow, {pose(1, 3, 0)});
  const std::string bad =
      "  <item>\n    <objectType>car</objectType>\n    <h>x</h>\n    <w>1</w>\n    <l>1</l>\n"
      "    <first_frame>0</first_frame>\n    <poses><count>0</count></poses>\n"
      "    <finished>1</finished>\n  </item>\n";
  xml.insert(xml.find("</tracklets>"), bad);
  xml.replace(xml.find("<count>1"), 8, "<count>2");
  const test::LabelFiles files{"kitti_raw", {{"tracklet_labels.xml", xml}}, "tracklet_labels.xml"};
  CHECK(files.labels().labels.size() == 1);
  const std::string text = files.written().at("tracklet_labels.xml");
  CHECK_THAT(text, Catch::Contains("<h>x</h>"));
}

TEST_CASE("the sample of CVAT's KITTI raw: sizes below 0 are told, all boxes read") {
  SHARED_DATA_OR_SKIP(folder, "formats/kitti_raw_cvat");
  test::MadeDrive made_drive;
  made_drive.frames = {"0000000000", "0000000001", "0000000002"};
  const auto drive = test::made(made_drive);
  auto set = label_format("kitti_raw")->read(*drive, folder / "tracklet_labels.xml");
  REQUIRE(set);
  REQUIRE(set->labels.size() == 4);
  REQUIRE(set->problems.size() == 1);
  CHECK(set->problems[0].severity == Severity::warning);
  CHECK_THAT(to_line(set->problems[0]), Catch::Contains("3 tracklets have sizes below 0"));
  // w, h, l in that order: Datumaro before September 2024, length in w.
  CHECK(set->labels[0].cuboid_in_ego.size == Vec3(7.95, 3.62, 1.03));
  CHECK(set->labels[0].cuboid_in_ego.pose.translation.isApprox(Vec3(1, 2, 3), 1e-12));
  const auto imported = test::imported(std::move(*set), *drive);
  const auto files = test::written_as("kitti_raw", imported->document(), *drive);
  CHECK(files[0].content == test::text_of(folder / "tracklet_labels.xml"));
}

}  // namespace
}  // namespace sweepbox
