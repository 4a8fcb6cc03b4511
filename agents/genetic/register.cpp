#include "agents/genetic/register.h"

#include "agents/genetic/evolution.h"

namespace sandlot {

void register_genetic(Registry& registry) {
  registry.add_agent<EvolutionBy<GeneticAlgorithm>>(
      "genetic_algorithm", "Weights of a network by selection, crossover and mutation");
  registry.add_agent<EvolutionBy<CmaEs>>(
      "cma_es", "Weights by a distribution that adapts its covariance (Hansen 2016)");
  registry.add_agent<EvolutionBy<EvolutionStrategy>>(
      "evolution_strategy", "Weights along an estimated gradient (Salimans et al. 2017)");
}

}  // namespace sandlot
