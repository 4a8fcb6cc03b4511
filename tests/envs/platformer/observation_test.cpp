#include "envs/platformer/observation.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <set>

#include "envs/platformer/pixels.h"
#include "envs/platformer/sprites.h"
#include "tests/envs/platformer/helpers.h"

using namespace sandlot;
using namespace sandlot::platformer;

namespace {

const std::string scenery =
    rows({"--------------------", "--------------------", "-----S?o------------",
          "--------------------", "--------------------", "-P------E---<>----F-",
          "XXXXXXXXXXXXXXX-XXXX", "XXXXXXXXXXXXXXX-XXXX"});

}  // namespace

TEST_CASE("tiles: each thing is in its plane, at its place around the agent") {
  const World world = world_of(scenery);
  const TileView view{16, 12, true};
  std::vector<float> out(tile_space(view).size());
  observe_tiles(world, view, out);
  // The agent, at column 1 and row 2, is seen in column 4 and line 6.
  const auto at = [&](int plane, int column, int row) {
    return out[static_cast<std::size_t>((plane * 12 + 6 + 2 - row) * 16 + column - 1 + 4)];
  };
  CHECK(at(0, 1, 1) == 1);
  CHECK(at(0, 1, 2) == 0);
  CHECK(at(0, -1, 3) == 1);  // the end of the world on the left
  CHECK(at(0, 12, 2) == 1);  // pipe
  CHECK(at(1, 5, 5) == 1);   // block
  CHECK(at(1, 6, 5) == 1);
  CHECK(at(2, 7, 5) == 1);  // coin
  CHECK(at(3, 8, 2) == 1);  // slime
  double sums[8] = {};
  for (std::size_t i = 0; i < out.size(); ++i) sums[i / (12 * 16)] += out[i];
  CHECK(sums[1] == 2);
  CHECK(sums[2] == 1);
  CHECK(sums[3] == 1);
  CHECK(sums[4] == 0);
  CHECK(sums[5] == 0);  // the flag is out of sight

  World running = world;
  press(running, run_right, 20);
  observe_tiles(running, view, out);
  const auto stepped = [](float value) { return std::round(value * 64) / 64; };
  CHECK(out[6 * 12 * 16] > 0.1f);
  CHECK(out[6 * 12 * 16] == stepped(running.player().body.vx / 10));
  CHECK(out[8 * 12 * 16 - 1] == stepped(running.player().body.vy / 20));
}

TEST_CASE("tiles: moving platforms and the flag are seen") {
  World world = world_of(rows({"----------", "--HHH-----", "-P-----F--", "XXXXXXXXXX"}));
  const TileView view{16, 8, false};
  std::vector<float> out(tile_space(view).size());
  CHECK(out.size() == 6u * 16 * 8);
  observe_tiles(world, view, out);
  double lift = 0, flag = 0;
  for (std::size_t i = 0; i < 16 * 8; ++i) {
    lift += out[4 * 16 * 8 + i];
    flag += out[5 * 16 * 8 + i];
  }
  CHECK(lift == 3);
  CHECK(flag == 5);  // from the agent's row upward: lines 0 to 4
}

TEST_CASE("tiles, pixels: their grids lie where in the picture what they show is drawn") {
  const World world = world_of(scenery);
  const TileView view{16, 12, true};
  std::vector<float> tiles(tile_space(view).size());
  observe_tiles(world, view, tiles);
  const ObservationGrid grid = tile_grid(world, view);
  CHECK(grid.planes == view.planes());
  CHECK(grid.placed == TileView::binary_planes);
  int coins = 0;
  for (int i = 0; i < 12 * 16; ++i) {
    if (tiles[static_cast<std::size_t>(2 * 12 * 16 + i)] == 0) continue;
    ++coins;
    CHECK(grid.left + static_cast<float>(i % 16) * grid.side == 7);  // the square [7, 8) × [5, 6)
    CHECK(grid.top - static_cast<float>(i / 16) * grid.side == 6);
  }
  CHECK(coins == 1);

  std::vector<float> picture(pixel_space(false).size());
  observe_pixels(world, false, picture);
  const ObservationGrid pixels = pixel_grid(world, false);
  const auto at = [&](float x, float y) {
    const int column = static_cast<int>(std::floor((x - pixels.left) / pixels.side));
    const int line = static_cast<int>(std::floor((pixels.top - y) / pixels.side));
    return picture[static_cast<std::size_t>(line * pixel_side + column)];
  };
  // Over column 4 there is nothing but sky; the ground begins at height 2.
  CHECK(at(4.5f, 2.1f) == at(4.5f, 3.5f));
  CHECK(at(4.5f, 1.9f) != at(4.5f, 2.1f));
}

