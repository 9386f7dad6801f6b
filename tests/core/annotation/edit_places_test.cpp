#include "core/annotation/edit_places.hpp"

#include <catch2/catch.hpp>

#include "core/annotation/edits.hpp"

namespace sweepbox {
namespace {

constexpr TrackId kTrack = 7;

Stamp at(int frame) {
  return {std::int64_t{frame} * 100'000'000};
}

Cuboid box(double x) {
  Cuboid cuboid;
  cuboid.pose.translation.x() = x;
  return cuboid;
}

/// A track with keys in the frames 0, 10 and 20.
Document with_track() {
  Document document;
  const auto take = [&](const Result<Edit>& edit) {
    REQUIRE(edit);
    document = applied(*edit, document, 1);
  };
  take(create_track(document, "car", box(0), {{}, at(0)}, kTrack));
  take(set_key(document, kTrack, {{}, at(10)}, box(10)));
  take(set_key(document, kTrack, {{}, at(20)}, box(20)));
  return document;
}

Change change_of(const Result<Edit>& edit) {
  REQUIRE(edit);
  REQUIRE(edit->changes.size() == 1);
  return edit->changes.front();
}

TEST_CASE("a key that moves is of its frame, and shows in the frames between its neighbours") {
  const Change change = change_of(set_key(with_track(), kTrack, {{}, at(10)}, box(11)));
  CHECK(track_of(change) == kTrack);
  CHECK(moments_of(change) == std::vector{at(10)});
  CHECK_FALSE(is_of_whole_track(change));
  CHECK(shows_at(change, at(10)));
  CHECK(shows_at(change, at(15)));
  CHECK_FALSE(shows_at(change, at(0)));
  CHECK_FALSE(shows_at(change, at(20)));
  CHECK_FALSE(shows_at(change, at(30)));
}

TEST_CASE("a key with the interpolated box shows in its frame alone") {
  const Change change = change_of(add_key(with_track(), kTrack, {{}, at(5)}));
  CHECK(moments_of(change) == std::vector{at(5)});
  CHECK(shows_at(change, at(5)));
  CHECK_FALSE(shows_at(change, at(10)));
}

TEST_CASE("a class is of the whole track and shows wherever it has a box") {
  const std::vector<TrackId> tracks = {kTrack};
  const Change change = change_of(set_class(with_track(), tracks, "bus"));
  CHECK(is_of_whole_track(change));
  CHECK(moments_of(change).empty());
  CHECK(shows_at(change, at(3)));
  CHECK_FALSE(shows_at(change, at(21)));
}

TEST_CASE("the box of a static object is of the whole track") {
  const Document document = with_track();
  const auto still = set_still(document, kTrack, {{}, at(0)}, {{}, at(0)}, {{}, at(30)}, true);
  REQUIRE(still);
  const Change change =
      change_of(set_key(applied(*still, document, 2), kTrack, {{}, at(0)}, box(1)));
  CHECK(is_of_whole_track(change));
  CHECK(shows_at(change, at(25)));
}

TEST_CASE("a track that goes is of no moment and shows where it was, forward and backward") {
  const std::vector<TrackId> tracks = {kTrack};
  Change change = change_of(delete_tracks(with_track(), tracks));
  for (int way = 0; way < 2; ++way) {
    CHECK(track_of(change) == kTrack);
    CHECK(is_of_whole_track(change));
    CHECK(moments_of(change).empty());
    CHECK(shows_at(change, at(12)));
    CHECK_FALSE(shows_at(change, at(21)));
    std::swap(change.before, change.after);
  }
}

TEST_CASE("a mark and the end of a life are of their frames") {
  const Change mark = change_of(set_mark(with_track(), kTrack, at(4), Mark{}));
  CHECK(moments_of(mark) == std::vector{at(4)});
  CHECK(shows_at(mark, at(4)));
  CHECK_FALSE(shows_at(mark, at(5)));
  const Change longer = change_of(set_key(with_track(), kTrack, {{}, at(25)}, box(25)));
  CHECK(moments_of(longer) == std::vector{at(20), at(25)});
  CHECK(shows_at(longer, at(25)));
}

TEST_CASE("a change of anything but a track shows nowhere in particular") {
  const Change change = change_of(set_note(Document(), "n", "look here"));
  CHECK(track_of(change) == 0);
  CHECK(moments_of(change).empty());
  CHECK_FALSE(is_of_whole_track(change));
  CHECK_FALSE(shows_at(change, at(0)));
}

}  // namespace
}  // namespace sweepbox
