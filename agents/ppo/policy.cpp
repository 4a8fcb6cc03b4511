#include "agents/ppo/policy.h"

#include <cmath>

#include "learners/network/export.h"

namespace sandlot {

PpoPolicy::PpoPolicy(const EnvironmentSpec& spec, std::unique_ptr<Network> network)
    : observation_(spec.observation), network_(std::move(network)), head_(spec.action) {}

const float* PpoPolicy::outputs(int rows, std::span<const float> observations) {
  NetworkInput input;
  input.rows = rows;
  input.values = observations.data();
  if (observation_.is_discrete()) {
    encode_rows(observation_, rows, observations.data(), encoded_);
    input.values = encoded_.data();
  }
  const std::size_t size = static_cast<std::size_t>(rows) * network_->outputs();
  if (outputs_.size() < size) outputs_.resize(size);
  network_->predict(input, outputs_.data());
  return outputs_.data();
}

void PpoPolicy::act(int rows, std::span<const float> observations,
                    std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                    std::span<float> continuous, Random&) {
  const float* const all = outputs(rows, observations);
  const std::size_t stride = network_->outputs(), n = head_.outputs();
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    const float* const own = all + row * stride;
    if (head_.discrete())
      actions[row] = greedy_action({own, n}, legal.empty() ? legal : legal.subspan(row * n, n));
    else
      head_.to_world(own, continuous.data() + row * n);
  }
}

bool PpoPolicy::saliency(std::span<const float> observation, std::int32_t action,
                         std::span<float> gradient) const {
  if (observation_.is_discrete()) return false;  // a number that stands for a state has none
  NetworkInput input;
  input.rows = 1;
  input.values = observation.data();
  const float* const outputs = network_->forward(input);
  std::vector<float> by_outputs(network_->outputs());
  if (head_.discrete()) {
    head_.log_probability_gradient(outputs, action, by_outputs.data());
    network_->input_gradient(by_outputs.data(), gradient.data());
    return true;
  }
  std::vector<float> one(gradient.size());
  std::fill(gradient.begin(), gradient.end(), 0.0f);
  for (std::size_t i = 0; i < head_.outputs(); ++i) {
    std::fill(by_outputs.begin(), by_outputs.end(), 0.0f);
    by_outputs[i] = 1;
    network_->input_gradient(by_outputs.data(), one.data());
    for (std::size_t k = 0; k < one.size(); ++k) gradient[k] += std::abs(one[k]);
  }
  return true;
}

bool PpoPolicy::export_arrays(ArraySink& sink) const {
  export_space(observation_, sink);
  export_network(*network_, sink);
  sink.add_text("policy", head_.discrete() ? "logits" : "means");
  if (!head_.discrete()) head_.export_bounds(sink);
  return true;
}

void PpoPolicy::save(Writer& out) const {
  out.tag("policy network");
  std::vector<float> weights(network_->parameter_count());
  network_->get_weights(weights);
  out.write(weights);
}

void PpoPolicy::load(Reader& in) {
  in.expect_tag("policy network");
  std::vector<float> weights;
  in.read(weights);
  if (weights.size() != network_->parameter_count())
    in.fail("the weights are those of another network");
  for (const float w : weights)
    if (!std::isfinite(w)) in.fail("a weight is not finite");
  network_->set_weights(weights);
}

}  // namespace sandlot
