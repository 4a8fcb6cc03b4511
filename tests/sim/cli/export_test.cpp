// Exported policies: numpy values the world's own observations as the policy does.
#include <doctest/doctest.h>

#include "sim/experiment/npz.h"
#include "sim/experiment/trained_policy.h"
#include "sim/experiment/training.h"
#include "tests/learners/network/python.h"
#include "tests/sim/experiment/helpers.h"

using namespace sandlot;

namespace {

void check_export(const std::string& name, const std::string& environment,
                  const std::string& agent) {
  CAPTURE(name);
  const TemporaryFolder folder;
  const ExperimentConfig config =
      parse_config(all_registered(),
                   "name: x\nenvironment: " + environment + "\nagent: " + agent +
                       "\ntraining: {steps: 400, evaluate: {episodes: 1, step_limit: 20}}\n",
                   "test")[0];
  TrainingOptions options;
  options.root = folder.path();
  TrainingRun run(all_registered(), config, 1, options);
  run.run();
  TrainedPolicy trained(config, run.folder().policy());
  // What is seen on a walk by chance.
  const auto world = config.environment.world->make(config.environment.wrappers);
  const EnvironmentSpec& spec = world->spec();
  Random random(1);
  world->reset(1);
  std::vector<float> seen, values;
  constexpr int kRows = 40;
  for (int i = 0; i < kRows; ++i) {
    std::vector<float> observation(spec.observation.size());
    std::vector<float> own(static_cast<std::size_t>(spec.action.n));
    world->observe(observation);
    REQUIRE(trained.policy().action_values(observation, own));
    seen.insert(seen.end(), observation.begin(), observation.end());
    values.insert(values.end(), own.begin(), own.end());
    const auto action = static_cast<std::int32_t>(
        random.below(static_cast<std::uint32_t>(spec.action.n)));
    if (world->step({.index = action, .values = {}}).status != Status::running) world->reset(2);
  }
  NpzFile file;
  REQUIRE(trained.policy().export_arrays(file));
  const int seen_shape[] = {kRows, static_cast<int>(spec.observation.size())};
  const int values_shape[] = {kRows, spec.action.n};
  file.add("example.values", seen_shape, seen);
  file.add("example.outputs", values_shape, values);
  file.save(folder / "policy.npz");
  const std::string interpreter = python_with_numpy();
  if (interpreter.empty())
    MESSAGE(kNoNumpy);
  else
    CHECK(std::system(comparison(interpreter, folder / "policy.npz").c_str()) == 0);
}

}  // namespace

TEST_CASE("export: policies of DQN, plain, normalised, dueling, of states and of pictures") {
  const std::string dqn =
      "{name: dqn, learning_starts: 100, replay: {capacity: 1000}, value_function: ";
  check_export("plain", "{name: cart_pole}", dqn + "{learner: mlp, hidden: [16]}}");
  check_export("normalised", "{name: mountain_car, wrappers: {normalize_observations: true}}",
               dqn + "{learner: mlp, hidden: [16], dueling: true, stream_hidden: [8]}}");
  check_export("states", "{name: cliff_walking}", dqn + "{learner: mlp, hidden: [16]}}");
  check_export("tiles", "{name: platformer, observation: tiles, wrappers: {action_repeat: 8}}",
               dqn + "{learner: cnn, channels: [4], kernels: [3], strides: [2], hidden: [16]}}");
}
