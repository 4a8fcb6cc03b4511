#include "sim/cli/train.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <thread>

#include "sim/cli/common.h"
#include "sim/cli/mpi.h"
#include "sim/cli/verbs.h"
#include "sim/experiment/chart.h"
#include "sim/experiment/report.h"
#include "sim/experiment/training.h"

namespace sandlot {
namespace {

namespace fs = std::filesystem;

struct Job {
  const ExperimentConfig* config;
  std::int64_t seed;
};

// One line that is rewritten on a terminal; plain lines otherwise, one every ten seconds and run.
class Display {
 public:
  explicit Display(bool quiet) : quiet_(quiet) {}

  void message(const std::string& text) {
    const std::lock_guard lock(mutex_);
    clear();
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  }
  void progress(const Progress& p) {
    const std::lock_guard lock(mutex_);
    if (quiet_) return;
    if (terminal()) {
      clear();
      std::printf("%s", line(p).c_str());
      shown_ = true;
    } else if (const auto time = std::chrono::steady_clock::now();
               time - last_line_ > std::chrono::seconds(10)) {
      last_line_ = time;
      std::printf("%s\n", line(p).c_str());
    }
    std::fflush(stdout);
  }
  void clear() {
    if (shown_) std::printf("\r\033[K");
    shown_ = false;
  }

 private:
  static std::string line(const Progress& p) {
    const double share =
        static_cast<double>(p.done) / static_cast<double>(std::max<std::int64_t>(p.budget, 1));
    constexpr int kCells = 20;
    std::string bar;
    for (int i = 0; i < kCells; ++i) bar += i < static_cast<int>(share * kCells) ? "█" : "░";
    char percent[16];
    std::snprintf(percent, sizeof percent, " %3.0f%%  ", 100 * share);
    std::string text = p.label + "  " + (terminal() ? accent(bar) : "") + percent +
                       with_thousands(p.steps) + " steps  " + short_number(p.steps_per_second) +
                       " steps/s  " + duration(p.seconds_left) + " left";
    if (p.last_return) text += "  return " + short_number(*p.last_return);
    if (p.last_evaluation) text += "  greedy " + short_number(*p.last_evaluation);
    return text;
  }

  std::mutex mutex_;
  bool quiet_, shown_ = false;
  std::chrono::steady_clock::time_point last_line_{};
};

class Jobs {
 public:
  Jobs(const Registry& registry, const TrainOptions& options, Ranks* ranks)
      : registry_(registry),
        options_(options),
        ranks_(ranks),
        display_(options.quiet || (ranks && ranks->rank() > 0)) {
    fs::path path = options.config;
    if (fs::is_directory(path)) {  // a run folder: its own config, in its own place
      const RunFolder folder(path);
      configs_ = {load_run_config(registry, folder)};
      if (!options.resume && !options.overwrite)
        throw ConfigError(
            {{{path.string(), 0, 0}, "", "this is a run already; --resume goes on with it"}});
      root_ = root_of(folder);
      return;
    }
    configs_ = load_config(registry, path, options.overrides);
    root_ = options.root;
  }

  int run() {
    for (const auto& config : configs_)
      for (const auto seed : config.seeds) jobs_.push_back({&config, seed});
    install_stop_handler();
    if (ranks_) check_spreads();
    announce();
    // Ranks work on one run at a time, all of them.
    const auto workers = std::min<std::size_t>(
        ranks_ ? 1 : jobs_.size(), options_.jobs > 0
                                       ? static_cast<std::size_t>(options_.jobs)
                                       : std::max(1u, std::thread::hardware_concurrency()));
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers; ++i) threads.emplace_back([this] { work(); });
    work();
    for (auto& thread : threads) thread.join();
    display_.clear();
    if (error_) std::rethrow_exception(error_);
    if (ranks_) tell_ranks({});
    return finish();
  }

  // Of a rank other than 0: helps with the runs that rank 0 names, until it names none.
  void serve() {
    install_stop_handler();
    for (;;) {
      std::vector<std::byte> bytes;
      ranks_->broadcast(bytes);
      if (bytes.empty()) return;
      Reader in(bytes, "the run that rank 0 named");
      const auto config = in.read<std::uint64_t>();
      const auto seed = in.read<std::int64_t>();
      if (config >= configs_.size()) in.fail("there is no such variant");
      serve_run(configs_[config], seed, *ranks_);
    }
  }

 private:
  // The folder above runs/<name>[/<variant>]/<seed>: --resume RUN takes the run as it lies there.
  fs::path root_of(const RunFolder& folder) {
    const fs::path clean = fs::absolute(folder.path()).lexically_normal();
    const fs::path named = clean.has_filename() ? clean : clean.parent_path();
    const fs::path above = named.parent_path();
    const ExperimentConfig& config = configs_.front();
    if (above.filename() == config.name) return above.parent_path();
    configs_.front().variant = above.filename().string();
    return above.parent_path().parent_path();
  }

  void check_spreads() const {
    for (const auto& config : configs_) {
      const auto agent = config.agent.agent->make(config.spec(), config.environment.copies, 0);
      if (!agent->spreads())
        throw ConfigError({{{options_.config, 0, 0},
                            "agent.name",
                            std::string(config.agent.agent.chosen()) +
                                " trains in one process: run it without mpirun"}});
    }
  }

