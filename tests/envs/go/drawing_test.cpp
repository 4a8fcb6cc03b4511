// What is drawn over the board, and the mouse on it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "envs/go/go.h"
#include "sim/core/archive.h"
#include "sim/core/scene.h"

using namespace sandlot;
using namespace sandlot::go;

namespace {

std::vector<std::string> texts_of(const Scene& scene) {
  std::vector<std::string> all;
  for (const Primitive& p : scene.primitives())
    if (p.kind == Primitive::Kind::text) all.emplace_back(scene.text_of(p));
  return all;
}

bool has(const Scene& scene, const std::string& text) {
  const auto all = texts_of(scene);
  return std::find(all.begin(), all.end(), text) != all.end();
}

Go world_of(int size) {
  Go::Settings settings;
  settings.size = size;
  settings.komi = 0.5;
  settings.opponent = Go::Opponent::none;
  Go world(settings);
  world.reset(1);
  return world;
}

constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("go drawing: a click means the point that it is nearest to") {
  Scene scene;
  draw_board(scene, Game(5), "");
  CHECK(action_at(scene, 5, {360, 360}) == 12);
  CHECK(action_at(scene, 5, {148, 148}) == 0);
  CHECK(action_at(scene, 5, {572, 148}) == 4);
  CHECK(action_at(scene, 5, {572, 572}) == 24);
  CHECK(action_at(scene, 5, {500, 340}) == 13);
  CHECK_FALSE(action_at(scene, 5, {60, 360}));
  CHECK_FALSE(action_at(scene, 5, {360, 770}));
  CHECK_FALSE(action_at(Scene(), 5, {360, 360}));
  // With a panel beside the picture the board stays where it is.
  scene.widen(368);
  CHECK(action_at(scene, 5, {572, 572}) == 24);
  draw_board(scene, Game(19), "");
  CHECK(action_at(scene, 19, {360, 360}) == 180);
}

TEST_CASE("go drawing: what was thought of the moves is shown by key, and changes nothing else") {
  Go world = world_of(5);
  std::vector<float> shares(26, kNothing), values(26, kNothing);
  shares[12] = 0.63f, shares[7] = 0.35f, shares[0] = 0.001f, shares[25] = 0.02f;
  values[12] = 0.25f, values[7] = -0.5f;
  Writer before, after;
  world.save(before);
  world.set_thoughts(shares, values);
  Scene scene;
  world.draw(scene);
  const auto plain = texts_of(scene);
  CHECK_FALSE(has(scene, "63"));
  CHECK(world.view_key("h"));
  world.draw(scene);
  CHECK(has(scene, "63"));
  CHECK(has(scene, "35"));
  CHECK_FALSE(has(scene, "0"));  // too small to hide a point
  CHECK(has(scene, "pass 2 %"));
  CHECK(world.view_key("h"));
  world.draw(scene);
  CHECK(has(scene, "+0.25"));
  CHECK(has(scene, "-0.50"));
  CHECK_FALSE(has(scene, "63"));
  CHECK(world.view_key("h"));
  world.draw(scene);
  CHECK(texts_of(scene) == plain);
  CHECK_FALSE(world.view_key("x"));
  // Who says nothing has nothing drawn.
  world.view_key("h");
  world.set_thoughts({}, {});
  world.draw(scene);
  CHECK(texts_of(scene) == plain);
  world.save(after);
  CHECK(std::equal(before.bytes().begin(), before.bytes().end(), after.bytes().begin(),
                   after.bytes().end()));
}

TEST_CASE("go drawing: territory is whose the points will be") {
  Go world = world_of(5);
  // A wall of Black's in the third column from the left, White's beside it: 10 points each on their
  // own sides, 5 stones each.
  const auto play = [&](const char* name) {
    world.step({.index = world.state().board().point_of(vertex_of_name(name, 5)), .values = {}});
  };
  for (const char* name : {"C3", "D3", "C2", "D2", "C4", "D4", "C1", "D1", "C5", "D5"}) play(name);
  CHECK(world.view_key("t"));
  Scene scene;
  world.draw(scene);
  const auto squares = [&] {
    std::vector<Primitive> all;
    for (const Primitive& p : scene.primitives())
      if (p.kind == Primitive::Kind::rectangle && p.camera == 1 && p.width < 0.5f) all.push_back(p);
    return all;
  };
  int black = 0, white = 0;
  for (const Primitive& p : squares()) (p.fill.r < 128 ? black : white) += 1;
  CHECK(black == 10);
  CHECK(white <= 5);  // White's one column is small: it may be judged dead
  const auto all = texts_of(scene);
  CHECK(std::any_of(all.begin(), all.end(), [](const std::string& t) {
    return t.starts_with("Black +") && t.ends_with(" expected");
  }));
  // It follows the game.
  world.view_key("t");
  world.draw(scene);
  CHECK(squares().empty());
}
