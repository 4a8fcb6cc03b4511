// Symmetries, what the network sees and learns, giving up, and broken runs.
#include "agents/alpha_zero/alpha_zero.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "envs/classic/connect_four.h"
#include "envs/classic/tic_tac_toe.h"
#include "envs/go/go.h"
#include "learners/network/torsos.h"
#include "sim/core/batch.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;

namespace {

go::Go::Settings go_alone(int size, int history = 1) {
  go::Go::Settings s;
  s.size = size;
  s.history = history;
  s.opponent = go::Go::Opponent::none;
  return s;
}

const classic::TicTacToe::Settings kPlanes{
    .board = {.observation = classic::TicTacToeRules::Observation::planes},
    .opponent = classic::Opponent::none,
    .turn = {}};

AlphaZeroSettings small(std::vector<std::int64_t> hidden = {16}) {
  AlphaZeroSettings settings;
  auto mlp = std::make_shared<TypedNetworkFactory<Mlp>>();
  mlp->settings.hidden = std::move(hidden);
  settings.network.learner.set("mlp", mlp);
  settings.heads = {8};
  settings.self_play.simulations = 8;
  settings.replay = {.capacity = 300, .start = 40};
  settings.batch = 16;
  return settings;
}

template <class World, class Settings>
std::unique_ptr<VectorEnvironment> batch_of(const Settings& settings, int copies) {
  return std::make_unique<Batch<World>>(copies, WrapperSettings{}, 3, 1,
                                        [settings] { return World(settings); });
}

// A game and its picture under a symmetry, played side by side.
void check_symmetries(const TwoPlayerGame& begin, std::size_t width, std::size_t count) {
  const auto symmetries = begin.symmetries();
  REQUIRE(symmetries.size() == count);
  std::vector<float> seen(width), turned(width), other(width);
  std::vector<std::int32_t> candidates, mapped;
  Random random(4);
  for (std::size_t k = 0; k < count; ++k) {
    const Symmetry& s = symmetries[k];
    const auto identity = std::is_sorted(s.cells.begin(), s.cells.end());
    CHECK(identity == (k == 0));
    for (std::size_t j = 0; j < k; ++j) CHECK(symmetries[j].cells != s.cells);
    const auto game = begin.clone(), picture = begin.clone();
    while (!game->over()) {
      game->observe(seen);
      picture->observe(other);
      transform(s, seen, turned);
      REQUIRE(turned == other);
      game->candidates(candidates);
      const auto action = candidates[random.below(static_cast<std::uint32_t>(candidates.size()))];
      for (auto& a : candidates) a = s.actions[static_cast<std::size_t>(a)];
      picture->candidates(mapped);
      std::sort(candidates.begin(), candidates.end());
      std::sort(mapped.begin(), mapped.end());
      REQUIRE(candidates == mapped);
      game->play(action);
      picture->play(s.actions[static_cast<std::size_t>(action)]);
    }
    CHECK(picture->over());
    CHECK(game->outcome() == picture->outcome());
  }
}

}  // namespace

TEST_CASE("symmetries: a turned game is the game, turned") {
  const go::Go go(go_alone(5, 3));
  check_symmetries(*go.game(), go.spec().observation.size(), 8);
  const classic::ConnectFour four(
      {.board = {.columns = 6, .rows = 5}, .opponent = classic::Opponent::none, .turn = {}});
  check_symmetries(*four.game(), four.spec().observation.size(), 2);
  const classic::TicTacToe three(kPlanes);
  check_symmetries(*three.game(), 18, 8);
  CHECK(classic::TicTacToe().game()->symmetries().empty());
  auto features = go_alone(5);
  features.observation = go::Go::Observation::features;
  CHECK(go::Go(features).game()->symmetries().empty());
}

TEST_CASE("games: they see what their worlds show, and start anew where these do") {
  const auto check = [](auto& world) {
    const std::size_t width = world.spec().observation.size();
    std::vector<float> seen(width), shown(width), first(width);
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(world.spec().action.n));
    Random random(2);
    world.reset(1);
    world.observe(first);
    StepResult result;
    while (result.status == Status::running) {
      const auto game = world.game();
      world.observe(shown);
      game->observe(seen);
      REQUIRE(seen == shown);
      game->restart();
      game->observe(seen);
      REQUIRE(seen == first);
      REQUIRE(game->moves().empty());
      world.legal_actions(mask);
      result =
          world.step({.index = uniform_action(world.spec().action.n, mask, random), .values = {}});
    }
  };
  for (const int history : {1, 2, 8}) {
    go::Go world(go_alone(4, history));
    check(world);
    auto settings = go_alone(9, history);
    settings.handicap = 3;
    settings.move_limit = 60;
    go::Go handicap(settings);
    check(handicap);
  }
  auto settings = go_alone(5);
  settings.observation = go::Go::Observation::features;
  go::Go features(settings);
  check(features);
  classic::TicTacToe three(kPlanes),
      index({.board = {}, .opponent = classic::Opponent::none, .turn = {}});
  check(three);
  check(index);
  classic::ConnectFour four({.board = {}, .opponent = classic::Opponent::none, .turn = {}});
  check(four);
}

