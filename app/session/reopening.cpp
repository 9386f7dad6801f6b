#include "app/session/reopening.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "app/session/doctor.hpp"
#include "app/session/inside.hpp"
#include "app/session/opening.hpp"
#include "app/session/tasks.hpp"

namespace sweepbox {
namespace {

/// A drive read with other repairs, and what that changes in the document.
struct Reread {
  std::shared_ptr<const Drive> drive;
  Repairs repairs;
  Edit edit;
  int kept = 0;                            ///< tracks that were touched and stay
  std::vector<Problem> problems;           ///< of the drive and its labels, read this way
  std::shared_ptr<const LabelSet> labels;  ///< null where the document has none
};

/// What a reading is asked for. The repair itself is part of the edit; without a name the document
/// has its repairs and boxes already (undo), and nothing is edited.
struct Asked {
  DriveRef ref;
  Repairs repairs;
  LabelPlace labels;
  Document document;
  std::string name, value;
  std::shared_ptr<const Drive> now;  ///< as it is read until then
};

Text title_of(const Asked& asked) {
  return asked.value.empty() ? text("Repair taken back: {}", asked.name)
                             : text("Repair taken: {}", asked.name + "=" + asked.value);
}

Result<Reread> reread(const Asked& asked, const Cancel& cancel) {
  auto drive = open_drive(asked.ref, asked.repairs);
  if (!drive) return tl::unexpected(drive.error());
  Reread result{std::move(*drive), asked.repairs, {}, 0, {}, nullptr};
  const auto said = result.drive->problems();
  result.problems.assign(said.begin(), said.end());
  if (cancel.requested()) return result;
  if (!asked.document.keys(Kind::source).empty()) {
    auto labels = read_labels(*result.drive, asked.labels);
    if (labels)
      result.labels = std::make_shared<const LabelSet>(std::move(*labels));
    else if (!asked.name.empty())
      return tl::unexpected(labels.error());
    if (labels)
      result.problems.insert(
          result.problems.end(), result.labels->problems.begin(), result.labels->problems.end());
    else
      result.problems.push_back(labels.error());
  }
  if (asked.name.empty()) return result;
  const auto repair = set_repair(
      asked.document, asked.name, asked.value.empty() ? std::nullopt : std::optional(asked.value));
  if (!repair) return tl::unexpected(repair.error());
  EditBuilder builder(asked.document);
  builder.take(*repair);
  if (result.labels) {
    const Document empty(asked.document.shared_taxonomy());
    const auto earlier = read_labels(*asked.now, asked.labels);
    if (!earlier) return tl::unexpected(earlier.error());
    builder.take(relabel_edit(import_edit(*earlier, *asked.now, empty),
                              import_edit(*result.labels, *result.drive, empty),
                              asked.document,
                              result.kept));
  }
  builder.take(realign_edit(*result.drive, builder.result()));
  result.edit = builder.finish(title_of(asked));
  return result;
}

/// Reads in a job; `then` gets what was read, unless it was stopped.
void start_rereading(Session& session, Asked asked, std::function<void(Reread)> then) {
  stop_opening(session);
  session.inside->rereading = asked.repairs;
  session.inside->opening = start_task(
      session,
      {.title = text("Reading {} again", session.drive->info().name), .stopped = "Stopped"},
      [asked](const Cancel& cancel) { return reread(asked, cancel); },
      [&session, then = std::move(then)](Reread read) {
        session.inside->opening.reset();
        then(std::move(read));
      },
      [&session](const Error& error) {
        session.inside->opening.reset();
        say(session, error);
      });
}

/// Another reading of the same drive takes the place of the one that is shown.
void show_drive(Session& session,
                std::shared_ptr<const Drive> drive,
                std::unique_ptr<FrameCache> cache) {
  const std::string frame = session.frame().name;
  session.inside->counting.request();
  session.drive = std::move(drive);
  session.cache = std::move(cache);
  const int last = static_cast<int>(session.drive->frames().size()) - 1;
  session.time.frame =
      session.drive->frame_table().named(frame).value_or(std::clamp(session.time.frame, 0, last));
  session.time.playing = false;
  if (session.layers.lidars.size() != session.drive->info().lidars.size()) show_all_lidars(session);
  session.inside->shown_version = 0;
  session.inside->thinned.clear();
  session.cache->want(session.time.frame, 1);
  ++session.versions.document;
  ++session.versions.time;
  ++session.versions.layers;
  ++session.versions.camera;
}

/// What was read, with what it says: in the place of what the reading before it said.
void show_reading(Session& session, const Reread& read) {
  show_drive(session, read.drive, cache_for(session, read.drive));
  for (const Problem& problem : session.inside->read_problems)
    if (const auto at = std::find(session.problems.begin(), session.problems.end(), problem);
        at != session.problems.end())
      session.problems.erase(at);
  session.problems.insert(session.problems.begin(), read.problems.begin(), read.problems.end());
  session.inside->read_problems = read.problems;
  session.inside->opened_with = read.repairs;
}

/// What was found is of the drive as it was read before.
void examine_again(Session& session, std::shared_ptr<const LabelSet> labels) {
  if (session.doctor->stage != DoctorState::Stage::not_yet)
    begin_examination(session, std::move(labels));
}

Result<Asked> asked_with(const Session& session,
                         const std::string& name,
                         const std::string& value) {
  if (!session.history) return refuse("No drive is open", "Open a folder first.");
  Asked asked{session.ref,
              repairs_of(session.history->document(), session.inside->asked),
              session.inside->labels,
              session.history->document(),
              name,
              value,
              session.drive};
  if (value.empty()) {
    asked.repairs.values.erase(name);
  } else if (const auto good = add_repair(asked.repairs, name + "=" + value); !good) {
    return tl::unexpected(good.error());
  }
  return asked;
}

/// Commits what a reading changes; the drive that was read is shown already.
Result<void> commit_reread(Session& session,
                           const std::string& name,
                           Edit edit,
                           int kept,
                           std::shared_ptr<const LabelSet> labels) {
  const auto done = commit(session, std::move(edit));
  if (!done) return done;
  session.inside->asked.values.erase(name);  // the document has it by now
  examine_again(session, std::move(labels));
  if (kept > 0)
    say(session,
        Severity::warning,
        text("{} tracks stay as they are: somebody changed them", kept));
  return done;
}

}  // namespace

Repairs repairs_of(const Document& document, const Repairs& asked) {
  Repairs all;
  for (const Key& key : document.keys(Kind::repair)) {
    const Value value = document.value(key);
    if (const auto* words = std::get_if<std::string>(&value)) all.values[key.id] = *words;
  }
  for (const auto& [name, value] : asked.values) all.values[name] = value;
  return all;
}

void show_all_lidars(Session& session) {
  const auto& lidars = session.drive->info().lidars;
  session.layers.lidars.assign(lidars.size(), true);
  session.layers.parts.clear();
  for (const LidarInfo& lidar : lidars) session.layers.parts.emplace_back(lidar.parts.size(), true);
}

std::unique_ptr<FrameCache> cache_for(Session& session, std::shared_ptr<const Drive> drive) {
  FrameCache::Options options;
  options.byte_cap = session.settings.cache_megabytes << 20;
  // What can be shown; "lidar" also switches parts of a sweep.
  options.channels.emplace();
  for (const Coloring& coloring : kColorings)
    if (coloring.channel) options.channels->emplace_back(coloring.name);
  return std::make_unique<FrameCache>(std::move(drive), session.jobs, options);
}

Edit relabel_edit(const Edit& before, const Edit& fresh, const Document& document, int& kept) {
  using Tracks = std::vector<std::shared_ptr<const Track>>;
  const auto tracks_of = [](const Edit& edit) {
    Tracks tracks;
    for (const Change& change : edit.changes)
      if (const auto* track = std::get_if<std::shared_ptr<const Track>>(&change.after))
        tracks.push_back(*track);
    return tracks;
  };
  // Both readings name their tracks alike; of several of one name the first is the first.
  std::map<std::tuple<std::string, std::string, int>, std::shared_ptr<const Track>> read_anew;
  std::map<std::pair<std::string, std::string>, int> seen;
  for (const auto& track : tracks_of(fresh))
    read_anew[{track->name, track->class_name, seen[{track->name, track->class_name}]++}] = track;
  // Where each track of the earlier reading stood at first, and what it is by now (null: gone).
  using Place = std::tuple<std::int64_t, double, double, double>;
  const auto place_of = [](const Track& track) {
    const Keyframe& key = track.keys.front();
    const Vec3& at = key.world_from_box.translation;
    return Place{key.stamp.ns, at.x(), at.y(), at.z()};
  };
  std::multimap<Place, std::pair<std::shared_ptr<const Track>, std::shared_ptr<const Track>>> known;
  seen.clear();
  for (const auto& track : tracks_of(before)) {
    const auto found =
        read_anew.find({track->name, track->class_name, seen[{track->name, track->class_name}]++});
    known.emplace(place_of(*track),
                  std::pair(track, found == read_anew.end() ? nullptr : found->second));
  }
  const auto untouched = [](const Track& now, const Track& read) {
    return now.class_name == read.class_name && now.attributes == read.attributes &&
           now.frame_attributes == read.frame_attributes &&
           std::equal(now.keys.begin(),
                      now.keys.end(),
                      read.keys.begin(),
                      read.keys.end(),
                      [](const Keyframe& a, const Keyframe& b) {
                        return a.source == KeySource::import && a.stamp == b.stamp &&
                               a.world_from_box == b.world_from_box && a.size == b.size;
                      });
  };

  kept = 0;
  EditBuilder edit(document);
  for (const auto& track : document.tracks()) {
    auto [at, end] = known.equal_range(place_of(*track));
    while (at != end && !untouched(*track, *at->second.first)) ++at;
    if (at == end) {
      kept += std::any_of(track->keys.begin(), track->keys.end(), [](const Keyframe& key) {
        return key.source == KeySource::import;
      });
      continue;
    }
    const auto read = at->second.second;
    known.erase(at);
    if (!read) {  // the repair leaves it out (labels.duplicates)
      edit.remove(track->uid);
      continue;
    }
    Track after = *read;
    after.uid = track->uid;
    after.name = track->name;
    after.state = track->state;
    after.marks = track->marks;
    edit.set(std::move(after));
  }
  return edit.finish("Labels read again", Author::import);
}

Result<void> show_repair(Session& session, const std::string& name, const std::string& value) {
  leave_repair(session);
  auto asked = asked_with(session, name, value);
  if (!asked) return tl::unexpected(asked.error());
  const Document document = asked->document;
  start_rereading(session, std::move(*asked), [&session, name, value, document](Reread read) {
    BeforePreview before{session.drive,
                         std::move(session.cache),
                         session.problems,
                         session.inside->read_problems,
                         session.inside->opened_with,
                         std::move(read.edit),
                         read.kept,
                         read.labels};
    session.preview.reset();
    show_reading(session, read);
    session.preview = applied(before.edit, document, session.history->version() + 1);
    session.inside->before_preview = std::move(before);
    session.repair_preview = RepairPreview{name, value};
    session.popup.clear();
  });
  return {};
}

Result<void> take_repair(Session& session) {
  if (!session.repair_preview) return refuse("No repair is shown");
  const std::string name = session.repair_preview->name;
  const std::string value = session.repair_preview->value;
  // The last reading is let go only once the edit is taken.
  if (session.project && session.project->state().read_only) {
    leave_repair(session);
    return refuse("This project is open read only");
  }
  BeforePreview before = std::move(*session.inside->before_preview);
  session.inside->before_preview.reset();
  session.repair_preview.reset();
  session.preview.reset();
  return commit_reread(
      session, name, std::move(before.edit), before.kept, std::move(before.labels));
}

void leave_repair(Session& session) {
  if (!session.repair_preview) return;
  BeforePreview before = std::move(*session.inside->before_preview);
  session.inside->before_preview.reset();
  session.repair_preview.reset();
  session.preview.reset();
  show_drive(session, std::move(before.drive), std::move(before.cache));
  session.problems = std::move(before.problems);
  session.inside->read_problems = std::move(before.read_problems);
  session.inside->opened_with = std::move(before.opened_with);
}

Result<void> set_repair_now(Session& session, const std::string& name, const std::string& value) {
  leave_repair(session);
  if (session.read_only()) return refuse("This project is open read only");
  auto asked = asked_with(session, name, value);
  if (!asked) return tl::unexpected(asked.error());
  start_rereading(session, std::move(*asked), [&session, name](Reread read) {
    show_reading(session, read);
    (void)commit_reread(session, name, std::move(read.edit), read.kept, read.labels);  // said there
  });
  return {};
}

void follow_repairs(Session& session) {
  if (!session.history || session.repair_preview || session.inside->opening) return;
  Repairs repairs = repairs_of(session.history->document(), session.inside->asked);
  if (repairs == session.inside->opened_with) return;
  // What was stopped or could not be read is not tried for ever.
  if (session.inside->rereading == repairs) return;
  Asked asked{session.ref,
              std::move(repairs),
              session.inside->labels,
              session.history->document(),
              {},
              {},
              session.drive};
  start_rereading(session, std::move(asked), [&session](Reread read) {
    show_reading(session, read);
    session.inside->rereading.reset();
    examine_again(session, read.labels);
  });
}

}  // namespace sweepbox
