// Generalised advantages against their definition, a sum over what follows each step.
#include "agents/ppo/advantages.h"

#include <doctest/doctest.h>

#include <vector>

#include "sim/core/random.h"

using namespace sandlot;

namespace {

struct Example {
  int steps, rows;
  std::vector<float> rewards, values, tails, last_values;
  std::vector<Status> statuses;

  Example(int step_count, int row_count, Random& random) : steps(step_count), rows(row_count) {
    const auto size = static_cast<std::size_t>(steps * rows);
    for (auto* column : {&rewards, &values, &tails})
      for (std::size_t i = 0; i < size; ++i)
        column->push_back(static_cast<float>(random.normal()));
    for (int row = 0; row < rows; ++row)
      last_values.push_back(static_cast<float>(random.normal()));
    for (std::size_t i = 0; i < size; ++i) {
      const double u = random.uniform();
      statuses.push_back(u < 0.2 ? Status::terminated : u < 0.4 ? Status::truncated : Status::running);
    }
  }
  std::size_t at(int t, int row) const { return static_cast<std::size_t>(t * rows + row); }
  double next_value(int t, int row) const {
    switch (statuses[at(t, row)]) {
      case Status::terminated:
        return 0;
      case Status::truncated:
        return static_cast<double>(tails[at(t, row)]);
      case Status::running:
        break;
    }
    return static_cast<double>(t + 1 < steps ? values[at(t + 1, row)]
                                             : last_values[static_cast<std::size_t>(row)]);
  }
  // Σ (γλ)^k δ_{t+k} up to the end of the episode or of the rollout.
  double advantage(int t, int row, double discount, double lambda) const {
    double sum = 0, weight = 1;
    for (int k = t; k < steps; ++k) {
      sum += weight * (static_cast<double>(rewards[at(k, row)]) + discount * next_value(k, row) -
                       static_cast<double>(values[at(k, row)]));
      weight *= discount * lambda;
      if (statuses[at(k, row)] != Status::running) break;
    }
    return sum;
  }
  std::vector<float> computed(double discount, double lambda) const {
    std::vector<float> out(rewards.size());
    generalized_advantages({.steps = steps,
                            .rows = rows,
                            .rewards = rewards,
                            .values = values,
                            .statuses = statuses,
                            .tails = tails,
                            .last_values = last_values},
                           discount, lambda, out);
    return out;
  }
};

}  // namespace

TEST_CASE("advantages: as defined, with ends at random places") {
  Random random(4);
  for (int round = 0; round < 50; ++round) {
    const Example e(1 + static_cast<int>(random.below(20)), 1 + static_cast<int>(random.below(5)),
                    random);
    for (const double discount : {0.0, 0.9, 1.0}) {
      for (const double lambda : {0.0, 0.95, 1.0}) {
        const auto computed = e.computed(discount, lambda);
        for (int t = 0; t < e.steps; ++t)
          for (int row = 0; row < e.rows; ++row)
            CHECK(static_cast<double>(computed[e.at(t, row)]) ==
                  doctest::Approx(e.advantage(t, row, discount, lambda)).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("advantages: with λ = 1 and no ends they are returns less values") {
  Random random(5);
  Example e(6, 2, random);
  std::fill(e.statuses.begin(), e.statuses.end(), Status::running);
  const auto computed = e.computed(0.5, 1);
  for (int row = 0; row < 2; ++row) {
    double following = static_cast<double>(e.last_values[static_cast<std::size_t>(row)]);
    for (int t = 5; t >= 0; --t) {
      following = static_cast<double>(e.rewards[e.at(t, row)]) + 0.5 * following;
      CHECK(static_cast<double>(computed[e.at(t, row)] + e.values[e.at(t, row)]) ==
            doctest::Approx(following).epsilon(1e-5));
    }
  }
}
