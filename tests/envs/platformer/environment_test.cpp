#include <doctest/doctest.h>

#include <bit>
#include <cmath>

#include "envs/platformer/platformer.h"
#include "envs/platformer/register.h"
#include "envs/platformer/solver.h"
#include "sim/core/archive.h"
#include "sim/core/batch.h"
#include "sim/core/registry.h"
#include "sim/core/scene.h"

using namespace sandlot;
using namespace sandlot::platformer;

namespace {

PlatformerSettings generated(double difficulty, ObservationKind observation) {
  PlatformerSettings settings;
  settings.levels.generator.difficulty = difficulty;
  settings.levels.generator.length = 80;
  settings.observation = observation;
  settings.actions = ActionKind::complex;
  return settings;
}

// Rewards, observations and events as numbers, of `steps` of random play with resets.
std::vector<float> play(Platformer& env, Random random, int steps) {
  std::vector<float> trace, observation(env.spec().observation.size());
  EventSink sink;
  std::int32_t action = 0;
  for (int i = 0; i < steps; ++i) {
    // Mostly to the right, and long presses: random play should get somewhere.
    if (i % 7 == 0)
      action =
          static_cast<std::int32_t>(random.bernoulli(0.7) ? 1 + random.below(4) : random.below(12));
    const StepResult result = env.step({.index = action});
    trace.push_back(result.reward);
    env.observe(observation);
    trace.insert(trace.end(), observation.begin(), observation.end());
    sink.clear();
    env.events(sink);
    for (const auto& event : sink.list()) trace.push_back(static_cast<float>(event.name.size()));
    if (result.status != Status::running) env.reset(random.next_u64());
  }
  return trace;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
           return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
         });
}

}  // namespace

TEST_CASE("observations lie inside their space, whatever is played") {
  for (const auto kind : {ObservationKind::tiles, ObservationKind::features, ObservationKind::cells,
                          ObservationKind::pixels}) {
    Platformer env(generated(0.7, kind));
    std::vector<float> observation(env.spec().observation.size());
    Random random(3);
    env.reset(1);
    std::int32_t action = 0;
    for (int i = 0; i < 4000; ++i) {
      if (i % 9 == 0) action = static_cast<std::int32_t>(random.below(12));
      const StepResult result = env.step({.index = action});
      env.observe(observation);
      REQUIRE(env.spec().observation.contains(observation.data()));
      REQUIRE(result.reward >= env.spec().reward_low);
      REQUIRE(result.reward <= env.spec().reward_high);
      if (result.status != Status::running) env.reset(random.next_u64());
    }
  }
}

TEST_CASE("tiles and pictures are made of steps that a byte holds, bit for bit") {
  PlatformerSettings tiles = generated(0.7, ObservationKind::tiles), still = tiles;
  still.velocities = false;
  PlatformerSettings grey = generated(0.7, ObservationKind::pixels), color = grey;
  color.color = true;
  for (const auto& settings : {tiles, still, grey, color}) {
    Platformer env(settings);
    const Space& space = env.spec().observation;
    REQUIRE(space.quantum > 0);
    std::vector<float> observation(space.size()), decoded(space.size());
    Random random(3);
    env.reset(1);
    std::int32_t action = 0;
    for (int i = 0; i < 1000; ++i) {
      if (i % 9 == 0) action = static_cast<std::int32_t>(random.below(12));
      const StepResult result = env.step({.index = action});
      env.observe(observation);
      for (std::size_t k = 0; k < observation.size(); ++k) {
        const float low = space.low_at(k);
        const auto byte =
            static_cast<std::uint8_t>(std::lround((observation[k] - low) / space.quantum));
        decoded[k] = low + static_cast<float>(byte) * space.quantum;
      }
      REQUIRE(same_bits(observation, decoded));
      if (result.status != Status::running) env.reset(random.next_u64());
    }
  }
  CHECK(Platformer(tiles).spec().observation.quantum == 1.0f / 64);
  CHECK(Platformer(still).spec().observation.quantum == 1);
  CHECK(Platformer(grey).spec().observation.quantum == 1.0f / 255);
  CHECK(Platformer(generated(0, ObservationKind::features)).spec().observation.quantum == 0);
}

TEST_CASE("save and load in mid-episode: the future is the same, bit for bit") {
  for (const double difficulty : {0.0, 0.5, 1.0}) {
    Platformer env(generated(difficulty, ObservationKind::tiles));
    env.reset(5);
    for (int round = 0; round < 12; ++round) {
      play(env, Random(static_cast<Seed>(round)), 150);
      Writer saved;
      env.save(saved);
      Platformer other(generated(difficulty, ObservationKind::tiles));
      Reader reader(saved.bytes());
      other.load(reader);
      CHECK(reader.remaining() == 0);
      Writer again;
      other.save(again);
      CHECK(std::equal(saved.bytes().begin(), saved.bytes().end(), again.bytes().begin(),
                       again.bytes().end()));
      const Random future(static_cast<Seed>(100 + round));
      CHECK(same_bits(play(env, future, 300), play(other, future, 300)));
    }
  }
}

