#include "tests/scripts/bare_machine.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace sweepbox::test {
namespace {

namespace fs = std::filesystem;

// Those of the system's own programs that the scripts use and that change no system.
constexpr const char* kHarmless[] = {"bash",
                                     "sh",
                                     "awk",
                                     "cat",
                                     "comm",
                                     "cp",
                                     "dirname",
                                     "env",
                                     "grep",
                                     "mkdir",
                                     "mktemp",
                                     "mv",
                                     "paste",
                                     "readlink",
                                     "rm",
                                     "rmdir",
                                     "sed",
                                     "sort"};

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

BareMachine::BareMachine(const std::string& checkout) : checkout_(checkout) {
  const fs::path source = SWEEPBOX_SOURCE_DIR;
  fs::create_directories(this->checkout() / "app");
  for (const char* file : {"app/run", "app/setup.sh", "app/packages.txt", "CMakePresets.json"})
    fs::copy_file(source / file, this->checkout() / file);
  for (const std::string& line : lines_of(source / "app/packages.txt"))
    if (!line.empty() && line.front() != '#') wanted_.push_back(line);
  std::sort(wanted_.begin(), wanted_.end());

  fs::create_directories(folder_ / "machine");
  fs::create_directories(folder_ / "programs");
  std::ofstream(folder_ / "machine/known").flush();
  for (const auto& program : fs::directory_iterator(source / "tests/scripts/machine")) {
    const std::string name = program.path().filename();
    fs::copy_file(program, folder_ / (name == "sweepbox" ? "machine" : "programs") / name);
  }
  for (const char* name : kHarmless)
    for (const fs::path folder : {"/usr/bin", "/bin"})
      if (fs::exists(folder / name)) {
        fs::create_symlink(folder / name, folder_ / "programs" / name);
        break;
      }
}

void BareMachine::knows(const std::string& package, const std::string& state) {
  std::ofstream(folder_ / "machine/known", std::ios::app) << package << ' ' << state << '\n';
}

void BareMachine::knows_all() {
  for (const std::string& package : wanted_) knows(package, "installed");
}

void BareMachine::set(const std::string& name, const std::string& value) {
  std::ofstream(folder_ / "machine" / name) << value;
}

void BareMachine::remove_program(const std::string& name) {
  fs::remove(folder_ / "programs" / name);
}

Finished BareMachine::run(const std::vector<std::string>& arguments) {
  return run_as(checkout_ + "/app/run", arguments);
}

Finished BareMachine::run_as(const std::string& script, const std::vector<std::string>& arguments) {
  const std::string programs = (folder_ / "programs").string();
  std::vector<std::string> command = {
      programs + "/env", "-C", folder_.path().string(), programs + "/bash", script};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command,
                     {{"PATH", programs},
                      {"machine", (folder_ / "machine").string()},
                      {"HOME", (folder_ / "home").string()},
                      {"DISPLAY", ""},
                      {"XDG_DATA_HOME", ""},
                      {"SWEEPBOX_OUT", ""},
                      {"BASH_ENV", ""},
                      // What a person may have exported, and what must change nothing.
                      {"CDPATH", ".:/:" + checkout().string()}});
}

std::vector<std::string> BareMachine::asked() const {
  return lines_of(folder_ / "machine/asked");
}

std::vector<std::string> BareMachine::asked(const std::string& beginning) const {
  std::vector<std::string> lines = asked();
  std::erase_if(lines, [&](const std::string& line) { return !line.starts_with(beginning); });
  return lines;
}

std::vector<std::string> BareMachine::installed_by_apt() const {
  std::vector<std::string> packages;
  for (const std::string& line : asked("apt-get install")) {
    std::istringstream words(line);
    for (std::string word; words >> word;)
      if (std::binary_search(wanted_.begin(), wanted_.end(), word)) packages.push_back(word);
  }
  std::sort(packages.begin(), packages.end());
  return packages;
}

}  // namespace sweepbox::test
