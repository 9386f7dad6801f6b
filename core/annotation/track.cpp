#include "core/annotation/track.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>

#include "core/base/limits.hpp"
#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

constexpr std::string_view kStates[] = {"proposed", "open", "accepted"};
constexpr std::string_view kSources[] = {"hand", "fit", "follow", "import"};

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::string_view (&names)[N], std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  return std::nullopt;
}

/// Seconds from key i to key i + 1.
double step_s(const Track& track, std::size_t i) {
  return seconds_between(track.keys[i].stamp, track.keys[i + 1].stamp);
}

/// Mean velocity from key i to key i + 1.
Vec3 slope(const Track& track, std::size_t i) {
  return (track.keys[i + 1].world_from_box.translation - track.keys[i].world_from_box.translation) /
         step_s(track, i);
}

/// Velocity at a key: that of the parabola through it and its neighbours (at the ends through the
/// nearest three), so that motion with constant acceleration is met exactly whatever the spacing.
/// Two keys give the straight line. Two equal centres in a row mean that it stood: the velocity at
/// both is zero, else the curve would swing out between them.
Vec3 tangent(const Track& track, std::size_t i) {
  const std::size_t n = track.keys.size();
  if (n < 2) return Vec3::Zero();
  if ((i > 0 && slope(track, i - 1).isZero(0)) || (i + 1 < n && slope(track, i).isZero(0)))
    return Vec3::Zero();
  if (n == 2) return slope(track, 0);
  // d(t) = slope of the parabola = slope of one interval + its change towards the other.
  const std::size_t left = std::clamp<std::size_t>(i, 1, n - 2) - 1;
  const double h0 = step_s(track, left), h1 = step_s(track, left + 1);
  const Vec3 d0 = slope(track, left), d1 = slope(track, left + 1);
  const Vec3 acceleration = 2 * (d1 - d0) / (h0 + h1);
  // The slope d0 is the velocity in the middle of the first interval.
  const double since_middle = seconds_between(track.keys[left].stamp, track.keys[i].stamp) - h0 / 2;
  return d0 + acceleration * since_middle;
}

Cuboid between_keys(const Track& track, std::size_t i, Stamp stamp) {
  const Keyframe& a = track.keys[i];
  const Keyframe& b = track.keys[i + 1];
  const double h = step_s(track, i);
  const double u = seconds_between(a.stamp, stamp) / h;
  // Hermite's basis, with the first centre taken out so that kilometres cost no millimetres.
  const Vec3 way = b.world_from_box.translation - a.world_from_box.translation;
  const Vec3 offset = (u * u * (3 - 2 * u)) * way +
                      (h * u * (1 - u) * (1 - u)) * tangent(track, i) -
                      (h * u * u * (1 - u)) * tangent(track, i + 1);
  Cuboid result;
  result.pose.translation = a.world_from_box.translation + offset;
  result.pose.rotation = a.world_from_box.rotation.slerp(u, b.world_from_box.rotation).normalized();
  result.size = a.size == b.size ? a.size : Vec3(a.size + u * (b.size - a.size));
  return result;
}

bool has_long_name(const Attributes& attributes) {
  return std::any_of(attributes.begin(), attributes.end(), [](const auto& attribute) {
    return attribute.first.size() > kLongestName || attribute.second.size() > kLongestValue;
  });
}

bool has_long_name(const Track& track) {
  return track.name.size() > kLongestName || track.class_name.size() > kLongestName ||
         has_long_name(track.attributes) ||
         std::any_of(track.frame_attributes.begin(),
                     track.frame_attributes.end(),
                     [](const auto& at) { return has_long_name(at.second); });
}

}  // namespace

std::string to_hex(TrackId id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string result(16, '0');
  for (std::size_t i = 16; i-- > 0; id >>= 4) result[i] = kDigits[id & 15];
  return result;
}

