// The rules of Go as they are written (Tromp & Taylor): nothing kept between moves but the
// positions themselves, every string found by flood fill. The slow twin of Game.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "envs/go/game.h"

namespace sandlot::go {

class NaiveGo {
 public:
  using Position = std::vector<int>;  // by point: 0 empty, 1 black, 2 white

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
  std::vector<int> around(int point) const {
    std::vector<int> list;
    const int row = point / size_, column = point % size_;
    if (row > 0) list.push_back(point - size_);
    if (row < size_ - 1) list.push_back(point + size_);
    if (column > 0) list.push_back(point - 1);
    if (column < size_ - 1) list.push_back(point + 1);
    return list;
  }
  std::set<int> region(const Position& where, int point) const {
    std::set<int> found{point};
    std::vector<int> open{point};
    while (!open.empty()) {
      const int p = open.back();
      open.pop_back();
      for (const int n : around(p))
        if (where[static_cast<std::size_t>(n)] == where[static_cast<std::size_t>(p)] &&
            found.insert(n).second)
          open.push_back(n);
    }
    return found;
  }
  int liberties_of(const Position& where, const std::set<int>& string) const {
    std::set<int> found;
    for (const int p : string)
      for (const int n : around(p))
        if (where[static_cast<std::size_t>(n)] == 0) found.insert(n);
    return static_cast<int>(found.size());
  }
  void remove_dead(Position& where, int color) const {
    std::vector<int> dead;
    for (std::size_t p = 0; p < where.size(); ++p)
      if (where[p] == color && liberties_of(where, region(where, static_cast<int>(p))) == 0)
        dead.push_back(static_cast<int>(p));
    for (const int p : dead) where[static_cast<std::size_t>(p)] = 0;
  }
  Position after(int point, int color) const {
    Position next = now_;
    next[static_cast<std::size_t>(point)] = color;
    remove_dead(next, 3 - color);
    remove_dead(next, color);
    return next;
  }
  bool reaches(int point, int color) const {
    for (const int p : region(now_, point))
      for (const int n : around(p))
        if (now_[static_cast<std::size_t>(n)] == color) return true;
    return false;
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
