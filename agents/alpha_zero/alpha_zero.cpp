#include "agents/alpha_zero/alpha_zero.h"

#include <algorithm>
#include <cmath>

namespace sandlot {

AlphaZero::AlphaZero(const AlphaZeroSettings& settings, const EnvironmentSpec& spec, int copies,
                     Seed seed)
    : settings_(settings),
      spec_(spec),
      actions_(static_cast<std::size_t>(spec.action.n)),
      policy_(settings, spec,
              make_network(settings.architecture(spec), settings.optimizer,
                           settings.network.backend, derive(seed, "network"))),
      evaluator_(spec.observation, spec.action.n, settings.symmetric),
      games_(settings, spec, copies, seed),
      positions_(spec.observation, spec.action.n, settings.replay.capacity),
      random_(derive(seed, "learning")) {
  if (settings.gating.games > 0)
    candidate_ = make_network(settings.architecture(spec), settings.optimizer,
                              settings.network.backend, derive(seed, "network"));
  const auto batch = static_cast<std::size_t>(settings.batch);
  batch_.resize(batch);
  rows_.resize(batch * spec.observation.size());
  plain_.resize(spec.observation.size());
  visits_.resize(batch * actions_);
  gradient_.resize(batch * actions_);
}

std::vector<std::string> AlphaZero::metrics() const {
  std::vector<std::string> names{"policy_loss", "value_loss", "first_won"};
  if (settings_.self_play.resign.below < 0)
    names.insert(names.end(), {"resigned", "wrongly_resigned"});
  if (candidate_) names.emplace_back("match");
  return names;
}

std::string AlphaZero::describe() const {
  const Network& network = policy_.network();
  return network.architecture().describe() + ", " + std::to_string(network.parameter_count()) +
         " parameters, " + network.backend();
}

void AlphaZero::train(TrainingContext& training) {
  start_ = game_of(training.environment().environment(0));
  start_->restart();
  evaluator_.set_symmetries(start_->symmetries());
  games_.begin(*start_);
  while (training.proceed(*this)) {
    games_.play(evaluator_, policy_.network(), positions_);
    training.count(games_.size(), games_.finished());
    for (const EpisodeRecord& game : games_.finished())
      training.report("first_won", (game.episode_return + 1) / 2);
    if (games_.resignation().enabled() && !games_.finished().empty()) {
      training.report("resigned", static_cast<double>(games_.resigned()) /
                                      static_cast<double>(games_.finished().size()));
      training.report("wrongly_resigned", games_.resignation().wrong_share());
    }
    learn(training);
  }
}

void AlphaZero::learn(TrainingContext& training) {
  if (positions_.size() < static_cast<std::size_t>(settings_.replay.start)) return;
  owed_ += static_cast<double>(games_.added()) * settings_.reuse / settings_.batch;
  const double rate = settings_.optimizer.learning_rate.at(training.steps());
  for (; owed_ >= 1; owed_ -= 1) {
    for (std::size_t& i : batch_) i = random_.below(static_cast<std::uint32_t>(positions_.size()));
    const Losses losses = differentiate(batch_);
    learner().step(rate);
    training.report("policy_loss", losses.policy);
    training.report("value_loss", losses.value);
    if (candidate_ && ++since_match_ >= settings_.gating.every) gate(training);
  }
}

// A position as the network sees it, and the visits that go with it.
void AlphaZero::fill(std::size_t row, std::size_t position) {
  const std::size_t width = spec_.observation.size();
  const auto to = std::span(rows_).subspan(row * width, width);
  const auto visits = positions_.visits(position);
  const auto target = std::span(visits_).subspan(row * actions_, actions_);
  const auto& symmetries = evaluator_.symmetries();
  if (!settings_.augment || symmetries.empty()) {
    positions_.observation(position, to);
    std::copy(visits.begin(), visits.end(), target.begin());
    return;
  }
  const Symmetry& turned = symmetries[random_.below(static_cast<std::uint32_t>(symmetries.size()))];
  positions_.observation(position, plain_);
  transform(turned, plain_, to);
  for (std::size_t a = 0; a < actions_; ++a)
    target[static_cast<std::size_t>(turned.actions[a])] = visits[a];
}

AlphaZero::Losses AlphaZero::differentiate(std::span<const std::size_t> batch) {
  for (std::size_t k = 0; k < batch.size(); ++k) fill(k, batch[k]);
  NetworkInput input;
  input.rows = static_cast<int>(batch.size());
  input.values = rows_.data();
  if (spec_.observation.is_discrete()) {
    encode_rows(spec_.observation, input.rows, rows_.data(), encoded_);
    input.values = encoded_.data();
  }
  const float* const outputs = learner().forward(input);
  Losses losses;
  for (std::size_t k = 0; k < batch.size(); ++k) {
    const auto target = static_cast<double>(positions_.value(batch[k]));
    const Losses one = differentiate_row(outputs + k * actions_, k, batch.size(), target);
    losses.policy += one.policy / static_cast<double>(batch.size());
    losses.value += one.value / static_cast<double>(batch.size());
  }
  learner().backward(gradient_.data());
  return losses;
}

AlphaZero::Losses AlphaZero::differentiate_row(const float* outputs, std::size_t row,
                                               std::size_t rows, double target) {
  const auto visits = std::span(visits_).subspan(row * actions_, actions_);
  const auto gradient = std::span(gradient_).subspan(row * actions_, actions_);
  present_.clear();
  double all = 0, sum = 0;
  for (std::size_t a = 0; a < actions_; ++a) {
    sum += static_cast<double>(outputs[a]);
    if (visits[a] == Positions::kNoAction) continue;
    present_.push_back(static_cast<std::int32_t>(a));
    all += visits[a];
  }
  chances_.resize(present_.size());
  softmax_of({outputs, actions_}, present_, chances_);
  const auto count = static_cast<double>(rows), n = static_cast<double>(actions_);
  const double value = std::tanh(sum / n);
  const double error = value - target;
  const double by_mean = 2 * error * (1 - value * value) * settings_.value_weight;
  std::fill(gradient.begin(), gradient.end(), static_cast<float>(by_mean / (n * count)));
  Losses losses;
  losses.value = error * error;
  for (std::size_t i = 0; i < present_.size(); ++i) {
    const auto a = static_cast<std::size_t>(present_[i]);
    const double p = static_cast<double>(chances_[i]), wanted = visits[a] / all;
    if (wanted > 0) losses.policy -= wanted * std::log(std::max(p, 1e-30));
    gradient[a] += static_cast<float>((p - wanted) / count);
  }
  return losses;
}

void AlphaZero::gate(TrainingContext& training) {
  since_match_ = 0;
  const double score = match(*start_);
  training.report("match", score);
  if (score >= settings_.gating.win_rate) policy_.network().blend(*candidate_, 1);
}

double AlphaZero::match(const TwoPlayerGame& start) {
  const GatingSettings& gating = settings_.gating;
  std::vector<std::unique_ptr<TwoPlayerGame>> games;
  std::vector<PuctTree> trees;
  for (int i = 0; i < gating.games; ++i) {
    games.push_back(start.clone());
    trees.emplace_back(settings_.search);
  }
  double points = 0;
  int running = gating.games;
  for (int move = 0; running > 0; ++move) {
    // The candidate is player 0 in the games of even number.
    for (const int side : {0, 1}) {
      std::vector<PuctTree*> searched;
      std::vector<std::size_t> which;
      for (std::size_t i = 0; i < games.size(); ++i) {
        const bool candidates = (games[i]->player_to_move() == 0) == (i % 2 == 0);
        if (games[i]->over() || candidates != (side == 0)) continue;
        trees[i].forget();
        trees[i].set_root(*games[i]);
        searched.push_back(&trees[i]);
        which.push_back(i);
      }
      if (searched.empty()) continue;
      SearchBudget budget;
      budget.simulations.assign(searched.size(), gating.simulations);
      search_together(searched, std::move(budget), evaluator_,
                      side == 0 ? *candidate_ : policy_.network(), random_);
      const bool drawn = move < settings_.self_play.sampled_moves;
      for (const std::size_t i : which) {
        games[i]->play(draw_action(trees[i], drawn ? settings_.self_play.temperature : 0, random_));
        if (!games[i]->over()) continue;
        --running;
        const double outcome = static_cast<double>(games[i]->outcome());
        points += ((i % 2 == 0 ? outcome : -outcome) + 1) / 2;
      }
    }
  }
  return points / gating.games;
}

void AlphaZero::save(Writer& out) const {
  out.tag("alpha_zero");
  policy_.network().save(out);
  if (candidate_) candidate_->save(out);
  games_.save(out);
  positions_.save(out);
  random_.save(out);
  out.write(owed_);
  out.write(since_match_);
}

void AlphaZero::load(Reader& in) {
  in.expect_tag("alpha_zero");
  policy_.network().load(in);
  if (candidate_) candidate_->load(in);
  games_.load(in);
  positions_.load(in);
  random_.load(in);
  in.read(owed_);
  in.read(since_match_);
  if (!(owed_ >= 0 && owed_ < 1)) in.fail("more updates are owed than one");
  if (since_match_ < 0) in.fail("a count of updates is negative");
}

}  // namespace sandlot
