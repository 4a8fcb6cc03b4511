#include "agents/alpha_zero/games.h"

#include <algorithm>
#include <cmath>

namespace sandlot {

std::int32_t draw_action(const PuctTree& tree, double temperature, Random& random) {
  if (temperature <= 0) return tree.best_action();
  const auto children = tree.root_children();
  std::vector<double> weights;
  double most = 0;
  for (const auto& child : children) most = std::max(most, static_cast<double>(child.visits));
  if (most == 0) return tree.best_action();
  for (const auto& child : children)
    weights.push_back(std::pow(child.visits / most, 1 / temperature));
  return children[static_cast<std::size_t>(random.categorical(weights))].action;
}

SelfPlayGames::SelfPlayGames(const AlphaZeroSettings& settings, const EnvironmentSpec& spec,
                             int copies, Seed seed)
    : settings_(settings),
      observation_(spec.observation),
      actions_(static_cast<std::size_t>(spec.action.n)),
      resignation_(settings.self_play.resign),
      random_(derive(seed, "self-play")),
      row_(spec.observation.size()) {
  for (int i = 0; i < copies; ++i) {
    games_.emplace_back(settings.search, spec.observation);
    games_.back().plays_on = !resignation_.enabled() || random_.bernoulli(resignation_.play_on());
  }
}

void SelfPlayGames::begin(const TwoPlayerGame& start) {
  start_ = start.clone();
  for (SelfPlay& one : games_) {
    one.game = start.clone();
    for (const auto move : one.moves) {
      if (!one.game->over()) one.game->candidates(candidates_);
      if (one.game->over() ||
          std::find(candidates_.begin(), candidates_.end(), move) == candidates_.end())
        throw ArchiveError("a saved game has a move that cannot be");
      one.game->play(move);
    }
    if (one.game->over()) throw ArchiveError("a saved game is over");
    check_tree(one);
    if (!begun_) open(one);
  }
  begun_ = true;
}

// A tree that was loaded belongs to a position on the game's way.
void SelfPlayGames::check_tree(const SelfPlay& one) const {
  if (one.tree.empty()) return;
  const auto moves = one.tree.root_moves();
  const auto root = start_->clone();
  if (moves.size() > one.moves.size() || !std::equal(moves.begin(), moves.end(), one.moves.begin()))
    throw ArchiveError("a saved search is of another game");
  for (const auto move : moves) root->play(move);
  if (!one.tree.fits(*root)) throw ArchiveError("a saved search has a move that cannot be");
}

// The drawn moves at a game's start. Where they would end it, there are none.
void SelfPlayGames::open(SelfPlay& one) {
  if (settings_.self_play.random_moves == 0) return;
  const auto most = static_cast<std::uint32_t>(settings_.self_play.random_moves);
  for (auto left = random_.below(most + 1); left > 0; --left) {
    one.game->candidates(candidates_);
    const auto move = candidates_[random_.below(static_cast<std::uint32_t>(candidates_.size()))];
    one.game->play(move);
    one.moves.push_back(move);
    if (!one.game->over()) continue;
    one.game->assign(*start_);
    one.moves.clear();
    return;
  }
}

void SelfPlayGames::start(SelfPlay& one) {
  one.game->assign(*start_);
  one.moves.clear();
  one.visits.clear();
  one.movers.clear();
  one.lowest = {1, 1};
  one.plays_on = !resignation_.enabled() || random_.bernoulli(resignation_.play_on());
  open(one);
}

// Returns how many simulations the move gets.
std::int64_t SelfPlayGames::prepare(SelfPlay& one) {
  const SelfPlaySettings& s = settings_.self_play;
  one.fast = s.fast_simulations > 0 && random_.bernoulli(s.fast_share);
  if (!s.keep_tree) one.tree.forget();
  one.tree.set_root(*one.game);
  one.game->candidates(candidates_);
  if (candidates_.size() == 1) return 0;  // nothing to search for
  const std::int64_t known = std::max(one.tree.visits() - 1, 0);
  return std::max<std::int64_t>((one.fast ? s.fast_simulations : s.simulations - 1) - known, 0);
}

void SelfPlayGames::play(Evaluator& evaluator, Network& network, Positions& positions) {
  const SelfPlaySettings& s = settings_.self_play;
  finished_.clear();
  resigned_ = 0;
  added_ = 0;
  trees_.clear();
  unknown_.clear();
  SearchBudget budget;
  for (SelfPlay& one : games_) {
    budget.simulations.push_back(prepare(one));
    trees_.push_back(&one.tree);
    if (one.tree.evaluated()) continue;
    one.tree.descend();  // the root, which no game is over at
    unknown_.push_back(&one.tree);
  }
  if (!unknown_.empty()) evaluator.expand(unknown_, network, random_);
  for (SelfPlay& one : games_)
    if (!one.fast) one.tree.add_noise(s.noise_alpha, s.noise, random_);
  search_together(trees_, std::move(budget), evaluator, network, random_);
  for (std::size_t i = 0; i < games_.size(); ++i) {
    SelfPlay& one = games_[i];
    const int row = static_cast<int>(i), mover = one.game->player_to_move();
    if (!one.fast) remember(one);
    if (gives_up(one)) {
      ++resigned_;
      finish(one, row, mover == 0 ? -1.0f : 1.0f, positions);
      continue;
    }
    const bool drawn = static_cast<int>(one.moves.size()) < s.sampled_moves;
    const auto action = draw_action(one.tree, drawn ? s.temperature : 0, random_);
    one.game->play(action);
    one.moves.push_back(action);
    if (one.game->over()) finish(one, row, one.game->outcome(), positions);
  }
}

// Room for positions grows in powers of two.
std::size_t SelfPlayGames::room(std::size_t positions) const {
  std::size_t all = 16;
  while (all < positions) all *= 2;
  return all;
}

void SelfPlayGames::remember(SelfPlay& one) {
  const std::size_t n = one.movers.size();
  one.seen.resize(room(n + 1));
  one.game->observe(row_);
  one.seen.set(n, row_);
  one.movers.push_back(static_cast<std::uint8_t>(one.game->player_to_move()));
  one.visits.resize((n + 1) * actions_, Positions::kNoAction);
  const auto children = one.tree.root_children();
  for (const auto& child : children)
    one.visits[n * actions_ + static_cast<std::size_t>(child.action)] =
        static_cast<std::uint16_t>(children.size() == 1 ? 1 : child.visits);
}

// Where neither the position nor its best action promises enough.
bool SelfPlayGames::gives_up(SelfPlay& one) const {
  if (!resignation_.enabled()) return false;
  const int mover = one.game->player_to_move();
  double expected = one.tree.root().value(mover);
  for (const auto& child : one.tree.root_children())
    if (child.visits > 0) expected = std::max(expected, child.value(mover));
  double& lowest = one.lowest[static_cast<std::size_t>(mover)];
  lowest = std::min(lowest, expected);
  return !one.plays_on && expected < resignation_.threshold();
}

void SelfPlayGames::finish(SelfPlay& one, int row, float outcome, Positions& positions) {
  for (std::size_t i = 0; i < one.movers.size(); ++i)
    positions.add(one.seen, i, std::span(one.visits).subspan(i * actions_, actions_),
                  one.movers[i] == 0 ? outcome : -outcome);
  added_ += static_cast<std::int64_t>(one.movers.size());
  if (resignation_.enabled() && one.plays_on)
    for (const int player : {0, 1})
      resignation_.learn(one.lowest[static_cast<std::size_t>(player)],
                         player == 0 ? outcome < 0 : outcome > 0);
  EpisodeRecord record;
  record.row = row;
  record.episode_return = static_cast<double>(outcome);
  record.length = static_cast<std::int64_t>(one.moves.size());
  record.status = Status::terminated;
  finished_.push_back(record);
  start(one);
}

void SelfPlayGames::save(Writer& out) const {
  out.tag("games");
  random_.save(out);
  resignation_.save(out);
  for (const SelfPlay& one : games_) {
    out.write(one.moves);
    out.write(one.movers);
    out.write(one.visits);
    one.seen.save(out, one.movers.size());
    out.write(one.lowest);
    out.write(one.plays_on);
    if (settings_.self_play.keep_tree) one.tree.save(out);
  }
}

void SelfPlayGames::load(Reader& in) {
  begun_ = true;  // openings were drawn
  in.expect_tag("games");
  random_.load(in);
  resignation_.load(in);
  for (SelfPlay& one : games_) {
    in.read(one.moves);
    in.read(one.movers);
    in.read(one.visits);
    for (const auto player : one.movers)
      if (player > 1) in.fail("there is no such player");
    if (one.movers.size() > one.moves.size() || one.visits.size() != one.movers.size() * actions_)
      in.fail("a game does not have as many positions as moves");
    check_visits(in, one.visits, actions_);
    one.seen.load(in, one.movers.size());
    in.read(one.lowest);
    for (const double x : one.lowest)
      if (!(std::abs(x) <= 2)) in.fail("an expectation is out of its bounds");
    in.read(one.plays_on);
    if (settings_.self_play.keep_tree) one.tree.load(in);
  }
}

}  // namespace sandlot
