#include "agents/genetic/genetic_algorithm.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sandlot {
namespace {

constexpr double kDistribution = 15;  // Deb's η of sbx and of the polynomial mutation
constexpr double kChampionDoubt = 2;  // standard errors: one in some forty is that lucky

}  // namespace

void GeneticSettings::fields(Fields& f) {
  f.integer("population", population, "individuals of a generation", Range::between(2, 100000));
  f.integer("elites", elites, "the best, which live on and are measured again", Range::at_least(1));
  f.number("doubt", doubt,
           "standard errors that are taken off a mean fitness; 0: few measurements count as many",
           Range::at_least(0));
  f.choice("selection", selection,
           {{"tournament", Selection::tournament},
            {"rank", Selection::rank},
            {"roulette", Selection::roulette},
            {"truncation", Selection::truncation}},
           "of parents: the best of a few, by place, by fitness, or any of the best share");
  f.when(selection == Selection::tournament, "selection: tournament",
         [&] { f.integer("tournament", tournament, "how many compete", Range::between(1, 100)); });
  f.when(selection == Selection::truncation, "selection: truncation", [&] {
    f.number("truncation", truncation, "share that may be parents", {0, 1, true});
  });
  f.choice("crossover", crossover,
           {{"none", Crossover::none},
            {"uniform", Crossover::uniform},
            {"one_point", Crossover::one_point},
            {"arithmetic", Crossover::arithmetic},
            {"sbx", Crossover::sbx}},
           "of two parents; sbx: simulated binary (Deb & Agrawal 1995)");
  f.number("crossover_rate", crossover_rate, "share of children that have two parents",
           Range::between(0, 1));
  f.choice(
      "mutation", mutation,
      {{"gaussian", Mutation::gaussian},
       {"polynomial", Mutation::polynomial},
       {"adaptive", Mutation::adaptive}},
      "adaptive: Gaussian, each individual inherits its own size and varies it (Schwefel 1981)");
  f.number("mutation_rate", mutation_rate, "chance of each gene", Range::between(0, 1));
  f.number("mutation_size", mutation_size,
           "deviation; of polynomial: farthest; of adaptive: at first", Range::above(0));
  f.number("initial_size", initial_size, "how far the first generation is spread", Range::above(0));
  f.integer("islands", islands, "equal parts of the population that breed apart",
            Range::between(1, 1000));
  f.when(islands > 1, "islands above 1", [&] {
    f.integer("migrate_every", migrate_every,
              "generations until the best of each island goes to the next one too",
              Range::at_least(1));
  });
}

void GeneticSettings::check(std::size_t, Issues& issues) const {
  if (population % islands != 0) return issues.add("population", "expected a multiple of islands");
  // Room for a guest and for a child.
  const int island = population / islands, least = islands > 1 ? elites + 2 : elites + 1;
  if (island < least)
    issues.add("elites", islands > 1 ? "expected two fewer than an island has individuals"
                                     : "expected fewer than the population");
}

GeneticAlgorithm::GeneticAlgorithm(const Settings& settings, std::span<const float> scale,
                                   Seed seed)
    : settings_(settings),
      random_(derive(seed, "genetic algorithm")),
      population_(settings.population, static_cast<Eigen::Index>(scale.size())),
      sizes_(static_cast<std::size_t>(settings.population), settings.mutation_size),
      sums_(sizes_.size()),
      squares_(sizes_.size()),
      times_(sizes_.size()),
      best_(scale.size()) {
  for (Eigen::Index i = 0; i < population_.rows(); ++i)
    for (Eigen::Index g = 0; g < population_.cols(); ++g)
      population_(i, g) = static_cast<float>(settings.initial_size * random_.normal()) *
                          scale[static_cast<std::size_t>(g)];
  std::copy_n(population_.data(), best_.size(), best_.begin());
}

std::span<const float> GeneticAlgorithm::row(std::size_t i) const {
  return {population_.row(static_cast<Eigen::Index>(i)).data(),
          static_cast<std::size_t>(population_.cols())};
}

double GeneticAlgorithm::step_size() const {
  double sum = 0;
  for (const double size : sizes_) sum += size;
  return sum / static_cast<double>(sizes_.size());
}

void GeneticAlgorithm::forget_measurements() {
  std::fill(sums_.begin(), sums_.end(), 0.0);
  std::fill(squares_.begin(), squares_.end(), 0.0);
  std::fill(times_.begin(), times_.end(), 0.0);
}

