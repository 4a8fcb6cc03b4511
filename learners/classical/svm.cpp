#include "learners/classical/svm.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/core/random.h"

namespace sandlot {
namespace {

constexpr std::size_t kFolds = 5;

std::span<const float> row_of(const Matrix& x, Eigen::Index row) {
  return {x.row(row).data(), static_cast<std::size_t>(x.cols())};
}

Matrix columns_as_floats(const Space& input, const MatrixView& x) {
  return input.is_discrete() ? Matrix(expand(input, x).cast<float>()) : Matrix(x);
}

std::vector<Eigen::Index> rows_that_support(const std::vector<SvmSolution>& solutions) {
  std::vector<Eigen::Index> rows;
  for (std::size_t row = 0; row < solutions[0].beta.size(); ++row)
    if (std::any_of(solutions.begin(), solutions.end(),
                    [&](const SvmSolution& s) { return s.beta[row] != 0; }))
      rows.push_back(static_cast<Eigen::Index>(row));
  return rows;
}

}  // namespace

void SvmSettings::fields(Fields& f) {
  f.choice("kernel", kernel,
           {{"linear", KernelKind::linear},
            {"rbf", KernelKind::rbf},
            {"polynomial", KernelKind::polynomial}},
           "x · z, exp(−γ |x − z|²), (γ x · z + coef0)^degree");
  f.number("c", c, "weight of the errors against the size of the coefficients", Range::above(0));
  f.when(kernel != KernelKind::linear, "kernel: rbf or polynomial", [&] {
    f.number("gamma", gamma, "γ; 0: 1 / (columns · variance of all values)", Range::at_least(0));
  });
  f.when(kernel == KernelKind::polynomial, "kernel: polynomial", [&] {
    f.integer("degree", degree, "of the polynomial", Range::between(1, 20));
    f.number("coef0", coef0, "above 0: products of fewer columns count too", Range::any());
  });
  f.number("tolerance", tolerance, "by which optimality may be missed, in units of the targets",
           Range::above(0));
  f.integer("iterations", iterations, "of each machine, at most", Range::between(1, 1e12));
  f.number("cache", cache, "megabytes for rows of the kernel matrix", Range::between(1, 1e6));
}

Kernel SvmSettings::kernel_for(const MatrixView& x, std::span<const float> weights) const {
  Kernel made{kernel, gamma, coef0, degree};
  if (gamma > 0) return made;
  double sum = 0, squares = 0, total = 0;
  const auto shift = static_cast<double>(x(0, 0));
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto weight = static_cast<double>(weights[static_cast<std::size_t>(row)]);
    for (Eigen::Index column = 0; column < x.cols(); ++column) {
      const double value = static_cast<double>(x(row, column)) - shift;
      sum += weight * value;
      squares += weight * value * value;
    }
    total += weight * static_cast<double>(x.cols());
  }
  const double mean = sum / total, variance = squares / total - mean * mean;
  made.gamma = variance > 0 ? 1 / (static_cast<double>(x.cols()) * variance) : 1;
  return made;
}

SvmFunctions::SvmFunctions(const Space& input, int functions)
    : input_(input),
      support_(0, columns_of(input)),
      kernel_rows_(kernel_, support_),
      coefficients_(functions, 0),
      biases_(static_cast<std::size_t>(functions)) {}

void SvmFunctions::set(const Kernel& kernel, Matrix support, RowMatrixXd coefficients,
                       std::vector<double> biases) {
  kernel_ = kernel;
  support_ = std::move(support);
  coefficients_ = std::move(coefficients);
  biases_ = std::move(biases);
  kernel_rows_ = KernelRows(kernel_, support_);
}

void SvmFunctions::values(const float* x, std::span<double> out) const {
  thread_local std::vector<float> kernel, one_hot;
  kernel.resize(kernel_rows_.padded());
  if (input_.is_discrete()) {
    one_hot.assign(static_cast<std::size_t>(input_.n), 0);
    one_hot[static_cast<std::size_t>(x[0])] = 1;
    x = one_hot.data();
  }
  kernel_rows_.evaluate(x, kernel.data());
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = biases_[k] + sum_of_products(kernel.data(),
                                          coefficients_.row(static_cast<Eigen::Index>(k)).data(),
                                          kernel_rows_.rows());
}

void SvmFunctions::save(Writer& out) const {
  out.write(kernel_.gamma);
  out.write(std::vector<float>(support_.data(), support_.data() + support_.size()));
  out.write(static_cast<std::uint8_t>(kernel_.kind));
  out.write(kernel_.coef0);
  out.write(static_cast<std::int32_t>(kernel_.degree));
  out.write_bytes(coefficients_.data(),
                  static_cast<std::size_t>(coefficients_.size()) * sizeof(double));
  out.write(biases_);
}

