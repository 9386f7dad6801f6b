#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/stamp.hpp"
#include "core/geometry/cuboid.hpp"

namespace sweepbox {

using TrackId = std::uint64_t;  ///< 64-bit random, never changes, never 0

/// Sixteen hex digits: how edits and files name a track.
std::string to_hex(TrackId id);
std::optional<TrackId> track_id_from_hex(std::string_view hex);

/// The order of tracks by their shown names: numbers before words, by value; then as text.
bool name_before(std::string_view a, std::string_view b);

using Attributes = std::map<std::string, std::string>;

enum class TrackState { proposed, open, accepted };
enum class KeySource { hand, fit, follow, import };

std::string_view name_of(TrackState state);
std::string_view name_of(KeySource source);
std::optional<TrackState> track_state_named(std::string_view name);
std::optional<KeySource> key_source_named(std::string_view name);

/// Record of an imported file that a keyframe still equals.
struct Origin {
  std::string source;        ///< id of the Source in the document
  std::uint32_t record = 0;  ///< index in Source::records

  bool operator==(const Origin&) const = default;
};

/// Where the box was put at one time. On opening a drive the frame's name wins over the stamp.
struct Keyframe {
  std::string frame;  ///< name of its frame; empty for a time between frames
  Stamp stamp;
  Pose world_from_box;  ///< without poses of the drive: ego_from_box ("relative to ego")
  Vec3 size = Vec3::Ones();
  KeySource source = KeySource::hand;
  std::optional<double> score;
  std::optional<Origin> origin;  ///< until box, class or attributes change

  Cuboid cuboid() const { return {world_from_box, size}; }

  bool operator==(const Keyframe&) const = default;
};

struct Mark {
  enum class Kind { accepted, unsure };
  Kind kind = Kind::unsure;
  std::string why;
  std::string who;

  bool operator==(const Mark&) const = default;
};

/// One object through time. A value; documents share it as shared_ptr<const Track>.
struct Track {
  TrackId uid = 0;
  std::string name;        ///< "12": shown, written, renumbered
  std::string class_name;  ///< a word of the taxonomy, or the file's own until somebody changes it
  Attributes attributes;
  Stamp first, last;   ///< span of life, closed; contains every key
  bool rigid = true;   ///< one size for the whole track: every key has it
  bool still = false;  ///< one place in the world for the whole drive: exactly one key
  TrackState state = TrackState::open;
  std::vector<Keyframe> keys;  ///< at least one; ascending, distinct stamps; some may be hidden
  /// Each value holds until the next of the same name; an empty one takes it back to the track's
  /// own.
  std::map<Stamp, Attributes> frame_attributes;
  std::map<Stamp, Mark> marks;

  bool operator==(const Track&) const = default;
};

// Presence, one rule for everybody. The per-frame attribute "present" holds from its stamp until
// the next one: "false" begins an absence, which lasts until presence returns or, where it never
// does, for good: there the life ends. In an absence the track has no box. Keys that lie in it are
// hidden: kept, so that they come back with presence, and the curve goes through them, so that the
// boxes beside stay where they are; but nobody shows, counts or writes them, but for Sweepbox's
// own format, which has keys and presence as they are. Absences of imports and of the window begin
// and end halfway between the last frame on one side and the first on the other, so that images
// between take the nearer frame's side.

constexpr const char* kPresent = "present";  ///< the attribute

/// False in an absence.
bool present_at(const Track& track, Stamp stamp);

/// A stretch [from, until) of the life in which the track is not present.
struct Absence {
  Stamp from;
  std::optional<Stamp> until;  ///< empty: for good

  bool operator==(const Absence&) const = default;
};

/// Where presence changes between a time with a box and one without: after the earlier, at most at
/// the later.
constexpr Stamp halfway(Stamp earlier, Stamp later) {
  return {later.ns - (later.ns - earlier.ns) / 2};
}

/// Ascending, apart from each other, each within the life.
std::vector<Absence> absences(const Track& track);

/// present_at within the life, for many times of one track: O(log absences) each.
class Presence {
 public:
  explicit Presence(const Track& track) : gone_(absences(track)) {}

  bool at(Stamp stamp) const;

 private:
  std::vector<Absence> gone_;
};

/// Where the life begins and ends for whoever shows it: without absences at its ends. An end that
/// is one is the time right before it. Empty where the track is present nowhere.
std::optional<std::pair<Stamp, Stamp>> shown_life(const Track& track);

/// A time at which it is shown first; its first where it is present nowhere.
Stamp first_shown(const Track& track);

/// Keys that lie in no absence: those that are shown and counted.
std::size_t shown_keys(const Track& track);

/// What holds from a stamp until presence changes next. What was said of later times stays, also
/// where it only repeats this: an absence that lies in a longer one is there again when that ends.
void set_presence(Track& track, Stamp since, bool present);
/// Takes back what was said of presence in [from, to].
void forget_presence(Track& track, Stamp from, Stamp to);

/// The box at a time, in the world. Between keys: centre by cubic Hermite whose velocity at a key
/// is that of the parabola through it and its neighbours (Catmull and Rom's, for uneven spacing;
/// exact for constant acceleration), zero where two keys in a row have the same centre: it stood.
/// Rotation by the shortest arc, size linear between keys (equal ones where the track is rigid).
/// Within the life but beyond the keys: the nearest key's box. Up to `reach_ns` beyond both ends of
/// the life: carried on by the velocity there. Else empty, and where it is not present. A frame
/// that has a key and is in no absence returns exactly its box.
std::optional<Cuboid> cuboid_at(const Track& track, Stamp stamp, std::int64_t reach_ns = 0);

/// The same for any time, whatever life and presence say: the nearest key's box beyond the keys.
Cuboid cuboid_by_keys(const Track& track, Stamp stamp);

/// Velocity of the centre in the world, m/s (central difference over ±50 ms within the life; at an
/// end that is a key the curve's own); zero for a single key.
Vec3 velocity_at(const Track& track, Stamp stamp);

/// Key with exactly that stamp, hidden or not; nullptr where there is none.
const Keyframe* key_at(const Track& track, Stamp stamp);
/// The same, but nullptr for a hidden one.
const Keyframe* shown_key_at(const Track& track, Stamp stamp);

/// Track attributes overlaid with what holds in that frame.
Attributes attributes_at(const Track& track, Stamp stamp);

/// Why the value breaks the rules above (empty keys, unsorted, NaN, life too short …); empty if
/// sound.
std::optional<std::string> why_unsound(const Track& track);

}  // namespace sweepbox
