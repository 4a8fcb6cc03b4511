#include "learners/ensemble/adaboost.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "learners/classical/tree_learners.h"

namespace sandlot {
namespace {

constexpr int kStump = 1, kRegressionDepth = 3;

// Brings weights back to their first sum, so that a base learner's limits keep their meaning.
void rescale(std::vector<double>& weights, double total) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight *= total / sum;
}

template <class Member>
void save_members(const std::vector<std::unique_ptr<Member>>& members,
                  const std::vector<double>& says, Writer& out) {
  out.write(says);
  for (const auto& member : members) member->save(out);
}

template <class Member, class Make>
void load_members(Reader& in, int most, std::vector<std::unique_ptr<Member>>& members,
                  std::vector<double>& says, Make make) {
  in.read(says);
  if (says.size() > static_cast<std::size_t>(most)) in.fail("there are more members than rounds");
  for (const double say : says)
    if (!std::isfinite(say)) in.fail("the weight of a vote is not a number");
  members.clear();
  for (std::size_t i = 0; i < says.size(); ++i) {
    members.push_back(make(i));
    members.back()->load(in);
    if (!members.back()->fitted()) in.fail("a member has learnt nothing");
  }
}

double drucker_loss(DruckerLoss kind, double share) {
  switch (kind) {
    case DruckerLoss::square:
      return share * share;
    case DruckerLoss::exponential:
      return 1 - std::exp(-share);
    default:
      return share;
  }
}

}  // namespace

template <class Factory>
bool ShallowSlot<Factory>::choose(const Registry& registry, std::string_view name) {
  std::shared_ptr<Factory> fresh = registry.create<Factory>(name);
  if (!fresh) return false;
  using Tree = std::conditional_t<std::is_same_v<Factory, ClassifierFactory>,
                                  TypedClassifierFactory<TreeClassifier>,
                                  TypedRegressorFactory<TreeRegressor>>;
  if (auto* tree = dynamic_cast<Tree*>(fresh.get())) tree->settings.max_depth = depth_;
  slot_.set(std::string(name), std::move(fresh));
  return true;
}

template <class Factory>
void AdaboostSettings<Factory>::fields(Fields& f) {
  ShallowSlot<Factory> shallow(base.slot, kClasses ? kStump : kRegressionDepth);
  f.component("base", "learner", shallow,
              kClasses ? "what is boosted; a decision_tree has one split unless max_depth is given"
                       : "what is boosted; a decision_tree has max_depth 3 unless it is given");
  f.integer("rounds", rounds, "learners, at most", Range::between(1, 100000));
  f.number("learning_rate", learning_rate, "shrinkage of each learner's say", Range::above(0));
}

template struct AdaboostSettings<ClassifierFactory>;
template struct AdaboostSettings<RegressorFactory>;

void AdaboostRegressionSettings::fields(Fields& f) {
  AdaboostSettings::fields(f);
  f.choice("loss", loss,
           {{"linear", DruckerLoss::linear},
            {"square", DruckerLoss::square},
            {"exponential", DruckerLoss::exponential}},
           "of an error as a share of the largest one");
}

AdaboostClassifier::AdaboostClassifier(const Settings& settings, const Space& input, int classes,
                                       Seed seed)
    : Classifier(input, classes), settings_(settings), seed_(seed) {}

std::unique_ptr<Classifier> AdaboostClassifier::make(std::size_t round) const {
  return settings_.base->make(input(), classes(), derive(seed_, "member", round));
}

void AdaboostClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                std::span<const float> weights) {
  members_.clear();
  says_.clear();
  std::vector<double> current(weights.begin(), weights.end());
  const double total = std::accumulate(current.begin(), current.end(), 0.0);
  const double chance = 1 - 1.0 / std::max(classes(), 2);
  for (int round = 0; round < settings_.rounds; ++round) {
    std::unique_ptr<Classifier> member = make(members_.size());
    const std::vector<float> now(current.begin(), current.end());
    member->fit(x, labels, now);
    const std::vector<std::int32_t> guesses = member->predict(x);
    double error = 0;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (guesses[i] != labels[i]) error += current[i] / total;
    // No better than guessing: its say would be negative. The first is kept, or there were none.
    if (error >= chance && !members_.empty()) break;
    const double least = 1e-10;  // a faultless learner's say would be infinite
    const double say =
        error >= chance ? 1
                        : settings_.learning_rate *
                              (std::log((1 - error) / std::max(error, least)) +
                               std::log(std::max(classes(), 2) - 1.0));  // eq. in algorithm 2, (c)
    members_.push_back(std::move(member));
    says_.push_back(say);
    if (error <= least || error >= chance) break;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (guesses[i] != labels[i]) current[i] *= std::exp(say);
    rescale(current, total);
  }
}

