// Searches by themselves, on functions whose optimum is known.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include "agents/genetic/cma_es.h"
#include "agents/genetic/evolution_strategy.h"
#include "agents/genetic/genetic_algorithm.h"

using namespace sandlot;

namespace {

double sphere(std::span<const float> x) {
  double sum = 0;
  for (const float v : x) sum -= (static_cast<double>(v) - 1) * (static_cast<double>(v) - 1);
  return sum;
}

// An ellipse a thousand times longer than wide, turned by nothing: axes differ, the search must
// learn it.
double ellipse(std::span<const float> x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = static_cast<double>(x[i]) - 1;
    sum -= std::pow(1e6, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * v * v;
  }
  return sum;
}

double rosenbrock(std::span<const float> x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = static_cast<double>(x[i]), b = static_cast<double>(x[i + 1]);
    sum -= 100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a);
  }
  return sum;
}

using Function = std::function<double(std::span<const float>)>;

void generation(PopulationSearch& search, const Function& f) {
  const Matrix& all = search.population();
  std::vector<double> fitness;
  for (Eigen::Index i = 0; i < all.rows(); ++i)
    fitness.push_back(f({all.row(i).data(), static_cast<std::size_t>(all.cols())}));
  search.tell(fitness);
}

// Evaluations until the best found is within `close` of 0; −1 where that takes more than `most`.
std::int64_t evaluations(PopulationSearch& search, const Function& f, double close,
                         std::int64_t most) {
  for (std::int64_t count = 0; count < most; count += search.population().rows()) {
    if (-f(search.best()) < close) return count;
    generation(search, f);
  }
  return -1;
}

const std::vector<float> kTen(10, 1.0f);

std::vector<std::unique_ptr<PopulationSearch>> all_searches(Seed seed) {
  std::vector<std::unique_ptr<PopulationSearch>> searches;
  for (const Selection selection :
       {Selection::tournament, Selection::rank, Selection::roulette, Selection::truncation})
    for (const Crossover crossover : {Crossover::none, Crossover::uniform, Crossover::one_point,
                                      Crossover::arithmetic, Crossover::sbx})
      for (const Mutation mutation :
           {Mutation::gaussian, Mutation::polynomial, Mutation::adaptive}) {
        GeneticSettings settings;
        settings.population = 60;
        settings.selection = selection;
        settings.crossover = crossover;
        settings.mutation = mutation;
        settings.mutation_rate = 0.3;
        if (mutation == Mutation::polynomial) settings.mutation_size = 1.5;  // the farthest
        searches.push_back(std::make_unique<GeneticAlgorithm>(settings, kTen, seed));
      }
  GeneticSettings islands;
  islands.population = 60;
  islands.islands = 4;
  islands.migrate_every = 3;
  islands.elites = 2;
  islands.mutation_rate = 0.3;
  searches.push_back(std::make_unique<GeneticAlgorithm>(islands, kTen, seed));
  searches.push_back(std::make_unique<CmaEs>(CmaEsSettings{}, kTen, seed));
  searches.push_back(std::make_unique<EvolutionStrategy>(EvolutionStrategySettings{}, kTen, seed));
  return searches;
}

std::vector<std::byte> saved(const PopulationSearch& search) {
  Writer out;
  search.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

}  // namespace

TEST_CASE("cma_es: sphere, ellipse and Rosenbrock's valley in few evaluations") {
  // Over seeds 1 to 20: 1,080 to 1,440, 5,140 to 5,930, and 4,540 to 6,080 (seed 15 ends in the
  // valley's other, local optimum). A method without a covariance fails on the ellipse.
  for (Seed seed = 1; seed <= 3; ++seed) {
    CmaEs a({}, kTen, seed), b({}, kTen, seed), c({}, kTen, seed);
    CHECK(a.population().rows() == 10);
    const auto on_sphere = evaluations(a, sphere, 1e-8, 2000);
    CHECK(on_sphere > 0);
    CHECK(evaluations(b, ellipse, 1e-8, 7500) > 0);
    CHECK(evaluations(c, rosenbrock, 1e-6, 8000) > 0);
  }
}

TEST_CASE("searches: every one comes nearer to the optimum of the sphere") {
  for (const auto& search : all_searches(3)) {
    const double first = sphere(search->best());
    for (int i = 0; i < 60; ++i) generation(*search, sphere);
    CHECK(sphere(search->best()) > first / 4);
  }
}

TEST_CASE("searches: saved in the middle they go on as if unbroken; damage is refused") {
  const auto whole = all_searches(5), loaded = all_searches(6);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int k = 0; k < 5; ++k) generation(*whole[i], sphere);
    const auto bytes = saved(*whole[i]);
    Reader in(bytes);
    loaded[i]->load(in);
    CHECK(in.remaining() == 0);
    for (int k = 0; k < 5; ++k) {
      generation(*whole[i], sphere);
      generation(*loaded[i], sphere);
    }
    CHECK(saved(*loaded[i]) == saved(*whole[i]));
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 20) {
      Reader cut(std::span<const std::byte>(bytes).first(size));
      CHECK_THROWS_AS(loaded[i]->load(cut), ArchiveError);
    }
  }
}

