#pragma once
#include <map>
#include <memory>

#include "app/session/session.hpp"
#include "core/assist/ground.hpp"

namespace sweepbox {

/// Points of one box in one sweep, as counted last. The sweep is held weakly: a later one may stand
/// at the address of one that the cache has thrown out.
struct CountedBox {
  std::weak_ptr<const Sweep> sweep;
  Cuboid cuboid_in_points;
  int points = -1;
  Attributes attributes;  ///< that it was counted by
};

/// A sweep without the points of parts that are switched off.
struct ThinnedSweep {
  std::weak_ptr<const Sweep> whole;
  std::vector<bool> parts;
  std::shared_ptr<const Sweep> thin;
};

/// The ground that was looked for last.
struct GroundNear {
  std::weak_ptr<const Sweep> sweep;
  Pose ego_from_points;
  Vec3 place_in_ego = Vec3::Zero();
  std::optional<Ground> ground;  ///< empty until it is found, and where there is none
};

/// The camera that shows a box best, as found last.
struct SeenBest {
  std::shared_ptr<const Track> track;
  std::uint64_t document = 0;
  int frame = -1;
  bool before = false;
  int camera = -1;
};

/// The drive as it was while a repair is shown.
struct BeforePreview {
  std::shared_ptr<const Drive> drive;
  std::unique_ptr<FrameCache> cache;
  std::vector<Problem> problems, read_problems;
  Repairs opened_with;
  Edit edit;                               ///< what taking the repair changes
  int kept = 0;                            ///< tracks that somebody touched and that therefore stay
  std::shared_ptr<const LabelSet> labels;  ///< read with the repair
};

/// How playing finds the frames a picture that can be shown.
struct Pace {
  double rate = 0;      ///< that it was learned at
  int late = 0;         ///< pictures of the last ones that came late
  int on_time = 0;      ///< pictures in a row that did not
  int patience = 40;    ///< of on_time before more is tried
  bool trying = false;  ///< fewer frames a picture, so far without a late one
};

/// What a person had before them when they made an edit.
struct EditMemory {
  std::vector<TrackId> before, after;  ///< what was selected
  int frame = -1;                      ///< that was shown
};

/// The change that undo or redo has shown and makes when asked once more.
struct ShownStep {
  std::uint64_t edit = 0;  ///< its number
  bool back = true;
  int frame = -1;  ///< where it was shown

  bool operator==(const ShownStep&) const = default;
};

struct SessionInside {
  // frame_boxes
  std::vector<FrameBox> boxes;
  std::uint64_t boxes_of_document = 0;
  std::uint64_t boxes_of_counts = 0;
  int boxes_of_frame = -1;
  std::weak_ptr<const Sweep> boxes_of_sweep;
  bool boxes_uncounted = false;  ///< counted when play rests
  std::map<TrackId, CountedBox> counts;
  std::uint64_t counts_version = 1;
  Cancel counting;

  // above_ground, best_camera
  GroundNear ground;
  Cancel looking_for_ground;
  Cancel watching;  ///< the label files
  SeenBest seen_best;

  // update
  std::uint64_t shown_version = 0;
  std::uint64_t durable = 0;
  std::uint64_t waiting = 0;
  bool refused = false;
  bool message_shown = false;

  // opening and reopening: the one under way, so that a cancel or another one ends it at once
  std::optional<Cancel> opening;
  Repairs asked;                     ///< of the request: on top of the document's
  Repairs opened_with;               ///< what `drive` was read with
  std::optional<Repairs> rereading;  ///< what the last job that read again was asked for
  LabelPlace labels;                 ///< of the request, instead of the drive's own
  /// Those of Session::problems that were said in reading drive and labels: another reading says
  /// its own in their place.
  std::vector<Problem> read_problems;
  std::optional<BeforePreview> before_preview;

  // open_questions: the problems that were looked through, and the repair that each speaks of
  std::vector<Problem> searched;
  std::vector<std::string> repairs_in_problems;

  bool first_view_waits = false;  ///< take_first_view: of a drive just opened

  // shown_sweep: sweeps without the points of parts that are switched off
  std::map<int, ThinnedSweep> thinned;

  // tick: the frame whose time came before its data, −1 for none; and what it goes by to find how
  // many frames a picture can be shown
  int late_frame = -1;
  Pace pace;

  bool read_only = false;

  // undoing
  std::map<std::uint64_t, EditMemory> memories;  ///< by the edit's number; a restart loses them
  std::uint64_t open_memory = 0;  ///< the edit whose `after` is not known yet; 0: none
  std::optional<ShownStep> shown_step;
};

/// After the document changed: tracks that are gone cannot be selected or hovered.
void document_changed(Session& session);

/// Why nothing is edited while a repair is shown.
Error shown_repair_error();

/// A fresh state for another drive (or none).
void reset_inside(Session& session);

}  // namespace sweepbox
