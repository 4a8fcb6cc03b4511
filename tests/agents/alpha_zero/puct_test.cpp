// The tree search that a network guides, by figures worked out by hand.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "agents/alpha_zero/dirichlet.h"
#include "agents/alpha_zero/policy.h"
#include "agents/alpha_zero/puct_tree.h"
#include "envs/classic/connect_four.h"
#include "learners/network/torsos.h"

using namespace sandlot;

namespace {

// Two moves of two actions each, the players in turn; what player 0 gets stands in a table.
class TwoMoves final : public TwoPlayerGame {
 public:
  static constexpr std::array<float, 4> kEnds{0.5f, -1, 1, 0};  // by 2 · first + second
  std::unique_ptr<TwoPlayerGame> clone() const override {
    return std::make_unique<TwoMoves>(*this);
  }
  void assign(const TwoPlayerGame& other) override { *this = static_cast<const TwoMoves&>(other); }
  int actions() const override { return 2; }
  int player_to_move() const override { return static_cast<int>(moves_.size() % 2); }
  bool over() const override { return moves_.size() == 2; }
  float outcome() const override {
    return kEnds[static_cast<std::size_t>(2 * moves_[0] + moves_[1])];
  }
  void candidates(std::vector<std::int32_t>& out) const override { out = {0, 1}; }
  void play(int action) override { moves_.push_back(action); }
  std::span<const std::int32_t> moves() const override { return moves_; }
  void restart() override { moves_.clear(); }
  void observe(std::span<float> out) const override { out[0] = static_cast<float>(moves_.size()); }

 private:
  std::vector<std::int32_t> moves_;
};

double root_score(const PuctTree& tree, std::size_t child, double first_play) {
  const auto& c = tree.root_children()[child];
  const double n = tree.visits();
  const double q = c.visits > 0 ? c.value(0) : tree.root().value(0) - first_play;
  return q + (std::log((1 + n + 19652) / 19652) + 1.25) * static_cast<double>(c.prior) *
                 std::sqrt(n) / (1 + c.visits);
}

}  // namespace

TEST_CASE("puct: selection and backup by hand") {
  PuctTree tree(PuctSettings{});
  tree.set_root(TwoMoves());
  REQUIRE(tree.descend());
  tree.expand(std::array{0.6f, 0.4f}, 0.2);
  CHECK(tree.visits() == 1);
  // 1.2501018 · 0.6 − 0.05 = 0.70006 beats 1.2501018 · 0.4 − 0.05 = 0.45004.
  CHECK(root_score(tree, 0, 0.25) == doctest::Approx(0.70006).epsilon(1e-4));
  CHECK(root_score(tree, 1, 0.25) == doctest::Approx(0.45004).epsilon(1e-4));
  REQUIRE(tree.descend());
  CHECK(tree.leaf().moves()[0] == 0);
  tree.expand(std::array{0.5f, 0.5f}, 0.5);  // of player 1: −0.5 of player 0
  CHECK(tree.root_children()[0].value(0) == -0.5);
  CHECK(tree.root().value(0) == doctest::Approx(-0.15));
  // −0.5 + 1.2501526 · 0.6 · √2 / 2 = 0.03039; −0.4 + 1.2501526 · 0.4 · √2 = 0.30720.
  CHECK(root_score(tree, 0, 0.25) == doctest::Approx(0.03039).epsilon(1e-3));
  CHECK(root_score(tree, 1, 0.25) == doctest::Approx(0.30720).epsilon(1e-3));
  REQUIRE(tree.descend());
  CHECK(tree.leaf().moves()[0] == 1);
  tree.expand(std::array{0.5f, 0.5f}, -0.4);
  CHECK(tree.root_children()[1].value(0) == doctest::Approx(0.4));
  // −0.5 + 1.2502035 · 0.6 · √3 / 2 = 0.14962; 0.4 + 1.2502035 · 0.4 · √3 / 2 = 0.83309: there
  // again, where player 1 takes the first of two like children, and the game is over.
  CHECK(root_score(tree, 0, 0.25) == doctest::Approx(0.14962).epsilon(1e-3));
  CHECK(root_score(tree, 1, 0.25) == doctest::Approx(0.83309).epsilon(1e-3));
  CHECK_FALSE(tree.descend());
  CHECK(tree.visits() == 4);
  CHECK(tree.root_children()[1].visits == 2);
  CHECK(tree.root_children()[1].value(0) == doctest::Approx((0.4 + 1) / 2));
  CHECK(tree.root().value(0) == doctest::Approx((0.2 - 0.5 + 0.4 + 1) / 4));
  // It ends with the best for both: action 1, whose worst end for player 0 is 0.
  for (int i = 0; i < 400; ++i) tree.descend();
  CHECK(tree.best_action() == 1);
  CHECK(tree.line_from(tree.root_children()[1]) == std::vector<std::int32_t>{1, 1});
  CHECK(std::abs(tree.root_children()[1].value(0)) < 0.05);
}

