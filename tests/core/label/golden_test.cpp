#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/label/upright.hpp"
#include "core/label/writing.hpp"
#include "core/scene/boxes.hpp"
#include "made_drive.hpp"
#include "tests/support/golden_drive.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/written_files.hpp"

// The table of label formats is walked: each gives the golden boxes back in a drive in which
// nothing is parallel to anything, alone and after each of the others.

namespace sweepbox {
namespace {

constexpr double kMillimetre = 1e-3;
constexpr int kFrames = 3;

/// Boxes in the world: (track's name, frame) → box.
using Boxes = std::map<std::pair<std::string, int>, Cuboid>;

Boxes boxes_of(const Document& document, const Drive& drive) {
  Boxes boxes;
  for (int n = 0; n < kFrames; ++n)
    for (const FrameCuboid& one : cuboids_in_frame(document, drive, n))
      boxes[{one.track->name, n}] =
          *drive.world_from_ego(drive.frames()[static_cast<std::size_t>(n)].stamp) *
          one.cuboid_in_ego;
  return boxes;
}

/// Where the reader looks: the file; of several, the one folder that they lie in, else the whole.
std::filesystem::path place_of(const std::filesystem::path& folder,
                               const std::vector<WrittenFile>& files) {
  REQUIRE_FALSE(files.empty());
  const std::filesystem::path first = files.front().path;
  if (files.size() == 1) return folder / first;
  const bool together = std::all_of(files.begin(), files.end(), [&](const WrittenFile& file) {
    return std::filesystem::path(file.path).parent_path() == first.parent_path();
  });
  return together ? folder / first.parent_path() : folder;
}

LabelSet read_back(const Drive& drive,
                   const LabelFormat& format,
                   const std::filesystem::path& folder,
                   const std::vector<WrittenFile>& files) {
  auto set = read_labels(drive, place_of(folder, files), format.name);
  if (!set) FAIL(to_line(set.error()));
  for (const Problem& problem : set->problems)
    if (problem.severity == Severity::error) FAIL_CHECK(to_line(problem));
  CHECK(set->elsewhere == 0);
  return std::move(*set);
}

/// Written in a format, read again and imported. The files stay as long as it does: sources that
/// are no text are read again from them.
struct Through {
  std::unique_ptr<test::TempFolder> folder = std::make_unique<test::TempFolder>();
  std::unique_ptr<test::Imported> import;