// P(k) ∝ exp(Σ of the says of those who vote for k), by Zhu et al., eq. 8.
Matrix AdaboostClassifier::do_probabilities(const MatrixView& x) const {
  Matrix sum = Matrix::Zero(x.rows(), classes());
  for (std::size_t i = 0; i < members_.size(); ++i)
    add_votes(*members_[i], true, x, static_cast<float>(says_[i]), sum);
  for (Eigen::Index row = 0; row < sum.rows(); ++row)
    sum.row(row) = (sum.row(row).array() - sum.row(row).maxCoeff()).exp().matrix().eval();
  normalise_rows(sum);
  return sum;
}

void AdaboostClassifier::do_save(Writer& out) const { save_members(members_, says_, out); }

void AdaboostClassifier::do_load(Reader& in) {
  load_members(in, settings_.rounds, members_, says_, [this](std::size_t i) { return make(i); });
}

AdaboostRegressor::AdaboostRegressor(const Settings& settings, const Space& input, int outputs,
                                     Seed seed)
    : Regressor(input, outputs), settings_(settings), seed_(seed) {}

std::unique_ptr<Regressor> AdaboostRegressor::make(std::size_t round) const {
  return settings_.base->make(input(), outputs(), derive(seed_, "member", round));
}

void AdaboostRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                               std::span<const float> weights) {
  members_.clear();
  says_.clear();
  std::vector<double> current(weights.begin(), weights.end());
  const double total = std::accumulate(current.begin(), current.end(), 0.0);
  for (int round = 0; round < settings_.rounds; ++round) {
    std::unique_ptr<Regressor> member = make(members_.size());
    const std::vector<float> now(current.begin(), current.end());
    member->fit(x, y, now);
    const Eigen::VectorXf errors = (member->predict(x) - y).rowwise().norm();
    const auto most = static_cast<double>(errors.maxCoeff());
    std::vector<double> losses(current.size());
    double mean = 0;
    for (std::size_t i = 0; i < losses.size(); ++i) {
      if (most > 0)
        losses[i] = drucker_loss(settings_.loss,
                                 static_cast<double>(errors(static_cast<Eigen::Index>(i))) / most);
      mean += losses[i] * current[i] / total;
    }
    if (mean >= 0.5 && !members_.empty()) break;
    const bool last = mean >= 0.5 || mean <= 0;
    const double beta = mean / (1 - mean);
    members_.push_back(std::move(member));
    says_.push_back(last ? 1 : settings_.learning_rate * std::log(1 / beta));
    if (last) break;
    for (std::size_t i = 0; i < losses.size(); ++i)
      current[i] *= std::pow(beta, settings_.learning_rate * (1 - losses[i]));
    rescale(current, total);
  }
}

// The weighted median of the members, output by output (Drucker 1997, step 8).
Matrix AdaboostRegressor::do_predict(const MatrixView& x) const {
  std::vector<Matrix> guesses;
  for (const auto& member : members_) guesses.push_back(member->predict(x));
  const double half = std::accumulate(says_.begin(), says_.end(), 0.0) / 2;
  Matrix y(x.rows(), outputs());
  std::vector<std::size_t> order(members_.size());
  for (Eigen::Index row = 0; row < y.rows(); ++row)
    for (Eigen::Index k = 0; k < y.cols(); ++k) {
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return guesses[a](row, k) < guesses[b](row, k);
      });
      double sum = 0;
      std::size_t i = 0;
      for (; i + 1 < order.size() && (sum += says_[order[i]]) < half; ++i) {
      }
      y(row, k) = guesses[order[i]](row, k);
    }
  return y;
}

void AdaboostRegressor::do_save(Writer& out) const { save_members(members_, says_, out); }

void AdaboostRegressor::do_load(Reader& in) {
  load_members(in, settings_.rounds, members_, says_, [this](std::size_t i) { return make(i); });
}

}  // namespace sandlot
