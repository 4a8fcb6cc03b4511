// The world `go`: what is seen, and who plays.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "envs/go/go.h"
#include "envs/go/observation.h"
#include "envs/go/playout.h"
#include "envs/go/search_game.h"
#include "envs/go/tactics.h"
#include "sim/core/archive.h"
#include "sim/core/policy.h"
#include "sim/core/scene.h"
#include "sim/core/stored_policy.h"
#include "tests/envs/go/diagram.h"
#include "tests/envs/go/world.h"

using namespace sandlot;
using namespace sandlot::go;

namespace {

// Plays to the end with uniform moves that leave eyes alone; the agent's reward.
float play_out(Go& world, Random& random) {
  StepResult result;
  do {
    const Board& board = world.state().board();
    Vertex v = Playout::uniform_move(board, world.state().to_move(), random);
    if (!world.state().is_legal(v)) v = kPass;
    result = world.step({.index = board.point_of(v), .values = {}});
  } while (result.status == Status::running);
  return result.reward;
}

}  // namespace

TEST_CASE("go world: planes show the positions of the past, from the mover's side") {
  auto settings = alone(3);
  settings.history = 2;
  Go world(settings);
  world.reset(1);
  std::vector<float> seen(5 * 9);
  const auto plane = [&](std::size_t i) {
    std::string text;
    for (std::size_t p = 0; p < 9; ++p) text += seen[i * 9 + p] > 0 ? '#' : '.';
    return text;
  };
  world.observe(seen);
  CHECK(plane(0) == ".........");
  CHECK(plane(4) == "#########");  // Black to move
  play(world, "B2");
  play(world, "A3");
  world.observe(seen);
  CHECK(plane(0) == "....#....");
  CHECK(plane(1) == "#........");
  CHECK(plane(2) == "....#....");
  CHECK(plane(3) == ".........");
  play(world, "C1");
  world.observe(seen);  // White to move
  CHECK(plane(0) == "#........");
  CHECK(plane(1) == "....#...#");
  CHECK(plane(2) == "#........");
  CHECK(plane(3) == "....#....");
  CHECK(plane(4) == ".........");
  // A state that is set shows the same past as one that was played.
  Go other(settings);
  other.set_state(world.state());
  std::vector<float> same(seen.size());
  other.observe(same);
  CHECK(same == seen);
}

TEST_CASE("go world: features of points, and ladders") {
  const Game game = diagram(R"(
    . O X . .
    . X . . .
    . . . O .
    . . . O X
    . . . . .
  )");
  std::vector<float> f(25 * kFeaturesPerPoint + kFeaturesOfGame);
  write_features(game, f);
  const auto at_point = [&](int row, int column, int which) {
    return f[static_cast<std::size_t>((row * 5 + column) * kFeaturesPerPoint + which)];
  };
  CHECK(at_point(0, 1, 0) == -1);
  CHECK(at_point(0, 1, 1) == -0.25f);  // one liberty
  CHECK(at_point(0, 1, 2) == -1);      // cannot run: the corner
  CHECK(at_point(0, 0, 3) == 0.25f);   // takes it
  CHECK(at_point(1, 1, 1) == 0.75f);
  CHECK(at_point(3, 4, 2) == 0);
  CHECK(f[25 * kFeaturesPerPoint + 3] == 1);

  // A ladder runs into the edge, or to a friend.
  const char* ladder = R"(
    . . . . . . .
    . . O O . . .
    . O X . . . .
    . . O . . . .
    . . . . . . .
    . . . . . . .
    . . . . . . .
  )";
  Game caught = diagram(ladder);
  CHECK(caught.board().in_atari(at(caught, 2, 2)));
  CHECK(is_caught_in_ladder(caught.board(), at(caught, 2, 2)));
  Game free = diagram(ladder);
  free.place(at(free, 5, 5), kBlack);
  free.place(at(free, 5, 4), kBlack);
  free.place(at(free, 4, 5), kBlack);
  CHECK_FALSE(is_caught_in_ladder(free.board(), at(free, 2, 2)));
}

TEST_CASE("go world: shapes and self-ataris") {
  const Game hane = diagram(R"(
    . . . . .
    . X O X .
    . . . . .
    . . . . .
    . . . . .
  )");
  CHECK(matches_pattern(hane.board(), at(hane, 2, 2)));
  CHECK_FALSE(matches_pattern(hane.board(), at(hane, 3, 3)));
  const Game game = diagram(R"(
    . O . . .
    . . O . .
    O O . X X
    X X O . X
    . O . . .
  )");
  CHECK(is_self_atari(game.board(), at(game, 0, 0), kBlack));
  CHECK(liberties_after(game.board(), at(game, 4, 0), kBlack, 4) == 0);
  CHECK(liberties_after(game.board(), at(game, 3, 3), kBlack, 8) == 5);
  CHECK(liberties_after(game.board(), at(game, 1, 1), kWhite, 8) == 5);
}

