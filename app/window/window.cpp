#include "app/window/window.hpp"

// GLEW before GLFW: both want to declare OpenGL.
#include <GL/glew.h>
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <map>

#include "app/layout/layout.hpp"
#include "app/panel/panel.hpp"
#include "app/panel/widgets.hpp"
#include "app/session/doctor.hpp"
#include "app/window/end_signals.hpp"
#include "app/window/fonts.hpp"
#include "app/window/input.hpp"
#include "app/window/style.hpp"
#include "core/base/files.hpp"
#include "core/base/log.hpp"

namespace sweepbox {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kCameraPrefix = "camera:";

// A click whose press and release come together is seen by ImGui 1.86 over several frames; with
// fewer than three some clicks were lost (measured).
constexpr int kFramesAfterEvent = 3;
constexpr double kFramePeriod = kShortestPictureSeconds;
constexpr double kSettleLimit = 120;  ///< s; a hung disk must not hang a script for ever

/// All versions as one number: another number, another picture.
std::uint64_t fingerprint(const Session& session) {
  std::uint64_t mixed = 14695981039346656037ULL;
  const auto mix = [&mixed](std::uint64_t value) { mixed = (mixed ^ value) * 1099511628211ULL; };
  const Versions& versions = session.versions;
  for (const std::uint64_t version : {versions.document,
                                      versions.selection,
                                      versions.time,
                                      versions.layers,
                                      versions.camera,
                                      versions.look}) {
    mix(version);
  }
  mix(session.hovered);
  mix(session.messages.size());
  mix(session.messages.empty()
          ? 0
          : static_cast<std::uint64_t>(session.messages.back().at.time_since_epoch().count()));
  mix(session.tasks.size());
  for (const Task& task : session.tasks) {
    mix(static_cast<std::uint64_t>(std::max(task.cancel.share(), -1.0) * 200 + 201));
    mix(std::hash<std::string_view>{}(task.cancel.step()));
  }
  mix(static_cast<std::uint64_t>(session.doctor->stage));
  mix(std::hash<std::string>{}(session.popup + '\n' + session.layout + '\n' + session.tool + '\n' +
                               session.filter + '\n' + session.locked_axis));
  if (session.cache) mix(session.cache->shown_version());
  if (session.project) {
    const SaveState state = session.project->state();
    mix(state.durable);
    mix(state.waiting);
    mix(state.refused ? 1 : 0);
  }
  return mixed;
}

void keep_driver_loaded() {
#ifdef SWEEPBOX_SANITIZE
  // Unloading it after glfwTerminate makes LeakSanitizer report blocks of an unknown module
  // (stack.md, section 9).
  for (const char* path : {"/usr/lib/x86_64-linux-gnu/dri/swrast_dri.so"}) {
    dlopen(path, RTLD_NOW | RTLD_NODELETE);
  }
#endif
}

}  // namespace

struct Window::State {
  Session* session = nullptr;
  WindowOptions options;
  GLFWwindow* window = nullptr;
  bool glfw = false;
  bool imgui = false;
  std::unique_ptr<Views> views;
  Keymap keymap;
  Fonts fonts;
  Memory memory;
  std::vector<Backdrop> backdrops;
  InputQueue input;
  Clock::time_point start = Clock::now();
  Clock::time_point last_tick = Clock::now();
  int draws_left = kFramesAfterEvent;
  std::uint64_t drawn = 0;         ///< fingerprint of the last picture
  std::uint64_t drawn_loaded = 0;  ///< FrameCache::version() of the last picture
  double wake_at_s = 0;
  double frame_s = kFramePeriod;  ///< smoothed
  float scale = 0;
  std::string language;
  ThemeName theme_name = ThemeName::dark;
  std::string painter;
  bool written_idle = false;

  double now_s() const { return std::chrono::duration<double>(Clock::now() - start).count(); }

  float wanted_scale() const;
  void follow_settings();
  bool pending() const;

  /// A look at the import is under way: nobody waits for it but scripts.
  bool examining() const { return session->doctor->stage == DoctorState::Stage::looking; }

  bool fingerprint_changed() const { return fingerprint(*session) != drawn; }

