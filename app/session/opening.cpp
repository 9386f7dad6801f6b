#include <algorithm>

#include "app/session/inside.hpp"
#include "app/session/session.hpp"
#include "core/base/files.hpp"
#include "core/base/hash.hpp"

namespace sweepbox {
namespace {

/// What opening gathers before the session changes: an error on the way leaves the start page as it
/// is.
struct Opening {
  DriveRef ref;
  std::shared_ptr<const Drive> drive;
  std::unique_ptr<Project> project;
  Document document;
  std::vector<LogRecord> records;
  std::vector<Problem> problems;
  bool memory_read_only = false;
};

bool is_project(const fs::path& path) {
  std::error_code ignored;
  return path.extension() == ".sbx" && !fs::is_directory(path, ignored);
}

Result<DriveRef> choose_drive(const fs::path& path,
                              const std::string& format,
                              const std::string& name) {
  Listing found = find_drives(path, format);
  if (!name.empty())
    std::erase_if(found.drives, [&](const DriveRef& ref) { return ref.name != name; });
  if (found.drives.size() == 1) return found.drives.front();
  if (found.drives.empty()) {
    if (!found.notes.empty()) return tl::unexpected(found.notes.front());
    return fail(path.string(),
                {},
                name.empty() ? Text("a drive") : text("a drive named {}", name),
                "none in any format that is known",
                "Open the folder that holds the sweeps, or see `sweepbox formats`.");
  }
  std::string names;
  for (const DriveRef& ref : found.drives) names += (names.empty() ? "" : ", ") + ref.name;
  return fail(path.string(),
              {},
              "one drive",
              text("{} drives", found.drives.size()),
              text("Choose one: {}", names));
}

/// Hash over format, frame names and file sizes: the same data found elsewhere is the same drive.
std::string fingerprint_of(const Drive& drive) {
  Hash hash;
  hash.add(drive.info().format);
  const auto add_size = [&](const std::string& file) {
    std::error_code absent;
    const auto size = fs::file_size(drive.info().root / file, absent);
    hash.add(absent ? std::uint64_t{0} : static_cast<std::uint64_t>(size));
  };
  for (const FrameInfo& frame : drive.frames()) {
    hash.add(frame.name);
    for (const auto& sweep : frame.sweeps)
      if (sweep) add_size(sweep->file);
    for (const ImageFile& image : frame.images) add_size(image.file);
  }
  return hash.hex();
}

Repairs repairs_of(const Document& document, const Repairs& asked) {
  Repairs all;
  for (const Key& key : document.keys(Kind::repair)) {
    const Value value = document.value(key);
    if (const auto* words = std::get_if<std::string>(&value)) all.values[key.id] = *words;
  }
  for (const auto& [name, value] : asked.values) all.values[name] = value;
  return all;
}

/// Wakes the frame loop from the store's thread: a job that does nothing, since jobs own the wake.
std::function<void()> waking(Jobs& jobs) {
  return [&jobs] { jobs.submit([](const Cancel&) {}, [] {}); };
}

Result<void> open_project(Session& session,
                          const fs::path& path,
                          const OpenRequest& request,
                          Opening& opening) {
  ProjectOptions options;
  options.read_only = request.read_only;
  options.who = session.settings.who;
  options.on_change = waking(session.jobs);
  auto opened = Project::open(path, default_taxonomy(), std::move(options));
  if (!opened) return tl::unexpected(opened.error());
  opening.project = std::move(opened->project);
  opening.document = std::move(opened->document);
  opening.records = std::move(opened->records);
  opening.problems = std::move(opened->problems);
  // The project names its drive; a path that was given wins (the drive has moved).
  if (opening.ref.path.empty() && !opened->drive.path.empty()) {
    opening.ref.path = opened->drive.path;
    opening.ref.format = opened->drive.format;
    opening.ref.name = opened->drive.name;
    opening.ref.part = opened->drive.part;
  }
  return {};
}

Result<void> gather(Session& session, const OpenRequest& request, Opening& opening) {
  std::error_code ignored;
  if (is_project(request.path)) {
    if (!fs::exists(request.path, ignored))
      return fail(request.path.string(), {}, "a project", "no such file");
    if (const auto done = open_project(session, request.path, request, opening); !done) return done;
    if (opening.ref.path.empty())
      return fail(request.path.string(),
                  {},
                  "a project that knows its drive",
                  "none was ever opened with it",
                  "Open the drive and name this project with --project.");
    if (!fs::exists(opening.ref.path, ignored))
      return fail(
          opening.ref.path.string(),
          {},
          text("the drive of {}", request.path.filename().string()),
          "nothing at this place",
          "Bring the drive back, or open it from its new place with --project and this file.");
    auto drive = open_drive(opening.ref, repairs_of(opening.document, request.repairs));
    if (!drive) return tl::unexpected(drive.error());
    opening.drive = std::move(*drive);
    return {};
  }

  auto ref = choose_drive(request.path, request.format, request.drive);
  if (!ref) return tl::unexpected(ref.error());
  opening.ref = std::move(*ref);
  auto drive = open_drive(opening.ref, request.repairs);
  if (!drive) return tl::unexpected(drive.error());
  opening.drive = std::move(*drive);
  if (request.project == "memory") return {};

  const fs::path path =
      request.project.empty()
          ? default_project_path(opening.drive->info().name, fingerprint_of(*opening.drive))
          : request.project;
  if (request.read_only && !fs::exists(path, ignored)) {
    opening.memory_read_only = true;
    return {};
  }
  if (const auto done = open_project(session, path, request, opening); !done) return done;
  // The default project is found by its drive, so its repairs are known only now.
  const Repairs repairs = repairs_of(opening.document, request.repairs);
  if (!(repairs == request.repairs)) {
    auto repaired = open_drive(opening.ref, repairs);
    if (!repaired) return tl::unexpected(repaired.error());
    opening.drive = std::move(*repaired);
  }
  return {};
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
    if (const auto* source = std::get_if<std::shared_ptr<const Source>>(&value))
      files.push_back(
          {session.drive->info().root / (*source)->file, (*source)->file, (*source)->hash});
  }
  if (files.empty()) return;
  session.jobs.submit(
      [files](const Cancel& cancel) {
        std::vector<std::string> changed;
        for (const Known& known : files) {
          if (cancel.requested()) break;
          const auto content = read_text(known.path);
          if (!content || Hash().add(std::string_view(*content)).value() != known.hash)
            changed.push_back(known.file);
        }
        return changed;
      },
      [&session, drive = session.drive](const std::vector<std::string>& changed) {
        if (changed.empty() || session.drive != drive) return;
        const Problem problem{
            Severity::warning,
            changed.front(),
            changed.size() > 1 ? fmt::format("and {} more", changed.size() - 1) : "",
            "the labels that were imported",
            "other content, or no file",
            "The project keeps what it has; a new project reads them again."};
        session.problems.push_back(problem);
        say(session, problem);
      });
}

void remember_recent(Session& session, const fs::path& path) {
  std::error_code ignored;
  const std::string line = fs::absolute(path, ignored).lexically_normal().string();
  auto& recent = session.settings.recent;
  std::erase(recent, line);
  recent.insert(recent.begin(), line);
  constexpr std::size_t kMost = 12;
  if (recent.size() > kMost) recent.resize(kMost);
  if (const auto saved = save_settings(session.settings, session.config_folder); !saved)
    say(session, saved.error());
}

Result<void> first_import(Session& session) {
  const Drive& drive = *session.drive;
  if (drive.info().labels.empty()) return {};
  auto labels = read_own_labels(drive);
  if (!labels) {
    session.problems.push_back(labels.error());
    say(session, labels.error());
    return {};
  }
  session.problems.insert(session.problems.end(), labels->problems.begin(), labels->problems.end());
  Edit edit = import_edit(*labels, drive, session.history->document());
  if (edit.empty()) return {};
  edit.author = Author::import;
  return commit(session, std::move(edit));
}

}  // namespace

