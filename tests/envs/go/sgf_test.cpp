// Smart Game Format: reading what is in the world, writing what others read.
#include "envs/go/sgf.h"

#include <doctest/doctest.h>

#include <string>

#include "envs/go/playout.h"
#include "envs/go/status.h"
#include "tests/envs/go/diagram.h"
#include "tests/envs/go/sgf_bytes.h"

using namespace sandlot;
using namespace sandlot::go;

namespace {

SgfTree one(std::string_view text) {
  const auto trees = parse_sgf(text);
  REQUIRE(trees.size() == 1);
  return trees.front();
}

std::string error_of(std::string_view text) {
  try {
    for (const auto& tree : parse_sgf(text, "game.sgf")) game_of(tree);
  } catch (const SgfError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("sgf: nodes, variations, and the main line") {
  const SgfTree tree = one("(;FF[4]SZ[9](;B[aa];W[bb](;B[cc])(;B[dd];W[ee]))(;B[ff]))");
  CHECK(tree.nodes.size() == 7);
  CHECK(tree.nodes[0].children == std::vector<int>{1, 6});
  CHECK(tree.nodes[2].children == std::vector<int>{3, 4});
  CHECK(tree.main_line() == std::vector<int>{0, 1, 2, 3});
  CHECK(tree.nodes[5].first("W") == "ee");
  CHECK(one(write_sgf(tree)) == tree);
  CHECK(parse_sgf("(;B[aa]) and (;W[bb])").size() == 2);
  CHECK(one("Sent by mail (hello)\n ( ;B[aa]").nodes.size() == 1);  // before and after: nothing
}

TEST_CASE("sgf: escapes, broken lines, names of old") {
  const SgfTree tree = one("(;C[a \\] b \\\\ c\\\nd \\: e]Black[aa]AddBlack[bb][cc]AB[dd])");
  CHECK(tree.nodes[0].first("C") == "a ] b \\ cd : e");
  CHECK(tree.nodes[0].first("B") == "aa");
  CHECK(*tree.nodes[0].find("AB") == std::vector<std::string>{"bb", "cc", "dd"});
  CHECK(one(write_sgf(tree)) == tree);
  CHECK(one("(;C[x\\\r\ny])").nodes[0].first("C") == "xy");
}

TEST_CASE("sgf: character sets become UTF-8") {
  CHECK(one("(;CA[ISO-8859-1]PB[M\xfcller])").nodes[0].first("PB") == "Müller");
  CHECK(one("(;PB[M\xfcller])").nodes[0].first("PB") == "Müller");  // the standard's default
  CHECK(one("(;PB[Müller])").nodes[0].first("PB") == "Müller");
  CHECK(one("\xef\xbb\xbf(;PB[Müller])").nodes[0].first("PB") == "Müller");
  // The second byte of 表 in Shift_JIS is a backslash.
  CHECK(one("(;CA[Shift_JIS]PB[\x95\x5c])").nodes[0].first("PB") == "表");
  CHECK(one("(;CA[no such set]PB[M\xfcller])").nodes[0].first("PB") == "Müller");
  CHECK(one("(;CA[UTF-8]PB[M\xfc])").nodes[0].first("PB") == "M?");
}

TEST_CASE("sgf: passes, handicap, komi, set-ups") {
  const Game game = game_of(one("(;SZ[9]HA[2]KM[0,5]AB[cc][gg];W[ee];B[];W[tt];B[dd])"));
  CHECK(game.move_count() == 4);
  CHECK(game.rules().komi == 0.5);
  CHECK(game.setup().size() == 2);
  CHECK(game.move(0).color == kWhite);
  CHECK(game.move(1).vertex == kPass);
  CHECK(game.move(2).vertex == kPass);
  CHECK(game.move(3).vertex == game.board().vertex(3, 3));
  // HA alone places nothing; on a board of 21 tt is a point.
  CHECK(game_of(one("(;SZ[9]HA[2])")).setup().empty());
  CHECK(game_of(one("(;SZ[21];B[tt])")).board().stones(kBlack) == 1);
  CHECK(game_of(one("(;B[aa])")).size() == 19);
  // Rectangles, stones taken away again, and who moves.
  const Game set = game_of(one("(;SZ[5]AW[aa:bb]AB[dd]PL[B];AE[aa]PL[W];W[aa])"));
  CHECK(set.board().stones(kWhite) == 4);
  CHECK(set.board().stones(kBlack) == 1);
  CHECK(set.to_move() == kBlack);
  CHECK(game_of(one("(;SZ[9];B[aa];W[bb];B[cc])"), {}, 2).move_count() == 2);
}

TEST_CASE("sgf: what is wrong is said with its place") {
  CHECK(error_of("") == "game.sgf:1:1: no game is there; expected '(;'");
  CHECK(error_of("(;B[aa]\n;C[no end") == "game.sgf:2:3: the value that begins here has no ']'");
  CHECK(error_of("(;B aa)") == "game.sgf:1:5: expected '[' after the property B");
  CHECK(error_of("(;B[aa]*)") == "game.sgf:1:8: expected ';', '(' or ')', not '*'");
  CHECK(error_of("(;SZ[9:7])") == "SGF: the board SZ[9:7]; expected 2 to 25, and square");
  CHECK(error_of("(;SZ[9];B[aa];W[aa])") == "SGF: move 2, W[aa], is not legal");
  CHECK(error_of("(;SZ[9];B[zz])") == "SGF: move 1, B[zz], is no point of a board of 9");
  CHECK(error_of("(;SZ[9]AB[kk])") == "SGF: 'kk' is no point of a board of 9");
  CHECK(error_of("(;SZ[5]AB[ab][bb][ba]AW[aa])") ==
        "SGF: the stones that are set up leave some without liberties");
}

TEST_CASE("sgf: games written are the games read") {
  Random random(6);
  for (int i = 0; i < 30; ++i) {
    const int size = 2 + static_cast<int>(random.below(24));
    Game game(size, {.komi = 0.5 * random.below(20)});
    if (i % 3 == 0) game.place_handicap(4);
    SgfInfo info;
    info.black = "A ] \\ b";
    info.white = "Größe";
    info.result = "B+3.5";
    while (!game.over() && game.move_count() < 60) {
      const Vertex v = Playout::uniform_move(game.board(), game.to_move(), random);
      game.play(game.is_legal(v) ? v : kPass);
      info.comments.push_back("[" + std::to_string(game.move_count()) + "]");
    }
    const std::string text = write_sgf(tree_of(game, info));
    const SgfTree tree = one(text);
    CHECK(tree.nodes[0].first("PB") == info.black);
    CHECK(tree.nodes[0].first("PW") == info.white);
    CHECK(tree.nodes[1].first("C") == "[1]");
    CHECK(write_sgf(tree) == text);
    const Game again = game_of(tree);
    REQUIRE(again.move_count() == game.move_count());
    CHECK(again.board().hash() == game.board().hash());
    CHECK(again.to_move() == game.to_move());
    CHECK(again.rules().komi == game.rules().komi);
  }
  CHECK(result_of(-3.5) == "W+3.5");
  CHECK(result_of(0) == "0");
  CHECK(result_of(1, kBlack) == "W+R");
}

TEST_CASE("sgf: broken files are refused or harmless") {
  const std::string good =
      "(;FF[4]CA[UTF-8]SZ[9]KM[7.5]AB[cc][gg:hh]AW[aa](;W[ee]C[a\\]b];B[];W[tt])(;W[dd];B[ef]))";
  Random random(9);
  for (int trial = 0; trial < 4000; ++trial) {
    std::string text = good;
    for (std::uint32_t k = 1 + random.below(4); k > 0; --k) {
      const auto at = random.below(static_cast<std::uint32_t>(text.size()));
      if (random.bernoulli(0.3))
        text.erase(at, 1 + random.below(6));
      else
        text[at] = random.bernoulli(0.5) ? static_cast<char>(random.below(256))
                                         : "()[];\\:BWAEtz9"[random.below(14)];
      if (text.empty()) break;
    }
    read_bytes(text);
  }
}

TEST_CASE("go status: dead stones are found, and the score without them") {
  // White's two stones in the corner are lost; Black's wall lives.
  const Game game = diagram(R"(
    . O . X . . .
    O . X X . . .
    . X X . . . .
    X X . . . O O
    . . . X O . O
    . X . X O O .
    . . . X O . O
  )",
                            {.komi = 0.5});
  const auto fate = fates(game);
  CHECK(fate[1] == Fate::dead);
  CHECK(fate[7] == Fate::dead);
  CHECK(fate[3] == Fate::alive);
  CHECK(settled_score(game) > game.score());
}

TEST_CASE("go status: territory counts empty points, prisoners and the dead") {
  Game game = diagram(R"(
    . X O . .
    X X O O O
    O X X O .
    . . X O O
    . . X O .
  )",
                      {.komi = 0.5});
  std::vector<Fate> fate(25, Fate::alive);
  fate[10] = Fate::dead;
  // Black: 1 and 5 points and a dead stone; White: 4 points.
  CHECK(territory_score(game, fate) == 7 - 4 - 0.5);
  CHECK(territory_score(game) == 7 - 4 - 0.5);
  // Taking it off by a move costs a point.
  game.set_to_move(kBlack);
  game.play(at(game, 3, 0));
  CHECK(game.prisoners(kWhite) == 1);
  fate[10] = Fate::alive;
  CHECK(territory_score(game, fate) == 6 - 4 - 0.5);
  // No points in seki.
  for (int p = 0; p < 25; ++p)
    if (game.board().at(game.board().vertex_of(p)) == kWhite)
      fate[static_cast<std::size_t>(p)] = Fate::seki;
  CHECK(territory_score(game, fate) == 6 - 0.5);
}
