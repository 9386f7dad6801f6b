#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/label/json_values.hpp"
#include "core/label/reading.hpp"
#include "core/label/writing.hpp"

// Labels in JSON whose boxes are objects with centre, size and rotation in the frame of the cloud
// files: what the formats of annotation services share. A format says how its boxes read and what
// of them changes; finding, matching, copying and removing them is here.

namespace sweepbox {

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

}  // namespace sweepbox
