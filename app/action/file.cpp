#include "app/action/tables.hpp"
#include "core/base/files.hpp"

namespace sweepbox {
namespace {

Result<void> open(Session& session, const Arguments& arguments) {
  if (!arguments.has("path")) {
    session.popup = "open";
    return {};
  }
  OpenRequest request;
  request.path = arguments.text("path");
  request.format = arguments.text("format");
  request.drive = arguments.text("drive");
  request.project = arguments.text("project");
  session.popup.clear();
  return open_in_session(session, request);
}

Result<void> open_project(Session& session, const Arguments& arguments) {
  if (!arguments.has("path")) {
    session.popup = "open_project";
    return {};
  }
  return open(session, arguments);
}

std::optional<Text> cannot_make_sample(const Session& session) {
  if (!session.make_sample) return Text("This program was built without the sample drive");
  return std::nullopt;
}

Result<void> sample(Session& session, const Arguments&) {
  return session.make_sample(session);
}

Result<void> close(Session& session, const Arguments&) {
  return close_drive(session);
}

Result<void> quit(Session& session, const Arguments&) {
  session.quit = true;
  return {};
}

struct Export {
  Result<void> done;
  std::size_t files = 0;
};

Export write_labels(const LabelFormat& format,
                    const Document& document,
                    const Drive& drive,
                    const std::vector<int>& frames,
                    const fs::path& folder,
                    bool force) {
  const auto files = format.write({document, drive, frames});
  if (!files) return {tl::unexpected(files.error())};
  for (const WrittenFile& file : *files) {
    const auto path = path_below(folder, file.path);
    if (!path) return {tl::unexpected(path.error())};
    std::error_code ignored;
    if (fs::exists(*path, ignored) && !force)
      return {
          fail(path->string(), {}, "a new file", "one that is there", "Choose another folder.")};
    if (auto made = make_folder(path->parent_path()); !made) return {made};
    if (auto written = write_file(*path, file.content); !written) return {written};
  }
  return {{}, files->size()};
}

/// Writes in a job; what the format cannot hold is said first.
Result<void> export_labels(Session& session, const Arguments& arguments) {
  if (!arguments.has("path") || !arguments.has("format")) {
    session.popup = "export";
    return {};
  }
  const std::string name = arguments.text("format");
  const LabelFormat* format = label_format(name);
  if (!format || !format->write)
    return refuse(text("There is no label format {} that can be written", name));
  const fs::path folder = arguments.text("path");
  std::error_code ignored;
  // Nothing is ever written into a data set.
  const fs::path root = fs::weakly_canonical(session.drive->info().root, ignored);
  const std::string inside =
      fs::weakly_canonical(folder, ignored).lexically_relative(root).string();
  if (!inside.empty() && !inside.starts_with(".."))
    return fail(folder.string(),
                {},
                "a folder outside the drive",
                "one inside it",
                "Choose another folder.");

  std::vector<int> frames(session.drive->frames().size());
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i] = static_cast<int>(i);
  const Document document = session.history->document();
  for (const Loss& loss : losses(*format, {document, *session.drive, frames}))
    say(session,
        Severity::warning,
        text("{} cannot hold {}: {} boxes",
             format->title,
             session.language.tr(loss.what),
             loss.boxes));
  session.popup.clear();
  const bool force = arguments.flag("force", false);
  session.jobs.submit(
      [format, document, drive = session.drive, frames, folder, force](const Cancel&) {
        return write_labels(*format, document, *drive, frames, folder, force);
      },
      [&session, folder](const Export& result) {
        if (result.done)
          say(session,
              Severity::note,
              text("{} files written to {}", result.files, folder.string()));
        else
          say(session, result.done.error());
      });
  return {};
}

std::optional<Text> needs_project(const Session& session) {
  if (auto reason = needs_drive(session)) return reason;
  if (!session.project) return Text("This drive is open without a project");
  return std::nullopt;
}

Result<void> retry(Session& session, const Arguments&) {
  session.project->retry();
  return {};
}

Result<void> save_elsewhere(Session& session, const Arguments& arguments) {
  if (!arguments.has("path")) {
    session.popup = "save_elsewhere";
    return {};
  }
  session.popup.clear();
  if (const auto moved = session.project->move_to(arguments.text("path")); !moved) return moved;
  say(session, Severity::note, text("The project goes on in {}", session.project->path().string()));
  return {};
}

}  // namespace

std::span<const Action> file_actions() {
  using enum ParameterType;
  constexpr Parameter kFormat = {"format", text, false, "of the drive; recognised without it"};
  constexpr Parameter kDrive = {"drive", text, false, "which, where a folder holds several"};
  static const Action table[] = {
      {"file.open",
       "Open a folder",
       "File",
       "Ctrl+O",
       "",
       open,
       nullptr,
       {{"path", text, false, "a drive or a project"},
        kFormat,
        kDrive,
        {"project", text, false, "where the work is kept"}},
       "folder-open"},
      {"file.open_project",
       "Open a project",
       "File",
       "Ctrl+Shift+O",
       "",
       open_project,
       nullptr,
       {{"path", text, false, "a .sbx file"}},
       "file-o"},
      {"file.sample",
       "Make the sample drive",
       "File",
       "Ctrl+M",
       "",
       sample,
       cannot_make_sample,
       {},
       "magic"},
      {"file.close", "Close the drive", "File", "Ctrl+W", "", close, needs_drive, {}, "times"},
      {"file.quit", "Quit", "File", "Ctrl+Q", "", quit, nullptr, {}, "power-off"},
      {"labels.export",
       "Export labels",
       "File",
       "Ctrl+Shift+E",
       "",
       export_labels,
       needs_drive,
       {{"format", text, false, "a label format"},
        {"path", text, false, "a folder"},
        {"force", flag, false, "overwrite"}},
       "download"},
      {"project.retry", "Retry saving", "File", "", "", retry, needs_project, {}, "refresh"},
      {"project.save_elsewhere",
       "Save the project elsewhere",
       "File",
       "Ctrl+Shift+S",
       "",
       save_elsewhere,
       needs_project,
       {{"path", text, false, "a new .sbx file"}},
       "floppy-o"},
  };
  return table;
}

}  // namespace sweepbox
