// Positions that have names, and what the rules make of them.
#include <doctest/doctest.h>

#include "envs/go/game.h"
#include "tests/envs/go/diagram.h"

using namespace sandlot::go;

namespace {

// Ko in rows 0 to 2: Black takes at (1, 2), White retakes at (1, 1).
constexpr const char* kKo = R"(
  . X O . .
  X O . O .
  . X O . .
  . . . . .
  . . . . .
)";

const Superko kAll[] = {Superko::positional, Superko::situational, Superko::simple};

}  // namespace

TEST_CASE("go rules: a ko may be retaken only after another move") {
  for (const Superko superko : kAll) {
    Game game = diagram(kKo, {.superko = superko});
    game.play(at(game, 1, 2));
    CHECK(game.board().at(at(game, 1, 1)) == kEmpty);
    CHECK(game.prisoners(kWhite) == 1);
    CHECK_FALSE(game.is_legal(at(game, 1, 1)));
    game.play(at(game, 4, 4));
    game.play(at(game, 4, 0));
    CHECK(game.is_legal(at(game, 1, 1)));
    game.play(at(game, 1, 1));
    CHECK(game.board().at(at(game, 1, 2)) == kEmpty);
    CHECK_FALSE(game.is_legal(at(game, 1, 2)));
  }
}

TEST_CASE("go rules: passes do not lift a positional ko, but a simple one") {
  for (const Superko superko : kAll) {
    Game game = diagram(kKo, {.superko = superko});
    game.play(at(game, 1, 2));
    game.play(kPass);  // White
    CHECK(game.passes() == 1);
    CHECK_FALSE(game.over());
    CHECK(game.is_legal(at(game, 1, 1), kWhite) == (superko == Superko::simple));
  }
}

TEST_CASE("go rules: a triple ko goes round for ever unless superko stops it") {
  const char* text = R"(
    . X O . . . . . .
    X O . O . . . . .
    . X O . . . . . .
    . X O . . . . . .
    X . X O . . . . .
    . X O . . . . . .
    . X O . . . . . .
    X O . O . . . . .
    . X O . . . . . .
  )";
  for (const Superko superko : kAll) {
    Game game = diagram(text, {.superko = superko});
    const std::uint64_t first = game.board().hash();
    const int round[6][2] = {{1, 2}, {4, 1}, {7, 2}, {1, 1}, {4, 2}, {7, 1}};
    for (int i = 0; i < 5; ++i) {
      REQUIRE(game.is_legal(at(game, round[i][0], round[i][1])));
      game.play(at(game, round[i][0], round[i][1]));
    }
    const Vertex last = at(game, round[5][0], round[5][1]);
    CHECK(game.board().hash_after(last, kWhite) == first);
    CHECK(game.is_legal(last) == (superko == Superko::simple));
  }
}

TEST_CASE("go rules: sending two, returning one") {
  const char* text = R"(
    X . X . O
    X X O O O
    . X O . .
    . . . . .
    . . . . .
  )";
  for (const Superko superko : kAll) {
    Game game = diagram(text, {.superko = superko});
    const std::uint64_t first = game.board().hash();
    game.play(at(game, 0, 3));
    CHECK(game.board().string_size(at(game, 0, 3)) == 2);
    game.play(at(game, 0, 1));
    CHECK(game.last_taken() == 2);
    // The position comes again, with the other to move.
    const Vertex back = at(game, 0, 2);
    CHECK(game.board().hash_after(back, kBlack) == first);
    CHECK(game.is_legal(back) == (superko != Superko::positional));
    if (superko == Superko::positional) continue;
    game.play(back);
    game.play(kPass);  // now it is as it was in every respect; passes are always legal
    CHECK(game.board().hash() == first);
    game.play(at(game, 0, 3));
    // Once more round: the situation after it was there before.
    game.play(at(game, 0, 1));
    CHECK(game.is_legal(back) == (superko == Superko::simple));
  }
}

TEST_CASE("go rules: a snapback takes more than it gave") {
  Game game = diagram(R"(
    O . . X .
    O O O X .
    X X X . .
    . . . . .
    . . . . .
  )");
  game.play(at(game, 0, 1));
  CHECK(game.board().in_atari(at(game, 0, 1)));
  CHECK(game.board().last_liberty(at(game, 0, 1)) == at(game, 0, 2));
  game.play(at(game, 0, 2));
  CHECK(game.last_taken() == 1);
  CHECK(game.is_legal(at(game, 0, 1)));  // no ko: five stones are taken, not one
  game.play(at(game, 0, 1));
  CHECK(game.last_taken() == 5);
  CHECK(game.board().stones(kWhite) == 0);
  CHECK(game.score() == 25 - 7.5);
}

TEST_CASE("go rules: the bent four in the corner becomes a ko") {
  Game game = diagram(R"(
    . . . O .
    . O O O .
    O O . . .
    . . . . .
    . . . . .
  )");
  game.play(at(game, 0, 1));
  game.play(at(game, 0, 0));
  game.play(at(game, 1, 0));
  CHECK(game.last_taken() == 1);
  CHECK_FALSE(game.is_legal(at(game, 0, 0)));  // the ko
  CHECK(game.is_legal(at(game, 0, 2)));
}

