#include "sim/core/perception.h"

#include <algorithm>
#include <cmath>

#include "sim/core/archive.h"

namespace sandlot {

Perception::Perception(const Space& world, const Space& seen, Parts parts)
    : world_size_(world.size()), seen_size_(seen.size()), parts_(std::move(parts)) {
  if (parts_.normalize) statistics_.emplace(seen_size_);
}

void Perception::warm_up(std::span<const float> observations) {
  if (parts_.encoder) parts_.encoder->fit(observations);
}

void Perception::learn(std::span<const float> observations, std::int64_t steps) {
  if (parts_.novelty) parts_.novelty->learn(observations);
  if (parts_.encoder) parts_.encoder->learn(observations);
  if (!statistics_ || (parts_.normalize_steps > 0 && steps >= parts_.normalize_steps)) return;
  if (!parts_.encoder) return statistics_->update(observations);
  encoded_.resize(observations.size() / world_size_ * seen_size_);
  parts_.encoder->encode(observations, encoded_);
  statistics_->update(encoded_);
}

void Perception::perceive(std::span<const float> from, std::span<float> to) const {
  if (parts_.encoder) {
    parts_.encoder->encode(from, to);
    if (statistics_) statistics_->normalize(to, to);
  } else if (statistics_) {
    statistics_->normalize(from, to);
  } else {
    std::copy(from.begin(), from.end(), to.begin());
  }
}

std::optional<bool> Perception::unfamiliar(std::span<const float> observation) const {
  if (!parts_.novelty) return std::nullopt;
  return parts_.novelty->unfamiliar(observation);
}

bool Perception::export_arrays(ArraySink& sink) const {
  if (parts_.encoder) return false;
  if (!statistics_) return true;
  std::vector<float> mean, deviation;
  for (std::size_t i = 0; i < statistics_->size(); ++i) {
    mean.push_back(static_cast<float>(statistics_->mean(i)));
    deviation.push_back(static_cast<float>(std::sqrt(statistics_->variance(i) + 1e-8)));
  }
  const int shape[] = {static_cast<int>(mean.size())};
  sink.add("observation.mean", shape, mean);
  sink.add("observation.deviation", shape, deviation);
  return true;
}

void Perception::save(Writer& out) const {
  if (statistics_) statistics_->save(out);
  if (parts_.encoder) {
    out.tag("encoder");
    parts_.encoder->save(out);
  }
  if (parts_.novelty) {
    out.tag("novelty");
    parts_.novelty->save(out);
  }
}

void Perception::load(Reader& in) {
  if (statistics_) statistics_->load(in);
  if (parts_.encoder) {
    in.expect_tag("encoder");
    parts_.encoder->load(in);
  }
  if (parts_.novelty) {
    in.expect_tag("novelty");
    parts_.novelty->load(in);
  }
}

PerceivedEnvironment::PerceivedEnvironment(std::unique_ptr<VectorEnvironment> inner,
                                           const EnvironmentSpec& seen, Perception& perception)
    : inner_(std::move(inner)), perception_(perception) {
  spec_ = seen;
  size_ = inner_->size();
  const auto rows = static_cast<std::size_t>(size_);
  observations_.resize(rows * perception_.seen_size());
  final_observations_.resize(rows * perception_.seen_size());
  finished_.reserve(rows);
  final_metrics_.resize(rows * spec_.metrics.size());
  if (perception_.has_novelty() && perception_.bonus() != 0) bonuses_.resize(rows);
}

void PerceivedEnvironment::show() {
  perception_.perceive(inner_->observations(), observations_);
  rewards_.assign(inner_->rewards().begin(), inner_->rewards().end());
  statuses_.assign(inner_->statuses().begin(), inner_->statuses().end());
  legal_.assign(inner_->legal_actions().begin(), inner_->legal_actions().end());
  finished_.assign(inner_->finished().begin(), inner_->finished().end());
  if (finished_.empty()) return;
  perception_.perceive(inner_->final_observations(), final_observations_);
  final_metrics_.clear();
  for (int row = 0; row < size_; ++row) {
    const auto metrics = inner_->final_metrics(row);
    final_metrics_.insert(final_metrics_.end(), metrics.begin(), metrics.end());
  }
}

// By what was known before the step.
void PerceivedEnvironment::judge(const Actions& actions) {
  for (int row = 0; row < size_; ++row) {
    const auto i = static_cast<std::size_t>(row);
    bonuses_[i] = 0;
    if (actions.rests(i)) continue;
    const bool ended = inner_->statuses()[i] != Status::running;
    const auto reached = ended ? inner_->final_observation(row) : inner_->observation(row);
    bonuses_[i] = perception_.unfamiliar(reached).value_or(false) ? perception_.bonus() : 0.0f;
  }
}

void PerceivedEnvironment::reset() {
  inner_->reset();
  perception_.learn(inner_->observations(), steps_);
  show();
}

void PerceivedEnvironment::step(const Actions& actions) {
  inner_->step(actions);
  if (!bonuses_.empty()) judge(actions);
  learn(actions);
  show();
  for (std::size_t i = 0; i < bonuses_.size(); ++i) rewards_[i] += bonuses_[i];
}

void PerceivedEnvironment::learn(const Actions& actions) {
  for (int row = 0; row < size_; ++row)
    if (inner_->statuses()[static_cast<std::size_t>(row)] != Status::running)
      perception_.learn(inner_->final_observation(row), steps_);
  if (actions.resting.empty()) {
    perception_.learn(inner_->observations(), steps_);
    steps_ += size_;
    return;
  }
  int moved = 0;
  for (int row = 0; row < size_; ++row) {
    if (actions.rests(static_cast<std::size_t>(row))) continue;
    perception_.learn(inner_->observation(row), steps_);
    ++moved;
  }
  steps_ += moved;
}

void PerceivedEnvironment::save(Writer& out) const {
  inner_->save(out);
  perception_.save(out);
  out.write(steps_);
  // Shown as of the last step: saved, so that a resumed agent sees the very same values.
  out.write(observations_);
}

void PerceivedEnvironment::load(Reader& in) {
  inner_->load(in);
  perception_.load(in);
  in.read(steps_);
  show();
  const std::size_t size = observations_.size();
  in.read(observations_);
  if (observations_.size() != size) in.fail("the observations have another size");
}

std::span<const float> PerceivingPolicy::perceived(std::span<const float> observations) const {
  if (perception_.plain()) return observations;
  scratch_.resize(observations.size() / perception_.world_size() * perception_.seen_size());
  perception_.perceive(observations, scratch_);
  return scratch_;
}

void PerceivingPolicy::act(int rows, std::span<const float> observations,
                           std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                           std::span<float> continuous, Random& random) {
  inner_.act(rows, perceived(observations), legal, actions, continuous, random);
}

bool PerceivingPolicy::action_values(std::span<const float> observation,
                                     std::span<float> values) const {
  return inner_.action_values(perceived(observation), values);
}

bool PerceivingPolicy::saliency(std::span<const float> observation, std::int32_t action,
                                std::span<float> gradient) const {
  return perception_.keeps_places() && inner_.saliency(perceived(observation), action, gradient);
}

bool PerceivingPolicy::export_arrays(ArraySink& sink) const {
  return inner_.export_arrays(sink) && perception_.export_arrays(sink);
}

}  // namespace sandlot
