#include "app/session/doctor.hpp"
#include "app/action/tables.hpp"
#include "app/session/reopening.hpp"

namespace sweepbox {
namespace {

/// Shows the panel; looks where nobody has looked yet.
Result<void> check(Session& session, const Arguments& arguments) {
  if (session.doctor->stage == DoctorState::Stage::not_yet || arguments.flag("again", false))
    begin_examination(session);
  session.popup = "doctor";
  return {};
}

/// "NAME=VALUE" of a parameter, or its name alone.
std::pair<std::string, std::string> name_and_value(const Arguments& arguments) {
  const std::string repair = arguments.text("repair");
  const std::size_t equals = repair.find('=');
  return {repair.substr(0, equals),
          equals == std::string::npos ? std::string() : repair.substr(equals + 1)};
}

Result<void> show(Session& session, const Arguments& arguments) {
  const auto [name, value] = name_and_value(arguments);
  return show_repair(session, name, value);
}

std::optional<Text> no_repair_shown(const Session& session) {
  if (!session.repair_preview) return Text("No repair is shown");
  return std::nullopt;
}

Result<void> take(Session& session, const Arguments&) {
  const auto taken = take_repair(session);
  // What is left after the repair is another question; one that was looked at is looked at again.
  if (taken && session.doctor->stage == DoctorState::Stage::not_yet) begin_examination(session);
  return taken;
}

Result<void> back(Session& session, const Arguments&) {
  leave_repair(session);
  session.popup = "doctor";
  return {};
}

Result<void> set(Session& session, const Arguments& arguments) {
  const auto [name, value] = name_and_value(arguments);
  session.popup.clear();
  return set_repair_now(session, name, value);
}

Result<void> leave(Session& session, const Arguments& arguments) {
  return leave_aside(session, arguments.text("finding"));
}

}  // namespace

std::span<const Action> doctor_actions() {
  using enum ParameterType;
  constexpr Parameter kRepair = {"repair", text, true, "NAME=VALUE; NAME alone: without it"};
  static const Action table[] = {
      {"doctor.check",
       "Check the import",
       "File",
       "",
       "",
       check,
       needs_drive,
       {{"again", flag, false, "look again"}},
       "stethoscope"},
      {"repair.show", "Show a repair", "File", "", "", show, needs_drive, {kRepair}, "eye"},
      {"repair.take", "Take the repair", "File", "", "", take, no_repair_shown, {}, "check"},
      {"repair.back", "Back from the repair", "File", "", "", back, no_repair_shown, {}, "times"},
      {"repair.set", "Set a repair", "File", "", "", set, needs_writing, {kRepair}, "wrench"},
      {"doctor.leave",
       "Leave a finding aside",
       "File",
       "",
       "",
       leave,
       needs_writing,
       {{"finding", text, true, "its repair, or its name"}},
       "times"},
  };
  return table;
}

}  // namespace sweepbox
