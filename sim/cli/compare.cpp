// Configs and runs side by side: one row each, of the same world below one another.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>

#include "sim/cli/common.h"
#include "sim/cli/train.h"
#include "sim/cli/verbs.h"
#include "sim/core/archive.h"
#include "sim/experiment/chart.h"
#include "sim/experiment/evaluation.h"
#include "sim/experiment/run_folder.h"
#include "sim/experiment/statistics.h"
#include "sim/experiment/trained_policy.h"

namespace sandlot {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> inputs;
  TrainOptions training;
  std::int64_t episodes = 100;
  std::uint64_t seed = 0;
  std::string markdown;
};

struct Row {
  ExperimentConfig config;
  std::vector<RunFolder> runs;
  std::string learner;
  std::vector<double> returns, goals, seconds;
  double latency = 0;  // µs of one decision
  bool has_goal = false;
};

// What the agent learns with: the first `learner` of its section.
std::string learner_of(const Tree& section) {
  if (const Tree::Entry* named = section.find("learner")) return named->value.scalar;
  for (const Tree::Entry& entry : section.map)
    if (const std::string found = learner_of(entry.value); !found.empty()) return found;
  return "";
}

// Median time of one decision for one observation, along episodes of the policy's own.
double acting_microseconds(const ExperimentConfig& config, Policy& policy, Seed seed) {
  constexpr int kDecisions = 2001;
  const EnvironmentSection section = evaluation_section(config, config.environment);
  const auto world = section.world->make(section.wrappers);
  const EnvironmentSpec& spec = world->spec();
  std::vector<float> observation(spec.observation.size()), values(spec.action.size());
  std::vector<std::uint8_t> legal(spec.masks_actions ? static_cast<std::size_t>(spec.action.n)
                                                     : std::size_t{0});
  std::vector<double> times;
  Random random(derive(seed, "policy"));
  Status status = Status::truncated;
  for (std::uint64_t episode = 0; times.size() < kDecisions;) {
    if (status != Status::running) {
      world->reset(derive(seed, "episode", episode++));
      policy.begin_episode(0);
    }
    world->observe(observation);
    if (!legal.empty()) world->legal_actions(legal);
    Action action;
    const bool discrete = spec.action.is_discrete();
    const auto before = std::chrono::steady_clock::now();
    policy.look(0, *world);
    policy.act(1, observation, legal, discrete ? std::span(&action.index, 1) : std::span<int>(),
               discrete ? std::span<float>() : std::span(values), random);
    const auto after = std::chrono::steady_clock::now();
    times.push_back(std::chrono::duration<double, std::micro>(after - before).count());
    action.values = values;
    status = world->step(action).status;
  }
  std::nth_element(times.begin(), times.begin() + kDecisions / 2, times.end());
  return times[kDecisions / 2];
}

// Trains what is not trained yet and finds the folders, one row per variant.
class Comparison {
 public:
  Comparison(const Registry& registry, const Options& options)
      : registry_(registry), options_(options) {}

