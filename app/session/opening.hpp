#pragma once
#include <functional>

#include "app/session/session.hpp"

namespace sweepbox {

/// Opens as open_in_session does, in a job with a bar that says what it is at: the start page shows
/// meanwhile. What is open is closed at once; an error is that it cannot be (the disk refused). An
/// error of the job is said, or told to `failed`. Where several drives stand at the path and none
/// is named, they are asked for (Session::choice, popup "choose_drive"). Another opening, or the
/// cancel of the bar, ends it.
Result<void> start_opening(Session& session,
                           OpenRequest request,
                           std::function<void(const Error&)> failed = {});
/// The opening under way is forgotten; its job ends when its reader does.
void stop_opening(Session& session);

}  // namespace sweepbox
