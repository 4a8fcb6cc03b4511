#include "agents/genetic/neat.h"

#include <doctest/doctest.h>

#include <cmath>

#include "envs/classic/xor.h"
#include "sim/core/batch.h"
#include "tests/agents/tabular/plain_training.h"
#include "tests/allocations.h"

using namespace sandlot;

namespace {

EnvironmentSpec box_spec(int inputs, int outputs) {
  EnvironmentSpec spec;
  spec.observation = Space::box({inputs}, 0, 1);
  spec.action = Space::box({outputs}, 0, 1);
  spec.step_limit = 10;
  return spec;
}

float sigmoid(double x) { return static_cast<float>(1 / (1 + std::exp(-4.9 * x))); }

// Inputs 0 and 1, bias 2, output 3, hidden from 4 on.
NeatGenome two_inputs() {
  NeatGenome genome;
  genome.links = {
      {0, 0, 3, 0.5f, true, false}, {1, 1, 3, -1, true, false}, {2, 2, 3, 0.25f, true, false}};
  return genome;
}

std::vector<std::byte> saved(const NeatSearch& search) {
  Writer out;
  search.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

// Larger where the first weights are: something that a search can follow.
std::vector<double> slope(const NeatSearch& search) {
  std::vector<double> fitness;
  for (const auto& one : search.population()) {
    double sum = 0;
    for (const NeatLink& l : one.genome.links) sum += static_cast<double>(l.weight);
    fitness.push_back(sum - static_cast<double>(one.genome.hidden.size()));
  }
  return fitness;
}

}  // namespace

TEST_CASE("neat: the quick tanh is within 5e-7 of the true one") {
  for (float x = -12; x < 12; x += 0.001f) CHECK(std::abs(quick_tanh(x) - std::tanh(x)) < 5e-7f);
}

TEST_CASE("neat: a network by hand, one link of it split and one switched off") {
  NeatNetwork network(box_spec(2, 1), NeatActivation::sigmoid, false);
  NeatGenome genome = two_inputs();
  std::vector<float> out(1);
  const std::vector<float> seen{1, 0.5f};
  const auto answer = [&] {
    network.compile(genome);
    network.act(1, seen, {}, {}, out);
    return out[0];
  };
  CHECK(answer() == doctest::Approx(sigmoid(0.5 - 0.5 + 0.25)));
  // 0 → 4 → 3 beside it: the node holds the sigmoid of its input.
  genome.hidden = {4};
  genome.links[0].enabled = false;
  genome.links.push_back({3, 0, 4, 1, true, false});
  genome.links.push_back({4, 4, 3, 0.5f, true, false});
  CHECK(answer() == doctest::Approx(sigmoid(0.5 * static_cast<double>(sigmoid(1)) - 0.5 + 0.25)));
  CHECK(network.hidden() == 1);
  CHECK(network.links() == 4);
  // A node that leads nowhere is left out.
  genome.links[4].enabled = false;
  CHECK(answer() == doctest::Approx(sigmoid(-0.5 + 0.25)));
  CHECK(network.hidden() == 0);
  CHECK(network.links() == 2);
}

TEST_CASE("neat: a recurrent link carries the step before, by row, until it is forgotten") {
  NeatNetwork network(box_spec(2, 1), NeatActivation::sigmoid, false);
  NeatGenome genome = two_inputs();
  genome.links.push_back({3, 3, 3, 2, true, true});
  network.compile(genome);
  const std::vector<float> seen{1, 0.5f, 0, 0};
  std::vector<float> out(2);
  network.act(2, seen, {}, {}, out);
  const float first = sigmoid(0.25), other = sigmoid(0.25);
  CHECK(out[0] == doctest::Approx(first));
  network.act(2, seen, {}, {}, out);
  CHECK(out[0] == doctest::Approx(sigmoid(0.25 + 2 * static_cast<double>(first))));
  CHECK(out[1] == doctest::Approx(sigmoid(0.25 + 2 * static_cast<double>(other))));
  network.forget(0);
  network.act(2, seen, {}, {}, out);
  CHECK(out[0] == doctest::Approx(first));
  CHECK(out[1] > first);
}

TEST_CASE("neat: where signals are delayed, a hidden node hands on what it held the step before") {
  NeatNetwork network(box_spec(2, 1), NeatActivation::sigmoid, false, true);
  NeatGenome genome = two_inputs();
  // 0 → 4 → 3 beside the direct link 0 → 3, and 4 sees the output.
  genome.hidden = {4};
  genome.links.push_back({3, 0, 4, 1, true, false});
  genome.links.push_back({4, 4, 3, -0.5f, true, false});
  genome.links.push_back({5, 3, 4, 0.75f, true, true});
  network.compile(genome);
  double hidden = 0, output = 0;
  for (const float x : {1.0f, 0.25f, 0.0f, 0.5f}) {
    const std::vector<float> seen{x, 0};
    std::vector<float> out(1);
    network.act(1, seen, {}, {}, out);
    const double now = static_cast<double>(x);
    const double shown = static_cast<double>(sigmoid(0.5 * now + 0.25 - 0.5 * hidden));
    hidden = static_cast<double>(sigmoid(now + 0.75 * output));
    output = shown;
    CHECK(out[0] == doctest::Approx(output));
  }
  network.forget(0);
  std::vector<float> out(1);
  network.act(1, std::vector<float>{1, 0}, {}, {}, out);
  CHECK(out[0] == doctest::Approx(sigmoid(0.75)));
}

TEST_CASE("neat: equal changes of a generation get equal numbers, of another others") {
  const NeatShape shape{2, 1};
  NeatInnovations numbers(shape);
  CHECK(numbers.link(0, 3, false) == 0);
  CHECK(numbers.link(1, 3, false) == 1);
  CHECK(numbers.link(0, 3, false) == 0);
  CHECK(numbers.link(0, 3, true) == 2);
  const auto split = numbers.split(1);
  CHECK(split.node == 4);
  CHECK(numbers.split(1).node == 4);
  CHECK(numbers.split(1).out == split.out);
  CHECK(numbers.split(0).node == 5);
  numbers.new_generation();
  CHECK(numbers.split(1).node == 6);
  CHECK(numbers.link(0, 3, false) == 9);
}

TEST_CASE("neat: distance, and a child that has the structure of the fitter parent") {
  NeatGenome a = two_inputs(), b = two_inputs();
  CHECK(neat_distance(a, b, {}) == 0);
  b.links[1].weight = 2;
  CHECK(neat_distance(a, b, {}) == doctest::Approx(0.4 * 3 / 3));
  b.hidden = {4};
  b.links.push_back({5, 0, 4, 1, true, false});
  b.links.push_back({6, 4, 3, 1, true, false});
  CHECK(neat_distance(a, b, {}) == doctest::Approx(0.4 + 2));
  CHECK(neat_distance(a, b, {.disjoint = 2, .weights = 0}) == doctest::Approx(4));
  b.links[0].enabled = false;
  const NeatOperators operators({2, 1}, {});
  Random random(1);
  int from_b = 0, averaged = 0, disabled = 0;
  for (int i = 0; i < 2000; ++i) {
    const NeatGenome child = operators.cross(a, b, random);
    REQUIRE(child.links.size() == 3);
    CHECK(child.hidden.empty());
    from_b += child.links[1].weight == 2;
    averaged += child.links[1].weight == 0.5f;
    disabled += !child.links[0].enabled;
  }
  // 60 % pick, one half of them from b; 40 % average; 75 % stay off.
  CHECK(std::abs(from_b - 600) < 90);
  CHECK(std::abs(averaged - 800) < 90);
  CHECK(std::abs(disabled - 1500) < 90);
  CHECK(operators.cross(b, a, random).links.size() == 5);
}

TEST_CASE("neat: whatever mutates, genomes stay valid and networks act the same by row or batch") {
  for (const bool recurrent : {false, true}) {
    const EnvironmentSpec spec = box_spec(3, 2);
    NeatMutation settings{
        .add_node = 0.2, .add_link = 0.4, .toggle = 0.1, .enable = 0.1, .recurrent = recurrent};
    NeatNetwork one(spec, NeatActivation::tanh, true), all(spec, NeatActivation::tanh, true);
    const NeatShape shape = one.shape();
    NeatInnovations innovations(shape);
    const NeatOperators operators(shape, settings);
    Random random(7);
    NeatGenome a = operators.first(true, innovations, random);
    NeatGenome b = operators.first(false, innovations, random);
    for (int i = 0; i < 120; ++i) {
      innovations.new_generation();
      operators.mutate(a, innovations, random);
      operators.mutate(b, innovations, random);
      if (i % 10 == 0) b = operators.cross(a, b, random);
      for (const NeatGenome* genome : {&a, &b}) {
        Writer out;
        genome->save(out);
        NeatGenome read;
        Reader in(out.bytes());
        // Refuses circles and nodes that are not there.
        CHECK_NOTHROW(read.load(in, shape, innovations.nodes(), innovations.innovations()));
        if (!recurrent)
          for (const NeatLink& l : genome->links) CHECK_FALSE(l.recurrent);
      }
    }
    CHECK(a.hidden.size() > 5);
    const int rows = 13;
    std::vector<float> seen(3 * rows), together(2 * rows), alone(2);
    all.compile(a);
    std::vector<NeatNetwork> singles(rows, one);
    for (auto& n : singles) n.compile(a);
    for (int step = 0; step < 4; ++step) {
      for (float& x : seen) x = random.uniform_float();
      all.act(rows, seen, {}, {}, together);
      for (std::size_t r = 0; r < rows; ++r) {
        singles[r].act(1, std::span(seen).subspan(3 * r, 3), {}, {}, alone);
        CHECK(alone[0] == together[2 * r]);
        CHECK(alone[1] == together[2 * r + 1]);
      }
    }
    const long before = allocations;
    for (int step = 0; step < 10; ++step) all.act(rows, seen, {}, {}, together);
    CHECK(allocations == before);
  }
}

TEST_CASE("neat: saved in the middle it goes on as if unbroken; damage is refused") {
  NeatSettings settings;
  settings.population = 40;
  settings.threshold = 1;
  settings.mutation.add_node = settings.mutation.add_link = 0.2;
  settings.mutation.recurrent = true;
  const NeatShape shape{3, 2};
  NeatSearch whole(settings, shape, 3), loaded(settings, shape, 4);
  for (int i = 0; i < 12; ++i) whole.tell(slope(whole));
  CHECK(whole.species().size() > 1);
  const auto bytes = saved(whole);
  Reader in(bytes);
  loaded.load(in);
  CHECK(in.remaining() == 0);
  for (int i = 0; i < 12; ++i) {
    whole.tell(slope(whole));
    loaded.tell(slope(loaded));
  }
  CHECK(saved(loaded) == saved(whole));
  CHECK(whole.population().size() == 40);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 40) {
    Reader cut(std::span<const std::byte>(bytes).first(size));
    CHECK_THROWS_AS(loaded.load(cut), ArchiveError);
  }
}

