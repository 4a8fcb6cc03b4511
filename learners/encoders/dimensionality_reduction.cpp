#include "learners/encoders/dimensionality_reduction.h"

#include <algorithm>

namespace sandlot {

void DimensionalityReduction::Settings::fields(Fields& f) {
  f.component("transformer", "name", transformer, "what makes fewer numbers of them");
  f.integer("warm_up", warm_up, "steps of random play, over all copies, to learn from",
            Range::between(2, 1e8));
  f.boolean("standardize", standardize,
            "whether it is given deviations from the mean of the random play; for numbers of "
            "different units");
}

void DimensionalityReduction::Settings::check(const Space& observation, Issues& issues) const {
  transformer->check(observation, issues);
}

Space DimensionalityReduction::Settings::output(const Space& observation) const {
  return Space::box({transformer->make(observation, 0)->outputs()}, -kBound, kBound);
}

DimensionalityReduction::DimensionalityReduction(const Settings& settings, const Space& observation,
                                                 Seed seed)
    : width_(observation.size()),
      standardize_(settings.standardize),
      before_(width_),
      transformer_(settings.transformer->make(
          settings.standardize ? scaled_space(width_) : observation, seed)),
      after_(static_cast<std::size_t>(transformer_->outputs())) {
  outputs_ = static_cast<std::size_t>(transformer_->outputs());
}

MatrixMap DimensionalityReduction::inputs(std::span<const float> observations) const {
  const float* rows = observations.data();
  if (standardize_) {
    scratch_.resize(observations.size());
    before_.apply(observations, scratch_);
    rows = scratch_.data();
  }
  return {rows, static_cast<Eigen::Index>(observations.size() / width_),
          static_cast<Eigen::Index>(width_)};
}

void DimensionalityReduction::fit(std::span<const float> observations) {
  if (standardize_) before_.fit(observations);
  const MatrixMap rows = inputs(observations);
  transformer_->fit(rows);
  const Matrix made = transformer_->transform(rows);
  after_.fit({made.data(), static_cast<std::size_t>(made.size())});
}

void DimensionalityReduction::encode(std::span<const float> from, std::span<float> to) const {
  const Matrix made = transformer_->transform(inputs(from));
  after_.apply({made.data(), to.size()}, to);
  for (float& value : to) value = std::clamp(value, -kBound, kBound);
}

void DimensionalityReduction::save(Writer& out) const {
  before_.save(out);
  transformer_->save(out);
  after_.save(out);
}

void DimensionalityReduction::load(Reader& in) {
  before_.load(in);
  transformer_->load(in);
  after_.load(in);
  if (!transformer_->fitted()) in.fail("the transformer has learnt nothing yet");
}

}  // namespace sandlot
