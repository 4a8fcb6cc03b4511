// A run that is killed at any moment ends with the bytes of one that is not.
#include <algorithm>

#include "sim/core/random.h"
#include "sim/experiment/run_folder.h"
#include "tests/sim/cli/process.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

std::string config(const std::string& environment, const std::string& agent, int steps) {
  const std::string n = std::to_string(steps);
  return "name: run\nseed: 5\nenvironment: " + environment + "\nagent: " + agent +
         "\ntraining: {steps: " + n + ", evaluate: {every: " + std::to_string(steps / 8) +
         ", episodes: 5, step_limit: 200}, checkpoint: {every: " + std::to_string(steps / 40) +
         "}}\n";
}

// What must be the same: metrics, policy, the last checkpoint, and the episodes by name.
std::string result(const fs::path& folder) {
  const RunFolder run(folder);
  std::string all = text_of(run.metrics()) + text_of(run.policy());
  const auto checkpoints = run.list_checkpoints();
  REQUIRE(!checkpoints.empty());
  all += checkpoints.back().filename().string() + text_of(checkpoints.back());
  for (const auto& episode : run.list_episodes())
    all += episode.filename().string() + text_of(episode);
  return all;
}

void check_killed_runs(const std::string& text, const std::vector<std::string>& changed) {
  const TemporaryFolder folder;
  const fs::path file = folder / "run.yaml";
  write_text(file, text);
  const auto arguments = [&](const std::string& out, std::vector<std::string> more) {
    std::vector<std::string> all{"train", file.string(), "--out", (folder / out).string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const auto start = Clock::now();
  REQUIRE(run(folder.path(), arguments("unbroken", {})).code == 0);
  const double whole = std::chrono::duration<double>(Clock::now() - start).count();
  const std::string expected = result(folder / "unbroken/run/5");

  std::vector<std::string> resume{"--resume"};
  resume.insert(resume.end(), changed.begin(), changed.end());
  Random random(derive(17, "moments"));
  int kills = 0;
  for (int starts = 0; kills < 7 && starts < 60; ++starts) {
    Process process(folder.path(), arguments("killed", resume));
    std::this_thread::sleep_for(std::chrono::duration<double>(random.uniform(0.02, 0.35) * whole));
    process.send(SIGKILL);
    const int code = process.wait();
    if (code == -SIGKILL) {
      ++kills;
      continue;
    }
    // It was through already: compare, and begin anew.
    REQUIRE(code == 0);
    REQUIRE(result(folder / "killed/run/5") == expected);
    fs::remove_all(folder / "killed");
  }
  CHECK(kills >= 5);
  const Finished last = run(folder.path(), arguments("killed", resume));
  CAPTURE(last.err);
  REQUIRE(last.code == 0);
  // doctest would print megabytes.
  const bool same = result(folder / "killed/run/5") == expected;
  CHECK(same);
  for (const auto& entry : fs::recursive_directory_iterator(folder / "killed"))
    CHECK(entry.path().extension() != ".partial");
}

}  // namespace

TEST_CASE("kill -9 at random moments: one world and a table") {
  check_killed_runs(config("{name: taxi}", "{name: q_learning, step_size: 0.3}", 1200000), {});
}

TEST_CASE("kill -9 at random moments: several copies, normalised, on another number of threads") {
  check_killed_runs(config("{name: mountain_car, copies: 4, wrappers: {frame_stack: 2, "
                           "sticky_actions: 0.1, normalize_observations: true}}",
                           "{name: sarsa, value_function: {features: tile_coding, "
                           "low: [-3, -3, -3, -3], high: [3, 3, 3, 3]}}",
                           200000),
                    {"--set", "environment.threads=2"});
}

TEST_CASE("kill -9 at random moments: DQN with a prioritized memory, in several copies") {
  check_killed_runs(
      config("{name: cart_pole, copies: 4}",
             "{name: dqn, value_function: {learner: mlp, hidden: [32]}, learning_starts: 500, "
             "train_every: 4, batch: 32, n_step: 3, target: {every: 200}, "
             "replay: {capacity: 5000, prioritized: true}}",
             40000),
      {"--set", "environment.threads=2"});
}

TEST_CASE("kill -9 at random moments: recurrent DQN that sees its own actions") {
  check_killed_runs(
      config("{name: cart_pole, velocities: false, copies: 2, wrappers: {previous_action: true, "
             "normalize_observations: true, normalize_steps: 3000}}",
             "{name: recurrent_dqn, value_function: {learner: lstm, hidden: [], units: [16]}, "
             "learning_starts: 500, train_every: 16, batch: 8, length: 10, burn_in: 2, "
             "replay: {capacity: 5000}}",
             16000),
      {});
}

TEST_CASE("Ctrl-C checkpoints and exits 0, and the run goes on from there") {
  const TemporaryFolder folder;
  const fs::path file = folder / "run.yaml";
  write_text(file, config("{name: taxi}", "{name: q_learning}", 400000000));
  const RunFolder made(folder / "runs/run/5");
  Process process(folder.path(), {"train", file.string(), "--out", (folder / "runs").string(),
                                  "--set", "training.evaluate.every=0"});
  REQUIRE(wait_until(20, [&] { return fs::exists(made.metrics()); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  process.send(SIGINT);
  REQUIRE(process.wait() == 0);
  const auto checkpoints = made.list_checkpoints();
  REQUIRE(checkpoints.size() == 1);
  CHECK(fs::exists(made.policy()));
  const std::string steps = std::to_string(std::stoll(checkpoints[0].filename().string()));
  CHECK(process.out().find("run, seed 5: stopped at ") != std::string::npos);
  CHECK(process.out().find("; --resume goes on\n") != std::string::npos);
  // The run's own folder is enough to go on.
  Process again(folder.path(), {"train", made.path().string(), "--resume"});
  REQUIRE(wait_until(20, [&] { return again.out().find("goes on at") != std::string::npos; }));
  again.send(SIGTERM);
  REQUIRE(again.wait() == 0);
  CHECK(again.out().find("run, seed 5: goes on at " + steps + " steps\n") != std::string::npos);
}
