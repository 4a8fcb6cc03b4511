#include "sim/core/normalizer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/core/archive.h"

namespace sandlot {

ObservationStatistics::ObservationStatistics(std::size_t size) : mean_(size), squares_(size) {}

double ObservationStatistics::variance(std::size_t i) const {
  return count_ > 1 ? squares_[i] / count_ : 1.0;
}

void ObservationStatistics::update(std::span<const float> observations) {
  const std::size_t width = mean_.size();
  for (std::size_t row = 0; row * width < observations.size(); ++row) {
    count_ += 1;
    for (std::size_t i = 0; i < width; ++i) {
      const double x = observations[row * width + i];
      const double delta = x - mean_[i];
      mean_[i] += delta / count_;
      squares_[i] += delta * (x - mean_[i]);
    }
  }
}

void ObservationStatistics::normalize(std::span<const float> from, std::span<float> to) const {
  const std::size_t width = mean_.size();
  for (std::size_t i = 0; i < width; ++i) {
    const double scale = 1.0 / std::sqrt(variance(i) + 1e-8);
    for (std::size_t at = i; at < from.size(); at += width)
      to[at] = static_cast<float>(std::clamp((from[at] - mean_[i]) * scale, -10.0, 10.0));
  }
}

void ObservationStatistics::save(Writer& out) const {
  out.write(count_);
  out.write(mean_);
  out.write(squares_);
}

void ObservationStatistics::load(Reader& in) {
  const std::size_t width = mean_.size();
  in.read(count_);
  in.read(mean_);
  in.read(squares_);
  if (mean_.size() != width || squares_.size() != width)
    in.fail("the observation statistics have another size");
}

NormalizedEnvironment::NormalizedEnvironment(std::unique_ptr<VectorEnvironment> inner,
                                             std::int64_t steps)
    : inner_(std::move(inner)),
      statistics_(inner_->spec().observation.size()),
      last_step_(steps > 0 ? steps : std::numeric_limits<std::int64_t>::max()) {
  spec_ = inner_->spec();
  spec_.observation.low = {-10.0f};
  spec_.observation.high = {10.0f};
  spec_.observation.quantum = 0;
  spec_.frame_stack = 1;
  size_ = inner_->size();
  observations_.resize(inner_->observations().size());
  final_observations_.resize(inner_->observations().size());
  finished_.reserve(static_cast<std::size_t>(size_));
  final_metrics_.resize(static_cast<std::size_t>(size_) * spec_.metrics.size());
}

void NormalizedEnvironment::show() {
  statistics_.normalize(inner_->observations(), observations_);
  statistics_.normalize(inner_->final_observations(), final_observations_);
  rewards_.assign(inner_->rewards().begin(), inner_->rewards().end());
  statuses_.assign(inner_->statuses().begin(), inner_->statuses().end());
  legal_.assign(inner_->legal_actions().begin(), inner_->legal_actions().end());
  finished_.assign(inner_->finished().begin(), inner_->finished().end());
  if (finished_.empty()) return;
  final_metrics_.clear();
  for (int row = 0; row < size_; ++row) {
    const auto metrics = inner_->final_metrics(row);
    final_metrics_.insert(final_metrics_.end(), metrics.begin(), metrics.end());
  }
}

void NormalizedEnvironment::reset() {
  inner_->reset();
  statistics_.update(inner_->observations());
  show();
}

void NormalizedEnvironment::step(const Actions& actions) {
  inner_->step(actions);
  if (steps_ < last_step_) learn();
  steps_ += size_;
  show();
}

void NormalizedEnvironment::learn() {
  for (int row = 0; row < size_; ++row)
    if (inner_->statuses()[static_cast<std::size_t>(row)] != Status::running)
      statistics_.update(inner_->final_observation(row));
  statistics_.update(inner_->observations());
}

void NormalizedEnvironment::save(Writer& out) const {
  inner_->save(out);
  statistics_.save(out);
  out.write(steps_);
  // Shown as of the last step: saved, so that a resumed agent sees the very same values.
  out.write(observations_);
}

void NormalizedEnvironment::load(Reader& in) {
  inner_->load(in);
  statistics_.load(in);
  in.read(steps_);
  show();
  const std::size_t size = observations_.size();
  in.read(observations_);
  if (observations_.size() != size) in.fail("the observations have another size");
}

void NormalizedPolicy::act(int rows, std::span<const float> observations,
                           std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                           std::span<float> continuous, Random& random) {
  scratch_.resize(observations.size());
  statistics_.normalize(observations, scratch_);
  inner_.act(rows, scratch_, legal, actions, continuous, random);
}

bool NormalizedPolicy::action_values(std::span<const float> observation,
                                     std::span<float> values) const {
  scratch_.resize(observation.size());
  statistics_.normalize(observation, scratch_);
  return inner_.action_values(scratch_, values);
}

bool NormalizedPolicy::saliency(std::span<const float> observation, std::int32_t action,
                                std::span<float> gradient) const {
  scratch_.resize(observation.size());
  statistics_.normalize(observation, scratch_);
  return inner_.saliency(scratch_, action, gradient);
}

bool NormalizedPolicy::export_arrays(ArraySink& sink) const {
  if (!inner_.export_arrays(sink)) return false;
  std::vector<float> mean, deviation;
  for (std::size_t i = 0; i < statistics_.size(); ++i) {
    mean.push_back(static_cast<float>(statistics_.mean(i)));
    deviation.push_back(static_cast<float>(std::sqrt(statistics_.variance(i) + 1e-8)));
  }
  const int shape[] = {static_cast<int>(mean.size())};
  sink.add("observation.mean", shape, mean);
  sink.add("observation.deviation", shape, deviation);
  return true;
}

}  // namespace sandlot
