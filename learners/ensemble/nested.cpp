#include "learners/ensemble/nested.h"

namespace sandlot {

void add_votes(const Classifier& member, bool hard, const MatrixView& x, float weight,
               Matrix& sum) {
  if (!hard) {
    sum += weight * member.predict_probabilities(x);
    return;
  }
  const std::vector<std::int32_t> votes = member.predict(x);
  for (std::size_t row = 0; row < votes.size(); ++row)
    sum(static_cast<Eigen::Index>(row), votes[row]) += weight;
}

void add_votes_row(const Classifier& member, bool hard, std::span<const float> x, float weight,
                   std::span<float> sum) {
  if (hard) {
    const MatrixMap row(x.data(), 1, static_cast<Eigen::Index>(x.size()));
    sum[static_cast<std::size_t>(member.predict(row)[0])] += weight;
    return;
  }
  RowScratch scratch(sum.size());
  const std::span<float> chances = scratch.span();
  member.probabilities_row(x, chances);
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += weight * chances[k];
}

void normalise_rows(Matrix& sums) {
  for (Eigen::Index row = 0; row < sums.rows(); ++row)
    normalise_row(std::span(sums.row(row).data(), static_cast<std::size_t>(sums.cols())));
}

void normalise_row(std::span<float> sums) {
  float total = 0;
  for (const float value : sums) total += value;
  for (float& value : sums) value /= total;
}

}  // namespace sandlot
