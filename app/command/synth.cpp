#include <unistd.h>

#include "app/command/output.hpp"
#include "core/base/files.hpp"
#include "core/synth/synth.hpp"

namespace sweepbox {
namespace {

void show_bar(int done, int of) {
  constexpr int kWidth = 30;
  const int filled = of > 0 ? kWidth * done / of : 0;
  print_message("\rsweepbox: frame {} of {} [{:<30}]",
                done,
                of,
                std::string(static_cast<std::size_t>(filled), '='));
  if (done == of) print_message("\n");
}

int run(const Invocation& invocation) {
  SynthOptions options;
  options.frames = invocation.integer("frames");
  if (options.frames && *options.frames < 1)
    return wrong_usage("--frames " + invocation.text("frames") + ": expected at least 1");
  const std::filesystem::path spec_path = invocation.paths.front();
  const auto json = read_text(spec_path);
  if (!json) return fail_with(json.error());
  const auto spec = parse_synth_spec(*json, spec_path.string());
  if (!spec) return fail_with(spec.error());
  if (const auto seed = invocation.integer("seed"))
    options.seed = static_cast<std::uint64_t>(*seed);
  if (!invocation.quiet() && isatty(STDERR_FILENO)) options.progress = show_bar;
  const auto made = make_synthetic_drive(*spec, invocation.text("output"), options);
  return made ? kDone : fail_with(made.error());
}

}  // namespace

Command synth_command() {
  return {"synth",
          "makes a synthetic drive with exact labels",
          "sweepbox synth samples/street.json -o street --frames 40",
          {"SPEC.json"},
          {{"-o,--output", Option::Kind::text, "DIR: a new or empty folder", true},
           {"--frames", Option::Kind::integer, "N: this many frames"},
           {"--seed", Option::Kind::integer, "N: another street noise"}},
          run};
}

}  // namespace sweepbox
