#include "agents/dqn/replay.h"

#include <doctest/doctest.h>

#include <bit>
#include <map>
#include <string>

#include "envs/classic/cart_pole.h"
#include "sim/core/batch.h"
#include "tests/agents/dqn/naive_replay.h"
#include "tests/allocations.h"

using namespace sandlot;

namespace {

using Shape = ReplayPlay::Shape;

std::vector<Shape> all_shapes() {
  const Space floats = Space::box({3}, -1, 1);
  const Space steps = Space::box({2, 2, 2}, -1, 1).quantized(1.0f / 64);
  const Space large = Space::box({3, 5, 5}, 0, 1).quantized(1.0f / 255);
  Space bounds = Space::box({-1, 0, 5}, {1, 10, 5.5});
  bounds.quantum = 0.25f;
  const Space states = Space::discrete(200), many = Space::discrete(3000);
  std::vector<Shape> shapes;
  for (const int n : {1, 3, 5}) {
    shapes.push_back({.frame = floats, .n_step = n});
    shapes.push_back({.frame = floats, .stack = 4, .copies = 3, .n_step = n, .slots = 4 + n});
    shapes.push_back({.frame = steps, .stack = 3, .copies = 2, .n_step = n, .masks = true});
    shapes.push_back({.frame = bounds, .stack = 2, .n_step = n, .slots = 33, .end_rate = 0.05});
    shapes.push_back({.frame = large, .stack = 2, .n_step = n});
    shapes.push_back({.frame = states, .copies = 5, .n_step = n, .end_rate = 0.5});
    shapes.push_back({.frame = states, .stack = 2, .n_step = n, .masks = true, .state_size = 2});
    shapes.push_back({.frame = many, .copies = 2, .n_step = n, .state_size = 3});
    shapes.push_back({.frame = steps, .n_step = n, .storage = ReplayStorage::floats});
    shapes.push_back({.frame = floats, .n_step = n, .slots = 1 + n, .end_rate = 0});
  }
  const auto plain = shapes;
  for (Shape shape : plain) {
    shape.prioritized = true;
    shapes.push_back(shape);
  }
  return shapes;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

template <class T>
std::span<const T> row_of(const std::vector<T>& values, std::size_t row, std::size_t rows) {
  const std::size_t width = values.size() / rows;
  return std::span(values).subspan(row * width, width);
}

// Every row of the batch is what the definition says of its slot.
void compare(const ReplayBatch& batch, const std::map<std::int64_t, NaiveTransition>& expected,
             bool masks) {
  const auto rows = static_cast<std::size_t>(batch.rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto found = expected.find(batch.indices[i]);
    REQUIRE(found != expected.end());
    const NaiveTransition& x = found->second;
    REQUIRE(same_bits(row_of(batch.observations, i, rows), x.observation));
    REQUIRE(same_bits(row_of(batch.next_observations, i, rows), x.next));
    REQUIRE(batch.actions[i] == x.action);
    REQUIRE(batch.returns[i] == doctest::Approx(x.value).epsilon(1e-6));
    REQUIRE(batch.discounts[i] == doctest::Approx(x.discount).epsilon(1e-6));
    REQUIRE((batch.discounts[i] == 0) == (x.discount == 0));
    if (masks)
      REQUIRE(std::ranges::equal(row_of(batch.next_legal, i, rows), x.next_legal));
    else
      REQUIRE(batch.next_legal.empty());
  }
}

double chi_square(const std::map<std::int64_t, int>& counts,
                  const std::map<std::int64_t, double>& expected) {
  double sum = 0;
  for (const auto& [index, mean] : expected) {
    const auto found = counts.find(index);
    const double difference = (found == counts.end() ? 0 : found->second) - mean;
    sum += difference * difference / mean;
  }
  return sum;
}

// Four deviations above the mean of that distribution.
double limit(std::size_t values) {
  const double freedom = static_cast<double>(values) - 1;
  return freedom + 4 * std::sqrt(2 * freedom);
}

}  // namespace

TEST_CASE("replay: what may be sampled is what the definition says, all of it and no more") {
  for (const Shape& shape : all_shapes()) {
    CAPTURE(shape.frame.describe());
    CAPTURE(shape.stack);
    CAPTURE(shape.copies);
    CAPTURE(shape.n_step);
    CAPTURE(shape.slots);
    CAPTURE(shape.prioritized);
    ReplayPlay play(shape);
    Random random(5), errors(6);
    ReplayBatch all, some;
    std::vector<float> td;
    for (int t = 0; t < 600; ++t) {
      CAPTURE(t);
      play.step();
      const auto expected = play.naive.transitions();
      REQUIRE(play.memory.size() == static_cast<std::int64_t>(expected.size()));
      for (std::int64_t i = -1; i <= shape.slots * shape.copies; ++i)
        REQUIRE(play.memory.holds(i) == (expected.count(i) == 1));
      if (expected.empty()) continue;
      std::vector<std::int64_t> indices;
      for (const auto& entry : expected) indices.push_back(entry.first);
      play.memory.gather(indices, all);
      REQUIRE(all.rows == static_cast<int>(expected.size()));
      compare(all, expected, shape.masks);
      play.memory.sample(7, random, 0.5, some);
      REQUIRE(some.rows == 7);
      compare(some, expected, shape.masks);
      td.resize(7);
      for (float& e : td) e = static_cast<float>(errors.normal());
      play.memory.set_errors(some.indices, td);
    }
  }
}

TEST_CASE("replay: frames of a stacked world come back as the world showed them") {
  WrapperSettings wrappers;
  wrappers.frame_stack = 4;
  wrappers.step_limit = 25;
  Batch<classic::CartPole> world(3, wrappers, 2, 1,
                                 [] { return classic::CartPole(classic::CartPole::Settings{}); });
  ReplaySettings settings;
  settings.capacity = 3 * 61;
  ReplayBuffer memory(settings, world.spec(), 4, 3, 1, 0.99);
  CHECK_FALSE(memory.stores_bytes());
  world.reset();
  struct Seen {
    std::vector<float> observation, next;
    float discount;
  };
  std::map<std::int64_t, Seen> seen;
  std::vector<std::int64_t> written(3);
  Random random(3);
  std::vector<std::int32_t> actions(3);
  ReplayBatch batch;
  for (int t = 0; t < 500; ++t) {
    std::vector<float> before(world.observations().begin(), world.observations().end());
    for (int row = 0; row < 3; ++row) {
      if (memory.begun(row)) continue;
      memory.begin(row, world.observation(row));
      ++written[static_cast<std::size_t>(row)];
    }
    for (auto& action : actions) action = static_cast<std::int32_t>(random.below(2));
    world.step({.discrete = actions, .continuous = {}});
    for (int row = 0; row < 3; ++row) {
      const auto r = static_cast<std::size_t>(row);
      const Status status = world.statuses()[r];
      const auto next =
          status == Status::running ? world.observation(row) : world.final_observation(row);
      memory.add(row, actions[r], world.rewards()[r], status, next);
      seen[row * 61 + (written[r]++ - 1) % 61] = {
          {before.begin() + row * 16, before.begin() + row * 16 + 16},
          {next.begin(), next.end()},
          status == Status::terminated ? 0.0f : 0.99f};
    }
    memory.sample(32, random, 1, batch);
    for (std::size_t i = 0; i < 32; ++i) {
      const Seen& x = seen.at(batch.indices[i]);
      REQUIRE(same_bits(row_of(batch.observations, i, 32), x.observation));
      REQUIRE(same_bits(row_of(batch.next_observations, i, 32), x.next));
      REQUIRE(batch.discounts[i] == x.discount);
    }
  }
}

TEST_CASE(
    "replay: a truncation bootstraps from the true last observation, a termination does not") {
  const auto discrete = spec_of(Space::discrete(4));
  for (const Status end : {Status::terminated, Status::truncated}) {
    ReplayBuffer memory({}, discrete, 1, 1, 3, 0.5);
    const auto at = [](float state) { return std::vector<float>{state}; };
    memory.begin(0, at(0));
    memory.add(0, 1, 8, Status::running, at(1));
    CHECK(memory.size() == 0);
    memory.add(0, 0, 4, end, at(2));
    CHECK(memory.size() == 2);
    memory.begin(0, at(3));  // never part of what came before
    memory.add(0, 0, 100, Status::running, at(3));
    CHECK(memory.size() == 2);
    ReplayBatch batch;
    const std::vector<std::int64_t> both = {0, 1};
    memory.gather(both, batch);
    CHECK(batch.observations == std::vector<float>{0, 1});
    CHECK(batch.next_observations == std::vector<float>{2, 2});
    CHECK(batch.actions == std::vector<std::int32_t>{1, 0});
    CHECK(batch.returns == std::vector<float>{8 + 4 * 0.5f, 4});
    CHECK(batch.discounts ==
          (end == Status::terminated ? std::vector<float>{0, 0} : std::vector<float>{0.25f, 0.5f}));
    CHECK(batch.weights == std::vector<float>{1, 1});
  }
}

TEST_CASE("replay: without priorities each transition is as likely as any other") {
  for (const bool full : {false, true}) {
    ReplayPlay play({.stack = 2, .copies = 3, .n_step = 3, .slots = 25});
    for (int t = 0; t < (full ? 1000 : 30); ++t) play.step();
    const auto expected = play.naive.transitions();
    Random random(7);
    std::map<std::int64_t, int> counts;
    std::map<std::int64_t, double> means;
    ReplayBatch batch;
    for (int round = 0; round < 1000; ++round) {
      play.memory.sample(50, random, 1, batch);
      for (const auto index : batch.indices) ++counts[index];
      for (const auto weight : batch.weights) REQUIRE(weight == 1);
    }
    for (const auto& entry : expected)
      means[entry.first] = 50000 / static_cast<double>(expected.size());
    CHECK(counts.size() == expected.size());
    CHECK(chi_square(counts, means) < limit(expected.size()));
  }
}

TEST_CASE("replay: priorities are followed, and weights make up for them") {
  ReplayPlay play({.stack = 2, .copies = 2, .n_step = 2, .slots = 30, .prioritized = true});
  for (int t = 0; t < 400; ++t) play.step();
  const auto held = play.naive.transitions();
  std::vector<std::int64_t> indices;
  std::vector<float> errors;
  Random random(8);
  for (const auto& entry : held) {
    indices.push_back(entry.first);
    errors.push_back(static_cast<float>(random.normal() * 3));
    CHECK(play.memory.priority(entry.first) == 1);  // new: the highest so far
  }
  errors[0] = 0;
  play.memory.set_errors(indices, errors);
  double total = 0, highest = 1;
  std::map<std::int64_t, double> p;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const double expected = std::pow(std::abs(static_cast<double>(errors[i])) + 1e-6, 0.6);
    REQUIRE(play.memory.priority(indices[i]) == doctest::Approx(expected).epsilon(1e-12));
    p[indices[i]] = expected;
    total += expected;
    highest = std::max(highest, expected);
  }
  std::map<std::int64_t, int> counts;
  ReplayBatch batch;
  constexpr int kRounds = 2000, kRows = 40;
  constexpr double beta = 0.7;
  for (int round = 0; round < kRounds; ++round) {
    play.memory.sample(kRows, random, beta, batch);
    double largest = 0;
    for (const auto index : batch.indices)
      largest =
          std::max(largest, std::pow(static_cast<double>(held.size()) * p[index] / total, -beta));
    for (std::size_t i = 0; i < kRows; ++i) {
      ++counts[batch.indices[i]];
      const double weight =
          std::pow(static_cast<double>(held.size()) * p[batch.indices[i]] / total, -beta);
      REQUIRE(batch.weights[i] == doctest::Approx(weight / largest).epsilon(1e-6));
    }
    // One from each part of the sum: none may come more often than it has parts.
    std::map<std::int64_t, int> times;
    for (const auto index : batch.indices) ++times[index];
    for (const auto& [index, n] : times) REQUIRE(n <= p[index] / total * kRows + 2);
  }
  std::map<std::int64_t, double> means;
  for (const auto& [index, weight] : p)
    if (weight / total * kRounds * kRows > 5) means[index] = weight / total * kRounds * kRows;
  CHECK(means.size() > held.size() - 3);
  CHECK(chi_square(counts, means) < limit(means.size()));
  play.step();
  for (const auto& entry : play.naive.transitions())
    if (held.count(entry.first) == 0 ||
        held.at(entry.first).observation != entry.second.observation)
      CHECK(play.memory.priority(entry.first) == doctest::Approx(highest));
}

