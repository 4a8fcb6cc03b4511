// Tree search on games whose values are known.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <unordered_map>

#include "agents/search/mcts.h"
#include "agents/search/world_game.h"
#include "envs/classic/connect_four.h"
#include "envs/classic/tic_tac_toe.h"
#include "envs/go/go.h"
#include "envs/go/search_game.h"
#include "sim/core/episode.h"
#include "tests/envs/go/diagram.h"

using namespace sandlot;
using namespace sandlot::classic;

namespace {

int searched(const TwoPlayerGame& game, const TreeSettings& settings, Seed seed = 1) {
  SearchTree tree(settings, seed);
  tree.set_root(game);
  tree.search();
  return tree.best_action();
}

template <class World>
double play_against(World& world, const TreeSettings& settings, int games) {
  MctsPolicy policy(settings, world.spec().action.n);
  Random random(5);
  double total = 0;
  for (Seed seed = 0; seed < static_cast<Seed>(games); ++seed) {
    world.reset(seed);
    policy.begin_episode(0);
    StepResult result;
    do {
      policy.look(0, world);
      std::int32_t action = -1;
      policy.act(1, {}, {}, std::span(&action, 1), {}, random);
      result = world.step({.index = action, .values = {}});
    } while (result.status == Status::running);
    total += static_cast<double>(result.reward);
  }
  return total;
}

TreeSettings budget(std::int64_t simulations) {
  TreeSettings settings;
  settings.simulations = simulations;
  return settings;
}

}  // namespace

TEST_CASE("search: never loses tic-tac-toe against perfect play") {
  for (const Turn turn : {Turn::first, Turn::second}) {
    TicTacToe world({.board = {}, .opponent = Opponent::perfect, .turn = turn});
    CHECK(play_against(world, budget(2000), 25) == 0);
  }
}

TEST_CASE("search: wins and blocks in Connect Four") {
  const auto at = [](const std::string& columns) {
    ConnectFourRules::State state(ConnectFourRules::Board{});
    std::vector<std::int32_t> moves;
    for (const char c : columns) {
      state.play(c - '1');
      moves.push_back(c - '1');
    }
    return TwoPlayerState<ConnectFourRules>(state, moves);
  };
  for (Seed seed = 1; seed <= 10; ++seed) {
    CHECK(searched(at("112233"), budget(400), seed) == 3);
    CHECK(searched(at("11223"), budget(400), seed) == 3);
    CHECK(searched(at(""), budget(3000), seed) == 3);  // the middle, the only winning column
  }
}

TEST_CASE("search: beats the heuristic player of Connect Four") {
  // 19.5 points of 20 over 10 times 20 games, the lowest 18.
  ConnectFour world({.board = {}, .opponent = Opponent::heuristic, .turn = Turn::either});
  CHECK(play_against(world, budget(500), 20) >= 17);
}

TEST_CASE("search: any world for two can be searched, move by move as the game itself") {
  TreeSettings settings = budget(300);
  Episode<TicTacToe> world(
      TicTacToe({.board = {}, .opponent = Opponent::none, .turn = Turn::either}),
      WrapperSettings{});
  world.reset(1);
  Random random(3);
  StepResult result;
  std::vector<std::uint8_t> mask(9);
  while (result.status == Status::running) {
    const WorldGame copied(world.clone());
    SearchTree by_world(settings, 7), by_game(settings, 7);
    by_world.set_root(copied);
    by_world.search();
    by_game.set_root(*world.game());
    by_game.search();
    REQUIRE(by_world.simulations() == by_game.simulations());
    const auto one = by_world.root_children(), two = by_game.root_children();
    REQUIRE(one.size() == two.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      REQUIRE(one[i].action == two[i].action);
      REQUIRE(one[i].visits == two[i].visits);
      REQUIRE(one[i].wins == two[i].wins);
    }
    world.legal_actions(mask);
    result = world.step({.index = uniform_action(9, mask, random), .values = {}});
  }
}

TEST_CASE("search: the same seed finds the same, another one other numbers") {
  const go::SearchGame game{go::Game(5)};
  TreeSettings settings = budget(500);
  settings.rave = 300;
  const auto wins = [&](Seed seed) {
    SearchTree tree(settings, seed);
    tree.set_root(game);
    tree.search();
    std::vector<float> all;
    for (const auto& child : tree.root_children()) all.push_back(child.wins);
    return all;
  };
  CHECK(wins(1) == wins(1));
  CHECK(wins(1) != wins(2));
}

TEST_CASE("search: what was found below the played moves is kept") {
  go::Game game(5);
  SearchTree tree(budget(2000), 1);
  tree.set_root(go::SearchGame(game));
  tree.search();
  CHECK(tree.simulations() == 2000);
  const auto line = tree.principal_variation(2);
  REQUIRE(line.size() == 2);
  std::int32_t visits = 0;
  for (const auto& child : tree.root_children())
    if (child.action == line[0]) visits = child.visits;
  game.play(game.board().vertex_of(line[0]));
  tree.set_root(go::SearchGame(game));
  CHECK(tree.reused() == visits);
  CHECK(tree.principal_variation(1)[0] == line[1]);
  game.play(game.board().vertex_of(line[1]));
  tree.set_root(go::SearchGame(game));
  CHECK(tree.reused() > 0);
  // Not what followed: a new tree.
  go::Game other(5);
  other.play(go::kPass);
  tree.set_root(go::SearchGame(other));
  CHECK(tree.reused() == 0);
}

