#include "learners/regressor.h"

#include <algorithm>
#include <stdexcept>

#include "learners/checks.h"

namespace sandlot {

Regressor::Regressor(Space input, int outputs) : input_(std::move(input)), outputs_(outputs) {
  if (outputs < 1)
    throw std::invalid_argument("there are " + std::to_string(outputs) +
                                " outputs; expected at least 1");
}

void Regressor::fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) {
  const WeightedRows rows(static_cast<std::size_t>(x.rows()), weights);
  check_inputs(x, input_, takes_missing());
  check_values("y", y, static_cast<std::size_t>(outputs_));
  check_rows("y", static_cast<std::size_t>(y.rows()), static_cast<std::size_t>(x.rows()));
  fitted_ = false;
  if (rows.all())
    do_fit(x, y, rows.weights());
  else
    do_fit(rows.of(x), rows.of(y), rows.weights());
  fitted_ = true;
}

void Regressor::partial_fit(const MatrixView& x, const MatrixView& y,
                            std::span<const float> weights) {
  const WeightedRows rows(static_cast<std::size_t>(x.rows()), weights);
  check_inputs(x, input_, takes_missing());
  check_values("y", y, static_cast<std::size_t>(outputs_));
  check_rows("y", static_cast<std::size_t>(y.rows()), static_cast<std::size_t>(x.rows()));
  if (rows.all())
    do_partial_fit(x, y, rows.weights());
  else
    do_partial_fit(rows.of(x), rows.of(y), rows.weights());
  fitted_ = true;
}

void Regressor::do_partial_fit(const MatrixView&, const MatrixView&, std::span<const float>) {
  throw std::logic_error("this regressor learns from all examples at once: expected fit()");
}

Matrix Regressor::predict(const MatrixView& x) const {
  if (!fitted_) throw std::logic_error("the regressor has learnt nothing yet: expected fit() first");
  check_inputs(x, input_, takes_missing());
  if (x.rows() == 0) return Matrix(0, outputs_);
  return do_predict(x);
}

void Regressor::do_predict_row(std::span<const float> x, std::span<float> out) const {
  const Matrix row = do_predict(MatrixMap(x.data(), 1, static_cast<Eigen::Index>(x.size())));
  std::copy_n(row.data(), row.size(), out.begin());
}

void Regressor::save(Writer& out) const {
  out.tag("regressor");
  out.write(fitted_);
  do_save(out);
}

void Regressor::load(Reader& in) {
  in.expect_tag("regressor");
  const bool fitted = in.read<bool>();
  fitted_ = false;
  do_load(in);
  fitted_ = fitted;
}

}  // namespace sandlot