TEST_CASE("replay: with equal priorities as many rows as transitions are each of them once") {
  ReplayPlay play({.copies = 1, .slots = 64, .end_rate = 0, .prioritized = true});
  for (int t = 0; t < 65; ++t) play.step();
  REQUIRE(play.memory.size() == 63);
  Random random(9);
  ReplayBatch batch;
  play.memory.sample(63, random, 0.4, batch);
  std::sort(batch.indices.begin(), batch.indices.end());
  CHECK(std::unique(batch.indices.begin(), batch.indices.end()) == batch.indices.end());
  CHECK(batch.weights == std::vector<float>(63, 1));
}

TEST_CASE("replay: sequences are consecutive steps of one episode") {
  for (Shape shape : all_shapes()) {
    CAPTURE(shape.frame.describe());
    CAPTURE(shape.stack);
    CAPTURE(shape.n_step);
    ReplayPlay play(shape);
    Random random(5);
    SequenceBatch batch;
    constexpr std::size_t kLength = 4, kRows = 6;
    for (int t = 0; t < 300; ++t) {
      play.step();
      if (play.memory.size() == 0) continue;
      const auto expected = play.naive.transitions();
      play.memory.sample_sequences(kRows, kLength, random, 0.5, batch);
      for (std::size_t row = 0; row < kRows; ++row) {
        const auto found = expected.find(batch.indices[row]);
        REQUIRE(found != expected.end());
        const NaiveTransition& x = found->second;
        const NaiveEpisode& episode = play.naive.of(x.row)[x.episode];
        REQUIRE(same_bits(row_of(batch.states, row, kRows),
                          shape.state_size > 0 ? episode.states[x.t] : std::vector<float>{}));
        for (std::size_t k = 0; k <= kLength; ++k) {
          const std::size_t at = x.t + k, length = episode.actions.size();
          const std::size_t i = k * kRows + row;
          const auto seen = row_of(batch.observations, i, (kLength + 1) * kRows);
          if (at <= length)
            REQUIRE(same_bits(seen, episode.observation(at, shape.stack)));
          else
            REQUIRE(std::ranges::all_of(seen, [](float v) { return v == 0; }));
          if (shape.masks)
            REQUIRE(std::ranges::equal(
                row_of(batch.legal, i, (kLength + 1) * kRows),
                at <= length ? episode.legal[at] : std::vector<std::uint8_t>(4, 1)));
          if (k == kLength) break;
          REQUIRE(batch.mask[i] == (at < length ? 1 : 0));
          REQUIRE(batch.actions[i] == (at < length ? episode.actions[at] : 0));
          REQUIRE(batch.rewards[i] == (at < length ? episode.rewards[at] : 0));
          REQUIRE(batch.terminated[i] ==
                  (at + 1 == length && episode.end == Status::terminated ? 1 : 0));
          // With n ≥ length nothing but an end cuts a window.
          if (shape.n_step >= static_cast<int>(kLength))
            REQUIRE((batch.mask[i] == 1 || episode.end != Status::running));
        }
      }
    }
  }
}

