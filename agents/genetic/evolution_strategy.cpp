#include "agents/genetic/evolution_strategy.h"

#include <algorithm>
#include <cmath>

namespace sandlot {

void EvolutionStrategySettings::fields(Fields& f) {
  f.integer("population", population, "individuals of a generation, in mirrored pairs",
            Range::between(2, 100000));
  f.number("sigma", sigma, "deviation of the samples", Range::above(0));
  f.number("learning_rate", learning_rate, "of Adam", Range::above(0));
  f.number("weight_decay", weight_decay, "pulls weights towards 0", Range::at_least(0));
}

void EvolutionStrategySettings::check(std::size_t, Issues& issues) const {
  if (population % 2 != 0)
    issues.add("population", "expected an even number: samples are mirrored");
}

EvolutionStrategy::EvolutionStrategy(const Settings& settings, std::span<const float> scale,
                                     Seed seed)
    : settings_(settings),
      random_(derive(seed, "evolution strategy")),
      weights_(scale.size()),
      first_(scale.size()),
      second_(scale.size()),
      population_(settings.population, static_cast<Eigen::Index>(scale.size())) {
  for (std::size_t g = 0; g < weights_.size(); ++g)
    weights_[g] = static_cast<float>(random_.normal()) * scale[g];
  sample();
}

void EvolutionStrategy::sample() {
  for (Eigen::Index i = 0; i < population_.rows(); i += 2)
    for (Eigen::Index g = 0; g < population_.cols(); ++g) {
      const auto step = static_cast<float>(settings_.sigma * random_.normal());
      const float at = weights_[static_cast<std::size_t>(g)];
      population_(i, g) = at + step;
      population_(i + 1, g) = at - step;
    }
}

void EvolutionStrategy::tell(std::span<const double> fitness) {
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kSmall = 1e-8;
  const auto ranks = centred_ranks(fitness);
  ++updates_;
  const double correct1 = 1 - std::pow(kBeta1, static_cast<double>(updates_));
  const double correct2 = 1 - std::pow(kBeta2, static_cast<double>(updates_));
  std::vector<double> gradient(weights_.size());
  for (Eigen::Index i = 0; i < population_.rows(); i += 2) {
    const auto at = static_cast<std::size_t>(i);
    const double better = ranks[at] - ranks[at + 1];
    for (std::size_t g = 0; g < gradient.size(); ++g)
      gradient[g] +=
          better * static_cast<double>(population_(i, static_cast<Eigen::Index>(g)) - weights_[g]);
  }
  const double factor =
      1 / (static_cast<double>(population_.rows()) * settings_.sigma * settings_.sigma);
  for (std::size_t g = 0; g < gradient.size(); ++g) {
    const double slope =
        gradient[g] * factor - settings_.weight_decay * static_cast<double>(weights_[g]);
    first_[g] = kBeta1 * first_[g] + (1 - kBeta1) * slope;
    second_[g] = kBeta2 * second_[g] + (1 - kBeta2) * slope * slope;
    weights_[g] += static_cast<float>(settings_.learning_rate * (first_[g] / correct1) /
                                      (std::sqrt(second_[g] / correct2) + kSmall));
  }
  sample();
}

void EvolutionStrategy::save(Writer& out) const {
  out.tag("evolution strategy");
  random_.save(out);
  out.write(weights_);
  out.write(first_);
  out.write(second_);
  out.write(updates_);
  save_matrix(population_, out);
}

void EvolutionStrategy::load(Reader& in) {
  in.expect_tag("evolution strategy");
  const std::size_t genes = weights_.size();
  random_.load(in);
  in.read(weights_);
  in.read(first_);
  in.read(second_);
  in.read(updates_);
  if (weights_.size() != genes || first_.size() != genes || second_.size() != genes || updates_ < 0)
    in.fail("the search is of another size");
  for (std::size_t g = 0; g < genes; ++g)
    if (!std::isfinite(weights_[g]) || !std::isfinite(first_[g]) || !(second_[g] >= 0) ||
        !std::isfinite(second_[g]))
      in.fail("a number of the search is not valid");
  load_matrix(in, population_);
}

std::vector<double> centred_ranks(std::span<const double> fitness) {
  const auto order = best_first(fitness);
  const auto last = static_cast<double>(fitness.size() - 1);
  std::vector<double> ranks(fitness.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i + 1;
    while (end < order.size() && fitness[order[end]] == fitness[order[i]]) ++end;
    const double mean = (static_cast<double>(i) + static_cast<double>(end - 1)) / 2;
    for (; i < end; ++i) ranks[order[i]] = 0.5 - mean / std::max(last, 1.0);
  }
  return ranks;
}

}  // namespace sandlot
