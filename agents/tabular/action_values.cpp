#include "agents/tabular/action_values.h"

#include "agents/tabular/archived.h"

namespace sandlot {

ActionValues::ActionValues(const FeatureMap& map, int actions, double initial_value)
    : actions_(actions),
      width_(static_cast<std::size_t>(map.size())),
      weights_(static_cast<std::size_t>(actions) * width_),
      factors_(map.step_size_factors()) {
  // With k tiles on, each holds a k-th of the value; in other bases only the constant could, if
  // any.
  if (map.binary())
    for (double& w : weights_) w = initial_value / map.active();
}

void ActionValues::save(Writer& out) const { out.write(weights_); }

void ActionValues::load(Reader& in) { read_fixed(in, weights_); }

GreedyPolicy::GreedyPolicy(std::shared_ptr<const FeatureMap> map, int actions, double initial_value,
                           int tables)
    : map_(std::move(map)),
      tables_(static_cast<std::size_t>(tables), ActionValues(*map_, actions, initial_value)),
      values_(static_cast<std::size_t>(actions)) {}

bool GreedyPolicy::action_values(std::span<const float> observation,
                                 std::span<float> values) const {
  map_->encode(observation, features_);
  for (std::size_t a = 0; a < values_.size(); ++a) {
    double sum = 0;
    for (const auto& table : tables_) sum += table.value(features_, static_cast<int>(a));
    values_[a] = sum / static_cast<double>(tables_.size());
    if (a < values.size()) values[a] = static_cast<float>(values_[a]);
  }
  return true;
}

void GreedyPolicy::act(int rows, std::span<const float> observations,
                       std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                       std::span<float>, Random&) {
  const std::size_t width = observations.size() / static_cast<std::size_t>(rows);
  const std::size_t n = values_.size();
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    action_values(observations.subspan(row * width, width), {});
    int best = -1;
    for (std::size_t a = 0; a < n; ++a) {
      if (!legal.empty() && legal[row * n + a] == 0) continue;
      if (best < 0 || values_[a] > values_[static_cast<std::size_t>(best)])
        best = static_cast<int>(a);
    }
    actions[row] = best < 0 ? 0 : best;
  }
}

void GreedyPolicy::save(Writer& out) const {
  out.tag("greedy policy");
  for (const auto& table : tables_) table.save(out);
}

void GreedyPolicy::load(Reader& in) {
  in.expect_tag("greedy policy");
  for (auto& table : tables_) table.load(in);
}

}  // namespace sandlot
