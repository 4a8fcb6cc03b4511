// The literature's figures, from the configs that show them. Each is compared within four standard
// errors of our own runs; the reference and what was measured stand beside each check.
#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "agents/tabular/planning.h"
#include "sim/cli/register_all.h"
#include "sim/config/experiment_config.h"
#include "sim/experiment/training.h"

using namespace sandlot;

namespace {

const Registry& registry() {
  static const Registry* all = [] {
    auto* r = new Registry;
    register_all(*r);
    return r;
  }();
  return *all;
}

ExperimentConfig config_of(const std::string& file, const std::string& variant,
                           const std::vector<std::string>& overrides = {}) {
  for (auto& config :
       load_config(registry(), std::string(SANDLOT_SOURCE_DIR "/configs/") + file, overrides))
    if (config.variant == variant) return config;
  FAIL("no variant " << variant);
  return {};
}

std::vector<TrainingOutcome> train(const ExperimentConfig& config, int seeds, int first = 1) {
  std::vector<TrainingOutcome> outcomes;
  for (int seed = first; seed < first + seeds; ++seed) {
    TrainingOptions options;
    options.keep_episodes = true;
    outcomes.push_back(TrainingRun(registry(), config, seed, options).run());
  }
  return outcomes;
}

struct Spread {
  double mean = 0, deviation = 0, error = 0;
};

Spread spread(const std::vector<double>& values) {
  Spread s;
  for (const double v : values) s.mean += v / static_cast<double>(values.size());
  double squares = 0;
  for (const double v : values) squares += (v - s.mean) * (v - s.mean);
  s.deviation = std::sqrt(squares / static_cast<double>(values.size() - 1));
  s.error = s.deviation / std::sqrt(static_cast<double>(values.size()));
  return s;
}

bool agrees(const std::string& what, const std::vector<double>& values, double reference) {
  const Spread s = spread(values);
  MESSAGE(what << ": " << s.mean << " sd " << s.deviation << " over " << values.size()
               << " seeds, reference " << reference);
  return std::abs(s.mean - reference) <= 4 * s.error;
}

// Mean return (or length) of episodes `from` … `to`, counted from 1, one value per seed.
std::vector<double> online(const std::vector<TrainingOutcome>& outcomes, std::size_t from,
                           std::size_t to, bool lengths = false) {
  std::vector<double> values;
  for (const auto& outcome : outcomes) {
    REQUIRE(outcome.episodes.size() >= to);
    double sum = 0;
    for (std::size_t e = from - 1; e < to; ++e)
      sum += lengths ? static_cast<double>(outcome.episodes[e].length)
                     : outcome.episodes[e].episode_return;
    values.push_back(sum / static_cast<double>(to - from + 1));
  }
  return values;
}

double greedy(const TrainingOutcome& outcome) { return outcome.evaluation.mean_return(); }

double share(const std::vector<TrainingOutcome>& outcomes, double value) {
  double count = 0;
  for (const auto& outcome : outcomes) count += greedy(outcome) == value;
  return count / static_cast<double>(outcomes.size());
}

// The mean over episodes of a column of metrics, where each row is one episode.
std::vector<double> mean_of_column(const std::vector<TrainingOutcome>& outcomes,
                                   const std::string& name) {
  std::vector<double> values;
  for (const auto& outcome : outcomes) {
    const auto at = std::find(outcome.columns.begin(), outcome.columns.end(), name);
    REQUIRE(at != outcome.columns.end());
    double sum = 0, count = 0;
    for (const auto& row : outcome.rows)
      if (const auto& cell = row[static_cast<std::size_t>(at - outcome.columns.begin())])
        sum += *cell, ++count;
    values.push_back(sum / count);
  }
  return values;
}

}  // namespace

TEST_CASE("cliff walking: online returns and greedy paths of example 6.6") {
  constexpr int kSeeds = 200;
  const auto q = train(config_of("classic/cliff_walking.yaml", "q_learning"), kSeeds);
  CHECK(agrees("Q-learning online", online(q, 401, 500), -50.0));
  CHECK(share(q, -13) == 1);
  const auto sarsa = train(config_of("classic/cliff_walking.yaml", "sarsa"), kSeeds);
  CHECK(agrees("SARSA online", online(sarsa, 401, 500), -26.8));
  // 78% safe paths and 15% loops in the reference: four binomial standard errors to each side.
  double loops = 0;
  for (const auto& outcome : sarsa) loops += outcome.evaluation.truncated_share() / kSeeds;
  MESSAGE("SARSA greedy: safe path " << share(sarsa, -17) << ", loops " << loops);
  CHECK(std::abs(share(sarsa, -17) - 0.78) < 4 * std::sqrt(0.78 * 0.22 / kSeeds));
  CHECK(std::abs(loops - 0.15) < 4 * std::sqrt(0.15 * 0.85 / kSeeds));
  const auto expected = train(config_of("classic/cliff_walking.yaml", "expected_sarsa"), kSeeds);
  CHECK(agrees("Expected SARSA online", online(expected, 401, 500), -20.8));
  CHECK(share(expected, -15) == 1);
}

