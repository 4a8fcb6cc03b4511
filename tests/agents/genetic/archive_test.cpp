// Searches that keep more than a population: seeds, an archive of behaviour, and what was lived.
#include <doctest/doctest.h>

#include <cmath>

#include "agents/genetic/deep_ga.h"
#include "agents/genetic/map_elites.h"
#include "agents/genetic/novelty_search.h"
#include "envs/classic/cart_pole.h"
#include "envs/classic/mountain_car.h"
#include "sim/core/batch.h"
#include "tests/agents/tabular/plain_training.h"

using namespace sandlot;

namespace {

Batch<classic::CartPole> cart_pole(int copies, Seed seed) {
  return {copies, {}, seed, 1, [] { return classic::CartPole(); }};
}

struct Collect final : Issues {
  std::string all;
  void add(std::string_view path, std::string_view message) override {
    all += std::string(path) + ": " + std::string(message) + "\n";
  }
};

}  // namespace

TEST_CASE("deep ga: a chain of seeds stands for its weights, each seed adds a little noise") {
  auto world = cart_pole(1, 1);
  DeepGa::Settings settings;
  settings.network.hidden = {32};
  settings.population = 10;
  settings.parents = 3;
  DeepGa agent(settings, world.spec(), 1, 1);
  std::vector<float> first, again, child;
  agent.express(std::vector<Seed>{7}, first);
  agent.express(std::vector<Seed>{7}, again);
  CHECK(first == again);
  CHECK(first.size() == 4 * 32 + 32 + 32 * 2 + 2);
  agent.express(std::vector<Seed>{7, 8}, child);
  double squares = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double d = static_cast<double>(child[i]) - static_cast<double>(first[i]);
    squares += d * d;
  }
  CHECK(std::sqrt(squares / static_cast<double>(first.size())) ==
        doctest::Approx(0.02).epsilon(0.2));
}

TEST_CASE("deep ga: chains grow by one seed a generation and the pole is held longer") {
  // Over seeds 1 to 10 the best of the last generation held for 500 steps on all.
  auto world = cart_pole(2, 2);
  world.reset();
  DeepGa::Settings settings;
  settings.network.hidden = {16};
  settings.population = 60;
  settings.parents = 10;
  settings.mutation_size = 0.3;
  DeepGa agent(settings, world.spec(), 2, 2);
  PlainTraining training(world, 150000);
  agent.train(training);
  std::size_t longest = 0;
  for (const auto& one : agent.population()) longest = std::max(longest, one.seeds.size());
  CHECK(longest > 2);
  double last = 0;
  for (std::size_t i = training.records.size() - 120; i < training.records.size(); ++i)
    last = std::max(last, training.records[i].episode_return);
  CHECK(last >= 400);
}

TEST_CASE("map-elites: cells fill, each with the best that behaved so; the heat map shows them") {
  auto world = cart_pole(2, 3);
  world.reset();
  MapElites::Settings settings;
  settings.network.hidden = {4};
  settings.population = 50;
  settings.first = 100;
  settings.cells = 10;
  settings.behaviour = {{"length", "angle"}, {0, -0.1}, {500, 0.1}};
  Collect issues;
  settings.check(world.spec(), 2, issues);
  CHECK(issues.all.empty());
  MapElites agent(settings, world.spec(), 2, 3);
  PlainTraining training(world, 100000);
  agent.train(training);
  CHECK(agent.filled() > 10);
  const auto figures = agent.figures();
  const Figure& heat = figures.back();
  REQUIRE(heat.values.size() == 100);
  // The first axis is the fitness here: a column's elites lasted as long as it says.
  int shown = 0;
  for (int row = 0; row < 10; ++row)
    for (int column = 0; column < 10; ++column) {
      const double v = heat.values[static_cast<std::size_t>(row * 10 + column)];
      if (!std::isfinite(v)) continue;
      ++shown;
      if (column < 9) CHECK(v < 50 * (column + 1) + 250);  // measured again, it may be luckier
    }
  CHECK(shown == agent.filled());
}

