// What becomes of the stones: judged by playouts, for scores and questions at the end of games that
// were not played out to the last capture.
#pragma once

#include <vector>

#include "envs/go/game.h"

namespace sandlot::go {

// By point: in which share of the playouts it ends up Black's, and in which nobody's.
struct Outlook {
  std::vector<float> black, neither;
};
Outlook outlook(const Game& game, int playouts, Random& random);

enum class Fate : std::uint8_t { alive, dead, seki };
// By point, of stones; `alive` for empty points. Strings stand or fall together: dead are those
// that end up the opponent's in more than 70% of the playouts, in seki living ones that have only
// shared points around them.
std::vector<Fate> fates(const Game& game, int playouts = 300, Seed seed = 1);

// Black's points minus White's, komi included, once dead stones are taken off: by area, or by
// territory (Japanese rules): a point for each empty point that only living stones of one colour
// reach, none of them in seki, and for each prisoner, dead stones included.
double settled_score(const Game& game);
double territory_score(const Game& game, const std::vector<Fate>& fates);
inline double territory_score(const Game& game) { return territory_score(game, fates(game)); }

}  // namespace sandlot::go
