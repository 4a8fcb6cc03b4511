// Deep GA: a genetic algorithm whose genomes are chains of seeds (Such et al. 2017, "Deep
// neuroevolution: genetic algorithms are a competitive alternative for training deep neural
// networks for reinforcement learning", algorithm 1 and section 4).
//
// The first seed draws the weights, each later one adds Gaussian noise of one size to all of them,
// so that a network of a million weights is a few bytes more per generation. There is no crossover.
// Parents are drawn from the best `parents` of the generation; the elite is the best mean of all
// its measurements among them, and lives on.
#pragma once

#include "agents/genetic/evolution.h"

namespace sandlot {

class DeepGa final : public Generations {
 public:
  struct Settings {
    FlatNetworkSettings network{.hidden = {64, 64}};
    std::vector<std::int64_t> champions;
    int population = 200;
    int parents = 20;
    double mutation_size = 0.02;

    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  struct Individual {
    std::vector<Seed> seeds;
    double sum = 0, times = 0;  // of its measurements
    double fitness() const { return times > 0 ? sum / times : 0; }
  };

  DeepGa(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  Policy& policy() override { return policy_; }
  // Of each generation: its best and mean fitness; the length of the best one's chain.
  std::vector<std::string> metrics() const override { return {"best", "mean", "chain"}; }
  std::string describe() const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  const std::vector<Individual>& population() const { return population_; }
  // The weights that a chain stands for.
  void express(std::span<const Seed> seeds, std::vector<float>& weights) const;

 private:
  std::size_t individuals() const override { return population_.size(); }
  void take(std::size_t i) override { express(population_[i].seeds, weights_); }
  void act(const VectorEnvironment& world, std::span<std::int32_t> actions,
           std::span<float> continuous) override;
  void forget(int row) override { policy_.network().forget(row); }
  void tell(TrainingContext& training, std::span<const double> fitness) override;
  void show_best();

  Settings settings_;
  EvolvedPolicy policy_;
  Random random_;
  std::vector<Individual> population_;
  std::vector<Seed> best_;
  std::vector<float> weights_;  // of the individual that acts
};

}  // namespace sandlot
