#include "sim/cli/go_thoughts.h"

#include <cmath>
#include <limits>
#include <vector>

#include "envs/go/go.h"
#include "sim/core/episode.h"

namespace sandlot {

void tell_thoughts(Environment& world, std::span<const Consideration> considered,
                   std::span<const float> values) {
  auto* const board = dynamic_cast<Episode<go::Go>*>(&world);
  if (!board) return;
  constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();
  if (considered.empty()) return board->inner().set_thoughts({}, values);
  const auto actions = static_cast<std::size_t>(world.spec().action.n);
  std::vector<float> shares(actions, kNothing), expected(actions, kNothing);
  double all = 0;
  for (const Consideration& c : considered) all += static_cast<double>(c.visits);
  for (const Consideration& c : considered) {
    const auto a = static_cast<std::size_t>(c.action);
    if (c.visits <= 0) continue;
    shares[a] = static_cast<float>(static_cast<double>(c.visits) / all);
    expected[a] = static_cast<float>(c.value);
  }
  board->inner().set_thoughts(shares, expected);
}

std::optional<int> clicked_action(const Environment& world, const Scene& scene, Point click) {
  const auto* const board = dynamic_cast<const Episode<go::Go>*>(&world);
  if (!board) return std::nullopt;
  const go::Game& game = board->inner().state();
  const auto action = go::action_at(scene, game.size(), click);
  if (!action || game.over() || !game.is_legal(game.board().vertex_of(*action)))
    return std::nullopt;
  return action;
}

}  // namespace sandlot
