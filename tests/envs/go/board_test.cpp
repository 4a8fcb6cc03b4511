// The board and the rules: against known counts, and move by move against the slow twin.
#include <doctest/doctest.h>

#include <cstdlib>

#include "envs/go/game.h"
#include "envs/go/playout.h"
#include "tests/envs/go/diagram.h"
#include "tests/envs/go/naive_go.h"

using namespace sandlot;
using namespace sandlot::go;

namespace {

// Games of `depth` moves, passes included, that the rules allow; those that end earlier do not
// count.
std::int64_t perft(Game& game, int depth) {
  if (depth == 0) return 1;
  if (game.over()) return 0;
  std::int64_t count = 0;
  for (int p = 0; p <= game.board().points(); ++p) {
    const Vertex v = game.board().vertex_of(p);
    if (!game.is_legal(v)) continue;
    game.play(v);
    count += perft(game, depth - 1);
    game.undo();
  }
  return count;
}

std::int64_t perft(const NaiveGo& game, int points, int depth) {
  if (depth == 0) return 1;
  if (game.over()) return 0;
  std::int64_t count = 0;
  for (int p = 0; p <= points; ++p) {
    if (!game.is_legal(p, game.to_move())) continue;
    NaiveGo next = game;
    next.play(p, game.to_move());
    count += perft(next, points, depth - 1);
  }
  return count;
}

// Positions in which every string has a liberty. Each is reached by placing its stones one by one,
// in any order, without a capture: a part of a string either is the whole of it or touches a point
// that is not placed yet.
std::int64_t legal_positions(Board& board, int point) {
  if (point == board.points()) return 1;
  const Vertex v = board.vertex_of(point);
  std::int64_t count = 0;
  for (const Color c : {kEmpty, kBlack, kWhite}) {
    if (c == kEmpty) {
      count += legal_positions(board, point + 1);
      continue;
    }
    static std::vector<std::uint16_t> taken;
    const MoveRecord record = board.play(v, c, taken);
    if (record.taken == 0) count += legal_positions(board, point + 1);
    board.undo(record, taken);
  }
  return count;
}

// Of what is compared millions of times, only what is wrong costs time.
#define MUST(condition) \
  if (!(condition)) REQUIRE(condition)

struct Comparison {
  Game fast;
  NaiveGo slow;
  std::vector<int> legal;

  Comparison(int size, const Rules& rules) : fast(size, rules), slow(size, rules) {}

  void check_position() {
    const Board& board = fast.board();
    std::uint64_t hash = 0;
    int empty = 0;
    for (int p = 0; p < board.points(); ++p) {
      const Vertex v = board.vertex_of(p);
      const Color c = board.at(v);
      MUST(static_cast<int>(c) == slow.position()[static_cast<std::size_t>(p)]);
      if (c == kEmpty) {
        ++empty;
        continue;
      }
      hash ^= zobrist(c, v);
      const int liberties = slow.liberties(p);
      MUST(board.liberties(v) == liberties);
      MUST(board.in_atari(v) == (liberties == 1));
      if (liberties == 1) MUST(board.at(board.last_liberty(v)) == kEmpty);
    }
    MUST(board.hash() == hash);
    MUST(static_cast<int>(board.empties().size()) == empty);
    MUST(board.area() == slow.area());
  }
  void check_legal() {
    legal.clear();
    for (int p = 0; p <= fast.board().points(); ++p) {
      const bool is = fast.is_legal(fast.board().vertex_of(p));
      MUST(is == slow.is_legal(p, slow.to_move()));
      if (is) legal.push_back(p);
    }
  }
};

}  // namespace

TEST_CASE("go: games counted under positional superko are the known numbers") {
  const std::vector<std::int64_t> two{5, 21, 68, 156, 316, 604}, three{10, 91, 738, 5281, 33384};
  Game small(2), larger(3);
  for (std::size_t d = 0; d < two.size(); ++d)
    CHECK(perft(small, static_cast<int>(d) + 1) == two[d]);
  for (std::size_t d = 0; d < three.size(); ++d)
    CHECK(perft(larger, static_cast<int>(d) + 1) == three[d]);
}

TEST_CASE("go: games counted under each rule are those of the slow twin") {
  for (const Superko superko : {Superko::positional, Superko::situational, Superko::simple}) {
    for (const bool suicide : {true, false}) {
      const Rules rules{.superko = superko, .suicide = suicide};
      CAPTURE(static_cast<int>(superko));
      CAPTURE(suicide);
      Game fast2(2, rules), fast3(3, rules);
      CHECK(perft(fast2, 9) == perft(NaiveGo(2, rules), 4, 9));
      CHECK(perft(fast3, 4) == perft(NaiveGo(3, rules), 9, 4));
    }
  }
}

