#include "app/action/keymap.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace sweepbox;  // NOLINT

TEST_CASE("chords are read as they stand on key caps, and written the same") {
  const auto undo = parse_chord("Ctrl+Shift+Z");
  REQUIRE(undo);
  CHECK(undo->key == "Z");
  CHECK((undo->ctrl && undo->shift && !undo->alt));
  CHECK(to_text(*undo) == "Ctrl+Shift+Z");
  CHECK(parse_chord("?")->key == "?");
  CHECK(parse_chord("+")->key == "+");
  CHECK(to_text(*parse_chord("Ctrl++")) == "Ctrl++");
  CHECK(parse_chord("ctrl+,")->key == ",");
  CHECK(parse_chord("Num7")->key == "Num7");
  CHECK(parse_chord("F12")->key == "F12");
  CHECK(parse_chord("f")->key == "F");
  CHECK(parse_chord("Del")->key == "Delete");
  CHECK(parse_chord("esc")->key == "Escape");
  for (const char* wrong : {"", "Ctrl+", "Hyper+A", "Bla", "F99", "Num12", "F0"}) {
    INFO(wrong);
    CHECK((!parse_chord(wrong) || std::string(wrong) == "Ctrl+"));
  }
}

TEST_CASE("no two actions share a key inside one scope") {
  for (const KeyConflict& conflict : Keymap::from_defaults().conflicts())
    FAIL_CHECK(to_text(conflict.chord) << " in '" << conflict.scope << "': " << conflict.first
                                       << " and " << conflict.second);
}

TEST_CASE("every action has an id of its own, words, and keys that can be read") {
  const std::set<std::string_view> categories = {
      "Time", "Box", "Track", "Edit", "View", "Calibrate", "File"};
  std::set<std::string_view> ids;
  for (const Action& action : actions()) {
    INFO(action.id);
    CHECK(ids.insert(action.id).second);
    CHECK_FALSE(action.title.empty());
    CHECK(categories.contains(action.category));
    CHECK(action.run != nullptr);
    CHECK_FALSE(action.icon.empty());
    if (!action.keys.empty()) CHECK_FALSE(Keymap::from_defaults().chords_of(action.id).empty());
    for (const Parameter& parameter : action.parameters) CHECK_FALSE(parameter.meaning.empty());
  }
}

TEST_CASE("every action and category is translated") {
  const Language zh("zh");
  for (const Action& action : actions())
    for (const std::string_view word : {action.title, action.category}) {
      INFO(word);
      CHECK(zh.words().contains(word));
    }
}

TEST_CASE("the keys that annotators have in their hands do what they expect") {
  const Keymap map = Keymap::from_defaults();
  const auto does = [&](const char* chord, const char* layout = "annotate") {
    const Action* action = map.action_for(*parse_chord(chord), layout);
    return action ? std::string(action->id) : std::string();
  };
  CHECK(does("Space") == "time.play");
  CHECK(does("Left") == "time.previous");
  CHECK(does("D") == "time.next");
  CHECK(does("N") == "tool.place");
  CHECK(does("W") == "tool.move");
  CHECK(does("K") == "track.set_key");
  CHECK(does("Alt+K") == "track.remove_key");
  CHECK(does("Ctrl+Y") == "edit.redo");
  // Between two keys that are hit all the time nothing cuts a track in two.
  CHECK(does("Ctrl+Shift+X") == "track.split");
  CHECK(does("S").empty());
  CHECK(does("Delete") == "track.delete");
  CHECK(does("3") == "class.3");
  CHECK(does("?") == "view.keys");
  CHECK(does("Ctrl+K") == "view.palette");
  CHECK(does("Ctrl+,") == "view.settings");
  CHECK(does("Ctrl++") == "view.zoom_in");
  // A layout's own come first.
  CHECK(does("K", "calibrate") == "calibrate.z_less");
  CHECK(does("N", "calibrate") == "tool.place");
}

TEST_CASE("keys.toml replaces keys, takes them away, and comes back as it was written") {
  Keymap map = Keymap::from_defaults();
  REQUIRE(map.overlay("\"track.split\" = \"Ctrl+K, F7\"\n\"time.loop\" = \"\"\n", "keys.toml"));
  CHECK(map.shown_key("track.split") == "Ctrl+K");
  CHECK(map.action_for(*parse_chord("F7"), "annotate")->id == "track.split");
  CHECK(map.action_for(*parse_chord("Ctrl+Shift+X"), "annotate") == nullptr);
  CHECK(map.chords_of("time.loop").empty());
  REQUIRE(map.conflicts().size() == 1);
  CHECK(to_text(map.conflicts()[0].chord) == "Ctrl+K");

  Keymap again = Keymap::from_defaults();
  REQUIRE(again.overlay(map.to_toml(), "keys.toml"));
  CHECK(again.to_toml() == map.to_toml());
  CHECK(Keymap::from_defaults().to_toml().empty());
}

TEST_CASE("a wrong keys.toml is named by its line and changes nothing") {
  Keymap map = Keymap::from_defaults();
  const auto unknown = map.overlay("\"time.loop\" = \"F7\"\n\"no.such\" = \"A\"\n", "keys.toml");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().where == "line 2");
  CHECK(map.shown_key("time.loop") == "L");
  CHECK_FALSE(map.overlay("\"time.loop\" = \"Hyper+L\"\n", "keys.toml"));
  CHECK_FALSE(map.overlay("\"time.loop\" = 7\n", "keys.toml"));
  CHECK_FALSE(map.overlay("time.loop = = \n", "keys.toml"));
}
