#include <numeric>

#include "app/action/tables.hpp"
#include "app/session/importing.hpp"
#include "app/session/opening.hpp"
#include "app/session/tasks.hpp"
#include "core/base/files.hpp"
#include "core/label/export.hpp"

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
  return start_opening(session, request);
}

Result<void> open_project(Session& session, const Arguments& arguments) {
  if (!arguments.has("path")) {
    session.popup = "open_project";
    return {};
  }
  return open(session, arguments);
}

std::optional<Text> nothing_to_choose(const Session& session) {
  if (!session.choice) return Text("No drive is to be chosen");
  return std::nullopt;
}

/// One of the drives that stand at the place that was to be opened.
Result<void> choose_drive(Session& session, const Arguments& arguments) {
  const std::string name = arguments.text("drive"), format = arguments.text("format");
  for (const DriveRef& ref : session.choice->drives) {
    if (ref.name != name || (!format.empty() && ref.format != format)) continue;
    OpenRequest request = session.choice->request;
    request.drive = ref.name;
    request.format = ref.format;
    session.popup.clear();
    return start_opening(session, request);
  }
  return refuse(text("There is no drive {} to choose", name));
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
  std::vector<Loss> lost;
};

Export write_labels(const LabelFormat& format,
                    const Document& document,
                    const Drive& drive,
                    const fs::path& folder,
                    Existing existing,
                    const Cancel& cancel) {
  WriteRequest request{document, drive, std::vector<int>(drive.frames().size()), nullptr, cancel};
  std::iota(request.frames.begin(), request.frames.end(), 0);
  auto plan = plan_export(format, request);
  if (!plan) return {tl::unexpected(plan.error()), 0, {}};
  return {write_export(*plan, drive, folder, existing, cancel),
          plan->files.size(),
          std::move(plan->lost)};
}

/// Writes in a job; what the format cannot hold is said.
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
  session.popup.clear();
  const Existing existing = arguments.flag("force", false) ? Existing::replace : Existing::refuse;
  start_task(
      session,
      {.title = text("Writing labels as {}", format->title),
       .stopped = "Writing labels was stopped"},
      [format, document = session.history->document(), drive = session.drive, folder, existing](
          const Cancel& cancel) -> Result<Export> {
        return write_labels(*format, document, *drive, folder, existing, cancel);
      },
      [&session, format, folder](const Export& result) {
        for (const Loss& loss : result.lost)
          say(session,
              Severity::warning,
              text(loss.boxes == 1 ? "{} cannot hold {}: {} box" : "{} cannot hold {}: {} boxes",
                   format->title,
                   session.language.tr(loss.what),
                   loss.boxes));
        if (result.done)
          say(session,
              Severity::note,
              text(result.files == 1 ? "{} file written to {}" : "{} files written to {}",
                   result.files,
                   folder.string()));
        else
          say(session, result.done.error());
      });
  return {};
}

/// Labels of a file or folder come into the document as one edit, read in a job.
Result<void> import_labels(Session& session, const Arguments& arguments) {
  if (!arguments.has("path")) {
    session.popup = "import_labels";
    return {};
  }
  std::optional<ImportMode> mode = ImportMode::merge;
  if (arguments.has("mode")) {
    const std::string name = arguments.text("mode");
    mode = import_mode_named(name);
    if (!mode && name != "ask")
      return refuse(text("There is no way \"{}\" to import labels", name),
                    "name merge, replace, add or ask");
  }
  session.popup.clear();
  start_import(session, arguments.text("path"), arguments.text("format"), mode);
  return {};
}

std::optional<Text> nothing_to_import(const Session& session) {
  if (auto reason = needs_writing(session)) return reason;
  if (!session.import_choice) return Text("No labels wait to be imported");
  return std::nullopt;
}

Result<void> import_chosen(Session& session, const Arguments& arguments) {
  if (arguments.has("mode")) {
    const auto mode = import_mode_named(arguments.text("mode"));
    if (!mode) return refuse("There is no such way to import labels", "name merge, replace or add");
    session.import_choice->mode = *mode;
  }
  return finish_import(session);
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
      {"drive.choose",
       "Choose one of several drives",
       "File",
       "",
       "",
       choose_drive,
       nothing_to_choose,
       {{"drive", text, true, "its name"}, kFormat},
       "list"},
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
      {"file.import_labels",
       "Import labels",
       "File",
       "Ctrl+Shift+I",
       "",
       import_labels,
       needs_writing,
       {{"path", text, false, "a label file or a folder of them"},
        {"format", text, false, "of the labels; recognised without it"},
        {"mode", text, false, "merge, replace, add or ask; default merge"}},
       "upload"},
      {"file.import_chosen",
       "Import the labels that were read",
       "File",
       "",
       "",
       import_chosen,
       nothing_to_import,
       {{"mode", text, false, "merge, replace or add; default: as chosen in the window"}},
       "upload"},
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
