#include "agents/fitted/regression_values.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace sandlot {
namespace {

// An observation and one-hot actions as one box.
Space joined_space(const Space& observation, int actions) {
  std::vector<float> low, high;
  for (std::size_t i = 0; i < observation.size(); ++i) {
    low.push_back(observation.low_at(i));
    high.push_back(observation.high_at(i));
  }
  low.insert(low.end(), static_cast<std::size_t>(actions), 0.0f);
  high.insert(high.end(), static_cast<std::size_t>(actions), 1.0f);
  return Space::box(std::move(low), std::move(high));
}

Space input_space(const RegressionValuesSettings& settings, const EnvironmentSpec& spec) {
  return settings.action == ActionAs::input ? joined_space(spec.observation, spec.action.n)
                                            : spec.observation;
}

}  // namespace

void RegressionValuesSettings::fields(Fields& f) {
  f.component("value_function", "learner", learner, "what learns the values of actions");
  f.choice("action", action,
           {{"model_per_action", ActionAs::model_per_action}, {"input", ActionAs::input}},
           "a model of its own for each action, or the action as one-hot inputs of one model");
}

void RegressionValuesSettings::check(const EnvironmentSpec& spec, Issues& issues) const {
  if (!spec.action.is_discrete()) return;
  if (!learner.get()) return issues.add("value_function.learner", "expected a regressor");
  if (action == ActionAs::input && spec.observation.is_discrete())
    return issues.add("action", "observations of " + spec.name +
                                    " are numbers of states, beside which an action is no input; "
                                    "expected model_per_action");
  IssuesBelow below(issues, "value_function");
  learner->check(input_space(*this, spec), below);
}

RegressionValues::RegressionValues(const RegressionValuesSettings& settings,
                                   const EnvironmentSpec& spec, Seed seed)
    : actions_(spec.action.n),
      width_(spec.observation.size()),
      joined_(settings.action == ActionAs::input) {
  const Space input = input_space(settings, spec);
  const int models = joined_ ? 1 : actions_;
  for (int i = 0; i < models; ++i)
    models_.push_back(
        settings.learner->make(input, 1, derive(seed, "model", static_cast<std::uint64_t>(i))));
  if (joined_) input_.resize(input.size());
}

bool RegressionValues::fitted() const {
  return std::any_of(models_.begin(), models_.end(), [](const auto& m) { return m->fitted(); });
}

void RegressionValues::of_row(std::span<const float> observation, std::span<float> out) const {
  const auto n = static_cast<std::size_t>(actions_);
  for (std::size_t a = 0; a < n; ++a) {
    const Regressor& model = *models_[joined_ ? 0 : a];
    out[a] = 0;
    if (!model.fitted()) continue;
    if (!joined_) {
      model.predict_row(observation, out.subspan(a, 1));
      continue;
    }
    std::copy(observation.begin(), observation.end(), input_.begin());
    std::fill(input_.begin() + static_cast<std::ptrdiff_t>(width_), input_.end(), 0.0f);
    input_[width_ + a] = 1;
    model.predict_row(input_, out.subspan(a, 1));
  }
}

Matrix RegressionValues::of(const MatrixView& observations) const {
  Matrix values = Matrix::Zero(observations.rows(), actions_);
  Matrix joined;
  for (int a = 0; a < actions_; ++a) {
    const Regressor& model = *models_[joined_ ? 0 : static_cast<std::size_t>(a)];
    if (!model.fitted()) continue;
    if (!joined_) {
      values.col(a) = model.predict(observations);
      continue;
    }
    const auto width = static_cast<Eigen::Index>(width_);
    joined.setZero(observations.rows(), width + actions_);
    joined.leftCols(width) = observations;
    joined.col(width + a).setOnes();
    values.col(a) = model.predict(joined);
  }
  return values;
}

void RegressionValues::fit(const MatrixView& states, std::span<const std::int32_t> actions,
                           std::span<const float> targets) {
  learn(states, actions, targets, true);
}

void RegressionValues::partial_fit(const MatrixView& states, std::span<const std::int32_t> actions,
                                   std::span<const float> targets) {
  learn(states, actions, targets, false);
}

void RegressionValues::learn(const MatrixView& states, std::span<const std::int32_t> actions,
                             std::span<const float> targets, bool anew) {
  for (const float target : targets)
    if (!std::isfinite(target))
      throw std::runtime_error(
          "the values of actions have grown beyond all bounds; expected a smaller discount, a "
          "smaller learning rate or a learner that does not extrapolate, such as trees");
  const auto width = static_cast<Eigen::Index>(width_);
  Matrix x, y;
  for (std::size_t m = 0; m < models_.size(); ++m) {
    Eigen::Index rows = 0;
    for (const auto a : actions) rows += joined_ || a == static_cast<std::int32_t>(m);
    if (rows == 0) continue;
    x.setZero(rows, joined_ ? width + actions_ : width);
    y.resize(rows, 1);
    Eigen::Index row = 0;
    for (std::size_t i = 0; i < actions.size(); ++i) {
      if (!joined_ && actions[i] != static_cast<std::int32_t>(m)) continue;
      x.row(row).head(width) = states.row(static_cast<Eigen::Index>(i));
      if (joined_) x(row, width + actions[i]) = 1;
      y(row++, 0) = targets[i];
    }
    if (anew)
      models_[m]->fit(x, y);
    else
      models_[m]->partial_fit(x, y);
  }
}

void RegressionValues::save(Writer& out) const {
  out.tag("regression values");
  for (const auto& model : models_) model->save(out);
}

void RegressionValues::load(Reader& in) {
  in.expect_tag("regression values");
  for (const auto& model : models_) model->load(in);
}

void RegressionPolicy::act(int rows, std::span<const float> observations,
                           std::span<const std::uint8_t>, std::span<std::int32_t> actions,
                           std::span<float>, Random&) {
  const std::size_t width = observations.size() / static_cast<std::size_t>(rows);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    values_.of_row(observations.subspan(row * width, width), scratch_);
    actions[row] = greedy_action(scratch_, {});
  }
}

bool RegressionPolicy::action_values(std::span<const float> observation,
                                     std::span<float> values) const {
  values_.of_row(observation, values);
  return true;
}

}  // namespace sandlot