TEST_CASE("search: widening looks at the actions that promise most, and at more with time") {
  const go::SearchGame game{go::Game(7)};
  std::vector<std::int32_t> candidates;
  game.candidates(candidates);
  for (const int simulations : {24, 99, 399}) {
    TreeSettings settings = budget(simulations);
    settings.rave = 300;
    settings.widening = 1;
    SearchTree tree(settings, 3);
    tree.set_root(game);
    tree.search();
    const auto all = tree.root_children();
    CHECK(all.size() == candidates.size());
    // ⌈√(N + 1)⌉ at the last of them.
    const auto most = static_cast<std::size_t>(std::ceil(std::sqrt(simulations)));
    std::size_t visited = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0) CHECK(all[i - 1].prior() >= all[i].prior());
      visited += all[i].visits > 0;
      if (all[i].visits > 0) CHECK(i < most);
    }
    CHECK(visited > 1);
  }
  // A power of 0 with a C above the actions is no widening at all, but for the order.
  TreeSettings wide = budget(200), plain = budget(200);
  wide.widening = 1000;
  wide.widening_power = 0;
  const auto visits = [&](const TreeSettings& settings) {
    TicTacToe world({.board = {}, .opponent = Opponent::none, .turn = {}});
    SearchTree tree(settings, 1);
    tree.set_root(*world.game());
    tree.search();
    std::vector<std::int32_t> found(9);
    for (const auto& child : tree.root_children())
      found[static_cast<std::size_t>(child.action)] = child.visits;
    return found;
  };
  CHECK(visits(wide) == visits(plain));
}

TEST_CASE("search: threads share a tree, and all simulations are counted") {
  TreeSettings settings = budget(3000);
  settings.threads = 3;
  settings.rave = 300;
  SearchTree tree(settings, 1);
  tree.set_root(go::SearchGame(go::Game(9)));
  tree.search();
  CHECK(tree.simulations() == 3000);
  std::int64_t below = 0;
  for (const auto& child : tree.root_children()) {
    CHECK(child.pending == 0);
    below += child.visits;
  }
  CHECK(below == 3000);
}

TEST_CASE("search: keeps to its seconds") {
  TreeSettings settings = budget(0);
  settings.seconds = 0.2;
  SearchTree tree(settings, 1);
  tree.set_root(go::SearchGame(go::Game(9)));
  const auto start = std::chrono::steady_clock::now();
  tree.search();
  const double spent =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(spent >= 0.2);
  CHECK(spent < 1);  // a loaded machine may be late
  CHECK(tree.simulations() > 50);
}

TEST_CASE("search: kills and lives in Go") {
  TreeSettings settings = budget(2000);
  settings.exploration = 0.2;
  settings.rave = 1000;
  settings.playouts = TwoPlayerGame::Playouts::heuristic;
  // The middle of three empty points in a row: there White makes two eyes, or Black prevents them.
  // With White alive Black has 15 points to 10, of which komi makes a loss.
  for (const go::Color mover : {go::kBlack, go::kWhite}) {
    go::Game game = go::diagram(R"(
        O . . . O
        O O O O O
        X X X X X
        . X . X .
        . . . . .
      )",
                                {.komi = 10});
    game.set_to_move(mover);
    // 40 of 40 seeds.
    int found = 0;
    for (Seed seed = 1; seed <= 5; ++seed)
      found += searched(go::SearchGame(game), settings, seed) == 2;
    CHECK(found >= 4);
  }
}

TEST_CASE("search: beats the heuristic player on 5×5") {
  go::Go::Settings world_settings;
  world_settings.size = 5;
  world_settings.komi = 0.5;
  go::Go world(world_settings);
  TreeSettings settings = budget(400);
  settings.rave = 300;
  settings.exploration = 0.3;
  settings.playouts = TwoPlayerGame::Playouts::heuristic;
  // All 12 games in each of 10 runs with other seeds.
  CHECK(play_against(world, settings, 12) >= 8);
}

TEST_CASE("search: refuses worlds that are no games for two, and acting blindly") {
  struct Found final : Issues {
    std::string text;
    void add(std::string_view path, std::string_view message) override {
      text += std::string(path) + ": " + std::string(message) + "\n";
    }
  };
  EnvironmentSpec spec;
  spec.name = "cart_pole";
  spec.action = Space::discrete(2);
  Mcts::Settings settings;
  settings.simulations = 0;
  Found found;
  settings.check(spec, 1, found);
  CHECK(found.text ==
        "name: needs a game for two; cart_pole is none\n"
        "simulations: expected simulations or seconds above 0\n");
  MctsPolicy policy(TreeSettings{}, 9);
  std::int32_t action = 0;
  Random random(1);
  CHECK_THROWS_WITH_AS(policy.act(1, {}, {}, std::span(&action, 1), {}, random),
                       "a search must look at the world before it acts", std::logic_error);
}
