// What linear methods share: their columns, and numbers that are linear in them.
#pragma once

#include <span>

#include "learners/matrix.h"
#include "sim/core/archive.h"
#include "sim/core/settings.h"
#include "sim/core/space.h"

namespace sandlot {

// Numbers of a discrete input that is learnt from one-hot.
constexpr int kMostCategories = 4096;
void check_categories(const Space& input, Issues& issues);
// Columns as methods see them: a box as it is, a discrete input one-hot.
int columns_of(const Space& input);
RowMatrixXd expand(const Space& input, const MatrixView& x);

// Σ x y in an order that does not depend on where the arrays lie.
double sum_of_products(const float* x, const double* y, std::size_t size);

// Values b + W x, one per output.
class LinearModel {
 public:
  LinearModel(const Space& input, int outputs);

  void clear();
  int columns() const { return static_cast<int>(weights.cols()); }
  int outputs() const { return static_cast<int>(weights.rows()); }
  double value(const float* x, int output) const;
  Matrix values(const MatrixView& x) const;
  void values(const float* x, std::span<float> out) const;

  void save(Writer& out) const;
  void load(Reader& in);

  RowMatrixXd weights;        // [outputs, columns]
  Eigen::VectorXd intercept;  // [outputs]

 private:
  bool discrete_;
};

// Values become exp(value) / Σ exp(value).
void softmax(std::span<double> values);

// Numbers of an archive into an array of that many; those that are not finite are refused.
void load_numbers(Reader& in, double* to, std::size_t size);

}  // namespace sandlot
