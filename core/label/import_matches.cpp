#include "core/label/import_matches.hpp"

#include <algorithm>
#include <map>

#include "core/geometry/iou.hpp"
#include "core/label/instants.hpp"

namespace sweepbox {
namespace {

/// Two labels of one object cover each other by this, seen from above.
constexpr double kOverlap = 0.5;

using HeldRecord = std::pair<std::size_t, std::size_t>;  // track, key

/// Half of a box's diagonal seen from above: farther apart than both of these, two do not touch.
double reach(const Cuboid& cuboid) {
  return 0.5 * cuboid.size.norm();
}

double overlap(const Cuboid& a, const Cuboid& b) {
  const double apart = (a.pose.translation - b.pose.translation).head<2>().norm();
  return apart >= reach(a) + reach(b) ? 0 : iou_bev(a, b);
}

std::optional<std::size_t> key_index(const Track& track, Stamp stamp) {
  const Keyframe* key = key_at(track, stamp);
  if (!key) return std::nullopt;
  return static_cast<std::size_t>(key - track.keys.data());
}

bool lives(const Track& track, Stamp stamp) {
  return track.first <= stamp && stamp <= track.last;
}

/// A box, shown or hidden: what the curve does in an absence says nothing.
bool has_box(const Track& track, Stamp stamp) {
  return lives(track, stamp) && (present_at(track, stamp) || key_at(track, stamp));
}

class Matcher {
 public:
  Matcher(std::span<const std::shared_ptr<const Track>> fresh,
          const Document& document,
          const std::set<std::string>& unchanged)
      : fresh_(fresh),
        held_(document.tracks()),
        unchanged_(unchanged),
        words_(document.taxonomy()),
        partner_(fresh.size()) {
    for (const auto& track : fresh_) {
      matches_.emplace_back(track->keys.size());
      std::vector<bool> open;
      const Presence presence(*track);
      for (const Keyframe& key : track->keys) open.push_back(presence.at(key.stamp));
      open_.push_back(std::move(open));
    }
  }

  std::vector<std::vector<std::optional<HeldBox>>> run() && {
    by_record();
    by_id();
    by_overlap();
    by_partner();
    return std::move(matches_);
  }

 private:
  const Keyframe& key_of(const FreshBox& box) const { return fresh_[box.first]->keys[box.second]; }

  bool is_open(const FreshBox& box) const { return open_[box.first][box.second]; }

  /// Calls `act` for every box that is matched to none yet.
  template <class Act>
  void for_open(std::size_t track, Act act) {
    for (std::size_t k = 0; k < fresh_[track]->keys.size(); ++k)
      if (open_[track][k]) act(FreshBox{track, k});
  }

  /// Matches a box with the held track at its time (or at that of the key that is given). False
  /// where another box has that place.
  bool match(const FreshBox& box, std::size_t held, std::optional<std::size_t> key) {
    const Stamp at = key ? held_[held]->keys[*key].stamp : key_of(box).stamp;
    if (!taken_.emplace(held, at).second) return false;
    matches_[box.first][box.second] = HeldBox{held, key};
    open_[box.first][box.second] = false;
    return true;
  }

  bool match(const FreshBox& box, std::size_t held) {
    return match(box, held, key_index(*held_[held], key_of(box).stamp));
  }

  void by_record() {
    std::map<std::pair<std::string_view, std::uint32_t>, HeldRecord> records;
    for (std::size_t h = 0; h < held_.size(); ++h)
      for (std::size_t k = 0; k < held_[h]->keys.size(); ++k)
        if (const auto& origin = held_[h]->keys[k].origin;
            origin && unchanged_.contains(origin->source))
          records.try_emplace({origin->source, origin->record}, h, k);
    if (records.empty()) return;
    for (std::size_t f = 0; f < fresh_.size(); ++f)
      for_open(f, [&](const FreshBox& box) {
        const auto& origin = key_of(box).origin;
        if (!origin) return;
        const auto found = records.find({origin->source, origin->record});
        if (found != records.end()) match(box, found->second.first, found->second.second);
      });
  }

  /// FRAME/LINE is an id only for the file that it was made of.
  bool has_id(const Track& track) const {
    return !is_made_up(track.name) ||
           std::any_of(track.keys.begin(), track.keys.end(), [&](const Keyframe& key) {
             return key.origin && unchanged_.contains(key.origin->source);
           });
  }

  /// The track of the same id; of several the one that lies nearest at the first time they share.
  std::optional<std::size_t> same_id(const Track& track,
                                     std::span<const std::size_t> candidates,
                                     const std::vector<bool>& used) const {
    std::optional<std::size_t> best;
    double most = -1;
    for (const std::size_t h : candidates) {
      if (used[h]) continue;
      double here = 0;
      for (const Keyframe& key : track.keys)
        if (lives(*held_[h], key.stamp)) {
          here = 1e-6 + overlap(key.cuboid(), cuboid_by_keys(*held_[h], key.stamp));
          break;
        }
      if (here <= most) continue;
      most = here;
      best = h;
    }
    return best;
  }

