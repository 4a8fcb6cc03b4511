#include "agents/tabular/monte_carlo.h"

#include "agents/tabular/archived.h"

namespace sandlot {

void MonteCarlo::Settings::fields(Fields& f) {
  TabularSettings::fields(f);
  f.boolean("first_visit", first_visit,
            "only the first visit of a state and action in an episode counts");
  f.boolean("average", average, "average all returns; false: step_size is used instead");
  f.boolean("random_first_action", random_first_action,
            "the first action of an episode is random: exploring starts, with a world that starts "
            "anywhere");
}

void MonteCarlo::Settings::check(const EnvironmentSpec& spec, int copies, Issues& issues) const {
  TabularSettings::check(spec, copies, issues);
  require_table(*this, spec, "visits are counted by state", issues);
}

MonteCarlo::MonteCarlo(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : TabularAgent(settings, spec, copies, seed),
      settings_(settings),
      episodes_(static_cast<std::size_t>(copies)),
      counts_(q().weights().size()),
      seen_(q().weights().size()) {}

std::size_t MonteCarlo::pair(const Visit& visit) const {
  return static_cast<std::size_t>(visit.state) * static_cast<std::size_t>(action_count()) +
         static_cast<std::size_t>(visit.action);
}

void MonteCarlo::learn(std::vector<Visit>& episode, double bootstrap) {
  for (const Visit& visit : episode) ++seen_[pair(visit)];
  double g = bootstrap;
  for (std::size_t t = episode.size(); t-- > 0;) {
    const Visit& visit = episode[t];
    g = visit.reward + gamma() * g;
    // Counted down from the end: 0 left means that this is the first visit.
    if (--seen_[pair(visit)] > 0 && settings_.first_visit) continue;
    features_.clear();
    features_.add(visit.state, 1);
    const double step = settings_.average ? 1.0 / ++counts_[pair(visit)] : alpha();
    q().add(features_, visit.action, step * (g - q().value(features_, visit.action)));
  }
  episode.clear();
}

void MonteCarlo::train(TrainingContext& training) {
  begin(training);
  while (training.proceed(*this)) {
    set_rates(training);
    for (int row = 0; row < rows(); ++row) {
      const auto i = static_cast<std::size_t>(row);
      if (settings_.random_first_action && episodes_[i].empty())
        actions_[i] = uniform_action(action_count(), legal(row), random());
      else
        actions_[i] = choose(state(row), legal(row));
    }
    training.step({.discrete = actions_, .continuous = {}});
    for (int row = 0; row < rows(); ++row) {
      const auto i = static_cast<std::size_t>(row);
      const Transition t = transition(row, actions_[i]);
      episodes_[i].push_back({t.state.index[0], t.action, t.reward});
      if (t.ended) learn(episodes_[i], t.terminated ? 0 : expected_q(t.next, t.next_legal));
      advance(row);
    }
  }
}

void MonteCarlo::save(Writer& out) const {
  TabularAgent::save(out);
  out.write(counts_);
  for (const auto& episode : episodes_) {
    out.write<std::uint64_t>(episode.size());
    for (const auto& visit : episode) {
      out.write(visit.state);
      out.write(visit.action);
      out.write(visit.reward);
    }
  }
}

void MonteCarlo::load(Reader& in) {
  TabularAgent::load(in);
  read_fixed(in, counts_);
  for (auto& episode : episodes_) {
    episode.resize(in.read_count(16));
    for (auto& visit : episode) {
      in.read(visit.state);
      in.read(visit.action);
      in.read(visit.reward);
      if (visit.state < 0 || visit.state >= map().size() || visit.action < 0 ||
          visit.action >= action_count())
        in.fail("a visit is out of range");
    }
  }
}

}  // namespace sandlot
