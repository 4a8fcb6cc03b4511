#include "agents/tabular/agent_base.h"

#include "agents/tabular/archived.h"
#include "learners/features/table.h"

namespace sandlot {
namespace {

std::shared_ptr<const FeatureMap> make_map(const TabularSettings& settings,
                                           const Space& observation) {
  if (settings.value_function.get()) return settings.value_function->make(observation);
  return std::make_shared<TableFeatures>(TableFeatures::Settings{}, observation);
}

}  // namespace

void TabularSettings::fields(Fields& f) {
  f.component("value_function", "features", value_function,
              "the features that values are linear in");
  f.schedule("step_size", step_size,
             "α; with tile coding the book's α, divided by the number of tilings",
             Range::at_least(0));
  f.number("discount", discount, "γ", Range::between(0, 1));
  f.number("initial_value", initial_value,
           "of every action; above what can be had it is optimism, which explores (tables, tile "
           "coding)");
  exploration.fields(f);
}

void TabularSettings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  if (!spec.action.is_discrete())
    return issues.add(
        "name", "needs discrete actions; those of " + spec.name + " are " + spec.action.describe());
  IssuesBelow below(issues, "value_function");
  if (value_function.get()) value_function->check(spec.observation, below);
  if (initial_value != 0 && !has_binary_features(*this))
    issues.add("initial_value", "needs features that are 0 or 1 (table, tile_coding); expected 0");
  if (exploration.kind == ExplorationKind::ucb)
    require_table(*this, spec, "UCB counts visits by state", issues);
}

bool has_binary_features(const TabularSettings& settings) {
  const auto features = settings.value_function.chosen();
  return features == "table" || features == "tile_coding";
}

void require_table(const TabularSettings& settings, const EnvironmentSpec&, std::string_view why,
                   Issues& issues) {
  if (settings.value_function.chosen() != "table")
    issues.add("value_function.features", std::string(why) + ": expected table");
}

void require_one_copy(int copies, std::string_view why, Issues& issues) {
  if (copies != 1) issues.add("name", std::string(why) + ": expected environment.copies: 1");
}

TabularAgent::TabularAgent(const TabularSettings& settings, const EnvironmentSpec& spec, int copies,
                           Seed seed, int tables)
    : actions_(static_cast<std::size_t>(copies)),
      settings_(settings),
      map_(make_map(settings, spec.observation)),
      action_count_(spec.action.n),
      random_(derive(seed, "exploration")),
      exploration_(settings.exploration),
      policy_(map_, spec.action.n, settings.initial_value, tables),
      states_(static_cast<std::size_t>(copies)),
      next_(static_cast<std::size_t>(copies)),
      values_(static_cast<std::size_t>(spec.action.n)),
      chances_(static_cast<std::size_t>(spec.action.n)) {
  if (exploration_.counts_visits())
    visits_.resize(static_cast<std::size_t>(map_->size()) *
                   static_cast<std::size_t>(action_count_));
}

void TabularAgent::begin(TrainingContext& training) {
  environment_ = &training.environment();
  for (int row = 0; row < rows(); ++row)
    map_->encode(environment_->observation(row), states_[static_cast<std::size_t>(row)]);
}

void TabularAgent::begin_on_policy(TrainingContext& training) {
  begin(training);
  if (started_) return;
  set_rates(training);
  for (int row = 0; row < rows(); ++row)
    actions_[static_cast<std::size_t>(row)] = choose(state(row), legal(row));
  started_ = true;
}

void TabularAgent::set_rates(const TrainingContext& training) {
  alpha_ = settings_.step_size.at(training.steps());
  exploration_.set_rates(training.steps());
}

std::span<const double> TabularAgent::values_of(const ActionValues& q, const FeatureVector& state) {
  q.values(state, values_);
  return values_;
}

double TabularAgent::max_q(const FeatureVector& state, std::span<const std::uint8_t> legal) {
  return max_value(values_of(q(), state), legal);
}

std::span<const std::uint32_t> TabularAgent::visits(const FeatureVector& state) const {
  if (visits_.empty()) return {};
  const auto n = static_cast<std::size_t>(action_count_);
  return std::span(visits_).subspan(static_cast<std::size_t>(state.index[0]) * n, n);
}

double TabularAgent::expected_q(const FeatureVector& state, std::span<const std::uint8_t> legal) {
  const auto values = values_of(q(), state);
  exploration_.probabilities(values, legal, visits(state), chances_);
  double sum = 0;
  for (std::size_t a = 0; a < values.size(); ++a) sum += chances_[a] * values[a];
  return sum;
}

int TabularAgent::choose(const FeatureVector& state, std::span<const std::uint8_t> legal) {
  return choose(state, legal, values_of(q(), state));
}

int TabularAgent::choose(const FeatureVector& state, std::span<const std::uint8_t> legal,
                         std::span<const double> values) {
  const int action = exploration_.choose(values, legal, visits(state), random_);
  if (!visits_.empty())
    ++visits_[static_cast<std::size_t>(state.index[0]) * static_cast<std::size_t>(action_count_) +
              static_cast<std::size_t>(action)];
  return action;
}

int TabularAgent::choose_next(const Transition& t) {
  if (t.terminated) return 0;
  if (!t.ended) return choose(t.next, t.next_legal);
  // It only values the last state of a truncated episode; what is not played is not counted.
  return exploration_.choose(values_of(q(), t.next), t.next_legal, visits(t.next), random_);
}

std::span<const std::uint8_t> TabularAgent::legal(int row) const {
  const auto all = environment_->legal_actions();
  if (all.empty()) return {};
  const auto n = static_cast<std::size_t>(action_count_);
  return all.subspan(static_cast<std::size_t>(row) * n, n);
}

Transition TabularAgent::transition(int row, int action) {
  const auto i = static_cast<std::size_t>(row);
  const Status status = environment_->statuses()[i];
  const bool ended = status != Status::running;
  map_->encode(ended ? environment_->final_observation(row) : environment_->observation(row),
               next_[i]);
  // What is legal in the last state of a truncated episode is not kept: the mask is the next one's.
  return {row,      states_[i],
          action,   environment_->rewards()[i],
          next_[i], status == Status::terminated,
          ended,    ended ? std::span<const std::uint8_t>() : legal(row)};
}

void TabularAgent::advance(int row) {
  const auto i = static_cast<std::size_t>(row);
  if (environment_->statuses()[i] == Status::running)
    std::swap(states_[i], next_[i]);
  else
    map_->encode(environment_->observation(row), states_[i]);
}

void TabularAgent::save(Writer& out) const {
  out.tag("tabular");
  policy_.save(out);
  random_.save(out);
  out.write(visits_);
  out.write(actions_);
  out.write(started_);
}

void TabularAgent::load(Reader& in) {
  in.expect_tag("tabular");
  policy_.load(in);
  random_.load(in);
  read_fixed(in, visits_);
  read_fixed(in, actions_);
  in.read(started_);
  for (const auto a : actions_)
    if (a < 0 || a >= action_count_) in.fail("an action is out of range");
}

}  // namespace sandlot