  void ask_before_quitting();
  void advance();
  void clear_to_theme(int width, int height);
  void draw_frame();
  void draw_only(const Area& whole);  ///< the one view of `render`
  void write_map(bool idle);
  void wait_for_events();
};

namespace {

InputQueue& input_of(GLFWwindow* window) {
  return *static_cast<InputQueue*>(glfwGetWindowUserPointer(window));
}

void on_key(GLFWwindow* window, int key, int scancode, int action, int modifiers) {
  input_of(window).add(
      {.key = key, .scancode = scancode, .action = action, .modifiers = modifiers});
}

void on_letter(GLFWwindow* window, unsigned code) {
  input_of(window).add({.kind = InputEvent::Kind::letter, .code = code});
}

void on_button(GLFWwindow* window, int button, int action, int /*modifiers*/) {
  input_of(window).add_button(button, action);
}

void on_mouse(GLFWwindow* window, double x, double y) {
  input_of(window).move_mouse(x, y);
}

void note_event(GLFWwindow* window) {
  input_of(window).note_event();
}

GLFWwindow* create_window(const WindowOptions& options) {
  constexpr int kVersions[][2] = {{4, 5}, {4, 3}, {3, 3}};
  for (const auto& version : kVersions) {
    glfwDefaultWindowHints();
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, version[0]);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, version[1]);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_VISIBLE, options.visible ? GLFW_TRUE : GLFW_FALSE);
    glfwWindowHint(GLFW_SAMPLES, 0);
    GLFWwindow* window =
        glfwCreateWindow(options.width, options.height, "Sweepbox", nullptr, nullptr);
    if (window != nullptr) return window;
  }
  return nullptr;
}

}  // namespace

float Window::State::wanted_scale() const {
  if (session->settings.ui_scale > 0) {
    return static_cast<float>(std::clamp(session->settings.ui_scale, 0.75, 3.0));
  }
  float x = 1;
  float y = 1;
  glfwGetWindowContentScale(window, &x, &y);
  return std::clamp(x, 1.0F, 3.0F);
}

/// Fonts, style and views as the settings want them; they may change while running.
void Window::State::follow_settings() {
  const float wanted = wanted_scale();
  const std::string& code = session->language.code();
  const bool faces = wanted != scale || code != language;
  const bool new_views = faces || painter != session->settings.painter;
  if (faces) {
    scale = wanted;
    language = code;
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    const LoadedFonts loaded = load_fonts(scale, language);
    fonts = loaded.fonts;
    if (loaded.missing) {
      say(*session,
          Severity::warning,
          text("The letters of this language are not on this machine. Install fonts-noto-cjk."));
    }
    ImGui_ImplOpenGL3_CreateFontsTexture();
  }
  if (faces || theme_name != session->settings.theme) {
    theme_name = session->settings.theme;
    apply_style(theme(theme_name), scale);
  }
  if (new_views) {
    painter = session->settings.painter;
    if (views) views->release();
    Device device;
    device.compute = GLEW_VERSION_4_3 != 0 && painter != "points";
    device.ui_scale = scale;
    device.label_font = fonts.small;
    device.tag_font = fonts.tag;
    views = std::make_unique<Views>(device);
  }
}

/// Work that the disk refused would be lost: one question before that.
void Window::State::ask_before_quitting() {
  if (!session->quit || !session->project || memory.get<bool>("unsaved/give_up")) return;
  if (!session->project->state().refused) return;
  session->quit = false;
  session->popup = "unsaved";
}

/// Something will change the picture or the disk without anybody touching the window.
bool Window::State::pending() const {
  // What nobody waits for changes the picture when it comes: nobody is told to wait.
  return session->jobs.pending(Lane::eye) + session->jobs.pending(Lane::person) > 0 ||
         (views && views->animating()) || !everything_saved(*session) ||
         (session->has_drive() && !everything_loaded(*session));
}