TEST_CASE("cells: what the agent meets tells situations apart") {
  World world = world_of(scenery);
  std::set<int> seen;
  for (int i = 0; i < 200 && world.outcome() == Outcome::running; ++i) {
    world.step({.right = true, .jump = i % 40 < 20});
    const int cell = observe_cell(world);
    REQUIRE(cell >= 0);
    REQUIRE(cell < cell_count);
    seen.insert(cell);
  }
  CHECK(seen.size() > 15);
}

TEST_CASE("pixels: the world moves past an agent that stays in its column") {
  // No enemies: what is seen one tile further on is what was seen before, six pixels to the left.
  std::string text;
  for (int i = 0; i < 12; ++i) text += fill('-', 60) + "\n";
  text += "-P" + fill('-', 10) + "<>--Q--?-" + fill('-', 37) + "F-\n" + fill('X', 60) + "\n";
  World world = world_of(text);
  std::vector<float> before(pixel_space(true).size()), after(before.size());
  world.place(6, 1);
  world.step(none);
  observe_pixels(world, true, before);
  world.place(7, 1);
  world.step(none);
  observe_pixels(world, true, after);
  const auto pixel = [](const std::vector<float>& picture, int plane, int y, int x) {
    return picture[static_cast<std::size_t>((plane * pixel_side + y) * pixel_side + x)];
  };
  int compared = 0;
  for (int plane = 0; plane < 3; ++plane)
    for (int y = 0; y < pixel_side; ++y)
      for (int x = 0; x < pixel_side - 6; ++x) {
        if (x > 10 && x < 34) continue;  // the agent, in both pictures
        REQUIRE(pixel(after, plane, y, x) == pixel(before, plane, y, x + 6));
        ++compared;
      }
  CHECK(compared > 10000);
  CHECK(std::set<float>(after.begin(), after.end()).size() > 30);  // and it is not empty

  std::vector<float> grey(pixel_space(false).size());
  observe_pixels(world, false, grey);
  for (int i = 0; i < pixel_side * pixel_side; ++i) {
    const auto k = static_cast<std::size_t>(i),
               n = static_cast<std::size_t>(pixel_side * pixel_side);
    REQUIRE(grey[k] ==
            doctest::Approx(0.299 * after[k] + 0.587 * after[k + n] + 0.114 * after[k + 2 * n])
                .epsilon(1.0 / 255));  // each of them is rounded to a level
  }
}

TEST_CASE("pixels: the painted state tells speed, and whether a jump would start") {
  World world = world_of(scenery);
  const Space space = pixel_space(false);
  std::vector<float> plain(space.size()), painted(space.size());
  const auto look = [&] {
    observe_pixels(world, false, plain);
    painted = plain;
    paint_state(world, false, painted);
    REQUIRE(space.contains(painted.data()));
    return std::array{painted[0], painted[8], painted[16]};
  };
  const auto resting = look();
  CHECK(resting[0] == doctest::Approx(0.5).epsilon(0.01));
  CHECK(resting[1] == doctest::Approx(0.5).epsilon(0.01));
  CHECK(resting[2] == 1);
  for (int i = 0; i < 20; ++i) world.step({.right = true, .jump = true});
  const auto rising = look();
  CHECK(rising[0] > 0.6);
  CHECK(rising[1] > 0.5);
  CHECK(rising[2] == 0);
  // Landed with the button still held: it looks as at rest, and no jump would start.
  for (int i = 0; i < 200; ++i) world.step({.jump = true});
  CHECK(look()[2] == 0);
  world.step(none);
  CHECK(look()[2] == 1);
  int differing = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) differing += plain[i] != painted[i];
  CHECK(differing <= 3 * 64);
}

TEST_CASE("sprites: drawn rows are 16 pixels of known colours, and none is empty") {
  const Image& sheet = sprite_sheet();
  for (int i = 0; i < art_count; ++i) {
    const Art art = static_cast<Art>(i);
    for (const auto row : creature_pixels(art)) {
      CHECK(row.size() == 16);
      for (const char letter : row) CHECK((letter == '.' || palette(letter).a == 255));
    }
    const Sprite part = sprite(art);
    REQUIRE(part.x + part.width <= sheet.width);
    REQUIRE(part.y + part.height <= sheet.height);
    int painted = 0;
    for (int y = part.y; y < part.y + part.height; ++y)
      for (int x = part.x; x < part.x + part.width; ++x)
        painted += sheet.rgba[static_cast<std::size_t>(y * sheet.width + x) * 4 + 3] != 0;
    CAPTURE(i);
    CHECK(painted > 20);
  }
}
