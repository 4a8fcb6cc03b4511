// MAP-Elites: the best individual for each kind of behaviour (Mouret & Clune 2015, "Illuminating
// search spaces by mapping elites").
//
// Behaviour has two axes, cut into a grid; each cell keeps the fittest individual whose behaviour
// fell into it. Children come of cells drawn at random, by a step along the line to another elite
// and Gaussian noise (Vassiliades & Mouret 2018). A share of each generation are elites that are
// measured again: an elite's fitness is the mean of its measurements, so that luck does not keep a
// cell. The policy is the best of all cells.
#pragma once

#include "agents/genetic/behaviour.h"
#include "agents/genetic/evolution.h"

namespace sandlot {

class MapElites final : public Generations {
 public:
  struct Settings {
    FlatNetworkSettings network;
    std::vector<std::int64_t> champions;
    int population = 100;
    int first = 500;
    int cells = 20;
    double mutation_size = 0.1;
    double line_size = 0.2;
    double again = 0.1;
    BehaviourSettings behaviour;

    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  MapElites(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  Policy& policy() override { return policy_; }
  // Of each generation: the best and mean fitness; of the archive, the share of cells that are
  // filled and the sum of their fitness above the least.
  std::vector<std::string> metrics() const override {
    return {"best", "mean", "coverage", "quality"};
  }
  std::string describe() const override;
  std::vector<Figure> figures() const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  int filled() const;

 private:
  struct Elite {
    std::vector<float> genome;  // empty: nobody was here
    double sum = 0, times = 0;
    double fitness() const { return sum / times; }
  };
  struct Candidate {
    std::vector<float> genome;
    std::int64_t cell = -1;  // of the elite that is measured again
  };

  std::size_t individuals() const override { return candidates_.size(); }
  void take(std::size_t i) override { genome_ = candidates_[i].genome; }
  void act(const VectorEnvironment& world, std::span<std::int32_t> actions,
           std::span<float> continuous) override;
  void forget(int row) override { policy_.network().forget(row); }
  void tell(TrainingContext& training, std::span<const double> fitness) override;
  std::vector<std::size_t> full_cells() const;
  void propose();
  void show_best();

  Settings settings_;
  EvolvedPolicy policy_;
  Behaviour behaviour_;
  Random random_;
  std::vector<Elite> cells_;
  std::vector<Candidate> candidates_;
  std::int64_t left_ = 0;          // of the first ones, which are drawn at random
  std::span<const float> genome_;  // of the individual that acts
};

}  // namespace sandlot
