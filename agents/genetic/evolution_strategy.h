// OpenAI's evolution strategy (Salimans, Ho, Chen, Sidor & Sutskever 2017, "Evolution strategies as
// a scalable alternative to reinforcement learning", algorithm 1): the gradient of the expected
// fitness of a normal distribution about the weights, from pairs of mirrored samples and ranks
// instead of fitness, followed by Adam.
#pragma once

#include "agents/genetic/population_search.h"
#include "sim/core/settings.h"

namespace sandlot {

struct EvolutionStrategySettings {
  int population = 100;
  double sigma = 0.1;
  double learning_rate = 0.02;
  double weight_decay = 0.005;
  void fields(Fields& f);
  void check(std::size_t genes, Issues& issues) const;
};

class EvolutionStrategy final : public PopulationSearch {
 public:
  using Settings = EvolutionStrategySettings;

  EvolutionStrategy(const Settings& settings, std::span<const float> scale, Seed seed);

  const Matrix& population() const override { return population_; }
  void tell(std::span<const double> fitness) override;
  std::span<const float> best() const override { return weights_; }
  double step_size() const override { return settings_.sigma; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  void sample();

  Settings settings_;
  Random random_;
  std::vector<float> weights_;
  std::vector<double> first_, second_;  // Adam's moments
  std::int64_t updates_ = 0;
  Matrix population_;  // rows 2 i and 2 i + 1 mirror each other about the weights
};

// Places from −0.5 (worst) to 0.5 (best); equal ones share the mean of theirs.
std::vector<double> centred_ranks(std::span<const double> fitness);

}  // namespace sandlot
