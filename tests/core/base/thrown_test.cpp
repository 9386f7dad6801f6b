#include "core/base/thrown.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

namespace sweepbox {
namespace {

template <class Thrown>
std::string line_of(const Thrown& thrown) {
  return to_line(thrown_error(std::make_exception_ptr(thrown)));
}

TEST_CASE("what was thrown becomes one sentence that says what to do") {
  CHECK(line_of(std::bad_alloc()) ==
        "no memory is left; close other programs, or open less at once");
  CHECK(
      line_of(std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again))) ==
      "no thread can be started; close other programs, or raise the limit of processes (ulimit "
      "-u)");
  CHECK(
      line_of(std::filesystem::filesystem_error(
          "status", "drive/a", std::make_error_code(std::errc::permission_denied))) ==
      "drive/a: expected a file or folder that can be reached, found Permission denied; check the "
      "path, its rights and the disk");
  CHECK(line_of(std::runtime_error("vector::_M_range_check")) ==
        "this work broke off: vector::_M_range_check; report it with these words");
  CHECK(line_of(7) == "this work broke off without a reason; report what led to it");
}

}  // namespace
}  // namespace sweepbox
