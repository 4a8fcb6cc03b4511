#include "envs/classic/connect_four_solver.h"

#include <algorithm>
#include <array>
#include <bit>

namespace sandlot::classic {

ConnectFourSolver::ConnectFourSolver(const ConnectFourRules::Board& board, std::size_t entries)
    : columns_(board.columns),
      rows_(board.rows),
      height_(board.rows + 1),
      keys_(entries),
      bounds_(entries) {
  const State state(board);
  for (int c = 0; c < columns_; ++c) {
    bottom_ |= Bits{1} << (c * height_);
    order_.push_back(state.ordered(c));
  }
  board_ = bottom_ * ((Bits{1} << rows_) - 1);
}

ConnectFourSolver::Bits ConnectFourSolver::mirrored(Bits bits) const {
  Bits out = 0;
  const Bits lowest = (Bits{1} << height_) - 1;
  for (int c = 0; c < columns_; ++c)
    out |= (bits >> (c * height_) & lowest) << ((columns_ - 1 - c) * height_);
  return out;
}

// The empty places that would make four.
ConnectFourSolver::Bits ConnectFourSolver::winning(Bits mine, Bits all) const {
  Bits found = (mine << 1) & (mine << 2) & (mine << 3);
  for (const int s : {height_ - 1, height_, height_ + 1}) {
    const Bits up = (mine << s) & (mine << 2 * s), down = (mine >> s) & (mine >> 2 * s);
    found |= up & (mine << 3 * s);
    found |= up & (mine >> s);
    found |= down & (mine << s);
    found |= down & (mine >> 3 * s);
  }
  return found & (board_ ^ all);
}

int ConnectFourSolver::value(const State& state, int alpha, int beta) {
  if (state.over()) return state.winner() < 0 ? 0 : state.winner() == state.to_move() ? 1 : -1;
  const Bits mine = state.discs(state.to_move()), all = mine | state.discs(1 - state.to_move());
  if ((winning(mine, all) & (all + bottom_)) != 0) return 1;
  return search(mine, all, std::popcount(all), alpha, beta);
}

// Who is to move has no win at once.
int ConnectFourSolver::search(Bits mine, Bits all, int count, int alpha, int beta) {
  ++positions_;
  if (count == columns_ * rows_) return 0;
  const Bits others = winning(mine ^ all, all);
  Bits moves = (all + bottom_) & board_;
  const Bits forced = moves & others;
  if (forced != 0) {
    if ((forced & (forced - 1)) != 0) return -1;  // two threats, of which one can be stopped
    moves = forced;
  }
  moves &= ~(others >> 1);  // not below a place where the other would win
  if (moves == 0) return -1;
  if (count >= columns_ * rows_ - 2) return 0;

  Bits key = mine + all + bottom_;
  if (count < 2 * columns_) {
    const Bits mirror = mirrored(mine) + mirrored(all) + bottom_;
    key = std::min(key, mirror);
  }
  const std::size_t slot = key % keys_.size();
  int low = -1, high = 1;
  if (keys_[slot] == key) {
    low = static_cast<int>(bounds_[slot] & 3) - 1;
    high = static_cast<int>(bounds_[slot] >> 2) - 1;
    if (low >= beta) return low;
    if (high <= alpha) return high;
    if (low == high) return low;
    alpha = std::max(alpha, low);
    beta = std::min(beta, high);
  }

  // Sorted by insertion: the most winning places first, the middle first among equals.
  std::array<Bits, 9> sorted{};
  std::array<int, 9> scores{};
  int n = 0;
  for (const int c : order_) {
    const Bits move = moves & column(c);
    if (move == 0) continue;
    const int score = std::popcount(winning(mine | move, all | move));
    int at = n++;
    for (; at > 0 && scores[static_cast<std::size_t>(at - 1)] < score; --at) {
      sorted[static_cast<std::size_t>(at)] = sorted[static_cast<std::size_t>(at - 1)];
      scores[static_cast<std::size_t>(at)] = scores[static_cast<std::size_t>(at - 1)];
    }
    sorted[static_cast<std::size_t>(at)] = move;
    scores[static_cast<std::size_t>(at)] = score;
  }
  int best = -1, floor = alpha;
  for (int i = 0; i < n && best < beta; ++i) {
    const Bits next = all | sorted[static_cast<std::size_t>(i)];
    best = std::max(best, -search(mine ^ all, next, count + 1, -beta, -floor));
    floor = std::max(floor, best);
  }
  if (best < beta) high = std::min(high, best);
  if (best > alpha) low = std::max(low, best);
  if (low > high) low = high = best;
  keys_[slot] = key;
  bounds_[slot] = static_cast<std::uint8_t>((low + 1) | (high + 1) << 2);
  return best;
}

}  // namespace sandlot::classic
