// The rules of Go as they are written (Tromp & Taylor): nothing kept between moves but the
// positions themselves, every string found by flood fill. The slow twin of Game, for boards of up
// to 64 points.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "envs/go/game.h"

namespace sandlot::go {

class NaiveGo {
 public:
  using Position = std::vector<std::uint8_t>;  // by point: 0 empty, 1 black, 2 white

  NaiveGo(int size, const Rules& rules)
      : size_(size), rules_(rules), now_(static_cast<std::size_t>(size * size)) {
    remember();
  }

  const Position& position() const { return now_; }
  int to_move() const { return to_move_; }
  bool over() const { return passes_ >= 2; }

  // A point, or size² for a pass.
  bool is_legal(int point, int color) const {
    if (point == size_ * size_) return true;
    if (now_[static_cast<std::size_t>(point)] != 0) return false;
    const Position next = after(point, color);
    const bool suicide = next[static_cast<std::size_t>(point)] == 0;
    if (suicide && !rules_.suicide) return false;
    if (rules_.superko == Superko::simple) {
      // Not what was there before the opponent's last stone, nor what is there now.
      if (next == now_) return false;
      return !(last_was_stone_ && next == past_[past_.size() - 2]);
    }
    for (std::size_t i = 0; i < past_.size(); ++i)
      if (past_[i] == next &&
          (rules_.superko == Superko::positional || next_player_[i] == 3 - color))
        return false;
    return true;
  }
  void play(int point, int color) {
    last_was_stone_ = point != size_ * size_;
    if (last_was_stone_) {
      now_ = after(point, color);
      passes_ = 0;
    } else {
      ++passes_;
    }
    to_move_ = 3 - color;
    remember();
  }
  int area() const {
    int difference = 0;
    for (std::size_t p = 0; p < now_.size(); ++p) {
      const bool black = now_[p] == 1 || (now_[p] == 0 && reaches(static_cast<int>(p), 1));
      const bool white = now_[p] == 2 || (now_[p] == 0 && reaches(static_cast<int>(p), 2));
      difference += static_cast<int>(black) - static_cast<int>(white);
    }
    return difference;
  }
  int liberties(int point) const { return liberties_of(now_, region(now_, point)); }

 private:
  using Points = std::uint64_t;  // a bit for each
  static Points bit(int point) { return Points{1} << point; }
  template <class Do>
  static void for_each(Points points, Do what) {
    for (; points != 0; points &= points - 1) what(std::countr_zero(points));
  }

  Points around(int point) const {
    const int row = point / size_, column = point % size_;
    Points all = 0;
    if (row > 0) all |= bit(point - size_);
    if (row < size_ - 1) all |= bit(point + size_);
    if (column > 0) all |= bit(point - 1);
    if (column < size_ - 1) all |= bit(point + 1);
    return all;
  }
  Points region(const Position& where, int point) const {
    Points found = bit(point);
    for (Points open = found; open != 0;) {
      const int p = std::countr_zero(open);
      open &= open - 1;
      for_each(around(p) & ~found, [&](int n) {
        if (where[static_cast<std::size_t>(n)] != where[static_cast<std::size_t>(p)]) return;
        found |= bit(n);
        open |= bit(n);
      });
    }
    return found;
  }
  int liberties_of(const Position& where, Points string) const {
    Points beside = 0;
    for_each(string, [&](int p) { beside |= around(p); });
    int count = 0;
    for_each(beside, [&](int n) { count += where[static_cast<std::size_t>(n)] == 0; });
    return count;
  }
  void remove_dead(Position& where, int color) const {
    Points seen = 0, dead = 0;
    for (int p = 0; p < size_ * size_; ++p) {
      if (where[static_cast<std::size_t>(p)] != color || (seen & bit(p)) != 0) continue;
      const Points string = region(where, p);
      seen |= string;
      if (liberties_of(where, string) == 0) dead |= string;
    }
    for_each(dead, [&](int p) { where[static_cast<std::size_t>(p)] = 0; });
  }
  Position after(int point, int color) const {
    Position next = now_;
    next[static_cast<std::size_t>(point)] = static_cast<std::uint8_t>(color);
    remove_dead(next, 3 - color);
    remove_dead(next, color);
    return next;
  }
  bool reaches(int point, int color) const {
    bool found = false;
    for_each(region(now_, point), [&](int p) {
      for_each(around(p),
               [&](int n) { found = found || now_[static_cast<std::size_t>(n)] == color; });
    });
    return found;
  }
  void remember() {
    past_.push_back(now_);
    next_player_.push_back(to_move_);
  }

  int size_;
  Rules rules_;
  Position now_;
  int to_move_ = 1;
  int passes_ = 0;
  bool last_was_stone_ = false;
  std::vector<Position> past_;
  std::vector<int> next_player_;
};

}  // namespace sandlot::go
