// What feature maps refuse, word for word.
#include <doctest/doctest.h>

#include <limits>

#include "learners/features/basis.h"
#include "learners/features/register.h"
#include "learners/features/table.h"
#include "learners/features/tile_coding.h"
#include "tests/learners/features/helpers.h"

using namespace sandlot;

namespace {

using Found = std::vector<std::pair<std::string, std::string>>;

template <class Settings>
Found check(const Settings& settings, const Space& space) {
  Collected issues;
  settings.check(space, issues);
  return issues.list;
}

constexpr float kInfinity = std::numeric_limits<float>::infinity();
const Space kSquare = Space::box({2}, 0, 1);

}  // namespace

TEST_CASE("feature maps: all are registered, and make what they are named after") {
  Registry registry;
  register_features(registry);
  std::vector<std::string> names;
  for (const auto& entry : registry.list(FeatureMapFactory::kind)) {
    names.push_back(entry.name);
    const auto factory = registry.create<FeatureMapFactory>(entry.name);
    CHECK(check(*factory, kSquare).empty());
    const auto map = factory->make(kSquare);
    CHECK(encode(*map, {0.5f, 0.5f}).index.size() == static_cast<std::size_t>(map->active()));
  }
  CHECK(names == std::vector<std::string>{"table", "tile_coding", "rbf", "fourier", "polynomial"});
}

TEST_CASE("feature maps: numbered states are for tables") {
  const Found refusal{
      {"features",
       "needs observations in a box; this world's are numbers of states: expected table"}};
  CHECK(check(TileCoding::Settings{}, Space::discrete(4)) == refusal);
  CHECK(check(RadialBasis::Settings{}, Space::discrete(4)) == refusal);
  CHECK(check(FourierBasis::Settings{}, Space::discrete(4)) == refusal);
  CHECK(check(PolynomialBasis::Settings{}, Space::discrete(4)) == refusal);
  CHECK(check(TableFeatures::Settings{}, Space::discrete(4)).empty());
  const std::string only = "applies to observations in a box; this world's are numbers of states";
  CHECK(check(TableFeatures::Settings{{4}, {{0}, {1}}}, Space::discrete(4)) ==
        Found{{"bins", only}, {"low", only}, {"high", only}});
}

TEST_CASE("feature maps: bounds are finite, in order, and one per value") {
  const Space open = Space::box({0, 0, -1}, {1, kInfinity, 1});
  CHECK(check(TableFeatures::Settings{}, open) ==
        Found{{"high", "is needed: value 1 of the observation has no bounds"}});
  CHECK(check(TileCoding::Settings{8, {8}, {{0, 0, -kInfinity}, {1, 1, 1}}}, open) ==
        Found{{"low", "is needed: value 2 of the observation has no bounds"}});
  CHECK(check(FourierBasis::Settings{1, {{}, {1, 5, 1}}}, open).empty());
  CHECK(check(FourierBasis::Settings{1, {{0, 0, 0}, {1, 5}}}, open) ==
        Found{{"high", "expected 3 numbers, one per value of the observation"}});
  CHECK(check(FourierBasis::Settings{1, {{0, 5, 0}, {1, 5, 1}}}, open) ==
        Found{{"low", "expected low < high for value 1"}});
}

TEST_CASE("feature maps: counts are one, or one per value") {
  CHECK(check(TableFeatures::Settings{{1, 2, 3}, {}}, kSquare) ==
        Found{{"bins", "expected one number, or 2, one per value of the observation"}});
  CHECK(check(TileCoding::Settings{8, {}, {}}, kSquare) ==
        Found{{"tiles", "expected one number, or 2, one per value of the observation"}});
  CHECK(check(TileCoding::Settings{8, {3, 4}, {}}, kSquare).empty());
}

TEST_CASE("feature maps: sizes that fit no memory are refused") {
  CHECK(check(TableFeatures::Settings{{8001}, {}}, kSquare) ==
        Found{{"bins",
               "gives a table of 64016001 states; expected at most 64 million: fewer bins, or "
               "tile_coding"}});
  CHECK(check(TableFeatures::Settings{{8000}, {}}, kSquare).empty());
  CHECK(check(TableFeatures::Settings{{1000000}, {}}, Space::box({60}, 0, 1)) ==
        Found{{"bins",
               "gives a table of more than 10^15 states; expected at most 64 million: fewer bins, "
               "or tile_coding"}});
  CHECK(check(TileCoding::Settings{64, {1000}, {}}, kSquare) ==
        Found{{"tiles", "gives 64128064 tiles; expected at most 64 million, or memory to hash them"}});
  const std::string many =
      "gives more than 100,000 features, all of them computed in each step; expected fewer, or "
      "tile_coding";
  CHECK(check(RadialBasis::Settings{317, 1, {}}, kSquare) == Found{{"centers", many}});
  CHECK(check(RadialBasis::Settings{316, 1, {}}, kSquare).empty());
  CHECK(check(FourierBasis::Settings{10, {}}, Space::box({5}, 0, 1)) == Found{{"order", many}});
  CHECK(check(PolynomialBasis::Settings{10, {}}, Space::box({5}, 0, 1)) == Found{{"order", many}});
}