TEST_CASE("windy gridworld: example 6.5, and its optima by value iteration") {
  auto config = config_of("classic/windy_gridworld.yaml", "four_moves");
  std::vector<double> completed;
  for (const auto& outcome : train(config, 100))
    completed.push_back(static_cast<double>(outcome.episodes_count));
  const Spread s = spread(completed);
  MESSAGE("episodes in 8,000 steps: " << s.mean << " sd " << s.deviation);
  // "About 160", sd 9.6: within a unit of the last digit given.
  CHECK(std::abs(s.mean - 160) < 5 + 4 * s.error);
  config.training.steps = 0;
  config.training.episodes = 500;
  CHECK(agrees("steps in episodes 301-500", online(train(config, 100), 301, 500, true), 20.5));
  const auto solve = [&](const std::vector<std::string>& overrides) {
    return greedy(
        train(config_of("classic/windy_gridworld.yaml", "value_iteration", overrides), 1).front());
  };
  CHECK(solve({}) == -15);
  CHECK(solve({"environment.kings_moves=true"}) == -7);
}

TEST_CASE("mountain car: n-step SARSA and SARSA(λ) with tile coding") {
  constexpr int kSeeds = 20;
  const auto n_step =
      train(config_of("classic/mountain_car.yaml", "n_step_sarsa", {"training.evaluate.every=0"}),
            kSeeds);
  CHECK(agrees("n-step, first 50 episodes", online(n_step, 1, 50, true), 230));
  const Spread late = spread(online(n_step, 401, 500, true));
  const auto lambda =
      train(config_of("classic/mountain_car.yaml", "sarsa_lambda", {"training.evaluate.every=0"}),
            kSeeds);
  const Spread first = spread(online(lambda, 1, 50, true)),
               last = spread(online(lambda, 401, 500, true));
  MESSAGE("n-step, episodes 401-500: "
          << late.mean << " sd " << late.deviation << "; SARSA(λ) first 50: " << first.mean
          << " sd " << first.deviation << ", 401-500: " << last.mean << " sd " << last.deviation);
  // "About 110": to within its last digit and our error.
  CHECK(std::abs(late.mean - 110) < 5 + 4 * late.error);
  CHECK(last.mean <= late.mean + 4 * (last.error + late.error));
}

TEST_CASE("random walk: the errors of example 6.2 and figure 7.2") {
  const auto final_error = [](const std::string& variant) {
    return spread(
        mean_of_column(train(config_of("classic/random_walk_5.yaml", variant), 100), "rms_error"));
  };
  // Over 100 episodes TD(0) is better than Monte Carlo at the step sizes of the book's figure.
  const Spread td = final_error("td_0.1"), mc = final_error("mc_0.02");
  MESSAGE("5 states, mean over 100 episodes: TD(0) " << td.mean << ", Monte Carlo " << mc.mean);
  CHECK(td.mean + 4 * (td.error + mc.error) < mc.mean);
  const auto ten = [](const std::string& variant) {
    return spread(
        mean_of_column(train(config_of("classic/random_walk_19.yaml", variant), 100), "rms_error"));
  };
  // Figure 7.2: at their best step sizes a middle n is better than one step and than many.
  const Spread n1 = ten("n_1"), n4 = ten("n_4"), n16 = ten("n_16"), l8 = ten("lambda_0.8");
  MESSAGE("19 states, ten episodes: n=1 " << n1.mean << ", n=4 " << n4.mean << ", n=16 " << n16.mean
                                          << ", lambda=0.8 " << l8.mean);
  CHECK(n4.mean < n1.mean);
  CHECK(n4.mean < n16.mean);
}

TEST_CASE("Dyna: planning shortens learning, the bonus finds the shortcut") {
  constexpr int kSeeds = 30;
  const auto n50 = train(config_of("classic/dyna_maze.yaml", "n_50"), kSeeds);
  const auto n0 = train(config_of("classic/dyna_maze.yaml", "n_0"), kSeeds);
  const Spread third = spread(online(n50, 3, 10, true)), slow = spread(online(n0, 3, 10, true));
  MESSAGE("steps in episodes 3-10: n=50 " << third.mean << " sd " << third.deviation << ", n=0 "
                                          << slow.mean);
  // The best path is 14 steps; with ε = 0.1 its expectation is some 10% more. Near it, not at it.
  CHECK(third.mean < 20);
  CHECK(slow.mean > 5 * third.mean);
  // Before the change, 16 steps a goal; after it, 10: who found it has more goals in the last 1,000
  // steps.
  const auto late_goals = [](const std::vector<TrainingOutcome>& outcomes) {
    std::vector<double> values;
    for (const auto& outcome : outcomes) {
      double goals = 0, step = 0;
      for (const auto& episode : outcome.episodes) {
        step += static_cast<double>(episode.length);
        goals += step > 5000;
      }
      values.push_back(goals);
    }
    return values;
  };
  const Spread plus =
      spread(late_goals(train(config_of("classic/shortcut_maze.yaml", "dyna_q_plus"), kSeeds)));
  const Spread plain =
      spread(late_goals(train(config_of("classic/shortcut_maze.yaml", "dyna_q"), kSeeds)));
  MESSAGE("goals in the last 1,000 steps: Dyna-Q+ " << plus.mean << " sd " << plus.deviation
                                                    << ", Dyna-Q " << plain.mean << " sd "
                                                    << plain.deviation);
  CHECK(plus.mean > plain.mean + 4 * (plus.error + plain.error));
}

