#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <limits>

#include "app/command/output.hpp"
#include "core/base/log.hpp"
#include "core/base/parse.hpp"
#include "core/base/thrown.hpp"
#include "core/drive/formats.hpp"

namespace sweepbox {
namespace {

const std::vector<Option>& common_options() {
  static const std::vector<Option> options = {
      {"--json", Option::Kind::flag, "one JSON document instead of text"},
      {"--quiet", Option::Kind::flag, "say errors only"},
      {"--verbose", Option::Kind::flag, "say more"},
      {"--format", Option::Kind::text, "NAME: read PATH as this drive format"},
      {"--drive", Option::Kind::text, "NAME: which drive, where a folder holds several"},
      {"--repair", Option::Kind::text, "NAME=VALUE: read with a repair (again for more)"},
  };
  return options;
}

// Commands of the promise that arrive with automation.
constexpr std::string_view kNotThereYet[] = {"fit", "follow", "propose", "yield"};

std::string long_name(std::string_view option) {
  const auto at = option.find("--");
  return std::string(option.substr(at + 2));
}

/// What is wrong with a value of that kind; empty for nothing. No option has a meaning without one.
std::string wrong_value(Option::Kind kind, const std::string& text) {
  const std::string found = ", found \"" + text + "\"";
  if (text.empty()) return "expected a value, found an empty one";
  if (kind == Option::Kind::integer) {
    using Range = std::numeric_limits<int>;
    const auto value = to_integer(text);
    if (!value) return "expected a whole number" + found;
    if (*value < Range::min() || *value > Range::max())
      return fmt::format("expected a number from {} to {}{}", Range::min(), Range::max(), found);
  }
  if (kind == Option::Kind::number && !to_double(text)) return "expected a number" + found;
  return {};
}

/// Where CLI11 writes before it becomes an Invocation.
struct Slot {
  std::string name;
  Option::Kind kind;
  bool flag = false;
  std::vector<std::string> values;
};

void add_options(CLI::App& app,
                 const std::vector<Option>& options,
                 std::vector<std::unique_ptr<Slot>>& slots) {
  for (const Option& option : options) {
    slots.push_back(std::make_unique<Slot>(Slot{long_name(option.name), option.kind, false, {}}));
    Slot& slot = *slots.back();
    const std::string name(option.name), meaning(option.meaning);
    if (option.kind == Option::Kind::flag) {
      app.add_flag(name, slot.flag, meaning);
      continue;
    }
    CLI::Option* added = app.add_option(name, slot.values, meaning);
    added->required(option.required)->allow_extra_args(false);
    added->check([kind = option.kind](const std::string& text) { return wrong_value(kind, text); });
  }
}

bool is_drive_format(std::string_view name) {
  const auto formats = drive_formats();
  return std::any_of(formats.begin(), formats.end(), [&](const DriveFormat& format) {
    return format.name == name;
  });
}

std::string drive_names() {
  std::string names;
  for (const DriveFormat& format : drive_formats()) names += fmt::format(" {}", format.name);
  return names;
}

/// A word before a path that is neither a command nor something on the disk.
bool is_no_command(int argc, char** argv) {
  const std::string_view word = argc > 2 ? argv[1] : "";
  std::error_code ignored;
  return !word.empty() && argv[2][0] != '-' && argv[2][0] != '\0' &&
         word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos &&
         !std::filesystem::exists(word, ignored);
}

int run(const Command& command, int argc, char** argv) {
  CLI::App app(std::string(command.summary), "sweepbox " + std::string(command.name));
  app.footer("Example:\n  " + std::string(command.example));
  app.allow_windows_style_options(false);
  std::vector<std::unique_ptr<Slot>> slots;
  Invocation invocation;
  std::vector<std::string> paths(command.paths.size());
  for (std::size_t i = 0; i < command.paths.size(); ++i) {
    std::string name(command.paths[i]);
    const bool optional = name.starts_with('[');
    if (optional) name = name.substr(1, name.size() - 2);
    app.add_option(name,
                   paths[i],
                   name == "SCRIPT" ? "a text file of steps, as described below"
                   : name == "SPEC.json"
                       ? "a street, its traffic and sensors: see samples/street.json"
                       : "a drive (folder or file) or a project (.sbx)")
        ->required(!optional)
        ->check([](const std::string& text) { return wrong_value(Option::Kind::text, text); });
  }
  add_options(app, command.options, slots);
  add_options(app, common_options(), slots);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    print_lines(app.help());
    return kDone;
  } catch (const CLI::ParseError& wrong) {
    print_message(
        "sweepbox {}: {}; see sweepbox {} --help\n", command.name, wrong.what(), command.name);
    return kWrongUsage;
  }
  for (const std::string& path : paths)
    if (!path.empty()) invocation.paths.emplace_back(path);
  for (const auto& slot : slots) {
    if (slot->flag) invocation.values[slot->name] = {"true"};
    if (!slot->values.empty()) invocation.values[slot->name] = slot->values;
  }
  if (const std::string format = invocation.text("format");
      !format.empty() && !is_drive_format(format))
    return wrong_usage("--format " + format + ": not a drive format; there are:" + drive_names());
  if (invocation.quiet()) set_log_level(LogLevel::error);
  if (invocation.has("verbose")) set_log_level(LogLevel::info);
  return command.run(invocation);
}

void print_help() {
  print_lines(
      "sweepbox [COMMAND] [PATH] [options]\n\n"
      "Draws 3D boxes in lidar drives and checks them on the camera images of the same instant.\n\n"
      "Commands:\n");
  for (const Command& command : commands()) print("  {:<9} {}\n", command.name, command.summary);
  print_lines(
      "\nWithout a command: open. `sweepbox COMMAND --help` tells all options and an example.\n"
      "\nExample:\n  sweepbox open drives/2011_09_26\n");
}

/// What could end the program or mix its files up before it has said a word.
void prepare_process() {
  // A file over the limit (ulimit -f) and a reader that has gone are errors of a write, like
  // others.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  // A standard stream that was closed (`>&-`) must not become the number of a file that is written:
  // its place is taken by what refuses reading or writing.
  for (const int number : {0, 1, 2})
    if (::fcntl(number, F_GETFD) == -1 && errno == EBADF)
      (void)!::open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY);
}

