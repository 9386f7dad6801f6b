#include <catch2/catch.hpp>

#include "core/annotation/taxonomy.hpp"
#include "core/synth/shape.hpp"

namespace sweepbox::synth {
namespace {

TEST_CASE("every shape stands on the ground and is closed in by its bounds in every phase") {
  for (const std::string_view name : shape_names()) {
    ObjectSpec object;
    object.shape = name;
    const Shape shape = shape_of(object);
    const Eigen::AlignedBox3f bounds = bounds_of(shape);
    INFO(name);
    CHECK(bounds.min().z() ==
          Approx(0).margin(0.012));  // soles and tyres, within a finger's breadth
    for (const double phase : {0.0, 0.13, 0.31, 0.49, 0.77, 0.93}) {
      const Eigen::AlignedBox3f now = shape.mesh(phase).bounds();
      CHECK(bounds.exteriorDistance(now.min()) < 1e-3F);
      CHECK(bounds.exteriorDistance(now.max()) < 1e-3F);
      if (shape.stride == 0) break;
    }
  }
}

TEST_CASE("shapes are as large as the taxonomy says that their classes are") {
  const std::pair<const char*, const char*> classes[] = {
      {"hatchback", "car"},     {"sedan", "car"},       {"estate", "car"},
      {"offroader", "car"},     {"van", "van"},         {"truck", "truck"},
      {"trailer", "trailer"},   {"bus", "bus"},         {"person", "pedestrian"},
      {"walker", "pedestrian"}, {"cyclist", "rider"},   {"bicycle", "bicycle"},
      {"cone", "traffic cone"}, {"barrier", "barrier"}, {"lamp_post", "pole"},
      {"bollard", "pole"},      {"round_sign", "sign"}, {"triangle_sign", "sign"},
      {"square_sign", "sign"},  {"dog", "animal"}};
  CHECK(std::size(classes) == shape_names().size());
  for (const auto& [name, class_name] : classes) {
    ObjectSpec object;
    object.shape = name;
    const Vec3 size = bounds_of(shape_of(object)).sizes().cast<double>();
    const ObjectClass* found = default_taxonomy()->find(class_name);
    REQUIRE(found);
    INFO(name << ": " << size.transpose());
    CHECK((size - found->size_min).minCoeff() > 0);
    CHECK((found->size_max - size).minCoeff() > 0);
  }
}

TEST_CASE("normals are unit and triangles turn outwards on closed shapes") {
  // Signed volume of a closed surface seen from outside is positive (divergence theorem); parts
  // that are closed one by one add up.
  for (const std::string_view name : {"sedan", "truck", "bus", "person", "cone"}) {
    ObjectSpec object;
    object.shape = name;
    double volume = 0;
    const Mesh mesh = shape_of(object).mesh(0);
    for (const Triangle& t : mesh.triangles) {
      volume += static_cast<double>(t.points[0].dot(t.points[1].cross(t.points[2]))) / 6;
      for (const Vec3f& n : t.normals) CHECK(n.norm() == Approx(1).margin(1e-3));
    }
    INFO(name);
    CHECK(volume > 0);
    CHECK(volume < bounds_of(shape_of(object)).volume() * 1.3F);
  }
}

}  // namespace
}  // namespace sweepbox::synth
