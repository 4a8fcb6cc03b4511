#include "envs/platformer/generator.h"

#include <doctest/doctest.h>

#include <set>
#include <thread>

#include "envs/platformer/level_source.h"
#include "envs/platformer/solver.h"

using namespace sandlot::platformer;

TEST_CASE("every generated level has a way to the flag: the solver's buttons, pressed again") {
  for (const int difficulty : {0, 25, 50, 75, 100}) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      const auto level = generated_level(seed, difficulty, 100);
      const Solution solution = solve(level);
      REQUIRE(solution.found);
      World world;
      world.start(level, 6000);
      for (std::size_t i = 0; i < solution.buttons.size(); ++i) {
        REQUIRE(world.outcome() == Outcome::running);
        world.step(solution.buttons[i]);
      }
      CAPTURE(difficulty);
      CAPTURE(seed);
      CHECK(world.outcome() == Outcome::won);
    }
  }
}

TEST_CASE("our own levels can be finished") {
  for (const ShippedLevel& shipped : shipped_levels()) {
    CAPTURE(shipped.name);
    CHECK(solve(parse_level(shipped.text, shipped.name)).found);
  }
}

TEST_CASE("what cannot be finished is not said to be") {
  CHECK_FALSE(solve(parse_level("-P----------------F-\nXXXX------------XXXX\n", "gap")).found);
  CHECK_FALSE(solve(parse_level("-----X----\n-----X----\n-----X----\n-----X----\n-----X----\n"
                                "-----X----\n-----X----\n-P---X--F-\nXXXXXXXXXX\n",
                                "wall"))
                  .found);
}

TEST_CASE("one seed, one level; other seeds, lengths and difficulties, other levels") {
  std::set<std::string> texts;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string text = generate_level(seed, 40, 90).text;
    CHECK(text == generate_level(seed, 40, 90).text);
    texts.insert(text);
  }
  CHECK(texts.size() == 100);
  CHECK(generate_level(1, 40, 90).text != generate_level(1, 41, 90).text);
  CHECK(parse_level(generate_level(1, 40, 90).text, "")->width == 90);
}

TEST_CASE("difficulty brings gaps, enemies, cannons and platforms") {
  const auto amount = [](int difficulty) {
    std::size_t gaps = 0, enemies = 0, cannons = 0, platforms = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const auto level = generated_level(seed, difficulty, 100);
      for (int c = 0; c < level->width; ++c) gaps += level->at(c, 0) == Tile::empty;
      enemies += level->enemies.size();
      cannons += level->cannons.size();
      platforms += level->platforms.size();
    }
    return std::array{gaps, enemies, cannons, platforms};
  };
  const auto easy = amount(0), middle = amount(50), hard = amount(100);
  CHECK(easy[2] == 0);
  CHECK(easy[3] == 0);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(easy[i] < middle[i]);
    CHECK(middle[i] < hard[i]);
  }
}

TEST_CASE("threads that ask for the same levels get the same levels") {
  std::vector<std::vector<Tile>> found(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < found.size(); ++t)
    threads.emplace_back([&found, t] {
      for (std::uint64_t seed = 900; seed < 910; ++seed) {
        const auto level = generated_level(seed, 30, 60);
        found[t].insert(found[t].end(), level->tiles.begin(), level->tiles.end());
      }
    });
  for (auto& thread : threads) thread.join();
  for (const auto& tiles : found) CHECK(tiles == found[0]);
}
