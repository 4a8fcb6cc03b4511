#include "sim/experiment/training.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "sim/experiment/report.h"
#include "sim/experiment/trained_policy.h"
#include "tests/sim/experiment/helpers.h"
#include "tests/sim/experiment/runs.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

const std::string kConfig =
    "name: small\n"
    "description: a <small> run\n"
    "seed: 7\n"
    "environment: {name: cliff_walking, copies: 2}\n"
    "agent: {name: q_learning, step_size: 0.5}\n"
    "training:\n"
    "  steps: 8000\n"
    "  evaluate: {every: 4000, episodes: 3, step_limit: 100}\n"
    "  checkpoint: {every: 1000, keep: 3}\n"
    "  log: {every: 500}\n";

void flip_a_bit(const fs::path& path) {
  std::string text = text_of(path);
  text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 4);
  write_text(path, text);
}

}  // namespace

TEST_CASE("training: damaged checkpoints fall back on the one before and end the same") {
  const TemporaryFolder a, b;
  train(a.path(), kConfig);
  train(b.path(), kConfig);
  const RunFolder run(b / "small/7");
  const std::string unbroken = contents(a / "small/7");
  CHECK(contents(run.path()) == unbroken);
  const auto checkpoints = run.list_checkpoints();
  REQUIRE(checkpoints.size() == 3);
  flip_a_bit(checkpoints[2]);
  fs::resize_file(checkpoints[1], fs::file_size(checkpoints[1]) - 9);
  // What a killed process may leave behind.
  fs::remove(run.policy());
  write_text(run.checkpoints() / "000000009000.ckpt.partial", "torn");
  write_text(run.checkpoints() / "000000000123.events", "an orphan");
  write_text(run.metrics(), text_of(run.metrics()) + "8500,1");
  const Trained trained = train(b.path(), kConfig, true);
  REQUIRE(trained.messages.size() == 3);
  CHECK(trained.messages[0].starts_with(checkpoints[2].string() + ": "));
  CHECK(trained.messages[0].ends_with("; trying the checkpoint before"));
  CHECK(trained.messages[1].starts_with(checkpoints[1].string() + ": "));
  CHECK(trained.messages[2] == "small, seed 7: goes on at 6000 steps");
  CHECK(contents(run.path()) == unbroken);
  CHECK(!fs::exists(run.checkpoints() / "000000000123.events"));

  for (const auto& path : run.list_checkpoints()) flip_a_bit(path);
  const std::string none =
      run.path().string() + ": no checkpoint is whole; --overwrite starts anew";
  CHECK_THROWS_WITH_AS(train(b.path(), kConfig, true), none.c_str(), std::runtime_error);
}

TEST_CASE(
    "training: killed between the last checkpoint and the policy, the policy is made up for") {
  const TemporaryFolder root;
  train(root.path(), kConfig);
  const RunFolder run(root / "small/7");
  const std::string policy = text_of(run.policy());
  fs::remove(run.policy());
  const Trained trained = train(root.path(), kConfig, true);
  CHECK(trained.outcome.finished);
  CHECK(text_of(run.policy()) == policy);
}

TEST_CASE("training: a metrics file shorter than the checkpoint says falls back too") {
  const TemporaryFolder a, b;
  train(a.path(), kConfig);
  train(b.path(), kConfig);
  const RunFolder run(b / "small/7");
  const std::string text = text_of(run.metrics());
  write_text(run.metrics(), text.substr(0, text.find("\n6500,") + 5));
  train(b.path(), kConfig, true);
  CHECK(contents(run.path()) == contents(a / "small/7"));
}

TEST_CASE("training: what may not be overwritten or changed is refused") {
  const TemporaryFolder root;
  train(root.path(), kConfig);
  const std::string run = (root / "small/7").string();
  const std::string before = contents(run);
  const std::string there =
      run + ": there is a run already; --resume goes on with it, --overwrite starts anew";
  CHECK_THROWS_WITH_AS(train(root.path(), kConfig), there.c_str(), ConfigError);
  const std::string other = run +
                            ": the run was made with other settings: 'step_size: 0.5' then, "
                            "'step_size: 0.25' now; only the training section may change";
  CHECK_THROWS_WITH_AS(train(root.path(), kConfig, true, {"agent.step_size=0.25"}), other.c_str(),
                       ConfigError);
  const std::string unit = run + ": the run's budget counts in steps";
  CHECK_THROWS_WITH_AS(
      train(root.path(), kConfig, true, {"training.steps=0", "training.episodes=10"}), unit.c_str(),
      ConfigError);
  CHECK(contents(run) == before);
}

