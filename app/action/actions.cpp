#include <algorithm>
#include <array>

#include "app/action/tables.hpp"
#include "app/session/undoing.hpp"
#include "app/tool/box_edits.hpp"
#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

Result<void> check_value(const Parameter& parameter,
                         const std::string& value,
                         const Arguments& arguments) {
  const auto wrong = [&](const char* expected) {
    return fail({}, std::string(parameter.name), expected, Text(value));
  };
  switch (parameter.type) {
    case ParameterType::number:
      if (!arguments.number(parameter.name)) return wrong("a number");
      break;
    case ParameterType::integer:
      if (!arguments.integer(parameter.name)) return wrong("a whole number");
      break;
    case ParameterType::flag:
      if (arguments.flag(parameter.name, true) != arguments.flag(parameter.name, false))
        return wrong("true or false");
      break;
    case ParameterType::vector:
      if (!arguments.vector(parameter.name)) return wrong("three numbers x,y,z");
      break;
    case ParameterType::text:
      break;
  }
  return {};
}

Result<void> check(const Action& action, const Arguments& arguments) {
  for (const auto& [name, value] : arguments.values) {
    const auto found = std::find_if(action.parameters.begin(),
                                    action.parameters.end(),
                                    [&](const Parameter& p) { return p.name == name; });
    if (found == action.parameters.end()) {
      std::string known;
      for (const Parameter& p : action.parameters)
        known += (known.empty() ? "" : ", ") + std::string(p.name);
      return fail(std::string(action.id),
                  {},
                  known.empty() ? Text("no parameters") : text("one of {}", known),
                  Text(name));
    }
    if (const auto fits = check_value(*found, value, arguments); !fits)
      return tl::unexpected(in_file(fits.error(), std::string(action.id)));
  }
  for (const Parameter& parameter : action.parameters)
    if (parameter.required && !arguments.has(parameter.name))
      return fail(
          std::string(action.id), {}, text("{}={}", parameter.name, parameter.meaning), "nothing");
  return {};
}

}  // namespace

std::optional<double> Arguments::number(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end()) return std::nullopt;
  const auto value = to_double(found->second);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<int> Arguments::integer(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end()) return std::nullopt;
  const auto value = to_integer(found->second);
  if (!value || *value < -1'000'000'000 || *value > 1'000'000'000) return std::nullopt;
  return static_cast<int>(*value);
}

std::string Arguments::text(std::string_view name, std::string_view fallback) const {
  const auto found = values.find(name);
  return found == values.end() ? std::string(fallback) : found->second;
}

bool Arguments::flag(std::string_view name, bool fallback) const {
  const std::string value = text(name);
  if (value == "true" || value == "1" || value == "on") return true;
  if (value == "false" || value == "0" || value == "off") return false;
  return fallback;
}

std::optional<Vec3> Arguments::vector(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end()) return std::nullopt;
  const std::vector<std::string_view> parts = split(found->second, ',');
  if (parts.size() != 3) return std::nullopt;
  Vec3 result;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto value = to_double(parts[i]);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    result[static_cast<Eigen::Index>(i)] = *value;
  }
  return result;
}

std::span<const Action> actions() {
  static const std::vector<Action> all = [] {
    std::vector<Action> rows;
    for (const auto table : {time_actions(),
                             box_actions(),
                             nudge_actions(),
                             track_actions(),
                             edit_actions(),
                             view_actions(),
                             calibrate_actions(),
                             file_actions(),
                             doctor_actions()})
      rows.insert(rows.end(), table.begin(), table.end());
    return rows;
  }();
  return all;
}

const Action* find_action(std::string_view id) {
  for (const Action& action : actions())
    if (action.id == id) return &action;
  return nullptr;
}

namespace {

Result<void> check_and_run(Session& session,
                           const Action& action,
                           const Arguments& arguments,
                           bool hand) {
  if (const auto fits = check(action, arguments); !fits) return fits;
  if (action.why_not)
    if (auto reason = action.why_not(session)) return refuse(std::move(*reason));
  const auto done = hand && action.by_hand && arguments.values.empty()
                        ? action.by_hand(session)
                        : action.run(session, arguments);
  // What it selected after its edit is part of the edit.
  end_memory(session);
  return done;
}

}  // namespace

Result<void> run_action(Session& session, const Action& action, const Arguments& arguments) {
  return check_and_run(session, action, arguments, false);
}

void do_action(Session& session, std::string_view id, const Arguments& arguments) {
  const Action* action = find_action(id);
  if (!action) return say(session, Severity::error, text("There is no action {}", id));
  const auto started = std::chrono::steady_clock::now();
  const auto done = check_and_run(session, *action, arguments, true);
  if (done) return;
  // What failed in commit() is in the status line already.
  const bool said = !session.messages.empty() && session.messages.back().at >= started &&
                    session.messages.back().severity == done.error().severity;
  if (!said) say(session, done.error());
}

std::optional<Text> needs_drive(const Session& session) {
  if (!session.has_drive()) return Text("Open a drive first");
  return std::nullopt;
}

std::optional<Text> needs_writing(const Session& session) {
  if (auto reason = needs_drive(session)) return reason;
  if (session.repair_preview) return Text("A repair is shown, nothing is edited meanwhile");
  if (session.read_only()) return Text("This project is open read only");
  return std::nullopt;
}

std::optional<Text> needs_selection(const Session& session) {
  if (auto reason = needs_drive(session)) return reason;
  if (session.selected.empty())
    return Text("Nothing is selected: click a box, or press Tab for the next");
  return std::nullopt;
}

std::optional<Text> needs_selection_to_edit(const Session& session) {
  if (auto reason = needs_selection(session)) return reason;
  return needs_writing(session);
}

std::optional<Text> needs_box(const Session& session) {
  if (auto reason = needs_selection_to_edit(session)) return reason;
  if (!committed_box(session, primary(session))) {
    const auto track = primary_track(session);
    return text("{} is not in this frame", track ? shown_name(session, *track) : "");
  }
  return std::nullopt;
}

std::optional<Text> needs_sequence(const Session& session) {
  if (auto reason = needs_drive(session)) return reason;
  if (session.drive->frames().size() < 2) return Text("One frame: nothing to play");
  return std::nullopt;
}

Result<TrackId> track_of(const Session& session, const Arguments& arguments) {
  if (arguments.has("track")) {
    const auto track = session.document().track_named(arguments.text("track"));
    if (!track) return refuse(text("There is no track named {}", arguments.text("track")));
    return track->uid;
  }
  if (session.selected.empty()) return refuse(*needs_selection(session));
  return primary(session);
}

Result<std::vector<TrackId>> tracks_of(const Session& session, const Arguments& arguments) {
  if (!arguments.has("track") && !session.selected.empty()) return session.selected;
  return track_of(session, arguments).map([](TrackId id) { return std::vector<TrackId>{id}; });
}

Result<Cuboid> box_of(const Session& session, TrackId track) {
  if (const auto box = carried_box(session, track)) return *box;
  const auto found = session.document().track(track);
  return refuse(text("{} is not in this frame", found ? shown_name(session, *found) : ""));
}

Result<void> put_box(Session& session, TrackId track, const Cuboid& cuboid_in_ego) {
  const auto done = commit(session, box_edit(session, track, cuboid_in_ego));
  if (done) session.last_yaw = yaw_of(cuboid_in_ego.pose.rotation);
  return done;
}

bool switched(const Arguments& arguments, bool now) {
  return arguments.flag("on", !now);
}

}  // namespace sweepbox