void SvmFunctions::load(Reader& in, std::size_t functions) {
  Kernel kernel;
  load_numbers(in, &kernel.gamma, 1);
  std::vector<float> support;
  in.read(support);
  const auto width = static_cast<std::size_t>(columns_of(input_));
  if (support.size() % width != 0) in.fail("the support vectors have other columns");
  for (const float value : support)
    if (!std::isfinite(value)) in.fail("a support vector is not finite");
  const auto kind = in.read<std::uint8_t>();
  if (kind > static_cast<std::uint8_t>(KernelKind::polynomial)) in.fail("there is no such kernel");
  kernel.kind = static_cast<KernelKind>(kind);
  load_numbers(in, &kernel.coef0, 1);
  kernel.degree = in.read<std::int32_t>();
  if (kernel.degree < 1 || kernel.degree > 20) in.fail("the degree is out of range");
  const std::size_t vectors = support.size() / width;
  if (functions * vectors > in.remaining() / sizeof(double)) in.fail("it ends too early");
  RowMatrixXd coefficients(static_cast<Eigen::Index>(functions),
                           static_cast<Eigen::Index>(vectors));
  load_numbers(in, coefficients.data(), functions * vectors);
  std::vector<double> biases;
  in.read(biases);
  if (biases.size() != functions) in.fail("there are biases of another number of machines");
  set(kernel,
      MatrixMap(support.data(), static_cast<Eigen::Index>(vectors),
                static_cast<Eigen::Index>(width)),
      std::move(coefficients), std::move(biases));
}

void SvmClassifier::Settings::fields(Fields& f) {
  SvmSettings::fields(f);
  f.boolean("probabilities", probabilities,
            "by Platt's method, from five-fold cross-validation: six times the time to train");
}

SvmClassifier::SvmClassifier(const Settings& settings, const Space& input, int classes, Seed seed)
    : Classifier(input, classes),
      settings_(settings),
      seed_(seed),
      seen_{0},
      functions_(input, 0) {}

// The examples of two classes.
struct SvmClassifier::Pair {
  std::vector<Eigen::Index> rows;
  Matrix x;
  std::vector<bool> first;
  std::vector<float> weights;

  Pair part(const std::vector<Eigen::Index>& some) const {
    Pair p;
    p.x = x(some, Eigen::all);
    for (const Eigen::Index row : some) {
      p.first.push_back(first[static_cast<std::size_t>(row)]);
      p.weights.push_back(weights[static_cast<std::size_t>(row)]);
    }
    return p;
  }
};

SvmSolution SvmClassifier::train(const Kernel& kernel, const Matrix& x,
                                 const std::vector<bool>& first, std::span<const float> weights) {
  SvmProblem problem;
  for (std::size_t row = 0; row < first.size(); ++row) {
    const double most = settings_.c * static_cast<double>(weights[row]);
    problem.target.push_back(first[row] ? 1 : -1);
    problem.low.push_back(first[row] ? 0 : -most);
    problem.high.push_back(first[row] ? most : 0);
  }
  KernelCache cache(kernel, x, settings_.cache);
  SvmSolution solution = solve_svm(problem, settings_.limits(), cache);
  converged_ = converged_ && solution.converged;
  return solution;
}

// From decision values of machines that have not seen the example.
Sigmoid SvmClassifier::sigmoid_of(const Kernel& kernel, const Pair& pair, std::size_t number) {
  const std::size_t rows = pair.first.size();
  std::vector<Eigen::Index> order(rows);
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  Random random(derive(seed_, "folds", number));
  random.shuffle(order);
  std::vector<double> decisions(rows, 0.0);
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    const auto from = static_cast<std::ptrdiff_t>(fold * rows / kFolds),
               to = static_cast<std::ptrdiff_t>((fold + 1) * rows / kFolds);
    std::vector<Eigen::Index> some(order.begin(), order.begin() + from);
    some.insert(some.end(), order.begin() + to, order.end());
    if (from == to || some.empty()) continue;
    const Pair seen = pair.part(some);
    const auto firsts = std::count(seen.first.begin(), seen.first.end(), true);
    SvmFunctions machine(Space::box({static_cast<int>(pair.x.cols())}, 0, 1), 1);
    const bool both = firsts > 0 && firsts < static_cast<std::ptrdiff_t>(seen.first.size());
    if (both) {
      const SvmSolution s = train(kernel, seen.x, seen.first, seen.weights);
      machine.set(kernel, seen.x,
                  Eigen::Map<const Eigen::RowVectorXd>(s.beta.data(), seen.x.rows()), {s.bias});
    }
    for (auto at = order.begin() + from; at < order.begin() + to; ++at) {
      double& decision = decisions[static_cast<std::size_t>(*at)];
      decision = firsts > 0 ? 1 : -1;  // where one class is all that the others know
      if (both) machine.values(row_of(pair.x, *at).data(), {&decision, 1});
    }
  }
  const std::vector<double> weights(pair.weights.begin(), pair.weights.end());
  return fit_sigmoid(decisions, pair.first, weights);
}

void SvmClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                           std::span<const float> weights) {
  seen_.assign(labels.begin(), labels.end());
  std::sort(seen_.begin(), seen_.end());
  seen_.erase(std::unique(seen_.begin(), seen_.end()), seen_.end());
  converged_ = true;
  sigmoids_.clear();
  const Matrix columns = columns_as_floats(input(), x);
  const Kernel kernel = settings_.kernel_for(columns, weights);
  // β of all rows, 0 of those of other classes.
  std::vector<SvmSolution> solutions;
  for (std::size_t a = 0; a < seen_.size(); ++a) {
    for (std::size_t b = a + 1; b < seen_.size(); ++b) {
      Pair pair;
      for (std::size_t row = 0; row < labels.size(); ++row) {
        if (labels[row] != seen_[a] && labels[row] != seen_[b]) continue;
        pair.rows.push_back(static_cast<Eigen::Index>(row));
        pair.first.push_back(labels[row] == seen_[a]);
        pair.weights.push_back(weights[row]);
      }
      pair.x = columns(pair.rows, Eigen::all);
      if (settings_.probabilities) sigmoids_.push_back(sigmoid_of(kernel, pair, solutions.size()));
      SvmSolution s = train(kernel, pair.x, pair.first, pair.weights);
      std::vector<double> beta(labels.size(), 0.0);
      for (std::size_t i = 0; i < pair.rows.size(); ++i)
        beta[static_cast<std::size_t>(pair.rows[i])] = s.beta[i];
      s.beta = std::move(beta);
      solutions.push_back(std::move(s));
    }
  }
  if (solutions.empty()) {
    functions_.set(kernel, Matrix(0, columns.cols()), RowMatrixXd(0, 0), {});
    return;
  }
  const std::vector<Eigen::Index> support = rows_that_support(solutions);
  RowMatrixXd coefficients(static_cast<Eigen::Index>(solutions.size()),
                           static_cast<Eigen::Index>(support.size()));
  std::vector<double> biases;
  for (std::size_t p = 0; p < solutions.size(); ++p) {
    biases.push_back(solutions[p].bias);
    for (std::size_t v = 0; v < support.size(); ++v)
      coefficients(static_cast<Eigen::Index>(p), static_cast<Eigen::Index>(v)) =
          solutions[p].beta[static_cast<std::size_t>(support[v])];
  }
  functions_.set(kernel, columns(support, Eigen::all), std::move(coefficients), std::move(biases));
}

RowMatrixXd SvmClassifier::decision_values(const MatrixView& x) const {
  RowMatrixXd values(x.rows(), static_cast<Eigen::Index>(pairs()));
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    functions_.values(x.row(row).data(), {values.row(row).data(), pairs()});
  return values;
}

void SvmClassifier::do_probabilities_row(std::span<const float> x, std::span<float> out) const {
  if (!settings_.probabilities) return Classifier::do_probabilities_row(x, out);
  std::fill(out.begin(), out.end(), 0.0f);
  const std::size_t n = seen_.size();
  thread_local std::vector<double> decisions, pairs_of, p;
  decisions.resize(pairs());
  pairs_of.assign(n * n, 0.0);
  p.assign(n, 1.0);
  functions_.values(x.data(), decisions);
  std::size_t pair = 0;
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = a + 1; b < n; ++b, ++pair) {
      const double first = std::clamp(sigmoids_[pair](decisions[pair]), 1e-7, 1 - 1e-7);
      pairs_of[a * n + b] = first;
      pairs_of[b * n + a] = 1 - first;
    }
  if (n == 2) {
    p[0] = pairs_of[1];
    p[1] = pairs_of[2];
  } else if (n > 2) {
    couple(pairs_of, p);
  }
  for (std::size_t k = 0; k < n; ++k)
    out[static_cast<std::size_t>(seen_[k])] = static_cast<float>(p[k]);
}

Matrix SvmClassifier::do_probabilities(const MatrixView& x) const {
  if (!settings_.probabilities) return Classifier::do_probabilities(x);
  Matrix p(x.rows(), classes());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    do_probabilities_row({x.row(row).data(), input().size()},
                         {p.row(row).data(), static_cast<std::size_t>(classes())});
  return p;
}

