#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/annotation/taxonomy.hpp"
#include "core/annotation/track_list.hpp"
#include "core/sensor/camera.hpp"
#include "core/sensor/point_cloud.hpp"

namespace sweepbox {

/// What an import brought: the file, and its records in order, also those that are no cuboid
/// (KITTI's DontCare), so that what nobody touched can be written back byte for byte.
struct Source {
  std::string id;          ///< its key in the document
  std::string format;      ///< as in label_formats()
  std::string file;        ///< relative to the drive
  std::string frame;       ///< name of the frame whose labels it holds; empty: of several
  std::uint64_t hash = 0;  ///< of the whole file
  std::string text;        ///< the whole file where it is text; empty for tables
  /// Byte ranges [begin, end) of the records in `text`, in order.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> records;

  bool operator==(const Source&) const = default;
};

/// Kinds of things that an edit replaces. Numbers are written to disk: never renumber, append.
enum class Kind : std::uint8_t {
  track = 1,
  correction = 2,
  repair = 3,
  source = 4,
  setting = 5,
  note = 6,
  frame = 7
};

/// A whole value of one thing; monostate: it is not there. track → Track, source → Source,
/// correction → Pose (correction of `camera_from_ego = correction * loaded`, or of a lidar's
/// `ego_from_points = correction * loaded`), the others → text.
using Value = std::variant<std::monostate,
                           std::shared_ptr<const Track>,
                           std::shared_ptr<const Source>,
                           Pose,
                           std::string>;

/// Compares what they hold, not where it lies.
bool same(const Value& a, const Value& b);

/// Name of a thing: kind and id (a track's hex uid, a sensor's name, a setting's name …).
struct Key {
  Kind kind = Kind::track;
  std::string id;

  auto operator<=>(const Key&) const = default;
};

/// Everything that people make of a drive: tracks, corrections, repairs, sources, settings, notes.
/// A value: a copy costs nothing, and a preview is just another Document. Changed only by Edits.
class Document {
 public:
  explicit Document(std::shared_ptr<const Taxonomy> taxonomy = default_taxonomy());

  const Taxonomy& taxonomy() const { return *taxonomy_; }

  std::shared_ptr<const Taxonomy> shared_taxonomy() const { return taxonomy_; }

  const TrackList& tracks() const { return tracks_; }

  /// nullptr where there is none.
  std::shared_ptr<const Track> track(TrackId uid) const { return tracks_.find(uid); }

  /// The first with that shown name; nullptr where there is none.
  std::shared_ptr<const Track> track_named(std::string_view name) const {
    return tracks_.named(name);
  }

  /// Tracks whose life has a moment in [first, last], ascending uid: those that a frame or an image
  /// can show. Costs what it answers, not what the document holds.
  std::vector<std::shared_ptr<const Track>> tracks_at(Stamp first, Stamp last) const {
    return tracks_.living(first, last);
  }

  /// Identity where nobody corrected the sensor.
  Pose correction(std::string_view sensor) const;

  Value value(const Key& key) const;
  /// Number of the edit that made it; 0 for what is not there.
  std::uint64_t edit_of(const Key& key) const;
  /// Keys of one kind, ascending.
  std::vector<Key> keys(Kind kind) const;

  /// The document with one thing replaced (monostate removes it). A track costs a chunk of the list
  /// (TrackList), another thing a copy of those of its kind.
  Document with(const Key& key, const Value& value, std::uint64_t edit_number = 0) const;
  /// The same for many things at once, in one pass over each list (imports).
  Document with(std::span<const std::pair<Key, Value>> things, std::uint64_t edit_number = 0) const;

  /// Equal things with equal values; edit numbers do not count.
  bool operator==(const Document& other) const;

 private:
  struct Entry {
    Value value;
    std::uint64_t edit = 0;
  };

  using OfOneKind = std::map<std::string, Entry, std::less<>>;  ///< by id
  using Others = std::map<Kind, std::shared_ptr<const OfOneKind>>;

  const OfOneKind& others(Kind kind) const;
  const Entry* other(const Key& key) const;

  std::shared_ptr<const Taxonomy> taxonomy_;
  TrackList tracks_;
  std::shared_ptr<const Others> others_;
};

/// The camera with the document's correction applied: camera_from_ego = correction * loaded.
Camera corrected(const Camera& camera, const Document& document);

/// The same for a lidar: ego_from_points = correction * loaded.
Pose corrected_ego_from_points(const Sweep& sweep, const Document& document);

}  // namespace sweepbox
