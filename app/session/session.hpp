#pragma once
#include <array>
#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/session/language.hpp"
#include "app/session/settings.hpp"
#include "app/session/ui_map.hpp"
#include "core/annotation/edits.hpp"
#include "core/annotation/history.hpp"
#include "core/base/jobs.hpp"
#include "core/base/last_writer.hpp"
#include "core/drive/formats.hpp"
#include "core/drive/frame_cache.hpp"
#include "core/label/label.hpp"
#include "core/store/project.hpp"

namespace sweepbox {

/// Where a person stands in the drive.
struct Playback {
  int frame = 0;
  int direction = 1;  ///< of the last step: where to prefetch
  bool playing = false;
  bool loop = true;
  double rate = 1;                ///< 0.1 … 8
  double carry_s = 0;             ///< drive time since the shown frame's stamp while playing
  std::uint64_t missed = 0;       ///< frames not ready when their time came (shown late)
  std::uint64_t passed_over = 0;  ///< frames between those that were shown
  /// Frames from one picture to the next: more than 1 where more are asked for than can be shown.
  int stride = 1;
};

/// What is shown, and how.
struct Layers {
  std::string color_by = "height";  ///< a name in kColorings
  std::string color_map = "slate";
  double point_size = 2;  ///< px
  bool eye_dome = true;
  bool grid = true;
  bool ego = true;
  bool boxes = true;
  bool tags = true;  ///< names at boxes
  bool points_on_images = false;
  bool boxes_on_images = true;
  bool others = true;        ///< boxes that are not selected
  std::vector<bool> lidars;  ///< one a lidar
  /// One a part of each lidar whose sweeps mix several (LidarInfo::parts); empty for the others.
  std::vector<std::vector<bool>> parts;
};

/// What points can be coloured by.
struct Coloring {
  std::string_view name;   ///< of Layers::color_by
  std::string_view title;  ///< English, key of its translation
  bool channel = false;    ///< of the points themselves: not every drive has it
};

inline constexpr std::array kColorings = {
    Coloring{"height", "Height"},
    Coloring{"intensity", "Intensity", true},
    Coloring{"range", "Distance"},
    Coloring{"ring", "Ring", true},
    Coloring{"time", "Time", true},
    Coloring{"lidar", "Lidar", true},
    Coloring{"camera", "Camera"},
    Coloring{"class", "Class"},
};
const Coloring* coloring_named(std::string_view name);  ///< nullptr for none
std::string coloring_names();                           ///< "height, intensity, …"

/// Camera of the 3D view, in ego. An orbit about a target.
struct SceneCamera {
  Vec3 target = Vec3(8, 0, 0);
  double yaw = 0;        ///< rad; the eye stands at target − distance · direction(yaw, pitch)
  double pitch = -0.6;   ///< rad; −π/2 looks straight down
  double distance = 30;  ///< m
  bool orthographic = false;
};

constexpr double kSceneViewAngle = 45 * kPi / 180;  ///< vertical field of view of the 3D view

/// Zooms of the side views, m per pixel; 0: fit the selected box.
struct SideCameras {
  std::array<double, 3> metres_per_pixel{};  ///< top, side, front
};

/// State of the Calibrate layout.
struct CalibrateState {
  int camera = 0;
  double blend = 0.5;  ///< 0 picture alone … 1 points alone
  bool hide_behind = true;
  bool magnifier = true;
  bool show_before = false;  ///< while held: the correction as loaded
  double point_size = 2;
  std::array<double, 6> steps = {0.01,
                                 0.01,
                                 0.01,
                                 0.05 * kPi / 180,
                                 0.05 * kPi / 180,
                                 0.05 * kPi / 180};  ///< x y z m, roll pitch yaw rad
};

struct Message {
  Severity severity = Severity::note;
  Text text;
  std::chrono::steady_clock::time_point at;
};

/// Long work that a person sees: what it does, how far it is, a cancel.
struct Task {
  std::uint64_t id = 0;
  Text title;
  Text stopped;          ///< said where somebody stopped it
  bool of_drive = true;  ///< ends with the open drive
  Cancel cancel = {};
};

/// Grows whenever that part changed; a view whose picture was made at other numbers is old.
struct Versions {
  std::uint64_t document = 1;  ///< committed or previewed
  std::uint64_t selection = 1;
  std::uint64_t time = 1;
  std::uint64_t layers = 1;
  std::uint64_t camera = 1;
  std::uint64_t look = 1;  ///< theme, scale, language
};

/// A box of the shown frame as panels and views need it.
struct FrameBox {
  std::shared_ptr<const Track> track;
  Cuboid cuboid_in_ego;  ///< at the frame's stamp
  int points = -1;       ///< inside, closed box; −1 without a sweep (yet) and during play
  double distance = 0;   ///< of its centre from ego, m
  bool key = false;      ///< the frame has a key of it
};

struct OpenRequest {
  std::filesystem::path path;  ///< a drive or a project (.sbx)
  std::string format;
  std::string drive;
  Repairs repairs;
  std::filesystem::path project;  ///< empty: the default place; "memory": none is kept
  bool read_only = false;
  int frame = 0;
  /// Labels of another place instead of the drive's own, for a first opening; an empty format is
  /// recognised, an empty path is none.
  LabelPlace labels = {};
};

/// Several drives stand at one place: which of them is meant?
struct DriveChoice {
  OpenRequest request;
  std::vector<DriveRef> drives;
};

/// A repair as it would be, shown on the drive before anybody takes it: then `drive`, `cache` and
/// `preview` are those of the repaired drive, and nothing can be edited.
struct RepairPreview {
  std::string name;   ///< "extrinsics.camera", as in repair_kinds()
  std::string value;  ///< "inverse"; empty: the drive without this repair
};

/// What the import doctor found and what became of it.
struct DoctorState;

/// Labels that wait for a choice of how they come in.
struct ImportChoice;

/// Caches and watchers of the functions below; theirs alone.
struct SessionInside;

/// The one mutable thing in the program: what all panels see. Belongs to the frame loop's thread.
struct Session {
  explicit Session(Jobs& jobs_to_use, Settings chosen = {}, std::filesystem::path config = {});
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  Jobs& jobs;
  Settings settings;
  std::filesystem::path config_folder;
  Language language;