TEST_CASE("damaged archives are refused or load into a world that still runs") {
  PlatformerSettings settings = generated(0, ObservationKind::features);
  settings.levels.file = "cannons";
  Platformer env(settings);
  env.reset(1);
  play(env, Random(1), 200);
  Writer saved;
  env.save(saved);
  const std::vector<std::byte> good(saved.bytes().begin(), saved.bytes().end());
  for (std::size_t size = 0; size < good.size(); size += 37) {
    Platformer other(settings);
    Reader reader(std::span<const std::byte>(good).first(size));
    CHECK_THROWS_AS(other.load(reader), ArchiveError);
  }
  Random random(2);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    auto bytes = good;
    for (int i = 0; i < 3; ++i)
      bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] =
          static_cast<std::byte>(random.below(256));
    Platformer other(settings);
    try {
      Reader reader(bytes);
      other.load(reader);
      for (int i = 0; i < 30 && other.world().outcome() == Outcome::running; ++i)
        other.step({.index = 4});
    } catch (const ArchiveError&) {
      ++refused;
    }
  }
  CHECK(refused > 300);
}

TEST_CASE("the same seed gives the same level and the same episode") {
  Platformer one(generated(0.6, ObservationKind::features));
  Platformer two(generated(0.6, ObservationKind::features));
  one.reset(77);
  two.reset(78);
  CHECK(one.world().level().tiles != two.world().level().tiles);
  two.reset(77);
  CHECK(same_bits(play(one, Random(4), 2000), play(two, Random(4), 2000)));
}

