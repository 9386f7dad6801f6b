#include <catch2/catch.hpp>

#include "core/label/writing.hpp"

namespace sweepbox {
namespace {

OutBox box(const std::string& track, std::optional<Origin> origin = {}) {
  Track made;
  made.name = track;
  OutBox result;
  result.track = std::make_shared<const Track>(std::move(made));
  result.origin = std::move(origin);
  return result;
}

TEST_CASE("a record belongs to the first box that came from it, and all others wait") {
  Source source;
  source.id = "here";
  const std::vector<OutBox> boxes = {box("a", Origin{"here", 6}),
                                     box("twin", Origin{"here", 6}),
                                     box("before", Origin{"here", 4}),
                                     box("behind", Origin{"here", 8}),
                                     box("other file", Origin{"there", 7}),
                                     box("edited")};
  Claims claims(boxes, &source, 3, 5);  // records 5, 6 and 7
  CHECK(claims.untouched(0) == nullptr);
  CHECK(claims.untouched(1) == &boxes[0]);
  CHECK(claims.untouched(2) == nullptr);
  const std::vector<const OutBox*> waiting = {
      &boxes[1], &boxes[2], &boxes[3], &boxes[4], &boxes[5]};
  CHECK(claims.waiting() == waiting);
}

TEST_CASE("a waiting box is taken by its track's name, once") {
  const std::vector<OutBox> boxes = {box("5", Origin{"gone", 0}), box("5"), box("6")};
  Claims claims(boxes, nullptr, 10);
  CHECK(claims.untouched(0) == nullptr);
  CHECK(claims.take("7") == nullptr);
  CHECK(claims.take("5") == &boxes[0]);
  CHECK(claims.take("5") == &boxes[1]);
  CHECK(claims.take("5") == nullptr);
  CHECK(claims.waiting() == std::vector<const OutBox*>{&boxes[2]});
}

}  // namespace
}  // namespace sweepbox
