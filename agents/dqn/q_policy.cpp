#include "agents/dqn/q_policy.h"

#include <algorithm>
#include <cmath>

#include "learners/network/export.h"

namespace sandlot {

QPolicy::QPolicy(const EnvironmentSpec& spec, std::unique_ptr<Network> network, ValueHead head)
    : observation_(spec.observation), network_(std::move(network)), head_(std::move(head)) {}

const float* QPolicy::values(int rows, std::span<const float> observations, Noise noise,
                             float* state) {
  const auto count = static_cast<std::size_t>(rows);
  NetworkInput input;
  input.rows = rows;
  input.values = observations.data();
  input.state = state;
  if (observation_.is_discrete()) {
    encode_rows(observation_, rows, observations.data(), encoded_);
    input.values = encoded_.data();
  }
  if (outputs_.size() < count * network_->outputs()) outputs_.resize(count * network_->outputs());
  network_->predict(input, outputs_.data(), state, noise);
  if (head_.atoms() == 1) return outputs_.data();
  const std::size_t size = count * static_cast<std::size_t>(head_.actions());
  if (values_.size() < size) values_.resize(size);
  head_.values(rows, outputs_.data(), values_.data());
  return values_.data();
}

void QPolicy::act(int rows, std::span<const float> observations,
                  std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                  std::span<float>, Random&) {
  const std::size_t memory = network_->state_size() * static_cast<std::size_t>(rows);
  if (state_.size() < memory) state_.resize(memory);
  if (memory > 0)
    state_before_.assign(state_.begin(),
                         state_.begin() + static_cast<std::ptrdiff_t>(network_->state_size()));
  const float* q = values(rows, observations, Noise::off, memory > 0 ? state_.data() : nullptr);
  const auto n = static_cast<std::size_t>(head_.actions());
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row)
    actions[row] =
        greedy_action(std::span(q + row * n, n), legal.empty() ? legal : legal.subspan(row * n, n));
  if (memory > 0) last_values_.assign(q, q + n);
}

void QPolicy::begin_episode(int row) {
  const std::size_t width = network_->state_size(), at = static_cast<std::size_t>(row) * width;
  if (state_.size() < at + width) state_.resize(at + width);
  std::fill_n(state_.begin() + static_cast<std::ptrdiff_t>(at), width, 0.0f);
}

bool QPolicy::action_values(std::span<const float> observation, std::span<float> values) const {
  if (network_->state_size() > 0) {
    // The memory has moved on: what was thought when the action was chosen.
    if (last_values_.size() != values.size()) return false;
    std::copy(last_values_.begin(), last_values_.end(), values.begin());
    return true;
  }
  // Evaluating writes into the network's buffers only.
  auto& self = const_cast<QPolicy&>(*this);
  const float* q = self.values(1, observation, Noise::off, nullptr);
  std::copy_n(q, values.size(), values.begin());
  return true;
}

bool QPolicy::saliency(std::span<const float> observation, std::int32_t action,
                       std::span<float> gradient) const {
  if (observation_.is_discrete()) return false;  // a number that stands for a state has none
  NetworkInput input;
  input.rows = 1;
  input.values = observation.data();
  if (network_->state_size() > 0) {
    if (state_before_.empty()) return false;
    input.state = state_before_.data();
  }
  const float* const outputs = network_->forward(input);
  std::vector<float> by_outputs(network_->outputs());
  head_.value_gradient(outputs, action, by_outputs.data());
  network_->input_gradient(by_outputs.data(), gradient.data());
  return true;
}

bool QPolicy::export_arrays(ArraySink& sink) const {
  export_space(observation_, sink);
  export_network(*network_, sink);
  const ValueHeadSettings& head = head_.settings();
  switch (head.kind) {
    case ValueKind::expected:
      sink.add_text("values", "expected");
      break;
    case ValueKind::quantile:
      sink.add_text("values", "quantile");
      break;
    case ValueKind::categorical: {
      sink.add_text("values", "categorical");
      const float range[] = {static_cast<float>(head.low), static_cast<float>(head.high)};
      const int shape[] = {2};
      sink.add("values.range", shape, range);
      break;
    }
  }
  return true;
}

void QPolicy::save(Writer& out) const {
  out.tag("q network");
  std::vector<float> weights(network_->parameter_count());
  network_->get_weights(weights);
  out.write(weights);
}

void QPolicy::load(Reader& in) {
  in.expect_tag("q network");
  std::vector<float> weights;
  in.read(weights);
  if (weights.size() != network_->parameter_count())
    in.fail("the weights are those of another network");
  for (const float w : weights)
    if (!std::isfinite(w)) in.fail("a weight is not finite");
  network_->set_weights(weights);
}

}  // namespace sandlot