TEST_CASE("go: legal positions are as many as Tromp counted") {
  const std::int64_t known[] = {1, 57, 12675, 24318165};
  for (int size = 1; size <= 4; ++size) {
    Board board(size);
    CHECK(legal_positions(board, 0) == known[size - 1]);
  }
}

TEST_CASE("go: random games are, move by move, those of the slow twin") {
  const char* asked = std::getenv("SANDLOT_GO_GAMES");
  const int games = asked ? std::atoi(asked) : 300;
  Random random(7);
  for (int game = 0; game < games; ++game) {
    const int size = 2 + static_cast<int>(random.below(game % 8 == 0 ? 6 : 4));
    const Rules rules{.superko = static_cast<Superko>(random.below(3)),
                      .suicide = random.bernoulli(0.5)};
    CAPTURE(game);
    CAPTURE(size);
    Comparison both(size, rules);
    for (int t = 0; t < 12 * size && !both.slow.over(); ++t) {
      both.check_legal();
      // Passes are rarer than the other moves, so that games fill the board more than once.
      int p = both.legal[random.below(static_cast<std::uint32_t>(both.legal.size()))];
      if (p == size * size)
        p = both.legal[random.below(static_cast<std::uint32_t>(both.legal.size()))];
      const Vertex v = both.fast.board().vertex_of(p);
      const bool back = random.bernoulli(0.3);
      both.fast.play(v);
      if (back) {  // there and back again is nowhere
        REQUIRE(both.fast.undo());
        both.check_position();
        both.check_legal();
        both.fast.play(v);
      }
      both.slow.play(p, both.slow.to_move());
      both.check_position();
    }
    // All the way back: an empty board.
    while (both.fast.undo()) {
    }
    REQUIRE(both.fast.board().hash() == 0);
    REQUIRE(both.fast.board().empties().size() == static_cast<std::size_t>(size * size));
    for (int p = 0; p <= size * size; ++p)
      REQUIRE(both.fast.is_legal(both.fast.board().vertex_of(p)));
  }
}

TEST_CASE("go: a copy of a board plays on alone") {
  Random random(3);
  for (const int size : {2, 5, 9, 19, 25}) {
    Board board(size);
    Playout::uniform(board, kBlack, random, size * size / 2);
    Board copy = board;
    const std::uint64_t hash = board.hash();
    Playout::uniform(copy, kBlack, random, 3 * size * size);
    CHECK(board.hash() == hash);
    copy = board;
    Random one(5), two(5);
    CHECK(Playout::uniform(copy, kWhite, one, 3 * size * size) ==
          Playout::uniform(board, kWhite, two, 3 * size * size));
    CHECK(copy.hash() == board.hash());
  }
}

TEST_CASE("go: a playout ends where only eyes are left, and its quick score is the area") {
  Random random(11);
  int ended = 0;
  for (int i = 0; i < 300; ++i) {
    Board board(9);
    int moves = 0;
    const int score =
        Playout::uniform(board, kBlack, random, 3 * 81, [&](Vertex, Color) { ++moves; });
    if (moves >= 200) continue;
    ++ended;
    for (const auto v : board.empties()) {
      for (const Color c : {kBlack, kWhite}) CHECK_FALSE(Playout::is_playable(board, v, c));
    }
    CHECK(score == board.area());
  }
  CHECK(ended > 280);
}

TEST_CASE("go: each playable point is drawn as often as the others") {
  // Few points that may be played among many that may not: both ways of drawing are used.
  const Game game = diagram(R"(
    . X . X . X .
    X X X X X X X
    . X . X . X .
    X X X X X X X
    . X . X . X .
    X X X X X X X
    . X X . . . X
  )");
  std::vector<int> drawn(static_cast<std::size_t>(game.board().points()) + 1);
  Random random(2);
  constexpr int kDraws = 30000;
  for (int i = 0; i < kDraws; ++i)
    ++drawn[static_cast<std::size_t>(
        game.board().point_of(Playout::uniform_move(game.board(), kBlack, random)))];
  // Three points in the last row; 4.4 deviations of a binomial.
  for (std::size_t p = 0; p < drawn.size(); ++p) {
    CAPTURE(p);
    const bool open = p >= 45 && p <= 47;
    if (!open) CHECK(drawn[p] == 0);
    if (open) CHECK(std::abs(drawn[p] - kDraws / 3) < 360);
  }
}
