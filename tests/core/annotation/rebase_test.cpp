#include "core/annotation/rebase.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

Keyframe key_at_s(int second, double x) {
  Keyframe key;
  key.stamp = {second * 1'000'000'000LL};
  key.world_from_box.translation = Vec3(x, 0, 0);
  key.size = Vec3(4, 2, 1.5);
  return key;
}

/// Three keys, a second apart and a metre on; one that a person and a job both work on.
struct Both {
  Track before;
  Document document;

  Both() {
    before.uid = 7;
    before.name = "7";
    before.class_name = "car";
    before.attributes = {{"moving", "true"}};
    before.keys = {key_at_s(0, 0), key_at_s(1, 1), key_at_s(2, 2)};
    before.first = before.keys.front().stamp;
    before.last = before.keys.back().stamp;
    document = with(Document(), before);
  }

  static Document with(const Document& document, Track track) {
    EditBuilder edit(document);
    edit.set(std::move(track));
    return applied(edit.finish("set"), document, 1);
  }

  /// The track after both; empty where they are at odds.
  template <class Job, class Person>
  std::optional<Track> after(Job job, Person person) const {
    Track ours = before, theirs = before;
    job(ours);
    person(theirs);
    EditBuilder edit(document);
    edit.set(std::move(ours));
    const Document now = with(document, std::move(theirs));
    const auto result = rebased(edit.finish("Followed", Author::job), now);
    if (!result) return std::nullopt;
    CHECK(conflicts(*result, now).empty());
    return *applied(*result, now, 2).track(7);
  }
};

TEST_CASE("what a job and a person changed of one track stands together where it is apart") {
  const Both both;
  const auto track = both.after(
      [](Track& t) {
        t.keys[0].world_from_box.translation.x() = -1;
        t.keys.push_back(key_at_s(3, 3));
        t.last = t.keys.back().stamp;
        t.attributes["moving"] = "false";
      },
      [](Track& t) {
        t.class_name = "van";
        t.keys[1].world_from_box.translation.x() = 1.5;
        for (Keyframe& key : t.keys) key.size.x() = 4.5;
        t.attributes["doors"] = "open";
        t.frame_attributes[{500'000'000}]["present"] = "false";
      });
  REQUIRE_FALSE(track);  // the new key has the old size: no rigid track

  const auto whole = both.after(
      [](Track& t) {
        t.keys[0].world_from_box.translation.x() = -1;
        t.last = {3'000'000'000};
        t.attributes["moving"] = "false";
      },
      [](Track& t) {
        t.class_name = "van";
        t.keys[1].world_from_box.translation.x() = 1.5;
        for (Keyframe& key : t.keys) key.size.x() = 4.5;
        t.attributes["doors"] = "open";
        t.frame_attributes[{500'000'000}]["present"] = "false";
      });
  REQUIRE(whole);
  CHECK(whole->class_name == "van");
  CHECK(whole->last == Stamp{3'000'000'000});
  CHECK(whole->attributes == Attributes{{"doors", "open"}, {"moving", "false"}});
  CHECK(whole->frame_attributes.size() == 1);
  REQUIRE(whole->keys.size() == 3);
  CHECK(whole->keys[0].world_from_box.translation.x() == -1);
  CHECK(whole->keys[0].size.x() == 4.5);
  CHECK(whole->keys[1].world_from_box.translation.x() == 1.5);
  CHECK(whole->keys[2] == [] {
    Keyframe key = key_at_s(2, 2);
    key.size.x() = 4.5;
    return key;
  }());
}

TEST_CASE("keys of a job and of a person at other stamps stand together") {
  const Both both;
  const auto track = both.after([](Track& t) { t.keys.erase(t.keys.begin() + 1); },
                                [](Track& t) {
                                  t.keys.push_back(key_at_s(4, 4));
                                  t.last = t.keys.back().stamp;
                                });
  REQUIRE(track);
  REQUIRE(track->keys.size() == 3);
  CHECK(track->keys[1].stamp.ns == 2'000'000'000);
  CHECK(track->keys[2].stamp.ns == 4'000'000'000);
}

TEST_CASE("a job and a person at the same part are at odds, unless they say the same") {
  const Both both;
  const auto move = [](double x) {
    return [x](Track& t) { t.keys[1].world_from_box.translation.x() = x; };
  };
  CHECK_FALSE(both.after(move(1.2), move(1.3)));
  CHECK(both.after(move(1.2), move(1.2)));
  const auto drop = [](Track& t) { t.keys.erase(t.keys.begin() + 1); };
  CHECK_FALSE(both.after(drop, move(1.3)));
  CHECK_FALSE(both.after(move(1.3), drop));
  CHECK_FALSE(
      both.after([](Track& t) { t.class_name = "bus"; }, [](Track& t) { t.class_name = "van"; }));
  // The person ends the life where the job still sees the car.
  CHECK_FALSE(both.after([](Track& t) { t.keys.push_back(key_at_s(3, 3)); },
                         [](Track& t) {
                           t.keys.pop_back();
                           t.last = t.keys.back().stamp;
                         }));
}

TEST_CASE("a track that is gone takes nothing from a job") {
  const Both both;
  Track ours = both.before;
  ours.class_name = "bus";
  EditBuilder job(both.document), person(both.document);
  job.set(std::move(ours));
  person.remove(7);
  const Document now = applied(person.finish("deleted"), both.document, 2);
  CHECK_FALSE(rebased(job.finish("Followed"), now));
  CHECK(rebased(job.finish("Followed"), both.document));
}

}  // namespace
}  // namespace sweepbox
