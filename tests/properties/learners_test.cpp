// What holds for every registered regressor and classifier.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "learners/classifier.h"
#include "learners/regressor.h"
#include "sim/cli/register_all.h"
#include "sim/config/reader.h"
#include "sim/core/random.h"

using namespace sandlot;

namespace {

const Registry& registry() {
  static const Registry* all = [] {
    auto* r = new Registry;
    register_all(*r);
    return r;
  }();
  return *all;
}

constexpr int kOutputs = 2, kClasses = 3;

// Beside the defaults: less work where they ask for much, and what is a method of its own.
const std::multimap<std::string, std::string> kSettings{
    {"mlp", "hidden: [8], epochs: 3, batch: 8"},
    {"cnn", "channels: [4], kernels: [3], strides: [1], hidden: [8], epochs: 2"},
    {"impala_cnn", "channels: [4], hidden: [8], epochs: 2"},
    {"linear_regression", "l2: 0"},
    {"linear_regression", "l2: 1"},
    {"polynomial_regression", "degree: 2"},
    {"polynomial_regression", "degree: 3, interactions_only: true, l2: 0.1"},
    {"recursive_least_squares", "l2: 0.01"},
    {"recursive_least_squares", "forgetting: 0.98"},
    {"sgd_linear", "epochs: 5"},
    {"sgd_linear", "epochs: 5, loss: huber"},
    {"sgd_linear", "epochs: 5, loss: epsilon_insensitive"},
    {"sgd_linear", "epochs: 5, loss: hinge"},
    {"naive_bayes", "distribution: gaussian"},
    {"naive_bayes", "distribution: bernoulli"},
    {"knn", "k: 3"},
    {"knn", "k: 4, weights: distance, method: kd_tree"},
    {"svm", "tolerance: 1e-7"},
    {"svm", "tolerance: 1e-7, probabilities: false"},
    {"svm", "tolerance: 1e-7, kernel: linear, probabilities: false"},
    {"stochastic_gradient_tree", "warm_up: 10, grace_period: 10, significance: 0.5, passes: 2"},
    {"random_forest", "trees: 5"},
    {"extra_trees", "trees: 5"},
    {"gradient_boosting", "rounds: 5"},
    {"bagging", "count: 3, base: {learner: decision_tree, max_depth: 3}"},
    {"bagging", "count: 3, base: {learner: knn}"},
    {"adaboost", "rounds: 3, base: {learner: decision_tree, max_depth: 2}"},
    {"voting", "members: [decision_tree, knn]"},
    {"stacking", "members: [decision_tree, knn], final: {learner: decision_tree}"},
};

// Whether a row of weight 2 must be the row twice. Where it need not be, the reason.
const std::map<std::string, std::string> kOwnWeights{
    {"mlp", "batches are drawn from rows"},
    {"cnn", "batches are drawn from rows"},
    {"impala_cnn", "batches are drawn from rows"},
    {"sgd_linear", "a step of twice the length is not two steps"},
    {"stochastic_gradient_tree", "rows come in another order, copies apart"},
    {"recursive_least_squares, forgetting", "gives the penalty back by examples, not weights"},
    {"stacking", "folds are of rows"},
    {"svm, probabilities", "Platt's folds are of rows"},
};

struct Data {
  Matrix x, y;
  std::vector<std::int32_t> labels;
  int rows() const { return static_cast<int>(x.rows()); }
  Data part(const std::vector<int>& some) const {
    Data d{x(some, Eigen::all), y(some, Eigen::all), {}};
    for (const int row : some) d.labels.push_back(labels[static_cast<std::size_t>(row)]);
    return d;
  }
  Data range(int from, int to) const {
    std::vector<int> some;
    for (int row = from; row < to; ++row) some.push_back(row);
    return part(some);
  }
};

Data make_data(const Space& input, int rows, Seed seed) {
  Random random(seed);
  const auto columns = static_cast<Eigen::Index>(input.size());
  Data d{Matrix(rows, columns), Matrix(rows, kOutputs), {}};
  for (Eigen::Index row = 0; row < rows; ++row) {
    for (Eigen::Index c = 0; c < columns; ++c)
      d.x(row, c) = input.is_discrete()
                        ? static_cast<float>(random.below(static_cast<std::uint32_t>(input.n)))
                        : random.uniform_float();
    const float a = d.x(row, 0), b = d.x(row, columns - 1);
    d.y(row, 0) = 3 * a - b * b + 0.1f * static_cast<float>(random.normal());
    d.y(row, 1) = 10 + a * b;
    d.labels.push_back(static_cast<std::int32_t>(random.below(10) < 2 ? random.below(kClasses)
                                                 : a + b > 1.2f       ? 2
                                                 : a > b              ? 1
                                                                      : 0));
  }
  return d;
}

void fit(Regressor& r, const Data& d, std::span<const float> w = {}) { r.fit(d.x, d.y, w); }
void fit(Classifier& c, const Data& d, std::span<const float> w = {}) { c.fit(d.x, d.labels, w); }
void go_on(Regressor& r, const Data& d) { r.partial_fit(d.x, d.y); }
void go_on(Classifier& c, const Data& d) { c.partial_fit(d.x, d.labels); }

// Predictions as a table: those of a classifier without probabilities are its labels.
Matrix guess(const Regressor& r, const LearnerFacts&, const Matrix& x) { return r.predict(x); }
Matrix guess(const Classifier& c, const LearnerFacts& facts, const Matrix& x) {
  if (facts.probabilities) return c.predict_probabilities(x);
  const auto labels = c.predict(x);
  Matrix table(x.rows(), 1);
  for (std::size_t i = 0; i < labels.size(); ++i)
    table(static_cast<Eigen::Index>(i), 0) = static_cast<float>(labels[i]);
  return table;
}
void guess_row(const Regressor& r, std::span<const float> x, std::span<float> out) {
  r.predict_row(x, out);
}
void guess_row(const Classifier& c, std::span<const float> x, std::span<float> out) {
  c.probabilities_row(x, out);
}

template <class Learner>
std::vector<std::byte> saved(const Learner& learner) {
  Writer out;
  learner.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

template <class Factory>
struct Case {
  std::string name, settings;
  Space input;
  Slot<Factory> slot{""};

  auto make(Seed seed = 5) const {
    constexpr int kWidth = std::is_same_v<Factory, RegressorFactory> ? kOutputs : kClasses;
    return slot->make(input, kWidth, seed);
  }
  LearnerFacts facts() const { return slot->facts(); }
  std::string reason_for_own_weights() const {
    for (const auto& [key, reason] : kOwnWeights) {
      const std::size_t comma = key.find(", ");
      if (key.substr(0, comma) != name) continue;
      if (comma == std::string::npos) return reason;
      if (key == "svm, probabilities") return facts().probabilities ? reason : "";
      if (settings.find(key.substr(comma + 2)) != std::string::npos) return reason;
    }
    return "";
  }
};

// Each learner with each of its settings and each kind of input that it accepts.
template <class Factory>
std::vector<Case<Factory>> all_cases() {
  std::vector<Case<Factory>> cases;
  const Space inputs[] = {Space::box({3}, 0, 1), Space::box({1, 6, 6}, 0, 1), Space::discrete(5)};
  for (const auto& entry : registry().list(Factory::kind)) {
    std::vector<std::string> settings;
    const auto [first, last] = kSettings.equal_range(entry.name);
    for (auto it = first; it != last; ++it) settings.push_back(it->second);
    if (settings.empty()) settings.push_back("");
    for (const std::string& some : settings) {
      for (const Space& input : inputs) {
        Case<Factory> c{entry.name, some, input};
        const Tree tree =
            parse_yaml("{learner: " + entry.name + (some.empty() ? "" : ", ") + some + "}", "test");
        std::vector<Problem> problems;
        SettingsReader reader(registry(), tree, "", problems);
        reader.chosen("learner", c.slot, "");
        reader.finish();
        TreeIssues issues(tree, "", problems);
        if (problems.empty()) c.slot->check(input, issues);
        if (problems.empty()) cases.push_back(std::move(c));
      }
    }
  }
  return cases;
}

template <class Factory>
void for_each_case(const std::function<void(const Case<Factory>&)>& property) {
  for (const auto& c : all_cases<Factory>()) {
    CAPTURE(c.name);
    CAPTURE(c.settings);
    CAPTURE(c.input.describe());
    property(c);
  }
}

template <class Factory>
void every_one_is_tested(std::size_t least) {
  std::set<std::string> tested;
  for (const auto& c : all_cases<Factory>()) tested.insert(c.name + c.settings);
  for (const auto& entry : registry().list(Factory::kind)) {
    const auto [first, last] = kSettings.equal_range(entry.name);
    int count = 0;
    for (auto it = first; it != last; ++it) count += tested.contains(entry.name + it->second);
    if (first == last) count = tested.contains(entry.name);
    CAPTURE(entry.name);
    CHECK(count > 0);
  }
  CHECK(tested.size() >= least);
}

template <class Factory>
void weights_count_rows() {
  for_each_case<Factory>([](const Case<Factory>& c) {
    const Data all = make_data(c.input, 40, 1);
    std::vector<float> weights(40, 1);
    std::vector<int> kept;
    for (int row = 0; row < 40; ++row) {
      if (row % 7 == 3) weights[static_cast<std::size_t>(row)] = 0;
      if (row % 7 != 3) kept.push_back(row);
    }
    const auto with_zeros = c.make(), without = c.make();
    fit(*with_zeros, all, weights);
    fit(*without, all.part(kept));
    CHECK(saved(*with_zeros) == saved(*without));
    if (!c.reason_for_own_weights().empty()) return;
    std::vector<int> repeated;
    for (int row = 0; row < 40; ++row) {
      const int times = 1 + row % 3;
      weights[static_cast<std::size_t>(row)] = static_cast<float>(times);
      for (int i = 0; i < times; ++i) repeated.push_back(row);
    }
    fit(*with_zeros, all, weights);
    fit(*without, all.part(repeated));
    const Matrix a = guess(*with_zeros, c.facts(), all.x), b = guess(*without, c.facts(), all.x);
    CHECK((a - b).cwiseAbs().maxCoeff() < 1e-3f);
  });
}

template <class Factory>
void saved_in_the_middle() {
  for_each_case<Factory>([](const Case<Factory>& c) {
    const Data first = make_data(c.input, 30, 1), more = make_data(c.input, 20, 2);
    const auto whole = c.make(), again = c.make(), loaded = c.make();
    fit(*whole, first);
    fit(*again, more);  // fit() forgets
    fit(*again, first);
    const auto bytes = saved(*whole);
    CHECK(saved(*again) == bytes);
    Reader in(bytes);
    loaded->load(in);
    CHECK(in.remaining() == 0);
    CHECK(saved(*loaded) == bytes);
    CHECK(guess(*loaded, c.facts(), more.x) == guess(*whole, c.facts(), more.x));
    if (c.facts().incremental) {
      go_on(*whole, more);
      go_on(*loaded, more);
      CHECK(saved(*loaded) == saved(*whole));
      CHECK(guess(*loaded, c.facts(), more.x) == guess(*whole, c.facts(), more.x));
    } else {
      CHECK_THROWS_AS(go_on(*whole, more), std::logic_error);
    }
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 50) {
      Reader cut(std::span<const std::byte>(bytes).first(size));
      CHECK_THROWS_AS(loaded->load(cut), ArchiveError);
    }
  });
}

template <class Factory>
void rows_are_predicted_as_among_others() {
  for_each_case<Factory>([](const Case<Factory>& c) {
    const Data data = make_data(c.input, 40, 1), other = make_data(c.input, 15, 2);
    const auto model = c.make();
    fit(*model, data);
    const Matrix all = guess(*model, c.facts(), other.x);
    CHECK(all.allFinite());
    constexpr bool kRegressor = std::is_same_v<Factory, RegressorFactory>;
    if (!kRegressor && !c.facts().probabilities) {
      CHECK(guess(*model, c.facts(), other.x.topRows(1)) == all.topRows(1));
      std::vector<float> none(kClasses);
      CHECK_THROWS_AS(guess_row(*model, std::span(other.x.data(), c.input.size()), none),
                      std::logic_error);
      return;
    }
    std::vector<float> out(static_cast<std::size_t>(all.cols()));
    for (Eigen::Index row = 0; row < other.x.rows(); ++row) {
      guess_row(*model, std::span(other.x.row(row).data(), c.input.size()), out);
      const float error =
          (MatrixMap(out.data(), 1, all.cols()) - all.row(row)).cwiseAbs().maxCoeff();
      CHECK(error <= 1e-5f * (1 + all.row(row).cwiseAbs().maxCoeff()));
    }
  });
}

template <class Factory>
void refusals_and_facts() {
  for_each_case<Factory>([](const Case<Factory>& c) {
    const Data data = make_data(c.input, 30, 1);
    const auto model = c.make();
    CHECK_THROWS_AS(model->predict(data.x), std::logic_error);
    for (const float bad :
         {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
      Data broken = data;
      broken.x(4, 0) = bad;
      if (std::isnan(bad) && c.facts().missing) {
        fit(*model, broken);
        CHECK(guess(*model, c.facts(), broken.x).allFinite());
      } else {
        CHECK_THROWS_AS(fit(*model, broken), std::invalid_argument);
        CHECK_FALSE(model->fitted());
      }
    }
    Data wide = data;
    wide.x = Matrix::Zero(30, static_cast<Eigen::Index>(c.input.size()) + 1);
    CHECK_THROWS_AS(fit(*model, wide), std::invalid_argument);
    fit(*model, data);
    CHECK_THROWS_AS(model->predict(wide.x), std::invalid_argument);
    const auto importances = model->importances();
    CHECK(c.facts().importances == !importances.empty());
    double sum = 0;
    for (const double importance : importances) sum += importance;
    if (!importances.empty()) {
      CHECK(importances.size() == c.input.size());
      CHECK(std::abs(sum - 1) < 1e-6);
    }
  });
}

template <class Factory>
void odd_examples() {
  for_each_case<Factory>([](const Case<Factory>& c) {
    const Data data = make_data(c.input, 12, 1);
    Data constant = data, same = data;
    constant.x.rightCols(1).setConstant(c.input.is_discrete() ? 2.0f : 0.3f);
    same.y.setConstant(4);
    same.labels.assign(12, 1);
    for (const Data& odd : {constant, same, data.range(0, 1), data.part({3, 3, 3, 5, 5})}) {
      const auto model = c.make();
      // A single row may be too few for one that holds rows back, which it has to say.
      try {
        fit(*model, odd);
      } catch (const std::invalid_argument& error) {
        CHECK(std::string(error.what()).find("expected") != std::string::npos);
        CHECK_FALSE(model->fitted());
        continue;
      }
      CHECK(guess(*model, c.facts(), data.x).allFinite());
    }
  });
}

}  // namespace

TEST_CASE("learners: every registered one is tested") {
  every_one_is_tested<RegressorFactory>(15);
  every_one_is_tested<ClassifierFactory>(12);
}

TEST_CASE("learners: weight 0 is a row removed, a whole number is a row repeated") {
  weights_count_rows<RegressorFactory>();
  weights_count_rows<ClassifierFactory>();
}

TEST_CASE(
    "learners: saved in the middle, they go on as if unbroken; the same seed, the same bytes") {
  saved_in_the_middle<RegressorFactory>();
  saved_in_the_middle<ClassifierFactory>();
}

TEST_CASE("learners: a row is predicted as among others") {
  rows_are_predicted_as_among_others<RegressorFactory>();
  rows_are_predicted_as_among_others<ClassifierFactory>();
}

TEST_CASE("learners: what cannot be learnt from is refused, and facts are right") {
  refusals_and_facts<RegressorFactory>();
  refusals_and_facts<ClassifierFactory>();
}

TEST_CASE("learners: one row, one class, constant columns, rows that are equal") {
  odd_examples<RegressorFactory>();
  odd_examples<ClassifierFactory>();
}

TEST_CASE("classifiers: probabilities sum up to 1, and the likeliest class is predicted") {
  for_each_case<ClassifierFactory>([](const Case<ClassifierFactory>& c) {
    const Data data = make_data(c.input, 60, 1), other = make_data(c.input, 40, 2);
    const auto model = c.make();
    fit(*model, data);
    const auto labels = model->predict(other.x);
    if (!c.facts().probabilities) {
      CHECK_THROWS_AS(model->predict_probabilities(other.x), std::logic_error);
      return;
    }
    const Matrix p = model->predict_probabilities(other.x);
    CHECK(p.cols() == kClasses);
    CHECK(p.minCoeff() >= 0);
    CHECK((p.rowwise().sum().array() - 1).abs().maxCoeff() < 1e-5f);
    for (Eigen::Index row = 0; row < 40; ++row)
      CHECK(p(row, labels[static_cast<std::size_t>(row)]) == p.row(row).maxCoeff());
  });
}