std::optional<TrackId> track_id_from_hex(std::string_view hex) {
  TrackId id = 0;
  const auto [end, code] = std::from_chars(hex.data(), hex.data() + hex.size(), id, 16);
  if (hex.size() != 16 || code != std::errc() || end != hex.data() + hex.size())
    return std::nullopt;
  return id;
}

bool name_before(std::string_view a, std::string_view b) {
  const auto x = to_integer(a), y = to_integer(b);
  if (x && y) return *x != *y ? *x < *y : a < b;
  if (x || y) return x.has_value();
  return a < b;
}

std::string_view name_of(TrackState state) {
  return kStates[static_cast<std::size_t>(state)];
}

std::string_view name_of(KeySource source) {
  return kSources[static_cast<std::size_t>(source)];
}

std::optional<TrackState> track_state_named(std::string_view name) {
  return named<TrackState>(kStates, name);
}

std::optional<KeySource> key_source_named(std::string_view name) {
  return named<KeySource>(kSources, name);
}

Cuboid cuboid_by_keys(const Track& track, Stamp stamp) {
  assert(!track.keys.empty());
  const auto after = std::upper_bound(
      track.keys.begin(), track.keys.end(), stamp, [](Stamp s, const Keyframe& key) {
        return s < key.stamp;
      });
  if (after == track.keys.begin()) return track.keys.front().cuboid();
  const Keyframe& before = *(after - 1);
  if (before.stamp == stamp || after == track.keys.end()) return before.cuboid();
  return between_keys(track, static_cast<std::size_t>(after - 1 - track.keys.begin()), stamp);
}

bool present_at(const Track& track, Stamp stamp) {
  for (auto entry = track.frame_attributes.upper_bound(stamp);
       entry != track.frame_attributes.begin();) {
    --entry;
    const auto found = entry->second.find(kPresent);
    if (found != entry->second.end()) return found->second != "false";
  }
  return true;
}

std::vector<Absence> absences(const Track& track) {
  std::vector<Absence> result;
  bool present = true;
  for (const auto& [since, attributes] : track.frame_attributes) {
    if (since > track.last) break;
    const auto found = attributes.find(kPresent);
    if (found == attributes.end() || (found->second != "false") == present) continue;
    present = !present;
    if (!present)
      result.push_back({std::max(since, track.first), std::nullopt});
    else if (since <= result.back().from)  // it ended before the life began
      result.pop_back();
    else
      result.back().until = since;
  }
  return result;
}

bool Presence::at(Stamp stamp) const {
  const auto after =
      std::upper_bound(gone_.begin(), gone_.end(), stamp, [](Stamp s, const Absence& absence) {
        return s < absence.from;
      });
  if (after == gone_.begin()) return true;
  const auto& until = std::prev(after)->until;
  return until && *until <= stamp;
}

std::optional<std::pair<Stamp, Stamp>> shown_life(const Track& track) {
  const std::vector<Absence> gone = absences(track);
  std::pair<Stamp, Stamp> life{track.first, track.last};
  if (gone.empty()) return life;
  if (gone.front().from == track.first) {
    if (!gone.front().until) return std::nullopt;
    life.first = *gone.front().until;
  }
  if (!gone.back().until) life.second = {gone.back().from.ns - 1};
  return life;
}

Stamp first_shown(const Track& track) {
  const auto life = shown_life(track);
  if (!life || life->first == track.first) return track.first;
  return {life->first.ns + 1};  // halfway between two frames: nearer to the one that has a box
}

std::size_t shown_keys(const Track& track) {
  const auto first_from = [&](Stamp stamp) {
    return std::lower_bound(
        track.keys.begin(), track.keys.end(), stamp, [](const Keyframe& key, Stamp s) {
          return key.stamp < s;
        });
  };
  std::size_t result = track.keys.size();
  for (const Absence& absence : absences(track)) {
    const auto until = absence.until ? first_from(*absence.until) : track.keys.end();
    result -= static_cast<std::size_t>(until - first_from(absence.from));
  }
  return result;
}