  const Document& document() const { return import->document(); }
};

Through through(const LabelFormat& format, const Document& document, const Drive& drive) {
  Through result;
  const auto files = test::written_as(format.name, document, drive);
  test::put(result.folder->path(), files);
  result.import = test::imported(read_back(drive, format, result.folder->path(), files), drive);
  return result;
}

/// What a format should make of a box in the world, at a frame.
Cuboid held_in_world(const LabelFormat& format,
                     const Drive& drive,
                     int frame,
                     const Cuboid& world) {
  const FrameInfo& info = drive.frames()[static_cast<std::size_t>(frame)];
  const Pose world_from_ego = *drive.world_from_ego(info.stamp);
  const Instant instant{frame, frame, info.name, info.stamp};
  return world_from_ego * held_cuboid(format, drive, instant, world_from_ego.inverse() * world);
}

/// Each expected box is met by one of its frame, whatever its track is called: its corners within
/// `tolerance`.
void check_boxes(const Boxes& found, const Boxes& expected, double tolerance = kMillimetre) {
  CHECK(found.size() == expected.size());
  for (const auto& [name, box] : expected) {
    double nearest = 1e9;
    for (const auto& [other, candidate] : found)
      if (other.second == name.second) nearest = std::min(nearest, worst_corner(box, candidate));
    INFO("track " << name.first << ", frame " << name.second << ", corners off by " << nearest);
    CHECK(nearest < tolerance);
  }
}

std::vector<test::GoldenDrive> golden_drives() {
  return {{}, {test::utm_origin()}};
}

TEST_CASE("tilt is held exactly by the formats that say so") {
  const std::set<std::string_view> tilting = {"argoverse2",
                                              "csv",
                                              "datumaro",
                                              "kitti_raw",
                                              "labelcloud",
                                              "nuscenes",
                                              "nuscenes_results",
                                              "openlabel",
                                              "segments",
                                              "supervisely",
                                              "sustechpoints",
                                              "sweepbox",
                                              "xtreme1",
                                              "zod"};
  std::set<std::string_view> found;
  for (const LabelFormat& format : label_formats()) {
    INFO(format.name);
    if (format.can.tilt()) found.insert(format.name);
    if (format.reference_of) CHECK(format.can.upright == Upright::in_reference);
  }
  CHECK(found == tilting);
}

TEST_CASE("every format gives the golden boxes back to a millimetre, also at UTM's numbers") {
  for (const test::GoldenDrive& golden : golden_drives()) {
    const auto drive = test::golden_drive(golden);
    const Document document = test::golden_document(golden, *drive);
    const Boxes original = boxes_of(document, *drive);
    REQUIRE(original.size() == 15);
    for (const LabelFormat& format : label_formats()) {
      if (!format.write) continue;
      INFO(format.name << (golden.world_origin.norm() > 0 ? ", UTM" : ""));
      const auto import = through(format, document, *drive);
      const Boxes found = boxes_of(import.document(), *drive);
      Boxes expected;
      for (const auto& [name, box] : original)
        expected[name] = held_in_world(format, *drive, name.second, box);
      check_boxes(found, expected);
      if (format.can.upright == Upright::no) check_boxes(found, original);
    }
  }
}

TEST_CASE("a box that a format cannot hold becomes the nearest one that it can") {
  const test::GoldenDrive golden;
  const auto drive = test::golden_drive(golden);
  const Document document = test::golden_document(golden, *drive);
  for (const LabelFormat& format : label_formats()) {
    if (!format.write || format.can.upright == Upright::no) continue;
    INFO(format.name);
    const Boxes found = boxes_of(through(format, document, *drive).document(), *drive);
    double worst = 0;
    int tilted = 0;
    for (const auto& [name, box] : boxes_of(document, *drive)) {
      const auto nearest = std::min_element(
          found.begin(), found.end(), [&, frame = name.second, &box = box](auto& a, auto& b) {
            const auto apart = [&](const auto& one) {
              return one.first.second == frame ? worst_corner(box, one.second) : 1e9;
            };
            return apart(a) < apart(b);
          });
      REQUIRE(nearest != found.end());
      const Cuboid& held = nearest->second;
      CHECK((held.pose.translation - box.pose.translation).norm() < kMillimetre);
      // No other yaw about the same axis brings the corners nearer.
      const auto squares = [&](double more) {
        Cuboid turned = held;
        turned.pose.rotation = held.pose.rotation * Quat(Eigen::AngleAxisd(more, Vec3::UnitZ()));
        double sum = 0;
        const auto a = corners(turned), b = corners(box);
        for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]).squaredNorm();
        return sum;
      };
      CHECK(squares(0) <= squares(2e-3));
      CHECK(squares(0) <= squares(-2e-3));
      const double tilt = std::acos(std::clamp(
          (held.pose.rotation * Vec3::UnitZ()).dot(box.pose.rotation * Vec3::UnitZ()), -1.0, 1.0));
      if (tilt < 0.5 * kPi / 180) continue;
      ++tilted;
      worst = std::max(worst, worst_corner(held, box));
    }
    // The loss that is told beforehand is the one that came.
    const auto lost = losses(format, {document, *drive, {0, 1, 2}});
    const auto tilt = std::find_if(lost.begin(), lost.end(), [](const Loss& loss) {
      return english(loss.what) == "roll and pitch beyond 0.5°";
    });
    REQUIRE(tilt != lost.end());
    CHECK(tilt->boxes == tilted);
    CHECK(tilt->worst == Approx(worst).margin(kMillimetre));
    // 5° of roll and pitch on a truck of 7.9 × 2.6 × 3.1 m: half its length · sin 5° = 0.34 m.
    CHECK(tilt->worst > 0.2);
    CHECK(tilt->worst < 1.2);
  }
}

