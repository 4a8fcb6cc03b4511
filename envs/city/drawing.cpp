#include "envs/city/drawing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "envs/city/city_maps.h"
#include "sim/core/scene.h"

namespace sandlot::city {
namespace {

constexpr int frame_width = 960, frame_height = 640;
constexpr float view_width = 110;  // m

constexpr std::array<std::uint32_t, 8> paints = {0xc0392b, 0x2e86c1, 0xecf0f1, 0x34495e,
                                                 0xd4ac0d, 0x7f8c8d, 0x1e8449, 0xaf601a};

Point point(Vec2 p) { return {p.x, p.y}; }

void quad(Scene& scene, const Box& b, Color fill, Stroke stroke = {}) {
  std::array<Point, 4> corners;
  for (int k = 0; k < 4; ++k) corners[static_cast<std::size_t>(k)] = point(b.corner(k));
  scene.polygon(corners, fill, stroke);
}

Box part(const Box& b, float from, float to, float half_width) {
  // `from` and `to` are shares of the half length, −1 at the rear.
  Box p = b;
  p.centre = b.centre + b.ahead * (b.half_length * (from + to) / 2);
  p.half_length = b.half_length * (to - from) / 2;
  p.half_width = b.half_width * half_width;
  return p;
}

Vec2 spot(const Box& b, float ahead, float left) {
  return b.centre + b.ahead * (b.half_length * ahead) + left_of(b.ahead) * (b.half_width * left);
}

struct Lights {
  bool brake = false, left = false, right = false;
};

void draw_lights(Scene& scene, const Box& b, const Lights& lights) {
  for (const float side : {-0.7f, 0.7f}) {
    scene.circle(point(spot(b, 0.95f, side)), 0.16f, Color::hex(0xfff6c8));
    scene.circle(point(spot(b, -0.95f, side)), lights.brake ? 0.26f : 0.15f,
                 lights.brake ? Color::hex(0xff2a1f) : Color::hex(0x8e1b14));
  }
  for (const float end : {-0.9f, 0.9f}) {
    if (lights.left) scene.circle(point(spot(b, end, 0.95f)), 0.26f, Color::hex(0xffa200));
    if (lights.right) scene.circle(point(spot(b, end, -0.95f)), 0.26f, Color::hex(0xffa200));
  }
}

void draw_car(Scene& scene, const Box& b, Color paint, const Lights& lights, bool outlined) {
  Box shadow = b;
  shadow.centre = b.centre + Vec2{0.45f, -0.45f};
  quad(scene, shadow, Color::hex(0x000000, 70));
  quad(scene, b, paint,
       {outlined ? Color::hex(0xffffff) : Color::hex(0x000000, 120), outlined ? 0.22f : 0.08f});
  quad(scene, part(b, 0.18f, 0.45f, 0.82f), Color::hex(0x1d2b36, 220));  // windscreen
  quad(scene, part(b, -0.72f, -0.5f, 0.8f), Color::hex(0x1d2b36, 200));  // rear window
  quad(scene, part(b, -0.5f, 0.18f, 0.8f), Color::hex(0xffffff, 28));    // roof
  draw_lights(scene, b, lights);
}

void draw_bicycle(Scene& scene, const Box& b) {
  const Point from = point(spot(b, -1, 0)), to = point(spot(b, 1, 0));
  scene.line(from, to, Color::hex(0x222222), 0.16f);
  scene.line(point(spot(b, 0.5f, -0.9f)), point(spot(b, 0.5f, 0.9f)), Color::hex(0x222222), 0.12f);
  scene.circle(point(b.centre), 0.28f, Color::hex(0x2f7d4f), {Color::hex(0x10301f), 0.06f});
  scene.circle(point(spot(b, 0.15f, 0)), 0.15f, Color::hex(0xf3d9c0));
}

void draw_siren(Scene& scene, const Box& b, bool ambulance, std::int64_t ticks) {
  draw_car(scene, b, Color::hex(0xf7f7f7), {}, false);
  quad(scene, part(b, -0.95f, -0.1f, 0.9f),
       ambulance ? Color::hex(0xd64541) : Color::hex(0x1f4fa3));
  if (ambulance) {
    quad(scene, part(b, -0.65f, -0.35f, 0.2f), Color::hex(0xffffff));
    quad(scene, part(b, -0.57f, -0.43f, 0.6f), Color::hex(0xffffff));
  }
  const bool first = ticks / 2 % 2 == 0;
  for (const float side : {-0.5f, 0.5f}) {
    const bool on = (side > 0) == first;
    scene.circle(point(spot(b, 0.5f, side)), on ? 0.4f : 0.2f,
                 Color::hex(on ? 0x3f8cff : 0x16418f));
    if (on) scene.circle(point(spot(b, 0.5f, side)), 1.6f, Color::hex(0x3f8cff, 70));
  }
}

Lights lights_of(const World& world, Id i) {
  const Traffic& traffic = world.traffic();
  Lights lights;
  lights.brake = traffic.acceleration(i) < -0.6f || traffic.speed(i) < 0.1f;
  const bool blink = world.ticks() / 4 % 2 == 0;
  const Id next =
      world.network().lane(traffic.lane(i)).internal ? traffic.lane(i) : traffic.next(i);
  const bool soon =
      next == traffic.lane(i) || world.network().lane(traffic.lane(i)).length - traffic.s(i) < 30;
  if (next == none || !blink || !soon) return lights;
  const Lane& way = world.network().shape(next);
  if (way.follows_street) return lights;
  lights.left = way.turn == Turn::left || way.turn == Turn::u_turn;
  lights.right = way.turn == Turn::right;
  return lights;
}

void draw_parked(const World& world, Scene& scene) {
  for (std::size_t k = 0; k < world.parked().size(); ++k) {
    if (world.parked()[k] == 0) continue;
    const ParkingPlace& place = world.map().parking[k];
    if (distance(place.pose.position, world.car().position) > view_width) continue;
    const Box b = Box::of(place.pose, place.length - 0.6f, std::min(place.width, 1.8f));
    draw_car(scene, b, Color::hex(paints[k * 7 % paints.size()]), {}, false);
  }
}

void draw_vehicles(const World& world, Scene& scene) {
  for (const auto& n : world.neighbours()) {
    const auto paint = Color::hex(paints[static_cast<std::size_t>(n.vehicle) % paints.size()]);
    switch (world.traffic().kind(n.vehicle)) {
      case VehicleKind::bicycle:
        draw_bicycle(scene, n.box);
        break;
      case VehicleKind::ambulance:
      case VehicleKind::police:
        draw_siren(scene, n.box, world.traffic().kind(n.vehicle) == VehicleKind::ambulance,
                   world.ticks());
        break;
      case VehicleKind::bus:
        draw_car(scene, n.box, Color::hex(0xe0b020), lights_of(world, n.vehicle), false);
        for (const float at : {-0.6f, -0.25f, 0.1f})
          quad(scene, part(n.box, at, at + 0.2f, 0.5f), Color::hex(0x9a7a12));
        break;
      default:
        draw_car(scene, n.box, paint, lights_of(world, n.vehicle), false);
    }
  }
}

void draw_people(const World& world, Scene& scene) {
  const Pedestrians& people = world.people();
  for (Id i = 0; i < static_cast<Id>(people.size()); ++i) {
    const Vec2 p = people.position(i);
    if (distance(p, world.car().position) > view_width) continue;
    if (people.state(i) == PedestrianState::hit) {
      scene.circle(point(p), 0.5f, Color::hex(0x8e1b14));
      continue;
    }
    const Vec2 v = people.velocity(i);
    const float speed = length(v);
    const Vec2 ahead = speed > 0.1f ? v * (1 / speed) : Vec2{1, 0};
    // Feet step in turn as it walks.
    const float swing = std::sin(static_cast<float>(world.ticks()) * 0.9f + static_cast<float>(i)) *
                        std::min(speed, 1.0f) * 0.3f;
    scene.circle(point(p + Vec2{0.15f, -0.15f}), 0.3f, Color::hex(0x000000, 60));
    for (const float side : {-1.0f, 1.0f})
      scene.circle(point(p + ahead * (swing * side) + left_of(ahead) * (0.14f * side)), 0.13f,
                   Color::hex(0x2b2b2b));
    const auto coat = Color::hex(paints[static_cast<std::size_t>(i * 5 + 3) % paints.size()]);
    scene.circle(point(p), 0.29f, coat, {Color::hex(0x000000, 120), 0.05f});
    scene.circle(point(p + ahead * 0.05f), 0.16f, Color::hex(0xf0d0b0));
  }
}

void draw_route(const World& world, Scene& scene) {
  std::array<Point, 64> line;
  std::size_t count = 0;
  const float end = std::min(120.0f, static_cast<float>(world.route().remaining()));
  for (float way = 3; way < end && count < line.size(); way += 2)
    line[count++] = point(world.route().ahead(world.map(), way).position);
  if (count >= 2) scene.line(std::span(line).first(count), Color::hex(0x2f9bff, 120), 0.9f);
  if (!world.endless() && world.route().remaining() < 120) {
    const Pose goal =
        world.route().ahead(world.map(), static_cast<float>(world.route().remaining()));
    scene.circle(point(goal.position), 2.2f, Color::hex(0x2f9bff, 90),
                 {Color::hex(0xffffff), 0.3f});
  }
}

void draw_learner(const World& world, Scene& scene) {
  Lights lights;
  lights.brake = world.controls().brake > 0.05f;
  draw_car(scene, world.car_box(), Color::hex(0xff5a1f), lights, true);
}

// On the whole map all traffic as dots, and the whole route.
void draw_overview(const World& world, const Camera& camera, Scene& scene) {
  const float dot = camera.width / 260;
  std::array<Point, 256> line;
  std::size_t count = 0;
  const auto end = static_cast<float>(world.route().remaining());
  const float step = std::max(2.0f, end / static_cast<float>(line.size() - 1));
  for (float way = 0; way < end && count < line.size(); way += step)
    line[count++] = point(world.route().ahead(world.map(), way).position);
  if (count >= 2) scene.line(std::span(line).first(count), Color::hex(0x2f9bff, 200), dot * 1.4f);
  const Traffic& traffic = world.traffic();
  for (Id i = 1; i < static_cast<Id>(traffic.size()); ++i) {
    const auto paint = traffic.siren(i) ? Color::hex(0x3f8cff) : Color::hex(0xffe9a8);
    scene.circle(point(traffic.body(i).position), traffic.siren(i) ? dot * 1.4f : dot, paint,
                 {Color::hex(0x000000, 160), dot * 0.3f});
  }
  scene.circle(point(world.car().position), camera.width / 90, Color::hex(0xff5a1f),
               {Color::hex(0xffffff), camera.width / 400});
}

std::string number(const char* format, double value) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

void draw_hud(const World& world, Scene& scene) {
  constexpr Color panel = Color::hex(0x101820, 190), white = Color::hex(0xffffff);
  const auto width = static_cast<float>(scene.view_width()),
             height = static_cast<float>(scene.height());
  scene.rectangle({130, height - 48}, 236, 72, panel, 10);
  const double speed = static_cast<double>(world.car().speed()) * 3.6;
  const bool fast = world.car().speed() > world.limit() + 1.5f;
  scene.text({28, height - 40}, number("%.0f", speed), 34, fast ? Color::hex(0xff6b5e) : white,
             Align::left, true);
  scene.text({92, height - 40}, "km/h", 14, white);
  scene.circle({166, height - 48}, 20, white, {Color::hex(0xd62828), 5});
  scene.text({166, height - 42}, number("%.0f", static_cast<double>(world.limit()) * 3.6), 16,
             Color::hex(0x111111), Align::center, true);
  if (!world.endless())
    scene.text({28, height - 20}, number("score %.2f", world.driving_score()), 14, white);
  // The wheel, and the pedals.
  const Vec2 hub{216, height - 48};
  scene.circle({hub.x, hub.y}, 18, Color::hex(0x000000, 0), {white, 3});
  const float turn = -world.car().steering * 2.5f;
  scene.line({hub.x, hub.y}, {hub.x + 18 * std::sin(turn), hub.y - 18 * std::cos(turn)}, white, 4);
  const auto pedal = [&](float y, float share, Color color) {  // from the left
    const float length = 84 * share + 1;
    scene.rectangle({150 + length / 2, y}, length, 5, color);
  };
  pedal(height - 24, world.controls().throttle, Color::hex(0x4cd07d));
  pedal(height - 17, world.controls().brake, Color::hex(0xff6b5e));
  float y = 30;
  const auto note = [&](const char* text, Color color) {
    scene.rectangle({width / 2, y - 5}, 260, 26, panel, 8);
    scene.text({width / 2, y}, text, 16, color, Align::center, true);
    y += 32;
  };
  if (world.off_road()) note("off the road", Color::hex(0xffb347));
  if (world.wrong_way()) note("wrong way", Color::hex(0xff6b5e));
  for (const Event event : world.events())
    if (event != Event::off_road && event != Event::on_road && event != Event::wrong_way)
      note(name_of(event), event == Event::arrived || event == Event::yielded
                               ? Color::hex(0x4cd07d)
                               : Color::hex(0xff6b5e));
}

void draw_minimap(const World& world, Scene& scene) {
  const auto width = static_cast<float>(scene.view_width());
  constexpr float side = 150, reach = 260;  // pixels, metres to each side
  const Point middle{width - side / 2 - 12, side / 2 + 12};
  scene.rectangle(middle, side, side, Color::hex(0x101820, 190), 10);
  const Vec2 here = world.car().position;
  const float scale = side / 2 / reach;
  const auto shown = [&](Vec2 p) {
    return Point{middle.x + (p.x - here.x) * scale, middle.y - (p.y - here.y) * scale};
  };
  const auto inside = [&](Vec2 p) {
    return std::abs(p.x - here.x) < reach * 0.96f && std::abs(p.y - here.y) < reach * 0.96f;
  };
  const auto draw_lane = [&](Id id, Color color, float thickness) {
    const auto points = world.map().points(at(world.map().lanes, id));
    for (std::size_t k = 0; k + 1 < points.size(); ++k)
      if (inside(points[k].position) && inside(points[k + 1].position))
        scene.line(shown(points[k].position), shown(points[k + 1].position), color, thickness);
  };
  for (Id id = 0; id < static_cast<Id>(world.map().lanes.size()); ++id) {
    const LaneFacts& f = world.network().lane(id);
    if (f.internal || distance(f.centre, here) > reach * 1.5f + f.radius) continue;
    draw_lane(id, Color::hex(0x8896a5), 1.5f);
  }
  for (std::size_t k = static_cast<std::size_t>(world.route().index());
       k < world.route().lanes().size(); ++k)
    draw_lane(world.route().lanes()[k], Color::hex(0x2f9bff), 3);
  const Vec2 nose = here + direction(world.car().heading) * 18;
  scene.line(shown(here), shown(nose), Color::hex(0xffffff), 2);
  scene.circle(shown(here), 4, Color::hex(0xff5a1f), {Color::hex(0xffffff), 1});
}

void draw_rain(const World& world, Scene& scene) {
  const int width = scene.view_width(), height = scene.height();
  scene.rectangle({static_cast<float>(width) / 2, static_cast<float>(height) / 2},
                  static_cast<float>(width), static_cast<float>(height), Color::hex(0x203040, 60));
  for (int k = 0; k < 120; ++k) {
    const auto x = static_cast<float>((k * 7919 + world.ticks() * 37) % width);
    const auto y = static_cast<float>((k * 4751 + world.ticks() * 131) % height);
    scene.line({x, y}, {x - 4, y + 14}, Color::hex(0xc8d8e8, 90), 1);
  }
}

}  // namespace

bool ViewSettings::press(std::string_view key) {
  if (key == "o")
    overview = !overview;
  else if (key == "i")
    zoom = std::min(zoom * 1.25f, 4.0f);
  else if (key == "u")
    zoom = std::max(zoom / 1.25f, 0.2f);
  else if (key == "l")
    lidar = !lidar;
  else if (key == "k")
    attention = !attention;
  else
    return false;
  return true;
}

void draw_world(const World& world, const ViewSettings& view, Scene& scene) {
  scene.begin(frame_width, frame_height, MapPainter::land());
  // The camera looks where the car is going.
  const Vec2 ahead = direction(world.car().heading) * std::clamp(world.car().forward, 0.0f, 20.0f);
  Camera camera{point(world.car().position + ahead), view_width / view.zoom, true};
  if (view.overview) {
    const Bounds& all = world.map().bounds;
    const Vec2 size = all.high - all.low;
    camera.center = point((all.low + all.high) * 0.5f);
    camera.width =
        std::max(size.x, size.y * frame_width / frame_height) / std::max(view.zoom, 1.0f);
    if (view.zoom > 1) camera.center = point(world.car().position);
  }
  scene.use_world(camera);
  const auto painter = painter_of(world.network().shared_map());
  painter->draw_ground(scene, camera);
  draw_route(world, scene);
  draw_parked(world, scene);
  draw_people(world, scene);
  draw_vehicles(world, scene);
  draw_learner(world, scene);
  if (view.overview) draw_overview(world, camera, scene);
  if (view.lidar) draw_lidar(world, scene);
  if (view.attention) draw_attention(world, scene);
  painter->draw_signals(scene, camera, world.traffic().time());
  painter->draw_buildings(scene, camera);
  scene.use_screen();
  if (world.settings().weather == Weather::rain) draw_rain(world, scene);
  draw_hud(world, scene);
  draw_minimap(world, scene);
}

}  // namespace sandlot::city
