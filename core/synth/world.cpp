#include "core/synth/world.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

namespace sweepbox {
namespace synth {
namespace {

const Vec2 kEgoBase(2.8, 1.55);

/// Word of the taxonomy's attribute `motion`; empty for what has none.
std::string motion_word(const Actor& actor, const SynthSpec& spec) {
  const bool wheels =
      actor.shape.base.x() > 0 || actor.spec.shape == "bicycle" || actor.spec.shape == "cyclist";
  if (!wheels) return {};
  if (!actor.motion.moves()) return "parked";
  const double middle = spec.frames / spec.rate_hz / 2;
  return actor.motion.speed(middle) > 0.3 ? "moving" : "stopped";
}

}  // namespace

Pose world_from_ego(const Road& road, const Motion& ego, double time_s) {
  // The base's middle lies half a wheelbase ahead of the axle that the ego frame sits on.
  const Pose world_from_base = world_from_object(road, ego, kEgoBase, time_s);
  return world_from_base * Pose{Quat::Identity(), Vec3(-kEgoBase.x() / 2, 0, 0)};
}

Pose Actor::world_from_object(const Road& road, double time_s) const {
  return synth::world_from_object(road, motion, shape.base, time_s);
}

Cuboid Actor::box(const Road& road, double time_s) const {
  return {world_from_object(road, time_s) * Pose{Quat::Identity(), box_centre}, box_size};
}

double Actor::phase(double time_s) const {
  if (shape.stride <= 0) return 0;
  const double turns = motion.travelled(time_s) / shape.stride + 0.37 * number;  // not all in step
  return turns - std::floor(turns);
}

World::World(const SynthSpec& spec) : spec_(spec), road_(spec.road), ego_(spec.ego) {
  int number = 0;
  for (const ObjectSpec& object : spec.objects) {
    Shape shape = shape_of(object);
    const Eigen::AlignedBox3f bounds = bounds_of(shape);
    Actor actor{object,
                std::move(shape),
                Motion(object.motion),
                bounds.center().cast<double>(),
                bounds.sizes().cast<double>(),
                0};
    double nearest = 1e9;
    for (int frame = 0; frame < spec.frames; ++frame) {
      const double time = frame / spec.rate_hz;
      nearest = std::min(
          nearest,
          (actor.world_from_object(road_, time).translation - world_from_ego(time).translation)
              .norm());
    }
    if (nearest <= spec.label_distance) actor.number = ++number;
    actors_.push_back(std::move(actor));
  }
}

Pose World::world_from_ego(double time_s) const {
  return synth::world_from_ego(road_, ego_, time_s);
}

Stamp World::frame_stamp(int frame) const {
  return {spec_.start.ns + std::llround(frame * (1e9 / spec_.rate_hz))};
}

std::string labels_json(const World& world) {
  using Json = nlohmann::ordered_json;
  Json tracks = Json::array();
  for (const Actor& actor : world.actors()) {
    if (actor.number == 0) continue;
    Json attributes = Json::object();
    if (const std::string word = motion_word(actor, world.spec()); !word.empty())
      attributes["motion"] = word;
    if (actor.spec.class_name == "pedestrian")
      attributes["posture"] = actor.motion.moves() ? "walking" : "standing";
    // What stands has one key: it is the same place for the whole drive.
    const bool still = !actor.motion.moves();
    Json keys = Json::array();
    for (int frame = 0; frame < (still ? 1 : world.spec().frames); ++frame) {
      const Stamp stamp = world.frame_stamp(frame);
      const Cuboid box = actor.box(world.road(), world.time_s(stamp));
      const Vec3& c = box.pose.translation;
      const Quat& q = box.pose.rotation;
      keys.push_back({{"frame", fmt::format("{:06}", frame)},
                      {"stamp_ns", stamp.ns},
                      {"center", {c.x(), c.y(), c.z()}},
                      {"size", {box.size.x(), box.size.y(), box.size.z()}},
                      {"rotation", {q.w(), q.x(), q.y(), q.z()}},
                      {"frame_of", "world"},
                      {"source", "import"}});
    }
    tracks.push_back({{"name", std::to_string(actor.number)},
                      {"class", actor.spec.class_name},
                      {"rigid", true},
                      {"still", still},
                      {"first_ns", world.frame_stamp(0).ns},
                      {"last_ns", world.frame_stamp(world.spec().frames - 1).ns},
                      {"attributes", attributes},
                      {"keys", keys}});
  }
  return Json{{"tracks", tracks}}.dump() + "\n";
}

}  // namespace synth

std::vector<SynthTruth> labels_at(const SynthSpec& spec, Stamp stamp) {
  const synth::World world(spec);
  std::vector<SynthTruth> labels;
  for (const synth::Actor& actor : world.actors())
    if (actor.number > 0)
      labels.push_back({std::to_string(actor.number),
                        actor.spec.class_name,
                        actor.box(world.road(), world.time_s(stamp))});
  return labels;
}

Pose world_from_ego_at(const SynthSpec& spec, Stamp stamp) {
  return synth::world_from_ego(
      synth::Road(spec.road), synth::Motion(spec.ego), seconds_between(spec.start, stamp));
}

}  // namespace sweepbox