std::size_t GeneticAlgorithm::select(std::span<const std::size_t> order,
                                     std::span<const double> fitness) {
  const auto count = static_cast<std::uint32_t>(order.size());
  switch (settings_.selection) {
    case Selection::tournament: {
      std::uint32_t best = count;
      for (int i = 0; i < settings_.tournament; ++i) best = std::min(best, random_.below(count));
      return order[best];
    }
    case Selection::rank: {  // linear: the best twice as likely as the mean
      const double u = random_.uniform();
      const double place = static_cast<double>(count) * (1 - std::sqrt(1 - u));
      return order[std::min<std::size_t>(static_cast<std::size_t>(place), count - 1)];
    }
    case Selection::roulette: {
      const double least = fitness[order.back()];
      std::vector<double> weights;
      for (const auto i : order) weights.push_back(fitness[i] - least);
      double sum = 0;
      for (const double w : weights) sum += w;
      return sum > 0 ? order[static_cast<std::size_t>(random_.categorical(weights))]
                     : order[random_.below(count)];
    }
    case Selection::truncation: {
      const auto some = static_cast<std::uint32_t>(
          std::max(1.0, std::round(settings_.truncation * static_cast<double>(count))));
      return order[random_.below(std::min(some, count))];
    }
  }
  return order[0];
}

void GeneticAlgorithm::cross(std::span<const float> a, std::span<const float> b,
                             std::span<float> child) {
  const std::size_t genes = child.size();
  std::copy(a.begin(), a.end(), child.begin());
  switch (settings_.crossover) {
    case Crossover::none:
      return;
    case Crossover::uniform:
      for (std::size_t g = 0; g < genes; ++g)
        if (random_.bernoulli(0.5)) child[g] = b[g];
      return;
    case Crossover::one_point: {
      const auto from = random_.below(static_cast<std::uint32_t>(genes));
      std::copy(b.begin() + from, b.end(), child.begin() + from);
      return;
    }
    case Crossover::arithmetic: {
      const auto share = random_.uniform_float();
      for (std::size_t g = 0; g < genes; ++g) child[g] = a[g] + share * (b[g] - a[g]);
      return;
    }
    case Crossover::sbx:
      for (std::size_t g = 0; g < genes; ++g) {
        const double u = random_.uniform();
        const double spread =
            std::pow(u < 0.5 ? 2 * u : 1 / (2 * (1 - u)), 1 / (kDistribution + 1));
        const double x = static_cast<double>(a[g]), y = static_cast<double>(b[g]);
        const double side = random_.bernoulli(0.5) ? 1 : -1;
        child[g] = static_cast<float>((x + y) / 2 + side * spread * (x - y) / 2);
      }
      return;
  }
}

void GeneticAlgorithm::mutate(std::span<float> child, double size) {
  for (float& gene : child) {
    if (!random_.bernoulli(settings_.mutation_rate)) continue;
    double step = 0;
    if (settings_.mutation == Mutation::polynomial) {
      const double u = random_.uniform(), power = 1 / (kDistribution + 1);
      step = u < 0.5 ? std::pow(2 * u, power) - 1 : 1 - std::pow(2 * (1 - u), power);
    } else {
      step = random_.normal();
    }
    gene += static_cast<float>(size * step);
  }
}

struct GeneticAlgorithm::Next {
  Matrix population;
  std::vector<double> sizes, sums, squares, times;
};

// Of a measurement; taken from all that were measured more than once, together.
double GeneticAlgorithm::deviation() const {
  double spread = 0, freedom = 0;
  for (std::size_t i = 0; i < sums_.size(); ++i)
    if (times_[i] > 1) {
      const double off = squares_[i] - sums_[i] * sums_[i] / times_[i];
      if (off > 1e-12 * squares_[i]) spread += off;  // not what rounding leaves
      freedom += times_[i] - 1;
    }
  return freedom > 0 ? std::sqrt(spread / freedom) : 0;
}

std::vector<double> GeneticAlgorithm::less_errors(double doubt) const {
  const double off = doubt * deviation();
  std::vector<double> fitness(sums_.size());
  for (std::size_t i = 0; i < fitness.size(); ++i)
    fitness[i] = sums_[i] / times_[i] - off / std::sqrt(times_[i]);
  return fitness;
}

// Where measurements do not differ there is no luck, and once is enough.
std::size_t GeneticAlgorithm::find_champion() const {
  std::vector<double> sure = less_errors(kChampionDoubt);
  if (deviation() > 0)
    for (std::size_t i = 0; i < sure.size(); ++i)
      if (times_[i] < 2) sure[i] = -std::numeric_limits<double>::infinity();
  return best_first(sure)[0];
}

