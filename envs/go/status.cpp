#include "envs/go/status.h"

#include "envs/go/playout.h"

namespace sandlot::go {

Outlook outlook(const Game& game, int playouts, Random& random) {
  const int points = game.board().points();
  Outlook found;
  found.black.resize(static_cast<std::size_t>(points));
  found.neither.resize(found.black.size());
  std::vector<std::uint8_t> owner(found.black.size());
  const int count = game.move_count();
  const Vertex last = count > 0 ? Vertex{game.move(count - 1).vertex} : kPass;
  const float one = 1 / static_cast<float>(playouts);
  for (int i = 0; i < playouts; ++i) {
    Board board = game.board();
    Playout::heuristic(board, game.to_move(), last, random, 3 * points, [](Vertex, Color) {});
    board.owners(owner);
    for (std::size_t p = 0; p < owner.size(); ++p) {
      if (owner[p] == kBlack) found.black[p] += one;
      if (owner[p] == kEmpty) found.neither[p] += one;
    }
  }
  return found;
}

std::vector<Fate> fates(const Game& game, int playouts, Seed seed) {
  Random random(seed);
  const Board& board = game.board();
  const Outlook found = outlook(game, playouts, random);
  std::vector<Fate> fate(found.black.size(), Fate::alive);
  const auto point = [&](Vertex v) { return static_cast<std::size_t>(board.point_of(v)); };
  for (int p = 0; p < board.points(); ++p) {
    const Vertex name = board.vertex_of(p);
    if (board.at(name) == kEmpty || board.string_of(name) != name) continue;
    float lost = 0;
    bool shared = true;
    Vertex s = name;
    do {
      const float white = 1 - found.black[point(s)] - found.neither[point(s)];
      lost += board.at(name) == kBlack ? white : found.black[point(s)];
      for (const Vertex n : board.neighbours(s))
        if (board.at(n) == kEmpty) shared &= found.neither[point(n)] > 0.5f;
      s = board.next(s);
    } while (s != name);
    lost /= static_cast<float>(board.string_size(name));
    const Fate end = lost > 0.7f ? Fate::dead : shared ? Fate::seki : Fate::alive;
    do {
      fate[point(s)] = end;
      s = board.next(s);
    } while (s != name);
  }
  return fate;
}

double settled_score(const Game& game) {
  const auto fate = fates(game);
  Game settled(game.size(), game.rules());
  for (int p = 0; p < game.board().points(); ++p) {
    const Vertex v = game.board().vertex_of(p);
    if (game.board().at(v) != kEmpty && fate[static_cast<std::size_t>(p)] != Fate::dead)
      settled.place(v, game.board().at(v));
  }
  return settled.score();
}

double territory_score(const Game& game, const std::vector<Fate>& fates) {
  const Board& board = game.board();
  const auto points = static_cast<std::size_t>(board.points());
  double score = game.prisoners(kWhite) - game.prisoners(kBlack) - game.rules().komi;
  std::vector<Color> left(points);  // without the dead
  for (std::size_t p = 0; p < points; ++p) {
    left[p] = board.at(board.vertex_of(static_cast<int>(p)));
    if (left[p] == kEmpty || fates[p] != Fate::dead) continue;
    score += left[p] == kWhite ? 1 : -1;
    left[p] = kEmpty;
  }
  std::vector<bool> seen(points);
  std::vector<std::size_t> region;
  for (std::size_t p = 0; p < points; ++p) {
    if (left[p] != kEmpty || seen[p]) continue;
    region.assign(1, p);
    seen[p] = true;
    bool black = false, white = false, shared = false;
    for (std::size_t i = 0; i < region.size(); ++i) {
      for (const Vertex n : board.neighbours(board.vertex_of(static_cast<int>(region[i])))) {
        if (board.at(n) == kEdge) continue;
        const auto q = static_cast<std::size_t>(board.point_of(n));
        if (left[q] == kEmpty) {
          if (!seen[q]) region.push_back(q);
          seen[q] = true;
        } else {
          (left[q] == kBlack ? black : white) = true;
          shared = shared || fates[q] == Fate::seki;
        }
      }
    }
    if (black != white && !shared) score += (black ? 1 : -1) * static_cast<double>(region.size());
  }
  return score;
}

}  // namespace sandlot::go