TEST_CASE("go rules: in a seki who plays first is taken, and shared points are nobody's") {
  const char* text = R"(
    X O . X O
    X O . X O
    X O O X O
    X X X O O
    . . . . .
  )";
  for (const Color first : {kBlack, kWhite}) {
    Game game = diagram(text);
    CHECK(game.board().area() == 0);
    game.set_to_move(first);
    game.play(at(game, 0, 2));
    CHECK(game.board().in_atari(at(game, 0, 2)));
    game.play(at(game, 1, 2));
    CHECK(game.last_taken() >= 4);
  }
}

TEST_CASE("go rules: stones may kill themselves only together") {
  const char* text = R"(
    . X O . .
    . X O . .
    O O O . .
    . . . . .
    . . . . .
  )";
  // Black fills his own last but one liberty, then his last.
  for (const Superko superko : kAll) {
    for (const bool suicide : {true, false}) {
      Game game = diagram(text, {.superko = superko, .suicide = suicide});
      game.play(at(game, 0, 0));
      game.play(kPass);
      const Vertex last = at(game, 1, 0);
      CHECK(game.is_legal(last) == suicide);
      if (!suicide) continue;
      game.play(last);
      CHECK(game.last_taken() == 4);
      CHECK(game.board().stones(kBlack) == 0);
      CHECK(game.prisoners(kBlack) == 4);
      CHECK(game.board().at(last) == kEmpty);
      REQUIRE(game.undo());
      CHECK(game.board().stones(kBlack) == 3);
      CHECK(game.board().last_liberty(at(game, 0, 0)) == last);
      CHECK(game.prisoners(kBlack) == 0);
    }
  }
  // One stone alone leaves the position as it is: forbidden where positions may not come again.
  for (const Superko superko : kAll) {
    Game game = diagram(R"(
      . O .
      O O .
      . . .
    )",
                        {.superko = superko});
    CHECK(game.is_legal(at(game, 0, 0)) == (superko == Superko::situational));
  }
}

TEST_CASE("go rules: the end, the score, and the limit of moves") {
  Game game(5, {.komi = 6.5, .most_moves = 4});
  CHECK(game.score() == -6.5);
  game.play(at(game, 2, 2));
  CHECK(game.score() == 25 - 6.5);  // all empty points reach Black alone
  game.play(kPass);
  CHECK_FALSE(game.over());
  game.play(kPass);
  CHECK(game.over());
  REQUIRE(game.undo());
  CHECK_FALSE(game.over());
  CHECK(game.passes() == 1);
  CHECK(game.to_move() == kBlack);
  game.play(at(game, 1, 1));
  CHECK_FALSE(game.over());
  game.play(at(game, 3, 3));
  CHECK(game.over());  // the fourth move
  CHECK(game.score() == -5 + 5 - 6.5 + 1);
}

TEST_CASE("go rules: names of vertices, and handicap points") {
  CHECK(vertex_name(Game(19).board().vertex(0, 0), 19) == "A19");
  CHECK(vertex_name(Game(19).board().vertex(18, 18), 19) == "T1");
  CHECK(vertex_name(Game(9).board().vertex(0, 8), 9) == "J9");
  CHECK(vertex_name(kPass, 9) == "pass");
  for (const int size : {2, 9, 19, 25}) {
    const Board board(size);
    for (int p = 0; p <= board.points(); ++p)
      CHECK(vertex_of_name(vertex_name(board.vertex_of(p), size), size) == board.vertex_of(p));
  }
  CHECK(vertex_of_name("PASS", 9) == kPass);
  CHECK(vertex_of_name("d4", 9) == vertex_of_name("D4", 9));
  for (const char* wrong :
       {"", "I5", "K1", "A0", "A10", "A", "5", "A01", "A1x", "AA1", "A-1", "@1"})
    CHECK(vertex_of_name(wrong, 9) == -1);

  const auto names = [](int size, int stones) {
    std::string text;
    for (const Vertex v : handicap_points(size, stones)) text += vertex_name(v, size) + " ";
    return text;
  };
  CHECK(names(19, 2) == "D4 Q16 ");
  CHECK(names(19, 4) == "D4 Q16 D16 Q4 ");
  CHECK(names(19, 5) == "D4 Q16 D16 Q4 K10 ");
  CHECK(names(19, 6) == "D4 Q16 D16 Q4 D10 Q10 ");
  CHECK(names(19, 9) == "D4 Q16 D16 Q4 D10 Q10 K4 K16 K10 ");
  CHECK(names(9, 5) == "C3 G7 C7 G3 E5 ");
  CHECK(names(8, 4) == "C3 F6 C6 F3 ");
  CHECK(names(7, 4) == "C3 E5 C5 E3 ");
  CHECK(names(8, 5) == "");
  CHECK(names(6, 2) == "");
  CHECK(names(19, 10) == "");
}
