#include "core/annotation/track.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace sweepbox {
namespace {

// Far from the origin, as in UTM: millimetres must survive.
const Vec3 kFar(500'000, 5'400'000, 300);

Keyframe key(double time_s, const Vec3& centre, double yaw = 0) {
  Keyframe result;
  result.stamp = later({}, time_s);
  result.world_from_box = pose_from_yaw(yaw, centre);
  result.size = {4, 2, 1.5};
  return result;
}

Track track_of(std::vector<Keyframe> keys) {
  Track result;
  result.uid = 7;
  result.name = "7";
  result.class_name = "car";
  result.keys = std::move(keys);
  result.first = result.keys.front().stamp;
  result.last = result.keys.back().stamp;
  return result;
}

Vec3 centre_at(const Track& track, double time_s, double reach_s = 0) {
  const auto cuboid = cuboid_at(track, later({}, time_s), later({}, reach_s).ns);
  REQUIRE(cuboid);
  return cuboid->pose.translation;
}

/// Constant acceleration: a parabola.
Vec3 parabola(double t) {
  return kFar + Vec3(3 + 12 * t - 1.7 * t * t, -2 * t + 0.4 * t * t, 0.05 * t);
}

TEST_CASE("constant acceleration through uneven keys is met everywhere, kilometres away") {
  std::vector<Keyframe> keys;
  for (const double t : {0.0, 0.3, 1.9, 2.0, 5.5}) keys.push_back(key(t, parabola(t)));
  const Track track = track_of(keys);
  REQUIRE_FALSE(why_unsound(track));
  for (double t = 0; t <= 5.5; t += 0.05) {
    INFO(t);
    // A double at 5.4e6 m resolves 1e-9 m.
    CHECK((centre_at(track, t) - parabola(t)).norm() < 2e-8);
    const Vec3 velocity(12 - 3.4 * t, -2 + 0.8 * t, 0.05);
    // The difference over 100 ms of places that resolve 1e-9 m.
    if (t > 0.05 && t < 5.45) CHECK((velocity_at(track, later({}, t)) - velocity).norm() < 1e-6);
  }
}

TEST_CASE("two keys give the straight line at constant speed") {
  const Track track = track_of({key(1, {0, 0, 0}), key(3, {8, -2, 1})});
  CHECK((centre_at(track, 1.5) - Vec3(2, -0.5, 0.25)).norm() < 1e-12);
  CHECK((velocity_at(track, later({}, 2)) - Vec3(4, -1, 0.5)).norm() < 1e-9);
}

TEST_CASE("at a key the box is the key's to the last bit") {
  const Track track = track_of(
      {key(0, parabola(0), 0.1), key(0.7, kFar + Vec3(1, 2, 3), 1.3), key(1, parabola(1), -2)});
  for (const Keyframe& k : track.keys) CHECK(*cuboid_at(track, k.stamp) == k.cuboid());
}

TEST_CASE("a corner of three even keys is cut with Catmull and Rom's velocity") {
  // Keys (0,0), (1,0), (1,1) at 0, 1, 2 s: velocity in the middle ((1,0) + (0,1)) / 2, at the start
  // by the parabola 2·(1,0) − (0.5,0.5) = (1.5, −0.5). Hermite at u = 1/2: p0/2 + p1/2 + (m0 − m1)
  // / 8.
  const Track track = track_of({key(0, {0, 0, 0}), key(1, {1, 0, 0}), key(2, {1, 1, 0})});
  CHECK((centre_at(track, 0.5) - Vec3(0.5 + (1.5 - 0.5) / 8, (-0.5 - 0.5) / 8, 0)).norm() < 1e-12);
}

TEST_CASE("two keys at one place in a row: it stands between them, and does not swing out") {
  const Track track =
      track_of({key(0, {0, 0, 0}), key(2, {0, 0, 0}), key(3, {4, 0, 0}), key(4, {12, 0, 0})});
  for (double t = 0; t <= 2; t += 0.1) CHECK(centre_at(track, t) == Vec3(0, 0, 0));
  for (double t = 2; t < 4; t += 0.1)
    CHECK(centre_at(track, t + 0.1).x() > centre_at(track, t).x());
}

TEST_CASE("rotation takes the shortest arc across the seam at half a turn") {
  const double from = 175 * kPi / 180, to = -175 * kPi / 180;
  Track track = track_of({key(0, {0, 0, 0}, from), key(1, {1, 0, 0}, to)});
  CHECK(std::abs(wrapped_angle(yaw_of(cuboid_at(track, later({}, 0.5))->pose.rotation) - kPi)) <
        1e-12);
  CHECK(yaw_of(cuboid_at(track, later({}, 0.25))->pose.rotation) ==
        Approx(177.5 * kPi / 180).margin(1e-12));
  // −q is the same rotation: no way round because of it.
  track.keys[1].world_from_box.rotation.coeffs() *= -1;
  CHECK(std::abs(wrapped_angle(yaw_of(cuboid_at(track, later({}, 0.5))->pose.rotation) - kPi)) <
        1e-12);
}

TEST_CASE("sizes go from key to key where the track is not rigid") {
  Track track = track_of({key(0, {0, 0, 0}), key(1, {1, 0, 0})});
  track.rigid = false;
  track.keys[1].size = {6, 2, 1.5};
  CHECK(cuboid_at(track, later({}, 0.25))->size.isApprox(Vec3(4.5, 2, 1.5), 1e-12));
}

TEST_CASE("the life bounds the box, within it but beyond the keys it stands") {
  Track track = track_of({key(1, {0, 0, 0}), key(2, {10, 0, 0})});
  track.first = later({}, 0);
  track.last = later({}, 3);
  CHECK(centre_at(track, 0.5) == Vec3(0, 0, 0));
  CHECK(centre_at(track, 3) == Vec3(10, 0, 0));
  CHECK_FALSE(cuboid_at(track, later({}, 3.001)));
  CHECK_FALSE(cuboid_at(track, later({}, -0.001)));
  // It stood at its end: reach carries it on without moving it.
  CHECK(centre_at(track, 3.04, 0.05) == Vec3(10, 0, 0));
}

TEST_CASE(
    "beyond a life that ends at a key the box goes on with its speed, as far as it may reach") {
  const Track track = track_of({key(1, {0, 0, 0}), key(2, {10, 0, 0})});
  CHECK((centre_at(track, 2.05, 0.05) - Vec3(10.5, 0, 0)).norm() < 1e-12);
  CHECK((centre_at(track, 0.96, 0.05) - Vec3(-0.4, 0, 0)).norm() < 1e-9);
  CHECK_FALSE(cuboid_at(track, later({}, 2.06), 50'000'000));
}

TEST_CASE("a single key stands and has no speed") {
  const Track track = track_of({key(1, {3, 4, 5})});
  CHECK(centre_at(track, 1.02, 0.05) == Vec3(3, 4, 5));
  CHECK(velocity_at(track, later({}, 1)) == Vec3(0, 0, 0));
}

TEST_CASE("no box while it is absent, and no key of it is shown or counted") {
  Track track = track_of({key(0, {0, 0, 0}), key(1, {1, 0, 0}), key(2, {2, 0, 0})});
  track.frame_attributes[later({}, 0.5)] = {{"present", "false"}};
  track.frame_attributes[later({}, 1.5)] = {{"present", "true"}};
  CHECK(cuboid_at(track, later({}, 0.4)));
  CHECK_FALSE(cuboid_at(track, later({}, 0.5)));
  CHECK_FALSE(cuboid_at(track, later({}, 1)));
  CHECK_FALSE(cuboid_at(track, later({}, 1.4)));
  CHECK(cuboid_at(track, later({}, 1.5)));
  CHECK(key_at(track, later({}, 1)));
  CHECK_FALSE(shown_key_at(track, later({}, 1)));
  CHECK(shown_key_at(track, later({}, 2)));
  CHECK(shown_keys(track) == 2);
  CHECK(absences(track) == std::vector<Absence>{{later({}, 0.5), later({}, 1.5)}});
  CHECK(shown_life(track) == std::pair(later({}, 0), later({}, 2)));
  // The curve goes through the hidden key: what is shown beside it stays where it was.
  CHECK(centre_at(track, 0.25).x() == Approx(0.25));
}

TEST_CASE("the life ends where presence never returns") {
  Track track = track_of({key(0, {0, 0, 0}), key(1, {1, 0, 0}), key(2, {2, 0, 0})});
  track.frame_attributes[later({}, 0.75)] = {{"present", "false"}};
  CHECK(shown_life(track)->first == later({}, 0));
  CHECK(shown_life(track)->second.ns == 749'999'999);
  CHECK(shown_keys(track) == 1);
  // Not carried on beyond it either: not by the reach of an image, not from the last hidden key.
  CHECK_FALSE(cuboid_at(track, later({}, 0.76), 50'000'000));
  CHECK_FALSE(cuboid_at(track, later({}, 2.01), 50'000'000));
  CHECK(Presence(track).at(later({}, 0.5)));
  CHECK_FALSE(Presence(track).at(later({}, 2)));
}

TEST_CASE("absences are those within the life, each of them whole, whatever is said twice") {
  Track track = track_of({key(1, {0, 0, 0}), key(2, {1, 0, 0}), key(5, {2, 0, 0})});
  const auto say = [&](double at_s, const char* value) {
    track.frame_attributes[later({}, at_s)]["present"] = value;
  };
  say(0.2, "false");
  say(0.4, "true");  // over before the life began
  say(0.5, "false");
  say(1.5, "true");
  say(1.7, "true");
  say(3, "false");
  say(3.5, "false");
  say(4, "true");
  say(9, "false");  // behind the life
  CHECK(absences(track) ==
        std::vector<Absence>{{later({}, 1), later({}, 1.5)}, {later({}, 3), later({}, 4)}});
  CHECK(shown_life(track) == std::pair(later({}, 1.5), later({}, 5)));
  CHECK(first_shown(track) == Stamp{1'500'000'001});
  CHECK(shown_keys(track) == 2);
  say(1.5, "false");
  say(1.7, "false");
  say(4, "false");
  CHECK_FALSE(shown_life(track));
  CHECK(shown_keys(track) == 0);
}

TEST_CASE("per-frame attributes hold until the next of the same name") {
  Track track = track_of({key(0, {0, 0, 0}), key(2, {2, 0, 0})});
  track.attributes = {{"occlusion", "none"}, {"kind", "taxi"}};
  track.frame_attributes[later({}, 0.5)] = {{"occlusion", "partly"}};
  track.frame_attributes[later({}, 1)] = {{"motion", "stopped"}};
  track.frame_attributes[later({}, 1.5)] = {{"occlusion", ""}};
  CHECK(attributes_at(track, later({}, 0.4)) == track.attributes);
  CHECK(attributes_at(track, later({}, 1.2)) ==
        Attributes{{"occlusion", "partly"}, {"kind", "taxi"}, {"motion", "stopped"}});
  CHECK(attributes_at(track, later({}, 2)) == Attributes{{"kind", "taxi"}, {"motion", "stopped"}});
}

TEST_CASE("track ids are sixteen hex digits") {
  CHECK(to_hex(0x1f) == "000000000000001f");
  CHECK(track_id_from_hex("ffffffffffffffff") == ~TrackId{0});
  CHECK_FALSE(track_id_from_hex("1f"));
  CHECK_FALSE(track_id_from_hex("000000000000001g"));
  CHECK_FALSE(track_id_from_hex("-00000000000001f"));
}

TEST_CASE("names of states and sources lead back to them") {
  for (const TrackState state : {TrackState::proposed, TrackState::open, TrackState::accepted})
    CHECK(track_state_named(name_of(state)) == state);
  for (const KeySource source :
       {KeySource::hand, KeySource::fit, KeySource::follow, KeySource::import})
    CHECK(key_source_named(name_of(source)) == source);
  CHECK_FALSE(key_source_named("nobody"));
}

TEST_CASE("an unsound track is told by its fault") {
  const Track good = track_of({key(0, {0, 0, 0}), key(1, {1, 0, 0})});
  REQUIRE_FALSE(why_unsound(good));
  const auto fault = [&](auto&& change) {
    Track bad = good;
    change(bad);
    return why_unsound(bad).value_or("none");
  };
  CHECK(fault([](Track& t) { t.keys.clear(); }) == "no key");
  CHECK(fault([](Track& t) { std::swap(t.keys[0], t.keys[1]); }) == "keys not ascending");
  CHECK(fault([](Track& t) { t.keys[1].stamp = t.keys[0].stamp; }) == "keys not ascending");
  CHECK(fault([](Track& t) { t.last = later({}, 0.5); }) == "a key outside the life");
  CHECK(fault([](Track& t) { t.keys[1].size.x() = 5; }) == "rigid, but sizes differ");
  CHECK(fault([](Track& t) { t.still = true; }) == "still, but several keys");
  CHECK(fault([](Track& t) {
          t.keys[0].world_from_box.translation.x() = std::numeric_limits<double>::quiet_NaN();
        }) == "a key whose box is none");
  CHECK(fault([](Track& t) { t.uid = 0; }) == "uid 0");
}

}  // namespace
}  // namespace sweepbox
