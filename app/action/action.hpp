#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/session/session.hpp"

namespace sweepbox {

enum class ParameterType { number, integer, text, flag, vector };  ///< a vector is "x,y,z"

struct Parameter {
  std::string_view name;
  ParameterType type;
  bool required;
  std::string_view meaning;
};

/// Checked values of an action's parameters.
class Arguments {
 public:
  std::map<std::string, std::string, std::less<>> values;

  bool has(std::string_view name) const { return values.find(name) != values.end(); }

  std::optional<double> number(std::string_view name) const;
  std::optional<int> integer(std::string_view name) const;
  std::string text(std::string_view name, std::string_view fallback = {}) const;
  bool flag(std::string_view name, bool fallback) const;  ///< true/false/1/0/on/off
  std::optional<Vec3> vector(std::string_view name) const;
};

/// Something a person can do, by key, menu, palette or script. To add one: a function and one entry
/// in the table of its file.
struct Action {
  std::string_view id;        ///< "track.split": the word in scripts and keys.toml
  std::string_view title;     ///< "Split track here": English, key of its translation
  std::string_view category;  ///< "Time", "Box", "Track", "Edit", "View", "Calibrate", "File"
  std::string_view keys;      ///< default chords, "Left, A"; empty: none yet
  std::string_view scope;     ///< "" global, or a layout's name: that layout's own come first
  Result<void> (*run)(Session&, const Arguments&);
  std::optional<Text> (*why_not)(const Session&) = nullptr;  ///< why it is disabled; null: never
  std::vector<Parameter> parameters = {};
  std::string_view icon = {};  ///< a name in icons.hpp
  /// What a key, menu or button does instead where it gives no arguments: asks or shows first.
  Result<void> (*by_hand)(Session&) = nullptr;
};

/// All of them: time, box, track, edit, view, calibrate, file.
std::span<const Action> actions();
const Action* find_action(std::string_view id);

/// Checks the arguments against the parameters, then runs: what scripts do. Errors are returned,
/// not shown.
Result<void> run_action(Session& session, const Action& action, const Arguments& arguments = {});
/// Runs and says an error in the status line: what keys, menus and buttons call.
void do_action(Session& session, std::string_view id, const Arguments& arguments = {});

}  // namespace sweepbox
