#include "agents/genetic/register.h"

#include "agents/genetic/deep_ga.h"
#include "agents/genetic/evolution.h"
#include "agents/genetic/hyper_neat.h"
#include "agents/genetic/map_elites.h"
#include "agents/genetic/neat.h"
#include "agents/genetic/novelty_search.h"

namespace sandlot {

void register_genetic(Registry& registry) {
  registry.add_agent<EvolutionBy<GeneticAlgorithm>>(
      "genetic_algorithm", "Weights of a network by selection, crossover and mutation");
  registry.add_agent<EvolutionBy<CmaEs>>(
      "cma_es", "Weights by a distribution that adapts its covariance (Hansen 2016)");
  registry.add_agent<EvolutionBy<EvolutionStrategy>>(
      "evolution_strategy", "Weights along an estimated gradient (Salimans et al. 2017)");
  registry.add_agent<DeepGa>("deep_ga",
                             "Weights as chains of seeds, for large networks (Such et al. 2017)");
  registry.add_agent<MapElites>(
      "map_elites", "The best network for each kind of behaviour (Mouret & Clune 2015)");
  registry.add_agent<NoveltySearch>(
      "novelty_search", "Networks that do what none has done before (Lehman & Stanley 2011)");
  registry.add_agent<Neat>("neat",
                           "Networks whose structure grows (NEAT; Stanley & Miikkulainen 2002)");
  registry.add_agent<HyperNeat>(
      "hyper_neat",
      "Small networks that paint the weights of a large one (Stanley, D'Ambrosio & Gauci 2009)");
}

}  // namespace sandlot