TEST_CASE("go world: rewards, margins and the goal are the agent's") {
  for (const auto side : {Go::Side::black, Go::Side::white}) {
    Go::Settings settings;
    settings.size = 5;
    settings.komi = 0.5;
    settings.color = side;
    settings.opponent = Go::Opponent::random;
    Go world(settings);
    Random random(3);
    int won = 0, lost = 0;
    for (Seed seed = 0; seed < 40; ++seed) {
      world.reset(seed);
      CHECK(world.player_to_move() == 0);
      const float reward = play_out(world, random);
      const double black = world.state().score();
      CHECK(reward == ((black > 0) == (side == Go::Side::black) ? 1.0f : -1.0f));
      CHECK(world.goal_reached() == (reward > 0));
      (reward > 0 ? won : lost) += 1;
    }
    CHECK(won > 3);
    CHECK(lost > 3);
  }
  auto settings = alone(5);
  settings.reward = Go::Reward::margin;
  settings.komi = 0;
  Go world(settings);
  world.reset(1);
  play(world, "C3");
  play(world, "pass");
  const StepResult end = play(world, "pass");
  CHECK(end.status == Status::terminated);
  CHECK(end.reward == 1);  // all 25 points are Black's
  CHECK_FALSE(world.spec().has_goal);

  // Half for who wins, half for the margin, where nobody has a stone and where Black has the board.
  settings.reward = Go::Reward::both;
  settings.komi = 0.5;
  Go both(settings);
  both.reset(1);
  play(both, "pass");
  CHECK(play(both, "pass").reward == doctest::Approx(0.5 * -1 + 0.5 * -0.5 / 25));
  both.reset(1);
  play(both, "C3");
  play(both, "pass");
  const auto game = both.game();
  game->play(25);
  CHECK(game->outcome() == doctest::Approx(0.5 * 1 + 0.5 * 24.5 / 25));
  CHECK(play(both, "pass").reward == game->outcome());
}

TEST_CASE("go world: without a plane for the colour both sides see the same") {
  auto settings = alone(5);
  settings.history = 2;
  Go with(settings);
  settings.color_plane = false;
  Go without(settings);
  CHECK(with.spec().observation.shape == std::vector<int>{5, 5, 5});
  CHECK(without.spec().observation.shape == std::vector<int>{4, 5, 5});
  std::vector<float> longer(125), seen(100), by_search(100);
  for (const char* move : {"C3", "D4", "B2", "pass"}) {
    for (Go* world : {&with, &without}) play(*world, move);
    with.observe(longer);
    without.observe(seen);
    CHECK(std::equal(seen.begin(), seen.end(), longer.begin()));
    without.game()->observe(by_search);
    CHECK(seen == by_search);
  }
  // White after Black's stone sees what Black would after White's.
  Go first(settings), second(settings);
  play(first, "C3");
  play(second, "pass");
  play(second, "C3");
  std::vector<float> other(100);
  first.observe(seen);
  second.observe(other);
  CHECK(std::equal(seen.begin(), seen.begin() + 50, other.begin()));
}

TEST_CASE("go world: handicap, limits, and settings that do not fit") {
  auto settings = alone(9);
  settings.handicap = 4;
  settings.move_limit = 3;
  Go world(settings);
  world.reset(1);
  CHECK(world.state().board().stones(kBlack) == 4);
  CHECK(world.player_to_move() == 1);
  CHECK(play(world, "E5").status == Status::running);
  CHECK(play(world, "E4").status == Status::running);
  CHECK(play(world, "E6").status == Status::terminated);

  struct Found final : Issues {
    std::vector<std::string> paths;
    void add(std::string_view path, std::string_view) override { paths.emplace_back(path); }
  } found;
  settings.handicap = 5;
  settings.size = 8;
  settings.komi = 0.3;
  settings.opponent = Go::Opponent::gtp;
  settings.engine.command.clear();
  settings.check(found);
  CHECK(found.paths == std::vector<std::string>{"handicap", "komi", "engine.command"});
}