TEST_CASE("training: an agent that spreads its work over threads ends with the bytes of one") {
  for (const char* agent : {"{name: genetic_algorithm, population: 7, elites: 2, hidden: [4]}",
                            "{name: neat, population: 10}"}) {
    const std::string config = std::string("name: small\nseed: 7\n") +
                               "environment: {name: cart_pole, copies: 2}\nagent: " + agent +
                               "\ntraining: {steps: 8000, evaluate: {every: 4000, episodes: 3}, "
                               "checkpoint: {every: 2000}}\n";
    CAPTURE(agent);
    std::string one;
    for (const int threads : {1, 2, 3, 9}) {
      const TemporaryFolder root;
      train(root.path(), config, false, {"environment.threads=" + std::to_string(threads)});
      const RunFolder run(root / "small/7");
      const std::string all =
          text_of(run.metrics()) + text_of(run.policy()) + text_of(run.list_checkpoints().back());
      if (threads == 1) one = all;
      CHECK(all == one);
    }
  }
}

TEST_CASE("training: a longer budget goes on as if it had been longer from the start") {
  const TemporaryFolder a, b;
  train(a.path(), kConfig, false, {"training.steps=12000"});
  train(b.path(), kConfig);
  train(b.path(), kConfig, true, {"training.steps=12000"});
  CHECK(contents(a / "small/7") == contents(b / "small/7"));
}

TEST_CASE("training: the goal and unseen worlds are measured beside the return") {
  const TemporaryFolder root;
  // On a lake the reward is 1 at the goal and 0 elsewhere.
  const std::string config =
      "name: lake\n"
      "environment: {name: frozen_lake, map: custom, slippery: false,\n"
      "  rows: [SFFF, FFFF, FFFF, FFFG]}\n"
      "unseen: {slippery: true, rows: [SFFF, FHFH, FFFH, HFFG]}\n"
      "agent: {name: q_learning, step_size: 0.2, epsilon: 1}\n"
      "training:\n"
      "  steps: 20000\n"
      "  evaluate: {every: 10000, episodes: 40, step_limit: 100}\n";
  const Trained trained = train(root.path(), config);
  const RunFolder run(root / "lake/1");
  const MetricsTable table = read_metrics(run.metrics());
  const auto last = [&](const std::string& column) {
    REQUIRE(table.column(column) >= 0);
    return table.rows.back()[static_cast<std::size_t>(table.column(column))];
  };
  CHECK(last("eval_goal") == 1);
  CHECK(last("eval_return") == 1);
  CHECK(last("unseen_return") < 1);
  CHECK(last("unseen_goal") == doctest::Approx(last("unseen_return")));
  CHECK(trained.outcome.evaluation.goal_share() == 1);
  REQUIRE(trained.outcome.unseen);
  CHECK(trained.outcome.unseen->goal_share() == doctest::Approx(last("unseen_goal")));
  write_report(all_registered(), find_runs(root.path()), root / "report.html");
  const std::string html = text_of(root / "report.html");
  for (const char* heading : {"<th>goal reached</th>", "<th>return, unseen</th>",
                              "<th>goal, unseen</th>", "in unseen worlds that reach the goal"})
    CHECK(html.find(heading) != std::string::npos);
  train(root.path(), kConfig, false, {"environment.name=blackjack", "training.steps=500"});
  const MetricsTable without = read_metrics(root / "small/7/metrics.csv");
  CHECK(without.column("eval_goal") < 0);
  CHECK(without.column("unseen_return") < 0);
}

