#define GLFW_INCLUDE_NONE
#include "app/window/keys.hpp"

#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include <cctype>
#include <string_view>

namespace sweepbox {

namespace {

struct Named {
  int key;
  std::string_view name;
};

constexpr Named kNamed[] = {
    {GLFW_KEY_SPACE, "Space"},       {GLFW_KEY_ESCAPE, "Escape"},
    {GLFW_KEY_ENTER, "Enter"},       {GLFW_KEY_KP_ENTER, "Enter"},
    {GLFW_KEY_TAB, "Tab"},           {GLFW_KEY_BACKSPACE, "Backspace"},
    {GLFW_KEY_INSERT, "Insert"},     {GLFW_KEY_DELETE, "Delete"},
    {GLFW_KEY_RIGHT, "Right"},       {GLFW_KEY_LEFT, "Left"},
    {GLFW_KEY_DOWN, "Down"},         {GLFW_KEY_UP, "Up"},
    {GLFW_KEY_PAGE_UP, "PageUp"},    {GLFW_KEY_PAGE_DOWN, "PageDown"},
    {GLFW_KEY_HOME, "Home"},         {GLFW_KEY_END, "End"},
    {GLFW_KEY_KP_ADD, "+"},          {GLFW_KEY_KP_SUBTRACT, "-"},
    {GLFW_KEY_KP_DECIMAL, "Delete"},
};

/// What Shift makes of a sign on an American keyboard: how key caps are named in keys.toml.
constexpr std::string_view kPlain = "`1234567890-=[]\\;',./";
constexpr std::string_view kShifted = "~!@#$%^&*()_+{}|:\"<>?";

std::string name_of_key(int key, int scancode) {
  for (const Named& named : kNamed) {
    if (named.key == key) return std::string(named.name);
  }
  if (key >= GLFW_KEY_F1 && key <= GLFW_KEY_F25) return fmt::format("F{}", key - GLFW_KEY_F1 + 1);
  if (key >= GLFW_KEY_KP_0 && key <= GLFW_KEY_KP_9)
    return fmt::format("Num{}", key - GLFW_KEY_KP_0);
  if (const char* written = glfwGetKeyName(key, scancode); written != nullptr && *written != '\0') {
    std::string name = written;
    if (name.size() == 1) {
      name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
      return name;
    }
  }
  // A layout without Latin letters: the place of the key decides.
  if (key > GLFW_KEY_SPACE && key <= GLFW_KEY_GRAVE_ACCENT)
    return std::string(1, static_cast<char>(key));
  return {};
}

}  // namespace

std::vector<Chord> chords_of_key(int key, int scancode, int modifiers) {
  const std::string name = name_of_key(key, scancode);
  if (name.empty()) return {};
  Chord chord;
  chord.key = name;
  chord.ctrl = (modifiers & GLFW_MOD_CONTROL) != 0;
  chord.shift = (modifiers & GLFW_MOD_SHIFT) != 0;
  chord.alt = (modifiers & GLFW_MOD_ALT) != 0;
  std::vector<Chord> chords = {chord};
  if (!chord.shift || name.size() != 1) return chords;
  const auto place = kPlain.find(name[0]);
  if (place == std::string_view::npos) return chords;
  chord.key = std::string(1, kShifted[place]);
  chords.push_back(chord);
  chord.shift = false;
  chords.push_back(chord);
  return chords;
}

}  // namespace sweepbox
