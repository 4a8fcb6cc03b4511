#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <vector>

#include "learners/cluster/register.h"
#include "learners/decompose/register.h"
#include "learners/encoders/dbscan_novelty.h"
#include "learners/encoders/dimensionality_reduction.h"
#include "learners/encoders/register.h"
#include "learners/encoders/state_aggregation.h"
#include "sim/config/reader.h"
#include "sim/config/tree.h"
#include "sim/core/archive.h"
#include "sim/core/random.h"

using namespace sandlot;

namespace {

const Registry& registry() {
  static const Registry& filled = []() -> const Registry& {
    static Registry r;
    register_clusterers(r);
    register_decompositions(r);
    register_encoders(r);
    return r;
  }();
  return filled;
}

// Settings as a config gives them.
template <class E>
typename E::Settings settings(const std::string& yaml) {
  std::vector<Problem> problems;
  const Tree tree = parse_yaml(yaml, "test");
  typename E::Settings s;
  SettingsReader reader(registry(), tree, "", problems);
  s.fields(reader);
  reader.finish();
  REQUIRE_MESSAGE(problems.empty(), problems.front().describe());
  return s;
}

std::vector<std::string> refusals(const auto& s, const Space& space) {
  struct Collected final : Issues {
    std::vector<std::string> all;
    void add(std::string_view path, std::string_view message) override {
      all.push_back(std::string(path) + ": " + std::string(message));
    }
  } issues;
  s.check(space, issues);
  return issues.all;
}

// Three heaps, far from each other, the second value a thousand times the first in size.
std::vector<float> heaps(int each, Seed seed) {
  Random random(seed);
  std::vector<float> rows;
  for (int i = 0; i < 3 * each; ++i) {
    rows.push_back(static_cast<float>(i % 3) + static_cast<float>(random.normal()) * 0.02f);
    rows.push_back(static_cast<float>(i % 3 == 1 ? 1000 : 0) +
                   static_cast<float>(random.normal()) * 20);
  }
  return rows;
}

const Space plane = Space::box({2}, -1e6f, 1e6f);

std::vector<float> encoded(const Encoder& e, std::span<const float> rows, std::size_t width) {
  std::vector<float> out(rows.size() / 2 * width);
  e.encode(rows, out);
  return out;
}

template <class T>
std::vector<std::byte> bytes_of(const T& thing) {
  Writer out;
  thing.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

template <class T>
void load_from(const std::vector<std::byte>& bytes, T& thing) {
  Reader in(bytes, "test");
  thing.load(in);
}

}  // namespace

TEST_CASE("state aggregation: what lies together is one cell, whatever the units") {
  const auto rows = heaps(50, 1);
  for (const std::string yaml : {"{clusterer: {name: k_means, clusters: 3, restarts: 3}}",
                                 "{clusterer: {name: mean_shift, bandwidth: 0.5}, cells: 10}",
                                 "{clusterer: {name: dbscan, radius: 0.3}, cells: 10}"}) {
    CAPTURE(yaml);
    const auto s = settings<StateAggregation>(yaml);
    StateAggregation cells(s, plane, 7);
    cells.fit(rows);
    const auto numbers = encoded(cells, rows, 1);
    CHECK(std::set(numbers.begin(), numbers.end()).size() == 3);
    for (std::size_t i = 3; i < numbers.size(); ++i) CHECK(numbers[i] == numbers[i % 3]);
    for (const float n : numbers) CHECK(n < static_cast<float>(s.output(plane).n));

    const auto bytes = bytes_of(cells);
    StateAggregation again(s, plane, 8);
    load_from(bytes, again);
    CHECK(encoded(again, rows, 1) == numbers);
    CHECK(bytes_of(again) == bytes);
  }
}

TEST_CASE("state aggregation: what belongs to no cluster, or to one too many, is the last cell") {
  const auto rows = heaps(50, 2);
  StateAggregation cells(
      settings<StateAggregation>("{clusterer: {name: dbscan, radius: 0.3}, cells: 2}"), plane, 7);
  cells.fit(rows);
  const float far[] = {50, 50};
  CHECK(encoded(cells, far, 1)[0] == 2);
  const auto numbers = encoded(cells, std::span(rows).first(12), 1);
  CHECK(numbers == std::vector<float>{0, 1, 2, 0, 1, 2});
}

TEST_CASE("state aggregation: cells move with what training shows only where asked to") {
  for (const bool online : {false, true}) {
    CAPTURE(online);
    StateAggregation cells(settings<StateAggregation>("{clusterer: {name: k_means, clusters: 3, "
                                                      "restarts: 3}, online: " +
                                                      std::string(online ? "true}" : "false}")),
                           plane, 7);
    cells.fit(heaps(50, 3));
    const auto before = bytes_of(cells);
    auto moved = heaps(200, 4);
    for (std::size_t i = 0; i < moved.size(); i += 2) moved[i] += 0.3f;
    for (std::size_t i = 0; i < moved.size(); i += 2) cells.learn(std::span(moved).subspan(i, 2));
    CHECK((bytes_of(cells) == before) == !online);
  }
}

TEST_CASE("state aggregation refuses what cannot be") {
  const auto mean_shift = settings<StateAggregation>("{clusterer: mean_shift, online: true}");
  CHECK(refusals(mean_shift, plane).size() == 1);
  const auto few =
      settings<StateAggregation>("{clusterer: {name: k_means, clusters: 100}, warm_up: 50}");
  CHECK(refusals(few, plane) ==
        std::vector<std::string>{
            "warm_up: expected at least as many steps as there are clusters, 100"});
  CHECK(refusals(settings<StateAggregation>("{}"), Space::discrete(5)).size() == 1);
  CHECK(refusals(settings<StateAggregation>("{}"), plane).empty());
}

TEST_CASE("dimensionality reduction: few numbers of deviation 1 that keep the rows apart") {
  // Ten numbers that are sums of two.
  Random random(5);
  std::vector<float> hidden, rows;
  for (int i = 0; i < 400; ++i) {
    const auto a = static_cast<float>(random.normal()), b = static_cast<float>(random.normal());
    hidden.insert(hidden.end(), {a, b});
    for (int k = 0; k < 10; ++k)
      rows.push_back(a * static_cast<float>(k + 1) + b * static_cast<float>(5 - k));
  }
  const Space ten = Space::box({10}, -1e6f, 1e6f);
  for (const std::string name : {"pca", "truncated_svd"}) {
    CAPTURE(name);
    const auto s =
        settings<DimensionalityReduction>("{transformer: {name: " + name + ", components: 2}}");
    CHECK(s.output(ten) == Space::box({2}, -5, 5));
    DimensionalityReduction reduce(s, ten, 1);
    reduce.fit(rows);
    std::vector<float> codes(800);
    reduce.encode(rows, codes);
    double sums[2] = {0, 0}, squares[2] = {0, 0};
    for (std::size_t i = 0; i < codes.size(); ++i) {
      sums[i % 2] += codes[i];
      squares[i % 2] += codes[i] * codes[i];
    }
    for (int k = 0; k < 2; ++k) {
      CHECK(std::abs(sums[k] / 400) < 1e-3);
      CHECK(squares[k] / 400 == doctest::Approx(1).epsilon(0.01));
    }
    // Nothing is lost: the two hidden numbers are linear in the two codes (least squares by hand).
    double r[2][2] = {}, m[2] = {};
    for (std::size_t i = 0; i < 400; ++i)
      for (int u = 0; u < 2; ++u) {
        m[u] += codes[2 * i + static_cast<std::size_t>(u)] * hidden[2 * i];
        for (int v = 0; v < 2; ++v)
          r[u][v] += codes[2 * i + static_cast<std::size_t>(u)] *
                     codes[2 * i + static_cast<std::size_t>(v)];
      }
    const double det = r[0][0] * r[1][1] - r[0][1] * r[1][0];
    const double w0 = (m[0] * r[1][1] - m[1] * r[0][1]) / det,
                 w1 = (m[1] * r[0][0] - m[0] * r[1][0]) / det;
    double mean = 0, error = 0;
    for (std::size_t i = 0; i < 400; ++i) mean += hidden[2 * i] / 400;
    for (std::size_t i = 0; i < 400; ++i) {
      const double miss = hidden[2 * i] - mean - w0 * codes[2 * i] - w1 * codes[2 * i + 1];
      error += miss * miss / 400;
    }
    CHECK(error < 1e-3);
    const auto bytes = bytes_of(reduce);
    DimensionalityReduction again(s, ten, 2);
    load_from(bytes, again);
    std::vector<float> codes_again(800);
    again.encode(rows, codes_again);
    CHECK(codes_again == codes);
  }
}

TEST_CASE("novelty: what lies apart from training is new, until training has been there often") {
  DbscanNovelty::Settings s;
  s.radius = 0.3;
  s.min_rows = 3;
  s.memory = 300;
  s.every = 150;
  DbscanNovelty novelty(s, plane, 3);
  const float apart[] = {2.0f, 500.0f};
  const auto usual = heaps(50, 6);
  CHECK_FALSE(novelty.unfamiliar(apart));  // nothing was learnt yet
  novelty.learn(usual);
  CHECK(novelty.unfamiliar(apart));
  int strange = 0;
  for (std::size_t i = 0; i < usual.size(); i += 2)
    strange += novelty.unfamiliar(std::span(usual).subspan(i, 2));
  CHECK(strange <= 3);  // of 150, at the heaps' edges

  const auto bytes = bytes_of(novelty);
  DbscanNovelty again(s, plane, 4);
  load_from(bytes, again);
  CHECK(again.unfamiliar(apart));
  std::vector<float> often;
  for (int i = 0; i < 30; ++i) often.insert(often.end(), {apart[0], apart[1]});
  for (DbscanNovelty* both : {&novelty, &again}) {
    both->learn(often);
    both->learn(heaps(40, 7));
  }
  CHECK_FALSE(novelty.unfamiliar(apart));
  CHECK(bytes_of(again) == bytes_of(novelty));
}
