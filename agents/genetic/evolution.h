// Evolution: the weights of a small network by a search over populations, without gradients.
//
// The fitness of a genome is its mean return over as many episodes as there are copies of the
// world. All genomes of a generation play the same episodes (common random numbers), since each
// begins at the same saved start; the next generation plays others.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/genetic/behaviour.h"
#include "agents/genetic/cma_es.h"
#include "agents/genetic/evolution_strategy.h"
#include "agents/genetic/flat_network.h"
#include "agents/genetic/generation_log.h"
#include "agents/genetic/genetic_algorithm.h"
#include "sim/core/agent.h"

namespace sandlot {

class EvolvedPolicy final : public Policy {
 public:
  EvolvedPolicy(const EnvironmentSpec& spec, const FlatNetworkSettings& network)
      : network_(spec, network), genome_(network_.size()) {}

  FlatNetwork& network() { return network_; }
  const FlatNetwork& network() const { return network_; }
  void set_genome(std::span<const float> genome) { genome_.assign(genome.begin(), genome.end()); }

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  void begin_episode(int row) override { network_.forget(row); }
  void save(Writer& out) const override { out.write(genome_); }
  void load(Reader& in) override;

 private:
  FlatNetwork network_;
  std::vector<float> genome_;
};

// The ends of the parts in which `count` individuals are dealt out to ranks that claim them one
// part after the other: a fair half share of what is left, down to single ones, so that claims are
// few and all ranks end at about the same time (guided self-scheduling; Polychronopoulos & Kuck
// 1987).
std::vector<std::size_t> dealt_parts(std::size_t count, int ranks);

// What all searches by generations have in common: individuals are measured one after the other, on
// equal episodes. With more than one rank, each claims the next few whenever it has measured its
// last; what rank 0 does then is the same, byte for byte, for any number of ranks.
class Generations : public Agent {
 public:
  void train(TrainingContext& training) override;
  bool spreads() const override { return true; }
  void serve(TrainingContext& training) override;
  std::vector<Figure> figures() const override { return log_.figures(); }

 protected:
  // What an individual came to.
  struct Result {
    double fitness = 0;
    std::int64_t steps = 0;
    std::vector<EpisodeRecord> finished;
    std::vector<double> watched;  // of what is watched
  };

  Generations(const EnvironmentSpec& spec, int copies, std::span<const std::int64_t> champions);

  virtual std::size_t individuals() const = 0;
  // What follows is done by individual i.
  virtual void take(std::size_t i) = 0;
  virtual void act(const VectorEnvironment& world, std::span<std::int32_t> actions,
                   std::span<float> continuous) = 0;
  virtual void forget(int row) { static_cast<void>(row); }  // an episode of it begins
  // The fitness of all; the next generation is made.
  virtual void tell(TrainingContext& training, std::span<const double> fitness) = 0;

  // What is followed while individuals act, for their behaviour.
  void watch(std::span<const Watched> watched) { watcher_ = Watcher(watched, copies()); }
  // Within tell(): the mean length of individual i's episodes, and what its watched numbers came
  // to.
  double length_of(std::size_t i) const;
  std::span<const double> watched_of(std::size_t i) const { return results_[i].watched; }

  int copies() const { return static_cast<int>(ended_.size()); }
  GenerationLog& log() { return log_; }
  const GenerationLog& log() const { return log_; }

 private:
  void measure_all(TrainingContext& training);
  void measure_share(VectorEnvironment& world, Ranks& ranks);
  void measure_from(std::span<const std::byte> start, std::size_t i, VectorEnvironment& world);
  void take_share(Reader& in, VectorEnvironment& world);
  void measure(VectorEnvironment& world, Result& result);

  std::vector<std::int64_t> champions_;  // generations, from 1, whose policy is kept
  std::vector<std::int32_t> actions_;
  std::vector<float> continuous_;
  std::vector<std::uint8_t> ended_;
  Watcher watcher_;
  std::vector<Result> results_;        // of the generation
  std::vector<std::size_t> measured_;  // those of a rank, in their order
  GenerationLog log_;
};

class Evolution : public Generations {
 public:
  Policy& policy() override { return policy_; }
  // Of each generation: the fitness of its best and its mean, and how far the search steps.
  std::vector<std::string> metrics() const override { return {"best", "mean", "step_size"}; }
  std::string describe() const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

 protected:
  Evolution(const FlatNetworkSettings& network, std::span<const std::int64_t> champions,
            const EnvironmentSpec& spec, int copies);
  void set_search(std::unique_ptr<PopulationSearch> search);
  FlatNetwork& network() { return policy_.network(); }

 private:
  std::size_t individuals() const override;
  void take(std::size_t i) override;
  void act(const VectorEnvironment& world, std::span<std::int32_t> actions,
           std::span<float> continuous) override;
  void forget(int row) override { network().forget(row); }
  void tell(TrainingContext& training, std::span<const double> fitness) override;

  EvolvedPolicy policy_;
  std::unique_ptr<PopulationSearch> search_;
  std::span<const float> genome_;  // of the individual that acts
};

// Generations, from 1, whose champion's policy is kept in the run's folder.
void champions_field(Fields& f, std::vector<std::int64_t>& champions);
// What every search refuses about a world.
void check_evolution(const EnvironmentSpec& spec, Issues& issues);

template <class Search>
class EvolutionBy final : public Evolution {
 public:
  struct Settings {
    FlatNetworkSettings network;
    std::vector<std::int64_t> champions;
    typename Search::Settings search;

    void fields(Fields& f) {
      network.fields(f);
      champions_field(f, champions);
      search.fields(f);
    }
    void check(const EnvironmentSpec& spec, int, Issues& issues) const {
      check_evolution(spec, issues);
      search.check(FlatNetwork(spec, network).size(), issues);
    }
  };

  EvolutionBy(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : Evolution(settings.network, settings.champions, spec, copies) {
    set_search(std::make_unique<Search>(settings.search, network().scale(), seed));
  }
};

}  // namespace sandlot
