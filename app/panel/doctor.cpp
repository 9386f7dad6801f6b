#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/panel/entries.hpp"
#include "app/panel/fields.hpp"
#include "app/session/doctor.hpp"

namespace sweepbox {

namespace {

/// A list that grows downwards in a scrolled part; what stands outside of it is measured alone.
struct Column {
  Area view;  ///< what is seen
  float left, width;
  float y;

  Area take(float height, float gap = 0) {
    const Area area = {left, y, width, height};
    y += height + gap;
    return area;
  }
};

void put_words(Ui& ui, Column& column, ImFont* font, std::uint32_t rgb, std::string_view words) {
  if (words.empty()) return;
  const float height = paragraph_height(font, words, column.width);
  put_paragraph(ui, column.take(height, ui.px(2)), font, rgb, words);
}

std::string repair_words(Ui& ui, std::string_view repair) {
  const std::size_t equals = repair.find('=');
  const auto match = match_repair(repair.substr(0, equals));
  return match ? std::string(ui.tr(match->kind->meaning)) : std::string();
}

std::string measure_text(Ui& ui, const Measure& measure) {
  // What is counted has no unit and no decimals.
  const bool counted = measure.unit.empty() && measure.as_is == std::round(measure.as_is) &&
                       measure.repaired == std::round(measure.repaired);
  const auto figure = [&](double value) {
    return number_text(value, !counted && std::abs(value) < 10 ? 2 : 0) +
           (measure.unit.empty() ? std::string() : " " + measure.unit);
  };
  return fill(ui.tr("{}: {} now, {} with the repair"),
              {std::string(ui.tr(measure.name)), figure(measure.as_is), figure(measure.repaired)});
}

void act(Ui& ui, std::string_view action, std::string_view parameter, const std::string& value) {
  Arguments arguments;
  arguments.values[std::string(parameter)] = value;
  do_action(ui.session, action, arguments);
}

void leave_button(Ui& ui, const std::string& id, const Area& area, const std::string& what) {
  Arguments arguments;
  arguments.values["finding"] = what;
  action_button(ui,
                id,
                area,
                "doctor.leave",
                {.label = std::string(ui.tr("Leave")), .flat = true},
                arguments);
}

void draw_finding(Ui& ui, Column& column, const Finding& finding, int number) {
  Cutter head{column.take(ui.px(26), ui.px(2))};
  const float left = ui.px(26);
  put_icon(ui,
           head.left(ui.px(18), ui.px(8)),
           severity_icon(finding.problem.severity),
           severity_rgb(ui, finding.problem.severity));
  const std::string id = fmt::format("doctor/{}", number);
  leave_button(ui,
               id + "/leave",
               centred(head.right(ui.px(70), ui.px(6)), ui.px(24)),
               left_aside_name(finding));
  if (!finding.repair.empty()) {
    Arguments arguments;
    arguments.values["repair"] = finding.repair;
    action_button(ui,
                  id + "/take",
                  centred(head.right(ui.px(70), ui.px(6)), ui.px(24)),
                  "repair.set",
                  {.label = std::string(ui.tr("Take"))},
                  arguments);
    action_button(ui,
                  id + "/show",
                  centred(head.right(ui.px(70), ui.px(10)), ui.px(24)),
                  "repair.show",
                  {.label = std::string(ui.tr("Show")), .primary = true},
                  arguments);
  }
  const std::string title = capitalised(ui.words(title_of(finding.ailment)));
  head.left(put_text(ui, head.rest, ui.fonts.bold, ui.theme.text, title), ui.px(8));
  put_text(ui, head.rest, ui.fonts.small, ui.theme.dim, ui.tr(name_of(finding.certainty)));
  mark_item(ui, id, head.rest, finding.repair);

  Column body = column;
  body.left += left;
  body.width -= left;
  put_words(ui, body, ui.fonts.small, ui.theme.text, to_line(ui.session, finding.problem));
  if (!finding.repair.empty())
    put_words(ui,
              body,
              ui.fonts.small,
              ui.theme.dim,
              fill(ui.tr("Repair {}: {}"), {finding.repair, repair_words(ui, finding.repair)}));
  for (const Measure& measure : finding.measures)
    put_words(ui, body, ui.fonts.small, ui.theme.dim, measure_text(ui, measure));
  if (!finding.runner_up.empty())
    put_words(ui,
              body,
              ui.fonts.small,
              ui.theme.dim,
              fill(ui.tr("The next best: {}"), {finding.runner_up}));
  column.y = body.y + ui.px(10);
}

void draw_question(Ui& ui, Column& column, const Question& question) {
  const std::string id = "doctor/ask/" + question.repair;
  Cutter head{column.take(ui.px(28), ui.px(2))};
  put_icon(ui, head.left(ui.px(18), ui.px(8)), "question-circle", ui.theme.accent);
  leave_button(
      ui, id + "/leave", centred(head.right(ui.px(70), ui.px(6)), ui.px(24)), question.repair);
  std::string& typed = ui.memory.get<std::string>(id);
  const bool set = button(ui,
                          id + "/set",
                          centred(head.right(ui.px(70), ui.px(6)), ui.px(24)),
                          {.label = std::string(ui.tr("Set")), .primary = true},
                          {},
                          !typed.empty() && !ui.session.read_only());
  const Area field = centred(head.right(ui.px(150), ui.px(10)), ui.px(26));
  bool done = false;
  if (question.choices.empty()) {
    text_field(ui, id + "/value", field, ui.tr(question.wanted), typed);
    done = entered(ui, id + "/value");
  } else {
    const auto chosen = std::find(question.choices.begin(), question.choices.end(), typed);
    const int index =
        chosen == question.choices.end() ? -1 : static_cast<int>(chosen - question.choices.begin());
    if (const auto picked = combo(ui,
                                  id + "/value",
                                  field,
                                  index < 0 ? ui.tr("Choose") : std::string_view(typed),
                                  question.choices,
                                  index))
      typed = question.choices[static_cast<std::size_t>(*picked)];
  }
  put_text(ui, head.rest, ui.fonts.bold, ui.theme.text, question.repair);
  Column body = column;
  body.left += ui.px(26);
  body.width -= ui.px(26);
  put_words(ui, body, ui.fonts.small, ui.theme.text, to_line(ui.session, question.problem));
  put_words(ui, body, ui.fonts.small, ui.theme.dim, repair_words(ui, question.repair));
  column.y = body.y + ui.px(10);
  if ((set || done) && !typed.empty())
    act(ui, "repair.set", "repair", question.repair + "=" + typed);
}

/// One line of what the examination rests on.
std::string summary(Ui& ui, const DoctorState& doctor) {
  if (doctor.stage == DoctorState::Stage::looking) return std::string(ui.tr("Looking …"));
  if (doctor.stage == DoctorState::Stage::not_yet) return std::string(ui.tr("Not checked yet"));
  const ImportCounts& counts = doctor.examination.counts;
  return fill(ui.tr("{} records found, {} read, {} dropped, {} suspicious · {} boxes judged in {} "
                    "frames"),
              {fmt::format("{}", counts.found),
               fmt::format("{}", counts.read),
               fmt::format("{}", counts.dropped),
               fmt::format("{}", counts.suspicious),
               fmt::format("{}", doctor.examination.boxes),
               fmt::format("{}", doctor.examination.frames)});
}

}  // namespace

void draw_doctor(Ui& ui, const Area& whole) {
  Session& session = ui.session;
  if (!session.has_drive()) {
    session.popup.clear();
    return;
  }
  const DoctorState& doctor = *session.doctor;
  const float width = std::min(ui.px(820), whole.width - ui.px(48));
  const float height = std::min(ui.px(560), whole.height - ui.px(96));
  const Area area = popup_area(whole, width, height);
  begin_popup(ui, "doctor", area, 0.35F);
  Cutter cut{area};
  const Area head = cut.top(ui.px(40));
  panel_head(ui, head, ui.tr("What the import found"));
  put_keys(ui, head.x + head.width - ui.px(12), head.y + head.height / 2, "Escape", Align::right);
  Cutter line_row{inset(cut.top(ui.px(32)), ui.px(16), 0)};
  Arguments again;
  again.values["again"] = "true";
  action_button(ui,
                "doctor/again",
                centred(line_row.right(ui.px(110), ui.px(8)), ui.px(24)),
                "doctor.check",
                {.label = std::string(ui.tr("Look again"))},
                again);
  put_text(ui, line_row.rest, ui.fonts.small, ui.theme.dim, summary(ui, doctor));

  const std::vector<const Finding*> findings = open_findings(session);
  const std::vector<Question> questions = open_questions(session);
  begin_scroll(ui, "doctor/scroll", cut.rest);
  Column column{cut.rest,
                cut.rest.x + ui.px(16),
                cut.rest.width - ui.px(40),
                cut.rest.y + ui.px(8) - scroll_y()};
  const float top = column.y;
  for (const Question& question : questions) draw_question(ui, column, question);
  int number = 0;
  for (const Finding* finding : findings) draw_finding(ui, column, *finding, number++);
  if (questions.empty() && findings.empty() && doctor.stage == DoctorState::Stage::done)
    put_words(ui,
              column,
              ui.fonts.small,
              ui.theme.dim,
              ui.tr("Nothing is wrong with this drive as far as its boxes and points tell."));
  const std::string untold = untold_words(
      doctor.examination, [&](const Text& words) { return std::string(ui.words(words)); });
  if (!untold.empty())
    put_words(
        ui, column, ui.fonts.small, ui.theme.dim, fill(ui.tr("Too few to tell: {}"), {untold}));
  end_scroll(column.y - top + ui.px(16));
  end_popup();
}

void draw_repair_banner(Ui& ui, const Area& whole) {
  const auto& preview = ui.session.repair_preview;
  if (!preview || !ui.session.popup.empty()) return;
  const float width = std::min(ui.px(680), whole.width - ui.px(48));
  const Area area = {std::floor((whole.width - width) / 2), ui.px(44), width, ui.px(58)};
  ImGui::SetNextWindowPos({area.x, area.y});
  ImGui::SetNextWindowSize({area.width, area.height});
  ImGui::Begin("repair",
               nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBackground |
                   ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoFocusOnAppearing);
  fill(area, ui.theme.panel, ui.px(3));
  frame(area, ui.theme.accent, ui.px(3), ui.px(2));
  Cutter cut{inset(area, ui.px(14), ui.px(6))};
  const Area back = centred(cut.right(ui.px(110), ui.px(8)), ui.px(30));
  const Area take = centred(cut.right(ui.px(90), ui.px(12)), ui.px(30));
  action_button(ui,
                "repair/back",
                back,
                "repair.back",
                {.label = std::string(ui.tr("Back")), .key = "Escape"});
  action_button(ui,
                "repair/take",
                take,
                "repair.take",
                {.label = std::string(ui.tr("Take")), .primary = true});
  const std::string words =
      preview->value.empty()
          ? fill(ui.tr("The drive without the repair {}"), {preview->name})
          : fill(ui.tr("Preview of the repair {}"), {preview->name + "=" + preview->value});
  put_text(ui, cut.top(ui.px(22)), ui.fonts.bold, ui.theme.text, words);
  put_text(ui, cut.rest, ui.fonts.small, ui.theme.dim, repair_words(ui, preview->name));
  ImGui::End();
}

}  // namespace sweepbox
