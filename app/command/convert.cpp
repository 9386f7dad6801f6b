#include <algorithm>

#include "app/command/inputs.hpp"
#include "app/command/output.hpp"
#include "core/base/files.hpp"
#include "core/label/export.hpp"

namespace sweepbox {
namespace {

/// What boxes of other classes become in formats that have a word for all of them.
std::string_view becomes(const LabelFormat& format, const Loss& loss) {
  const bool has_misc =
      std::find(format.words.begin(), format.words.end(), "Misc") != format.words.end();
  return has_misc && loss.what == Text("classes beyond its own") ? ", written as Misc" : "";
}

int run(const Invocation& invocation) {
  const LabelFormat* format = label_format(invocation.text("to"));
  if (!format || !format->write) {
    std::string names;
    for (const LabelFormat& known : label_formats())
      if (known.write) names += fmt::format(" {}", known.name);
    return wrong_usage("--to " + invocation.text("to") +
                       ": not a format that is written; there are:" + names);
  }
  const bool with_data = invocation.has("with-data");
  if (with_data && format->name != "sweepbox")
    return wrong_usage("--with-data: only the sweepbox format is written as a whole data set");
  const InputsOrExit opened = open_inputs(invocation, Lacking::refuse);
  if (!opened.inputs) return opened.exit;
  const Inputs& inputs = *opened.inputs;
  for (const Problem& problem : inputs.problems) print_problem(invocation, problem);
  const auto frames = chosen_frames(invocation, *inputs.drive);
  if (!frames) return kWrongUsage;
  const WriteRequest request{inputs.document, *inputs.drive, *frames};

  const auto plan = plan_export(*format, request);
  if (!plan) return fail_with(plan.error());
  const bool strict = invocation.has("strict");
  for (const Loss& loss : plan->lost) {
    if (invocation.quiet() && !strict) break;
    print_message("sweepbox: {} cannot hold {}: {}{}{}\n",
                  format->name,
                  english(loss.what),
                  counted(static_cast<std::size_t>(loss.boxes), "box", "boxes"),
                  becomes(*format, loss),
                  loss.worst > 0 ? fmt::format(", corners move up to {:.2g} m", loss.worst) : "");
  }
  if (!plan->lost.empty() && strict)
    return fail_with(
        refuse(text("{}: nothing written, --strict", invocation.text("output"))).value());
  const fs::path out = invocation.text("output");
  const Existing existing = invocation.has("force") ? Existing::replace : Existing::refuse;
  const auto written = with_data ? write_export_with_data(*plan, request, out, existing)
                                 : write_export(*plan, *inputs.drive, out, existing);
  if (!written) return fail_with(written.error());
  if (!invocation.quiet())
    print_message("sweepbox: {} written to {}\n",
                  with_data ? counted(frames->size(), "frame", "frames") + " with labels"
                            : counted(plan->files.size(), "file", "files"),
                  out.string());
  return kDone;
}

}  // namespace

Command convert_command() {
  return {"convert",
          "writes labels in another format",
          "sweepbox convert hall3.sbx --to kitti_tracking -o out",
          {"PATH"},
          {{"--to", Option::Kind::text, "FORMAT: a name of `sweepbox formats`", true},
           {"-o,--output", Option::Kind::text, "OUT: the folder to write into", true},
           {"--with-data",
            Option::Kind::flag,
            "copy sweeps and images too, where the format is a data set"},
           {"--strict", Option::Kind::flag, "fail where the format cannot hold everything"},
           {"--force", Option::Kind::flag, "replace files that are there"},
           option::kFrame,
           option::kFrames,
           option::kProject,
           option::kLabels},
          run};
}

}  // namespace sweepbox
