#include "sim/experiment/training.h"

#include <algorithm>
#include <limits>

#include "sim/config/writer.h"
#include "sim/core/archive.h"
#include "sim/core/random_policy.h"
#include "sim/experiment/demonstrations.h"
#include "sim/experiment/episode_file.h"
#include "sim/experiment/figures.h"
#include "sim/experiment/training_parts.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// The first multiple of `every` above `count`.
std::int64_t next_multiple(std::int64_t count, std::int64_t every) {
  return every <= 0 ? kNever : (count / every + 1) * every;
}

// Another opponent, for one, may bring other figures than the world of training.
EnvironmentSpec unseen_spec(const ExperimentConfig& config) {
  return config.unseen.environment.world->spec(config.unseen.environment.wrappers);
}

std::vector<std::string> columns_of(const ExperimentConfig& config, const EnvironmentSpec& spec,
                                    const std::vector<std::string>& agent_metrics) {
  std::vector<std::string> columns{"steps",          "episodes",      "episode_return",
                                   "episode_length", "eval_return",   "eval_deviation",
                                   "eval_length",    "eval_truncated"};
  if (spec.has_goal) columns.emplace_back("eval_goal");
  for (const auto& name : spec.metrics) columns.push_back("eval_" + name);
  if (config.unseen.given) {
    const EnvironmentSpec unseen = unseen_spec(config);
    columns.insert(columns.end(), {"unseen_return", "unseen_deviation"});
    if (unseen.has_goal) columns.emplace_back("unseen_goal");
    for (const auto& name : unseen.metrics) columns.push_back("unseen_" + name);
  }
  columns.insert(columns.end(), agent_metrics.begin(), agent_metrics.end());
  return columns;
}

}  // namespace

std::optional<double> TrainingRun::Mean::take() {
  if (count == 0) return std::nullopt;
  const double mean = sum / static_cast<double>(count);
  *this = {};
  return mean;
}

TrainingRun::TrainingRun(const Registry& registry, const ExperimentConfig& config,
                         std::int64_t seed, TrainingOptions options)
    : registry_(registry),
      config_(config),
      seed_(seed),
      root_(root_of(seed)),
      options_(std::move(options)),
      folder_(RunFolder::of(options_.root, config, seed)),
      label_(config.label() + ", seed " + std::to_string(seed)),
      in_episodes_(config.training.in_episodes()),
      budget_(config.training.budget()) {
  perception_ = config_.make_perception(derive(root_, "perception"));
  agent_ =
      config_.agent.agent->make(config_.spec(), config_.environment.copies, derive(root_, "agent"));
  const bool spread = !options_.ranks && agent_->spreads();
  selves_ = make_past_selves(config_);
  environment_ =
      make_world(config_, root_, *perception_, spread ? 1 : config_.environment.threads, selves_);
  policy_ = std::make_unique<PerceivingPolicy>(agent_->policy(), *perception_);
  agent_metrics_ = agent_->metrics();
  reported_.resize(agent_metrics_.size());
  outcome_.columns = columns_of(config_, environment_->spec(), agent_metrics_);
  schedule_next();
  if (writes()) prepare_folder();
}

TrainingRun::~TrainingRun() = default;

void TrainingRun::say(const std::string& text) const {
  if (options_.message) options_.message(text);
}

void serve_run(const ExperimentConfig& config, std::int64_t seed, Ranks& ranks) {
  class Served final : public TrainingContext {
   public:
    Served(std::unique_ptr<VectorEnvironment> environment, Ranks& with)
        : environment_(std::move(environment)), ranks_(with) {}
    VectorEnvironment& environment() override { return *environment_; }
    Ranks* ranks() override { return &ranks_; }
    bool proceed(Agent&) override { return false; }
    void step(const Actions& actions) override { environment_->step(actions); }
    void count(std::int64_t, std::span<const EpisodeRecord>) override {}
    std::int64_t steps() const override { return 0; }
    std::int64_t episodes() const override { return 0; }
    void report(std::string_view, double) override {}

   private:
    std::unique_ptr<VectorEnvironment> environment_;
    Ranks& ranks_;
  };
  const Seed root = root_of(seed);
  // What it has learnt comes with the first state of the world that rank 0 sends.
  const auto perception = config.make_perception(derive(root, "perception"));
  Served served(
      make_world(config, root, *perception, config.environment.threads, make_past_selves(config)),
      ranks);
  const auto agent =
      config.agent.agent->make(config.spec(), config.environment.copies, derive(root, "agent"));
  agent->serve(served);
}

