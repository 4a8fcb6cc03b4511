// A genetic algorithm on numbers (Holland 1975; Deb 2001, "Multi-objective optimization using
// evolutionary algorithms", §4.1 and 4.3).
//
// The elite lives on and is measured again in each generation; its fitness is the mean of all its
// measurements. Others are children of selected parents. With `doubt`, individuals are ranked by
// their mean less so many of its standard errors, so that luck in a first measurement does not
// displace what has been measured often.
//
// The champion, best(), is who was measured at least twice and has the highest mean less two
// standard errors. It lives on beside its island's elite.
//
// With islands, the population is cut into equal parts that breed apart, each with its own elite;
// every so many generations the best of each island also goes to the next one, in a ring (Whitley,
// Rana & Heckendorn 1999, "The island model genetic algorithm").
#pragma once

#include "agents/genetic/population_search.h"
#include "sim/core/settings.h"

namespace sandlot {

enum class Selection : std::uint8_t { tournament, rank, roulette, truncation };
enum class Crossover : std::uint8_t { none, uniform, one_point, arithmetic, sbx };
enum class Mutation : std::uint8_t { gaussian, polynomial, adaptive };

struct GeneticSettings {
  int population = 100;
  int elites = 5;
  double doubt = 0;
  Selection selection = Selection::tournament;
  int tournament = 3;
  double truncation = 0.2;
  Crossover crossover = Crossover::uniform;
  double crossover_rate = 0.5;
  Mutation mutation = Mutation::gaussian;
  double mutation_rate = 0.1;
  double mutation_size = 0.3;
  double initial_size = 1;
  int islands = 1;
  int migrate_every = 10;

  void fields(Fields& f);
  void check(std::size_t genes, Issues& issues) const;
};

class GeneticAlgorithm final : public PopulationSearch {
 public:
  using Settings = GeneticSettings;

  // `scale`: of each gene, where the population begins; 0 begins at 0.
  GeneticAlgorithm(const Settings& settings, std::span<const float> scale, Seed seed);

  const Matrix& population() const override { return population_; }
  void tell(std::span<const double> fitness) override;
  std::span<const float> best() const override { return best_; }
  double step_size() const override;  // the mean of the individuals'
  // What was told before counts no more: the measure has changed.
  void forget_measurements();
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  // Makes an island's next generation from its present one: places from `first` on.
  struct Next;
  double deviation() const;
  std::vector<double> less_errors(double doubt) const;
  std::size_t find_champion() const;
  void breed(std::size_t first, std::span<const double> fitness, std::size_t champion, Next& next);
  std::size_t select(std::span<const std::size_t> order, std::span<const double> fitness);
  void cross(std::span<const float> a, std::span<const float> b, std::span<float> child);
  void mutate(std::span<float> child, double size);
  std::span<const float> row(std::size_t i) const;

  Settings settings_;
  Random random_;
  Matrix population_;
  std::vector<double> sizes_;  // of mutations, of each individual
  // Of each individual's measurements; squares are of their sizes.
  std::vector<double> sums_, squares_, times_;
  std::int64_t generation_ = 0;
  std::vector<float> best_;
};

}  // namespace sandlot
