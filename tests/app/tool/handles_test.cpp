#include <catch2/catch.hpp>

#include "app/tool/handles.hpp"
#include "app/tool/rectangle.hpp"

using namespace sweepbox;  // NOLINT

namespace {

/// 4 × 2 × 1.5 m about (10, 0, 0), heading along y: its own x is ego's y, its own y is ego's −x.
Cuboid turned_box() {
  Cuboid box;
  box.pose = pose_from_yaw(kPi / 2, Vec3(10, 0, 0));
  box.size = Vec3(4, 2, 1.5);
  return box;
}

const Handle& named(const std::vector<Handle>& handles, const std::string& id) {
  for (const Handle& handle : handles)
    if (handle.id == id) return handle;
  FAIL("no handle " << id);
  return handles.front();
}

bool near(const Vec3& a, const Vec3& b) {
  return (a - b).norm() < 1e-9;
}

}  // namespace

TEST_CASE("handles stand on faces, corners and centre, the ring 22 px outside") {
  const auto top = handles_of(turned_box(), ViewKind::top, 0.01);
  CHECK(top.size() == 11);
  CHECK(near(named(top, "+x").place_in_ego, Vec3(10, 2, 0)));
  CHECK(near(named(top, "-y").place_in_ego, Vec3(11, 0, 0)));
  CHECK(near(named(top, "+x+y").place_in_ego, Vec3(9, 2, 0)));
  CHECK(near(named(top, "rotate").place_in_ego, Vec3(10 - 1 - 0.22, 0, 0)));
  const auto front = handles_of(turned_box(), ViewKind::front, 0.01);
  CHECK(near(named(front, "+z").place_in_ego, Vec3(10, 0, 0.75)));
  CHECK(near(named(front, "rotate").place_in_ego, Vec3(10, 0, 0.75 + 0.22)));
}

TEST_CASE("a face moves with the opposite one fixed, with Alt the centre stays") {
  const Cuboid box = turned_box();
  const auto handles = handles_of(box, ViewKind::top, 0.01);
  const Vec3 from(10, 2, 0),
      to(10.3, 2.5, 0);  // half a metre outwards, and some way across that does not count
  const Cuboid longer = dragged(box, named(handles, "+x"), ViewKind::top, from, to, false);
  CHECK(longer.size.x() == Approx(4.5));
  CHECK(longer.size.y() == 2);
  CHECK(near(longer.pose.translation, Vec3(10, 0.25, 0)));  // the rear stays at y = −2
  const Cuboid symmetric = dragged(box, named(handles, "+x"), ViewKind::top, from, to, true);
  CHECK(symmetric.size.x() == Approx(5));
  CHECK(near(symmetric.pose.translation, box.pose.translation));
}

TEST_CASE("a corner moves two faces, and no size goes below 5 cm") {
  const Cuboid box = turned_box();
  const auto handles = handles_of(box, ViewKind::top, 0.01);
  const Handle& corner = named(handles, "+x+y");
  const Cuboid larger =
      dragged(box, corner, ViewKind::top, Vec3(9, 2, 0), Vec3(8.8, 2.4, 0), false);
  CHECK(larger.size.x() == Approx(4.4));
  CHECK(larger.size.y() == Approx(2.2));
  CHECK(near(larger.pose.translation, Vec3(9.9, 0.2, 0)));
  const Cuboid none = dragged(box, corner, ViewKind::top, Vec3(9, 2, 0), Vec3(19, -12, 0), false);
  CHECK(none.size.x() == 0.05);
  CHECK(none.size.y() == 0.05);
  CHECK(near(none.pose * Vec3(-0.025, -0.025, 0), Vec3(11, -2, 0)));  // the opposite corner stays
}

TEST_CASE("the ring turns the box about the view's axis by the angle that the mouse went") {
  const Cuboid box = turned_box();
  const Vec3 c = box.pose.translation;
  for (const ViewKind view : {ViewKind::top, ViewKind::side, ViewKind::front}) {
    const int axis = view == ViewKind::top ? 2 : view == ViewKind::side ? 1 : 0;
    const Quat expected = box.pose.rotation * Quat(Eigen::AngleAxisd(0.3, Vec3(Vec3::Unit(axis))));
    const Vec3 arm = box.pose.rotation * Vec3(Vec3::Unit((axis + 1) % 3));
    const Vec3 turned = expected * Vec3(Vec3::Unit((axis + 1) % 3));
    const Cuboid result = dragged(box,
                                  named(handles_of(box, view, 0.01), "rotate"),
                                  view,
                                  c + 2 * arm,
                                  c + 5 * turned,
                                  false);
    CHECK(angle_between(result.pose.rotation, expected) < 1e-9);
    CHECK(result.size == box.size);
    CHECK(result.pose.translation == box.pose.translation);
  }
}

TEST_CASE("the handle under the mouse is the nearest within its reach") {
  const auto handles = handles_of(turned_box(), ViewKind::top, 0.01);
  Pointer pointer;
  pointer.metres_per_pixel = 0.01;
  pointer.screen_right = Vec3::UnitY();
  pointer.screen_up = -Vec3::UnitX();
  CHECK(handle_at(handles, Vec3(10.03, 2.04, 0), pointer)->id == "+x");
  CHECK(handle_at(handles, Vec3(9.05, 1.97, 0), pointer)->id == "+x+y");
  CHECK(handle_at(handles, Vec3(10, 0.5, 0), pointer) == nullptr);
}

TEST_CASE("a rectangle's longer side is its length, heading the way it was dragged") {
  const GroundRectangle ahead = rectangle_between(Vec3(5, 1, 0), Vec3(9, 3, 0), 0);
  CHECK(ahead.length == 4);
  CHECK(ahead.width == 2);
  CHECK(ahead.yaw == 0);
  CHECK(near(ahead.centre, Vec3(7, 2, 0)));
  CHECK(std::abs(rectangle_between(Vec3(9, 3, 0), Vec3(5, 1, 0), 0).yaw) == Approx(kPi));
  const GroundRectangle across = rectangle_between(Vec3(5, 1, 0), Vec3(6, 4, 0), 0);
  CHECK(across.length == 3);
  CHECK(across.yaw == Approx(kPi / 2));
  const GroundRectangle middle = rectangle_along(Vec3(0, 0, 0), Vec3(3, 4, 0), 1.8);
  CHECK(middle.length == 5);
  CHECK(middle.width == 1.8);
  CHECK(middle.yaw == Approx(std::atan2(4, 3)));
}