/// Time and jobs' results up to now.
void Window::State::advance() {
  const Clock::time_point now = Clock::now();
  const double passed = std::chrono::duration<double>(now - last_tick).count();
  last_tick = now;
  if (session->has_drive() && session->time.playing) tick(*session, passed);
  if (update(*session)) draws_left = std::max(draws_left, 1);
  // What was loaded ahead is seen in the timeline alone: not worth a picture each.
  constexpr double kLoadedAheadSeconds = 0.2;
  if (const std::uint64_t loaded = session->cache ? session->cache->version() : 0;
      loaded != drawn_loaded)
    wake_at_s = std::min(wake_at_s, now_s() + kLoadedAheadSeconds);
  if (fingerprint(*session) != drawn) draws_left = std::max(draws_left, 1);
}

void Window::State::clear_to_theme(int width, int height) {
  const auto clear = [](std::uint32_t rgb) {
    glClearColor(static_cast<float>((rgb >> 16) & 255U) / 255.0F,
                 static_cast<float>((rgb >> 8) & 255U) / 255.0F,
                 static_cast<float>(rgb & 255U) / 255.0F,
                 1);
    glClear(GL_COLOR_BUFFER_BIT);
  };
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  glViewport(0, 0, width, height);
  glDisable(GL_SCISSOR_TEST);
  clear(theme(theme_name).window);
  glEnable(GL_SCISSOR_TEST);
  for (const Backdrop& backdrop : backdrops) {
    const Area& area = backdrop.area;
    const int x0 = static_cast<int>(std::lround(area.x));
    const int y0 = static_cast<int>(std::lround(area.y));
    const int x1 = static_cast<int>(std::lround(area.x + area.width));
    const int y1 = static_cast<int>(std::lround(area.y + area.height));
    if (x1 <= x0 || y1 <= y0) continue;
    glScissor(x0, height - y1, x1 - x0, y1 - y0);
    clear(backdrop.rgb);
  }
  glDisable(GL_SCISSOR_TEST);
}

void Window::State::write_map(bool idle) {
  if (options.ui_map.empty()) return;
  written_idle = idle;
  if (const auto written = write_ui_map(session->ui_map, idle, options.ui_map); !written) {
    log_error("{}", to_line(written.error()));
    options.ui_map.clear();
  }
}

