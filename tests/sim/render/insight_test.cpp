#include "sim/render/insight.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sim/render/canvas.h"
#include "sim/render/overlay.h"
#include "tests/sim/render/pixels.h"

using namespace sandlot;

namespace {

std::vector<std::string> texts(const Scene& scene) {
  std::vector<std::string> list;
  for (const auto& p : scene.primitives())
    if (p.kind == Primitive::Kind::text) list.emplace_back(scene.text_of(p));
  return list;
}

bool has(const Scene& scene, const std::string& text) {
  const auto list = texts(scene);
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

TEST_CASE("insight: heat is summed over frames and planes, but not over planes about no place") {
  const std::vector<int> shape{6, 2, 3};  // two frames of three planes
  const ObservationGrid grid{.planes = 3, .placed = 2};
  std::vector<float> gradient(36);
  gradient[0 * 6 + 1] = 3;    // frame 0, plane 0
  gradient[4 * 6 + 1] = -4;   // frame 1, plane 1
  gradient[2 * 6 + 5] = 100;  // the plane that is about no place
  gradient[5 * 6 + 2] = 100;
  CHECK(heat_of(gradient, shape, grid) == std::vector<float>{0, 5, 0, 0, 0, 0});
  CHECK(heat_of(gradient, std::vector<int>{36}, grid).empty());
}

TEST_CASE("insight: heat lies on the squares that mattered, and nowhere else") {
  const std::vector<int> shape{1, 4, 5};
  std::vector<float> gradient(20);
  gradient[1 * 5 + 3] = -2;
  // Squares of 2 from (10, 108) downward; the camera shows 20 × 16 units from (6, 96) on 100 × 80.
  const ObservationGrid grid{.left = 10, .top = 108, .side = 2};
  Scene scene;
  Canvas canvas;
  const auto draw = [&](bool heated) {
    scene.begin(100, 80, {10, 20, 30});
    scene.use_world({.center = {16, 104}, .width = 20, .y_up = true});
    scene.circle({7, 97}, 0.5f, {200, 200, 200});
    if (heated)
      draw_heat(scene, {.saliency = true, .gradient = gradient, .grid = &grid, .shape = shape});
    return canvas.draw(scene);
  };
  const Frame before = draw(false), after = draw(true);
  for (int y = 0; y < 80; ++y)
    for (int x = 0; x < 100; ++x) {
      CAPTURE(x);
      CAPTURE(y);
      // Column 3 is x from 16 to 18, row 1 y from 104 to 106: 5 pixels to a unit.
      const bool inside = x >= 50 && x < 60 && y >= 30 && y < 40;
      REQUIRE((pixel(after, x, y) != pixel(before, x, y)) == inside);
    }
}

TEST_CASE("insight: numbers are listed by how much they matter, older frames by their age") {
  const std::vector<std::string> names{"height", "fall_speed"};
  const std::vector<float> gradient{0.1f, -3, 0, 2};
  Scene scene;
  scene.begin(500, 500, {});
  draw_insight(scene, {.saliency = true, .gradient = gradient, .names = names});
  const std::vector<std::string> all = texts(scene);
  const auto place = [&](const std::string& text) {
    return std::find(all.begin(), all.end(), text) - all.begin();
  };
  CHECK(place("fall speed −1") < place("fall speed"));
  CHECK(place("fall speed") < place("height −1"));
  CHECK(place("height −1") < place("height"));
  CHECK(has(scene, "height"));
}

TEST_CASE("insight: what is not there is said") {
  Scene scene;
  scene.begin(500, 500, {});
  draw_insight(scene, {.saliency = true, .network = true});
  CHECK(has(scene, "nothing: no gradient to show"));
  CHECK(has(scene, "this policy has none"));
  scene.begin(500, 500, {});
  draw_insight(scene, {});
  CHECK(scene.width() == 500);
  CHECK(scene.primitives().empty());
}

TEST_CASE("insight: everything it draws is inside its panel, however small") {
  std::vector<float> gradient(200);
  for (std::size_t i = 0; i < 200; ++i) gradient[i] = static_cast<float>(i * 37 % 200) - 100;
  std::vector<LayerView> layers;
  for (int i = 0; i < 12; ++i) {
    layers.push_back({"conv 64×3×3 leaky_relu", 64, 20, 30, std::vector<float>(64 * 20 * 30, 1)});
    layers.push_back({"dense 512 relu", 512, 1, 1, std::vector<float>(512, -1)});
    layers.push_back({"lstm 64", 64, 1, 1, {}});
  }
  for (const int height : {120, 300, 500, 1000}) {
    CAPTURE(height);
    Scene scene;
    scene.begin(500, height, {255, 255, 255});
    draw_overlay(scene, {.title = "title"});
    const int left = scene.width();
    const std::size_t first = scene.primitives().size();
    draw_insight(scene,
                 {.saliency = true, .network = true, .gradient = gradient, .layers = layers});
    CHECK(scene.width() == left + insight_width(height));
    for (std::size_t i = first; i < scene.primitives().size(); ++i) {
      const Primitive& p = scene.primitives()[i];
      if (p.kind == Primitive::Kind::text) CHECK(p.y <= static_cast<float>(height));
      if (p.kind != Primitive::Kind::rectangle) continue;
      CHECK(p.x - p.width / 2 >= static_cast<float>(left) - 0.01f);
      CHECK(p.x + p.width / 2 <= static_cast<float>(scene.width()) + 0.5f);
      CHECK(p.y + p.height / 2 <= static_cast<float>(height) + 0.01f);
    }
  }
}

TEST_CASE("insight: a network without layers shows its nodes, names and links inside the panel") {
  using Role = GraphView::Node::Role;
  GraphView graph;
  for (int i = 0; i < 4; ++i)
    graph.nodes.push_back({.role = Role::input, .number = i, .value = i % 2 == 0 ? 1.0f : 0.0f});
  graph.nodes.push_back({.role = Role::bias, .value = 1});
  graph.nodes.push_back({.role = Role::hidden, .depth = 1, .value = 0.5f});
  graph.nodes.push_back({.role = Role::output, .number = 0, .depth = 2, .value = -0.5f});
  graph.nodes.push_back({.role = Role::output, .number = 1, .depth = 2, .value = 0.9f});
  graph.links = {{0, 5, 1.5f, false}, {5, 6, -2, false}, {4, 7, 0.5f, false}, {7, 5, 1, true}};
  const std::vector<std::string> inputs{"far", "near", "high_up", "low"}, outputs{"left", "jump"};
  const std::vector<int> shape{1, 2, 2};
  const ObservationGrid grid{.planes = 1, .placed = 1};
  for (const bool picture : {false, true})
    for (const int height : {120, 500, 1000}) {
      CAPTURE(height);
      Scene scene;
      scene.begin(500, height, {255, 255, 255});
      const std::size_t first = scene.primitives().size();
      draw_insight(scene, {.network = true,
                           .names = inputs,
                           .grid = picture ? &grid : nullptr,
                           .shape = picture ? std::span<const int>(shape) : std::span<const int>(),
                           .graph = &graph,
                           .actions = outputs});
      CHECK(has(scene, "left"));
      CHECK(has(scene, "jump"));
      CHECK(has(scene, "bias"));
      CHECK(has(scene, "high up") == !picture);
      int lines = 0;
      for (std::size_t i = first; i < scene.primitives().size(); ++i) {
        const Primitive& p = scene.primitives()[i];
        lines += p.kind == Primitive::Kind::line;
        if (p.kind != Primitive::Kind::circle) continue;
        CHECK(p.x > 500);
        CHECK(p.x < static_cast<float>(scene.width()));
        CHECK(p.y > 0);
        CHECK(p.y < static_cast<float>(height));
      }
      CHECK(lines == 2 + 4);  // the panel's own two
    }
}