TEST_CASE("games: of Go for the margin end with it") {
  auto settings = go_alone(5);
  settings.reward = go::Go::Reward::margin;
  settings.komi = 2.5;
  go::Go world(settings);
  world.reset(1);
  world.step({.index = 12, .values = {}});
  world.step({.index = 25, .values = {}});
  const auto game = world.game();
  game->play(25);
  REQUIRE(game->over());
  CHECK(game->outcome() == doctest::Approx((25 - 2.5) / 25));
  CHECK(world.step({.index = 25, .values = {}}).reward == game->outcome());
}

namespace {

// Tanh, since a difference across the kink of a ReLU is no slope.
std::shared_ptr<NetworkFactory> smooth_network(bool residual) {
  if (residual) {
    auto tower = std::make_shared<TypedNetworkFactory<Residual>>();
    tower->settings.channels = 3;
    tower->settings.blocks = 2;
    tower->settings.head_channels = 2;
    tower->settings.activation = Activation::tanh;
    return tower;
  }
  auto mlp = std::make_shared<TypedNetworkFactory<Mlp>>();
  mlp->settings.hidden = {6};
  mlp->settings.activation = Activation::tanh;
  return mlp;
}

void check_gradient(bool residual) {
  AlphaZeroSettings settings = small();
  settings.network.learner.set(residual ? "residual" : "mlp", smooth_network(residual));
  settings.augment = false;
  settings.value_weight = 0.7;
  const classic::TicTacToe world(kPlanes);
  AlphaZero agent(settings, world.spec(), 1, 5);
  PackedObservations seen(world.spec().observation);
  seen.resize(3);
  std::vector<float> row(18);
  Random random(1);
  for (std::size_t i = 0; i < 3; ++i) {
    for (float& x : row) x = random.bernoulli(0.4) ? 1.0f : 0.0f;
    seen.set(i, row);
    std::vector<std::uint16_t> visits(9);
    for (auto& v : visits)
      v = random.bernoulli(0.3) ? Positions::kNoAction
                                : static_cast<std::uint16_t>(random.below(9));
    visits[i] = 4;
    agent.positions().add(seen, i, visits, i == 0 ? 1.0f : i == 1 ? -1.0f : 0.25f);
  }
  const std::vector<std::size_t> batch{0, 1, 2};
  Network& network = agent.learner();
  std::vector<float> weights(network.parameter_count()), gradients(network.parameter_count());
  network.get_weights(weights);
  for (float& w : weights) w += 0.3f * static_cast<float>(random.normal());
  network.set_weights(weights);
  agent.differentiate(batch);
  network.get_gradients(gradients);
  const auto loss = [&](std::size_t i, float change) {
    auto moved = weights;
    moved[i] += change;
    network.set_weights(moved);
    const auto losses = agent.differentiate(batch);
    return losses.policy + settings.value_weight * losses.value;
  };
  double largest = 0;
  for (std::size_t i = 0; i < weights.size(); i += 3) {
    const double slope = (loss(i, 4e-3f) - loss(i, -4e-3f)) / 8e-3;
    CHECK(static_cast<double>(gradients[i]) == doctest::Approx(slope).epsilon(0.02).scale(0.1));
    largest = std::max(largest, std::abs(slope));
  }
  CHECK(largest > 0.1);
}

}  // namespace

TEST_CASE("alpha_zero: the gradient is that of the loss") {
  check_gradient(false);
  check_gradient(true);
}

TEST_CASE("alpha_zero: those who would have given up and not lost lower the threshold") {
  ResignationSettings settings{.below = -0.8, .play_on = 0.1, .most_wrong = 0.05};
  Resignation resignation(settings);
  for (int i = 0; i < 38; ++i) resignation.learn(-0.95, true);
  CHECK(resignation.threshold() == -0.8);
  resignation.learn(-0.9, false);  // 1 of 39
  CHECK(resignation.threshold() == -0.8);
  CHECK(resignation.wrong_share() == doctest::Approx(1.0 / 39));
  resignation.learn(-0.85, false);
  CHECK(resignation.threshold() == -0.8);  // 2 of 40: 5%
  resignation.learn(-0.82, false);
  CHECK(resignation.threshold() == -0.82);  // whoever is at −0.82 does not give up below it
  CHECK(resignation.wrong_share() == doctest::Approx(2.0 / 40));
  resignation.learn(0.3, false);
  CHECK(resignation.threshold() == -0.82);
  Writer out;
  resignation.save(out);
  Reader in(out.bytes());
  Resignation other(settings);
  other.load(in);
  CHECK(in.remaining() == 0);
  CHECK(other.threshold() == -0.82);
  // Old ones are forgotten.
  for (int i = 0; i < 400; ++i) other.learn(-0.9, true);
  CHECK(other.threshold() == -0.8);
}

