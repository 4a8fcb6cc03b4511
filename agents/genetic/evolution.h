// Evolution: the weights of a small network by a search over populations, without gradients.
//
// The fitness of a genome is its mean return over as many episodes as there are copies of the
// world. All genomes of a generation play the same episodes (common random numbers), since each
// begins at the same saved start; the next generation plays others.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/genetic/cma_es.h"
#include "agents/genetic/evolution_strategy.h"
#include "agents/genetic/flat_network.h"
#include "agents/genetic/genetic_algorithm.h"
#include "sim/core/agent.h"

namespace sandlot {

class EvolvedPolicy final : public Policy {
 public:
  EvolvedPolicy(const EnvironmentSpec& spec, std::span<const std::int64_t> hidden)
      : network_(spec, hidden), genome_(network_.size()) {}

  FlatNetwork& network() { return network_; }
  void set_genome(std::span<const float> genome) { genome_.assign(genome.begin(), genome.end()); }

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  void save(Writer& out) const override { out.write(genome_); }
  void load(Reader& in) override;

 private:
  FlatNetwork network_;
  std::vector<float> genome_;
};

class Evolution : public Agent {
 public:
  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  // Of each generation: the fitness of its best and its mean, and how far the search steps.
  std::vector<std::string> metrics() const override { return {"best", "mean", "step_size"}; }
  std::string describe() const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

 protected:
  Evolution(std::span<const std::int64_t> hidden, const EnvironmentSpec& spec, int copies);
  void set_search(std::unique_ptr<PopulationSearch> search);
  FlatNetwork& network() { return policy_.network(); }

 private:
  double measure(TrainingContext& training, std::span<const float> genome);

  EvolvedPolicy policy_;
  std::unique_ptr<PopulationSearch> search_;
  std::vector<std::int32_t> actions_;
  std::vector<float> continuous_;
  std::vector<std::uint8_t> ended_;
  std::vector<EpisodeRecord> finished_;
};

// What every search refuses about a world.
void check_evolution(const EnvironmentSpec& spec, Issues& issues);

template <class Search>
class EvolutionBy final : public Evolution {
 public:
  struct Settings {
    std::vector<std::int64_t> hidden{16};
    typename Search::Settings search;

    void fields(Fields& f) {
      f.integers("hidden", hidden, "units of each hidden layer; [] for none",
                 Range::between(1, 4096));
      search.fields(f);
    }
    void check(const EnvironmentSpec& spec, int, Issues& issues) const {
      check_evolution(spec, issues);
      search.check(FlatNetwork(spec, hidden).size(), issues);
    }
  };

  EvolutionBy(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : Evolution(settings.hidden, spec, copies) {
    set_search(std::make_unique<Search>(settings.search, network().scale(), seed));
  }
};

}  // namespace sandlot