  void tell_ranks(const Writer& what) const {
    std::vector<std::byte> bytes(what.bytes().begin(), what.bytes().end());
    ranks_->broadcast(bytes);
  }

  void announce() const {
    const ExperimentConfig& c = configs_.front();
    std::printf("%s  %s\n", bold(c.name).c_str(), dim(c.description).c_str());
    std::printf("%s in %s, %zu run%s of %s %s\n", std::string(c.agent.agent.chosen()).c_str(),
                std::string(c.environment.world.chosen()).c_str(), jobs_.size(),
                jobs_.size() == 1 ? "" : "s", with_thousands(c.training.budget()).c_str(),
                c.training.in_episodes() ? "episodes" : "steps");
    std::fflush(stdout);
  }

  void work() {
    for (std::size_t i; (i = next_++) < jobs_.size();) {
      if (stop_requested) return;
      try {
        run_job(jobs_[i]);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
        stop_requested = true;  // the others checkpoint and end
        return;
      }
    }
  }

  void run_job(const Job& job) {
    TrainingOptions options;
    options.root = root_;
    options.resume = options_.resume;
    options.overwrite = options_.overwrite;
    options.stop = &stop_requested;
    options.progress = [this](const Progress& p) { display_.progress(p); };
    options.message = [this](const std::string& text) { display_.message(text); };
    options.ranks = ranks_;
    TrainingRun run(registry_, *job.config, job.seed, options);
    if (ranks_) {
      Writer named;
      named.write(static_cast<std::uint64_t>(job.config - configs_.data()));
      named.write(job.seed);
      tell_ranks(named);
    }
    const TrainingOutcome outcome = run.run();
    if (ranks_) tell_ranks({});
    const std::string label = job.config->label() + ", seed " + std::to_string(job.seed);
    if (!outcome.finished) {
      display_.message(label + ": stopped at " + with_thousands(outcome.steps) +
                       " steps; --resume goes on");
      stopped_ = true;
      return;
    }
    const Evaluation& e = outcome.evaluation;
    std::string text = label + ": greedy return " + bold(short_number(e.mean_return())) + " ± " +
                       short_number(e.standard_error()) + " (mean and its standard error, " +
                       std::to_string(e.episodes.size()) + " episodes), " +
                       with_thousands(outcome.steps) + " steps";
    if (e.truncated_share() > 0)
      text += ", " + short_number(100 * e.truncated_share()) + "% cut off by the step limit";
    const bool has_goal = job.config->spec().has_goal;
    if (has_goal) text += ", goal reached in " + short_number(100 * e.goal_share()) + "%";
    if (outcome.unseen)
      text += "; unseen: " + short_number(outcome.unseen->mean_return()) + " ± " +
              short_number(outcome.unseen->standard_error()) +
              (has_goal ? ", goal in " + short_number(100 * outcome.unseen->goal_share()) + "%"
                        : std::string());
    display_.message(text);
  }

  int finish() {
    const fs::path folder = root_ / configs_.front().name;
    if (stopped_) return 0;
    const fs::path page = folder / "report.html";
    write_report(registry_, find_runs(folder), page);
    std::printf("%s %s\n", dim("report").c_str(), page.c_str());
    return 0;
  }

  const Registry& registry_;
  const TrainOptions& options_;
  Ranks* ranks_;
  Display display_;
  fs::path root_;
  std::vector<ExperimentConfig> configs_;
  std::vector<Job> jobs_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::exception_ptr error_;
};

}  // namespace

int train(const Registry& registry, const TrainOptions& options) {
  const auto ranks = start_ranks();
  if (!ranks) return Jobs(registry, options, nullptr).run();
  try {
    Jobs jobs(registry, options, ranks.get());
    if (ranks->rank() == 0) return jobs.run();
    jobs.serve();
    return 0;
  } catch (const ConfigError& error) {
    // All ranks have found the same in their config: one says it, the others leave it to that one.
    if (ranks->rank() > 0) std::this_thread::sleep_for(std::chrono::seconds(5));
    for (const auto& problem : error.problems) print_error(problem.describe());
    abort_ranks(2);
  } catch (const std::exception& error) {
    print_error("rank " + std::to_string(ranks->rank()) + ": " + error.what());
    abort_ranks(1);
  }
}

void add_train(CLI::App& app, Run& run) {
  auto options = std::make_shared<TrainOptions>();
  auto* sub = app.add_subcommand(
      "train",
      "Train the agent of a config file.\n"
      "  sandlot train configs/classic/cliff_walking.yaml --set training.episodes=1000");
  sub->add_option("config", options->config, "a YAML file, or with --resume a run folder")
      ->required();
  sub->add_option("--set", options->overrides,
                  "path=value over the file, such as agent.epsilon=0.1")
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--out", options->root, "the folder that runs are written to")
      ->capture_default_str();
  sub->add_option("--jobs", options->jobs,
                  "runs (seeds, variants) at the same time; 0: one per core")
      ->check(CLI::Range(0, 1024));
  auto* resume = sub->add_flag("--resume", options->resume, "go on from the newest checkpoint");
  sub->add_flag("--overwrite", options->overwrite, "replace runs that are there already")
      ->excludes(resume);
  sub->add_flag("--quiet", options->quiet, "no progress line");
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return train(registry, *options); };
  });
}

}  // namespace sandlot
