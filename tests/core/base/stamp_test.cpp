#include "core/base/stamp.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

TEST_CASE("stamps of today keep their nanoseconds") {
  const Stamp stamp{1'532'402'927'664'178'001};  // a nuScenes stamp; a double would lose 128 ns
  CHECK(later(stamp, 0.1).ns == 1'532'402'927'764'178'001);
  CHECK(later(stamp, -1e-9).ns == stamp.ns - 1);
  CHECK(seconds_between(stamp, later(stamp, 2.5)) == Approx(2.5));
  CHECK(seconds_between(later(stamp, 2.5), stamp) == Approx(-2.5));
}

TEST_CASE("a moment is shown as seconds from the start") {
  CHECK(to_text({13'500'000'000}, {1'000'000'000}) == "12.500 s");
  CHECK(to_text({0}, {1'000'000}) == "-0.001 s");
}

TEST_CASE("earlier stamps are smaller") {
  CHECK(Stamp{1} < Stamp{2});
  CHECK(Stamp{2} == Stamp{2});
}

}  // namespace
}  // namespace sweepbox
