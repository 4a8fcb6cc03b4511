#include "agents/ppo/rollout.h"

#include <algorithm>
#include <cmath>

namespace sandlot {

Rollout::Rollout(const EnvironmentSpec& spec, int copies, int horizon)
    : observation_(spec.observation),
      action_(spec.action),
      copies_(static_cast<std::size_t>(copies)),
      width_(spec.observation.size()),
      masks_(spec.masks_actions && spec.action.is_discrete()
                 ? static_cast<std::size_t>(spec.action.n)
                 : 0),
      drawn_width_(spec.action.is_discrete() ? 0 : spec.action.size()),
      horizon_(horizon) {
  const std::size_t size = capacity();
  observations.resize(size * width_);
  legal.resize(size * masks_);
  actions.resize(spec.action.is_discrete() ? size : 0);
  drawn.resize(size * drawn_width_);
  for (auto* column : {&log_probabilities, &values, &rewards, &tails}) column->resize(size);
  statuses.resize(size);
}

std::size_t Rollout::bytes() const {
  const std::size_t floats = observations.size() + drawn.size() + 4 * capacity();
  return 4 * (floats + actions.size()) + legal.size() + statuses.size();
}

void Rollout::save(Writer& out) const {
  out.tag("rollout");
  out.write(filled_);
  const std::size_t size = here();
  const auto part = [&](const auto& column, std::size_t width) {
    out.write_bytes(column.data(), size * width * sizeof column[0]);
  };
  part(observations, width_);
  part(legal, masks_);
  part(actions, actions.empty() ? 0 : 1);
  part(drawn, drawn_width_);
  for (const auto* column : {&log_probabilities, &values, &rewards, &tails}) part(*column, 1);
  part(statuses, 1);
}

void Rollout::load(Reader& in) {
  in.expect_tag("rollout");
  in.read(filled_);
  if (filled_ < 0 || filled_ >= horizon_) {
    filled_ = 0;
    in.fail("the rollout has another number of steps than it can have");
  }
  const std::size_t size = here();
  const auto part = [&](auto& column, std::size_t width) {
    in.read_bytes(column.data(), size * width * sizeof column[0]);
  };
  part(observations, width_);
  part(legal, masks_);
  part(actions, actions.empty() ? 0 : 1);
  part(drawn, drawn_width_);
  for (auto* column : {&log_probabilities, &values, &rewards, &tails}) part(*column, 1);
  part(statuses, 1);
  check(in);
}

void Rollout::check(Reader& in) const {
  const std::size_t size = here();
  const auto finite = [&](const std::vector<float>& column, std::size_t count) {
    return std::all_of(column.begin(), column.begin() + static_cast<std::ptrdiff_t>(count),
                       [](float x) { return std::isfinite(x); });
  };
  bool good = finite(observations, size * width_) && finite(drawn, size * drawn_width_);
  for (const auto* column : {&log_probabilities, &values, &rewards, &tails})
    good = good && finite(*column, size);
  if (!good) in.fail("the rollout holds a number that is not finite");
  for (std::size_t i = 0; i < size; ++i) {
    if (observation_.is_discrete() && !observation_.contains(observations.data() + i))
      in.fail("the rollout holds an observation outside of the space");
    if (statuses[i] > Status::truncated) in.fail("the rollout holds an unknown status");
    const auto mask = legal_at(i);
    for (const auto m : mask)
      if (m > 1) in.fail("a mask of actions is neither 0 nor 1");
    if (actions.empty()) continue;
    if (actions[i] < 0 || actions[i] >= action_.n ||
        (!mask.empty() && mask[static_cast<std::size_t>(actions[i])] == 0))
      in.fail("the rollout holds an action that is not legal");
  }
}

}  // namespace sandlot
