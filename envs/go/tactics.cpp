#include "envs/go/tactics.h"

#include <algorithm>
#include <bitset>
#include <string>
#include <string_view>

namespace sandlot::go {
namespace {

// Three rows of three around the centre. X and O are the two colours, # the edge, x: not X, o: not
// O, ?: anything.
constexpr std::array<std::string_view, 13> kShapes{
    "XOX"
    "..."
    "???",  // hane that encloses
    "XO."
    "..."
    "?.?",  // hane that does not cut
    "XO?"
    "X.."
    "x.?",  // hane at a bend
    ".O."
    "X.."
    "...",  // diagonal attachment
    "XO?"
    "O.o"
    "?o?",  // cut, unprotected
    "XO?"
    "O.X"
    "???",  // cut, peeped
    "?X?"
    "O.O"
    "ooo",  // cut between
    "OX?"
    "o.O"
    "???",  // cut of a knight's move
    "X.?"
    "O.?"
    "###",  // chase on the side
    "OX?"
    "X.O"
    "###",  // block of a cut on the side
    "?X?"
    "x.O"
    "###",  // block of a connection on the side
    "?XO"
    "x.x"
    "###",  // descent
    "?OX"
    "X.O"
    "###",  // cut on the side
};

// Where the eight neighbours lie in the rows, in the order of their code, two bits each.
constexpr std::array<int, 8> kPlaces{0, 1, 2, 3, 5, 6, 7, 8};

std::string turned(std::string_view rows) {
  std::string out(9, ' ');
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t c = 0; c < 3; ++c) out[c * 3 + 2 - r] = rows[r * 3 + c];
  return out;
}
std::string mirrored(std::string_view rows) {
  std::string out(rows);
  for (std::size_t r = 0; r < 3; ++r) std::swap(out[r * 3], out[r * 3 + 2]);
  return out;
}
std::string swapped(std::string_view rows) {
  std::string out(rows);
  for (char& c : out) c = c == 'X' ? 'O' : c == 'O' ? 'X' : c == 'x' ? 'o' : c == 'o' ? 'x' : c;
  return out;
}

class Patterns {
 public:
  Patterns() {
    for (const auto shape : kShapes) {
      std::string rows(shape);
      for (int turn = 0; turn < 4; ++turn, rows = turned(rows))
        for (const auto& one : {rows, mirrored(rows), swapped(rows), swapped(mirrored(rows))})
          add(one, 0, 0);
    }
  }
  bool operator[](unsigned code) const { return known_[code]; }

 private:
  static std::string_view meaning(char c) {
    switch (c) {
      case '?':
        return ".XO#";
      case 'x':
        return ".O#";
      case 'o':
        return ".X#";
      case 'X':
        return "X";
      case 'O':
        return "O";
      case '#':
        return "#";
      default:
        return ".";
    }
  }
  void add(const std::string& rows, std::size_t place, unsigned code) {
    if (place == kPlaces.size()) {
      known_[code] = true;
      return;
    }
    for (const char c : meaning(rows[static_cast<std::size_t>(kPlaces[place])])) {
      const auto value = static_cast<unsigned>(std::string_view(".XO#").find(c));
      add(rows, place + 1, code | value << 2 * place);
    }
  }
  std::bitset<65536> known_;
};
const Patterns patterns;

}  // namespace

bool matches_pattern(const Board& board, Vertex v) {
  const int up = v - board.stride(), down = v + board.stride();
  const auto c = [&](Vertex n) { return static_cast<unsigned>(board.at(n)); };
  return patterns[c(up - 1) | c(up) << 2 | c(up + 1) << 4 | c(v - 1) << 6 | c(v + 1) << 8 |
                  c(down - 1) << 10 | c(down) << 12 | c(down + 1) << 14];
}

int liberties_after(const Board& board, Vertex v, Color c, int most) {
  std::array<Vertex, 8> seen;
  int count = 0;
  const auto add = [&](Vertex n) {
    if (n == v) return;
    for (int i = 0; i < count; ++i)
      if (seen[static_cast<std::size_t>(i)] == n) return;
    seen[static_cast<std::size_t>(count++)] = n;
  };
  most = std::min(most, 8);
  for (const Vertex n : board.neighbours(v)) {
    const Color there = board.at(n);
    if (there == kEmpty || (there == opponent(c) && board.in_atari(n))) add(n);
    if (count >= most) return count;
  }
  for (const Vertex n : board.neighbours(v)) {
    if (board.at(n) != c || board.in_atari(n)) continue;
    Vertex s = n;
    do {
      for (const Vertex l : board.neighbours(s)) {
        if (board.at(l) == kEmpty) add(l);
        if (count >= most) return count;
      }
      s = board.next(s);
    } while (s != n);
  }
  return count;
}

void add_saving_moves(const Board& board, Vertex stone, MoveList& out) {
  const Color c = board.at(stone);
  Vertex s = stone;
  do {
    for (const Vertex n : board.neighbours(s))
      if (board.at(n) == opponent(c) && board.in_atari(n)) {
        const Vertex take = board.last_liberty(n);
        if (take != board.ko()) out.add(take);
      }
    s = board.next(s);
  } while (s != stone);
  const Vertex out_to = board.last_liberty(stone);
  if (out_to != board.ko() && !is_self_atari(board, out_to, c)) out.add(out_to);
}

bool is_caught_in_ladder(const Board& board, Vertex stone) {
  Board trial = board;
  const Color c = trial.at(stone);
  for (int steps = 0; steps < 2 * board.points(); ++steps) {
    if (!trial.in_atari(stone)) return false;
    const Vertex run = trial.last_liberty(stone);
    const int after = liberties_after(trial, run, c, 3);
    if (after < 2) return true;
    if (after > 2) return false;
    trial.play(run, c);
    // Two liberties: the attacker takes the one from which the runner gets away further.
    std::array<Vertex, 2> liberty{};
    std::size_t count = 0;
    Vertex s = stone;
    do {
      for (const Vertex n : trial.neighbours(s))
        if (trial.at(n) == kEmpty && (count == 0 || n != liberty[0]) && count < 2)
          liberty[count++] = n;
      s = trial.next(s);
    } while (s != stone);
    if (count < 2) return count == 1;
    const auto room = [&](Vertex v) { return liberties_after(trial, v, c, 4); };
    const Vertex block = room(liberty[0]) >= room(liberty[1]) ? liberty[0] : liberty[1];
    if (!trial.keeps_liberties(block, opponent(c))) return false;
    trial.play(block, opponent(c));
    // The attacking stone must not be in atari itself.
    if (trial.in_atari(block)) return false;
  }
  return false;
}

}  // namespace sandlot::go
