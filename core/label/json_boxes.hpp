#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/label/json_text.hpp"
#include "core/label/reading.hpp"
#include "core/label/writing.hpp"

// Labels in JSON whose boxes are objects with centre, size and rotation in the frame of the cloud
// files: what the formats of annotation services share. A format says how its boxes read and what
// of them changes; finding, matching, copying and removing them is here.

namespace sweepbox {

/// R = Rx(x) · Ry(y) · Rz(z): three.js's order "XYZ", which the editors in browsers have. rad.
Quat from_xyz_angles(const Vec3& angles);
/// And back; where only x ± z is determined (y = ±π/2), all of it goes to z.
Vec3 xyz_angles_of(const Quat& rotation);

/// ego from the frame that the reference lidar's files are in: that of boxes drawn on the clouds.
Pose ego_from_clouds(const Drive& drive, int frame);

/// The instant of a name as label files have it: the frame's own name, or its number written
/// otherwise ("5" for "000005").
Instant instant_named(const Instants& instants, std::string_view name);

/// A frame as a file of several has it: the name (a path or file name; its stem counts), and its
/// index from 0 where the file says one.
struct NamedFrame {
  std::string name;
  std::optional<std::int64_t> index;
};

/// The instants of a file's frames: by name; where not one name is a frame of the drive, by index.
std::vector<Instant> instants_of(const Drive& drive,
                                 const Instants& instants,
                                 std::span<const NamedFrame> frames);

/// Three numbers: an object with x, y, z, or an array. The error names `field`.
[[nodiscard]] Result<Vec3> json_vector(const JsonText& json,
                                       const JsonNode* node,
                                       std::string_view field);
std::string json_axes(const Vec3& v);     ///< {"x": …, "y": …, "z": …}
std::string json_numbers(const Vec3& v);  ///< […, …, …]

/// Replaces those of three numbers that differ from `was` by more than 1e-7.
void replace_vector(
    JsonPatch& patch, const JsonText& json, const JsonNode* node, const Vec3& was, const Vec3& now);

/// Replaces a member's value, or adds the member.
void set_member(JsonPatch& patch, const JsonNode& object, std::string_view key, std::string value);

/// Text, number or boolean as text; empty for null, for what has items, and for none.
std::string json_word(const JsonText& json, const JsonNode* node);
/// A value of that word: number or boolean where the one that stands there is of that kind and the
/// word can be, else text.
std::string json_value(std::string_view word, const JsonNode* now);

/// Attributes as members of an object. Words that are booleans become booleans.
std::string attributes_json(const Attributes& attributes);
/// Changes, removes and adds those members that are other attributes now; the rest stays.
void change_members(JsonPatch& patch,
                    const JsonNode& object,
                    const Attributes& was,
                    const Attributes& now);

/// Place within 100 km, sizes above 0 to 100 m, rotation finite: what a cuboid of a file must be.
/// The error names the field.
[[nodiscard]] Result<Cuboid> checked_cuboid(const Vec3& place, const Vec3& size, const Quat& q);

/// Within 1e-7 rad.
bool same_rotation(const Quat& a, const Quat& b);

/// A frame of a file, and the array that its boxes stand in.
struct JsonFrame {
  Instant instant;
  const JsonNode* boxes = nullptr;
};

/// A box on its way into a file that does not have it yet.
struct JsonNewBox {
  const Instant& instant;
  const OutBox& box;
  Cuboid cuboid;           ///< in the clouds' frame
  std::string class_name;  ///< as it is written
  std::string track;       ///< empty for a box without an id
};

/// One file in the words of its format. Nodes are those of its text.
class JsonBoxes {
 public:
  explicit JsonBoxes(const JsonText& text) : json(text) {}

  JsonBoxes(const JsonBoxes&) = delete;
  JsonBoxes& operator=(const JsonBoxes&) = delete;
  virtual ~JsonBoxes() = default;

  virtual std::vector<JsonFrame> frames(const Instants& instants) const = 0;

  /// What a box says, its cuboid in the clouds' frame, `track` empty where it has no id; frame and
  /// origin are filled in by the caller. Nothing for what is no cuboid: it is kept as it is.
  virtual Result<std::optional<Label>> label(const JsonNode& box) const = 0;

  // What changed of a box.
  virtual void set_cuboid(JsonPatch& patch,
                          const JsonNode& box,
                          const Cuboid& was,
                          const Cuboid& now) = 0;
  virtual void set_class(JsonPatch& patch, const JsonNode& box, const std::string& word) = 0;
  virtual void set_track(JsonPatch& patch, const JsonNode& box, const std::string& track) = 0;
  virtual void set_attributes(JsonPatch& patch,
                              const JsonNode& box,
                              const Attributes& was,
                              const Attributes& now) = 0;

  /// A new box as JSON.
  virtual std::string made(JsonPatch& patch, const JsonNewBox& box) = 0;

  /// A frame that the file does not have, with its boxes (JSON, in order). Formats of one frame a
  /// file are never asked.
  virtual void add_frame(JsonPatch&, const Instant&, std::span<const std::string>) {}

  /// A box that goes out, changed or not; and the end.
  virtual void stays(const JsonNode&, const JsonFrame&, const OutBox&) {}

  virtual void finish(JsonPatch&) {}

 protected:
  const JsonText& json;
};

using MakeJsonBoxes = std::function<std::unique_ptr<JsonBoxes>(const JsonText&)>;

/// Reads one file into the set: its source with a record for every item of the frames' arrays, its
/// labels, what is wrong with it.
void read_json_boxes(const Drive& drive,
                     const Instants& instants,
                     Source source,
                     const MakeJsonBoxes& make,
                     LabelSet& set);

/// The text of a file that holds these frames. `source` may be null; then `skeleton` is filled: a
/// document without boxes. Boxes of frames of the file that are not among `frames` are left out.
std::string json_with_boxes(const WriteRequest& request,
                            const Instants& instants,
                            std::span<const OutFrame> frames,
                            const Source* source,
                            const std::string& skeleton,
                            const MakeJsonBoxes& make);

/// Files that hold several frames each: one for every source, in the folder, by its own name; where
/// there are several, a frame goes to the file that has it, and what none has to the first. Without
/// a source, one of the name `otherwise`.
std::vector<WrittenFile> json_files_of_drive(const WriteRequest& request,
                                             std::span<const OutFrame> frames,
                                             const Sources& sources,
                                             const std::string& folder,
                                             const std::string& otherwise,
                                             const std::string& skeleton,
                                             const MakeJsonBoxes& make);

/// The last component of a source's file.
std::string file_name_of(const Source& source);

}  // namespace sweepbox
