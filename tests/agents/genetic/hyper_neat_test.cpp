#include "agents/genetic/hyper_neat.h"

#include <doctest/doctest.h>

#include <cmath>

#include "sim/core/batch.h"
#include "tests/agents/tabular/plain_training.h"

using namespace sandlot;

namespace {

// Visual discrimination (Stanley, D'Ambrosio & Gauci 2009, section 4.1): two squares in a field,
// one of three cells or more a side and one of a cell; name the middle of the large one. One step;
// the reward is 1 less the distance to it, in fields.
class Field final : public Environment {
 public:
  explicit Field(int side) : side_(side) {
    spec_.name = "field";
    spec_.observation = Space::box({side, side}, 0, 1);
    spec_.action = Space::discrete(side * side);
    spec_.step_limit = 1;
    spec_.reward_high = 1;
  }
  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override {
    Random random(derive(seed, "field"));
    const auto place = [&](int margin) {
      return margin +
             static_cast<int>(random.below(static_cast<std::uint32_t>(side_ - 2 * margin)));
    };
    const int half = side_ / 8;  // of the large square, without its middle
    large_[0] = place(half);
    large_[1] = place(half);
    do {
      small_[0] = place(0);
      small_[1] = place(0);
    } while (std::abs(small_[0] - large_[0]) < 2 * half + 1 &&
             std::abs(small_[1] - large_[1]) < 2 * half + 1);
  }
  StepResult step(Action action) override {
    const double dx = action.index % side_ - large_[0], dy = action.index / side_ - large_[1];
    return {static_cast<float>(1 - std::hypot(dx, dy) / side_), Status::terminated};
  }
  void observe(std::span<float> out) const override {
    const int half = side_ / 8, little = (2 * half + 1) / 6;
    for (int y = 0; y < side_; ++y)
      for (int x = 0; x < side_; ++x) {
        const auto inside = [&](const int(&at)[2], int reach) {
          return std::abs(x - at[0]) <= reach && std::abs(y - at[1]) <= reach;
        };
        out[static_cast<std::size_t>(y * side_ + x)] =
            inside(large_, half) || inside(small_, little) ? 1.0f : 0.0f;
      }
  }
  void draw(Scene&) const override {}
  void save(Writer& out) const override {
    out.write(large_);
    out.write(small_);
  }
  void load(Reader& in) override {
    in.read(large_);
    in.read(small_);
  }

 private:
  int side_;
  EnvironmentSpec spec_;
  int large_[2] = {}, small_[2] = {};
};

HyperNeat::Settings settings_for(int side) {
  HyperNeat::Settings settings;
  settings.scaled = false;
  settings.substrate.outputs = {side, side};
  settings.search.population = 100;
  return settings;
}

// A CPPN of one link, from an input or the bias to the first output.
NeatGenome link_from(std::int32_t input, const NeatShape& shape, float weight) {
  NeatGenome genome;
  genome.links = {{0, input, shape.first_output(), weight, true, false}};
  return genome;
}

double mean_reward(Policy& policy, int side, int episodes) {
  Field field(side);
  std::vector<float> seen(field.spec().observation.size());
  std::vector<std::int32_t> action(1);
  Random random;
  double sum = 0;
  for (int i = 0; i < episodes; ++i) {
    field.reset(static_cast<Seed>(1000 + i));
    field.observe(seen);
    policy.act(1, seen, {}, action, {}, random);
    sum += static_cast<double>(field.step({.index = action[0]}).reward);
  }
  return sum / episodes;
}

}  // namespace

TEST_CASE("hyper-neat: weights are what the CPPN answers for the places of two nodes") {
  EnvironmentSpec spec;
  spec.observation = Space::box({2, 1, 3}, 0, 1);  // two planes of a row of three
  spec.action = Space::discrete(2);
  Substrate substrate(spec, {});
  const NeatShape shape = substrate.shape();
  CHECK(shape.inputs == 5);
  CHECK(shape.outputs == 2);
  std::vector<float> weights;
  const auto expected = [](double answer) {
    const double size = std::abs(std::tanh(answer));
    return size > 0.2 ? std::copysign((size - 0.2) / 0.8 * 3, answer) : 0.0;
  };
  // By where it comes from, x1 = −1, 0, 1, for both actions; the second plane has no link.
  substrate.paint(link_from(0, shape, 0.5f), weights);
  REQUIRE(weights.size() == 2 * 3 * 2);
  for (std::size_t from = 0; from < 3; ++from)
    for (std::size_t to = 0; to < 2; ++to) {
      CHECK(weights[from * 2 + to] ==
            doctest::Approx(expected(0.5 * (static_cast<double>(from) - 1))).epsilon(1e-4));
      CHECK(weights[6 + from * 2 + to] == 0);
    }
  // By the distance: 0 from −1 to −1, 1 from 0 to 1, 2 from −1 to 1.
  substrate.paint(link_from(4, shape, 1), weights);
  CHECK(weights[0] == 0);
  CHECK(weights[3] == doctest::Approx(expected(1)).epsilon(1e-4));
  CHECK(weights[1] == doctest::Approx(expected(2)).epsilon(1e-4));
  // An answer within ±.2 is no connection.
  substrate.paint(link_from(shape.bias(), shape, 0.2f), weights);
  for (const float w : weights) CHECK(w == 0);
}

TEST_CASE("hyper-neat: a sheet between, and settings that do not fit") {
  EnvironmentSpec spec;
  spec.name = "world";
  spec.observation = Space::box({4, 4}, 0, 1);
  spec.action = Space::discrete(6);
  spec.step_limit = 1;
  HyperNeatPolicy policy(spec, {.hidden = {2, 3}, .outputs = {2, 3}}, true);
  CHECK(policy.weights() == 16 * 6 + 6 * 6);
  CHECK(policy.substrate().shape().outputs == 2);
  struct Collect final : Issues {
    std::string all;
    void add(std::string_view path, std::string_view message) override {
      all += std::string(path) + ": " + std::string(message) + "\n";
    }
  } issues;
  HyperNeat::Settings settings;
  settings.search.mutation.recurrent = true;
  settings.substrate.hidden = {3};
  settings.substrate.outputs = {2, 2};
  settings.check(spec, 1, issues);
  CHECK(issues.all ==
        "recurrent: expected false: a CPPN has no memory\n"
        "substrate.hidden: expected [rows, columns] or []\n"
        "substrate.outputs: expected [rows, columns] of 6 actions in all, or []\n");
}

TEST_CASE("hyper-neat: the large square is found, in a field of twice the side too") {
  constexpr int kSide = 11;
  Batch<Field> world(20, {}, 1, 1, [] { return Field(kSide); });
  world.reset();
  HyperNeat agent(settings_for(kSide), world.spec(), 20, 1);
  const double before = mean_reward(agent.policy(), kSide, 200);
  PlainTraining training(world, 20 * 100 * 30);  // 30 generations
  agent.train(training);
  const double found = mean_reward(agent.policy(), kSide, 200);
  // The same CPPN, asked for a larger substrate that it was never measured on.
  Field larger(22);
  HyperNeatPolicy scaled_up(larger.spec(), settings_for(22).substrate, false);
  scaled_up.set_genome(agent.search().best().genome);
  const double larger_found = mean_reward(scaled_up, 22, 200);
  // Of agent seeds 1 to 20 found was at least 0.998, larger_found at least 0.956.
  CHECK(before < 0.7);
  CHECK(found > 0.95);
  CHECK(larger_found > 0.9);
}
