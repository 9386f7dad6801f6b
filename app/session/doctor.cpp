#include "app/session/doctor.hpp"

#include <algorithm>

#include "app/session/inside.hpp"
#include "app/session/reopening.hpp"
#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/check/kept.hpp"

namespace sweepbox {
namespace {

constexpr std::string_view kLeft = "doctor/left/";

bool left_aside(const Session& session, const std::string& what) {
  const Value value = session.document().value({Kind::note, std::string(kLeft) + what});
  return !std::holds_alternative<std::monostate>(value);
}

/// The name of a repair that a remedy speaks of; empty for none. Words end where a name cannot go
/// on.
std::string repair_in(std::string_view words) {
  const auto of_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '/';
  };
  std::size_t begin = 0;
  while (begin < words.size()) {
    if (!of_name(words[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < words.size() && of_name(words[end])) ++end;
    std::string_view word = words.substr(begin, end - begin);
    while (word.ends_with('.')) word.remove_suffix(1);
    const auto match = match_repair(word);
    if (match && match->sensor != "NAME") return std::string(word);
    begin = end;
  }
  return {};
}

/// "raw, stored" as its words; empty where a value is described and not listed.
std::vector<std::string> choices_of(const std::string& repair, std::string_view values) {
  std::vector<std::string> choices;
  for (const std::string_view part : split(values, ',')) {
    Repairs tried;
    if (!add_repair(tried, repair + "=" + std::string(part))) return {};
    choices.emplace_back(trimmed(part));
  }
  return choices;
}

void take_result(Session& session, Examination examination) {
  DoctorState& doctor = *session.doctor;
  doctor.examination = std::move(examination);
  doctor.stage = DoctorState::Stage::done;
  ++session.versions.layers;
  const auto findings = open_findings(session);
  const bool serious = std::any_of(findings.begin(), findings.end(), [](const Finding* finding) {
    return finding->certainty != Certainty::too_few;
  });
  // A note is an offer; what a reader had to guess at is a question.
  const auto questions = open_questions(session);
  const bool asked = std::any_of(questions.begin(), questions.end(), [](const Question& question) {
    return question.problem.severity != Severity::note;
  });
  if (!serious && !asked) return;
  if (session.popup.empty() && !session.repair_preview)
    session.popup = "doctor";
  else
    say(session, Severity::warning, "The import was checked: see Check the import");
}

}  // namespace

void reset_doctor(Session& session) {
  DoctorState& doctor = *session.doctor;
  doctor.cancel.request();
  doctor.examination = {};
  doctor.stage = DoctorState::Stage::not_yet;
}

void begin_examination(Session& session, std::shared_ptr<const LabelSet> labels) {
  if (!session.has_drive()) return;
  reset_doctor(session);
  DoctorState& doctor = *session.doctor;
  doctor.stage = DoctorState::Stage::looking;
  doctor.cancel = session.jobs.submit(
      [drive = session.drive, place = session.inside->labels, labels = std::move(labels)](
          const Cancel& cancel) -> Result<Examination> {
        DoctorOptions options;
        options.cancel = cancel;
        options.labels = place;
        const fs::path kept = user_cache_folder() / "doctor";
        const std::string key = examination_key(*drive, place);
        if (auto known = kept_examination(kept, key)) return std::move(*known);
        const auto read = labels ? Result<LabelSet>(*labels) : read_labels(*drive, place);
        Examination found = examine(*drive, read ? *read : LabelSet{}, options);
        if (read && !cancel.requested()) keep_examination(kept, key, found);
        return found;
      },
      [&session](Result<Examination> examination) {
        if (examination) return take_result(session, std::move(*examination));
        session.doctor->stage = DoctorState::Stage::not_yet;
        ++session.versions.layers;
        say(session, examination.error());
      },
      {.lane = Lane::background});
}

std::string left_aside_name(const Finding& finding) {
  return finding.repair.empty() ? std::string(name_of(finding.ailment)) : finding.repair;
}

std::vector<const Finding*> open_findings(const Session& session) {
  std::vector<const Finding*> findings;
  for (const Finding& finding : session.doctor->examination.findings)
    if (!left_aside(session, left_aside_name(finding))) findings.push_back(&finding);
  return findings;
}

std::vector<Question> open_questions(const Session& session) {
  // Asked for each frame that is drawn: words are looked through once for the same problems.
  SessionInside& inside = *session.inside;
  if (inside.searched != session.problems) {
    inside.searched = session.problems;
    inside.repairs_in_problems.clear();
    for (const Problem& problem : session.problems)
      inside.repairs_in_problems.push_back(repair_in(english(problem.fix)));
  }
  std::vector<Question> questions;
  for (std::size_t i = 0; i < session.problems.size(); ++i) {
    const Problem& problem = session.problems[i];
    const std::string& repair = inside.repairs_in_problems[i];
    if (repair.empty() || session.inside->opened_with.value(repair) || left_aside(session, repair))
      continue;
    if (std::any_of(questions.begin(), questions.end(), [&](const Question& question) {
          return question.repair == repair;
        }))
      continue;
    const std::string_view values = match_repair(repair)->kind->values;
    questions.push_back({problem, repair, choices_of(repair, values), std::string(values)});
  }
  return questions;
}

std::string untold_words(const Examination& examination,
                         const std::function<std::string(const Text&)>& words) {
  std::vector<std::pair<Text, std::string>> kinds;  // by what is missing
  for (const Untold& untold : examination.untold) {
    auto at = std::find_if(
        kinds.begin(), kinds.end(), [&](const auto& one) { return one.first == untold.missing; });
    if (at == kinds.end()) at = kinds.emplace(kinds.end(), untold.missing, std::string());
    at->second += (at->second.empty() ? "" : ", ") + words(title_of(untold.ailment));
  }
  std::string all;
  for (const auto& [missing, titles] : kinds)
    all += (all.empty() ? "" : "; ") + titles + " (" + words(missing) + ")";
  return all;
}

Result<void> leave_aside(Session& session, const std::string& what) {
  return commit(session,
                set_note(session.history->document(), std::string(kLeft) + what, "left aside"));
}

}  // namespace sweepbox
