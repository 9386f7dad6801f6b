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
                         : static_cast<double>(session.drive->frame_table().gap_ns()) * 1e-9;
  return std::clamp(gap, 1e-3, kLongestGapSeconds);
}

void show_frame(Session& session, int frame, int step) {
  session.time.frame = frame;
  session.inside->late_frame = -1;
  ++session.versions.time;
  if (session.cache) session.cache->want(frame, step);
}

/// The next picture: its frame, how many frames on it is, and its time from the shown frame, s of
/// the drive. No steps at the end without loop; fewer than the stride before it.
struct Due {
  int frame = 0;
  int steps = 0;
  double seconds = 0;
};

Due next_due(const Session& session) {
  Due due{session.time.frame, 0, 0};
  while (due.steps < session.time.stride && due.steps < frame_count(session)) {
    const std::optional<int> next = frame_after(session, due.frame);
    if (!next) break;
    due.seconds += gap_seconds(session, due.frame, *next);
    due.frame = *next;
    ++due.steps;
  }
  return due;
}

/// The least stride whose pictures the window can show at this rate.
int least_stride(const Session& session) {
  const double gap = session.drive->info().sequence
                         ? static_cast<double>(session.drive->frame_table().gap_ns()) * 1e-9
                         : kStillFrameSeconds;
  const double most = kShortestPictureSeconds * session.time.rate;  // s of the drive a picture
  return std::max(1, static_cast<int>(std::ceil(most / gap - 1e-6)));
}

/// Three late of ten: one frame more a picture. On time for long: one fewer is tried, and given up
/// for longer each time that it fails.
void learn_pace(Session& session, bool late) {
  constexpr int kLateOfTen = 3, kTrial = 10, kMostPatience = 640, kMostStride = 64;
  Pace& pace = session.inside->pace;
  int& stride = session.time.stride;
  pace.on_time = late ? 0 : pace.on_time + 1;
  if (late)
    ++pace.late;
  else if (pace.on_time % 10 == 0)
    pace.late = 0;
  if (pace.trying && pace.on_time >= kTrial) {
    pace.trying = false;
    pace.patience = 40;
  }
  if (pace.late >= (pace.trying ? 1 : kLateOfTen)) {
    if (pace.trying) pace.patience = std::min(2 * pace.patience, kMostPatience);
    pace.trying = false;
    pace.late = 0;
    stride = std::min(stride + 1, kMostStride);
  } else if (pace.on_time >= pace.patience && stride > least_stride(session)) {
    pace.trying = true;
    pace.on_time = 0;
    --stride;
  }
  stride = std::max(stride, least_stride(session));
}

}  // namespace

void go_to_frame(Session& session, int frame) {
  if (!session.has_drive() || frame_count(session) == 0) return;
  const int to = std::clamp(frame, 0, frame_count(session) - 1);
  session.time.carry_s = 0;
  session.time.stride = 1;
  session.inside->pace = {};
  if (to == session.time.frame) return;
  session.time.direction = to < session.time.frame ? -1 : 1;
  set_preview(session, std::nullopt);  // a gesture belongs to its frame
  show_frame(session, to, session.time.direction);
}

bool tick(Session& session, double real_seconds) {
  Playback& time = session.time;
  if (!time.playing || !session.has_drive()) return false;
  time.carry_s += real_seconds * time.rate;
  if (session.inside->pace.rate != time.rate) {
    session.inside->pace = {.rate = time.rate};
    time.stride = least_stride(session);
  }
  const Due due = next_due(session);
  if (due.steps == 0) {
    time.playing = false;
    return true;
  }
  if (time.carry_s < due.seconds) return false;
  const int step = (time.direction < 0 ? -1 : 1) * time.stride;
  if (session.cache && !session.cache->complete(due.frame)) {
    // Shown as soon as it is there; play goes on from then, without a hurry to make up for it.
    if (session.inside->late_frame != due.frame) {
      session.inside->late_frame = due.frame;
      ++time.missed;
      session.cache->want(time.frame, step);
    }
    time.carry_s = std::min(time.carry_s, due.seconds);
    return false;
  }
  const bool late = session.inside->late_frame >= 0;
  // A loop that is slower than the pictures are asked for is late as well.
  const double left = late ? 0 : time.carry_s - due.seconds;
  const bool behind = left >= due.seconds;
  time.carry_s = behind ? 0 : left;
  time.passed_over += static_cast<std::uint64_t>(due.steps - 1);
  learn_pace(session, late || behind);
  set_preview(session, std::nullopt);
  show_frame(session, due.frame, (time.direction < 0 ? -1 : 1) * time.stride);
  return true;
}

std::optional<double> seconds_to_next_picture(const Session& session) {
  if (!session.time.playing || !session.has_drive() || session.inside->late_frame >= 0)
    return std::nullopt;
  return std::max(0.0, (next_due(session).seconds - session.time.carry_s) / session.time.rate);
}

}  // namespace sweepbox
