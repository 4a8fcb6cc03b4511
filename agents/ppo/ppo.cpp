#include "agents/ppo/ppo.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "agents/ppo/advantages.h"

namespace sandlot {
namespace {

double wide(float x) { return static_cast<double>(x); }

// The weights of a shared network's policy outputs are made as small as those of a policy network's.
void shrink_policy_outputs(Network& network, std::size_t policy_outputs) {
  std::vector<float> weights(network.parameter_count());
  network.get_weights(weights);
  for (const ParameterBlock& block : network.architecture().parameters()) {
    if (block.name != "head.weight") continue;
    for (std::size_t i = 0; i < block.size(); ++i)
      if (i % network.outputs() < policy_outputs) weights[block.offset + i] *= 0.01f;
  }
  network.set_weights(weights);
}

// 1 − Var(R − V) / Var(R); NaN where all returns are the same.
double explained_variance(std::span<const float> values, std::span<const float> advantages) {
  const auto count = static_cast<double>(values.size());
  double mean = 0, mean_error = 0, variance = 0, error_variance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    mean += (wide(values[i]) + wide(advantages[i])) / count;
    mean_error += wide(advantages[i]) / count;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double error = wide(advantages[i]) - mean_error;
    const double off = wide(values[i]) + wide(advantages[i]) - mean;
    variance += off * off;
    error_variance += error * error;
  }
  return 1 - error_variance / variance;
}

}  // namespace

Ppo::Ppo(const PpoSettings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : settings_(settings),
      spec_(spec),
      exploration_(derive(seed, "exploration")),
      shuffling_(derive(seed, "minibatches")),
      policy_(spec, make_network(settings.policy_architecture(spec), settings.optimizer,
                                 settings.network.backend, derive(seed, "network"))),
      log_std_(policy_.head().deviations(), static_cast<float>(settings.log_std)),
      log_std_gradient_(log_std_.size()),
      log_std_optimizer_(settings.optimizer, log_std_.size()),
      rollout_(spec, copies, settings.horizon),
      actions_(discrete() ? static_cast<std::size_t>(copies) : 0),
      continuous_(static_cast<std::size_t>(copies) * policy_.head().deviations()) {
  if (settings.shared)
    shrink_policy_outputs(policy_.network(), policy_.head().outputs());
  else
    value_ = make_network(settings.value_architecture(spec), settings.optimizer,
                          settings.network.backend, derive(seed, "value network"));
  // All that an update needs is there from the start.
  const std::size_t size = rollout_.capacity(), rows = static_cast<std::size_t>(copies);
  const auto minibatches = static_cast<std::size_t>(settings.minibatches);
  const std::size_t largest = (size + minibatches - 1) / minibatches;
  advantages_.resize(size);
  last_values_.resize(rows);
  order_.resize(size);
  gathered_.resize(largest * spec.observation.size());
  gradient_.resize(largest * policy_.network().outputs());
  value_gradient_.resize(value_ ? largest : 0);
  scaled_.resize(largest);
  outputs_.resize(rows * value_network().outputs());
}

std::vector<std::string> Ppo::metrics() const {
  return {"policy_loss", "value_loss", "entropy", "kl", "clip_fraction", "explained_variance"};
}

std::string Ppo::describe() const {
  const Network& network = policy_.network();
  std::string text = settings_.shared ? "policy and value " : "policy ";
  text += network.architecture().describe();
  if (value_) text += ", value " + value_->architecture().describe();
  const std::size_t parameters =
      network.parameter_count() + (value_ ? value_->parameter_count() : 0) + log_std_.size();
  const auto bytes = static_cast<double>(rollout_.bytes());
  char memory[32];
  std::snprintf(memory, sizeof memory, bytes < 1e6 ? "%.1f kB" : "%.1f MB",
                bytes / (bytes < 1e6 ? 1e3 : 1e6));
  return text + ": " + std::to_string(parameters) + " parameters, on " + network.backend() +
         "; rollout: " + std::to_string(rollout_.capacity()) + " transitions, " + memory;
}

void Ppo::train(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  while (training.proceed(*this)) {
    choose(world);
    training.step({.discrete = actions_, .continuous = continuous_});
    remember(world);
    if (!rollout_.full()) continue;
    compute_advantages(world.observations());
    learn(training);
    rollout_.clear();
  }
}

NetworkInput Ppo::input(int rows, std::span<const float> observations) {
  NetworkInput in;
  in.rows = rows;
  in.values = observations.data();
  if (spec_.observation.is_discrete()) {
    encode_rows(spec_.observation, rows, observations.data(), encoded_);
    in.values = encoded_.data();
  }
  return in;
}

void Ppo::values(int rows, std::span<const float> observations, float* to) {
  const auto count = static_cast<std::size_t>(rows);
  if (value_) {
    value_->predict(input(rows, observations), to);
    return;
  }
  const float* const all = policy_.outputs(rows, observations);
  const std::size_t stride = policy_.network().outputs();
  for (std::size_t row = 0; row < count; ++row) to[row] = all[row * stride + stride - 1];
}

void Ppo::choose(const VectorEnvironment& world) {
  const ActionHead& head = policy_.head();
  const std::size_t here = rollout_.here(), n = head.outputs(),
                    stride = policy_.network().outputs(),
                    rows = static_cast<std::size_t>(rollout_.copies()),
                    width = spec_.observation.size();
  const auto seen = world.observations();
  std::copy(seen.begin(), seen.end(),
            rollout_.observations.begin() + static_cast<std::ptrdiff_t>(here * width));
  const auto legal = world.legal_actions();
  if (!rollout_.legal.empty())
    std::copy(legal.begin(), legal.end(),
              rollout_.legal.begin() + static_cast<std::ptrdiff_t>(here * n));
  if (value_) values(world.size(), seen, rollout_.values.data() + here);
  const float* const outputs = policy_.outputs(world.size(), seen);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t i = here + row;
    const float* const own = outputs + row * stride;
    std::int32_t index = 0;
    float* const drawn = discrete() ? nullptr : rollout_.drawn_at(i);
    rollout_.log_probabilities[i] = static_cast<float>(
        head.draw(own, log_std_, rollout_.legal_at(i), exploration_, index, drawn));
    if (!value_) rollout_.values[i] = own[stride - 1];
    if (discrete())
      rollout_.actions[i] = actions_[row] = index;
    else
      head.to_world(drawn, continuous_.data() + row * n);
  }
}

