#include "agents/tabular/dyna_q.h"

#include <cmath>

#include "agents/tabular/archived.h"

namespace sandlot {

DeterministicModel::DeterministicModel(std::int32_t states, int actions)
    : actions_(actions),
      entries_(static_cast<std::size_t>(states) * static_cast<std::size_t>(actions)),
      is_tried_(entries_.size()),
      is_visited_(static_cast<std::size_t>(states)) {}

void DeterministicModel::observe(std::size_t pair, const Entry& entry) {
  if (!is_tried_[pair]) tried_.push_back(static_cast<std::uint32_t>(pair));
  is_tried_[pair] = 1;
  entries_[pair] = entry;
  const auto state = static_cast<std::int32_t>(pair / static_cast<std::size_t>(actions_));
  if (!is_visited_[static_cast<std::size_t>(state)]) visited_.push_back(state);
  is_visited_[static_cast<std::size_t>(state)] = 1;
}

void DeterministicModel::save(Writer& out) const {
  out.write(tried_);
  for (const auto pair : tried_) {
    out.write(entries_[pair].reward);
    out.write(entries_[pair].next);
    out.write(entries_[pair].terminated);
  }
}

void DeterministicModel::load(Reader& in) {
  *this = DeterministicModel(static_cast<std::int32_t>(is_visited_.size()), actions_);
  std::vector<std::uint32_t> tried;
  in.read(tried);
  for (const auto pair : tried) {
    Entry entry;
    in.read(entry.reward);
    in.read(entry.next);
    in.read(entry.terminated);
    if (pair >= entries_.size() || entry.next < 0 ||
        static_cast<std::size_t>(entry.next) >= is_visited_.size())
      in.fail("the model names a state that is not there");
    observe(pair, entry);
  }
}

void DynaQ::Settings::fields(Fields& f) {
  TabularSettings::fields(f);
  f.integer("planning_steps", planning_steps, "updates from the model after each real step",
            Range::at_least(0));
}

void DynaQ::Settings::check(const EnvironmentSpec& spec, int copies, Issues& issues) const {
  TabularSettings::check(spec, copies, issues);
  require_table(*this, spec, "the model is kept by state", issues);
  require_one_copy(copies, "plans after each single step", issues);
  if (spec.masks_actions)
    issues.add("name", "needs a world in which every action is always legal: the model keeps none");
}

void DynaQPlus::Settings::fields(Fields& f) {
  DynaQ::Settings::fields(f);
  f.number("kappa", kappa, "κ: weight of the bonus κ√τ for what was not tried for τ steps",
           Range::at_least(0));
}

DynaQ::DynaQ(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : TabularAgent(settings, spec, copies, seed),
      planning_steps_(settings.planning_steps),
      model_(map().size(), spec.action.n),
      last_tried_(q().weights().size()) {}

void DynaQ::learn(std::int32_t state, int action, double reward, std::int32_t next,
                  bool terminated) {
  from_.clear();
  from_.add(state, 1);
  to_.clear();
  to_.add(next, 1);
  const double target = reward + (terminated ? 0 : gamma() * max_q(to_, {}));
  q().add(from_, action, alpha() * (target - q().value(from_, action)));
}

void DynaQ::plan() {
  for (int k = 0; k < planning_steps_; ++k) {
    const auto& visited = model_.visited();
    const std::int32_t state = visited[random().below(static_cast<std::uint32_t>(visited.size()))];
    // Dyna-Q+ takes any action, Dyna-Q one that was tried in this state.
    const int action = kappa_ > 0
                           ? uniform_action(action_count(), {}, random())
                           : uniform_action(action_count(), model_.tried_in(state), random());
    const std::size_t pair = model_.pair(state, action);
    DeterministicModel::Entry entry = model_.at(pair);
    if (entry.next < 0) entry = {0, state, 0};  // never tried: leads back, without reward
    const double bonus = kappa_ * std::sqrt(static_cast<double>(clock_ - last_tried_[pair]));
    learn(state, action, entry.reward + bonus, entry.next, entry.terminated != 0);
  }
}

void DynaQ::train(TrainingContext& training) {
  begin(training);
  while (training.proceed(*this)) {
    set_rates(training);
    actions_[0] = choose(state(0), legal(0));
    training.step({.discrete = actions_, .continuous = {}});
    const Transition t = transition(0, actions_[0]);
    const std::size_t pair = model_.pair(t.state.index[0], t.action);
    ++clock_;
    last_tried_[pair] = clock_;
    learn(t.state.index[0], t.action, t.reward, t.next.index[0], t.terminated);
    model_.observe(pair, {t.reward, t.next.index[0], t.terminated});
    plan();
    advance(0);
  }
}

void DynaQ::save(Writer& out) const {
  TabularAgent::save(out);
  model_.save(out);
  out.write(last_tried_);
  out.write(clock_);
}

void DynaQ::load(Reader& in) {
  TabularAgent::load(in);
  model_.load(in);
  read_fixed(in, last_tried_);
  in.read(clock_);
  for (const auto step : last_tried_)
    if (step < 0 || step > clock_) in.fail("a pair was tried in the future");
}

}  // namespace sandlot
