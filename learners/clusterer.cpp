#include "learners/clusterer.h"

#include <cmath>
#include <stdexcept>

#include "learners/checks.h"

namespace sandlot {

Clusterer::Clusterer(Space input) : input_(std::move(input)) {
  if (input_.is_discrete())
    throw std::invalid_argument("a clusterer expects a box, not a discrete input");
}

void Clusterer::fit(const MatrixView& x, std::span<const float> weights) {
  const WeightedRows rows(static_cast<std::size_t>(x.rows()), weights);
  check_inputs(x, input_);
  fitted_ = false;
  if (rows.all())
    do_fit(x, rows.weights());
  else
    do_fit(rows.of(x), rows.weights());
  fitted_ = true;
}

void Clusterer::partial_fit(const MatrixView& x, std::span<const float> weights) {
  const WeightedRows rows(static_cast<std::size_t>(x.rows()), weights);
  check_inputs(x, input_);
  if (rows.all())
    do_partial_fit(x, rows.weights());
  else
    do_partial_fit(rows.of(x), rows.weights());
  fitted_ = true;
}

void Clusterer::do_partial_fit(const MatrixView&, std::span<const float>) {
  throw std::logic_error("this clusterer learns from all examples at once: expected fit()");
}

std::vector<std::int32_t> Clusterer::predict(const MatrixView& x) const {
  if (!fitted_)
    throw std::logic_error("the clusterer has learnt nothing yet: expected fit() first");
  check_inputs(x, input_);
  return do_predict(x);
}

std::vector<std::int32_t> Clusterer::do_predict(const MatrixView& x) const {
  std::vector<std::int32_t> labels(static_cast<std::size_t>(x.rows()));
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    labels[static_cast<std::size_t>(row)] = do_predict_row(x.row(row).data());
  return labels;
}

void Clusterer::save(Writer& out) const {
  out.tag("clusterer");
  out.write(fitted_);
  do_save(out);
}

void Clusterer::load(Reader& in) {
  in.expect_tag("clusterer");
  const bool fitted = in.read<bool>();
  fitted_ = false;
  do_load(in);
  fitted_ = fitted;
}

void check_box(const Space& input, Issues& issues) {
  if (input.is_discrete())
    issues.add("", "a discrete input's numbers have no distances; expected a box");
}

void save_rows(std::span<const float> values, Writer& out) {
  out.write(std::vector<float>(values.begin(), values.end()));
}

std::vector<float> load_rows(Reader& in, std::size_t columns) {
  std::vector<float> values;
  in.read(values);
  if (columns == 0 || values.size() % columns != 0) in.fail("the rows have other columns");
  for (const float value : values)
    if (!std::isfinite(value)) in.fail("a value is not finite");
  return values;
}

}  // namespace sandlot
