#pragma once
#include <functional>
#include <string>
#include <vector>

#include "app/session/session.hpp"
#include "core/check/doctor.hpp"

namespace sweepbox {

/// What a reader could not know and a person is asked for once: a problem of the drive whose remedy
/// is a repair (columns of a .bin, the rate of a drive without a clock …).
struct Question {
  Problem problem;
  std::string repair;                ///< its name: "rate_hz"
  std::vector<std::string> choices;  ///< the values there are; empty: any that fits `wanted`
  std::string wanted;                ///< what a value is, English
};

struct DoctorState {
  enum class Stage { not_yet, looking, done };
  Stage stage = Stage::not_yet;
  Examination examination;
  Cancel cancel;
};

/// Examines drive and labels in a job; `labels` are the session's, where they were just read. Where
/// it finds something likely or certain that nobody left aside before, or the readers ask for
/// something, the panel opens by itself (popup "doctor").
void begin_examination(Session& session, std::shared_ptr<const LabelSet> labels = nullptr);
/// Forgets what was found and stops looking.
void reset_doctor(Session& session);

/// Findings that are shown: the surest first, without those that were left aside.
std::vector<const Finding*> open_findings(const Session& session);
/// What readers ask for and nobody has answered.
std::vector<Question> open_questions(const Session& session);
/// What the drive holds too little of to tell, and what is missing, those that miss the same
/// together; `words` says a Text in the reader's language. Empty where all could be told.
std::string untold_words(const Examination& examination,
                         const std::function<std::string(const Text&)>& words);
/// Leaves a finding or a question aside: an edit of the project's notes, so that it is not asked
/// again. `what` is left_aside_name of it, or a repair's name.
Result<void> leave_aside(Session& session, const std::string& what);
std::string left_aside_name(const Finding& finding);

}  // namespace sweepbox
