#include "agents/tabular/exploration.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sandlot {
namespace {

bool allowed(std::span<const std::uint8_t> legal, std::size_t a) {
  return legal.empty() || legal[a] != 0;
}

}  // namespace

double max_value(std::span<const double> values, std::span<const std::uint8_t> legal) {
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t a = 0; a < values.size(); ++a)
    if (allowed(legal, a)) best = std::max(best, values[a]);
  return std::isfinite(best) ? best : 0;
}

void ExplorationSettings::fields(Fields& f) {
  f.choice("exploration", kind,
           {{"epsilon_greedy", ExplorationKind::epsilon_greedy},
            {"softmax", ExplorationKind::softmax},
            {"ucb", ExplorationKind::ucb}},
           "how actions are chosen while learning");
  f.when(kind == ExplorationKind::epsilon_greedy, "exploration: epsilon_greedy", [&] {
    f.schedule("epsilon", epsilon, "chance of a random action", Range::between(0, 1));
  });
  f.when(kind == ExplorationKind::softmax, "exploration: softmax", [&] {
    f.schedule("temperature", temperature, "high: all actions alike; low: the best one",
               Range::above(0));
  });
  f.when(kind == ExplorationKind::ucb, "exploration: ucb", [&] {
    f.schedule("confidence", confidence, "c in q + c √(ln Σ n / n)", Range::at_least(0));
  });
}

void Exploration::set_rates(std::int64_t step) {
  epsilon_ = settings_.epsilon.at(step);
  temperature_ = settings_.temperature.at(step);
  confidence_ = settings_.confidence.at(step);
}

void Exploration::probabilities(std::span<const double> values, std::span<const std::uint8_t> legal,
                                std::span<const std::uint32_t> visits,
                                std::span<double> out) const {
  const std::size_t n = values.size();
  scratch_.assign(values.begin(), values.end());
  double count = 0;
  for (std::size_t a = 0; a < n; ++a) count += allowed(legal, a);
  if (settings_.kind == ExplorationKind::ucb && !visits.empty()) {
    double total = 0;
    for (const auto v : visits) total += v;
    for (std::size_t a = 0; a < n; ++a)
      scratch_[a] =
          visits[a] == 0
              ? std::numeric_limits<double>::max()
              : values[a] + confidence_ * std::sqrt(std::log(std::max(total, 1.0)) / visits[a]);
  }
  const double best = max_value(scratch_, legal);
  if (settings_.kind == ExplorationKind::softmax) {
    double sum = 0;
    for (std::size_t a = 0; a < n; ++a)
      sum += out[a] = allowed(legal, a) ? std::exp((values[a] - best) / temperature_) : 0;
    if (!(sum > 0) || !std::isfinite(sum)) {
      for (std::size_t a = 0; a < n; ++a) out[a] = allowed(legal, a) / count;
      return;
    }
    for (std::size_t a = 0; a < n; ++a) out[a] /= sum;
    return;
  }
  double ties = 0;
  for (std::size_t a = 0; a < n; ++a) ties += allowed(legal, a) && scratch_[a] == best;
  double epsilon = settings_.kind == ExplorationKind::epsilon_greedy ? epsilon_ : 0;
  if (ties == 0) epsilon = 1;
  for (std::size_t a = 0; a < n; ++a)
    out[a] =
        !allowed(legal, a) ? 0 : epsilon / count + (scratch_[a] == best ? (1 - epsilon) / ties : 0);
}

int Exploration::choose(std::span<const double> values, std::span<const std::uint8_t> legal,
                        std::span<const std::uint32_t> visits, Random& random) {
  const std::size_t n = values.size();
  if (settings_.kind != ExplorationKind::epsilon_greedy) {
    chances_.resize(n);
    probabilities(values, legal, visits, chances_);
    return random.categorical(chances_);
  }
  // The same distribution as probabilities(), without the table of chances.
  const bool explore = epsilon_ > 0 && random.bernoulli(epsilon_);
  const double best = explore ? 0 : max_value(values, legal);
  std::uint32_t candidates = 0;
  for (std::size_t a = 0; a < n; ++a)
    candidates += allowed(legal, a) && (explore || values[a] == best);
  if (candidates == 0) return uniform_action(static_cast<int>(n), legal, random);
  std::uint32_t skip = candidates == 1 ? 0 : random.below(candidates);
  for (std::size_t a = 0; a < n; ++a)
    if (allowed(legal, a) && (explore || values[a] == best) && skip-- == 0)
      return static_cast<int>(a);
  return 0;
}

}  // namespace sandlot
