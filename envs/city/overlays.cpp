// Overlays of the city's picture: what the lidar measures, and what the features tell of.
#include <algorithm>
#include <array>
#include <cmath>

#include "envs/city/drawing.h"
#include "envs/city/driver.h"
#include "envs/city/observation.h"
#include "sim/core/scene.h"

namespace sandlot::city {
namespace {

Point point(Vec2 p) { return {p.x, p.y}; }

Color color_of(Seen what) {
  switch (what) {
    case Seen::vehicle:
      return Color::hex(0xff5a1f, 200);
    case Seen::pedestrian:
      return Color::hex(0xff2ad4, 230);
    case Seen::building:
      return Color::hex(0x6b7c93, 160);
    case Seen::parked:
      return Color::hex(0xd4ac0d, 190);
    case Seen::nothing:
      break;
  }
  return Color::hex(0x3fbf7f, 70);
}

}  // namespace

void draw_lidar(const World& world, Scene& scene) {
  const LidarSettings& lidar = world.settings().lidar;
  const Vec2 from = world.car().position;
  const auto range = static_cast<float>(lidar.range);
  for (int k = 0; k < lidar.rays; ++k) {
    const Vec2 ray = direction(world.car().heading + ray_angle(lidar, k));
    const RayHit hit = cast_ray(world, ray, range);
    const Vec2 end = from + ray * hit.distance;
    scene.line(point(from), point(end), color_of(hit.what), 0.12f);
    if (hit.what != Seen::nothing) scene.circle(point(end), 0.4f, color_of(hit.what));
  }
}

// Rings on the route where the driver sees a leader, somebody on foot, and the next line: red where
// it must stop for it.
void draw_attention(const World& world, Scene& scene) {
  const RoadAhead ahead = look_along(world, world.settings().occlusion);
  const float nose = world.vehicle().shape.length / 2;
  const auto mark = [&](float metres, float most, float radius, Color color) {
    if (metres >= most) return;
    const Pose pose = world.route().ahead(world.map(), metres + nose);
    scene.circle(point(pose.position), radius, Color::hex(0x000000, 0), {color, 0.35f});
  };
  mark(ahead.leader, RoadAhead::far, 2.2f, Color::hex(0xff5a1f));
  mark(ahead.person, RoadAhead::far, 1.6f, Color::hex(0xff2ad4));
  mark(ahead.beside, 40, 1.2f, Color::hex(0xb06bff));
  const bool stops = !ahead.may_cross || (ahead.must_stop && !world.stopped_at_line());
  mark(ahead.line, RoadAhead::far, 1.4f, stops ? Color::hex(0xff3b30) : Color::hex(0x34c759));
  for (const World::Neighbour& n : world.neighbours())
    if (world.traffic().siren(n.vehicle) && ahead.siren < RoadAhead::far)
      scene.circle(point(n.box.centre), 4, Color::hex(0x000000, 0), {Color::hex(0x3f8cff), 0.4f});
}

}  // namespace sandlot::city
