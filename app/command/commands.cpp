#include "app/command/command.hpp"

namespace sweepbox {

Command open_command(), info_command(), labels_command(), project_command(), render_command(),
    convert_command(), formats_command(), synth_command(), run_command();  // each in NAME.cpp

std::span<const Command> commands() {
  static const Command table[] = {
      open_command(),  // the default
      info_command(),
      labels_command(),
      project_command(),
      render_command(),
      convert_command(),
      formats_command(),
      synth_command(),
      run_command(),
  };
  return table;
}

}  // namespace sweepbox