void forget_presence(Track& track, Stamp from, Stamp to) {
  auto& entries = track.frame_attributes;
  for (auto entry = entries.lower_bound(from); entry != entries.end() && entry->first <= to;) {
    entry->second.erase(kPresent);
    entry = entry->second.empty() ? entries.erase(entry) : std::next(entry);
  }
}

void set_presence(Track& track, Stamp since, bool present) {
  forget_presence(track, since, since);
  if (present_at(track, since) != present)
    track.frame_attributes[since][kPresent] = present ? "true" : "false";
}

std::optional<Cuboid> cuboid_at(const Track& track, Stamp stamp, std::int64_t reach_ns) {
  const Stamp nearest = std::clamp(stamp, track.first, track.last);
  if (std::abs(stamp.ns - nearest.ns) > reach_ns) return std::nullopt;
  if (!present_at(track, nearest)) return std::nullopt;
  Cuboid result = cuboid_by_keys(track, nearest);
  if (stamp != nearest)
    result.pose.translation += velocity_at(track, nearest) * seconds_between(nearest, stamp);
  return result;
}

Vec3 velocity_at(const Track& track, Stamp stamp) {
  constexpr std::int64_t kHalfSpanNs = 50'000'000;
  if (track.keys.size() < 2) return Vec3::Zero();
  const auto clamped = [&](std::int64_t ns) {
    return std::clamp(Stamp{ns}, track.first, track.last);
  };
  const Stamp at = clamped(stamp.ns);
  // At an end of the life the difference would be one-sided, of first order; the keys know better.
  if (at == track.first || at == track.last) {
    if (at == track.keys.front().stamp) return tangent(track, 0);
    if (at == track.keys.back().stamp) return tangent(track, track.keys.size() - 1);
  }
  const Stamp from = clamped(at.ns - kHalfSpanNs), to = clamped(at.ns + kHalfSpanNs);
  if (from == to) return Vec3::Zero();
  return (cuboid_by_keys(track, to).pose.translation -
          cuboid_by_keys(track, from).pose.translation) /
         seconds_between(from, to);
}

const Keyframe* key_at(const Track& track, Stamp stamp) {
  const auto found = std::lower_bound(
      track.keys.begin(), track.keys.end(), stamp, [](const Keyframe& key, Stamp s) {
        return key.stamp < s;
      });
  return found != track.keys.end() && found->stamp == stamp ? &*found : nullptr;
}

const Keyframe* shown_key_at(const Track& track, Stamp stamp) {
  const Keyframe* key = key_at(track, stamp);
  return key && present_at(track, stamp) ? key : nullptr;
}

Attributes attributes_at(const Track& track, Stamp stamp) {
  Attributes result = track.attributes;
  for (const auto& [since, attributes] : track.frame_attributes) {
    if (since > stamp) break;
    for (const auto& [name, value] : attributes) {
      if (value.empty())
        result.erase(name);  // set back to "nobody said"
      else
        result[name] = value;
    }
  }
  return result;
}

std::optional<std::string> why_unsound(const Track& track) {
  if (track.uid == 0) return "uid 0";
  if (track.name.empty()) return "no name";
  if (track.class_name.empty()) return "no class";
  if (has_long_name(track)) return "a name of more than 1024 bytes";
  if (track.keys.empty()) return "no key";
  if (track.last < track.first) return "the life ends before it begins";
  if (track.keys.front().stamp < track.first || track.last < track.keys.back().stamp)
    return "a key outside the life";
  for (std::size_t i = 0; i < track.keys.size(); ++i) {
    const Keyframe& key = track.keys[i];
    if (i > 0 && !(track.keys[i - 1].stamp < key.stamp)) return "keys not ascending";
    if (!is_valid(key.cuboid())) return "a key whose box is none";
    if (key.score && !std::isfinite(*key.score)) return "a score that is no number";
    if (track.rigid && key.size != track.keys.front().size) return "rigid, but sizes differ";
  }
  if (track.still && track.keys.size() != 1) return "still, but several keys";
  return std::nullopt;
}

}  // namespace sweepbox
