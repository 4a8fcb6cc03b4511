#include "agents/genetic/neat_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sandlot {
namespace {

constexpr std::size_t kChampionFrom = 5;  // members above which a species' best lives on
constexpr double kStale = 0.01;  // what is left of the fitness of a species without progress
constexpr double kThresholdStep = 0.3, kLeastThreshold = 0.3;

}  // namespace

void NeatSettings::fields(Fields& f) {
  f.integer("population", population, "individuals of a generation", Range::between(2, 100000));
  f.boolean("connected", connected,
            "the first generation joins all inputs to all outputs; false: one to each output");
  f.number("threshold", threshold, "distance within which genomes are one species",
           Range::above(0));
  f.integer("species", species,
            "how many are aimed at, by moving the threshold; 0: the threshold stays",
            Range::at_least(0));
  f.number("disjoint", distance.disjoint, "what a link that only one of two has adds to distance",
           Range::at_least(0));
  f.number("weight_difference", distance.weights,
           "what the mean difference of matching weights is multiplied by", Range::at_least(0));
  f.integer("stale", stale, "generations without progress until a species ends",
            Range::at_least(1));
  f.number("survival", survival, "share of a species that may be parents", {0, 1, true});
  f.number("crossover_rate", crossover_rate, "share of children that have two parents",
           Range::between(0, 1));
  f.number("mutate_crossed", mutate_crossed, "share of those that mutate too",
           Range::between(0, 1));
  f.number("interspecies_rate", interspecies_rate, "chance that they are of two species",
           Range::between(0, 1));
  f.number("add_node", mutation.add_node, "chance that a mutation splits a link by a node",
           Range::between(0, 1));
  f.number("add_link", mutation.add_link, "else, that it adds a link", Range::between(0, 1));
  f.number("mutate_weights", mutation.weights, "else, that it changes the weights",
           Range::between(0, 1));
  f.number("perturb", mutation.perturb, "then, share of weights that move; the others are new",
           Range::between(0, 1));
  f.number("mutation_size", mutation.size, "how far weights move, and how large new ones are",
           Range::above(0));
  f.number("first_size", mutation.first, "weights of the first generation and of new links",
           Range::above(0));
  f.number("weight_limit", mutation.limit, "weights stay within ± this", Range::above(0));
  f.number("toggle", mutation.toggle, "chance that a link is switched on or off",
           Range::between(0, 1));
  f.number("enable", mutation.enable, "chance that the first link that is off is switched on",
           Range::between(0, 1));
  f.boolean("recurrent", mutation.recurrent, "links may lead back and carry the step before");
  f.when(mutation.recurrent, "recurrent: true", [&] {
    f.number("recurrent_share", mutation.recurrent_share, "of new links", Range::between(0, 1));
  });
}

void NeatSettings::check(Issues& issues) const {
  if (species >= population) issues.add("species", "expected fewer than the population");
}

NeatSearch::NeatSearch(const NeatSettings& settings, const NeatShape& shape, Seed seed)
    : settings_(settings),
      shape_(shape),
      operators_(shape, settings.mutation),
      innovations_(shape),
      random_(derive(seed, "neat")),
      threshold_(settings.threshold) {
  for (int i = 0; i < settings.population; ++i)
    population_.push_back(
        make(operators_.first(settings.connected, innovations_, random_), -1, -1));
  best_ = population_[0];
  speciate();
}

NeatSearch::Individual NeatSearch::make(NeatGenome genome, std::int64_t mother,
                                        std::int64_t father) {
  return {std::move(genome), 0, 0, next_individual_++, mother, father};
}

void NeatSearch::speciate() {
  for (Species& s : species_) s.members.clear();
  for (std::size_t i = 0; i < population_.size(); ++i) {
    const NeatGenome& genome = population_[i].genome;
    auto at = std::find_if(species_.begin(), species_.end(), [&](const Species& s) {
      return neat_distance(genome, s.representative, settings_.distance) < threshold_;
    });
    if (at == species_.end()) {
      species_.push_back({next_species_++, genome, generation_, generation_, 0, {}});
      at = species_.end() - 1;
    }
    at->members.push_back(i);
  }
  std::erase_if(species_, [](const Species& s) { return s.members.empty(); });
}

