// A board of nine cells of which one is marked, always the same: whoever answers beside it gets 1.
// Where what is learnt from is turned and mirrored, the answer is known for marks never seen.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "agents/dqn/dqn.h"
#include "learners/network/torsos.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;

namespace {

class NineCells final : public TwoPlayerGame {
 public:
  std::unique_ptr<TwoPlayerGame> clone() const override {
    return std::make_unique<NineCells>(*this);
  }
  void assign(const TwoPlayerGame&) override {}
  int actions() const override { return 9; }
  int player_to_move() const override { return 0; }
  bool over() const override { return false; }
  float outcome() const override { return 0; }
  void candidates(std::vector<std::int32_t>& out) const override { out.assign(1, 0); }
  void play(int) override {}
  void restart() override {}
  void observe(std::span<float>) const override {}
  std::vector<Symmetry> symmetries() const override { return square_symmetries(3, 0); }
};

constexpr std::size_t kMark = 1;  // the middle of the upper side
constexpr int kAnswer = 6;        // the lower left corner, or right: but masked there

class Marked final : public Environment {
 public:
  Marked() {
    spec_.name = "marked";
    spec_.observation = Space::box({1, 3, 3}, 0, 1);
    spec_.action = Space::discrete(9);
    spec_.reward_high = 1;
    spec_.gives_game = true;
    spec_.masks_actions = true;
  }
  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed) override {}
  StepResult step(Action action) override {
    return {action.index == kAnswer ? 1.0f : 0.0f, Status::terminated};
  }
  void observe(std::span<float> out) const override {
    std::fill(out.begin(), out.end(), 0.0f);
    out[kMark] = 1;
  }
  void legal_actions(std::span<std::uint8_t> mask) const override {
    std::fill(mask.begin(), mask.end(), std::uint8_t{1});
    mask[8] = 0;
  }
  void draw(Scene&) const override {}
  void save(Writer&) const override {}
  void load(Reader&) override {}
  std::unique_ptr<TwoPlayerGame> game() const override { return std::make_unique<NineCells>(); }

 private:
  EnvironmentSpec spec_;
};

Dqn::Settings settings_of(bool augment) {
  Dqn::Settings s;
  auto network = std::make_shared<TypedNetworkFactory<Mlp>>();
  network->settings.hidden = {32};
  s.value_function.learner.set("mlp", network);
  s.augment = augment;
  s.epsilon = 1;
  s.batch = 32;
  s.train_every = 1;
  s.learning_starts = 50;
  s.optimizer.learning_rate = 0.01;
  s.replay.capacity = 1000;
  return s;
}

// In how many of the four places of the mark that turning gives the answer is known, one of the two
// corners opposite.
int known(Dqn& agent) {
  int count = 0;
  for (const Symmetry& way : square_symmetries(3, 0)) {
    std::array<float, 9> seen{}, values{};
    seen[static_cast<std::size_t>(way.cells[kMark])] = 1;
    REQUIRE(agent.policy().action_values(seen, values));
    const int best = greedy_action(values, {});
    count += best == way.actions[kAnswer] || best == way.actions[8];
  }
  return count / 2;  // each place comes by two of the eight
}

}  // namespace

TEST_CASE("dqn: what was learnt of one side of a board is known of all with augment") {
  for (const bool augment : {false, true}) {
    Batch<Marked> world(1, {}, 1, 1, [] { return Marked(); });
    world.reset();
    Dqn agent(settings_of(augment), world.spec(), 1, 5);
    TrainingLoop loop(world, 1500);
    agent.train(loop);
    if (augment)
      CHECK(known(agent) == 4);
    else
      CHECK(known(agent) < 4);
  }
}

TEST_CASE("dqn: augment is refused where there is no board to turn") {
  struct Found final : Issues {
    std::string text;
    void add(std::string_view path, std::string_view message) override {
      text += std::string(path) + ": " + std::string(message) + "\n";
    }
  };
  EnvironmentSpec spec = Marked().spec();
  Found good;
  settings_of(true).check(spec, 1, good);
  CHECK(good.text.empty());
  spec.observation = Space::box({4}, 0, 1);
  Found bad;
  settings_of(true).check(spec, 1, bad);
  CHECK(bad.text ==
        "augment: needs a board that is seen as planes; the observations of marked are box(4, 0…1): "
        "expected false\n");
}
