#include "core/store/codec.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "core/store/packing.hpp"
#include "tests/support/random_edits.hpp"

using namespace std::string_literals;

namespace sweepbox {
namespace {

Track full_track() {
  Track track;
  track.uid = 0x0123456789ABCDEFULL;
  track.name = "12";
  track.class_name = "车";
  track.attributes = {{"motion", "parked"}, {"note", ""}};
  track.first = Stamp{-5};
  track.last = Stamp{std::numeric_limits<std::int64_t>::max()};
  track.rigid = false;
  track.state = TrackState::accepted;
  for (int i = 0; i < 20; ++i) {
    Keyframe key;
    key.frame = "00" + std::to_string(i);
    key.stamp = Stamp{i * 100'000'001LL};
    key.world_from_box = pose_from_yaw(0.1 * i, Vec3(1e7 / 3, -0.0, 5e-324));
    key.size = Vec3(0.1 + i, 1.0 / 3, 2);
    key.source = KeySource::follow;
    if (i % 2) key.score = 0.1;
    if (i % 3 == 0) key.origin = Origin{"labels", 4294967295U};
    track.keys.push_back(key);
  }
  track.frame_attributes[Stamp{0}] = {{"occlusion", "partly"}};
  track.marks[Stamp{7}] = Mark{Mark::Kind::accepted, "sure", "anna"};
  return track;
}

Source full_source() {
  Source source{"s", "kitti_object", "label_2/000001.txt", "000001", 0xFFFFFFFFFFFFFFFFULL, {}, {}};
  for (int i = 0; i < 50; ++i) source.text += "DontCare -1 -1 -10 503.89 169.71 590.61 190.13\n";
  source.records = {{0, 47}, {47, source.text.size()}};
  return source;
}

const Key kTrackKey{Kind::track, "0123456789abcdef"};

std::vector<std::pair<Key, Value>> one_of_each() {
  return {{kTrackKey, std::make_shared<const Track>(full_track())},
          {{Kind::source, "s"}, std::make_shared<const Source>(full_source())},
          {{Kind::correction, "image_02"}, pose_from_yaw(1, Vec3(1, 2, 3))},
          {{Kind::note, "n"}, "words"s}};
}

Edit edit_of(std::vector<Change> changes) {
  Edit edit;
  edit.changes = std::move(changes);
  return edit;
}

}  // namespace

TEST_CASE("every kind of value comes back as it was, to the last bit") {
  for (const auto& [key, value] : one_of_each()) {
    const auto back = unpack_value(pack_value(value), key);
    REQUIRE(back);
    CHECK(same(*back, value));
  }
  // == takes −0 for 0; the bits are what was promised.
  const auto back =
      unpack_value(pack_value(std::make_shared<const Track>(full_track())), kTrackKey);
  const auto& track = *std::get<std::shared_ptr<const Track>>(*back);
  CHECK(std::signbit(track.keys[0].world_from_box.translation.y()));
  CHECK(track.keys[0].world_from_box.translation.z() == 5e-324);
}

TEST_CASE("whole numbers of every size are packed in at most ten bytes and come back") {
  for (const std::int64_t number : {std::int64_t{0},
                                    std::int64_t{-1},
                                    std::int64_t{63},
                                    std::int64_t{64},
                                    std::numeric_limits<std::int64_t>::max(),
                                    std::numeric_limits<std::int64_t>::min()}) {
    Packer packer;
    packer.number(number);
    CHECK(packer.bytes().size() <= 10);
    Unpacker unpacker(packer.bytes());
    CHECK(unpacker.number() == number);
    CHECK(unpacker.finished());
  }
  Unpacker too_long("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02");
  too_long.count();
  CHECK_FALSE(too_long.good());
}

TEST_CASE("an edit of one key of a long track is stored as that key alone") {
  Track before = full_track();
  before.keys.clear();
  for (int i = 0; i < 1000; ++i) {
    Keyframe key;
    key.stamp = Stamp{i};
    key.world_from_box = pose_from_yaw(0.001 * i, Vec3(i, i * 0.37, 0.11));
    before.keys.push_back(key);
  }
  Track after = before;
  after.keys[500].size = Vec3(4, 2, 1.5);
  const Edit edit = edit_of(
      {{kTrackKey, std::make_shared<const Track>(before), std::make_shared<const Track>(after)}});
  const std::string bytes = pack_changes(edit);
  // Head some 100 bytes, each side of the key some 90.
  CHECK(bytes.size() < 400);

  const Document with_before = Document().with(kTrackKey, edit.changes[0].before);
  const Document with_after = Document().with(kTrackKey, edit.changes[0].after);
  for (const auto& [document, holds] :
       {std::pair(with_before, Holds::before), std::pair(with_after, Holds::after)}) {
    const auto changes = unpack_changes(bytes, document, holds);
    REQUIRE(changes);
    REQUIRE(changes->size() == 1);
    CHECK(same(changes->front().before, edit.changes[0].before));
    CHECK(same(changes->front().after, edit.changes[0].after));
  }
  CHECK_FALSE(unpack_changes(bytes, with_before, Holds::after));
  CHECK_FALSE(unpack_changes(bytes, Document(), Holds::before));
}

TEST_CASE("keys, attributes and marks that come, go and move are told from either side") {
  Track before = full_track(), after = full_track();
  after.keys.erase(after.keys.begin() + 3);
  after.keys.insert(after.keys.begin(), Keyframe{});
  after.keys[0].stamp = Stamp{-4};
  after.keys.back().score = 0.9;
  after.frame_attributes.clear();
  after.marks[Stamp{9}] = Mark{};
  after.class_name = "van";
  after.rigid = false;
  const Edit edit = edit_of(
      {{kTrackKey, std::make_shared<const Track>(before), std::make_shared<const Track>(after)}});
  const std::string bytes = pack_changes(edit);
  const auto forward =
      unpack_changes(bytes, Document().with(kTrackKey, edit.changes[0].before), Holds::before);
  const auto back =
      unpack_changes(bytes, Document().with(kTrackKey, edit.changes[0].after), Holds::after);
  REQUIRE(forward);
  REQUIRE(back);
  CHECK(same(forward->front().after, edit.changes[0].after));
  CHECK(same(back->front().before, edit.changes[0].before));
}

TEST_CASE("every prefix of good bytes is refused, none is read past its end") {
  std::vector<Change> changes;
  for (const auto& [key, value] : one_of_each()) {
    const std::string good = pack_value(value);
    for (std::size_t n = 0; n < good.size(); ++n) {
      const std::vector<char> cut(
          good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n));  // own buffer, for ASan
      CHECK_FALSE(unpack_value({cut.data(), cut.size()}, key));
    }
    changes.push_back({key, {}, value});
  }
  const std::string good = pack_changes(edit_of(changes));
  for (std::size_t n = 0; n < good.size(); ++n) {
    const std::vector<char> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n));
    CHECK_FALSE(unpack_changes({cut.data(), cut.size()}, Document(), Holds::before));
  }
}

