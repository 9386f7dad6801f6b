#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"
#include "core/base/files.hpp"

namespace sweepbox {

namespace {

/// What the dialog is for, by the popup that opened it.
struct Purpose {
  std::string_view popup;
  std::string_view title;
  std::string_view button;
  std::string_view action;
  std::string_view
      extension;  ///< only such files are listed; empty: folders and everything a drive may be
  std::string_view
      name;  ///< a new file is named: what it is called first; empty: something there is chosen
};

constexpr Purpose kPurposes[] = {
    {"open", "Open a folder", "Open", "file.open", "", ""},
    {"open_project", "Open a project", "Open", "file.open_project", ".sbx", ""},
    {"save_elsewhere",
     "Save the project elsewhere",
     "Save",
     "project.save_elsewhere",
     ".sbx",
     "project.sbx"},
    {"import_labels", "Import labels", "Import", "file.import_labels", "", ""},
    {"export", "Export labels", "Export", "labels.export", "", "labels"},
    {"export_correction",
     "Export corrections",
     "Export",
     "calibrate.export",
     ".json",
     "corrections.json"},
};

struct Entry {
  std::string name;
  bool folder = false;
};

/// What a job found in a folder.
struct Found {
  bool ready = false;
  std::vector<Entry> entries;
  Listing drives;       ///< what the folder itself is
  std::string trouble;  ///< why it cannot be listed
};

struct DialogState {
  fs::path folder;
  std::string typed;   ///< the path as words
  std::string chosen;  ///< name of an entry
  std::string name;    ///< of the new file
  std::string filter;
  std::shared_ptr<Found> found;    ///< of `folder`
  std::string previewed;           ///< name whose drives `preview` has
  std::shared_ptr<Found> preview;  ///< of the chosen folder
  int format = 0;
  std::string popup;
  std::string trouble;       ///< with what was typed
  bool enter_opens = false;  ///< Enter ended a typed path: it opens if it is one drive
};

std::string lower(std::string_view words) {
  std::string result(words);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return result;
}

Found look_into(const fs::path& folder, std::string_view extension, bool list, bool of_drives) {
  Found found;
  found.ready = true;
  std::error_code trouble;
  if (list) {
    for (fs::directory_iterator at(folder, fs::directory_options::skip_permission_denied, trouble),
         end;
         !trouble && at != end;
         at.increment(trouble)) {
      std::error_code ignored;
      const bool is_folder = at->is_directory(ignored);
      const std::string name = at->path().filename().string();
      if (name.starts_with(".")) continue;
      if (!is_folder && !extension.empty() && at->path().extension() != extension) continue;
      found.entries.push_back({name, is_folder});
      if (found.entries.size() > 20000) break;
    }
    if (trouble) found.trouble = trouble.message();
    std::sort(found.entries.begin(), found.entries.end(), [](const Entry& a, const Entry& b) {
      if (a.folder != b.folder) return a.folder;
      return lower(a.name) < lower(b.name);
    });
  }
  if (of_drives) found.drives = find_drives(folder);
  return found;
}

/// Listing a folder may take its time (a network, a disk that sleeps): in a job.
std::shared_ptr<Found> ask(Session& session,
                           const fs::path& folder,
                           const Purpose& purpose,
                           bool list) {
  auto found = std::make_shared<Found>();
  session.jobs.submit(
      [folder, &purpose, list](const Cancel&) -> Result<Found> {
        return look_into(folder, purpose.extension, list, purpose.popup == "open");
      },
      [&session, found](Result<Found> result) {
        if (result) {
          *found = std::move(*result);
          return;
        }
        found->ready = true;
        found->trouble = to_line(session, result.error());
      },
      {.order = Jobs::Order::newest_first});
  return found;
}

void go_to(Session& session, DialogState& state, const Purpose& purpose, const fs::path& folder) {
  std::error_code ignored;
  state.folder =
      folder.has_filename() || folder == folder.root_path() ? folder : folder.parent_path();
  state.typed = state.folder.string();
  state.chosen.clear();
  state.previewed.clear();
  state.preview.reset();
  state.filter.clear();
  state.trouble.clear();
  state.enter_opens = false;
  state.found = ask(session, state.folder, purpose, true);
}

fs::path first_folder(const Session& session, const Purpose& purpose) {
  std::error_code ignored;
  // A drive's labels mostly stand in it or beside it.
  if (purpose.popup == "import_labels" && session.has_drive())
    if (const fs::path& root = session.drive->info().root; fs::is_directory(root, ignored))
      return root;
  // What is written goes beside the person's files, never into a data set.
  if (purpose.name.empty())
    for (const std::string& recent : session.settings.recent) {
      const fs::path parent = fs::path(recent).parent_path();
      if (fs::is_directory(parent, ignored)) return parent;
    }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
  return "/";
}

/// The path that the button acts on.
fs::path target(const DialogState& state, const Purpose& purpose) {
  if (!purpose.name.empty()) {
    std::string name = state.name;
    if (!purpose.extension.empty() && !name.empty() &&
        fs::path(name).extension() != purpose.extension)
      name += purpose.extension;
    return name.empty() ? fs::path() : state.folder / name;
  }
  return state.chosen.empty() ? state.folder : state.folder / state.chosen;
}

const Listing* drives_of(const DialogState& state) {
  const Found* found = state.chosen.empty() ? state.found.get() : state.preview.get();
  return found != nullptr && found->ready ? &found->drives : nullptr;
}

void finish(Ui& ui, DialogState& state, const Purpose& purpose, const fs::path& path) {
  Session& session = ui.session;
  Arguments arguments;
  arguments.values["path"] = path.string();
  if (purpose.popup == "export") {
    std::vector<std::string_view> writable;
    for (const LabelFormat& format : label_formats()) {
      if (format.write != nullptr) writable.push_back(format.name);
    }
    if (writable.empty()) return;
    arguments.values["format"] = writable[static_cast<std::size_t>(state.format) % writable.size()];
  }
  if (purpose.popup == "import_labels") arguments.values["mode"] = "ask";
  session.popup.clear();
  do_action(session, purpose.action, arguments);
}

void draw_places(Ui& ui, const Area& area, DialogState& state, const Purpose& purpose) {
  Session& session = ui.session;
  Cutter cut{area};
  const auto place = [&](const std::string& id,
                         std::string_view icon_name,
                         const std::string& label,
                         const fs::path& to) {
    if (cut.rest.height < ui.px(26)) return;
    const Face face = {.label = label,
                       .icon = std::string(icon_name),
                       .on = state.folder == to,
                       .flat = true,
                       .align = Align::left};
    if (button(ui, id, cut.top(ui.px(26)), face, {.title = to.string()}))
      go_to(session, state, purpose, to);
  };
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0')
    place("dialog/home", "home", std::string(ui.tr("Home")), home);
  place("dialog/root", "database", std::string(ui.tr("Computer")), "/");
  if (session.settings.recent.empty()) return;
  put_text(
      ui, inset(cut.top(ui.px(28)), ui.px(8), 0), ui.fonts.small, ui.theme.dim, ui.tr("Recent"));
  std::vector<fs::path> seen;
  for (const std::string& recent : session.settings.recent) {
    const fs::path parent = fs::path(recent).parent_path();
    if (std::find(seen.begin(), seen.end(), parent) != seen.end()) continue;
    seen.push_back(parent);
    place(
        fmt::format("dialog/recent/{}", seen.size()), "folder", parent.filename().string(), parent);
  }
}

void draw_entries(Ui& ui, const Area& area, DialogState& state, const Purpose& purpose) {
  Session& session = ui.session;
  const float row = ui.px(26);
  begin_scroll(ui, "dialog/scroll", area);
  float y = area.y - scroll_y();
  const float top = y;
  const auto say_here = [&](std::string_view words) {
    put_text(
        ui, inset({area.x, y, area.width, row}, ui.px(12), 0), ui.fonts.small, ui.theme.dim, words);
  };
  if (!state.found || !state.found->ready) {
    say_here(ui.tr("Looking …"));
  } else if (!state.found->trouble.empty()) {
    say_here(state.found->trouble);
  }
  const std::vector<Entry> none;
  const std::vector<Entry>& entries =
      state.found && state.found->ready ? state.found->entries : none;
  const std::string wanted = lower(state.filter);
  fs::path entered_folder;
  fs::path opened;
  int shown = 0;
  for (const Entry& entry : entries) {
    if (!wanted.empty() && lower(entry.name).find(wanted) == std::string::npos) continue;
    const Area line_area = {area.x, std::floor(y), area.width, row};
    y += row;
    ++shown;
    if (line_area.y + row < area.y || line_area.y > area.y + area.height) continue;
    const Touch mouse = touch(ui, fmt::format("dialog/entry/{}", entry.name), line_area);
    const bool chosen = state.chosen == entry.name;
    if (chosen) {
      fill(line_area, ui.theme.selected_row);
    } else if (mouse.hovered) {
      fill(line_area, ui.theme.hover);
    }
    put_icon(ui,
             {line_area.x + ui.px(10), line_area.y, ui.px(18), row},
             entry.folder ? "folder" : "file-o",
             ui.theme.dim,
             0.9F);
    put_text(ui,
             {line_area.x + ui.px(36), line_area.y, area.width - ui.px(48), row},
             ui.fonts.body,
             ui.theme.text,
             entry.name);
    if (mouse.double_clicked) {
      if (entry.folder) {
        entered_folder = state.folder / entry.name;
      } else {
        opened = state.folder / entry.name;
      }
    } else if (mouse.clicked) {
      state.chosen = entry.name;
      if (!purpose.name.empty() && !entry.folder) state.name = entry.name;
    }
  }
  if (shown == 0 && state.found && state.found->ready && state.found->trouble.empty()) {
    say_here(ui.tr(entries.empty() ? "Nothing here to open" : "Nothing matches"));
  }
  end_scroll(y - top + ui.px(8));
  if (!entered_folder.empty()) go_to(session, state, purpose, entered_folder);
  if (!opened.empty() && purpose.name.empty()) finish(ui, state, purpose, opened);
}

/// What the chosen folder is, and which of several drives is meant.
void draw_recognised(Ui& ui, const Area& area, DialogState& state) {
  const Listing* drives = drives_of(state);
  Cutter cut{area};
  if (drives == nullptr) {
    put_text(ui, cut.rest, ui.fonts.small, ui.theme.dim, ui.tr("Looking …"));
    return;
  }
  if (drives->drives.empty()) {
    put_text(ui,
             cut.rest,
             ui.fonts.small,
             ui.theme.dim,
             ui.tr("No drive here. Go into a folder, or choose one."));
    return;
  }
  if (drives->drives.size() == 1) {
    const DriveRef& only = drives->drives.front();
    put_icon(ui, cut.left(ui.px(18), ui.px(6)), "check", ui.theme.ok);
    put_text(ui,
             cut.rest,
             ui.fonts.small,
             ui.theme.text,
             fill(ui.tr("Recognised as {}: {}"), {only.format, ui.words(only.why)}));
    return;
  }
  put_text(
      ui,
      cut.rest,
      ui.fonts.small,
      ui.theme.text,
      fill(ui.tr("{} drives here: Open asks which"), {fmt::format("{}", drives->drives.size())}));
}

void draw_name(Ui& ui, const Area& area, DialogState& state, const Purpose& purpose) {
  Cutter cut{area};
  put_text(ui,
           cut.left(ui.px(60)),
           ui.fonts.small,
           ui.theme.dim,
           ui.tr(purpose.popup == "export" ? "Folder" : "Name"));
  if (purpose.popup == "export") {
    std::vector<std::string> titles;
    for (const LabelFormat& format : label_formats()) {
      if (format.write != nullptr) titles.emplace_back(format.title);
    }
    const Area list = cut.right(ui.px(200), ui.px(10));
    if (!titles.empty()) {
      state.format = std::clamp(state.format, 0, static_cast<int>(titles.size()) - 1);
      if (const auto picked = combo(ui,
                                    "dialog/format",
                                    list,
                                    titles[static_cast<std::size_t>(state.format)],
                                    titles,
                                    state.format)) {
        state.format = *picked;
      }
    }
  }
  text_field(ui, "dialog/name", cut.rest, purpose.name, state.name);
}

}  // namespace

void draw_file_dialog(Ui& ui, const Area& whole) {
  Session& session = ui.session;
  const auto purpose_at =
      std::find_if(std::begin(kPurposes), std::end(kPurposes), [&](const Purpose& candidate) {
        return candidate.popup == session.popup;
      });
  if (purpose_at == std::end(kPurposes)) return;
  const Purpose& purpose = *purpose_at;
  DialogState& state = ui.memory.get<DialogState>("dialog");
  if (state.popup != purpose.popup || !state.found) {
    // Each purpose remembers its folder as long as the program runs.
    std::string& kept = ui.memory.get<std::string>("dialog/folder/" + std::string(purpose.popup));
    const fs::path start = kept.empty() ? first_folder(session, purpose) : fs::path(kept);
    state.popup = purpose.popup;
    state.name = purpose.name;
    go_to(session, state, purpose, start);
    if (purpose.name.empty()) focus_field(ui, "dialog/path");  // a path can be typed at once
  }
  ui.memory.get<std::string>("dialog/folder/" + std::string(purpose.popup)) = state.folder.string();
  if (!state.chosen.empty() && state.previewed != state.chosen) {
    state.previewed = state.chosen;
    state.preview = ask(session, state.folder / state.chosen, purpose, false);
  }

  const float width = std::min(ui.px(860), whole.width - ui.px(48));
  const float height = std::min(ui.px(560), whole.height - ui.px(64));
  const Area area = popup_area(whole, width, height);
  begin_popup(ui, std::string(purpose.popup), area);
  Cutter cut{area};
  panel_head(ui, cut.top(ui.px(40), ui.px(8)), ui.tr(purpose.title));
  put_keys(ui, area.x + width - ui.px(12), area.y + ui.px(20), "Escape", Align::right);
  Cutter path_row{inset(cut.top(ui.px(30), ui.px(8)), ui.px(12), 0)};
  if (button(ui,
             "dialog/up",
             path_row.left(ui.px(30), ui.px(6)),
             {.icon = "level-up"},
             {.title = std::string(ui.tr("The folder above"))},
             state.folder.has_relative_path())) {
    go_to(session, state, purpose, state.folder.parent_path());
  }
  const Area filter_area = path_row.right(ui.px(200), ui.px(8));
  text_field(ui, "dialog/path", path_row.rest, ui.tr("Path"), state.typed, {}, "folder-open-o");
  const bool typed_enter = entered(ui, "dialog/path");
  text_field(ui, "dialog/filter", filter_area, ui.tr("Name"), state.filter, {}, "filter");

  Cutter foot{inset(cut.bottom(ui.px(52)), ui.px(12), ui.px(11))};
  const Area recognised = inset(cut.bottom(ui.px(36)), ui.px(12), ui.px(4));
  line(area.x, recognised.y - ui.px(4), area.x + width, recognised.y - ui.px(4), ui.theme.line);
  Cutter middle{cut.rest};
  draw_places(ui, inset(middle.left(ui.px(190)), ui.px(6), 0), state, purpose);
  line(middle.rest.x,
       middle.rest.y,
       middle.rest.x,
       middle.rest.y + middle.rest.height,
       ui.theme.line);
  draw_entries(ui, middle.rest, state, purpose);
  if (session.popup != purpose.popup) {
    end_popup();
    return;
  }
  if (!purpose.name.empty()) {
    draw_name(ui, recognised, state, purpose);
  } else if (purpose.popup == "open") {
    draw_recognised(ui, recognised, state);
  }
  const fs::path path = target(state, purpose);
  const bool ready =
      !path.empty() && (purpose.popup != "open_project" || path.extension() == ".sbx");
  const bool go = button(ui,
                         "dialog/ok",
                         foot.right(ui.px(130), ui.px(8)),
                         {.label = std::string(ui.tr(purpose.button)), .primary = true},
                         {.title = path.string()},
                         ready);
  if (button(ui, "dialog/cancel", foot.right(ui.px(100)), {.label = std::string(ui.tr("Cancel"))}))
    session.popup.clear();
  if (!state.trouble.empty()) {
    put_text(ui, foot.rest, ui.fonts.small, ui.theme.error, state.trouble);
  } else if (purpose.popup == "open") {
    put_text(ui,
             foot.rest,
             ui.fonts.small,
             ui.theme.dim,
             ui.tr("The files of the folder stay as they are."));
  }
  end_popup();

  // A folder that was typed and turns out to be a drive is what was meant.
  if (state.enter_opens && state.found && state.found->ready) {
    state.enter_opens = false;
    if (state.found->drives.drives.size() == 1 && state.chosen.empty()) {
      finish(ui, state, purpose, state.folder);
      return;
    }
  }
  if (typed_enter) {
    const fs::path typed = state.typed;
    std::error_code ignored;
    state.trouble.clear();
    const bool here = typed == state.folder && state.found && state.found->ready;
    if (here && purpose.popup == "open" && !state.found->drives.drives.empty()) {
      finish(ui, state, purpose, typed);  // a second Enter: the folder that is shown is a drive
    } else if (fs::is_directory(typed, ignored)) {
      go_to(session, state, purpose, typed);
      state.enter_opens = purpose.popup == "open";
    } else if (purpose.name.empty() && fs::exists(typed, ignored)) {
      finish(ui, state, purpose, typed);
    } else if (purpose.name.empty()) {
      state.trouble = fill(ui.tr("There is nothing at {}"), {state.typed});
    }
  } else if (go) {
    finish(ui, state, purpose, path);
  }
}

}  // namespace sweepbox
