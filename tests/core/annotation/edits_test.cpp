#include "core/annotation/edits.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "core/annotation/history.hpp"

namespace sweepbox {
namespace {

constexpr std::int64_t kGapNs = 100'000'000;

Moment frame(int n) {
  return {fmt::format("{:06}", n), Stamp{n * kGapNs}};
}

Cuboid box(double x, double y = 0, double yaw = 0, Vec3 size = {4, 2, 1.5}) {
  return {pose_from_yaw(yaw, {x, y, 0.7}), size};
}

/// A document and a hand that edits it.
struct Hand {
  MemoryLog log;
  History history{Document(), log};

  const Document& document() const { return history.document(); }

  void operator()(Result<Edit> edit) {
    if (!edit) FAIL(to_line(edit.error()));
    const auto done = history.apply(std::move(*edit));
    if (!done) FAIL(to_line(done.error()));
    for (const auto& track : document().tracks()) {
      INFO(why_unsound(*track).value_or(""));
      REQUIRE_FALSE(why_unsound(*track));
    }
  }

  const Track& track(TrackId uid) const { return *document().track(uid); }

  std::string title() const { return english(*history.undo_title()); }
};

/// A car with keys in frames 0, 10 and 20, at 10 m/s.
Hand with_car() {
  Hand hand;
  hand(create_track(hand.document(), "car", box(0), frame(0), 1));
  hand(set_key(hand.document(), 1, frame(10), box(10)));
  hand(set_key(hand.document(), 1, frame(20), box(20)));
  return hand;
}

/// A pretended import: every key of the track has an origin.
void give_origins(Hand& hand, TrackId uid) {
  EditBuilder builder(hand.document());
  Track track = hand.track(uid);
  for (std::size_t i = 0; i < track.keys.size(); ++i)
    track.keys[i].origin = Origin{"labels", static_cast<std::uint32_t>(i)};
  builder.set(std::move(track));
  hand(builder.finish("Imported", Author::import));
}

int origins(const Track& track) {
  int result = 0;
  for (const Keyframe& key : track.keys) result += key.origin.has_value();
  return result;
}

TEST_CASE("a placed box is a rigid track of one key and the smallest free number") {
  Hand hand;
  hand(create_track(hand.document(), "Car", box(5), frame(3), 11));
  hand(create_track(hand.document(), "pedestrian", box(6), frame(3), 12));
  CHECK(hand.track(11).name == "1");
  CHECK(hand.track(11).class_name == "car");  // the taxonomy's word
  CHECK(hand.track(12).name == "2");
  CHECK(hand.title() == "pedestrian 2 placed");
  hand(delete_tracks(hand.document(), std::vector<TrackId>{11}));
  CHECK(hand.document().tracks().free_name() == "1");
  CHECK_FALSE(create_track(hand.document(), "spaceship", box(5), frame(3), 13));
  CHECK_FALSE(create_track(hand.document(), "car", box(5, 0, 0, {0, 1, 1}), frame(3), 13));
  CHECK_FALSE(create_track(hand.document(), "car", box(5), frame(3), 12));
}

TEST_CASE("a key makes the life longer, and says in its title what happened to the box") {
  Hand hand = with_car();
  CHECK(hand.track(1).last == frame(20).stamp);
  hand(set_key(hand.document(), 1, frame(10), box(11)));
  CHECK(hand.title() == "Box of car 1 moved");
  hand(set_key(hand.document(), 1, frame(10), box(11, 0, 0.2)));
  CHECK(hand.title() == "Box of car 1 turned");
  hand(set_key(hand.document(), 1, frame(30), box(30)));
  CHECK(hand.title() == "Keyframe of car 1 set");
  CHECK(set_key(hand.document(), 1, frame(30), box(30))->empty());
}

TEST_CASE("on a rigid track a new size is that of every key, elsewhere of that one alone") {
  Hand hand = with_car();
  hand(set_key(hand.document(), 1, frame(10), box(10, 0, 0, {5, 2, 1.5})));
  CHECK(hand.title() == "Box of car 1 resized");
  CHECK(hand.track(1).keys[2].size == Vec3(5, 2, 1.5));
  hand(set_rigid(hand.document(), 1, false, frame(0)));
  hand(set_size(hand.document(), 1, frame(0), {6, 2, 1.5}));
  CHECK(hand.track(1).keys[0].size == Vec3(6, 2, 1.5));
  CHECK(hand.track(1).keys[2].size == Vec3(5, 2, 1.5));
  hand(set_rigid(hand.document(), 1, true, frame(0)));
  CHECK(hand.track(1).keys[2].size == Vec3(6, 2, 1.5));
  CHECK_FALSE(set_size(hand.document(), 1, frame(0), {6, -2, 1.5}));
}

TEST_CASE("a key added between others keeps the box where it was, the last one is not removed") {
  Hand hand = with_car();
  const auto before = cuboid_at(hand.track(1), frame(5).stamp);
  hand(add_key(hand.document(), 1, frame(5)));
  CHECK(*key_at(hand.track(1), frame(5).stamp) ==
        Keyframe{
            frame(5).frame, frame(5).stamp, before->pose, before->size, KeySource::hand, {}, {}});
  CHECK_FALSE(add_key(hand.document(), 1, frame(21)));  // beyond its life
  for (const int n : {5, 10, 20}) hand(remove_key(hand.document(), 1, frame(n).stamp));
  CHECK_FALSE(remove_key(hand.document(), 1, frame(0).stamp));
}

TEST_CASE("what is cut off leaves a key with the box that stood there") {
  Hand hand = with_car();
  const auto at5 = cuboid_at(hand.track(1), frame(5).stamp);
  const auto at15 = cuboid_at(hand.track(1), frame(15).stamp);
  hand(delete_before(hand.document(), 1, frame(5)));
  hand(delete_after(hand.document(), 1, frame(15)));
  CHECK(hand.title() == "car 1 deleted after frame 000015");
  CHECK(hand.track(1).first == frame(5).stamp);
  CHECK(hand.track(1).last == frame(15).stamp);
  CHECK(hand.track(1).keys.size() == 3);
  CHECK(*cuboid_at(hand.track(1), frame(5).stamp) == *at5);
  CHECK(*cuboid_at(hand.track(1), frame(15).stamp) == *at15);
  CHECK(delete_before(hand.document(), 1, frame(5))->empty());
  CHECK_FALSE(delete_before(hand.document(), 1, frame(16)));
  CHECK_FALSE(delete_after(hand.document(), 1, frame(4)));
}

TEST_CASE("attributes that held before a cut still hold after it") {
  Hand hand = with_car();
  const std::vector<TrackId> one{1};
  hand(set_attribute(hand.document(), one, "motion", "stopped", frame(2)));
  hand(set_attribute(hand.document(), one, "occlusion", "partly", frame(4)));
  hand(set_attribute(hand.document(), one, "motion", "moving", frame(12)));
  hand(delete_before(hand.document(), 1, frame(8)));
  CHECK(attributes_at(hand.track(1), frame(9).stamp) ==
        Attributes{{"motion", "stopped"}, {"occlusion", "partly"}});
  CHECK(attributes_at(hand.track(1), frame(12).stamp).at("motion") == "moving");
}

TEST_CASE("split and merge give back boxes, and the number of the first part") {
  Hand hand = with_car();
  std::vector<Cuboid> before;
  for (int n = 0; n <= 20; ++n) before.push_back(*cuboid_at(hand.track(1), frame(n).stamp));
  hand(split(hand.document(), 1, frame(7), 2));
  CHECK(hand.track(2).name == "2");
  CHECK_FALSE(cuboid_at(hand.track(1), frame(7).stamp));
  CHECK_FALSE(cuboid_at(hand.track(2), frame(6).stamp));
  for (int n = 0; n <= 20; ++n) {
    const auto part = cuboid_at(hand.track(n < 7 ? 1 : 2), frame(n).stamp);
    REQUIRE(part);
    // The car drives straight on at constant speed: no cut changes its way.
    CHECK((part->pose.translation - before[static_cast<std::size_t>(n)].pose.translation).norm() <
          1e-9);
  }
  hand(merge(hand.document(), 1, 2));
  CHECK(hand.document().tracks().size() == 1);
  CHECK(hand.track(1).keys.size() == 4);  // 0, 7, 10, 20: the cut's own key is gone
  for (int n = 0; n <= 20; ++n)
    CHECK((cuboid_at(hand.track(1), frame(n).stamp)->pose.translation -
           before[static_cast<std::size_t>(n)].pose.translation)
              .norm() < 1e-9);
  CHECK_FALSE(split(hand.document(), 1, frame(0), 3));
  CHECK_FALSE(split(hand.document(), 1, frame(21), 3));
}

TEST_CASE("tracks with different boxes in one frame are not merged") {
  Hand hand = with_car();
  hand(create_track(hand.document(), "car", box(40), frame(10), 2));
  const auto refused = merge(hand.document(), 1, 2);
  REQUIRE_FALSE(refused);
  CHECK_THAT(to_line(refused.error()), Catch::Contains("different boxes in frame 000010"));
  CHECK_FALSE(merge(hand.document(), 1, 1));
}

TEST_CASE("one place in the world: one key for the whole drive, refused without poses") {
  Hand hand = with_car();
  CHECK_FALSE(set_still(hand.document(), 1, frame(5), frame(0), frame(99), false));
  const auto at5 = cuboid_at(hand.track(1), frame(5).stamp);
  hand(set_still(hand.document(), 1, frame(5), frame(0), frame(99), true));
  CHECK(hand.track(1).keys.size() == 1);
  CHECK(*cuboid_at(hand.track(1), frame(0).stamp) == *at5);
  CHECK(*cuboid_at(hand.track(1), frame(99).stamp) == *at5);
  hand(set_key(hand.document(), 1, frame(50), box(7)));  // it is moved as a whole
  CHECK(cuboid_at(hand.track(1), frame(0).stamp)->pose.translation.x() == 7);
  hand(delete_before(hand.document(), 1, frame(60)));
  CHECK(cuboid_at(hand.track(1), frame(60).stamp)->pose.translation.x() == 7);
  hand(unset_still(hand.document(), 1));
  hand(set_key(hand.document(), 1, frame(70), box(9)));
  CHECK(hand.track(1).keys.size() == 2);
}

TEST_CASE("a key set while the object is absent ends the absence") {
  Hand hand = with_car();
  const std::vector<TrackId> one{1};
  hand(set_attribute(hand.document(), one, "present", "false", frame(12)));
  hand(set_attribute(hand.document(), one, "present", "true", frame(18)));
  CHECK_FALSE(cuboid_at(hand.track(1), frame(15).stamp));
  CHECK_FALSE(add_key(hand.document(), 1, frame(15)));  // no box to take over
  hand(set_key(hand.document(), 1, frame(15), box(15)));
  for (int n = 0; n <= 20; ++n) CHECK(cuboid_at(hand.track(1), frame(n).stamp));
  CHECK(hand.track(1).frame_attributes.empty());
}

/// As the window asks: halfway from the frame before.
Result<Edit> set_present(const Hand& hand, TrackId uid, bool present, int n) {
  const std::vector<TrackId> one{uid};
  return set_attribute(hand.document(),
                       one,
                       "present",
                       present ? "true" : "false",
                       frame(n),
                       halfway(frame(n - 1).stamp, frame(n).stamp));
}

/// Numbers of the frames 0 … 30 in which the track has a box.
std::vector<int> frames_of(const Track& track) {
  std::vector<int> result;
  for (int n = 0; n <= 30; ++n)
    if (cuboid_at(track, frame(n).stamp)) result.push_back(n);
  return result;
}

std::vector<int> from_to(int first, int last) {
  std::vector<int> result;
  for (int n = first; n <= last; ++n) result.push_back(n);
  return result;
}

/// A car with a key in each of the frames 0 … 20, but for 14 and 15, where it is absent: as an
/// import makes it.
Hand with_imported_car() {
  Hand hand;
  Track track;
  track.uid = 1;
  track.name = "1";
  track.class_name = "car";
  for (int n = 0; n <= 20; ++n) {
    if (n == 14 || n == 15) continue;
    Keyframe key;
    key.frame = frame(n).frame;
    key.stamp = frame(n).stamp;
    key.world_from_box = box(n).pose;
    key.size = box(n).size;
    key.source = KeySource::import;
    key.origin = Origin{"labels", static_cast<std::uint32_t>(n)};
    track.keys.push_back(key);
  }
  track.first = frame(0).stamp;
  track.last = frame(20).stamp;
  track.frame_attributes[{1'350'000'000}]["present"] = "false";
  track.frame_attributes[{1'550'000'000}]["present"] = "true";
  EditBuilder builder(hand.document());
  builder.set(std::move(track));
  hand(builder.finish("Imported", Author::import));
  return hand;
}

TEST_CASE("absent from a frame on: keys stay but are hidden, and ticked again all is as before") {
  Hand hand = with_imported_car();
  const Track before = hand.track(1);
  hand(set_present(hand, 1, false, 17));
  CHECK(hand.title() == "car 1 absent from frame 000017 on");
  auto expected = from_to(0, 13);
  expected.push_back(16);
  CHECK(frames_of(hand.track(1)) == expected);
  CHECK(hand.track(1).keys.size() == 19);
  CHECK(shown_keys(hand.track(1)) == 15);
  CHECK(set_present(hand, 1, false, 18)->empty());  // it is absent there already
  hand(set_present(hand, 1, true, 17));
  CHECK(hand.track(1) == before);  // with every record
  REQUIRE(hand.history.undo());
  CHECK(frames_of(hand.track(1)) == expected);
  REQUIRE(hand.history.undo());
  CHECK(hand.track(1) == before);
}

TEST_CASE("an absence lasts until presence returns, and one within it is there again after it") {
  Hand hand = with_imported_car();
  const Track before = hand.track(1);
  hand(set_present(hand, 1, false, 5));
  auto expected = from_to(0, 4);
  for (int n : from_to(16, 20)) expected.push_back(n);
  CHECK(frames_of(hand.track(1)) == expected);
  // Ticked in the middle it is back from there on, up to the gap that the file has.
  hand(set_present(hand, 1, true, 9));
  expected = from_to(0, 4);
  for (int n : from_to(9, 13)) expected.push_back(n);
  for (int n : from_to(16, 20)) expected.push_back(n);
  CHECK(frames_of(hand.track(1)) == expected);
  hand(set_present(hand, 1, true, 5));
  CHECK(frames_of(hand.track(1)) == frames_of(before));
}

TEST_CASE("what would leave no box is refused, and so is a hidden key's removal") {
  Hand hand = with_imported_car();
  const auto nothing = set_attribute(
      hand.document(), std::vector<TrackId>{1}, "present", "false", frame(0), frame(0).stamp);
  CHECK(nothing);  // it comes back after the gap
  hand(set_present(hand, 1, false, 16));
  CHECK_FALSE(set_attribute(
      hand.document(), std::vector<TrackId>{1}, "present", "false", frame(0), frame(0).stamp));
  CHECK_FALSE(set_present(hand, 1, false, 21));  // not there then
  CHECK_FALSE(remove_key(hand.document(), 1, frame(18).stamp));
  CHECK_FALSE(delete_before(hand.document(), 1, frame(17)));
  CHECK_FALSE(split(hand.document(), 1, frame(17), 2));
  CHECK_FALSE(add_key(hand.document(), 1, frame(17)));
}

TEST_CASE("a key set among hidden ones brings back what comes after, not what was hidden before") {
  Hand hand = with_imported_car();
  hand(set_present(hand, 1, false, 16));
  hand(set_key(hand.document(), 1, frame(18), box(18.5)));
  auto expected = from_to(0, 13);
  for (int n : from_to(18, 20)) expected.push_back(n);
  CHECK(frames_of(hand.track(1)) == expected);
}

TEST_CASE("a split gives each part its absences, and joined they are one again") {
  Hand hand = with_imported_car();
  hand(set_present(hand, 1, false, 18));
  const auto before = frames_of(hand.track(1));
  hand(split(hand.document(), 1, frame(10), 2));
  CHECK(frames_of(hand.track(1)) == from_to(0, 9));
  CHECK(frames_of(hand.track(2)) == std::vector<int>{10, 11, 12, 13, 16, 17});
  CHECK(shown_keys(hand.track(2)) == 6);
  CHECK(hand.track(2).keys.size() == 9);
  hand(merge(hand.document(), 1, 2));
  CHECK(frames_of(hand.track(1)) == before);
  hand(set_present(hand, 1, true, 18));
  CHECK(frames_of(hand.track(1)).back() == 20);
}

TEST_CASE("joined with another, a track that ended goes on with the other's boxes alone") {
  Hand hand = with_imported_car();
  hand(set_present(hand, 1, false, 10));
  hand(set_present(hand, 1, true, 16));
  hand(set_present(hand, 1, false, 16));
  // The other one drives through the frames in which the first has hidden keys.
  hand(create_track(hand.document(), "car", box(12), frame(12), 2));
  hand(set_key(hand.document(), 2, frame(24), box(24)));
  hand(merge(hand.document(), 1, 2));
  auto expected = from_to(0, 9);
  for (int n : from_to(12, 24)) expected.push_back(n);
  CHECK(frames_of(hand.track(1)) == expected);
  // Hidden keys of frames in which the other is present went: 0 … 11 are left, and the other's two.
  CHECK(hand.track(1).keys.size() == 14);
}

TEST_CASE("attributes go where the taxonomy says, and wrong ones are refused with what fits") {
  Hand hand = with_car();
  const std::vector<TrackId> one{1};
  const auto refused = set_attribute(hand.document(), one, "motion", "flying", frame(0));
  REQUIRE_FALSE(refused);
  CHECK_THAT(to_line(refused.error()), Catch::Contains("one of: moving, stopped, parked"));
  CHECK_FALSE(
      set_attribute(hand.document(), one, "posture", "sitting", frame(0)));  // no pedestrian
  CHECK_FALSE(set_attribute(hand.document(), one, "mood", "sad", frame(0)));
  CHECK_FALSE(
      set_attribute(hand.document(), one, "motion", "moving", frame(50)));  // not there then
  hand(create_track(hand.document(), "pedestrian", box(3), frame(0), 2));
  const std::vector<TrackId> both{1, 2};
  hand(set_attribute(hand.document(), both, "posture", "walking", frame(0)));
  CHECK(attributes_at(hand.track(2), frame(0).stamp).at("posture") == "walking");
  CHECK(attributes_at(hand.track(1), frame(0).stamp).empty());
  hand(set_attribute(hand.document(), both, "posture", "", frame(0)));
  CHECK(attributes_at(hand.track(2), frame(0).stamp).empty());
}

TEST_CASE("a key stays its record's until its box, class or attributes change") {
  Hand hand = with_car();
  const std::vector<TrackId> one{1};
  give_origins(hand, 1);
  hand(rename(hand.document(), 1, "44"));
  hand(set_state(hand.document(), one, TrackState::accepted));
  hand(set_mark(hand.document(), 1, frame(10).stamp, Mark{Mark::Kind::unsure, "far away", "anna"}));
  CHECK(origins(hand.track(1)) == 3);
  hand(set_attribute(hand.document(), one, "occlusion", "mostly", frame(10)));
  CHECK(origins(hand.track(1)) == 1);  // it holds from frame 10 on
  REQUIRE(hand.history.undo());
  hand(set_key(hand.document(), 1, frame(10), box(10.5)));
  CHECK(origins(hand.track(1)) == 2);
  REQUIRE(hand.history.undo());
  CHECK(origins(hand.track(1)) == 3);
  hand(split(hand.document(), 1, frame(15), 2));
  CHECK(origins(hand.track(1)) == 2);
  CHECK(origins(hand.track(2)) == 1);
  hand(merge(hand.document(), 1, 2));
  CHECK(origins(hand.track(1)) == 3);
  hand(set_class(hand.document(), one, "van"));
  CHECK(origins(hand.track(1)) == 0);
}

TEST_CASE("names are one word and stand for one track, renumbering goes by first appearance") {
  Hand hand = with_car();
  hand(create_track(hand.document(), "car", box(3), frame(5), 2));
  CHECK_FALSE(rename(hand.document(), 2, "1"));
  CHECK_FALSE(rename(hand.document(), 2, " "));
  CHECK_FALSE(rename(hand.document(), 2, "a b"));
  hand(rename(hand.document(), 1, "77"));
  hand(rename(hand.document(), 2, "a"));
  hand(renumber(hand.document()));
  CHECK(hand.track(1).name == "1");
  CHECK(hand.track(2).name == "2");
  CHECK(hand.title() == "2 tracks renumbered");
}

TEST_CASE("a box turned round keeps its place and looks back") {
  Hand hand = with_car();
  hand(flip(hand.document(), 1));
  for (const Keyframe& key : hand.track(1).keys)
    CHECK(std::abs(wrapped_angle(yaw_of(key.world_from_box.rotation) - kPi)) < 1e-12);
  CHECK(hand.track(1).keys[1].world_from_box.translation == box(10).pose.translation);
}

TEST_CASE("a correction of nothing is none, and repairs and notes come and go") {
  Hand hand;
  hand(set_correction(hand.document(), "front", pose_from_yaw(0.01), "front turned by 0.57°"));
  CHECK(hand.document().correction("front") == pose_from_yaw(0.01));
  hand(set_correction(hand.document(), "front", Pose{}, "front as loaded"));
  CHECK(hand.document().keys(Kind::correction).empty());
  hand(set_repair(hand.document(), "stamps", "us"));
  CHECK(std::get<std::string>(hand.document().value({Kind::repair, "stamps"})) == "us");
  hand(set_repair(hand.document(), "stamps", std::nullopt));
  hand(set_note(hand.document(), "1", "ask Anna"));
  CHECK(hand.title() == "Note written");
  CHECK(set_repair(hand.document(), "stamps", std::nullopt)->empty());
}

/// One edit of any kind with arguments from the generator; many are refused, and must then be
/// refused without harm.
Result<Edit> random_edit(const Document& document, std::mt19937& random) {
  const auto number = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  const auto real = [&] { return std::uniform_real_distribution<double>(-50, 50)(random); };
  const auto tracks = document.tracks();
  const auto any = [&]() -> TrackId {
    if (tracks.empty() || number(20) == 0) return 999;  // sometimes one that is gone
    return tracks[static_cast<std::size_t>(number(static_cast<int>(tracks.size())))]->uid;
  };
  const TrackId fresh = (TrackId{random()} << 32) | random();
  const auto any_box = [&] {
    return box(real(), real(), real(), {1.0 + number(5), 1.0 + number(3), number(30) ? 1.5 : -1.5});
  };
  const Moment at = frame(number(40));
  const std::vector<TrackId> some{any(), any()};
  static const char* classes[] = {"car", "Cyclist", "pedestrian", "no such class"};
  static const std::pair<const char*, const char*> attributes[] = {{"motion", "moving"},
                                                                   {"occlusion", "partly"},
                                                                   {"posture", "lying"},
                                                                   {"present", "false"},
                                                                   {"present", "true"},
                                                                   {"occlusion", ""}};
  const auto& [name, value] = attributes[number(6)];
  switch (number(24)) {
    case 0:
    case 1:
      return create_track(document, classes[number(4)], any_box(), at, fresh);
    case 2:
    case 3:
    case 4:
    case 5:
      return set_key(document, any(), at, any_box());
    case 6:
      return add_key(document, any(), at);
    case 7:
      return remove_key(document, any(), at.stamp);
    case 8:
      return set_size(document, any(), at, any_box().size);
    case 9:
      return set_rigid(document, any(), number(2) == 0, at);
    case 10:
      return set_class(document, some, classes[number(4)]);
    case 11:
    case 12:
      return set_attribute(document, some, name, value, at);
    case 13:
      return renumber(document);
    case 14:
      return set_state(document, some, static_cast<TrackState>(number(3)));
    case 15:
      return set_mark(document, any(), at.stamp, Mark{Mark::Kind::unsure, "", "anna"});
    case 16:
      return number(3) ? Result<Edit>(Edit{}) : delete_tracks(document, some);
    case 17:
      return delete_before(document, any(), at);
    case 18:
      return delete_after(document, any(), at);
    case 19:
      return set_life(document, any(), at, frame(number(40)));
    case 20:
      return split(document, any(), at, fresh);
    case 21:
      return merge(document, any(), any());
    case 22:
      return number(2) ? set_still(document, any(), at, frame(0), frame(39), true)
                       : unset_still(document, any());
    default:
      return number(2) ? flip(document, any()) : duplicate(document, any(), at, any_box(), fresh);
  }
}

TEST_CASE(
    "after any edits every track is sound, and undo and redo pass through the same documents") {
  for (const unsigned seed : {1u, 2u, 3u, 4u}) {
    std::mt19937 random(seed);  // fixed by the standard: the same everywhere
    MemoryLog log;
    History history(Document(), log);
    std::vector<Document> states{history.document()};
    int refused = 0;
    for (int i = 0; i < 1500; ++i) {
      auto edit = random_edit(history.document(), random);
      if (!edit) {
        ++refused;
        CHECK_FALSE(to_line(edit.error()).empty());
        continue;
      }
      const bool empty = edit->empty();
      if (!empty) CHECK_FALSE(english(edit->title).empty());
      REQUIRE(conflicts(*edit, history.document()).empty());
      REQUIRE(history.apply(std::move(*edit)));
      for (const auto& track : history.document().tracks()) {
        INFO(seed << " " << i << " " << why_unsound(*track).value_or(""));
        REQUIRE_FALSE(why_unsound(*track));
      }
      if (!empty) states.push_back(history.document());
    }
    CHECK(states.size() > 500);
    CHECK(refused > 100);
    for (std::size_t i = states.size() - 1; i-- > 0;) {
      REQUIRE(history.undo().value());
      REQUIRE(history.document() == states[i]);
    }
    CHECK_FALSE(history.undo().value());
    for (std::size_t i = 1; i < states.size(); ++i) {
      REQUIRE(history.redo().value());
      REQUIRE(history.document() == states[i]);
    }
  }
}

}  // namespace
}  // namespace sweepbox
