// The world `go` where the agent's past selves, or others for a share of the games, play the other
// side.
#include <doctest/doctest.h>

#include "envs/go/go.h"
#include "sim/core/past_selves.h"
#include "tests/envs/go/world.h"

using namespace sandlot;
using namespace sandlot::go;

namespace {

// Plays the first legal point, or the last, as its byte says.
class CornerPolicy final : public Policy {
 public:
  void act(int, std::span<const float>, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float>, Random&) override {
    const auto points = static_cast<std::int32_t>(legal.size()) - 1;
    for (std::int32_t i = 0; i < points; ++i) {
      actions[0] = last_ ? points - 1 - i : i;
      if (legal[static_cast<std::size_t>(actions[0])]) return;
    }
    actions[0] = points;
  }
  void save(Writer& out) const override { out.write(last_); }
  void load(Reader& in) override { in.read(last_); }

 private:
  bool last_ = false;
};

void add(PastSelves& pool, bool last) {
  Writer out;
  out.write(last);
  pool.add({out.bytes().begin(), out.bytes().end()});
}

std::shared_ptr<PastSelves> pool_of(const PastSelvesSettings& settings) {
  auto pool =
      std::make_shared<PastSelves>(settings, [] { return std::make_shared<CornerPolicy>(); });
  add(*pool, false);
  return pool;
}

Go::Settings against(Go::Opponent opponent) {
  Go::Settings settings;
  settings.size = 5;
  settings.history = 1;
  settings.opponent = opponent;
  settings.color = Go::Side::black;
  settings.surprise = 0;
  return settings;
}

bool is_white(const Go& world, const char* vertex) {
  return world.state().board().at(vertex_of_name(vertex, 5)) == kWhite;
}

// The agent takes any legal action.
Status play_any(Go& world, Random& random) {
  std::vector<std::uint8_t> legal(26);
  world.legal_actions(legal);
  return world.step({.index = uniform_action(26, legal, random), .values = {}}).status;
}

// Until the game is over.
std::uint64_t play_on(Go& world, Random& random) {
  while (play_any(world, random) == Status::running) continue;
  return world.state().board().hash();
}

}  // namespace

TEST_CASE("go: in training past selves play the other side, elsewhere the heuristic player") {
  Go::Settings settings = against(Go::Opponent::self);
  settings.pool = {.every = 100, .size = 2, .latest = 1};
  Go world(settings), measured(settings), heuristic(against(Go::Opponent::heuristic));
  REQUIRE(world.spec().past_selves);
  CHECK(world.spec().past_selves->every == 100);
  CHECK(world.spec().players == 1);
  const auto pool = pool_of(*world.spec().past_selves);
  world.begin_training(pool);
  world.reset(1);
  play(world, "C3");
  CHECK(is_white(world, "A5"));
  // Who is added plays from the next game on.
  add(*pool, true);
  play(world, "C2");
  CHECK(is_white(world, "B5"));
  world.reset(2);
  play(world, "C3");
  CHECK(is_white(world, "E1"));
  // Where nobody trains it is the heuristic player, from the same draws.
  for (Seed seed = 1; seed <= 5; ++seed) {
    measured.reset(seed);
    heuristic.reset(seed);
    Random one(seed), other(seed);
    CHECK(play_on(measured, one) == play_on(heuristic, other));
  }
}

TEST_CASE("go: a game against a past self is saved and goes on alike") {
  Go::Settings settings = against(Go::Opponent::self);
  settings.color = Go::Side::either;
  settings.surprise = 0.3;
  settings.pool = {.every = 100, .size = 3, .latest = 0};
  settings.practice = {.random = 0.2, .heuristic = 0.2};
  const auto pool = pool_of(settings.pool);
  add(*pool, true);
  Go one(settings), other(settings);
  one.begin_training(pool);
  other.begin_training(pool);
  for (Seed seed = 1; seed <= 20; ++seed) {
    one.reset(seed);
    Random random(seed), same(seed);
    play_any(one, random);
    play_any(one, random);
    Writer out;
    one.save(out);
    Reader in(out.bytes());
    other.load(in);
    CHECK(in.remaining() == 0);
    same = random;
    CHECK(play_on(one, random) == play_on(other, same));
    for (std::size_t length = 0; length < out.bytes().size(); length += 3) {
      Reader part(out.bytes().first(length));
      CHECK_THROWS_AS(other.load(part), ArchiveError);
    }
  }
}

TEST_CASE("go: others play a share of the games of training, and none of those that are measured") {
  Go::Settings settings = against(Go::Opponent::self);
  settings.pool = {.every = 100, .size = 1, .latest = 1};
  settings.practice = {.random = 0.5, .heuristic = 0.1};
  const auto pool = pool_of(settings.pool);
  Go world(settings);
  world.begin_training(pool);
  // The past self answers in the corner always, the others hardly ever.
  int corners = 0;
  for (Seed seed = 1; seed <= 1000; ++seed) {
    world.reset(seed);
    play(world, "C3");
    corners += is_white(world, "A5");
  }
  CHECK(corners > 370);  // 400 and 5 standard deviations down, or up with 1/24 of the random games
  CHECK(corners < 520);
  settings = against(Go::Opponent::heuristic);
  settings.practice.random = 1;
  Go trained(settings), measured(settings), heuristic(against(Go::Opponent::heuristic)),
      random(against(Go::Opponent::random));
  trained.begin_training(nullptr);
  int other_games = 0;
  for (Seed seed = 1; seed <= 20; ++seed) {
    for (Go* one : {&trained, &measured, &heuristic}) one->reset(seed);
    Random a(seed), b(seed), c(seed);
    const std::uint64_t end = play_on(measured, b);
    CHECK(end == play_on(heuristic, c));
    other_games += play_on(trained, a) != end;
  }
  CHECK(other_games > 15);
}

TEST_CASE("go: shares of games that sum to more than all are refused") {
  struct Found final : Issues {
    std::string text;
    void add(std::string_view path, std::string_view message) override {
      text += std::string(path) + ": " + std::string(message) + "\n";
    }
  } found;
  Go::Settings settings = against(Go::Opponent::self);
  settings.practice = {.random = 0.6, .heuristic = 0.5};
  settings.check(found);
  CHECK(found.text == "practice: expected shares that sum to at most 1\n");
}

TEST_CASE("go: features as planes are the list of features, turned") {
  Go::Settings settings = alone(5);
  settings.observation = Go::Observation::features;
  Go list(settings);
  settings.observation = Go::Observation::feature_planes;
  Go planes(settings);
  CHECK(planes.spec().observation.shape == std::vector<int>{12, 5, 5});
  Random random(3);
  list.reset(1);
  planes.reset(1);
  std::vector<float> a(204), b(300), c(300);
  std::vector<std::uint8_t> legal(26);
  for (int move = 0; move < 30; ++move) {
    list.observe(a);
    planes.observe(b);
    for (std::size_t p = 0; p < 25; ++p) {
      for (std::size_t f = 0; f < 8; ++f) CHECK(b[f * 25 + p] == a[p * 8 + f]);
      for (std::size_t f = 0; f < 4; ++f) CHECK(b[(8 + f) * 25 + p] == a[200 + f]);
    }
    const auto game = planes.game();
    game->observe(c);
    CHECK(b == c);
    CHECK(game->symmetries().size() == 8);
    list.legal_actions(legal);
    const Action action{.index = uniform_action(26, legal, random), .values = {}};
    if (list.step(action).status != Status::running) break;
    planes.step(action);
  }
}