void Window::State::draw_only(const Area& whole) {
  ImGui::SetNextWindowPos({whole.x, whole.y});
  ImGui::SetNextWindowSize({whole.width, whole.height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::Begin("only",
               nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground |
                   ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const std::string& only = options.only;
  if (only == "scene") {
    views->draw_scene(*session, list, whole, {});
  } else if (only == "top") {
    views->draw_side(*session, ViewKind::top, list, whole, {});
  } else if (only == "side") {
    views->draw_side(*session, ViewKind::side, list, whole, {});
  } else if (only == "front") {
    views->draw_side(*session, ViewKind::front, list, whole, {});
  } else if (only.starts_with(kCameraPrefix)) {
    const auto& cameras = session->drive->info().cameras;
    for (int camera = 0; camera < static_cast<int>(cameras.size()); ++camera) {
      if (cameras[static_cast<std::size_t>(camera)].name == only.substr(kCameraPrefix.size()))
        views->draw_camera(*session, camera, 0, list, whole, {});
    }
  }
  ImGui::End();
  ImGui::PopStyleVar();
}

void Window::State::draw_frame() {
  const Clock::time_point began = Clock::now();
  follow_settings();
  backdrops.clear();
  Ui ui{*session,
        *views,
        keymap,
        fonts,
        theme(theme_name),
        memory,
        backdrops,
        scale,
        now_s(),
        frame_s > 0 ? 1 / std::max(frame_s, kFramePeriod) : 0};
  // What waited for a later frame needs as many further ones as what has just come.
  if (input.take(ui, window)) draws_left = std::max(draws_left, kFramesAfterEvent - 1);
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  input.apply();
  ImGui::NewFrame();
  if (session->ui_map.wanted) session->ui_map.begin_frame();
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const Area whole = {0, 0, size.x, size.y};
  const Layout* layout = session->has_drive() ? find_layout(session->layout) : find_layout("start");
  if (layout == nullptr) layout = &layouts().front();
  if (session->has_drive() && !options.only.empty()) {
    draw_only(whole);
  } else {
    draw_layout(ui, *layout, whole);
    draw_popups(ui, whole);
  }
  wake_at_s = ui.wake_at_s;
  ImGui::Render();

  int width = 0;
  int height = 0;
  glfwGetFramebufferSize(window, &width, &height);
  clear_to_theme(width, height);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(window);
  drawn = fingerprint(*session);
  drawn_loaded = session->cache ? session->cache->version() : 0;
  ask_before_quitting();
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  frame_s += (took - frame_s) * 0.1;
}

void Window::State::wait_for_events() {
  double timeout = 0.5;
  if (draws_left > 0 || views->animating()) {
    timeout = 0;
  } else if (const auto next = seconds_to_next_picture(*session)) {
    const double since = std::chrono::duration<double>(Clock::now() - last_tick).count();
    timeout = *next - since;
  }
  timeout = std::min(timeout, wake_at_s - now_s());
  if (timeout > 0.0005) {
    glfwWaitEventsTimeout(timeout);
  } else {
    glfwPollEvents();
  }
}

Window::Window() : state_(std::make_unique<State>()) {}

Result<std::unique_ptr<Window>> Window::open(Session& session, const WindowOptions& options) {
  keep_driver_loaded();
  if (glfwInit() != GLFW_TRUE) {
    const char* why = nullptr;
    glfwGetError(&why);
    return refuse(text("no window can be opened: {}", why != nullptr ? why : "unknown reason"),
                  "start it in a desktop session, or install xvfb and use sweepbox render or run");
  }
  std::unique_ptr<Window> result(new Window());
  State& state = *result->state_;
  state.glfw = true;
  state.session = &session;
  state.options = options;
  state.window = create_window(options);
  if (state.window == nullptr) {
    const char* why = nullptr;
    glfwGetError(&why);
    return refuse(text("no OpenGL 3.3 window: {}", why != nullptr ? why : "unknown reason"),
                  "install libgl1-mesa-dri or the graphics card's driver");
  }
  glfwSetWindowUserPointer(state.window, &state.input);
  glfwMakeContextCurrent(state.window);
  glfwSwapInterval(0);  // the loop paces itself; waiting for the display would delay jobs' results
  glewExperimental = GL_TRUE;
  glewInit();
  while (glGetError() != GL_NO_ERROR) {
  }

  // Before ImGui's, which call these on.
  glfwSetScrollCallback(state.window, [](GLFWwindow* w, double, double) { note_event(w); });
  glfwSetCursorEnterCallback(state.window, [](GLFWwindow* w, int) { note_event(w); });
  glfwSetWindowFocusCallback(state.window, [](GLFWwindow* w, int) { note_event(w); });
  glfwSetCursorPosCallback(state.window, on_mouse);
  glfwSetFramebufferSizeCallback(state.window, [](GLFWwindow* w, int, int) { note_event(w); });
  glfwSetWindowRefreshCallback(state.window, note_event);
  if (options.only.empty())
    glfwSetWindowSizeLimits(state.window, 960, 600, GLFW_DONT_CARE, GLFW_DONT_CARE);

  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  state.imgui = true;
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().LogFilename = nullptr;
  ImGui::GetIO().MouseDoubleClickTime = 0.4F;  // s, as desktops have it
  ImGui_ImplGlfw_InitForOpenGL(state.window, true);
  // In place of ImGui's: InputQueue feeds it.
  glfwSetMouseButtonCallback(state.window, on_button);
  glfwSetKeyCallback(state.window, on_key);
  glfwSetCharCallback(state.window, on_letter);
  ImGui_ImplOpenGL3_Init("#version 330");
  state.keymap = Keymap::from_defaults();
  if (!session.config_folder.empty()) {
    const fs::path file = session.config_folder / "keys.toml";
    if (fs::exists(file)) {
      const auto words = read_text(file);
      const auto overlaid = words ? state.keymap.overlay(*words, file.string())
                                  : Result<void>(tl::unexpected<Error>(words.error()));
      if (!overlaid) say(session, overlaid.error());
    }
  }
  session.ui_map.wanted = !options.ui_map.empty();
  session.jobs.set_wake([] { glfwPostEmptyEvent(); });
  state.follow_settings();
  return result;
}

Window::~Window() {
  if (!state_->glfw) return;
  if (state_->session != nullptr) state_->session->jobs.set_wake({});
  if (state_->window != nullptr) {
    glfwMakeContextCurrent(state_->window);
    if (state_->views) state_->views->release();
    state_->views.reset();
    if (state_->imgui) {
      ImGui_ImplOpenGL3_Shutdown();
      ImGui_ImplGlfw_Shutdown();
      ImGui::DestroyContext();
    }
    glfwDestroyWindow(state_->window);
  }
  glfwTerminate();
}

Result<void> Window::run() {
  State& state = *state_;
  Session& session = *state.session;
  state.last_tick = Clock::now();
  const std::map<std::string, double> sizes = session.settings.sizes;
  while (!session.quit) {
    state.wait_for_events();
    if (glfwWindowShouldClose(state.window) || EndSignals::take()) {
      glfwSetWindowShouldClose(state.window, GLFW_FALSE);
      do_action(session, "file.quit");
      state.draws_left = kFramesAfterEvent;
    }
    if (state.input.take_seen()) state.draws_left = kFramesAfterEvent;
    state.advance();
    if (state.now_s() >= state.wake_at_s || state.views->animating()) {
      state.draws_left = std::max(state.draws_left, 1);
    }
    if (state.draws_left > 0) {
      --state.draws_left;
      state.draw_frame();
      if (state.fingerprint_changed()) state.draws_left = std::max(state.draws_left, 1);
      state.write_map(state.draws_left == 0 && state.wake_at_s > state.now_s() + 0.02 &&
                      !state.pending());
    } else if (!state.written_idle && !state.pending()) {
      state.write_map(true);
    }
  }
  // Once, at the end: a splitter that moves must not wait for the disk.
  if (session.settings.sizes != sizes) keep_settings(session);
  return {};
}

bool Window::frame() {
  State& state = *state_;
  glfwPollEvents();
  state.advance();
  state.draw_frame();
  state.draws_left = std::max(0, state.draws_left - 1);
  state.write_map(!state.pending());
  return !state.session->quit && glfwWindowShouldClose(state.window) == GLFW_FALSE;
}

void Window::settle() {
  State& state = *state_;
  const double began = state.now_s();
  // Two quiet frames: what the first one drew may have asked for more (a picture's size, a best
  // camera).
  int quiet = 0;
  while (quiet < 2 && state.now_s() - began < kSettleLimit && !EndSignals::came()) {
    frame();
    quiet = state.pending() || state.examining() || state.fingerprint_changed() ? 0 : quiet + 1;
    if (quiet == 0) glfwWaitEventsTimeout(0.01);
  }
}

Image Window::picture() const {
  Image image;
  glfwGetFramebufferSize(state_->window, &image.width, &image.height);
  image.full_width = image.width;
  image.full_height = image.height;
  const auto row = static_cast<std::size_t>(image.width) * 4;
  image.rgba.resize(row * static_cast<std::size_t>(image.height));
  if (ImGui::GetDrawData() == nullptr) return image;
  // The back buffer is undefined after the swap and the front one reads black: the same frame
  // again.
  state_->clear_to_theme(image.width, image.height);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glBindFramebuffer(GL_READ_FRAMEBUFFER, 0);
  glReadBuffer(GL_BACK);
  glPixelStorei(GL_PACK_ALIGNMENT, 4);
  glReadPixels(0, 0, image.width, image.height, GL_RGBA, GL_UNSIGNED_BYTE, image.rgba.data());
  std::vector<std::uint8_t> spare(row);
  for (int y = 0; y < image.height / 2; ++y) {
    std::uint8_t* top = image.rgba.data() + static_cast<std::size_t>(y) * row;
    std::uint8_t* bottom = image.rgba.data() + static_cast<std::size_t>(image.height - 1 - y) * row;
    std::memcpy(spare.data(), top, row);
    std::memcpy(top, bottom, row);
    std::memcpy(bottom, spare.data(), row);
  }
  for (std::size_t i = 3; i < image.rgba.size(); i += 4) image.rgba[i] = 255;
  return image;
}

void Window::invalidate() {
  state_->views->invalidate();
}

}  // namespace sweepbox
