#pragma once
#include "app/session/session.hpp"

namespace sweepbox {

/// Gives the session what "Make the sample drive" needs: the street that is built in, made in a job
/// in the user's data folder (where app/run makes it, too) and opened when it is whole.
void offer_sample(Session& session);

}  // namespace sweepbox
