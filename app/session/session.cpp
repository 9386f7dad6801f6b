#include "app/session/session.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "app/session/doctor.hpp"
#include "app/session/first_view.hpp"
#include "app/session/importing.hpp"
#include "app/session/inside.hpp"
#include "app/session/opening.hpp"
#include "app/session/reopening.hpp"
#include "app/session/tasks.hpp"
#include "app/session/undoing.hpp"
#include "core/annotation/rebase.hpp"

namespace sweepbox {
namespace {

std::int64_t unix_time_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string login_name() {
  if (const char* user = std::getenv("USER"); user && *user) return user;
  if (const passwd* entry = getpwuid(getuid())) return entry->pw_name;
  return "someone";
}

Result<void> apply_and_say(Session& session, Edit edit) {
  if (edit.empty()) return {};
  if (!session.history) {
    const Error error = refuse("No drive is open", "Open a folder first.").value();
    say(session, error);
    return tl::unexpected(error);
  }
  if (session.repair_preview) {
    const Error error = shown_repair_error();
    say(session, error);
    return tl::unexpected(error);
  }
  if (session.read_only()) {
    const SaveState state = session.project ? session.project->state() : SaveState{};
    const Error error =
        state.held_by.empty()
            ? refuse("This project is open read only").value()
            : refuse(text("Read only: {} has this project open", state.held_by)).value();
    say(session, error);
    return tl::unexpected(error);
  }
  if (edit.who.empty())
    edit.who = session.settings.who.empty() ? login_name() : session.settings.who;
  if (edit.time_ns == 0) edit.time_ns = unix_time_ns();
  const Text title = edit.title;
  session.preview.reset();
  end_memory(session);
  std::vector<TrackId> selected = session.selected;
  const Author author = edit.author;
  const Result<void> done = session.history->apply(std::move(edit));
  if (done) begin_memory(session, std::move(selected), author);
  document_changed(session);
  if (done)
    say(session, Severity::note, title);
  else
    say(session, done.error());
  return done;
}

}  // namespace

void document_changed(Session& session) {
  ++session.versions.document;
  const auto gone = [&](TrackId id) { return !session.document().track(id); };
  if (std::erase_if(session.selected, gone) > 0) ++session.versions.selection;
  if (session.hovered && gone(session.hovered)) session.hovered = 0;
}

Error shown_repair_error() {
  return refuse("A repair is shown, nothing is edited meanwhile", "Take it or go back first.")
      .value();
}

Session::Session(Jobs& jobs_to_use, Settings chosen, std::filesystem::path config)
    : jobs(jobs_to_use),
      settings(std::move(chosen)),
      config_folder(std::move(config)),
      language(settings.language),
      doctor(std::make_unique<DoctorState>()),
      kept_files(jobs_to_use, [this](const Error& error) { say(*this, error); }),
      inside(std::make_unique<SessionInside>()) {
  layers.color_by = settings.color_by;
  layers.color_map = settings.color_map;
  layers.eye_dome = settings.eye_dome;
  if (settings.point_size > 0) layers.point_size = settings.point_size;
}

Session::~Session() {
  inside->counting.request();
  doctor->cancel.request();
}

void keep_settings(Session& session) {
  if (session.config_folder.empty()) return;
  session.kept_files.keep(settings_file(session.config_folder), to_toml(session.settings));
}

const Document& Session::document() const {
  if (preview) return *preview;
  return history ? history->document() : nothing_;
}

const FrameInfo& Session::frame() const {
  return drive->frames()[static_cast<std::size_t>(time.frame)];
}

Moment Session::moment() const {
  return {frame().name, frame().stamp};
}

bool Session::read_only() const {
  return inside->read_only || repair_preview || (project && project->state().read_only);
}

const Coloring* coloring_named(std::string_view name) {
  for (const Coloring& coloring : kColorings)
    if (coloring.name == name) return &coloring;
  return nullptr;
}

std::string coloring_names() {
  std::string names;
  for (const Coloring& coloring : kColorings)
    names += (names.empty() ? "" : ", ") + std::string(coloring.name);
  return names;
}

Result<void> commit(Session& session, Edit edit) {
  return apply_and_say(session, std::move(edit));
}

Result<void> commit(Session& session, Result<Edit> edit) {
  if (edit) return apply_and_say(session, std::move(*edit));
  if (!session.repair_preview) session.preview.reset();
  ++session.versions.document;
  say(session, edit.error());
  return tl::unexpected(edit.error());
}

void take_job_edit(Session& session, Edit edit) {
  if (!session.history || edit.empty()) return;
  if (auto as_of_now = rebased(edit, session.history->document())) {
    (void)commit(session, std::move(*as_of_now));  // said there
    return;
  }
  say(session,
      Severity::warning,
      text("Ready, but its tracks have changed meanwhile: {}", session.language.tr(edit.title)));
  session.offers.push_back(std::move(edit));
}

Result<void> take_offer(Session& session, std::size_t index) {
  if (index >= session.offers.size() || !session.history) return refuse("There is no such offer");
  Edit edit = std::move(session.offers[index]);
  session.offers.erase(session.offers.begin() + static_cast<std::ptrdiff_t>(index));
  // The person says yes to its result, so it now replaces what stands there by now.
  for (Change& change : edit.changes) change.before = session.history->document().value(change.key);
  return commit(session, std::move(edit));
}

void set_preview(Session& session, std::optional<Document> document) {
  if (!document && !session.preview) return;
  if (session.repair_preview) return;  // it is the repaired drive's document
  session.preview = std::move(document);
  ++session.versions.document;
}

void select(Session& session, TrackId track) {
  const std::vector<TrackId> chosen = track && session.document().track(track)
                                          ? std::vector<TrackId>{track}
                                          : std::vector<TrackId>{};
  if (chosen == session.selected) return;
  session.selected = chosen;
  ++session.versions.selection;
}

void toggle_selected(Session& session, TrackId track) {
  if (!session.document().track(track)) return;
  if (std::erase(session.selected, track) == 0) session.selected.push_back(track);
  ++session.versions.selection;
}

TrackId primary(const Session& session) {
  return session.selected.empty() ? 0 : session.selected.back();
}

std::shared_ptr<const Track> primary_track(const Session& session) {
  const TrackId id = primary(session);
  return id ? session.document().track(id) : nullptr;
}

std::string short_name(const Track& track) {
  constexpr std::size_t kMost = 10, kKept = 8;
  const std::string& name = track.name;
  if (name.size() <= kMost) return name;
  if (const std::size_t slash = name.rfind('/'); slash != std::string::npos)
    return name.size() - slash <= kMost ? name.substr(slash) : name.substr(slash, kKept);
  const bool id =
      name.size() >= 32 && name.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
  return id ? name.substr(0, kKept) : name;
}

std::string shown_name(const Session& session, const Track& track) {
  return capitalised(std::string(session.tr(track.class_name))) + " " + short_name(track);
}

std::string to_line(const Session& session, const Problem& problem) {
  const Language& language = session.language;
  std::string line;
  for (const std::string& part : {problem.file, problem.where})
    if (!part.empty()) line += part + ": ";
  if (!problem.expected.empty() && !problem.found.empty())
    line += language.tr(
        text("expected {}, found {}", language.tr(problem.expected), language.tr(problem.found)));
  else if (!problem.expected.empty())
    line += language.tr(text("expected {}", language.tr(problem.expected)));
  else
    line += language.tr(problem.found);
  if (!problem.fix.empty()) line += "; " + language.tr(problem.fix);
  return line;
}

void say(Session& session, Severity severity, Text text) {
  session.messages.push_back({severity, std::move(text), std::chrono::steady_clock::now()});
  constexpr std::size_t kMost = 500;
  while (session.messages.size() > kMost) session.messages.pop_front();
  session.inside->message_shown = true;
}

void say(Session& session, const Error& error) {
  // A bare reason stays a Text (it follows a change of language); a comparison is put together
  // here.
  const bool bare =
      error.file.empty() && error.where.empty() && error.expected.empty() && error.fix.empty();
  if (bare)
    say(session, error.severity, error.found);
  else
    say(session, error.severity, text("{}", to_line(session, error)));
}

bool update(Session& session) {
  // What is loaded ahead changes no picture but the timeline's bar, which the window brings up to
  // date in its own time.
  const FrameCache* cache = session.cache.get();
  const std::uint64_t before = cache ? cache->arrivals() : 0;
  const auto ran = static_cast<std::uint64_t>(session.jobs.deliver());
  const bool same_cache = cache && cache == session.cache.get();
  bool changed = ran > (same_cache ? cache->arrivals() - before : 0);
  if (end_stopped_tasks(session)) changed = true;
  if (session.inside->opening && session.inside->opening->requested())
    session.inside->opening.reset();
  follow_repairs(session);
  SessionInside& inside = *session.inside;  // only now: a job's end may open another drive
  if (take_first_view(session)) changed = true;
  if (session.cache && session.cache->shown_version() != inside.shown_version) {
    inside.shown_version = session.cache->shown_version();
    changed = true;
  }
  if (session.project) {
    const SaveState state = session.project->state();
    if (state.durable != inside.durable || state.waiting != inside.waiting) {
      inside.durable = state.durable;
      inside.waiting = state.waiting;
      changed = true;
    }
    const bool refused = state.refused.has_value();
    if (refused != inside.refused) {
      inside.refused = refused;
      changed = true;
      if (refused)
        say(session, *state.refused);
      else
        say(session, Severity::note, "Saved again");
    }
  }
  if (inside.message_shown && !session.messages.empty()) {
    const std::chrono::duration<double> age =
        std::chrono::steady_clock::now() - session.messages.back().at;
    if (age.count() > kMessageSeconds) {
      inside.message_shown = false;  // one more picture, without it
      changed = true;
    }
  }
  end_memory(session);
  return changed;
}

bool everything_loaded(const Session& session) {
  return !session.cache || session.cache->complete(session.time.frame);
}

bool everything_saved(const Session& session) {
  if (!session.project) return true;
  const SaveState state = session.project->state();
  return state.waiting == 0 || state.refused.has_value();
}

}  // namespace sweepbox
