#include "agents/genetic/deep_ga.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sandlot {

void DeepGa::Settings::fields(Fields& f) {
  network.fields(f);
  champions_field(f, champions);
  f.integer("population", population, "individuals of a generation", Range::between(2, 100000));
  f.integer("parents", parents, "how many of the best have children", Range::at_least(1));
  f.number("mutation_size", mutation_size, "deviation that a seed adds to each weight",
           Range::above(0));
}

void DeepGa::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  check_evolution(spec, issues);
  if (parents >= population) issues.add("parents", "expected fewer than the population");
}

DeepGa::DeepGa(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : Generations(spec, copies, settings.champions),
      settings_(settings),
      policy_(spec, settings.network),
      random_(derive(seed, "deep ga")),
      population_(static_cast<std::size_t>(settings.population)) {
  for (Individual& one : population_) one.seeds = {random_.next_u64()};
  best_ = population_[0].seeds;
  show_best();
}

void DeepGa::express(std::span<const Seed> seeds, std::vector<float>& weights) const {
  const auto scale = policy_.network().scale();
  weights.assign(scale.size(), 0);
  for (std::size_t k = 0; k < seeds.size(); ++k) {
    Random noise(seeds[k]);
    const auto size = static_cast<float>(settings_.mutation_size);
    for (std::size_t g = 0; g < weights.size(); ++g)
      weights[g] += static_cast<float>(noise.normal()) * (k == 0 ? scale[g] : size);
  }
}

void DeepGa::show_best() {
  express(best_, weights_);
  policy_.set_genome(weights_);
}

std::string DeepGa::describe() const {
  return std::to_string(population_.size()) + " networks of " +
         std::to_string(policy_.network().size()) + " weights as chains of seeds, " +
         std::to_string(copies()) + (copies() == 1 ? " episode each" : " episodes each");
}

void DeepGa::act(const VectorEnvironment& world, std::span<std::int32_t> actions,
                 std::span<float> continuous) {
  policy_.network().act(weights_, world.size(), world.observations(), world.legal_actions(),
                        actions, continuous);
}

void DeepGa::tell(TrainingContext& training, std::span<const double> fitness) {
  std::vector<double> means;
  for (std::size_t i = 0; i < population_.size(); ++i) {
    population_[i].sum += fitness[i];
    population_[i].times += 1;
    means.push_back(population_[i].fitness());
  }
  const auto order = best_first(means);
  best_ = population_[order[0]].seeds;
  training.report("best", *std::max_element(fitness.begin(), fitness.end()));
  training.report("mean", std::accumulate(fitness.begin(), fitness.end(), 0.0) /
                              static_cast<double>(fitness.size()));
  training.report("chain", static_cast<double>(best_.size()));
  std::vector<Individual> next{population_[order[0]]};
  while (next.size() < population_.size()) {
    const auto parent = random_.below(static_cast<std::uint32_t>(settings_.parents));
    Individual child{population_[order[parent]].seeds, 0, 0};
    child.seeds.push_back(random_.next_u64());
    next.push_back(std::move(child));
  }
  population_ = std::move(next);
  show_best();
}

void DeepGa::save(Writer& out) const {
  out.tag("deep ga");
  log().save(out);
  random_.save(out);
  for (const Individual& one : population_) {
    out.write(one.seeds);
    out.write(one.sum);
    out.write(one.times);
  }
  out.write(best_);
}

void DeepGa::load(Reader& in) {
  in.expect_tag("deep ga");
  log().load(in);
  random_.load(in);
  for (Individual& one : population_) {
    in.read(one.seeds);
    in.read(one.sum);
    in.read(one.times);
    if (one.seeds.empty() || !std::isfinite(one.sum) || !(one.times >= 0) ||
        !std::isfinite(one.times))
      in.fail("an individual's record is not valid");
  }
  in.read(best_);
  if (best_.empty()) in.fail("the best one has no seeds");
  show_best();
}

}  // namespace sandlot