void Ppo::remember(const VectorEnvironment& world) {
  const std::size_t here = rollout_.here();
  for (int row = 0; row < world.size(); ++row) {
    const auto r = static_cast<std::size_t>(row);
    const std::size_t i = here + r;
    rollout_.rewards[i] = world.rewards()[r];
    rollout_.statuses[i] = world.statuses()[r];
    rollout_.tails[i] = 0;
    if (rollout_.statuses[i] == Status::truncated)
      values(1, world.final_observation(row), &rollout_.tails[i]);
  }
  rollout_.next();
}

void Ppo::compute_advantages(std::span<const float> observations) {
  values(rollout_.copies(), observations, last_values_.data());
  generalized_advantages({.steps = rollout_.horizon(),
                          .rows = rollout_.copies(),
                          .rewards = rollout_.rewards,
                          .values = rollout_.values,
                          .statuses = rollout_.statuses,
                          .tails = rollout_.tails,
                          .last_values = last_values_},
                         settings_.discount, settings_.gae_lambda, advantages_);
}

void Ppo::learn(TrainingContext& training) {
  const double rate = settings_.optimizer.learning_rate.at(training.steps());
  const double clip = settings_.clip.at(training.steps());
  const double entropy = settings_.entropy.at(training.steps());
  const std::size_t size = rollout_.capacity();
  const auto minibatches = static_cast<std::size_t>(settings_.minibatches);
  std::iota(order_.begin(), order_.end(), 0);
  Losses sum;
  int updates = 0;
  bool far = false;
  for (int epoch = 0; epoch < settings_.epochs && !far; ++epoch) {
    shuffling_.shuffle(order_);
    for (std::size_t k = 0; k < minibatches && !far; ++k) {
      const std::size_t first = k * size / minibatches, last = (k + 1) * size / minibatches;
      const Losses losses = differentiate(
          std::span<const std::int32_t>(order_).subspan(first, last - first), clip, entropy);
      step(rate);
      far = settings_.target_kl > 0 && losses.kl > settings_.target_kl;
      sum.policy += losses.policy;
      sum.value += losses.value;
      sum.entropy += losses.entropy;
      sum.kl += losses.kl;
      sum.clipped += losses.clipped;
      ++updates;
    }
  }
  training.report("policy_loss", sum.policy / updates);
  training.report("value_loss", sum.value / updates);
  training.report("entropy", sum.entropy / updates);
  training.report("kl", sum.kl / updates);
  training.report("clip_fraction", sum.clipped / updates);
  const double explained = explained_variance(rollout_.values, advantages_);
  if (std::isfinite(explained)) training.report("explained_variance", explained);
}

void Ppo::step(double learning_rate) {
  policy_.network().step(learning_rate);
  if (value_) value_->step(learning_rate);
  if (log_std_.empty()) return;
  log_std_optimizer_.step(log_std_, log_std_gradient_, learning_rate);
  std::fill(log_std_gradient_.begin(), log_std_gradient_.end(), 0.0f);
}