int pick_and_run(int argc, char** argv) {
  const std::string_view first = argc > 1 ? argv[1] : "";
  if (first == "--version") {
    print("sweepbox " SWEEPBOX_VERSION "\n");
    return kDone;
  }
  if (first == "--help" || first == "-h") {
    print_help();
    return kDone;
  }
  for (const std::string_view later : kNotThereYet)
    if (first == later)
      return wrong_usage(std::string(later) + " is not there yet: it arrives with automation");
  for (const Command& command : commands())
    if (command.name == first) return run(command, argc - 1, argv + 1);
  if (is_no_command(argc, argv)) {
    std::string names;
    for (const Command& command : commands()) names += fmt::format(" {}", command.name);
    return wrong_usage(std::string(first) + ": not a command; there are:" + names);
  }
  for (const Command& command : commands())
    if (command.name == "open") return run(command, argc, argv);
  return kWrongUsage;
}

}  // namespace

std::string Invocation::text(std::string_view option, std::string_view fallback) const {
  const auto found = values.find(option);
  return found == values.end() ? std::string(fallback) : found->second.back();
}

std::optional<int> Invocation::integer(std::string_view option) const {
  const auto found = values.find(option);
  if (found == values.end()) return std::nullopt;
  const auto value = to_integer(found->second.back());
  return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

std::optional<std::pair<int, int>> parse_size(std::string_view text) {
  const auto parts = split(text, 'x');
  if (parts.size() != 2) return std::nullopt;
  const auto width = to_integer(parts[0]), height = to_integer(parts[1]);
  if (!width || !height || *width < 16 || *height < 16 || *width > 8192 || *height > 8192)
    return std::nullopt;
  return std::pair(static_cast<int>(*width), static_cast<int>(*height));
}

int run_command_line(int argc, char** argv) {
  prepare_process();
  int status = kFailed;
  try {
    status = pick_and_run(argc, argv);
  } catch (...) {
    try {
      fail_with(thrown_error(std::current_exception()));
    } catch (...) {  // not even for these words
      write_message("sweepbox: no memory is left\n");
    }
  }
  return finish_output(status);
}

}  // namespace sweepbox
