#include "tests/support/random_edits.hpp"

#include <random>
#include <vector>

#include "core/annotation/edits.hpp"
#include "core/base/hash.hpp"
#include "core/store/codec.hpp"

namespace sweepbox::test {
namespace {

/// mt19937_64 is the same everywhere, the standard's distributions are not.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t any() { return engine_(); }

  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }

  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }

 private:
  std::mt19937_64 engine_;
};

Moment random_moment(Dice& dice) {
  const int frame = dice.below(40);
  return {"frame " + std::to_string(frame), Stamp{frame * 100'000'000LL}};
}

Cuboid random_cuboid(Dice& dice) {
  const Vec3 centre(dice.between(-80, 80), dice.between(-80, 80), dice.between(-2, 3));
  return {pose_from_yaw(dice.between(-3, 3), centre),
          Vec3(dice.between(0.3, 12), dice.between(0.3, 3), dice.between(0.5, 4))};
}

Edit brought_source(const Document& document, Dice& dice) {
  Source source;
  source.id = "label_2/" + std::to_string(dice.below(5)) + ".txt";
  source.format = "kitti_object";
  source.file = source.id;
  source.hash = dice.any();
  for (int line = dice.below(30); line >= 0; --line) {
    const std::uint64_t begin = source.text.size();
    source.text += "Car 0.00 0 -1.57 " + std::to_string(dice.between(0, 1200)) + " 187.79 620.77\n";
    source.records.emplace_back(begin, source.text.size());
  }
  const Key key{Kind::source, source.id};
  EditBuilder builder(document);
  builder.set(key, std::make_shared<const Source>(std::move(source)));
  return builder.finish(text("{} labels imported", key.id), Author::import);
}

Result<Edit> on_nothing(const Document& document, Dice& dice) {
  static const char* const kClasses[] = {"car", "pedestrian", "truck", "bicycle"};
  switch (dice.below(8)) {
    case 0:
      return set_note(document,
                      "note " + std::to_string(dice.below(3)),
                      "written " + std::to_string(dice.any()));
    case 1:
      return set_repair(document, "shift", std::to_string(dice.below(9)));
    case 2:
      return set_correction(
          document, "image_02", pose_from_yaw(dice.between(-0.02, 0.02)), text("Corrected"));
    case 3:
      return brought_source(document, dice);
    default: {
      const char* const class_name = kClasses[dice.below(4)];
      const Cuboid cuboid = random_cuboid(dice);
      return create_track(document, class_name, cuboid, random_moment(dice), dice.any() | 1);
    }
  }
}

Result<Edit> on_track(const Document& document, const Track& track, Dice& dice) {
  const TrackId uids[] = {track.uid};
  const Moment moment = random_moment(dice);
  switch (dice.below(16)) {
    case 0:
      return set_size(document, track.uid, moment, random_cuboid(dice).size);
    case 1:
      return set_class(document, uids, dice.below(2) ? "van" : "bus");
    case 2:
      return rename(document, track.uid, "name " + std::to_string(dice.any() % 1000));
    case 3:
      return set_mark(
          document, track.uid, moment.stamp, Mark{Mark::Kind::unsure, "hidden", "anna"});
    case 4:
      return set_state(document, uids, dice.below(2) ? TrackState::accepted : TrackState::open);
    case 5:
      return split(document, track.uid, moment, dice.any() | 1);
    case 6:
      return delete_after(document, track.uid, moment);
    case 7:
      return flip(document, track.uid);
    case 8:
      return set_attribute(document, uids, "motion", dice.below(2) ? "moving" : "parked", moment);
    case 9:
      return remove_key(document, track.uid, track.keys.front().stamp);
    case 10:
      return dice.below(3) ? set_rigid(document, track.uid, false, moment)
                           : delete_tracks(document, uids);
    default:
      return set_key(document, track.uid, moment, random_cuboid(dice));
  }
}

}  // namespace

Result<void> random_step(History& history, std::uint64_t seed) {
  const std::uint64_t number = history.version() + 1;
  Dice dice(seed * 0x9E3779B97F4A7C15ULL + number);
  for (;;) {  // until something changes: a new track always does
    const int kind = dice.below(20);
    Result<void> done;
    if (kind < 3) {
      const auto undone = history.undo();
      if (!undone) return tl::make_unexpected(undone.error());
    } else if (kind < 5) {
      const auto redone = history.redo();
      if (!redone) return tl::make_unexpected(redone.error());
    } else {
      const auto tracks = history.document().tracks();
      const bool create = tracks.empty() || kind < 7;
      const auto edit =
          create ? on_nothing(history.document(), dice)
                 : on_track(history.document(), *tracks[dice.any() % tracks.size()], dice);
      if (!edit) continue;  // a split before the beginning and the like
      done = history.apply(*edit);
    }
    if (!done || history.version() == number) return done;
  }
}

std::string everything_in(const Document& document) {
  std::string all;
  for (int kind = static_cast<int>(Kind::track); kind <= static_cast<int>(Kind::frame); ++kind)
    for (const Key& key : document.keys(static_cast<Kind>(kind)))
      all += key.id + ' ' + std::to_string(document.edit_of(key)) + ' ' +
             pack_value(document.value(key)) + '\n';
  return all;
}

std::string fingerprint_of(const Document& document) {
  return Hash().add(everything_in(document)).hex();
}

}  // namespace sweepbox::test
