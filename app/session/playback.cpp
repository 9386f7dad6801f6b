#include <algorithm>
#include <cmath>

#include "app/session/inside.hpp"
#include "app/session/session.hpp"

namespace sweepbox {
namespace {

/// Drives whose frames do not follow each other are leafed through at this pace.
constexpr double kStillFrameSeconds = 0.5;
/// A hole in the recording is played as a short rest, not as minutes of nothing.
constexpr double kLongestGapSeconds = 1.0;

int frame_count(const Session& session) {
  return static_cast<int>(session.drive->frames().size());
}

/// The frame that follows in the direction of play; empty at the end without loop.
std::optional<int> frame_after(const Session& session, int frame) {
  const int n = frame_count(session);
  const int next = frame + (session.time.direction < 0 ? -1 : 1);
  if (next >= 0 && next < n) return next;
  if (!session.time.loop || n < 2) return std::nullopt;
  return next < 0 ? n - 1 : 0;
}

double gap_seconds(const Session& session, int from, int to) {
  if (!session.drive->info().sequence) return kStillFrameSeconds;
  const auto frames = session.drive->frames();
  const bool neighbours = std::abs(to - from) == 1;
  const double gap = neighbours
                         ? std::abs(seconds_between(frames[static_cast<std::size_t>(from)].stamp,
                                                    frames[static_cast<std::size_t>(to)].stamp))
                         : static_cast<double>(frame_gap_ns(*session.drive)) * 1e-9;
  return std::clamp(gap, 1e-3, kLongestGapSeconds);
}

void show_frame(Session& session, int frame) {
  session.time.frame = frame;
  session.inside->late_frame = -1;
  ++session.versions.time;
  if (session.cache) session.cache->want(frame, session.time.direction);
}

}  // namespace

void go_to_frame(Session& session, int frame) {
  if (!session.has_drive() || frame_count(session) == 0) return;
  const int to = std::clamp(frame, 0, frame_count(session) - 1);
  session.time.carry_s = 0;
  if (to == session.time.frame) return;
  session.time.direction = to < session.time.frame ? -1 : 1;
  set_preview(session, std::nullopt);  // a gesture belongs to its frame
  show_frame(session, to);
}

bool tick(Session& session, double real_seconds) {
  Playback& time = session.time;
  if (!time.playing || !session.has_drive()) return false;
  time.carry_s += real_seconds * time.rate;

  // The frame whose time has come: several steps on where the loop is slower than play.
  int due = time.frame;
  int steps = 0;
  double left = time.carry_s;
  while (steps < frame_count(session)) {
    const std::optional<int> next = frame_after(session, due);
    if (!next) break;
    const double gap = gap_seconds(session, due, *next);
    if (left < gap) break;
    left -= gap;
    due = *next;
    ++steps;
  }
  if (steps == 0) {
    if (!frame_after(session, time.frame)) time.playing = false;
    return !time.playing;
  }
  if (session.cache && !session.cache->complete(due)) {
    // Shown as soon as it is there; play goes on from then, without a hurry to make up for it.
    const int next = *frame_after(session, time.frame);
    if (!session.cache->complete(next)) {
      if (session.inside->late_frame != next) {
        session.inside->late_frame = next;
        ++time.missed;
        session.cache->want(time.frame, time.direction < 0 ? -1 : 1);
      }
      time.carry_s = std::min(time.carry_s, gap_seconds(session, time.frame, next));
      return false;
    }
    due = next;
    steps = 1;
    left = 0;
  }
  if (session.inside->late_frame >= 0) left = 0;
  time.missed += static_cast<std::uint64_t>(steps - 1);
  time.carry_s = left;
  set_preview(session, std::nullopt);
  show_frame(session, due);
  return true;
}

}  // namespace sweepbox
