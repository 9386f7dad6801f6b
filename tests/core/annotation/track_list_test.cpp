#include "core/annotation/track_list.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

namespace sweepbox {
namespace {

std::shared_ptr<const Track> track(TrackId uid, std::string name, Stamp first, Stamp last) {
  Track result;
  result.uid = uid;
  result.name = std::move(name);
  result.class_name = "car";
  result.first = first;
  result.last = last;
  Keyframe key;
  key.stamp = first;
  result.keys = {key};
  return std::make_shared<const Track>(std::move(result));
}

/// The same by looking at every track.
struct Plain {
  std::map<TrackId, std::shared_ptr<const Track>> tracks;

  std::vector<TrackId> living(Stamp first, Stamp last) const {
    std::vector<TrackId> result;
    for (const auto& [uid, track] : tracks)
      if (!(track->last < first) && !(last < track->first)) result.push_back(uid);
    return result;
  }

  TrackId named(const std::string& name) const {
    for (const auto& [uid, track] : tracks)
      if (track->name == name) return uid;
    return 0;
  }

  std::string free_name() const {
    for (int number = 1;; ++number)
      if (!named(std::to_string(number))) return std::to_string(number);
  }
};

void check_same(const TrackList& list, const Plain& plain, std::mt19937_64& random) {
  REQUIRE(list.size() == plain.tracks.size());
  std::vector<TrackId> uids;
  for (const auto& track : list) uids.push_back(track->uid);
  CHECK(std::is_sorted(uids.begin(), uids.end()));
  const Stamp first{static_cast<std::int64_t>(random() % 1000)};
  const Stamp last{first.ns + static_cast<std::int64_t>(random() % 40)};
  std::vector<TrackId> living;
  for (const auto& track : list.living(first, last)) living.push_back(track->uid);
  CHECK(living == plain.living(first, last));
  const std::string name = std::to_string(random() % 400);
  const auto named = list.named(name);
  CHECK((named ? named->uid : 0) == plain.named(name));
  CHECK(list.free_name() == plain.free_name());
  if (uids.empty()) return;
  const std::size_t at = random() % uids.size();
  CHECK(list[at]->uid == uids[at]);
  CHECK(list.find(uids[at]) == plain.tracks.at(uids[at]));
}

TEST_CASE("a list of tracks answers by time, by name and by place as a look at every track does") {
  std::mt19937_64 random(11);
  TrackList list;
  Plain plain;
  for (int round = 0; round < 1500; ++round) {
    // Mostly one at a time, now and then many: both ways of the index.
    const std::size_t count = random() % 50 == 0 ? 300 : 1;
    std::vector<TrackList::Replacement> by;
    for (std::size_t i = 0; i < count; ++i) {
      const TrackId uid = 1 + random() % 700;
      if (random() % 4 == 0) {
        by.push_back({uid, nullptr});
        plain.tracks.erase(uid);
        continue;
      }
      const Stamp first{static_cast<std::int64_t>(random() % 1000)};
      const Stamp last{first.ns + static_cast<std::int64_t>(random() % 100)};
      const auto made = track(uid, std::to_string(1 + random() % 400), first, last);
      by.push_back({uid, made});
      plain.tracks[uid] = made;
    }
    list = list.with(std::move(by), static_cast<std::uint64_t>(round));
    check_same(list, plain, random);
  }
  CHECK(list.size() > 300);
}

TEST_CASE("lists derived from one another stay what they were") {
  const TrackList one = TrackList().with({{5, track(5, "1", {0}, {9})}}, 1);
  CHECK(one.living({3}, {3}).size() == 1);  // the index is made here
  const TrackList moved = one.with({{5, track(5, "1", {20}, {29})}}, 2);
  const TrackList gone = moved.with({{5, nullptr}}, 3);
  CHECK(one.living({3}, {3}).size() == 1);
  CHECK(moved.living({3}, {3}).empty());
  CHECK(moved.living({25}, {40}).size() == 1);
  CHECK(gone.living({0}, {100}).empty());
  CHECK(gone.free_name() == "1");
  CHECK(moved.free_name() == "2");
  CHECK(moved.edit_of(5) == 2);
  CHECK(one.edit_of(5) == 1);
  CHECK(one == TrackList().with({{5, track(5, "1", {0}, {9})}}, 8));
  CHECK_FALSE(one == moved);
}

TEST_CASE("an edit of one of 45,000 tracks leaves all but a few of them where they are") {
  std::vector<TrackList::Replacement> by;
  for (TrackId uid = 1; uid <= 45'000; ++uid)
    by.push_back({uid, track(uid, std::to_string(uid), {0}, {1})});
  const TrackList before = TrackList().with(std::move(by), 1);
  const TrackList after = before.with({{20'000, track(20'000, "x", {0}, {1})}}, 2);
  // A pointer is copied where the count of those who share the track grew.
  long copied = 0;
  for (const auto& each : before) copied += each.use_count() - 1;
  CHECK(copied <= 128);
  CHECK(after.size() == 45'000);
}

}  // namespace
}  // namespace sweepbox