  // The open drive; null on the start page.
  std::shared_ptr<const Drive> drive;
  DriveRef ref;
  std::unique_ptr<FrameCache> cache;
  std::unique_ptr<MemoryLog> memory;  ///< where there is no project
  std::unique_ptr<Project> project;
  std::unique_ptr<History> history;  ///< after its log: it points to it
  std::optional<Document> preview;   ///< an open gesture's document; see set_preview

  std::vector<TrackId> selected;  ///< the last one is the primary selection
  TrackId hovered = 0;
  std::optional<Cuboid> clipboard;  ///< in ego, with its class
  std::string clipboard_class;
  std::string current_class = "car";  ///< of the next new box
  std::string tool = "select";        ///< name in tools()
  std::string layout = "annotate";    ///< name in layouts()
  std::string popup;                  ///< "palette", "keys", "settings", "open", … or empty
  std::string locked_axis;            ///< "x", "y", "z" while one axis is locked, else empty
  std::string filter;                 ///< of the track list
  std::vector<TrackId> hidden;        ///< tracks with the eye closed
  std::optional<double>
      last_yaw;  ///< of the box made or turned last, rad in ego: the next stands like it
  std::uint64_t cancelled = 0;  ///< grows with Esc: a gesture under way ends without an edit

  Playback time;
  Layers layers;
  SceneCamera scene_camera;
  SideCameras side_cameras;
  CalibrateState calibrate;
  Versions versions;
  UiMap ui_map;
  std::deque<Message> messages;  ///< newest last, at most 500
  std::vector<Task> tasks;
  std::vector<Edit> offers;                     ///< results of jobs whose tracks changed meanwhile
  std::vector<Problem> problems;                ///< of the drive, its labels and the project
  std::optional<DriveChoice> choice;            ///< asked in the popup "choose_drive"
  std::unique_ptr<ImportChoice> import_choice;  ///< asked in the popup "import_mode"; importing.hpp
  std::optional<RepairPreview> repair_preview;  ///< see reopening.hpp
  std::unique_ptr<DoctorState> doctor;          ///< never null; see doctor.hpp
  bool recent_kept = true;  ///< false for runs of scripts: what they open is nobody's recent drive
  bool quit = false;
  /// Makes the sample drive in a job and opens it; set by the program, which alone knows `synth`.
  std::function<Result<void>(Session&)> make_sample;
  LastWriter kept_files;  ///< settings and keys

  bool has_drive() const { return drive != nullptr; }

