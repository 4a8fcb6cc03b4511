#include "learners/transformer.h"

#include <stdexcept>

#include "learners/checks.h"

namespace sandlot {

void Transformer::fit(const MatrixView& x, std::span<const float> weights) {
  const WeightedRows rows(static_cast<std::size_t>(x.rows()), weights);
  check_inputs(x, input_);
  fitted_ = false;
  if (rows.all())
    do_fit(x, rows.weights());
  else
    do_fit(rows.of(x), rows.weights());
  fitted_ = true;
}

void Transformer::partial_fit(const MatrixView& x, std::span<const float> weights) {
  const WeightedRows rows(static_cast<std::size_t>(x.rows()), weights);
  check_inputs(x, input_);
  if (rows.all())
    do_partial_fit(x, rows.weights());
  else
    do_partial_fit(rows.of(x), rows.weights());
  fitted_ = true;
}

void Transformer::do_partial_fit(const MatrixView&, std::span<const float>) {
  throw std::logic_error("this transformer learns from all examples at once: expected fit()");
}

Matrix Transformer::transform(const MatrixView& x) const {
  if (!fitted_)
    throw std::logic_error("the transformer has learnt nothing yet: expected fit() first");
  check_inputs(x, input_);
  if (x.rows() == 0) return Matrix(0, outputs());
  return do_transform(x);
}

Matrix Transformer::inverse_transform(const MatrixView& z) const {
  if (!fitted_)
    throw std::logic_error("the transformer has learnt nothing yet: expected fit() first");
  check_values("z", z, static_cast<std::size_t>(outputs()));
  if (z.rows() == 0) return Matrix(0, static_cast<Eigen::Index>(input_.size()));
  return do_inverse(z);
}

Matrix Transformer::do_inverse(const MatrixView&) const {
  throw std::logic_error("this transformer has no way back");
}

void Transformer::save(Writer& out) const {
  out.tag("transformer");
  out.write(fitted_);
  do_save(out);
}

void Transformer::load(Reader& in) {
  in.expect_tag("transformer");
  const bool fitted = in.read<bool>();
  fitted_ = false;
  do_load(in);
  fitted_ = fitted;
}

}  // namespace sandlot