TEST_CASE("behaviour: axes by name, by number, and what is refused") {
  const EnvironmentSpec spec = classic::CartPole().spec();
  using Kind = Watched::Kind;
  const Behaviour behaviour({{"return", "velocity", "highest 3"}, {0, -1, -1}, {100, 1, 1}}, spec);
  REQUIRE(behaviour.watched().size() == 2);
  CHECK(behaviour.watched()[0].column == 1);
  CHECK(behaviour.watched()[0].kind == Kind::mean);
  CHECK(behaviour.watched()[1].column == 3);
  CHECK(behaviour.watched()[1].kind == Kind::highest);
  const std::vector<double> values{0, 5};
  CHECK(behaviour.of(7, 25, values) == std::vector<double>{0.25, 0.5, 3});
  EnvironmentSpec with_figures = spec;
  with_figures.metrics = {"far", "high"};
  const Behaviour figure({{"high", "final 0"}, {0, 0}, {1, 1}}, with_figures);
  CHECK(figure.watched()[0].kind == Kind::metric);
  CHECK(figure.watched()[0].column == 1);
  CHECK(figure.watched()[1].kind == Kind::final);
  Collect issues;
  BehaviourSettings wrong{{"final speed"}, {0}, {0}};
  wrong.check(spec, 2, issues);
  CHECK(issues.all ==
        "axes: expected 2\n"
        "axes: 'final speed' is neither length nor return nor a value of what cart_pole shows\n"
        "high: expected more than low\n");
}

TEST_CASE("behaviour: means are over steps, ends and extremes over episodes") {
  using Kind = Watched::Kind;
  const std::vector<Watched> watched{
      {Kind::mean, 0}, {Kind::final, 0}, {Kind::highest, 0}, {Kind::lowest, 0}, {Kind::metric, 1}};
  Watcher watcher(watched, 2);
  for (int individual = 0; individual < 2; ++individual) {  // nothing is left of the first
    watcher.begin();
    const auto see = [&](int row, float value) { watcher.see(row, std::vector<float>{value}); };
    see(0, 1);
    see(1, -4);
    see(0, 3);
    watcher.end(1, std::vector<float>{-6}, std::vector<double>{9, 10});
    see(0, 2);
    watcher.end(0, std::vector<float>{0}, std::vector<double>{9, 20});
    std::vector<double> values;
    watcher.write(values);
    // Steps 1, 3, 2 and −4; ends 0 and −6; highest 3 and −4, lowest 0 and −6.
    CHECK(values == std::vector<double>{0.5, -3, -0.5, -3, 15});
  }
}

TEST_CASE("novelty: the mean distance to the nearest, in the population and among those kept") {
  NoveltyArchive archive(2, 2, 2);
  // Points (0, 0), (3, 4), (0, 1): distances 5, 1 and √18.
  const auto first = archive.judge(std::vector<double>{0, 0, 3, 4, 0, 1});
  CHECK(first[0] == doctest::Approx(3));
  CHECK(first[1] == doctest::Approx((5 + std::sqrt(18.0)) / 2));
  CHECK(first[2] == doctest::Approx((1 + std::sqrt(18.0)) / 2));
  REQUIRE(archive.size() == 3);
  // One alone is judged by the archive: the nearest two of (0, 0), (3, 4), (0, 1) to (0, 3).
  const auto second = archive.judge(std::vector<double>{0, 3});
  CHECK(second[0] == doctest::Approx((2 + 3) / 2.0));
  CHECK(archive.size() == 4);
  CHECK(archive.threshold() == 2);
  for (int i = 0; i < 9; ++i) archive.judge(std::vector<double>{0, 0.5});
  CHECK(archive.threshold() == 2);
  archive.judge(std::vector<double>{0, 0.5});
  CHECK(archive.threshold() == doctest::Approx(1.9));
  CHECK(archive.size() == 4);
  std::vector<double> many;
  for (int i = 0; i < 5; ++i) many.insert(many.end(), {100.0 * i, 50});
  archive.judge(many);
  CHECK(archive.size() == 9);
  CHECK(archive.threshold() == doctest::Approx(1.9 * 1.2));
}