TEST_CASE("go world: saved games of both sides go on alike, damaged ones are refused") {
  auto settings = alone(5);
  Go world(settings);
  world.reset(1);
  Random random(4);
  std::vector<std::uint8_t> mask(26);
  for (int t = 0; t < 30; ++t) {
    world.legal_actions(mask);
    world.step({.index = uniform_action(25, std::span(mask).first(25), random), .values = {}});
  }
  Writer out;
  world.save(out);
  Go copy(settings);
  Reader in(out.bytes());
  copy.load(in);
  CHECK(in.remaining() == 0);
  CHECK(copy.state().board().hash() == world.state().board().hash());
  std::vector<std::uint8_t> other(26);
  world.legal_actions(mask);
  copy.legal_actions(other);
  CHECK(mask == other);
  std::vector<float> one(world.spec().observation.size()), two(one.size());
  world.observe(one);
  copy.observe(two);
  CHECK(one == two);
  const std::vector<std::byte> good(out.bytes().begin(), out.bytes().end());
  for (int trial = 0; trial < 3000; ++trial) {
    auto bytes = good;
    bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] =
        static_cast<std::byte>(random.below(256));
    Reader broken(bytes);
    try {
      copy.load(broken);
      copy.observe(two);
      copy.legal_actions(other);
    } catch (const ArchiveError&) {
    }
  }
}

TEST_CASE("go world: the heuristic player beats the random one") {
  // 0.96 of 200 games, ten times; the lowest 0.92.
  Go::Settings settings;
  settings.size = 9;
  Go world(settings);
  Random random(1);
  int won = 0;
  for (Seed seed = 0; seed < 60; ++seed) {
    world.reset(seed);
    won += play_out(world, random) < 0;
  }
  CHECK(won >= 48);
}

TEST_CASE("go world: searches may play on from any state") {
  Go world(alone(5));
  world.reset(1);
  play(world, "C3");
  const auto game = world.game();
  CHECK(game->player_to_move() == 1);
  CHECK(std::ranges::equal(game->moves(), std::vector<std::int32_t>{12}));
  std::vector<std::int32_t> candidates;
  game->candidates(candidates);
  CHECK(candidates.size() == 24);  // the points: it is too early for a pass
  const auto later = game->clone();
  later->play(25);
  later->candidates(candidates);
  CHECK(candidates.size() == 25);  // an answer to a pass may be one
  CHECK(candidates.back() == 25);
  later->assign(*game);
  for (const int p : {0, 2, 4, 6, 8, 10, 14, 16, 18, 20, 22}) {
    later->candidates(candidates);
    CHECK(candidates.back() != 25);
    later->play(p);
  }
  later->play(24);  // the thirteenth stone, on more than half of the points
  later->candidates(candidates);
  CHECK(candidates.back() == 25);
  Random random(1);
  TwoPlayerGame::Trace trace;
  const auto copy = game->clone();
  for (const auto kind : {TwoPlayerGame::Playouts::uniform, TwoPlayerGame::Playouts::heuristic}) {
    trace.clear();
    copy->assign(*game);
    const float outcome = copy->playout(kind, random, &trace);
    CHECK(std::abs(outcome) == 1);
    CHECK(trace.size() > 10);
  }
}

TEST_CASE("go world: with first_pass: settled no search passes first while a point is of use") {
  auto settings = alone(5);
  settings.first_pass = Go::FirstPass::settled;
  Go world(settings);
  Random random(1);
  int passed = 0;
  for (Seed seed = 0; seed < 20; ++seed) {
    world.reset(seed);
    const auto game = world.game();
    std::vector<std::int32_t> candidates;
    while (!game->over()) {
      game->candidates(candidates);
      REQUIRE(!candidates.empty());
      const Game& state = static_cast<const SearchGame&>(*game).game();
      const auto useful = [&](std::int32_t p) {
        return p < 25 && !is_self_atari(state.board(), state.board().vertex_of(p), state.to_move());
      };
      const bool use = std::any_of(candidates.begin(), candidates.end(), useful);
      const bool pass = candidates.back() == 25;
      CHECK(pass == (!use || state.passes() > 0));
      passed += pass && state.passes() == 0;
      // Who may pass does, and is answered by a pass.
      const auto any = random.below(static_cast<std::uint32_t>(candidates.size()));
      game->play(pass ? 25 : candidates[any]);
    }
  }
  CHECK(passed >= 15);  // the others end at the limit of moves
}

