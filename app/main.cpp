#include "app/command/command.hpp"

int main(int argc, char** argv) {
  return sweepbox::run_command_line(argc, argv);
}