TEST_CASE("FrozenLake, Taxi and Blackjack: what is attainable") {
  const auto returns = [](const ExperimentConfig& config, int seeds) {
    std::vector<double> values;
    for (const auto& outcome : train(config, seeds)) values.push_back(greedy(outcome));
    return values;
  };
  const Spread oracle =
      spread(returns(config_of("classic/frozen_lake.yaml", "value_iteration_4x4"), 5));
  MESSAGE("FrozenLake 4x4 by value iteration: " << oracle.mean << " sd " << oracle.deviation);
  CHECK(oracle.mean > 0.740 - 4 * oracle.error);
  CHECK(oracle.mean < 0.744 + 4 * oracle.error);
  const Spread large =
      spread(returns(config_of("classic/frozen_lake.yaml", "value_iteration_8x8"), 5));
  MESSAGE("FrozenLake 8x8 by value iteration: " << large.mean << " sd " << large.deviation);
  CHECK(std::abs(large.mean - 0.863) < 4 * large.error);
  const Spread lake = spread(returns(
      config_of("classic/frozen_lake.yaml", "q_learning_4x4", {"training.evaluate.every=0"}), 20));
  MESSAGE("FrozenLake 4x4 learnt: " << lake.mean << " sd " << lake.deviation);
  CHECK(std::abs(lake.mean - 0.742) < 0.002 + 4 * lake.error);
  // Settings were tried on seeds 1 to 3; these are others. 0.863 is the γ = 0.99 greedy policy's.
  std::vector<double> lake8;
  for (const auto& outcome :
       train(config_of("classic/frozen_lake.yaml", "q_learning_8x8", {"training.evaluate.every=0"}),
             20, 101))
    lake8.push_back(greedy(outcome));
  CHECK(agrees("FrozenLake 8x8 learnt", lake8, 0.863));
  auto taxi_config = config_of("classic/taxi.yaml", "", {"training.evaluate.every=0"});
  CHECK(agrees("Taxi", returns(taxi_config, 20), 7.93));
}

TEST_CASE("Blackjack: Monte Carlo ES finds the policy of figure 5.2") {
  const auto config =
      config_of("classic/blackjack.yaml", "exploring_starts", {"training.evaluate.every=0"});
  TrainingRun run(registry(), config, 1, {});
  run.run();
  const auto model = run.environment().environment(0).model();
  REQUIRE(model);
  const auto oracle = value_iteration(*model, {});
  int states = 0, close = 0, wrong = 0;
  for (int s = 0; s < model->states; ++s) {
    if (model->start[static_cast<std::size_t>(s)] <= 0)
      continue;  // exploring starts: the 200 of the book
    ++states;
    const float observation[] = {static_cast<float>(s)};
    std::int32_t action[] = {0};
    Random random;
    run.agent().policy().act(1, observation, {}, action, {}, random);
    const auto at = static_cast<std::size_t>(2 * s);
    const int best = oracle[at + 1] > oracle[at] ? 1 : 0;
    if (std::abs(oracle[at] - oracle[at + 1]) < 0.01)
      ++close;
    else
      wrong += action[0] != best;
  }
  MESSAGE("of " << states << " states " << close
                << " are too close to call; wrong in the others: " << wrong);
  CHECK(states == 200);
  CHECK(wrong == 0);
}

TEST_CASE("platformer: most seeds reach the flag of first_steps, with Q-learning and with SARSA") {
  // The settings were tried on seeds 1 to 5; these are others. The flag gives 100 on top of some
  // 1,020.
  constexpr int kSeeds = 20;
  const std::pair<std::string, std::string> all[] = {
      {"first_steps", "q_learning"},    {"first_steps", "sarsa"},
      {"features", "q_learning_table"}, {"features", "sarsa_table"},
      {"features", "q_learning_tiles"}, {"features", "sarsa_tiles"}};
  for (const auto& [file, variant] : all) {
    const auto config =
        config_of("platformer/" + file + ".yaml", variant, {"training.evaluate.every=0"});
    int reached = 0;
    std::vector<double> returns;
    for (const auto& outcome : train(config, kSeeds, 101)) {
      returns.push_back(greedy(outcome));
      reached += greedy(outcome) > 1100;
    }
    const Spread s = spread(returns);
    MESSAGE(file << "/" << variant << " reaches the flag in " << reached << " of " << kSeeds
                 << " seeds, return " << s.mean << " sd " << s.deviation);
    CHECK(reached > kSeeds / 2);
  }
}
