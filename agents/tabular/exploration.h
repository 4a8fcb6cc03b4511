// Exploration: how actions are chosen while learning.
#pragma once

#include <span>
#include <vector>

#include "sim/core/policy.h"
#include "sim/core/random.h"
#include "sim/core/schedule.h"
#include "sim/core/settings.h"

namespace sandlot {

enum class ExplorationKind { epsilon_greedy, softmax, ucb };

struct ExplorationSettings {
  ExplorationKind kind = ExplorationKind::epsilon_greedy;
  Schedule epsilon = 0.1;
  Schedule temperature = 1;
  Schedule confidence = 1;
  void fields(Fields& f);
};

// ε-greedy (Sutton & Barto 2018, section 2.2), softmax over values (equation 13.2) and upper
// confidence bounds, q + c √(ln Σ n / n) (equation 2.10, on the counts of a state's actions). Ties
// are broken at random. Where values are not finite, because learning has diverged, every legal
// action has the same chance.
class Exploration {
 public:
  explicit Exploration(const ExplorationSettings& settings) : settings_(settings) {}

  bool counts_visits() const { return settings_.kind == ExplorationKind::ucb; }
  void set_rates(std::int64_t step);
  // The probability of each action. `legal` is empty where all are; `visits` counts each action in
  // this state, for UCB.
  void probabilities(std::span<const double> values, std::span<const std::uint8_t> legal,
                     std::span<const std::uint32_t> visits, std::span<double> out) const;
  int choose(std::span<const double> values, std::span<const std::uint8_t> legal,
             std::span<const std::uint32_t> visits, Random& random);

 private:
  ExplorationSettings settings_;
  double epsilon_ = 0, temperature_ = 1, confidence_ = 1;
  mutable std::vector<double> scratch_;
  std::vector<double> chances_;
};

// The largest legal value; 0 where there is none that is finite.
double max_value(std::span<const double> values, std::span<const std::uint8_t> legal);

}  // namespace sandlot
