// The finite worlds: optimal values on their models, and the models against play.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <map>
#include <queue>
#include <tuple>
#include <vector>

#include "envs/classic/blackjack.h"
#include "envs/classic/cliff_walking.h"
#include "envs/classic/dyna_maze.h"
#include "envs/classic/frozen_lake.h"
#include "envs/classic/random_walk.h"
#include "envs/classic/taxi.h"
#include "envs/classic/windy_gridworld.h"

using namespace sandlot;
using namespace sandlot::classic;

namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

double action_value(const TabularModel& model, int s, int a, double discount,
                    const std::vector<double>& values) {
  double q = 0;
  for (const auto& o : model.outcomes[at(s * model.actions + a)])
    q += o.probability * (o.reward + (o.terminated ? 0 : discount * values[at(o.next_state)]));
  return q;
}

// Value iteration; with `epsilon`, the best among the policies that act at random that often.
std::vector<double> solve(const TabularModel& model, double discount, double epsilon = 0) {
  std::vector<double> values(at(model.states));
  for (double change = 1; change > 1e-12;) {
    change = 0;
    for (int s = 0; s < model.states; ++s) {
      double best = -1e300, mean = 0;
      for (int a = 0; a < model.actions; ++a) {
        const double q = action_value(model, s, a, discount, values);
        best = std::max(best, q);
        mean += q / model.actions;
      }
      const double value = (1 - epsilon) * best + epsilon * mean;
      change = std::max(change, std::abs(value - values[at(s)]));
      values[at(s)] = value;
    }
  }
  return values;
}

double start_value(const TabularModel& model, const std::vector<double>& values) {
  double sum = 0;
  for (int s = 0; s < model.states; ++s) sum += model.start[at(s)] * values[at(s)];
  return sum;
}

double optimum(const Environment& env, double discount = 1, double epsilon = 0) {
  const auto model = env.model();
  return start_value(*model, solve(*model, discount, epsilon));
}

int observed(const Environment& env) {
  float value = -1;
  env.observe({&value, 1});
  return static_cast<int>(value);
}

// Plays at random and compares what happens with the model: nothing may occur that the model does
// not have, and no outcome may occur much more or less often than it says.
template <class Env>
void check_model_by_play(Env env, int steps) {
  const auto model = env.model();
  REQUIRE(model != nullptr);
  const int states = env.spec().observation.n, actions = env.spec().action.n;
  REQUIRE(model->states == states);
  REQUIRE(model->actions == actions);
  REQUIRE(model->outcomes.size() == at(states * actions));
  for (const auto& outcomes : model->outcomes) {
    double sum = 0;
    for (const auto& o : outcomes) sum += o.probability;
    REQUIRE(sum == doctest::Approx(1).epsilon(1e-12));
  }

  using Key = std::tuple<int, double, bool>;
  std::vector<std::map<Key, int>> seen(at(states * actions));
  std::vector<int> starts(at(states));
  Random random(7);
  int episodes = 0;
  Status status = Status::terminated;
  for (int t = 0; t < steps; ++t) {
    if (status != Status::running) {
      env.reset(derive(11, "episode", at(episodes)));
      ++starts[at(observed(env))];
      ++episodes;
    }
    const int s = observed(env);
    const int a = static_cast<int>(random.below(static_cast<std::uint32_t>(actions)));
    const StepResult result = env.step({.index = a, .values = {}});
    status = result.status;
    ++seen[at(s * actions + a)][{observed(env), result.reward, status == Status::terminated}];
  }
  // Bernstein's bound, which holds for rare outcomes too: each check fails by chance once in 4
  // million.
  const auto agrees = [](int count, int trials, double p) {
    constexpr double log_odds = 16;
    return std::abs(count - trials * p) <=
           std::sqrt(2 * log_odds * trials * p * (1 - p)) + 2 * log_odds / 3 + 1e-6;
  };
  for (std::size_t pair = 0; pair < seen.size(); ++pair) {
    int trials = 0;
    for (const auto& [key, count] : seen[pair]) trials += count;
    std::map<Key, double> expected;
    for (const auto& o : model->outcomes[pair])
      expected[{o.next_state, static_cast<float>(o.reward), o.terminated}] += o.probability;
    for (const auto& [key, count] : seen[pair]) REQUIRE(expected.count(key) == 1);
    for (const auto& [key, p] : expected) {
      CAPTURE(pair);
      CAPTURE(trials);
      CAPTURE(std::get<0>(key));
      CHECK(agrees(seen[pair].count(key) ? seen[pair][key] : 0, trials, p));
    }
  }
  for (int s = 0; s < states; ++s) CHECK(agrees(starts[at(s)], episodes, model->start[at(s)]));
}

}  // namespace

