#include "agents/tabular/td_prediction.h"

#include <cmath>

#include "agents/tabular/planning.h"
#include "learners/features/table.h"

namespace sandlot {
namespace {

std::unique_ptr<FeatureMap> make_map(const TdPrediction::Settings& settings,
                                     const Space& observation) {
  if (settings.value_function.get()) return settings.value_function->make(observation);
  return std::make_unique<TableFeatures>(TableFeatures::Settings{}, observation);
}

// v(s) of the states in which an action can be taken: those that start an episode or are reached
// without ending it.
std::vector<std::pair<std::int32_t, double>> true_values(const TabularModel& model,
                                                         double discount) {
  std::vector<std::uint8_t> acted_in(static_cast<std::size_t>(model.states));
  for (std::size_t s = 0; s < model.start.size(); ++s) acted_in[s] = model.start[s] > 0;
  for (const auto& outcomes : model.outcomes)
    for (const auto& o : outcomes)
      if (!o.terminated && o.probability > 0) acted_in[static_cast<std::size_t>(o.next_state)] = 1;
  const std::vector<double> values = uniform_policy_values(model, discount);
  std::vector<std::pair<std::int32_t, double>> truth;
  for (std::size_t s = 0; s < values.size(); ++s)
    if (acted_in[s] != 0) truth.emplace_back(static_cast<std::int32_t>(s), values[s]);
  return truth;
}

}  // namespace

void TdPrediction::Settings::fields(Fields& f) {
  f.component("value_function", "features", value_function,
              "the features that values are linear in");
  f.choice("method", method,
           {{"td0", Method::td0},
            {"monte_carlo", Method::monte_carlo},
            {"n_step", Method::n_step},
            {"td_lambda", Method::td_lambda}},
           "what values are moved toward");
  f.schedule("step_size", step_size, "α", Range::at_least(0));
  f.number("discount", discount, "γ", Range::between(0, 1));
  f.number("initial_value", initial_value, "of every state");
  f.when(method == Method::n_step, "method: n_step", [&] {
    f.integer("n", n, "rewards counted before bootstrapping", Range::between(1, 100000));
  });
  f.when(method == Method::td_lambda, "method: td_lambda",
         [&] { f.number("lambda", lambda, "λ, with accumulating traces", Range::between(0, 1)); });
}

void TdPrediction::Settings::check(const EnvironmentSpec& spec, int copies, Issues& issues) const {
  if (!spec.action.is_discrete()) issues.add("name", "needs discrete actions");
  if (!spec.observation.is_discrete() || value_function.chosen() != "table")
    issues.add("value_function.features",
               "true values are known by state: expected table, and a finite world");
  require_one_copy(copies, "learns after each single step", issues);
}

TdPrediction::TdPrediction(const Settings& settings, const EnvironmentSpec& spec, int, Seed seed)
    : settings_(settings),
      map_(make_map(settings, spec.observation)),
      policy_(spec.action),
      random_(derive(seed, "actions")),
      v_(*map_, 1, settings.initial_value),
      traces_(static_cast<std::size_t>(map_->size()), 1),
      actions_(1) {}

// Algorithm of section 12.2 with λ = 0 for TD(0).
void TdPrediction::learn_td_lambda(double reward, bool terminated, bool ended) {
  const double lambda = settings_.method == Method::td0 ? 0 : settings_.lambda;
  const double next = terminated ? 0 : v_.value(next_, 0);
  const double error = reward + settings_.discount * next - v_.value(state_, 0);
  traces_.decay(settings_.discount * lambda);
  traces_.visit(TraceKind::accumulating, state_, 0, alpha_);
  traces_.apply(v_, alpha_ * error);
  if (ended) traces_.clear();
}

void TdPrediction::update(std::size_t visit, double g) {
  double& value = v_.weights()[static_cast<std::size_t>(states_[visit])];
  value += alpha_ * (g - value);
}

double TdPrediction::return_from(std::size_t visit, double bootstrap) const {
  double g = bootstrap;
  for (std::size_t k = rewards_.size(); k-- > visit;) g = rewards_[k] + settings_.discount * g;
  return g;
}

void TdPrediction::learn_monte_carlo(double bootstrap) {
  returns_.resize(rewards_.size());
  double g = bootstrap;
  for (std::size_t k = rewards_.size(); k-- > 0;)
    returns_[k] = g = rewards_[k] + settings_.discount * g;
  for (std::size_t k = 0; k < returns_.size(); ++k) update(k, returns_[k]);
}

void TdPrediction::learn_n_step(double reward, bool terminated, bool ended) {
  states_.push_back(state_.index[0]);
  rewards_.push_back(reward);
  const auto bootstrap = [&] { return terminated ? 0 : v_.value(next_, 0); };
  if (ended) {
    if (settings_.method == Method::monte_carlo)
      learn_monte_carlo(bootstrap());
    else
      for (std::size_t k = 0; k < states_.size(); ++k) update(k, return_from(k, bootstrap()));
    states_.clear();
    rewards_.clear();
  } else if (settings_.method == Method::n_step &&
             states_.size() == static_cast<std::size_t>(settings_.n)) {
    update(0, return_from(0, bootstrap()));
    states_.erase(states_.begin());
    rewards_.erase(rewards_.begin());
  }
}

double TdPrediction::rms_error() const {
  double sum = 0;
  for (const auto& [state, truth] : truth_) {
    const double error = value(state) - truth;
    sum += error * error;
  }
  return std::sqrt(sum / static_cast<double>(truth_.size()));
}

void TdPrediction::train(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  if (const auto model = world.environment(0).model())
    truth_ = true_values(*model, settings_.discount);
  map_->encode(world.observation(0), state_);
  while (training.proceed(*this)) {
    alpha_ = settings_.step_size.at(training.steps());
    policy_.act(1, world.observations(), world.legal_actions(), actions_, {}, random_);
    training.step({.discrete = actions_, .continuous = {}});
    const Status status = world.statuses()[0];
    const bool ended = status != Status::running, terminated = status == Status::terminated;
    map_->encode(ended ? world.final_observation(0) : world.observation(0), next_);
    const double reward = world.rewards()[0];
    if (settings_.method == Method::td0 || settings_.method == Method::td_lambda)
      learn_td_lambda(reward, terminated, ended);
    else
      learn_n_step(reward, terminated, ended);
    map_->encode(world.observation(0), state_);
    if (ended && !truth_.empty()) training.report("rms_error", rms_error());
  }
}

void TdPrediction::save(Writer& out) const {
  random_.save(out);
  v_.save(out);
  traces_.save(out);
  out.write(states_);
  out.write(rewards_);
}

void TdPrediction::load(Reader& in) {
  random_.load(in);
  v_.load(in);
  traces_.load(in);
  in.read(states_);
  in.read(rewards_);
  if (states_.size() != rewards_.size()) in.fail("the visits have no rewards");
  const bool waits = settings_.method == Method::n_step || settings_.method == Method::monte_carlo;
  if ((!waits && !states_.empty()) || (settings_.method == Method::n_step &&
                                       states_.size() >= static_cast<std::size_t>(settings_.n)))
    in.fail("too many visits wait for their rewards");
  for (const auto s : states_)
    if (s < 0 || s >= map_->size()) in.fail("a visit is out of range");
}

}  // namespace sandlot
