// TrainingRun: one agent in one world with one seed, from the first step to the last.
//
// What is due at a count of steps (or episodes) happens in a fixed order: a past self to play
// against, evaluation, row of metrics, checkpoint. An interrupted run goes on from its newest whole
// checkpoint and ends with the same bytes as an unbroken one, the wall times in the TensorBoard
// file apart.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/experiment_config.h"
#include "sim/core/agent.h"
#include "sim/core/perception.h"
#include "sim/core/thread_ranks.h"
#include "sim/experiment/evaluation.h"
#include "sim/experiment/metrics.h"
#include "sim/experiment/run_folder.h"
#include "sim/experiment/tensorboard.h"
#include "sim/experiment/trained_policy.h"

namespace sandlot {

struct Progress {
  std::string label;  // "cliff-walking/sarsa, seed 3"
  std::int64_t steps = 0;
  std::int64_t episodes = 0;
  std::int64_t done = 0, budget = 0;  // in the budget's unit
  double steps_per_second = 0;
  double seconds_left = 0;
  std::optional<double> last_return;      // mean of training episodes since the row before
  std::optional<double> last_evaluation;  // mean return
};

struct TrainingOptions {
  std::filesystem::path root;  // empty: nothing is written
  bool resume = false;
  bool overwrite = false;
  std::function<void(const Progress&)> progress;    // called a few times a second
  std::function<void(const std::string&)> message;  // a line worth reading
  const std::atomic<bool>* stop = nullptr;          // set: checkpoint and return
  bool keep_episodes = false;                       // TrainingOutcome::episodes
  Ranks* ranks = nullptr;                           // that help this one, which is rank 0
};

struct TrainingOutcome {
  bool finished = false;  // false: stopped
  std::int64_t steps = 0;
  std::int64_t episodes_count = 0;
  Evaluation evaluation;                // the last one
  std::optional<Evaluation> unseen;     // in config.unseen
  std::vector<EpisodeRecord> episodes;  // of training, where kept
  std::vector<std::string> columns;     // as in metrics.csv
  std::vector<std::vector<std::optional<double>>> rows;
};

// What a rank other than 0 does for a run: it makes the same world and agent and serves, until an
// empty broadcast says that the run is over.
void serve_run(const ExperimentConfig& config, std::int64_t seed, Ranks& ranks);

// Writes the policy that a checkpoint of this run holds, as the run's `policy` file has its last.
// Returns the steps that it had learnt from. Throws ArchiveError.
std::int64_t save_policy_of_checkpoint(const ExperimentConfig& config, std::int64_t seed,
                                       const std::filesystem::path& checkpoint,
                                       const std::filesystem::path& policy);

class TrainingRun final : public TrainingContext {
 public:
  // Throws ConfigError where the folder holds a run and neither resume nor overwrite is asked for,
  // or where the run to resume was made with other settings.
  TrainingRun(const Registry& registry, const ExperimentConfig& config, std::int64_t seed,
              TrainingOptions options);
  ~TrainingRun() override;

  TrainingOutcome run();
  Agent& agent() { return *agent_; }
  const RunFolder& folder() const { return folder_; }

  VectorEnvironment& environment() override { return *environment_; }
  bool proceed(Agent& agent) override {
    if (++calls_ < next_look_ && count() < next_due_ && steps_ < next_self_ &&
        !(options_.stop && options_.stop->load(std::memory_order_relaxed)))
      return true;
    return look(agent);
  }
  void step(const Actions& actions) override;
  void count(std::int64_t steps, std::span<const EpisodeRecord> finished) override;
  std::int64_t steps() const override { return steps_; }
  std::int64_t episodes() const override { return episodes_; }
  void report(std::string_view metric, double value) override;
  void keep_policy(std::int64_t number) override;
  Ranks* ranks() override { return options_.ranks ? options_.ranks : threads_.get(); }
  std::vector<Demonstration> demonstrations(std::span<const std::string> paths) override;
  Policy& trained_policy(const std::string& run) override;

 private:
  struct Mean {
    double sum = 0;
    std::int64_t count = 0;
    void add(double value) { sum += value, ++count; }
    std::optional<double> take();
  };

  std::int64_t count() const { return in_episodes_ ? episodes_ : steps_; }
  bool writes() const { return !options_.root.empty(); }
  void warm_up();
  void keep_self();
  bool look(Agent& agent);
  void show_progress();
  void evaluate_now();
  void write_row();
  void save_episodes();
  void checkpoint();
  void follow_checkpoint();
  void schedule_next();
  void prepare_folder();
  void open_files(std::uint64_t metrics_length, const std::string& events_name,
                  std::uint64_t events_length);
  bool restore();
  void load_checkpoint(const std::filesystem::path& path);
  void say(const std::string& text) const;

  const Registry& registry_;
  ExperimentConfig config_;
  std::int64_t seed_;
  Seed root_;
  TrainingOptions options_;
  RunFolder folder_;
  std::string label_;
  bool in_episodes_;
  std::int64_t budget_;

  std::unique_ptr<RunLock> lock_;
  std::unique_ptr<Perception> perception_;
  std::shared_ptr<PastSelves> selves_;  // null where the world plays against none
  std::unique_ptr<VectorEnvironment> environment_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<PerceivingPolicy> policy_;
  std::unique_ptr<TrainedPolicy> other_policy_;  // what trained_policy() gives
  std::unique_ptr<MetricsFile> metrics_;
  std::unique_ptr<EventFile> events_;

  std::int64_t steps_ = 0, episodes_ = 0;
  std::int64_t next_evaluation_ = 0, next_row_ = 0, next_checkpoint_ = 0, next_due_ = 0,
               next_self_ = 0;
  bool finished_ = false;
  std::vector<std::string> agent_metrics_;
  Mean return_, length_;
  std::vector<Mean> reported_;
  std::optional<Evaluation> pending_, pending_unseen_;  // evaluated, not yet in a row
  TrainingOutcome outcome_;

  std::uint64_t calls_ = 0, next_look_ = 1;
  std::int64_t first_steps_ = 0;  // when run() began, for the rate
  std::int64_t first_count_ = 0;
  double started_ = 0, last_shown_ = 0;
  double seconds_before_ = 0;  // of wall time, before the checkpoint that was resumed from
  std::optional<double> last_return_, last_evaluation_;
  // Where the agent spreads its work and no processes do it: threads, which read what is above.
  std::unique_ptr<ThreadRanks> threads_;
};

}  // namespace sandlot