TEST_CASE("cliff walking: optimal values of the book and of epsilon-soft policies") {
  const CliffWalking env;
  CHECK(optimum(env) == doctest::Approx(-13).epsilon(1e-9));
  CHECK(optimum(env, 1, 0.1) == doctest::Approx(-20.71).epsilon(0.0003));
}

TEST_CASE("cliff walking: falling costs 100, leads to the start and does not end the episode") {
  CliffWalking env;
  env.reset(1);
  StepResult result = env.step({.index = 1, .values = {}});
  CHECK(result.reward == -100);
  CHECK(result.status == Status::running);
  CHECK(observed(env) == 36);
  EventSink sink;
  env.events(sink);
  REQUIRE(sink.list().size() == 1);
  CHECK(sink.list()[0].name == "fell");
  env.step({.index = 0, .values = {}});
  for (int i = 0; i < 11; ++i) env.step({.index = 1, .values = {}});
  result = env.step({.index = 2, .values = {}});
  CHECK(result.reward == -1);
  CHECK(result.status == Status::terminated);
  CHECK(observed(env) == 47);
}

TEST_CASE("windy gridworld: steps to the goal with each set of moves") {
  CHECK(optimum(WindyGridworld()) == doctest::Approx(-15));
  CHECK(optimum(WindyGridworld({.kings_moves = true})) == doctest::Approx(-7));
  CHECK(optimum(WindyGridworld({.kings_moves = true, .stay = true})) == doctest::Approx(-7));
  CHECK(WindyGridworld({.kings_moves = true, .stay = true}).spec().action.n == 9);
  CHECK(WindyGridworld({.stay = true}).spec().action.n == 5);
  CHECK(optimum(WindyGridworld(), 1, 0.1) == doctest::Approx(-17.05).epsilon(0.0005));
}

TEST_CASE("mazes: the shortest ways, and the change after its steps") {
  const auto shortest = [](const Environment& env) {
    return 1 + std::lround(std::log(optimum(env, 0.95)) / std::log(0.95));
  };
  using Maze = DynaMaze::Maze;
  CHECK(shortest(DynaMaze()) == 14);
  for (const auto& [maze, before, after, book] :
       {std::tuple{Maze::blocking, 10, 16, 1000}, std::tuple{Maze::shortcut, 16, 10, 3000}}) {
    for (const int change : {-1, 20}) {
      DynaMaze env({.maze = maze, .change_after = change});
      const int steps = change < 0 ? book : change;
      env.reset(1);
      for (int i = 0; i < steps; ++i) {
        REQUIRE(shortest(env) == before);
        if (i % 7 == 0) env.reset(1);  // the count goes on over episodes
        env.step({.index = 2, .values = {}});
      }
      CHECK(shortest(env) == after);
      Writer out;
      env.save(out);
      DynaMaze other({.maze = maze, .change_after = change});
      Reader in(out.bytes());
      other.load(in);
      CHECK(shortest(other) == after);
      other.reset(3);
      CHECK(shortest(other) == after);
    }
    CHECK(shortest(DynaMaze({.maze = maze, .change_after = 0})) == before);
  }
}

TEST_CASE("random walk: the model's values are the closed form's") {
  for (const auto& settings :
       {RandomWalk::Settings{}, RandomWalk::Settings{.states = 19, .left_reward = -1}}) {
    const RandomWalk env(settings);
    const auto values = solve(*env.model(), 1);
    const auto truth = env.true_values();
    REQUIRE(values.size() == truth.size());
    for (std::size_t s = 0; s < values.size(); ++s)
      CHECK(values[s] == doctest::Approx(truth[s]).epsilon(1e-8));
  }
  CHECK(RandomWalk().true_values()[1] == doctest::Approx(1.0 / 6));
  CHECK(RandomWalk({.states = 19, .left_reward = -1}).true_values()[1] == doctest::Approx(-0.9));
}

