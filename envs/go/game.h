// A game of Go: the board, whose turn it is, the rules, and all that happened.
//
// Rules are those of Tromp & Taylor unless set otherwise: area scoring, positional superko, suicide
// of several stones allowed, two passes end the game.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "envs/go/board.h"

namespace sandlot::go {

// What may not be repeated: any position of stones, any with the same player to move, or only the
// one before the last move.
enum class Superko : std::uint8_t { positional, situational, simple };

struct Rules {
  Superko superko = Superko::positional;
  bool suicide = true;  // of two stones or more; of one stone where superko lets it
  double komi = 7.5;
  int most_moves = 0;  // passes included; the game is then scored as it stands. 0: no limit
};

struct Move {
  std::uint16_t vertex = kPass;
  Color color = kBlack;
  bool operator==(const Move&) const = default;
};

class Game {
 public:
  explicit Game(int size = 9, const Rules& rules = {});

  const Board& board() const { return board_; }
  const Rules& rules() const { return rules_; }
  void set_komi(double komi) { rules_.komi = komi; }
  int size() const { return board_.size(); }

  void clear();  // an empty board, Black to move
  // A stone that is no move, before the first one; superko counts from here. False where it would
  // stand on another one or take one.
  bool place(Vertex v, Color c);
  std::span<const Move> setup() const { return setup_; }  // what was placed
  void set_to_move(Color c);
  // Handicap stones for Black on their fixed places; White moves first. None are placed where the
  // board has no places for as many.
  void place_handicap(int stones);

  Color to_move() const { return to_move_; }
  bool is_legal(Vertex v) const { return is_legal(v, to_move_); }
  // Whether it would be, were it this colour's turn; passes always are. The end of the game is not
  // asked for.
  bool is_legal(Vertex v, Color c) const;
  // A legal move; the other colour is to move next.
  void play(Vertex v) { play(v, to_move_); }
  void play(Vertex v, Color c);
  bool undo();  // the last move; false before the first one

  int passes() const { return passes_; }  // in a row, up to now
  bool over() const {
    return passes_ >= 2 || (rules_.most_moves > 0 && move_count() >= rules_.most_moves);
  }
  int move_count() const { return static_cast<int>(records_.size()); }
  Move move(int i) const {
    const MoveRecord& r = records_[static_cast<std::size_t>(i)];
    return {r.vertex, r.color};
  }
  int last_taken() const { return records_.empty() ? 0 : records_.back().taken; }
  int prisoners(Color of) const { return prisoners_[of]; }  // stones of this colour taken
  // Black's points minus White's, komi included.
  double score() const { return board_.area() - rules_.komi; }

 private:
  std::uint64_t key(std::uint64_t stones, Color next) const;
  bool repeats(std::uint64_t position) const;

  Board board_;
  Rules rules_;
  Color to_move_ = kBlack;
  int passes_ = 0;
  std::array<int, 3> prisoners_{};
  std::vector<Move> setup_;
  std::vector<MoveRecord> records_;
  std::vector<std::uint16_t> taken_;
  std::vector<std::uint64_t> history_;  // keys of positions, the first one and after each move
  // A position that comes again has a stone where the last one was just played; so one stood there
  // before.
  std::array<bool, kVertices> was_occupied_{};
};

// "D4", "pass"; columns skip I, rows count from the bottom.
std::string vertex_name(Vertex v, int size);
// The same read, without regard to case. −1 for what is none on a board of this size.
Vertex vertex_of_name(std::string_view text, int size);

// The fixed places of GTP for 2 to 9 stones (GTP 2, section 4.1.1). Empty where the board has none
// for as many.
std::vector<Vertex> handicap_points(int size, int stones);

}  // namespace sandlot::go
