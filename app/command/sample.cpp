#include "app/command/sample.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "app/session/opening.hpp"
#include "app/session/tasks.hpp"
#include "core/base/files.hpp"
#include "core/synth/synth.hpp"

namespace sweepbox {
namespace {

Result<void> open_sample(Session& session, const fs::path& folder) {
  OpenRequest request;
  request.path = folder;
  return start_opening(session, request);
}

/// Makes it beside its place and puts it there when it is whole: a program that was killed leaves
/// no half of it in the way, and what the person keeps under that name is left alone.
Result<void> make(const fs::path& folder, const Cancel& cancel) {
  const auto spec = parse_synth_spec(embedded_street(), "street.json");
  if (!spec) return tl::unexpected(spec.error());
  if (auto made = make_folder(folder.parent_path()); !made) return made;
  std::string beside = folder.string() + ".XXXXXX";
  if (!::mkdtemp(beside.data()))
    return fail(folder.string(), {}, "room for a folder", std::strerror(errno), "check the disk");
  SynthOptions options;
  options.cancel = cancel;
  options.progress = [cancel](int done, int of) {
    cancel.set_share(of > 0 ? static_cast<double>(done) / of : 0.0);
  };
  Result<void> made = make_synthetic_drive(*spec, beside, options);
  std::error_code failed;
  if (made) fs::rename(beside, folder, failed);
  if (failed)
    made = fail(folder.string(),
                {},
                "a free place for the sample drive",
                failed.message(),
                "move what is there away");
  if (!made) fs::remove_all(beside, failed);
  return made;
}

Result<void> make_and_open(Session& session) {
  const fs::path folder = user_data_folder() / "street";
  std::error_code ignored;
  if (fs::exists(folder / "drive.json", ignored)) return open_sample(session, folder);
  for (const Task& task : session.tasks)
    if (task.title.key == "Making the sample drive")
      return refuse("The sample drive is being made");
  start_task(
      session,
      {.title = "Making the sample drive",
       .stopped = "The sample drive was not made",
       .of_drive = false},
      [folder](const Cancel& cancel) { return make(folder, cancel); },
      [&session, folder] {
        // A person who opened something else meanwhile is not torn away from it.
        if (session.has_drive()) return say(session, Severity::note, "The sample drive is ready");
        if (const auto opened = open_sample(session, folder); !opened) say(session, opened.error());
      });
  return {};
}

}  // namespace

void offer_sample(Session& session) {
  session.make_sample = make_and_open;
}

}  // namespace sweepbox