TEST_CASE("alpha_zero: a broken run ends with the same bytes, whatever is switched on") {
  AlphaZeroSettings settings = small();
  settings.self_play.fast_simulations = 3;
  settings.self_play.fast_share = 0.4;
  settings.self_play.resign = {.below = -0.1, .play_on = 0.3, .most_wrong = 0.4};
  settings.gating = {.games = 4, .every = 5, .win_rate = 0.5, .simulations = 4};
  settings.symmetric = SymmetricEvaluation::random;
  const auto go = go_alone(4);
  const auto run = [&](bool broken) {
    auto world = batch_of<go::Go>(go, 3);
    auto agent = std::make_unique<AlphaZero>(settings, world->spec(), 3, 5);
    world->reset();
    TrainingLoop half(*world, broken ? 301 : 900);
    agent->train(half);
    if (!broken) return saved(*agent);
    const auto middle = saved(*agent);
    agent = std::make_unique<AlphaZero>(settings, world->spec(), 3, 6);
    Reader in(middle);
    agent->load(in);
    CHECK(in.remaining() == 0);
    CHECK(saved(*agent) == middle);
    TrainingLoop rest(*world, 0);
    rest.continue_from(half.steps(), half.episodes(), 900);
    agent->train(rest);
    return saved(*agent);
  };
  CHECK(run(false) == run(true));
  settings.self_play.random_moves = 3;
  settings.self_play.keep_tree = true;
  CHECK(run(false) == run(true));
}

TEST_CASE("alpha_zero: without chance all games are one, with drawn openings they differ") {
  AlphaZeroSettings settings = small();
  settings.self_play.noise = 0;
  settings.self_play.temperature = 0;
  settings.replay.start = 300;  // nothing is learnt
  const classic::TicTacToe world(kPlanes);
  const auto openings = [&](int random_moves) {
    settings.self_play.random_moves = random_moves;
    AlphaZero agent(settings, world.spec(), 1, 5);
    Evaluator evaluator(world.spec().observation, 9, SymmetricEvaluation::none);
    SelfPlayGames games(settings, world.spec(), 4, 5);
    Positions positions(world.spec().observation, 9, 300);
    games.begin(*world.game());
    std::set<std::vector<float>> first;  // positions that were learnt from
    for (int move = 0; move < 40; ++move) games.play(evaluator, agent.learner(), positions);
    std::vector<float> seen(18);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      positions.observation(i, seen);
      first.insert(seen);
    }
    return first;
  };
  const auto one = openings(0), many = openings(4);
  CHECK(one.size() <= 9);
  CHECK(many.size() > 30);
}

TEST_CASE("alpha_zero: against an opponent inside the world the games begin as without") {
  AlphaZeroSettings settings = small();
  auto with = go_alone(4);
  with.opponent = go::Go::Opponent::random;
  const auto train_in = [&](const go::Go::Settings& go) {
    auto world = batch_of<go::Go>(go, 2);
    AlphaZero agent(settings, world->spec(), 2, 5);
    train(agent, *world, 200);
    return saved(agent);
  };
  CHECK(train_in(with) == train_in(go_alone(4)));
}

TEST_CASE("alpha_zero: what cannot be is said before the run") {
  const classic::TicTacToe world(kPlanes);
  const auto issues = [&](auto change) {
    AlphaZeroSettings settings = small();
    change(settings);
    CollectedIssues all;
    settings.check(world.spec(), 1, all);
    return all.list;
  };
  CHECK(issues([](auto&) {}).empty());
  CHECK(issues([](auto& s) { s.replay = {.capacity = 10, .start = 11}; })[0] ==
        std::pair<std::string, std::string>(
            "replay.start", "is more than are kept: expected at most capacity, 10"));
  CHECK(issues([](auto& s) { s.search.simulations = 0; })[0] ==
        std::pair<std::string, std::string>("search.simulations",
                                            "expected simulations or seconds above 0"));
}

TEST_CASE("alpha_zero: a match against its like is about even, and both sides play") {
  AlphaZeroSettings settings = small();
  settings.gating = {.games = 60, .every = 1000, .win_rate = 0.55, .simulations = 6};
  const classic::TicTacToe world(kPlanes);
  AlphaZero agent(settings, world.spec(), 1, 5);
  // 0.38 to 0.56 over seeds 1 to 20.
  const double score = agent.match(*world.game());
  CHECK(score > 0.25);
  CHECK(score < 0.75);
}