void Ppo::gather(std::span<const std::int32_t> minibatch) {
  const std::size_t width = spec_.observation.size();
  double sum = 0, squares = 0;
  for (std::size_t k = 0; k < minibatch.size(); ++k) {
    const auto i = static_cast<std::size_t>(minibatch[k]);
    const auto from = rollout_.observation(i);
    std::copy(from.begin(), from.end(), gathered_.begin() + static_cast<std::ptrdiff_t>(k * width));
    scaled_[k] = advantages_[i];
    sum += wide(scaled_[k]);
  }
  if (!settings_.normalize_advantages) return;
  const auto count = static_cast<double>(minibatch.size());
  const double mean = sum / count;
  for (std::size_t k = 0; k < minibatch.size(); ++k)
    squares += (wide(scaled_[k]) - mean) * (wide(scaled_[k]) - mean);
  const double deviation = std::sqrt(squares / (count - 1)) + 1e-8;
  for (std::size_t k = 0; k < minibatch.size(); ++k)
    scaled_[k] = static_cast<float>((wide(scaled_[k]) - mean) / deviation);
}

Ppo::Losses Ppo::differentiate(std::span<const std::int32_t> minibatch, double clip,
                               double entropy) {
  gather(minibatch);
  Network& network = policy_.network();
  const ActionHead& head = policy_.head();
  const int rows = static_cast<int>(minibatch.size());
  const std::size_t stride = network.outputs();
  const NetworkInput in = input(rows, gathered_);
  const float* const outputs = network.forward(in);
  const ActionHead::Weights weights{clip, entropy, 1.0 / rows};
  Losses losses;
  for (std::size_t k = 0; k < minibatch.size(); ++k) {
    const auto i = static_cast<std::size_t>(minibatch[k]);
    const ActionHead::Sample sample{discrete() ? rollout_.actions[i] : 0,
                                    discrete() ? nullptr : rollout_.drawn_at(i),
                                    rollout_.legal_at(i), wide(rollout_.log_probabilities[i]),
                                    wide(scaled_[k])};
    const auto fit = head.fit(outputs + k * stride, log_std_, sample, weights,
                              gradient_.data() + k * stride, log_std_gradient_);
    losses.policy += fit.loss / rows;
    losses.entropy += fit.entropy / rows;
    losses.kl += fit.kl / rows;
    losses.clipped += (fit.clipped ? 1.0 : 0.0) / rows;
  }
  if (!value_)
    differentiate_value(minibatch, outputs + stride - 1, stride, gradient_.data() + stride - 1,
                        losses);
  network.backward(gradient_.data());
  if (!value_) return losses;
  differentiate_value(minibatch, value_->forward(in), 1, value_gradient_.data(), losses);
  value_->backward(value_gradient_.data());
  return losses;
}

// (V − R)², or where values are clipped the larger of it and of the clipped value's (Huang et al.
// 2022, detail 9).
void Ppo::differentiate_value(std::span<const std::int32_t> minibatch, const float* outputs,
                              std::size_t stride, float* gradient, Losses& losses) const {
  const auto rows = static_cast<double>(minibatch.size());
  for (std::size_t k = 0; k < minibatch.size(); ++k) {
    const auto i = static_cast<std::size_t>(minibatch[k]);
    const double before = wide(rollout_.values[i]), target = before + wide(advantages_[i]);
    const double value = wide(outputs[k * stride]);
    double loss = (value - target) * (value - target), slope = 2 * (value - target);
    if (settings_.value_clip > 0) {
      const double near =
          before + std::clamp(value - before, -settings_.value_clip, settings_.value_clip);
      if ((near - target) * (near - target) > loss) {
        loss = (near - target) * (near - target);
        slope = 0;  // beyond the limit, which does not move
      }
    }
    losses.value += loss / rows;
    gradient[k * stride] = static_cast<float>(settings_.value_weight * slope / rows);
  }
}

void Ppo::save(Writer& out) const {
  out.tag("ppo");
  policy_.network().save(out);
  if (value_) value_->save(out);
  out.write(log_std_);
  log_std_optimizer_.save(out);
  exploration_.save(out);
  shuffling_.save(out);
  rollout_.save(out);
}

void Ppo::load(Reader& in) {
  in.expect_tag("ppo");
  policy_.network().load(in);
  if (value_) value_->load(in);
  std::vector<float> log_std;
  in.read(log_std);
  if (log_std.size() != log_std_.size()) in.fail("the deviations are those of another space");
  for (const float x : log_std)
    if (!std::isfinite(x)) in.fail("a deviation is not finite");
  log_std_ = std::move(log_std);
  log_std_optimizer_.load(in);
  exploration_.load(in);
  shuffling_.load(in);
  rollout_.load(in);
  std::fill(log_std_gradient_.begin(), log_std_gradient_.end(), 0.0f);
}

}  // namespace sandlot
