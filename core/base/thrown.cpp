#include "core/base/thrown.hpp"

#include <filesystem>
#include <new>
#include <system_error>

namespace sweepbox {

Error thrown_error(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    return refuse("no memory is left", "close other programs, or open less at once").value();
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(error.path1().string(),
                {},
                "a file or folder that can be reached",
                error.code().message(),
                "check the path, its rights and the disk")
        .value();
  } catch (const std::system_error& error) {
    // std::thread's own words say nothing but the number's.
    if (error.code() == std::errc::resource_unavailable_try_again)
      return refuse("no thread can be started",
                    "close other programs, or raise the limit of processes (ulimit -u)")
          .value();
    return refuse(error.what()).value();
  } catch (const std::exception& error) {
    return refuse(text("this work broke off: {}", error.what()), "report it with these words")
        .value();
  } catch (...) {
    return refuse("this work broke off without a reason", "report what led to it").value();
  }
}

}  // namespace sweepbox