TEST_CASE("puct: what lies below the move that was played is kept") {
  PuctTree tree(PuctSettings{});
  TwoMoves game;
  const auto run = [&](int simulations) {
    for (int i = 0; i < simulations; ++i)
      if (tree.descend()) tree.expand(std::array{0.5f, 0.5f}, 0);
  };
  tree.set_root(game);
  run(50);
  const auto below = tree.root_children()[1];
  game.play(1);
  tree.set_root(game);
  CHECK(tree.visits() == below.visits);
  CHECK(tree.root().total == below.total);
  CHECK(tree.player() == 1);
  // It is saved and found again, and is told from a tree of other moves.
  Writer out;
  tree.save(out);
  PuctTree loaded(PuctSettings{});
  Reader in(out.bytes());
  loaded.load(in);
  CHECK(loaded.fits(game));
  loaded.set_root(game);
  CHECK(loaded.visits() == tree.visits());
  CHECK(loaded.root().total == tree.root().total);
  PuctTree damaged(PuctSettings{});
  std::vector<std::byte> bytes(out.bytes().begin(), out.bytes().end());
  const std::size_t action_of_first_child = sizeof(std::uint64_t) + sizeof(std::int32_t) +
                                            sizeof(std::uint64_t) + 4 * sizeof(std::int32_t) +
                                            sizeof(float) + sizeof(double);
  bytes[action_of_first_child] = std::byte{7};
  Reader wrong(bytes);
  damaged.load(wrong);
  CHECK_FALSE(damaged.fits(game));
  TwoMoves other;
  other.play(0);
  tree.set_root(other);
  CHECK(tree.visits() == 0);
}

TEST_CASE("puct: noise is a Dirichlet's share of the root's priors") {
  PuctTree tree(PuctSettings{});
  tree.set_root(TwoMoves());
  tree.descend();
  tree.expand(std::array{0.9f, 0.1f}, 0);
  Random random(3), same(3);
  std::vector<double> noise(2);
  draw_dirichlet(0.5, noise, same);
  tree.add_noise(0.5, 0.25, random);
  CHECK(tree.root_children()[0].prior ==
        doctest::Approx(0.75 * 0.9 + 0.25 * noise[0]).epsilon(1e-6));
  CHECK(tree.root_children()[1].prior ==
        doctest::Approx(0.75 * 0.1 + 0.25 * noise[1]).epsilon(1e-6));
}

TEST_CASE("dirichlet: means and variances are those of the distribution") {
  Random random(1);
  for (const double shape : {0.1, 0.7, 1.0, 4.5}) {
    double sum = 0, squares = 0;
    constexpr int n = 40000;
    for (int i = 0; i < n; ++i) {
      const double x = draw_gamma(shape, random);
      REQUIRE(x >= 0);
      sum += x;
      squares += x * x;
    }
    const double mean = sum / n, variance = squares / n - mean * mean;
    CHECK(mean == doctest::Approx(shape).epsilon(0.05));
    CHECK(variance == doctest::Approx(shape).epsilon(0.1));
  }
  // Var = (1/k)(1 − 1/k) / (k α + 1).
  std::vector<double> values(5);
  double squares = 0;
  constexpr int n = 20000;
  for (int i = 0; i < n; ++i) {
    draw_dirichlet(0.3, values, random);
    double sum = 0;
    for (const double v : values) {
      REQUIRE(v > 0);
      sum += v;
    }
    REQUIRE(sum == doctest::Approx(1));
    squares += (values[2] - 0.2) * (values[2] - 0.2);
  }
  CHECK(squares / n == doctest::Approx(0.2 * 0.8 / 2.5).epsilon(0.05));
}

TEST_CASE("alpha_zero: a policy plays without noise, whatever its random numbers") {
  classic::ConnectFour world({.board = {}, .opponent = classic::Opponent::none, .turn = {}});
  world.reset(1);
  AlphaZeroSettings settings;
  auto mlp = std::make_shared<TypedNetworkFactory<Mlp>>();
  mlp->settings.hidden = {16};
  settings.network.learner.set("mlp", mlp);
  settings.search.simulations = 60;
  const auto visits = [&](Seed seed, SymmetricEvaluation symmetric) {
    settings.symmetric = symmetric;
    AlphaZeroPolicy policy(settings, world.spec(),
                           make_network(settings.architecture(world.spec()), settings.optimizer,
                                        settings.network.backend, 7));
    Random random(seed);
    std::int32_t action = -1;
    CHECK_THROWS_WITH_AS(policy.act(1, {}, {}, std::span(&action, 1), {}, random),
                         "a search must look at the world before it acts", std::logic_error);
    policy.look(0, world);
    policy.act(1, {}, {}, std::span(&action, 1), {}, random);
    std::vector<std::int64_t> all(7);
    std::int64_t sum = 0;
    for (const auto& c : policy.considered(0)) {
      all[static_cast<std::size_t>(c.action)] = c.visits;
      sum += c.visits;
      CHECK(c.line.front() == c.action);
    }
    CHECK(sum == 59);  // one evaluated the root
    CHECK(policy.considered(0).front().action == action);
    return all;
  };
  CHECK(visits(1, SymmetricEvaluation::none) == visits(2, SymmetricEvaluation::none));
  CHECK(visits(1, SymmetricEvaluation::random) != visits(2, SymmetricEvaluation::random));
  // Seen in both ways, left is as good as right; of two like columns the left one is tried first.
  const auto both = visits(1, SymmetricEvaluation::all);
  CHECK(both == visits(2, SymmetricEvaluation::all));
  for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(both[c] - both[6 - c]) <= 1);
}