void reset_inside(Session& session) {
  session.inside->counting.request();
  auto fresh = std::make_unique<SessionInside>();
  fresh->shares = std::move(session.inside->shares);  // long work goes on whatever is open
  session.inside = std::move(fresh);
}

Result<void> close_drive(Session& session) {
  Result<void> flushed;
  if (session.project) flushed = session.project->flush();
  if (!flushed) return flushed;  // stays open: closing now would lose what the disk refused
  session.inside->counting.request();
  session.preview.reset();
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
  session.calibrate.camera = 0;
  const Playback fresh;
  session.time.frame = fresh.frame;
  session.time.playing = false;
  session.time.carry_s = 0;
  session.time.missed = 0;
  reset_inside(session);
  ++session.versions.document;
  ++session.versions.selection;
  ++session.versions.time;
  return {};
}

Result<void> open_in_session(Session& session, const OpenRequest& request) {
  if (const auto closed = close_drive(session); !closed) return closed;
  Opening opening;
  if (const auto gathered = gather(session, request, opening); !gathered) return gathered;

  session.ref = opening.ref;
  session.drive = opening.drive;
  session.problems = std::move(opening.problems);
  const auto said = session.drive->problems();
  session.problems.insert(session.problems.end(), said.begin(), said.end());
  session.layers.lidars.assign(session.drive->info().lidars.size(), true);
  FrameCache::Options options;
  options.byte_cap = session.settings.cache_megabytes << 20;
  session.cache = std::make_unique<FrameCache>(session.drive, session.jobs, options);

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
  if (fresh)
    if (const auto imported = first_import(session); !imported && !session.read_only()) {
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
                                fingerprint_of(*session.drive)});
    if (Edit edit = realign_edit(*session.drive, session.history->document()); !edit.empty())
      (void)commit(session, std::move(edit));  // said there; the stamps then stay as they were
  }
  if (!fresh) watch_labels(session);
  for (const Problem& problem : session.problems)
    if (problem.severity != Severity::note) say(session, problem);
  if (session.project && is_project(request.path))
    remember_recent(session, request.path);
  else
    remember_recent(session, session.ref.path);

  const int last = static_cast<int>(session.drive->frames().size()) - 1;
  session.time.frame = std::clamp(request.frame, 0, std::max(last, 0));
  session.time.direction = 1;
  session.cache->want(session.time.frame, 1);
  ++session.versions.document;
  ++session.versions.time;
  ++session.versions.camera;
  return {};
}

}  // namespace sweepbox
