#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/annotation/edit.hpp"
#include "core/base/jobs.hpp"
#include "core/base/problems.hpp"
#include "core/drive/drive.hpp"
#include "core/sensor/box_projection.hpp"

namespace sweepbox {

/// One record of a label file in neutral form.
struct Label {
  int frame = -1;          ///< index in the drive; −1: of an instant that the drive does not have
  std::string frame_name;  ///< as the file names it
  Stamp stamp;             ///< of that frame, or the best that the file says
  std::string track;       ///< "12"; FRAMENAME/LINE where the format has no track ids
  bool has_track_id = false;
  std::string class_name;  ///< the file's own word
  Cuboid cuboid_in_ego;    ///< ego at `stamp`
  Attributes attributes;
  std::optional<double> score;
  std::optional<Rect> rect;  ///< 2D box that the file carries, px
  std::string rect_camera;   ///< of which camera
  std::optional<double> truncated;
  bool key = true;  ///< false for boxes that the file says are interpolated
  Origin origin;
};

/// All labels of a drive from one place, whatever the format.
struct LabelSet {
  std::string format;
  std::vector<Source> sources;
  std::vector<Label> labels;  ///< cuboids only, in file order
  /// Whole tracks with keys in the world, where the format keeps keyframes (`Can::keyframes`); then
  /// `labels` are their boxes in every frame, and import_edit takes the tracks.
  std::vector<Track> tracks;
  Problems problems;  ///< records that could not be read
  /// Where the set labels only some instants of the drive (nuScenes: two a second of twenty):
  /// those, ascending. A track without a box at one of them is absent there; between them it is
  /// carried. Empty: every frame.
  std::vector<Stamp> labelled;
  int elsewhere =
      0;  ///< cuboids of instants that the drive does not have (frame −1), part of labels
};

/// Which boxes a format can hold.
enum class Upright {
  no,            ///< any rotation
  in_camera,     ///< turned about the vertical of camera_rect_0 alone (KITTI)
  in_reference,  ///< about z of the frame that its boxes stand in (`reference_of`) alone
};

/// Which names a format's files can carry so that their reader finds them again (names.hpp).
enum class NameRule {
  any,        ///< any bytes
  text,       ///< UTF-8
  name,       ///< UTF-8, not empty
  visible,    ///< UTF-8, not only blanks
  file,       ///< what can be a file's name (is_file_name)
  file_text,  ///< the same, in UTF-8
  word,       ///< no blanks, no line ends, not empty
  cell,       ///< no line ends, no blanks around it, not empty
  xml,        ///< UTF-8 without control characters, no blanks around it, not empty
};

/// What the names of a document can be in a format.
struct Names {
  NameRule track = NameRule::name;
  NameRule class_name = NameRule::name;
  NameRule attribute = NameRule::name;
  NameRule value = NameRule::text;
  NameRule frame = NameRule::file;
  NameRule drive = NameRule::text;
  std::span<const std::string_view> reserved_classes = {};     ///< that mean something else there
  std::span<const std::string_view> reserved_attributes = {};  ///< the same
};

/// What a label format can hold.
struct Can {
  bool track_ids = false;
  bool attributes = false;
  bool scores = false;
  bool rects = false;           ///< 2D boxes
  bool several_frames = false;  ///< one file holds a whole drive
  bool any_class = true;        ///< classes beyond the format's own list
  bool keyframes = false;       ///< boxes are keys, those between are interpolated
  Upright upright = Upright::no;
  Names names = {};

  /// Roll and pitch.
  bool tilt() const { return upright == Upright::no; }
};

/// What writing lost or would lose: said before anything is written.
struct Loss {
  Text what;         ///< "roll and pitch"
  int boxes = 0;     ///< how many it touches
  double worst = 0;  ///< where boxes become others: how far the worst corner moves, m
};

struct OutFrame;

struct WriteRequest {
  const Document& document;
  const Drive& drive;
  std::vector<int> frames;  ///< indices, ascending
  /// What frames_to_write has found for it; null: it finds it anew.
  std::shared_ptr<const std::vector<OutFrame>> found = nullptr;
  Cancel cancel = {};
};

struct WrittenFile {
  std::string path;  ///< relative to the output
  std::string content;
};

struct Instant;
struct OutBox;

/// A loss that only some format has: its words, and whether a box suffers it.
struct LossKind {
  Text what;
  bool (*touches)(const WriteRequest& request, const OutFrame& frame, const OutBox& box);
};

struct LabelFormat {
  std::string_view name;
  std::string_view title;
  Can can;
  std::span<const std::string_view> words = {};       ///< its own classes; empty: any word
  std::span<const std::string_view> attributes = {};  ///< that it holds although it holds no others
  /// Reads the labels at a place for a drive. Files of frames that are no frame of the drive are
  /// kept (elsewhere).
  Result<LabelSet> (*read)(const Drive& drive, const std::filesystem::path& place);
  /// Files to write; null where the format is only read. Records whose Origin still holds are
  /// copied byte for byte, the rest is spliced in.
  Result<std::vector<WrittenFile>> (*write)(const WriteRequest& request);
  /// How sure it is (0 … 1) that a file or folder holds its labels, from names and the first bytes;
  /// null for those that only their drive's reader finds.
  double (*recognise)(const std::filesystem::path& place) = nullptr;
  /// For Upright::in_reference: ego from the frame that its boxes stand in (the lidar, the world);
  /// null: ego itself.
  Pose (*reference_of)(const Drive& drive, const Instant& instant) = nullptr;
  /// What it loses beyond that which `can` says.
  std::span<const LossKind> own_losses = {};
};

/// The format that is surest of a place; nullptr where none knows it.
const LabelFormat* recognised_format(const std::filesystem::path& place);

/// Labels of a place that did not come with the drive. `format` may be empty: it is recognised.
/// Where it is named, the place may also be the folder that a convert wrote several files into.
[[nodiscard]] Result<LabelSet> read_labels(const Drive& drive,
                                           const std::filesystem::path& place,
                                           std::string_view format = {});

std::span<const LabelFormat> label_formats();
const LabelFormat* label_format(std::string_view name);

/// Every label that came with the drive (DriveInfo::labels), or an empty set. A place that cannot
/// be read is a problem.
[[nodiscard]] Result<LabelSet> read_own_labels(const Drive& drive);
/// Those of a place where one is named, else the drive's own.
[[nodiscard]] Result<LabelSet> read_labels(const Drive& drive, const LabelPlace& place);

/// The edit that brings a label set into a document: tracks by id (those without one stand alone),
/// every box a key with its origin, also those of instants that the drive does not have; rigid only
/// where all sizes are equal. A track lives from its first to its last box; in frames between,
/// which have none in the file, it is not present (present_at). Author import.
Edit import_edit(const LabelSet& labels, const Drive& drive, const Document& document);

/// The edit that brings keys to the stamps of their frames, where the drive's clock changed since
/// they were set (a repair of stamps, files that came in): a frame's name wins over its stamp.
/// Lives, marks and attributes go along, in between in proportion. Empty where every key stands at
/// its frame. A track whose keys would meet or swap stays as it is.
Edit realign_edit(const Drive& drive, const Document& document);

/// The edit that makes tracks present at records of an import that belong to no frame of the drive
/// and lie in an absence. Imports before 0.2 made such; the keys of an absence counted then. Empty
/// where there are none.
Edit unhide_edit(const Drive& drive, const Document& document);

/// What the format cannot hold of what the document has.
std::vector<Loss> losses(const LabelFormat& format, const WriteRequest& request);

}  // namespace sweepbox
