#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/label/instants.hpp"
#include "core/label/json_text.hpp"
#include "core/label/label.hpp"
#include "core/label/repairs.hpp"

// What an ASAM OpenLABEL 1.0 file (also VCD 4.3, and the dialects of Kognic and raillabel) says of
// cuboids: where they stand in the text, in which frame of reference, in which axes (formats.md
// 4.10, 4.11).

namespace sweepbox {

/// How a cuboid's own axes lie in the object.
enum class OpenLabelAxes {
  front_left_up,    ///< x to the front, z up: the standard's vehicles
  front_down_left,  ///< KITTI's in a camera's axes: sizes are length, height, width
  right_front_up,   ///< Kognic's: the front is +y, sizes are width, length, height
};

/// A cuboid in the text. Nodes belong to the file's JsonText.
struct OpenLabelRecord {
  const JsonNode* cuboid = nullptr;
  const JsonNode* list = nullptr;   ///< the array that it is in
  const JsonNode* data = nullptr;   ///< the object_data around
  const JsonNode* entry = nullptr;  ///< the object around, in its frame or (static) in objects
  std::string uid;
  std::string track;  ///< what its labels are called
  bool has_track_id = true;
  int frame = -1;           ///< index in OpenLabelFile::frames; −1: static
  std::vector<int> frames;  ///< in which it holds: its own, or those of a static one
};

struct OpenLabelFrame {
  const JsonNode* node = nullptr;  ///< nullptr: of a static object's interval alone
  std::string key;
  Instant instant;
};

class OpenLabelFile {
 public:
  /// The error names line and column, or what is missing.
  [[nodiscard]] static Result<OpenLabelFile> parse(const Drive& drive, std::string text);

  const JsonText& json() const { return json_; }

  const JsonNode& root() const { return *root_; }  ///< what stands under "openlabel" (or "vcd")

  std::vector<OpenLabelFrame> frames;
  std::vector<OpenLabelRecord> records;
  std::map<std::string, const JsonNode*> objects;  ///< by uid
  bool own = false;                                ///< Sweepbox wrote it: names are track names
  std::vector<Problem> notes;                      ///< what was decided by the data

  const JsonNode* object(const OpenLabelRecord& record) const;
  std::string track_of(const std::string& uid) const;

  /// The box in ego of a frame (index in frames). The error names the field.
  [[nodiscard]] Result<Cuboid> cuboid_in_ego(const OpenLabelRecord& record, int frame) const;

  /// The numbers that the record's `val` has for a box, in its own frame of reference, axes and
  /// form (9 or 10).
  [[nodiscard]] Result<std::vector<double>> values_of(const OpenLabelRecord& record,
                                                      int frame,
                                                      const Cuboid& cuboid_in_ego) const;

  /// ego from a coordinate system of the file at a frame; empty where neither drive nor file know.
  std::optional<Pose> ego_from(const std::string& name, int frame) const;

 private:
  explicit OpenLabelFile(const Drive& drive) : drive_(&drive), angles_(drive) {}

  void find_frames();
  void find_records();
  void add_records(const JsonNode& entry, int frame);
  void decide_axes();
  std::string system_of(const OpenLabelRecord& record) const;
  OpenLabelAxes axes_of(const OpenLabelRecord& record, const Quat& ego_from_cuboid) const;
  std::optional<Pose> known(const std::string& name, const Instant& instant) const;
  std::optional<Pose> transform(const JsonNode* node) const;

  const Drive* drive_;
  RawAngles angles_;
  JsonText json_;
  const JsonNode* root_ = nullptr;
  OpenLabelAxes stream_axes_ = OpenLabelAxes::right_front_up;
  bool has_streams_ = false;
};

}  // namespace sweepbox