TEST_CASE("neat: links that form a circle are refused") {
  NeatGenome genome = two_inputs();
  genome.hidden = {4, 5};
  genome.links.push_back({3, 4, 5, 1, true, false});
  genome.links.push_back({4, 5, 4, 1, false, false});
  Writer out;
  genome.save(out);
  NeatGenome read;
  Reader in(out.bytes());
  CHECK_THROWS_WITH_AS(
      read.load(in, {2, 1}, 6, 5),
      "archive: cannot be read: links that are not recurrent form a circle (at byte "
      "114)",
      ArchiveError);
}

TEST_CASE("neat: exclusive or is found, with a hidden node") {
  // With these settings 100 of 100 seeds found it, after 5,503 networks in the mean and 16,701 at
  // most (Stanley & Miikkulainen 2002: 4,755 and 13,459).
  Neat::Settings settings;
  settings.scaled = false;
  settings.search.mutation.size = 5;
  for (Seed seed = 1; seed <= 3; ++seed) {
    Batch<classic::Xor> world(1, {}, seed, 1, [] { return classic::Xor(); });
    world.reset();
    Neat agent(settings, world.spec(), 1, seed);
    PlainTraining training(world, 0);
    bool solved = false;
    while (!solved && training.episodes() < 20000) {
      training.allow(600);
      agent.train(training);
      for (const auto& record : training.records) solved = solved || record.goal;
      training.records.clear();
    }
    CHECK(solved);
  }
}