TEST_CASE("levels are drawn from the range of seeds, and only from it") {
  PlatformerSettings settings = generated(0.2, ObservationKind::features);
  settings.levels.generator.seeds = {10, 14};
  Platformer env(settings);
  std::vector<std::string> names;
  for (Seed seed = 0; seed < 60; ++seed) {
    env.reset(seed);
    names.push_back(env.world().level().name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  CHECK(names == std::vector<std::string>{"level 10", "level 11", "level 12", "level 13"});
}

TEST_CASE("an action repeated four times is four steps") {
  Registry registry;
  register_platformer(registry);
  const auto factory = registry.create<EnvironmentFactory>("platformer");
  WrapperSettings four;
  four.action_repeat = 4;
  const auto repeated = factory->make(four), single = factory->make({});
  repeated->reset(9);
  single->reset(9);
  std::vector<float> a(repeated->spec().observation.size()), b(a.size());
  Random random(1);
  for (int i = 0; i < 300; ++i) {
    const auto action = static_cast<std::int32_t>(random.below(7));
    const StepResult result = repeated->step({.index = action});
    float reward = 0;
    StepResult last;
    for (int k = 0; k < 4 && last.status == Status::running; ++k) {
      last = single->step({.index = action});
      reward += last.reward;
    }
    CHECK(result.reward == reward);
    CHECK(result.status == last.status);
    repeated->observe(a);
    single->observe(b);
    REQUIRE(same_bits(a, b));
    if (last.status != Status::running) {
      repeated->reset(static_cast<Seed>(i));
      single->reset(static_cast<Seed>(i));
    }
  }
  CHECK(repeated->spec().frames_per_second == 15);
}

TEST_CASE("the reward is progress in sixteenths of a tile, clock, death and goal") {
  PlatformerSettings settings;
  settings.levels.file = "first_steps";
  Platformer env(settings);
  env.reset(1);
  for (int t = 1; t <= 60; ++t) {
    const float before = env.world().player().body.x;
    const float reward = env.step({.index = 3}).reward;
    const float clock = t % 24 == 0 ? -1.0f : 0.0f;
    CHECK(reward ==
          doctest::Approx(16 * (env.world().player().body.x - before) + clock).epsilon(1e-4));
  }
  env.reset(1);
  env.world().place(24.9f, -1.5f, 0, -17);  // in the first gap
  CHECK(env.step({.index = 0}).reward == -15);

  settings.reward = {
      .progress = 0, .clock = 0, .death = 0, .goal = 50, .coin = 2, .score = 1, .clip = 0};
  Platformer other(settings);
  other.reset(1);
  other.world().place(58.5f, 5, 0, 0);  // on a coin
  CHECK(other.step({.index = 0}).reward == doctest::Approx(2 + 2));
  other.world().place(68.49f, 2, 5, 0);
  const StepResult end = other.step({.index = 1});
  CHECK(end.status == Status::terminated);
  CHECK(end.reward == doctest::Approx(50 + 1));  // the foot of the flag: 100 points
}

TEST_CASE("distance and height are the furthest that the player has come, and survive a load") {
  Platformer env(generated(0.2, ObservationKind::features));
  std::vector<double> before(2), now(2);
  env.reset(3);
  env.metrics(now);
  CHECK(now == std::vector<double>{0, 0});
  const float x = env.world().player().body.x, y = env.world().player().body.y;
  float furthest = x, highest = y;
  Random random(1);
  for (int i = 0; i < 600; ++i) {
    before = now;
    const auto action = static_cast<std::int32_t>(random.below(12));
    const StepResult result = env.step({.index = action});
    furthest = std::max(furthest, env.world().player().body.x);
    highest = std::max(highest, env.world().player().body.y);
    env.metrics(now);
    CHECK(now[0] == static_cast<double>(furthest - x));
    CHECK(now[1] == static_cast<double>(highest - y));
    if (result.status != Status::running) break;
  }
  CHECK(now[0] > 0);
  CHECK(now[1] > 1);  // it has jumped
  Writer out;
  env.save(out);
  Platformer other(generated(0.2, ObservationKind::features));
  other.reset(4);
  Reader in(out.bytes());
  other.load(in);
  other.metrics(before);
  CHECK(before == now);
}

TEST_CASE("raw buttons are pressed from a half on") {
  PlatformerSettings settings;
  settings.levels.file = "first_steps";
  settings.actions = ActionKind::buttons;
  Platformer raw(settings);
  settings.actions = ActionKind::complex;
  Platformer named(settings);
  raw.reset(1);
  named.reset(1);
  const float pressed[] = {0.49f, 0.5f, 0, 1, 0.9f};
  for (int i = 0; i < 50; ++i) {
    raw.step({.values = pressed});
    named.step({.index = 4});
  }
  CHECK(raw.world().player().body.x == named.world().player().body.x);
  CHECK(raw.world().player().body.y == named.world().player().body.y);
}

TEST_CASE("a curriculum rises with success, falls with failure and is saved") {
  PlatformerSettings settings = generated(0.1, ObservationKind::features);
  settings.levels.generator.curriculum = true;
  settings.levels.generator.curriculum_step = 0.1;
  Platformer env(settings);
  env.reset(1);
  CHECK(env.difficulty() == doctest::Approx(0.1));
  env.world().place(env.world().level().goal_x - 0.01f, 3, 9, 0);
  env.step({.index = 1});
  env.reset(2);
  CHECK(env.difficulty() == doctest::Approx(0.2));
  Writer saved;
  env.save(saved);
  env.world().place(3, -1.9f, 0, -17);
  env.step({.index = 0});
  env.reset(3);
  CHECK(env.difficulty() == doctest::Approx(0.15));
  Platformer other(settings);
  Reader reader(saved.bytes());
  other.load(reader);
  CHECK(other.difficulty() == doctest::Approx(0.2));
  CHECK(other.world().level().tiles == [&] {
    Platformer third(settings);
    Reader again(saved.bytes());
    third.load(again);
    return third.world().level().tiles;
  }());
}

TEST_CASE("features describe what lies ahead") {
  PlatformerSettings settings;
  settings.levels.file = "first_steps";
  settings.observation = ObservationKind::features;
  Platformer env(settings);
  env.reset(1);
  env.world().place(20.5f, 2);
  env.step({.index = 0});
  Ahead ahead = look_ahead(env.world());
  CHECK(ahead.wall_height == 2);
  CHECK(ahead.wall_distance == doctest::Approx(21 - 20.5 - 0.375));
  CHECK(ahead.gap_width == 2);
  CHECK(ahead.gap_distance == doctest::Approx(24 - 20.5 - 0.375));
  CHECK(ahead.ground_below == 0);
  env.world().place(48, 2);
  env.step({.index = 0});
  ahead = look_ahead(env.world());
  CHECK(ahead.gap_width == 0);
  CHECK(ahead.gap_distance == Ahead::range);
  CHECK(ahead.wall_distance == doctest::Approx(54 - 48 - 0.375));
}

TEST_CASE("a frame can be drawn at any moment") {
  Platformer env(generated(1, ObservationKind::features));
  Scene scene;
  env.reset(3);
  for (int i = 0; i < 200; ++i) {
    env.draw(scene);
    REQUIRE(scene.width() == 960);
    REQUIRE(scene.primitives().size() > 20);
    if (env.step({.index = 4}).status != Status::running) env.reset(static_cast<Seed>(i));
  }
}

TEST_CASE("a batch gives the same results with any number of threads") {
  const PlatformerSettings settings = generated(0.6, ObservationKind::tiles);
  Batch<Platformer> one(6, {}, 3, 1, [&] { return Platformer(settings); });
  Batch<Platformer> two(6, {}, 3, 2, [&] { return Platformer(settings); });
  one.reset();
  two.reset();
  Random random(8);
  std::vector<std::int32_t> actions(6);
  std::size_t finished = 0;
  for (int i = 0; i < 1500; ++i) {
    if (i % 10 == 0)
      for (auto& action : actions) action = static_cast<std::int32_t>(1 + random.below(4));
    one.step({.discrete = actions, .continuous = {}});
    two.step({.discrete = actions, .continuous = {}});
    REQUIRE(std::equal(one.observations().begin(), one.observations().end(),
                       two.observations().begin(), two.observations().end()));
    REQUIRE(std::equal(one.rewards().begin(), one.rewards().end(), two.rewards().begin(),
                       two.rewards().end()));
    finished += one.finished().size();
  }
  CHECK(finished > 6);
}
