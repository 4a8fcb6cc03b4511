#include "sim/experiment/evaluation.h"

#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

constexpr std::int64_t kRowsTogether = 256;

// Plays one episode in each row of a fresh batch.
void play_rows(VectorEnvironment& batch, Policy& policy, Random& random,
               std::span<PlayedEpisode> episodes) {
  const EnvironmentSpec& spec = batch.spec();
  const bool discrete = spec.action.is_discrete();
  const std::size_t width = discrete ? 0 : spec.action.size();
  const auto rows = static_cast<std::size_t>(batch.size());
  std::vector<std::int32_t> actions(discrete ? rows : 0);
  std::vector<float> values(rows * width);
  std::vector<std::uint8_t> ended(rows);
  for (int row = 0; row < batch.size(); ++row) policy.begin_episode(row);
  batch.reset();
  std::size_t running = rows;
  while (running > 0) {
    for (int row = 0; row < batch.size(); ++row) policy.look(row, batch.environment(row));
    policy.act(batch.size(), batch.observations(), batch.legal_actions(), actions, values, random);
    batch.step({.discrete = actions, .continuous = values, .resting = ended});
    for (std::size_t row = 0; row < rows; ++row) {
      if (ended[row] != 0) continue;
      PlayedEpisode& episode = episodes[row];
      if (discrete)
        episode.actions.push_back(actions[row]);
      else
        episode.values.insert(episode.values.end(),
                              values.begin() + static_cast<std::ptrdiff_t>(row * width),
                              values.begin() + static_cast<std::ptrdiff_t>((row + 1) * width));
    }
    for (const EpisodeRecord& record : batch.finished()) {
      policy.begin_episode(record.row);
      ended[static_cast<std::size_t>(record.row)] = 1;
      PlayedEpisode& episode = episodes[static_cast<std::size_t>(record.row)];
      episode.seed = record.seed;
      episode.episode_return = record.episode_return;
      episode.length = record.length;
      episode.status = record.status;
      episode.goal = record.goal;
      const auto metrics = batch.final_metrics(record.row);
      episode.metrics.assign(metrics.begin(), metrics.end());
      --running;
    }
  }
}

}  // namespace

EnvironmentSection evaluation_section(const ExperimentConfig& config,
                                      const EnvironmentSection& world) {
  EnvironmentSection section = world;
  if (section.world->spec(section.wrappers).step_limit == 0)
    section.wrappers.step_limit = config.training.evaluate.step_limit;
  section.wrappers.reward_scale = 1;
  section.wrappers.reward_clip.clear();
  return section;
}

Evaluation evaluate(const ExperimentConfig& config, const EnvironmentSection& world, Policy& policy,
                    Seed seed, std::int64_t episodes) {
  Evaluation result;
  result.episodes.resize(static_cast<std::size_t>(episodes));
  const EnvironmentSection section = evaluation_section(config, world);
  Random random(derive(seed, "policy"));
  for (std::int64_t first = 0; first < episodes; first += kRowsTogether) {
    const auto rows = std::min(kRowsTogether, episodes - first);
    const auto batch = section.world->make_batch(
        section.wrappers, static_cast<int>(rows),
        derive(seed, "batch", static_cast<std::uint64_t>(first)), section.threads);
    play_rows(*batch, policy, random,
              std::span(result.episodes)
                  .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(rows)));
  }
  return result;
}

double Evaluation::mean_return() const {
  double sum = 0;
  for (const auto& e : episodes) sum += e.episode_return;
  return sum / static_cast<double>(episodes.size());
}

double Evaluation::deviation() const {
  if (episodes.size() < 2) return 0;
  const double mean = mean_return();
  double sum = 0;
  for (const auto& e : episodes) sum += (e.episode_return - mean) * (e.episode_return - mean);
  return std::sqrt(sum / static_cast<double>(episodes.size() - 1));
}

double Evaluation::standard_error() const {
  return deviation() / std::sqrt(static_cast<double>(episodes.size()));
}

double Evaluation::mean_length() const {
  double sum = 0;
  for (const auto& e : episodes) sum += static_cast<double>(e.length);
  return sum / static_cast<double>(episodes.size());
}

double Evaluation::truncated_share() const {
  double sum = 0;
  for (const auto& e : episodes) sum += e.status == Status::truncated;
  return sum / static_cast<double>(episodes.size());
}

double Evaluation::mean_metric(std::size_t which) const {
  double sum = 0;
  for (const auto& e : episodes) sum += e.metrics[which];
  return sum / static_cast<double>(episodes.size());
}

double Evaluation::goal_share() const {
  double sum = 0;
  for (const auto& e : episodes) sum += e.goal;
  return sum / static_cast<double>(episodes.size());
}

}  // namespace sandlot