// Without probabilities, the class that wins most pairs, the first of equal ones.
std::vector<std::int32_t> SvmClassifier::do_predict(const MatrixView& x) const {
  if (settings_.probabilities) return Classifier::do_predict(x);
  const RowMatrixXd values = decision_values(x);
  std::vector<std::int32_t> labels;
  std::vector<int> votes(seen_.size());
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    std::fill(votes.begin(), votes.end(), 0);
    Eigen::Index pair = 0;
    for (std::size_t a = 0; a < seen_.size(); ++a)
      for (std::size_t b = a + 1; b < seen_.size(); ++b) ++votes[values(row, pair++) > 0 ? a : b];
    const auto most = std::max_element(votes.begin(), votes.end()) - votes.begin();
    labels.push_back(seen_[static_cast<std::size_t>(most)]);
  }
  return labels;
}

void SvmClassifier::do_save(Writer& out) const {
  out.write(seen_);
  out.write(converged_);
  functions_.save(out);
  for (const Sigmoid& s : sigmoids_) {
    out.write(s.slope);
    out.write(s.offset);
  }
}

void SvmClassifier::do_load(Reader& in) {
  std::vector<std::int32_t> seen;
  in.read(seen);
  if (seen.empty()) in.fail("there are no classes");
  for (std::size_t k = 0; k < seen.size(); ++k)
    if (seen[k] < 0 || seen[k] >= classes() || (k > 0 && seen[k] <= seen[k - 1]))
      in.fail("the classes are not those that there are");
  in.read(converged_);
  functions_.load(in, seen.size() * (seen.size() - 1) / 2);
  seen_ = std::move(seen);
  sigmoids_.assign(settings_.probabilities ? pairs() : 0, {});
  for (Sigmoid& s : sigmoids_) {
    load_numbers(in, &s.slope, 1);
    load_numbers(in, &s.offset, 1);
  }
}

void SvmRegressor::Settings::fields(Fields& f) {
  f.number("epsilon", epsilon, "errors up to it count nothing, in units of the targets",
           Range::at_least(0));
  SvmSettings::fields(f);
}

SvmRegressor::SvmRegressor(const Settings& settings, const Space& input, int outputs, Seed)
    : Regressor(input, outputs), settings_(settings), functions_(input, outputs) {}

void SvmRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                          std::span<const float> weights) {
  const Matrix columns = columns_as_floats(input(), x);
  const Kernel kernel = settings_.kernel_for(columns, weights);
  KernelCache cache(kernel, columns, settings_.cache);
  SvmProblem problem;
  problem.epsilon = settings_.epsilon;
  for (const float weight : weights) {
    problem.high.push_back(settings_.c * static_cast<double>(weight));
    problem.low.push_back(-problem.high.back());
  }
  converged_ = true;
  std::vector<SvmSolution> solutions;
  for (Eigen::Index k = 0; k < y.cols(); ++k) {
    problem.target.clear();
    for (Eigen::Index row = 0; row < y.rows(); ++row)
      problem.target.push_back(static_cast<double>(y(row, k)));
    solutions.push_back(solve_svm(problem, settings_.limits(), cache));
    converged_ = converged_ && solutions.back().converged;
  }
  const std::vector<Eigen::Index> support = rows_that_support(solutions);
  RowMatrixXd coefficients(y.cols(), static_cast<Eigen::Index>(support.size()));
  std::vector<double> biases;
  for (std::size_t k = 0; k < solutions.size(); ++k) {
    biases.push_back(solutions[k].bias);
    for (std::size_t v = 0; v < support.size(); ++v)
      coefficients(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(v)) =
          solutions[k].beta[static_cast<std::size_t>(support[v])];
  }
  functions_.set(kernel, columns(support, Eigen::all), std::move(coefficients), std::move(biases));
}

void SvmRegressor::do_predict_row(std::span<const float> x, std::span<float> out) const {
  thread_local std::vector<double> values;
  values.resize(out.size());
  functions_.values(x.data(), values);
  std::transform(values.begin(), values.end(), out.begin(),
                 [](double value) { return static_cast<float>(value); });
}

Matrix SvmRegressor::do_predict(const MatrixView& x) const {
  Matrix y(x.rows(), outputs());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    do_predict_row({x.row(row).data(), input().size()},
                   {y.row(row).data(), static_cast<std::size_t>(outputs())});
  return y;
}

void SvmRegressor::do_save(Writer& out) const {
  out.write(converged_);
  functions_.save(out);
}

void SvmRegressor::do_load(Reader& in) {
  in.read(converged_);
  functions_.load(in, static_cast<std::size_t>(outputs()));
}

}  // namespace sandlot
