// The picture: something of everything, less from afar, nothing of what is out of sight.
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "envs/city/city.h"
#include "envs/city/map_drawing.h"
#include "envs/city/map_source.h"
#include "sim/core/archive.h"

using namespace sandlot;
using namespace sandlot::city;

namespace {

std::size_t drawn(const MapPainter& painter, Camera camera) {
  Scene scene;
  scene.begin(1000, 700, MapPainter::land());
  scene.use_world(camera);
  painter.draw_ground(scene, camera);
  painter.draw_buildings(scene, camera);
  painter.draw_signals(scene, camera, 0);
  return scene.primitives().size();
}

}  // namespace

TEST_CASE("a city is drawn by what is seen of it, and how near it is") {
  ImportReport report;
  const MapPainter painter(open_map("town", DrivingSide::automatic, report));
  const std::size_t near = drawn(painter, {.center = {0, 0}, .width = 120, .y_up = true});
  const std::size_t all = drawn(painter, {.center = {0, 0}, .width = 1000, .y_up = true});
  const std::size_t far = drawn(painter, {.center = {0, 0}, .width = 20000, .y_up = true});
  const std::size_t away = drawn(painter, {.center = {9000, 0}, .width = 500, .y_up = true});
  CHECK(away == 0);
  CHECK(near > 200);
  CHECK(all > near);
  CHECK(far < all / 2);
}

TEST_CASE("lights change in the picture as they do in the program") {
  ImportReport report;
  const auto map = open_map("town", DrivingSide::automatic, report);
  const MapPainter painter(map);
  const Vec2 at =
      map->intersections[static_cast<std::size_t>(map->programs[0].intersection)].centre;
  const Camera camera{.center = {at.x, at.y}, .width = 60, .y_up = true};
  const auto colors = [&](double time) {
    Scene scene;
    scene.begin(800, 800, MapPainter::land());
    scene.use_world(camera);
    painter.draw_signals(scene, camera, time);
    std::vector<std::uint8_t> reds;
    for (const Primitive& p : scene.primitives())
      if (distance({p.x, p.y}, at) < 20) reds.push_back(p.fill.r);
    return reds;
  };
  const auto now = colors(0);
  CHECK(now.size() > 4);
  const double later = map->until_change(map->programs[0], 0, 0) + 0.1;
  CHECK(colors(later) != now);
  CHECK(colors(static_cast<double>(map->programs[0].cycle)) == now);
}

TEST_CASE("city: keys at the window change what is drawn, and nothing else") {
  CitySettings settings;
  settings.map.file = "town";
  City env(settings);
  env.reset(3);
  const auto picture = [&] {
    Scene scene;
    env.draw(scene);
    return std::pair(scene.primitives().size(), scene.cameras()[1].width);
  };
  Writer before;
  env.save(before);
  const auto usual = picture();
  CHECK_FALSE(env.view_key("q"));
  CHECK(env.view_key("l"));
  // A ray is a line, and a dot where it meets something.
  const auto with_rays = picture().first - usual.first;
  CHECK(with_rays >= 32);
  CHECK(with_rays <= 64);
  CHECK(env.view_key("l"));
  CHECK(env.view_key("k"));
  CHECK(picture().first > usual.first);
  CHECK(env.view_key("k"));
  CHECK(env.view_key("i"));
  CHECK(picture().second < usual.second);
  CHECK(env.view_key("u"));
  CHECK(env.view_key("u"));
  CHECK(picture().second > usual.second);
  CHECK(env.view_key("i"));
  CHECK(env.view_key("o"));
  CHECK(picture().second > 3 * usual.second);
  CHECK(env.view_key("o"));
  CHECK(picture() == usual);
  Writer after;
  env.save(after);
  CHECK(std::equal(before.bytes().begin(), before.bytes().end(), after.bytes().begin(),
                   after.bytes().end()));
}