  /// The previewed document while a gesture is open, else the committed one. Empty without a drive.
  const Document& document() const;
  const FrameInfo& frame() const;  ///< of the shown frame; has_drive() required
  Moment moment() const;           ///< of the shown frame
  bool read_only() const;

  std::string_view tr(std::string_view english) const { return language.tr(english); }

  std::unique_ptr<SessionInside> inside;

 private:
  Document nothing_;
};

/// Writes them in a job; nothing where the session has no config folder.
void keep_settings(Session& session);

/// Closes what is open (waits for the disk), then opens: project before drive (its repairs), the
/// drive, its labels as edit 1 on the first opening, the first frame wanted. On an error the start
/// page stays. Waits for all of it: for scripts and tests; the window calls start_opening
/// (opening.hpp).
Result<void> open_in_session(Session& session, const OpenRequest& request);
/// Flushes the project and returns to the start page.
Result<void> close_drive(Session& session);

/// Applies an edit and says its title in the status line; an error is said there and returned.
Result<void> commit(Session& session, Edit edit);
/// Commits what a function of edits.hpp answered; an empty edit does nothing.
Result<void> commit(Session& session, Result<Edit> edit);
/// Commits what a job answered; kept in `offers` where a track that it touches has changed
/// meanwhile.
void take_job_edit(Session& session, Edit edit);
/// Commits an offer against what its tracks are by now, or drops it.
Result<void> take_offer(Session& session, std::size_t index);
/// The document that a gesture shows until it is committed or cancelled (nullopt).
void set_preview(Session& session, std::optional<Document> document);

void select(Session& session, TrackId track);  ///< 0: nothing
void toggle_selected(Session& session, TrackId track);
TrackId primary(const Session& session);                             ///< 0: nothing
std::shared_ptr<const Track> primary_track(const Session& session);  ///< of the shown document
/// A track's name as it is shown where room is short: "12"; of 001/14, which stands for a label
/// without an id, "/14"; of a long id (a UUID, a token) the first eight letters.
std::string short_name(const Track& track);
/// "Car 12": the class in the session's language and the track's name.
std::string shown_name(const Session& session, const Track& track);

void go_to_frame(Session& session, int frame);  ///< clamped
/// Advances playback by real seconds: shows the frame whose time has come if it is ready. Where
/// more pictures are asked for than the window can show or the machine can load, frames are passed
/// over evenly (Playback::stride). True if the frame changed.
bool tick(Session& session, double real_seconds);
/// Real seconds until the next picture is due while playing; none where it waits for its data.
std::optional<double> seconds_to_next_picture(const Session& session);
/// Shortest time between two pictures while playing.
constexpr double kShortestPictureSeconds = 1.0 / 60;
/// Jobs' results, cache, messages; call once a frame before drawing. True if anything changed.
bool update(Session& session);

void say(Session& session, Severity severity, Text text);
void say(Session& session, const Error& error);
/// An error's or problem's line in the session's language.
std::string to_line(const Session& session, const Problem& problem);
/// How long the status line shows a message.
constexpr double kMessageSeconds = 8;

/// Boxes of the shown frame by the shown document, points counted where the sweep is there; cached
/// by versions.
const std::vector<FrameBox>& frame_boxes(Session& session);
const FrameBox* frame_box(Session& session, TrackId track);

/// The sweep of the shown frame, nullptr until it is loaded (lidar 0 is the reference). Where parts
/// of it are switched off (Layers::parts) it is a sweep of the others' points, made once a frame.
std::shared_ptr<const Sweep> shown_sweep(const Session& session, int lidar = 0);
/// The same with corrections: ego_from_points as the document has it.
Pose ego_from_points(const Session& session, const Sweep& sweep);

/// A camera's image of the shown frame: nullptr where the frame has none.
const ImageFile* shown_image_file(const Session& session, int camera);
/// All that the shown frame has is loaded (or failed).
bool everything_loaded(const Session& session);
/// Every edit is on the disk (or there is no project); also true where the disk refused.
bool everything_saved(const Session& session);

/// Camera with the document's correction (or as loaded while "hold to see before").
Camera shown_camera(const Session& session, const ImageFile& image);

/// How far a box's lowest corner is above the ground under it, m. The ground is looked for in a
/// job: empty until it is found, and where there is none.
std::optional<double> above_ground(Session& session, const FrameBox& box);

/// The camera in which the selected box is best seen: largest visible share times area, inside the
/// image; −1 where none sees it.
int best_camera(Session& session, TrackId track);

}  // namespace sweepbox