TEST_CASE("golden boxes go from every format through every other and come out where they were") {
  const test::GoldenDrive golden;
  const auto drive = test::golden_drive(golden);
  const Document document = test::golden_document(golden, *drive);
  const Boxes original = boxes_of(document, *drive);
  for (const LabelFormat& first : label_formats()) {
    if (!first.write) continue;
    const auto import = through(first, document, *drive);
    for (const LabelFormat& second : label_formats()) {
      if (!second.write) continue;
      INFO(first.name << " to " << second.name);
      const auto again = through(second, import.document(), *drive);
      Boxes expected;
      for (const auto& [name, box] : original)
        expected[name] = held_in_world(
            second, *drive, name.second, held_in_world(first, *drive, name.second, box));
      check_boxes(boxes_of(again.document(), *drive), expected);
    }
  }
}

/// The track whose box lies where the golden one is at frame 1.
std::shared_ptr<const Track> golden_track(const Document& document,
                                          const LabelFormat& format,
                                          const Drive& drive) {
  const Cuboid golden =
      held_in_world(format, drive, 1, test::golden_cuboid(test::GoldenDrive{}, 1));
  for (const auto& track : document.tracks())
    if (const auto box = cuboid_at(*track, drive.frames()[1].stamp);
        box && worst_corner(*box, golden) < 0.01)
      return track;
  return nullptr;
}

TEST_CASE("one box edited changes the bytes of its record alone, and is written to 0.1 mm") {
  const auto drive = test::golden_drive({});
  const Document document = test::golden_document({}, *drive);
  for (const LabelFormat& format : label_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    test::TempFolder folder;
    const auto files = test::written_as(format.name, document, *drive);
    test::put(folder.path(), files);
    const auto import = test::imported(read_back(*drive, format, folder.path(), files), *drive);
    const Boxes before = boxes_of(import->document(), *drive);

    const auto track = golden_track(import->document(), format, *drive);
    REQUIRE(track);
    const FrameInfo& frame = drive->frames()[1];
    const Keyframe* key = key_at(*track, frame.stamp);
    REQUIRE(key);
    REQUIRE(key->origin);
    const Origin origin = *key->origin;
    Cuboid moved = key->cuboid();
    moved.pose.translation += Vec3(0.123456, -0.234567, 0);
    (*import)(set_key(import->document(), track->uid, {frame.name, frame.stamp}, moved));

    const auto again = test::written_as(format.name, import->document(), *drive);
    const auto source = std::find_if(import->labels.sources.begin(),
                                     import->labels.sources.end(),
                                     [&](const Source& one) { return one.id == origin.source; });
    REQUIRE(source != import->labels.sources.end());
    const auto record = source->records.empty() || source->text.empty()
                            ? std::pair<std::uint64_t, std::uint64_t>{}
                            : source->records[origin.record];
    for (const WrittenFile& now : again) {
      INFO(now.path);
      const auto was = std::find_if(
          files.begin(), files.end(), [&](const WrittenFile& one) { return one.path == now.path; });
      REQUIRE(was != files.end());
      if (was->content != source->text) {
        if (!source->text.empty()) CHECK(now.content == was->content);
        continue;
      }
      CHECK(now.content != was->content);
      if (record.first == record.second) continue;  // records without bytes: see below
      CHECK(now.content.starts_with(was->content.substr(0, record.first)));
      CHECK(now.content.ends_with(was->content.substr(record.second)));
    }
    test::put(folder.path(), again);
    const auto reread = test::imported(read_back(*drive, format, folder.path(), again), *drive);
    Boxes expected = before;
    expected[{track->name, 1}] = held_in_world(format, *drive, 1, moved);
    check_boxes(boxes_of(reread->document(), *drive), expected, 1e-4);
  }
}