TEST_CASE("replay: a million stacked pictures take 7 GB, not 28") {
  ReplaySettings settings;
  settings.capacity = 1000000;
  EnvironmentSpec spec = spec_of(Space::box({4, 84, 84}, 0, 1).quantized(1.0f / 255));
  const auto bytes = ReplayBuffer::bytes_for(settings, spec, 4, 8);
  CHECK(bytes == std::size_t{1000000} * (84 * 84 + 12) + 8 * sizeof(double));
  CHECK(static_cast<double>(bytes) < 7.1e9);
  settings.storage = ReplayStorage::floats;
  CHECK(static_cast<double>(ReplayBuffer::bytes_for(settings, spec, 4, 8)) > 28e9);
  for (const Shape& shape : all_shapes()) {
    ReplayPlay play(shape);
    CHECK(play.memory.bytes() == ReplayBuffer::bytes_for(ReplayPlay::settings(shape),
                                                         ReplayPlay::spec(shape), shape.stack,
                                                         shape.copies, shape.state_size));
  }
}

TEST_CASE("replay: nothing is allocated once warm") {
  for (const bool prioritized : {false, true}) {
    ReplayPlay play({.frame = Space::box({4}, 0, 1),
                     .stack = 2,
                     .copies = 2,
                     .n_step = 3,
                     .masks = true,
                     .state_size = 2,
                     .prioritized = prioritized});
    for (int t = 0; t < 200; ++t) play.step();
    Random random(1);
    ReplayBatch batch;
    SequenceBatch sequences;
    std::vector<float> observation(8, 0.5f), errors(16, 1.0f);
    long before = 0;
    for (int t = 0; t < 100; ++t) {
      if (t == 1) before = allocations;
      for (int row = 0; row < 2; ++row) {
        if (!play.memory.begun(row)) play.memory.begin(row, observation);
        play.memory.add(row, 1, 0.5f, t % 7 == 0 ? Status::terminated : Status::running,
                        observation);
      }
      play.memory.sample(16, random, 0.4, batch);
      play.memory.set_errors(batch.indices, errors);
      play.memory.sample_sequences(8, 5, random, 0.4, sequences);
    }
    CHECK(allocations == before);
  }
}