TEST_CASE("training: a world's own figures are columns, with observations normalised as without") {
  const std::string config =
      "name: town\n"
      "environment: {name: city, autopilot: true, time_limit: 20, route_low: 40, route_high: 80,\n"
      "  map: {generator: {size: 250, seeds: [1, 2]}}, traffic: {vehicles: 2, pedestrians: 2}}\n"
      "unseen: {map: {generator: {seeds: [2, 3]}}}\n"
      "agent: {name: random}\n"
      "training: {steps: 400, evaluate: {every: 200, episodes: 3}}\n";
  for (const bool normalized : {false, true}) {
    const TemporaryFolder root;
    std::vector<std::string> overrides;
    if (normalized) overrides.emplace_back("environment.wrappers.normalize_observations=true");
    const Trained trained = train(root.path(), config, false, overrides);
    const MetricsTable table = read_metrics(root / "town/1/metrics.csv");
    const auto metrics =
        parse_config(all_registered(), config, "test.yaml", overrides).front().spec().metrics;
    REQUIRE(metrics.size() > 5);
    for (std::size_t k = 0; k < metrics.size(); ++k) {
      CAPTURE(metrics[k]);
      const int seen = table.column("eval_" + metrics[k]);
      REQUIRE(seen >= 0);
      REQUIRE(table.column("unseen_" + metrics[k]) >= 0);
      double mean = 0;
      for (const auto& e : trained.outcome.evaluation.episodes) mean += e.metrics[k] / 3;
      CHECK(table.rows.back()[static_cast<std::size_t>(seen)] == doctest::Approx(mean));
    }
    // The driver by rules gets somewhere: the figures are not all 0.
    const int share = table.column("eval_route_share");
    CHECK(table.rows.back()[static_cast<std::size_t>(share)] > 0.2);
  }
}

TEST_CASE("training: unseen worlds may have figures that the world of training has not") {
  const TemporaryFolder root;
  const Trained trained = train(root.path(),
                                "name: game\n"
                                "environment: {name: tic_tac_toe}\n"
                                "unseen: {opponent: perfect}\n"
                                "agent: {name: random}\n"
                                "training: {steps: 400, evaluate: {every: 200, episodes: 20}}\n");
  const MetricsTable table = read_metrics(root / "game/1/metrics.csv");
  CHECK(table.column("eval_mistakes") < 0);
  const int judged = table.column("unseen_judged"), mistakes = table.column("unseen_mistakes");
  REQUIRE(judged >= 0);
  REQUIRE(mistakes >= 0);
  const auto& last = table.rows.back();
  CHECK(last[static_cast<std::size_t>(judged)] >= 3);
  CHECK(last[static_cast<std::size_t>(mistakes)] > 0.2);
  CHECK(last[static_cast<std::size_t>(mistakes)] <= 2);
}

TEST_CASE("trained policies: damage and other settings are refused") {
  const TemporaryFolder root;
  train(root.path(), kConfig);
  const RunFolder run(root / "small/7");
  const ExperimentConfig config = load_run_config(all_registered(), run);
  CHECK(TrainedPolicy(config, run.policy()).trained_steps() == 8000);
  const auto taxi = parse_config(all_registered(), kConfig, "test.yaml", {"environment.name=taxi"});
  CHECK_THROWS_AS(TrainedPolicy(taxi.front(), run.policy()), ArchiveError);
  flip_a_bit(run.policy());
  CHECK_THROWS_AS(TrainedPolicy(config, run.policy()), ArchiveError);
}

TEST_CASE("report: a chart per figure, in one file that asks for nothing else") {
  const TemporaryFolder root;
  train(root.path(), kConfig);
  train(root.path(), kConfig, false, {"seed=8"});
  const auto page = root / "report.html";
  write_report(all_registered(), find_runs(root.path()), page);
  const std::string html = text_of(page);
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = html.find(what, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  const MetricsTable table = read_metrics(root / "small/7/metrics.csv");
  // Return and length while training, greedy return, and the agent's own figures.
  std::size_t figures = 3 + table.columns.size() - 8;
  const int cut = table.column("eval_truncated");
  const MetricsTable other = read_metrics(root / "small/8/metrics.csv");
  bool any_cut = false;
  for (const auto* t : {&table, &other})
    for (const auto& row : t->rows) any_cut |= row[static_cast<std::size_t>(cut)] > 0;
  CHECK(count("<svg") == figures + (any_cut ? 1u : 0u));
  CHECK(count("<svg") == count("</svg>"));
  CHECK(count("src=") > 0);
  CHECK(count("src=") == count("src='data:image/png;base64,"));
  for (const char* outside : {"href=", "<script", "@import", "url(", "<link", "<iframe"})
    CHECK(count(outside) == 0);
  CHECK(html.find("a &lt;small&gt; run") != std::string::npos);
  CHECK(html.find("a <small> run") == std::string::npos);
  CHECK(html.find("Mean over 2 seeds") != std::string::npos);
}
