// Novelty search: individuals are selected for doing what none has done before, not for how well
// they do (Lehman & Stanley 2011, "Abandoning objectives: evolution through the search for novelty
// alone", section 3).
//
// Novelty is the mean distance of a behaviour to the nearest `neighbours` others, in the population
// and in an archive of behaviours from the whole run. A behaviour goes to the archive where its
// novelty is above a threshold, which moves: more than four in a generation raise it by a fifth,
// ten generations with none lower it by a twentieth. With `minimal`, individuals whose return is
// below a least one are of no novelty (Lehman & Stanley 2010, "Revising the evolutionary
// computation abstraction: minimal criteria novelty search").
//
// The search itself is the genetic algorithm, told novelty in the place of fitness, anew in each
// generation, since what was new grows old. The policy is the fittest individual that was found: it
// is measured again in each generation beside the others, and another takes its place that is
// better in the same episodes and better than the mean of all its measurements.
#pragma once

#include "agents/genetic/behaviour.h"
#include "agents/genetic/evolution.h"

namespace sandlot {

// Of behaviours as points: their distance to others.
class NoveltyArchive {
 public:
  NoveltyArchive(std::size_t axes, std::size_t neighbours, double threshold)
      : axes_(axes), neighbours_(neighbours), threshold_(threshold) {}

  // The novelty of each of `behaviours` [individuals, axes], among each other and those kept
  // before. Then those above the threshold are kept, and the threshold moves.
  std::vector<double> judge(std::span<const double> behaviours);

  std::size_t size() const { return kept_.size() / axes_; }
  std::span<const double> kept() const { return kept_; }  // [size, axes]
  double threshold() const { return threshold_; }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  std::size_t axes_, neighbours_;
  double threshold_;
  std::int64_t empty_ = 0;  // generations since one was kept
  std::vector<double> kept_;
};

class NoveltySearch final : public Generations {
 public:
  struct Settings {
    FlatNetworkSettings network;
    std::vector<std::int64_t> champions;
    GeneticSettings search;
    BehaviourSettings behaviour;
    int neighbours = 15;
    double threshold = 0.05;
    bool minimal = false;
    double least_return = 0;

    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  NoveltySearch(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  Policy& policy() override { return policy_; }
  // Of each generation: its best and mean fitness and its mean novelty; the behaviours in the
  // archive.
  std::vector<std::string> metrics() const override {
    return {"best", "mean", "novelty", "archive"};
  }
  std::string describe() const override;
  std::vector<Figure> figures() const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  const NoveltyArchive& archive() const { return archive_; }

 private:
  struct Champion {
    std::vector<float> genome;  // empty before the first generation was measured
    double sum = 0, times = 0;
  };

  std::size_t individuals() const override { return bred() + (champion_.genome.empty() ? 0 : 1); }
  std::size_t bred() const { return static_cast<std::size_t>(search_.population().rows()); }
  void take(std::size_t i) override { genome_ = i < bred() ? row(i) : champion_.genome; }
  std::span<const float> row(std::size_t i) const;
  void act(const VectorEnvironment& world, std::span<std::int32_t> actions,
           std::span<float> continuous) override;
  void forget(int row) override { policy_.network().forget(row); }
  void tell(TrainingContext& training, std::span<const double> fitness) override;
  void find_champion(std::span<const double> fitness);

  Settings settings_;
  EvolvedPolicy policy_;
  Behaviour behaviour_;
  GeneticAlgorithm search_;
  NoveltyArchive archive_;
  Champion champion_;
  std::span<const float> genome_;  // of the individual that acts
};

}  // namespace sandlot
