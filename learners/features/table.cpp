#include "learners/features/table.h"

#include <algorithm>

namespace sandlot {

void TableFeatures::Settings::fields(Fields& f) {
  f.integers("bins", bins, "bins per value of a box: one number for all, or one per value",
             Range::between(1, 1e6));
  bounds.fields(f);
}

void TableFeatures::Settings::check(const Space& observation, Issues& issues) const {
  if (observation.is_discrete()) {
    const auto only_boxes = [&](const char* name) {
      issues.add(name, "applies to observations in a box; this world's are numbers of states");
    };
    if (bins != Settings{}.bins) only_boxes("bins");
    if (!bounds.low.empty()) only_boxes("low");
    if (!bounds.high.empty()) only_boxes("high");
    return;
  }
  bounds.check(observation, issues);
  check_counts(bins, "bins", observation.size(), issues);
  if (bins.size() != 1 && bins.size() != observation.size()) return;
  double states = 1;
  for (std::size_t i = 0; i < observation.size(); ++i)
    states *= static_cast<double>(count_at(bins, i));
  if (states > kMostFeatures)
    issues.add("bins", "gives a table of " + describe_count(states) +
                           " states; expected at most 64 million: fewer bins, or tile_coding");
}

TableFeatures::TableFeatures(const Settings& settings, const Space& observation) {
  if (observation.is_discrete()) {
    size_ = observation.n;
    last_ = static_cast<float>(observation.n - 1);
    return;
  }
  bounds_ = std::make_unique<Bounds>(settings.bounds, observation);
  for (std::size_t i = 0; i < observation.size(); ++i) {
    bins_.push_back(count_at(settings.bins, i));
    size_ *= static_cast<std::int32_t>(bins_.back());
  }
}

void TableFeatures::encode(std::span<const float> observation, FeatureVector& out) const {
  out.clear();
  if (bins_.empty()) {
    const float state = observation[0];
    out.add(state > 0 ? static_cast<std::int64_t>(std::min(state, last_)) : 0, 1);
    return;
  }
  std::int64_t state = 0;
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    const auto bin =
        static_cast<std::int64_t>(bounds_->unit(i, observation[i]) * static_cast<double>(bins_[i]));
    state = state * bins_[i] + std::min(bin, bins_[i] - 1);
  }
  out.add(state, 1);
}

}  // namespace sandlot
