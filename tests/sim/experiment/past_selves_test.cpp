// Runs that play against their own past.
#include <doctest/doctest.h>

#include "sim/experiment/evaluation.h"
#include "sim/experiment/trained_policy.h"
#include "tests/sim/experiment/helpers.h"
#include "tests/sim/experiment/runs.h"

using namespace sandlot;

namespace {

std::string config_of(const std::string& agent) {
  return "name: small\nseed: 7\nenvironment: {name: go, size: 3, komi: 0.5, history: 1, copies: 2, "
         "opponent: self, pool: {every: 150, size: 3, latest: 0.4}, practice: {random: 0.2}, "
         "wrappers: {step_limit: 40}}\nagent: " +
         agent +
         "\ntraining: {steps: 1200, evaluate: {every: 600, episodes: 3}, checkpoint: {every: 300}, "
         "log: {every: 300}}\n";
}

const std::string kDqn =
    "{name: dqn, value_function: {learner: mlp, hidden: [8]}, learning_starts: 100, replay: "
    "{capacity: 1000}, augment: true}";

std::string problems_of(const std::string& config, const std::vector<std::string>& overrides = {}) {
  try {
    parse_config(all_registered(), config, "test.yaml", overrides);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("past selves: a run that is broken off goes on with the same bytes") {
  for (const std::string& agent :
       {kDqn, std::string("{name: genetic_algorithm, population: 7, elites: 2, hidden: [4]}"),
        std::string("{name: ppo, horizon: 32, epochs: 1}"),
        std::string("{name: td_control, method: sarsa, value_function: {learner: sgd_linear}}")}) {
    CAPTURE(agent);
    const bool masks = agent.find("td_control") == std::string::npos;
    const std::string illegal = std::string("environment.illegal=") + (masks ? "masked" : "pass");
    const TemporaryFolder a, b;
    train(a.path(), config_of(agent), false, {illegal});
    train(b.path(), config_of(agent), false, {illegal, "training.steps=600"});
    train(b.path(), config_of(agent), true, {illegal});
    const RunFolder one(a / "small/7"), other(b / "small/7");
    CHECK(text_of(one.metrics()) == text_of(other.metrics()));
    CHECK(text_of(one.policy()) == text_of(other.policy()));
    CHECK(text_of(one.list_checkpoints().back()) == text_of(other.list_checkpoints().back()));
  }
}

TEST_CASE("past selves: the number of threads changes nothing") {
  for (const std::string& agent :
       {kDqn, std::string("{name: genetic_algorithm, population: 7, elites: 2, hidden: [4]}")}) {
    CAPTURE(agent);
    std::string alone;
    for (const int threads : {1, 2, 3}) {
      const TemporaryFolder root;
      train(root.path(), config_of(agent), false,
            {"environment.threads=" + std::to_string(threads)});
      const RunFolder run(root / "small/7");
      const std::string all =
          text_of(run.metrics()) + text_of(run.policy()) + text_of(run.list_checkpoints().back());
      if (threads == 1) alone = all;
      CHECK(all == alone);
    }
  }
}

TEST_CASE("past selves: they change what is learnt, and are none of those whom it is measured by") {
  const std::vector<std::string> other{"environment.opponent=heuristic", "environment.pool=null"};
  const TemporaryFolder a, b;
  train(a.path(), config_of(kDqn));
  train(b.path(), config_of(kDqn), false, other);
  const RunFolder run(a / "small/7");
  CHECK(text_of(run.policy()) != text_of(RunFolder(b / "small/7").policy()));
  const auto self = parse_config(all_registered(), config_of(kDqn), "test.yaml", {}).front();
  const auto heuristic =
      parse_config(all_registered(), config_of(kDqn), "test.yaml", other).front();
  TrainedPolicy trained(self, run.policy());
  const Evaluation one = evaluate(self, self.environment, trained.policy(), 5, 20);
  const Evaluation same = evaluate(heuristic, heuristic.environment, trained.policy(), 5, 20);
  for (std::size_t i = 0; i < one.episodes.size(); ++i) {
    CHECK(one.episodes[i].actions == same.episodes[i].actions);
    CHECK(one.episodes[i].episode_return == same.episodes[i].episode_return);
  }
}

TEST_CASE("past selves: agents and wrappers that cannot have any are refused") {
  CHECK(problems_of(config_of(kDqn)).empty());
  const std::string search = problems_of(config_of("{name: mcts}"));
  CHECK(search.find("agent.name: learns nothing from games against its past selves "
                    "(environment.opponent: self): expected another opponent") !=
        std::string::npos);
  const std::string stacked = problems_of(config_of(kDqn), {"environment.wrappers.frame_stack=2"});
  CHECK(stacked.find("frame_stack: past selves (environment.opponent: self) see the world's own "
                     "observations: expected 1") != std::string::npos);
}

TEST_CASE(
    "past selves: unseen worlds have none, whoever is set there, and the run's config says so") {
  const std::vector<std::string> random{"unseen.opponent=random"};
  const auto config = parse_config(all_registered(), config_of(kDqn), "test.yaml", random).front();
  CHECK(!config.unseen.environment.world->spec({}).past_selves);
  CHECK(config.environment.world->spec({}).past_selves);
  const std::string resolved = config.resolved(all_registered());
  CHECK(parse_config(all_registered(), resolved, "config.yaml", {})
            .front()
            .resolved(all_registered()) == resolved);
  // What is said there itself must apply.
  const std::string wrong =
      problems_of(config_of(kDqn), {"unseen.opponent=random", "unseen.pool.size=2"});
  CHECK(wrong.find("unseen.pool: applies only with opponent: self") != std::string::npos);
}