void GeneticAlgorithm::tell(std::span<const double> fitness) {
  for (std::size_t i = 0; i < fitness.size(); ++i) {
    sums_[i] += fitness[i];
    squares_[i] += fitness[i] * fitness[i];
    times_[i] += 1;
  }
  const std::vector<double> ranked = less_errors(settings_.doubt);
  const std::size_t champion = find_champion();
  std::copy_n(row(champion).data(), best_.size(), best_.begin());
  Next next{Matrix(population_.rows(), population_.cols()), std::vector<double>(sizes_.size()),
            std::vector<double>(sums_.size()), std::vector<double>(sums_.size()),
            std::vector<double>(times_.size())};
  ++generation_;
  const std::size_t island = ranked.size() / static_cast<std::size_t>(settings_.islands);
  for (std::size_t first = 0; first < ranked.size(); first += island)
    breed(first, ranked, champion, next);
  population_.swap(next.population);
  sizes_.swap(next.sizes);
  sums_.swap(next.sums);
  squares_.swap(next.squares);
  times_.swap(next.times);
}

void GeneticAlgorithm::breed(std::size_t first, std::span<const double> fitness,
                             std::size_t champion, Next& next) {
  const std::size_t island = fitness.size() / static_cast<std::size_t>(settings_.islands);
  const auto genes = static_cast<std::size_t>(population_.cols());
  const double rate = 1 / std::sqrt(2 * static_cast<double>(genes));
  // The best first, as places in the whole population.
  const auto order_of = [&](std::size_t from) {
    auto order = best_first(fitness.subspan(from, island));
    for (std::size_t& place : order) place += from;
    return order;
  };
  const auto keep = [&](std::size_t from, std::size_t to) {
    std::copy_n(row(from).data(), genes, next.population.row(static_cast<Eigen::Index>(to)).data());
    next.sizes[to] = sizes_[from];
    next.sums[to] = sums_[from];
    next.squares[to] = squares_[from];
    next.times[to] = times_[from];
  };
  const auto order = order_of(first);
  const auto elites = static_cast<std::size_t>(settings_.elites);
  std::size_t to = first;
  const auto last = order.begin() + settings_.elites;
  const bool drops_champion = std::find(last, order.end(), champion) != order.end();
  for (; to < first + elites; ++to) keep(order[to - first], to);
  if (drops_champion && to < first + island) keep(champion, to++);
  if (settings_.islands > 1 && generation_ % settings_.migrate_every == 0 && to < first + island)
    keep(order_of((first + fitness.size() - island) % fitness.size())[0], to++);
  for (; to < first + island; ++to) {
    const std::span<float> child(next.population.row(static_cast<Eigen::Index>(to)).data(), genes);
    const std::size_t a = select(order, fitness);
    const std::size_t b = random_.bernoulli(settings_.crossover_rate) ? select(order, fitness) : a;
    if (a == b)
      std::copy_n(row(a).data(), genes, child.data());
    else
      cross(row(a), row(b), child);
    next.sizes[to] = sizes_[a];
    if (settings_.mutation == Mutation::adaptive)
      next.sizes[to] =
          std::clamp(sizes_[a] * std::exp(std::max(rate, 0.1) * random_.normal()), 1e-5, 1e3);
    mutate(child, next.sizes[to]);
  }
}

void GeneticAlgorithm::save(Writer& out) const {
  out.tag("genetic algorithm");
  random_.save(out);
  save_matrix(population_, out);
  out.write(sizes_);
  out.write(sums_);
  out.write(squares_);
  out.write(times_);
  out.write(best_);
  out.write(generation_);
}

void GeneticAlgorithm::load(Reader& in) {
  in.expect_tag("genetic algorithm");
  const std::size_t count = sizes_.size(), genes = best_.size();
  random_.load(in);
  load_matrix(in, population_);
  in.read(sizes_);
  in.read(sums_);
  in.read(squares_);
  in.read(times_);
  in.read(best_);
  in.read(generation_);
  if (generation_ < 0) in.fail("a count is below 0");
  if (sizes_.size() != count || sums_.size() != count || squares_.size() != count ||
      times_.size() != count || best_.size() != genes)
    in.fail("the population is of another size");
  for (std::size_t i = 0; i < count; ++i)
    if (!(sizes_[i] > 0) || !std::isfinite(sizes_[i]) || !std::isfinite(sums_[i]) ||
        !std::isfinite(squares_[i]) || !(times_[i] >= 0))
      in.fail("an individual's record is not valid");
  for (const float gene : best_)
    if (!std::isfinite(gene)) in.fail("a gene is not finite");
}

}  // namespace sandlot