// Members from the best to the worst, and what species and population have come to.
void NeatSearch::rank_members() {
  for (Species& s : species_) {
    std::stable_sort(s.members.begin(), s.members.end(), [&](std::size_t a, std::size_t b) {
      return population_[a].fitness() > population_[b].fitness();
    });
    const double best = population_[s.members[0]].fitness();
    if (s.born == generation_ || best > s.best) {
      s.best = best;
      s.improved = generation_;
    }
  }
  std::size_t best = 0;
  for (std::size_t i = 1; i < population_.size(); ++i)
    if (population_[i].fitness() > population_[best].fitness()) best = i;
  best_ = population_[best];
  if (generation_ == 0 || best_.fitness() > record_) {
    record_ = best_.fitness();
    recorded_ = generation_;
  }
}

// Children of each species: its share of the sum of shared fitness, rounded so that they sum to the
// population (largest remainders).
std::vector<std::size_t> NeatSearch::offspring() {
  double least = 0;
  for (const Individual& one : population_) least = std::min(least, one.fitness());
  std::vector<double> shared(species_.size());
  std::vector<std::size_t> order(species_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t k = 0; k < species_.size(); ++k) {
    const Species& s = species_[k];
    for (const std::size_t i : s.members) shared[k] += population_[i].fitness() - least;
    shared[k] /= static_cast<double>(s.members.size());
    if (generation_ - s.improved >= settings_.stale) shared[k] *= kStale;
  }
  if (generation_ - recorded_ >= settings_.stale + 5) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return population_[species_[a].members[0]].fitness() >
             population_[species_[b].members[0]].fitness();
    });
    for (std::size_t k = 0; k < order.size(); ++k) shared[order[k]] = k < 2 ? 1 : 0;
    recorded_ = generation_;
    for (std::size_t k = 0; k < std::min<std::size_t>(2, order.size()); ++k)
      species_[order[k]].improved = generation_;
    std::iota(order.begin(), order.end(), std::size_t{0});
  }
  double sum = 0;
  for (const double s : shared) sum += s;
  if (!(sum > 0)) {
    std::fill(shared.begin(), shared.end(), 1.0);
    sum = static_cast<double>(shared.size());
  }
  const auto all = static_cast<double>(population_.size());
  std::vector<std::size_t> counts(species_.size());
  std::vector<double> rest(species_.size());
  std::size_t given = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const double exact = all * shared[k] / sum;
    counts[k] = static_cast<std::size_t>(exact);
    rest[k] = exact - std::floor(exact);
    given += counts[k];
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rest[a] > rest[b]; });
  for (std::size_t k = 0; given < population_.size(); ++k, ++given)
    ++counts[order[k % order.size()]];
  // The best of all lives on, however the rounding fell.
  for (std::size_t k = 0; k < species_.size(); ++k)
    if (counts[k] == 0 && population_[species_[k].members[0]].number == best_.number) {
      --*std::max_element(counts.begin(), counts.end());
      ++counts[k];
    }
  return counts;
}

std::size_t NeatSearch::parent(const Species& species) {
  const auto count = static_cast<double>(species.members.size());
  const auto some =
      static_cast<std::uint32_t>(std::min(count, std::floor(settings_.survival * count + 1)));
  return species.members[random_.below(some)];
}

NeatSearch::Individual NeatSearch::child(const Species& species) {
  const Individual& mother = population_[parent(species)];
  if (!random_.bernoulli(settings_.crossover_rate)) {
    Individual made = make(mother.genome, mother.number, -1);
    operators_.mutate(made.genome, innovations_, random_);
    return made;
  }
  const bool across = species_.size() > 1 && random_.bernoulli(settings_.interspecies_rate);
  const Species& others =
      across ? species_[random_.below(static_cast<std::uint32_t>(species_.size()))] : species;
  const Individual& father = population_[across ? others.members[0] : parent(others)];
  // Of equal fitness the smaller genome counts as the fitter: structure must earn its place.
  const bool first = mother.fitness() != father.fitness()
                         ? mother.fitness() > father.fitness()
                         : mother.genome.links.size() <= father.genome.links.size();
  const Individual &fitter = first ? mother : father, &other = first ? father : mother;
  Individual made =
      make(operators_.cross(fitter.genome, other.genome, random_), fitter.number, other.number);
  if (mother.number == father.number || random_.bernoulli(settings_.mutate_crossed))
    operators_.mutate(made.genome, innovations_, random_);
  return made;
}