TEST_CASE("a track that is not present from a frame on is in no file of any format from there on") {
  const auto drive = test::golden_drive({});
  const Document document = test::golden_document({}, *drive);
  const auto frames = drive->frames();
  const Stamp since = halfway(frames[0].stamp, frames[1].stamp);
  int checked = 0;
  for (const LabelFormat& format : label_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    test::TempFolder folder;
    const auto files = test::written_as(format.name, document, *drive);
    test::put(folder.path(), files);
    const auto import = test::imported(read_back(*drive, format, folder.path(), files), *drive);
    const auto track = golden_track(import->document(), format, *drive);
    REQUIRE(track);
    if (track->keys.size() == 1) continue;  // no ids: another track in each frame
    ++checked;
    const std::vector<TrackId> one{track->uid};
    const auto present = [&](const char* value) {
      (*import)(set_attribute(
          import->document(), one, "present", value, {frames[1].name, frames[1].stamp}, since));
    };
    const Boxes before = boxes_of(import->document(), *drive);
    present("false");
    Boxes expected = before;
    for (int n : {1, 2}) expected.erase({track->name, n});
    REQUIRE(expected.size() == before.size() - 2);
    check_boxes(boxes_of(import->document(), *drive), expected);

    const auto without = test::written_as(format.name, import->document(), *drive);
    test::TempFolder other;
    test::put(other.path(), without);
    const auto reread = test::imported(read_back(*drive, format, other.path(), without), *drive);
    check_boxes(boxes_of(reread->document(), *drive), expected);

    present("true");
    check_boxes(boxes_of(import->document(), *drive), before, 1e-12);
    const auto again = test::written_as(format.name, import->document(), *drive);
    REQUIRE(again.size() == files.size());
    for (std::size_t i = 0; i < files.size(); ++i) CHECK(again[i].content == files[i].content);
  }
  CHECK(checked >= 12);
}

TEST_CASE("written files are recognised as what they are, or as nothing else") {
  const auto drive = test::golden_drive({});
  const Document document = test::golden_document({}, *drive);
  for (const LabelFormat& format : label_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    test::TempFolder folder;
    const auto files = test::written_as(format.name, document, *drive);
    test::put(folder.path(), files);
    const LabelFormat* known = recognised_format(place_of(folder.path(), files));
    if (format.recognise) {
      REQUIRE(known);
      CHECK(known->name == format.name);
    } else {
      CHECK((!known || known->name == format.name));
    }
  }
}

TEST_CASE("what was written is read from the folder that it was written into, named or not") {
  const auto drive = test::golden_drive({});
  const Document document = test::golden_document({}, *drive);
  for (const LabelFormat& format : label_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    test::TempFolder folder;
    const auto files = test::written_as(format.name, document, *drive);
    test::put(folder.path(), files);
    const std::size_t boxes = read_back(*drive, format, folder.path(), files).labels.size();
    const auto named = read_labels(*drive, folder.path(), format.name);
    if (!named) FAIL_CHECK(to_line(named.error()));
    if (named) CHECK(named->labels.size() == boxes);
    if (!format.recognise) continue;
    const auto unnamed = read_labels(*drive, folder.path());
    if (!unnamed) FAIL_CHECK(to_line(unnamed.error()));
    if (unnamed) CHECK(unnamed->format == format.name);
    if (unnamed) CHECK(unnamed->labels.size() == boxes);
  }
}

TEST_CASE("nothing is recognised where there are no labels") {
  test::TempFolder folder;
  CHECK_FALSE(recognised_format(folder.path()));
  CHECK_FALSE(recognised_format(folder / "absent.json"));
  for (const char* name : {"a.json", "a.txt", "a.csv", "a.xml"}) {
    for (const char* content : {"", "\n", "[]", "{}", "hello world\n", "<a/>", "1,2,3\n"}) {
      INFO(name << ": " << content);
      REQUIRE(write_file(folder / name, std::string_view(content)));
      CHECK_FALSE(recognised_format(folder / name));
    }
  }
}

}  // namespace
}  // namespace sweepbox