  void by_id() {
    std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> named;
    std::map<TrackId, std::size_t> of_uid;
    for (std::size_t h = 0; h < held_.size(); ++h) {
      named[{held_[h]->name, words_.name_of(held_[h]->class_name)}].push_back(h);
      of_uid.emplace(held_[h]->uid, h);
    }
    std::vector<bool> used(held_.size());
    for (std::size_t f = 0; f < fresh_.size(); ++f) {
      const Track& track = *fresh_[f];
      std::optional<std::size_t> held;
      if (const auto found = of_uid.find(track.uid); found != of_uid.end()) held = found->second;
      if (!held && has_id(track))
        if (const auto found = named.find({track.name, words_.name_of(track.class_name)});
            found != named.end())
          held = same_id(track, found->second, used);
      if (!held) continue;
      used[*held] = true;
      partner_[f] = held;
      for_open(f, [&](const FreshBox& box) {
        if (lives(*held_[*held], key_of(box).stamp)) match(box, *held);
      });
    }
  }

  void by_overlap() {
    std::map<Stamp, std::vector<FreshBox>> open;
    for (std::size_t f = 0; f < fresh_.size(); ++f)
      for_open(f, [&](const FreshBox& box) { open[key_of(box).stamp].push_back(box); });
    if (open.empty()) return;
    std::map<Stamp, std::vector<std::size_t>> there;
    for (std::size_t h = 0; h < held_.size(); ++h)
      for (auto at = open.lower_bound(held_[h]->first);
           at != open.end() && at->first <= held_[h]->last;
           ++at)
        if (!taken_.contains({h, at->first}) && has_box(*held_[h], at->first))
          there[at->first].push_back(h);
    for (const auto& [stamp, tracks] : there) match_frame(stamp, open.at(stamp), tracks);
  }

  void match_frame(Stamp stamp,
                   std::span<const FreshBox> boxes,
                   std::span<const std::size_t> tracks) {
    struct Pair {
      bool same_class = false;
      double overlap = 0;
      FreshBox box;
      std::size_t held = 0;
    };

    std::vector<Pair> pairs;
    for (const std::size_t h : tracks) {
      const Cuboid cuboid = cuboid_by_keys(*held_[h], stamp);
      const std::string& class_name = words_.name_of(held_[h]->class_name);
      for (const FreshBox& box : boxes)
        if (const double share = overlap(key_of(box).cuboid(), cuboid); share >= kOverlap)
          pairs.push_back(
              {class_name == words_.name_of(fresh_[box.first]->class_name), share, box, h});
    }
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
      return std::pair(a.same_class, a.overlap) > std::pair(b.same_class, b.overlap);
    });
    for (const Pair& pair : pairs)
      if (is_open(pair.box)) match(pair.box, pair.held);
  }

  /// The held track that most boxes of a fresh one are in.
  std::optional<std::size_t> most_in(std::size_t track) const {
    std::map<std::size_t, int> votes;
    for (const auto& match : matches_[track])
      if (match) ++votes[match->track];
    const auto best =
        std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) {
          return a.second < b.second;
        });
    return best == votes.end() ? std::nullopt : std::optional(best->first);
  }

  void by_partner() {
    for (std::size_t f = 0; f < fresh_.size(); ++f) {
      if (!partner_[f]) partner_[f] = most_in(f);
      if (partner_[f]) for_open(f, [&](const FreshBox& box) { match(box, *partner_[f]); });
    }
  }

  std::span<const std::shared_ptr<const Track>> fresh_;
  const TrackList& held_;
  const std::set<std::string>& unchanged_;
  ClassWords words_;
  std::vector<std::vector<std::optional<HeldBox>>> matches_;
  std::vector<std::vector<bool>> open_;
  std::vector<std::optional<std::size_t>> partner_;  ///< held track of a fresh one
  std::set<std::pair<std::size_t, Stamp>> taken_;    ///< places of held tracks
};

}  // namespace

std::vector<std::vector<std::optional<HeldBox>>> match_boxes(
    std::span<const std::shared_ptr<const Track>> fresh,
    const Document& document,
    const std::set<std::string>& unchanged) {
  return Matcher(fresh, document, unchanged).run();
}

const std::string& ClassWords::name_of(const std::string& word) {
  const auto [at, added] = names_.try_emplace(word, word);
  if (added)
    if (const ObjectClass* found = taxonomy_.find(word)) at->second = found->name;
  return at->second;
}

}  // namespace sweepbox