TEST_CASE("frozen lake: known optimal values") {
  using Map = FrozenLake::Map;
  // 14/17: the chance to reach the goal at all on the 4 × 4 map. The 8 × 8 map can be crossed
  // safely.
  CHECK(optimum(FrozenLake()) == doctest::Approx(14.0 / 17).epsilon(1e-6));
  CHECK(optimum(FrozenLake(), 0.99) == doctest::Approx(0.5420259).epsilon(1e-5));
  CHECK(optimum(FrozenLake({.map = Map::large}), 0.99) == doctest::Approx(0.4146).epsilon(2e-4));
  CHECK(optimum(FrozenLake({.map = Map::small, .slippery = false}), 0.5) ==
        doctest::Approx(std::pow(0.5, 5)));
  CHECK(optimum(FrozenLake({.map = Map::large, .slippery = false}), 0.5) ==
        doctest::Approx(std::pow(0.5, 13)));
  CHECK(FrozenLake().spec().step_limit == 100);
  CHECK(FrozenLake({.map = Map::large}).spec().step_limit == 200);
}

TEST_CASE("frozen lake: a map of one's own, and what is wrong with bad ones") {
  struct Collect : Issues {
    std::vector<std::string> lines;
    void add(std::string_view path, std::string_view message) override {
      lines.push_back(std::string(path) + ": " + std::string(message));
    }
  };
  const auto errors = [](std::vector<std::string> rows) {
    Collect issues;
    FrozenLake::Settings{.map = FrozenLake::Map::custom, .rows = std::move(rows)}.check(issues);
    return issues.lines;
  };
  using Lines = std::vector<std::string>;
  CHECK(errors({"SFG"}).empty());
  CHECK(errors({}) == Lines{"rows: expected rows of the letters S, F, H and G"});
  CHECK(errors({"SFG", "FF"}) == Lines{"rows: row 2 has 2 letters, row 1 has 3"});
  CHECK(errors({"SFG", "FxF"}) == Lines{"rows: row 2, column 2: expected S, F, H or G, not 'x'"});
  CHECK(errors({"FFF"}) == Lines{"rows: expected a start S", "rows: expected a goal G"});
  CHECK(errors({"SHG", "FHF", "FHS"}) ==
        Lines{"rows: no way over F leads from the S in row 1, column 1 to a G"});
  CHECK(errors({std::string(101, 'S')}) ==
        Lines{"rows: expected at most 100 rows of at most 100 letters"});
  CHECK_THROWS_WITH_AS(FrozenLake({.map = FrozenLake::Map::custom, .rows = {"S", "GG"}}),
                       "frozen_lake: row 2 has 2 letters, row 1 has 1", std::invalid_argument);

  FrozenLake two({.map = FrozenLake::Map::custom, .rows = {"SFS", "FGF"}, .slippery = false});
  CHECK(two.model()->start == std::vector<double>{0.5, 0, 0.5, 0, 0, 0});
  check_model_by_play(std::move(two), 20000);
}

TEST_CASE("taxi: the optimal return of each start is that of the shortest drives") {
  // The second way: breadth-first search on the printed map of the world, walls as characters.
  const std::vector<std::string> map{"R  | : :G",
                                     " : | : : ", " : : : : ", " | : | : ", "Y| : |B: "};
  const auto distances = [&](Cell from) {
    std::vector<int> distance(25, -1);
    std::queue<Cell> open;
    open.push(from);
    distance[at(from.row * 5 + from.column)] = 0;
    const auto visit = [&](Cell c, int d) {
      if (c.row < 0 || c.row > 4 || c.column < 0 || c.column > 4) return;
      int& known = distance[at(c.row * 5 + c.column)];
      if (known < 0) {
        known = d;
        open.push(c);
      }
    };
    while (!open.empty()) {
      const Cell c = open.front();
      open.pop();
      const int d = distance[at(c.row * 5 + c.column)] + 1;
      const std::string& row = map[at(c.row)];
      visit({c.row - 1, c.column}, d);
      visit({c.row + 1, c.column}, d);
      if (c.column < 4 && row[at(2 * c.column + 1)] != '|') visit({c.row, c.column + 1}, d);
      if (c.column > 0 && row[at(2 * c.column - 1)] != '|') visit({c.row, c.column - 1}, d);
    }
    return distance;
  };
  const Taxi env;
  const auto model = env.model();
  const auto values = solve(*model, 1);
  int starts = 0;
  double mean = 0;
  for (int s = 0; s < Taxi::states; ++s) {
    if (model->start[at(s)] == 0) continue;
    ++starts;
    const Taxi::State state = Taxi::decode(s);
    CHECK(Taxi::encode(state) == s);
    const Cell from = Taxi::depots[at(state.passenger)], to = Taxi::depots[at(state.destination)];
    const int steps = distances(state.taxi)[at(from.row * 5 + from.column)] + 1 +
                      distances(from)[at(to.row * 5 + to.column)] + 1;
    CHECK(values[at(s)] == doctest::Approx(21 - steps));
    mean += (21.0 - steps) / 300;
  }
  CHECK(starts == 300);
  CHECK(start_value(*model, values) == doctest::Approx(mean));
  CHECK(mean == doctest::Approx(7.93).epsilon(0.001));
}

