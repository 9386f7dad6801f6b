#pragma once
#include <map>

#include "core/label/openlabel_scan.hpp"
#include "core/label/writing.hpp"

// OpenLABEL files that begin with us, and the pieces of JSON that enter those of others.

namespace sweepbox {

/// The number of a frame in the file: that in its name, where all names of the drive are numbers
/// that fit; else its place in the drive.
class OpenLabelKeys {
 public:
  explicit OpenLabelKeys(const Drive& drive);

  std::string of(const Instant& instant) const;

 private:
  bool numbered_ = true;
  std::size_t frames_ = 0;
};

/// A whole number or a UUID: what the schema takes for an id.
bool is_openlabel_uid(std::string_view name);

/// Object ids: the track's name where it is one (a whole number or a UUID), else a free number.
class OpenLabelUids {
 public:
  explicit OpenLabelUids(const Document& document);

  const std::string& of(const Track& track) const { return uids_.at(track.uid); }

 private:
  std::map<TrackId, std::string> uids_;
};

/// A cuboid in vehicle-iso8855 (ego) with its attributes.
std::string cuboid_json(const OutBox& box);
/// `{"frame_properties": …, "objects": {…}}`; `objects` is the inside of the braces.
std::string frame_json(const Drive& drive, const Instant& instant, const std::string& objects);
/// `{"name": …, "type": …, "frame_intervals": …, "object_data_pointers": …}` of a track that has
/// cuboids in these frames (numbers, ascending).
std::string object_json(const Track& track,
                        const std::string& type,
                        const std::vector<std::int64_t>& frames);
/// `[{"frame_start": …, "frame_end": …}, …]`.
std::string intervals_json(const std::vector<std::int64_t>& frames);

/// A whole file.
std::string openlabel_text(const WriteRequest& request, const std::vector<OutFrame>& frames);

}  // namespace sweepbox
