#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/program.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox::test {

/// A checkout with app/run alone, on a machine whose programs are stand-ins: dpkg-query, apt-get,
/// sudo, id, df, cmake, ninja. They live in a folder that is the whole PATH of what run() starts;
/// nothing of the system is touched or asked.
class BareMachine {
 public:
  /// `checkout` is the name of the checkout's folder.
  explicit BareMachine(const std::string& checkout = "sweepbox");

  /// Names of app/packages.txt, ascending.
  const std::vector<std::string>& wanted() const { return wanted_; }

  /// What dpkg-query knows: a package and its state ("installed", "config-files").
  void knows(const std::string& package, const std::string& state);
  void knows_all();
  /// Settings of the stand-ins: "update_fails", "install_fails_half_way", "no_such_package NAME",
  /// "not_root", "disk_full", "build_fails", "display" …
  void set(const std::string& name, const std::string& value = "yes");
  void remove_program(const std::string& name);

  /// `bash app/run ARGUMENTS` in the checkout's parent.
  Finished run(const std::vector<std::string>& arguments);
  Finished run_as(const std::string& script, const std::vector<std::string>& arguments);

  /// What the stand-ins were asked, a line each: "apt-get install …", "cmake --preset release".
  std::vector<std::string> asked() const;
  /// Those that begin so.
  std::vector<std::string> asked(const std::string& beginning) const;
  /// Packages that apt-get was asked to install, ascending.
  std::vector<std::string> installed_by_apt() const;

  std::filesystem::path place() const { return folder_.path(); }

  std::filesystem::path checkout() const { return folder_ / checkout_; }

 private:
  TempFolder folder_;
  std::string checkout_;
  std::vector<std::string> wanted_;
};

}  // namespace sweepbox::test
