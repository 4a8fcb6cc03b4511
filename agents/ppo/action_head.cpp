#include "agents/ppo/action_head.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/core/policy.h"

namespace sandlot {
namespace {

// Of log ρ, so that ρ stays a number.
constexpr double kFarthest = 20;
const double kLogRoot = 0.5 * std::log(2 * std::numbers::pi);

double wide(float x) { return static_cast<double>(x); }
bool allowed(std::span<const std::uint8_t> legal, std::size_t a) {
  return legal.empty() || legal[a] != 0;
}

}  // namespace

ActionHead::ActionHead(const Space& action)
    : space_(action),
      outputs_(action.is_discrete() ? static_cast<std::size_t>(action.n) : action.size()) {
  if (discrete()) {
    chances_.resize(outputs_);
    logs_.resize(outputs_);
    return;
  }
  for (std::size_t i = 0; i < outputs_; ++i) {
    const float low = space_.low_at(i), high = space_.high_at(i);
    const bool bounded = std::isfinite(low) && std::isfinite(high);
    middle_.push_back(bounded ? 0.5f * low + 0.5f * high : 0);
    half_.push_back(bounded ? 0.5f * high - 0.5f * low : 1);
  }
}

double ActionHead::softmax(const float* logits, std::span<const std::uint8_t> legal) const {
  const auto best = static_cast<std::size_t>(greedy_action({logits, outputs_}, legal));
  const double top = wide(logits[best]);
  double sum = 0;
  for (std::size_t a = 0; a < outputs_; ++a) {
    logs_[a] = allowed(legal, a) ? wide(logits[a]) - top : 0;
    chances_[a] = allowed(legal, a) ? std::exp(logs_[a]) : 0;
    sum += chances_[a];
  }
  const double log_sum = std::log(sum);
  double entropy = 0;
  for (std::size_t a = 0; a < outputs_; ++a) {
    if (!allowed(legal, a)) continue;
    chances_[a] /= sum;
    logs_[a] -= log_sum;
    if (chances_[a] > 0) entropy -= chances_[a] * logs_[a];
  }
  return entropy;
}

double ActionHead::draw(const float* outputs, std::span<const float> log_std,
                        std::span<const std::uint8_t> legal, Random& random, std::int32_t& index,
                        float* values) const {
  if (!discrete()) {
    for (std::size_t i = 0; i < outputs_; ++i)
      values[i] = outputs[i] + std::exp(log_std[i]) * static_cast<float>(random.normal());
    return log_probability(outputs, log_std, legal, 0, values);
  }
  softmax(outputs, legal);
  double left = random.uniform();
  // Where rounding leaves something, or outputs are no numbers, it is the last one that has a
  // chance, or else the first legal one.
  index = greedy_action({outputs, outputs_}, legal);
  for (std::size_t a = 0; a < outputs_; ++a) {
    if (!(chances_[a] > 0)) continue;
    index = static_cast<std::int32_t>(a);
    if (left < chances_[a]) break;
    left -= chances_[a];
  }
  return logs_[static_cast<std::size_t>(index)];
}

double ActionHead::log_probability(const float* outputs, std::span<const float> log_std,
                                   std::span<const std::uint8_t> legal, std::int32_t index,
                                   const float* values) const {
  if (discrete()) {
    softmax(outputs, legal);
    return logs_[static_cast<std::size_t>(index)];
  }
  double sum = 0;
  for (std::size_t i = 0; i < outputs_; ++i) {
    const double log_deviation = wide(log_std[i]);
    const double z = (wide(values[i]) - wide(outputs[i])) * std::exp(-log_deviation);
    sum -= 0.5 * z * z + log_deviation + kLogRoot;
  }
  return sum;
}

void ActionHead::log_probability_gradient(const float* outputs, std::int32_t index,
                                          float* gradient) const {
  softmax(outputs, {});
  for (std::size_t a = 0; a < outputs_; ++a)
    gradient[a] =
        (static_cast<std::int32_t>(a) == index ? 1.0f : 0.0f) - static_cast<float>(chances_[a]);
}

void ActionHead::export_bounds(ArraySink& sink) const {
  std::vector<float> low, high;
  for (std::size_t i = 0; i < outputs_; ++i) {
    low.push_back(space_.low_at(i));
    high.push_back(space_.high_at(i));
  }
  const int shape[] = {static_cast<int>(outputs_)};
  sink.add("action.middle", shape, middle_);
  sink.add("action.half", shape, half_);
  sink.add("action.low", shape, low);
  sink.add("action.high", shape, high);
}

void ActionHead::to_world(const float* values, float* action) const {
  for (std::size_t i = 0; i < outputs_; ++i) {
    const float value = middle_[i] + half_[i] * values[i];
    // The middle for what is no number.
    action[i] =
        std::isnan(value) ? middle_[i] : std::clamp(value, space_.low_at(i), space_.high_at(i));
  }
}

ActionHead::Fit ActionHead::fit(const float* outputs, std::span<const float> log_std,
                                const Sample& s, const Weights& weights, float* gradient,
                                std::span<float> by_log_std) const {
  Fit fit;
  const double log_new = log_probability(outputs, log_std, s.legal, s.index, s.values);
  const double log_ratio = std::clamp(log_new - s.old_log_probability, -kFarthest, kFarthest);
  const double ratio = std::exp(log_ratio);
  const double bounded = std::clamp(ratio, 1 - weights.clip, 1 + weights.clip);
  fit.loss = -std::min(ratio * s.advantage, bounded * s.advantage);
  fit.kl = (ratio - 1) - log_ratio;
  fit.clipped = bounded != ratio;
  // By the log-probability: −ρ A where the first term is the smaller one, else nothing.
  const double by_log = ratio * s.advantage <= bounded * s.advantage ? -ratio * s.advantage : 0;
  if (discrete()) {
    for (const double p : chances_)
      if (p > 0) fit.entropy -= p * std::log(p);
    for (std::size_t a = 0; a < outputs_; ++a) {
      const double p = chances_[a];
      const double by_entropy = p > 0 ? -p * (logs_[a] + fit.entropy) : 0;
      const double chosen = a == static_cast<std::size_t>(s.index) ? 1 : 0;
      gradient[a] = static_cast<float>(weights.sample *
                                       (by_log * (chosen - p) - weights.entropy * by_entropy));
    }
    return fit;
  }
  for (std::size_t i = 0; i < outputs_; ++i) {
    const double log_deviation = wide(log_std[i]);
    const double scale = std::exp(-log_deviation);
    const double z = (wide(s.values[i]) - wide(outputs[i])) * scale;
    fit.entropy += log_deviation + kLogRoot + 0.5;
    gradient[i] = static_cast<float>(weights.sample * by_log * z * scale);
    by_log_std[i] += static_cast<float>(weights.sample * (by_log * (z * z - 1) - weights.entropy));
  }
  return fit;
}

}  // namespace sandlot