TrainingOutcome TrainingRun::run() {
  bool restored = false;
  if (writes()) {
    restored = options_.resume && restore();
    if (!restored) open_files(0, "", 0);
  }
  if (!restored) {
    warm_up();
    keep_self();
    environment_->reset();
  }
  if (const std::string what = agent_->describe(); !what.empty()) say(label_ + ": " + what);
  if (!options_.ranks && agent_->spreads() && config_.environment.threads > 1)
    threads_ = std::make_unique<ThreadRanks>(config_.environment.threads, [this](Ranks& ranks) {
      ExperimentConfig alone = config_;
      alone.environment.threads = 1;
      serve_run(alone, seed_, ranks);
    });
  started_ = last_shown_ = seconds_now();
  first_steps_ = steps_;
  first_count_ = count();
  if (finished_ && count() >= budget_) {
    say(label_ + ": finished before, at " + std::to_string(steps_) + " steps");
    evaluate_now();
    outcome_.evaluation = std::move(*pending_);
    pending_.reset();
    outcome_.unseen = std::move(pending_unseen_);
    pending_unseen_.reset();
  } else {
    finished_ = false;
    agent_->train(*this);
  }
  outcome_.finished = finished_;
  outcome_.steps = steps_;
  outcome_.episodes_count = episodes_;
  return std::move(outcome_);
}

// Random play in worlds of its own, for an encoder to learn from.
void TrainingRun::warm_up() {
  if (!config_.encoder.given) return;
  const EnvironmentSection& world = config_.environment;
  const auto worlds = world.world->make_batch(world.wrappers, world.copies,
                                              derive(root_, "warm-up"), world.threads);
  const Space& action = worlds->spec().action;
  const auto rows = static_cast<std::size_t>(world.copies);
  RandomPolicy policy(action);
  Random random(derive(root_, "warm-up actions"));
  std::vector<std::int32_t> chosen(action.is_discrete() ? rows : 0);
  std::vector<float> values(action.is_discrete() ? 0 : rows * action.size());
  std::vector<float> seen;
  worlds->reset();
  for (std::int64_t step = 0; step < config_.encoder.encoder->warm_up(); step += world.copies) {
    seen.insert(seen.end(), worlds->observations().begin(), worlds->observations().end());
    policy.act(world.copies, worlds->observations(), worlds->legal_actions(), chosen, values,
               random);
    worlds->step({.discrete = chosen, .continuous = values});
    count(world.copies, worlds->finished());
  }
  perception_->warm_up(seen);
}

void TrainingRun::step(const Actions& actions) {
  environment_->step(actions);
  count(environment_->size(), environment_->finished());
}

void TrainingRun::count(std::int64_t steps, std::span<const EpisodeRecord> finished) {
  steps_ += steps;
  for (const EpisodeRecord& episode : finished) {
    ++episodes_;
    return_.add(episode.episode_return);
    length_.add(static_cast<double>(episode.length));
    if (options_.keep_episodes) outcome_.episodes.push_back(episode);
  }
}

void TrainingRun::report(std::string_view metric, double value) {
  for (std::size_t i = 0; i < agent_metrics_.size(); ++i) {
    if (agent_metrics_[i] != metric) continue;
    reported_[i].add(value);
    return;
  }
  throw std::logic_error("the agent reports '" + std::string(metric) +
                         "', which its metrics() does not name");
}

// A resumed run that comes here again writes the same bytes.
void TrainingRun::keep_policy(std::int64_t number) {
  if (!writes()) return;
  fs::create_directories(folder_.champions());
  save_policy(folder_.champions() / (padded(number) + ".policy"), agent_->policy(), steps_,
              *perception_);
}

std::vector<Demonstration> TrainingRun::demonstrations(std::span<const std::string> paths) {
  return load_demonstrations(registry_, config_, paths);
}

Policy& TrainingRun::trained_policy(const std::string& run) {
  other_policy_ = load_expert(registry_, config_, run);
  return other_policy_->policy();
}

void TrainingRun::schedule_next() {
  const TrainingSection& t = config_.training;
  next_evaluation_ = next_multiple(count(), t.evaluate.every);
  next_row_ = next_multiple(count(), t.log_every());
  next_checkpoint_ = next_multiple(count(), t.checkpoint_every());
  next_self_ = selves_ ? next_multiple(steps_, selves_->settings().every) : kNever;
  next_due_ = std::min({next_evaluation_, next_row_, next_checkpoint_, budget_});
}

// Who the agent is now becomes one whom it may play against.
void TrainingRun::keep_self() {
  if (!selves_) return;
  selves_->add(past_self(agent_->policy(), *perception_));
  next_self_ = next_multiple(steps_, selves_->settings().every);
}

