// Evaluations (episodes of an individual) until evolution has found a goal, over many seeds: the
// measure by which papers compare neuroevolution.
//
//   build/release/bench/bench_evolution configs/evolution/xor.yaml --runs 100 --most 100000
//
// A run ends when an individual reaches the goal of its world in all of its episodes. Where the
// config has `unseen`, it ends when after a generation the champion reaches the goal there, in one
// episode. In double_pole the champion of the end is also tried from the 625 states of the grid,
// 1,000 steps each; with --grid N a run goes on until it holds from N of them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "agents/genetic/neat.h"
#include "agents/genetic/register.h"
#include "envs/classic/double_pole.h"
#include "envs/classic/register.h"
#include "envs/platformer/register.h"
#include "sim/config/experiment_config.h"

using namespace sandlot;

namespace {

class UntilGoal final : public TrainingContext {
 public:
  UntilGoal(const ExperimentConfig& config, Seed seed, std::int64_t most, int grid)
      : config_(config), most_(most), grid_(grid) {
    const auto& e = config.environment;
    world_ = e.world->make_batch(e.wrappers, e.copies, derive(seed, "environment"), 1);
    world_->reset();
    agent_ = config.agent.agent->make(world_->spec(), e.copies, derive(seed, "agent"));
    if (config.unseen.given)
      test_ = config.unseen.environment.world->make(config.unseen.environment.wrappers);
    agent_->train(*this);
  }

  VectorEnvironment& environment() override { return *world_; }
  bool proceed(Agent&) override {
    if (evaluations > 0) ++generations;
    individual_ = 0;
    if (evaluations >= most_) return false;
    if (!test_) return !solved;
    if (evaluations == 0 || !holds(*test_)) return true;
    solved = grid_ == 0 || from_grid() >= grid_;
    if (const auto* policy = dynamic_cast<const NeatPolicy*>(&agent_->policy()))
      hidden = policy->network().hidden(), links = policy->network().links();
    return !solved;
  }
  void step(const Actions&) override { throw std::logic_error("evolution steps by itself"); }
  void count(std::int64_t n, std::span<const EpisodeRecord> finished) override {
    steps_ += n;
    if (solved) return;
    ++evaluations;
    if (!test_)
      solved = std::all_of(finished.begin(), finished.end(),
                           [](const EpisodeRecord& r) { return r.goal; });
    // Individuals are counted in their order, before the next generation is made.
    if (const auto* neat = dynamic_cast<const Neat*>(agent_.get()); neat && solved) {
      NeatNetwork network = static_cast<const NeatPolicy&>(agent_->policy()).network();
      network.compile(neat->search().population()[individual_].genome);
      hidden = network.hidden(), links = network.links();
    }
    ++individual_;
  }
  std::int64_t steps() const override { return steps_; }
  std::int64_t episodes() const override { return evaluations; }
  void report(std::string_view, double) override {}

  // Of 625 states, from how many the champion holds for 1,000 steps.
  int from_grid() {
    auto settings = classic::DoublePole::Settings{};
    settings.velocities = world_->spec().observation.size() == 6;
    settings.steps = 1000;
    classic::DoublePole world(settings);
    int held = 0;
    for (int i = 0; i < classic::DoublePole::kGridStates; ++i) {
      world.begin_at(classic::DoublePole::grid_state(i));
      held += play(world) ? 1 : 0;
    }
    return held;
  }
  Agent& agent() { return *agent_; }

  bool solved = false;
  std::int64_t evaluations = 0, generations = 0;
  std::size_t hidden = 0, links = 0;  // of the network that solved it

 private:
  bool holds(Environment& world) {
    world.reset(1);
    return play(world);
  }
  bool play(Environment& world) {
    Policy& policy = agent_->policy();
    policy.begin_episode(0);
    std::vector<float> seen(world.spec().observation.size());
    const bool discrete = world.spec().action.is_discrete();
    std::vector<std::int32_t> index(discrete ? 1 : 0);
    std::vector<float> values(discrete ? 0 : world.spec().action.size());
    Random random;
    for (StepResult result; result.status == Status::running;) {
      world.observe(seen);
      policy.act(1, seen, {}, index, values, random);
      result = world.step({.index = discrete ? index[0] : 0, .values = values});
    }
    return world.goal_reached();
  }

  const ExperimentConfig& config_;
  std::int64_t most_;
  int grid_;
  std::unique_ptr<VectorEnvironment> world_;
  std::unique_ptr<Environment> test_;
  std::unique_ptr<Agent> agent_;
  std::int64_t steps_ = 0;
  std::size_t individual_ = 0;
};

struct Sample {
  std::vector<double> values;
  void print(const char* name) {
    if (values.empty()) return;
    std::sort(values.begin(), values.end());
    double sum = 0, squares = 0;
    for (const double v : values) sum += v;
    const auto n = static_cast<double>(values.size());
    for (const double v : values) squares += (v - sum / n) * (v - sum / n);
    std::printf("  %-12s mean %9.2f  deviation %9.2f  median %9.1f  from %9.1f to %9.1f\n", name,
                sum / n, std::sqrt(squares / std::max(n - 1, 1.0)), values[values.size() / 2],
                values.front(), values.back());
  }
};

void measure(const ExperimentConfig& config, int first, int runs, std::int64_t most, int grid) {
  Sample evaluations, generations, hidden, links, held;
  int failed = 0;
  for (int i = first; i < first + runs; ++i) {
    UntilGoal run(config, static_cast<Seed>(i), most, grid);
    if (!run.solved) {
      ++failed;
      continue;
    }
    evaluations.values.push_back(static_cast<double>(run.evaluations));
    generations.values.push_back(static_cast<double>(run.generations));
    if (config.agent.agent.chosen() == "neat") {
      hidden.values.push_back(static_cast<double>(run.hidden));
      links.values.push_back(static_cast<double>(run.links));
    }
    if (config.environment.world.chosen() == "double_pole") held.values.push_back(run.from_grid());
  }
  std::printf("%s: %d of %d runs solved\n", config.label().c_str(), runs - failed, runs);
  evaluations.print("evaluations");
  generations.print("generations");
  hidden.print("hidden");
  links.print("links");
  held.print("of 625");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Evaluations until evolution reaches the goal of its world.");
  std::string path;
  std::vector<std::string> overrides;
  int first = 1, runs = 20, grid = 0;
  std::int64_t most = 200000;
  app.add_option("config", path, "a YAML file")->required();
  app.add_option("--first", first, "the first seed")->check(CLI::Range(0, 1000000));
  app.add_option("--runs", runs, "seeds from there on")->check(CLI::Range(1, 100000));
  app.add_option("--most", most, "evaluations after which a run has failed");
  app.add_option("--grid", grid, "of 625 starts that the champion must hold from");
  app.add_option("--set", overrides, "path=value over the file")
      ->take_all()
      ->allow_extra_args(false);
  CLI11_PARSE(app, argc, argv);
  Registry registry;
  register_classic(registry);
  register_platformer(registry);
  register_genetic(registry);
  try {
    for (const auto& config : load_config(registry, path, overrides))
      measure(config, first, runs, most, grid);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
