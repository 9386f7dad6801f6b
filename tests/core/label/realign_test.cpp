#include <catch2/catch.hpp>

#include "core/annotation/edits.hpp"
#include "made_drive.hpp"

namespace sweepbox {
namespace {

const Cuboid kBox{pose_from_yaw(0.3, {10, 2, 0.5}), {4, 2, 1.5}};

/// A track as it was drawn while frame n had the stamp n × 50 ms: the made drive's are n × 100 ms.
Document drawn_at_half_speed() {
  Document document;
  const auto apply = [&](Result<Edit> edit) { document = applied(edit.value(), document, 1); };
  const auto moment = [](int n) { return Moment{fmt::format("{:06}", n), Stamp{n * 50'000'000}}; };
  apply(create_track(document, "car", kBox, moment(1), 7));
  apply(set_key(document, 7, moment(5), kBox));
  apply(set_life(document, 7, moment(0), moment(5)));
  apply(set_mark(document, 7, moment(3).stamp, Mark{}));
  apply(set_attribute(document, std::vector<TrackId>{7}, "motion", "parked", moment(2)));
  return document;
}

TEST_CASE("keys follow their frames to a new clock, and what hangs on times goes along") {
  const auto drive = test::made({});
  const Document before = drawn_at_half_speed();
  const Edit edit = realign_edit(*drive, before);
  const Document after = applied(edit, before, 2);
  const Track& track = *after.track(7);
  CHECK_FALSE(why_unsound(track));
  CHECK(track.keys[0].stamp == drive->frames()[1].stamp);
  CHECK(track.keys[1].stamp == drive->frames()[5].stamp);
  CHECK(track.last == drive->frames()[5].stamp);
  CHECK(track.first.ns == 50'000'000);  // no key there: by the shift of the first key
  CHECK(track.marks.contains(drive->frames()[3].stamp));
  CHECK(track.frame_attributes.contains(drive->frames()[2].stamp));
  CHECK(reversed(edit, after, 3) == before);
  CHECK(realign_edit(*drive, after).empty());
}

TEST_CASE("keys of frames that the drive does not have move nothing") {
  test::MadeDrive made;
  made.frames = {"000050", "000051"};
  CHECK(realign_edit(*test::made(made), drawn_at_half_speed()).empty());
}

TEST_CASE("a track whose keys would swap stays as it is") {
  const auto drive = test::made({});
  Document document;
  const auto apply = [&](Result<Edit> edit) { document = applied(edit.value(), document, 1); };
  apply(create_track(document, "car", kBox, {"000004", {0}}, 7));
  apply(set_key(document, 7, {"000001", {50}}, kBox));
  CHECK(realign_edit(*drive, document).empty());
}

}  // namespace
}  // namespace sweepbox
