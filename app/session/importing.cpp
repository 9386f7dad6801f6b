#include "app/session/importing.hpp"

#include "app/session/tasks.hpp"
#include "core/check/doctor.hpp"

namespace sweepbox {
namespace {

/// What a job read.
struct Import {
  ImportChoice choice;
  bool asks = false;
  int found = 0, read = 0, elsewhere = 0;
  std::vector<Problem> problems;
};

Result<Import> read_import(const Drive& drive,
                           const Document& document,
                           const std::filesystem::path& place,
                           const std::string& format,
                           std::optional<ImportMode> mode) {
  auto labels = read_labels(drive, place, format);
  if (!labels) return tl::unexpected(labels.error());
  Import result;
  result.found = records_found(*labels);
  result.read = static_cast<int>(labels->labels.size());
  result.elsewhere = labels->elsewhere;
  result.problems.assign(labels->problems.begin(), labels->problems.end());
  result.choice.place = place;
  result.choice.mode = mode.value_or(ImportMode::merge);
  result.asks = !mode && result.read > 0 && !document.tracks().empty();
  for (const ImportMode one : {ImportMode::merge, ImportMode::replace, ImportMode::add})
    if (result.asks || one == result.choice.mode)
      result.choice.plans[static_cast<std::size_t>(one)] =
          plan_import(*labels, drive, document, one);
  return result;
}

void take_plan(Session& session, const std::filesystem::path& place, ImportPlan plan) {
  const ImportOutcome counts = plan.counts;
  if (!plan.edit.empty()) take_job_edit(session, std::move(plan.edit));
  if (counts != ImportOutcome{})
    say(session,
        Severity::note,
        text("{}: {}", place.filename().string(), session.language.tr(words_of(counts))));
}

void take_import(Session& session, Import read) {
  for (const Problem& problem : read.problems)
    if (problem.severity != Severity::note) say(session, problem);
  session.problems.insert(session.problems.end(), read.problems.begin(), read.problems.end());
  say(session,
      read.read == 0 ? Severity::warning : Severity::note,
      text("{}: {} records found, {} read as boxes, {} left out, {} of other instants",
           read.choice.place.filename().string(),
           read.found,
           read.read,
           read.found - read.read,
           read.elsewhere));
  if (!read.asks) return take_plan(session, read.choice.place, read.choice.plan());
  session.import_choice = std::make_unique<ImportChoice>(std::move(read.choice));
  session.popup = "import_mode";
}

}  // namespace

void start_import(Session& session,
                  const std::filesystem::path& place,
                  const std::string& format,
                  std::optional<ImportMode> mode) {
  start_task(
      session,
      {.title = text("Reading labels of {}", place.filename().string()),
       .stopped = "No labels were imported"},
      [document = session.history->document(), drive = session.drive, place, format, mode](
          const Cancel&) { return read_import(*drive, document, place, format, mode); },
      [&session](Import read) { take_import(session, std::move(read)); });
}

Result<void> finish_import(Session& session) {
  if (!session.import_choice) return refuse("No labels wait to be imported");
  const std::unique_ptr<ImportChoice> choice = std::move(session.import_choice);
  session.popup.clear();
  take_plan(session, choice->place, choice->plan());
  return {};
}

Text words_of(const ImportOutcome& counts) {
  if (counts.removed_by_hand > 0)
    return text("{} new, {} removed, {} of these drawn or changed by hand",
                counts.fresh,
                counts.removed,
                counts.removed_by_hand);
  if (counts.removed > 0) return text("{} new, {} removed", counts.fresh, counts.removed);
  if (counts.kept > 0)
    return text("{} new, {} merged, {} left out: changed by hand",
                counts.fresh,
                counts.merged,
                counts.kept);
  if (counts.merged > 0) return text("{} new, {} merged", counts.fresh, counts.merged);
  return text("{} new", counts.fresh);
}

}  // namespace sweepbox