TEST_CASE(
    "genetic algorithm: the elite lives on, and its fitness is the mean of its measurements") {
  GeneticSettings settings;
  settings.population = 10;
  settings.elites = 1;
  GeneticAlgorithm search(settings, kTen, 1);
  const Eigen::RowVectorXf third = search.population().row(3);
  std::vector<double> fitness(10, 0);
  fitness[3] = 10;
  search.tell(fitness);
  CHECK(search.population().row(0) == third);
  // It was luck: 0 the second time makes 5, and another with 7 is better.
  const Eigen::RowVectorXf other = search.population().row(6);
  std::fill(fitness.begin(), fitness.end(), 0.0);
  fitness[6] = 7;
  search.tell(fitness);
  CHECK(search.population().row(0) == other);
  // It lives on to be measured again, and so does the champion, who was measured twice.
  CHECK(search.population().row(1) == third);
  CHECK(Eigen::Map<const Eigen::RowVectorXf>(search.best().data(), 10) == third);
  // With a deviation of 4.8, 6 - 2 · 4.8 / √2 is more than 10 / 3 - 2 · 4.8 / √3.
  std::fill(fitness.begin(), fitness.end(), 0.0);
  fitness[0] = 5;
  search.tell(fitness);
  CHECK(search.population().row(0) == other);
  CHECK(Eigen::Map<const Eigen::RowVectorXf>(search.best().data(), 10) == other);
}

TEST_CASE("genetic algorithm: where measurements do not differ, the best of one is the champion") {
  GeneticSettings settings;
  settings.population = 10;
  settings.elites = 1;
  GeneticAlgorithm search(settings, kTen, 1);
  std::vector<double> fitness(10, 0);
  fitness[3] = 10;
  search.tell(fitness);
  fitness.assign(10, 0);
  fitness[0] = 10, fitness[6] = 12;
  const Eigen::RowVectorXf other = search.population().row(6);
  search.tell(fitness);
  CHECK(Eigen::Map<const Eigen::RowVectorXf>(search.best().data(), 10) == other);
}

TEST_CASE("genetic algorithm: with doubt, one good measurement does not displace many") {
  for (const double doubt : {0.0, 2.0}) {
    CAPTURE(doubt);
    GeneticSettings settings;
    settings.population = 10;
    settings.elites = 2;
    settings.doubt = doubt;
    GeneticAlgorithm search(settings, kTen, 1);
    const Eigen::RowVectorXf proven = search.population().row(0);
    // Two live on, with 10 ± 1, and 8 ± 1 as often.
    for (int i = 0; i < 16; ++i) {
      std::vector<double> fitness(10, 0);
      const double luck = i % 2 == 0 ? 1 : -1;
      fitness[0] = 10 + luck, fitness[1] = 8 + luck;
      search.tell(fitness);
      REQUIRE(search.population().row(0) == proven);
    }
    // 11 once, at a deviation of 1.03: 11 - 2.07 < 10 - 2.07 / √17.
    std::vector<double> fitness(10, 0);
    fitness[0] = 10, fitness[1] = 8, fitness[5] = 11;
    const Eigen::RowVectorXf lucky = search.population().row(5);
    search.tell(fitness);
    CHECK(search.population().row(0) == (doubt > 0 ? proven : lucky));
    CHECK(search.population().row(1) == (doubt > 0 ? lucky : proven));
  }
}

TEST_CASE("genetic algorithm: islands breed apart, and the best goes to the next one in time") {
  GeneticSettings settings;
  settings.population = 12;
  settings.islands = 3;
  settings.elites = 1;
  settings.migrate_every = 4;
  GeneticAlgorithm search(settings, kTen, 1);
  const Eigen::RowVectorXf champion = search.population().row(5);  // of the second island
  std::vector<double> fitness(12, 0);
  fitness[5] = 10;
  const auto where = [&] {
    std::vector<Eigen::Index> rows;
    for (Eigen::Index i = 0; i < 12; ++i)
      if (search.population().row(i) == champion) rows.push_back(i);
    return rows;
  };
  for (int generation = 1; generation <= 4; ++generation) {
    search.tell(fitness);
    std::fill(fitness.begin(), fitness.end(), 0.0);
    fitness[4] = 10;  // the elite of the second island, its place from now on
    const auto rows = where();
    REQUIRE(!rows.empty());
    CHECK(rows[0] == 4);
    // Not before the fourth generation is it on the third island, behind that one's elite.
    CHECK((std::find(rows.begin(), rows.end(), 9) != rows.end()) == (generation == 4));
    for (const auto r : rows) CHECK((r >= 4 && r <= (generation == 4 ? 9 : 7)));
  }
}

TEST_CASE("evolution strategy: ranks, and the gradient of a slope") {
  CHECK(centred_ranks(std::vector<double>{3, 1, 2}) == std::vector<double>{0.5, -0.5, 0});
  CHECK(centred_ranks(std::vector<double>{1, 1}) == std::vector<double>{0, 0});
  EvolutionStrategySettings settings;
  settings.population = 200;
  settings.weight_decay = 0;
  EvolutionStrategy search(settings, kTen, 1);
  const std::vector<float> before(search.best().begin(), search.best().end());
  generation(search, [](std::span<const float> x) { return 3.0 * static_cast<double>(x[4]); });
  // Adam's first step is the learning rate, in the sign of the gradient.
  CHECK(search.best()[4] - before[4] == doctest::Approx(0.02).epsilon(1e-3));
}
