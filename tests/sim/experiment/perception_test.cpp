// Encoders and novelty in whole runs.
#include <doctest/doctest.h>

#include "sim/experiment/evaluation.h"
#include "sim/experiment/trained_policy.h"
#include "tests/sim/experiment/runs.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

std::string config(const std::string& encoder, const std::string& agent,
                   const std::string& wrappers = "{}") {
  return "name: seen\nseed: 3\n"
         "environment: {name: cart_pole, copies: 4, wrappers: " +
         wrappers + "}\n" + encoder + "\nagent: " + agent +
         "\ntraining:\n"
         "  steps: 6000\n"
         "  evaluate: {every: 3000, episodes: 3}\n"
         "  checkpoint: {every: 2000, keep: 4}\n";
}

const std::string kTable = "{name: q_learning, value_function: {features: table}}";
const std::string kTiles = "{name: q_learning, value_function: {features: tile_coding}}";

std::vector<std::string> refusals(const std::string& text) {
  std::vector<std::string> all;
  try {
    parse_config(all_registered(), text, "test.yaml");
  } catch (const ConfigError& e) {
    for (const auto& problem : e.problems) all.push_back(problem.describe());
  }
  return all;
}

}  // namespace

TEST_CASE("encoded runs: killed and resumed they end with the same bytes, and policies are whole") {
  const std::string cells =
      "encoder: {name: state_aggregation, clusterer: {name: k_means, clusters: 50}, warm_up: 1000, "
      "online: "
      "true}";
  const std::string reduced =
      "encoder: {name: dimensionality_reduction, transformer: {name: pca, components: 3}, warm_up: "
      "1000}";
  const std::string novelty = "novelty: {name: dbscan, bonus: 0.1, memory: 500, every: 500}";
  for (const auto& text :
       {config(cells, kTable), config(reduced, kTiles), config(novelty, kTiles),
        config(reduced + "\n" + novelty, kTiles, "{normalize_observations: false}")}) {
    CAPTURE(text);
    const TemporaryFolder a, b;
    train(a.path(), text);
    train(b.path(), text);
    const RunFolder whole(a / "seen/3"), broken(b / "seen/3");
    const std::string bytes = contents(whole.path());
    REQUIRE(contents(broken.path()) == bytes);
    const auto checkpoints = broken.list_checkpoints();
    REQUIRE(checkpoints.size() == 3);
    fs::remove(checkpoints[2]);
    fs::remove(checkpoints[1]);
    fs::remove(broken.policy());
    train(b.path(), text, true);
    CHECK(contents(broken.path()) == bytes);

    // What is loaded acts as what was trained: the same evaluation.
    const auto parsed = parse_config(all_registered(), text, "test.yaml").front();
    TrainedPolicy policy(parsed, whole.policy());
    const Seed root = derive(3, "sandlot");
    const auto again =
        evaluate(parsed, parsed.environment, policy.policy(), derive(root, "evaluation"), 3);
    TrainingOptions none;
    TrainingRun run(all_registered(), parsed, 3, none);
    CHECK(run.run().evaluation.mean_return() == again.mean_return());
  }
}

TEST_CASE("encoded runs: the random play counts as steps of training") {
  const TemporaryFolder folder;
  const auto trained = train(folder.path(), config("encoder: {name: state_aggregation, clusterer: "
                                                   "{name: k_means, clusters: 20}, warm_up: 1002}",
                                                   kTable));
  CHECK(trained.outcome.steps == 6000);
  // 251 steps of 4 copies, then rows of the table are written every 30 steps.
  CHECK(trained.outcome.rows.front().at(0).value() >= 1004);
}

TEST_CASE("encoded runs: the agent is told of what it will see, and refused with the reason") {
  CHECK(refusals(config("encoder: {name: state_aggregation}", kTable)).empty());
  CHECK(refusals(config("encoder: {name: state_aggregation}", kTable,
                        "{normalize_observations: true}")) ==
        std::vector<std::string>{
            "test.yaml:4:10: encoder: the number of a cell is not to be normalised: expected "
            "environment.wrappers.normalize_observations: false"});
  CHECK(refusals(config("encoder: {name: state_agregation}", kTable))
            .front()
            .find("did you mean 'state_aggregation'?") != std::string::npos);
  CHECK(
      refusals(
          config(
              "encoder: {name: dimensionality_reduction, transformer: {name: pca, components: 9}}",
              kTiles))
          .size() == 1);
  CHECK(
      refusals("name: x\nenvironment: {name: cliff_walking}\nencoder: {name: "
               "state_aggregation}\nnovelty: {name: dbscan}\nagent: {name: q_learning}\ntraining: "
               "{steps: 10}\n")
          .size() == 2);
}

TEST_CASE("encoded runs: what is written of the settings of every encoder can be read again") {
  const auto again = [](const std::string& encoder, const std::string& agent) {
    const std::string text = config(encoder, agent);
    const auto parsed = parse_config(all_registered(), text, "test.yaml").front();
    const std::string written = parsed.resolved(all_registered());
    CHECK(
        parse_config(all_registered(), written, "again.yaml").front().resolved(all_registered()) ==
        written);
  };
  for (const auto& entry : all_registered().list("clusterer")) {
    CAPTURE(entry.name);
    again("encoder: {name: state_aggregation, clusterer: " + entry.name + "}", kTable);
  }
  for (const auto& entry : all_registered().list("transformer")) {
    CAPTURE(entry.name);
    again("encoder: {name: dimensionality_reduction, transformer: " + entry.name + "}", kTiles);
  }
}
