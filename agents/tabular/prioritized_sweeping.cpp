#include "agents/tabular/prioritized_sweeping.h"

#include <algorithm>
#include <cmath>

#include "agents/tabular/archived.h"

namespace sandlot {

void PrioritizedSweeping::Settings::fields(Fields& f) {
  DynaQ::Settings::fields(f);
  f.number("threshold", threshold, "θ: errors below it are not queued", Range::at_least(0));
}

void PrioritizedSweeping::Settings::check(const EnvironmentSpec& spec, int copies,
                                          Issues& issues) const {
  DynaQ::Settings::check(spec, copies, issues);
  if (planning_steps == 0)
    issues.add("planning_steps", "all that is learnt is learnt by planning: expected at least 1");
}

PrioritizedSweeping::PrioritizedSweeping(const Settings& settings, const EnvironmentSpec& spec,
                                         int copies, Seed seed)
    : TabularAgent(settings, spec, copies, seed),
      planning_steps_(settings.planning_steps),
      threshold_(settings.threshold),
      model_(map().size(), spec.action.n),
      predecessors_(static_cast<std::size_t>(map().size())),
      priorities_(q().weights().size()) {}

double PrioritizedSweeping::error_of(std::size_t pair) {
  const auto& entry = model_.at(pair);
  const auto actions = static_cast<std::size_t>(action_count());
  from_.clear();
  from_.add(static_cast<std::int64_t>(pair / actions), 1);
  to_.clear();
  to_.add(entry.next, 1);
  const double target = entry.reward + (entry.terminated ? 0 : gamma() * max_q(to_, {}));
  return target - q().value(from_, static_cast<int>(pair % actions));
}

void PrioritizedSweeping::push(std::size_t pair) {
  const double priority = std::abs(error_of(pair));
  if (priority <= threshold_ || priority <= priorities_[pair]) return;
  priorities_[pair] = priority;
  queue_.push_back({priority, static_cast<std::uint32_t>(pair)});
  std::push_heap(queue_.begin(), queue_.end());
}

void PrioritizedSweeping::plan() {
  for (int k = 0; k < planning_steps_ && !queue_.empty();) {
    std::pop_heap(queue_.begin(), queue_.end());
    const Item item = queue_.back();
    queue_.pop_back();
    if (priorities_[item.pair] != item.priority) continue;
    priorities_[item.pair] = 0;
    ++k;
    const double error = error_of(item.pair);
    const auto actions = static_cast<std::size_t>(action_count());
    q().add(from_, static_cast<int>(item.pair % actions), alpha() * error);
    for (const auto before : predecessors_[item.pair / actions]) push(before);
  }
}

void PrioritizedSweeping::train(TrainingContext& training) {
  begin(training);
  while (training.proceed(*this)) {
    set_rates(training);
    actions_[0] = choose(state(0), legal(0));
    training.step({.discrete = actions_, .continuous = {}});
    const Transition t = transition(0, actions_[0]);
    const std::size_t pair = model_.pair(t.state.index[0], t.action);
    const std::int32_t old_next = model_.at(pair).next;
    if (old_next != t.next.index[0]) {
      if (old_next >= 0)
        std::erase(predecessors_[static_cast<std::size_t>(old_next)],
                   static_cast<std::uint32_t>(pair));
      predecessors_[static_cast<std::size_t>(t.next.index[0])].push_back(
          static_cast<std::uint32_t>(pair));
    }
    model_.observe(pair, {t.reward, t.next.index[0], t.terminated});
    push(pair);
    plan();
    advance(0);
  }
}

void PrioritizedSweeping::save(Writer& out) const {
  TabularAgent::save(out);
  model_.save(out);
  for (const auto& list : predecessors_) out.write(list);
  out.write<std::uint64_t>(queue_.size());
  for (const auto& item : queue_) {
    out.write(item.priority);
    out.write(item.pair);
  }
  out.write(priorities_);
}

void PrioritizedSweeping::load(Reader& in) {
  TabularAgent::load(in);
  model_.load(in);
  const std::size_t pairs = priorities_.size();
  for (auto& list : predecessors_) {
    in.read(list);
    for (const auto pair : list)
      if (pair >= pairs || model_.at(pair).next < 0) in.fail("a predecessor is out of range");
  }
  queue_.resize(in.read_count(12));
  for (auto& item : queue_) {
    in.read(item.priority);
    in.read(item.pair);
    if (item.pair >= pairs || model_.at(item.pair).next < 0) in.fail("the queue is out of range");
  }
  read_fixed(in, priorities_);
}

}  // namespace sandlot
