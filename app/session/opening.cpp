#include "app/session/opening.hpp"

#include <algorithm>

#include "app/session/doctor.hpp"
#include "app/session/importing.hpp"
#include "app/session/inside.hpp"
#include "app/session/reopening.hpp"
#include "app/session/tasks.hpp"
#include "core/annotation/hidden_keys.hpp"
#include "core/base/files.hpp"
#include "core/base/hash.hpp"

namespace sweepbox {
namespace {

/// What opening gathers before the session changes: an error on the way leaves the start page as it
/// is. Made by a job, or at once.
struct Opening {
  DriveRef ref;
  std::vector<DriveRef> choices;  ///< several drives and none was named: nothing else is filled
  std::shared_ptr<const Drive> drive;
  std::string fingerprint;
  std::string fingerprint_of_project;  ///< of the drive that it was opened with last
  std::unique_ptr<Project> project;
  Repairs opened_with;
  Document document;
  std::vector<LogRecord> records;
  std::vector<Problem> problems;
  std::vector<Problem> read_problems;  ///< those of the drive and its labels
  Edit labels;  ///< the first import; empty where the project has its own already
  std::shared_ptr<const LabelSet> labels_read;  ///< what it was made of
  Edit realign;                                 ///< keys brought to the stamps of their frames
  Edit unhide;                                  ///< after it: tracks present at their labels
  bool memory_read_only = false;
};

/// What opening needs of the session: values, since it may run in a job.
struct OpeningTools {
  std::string who;
  std::function<void()> on_change;
  Cancel cancel;
  std::function<void(const char*)> step;  ///< says what it is at
};

bool is_project(const fs::path& path) {
  std::error_code ignored;
  return path.extension() == ".sbx" && !fs::is_directory(path, ignored);
}

/// At least one.
Result<std::vector<DriveRef>> drives_at(const fs::path& path,
                                        const std::string& format,
                                        const std::string& name) {
  Listing found = find_drives(path, format);
  if (found.drives.empty()) return tl::unexpected(why_no_drive(path, format, found));
  if (!name.empty())
    std::erase_if(found.drives, [&](const DriveRef& ref) { return ref.name != name; });
  if (found.drives.empty())
    return fail(path.string(),
                {},
                text("a drive named {}", name),
                "drives of other names",
                "Choose one of those that are there.");
  return std::move(found.drives);
}

Error several_drives(const fs::path& path, const std::vector<DriveRef>& drives) {
  std::string names;
  for (const DriveRef& ref : drives) names += (names.empty() ? "" : ", ") + ref.name;
  return fail(path.string(),
              {},
              "one drive",
              text("{} drives", drives.size()),
              text("Choose one: {}", names))
      .value();
}

Result<void> open_project(const fs::path& path,
                          const OpenRequest& request,
                          const OpeningTools& tools,
                          Opening& opening) {
  if (tools.cancel.requested()) return refuse("Opening was stopped");
  ProjectOptions options;
  options.read_only = request.read_only;
  options.who = tools.who;
  options.on_change = tools.on_change;
  auto opened = Project::open(path, default_taxonomy(), std::move(options));
  if (!opened) return tl::unexpected(opened.error());
  opening.project = std::move(opened->project);
  opening.document = std::move(opened->document);
  opening.records = std::move(opened->records);
  opening.problems = std::move(opened->problems);
  opening.fingerprint_of_project = opened->drive.fingerprint;
  // The project names its drive; a path that was given wins (the drive has moved).
  if (opening.ref.path.empty() && !opened->drive.path.empty()) {
    opening.ref.path = opened->drive.path;
    opening.ref.format = opened->drive.format;
    opening.ref.name = opened->drive.name;
    opening.ref.part = opened->drive.part;
  }
  return {};
}

Result<void> read_drive(Opening& opening, const Repairs& repairs) {
  auto drive = open_drive(opening.ref, repairs);
  if (!drive) return tl::unexpected(drive.error());
  opening.drive = std::move(*drive);
  opening.opened_with = repairs;
  return {};
}

/// The drive that a project names.
Result<void> gather_project(const OpenRequest& request,
                            const OpeningTools& tools,
                            Opening& opening) {
  std::error_code ignored;
  if (!fs::exists(request.path, ignored))
    return fail(request.path.string(), {}, "a project", "no such file");
  if (const auto done = open_project(request.path, request, tools, opening); !done) return done;
  if (opening.ref.path.empty()) {
    // A log that is missing may hold the drive: that is the reason then.
    for (const Problem& problem : opening.problems)
      if (problem.severity == Severity::error) return tl::unexpected(problem);
    return fail(request.path.string(),
                {},
                "a project that knows its drive",
                "one that was never opened with a drive",
                "Open the drive and name this project with --project.");
  }
  if (!fs::exists(opening.ref.path, ignored))
    return fail(
        opening.ref.path.string(),
        {},
        text("the drive of {}", request.path.filename().string()),
        "nothing at this place",
        "Bring the drive back, or open it from its new place with --project and this file.");
  tools.step("Reading the drive");
  if (const auto read = read_drive(opening, repairs_of(opening.document, request.repairs)); !read)
    return read;
  opening.fingerprint = fingerprint_of(*opening.drive);
  return {};
}

/// Where it is written which default project a drive had last: its repairs are known before the
/// drive is read, and it is read once.
fs::path note_of_project(const DriveRef& ref) {
  std::error_code ignored;
  const std::string path = fs::absolute(ref.path, ignored).lexically_normal().string();
  return user_cache_folder() / "projects" /
         (Hash().add(path).add(ref.format).add(ref.name).add(ref.part).hex() + ".txt");
}

void note_project(const Opening& opening, const fs::path& project) {
  const fs::path note = note_of_project(opening.ref);
  std::error_code ignored;
  fs::create_directories(note.parent_path(), ignored);
  (void)write_file(note, project.string());  // then the next opening looks for it again
}

/// Opens the project that was noted, and the drive by its repairs; false where that is not so any
/// more.
bool gather_noted(const OpenRequest& request, const OpeningTools& tools, Opening& opening) {
  constexpr std::uint64_t kLongestPath = 8192;
  const auto noted = read_text(note_of_project(opening.ref), kLongestPath);
  std::error_code ignored;
  if (!noted || noted->empty() || !fs::is_regular_file(*noted, ignored)) return false;
  Opening found;
  found.ref = opening.ref;
  if (!open_project(*noted, request, tools, found) ||
      !read_drive(found, repairs_of(found.document, request.repairs)))
    return false;
  found.fingerprint = fingerprint_of(*found.drive);
  if (found.fingerprint != found.fingerprint_of_project) return false;
  opening = std::move(found);
  return true;
}

/// A drive, and the project that belongs to it.
Result<void> gather_drive(const OpenRequest& request, const OpeningTools& tools, Opening& opening) {
  std::error_code ignored;
  tools.step("Looking for drives");
  auto refs = drives_at(request.path, request.format, request.drive);
  if (!refs) return tl::unexpected(refs.error());
  if (refs->size() > 1) {
    opening.choices = std::move(*refs);
    return {};
  }
  opening.ref = std::move(refs->front());
  tools.step("Reading the drive");
  if (request.project.empty() && gather_noted(request, tools, opening)) return {};
  if (const auto read = read_drive(opening, request.repairs); !read) return read;
  opening.fingerprint = fingerprint_of(*opening.drive);
  if (request.project == "memory") return {};

  const fs::path path = request.project.empty()
                            ? default_project_path(opening.drive->info().name, opening.fingerprint)
                            : request.project;
  if (request.read_only && !fs::exists(path, ignored)) {
    opening.memory_read_only = true;
    return {};
  }
  if (const auto done = open_project(path, request, tools, opening); !done) return done;
  if (request.project.empty()) note_project(opening, path);
  // The default project is found by its drive, so its repairs are known only now.
  const Repairs repairs = repairs_of(opening.document, request.repairs);
  return repairs == request.repairs ? Result<void>{} : read_drive(opening, repairs);
}

/// The labels as the first edit of a fresh project; keys of another at their frames' stamps.
void gather_labels(const OpenRequest& request, const OpeningTools& tools, Opening& opening) {
  const Drive& drive = *opening.drive;
  const auto said = drive.problems();
  opening.read_problems.assign(said.begin(), said.end());
  opening.problems.insert(opening.problems.end(), said.begin(), said.end());
  if (!opening.records.empty()) {
    opening.realign = realign_edit(drive, opening.document);
    opening.unhide = unhide_edit(drive, applied(opening.realign, opening.document, 0));
    if (!request.labels.path.empty())
      opening.problems.push_back({Severity::warning,
                                  request.labels.path.string(),
                                  {},
                                  "a project without labels",
                                  "one that has its own",
                                  "Nothing was imported: use Import labels."});
    return;
  }
  if (request.labels.path.empty() && drive.info().labels.empty()) return;
  tools.step("Reading its labels");
  auto labels = read_labels(drive, request.labels);
  if (!labels) {
    opening.problems.push_back(labels.error());
    opening.read_problems.push_back(labels.error());
    return;
  }
  for (auto* problems : {&opening.problems, &opening.read_problems})
    problems->insert(problems->end(), labels->problems.begin(), labels->problems.end());
  opening.labels = import_edit(*labels, drive, opening.document);
  opening.labels.author = Author::import;
  opening.labels_read = std::make_shared<const LabelSet>(std::move(*labels));
}

Result<Opening> prepare(const OpenRequest& request, const OpeningTools& tools) {
  Opening opening;
  const auto gathered = is_project(request.path) ? gather_project(request, tools, opening)
                                                 : gather_drive(request, tools, opening);
  if (!gathered) return tl::unexpected(gathered.error());
  if (opening.choices.empty()) gather_labels(request, tools, opening);
  // Here and not where the answer is thrown away: the next opening must find the project free.
  if (tools.cancel.requested()) return refuse("Opening was stopped");
  return opening;
}

OpeningTools tools_of(Session& session) {
  return {session.settings.who, [&jobs = session.jobs] { jobs.wake(); }, {}, [](const char*) {}};
}

/// Says which imported label files say something else by now. In a job: a set may have thousands.
void watch_labels(Session& session) {
  struct Known {
    fs::path path;
    std::string file;
    std::uint64_t hash;
  };

  std::vector<Known> files;
  const Document& document = session.history->document();
  for (const Key& key : document.keys(Kind::source)) {
    const Value value = document.value(key);
    // Without a hash (tables of hundreds of MB) nobody watches the file.
    if (const auto* source = std::get_if<std::shared_ptr<const Source>>(&value);
        source && (*source)->hash != 0)
      files.push_back(
          {session.drive->info().root / (*source)->file, (*source)->file, (*source)->hash});
  }
  if (files.empty()) return;
  session.inside->watching = session.jobs.submit(
      [files](const Cancel& cancel) -> Result<std::vector<std::string>> {
        std::vector<std::string> changed;
        for (const Known& known : files) {
          if (cancel.requested()) break;
          const auto content = read_text(known.path);
          if (!content || Hash().add(std::string_view(*content)).value() != known.hash)
            changed.push_back(known.file);
        }
        return changed;
      },
      [&session](const Result<std::vector<std::string>>& changed) {
        if (!changed) return say(session, changed.error());
        if (changed->empty()) return;
        const Problem problem{
            Severity::warning,
            changed->front(),
            changed->size() > 1 ? fmt::format("and {} more", changed->size() - 1) : "",
            "the labels that were imported",
            "other content, or no file",
            "The project keeps what it has; a new project reads them again."};
        session.problems.push_back(problem);
        say(session, problem);
      },
      {.lane = Lane::background});
}

void remember_recent(Session& session, const fs::path& path) {
  if (!session.recent_kept) return;
  std::error_code ignored;
  const std::string line = fs::absolute(path, ignored).lexically_normal().string();
  auto& recent = session.settings.recent;
  std::erase(recent, line);
  recent.insert(recent.begin(), line);
  constexpr std::size_t kMost = 12;
  if (recent.size() > kMost) recent.resize(kMost);
  keep_settings(session);
}

}  // namespace

void reset_inside(Session& session) {
  session.inside->counting.request();
  auto fresh = std::make_unique<SessionInside>();
  fresh->opening = std::move(session.inside->opening);
  session.inside = std::move(fresh);
}

Result<void> close_drive(Session& session) {
  Result<void> flushed;
  if (session.project) flushed = session.project->flush();
  if (!flushed) return flushed;  // stays open: closing now would lose what the disk refused
  stop_tasks(session);
  session.inside->counting.request();
  session.inside->looking_for_ground.request();
  session.inside->watching.request();
  session.preview.reset();
  session.repair_preview.reset();
  session.choice.reset();
  session.import_choice.reset();
  reset_doctor(session);
  session.history.reset();
  session.project.reset();
  session.memory.reset();
  session.cache.reset();
  session.drive.reset();
  session.ref = {};
  session.selected.clear();
  session.hovered = 0;
  session.hidden.clear();
  session.offers.clear();
  session.problems.clear();
  session.filter.clear();
  session.popup.clear();
  session.tool = "select";
  session.last_yaw.reset();
  session.layers.lidars.clear();
  session.layers.parts.clear();
  session.calibrate.camera = 0;
  const Playback fresh;
  session.time.frame = fresh.frame;
  session.time.playing = false;
  session.time.carry_s = 0;
  session.time.missed = 0;
  session.time.passed_over = 0;
  session.time.stride = 1;
  reset_inside(session);
  ++session.versions.document;
  ++session.versions.selection;
  ++session.versions.time;
  return {};
}

namespace {

/// Puts what was gathered into a session without a drive.
Result<void> install(Session& session, const OpenRequest& request, Opening opening) {
  session.ref = opening.ref;
  session.drive = opening.drive;
  session.problems = std::move(opening.problems);
  session.inside->read_problems = std::move(opening.read_problems);
  // Before all that is said of it: the status line must not show a word about the drive before.
  say(session, Severity::note, text("Opened {}", session.drive->info().name));
  show_all_lidars(session);
  session.cache = cache_for(session, session.drive);
  session.inside->asked = request.repairs;
  session.inside->opened_with = opening.opened_with;
  session.inside->labels = request.labels;

  const bool fresh = opening.records.empty();
  EditLog* log = nullptr;
  if (opening.project) {
    session.project = std::move(opening.project);
    log = session.project.get();
  } else {
    session.memory = std::make_unique<MemoryLog>();
    log = session.memory.get();
  }
  session.history =
      std::make_unique<History>(std::move(opening.document), *log, std::move(opening.records));
  if (!opening.labels.empty())
    if (const auto imported = commit(session, std::move(opening.labels));
        !imported && !session.read_only()) {
      (void)close_drive(session);
      return imported;
    }
  session.inside->read_only = opening.memory_read_only;
  if (session.project && !session.read_only()) {
    std::error_code ignored;
    session.project->set_drive({fs::absolute(session.ref.path, ignored).lexically_normal().string(),
                                session.ref.format,
                                session.ref.name,
                                session.ref.part,
                                opening.fingerprint});
    if (!opening.realign.empty())
      (void)commit(session, std::move(opening.realign));  // said there; the stamps then stay
    if (!opening.unhide.empty()) (void)commit(session, std::move(opening.unhide));
  }
  if (!fresh) {
    watch_labels(session);
    if (const auto hidden = hidden_keys_problem(session.history->document())) {
      session.problems.push_back(*hidden);
      say(session, *hidden);
    }
  }
  for (const Problem& problem : session.problems)
    if (problem.severity != Severity::note) say(session, problem);
  remember_recent(session,
                  session.project && is_project(request.path) ? request.path : session.ref.path);

  const int last = static_cast<int>(session.drive->frames().size()) - 1;
  session.time.frame = std::clamp(request.frame, 0, std::max(last, 0));
  if (request.frame > last)
    say(session,
        Severity::warning,
        text("There is no frame {}: this drive has {}, counted from 0", request.frame, last + 1));
  session.time.direction = 1;
  session.cache->want(session.time.frame, 1);
  // Another drive has another extent: it is seen from its own place, with the turn that was chosen.
  session.scene_camera.target = SceneCamera{}.target;
  session.scene_camera.distance = SceneCamera{}.distance;
  session.inside->first_view_waits = true;
  ++session.versions.document;
  ++session.versions.time;
  ++session.versions.camera;
  return {};
}

}  // namespace

Result<void> open_in_session(Session& session, const OpenRequest& request) {
  if (const auto closed = close_drive(session); !closed) return closed;
  auto opening = prepare(request, tools_of(session));
  if (!opening) return tl::unexpected(opening.error());
  if (!opening->choices.empty())
    return tl::unexpected(several_drives(request.path, opening->choices));
  return install(session, request, std::move(*opening));
}

Result<void> start_opening(Session& session,
                           OpenRequest request,
                           std::function<void(const Error&)> failed) {
  if (const auto closed = close_drive(session); !closed) return closed;
  stop_opening(session);
  const auto tell = [&session, failed = std::move(failed)](const Error& error) {
    session.inside->opening.reset();
    if (failed)
      failed(error);
    else
      say(session, error);
  };
  const auto opened = [&session, request, tell](Opening opening) {
    session.inside->opening.reset();
    if (!opening.choices.empty()) {
      session.choice = DriveChoice{request, std::move(opening.choices)};
      session.popup = "choose_drive";
      return;
    }
    if (const auto closed = close_drive(session); !closed) return tell(closed.error());
    auto labels = opening.labels_read;
    if (const auto done = install(session, request, std::move(opening)); !done)
      return tell(done.error());
    begin_examination(session, std::move(labels));
  };
  session.inside->opening = start_task(
      session,
      {.title = text("Opening {}", request.path.filename().string()),
       .stopped = "Stopped",
       .of_drive = false},
      [request, tools = tools_of(session)](const Cancel& cancel) mutable {
        tools.cancel = cancel;
        tools.step = [cancel](const char* words) { cancel.set_step(words); };
        return prepare(request, tools);
      },
      opened,
      tell);
  return {};
}

void stop_opening(Session& session) {
  if (!session.inside->opening) return;
  session.inside->opening->request();
  end_task(session, *session.inside->opening);
  session.inside->opening.reset();
}

}  // namespace sweepbox
