#include "envs/go/observation.h"

#include <algorithm>
#include <vector>

#include "envs/go/tactics.h"

namespace sandlot::go {
namespace {

struct Sight {
  const Game& game;
  const Board& board = game.board();
  Color me = game.to_move();

  void stone(Vertex v, std::span<float> f) const {
    const float sign = board.at(v) == me ? 1.0f : -1.0f;
    f[0] = sign;
    f[1] = sign * static_cast<float>(board.liberties(v, 4)) / 4;
    if (board.in_atari(v)) f[2] = sign * (is_caught_in_ladder(board, v) ? 1.0f : 0.5f);
  }
  void empty(Vertex v, std::span<float> f) const {
    int taken = 0;
    bool saves = false;
    std::array<Vertex, 4> seen{};
    std::size_t strings = 0;
    for (const Vertex n : board.neighbours(v)) {
      const Color there = board.at(n);
      if (there == kEmpty || there == kEdge || !board.in_atari(n)) continue;
      if (there == me) {
        saves = true;
      } else if (std::find(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(strings),
                           board.string_of(n)) ==
                 seen.begin() + static_cast<std::ptrdiff_t>(strings)) {
        seen[strings++] = board.string_of(n);
        taken += board.string_size(n);
      }
    }
    f[3] = static_cast<float>(std::min(taken, 4)) / 4;
    const bool weak = is_self_atari(board, v, me);
    f[4] = saves && !weak ? 1 : 0;
    f[5] = weak ? 1 : 0;
    f[6] = board.is_eye(v, me) ? 1.0f : board.is_eye(v, opponent(me)) ? -1.0f : 0.0f;
    f[7] = matches_pattern(board, v) ? 1 : 0;
  }
};

}  // namespace

void write_features(const Game& game, std::span<float> out) {
  std::fill(out.begin(), out.end(), 0.0f);
  const Sight sight{game};
  const Board& board = sight.board;
  for (int p = 0; p < board.points(); ++p) {
    const Vertex v = board.vertex_of(p);
    const auto f = out.subspan(static_cast<std::size_t>(p * kFeaturesPerPoint), kFeaturesPerPoint);
    if (board.at(v) == kEmpty)
      sight.empty(v, f);
    else
      sight.stone(v, f);
  }
  const auto f = out.last(kFeaturesOfGame);
  const auto points = static_cast<float>(board.points());
  const float sign = sight.me == kBlack ? 1.0f : -1.0f;
  f[0] = sign * static_cast<float>(board.stones(kBlack) - board.stones(kWhite)) / points;
  f[1] = std::clamp(-sign * static_cast<float>(game.rules().komi) / points, -1.0f, 1.0f);
  f[2] = game.passes() > 0 ? 1 : 0;
  f[3] = sign;
}

void write_feature_planes(const Game& game, std::span<float> out) {
  const auto points = static_cast<std::size_t>(game.board().points());
  thread_local std::vector<float> list;  // its memory is used again
  list.resize(points * kFeaturesPerPoint + kFeaturesOfGame);
  write_features(game, list);
  for (std::size_t f = 0; f < kFeaturesPerPoint; ++f)
    for (std::size_t p = 0; p < points; ++p) out[f * points + p] = list[p * kFeaturesPerPoint + f];
  for (std::size_t f = 0; f < kFeaturesOfGame; ++f) {
    const auto plane = out.subspan((kFeaturesPerPoint + f) * points, points);
    std::fill(plane.begin(), plane.end(), list[points * kFeaturesPerPoint + f]);
  }
}

void write_planes(const Game& game, int history, bool color, std::span<float> out) {
  const auto points = static_cast<std::size_t>(game.board().points());
  const Color me = game.to_move();
  std::fill(out.begin(), out.end(), 0.0f);
  const auto write = [&](const Board& board, std::size_t h) {
    const auto own = out.subspan(2 * h * points, points);
    const auto other = out.subspan((2 * h + 1) * points, points);
    for (std::size_t p = 0; p < points; ++p) {
      const Color there = board.at(board.vertex_of(static_cast<int>(p)));
      if (there == me) own[p] = 1;
      if (there == opponent(me)) other[p] = 1;
    }
  };
  write(game.board(), 0);
  if (history > 1) {
    thread_local Game back;  // its memory is used again
    back = game;
    for (int h = 1; h < history && back.undo(); ++h)
      write(back.board(), static_cast<std::size_t>(h));
  }
  if (color && me == kBlack) {
    const auto last = out.last(points);
    std::fill(last.begin(), last.end(), 1.0f);
  }
}

}  // namespace sandlot::go