TEST_CASE("replay: what cannot be is refused, and changes nothing") {
  ReplayBuffer memory({}, spec_of(Space::box({2}, 0, 1).quantized(0.5f)), 1, 2, 1, 0.9);
  CHECK(memory.stores_bytes());
  const std::vector<float> good = {0, 0.5f}, odd = {0.25f, 0.3f}, small = {0};
  const std::vector<float> lost = {std::nanf(""), 0};
  CHECK_THROWS_WITH_AS(memory.add(0, 0, 0, Status::running, good), "replay: add() before begin()",
                       std::logic_error);
  CHECK_THROWS_WITH_AS(memory.begin(0, odd),
                       "replay: 2 values of an observation are not of the steps that its space "
                       "promises, box(2, 0…1)",
                       std::invalid_argument);
  CHECK_THROWS_AS(memory.begin(0, lost), std::invalid_argument);
  ReplayBuffer wide({}, spec_of(Space::box({70}, 0, 1).quantized(1.0f / 255)), 1, 1, 1, 0.9);
  for (std::size_t i = 0; i < 70; ++i) {
    for (const float wrong : {0.5f, -1.0f, 300.0f, 1e30f, std::nanf("")}) {
      std::vector<float> values(70);
      values[i] = wrong;
      CHECK_THROWS_WITH_AS(wide.begin(0, values), doctest::Contains("1 values"),
                           std::invalid_argument);
    }
  }
  CHECK_THROWS_WITH_AS(memory.begin(0, small),
                       "replay: an observation, its mask of actions or its state has another size",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(memory.begin(2, good), "replay: there is no such row",
                       std::invalid_argument);
  memory.begin(0, good);
  CHECK_THROWS_WITH_AS(memory.begin(0, good), "replay: begin() inside an episode",
                       std::logic_error);
  CHECK_THROWS_WITH_AS(memory.add(0, 2, 0, Status::running, good),
                       "replay: there is no such action", std::invalid_argument);
  CHECK_THROWS_WITH_AS(memory.add(0, 0, std::nanf(""), Status::running, good),
                       "replay: a reward is not finite", std::invalid_argument);
  CHECK_THROWS_AS(memory.add(0, 0, 0, Status::running, odd), std::invalid_argument);
  Random random(1);
  ReplayBatch batch;
  CHECK_THROWS_WITH_AS(memory.sample(4, random, 1, batch), "replay: there is nothing to sample yet",
                       std::logic_error);
  memory.add(0, 1, 2, Status::truncated, good);
  CHECK(memory.size() == 1);
  const std::vector<std::int64_t> one = {0}, none = {1}, far = {1 << 30};
  memory.gather(one, batch);
  CHECK(batch.actions[0] == 1);
  CHECK_THROWS_WITH_AS(memory.gather(none, batch), "replay: there is no such transition",
                       std::invalid_argument);
  CHECK_THROWS_AS(memory.gather(far, batch), std::invalid_argument);

  ReplayBuffer floats({}, spec_of(Space::box({2}, 0, 1)), 1, 1, 1, 0.9);
  CHECK_THROWS_WITH_AS(floats.begin(0, lost), "replay: 1 values of an observation are not finite",
                       std::invalid_argument);
  ReplaySettings prioritized;
  prioritized.prioritized = true;
  ReplayBuffer tree(prioritized, spec_of(Space::discrete(3)), 1, 1, 1, 0.9);
  tree.begin(0, small);
  tree.add(0, 0, 0, Status::running, small);
  const std::vector<float> infinite = {std::numeric_limits<float>::infinity()}, two = {1, 1};
  CHECK_THROWS_WITH_AS(tree.set_errors(one, infinite),
                       "replay: a TD error is not finite: learning has diverged",
                       std::invalid_argument);
  CHECK_THROWS_AS(tree.set_errors(one, two), std::invalid_argument);
  CHECK_THROWS_AS(tree.set_errors(none, small), std::invalid_argument);
  CHECK(tree.priority(0) == 1);
}