TEST_CASE("novelty search: the car comes up the hill though nobody asks it to") {
  // After as many steps the champions of seeds 1 to 40 had returns of −182 to −113.
  Batch<classic::MountainCar> world(2, {}, 5, 1, [] { return classic::MountainCar(); });
  world.reset();
  NoveltySearch::Settings settings;
  settings.network.hidden = {8};
  settings.search.population = 40;
  settings.behaviour = {{"highest position", "lowest position"}, {-1.2, -1.2}, {0.6, 0.6}};
  Collect issues;
  settings.check(world.spec(), 2, issues);
  CHECK(issues.all.empty());
  NoveltySearch agent(settings, world.spec(), 2, 5);
  PlainTraining training(world, 80000);
  agent.train(training);
  CHECK(agent.archive().size() > 20);
  std::vector<double> best;  // of the champion: played in new episodes
  Batch<classic::MountainCar> fresh(20, {}, 99, 1, [] { return classic::MountainCar(); });
  fresh.reset();
  std::vector<std::int32_t> actions(20);
  Random random;
  double sum = 0;
  int ended = 0;
  for (int step = 0; step < 200; ++step) {
    agent.policy().act(20, fresh.observations(), {}, actions, {}, random);
    fresh.step({.discrete = actions});
    for (const auto& record : fresh.finished())
      if (++ended <= 20) sum += record.episode_return;
  }
  CHECK(sum / 20 > -190);
}

TEST_CASE("generation log: quantiles, species stacked, and few enough generations") {
  GenerationLog log;
  CHECK(log.figures().empty());
  for (int g = 0; g < 3000; ++g) {
    const double base = g;
    log.add(std::vector<double>{base + 3, base + 1, base + 2, base, base + 4});
    const std::vector<std::int64_t> numbers{0, 1 + g / 1000}, members{2, 3};
    log.add_species(numbers, members);
  }
  CHECK(log.generations() == 3000);
  Writer out;
  log.save(out);
  GenerationLog loaded;
  Reader in(out.bytes());
  loaded.load(in);
  const auto figures = loaded.figures();
  REQUIRE(figures.size() == 2);
  const Figure& fitness = figures[0];
  CHECK(fitness.x.size() == 750);  // every fourth one
  CHECK(fitness.x[1] == 4);
  CHECK(fitness.series[0].y[1] == 8);                     // best
  CHECK(fitness.series[1].y[1] == doctest::Approx(7.6));  // 90 %
  CHECK(fitness.series[2].y[1] == 6);                     // median
  CHECK(fitness.series[3].y[1] == 6);                     // mean
  CHECK(fitness.series[4].y[1] == doctest::Approx(4.4));  // 10 %
  const Figure& species = figures[1];
  REQUIRE(species.series.size() == 4);
  for (std::size_t i = 0; i < species.x.size(); ++i) {
    double sum = 0;
    for (const auto& s : species.series) sum += s.y[i];
    CHECK(sum == 5);
  }
}

TEST_CASE("genealogy: the line of mothers is kept, the dead without children are forgotten") {
  Genealogy tree;
  tree.add({.number = 0, .born = 0, .fitness = 1});
  tree.add({.number = 1, .born = 0, .fitness = 2});
  tree.add({.number = 2, .mother = 1, .father = 0, .born = 1, .fitness = 3});
  tree.add({.number = 3, .mother = 2, .born = 2, .fitness = 4});
  tree.add({.number = 4, .mother = 0, .born = 2, .fitness = 0});
  tree.add({.number = 3, .mother = 2, .born = 3, .fitness = 5});  // measured again
  CHECK(tree.size() == 5);
  const std::vector<std::int64_t> living{3};
  tree.keep(living);
  CHECK(tree.size() == 3);
  const Figure figure = tree.figure(3);
  REQUIRE(figure.points.size() == 3);
  CHECK(figure.points[0].y == 2);
  CHECK(figure.points[1].parents[0] == 0);
  CHECK(figure.points[2].parents[0] == 1);
  CHECK(figure.points[2].y == 5);
  CHECK(figure.points[2].label.starts_with("champion 3"));
  CHECK(figure.points[1].label.ends_with("with 0"));
}
