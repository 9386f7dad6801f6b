#pragma once

namespace sweepbox::test {

/// How often this program has asked for memory by `new` since it began.
int allocations();

}  // namespace sweepbox::test