TEST_CASE("bytes with anything changed in them are refused or read as something sound") {
  std::mt19937_64 random(7);
  const Track track = full_track();
  Track other = track;
  other.keys[4].score = 0.5;
  const Document document = Document().with(kTrackKey, std::make_shared<const Track>(track));
  const std::string changes = pack_changes(
      edit_of({{kTrackKey, document.value(kTrackKey), std::make_shared<const Track>(other)}}));
  for (int round = 0; round < 500; ++round) {
    const auto spoiled = [&](std::string bytes) {
      for (auto n = random() % 4; n < 4; ++n)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      return bytes;
    };
    for (const auto& [key, value] : one_of_each())
      if (const auto read = unpack_value(spoiled(pack_value(value)), key))
        CHECK_FALSE(why_unsound(*read));
    if (const auto read = unpack_changes(spoiled(changes), document, Holds::before))
      for (const Change& change : *read) CHECK_FALSE(why_unsound(change.after));
  }
}

TEST_CASE("a small record that claims to unpack to gigabytes is refused without taking them") {
  // zstd of 1 GiB of zeros is some 32 KiB; made here of a frame that repeats one byte.
  const std::string bomb = [] {
    Source source = full_source();
    source.text.assign(64U << 20, ' ');
    return pack_value(std::make_shared<const Source>(std::move(source)));
  }();
  CHECK(bomb.size() < 16'000);
  const auto read = unpack_value(bomb, {Kind::source, "s"});
  REQUIRE_FALSE(read);
  CHECK(english(read.error().found) == "more than a record can hold");
}

TEST_CASE("a value under another's name, of another kind or of a newer form is refused") {
  const std::string track = pack_value(std::make_shared<const Track>(full_track()));
  CHECK_FALSE(unpack_value(track, {Kind::track, "0123456789abcdee"}));
  CHECK_FALSE(unpack_value(track, {Kind::note, "0123456789abcdef"}));
  std::string newer = track;
  newer[0] = 2;
  CHECK(english(unpack_value(newer, kTrackKey).error().found) ==
        "form 2 of records, unknown to this program");
  Track unsound = full_track();
  unsound.keys[3].size.x() = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(unpack_value(pack_value(std::make_shared<const Track>(unsound)), kTrackKey));
}

}  // namespace sweepbox