void NeatSearch::breed(const std::vector<std::size_t>& counts) {
  innovations_.new_generation();
  std::vector<Individual> next;
  next.reserve(population_.size());
  for (std::size_t k = 0; k < species_.size(); ++k) {
    const Species& s = species_[k];
    std::size_t left = counts[k];
    const Individual& champion = population_[s.members[0]];
    if (left > 0 && (left > kChampionFrom || champion.number == best_.number)) {
      next.push_back(champion);
      --left;
    }
    for (; left > 0; --left) next.push_back(child(s));
  }
  // Representatives before the old generation goes.
  for (Species& s : species_)
    s.representative =
        population_[s.members[random_.below(static_cast<std::uint32_t>(s.members.size()))]].genome;
  population_ = std::move(next);
}

void NeatSearch::tell(std::span<const double> fitness) {
  for (std::size_t i = 0; i < population_.size(); ++i) {
    population_[i].sum += fitness[i];
    population_[i].times += 1;
  }
  rank_members();
  if (settings_.species > 0) {
    const auto count = static_cast<int>(species_.size());
    if (count != settings_.species)
      threshold_ += count > settings_.species ? kThresholdStep : -kThresholdStep;
    threshold_ = std::max(threshold_, kLeastThreshold);
  }
  breed(offspring());
  ++generation_;
  speciate();
}

namespace {

void save_individual(const NeatSearch::Individual& one, Writer& out) {
  one.genome.save(out);
  out.write(one.sum);
  out.write(one.times);
  out.write(one.number);
  out.write(one.mother);
  out.write(one.father);
}

void load_individual(Reader& in, NeatSearch::Individual& one, const NeatShape& shape,
                     const NeatInnovations& innovations) {
  one.genome.load(in, shape, innovations.nodes(), innovations.innovations());
  in.read(one.sum);
  in.read(one.times);
  in.read(one.number);
  in.read(one.mother);
  in.read(one.father);
  if (!std::isfinite(one.sum) || !(one.times >= 0) || !std::isfinite(one.times))
    in.fail("an individual's record is not valid");
}

}  // namespace

void NeatSearch::save(Writer& out) const {
  out.tag("neat");
  random_.save(out);
  innovations_.save(out);
  for (const auto& one : population_) save_individual(one, out);
  out.write<std::uint64_t>(species_.size());
  for (const Species& s : species_) {
    out.write(s.number);
    s.representative.save(out);
    out.write(s.born);
    out.write(s.improved);
    out.write(s.best);
    out.write(std::vector<std::uint64_t>(s.members.begin(), s.members.end()));
  }
  save_individual(best_, out);
  out.write(threshold_);
  out.write(record_);
  for (const auto n : {generation_, recorded_, next_individual_, next_species_}) out.write(n);
}

void NeatSearch::load(Reader& in) {
  in.expect_tag("neat");
  random_.load(in);
  innovations_.load(in, shape_);
  for (auto& one : population_) load_individual(in, one, shape_, innovations_);
  species_.assign(in.read_count(8), {});
  std::vector<std::uint8_t> seen(population_.size());
  for (Species& s : species_) {
    in.read(s.number);
    s.representative.load(in, shape_, innovations_.nodes(), innovations_.innovations());
    in.read(s.born);
    in.read(s.improved);
    in.read(s.best);
    if (!std::isfinite(s.best)) in.fail("a species' fitness is not finite");
    std::vector<std::uint64_t> members;
    in.read(members);
    if (members.empty()) in.fail("a species has no members");
    for (const auto i : members)
      if (i >= seen.size() || std::exchange(seen[static_cast<std::size_t>(i)], std::uint8_t{1}))
        in.fail("a species' member is not valid");
    s.members.assign(members.begin(), members.end());
  }
  if (std::count(seen.begin(), seen.end(), 0) > 0) in.fail("an individual has no species");
  load_individual(in, best_, shape_, innovations_);
  in.read(threshold_);
  in.read(record_);
  if (!(threshold_ > 0) || !std::isfinite(threshold_) || !std::isfinite(record_))
    in.fail("the state of the search is not valid");
  for (auto* n : {&generation_, &recorded_, &next_individual_, &next_species_}) {
    in.read(*n);
    if (*n < 0) in.fail("a count is below 0");
  }
}

}  // namespace sandlot