  int run() {
    // Everything is read before anything is trained: a typing error in the last file costs nothing.
    for (const std::string& input : options_.inputs)
      fs::is_directory(input) ? add_runs(input) : add_configs(input);
    install_stop_handler();
    for (const std::string& input : options_.inputs) {
      if (fs::is_directory(input)) continue;
      TrainOptions training = options_.training;
      training.config = input;
      training.resume = !training.overwrite;
      if (const int code = train(registry_, training); code != 0) return code;
      if (stop_requested) return 0;
    }
    for (Row& row : rows_) measure(row);
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
      const auto world = [](const Row& row) { return row.config.environment.world.chosen(); };
      return world(a) != world(b) ? world(a) < world(b)
                                  : summarize(a.returns).mean > summarize(b.returns).mean;
    });
    print();
    if (!options_.markdown.empty()) {
      write_file_atomically(options_.markdown, markdown());
      std::printf("%s %s\n", dim("table").c_str(), options_.markdown.c_str());
    }
    return 0;
  }

 private:
  void add_runs(const fs::path& path) {
    std::map<fs::path, std::size_t> known;
    for (RunFolder& folder : find_runs(path)) {
      const auto [at, fresh] = known.try_emplace(folder.path().parent_path(), rows_.size());
      if (fresh) rows_.push_back(row_of(load_run_config(registry_, folder)));
      rows_[at->second].runs.push_back(std::move(folder));
    }
  }

  void add_configs(const fs::path& path) {
    for (const ExperimentConfig& config :
         load_config(registry_, path, options_.training.overrides)) {
      rows_.push_back(row_of(config));
      for (const std::int64_t seed : config.seeds)
        rows_.back().runs.push_back(RunFolder::of(options_.training.root, config, seed));
    }
  }

  Row row_of(const ExperimentConfig& config) const {
    Row row;
    row.config = config;
    const Tree whole = parse_yaml(config.resolved(registry_), config.name);
    if (const Tree::Entry* agent = whole.find("agent")) row.learner = learner_of(agent->value);
    if (row.learner.empty()) row.learner = "–";
    row.has_goal = config.spec().has_goal;
    return row;
  }

  void measure(Row& row) {
    for (const RunFolder& folder : row.runs) {
      TrainedPolicy trained(row.config, folder.policy());
      const Evaluation e = evaluate(row.config, row.config.environment, trained.policy(),
                                    derive(options_.seed, "evaluate"), options_.episodes);
      row.returns.push_back(e.mean_return());
      row.goals.push_back(100 * e.goal_share());
      row.seconds.push_back(folder.training_seconds());
      if (&folder == &row.runs.front())
        row.latency = acting_microseconds(row.config, trained.policy(), options_.seed);
    }
  }

  static std::vector<std::string> head() {
    return {"world", "config",    "agent", "learner", "seeds", "return",
            "± sd",  "IQM, 95 %", "goal",  "steps",   "train", "act"};
  }

  static std::vector<std::string> cells(const Row& row) {
    const Summary s = summarize(row.returns);
    const Interval interval = interquartile_interval(row.returns);
    const double seconds = summarize(row.seconds).mean;
    const TrainingSection& t = row.config.training;
    return {std::string(row.config.environment.world.chosen()),
            row.config.label(),
            std::string(row.config.agent.agent.chosen()),
            row.learner,
            std::to_string(s.count),
            short_number(s.mean),
            s.count > 1 ? short_number(s.deviation) : "–",
            s.count > 1 ? short_number(interval.low) + " … " + short_number(interval.high) : "–",
            row.has_goal ? short_number(summarize(row.goals).mean) + " %" : "–",
            short_number(static_cast<double>(t.budget())) + (t.in_episodes() ? " episodes" : ""),
            !std::isfinite(seconds) ? "–"
            : seconds < 60          ? short_number(seconds) + " s"
                                    : duration(seconds),
            short_number(row.latency) + " µs"};
  }

  static bool is_text(std::size_t column) { return column < 4; }

  void print() const {
    std::vector<std::vector<std::string>> table{head()};
    for (const Row& row : rows_) table.push_back(cells(row));
    std::vector<std::size_t> widths(table.front().size());
    for (const auto& row : table)
      for (std::size_t c = 0; c < row.size(); ++c)
        widths[c] = std::max(widths[c], characters(row[c]));
    std::printf("\n");
    for (std::size_t r = 0; r < table.size(); ++r) {
      std::string line;
      for (std::size_t c = 0; c < table[r].size(); ++c) {
        const bool again = r > 1 && c == 0 && table[r][0] == table[r - 1][0];
        const std::string cell = again ? "" : table[r][c];
        line += (c > 0 ? "  " : "") + padded_to(cell, widths[c], !is_text(c));
      }
      std::printf("%s\n", r == 0 ? bold(line).c_str() : line.c_str());
    }
    std::printf("%s\n",
                dim("return: of the greedy policy, mean over seeds of " +
                    std::to_string(options_.episodes) +
                    " episodes each; train: wall time of a run; act: median of one decision")
                    .c_str());
  }

  std::string markdown() const {
    std::string text, rule;
    const auto line = [](const std::vector<std::string>& row) {
      std::string all = "|";
      for (const std::string& cell : row) all += " " + cell + " |";
      return all + "\n";
    };
    for (std::size_t c = 0; c < head().size(); ++c) rule += is_text(c) ? "|---" : "|---:";
    text = line(head()) + rule + "|\n";
    for (const Row& row : rows_) text += line(cells(row));
    return text;
  }

  const Registry& registry_;
  const Options& options_;
  std::vector<Row> rows_;
};

}  // namespace

void add_compare(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand(
      "compare",
      "Put configs and runs side by side in one table; what is not trained yet is trained.\n"
      "  sandlot compare configs/learners/*.yaml");
  sub->add_option("inputs", options->inputs, "config files and folders of runs")
      ->required()
      ->check(CLI::ExistingPath);
  sub->add_option("--set", options->training.overrides, "path=value over every config file")
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--out", options->training.root, "the folder that runs are written to")
      ->capture_default_str();
  sub->add_option("--jobs", options->training.jobs,
                  "runs at the same time, 0: one per core; 1 for wall times to rely on")
      ->check(CLI::Range(0, 1024));
  sub->add_option("--episodes", options->episodes, "greedy episodes per run")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000000));
  sub->add_option("--seed", options->seed, "which episodes; the same for every run")
      ->capture_default_str();
  sub->add_option("--markdown", options->markdown, "a file that takes the table, too");
  sub->add_flag("--overwrite", options->training.overwrite, "train anew what is trained already");
  sub->add_flag("--quiet", options->training.quiet, "no progress line");
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return Comparison(registry, *options).run(); };
  });
}

}  // namespace sandlot