// Looks at the clock now and then, and does what is due.
bool TrainingRun::look(Agent&) {
  if (steps_ >= next_self_) keep_self();
  show_progress();
  const bool stop = options_.stop && options_.stop->load();
  if (count() < next_due_) {
    if (stop && writes()) checkpoint();
    return !stop;
  }
  const bool last = count() >= budget_;
  if (last || count() >= next_evaluation_) evaluate_now();
  if (last || pending_ || count() >= next_row_) write_row();
  const bool save = last || stop || count() >= next_checkpoint_;
  schedule_next();
  finished_ = last;
  if (save && writes()) checkpoint();
  return !last && !stop;
}

void TrainingRun::show_progress() {
  const double time = seconds_now();
  // About a thousand looks at the clock a second.
  const double elapsed = std::max(time - started_, 1e-6);
  next_look_ =
      calls_ + 1 + static_cast<std::uint64_t>(static_cast<double>(calls_) / elapsed / 1000);
  const bool last = count() >= budget_;
  if (!options_.progress || (time - last_shown_ < 0.25 && !last)) return;
  last_shown_ = time;
  Progress p;
  p.label = label_;
  p.steps = steps_;
  p.episodes = episodes_;
  p.done = std::min(count(), budget_);
  p.budget = budget_;
  p.steps_per_second = static_cast<double>(steps_ - first_steps_) / elapsed;
  const auto counted = static_cast<double>(count() - first_count_);
  p.seconds_left = counted > 0 ? elapsed * static_cast<double>(budget_ - p.done) / counted : 0;
  p.last_return = last_return_;
  p.last_evaluation = last_evaluation_;
  options_.progress(p);
}

void TrainingRun::evaluate_now() {
  const std::int64_t episodes = config_.training.evaluate.episodes;
  pending_ =
      evaluate(config_, config_.environment, *policy_, derive(root_, "evaluation"), episodes);
  if (config_.unseen.given)
    pending_unseen_ = evaluate(config_, config_.unseen.environment, *policy_,
                               derive(root_, "evaluation, unseen"), episodes);
  last_evaluation_ = pending_->mean_return();
  if (writes()) save_episodes();
}

// The median, best and worst of an evaluation: what is typical, and how far it may go.
void TrainingRun::save_episodes() {
  std::vector<const PlayedEpisode*> order;
  for (const auto& episode : pending_->episodes) order.push_back(&episode);
  std::stable_sort(order.begin(), order.end(),
                   [](auto* a, auto* b) { return a->episode_return < b->episode_return; });
  const std::string yaml =
      environment_yaml(registry_, evaluation_section(config_, config_.environment));
  const auto save = [&](const char* which, const PlayedEpisode& episode) {
    save_episode(folder_.episodes() / (padded(steps_) + "-" + which + ".episode"),
                 {label_ + ", " + which + " of " + std::to_string(order.size()) + " after " +
                      std::to_string(steps_) + " steps",
                  yaml, episode});
  };
  save("median", *order[order.size() / 2]);
  if (order.size() >= 3) {
    save("best", *order.back());
    save("worst", *order.front());
  }
}

void TrainingRun::write_row() {
  std::vector<std::optional<double>> row{
      static_cast<double>(steps_), static_cast<double>(episodes_), return_.take(), length_.take()};
  if (row[2]) last_return_ = row[2];
  const std::size_t measured = outcome_.columns.size() - agent_metrics_.size();
  if (pending_) {
    const bool has_goal = environment_->spec().has_goal;
    const std::size_t metrics = environment_->spec().metrics.size();
    row.insert(row.end(), {pending_->mean_return(), pending_->deviation(), pending_->mean_length(),
                           pending_->truncated_share()});
    if (has_goal) row.emplace_back(pending_->goal_share());
    for (std::size_t k = 0; k < metrics; ++k) row.emplace_back(pending_->mean_metric(k));
    if (pending_unseen_) {
      const EnvironmentSpec unseen = unseen_spec(config_);
      row.insert(row.end(), {pending_unseen_->mean_return(), pending_unseen_->deviation()});
      if (unseen.has_goal) row.emplace_back(pending_unseen_->goal_share());
      for (std::size_t k = 0; k < unseen.metrics.size(); ++k)
        row.emplace_back(pending_unseen_->mean_metric(k));
    }
    outcome_.evaluation = std::move(*pending_);
    pending_.reset();
    outcome_.unseen = std::move(pending_unseen_);
    pending_unseen_.reset();
  }
  row.resize(measured);
  for (auto& mean : reported_) row.push_back(mean.take());
  if (metrics_) {
    metrics_->row(row);
    for (std::size_t i = 1; i < row.size(); ++i)
      if (row[i]) events_->scalar(outcome_.columns[i], steps_, *row[i]);
    const double elapsed = seconds_now() - started_;
    if (elapsed > 0)
      events_->scalar("steps_per_second", steps_,
                      static_cast<double>(steps_ - first_steps_) / elapsed);
    events_->flush();
  }
  outcome_.rows.push_back(std::move(row));
}

}  // namespace sandlot
