#include "agents/fitted/lspi.h"

#include <Eigen/LU>
#include <algorithm>
#include <stdexcept>

#include "sim/core/archive.h"

namespace sandlot {
namespace {

// A matrix of 4000 × 4000 takes 128 MB, and solving it some ten seconds.
constexpr std::int64_t kMostWeights = 4000;

}  // namespace

void Lspi::Settings::fields(Fields& f) {
  f.component("value_function", "features", value_function,
              "the features that values are linear in");
  BatchAgentSettings::fields(f);
  f.number("ridge", ridge, "added to the diagonal of LSTDQ's matrix", Range::above(0));
  f.number("tolerance", tolerance, "iterations end when no weight changes by more",
           Range::at_least(0));
}

void Lspi::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  require_plain_actions(spec, issues);
  if (!spec.action.is_discrete()) return;
  struct Counted final : Issues {
    explicit Counted(Issues& all) : inner(all, "value_function") {}
    void add(std::string_view path, std::string_view message) override {
      ++count;
      inner.add(path, message);
    }
    IssuesBelow inner;
    int count = 0;
  } below(issues);
  if (!value_function.get()) return below.add("features", "expected a feature map");
  value_function->check(spec.observation, below);
  if (below.count > 0) return;
  const std::int64_t weights =
      std::int64_t{value_function->make(spec.observation)->size()} * spec.action.n;
  if (weights > kMostWeights)
    below.add("features", "there are " + std::to_string(weights) +
                              " weights, features times actions, for which a system of equations "
                              "is solved; expected at most " +
                              std::to_string(kMostWeights));
}

Lspi::Lspi(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : Lspi(settings, settings.value_function->make(spec.observation), spec, copies, seed) {}

Lspi::Lspi(const Settings& settings, std::shared_ptr<const FeatureMap> map,
           const EnvironmentSpec& spec, int copies, Seed seed)
    : BatchAgent(settings, spec, copies, seed),
      ridge_(settings.ridge),
      tolerance_(settings.tolerance),
      map_(std::move(map)),
      policy_(map_, spec.action.n, 0, 1) {}

// What stays the same from one iteration to the next.
struct Lspi::Problem {
  std::vector<FeatureVector> states, next_states;
  Eigen::MatrixXd squares;  // ridge · I + Σ φ(s, a) φ(s, a)ᵀ
  Eigen::VectorXd rewards;  // Σ φ(s, a) r
};

Lspi::Problem Lspi::prepare() const {
  const std::size_t n = lived().size();
  const auto width = static_cast<Eigen::Index>(map_->size());
  const auto weights = static_cast<Eigen::Index>(policy_.q().weights().size());
  Problem problem{std::vector<FeatureVector>(n), std::vector<FeatureVector>(n),
                  Eigen::MatrixXd::Identity(weights, weights) * ridge_,
                  Eigen::VectorXd::Zero(weights)};
  for (std::size_t i = 0; i < n; ++i) {
    FeatureVector& state = problem.states[i];
    map_->encode(lived().state(i), state);
    if (!lived().terminated()[i]) map_->encode(lived().next_state(i), problem.next_states[i]);
    const Eigen::Index at = width * lived().actions()[i];
    for (std::size_t k = 0; k < state.index.size(); ++k) {
      const Eigen::Index row = at + state.index[k];
      problem.rewards[row] += state.value[k] * static_cast<double>(lived().rewards()[i]);
      for (std::size_t l = 0; l < state.index.size(); ++l)
        problem.squares(row, at + state.index[l]) += state.value[k] * state.value[l];
    }
  }
  return problem;
}

Eigen::VectorXd Lspi::evaluate(const Problem& problem) {
  const ActionValues& q = policy_.q();
  const auto width = static_cast<Eigen::Index>(map_->size());
  std::vector<double> values(static_cast<std::size_t>(q.actions()));
  Eigen::MatrixXd a = problem.squares;
  for (std::size_t i = 0; i < problem.states.size(); ++i) {
    if (lived().terminated()[i]) continue;
    const FeatureVector &state = problem.states[i], &next = problem.next_states[i];
    q.values(next, values);
    const auto best = std::max_element(values.begin(), values.end()) - values.begin();
    const Eigen::Index at = width * lived().actions()[i], next_at = width * best;
    for (std::size_t l = 0; l < next.index.size(); ++l) {
      const double change = settings().discount * next.value[l];
      const Eigen::Index column = next_at + next.index[l];
      for (std::size_t k = 0; k < state.index.size(); ++k)
        a(at + state.index[k], column) -= state.value[k] * change;
    }
  }
  return a.partialPivLu().solve(problem.rewards);
}

void Lspi::learn(TrainingContext& training) {
  const Problem problem = prepare();
  const auto weights = policy_.q().weights();
  double change = 0;
  int iteration = 0;
  do {
    const Eigen::VectorXd fresh = evaluate(problem);
    if (!fresh.allFinite())
      throw std::runtime_error("LSTDQ has no solution; expected a larger ridge");
    change = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double value = fresh[static_cast<Eigen::Index>(i)];
      change = std::max(change, std::abs(value - weights[i]));
      weights[i] = value;
    }
  } while (++iteration < settings().iterations && change > tolerance_);
  learnt_ = true;
  training.report("iterations", iteration);
  training.report("weight_change", change);
}

void Lspi::save(Writer& out) const {
  BatchAgent::save(out);
  policy_.save(out);
  out.write(learnt_);
}

void Lspi::load(Reader& in) {
  BatchAgent::load(in);
  policy_.load(in);
  in.read(learnt_);
}

}  // namespace sandlot
