#include <algorithm>
#include <cmath>

#include "app/action/tables.hpp"

namespace sweepbox {
namespace {

constexpr double kRates[] = {0.1, 0.25, 0.5, 1, 2, 4, 8};

Result<void> play(Session& session, const Arguments& arguments) {
  session.time.playing = switched(arguments, session.time.playing);
  session.time.direction = 1;
  session.time.carry_s = 0;
  ++session.versions.time;
  return {};
}

Result<void> play_back(Session& session, const Arguments& arguments) {
  session.time.playing = switched(arguments, session.time.playing);
  session.time.direction = -1;
  session.time.carry_s = 0;
  ++session.versions.time;
  return {};
}

template <int kStep>
Result<void> step(Session& session, const Arguments& arguments) {
  session.time.playing = false;
  go_to_frame(session, session.time.frame + kStep * arguments.integer("by").value_or(1));
  return {};
}

Result<void> first(Session& session, const Arguments&) {
  session.time.playing = false;
  go_to_frame(session, 0);
  return {};
}

Result<void> last(Session& session, const Arguments&) {
  session.time.playing = false;
  go_to_frame(session, static_cast<int>(session.drive->frames().size()) - 1);
  return {};
}

Result<void> go(Session& session, const Arguments& arguments) {
  const int count = static_cast<int>(session.drive->frames().size());
  int frame = session.time.frame;
  if (arguments.has("name")) {
    const auto found = session.drive->frame_table().named(arguments.text("name"));
    if (!found) return refuse(text("There is no frame named {}", arguments.text("name")));
    frame = *found;
  } else if (arguments.has("frame")) {
    frame = *arguments.integer("frame");
  } else {
    return refuse("frame=N or name=NAME is wanted");
  }
  if (frame < 0 || frame >= count)
    return refuse(text("There is no frame {}: this drive has {}, counted from 0", frame, count));
  session.time.playing = false;
  go_to_frame(session, frame);
  return {};
}

/// The next frame in a direction at which a selected track (any track, without a selection) has a
/// key.
template <int kStep>
Result<void> to_key(Session& session, const Arguments&) {
  std::vector<std::shared_ptr<const Track>> chosen;
  for (const TrackId id : session.selected)
    if (auto track = session.document().track(id)) chosen.push_back(std::move(track));
  const auto frames = session.drive->frames();
  const int count = static_cast<int>(frames.size());
  for (int frame = session.time.frame + kStep; frame >= 0 && frame < count; frame += kStep) {
    const Stamp stamp = frames[static_cast<std::size_t>(frame)].stamp;
    for (const auto& track : chosen.empty() ? session.document().tracks_at(stamp, stamp) : chosen)
      if (shown_key_at(*track, stamp)) {
        session.time.playing = false;
        go_to_frame(session, frame);
        return {};
      }
  }
  return refuse(kStep > 0 ? "No key after this frame" : "No key before this frame");
}

void set_rate(Session& session, double rate) {
  session.time.rate = rate;
  ++session.versions.time;
}

Result<void> slower(Session& session, const Arguments&) {
  const auto at = std::lower_bound(std::begin(kRates), std::end(kRates), session.time.rate - 1e-9);
  set_rate(session, at == std::begin(kRates) ? kRates[0] : *(at - 1));
  return {};
}

Result<void> faster(Session& session, const Arguments&) {
  const auto at = std::upper_bound(std::begin(kRates), std::end(kRates), session.time.rate + 1e-9);
  set_rate(session, at == std::end(kRates) ? *(at - 1) : *at);
  return {};
}

Result<void> rate(Session& session, const Arguments& arguments) {
  const double wanted = *arguments.number("rate");
  if (wanted < 0.1 || wanted > 8)
    return refuse(text("The rate goes from 0.1 to 8, not {}", wanted));
  set_rate(session, wanted);
  return {};
}

Result<void> loop(Session& session, const Arguments& arguments) {
  session.time.loop = switched(arguments, session.time.loop);
  ++session.versions.time;
  say(session, Severity::note, session.time.loop ? "Plays in a loop" : "Plays to the end");
  return {};
}

}  // namespace

std::span<const Action> time_actions() {
  constexpr Parameter kBy = {"by", ParameterType::integer, false, "frames, 1 without it"};
  static const Action table[] = {
      {"time.play",
       "Play, pause",
       "Time",
       "Space",
       "",
       play,
       needs_sequence,
       {kOnParameter},
       "play"},
      {"time.play_back",
       "Play backwards",
       "Time",
       "Shift+Space",
       "",
       play_back,
       needs_sequence,
       {kOnParameter},
       "backward"},
      {"time.previous",
       "Previous frame",
       "Time",
       "Left, A",
       "",
       step<-1>,
       needs_drive,
       {kBy},
       "step-backward"},
      {"time.next",
       "Next frame",
       "Time",
       "Right, D",
       "",
       step<1>,
       needs_drive,
       {kBy},
       "step-forward"},
      {"time.previous_key",
       "Previous key",
       "Time",
       "Shift+Left",
       "",
       to_key<-1>,
       needs_drive,
       {},
       "chevron-left"},
      {"time.next_key",
       "Next key",
       "Time",
       "Shift+Right",
       "",
       to_key<1>,
       needs_drive,
       {},
       "chevron-right"},
      {"time.back_ten",
       "Ten frames back",
       "Time",
       "Shift+A",
       "",
       step<-10>,
       needs_drive,
       {},
       "backward"},
      {"time.on_ten", "Ten frames on", "Time", "Shift+D", "", step<10>, needs_drive, {}, "forward"},
      {"time.first", "First frame", "Time", "Home", "", first, needs_drive, {}, "fast-backward"},
      {"time.last", "Last frame", "Time", "End", "", last, needs_drive, {}, "fast-forward"},
      {"time.slower", "Slower", "Time", "[", "", slower, nullptr, {}, "minus"},
      {"time.faster", "Faster", "Time", "]", "", faster, nullptr, {}, "plus"},
      {"time.rate",
       "Set the rate of play",
       "Time",
       "",
       "",
       rate,
       nullptr,
       {{"rate", ParameterType::number, true, "0.1 to 8"}},
       "clock-o"},
      {"time.loop", "Play in a loop", "Time", "L", "", loop, nullptr, {kOnParameter}, "repeat"},
      {"frame.go",
       "Go to frame",
       "Time",
       "",
       "",
       go,
       needs_drive,
       {{"frame", ParameterType::integer, false, "index from 0"},
        {"name", ParameterType::text, false, "the frame's name"}},
       "share"},
  };
  return table;
}

}  // namespace sweepbox
