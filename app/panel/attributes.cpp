#include "app/panel/attributes.hpp"

#include <fmt/format.h>

#include <cmath>

#include "app/panel/fields.hpp"
#include "app/tool/box_edits.hpp"
#include "core/base/parse.hpp"

namespace sweepbox {

namespace {

void set(Ui& ui, const std::string& name, const std::string& value) {
  Session& session = ui.session;
  (void)commit(session, attribute_edit(session, session.selected, name, value));
}

void draw_choice(Ui& ui,
                 const std::string& id,
                 const Area& area,
                 const AttributeSpec& spec,
                 const std::string& value,
                 bool editable) {
  std::vector<std::string> labels;
  int chosen = -1;
  float wanted = 0;
  for (const std::string& choice : spec.choices) {
    if (choice == value) chosen = static_cast<int>(labels.size());
    labels.push_back(capitalised(std::string(ui.tr(choice))));
    wanted = std::max(wanted, text_width(ui.fonts.small, labels.back()) + ui.px(8));
  }
  const auto count = static_cast<float>(labels.size());
  if (wanted * count <= area.width) {
    if (segmented(ui, id, area, labels, chosen, editable)) {
      set(ui, spec.name, spec.choices[static_cast<std::size_t>(chosen)]);
    }
    return;
  }
  const std::string shown =
      chosen < 0 ? capitalised(value) : labels[static_cast<std::size_t>(chosen)];
  if (const auto picked = combo(ui, id, area, shown, labels, chosen, {}, editable)) {
    set(ui, spec.name, spec.choices[static_cast<std::size_t>(*picked)]);
  }
}

void draw_words(Ui& ui,
                const std::string& id,
                const Area& area,
                const AttributeSpec& spec,
                const std::string& value) {
  // Typed into a draft; Enter makes it an edit.
  std::string& draft = ui.memory.get<std::string>("draft/" + id);
  std::string& shown = ui.memory.get<std::string>("shown/" + id);
  if (shown != value) draft = shown = value;
  text_field(ui, id, area, ui.tr("none"), draft, draft != value ? "Enter" : "");
  if (entered(ui, id) && draft != value) set(ui, spec.name, draft);
}

}  // namespace

void draw_attributes(Ui& ui, Cutter& cut, const Track& track, float label_width, bool editable) {
  const Session& session = ui.session;
  const Attributes now = attributes_at(track, session.frame().stamp);
  for (const AttributeSpec* spec : session.document().taxonomy().attributes_of(track.class_name)) {
    Cutter row{cut.top(ui.px(28), ui.px(2))};
    const Area label = row.left(label_width);
    put_text(ui, label, ui.fonts.small, ui.theme.dim, capitalised(std::string(ui.tr(spec->name))));
    const auto found = now.find(spec->name);
    const std::string value = found == now.end() ? spec->initial : found->second;
    const std::string id = fmt::format("props/{}", spec->name);
    const Area field = centred(row.rest, ui.px(24));
    switch (spec->type) {
      case AttributeType::choice:
        draw_choice(ui, id, field, *spec, value, editable);
        break;
      case AttributeType::flag: {
        bool on = value == "true";
        const std::string_view scope = spec->scope == AttributeScope::frame
                                           ? ui.tr("from this frame on")
                                           : ui.tr("in all frames");
        if (checkbox(ui, id, field, scope, on, {}, editable))
          set(ui, spec->name, on ? "true" : "false");
        break;
      }
      case AttributeType::number: {
        NumberSpec number;
        number.enabled = editable;
        const NumberAnswer answer =
            number_field(ui, id, field, to_double(value).value_or(0), number);
        if (answer.commit) set(ui, spec->name, fmt::format("{}", *answer.commit));
        break;
      }
      case AttributeType::text:
        draw_words(ui, id, field, *spec, value);
        break;
    }
  }
}

}  // namespace sweepbox
