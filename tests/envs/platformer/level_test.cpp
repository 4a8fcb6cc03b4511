#include "envs/platformer/level.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "envs/platformer/level_source.h"
#include "tests/envs/platformer/helpers.h"

using namespace sandlot::platformer;

namespace {

std::string error_of(const std::string& text) {
  try {
    parse_level(text, "bad.txt");
  } catch (const LevelError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("every tile of the corpus' alphabet and of ours is read where it stands") {
  const auto level = parse_level(rows({"-?MQSoHH", "P<>EkBVF", "X[]XXbX-", "XXXXXXXX"}), "all");
  CHECK(level->width == 8);
  CHECK(level->height == 4);
  const Tile top[] = {Tile::empty, Tile::question,  Tile::question_mushroom,
                      Tile::used,  Tile::breakable, Tile::coin,
                      Tile::empty, Tile::empty};
  for (int c = 0; c < 8; ++c) CHECK(level->at(c, 3) == top[c]);
  CHECK(level->at(1, 2) == Tile::pipe_top_left);
  CHECK(level->at(2, 2) == Tile::pipe_top_right);
  CHECK(level->at(1, 1) == Tile::pipe_left);
  CHECK(level->at(2, 1) == Tile::pipe_right);
  CHECK(level->at(5, 2) == Tile::cannon);
  CHECK(level->at(5, 1) == Tile::cannon_base);
  REQUIRE(level->enemies.size() == 2);
  CHECK(level->enemies[0].kind == EnemyKind::slime);
  CHECK(level->enemies[1].kind == EnemyKind::beetle);
  REQUIRE(level->platforms.size() == 2);
  CHECK(level->platforms[0].vertical);
  CHECK(level->platforms[1].width == 2);
  CHECK(level->platforms[1].top == 4);
  CHECK(level->cannons.size() == 1);
  CHECK(level->start_x == 0.5f);
  CHECK(level->start_y == 2);
  CHECK(level->goal_x == 7.5f);
  CHECK(level->goal_y == 1);  // an F in the air stands on the ground below it
}

TEST_CASE("a corpus level, without start, goal or last line end, is played as it is") {
  const auto level = parse_level("-----\n--E--\n-X--X\n-XXXX", "corpus");
  CHECK(level->start_x == 1.5f);  // first column with ground
  CHECK(level->start_y == 2);
  CHECK(level->width == 11);  // continued at the height of its last ground
  CHECK(level->goal_x == 6.5f);
  CHECK(level->goal_x > 5);  // past the last column
  CHECK(level->goal_y == 2);
  for (int c = 5; c < 11; ++c) {
    CHECK(level->at(c, 1) == Tile::ground);
    CHECK(level->at(c, 2) == Tile::empty);
  }
}

TEST_CASE("line ends of other systems and blank lines at the end do not matter") {
  const auto level = parse_level("P-F\r\nXXX\r\n\r\n\n", "windows");
  CHECK(level->width == 3);
  CHECK(level->height == 2);
}

TEST_CASE("unpaired pipes and levels whose start is high up load") {
  CHECK(parse_level("P--\n-<-\n[-]\nXXX", "pipes")->start_y == 2);
  CHECK(parse_level("P--\n---\n---\nXXX", "high")->start_y == 1);
}

TEST_CASE("broken levels are refused with line, column and reason") {
  CHECK(error_of("") == "bad.txt:1:1: the level is empty");
  CHECK(error_of("\n\n") == "bad.txt:1:1: the level is empty");
  CHECK(error_of("---\n--\nXXX") == "bad.txt:2:3: this row has 2 tiles, the first has 3");
  CHECK(error_of("---\nXXXX") == "bad.txt:2:4: this row has 4 tiles, the first has 3");
  CHECK(error_of("---\n\nXXX") == "bad.txt:2:1: this row has 0 tiles, the first has 3");
  CHECK(error_of("--z\nXXX") == "bad.txt:1:3: unknown tile 'z'; known are -XS?MQ<>[]oBbEkHVPF");
  CHECK(error_of("---\nX\tX") ==
        "bad.txt:2:2: unknown tile byte 0x09; known are -XS?MQ<>[]oBbEkHVPF");
  CHECK(error_of("---\n-o-\n---") == "bad.txt:1:1: there is no ground to stand on");
  CHECK(error_of("P--\n---\n-XX") == "bad.txt:1:1: there is no ground below the start");
  CHECK(error_of("P-P\nXXX") == "bad.txt:1:3: a second start");
  CHECK(error_of("F-P-F\nXXXXX") == "bad.txt:1:5: a second flag");
  CHECK(error_of("F-P\nXXX") == "bad.txt:1:1: the flag must stand to the right of the start");
  CHECK(error_of(fill('-', 16385) + "\n" + fill('X', 16385)) ==
        "bad.txt:1:16385: a level has at most 16384 columns");
  std::string tall;
  for (int i = 0; i < 257; ++i) tall += "X\n";
  CHECK(error_of(tall) == "bad.txt:257:1: a level has at most 256 rows");
}

TEST_CASE("solids are joined into few boxes that cover exactly the solid tiles") {
  for (const ShippedLevel& shipped : shipped_levels()) {
    const auto level = parse_level(shipped.text, shipped.name);
    int solids = 0;
    for (int row = 0; row < level->height; ++row)
      for (int column = 0; column < level->width; ++column) {
        const Tile tile = level->at(column, row);
        const bool fixed = is_solid(tile) && !is_breakable(tile);
        solids += fixed;
        const auto x = static_cast<float>(column), y = static_cast<float>(row);
        CHECK(level->solids->overlaps({x + 0.25f, y + 0.25f, x + 0.75f, y + 0.75f}) == fixed);
      }
    CHECK(level->solids->size() * 3 < solids);
  }
}

TEST_CASE("levels are found by name or by path, and errors name the file") {
  CHECK(load_level("first_steps")->width == 72);
  CHECK_THROWS_WITH_AS(load_level("nowhere"),
                       "there is no level named nowhere; there are cannons, first_steps, hills, "
                       "the_long_run, and files whose name ends in .txt",
                       std::runtime_error);
  const auto path = std::filesystem::temp_directory_path() / "sandlot_level_test.txt";
  std::ofstream(path) << "P--\nXX";
  CHECK_THROWS_WITH_AS(load_level(path.string()),
                       (path.string() + ":2:3: this row has 2 tiles, the first has 3").c_str(),
                       LevelError);
  std::filesystem::remove(path);
  CHECK_THROWS_AS(load_level("missing/level.txt"), std::runtime_error);
}
