#include "core/store/entrance.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/files.hpp"
#include "core/store/whole.hpp"

namespace sweepbox {
namespace {

// SQLite's own paths have at most 512 bytes, with what it and we add to the name.
constexpr std::size_t kLongestPath = 480;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Problem opened_read_only(Error error) {
  error.severity = Severity::warning;
  error.fix = "opened read only; save the project elsewhere to go on";
  return error;
}

Result<void> check_path(const fs::path& path) {
  if (path.string().size() <= kLongestPath) return {};
  return fail(path.string(),
              {},
              text("a path of at most {} bytes", kLongestPath),
              text("one of {}", path.string().size()),
              "name a place with a shorter path");
}

/// Why a file that is there must not be written; empty where nothing is in the way yet.
std::optional<Error> why_not_written(const fs::path& path) {
  if (auto fits = check_path(path); !fits) return fits.error();

  struct stat status {};

  if (::stat(path.c_str(), &status) != 0 ||
      ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0)
    return Error{
        Severity::error, path.string(), {}, "a file that can be written", std::strerror(errno), {}};
  // Each name would have a lock and a log of its own.
  if (status.st_nlink > 1)
    return Error{Severity::error,
                 path.string(),
                 {},
                 "a file with one name",
                 text("one with {} names (hard links)", status.st_nlink),
                 {}};
  // Ours never have one: SQLite would write it back over the file.
  if (is_there(path.string() + "-journal"))
    return Error{Severity::error,
                 path.string(),
                 {},
                 "a project that no other program changed",
                 text("the journal of another program beside it ({})",
                      path.filename().string() + "-journal"),
                 {}};
  return std::nullopt;
}

Result<void> make_new(const fs::path& path, const Document& empty) {
  if (auto fits = check_path(path); !fits) return fits;
  return write_whole(path, {}, empty, {});
}

/// Opens to write what was read whole.
Result<void> begin_writing(const fs::path& path,
                           bool older,
                           std::unique_ptr<Lock> lock,
                           Entered& entered) {
  fs::path copy;
  auto writing = Writing::on(path, std::move(lock), older, copy);
  if (!writing) return tl::unexpected(writing.error());
  entered.writing = std::move(*writing);
  if (!copy.empty())
    entered.problems.push_back(
        {Severity::note,
         path.string(),
         {},
         {},
         text("brought to a newer form; a copy of the old one is {}", copy.string()),
         {}});
  return {};
}

}  // namespace

Error read_only_error(const fs::path& path, Text found) {
  return {Severity::error,
          path.string(),
          {},
          "a project that can be written",
          std::move(found),
          "save the project elsewhere to go on"};
}

Result<Entered> enter(const fs::path& path,
                      const ProjectOptions& options,
                      std::shared_ptr<const Taxonomy> taxonomy) {
  if (auto done = check_regular(path); !done) return tl::unexpected(done.error());
  std::optional<Error> why;
  Lock::Taken taken;
  if (!options.read_only) {
    if (is_there(path))
      why = why_not_written(path);
    else if (auto made = make_folder(path.parent_path()); !made)
      return tl::unexpected(made.error());
    if (!why) taken = Lock::take(path, holder_name(options.who));
  }
  if (!is_there(path)) {
    if (options.read_only) return fail(path.string(), {}, "a project", "no file", "check the path");
    if (taken.problem) return tl::unexpected(*taken.problem);
    if (!taken.lock)
      return fail(path.string(),
                  {},
                  "a project",
                  text("{} is just making it", taken.held_by),
                  "check the path");
    if (auto made = make_new(path, Document(taxonomy)); !made) return tl::unexpected(made.error());
  }
  auto snapshot = take_snapshot(path, std::move(taxonomy));
  if (!snapshot) return tl::unexpected(snapshot.error());

  Entered entered;
  entered.contents = std::move(snapshot->contents);
  entered.held_by = taken.held_by;
  if (!entered.contents.damage.empty()) {
    entered.problems = std::move(entered.contents.damage);
    entered.read_only = read_only_error(path, "it is damaged");
    return entered;
  }
  if (taken.lock) {
    auto begun = begin_writing(path, snapshot->older, std::move(taken.lock), entered);
    if (begun) return entered;
    why = begun.error();
  }
  if (why) {
    entered.read_only = read_only_error(path, why->found);
    entered.problems.push_back(opened_read_only(*why));
  } else if (!taken.held_by.empty()) {
    entered.read_only = read_only_error(path, text("{} has it open", taken.held_by));
    entered.read_only->expected = {};  // who has it is no answer to what was expected
    entered.problems.push_back(opened_read_only(*entered.read_only));
  } else if (taken.problem) {
    entered.read_only = read_only_error(path, taken.problem->found);
    entered.problems.push_back(*taken.problem);
  } else {
    entered.read_only = read_only_error(path, "it was opened read only");
  }
  return entered;
}

}  // namespace sweepbox
