#include "app/action/script.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

#include "app/action/expect.hpp"
#include "app/action/tables.hpp"
#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

/// Words of a line; "…" keeps blanks together, # begins a comment outside of them.
Result<std::vector<std::string>> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, begun = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      begun = true;
    } else if (!quoted && c == '#') {
      break;
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
      if (begun) words.push_back(std::move(word));
      word.clear();
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (quoted) return refuse("A quotation mark is not closed");
  if (begun) words.push_back(std::move(word));
  return words;
}

/// name=value words after the first ones.
Result<Arguments> arguments_of(const std::vector<std::string>& words, std::size_t begin) {
  Arguments arguments;
  for (std::size_t i = begin; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == std::string::npos || equals == 0)
      return refuse(text("name=value is wanted, not {}", words[i]));
    arguments.values[words[i].substr(0, equals)] = words[i].substr(equals + 1);
  }
  return arguments;
}

Result<void> check_expectation(Session& session, const std::vector<std::string>& words) {
  if (words.size() < 2) return refuse("expect what?");
  std::string name = words[1];
  auto arguments = arguments_of(words, 2);
  if (!arguments) return tl::unexpected(arguments.error());
  if (const std::size_t equals = name.find('='); equals != std::string::npos) {
    arguments->values["is"] = name.substr(equals + 1);
    name.resize(equals);
  }
  for (const Expectation& expectation : expectations())
    if (expectation.name == name) return expectation.check(session, *arguments);
  return refuse(text("There is nothing named {} to expect", name));
}

/// Steps through frames as play would; waits for their time only where asked to.
Result<void> play(Session& session, const Arguments& arguments, const ScriptHooks& hooks) {
  if (!session.has_drive()) return refuse("No drive is open");
  const int count = static_cast<int>(session.drive->frames().size());
  const std::optional<double> seconds = arguments.number("seconds");
  const int frames = arguments.integer("frames").value_or(seconds ? std::numeric_limits<int>::max()
                                                                  : count - 1 - session.time.frame);
  auto due = std::chrono::steady_clock::now();
  const auto end = due + std::chrono::duration<double>(seconds.value_or(0));
  const auto gap = std::chrono::nanoseconds(static_cast<std::int64_t>(
      static_cast<double>(session.drive->frame_table().gap_ns()) / session.time.rate));
  for (int i = 0; i < frames && (!seconds || std::chrono::steady_clock::now() < end); ++i) {
    if (hooks.stopped && hooks.stopped()) break;  // said by run_script
    due += gap;
    if (hooks.real_time) std::this_thread::sleep_until(due);
    go_to_frame(session, (session.time.frame + 1) % count);
    if (hooks.settle) hooks.settle();
  }
  return {};
}

Result<void> run_words(Session& session,
                       const std::vector<std::string>& words,
                       const ScriptHooks& hooks) {
  if (words[0] == "expect") {
    if (hooks.settle) hooks.settle();
    return check_expectation(session, words);
  }
  if (words[0] == "picture") {
    if (words.size() != 2) return refuse("picture NAME");
    if (hooks.settle) hooks.settle();
    return hooks.picture ? hooks.picture(words[1]) : Result<void>{};
  }
  const auto arguments = arguments_of(words, 1);
  if (!arguments) return tl::unexpected(arguments.error());
  if (words[0] == "play") return play(session, *arguments, hooks);
  const Action* action = find_action(words[0]);
  if (!action) return refuse(text("There is no action {}", words[0]));
  return run_action(session, *action, *arguments);
}

}  // namespace

Result<void> run_script(Session& session,
                        std::string_view script,
                        const std::string& file,
                        const ScriptHooks& hooks) {
  int number = 0;
  for (const std::string_view line : lines_of(script)) {
    ++number;
    const auto failed = [&](const Error& error) {
      Error placed = error;
      const std::string inner = to_line(error);
      placed.file = fmt::format("{}:{}", file, number);
      placed.where = std::string(trimmed(line));
      placed.expected = {};
      placed.found = Text(inner);
      placed.fix = {};
      return tl::unexpected(placed);
    };
    const auto words = words_of(line);
    if (!words) return failed(words.error());
    if (words->empty()) continue;
    const auto started = std::chrono::steady_clock::now();
    if (const auto done = run_words(session, *words, hooks); !done) return failed(done.error());
    if (hooks.settle) hooks.settle();
    if (hooks.stopped && hooks.stopped()) return failed(refuse("the program was ended").value());
    // What a job of this line could not do is said, not returned.
    for (const Message& message : session.messages)
      if (message.severity == Severity::error && message.at >= started)
        return failed(Error{Severity::error, {}, {}, {}, message.text, {}});
  }
  return {};
}

std::string script_help() {
  std::string help =
      "A script is text, one step a line; # begins a comment, \"…\" keeps blanks together.\n"
      "  ACTION name=value …   an action as in the palette: box.move x=0.1\n"
      "  play frames=N         steps through the next frames, from the last on to the first\n"
      "  play seconds=S        the same for so long\n"
      "  picture NAME          saves the window as NAME.png\n"
      "  expect …              ends the script unless it holds:\n";
  for (const Expectation& expectation : expectations())
    help += fmt::format("    expect {:<45} {}\n", expectation.usage, expectation.meaning);
  help += "\nActions:\n";
  for (const Action& action : actions()) {
    help += fmt::format("  {:<28} {}\n", action.id, action.title);
    for (const Parameter& parameter : action.parameters)
      help += fmt::format("      {}{:<24} {}\n",
                          parameter.name,
                          parameter.required ? "= (needed)" : "=",
                          parameter.meaning);
  }
  return help;
}

}  // namespace sweepbox
