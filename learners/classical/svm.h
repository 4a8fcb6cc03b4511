// Support vector machines: `svm`, C-SVC of each pair of classes and ε-SVR (Cortes & Vapnik 1995;
// Drucker et al. 1997), trained as in svm_solver.h.
//
// Columns are compared as they are: bring them to one scale, else training takes long. ε and c of
// the regressor are in units of the targets. Probabilities cost five trainings more.
#pragma once

#include <vector>

#include "learners/classical/linear_model.h"
#include "learners/classical/svm_kernel.h"
#include "learners/classical/svm_probability.h"
#include "learners/classical/svm_solver.h"
#include "learners/classifier.h"
#include "learners/regressor.h"

namespace sandlot {

struct SvmSettings {
  KernelKind kernel = KernelKind::rbf;
  double c = 1;
  double gamma = 0;
  double coef0 = 0;
  int degree = 3;
  double tolerance = 1e-3;
  std::int64_t iterations = 10000000;
  double cache = 200;

  void fields(Fields& f);
  void check(const Space& input, Issues& issues) const { check_categories(input, issues); }
  Kernel kernel_for(const MatrixView& x, std::span<const float> weights) const;
  SvmLimits limits() const { return {tolerance, iterations}; }
};

// Several functions Σ coefficient · k(support vector, x) + bias that share their support vectors.
class SvmFunctions {
 public:
  // All 0.
  SvmFunctions(const Space& input, int functions);

  // support [vectors, columns], coefficients [functions, vectors], biases [functions].
  void set(const Kernel& kernel, Matrix support, RowMatrixXd coefficients,
           std::vector<double> biases);
  const Matrix& support() const { return support_; }
  const RowMatrixXd& coefficients() const { return coefficients_; }
  const std::vector<double>& biases() const { return biases_; }
  // x as the learner's input, out [functions].
  void values(const float* x, std::span<double> out) const;
  void save(Writer& out) const;
  void load(Reader& in, std::size_t functions);

 private:
  Space input_;
  Kernel kernel_;
  Matrix support_;
  KernelRows kernel_rows_;
  RowMatrixXd coefficients_;
  std::vector<double> biases_;
};

class SvmClassifier final : public Classifier {
 public:
  struct Settings : SvmSettings {
    bool probabilities = true;
    void fields(Fields& f);
    LearnerFacts facts() const { return {.probabilities = probabilities}; }
  };

  SvmClassifier(const Settings& settings, const Space& input, int classes, Seed seed);

  // The classes that examples had, in order. Their pairs are (0, 1), (0, 2), …, (1, 2), …
  const std::vector<std::int32_t>& seen() const { return seen_; }
  // [rows, pairs]: above 0 for the first of the pair.
  RowMatrixXd decision_values(const MatrixView& x) const;
  const SvmFunctions& functions() const { return functions_; }
  // Whether all machines came within the tolerance; where not, scale the columns, or allow more
  // iterations.
  bool converged() const { return converged_; }

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  std::vector<std::int32_t> do_predict(const MatrixView& x) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  struct Pair;
  std::size_t pairs() const { return seen_.size() * (seen_.size() - 1) / 2; }
  SvmSolution train(const Kernel& kernel, const Matrix& x, const std::vector<bool>& first,
                    std::span<const float> weights);
  Sigmoid sigmoid_of(const Kernel& kernel, const Pair& pair, std::size_t number);

  Settings settings_;
  Seed seed_;
  std::vector<std::int32_t> seen_;
  SvmFunctions functions_;
  std::vector<Sigmoid> sigmoids_;  // of each pair, where there are probabilities
  bool converged_ = false;
};

class SvmRegressor final : public Regressor {
 public:
  struct Settings : SvmSettings {
    double epsilon = 0.1;
    void fields(Fields& f);
  };
  static constexpr LearnerFacts kFacts{};

  SvmRegressor(const Settings& settings, const Space& input, int outputs, Seed seed);

  const SvmFunctions& functions() const { return functions_; }
  bool converged() const { return converged_; }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Settings settings_;
  SvmFunctions functions_;
  bool converged_ = false;
};

}  // namespace sandlot
