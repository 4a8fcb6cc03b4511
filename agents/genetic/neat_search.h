// The population of NEAT: species that share their fitness, and what they breed (Stanley &
// Miikkulainen 2002, sections 3.3 and 4.1; details as in Stanley's own program).
//
// A genome joins the first species whose representative, a random member of the generation before,
// is nearer than the threshold. The fitness of a member is divided by the number of members
// (Goldberg & Richardson 1987), and a species has children in proportion to the sum of its
// members'. Where fitness is below 0 anywhere, the least of the generation is taken off first. A
// species that has not improved for `stale` generations has no more children, unless it holds the
// best; where the whole population has not improved for `stale` + 5, only its two best species go
// on.
//
// The best of a species with more than five members, and the best of all, live on unchanged; they
// are measured again, and their fitness is the mean of their measurements.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agents/genetic/neat_genome.h"
#include "sim/core/settings.h"

namespace sandlot {

struct NeatSettings {
  int population = 150;
  bool connected = true;
  NeatMutation mutation;
  NeatDistance distance;
  double threshold = 3;
  int species = 0;
  int stale = 15;
  double survival = 0.2;
  double crossover_rate = 0.75;
  double mutate_crossed = 0.8;
  double interspecies_rate = 0.001;

  void fields(Fields& f);
  void check(Issues& issues) const;
};

class NeatSearch {
 public:
  struct Individual {
    NeatGenome genome;
    double sum = 0, times = 0;              // of its measurements
    std::int64_t number = 0;                // counted over the run
    std::int64_t mother = -1, father = -1;  // numbers; its structure is its mother's
    double fitness() const { return times > 0 ? sum / times : 0; }
  };
  struct Species {
    std::int64_t number = 0;
    NeatGenome representative;
    std::int64_t born = 0, improved = 0;  // generations
    double best = 0;                      // ever
    std::vector<std::size_t> members;     // places in population(), the best first after tell()
  };

  NeatSearch(const NeatSettings& settings, const NeatShape& shape, Seed seed);

  // Those that are to be measured now; the same until tell() was called.
  const std::vector<Individual>& population() const { return population_; }
  const std::vector<Species>& species() const { return species_; }
  // fitness: one per individual, larger is better, finite; makes the next population.
  void tell(std::span<const double> fitness);
  // The best of the last generation that was told; the first of all before that.
  const Individual& best() const { return best_; }
  std::int64_t generation() const { return generation_; }
  double threshold() const { return threshold_; }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  void speciate();
  void rank_members();
  std::vector<std::size_t> offspring();
  void breed(const std::vector<std::size_t>& counts);
  Individual child(const Species& species);
  std::size_t parent(const Species& species);
  Individual make(NeatGenome genome, std::int64_t mother, std::int64_t father);

  NeatSettings settings_;
  NeatShape shape_;
  NeatOperators operators_;
  NeatInnovations innovations_;
  Random random_;
  std::vector<Individual> population_;
  std::vector<Species> species_;
  Individual best_;
  double threshold_;
  double record_ = 0;
  std::int64_t generation_ = 0, recorded_ = 0;
  std::int64_t next_individual_ = 0, next_species_ = 0;
};

}  // namespace sandlot