TEST_CASE("blackjack: optimal values under each rule") {
  using Natural = Blackjack::Natural;
  CHECK(optimum(Blackjack()) == doctest::Approx(-0.0431).epsilon(0.002));
  CHECK(optimum(Blackjack({.natural = Natural::gymnasium})) ==
        doctest::Approx(-0.0466).epsilon(0.002));
  CHECK(optimum(Blackjack({.natural = Natural::bonus})) >
        optimum(Blackjack({.natural = Natural::gymnasium})));
}

TEST_CASE("blackjack: the optimal policy is figure 5.2's") {
  const Blackjack env;
  const auto model = env.model();
  const auto values = solve(*model, 1);
  const auto hits = [&](int sum, int dealer, bool soft) {
    const int s = Blackjack::encode({sum, dealer, soft, false});
    return action_value(*model, s, Blackjack::hit, 1, values) >
           action_value(*model, s, Blackjack::stick, 1, values);
  };
  for (int dealer = 1; dealer <= 10; ++dealer) {
    for (int sum = 11; sum <= 21; ++sum) {
      const bool weak = dealer >= 2 && dealer <= 6;
      const int hard_limit = dealer == 2 || dealer == 3 ? 13 : weak ? 12 : 17;
      CAPTURE(dealer);
      CAPTURE(sum);
      CHECK(hits(sum, dealer, false) == (sum < hard_limit));
      if (sum >= 12)
        CHECK(hits(sum, dealer, true) == (sum < (dealer >= 9 || dealer == 1 ? 19 : 18)));
    }
  }
}

TEST_CASE("blackjack: observations name their parts") {
  for (int i = 0; i < Blackjack::states; ++i) CHECK(Blackjack::encode(Blackjack::decode(i)) == i);
  CHECK(Blackjack::describe(Blackjack::encode({16, 10, false, false})) == "16 against 10");
  CHECK(Blackjack::describe(Blackjack::encode({18, 1, true, false})) == "soft 18 against ace");
  CHECK(Blackjack::describe(Blackjack::encode({21, 7, true, true})) == "natural against 7");
  CHECK(Blackjack::describe(Blackjack::bust) == "bust");
}

TEST_CASE("models agree with play") {
  check_model_by_play(CliffWalking(), 50000);
  check_model_by_play(WindyGridworld(), 50000);
  check_model_by_play(WindyGridworld({.kings_moves = true, .stay = true, .stochastic_wind = true}),
                      200000);
  check_model_by_play(DynaMaze(), 50000);
  check_model_by_play(RandomWalk(), 50000);
  check_model_by_play(RandomWalk({.states = 19, .left_reward = -1}), 50000);
  check_model_by_play(FrozenLake(), 100000);
  check_model_by_play(FrozenLake({.map = FrozenLake::Map::large}), 100000);
  check_model_by_play(Taxi(), 200000);
  for (const auto natural :
       {Blackjack::Natural::book, Blackjack::Natural::gymnasium, Blackjack::Natural::bonus})
    for (const bool exploring : {false, true})
      check_model_by_play(Blackjack({.natural = natural, .exploring_starts = exploring}), 300000);
}
