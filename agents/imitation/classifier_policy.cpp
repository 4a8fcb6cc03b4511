#include "agents/imitation/classifier_policy.h"

#include <algorithm>

namespace sandlot {

MatrixMap ClassifierPolicy::view(int rows, std::span<const float> observations) const {
  return {observations.data(), rows, static_cast<Eigen::Index>(classifier_->input().size())};
}

void ClassifierPolicy::act(int rows, std::span<const float> observations,
                           std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                           std::span<float>, Random& random) {
  const auto classes = static_cast<std::size_t>(classifier_->classes());
  if (!classifier_->fitted()) {
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row)
      actions[row] =
          uniform_action(classifier_->classes(),
                         legal.empty() ? legal : legal.subspan(row * classes, classes), random);
    return;
  }
  if (legal.empty()) {
    const auto chosen = classifier_->predict(view(rows, observations));
    std::copy(chosen.begin(), chosen.end(), actions.begin());
    return;
  }
  const Matrix chances = classifier_->predict_probabilities(view(rows, observations));
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row)
    actions[row] = greedy_action(std::span(chances.data() + row * classes, classes),
                                 legal.subspan(row * classes, classes));
}

bool ClassifierPolicy::action_values(std::span<const float> observation,
                                     std::span<float> values) const {
  if (!facts_.probabilities || !classifier_->fitted()) return false;
  const Matrix chances = classifier_->predict_probabilities(view(1, observation));
  std::copy_n(chances.data(), values.size(), values.begin());
  return true;
}

}  // namespace sandlot
