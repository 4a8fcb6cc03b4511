#include "agents/tabular/n_step_sarsa.h"

namespace sandlot {

void NStepSarsa::Settings::fields(Fields& f) {
  TabularSettings::fields(f);
  f.integer("n", n, "rewards counted before bootstrapping", Range::between(1, 10000));
}

NStepSarsa::NStepSarsa(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : TabularAgent(settings, spec, copies, seed),
      n_(static_cast<std::size_t>(settings.n)),
      windows_(static_cast<std::size_t>(copies)) {
  for (auto& window : windows_) window.visits.resize(n_);
}

void NStepSarsa::update_oldest(Window& window, double bootstrap) {
  double target = bootstrap;
  for (std::size_t k = window.count; k-- > 0;) target = window.at(k).reward + gamma() * target;
  const Visit& oldest = window.at(0);
  q().add(oldest.state, oldest.action, alpha() * (target - q().value(oldest.state, oldest.action)));
  window.start = (window.start + 1) % n_;
  --window.count;
}

void NStepSarsa::train(TrainingContext& training) {
  begin_on_policy(training);
  while (training.proceed(*this)) {
    set_rates(training);
    training.step({.discrete = actions_, .continuous = {}});
    for (int row = 0; row < rows(); ++row) {
      int& action = actions_[static_cast<std::size_t>(row)];
      Window& window = windows_[static_cast<std::size_t>(row)];
      const Transition t = transition(row, action);
      Visit& visit = window.at(window.count++);
      visit.state = t.state;
      visit.action = t.action;
      visit.reward = t.reward;
      const int next_action = choose_next(t);
      const auto bootstrap = [&] { return t.terminated ? 0 : q().value(t.next, next_action); };
      // At the end the visits left over are updated with the rewards that there are.
      if (t.ended)
        while (window.count > 0) update_oldest(window, bootstrap());
      else if (window.count == n_)
        update_oldest(window, bootstrap());
      const bool ended = t.ended;
      advance(row);
      action = ended ? choose(state(row), legal(row)) : next_action;
    }
  }
}

void NStepSarsa::save(Writer& out) const {
  TabularAgent::save(out);
  for (const auto& window : windows_) {
    out.write<std::uint64_t>(window.start);
    out.write<std::uint64_t>(window.count);
    for (const auto& visit : window.visits) {
      out.write(visit.state.index);
      out.write(visit.state.value);
      out.write(visit.action);
      out.write(visit.reward);
    }
  }
}

void NStepSarsa::load(Reader& in) {
  TabularAgent::load(in);
  for (auto& window : windows_) {
    window.start = in.read<std::uint64_t>();
    window.count = in.read<std::uint64_t>();
    if (window.start >= n_ || window.count >= n_) in.fail("a window is out of range");
    for (auto& visit : window.visits) {
      in.read(visit.state.index);
      in.read(visit.state.value);
      in.read(visit.action);
      in.read(visit.reward);
      bool good = visit.state.index.size() == visit.state.value.size() && visit.action >= 0 &&
                  visit.action < action_count();
      for (const auto i : visit.state.index) good = good && i >= 0 && i < map().size();
      if (!good) in.fail("a visit is out of range");
    }
  }
}

}  // namespace sandlot