TEST_CASE("go world: the picture has the stones, and says how it ended") {
  Go world(alone(5));
  world.reset(1);
  Scene empty, later;
  world.draw(empty);
  play(world, "C3");
  play(world, "pass");
  play(world, "pass");
  world.draw(later);
  CHECK(later.primitives().size() > empty.primitives().size());
  bool said = false;
  for (const auto& p : later.primitives())
    said |= p.kind == Primitive::Kind::text && later.text_of(p) == "Black wins by 17.5";
  CHECK(said);
}

TEST_CASE("go: with illegal: pass nothing is masked, and what is illegal is a pass") {
  Go::Settings settings = alone(5);
  settings.illegal = Go::Illegal::pass;
  Go world(settings);
  CHECK_FALSE(world.spec().masks_actions);
  world.reset(1);
  play(world, "C3");
  std::vector<std::uint8_t> mask(26, 0);
  world.legal_actions(mask);
  CHECK(std::count(mask.begin(), mask.end(), 1) == 26);
  play(world, "C3");  // a stone is there
  CHECK(world.state().passes() == 1);
  CHECK(world.state().move_count() == 2);
  CHECK(play(world, "pass").status == Status::terminated);
}

TEST_CASE("go: what playouts draw has the same chance for each number") {
  Random random(3);
  for (const int n : {2, 7, 361}) {
    Draws draws(random);
    std::vector<int> seen(static_cast<std::size_t>(n));
    const int each = 4000;
    for (int i = 0; i < each * n; ++i) ++seen[draws.below(n)];
    // χ² has n − 1 degrees of freedom: beyond 5 deviations of it by a chance below one in 100,000.
    double chi = 0;
    for (const int s : seen) chi += (s - each) * static_cast<double>(s - each) / each;
    CHECK(chi < n - 1 + 5 * std::sqrt(2.0 * (n - 1)) + 5);
  }
}

namespace {

// Plays the first legal point, or the last one.
class EdgePolicy final : public Policy {
 public:
  explicit EdgePolicy(bool first) : first_(first) {}
  void act(int, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float>, Random&) override {
    CHECK(observations.size() == 2 * 25 + 25);
    const int points = static_cast<int>(legal.size()) - 1;
    actions[0] = points;
    for (int i = 0; i < points; ++i) {
      const int p = first_ ? i : points - 1 - i;
      if (legal[static_cast<std::size_t>(p)] == 0) continue;
      actions[0] = p;
      return;
    }
  }
  void save(Writer&) const override {}
  void load(Reader&) override {}

 private:
  bool first_;
};

}  // namespace

TEST_CASE("go: stored policies play the other side") {
  Go::Settings settings;
  settings.size = 5;
  settings.history = 1;
  settings.opponent = Go::Opponent::policy;
  settings.color = Go::Side::black;
  settings.policies = {"first", "last"};
  settings.surprise = 0;
  set_stored_policy_opener(nullptr);
  CHECK_THROWS_WITH_AS(Go{settings}, "first: this program opens no policies of other runs",
                       std::runtime_error);
  set_stored_policy_opener([](const std::string& run, const EnvironmentSpec& world) {
    CHECK(world.name == "go");
    return std::make_shared<EdgePolicy>(run == "first");
  });
  Go world(settings);
  CHECK(world.spec().players == 1);
  std::array<int, 2> met{};
  for (Seed seed = 1; seed <= 40; ++seed) {
    world.reset(seed);
    play(world, "C3");
    const Board& board = world.state().board();
    const bool first = board.at(vertex_of_name("A5", 5)) == kWhite;
    CHECK((first || board.at(vertex_of_name("E1", 5)) == kWhite));
    ++met[first];
  }
  CHECK(met[0] > 8);
  CHECK(met[1] > 8);
  // Saved in mid-game, it goes on alike; surprises included.
  settings.surprise = 0.5;
  Go one(settings), other(settings);
  one.reset(3);
  play(one, "C3");
  Writer out;
  one.save(out);
  Reader in(out.bytes());
  other.load(in);
  CHECK(in.remaining() == 0);
  Random random(1), same(1);
  CHECK(play_out(one, random) == play_out(other, same));
  CHECK(one.state().board().hash() == other.state().board().hash());
  set_stored_policy_opener(nullptr);
  // Neither nobody nor somebody else can be read.
  settings.policies.clear();
  struct Found final : Issues {
    std::string text;
    void add(std::string_view path, std::string_view message) override {
      text += std::string(path) + ": " + std::string(message);
    }
  } found;
  settings.check(found);
  CHECK(found.text == "policies: expected the folder of a run");
}
