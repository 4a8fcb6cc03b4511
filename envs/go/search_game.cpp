#include "envs/go/search_game.h"

#include <algorithm>

#include "envs/go/observation.h"
#include "envs/go/playout.h"
#include "envs/go/tactics.h"

namespace sandlot::go {

SearchGame::SearchGame(const Game& game, const View& view) : game_(game), view_(view) {
  moves_.reserve(static_cast<std::size_t>(3 * game.board().points()));
  for (int i = 0; i < game.move_count(); ++i)
    moves_.push_back(game.board().point_of(game.move(i).vertex));
}

void SearchGame::candidates(std::vector<std::int32_t>& out) const {
  const Board& board = game_.board();
  const Color c = game_.to_move();
  out.clear();
  for (const auto v : board.empties())
    if (!board.is_eye(v, c) && game_.is_legal(v)) out.push_back(board.point_of(v));
  // In the order of the board, whatever was played and taken back before.
  std::sort(out.begin(), out.end());
  if (may_pass(out)) out.push_back(board.points());
}

bool SearchGame::may_pass(std::span<const std::int32_t> points) const {
  if (points.empty() || game_.passes() > 0) return true;
  const Board& board = game_.board();
  if (!view_.settled) return 2 * (board.stones(kBlack) + board.stones(kWhite)) >= board.points();
  return std::all_of(points.begin(), points.end(), [&](std::int32_t p) {
    return is_self_atari(board, board.vertex_of(p), game_.to_move());
  });
}

float value_of(double score, int points, double margin) {
  const double outcome = score > 0 ? 1 : score < 0 ? -1 : 0;
  return static_cast<float>((1 - margin) * outcome +
                            margin * std::clamp(score / points, -1.0, 1.0));
}

void SearchGame::restart() {
  game_.clear();
  game_.place_handicap(view_.handicap);
  moves_.clear();
}

void SearchGame::observe(std::span<float> out) const {
  if (view_.history > 0)
    write_planes(game_, view_.history, view_.color, out);
  else if (view_.pictures)
    write_feature_planes(game_, out);
  else
    write_features(game_, out);
}

std::vector<Symmetry> SearchGame::symmetries() const {
  if (view_.history == 0 && !view_.pictures) return {};
  return square_symmetries(game_.size(), 1);
}

void SearchGame::play(int action) {
  game_.play(game_.board().vertex_of(action));
  moves_.push_back(action);
}

// Even priors, moved by what is known of single moves, in the spirit of Gelly & Silver (2007),
// "Combining online and offline knowledge in UCT": each piece of knowledge counts as visits won or
// lost.
void SearchGame::priors(std::span<const std::int32_t> candidates, std::span<float> means,
                        std::span<float> visits) const {
  const Board& board = game_.board();
  const Color c = game_.to_move(), other = opponent(c);
  const int count = game_.move_count();
  const Vertex last = count > 0 ? Vertex{game_.move(count - 1).vertex} : kPass;
  const int size = board.size();
  const auto row = [&](Vertex v) { return v / board.stride() - 1; };
  const auto column = [&](Vertex v) { return v % board.stride() - 1; };
  MoveList saving;
  if (last != kPass)
    for (const Vertex n : board.neighbours(last))
      if (board.at(n) == c && board.in_atari(n)) add_saving_moves(board, n, saving);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    float won = 5, all = 10;
    const auto know = [&](float weight, bool good) {
      all += weight;
      if (good) won += weight;
    };
    const Vertex v = board.vertex_of(candidates[i]);
    if (v == kPass) {
      know(game_.passes() > 0 ? 5 : 20, false);
    } else {
      int taken = 0;
      for (const Vertex n : board.neighbours(v))
        if (board.at(n) == other && board.in_atari(n)) taken += board.string_size(n);
      if (taken > 0) know(taken == 1 ? 12 : 25, true);
      if (std::find(saving.vertices.begin(), saving.vertices.begin() + saving.count, v) !=
          saving.vertices.begin() + saving.count)
        know(15, true);
      if (taken == 0 && is_self_atari(board, v, c)) know(10, false);
      if (matches_pattern(board, v)) know(8, true);
      if (last != kPass) {
        const int dr = std::abs(row(v) - row(last)), dc = std::abs(column(v) - column(last));
        const int distance = dr + dc + std::max(dr, dc);  // as Coulom (2007) measures nearness
        if (distance <= 4) know(static_cast<float>(14 - 3 * distance), true);
      }
      const int line = std::min({row(v), column(v), size - 1 - row(v), size - 1 - column(v)});
      bool lonely = true;
      for (int r = std::max(0, row(v) - 2); r <= std::min(size - 1, row(v) + 2) && lonely; ++r)
        for (int k = std::max(0, column(v) - 2); k <= std::min(size - 1, column(v) + 2); ++k)
          lonely &= board.at(board.vertex(r, k)) == kEmpty;
      if (lonely && line <= 1) know(10, false);
      if (lonely && line == 2) know(6, true);
    }
    means[i] = won / all;
    visits[i] = all;
  }
}

float SearchGame::playout(Playouts kind, Random& random, Trace* trace) {
  if (game_.over()) return outcome();
  Board board = game_.board();
  const int most = 3 * board.points();
  const Color c = game_.to_move();
  const auto note = [&](Vertex v, Color by) {
    if (trace) trace->push_back(board.point_of(v) * 2 + (by == kBlack ? 0 : 1));
  };
  const int count = game_.move_count();
  const Vertex last = count > 0 ? Vertex{game_.move(count - 1).vertex} : kPass;
  const int area = kind == Playouts::uniform
                       ? Playout::uniform(board, c, random, most, note)
                       : Playout::heuristic(board, c, last, random, most, note);
  return value_of(area - game_.rules().komi, board.points(), view_.margin);
}

}  // namespace sandlot::go
