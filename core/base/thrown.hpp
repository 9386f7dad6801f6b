#pragma once
#include <exception>

#include "core/base/error.hpp"

namespace sweepbox {

/// What was thrown as an error of one sentence: memory or threads that ran out, a file that a
/// library could not reach, a library's own words. `thrown` is not null. To be asked for where
/// nothing below has caught it: at the end of a job and of the program.
Error thrown_error(const std::exception_ptr& thrown);

}  // namespace sweepbox
