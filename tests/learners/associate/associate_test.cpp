#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "learners/associate/rules.h"
#include "sim/core/random.h"

using namespace sandlot;

namespace {

// Han & Kamber, "Data mining", table 6.1.
const std::vector<Items> kShop{{1, 2, 5}, {2, 4}, {2, 3},       {1, 2, 4}, {1, 3},
                               {2, 3},    {1, 3}, {1, 2, 3, 5}, {1, 2, 3}};

std::vector<Items> random_transactions(int count, Item items, Seed seed) {
  Random random(seed);
  std::vector<Items> all;
  for (int t = 0; t < count; ++t) {
    std::vector<Item> some;
    for (Item item = 0; item < items; ++item)
      if (random.bernoulli(0.6 / (1 + 0.3 * item))) some.push_back(item);
    all.push_back(make_items(some));
  }
  return all;
}

std::vector<ItemSet> by_brute_force(const std::vector<Items>& transactions, Item items,
                                    std::int64_t least, int most_items) {
  std::vector<ItemSet> found;
  for (std::uint32_t mask = 1; mask < 1u << items; ++mask) {
    Items set;
    for (Item item = 0; item < items; ++item)
      if (mask >> item & 1) set.push_back(item);
    if (static_cast<int>(set.size()) > most_items) continue;
    std::int64_t count = 0;
    for (const Items& t : transactions)
      count += std::includes(t.begin(), t.end(), set.begin(), set.end());
    if (count >= least) found.push_back({set, count});
  }
  std::sort(found.begin(), found.end(), [](const ItemSet& a, const ItemSet& b) {
    return a.items.size() != b.items.size() ? a.items.size() < b.items.size() : a.items < b.items;
  });
  return found;
}

constexpr ItemSetMethod kMethods[] = {ItemSetMethod::apriori, ItemSetMethod::eclat,
                                      ItemSetMethod::fp_growth};

}  // namespace

TEST_CASE("item sets: the textbook's shop") {
  for (const ItemSetMethod method : kMethods) {
    ItemSetSettings settings;
    settings.method = method;
    settings.min_support = 2.0 / 9;
    const std::vector<ItemSet> expected{{{1}, 6},      {{2}, 7},    {{3}, 6},    {{4}, 2},
                                        {{5}, 2},      {{1, 2}, 4}, {{1, 3}, 4}, {{1, 5}, 2},
                                        {{2, 3}, 4},   {{2, 4}, 2}, {{2, 5}, 2}, {{1, 2, 3}, 2},
                                        {{1, 2, 5}, 2}};
    CHECK(frequent_item_sets(kShop, settings) == expected);
  }
}

TEST_CASE("item sets: the three methods find what a look at every set finds") {
  for (Seed seed = 1; seed <= 6; ++seed)
    for (const int most : {2, 3, 10}) {
      const auto transactions = random_transactions(120, 10, seed);
      ItemSetSettings settings;
      settings.min_support = 0.04;
      settings.max_items = most;
      const auto expected =
          by_brute_force(transactions, 10, settings.least_count(transactions.size()), most);
      CHECK(expected.size() > 10);
      for (const ItemSetMethod method : kMethods) {
        settings.method = method;
        CHECK(frequent_item_sets(transactions, settings) == expected);
      }
    }
}

TEST_CASE("item sets: too many are an error, disorder as well, nothing is nothing") {
  for (const ItemSetMethod method : kMethods) {
    ItemSetSettings settings;
    settings.method = method;
    settings.min_support = 0.1;
    settings.most_sets = 12;
    CHECK_THROWS_AS(frequent_item_sets(kShop, settings), std::length_error);
    CHECK(frequent_item_sets({}, settings).empty());
    const std::vector<Items> disorder{{2, 1}};
    CHECK_THROWS_AS(frequent_item_sets(disorder, settings), std::invalid_argument);
  }
  CHECK(make_items({3, 1, 3}) == Items{1, 3});
  CHECK_THROWS_AS(make_items({-1}), std::invalid_argument);
}

TEST_CASE("rules: the textbook's shop") {
  RuleSettings settings;
  settings.min_support = 2.0 / 9;
  settings.min_confidence = 0.7;
  settings.min_lift = 0;
  const auto rules = association_rules(kShop, settings);
  const auto find = [&](const Items& before, const Items& after) {
    return std::find_if(rules.begin(), rules.end(),
                        [&](const Rule& r) { return r.before == before && r.after == after; });
  };
  // {1, 5} ⇒ {2} with confidence 1; {1, 2} ⇒ {5} has only 2 / 4.
  REQUIRE(find({1, 5}, {2}) != rules.end());
  CHECK(find({1, 5}, {2})->confidence == 1);
  CHECK(find({1, 5}, {2})->lift == doctest::Approx(9.0 / 7));
  CHECK(find({1, 5}, {2})->leverage == doctest::Approx(2.0 / 9 - 2.0 / 9 * 7 / 9));
  CHECK(find({5}, {1, 2})->confidence == 1);
  CHECK(find({1, 2}, {5}) == rules.end());
  CHECK(std::is_sorted(rules.begin(), rules.end(),
                       [](const Rule& a, const Rule& b) { return a.lift > b.lift; }));
}

TEST_CASE("sequence rules: as a slow look at every moment finds them") {
  Random random(4);
  std::vector<ItemSequence> sequences(12);
  for (auto& s : sequences)
    for (int time = 0; time < 60; ++time) {
      for (Item item = 0; item < 4; ++item)
        if (random.bernoulli(0.12)) s.push_back({static_cast<double>(time), item});
      // 4 follows two steps after 1.
      if (!s.empty() && random.bernoulli(0.5) &&
          std::any_of(s.begin(), s.end(),
                      [&](const TimedItem& t) { return t.item == 1 && t.time == time - 2.0; }))
        s.push_back({static_cast<double>(time), 4});
    }
  SequenceRuleSettings settings;
  settings.window = 3;
  settings.min_support = 0.01;
  settings.min_confidence = 0;
  settings.min_lift = 0;
  settings.max_items = 2;
  const auto rules = sequence_rules(sequences, settings);
  CHECK(rules.size() > 20);
  for (const Rule& rule : rules) {
    REQUIRE(rule.after.size() == 1);
    double moments = 0, before = 0, after = 0, both = 0;
    for (const auto& s : sequences)
      for (int time = 0; time < 60; ++time) {
        const auto happens = [&](Item item, double from, double to) {
          return std::any_of(s.begin(), s.end(), [&](const TimedItem& t) {
            return t.item == item && t.time >= from && t.time <= to;
          });
        };
        if (std::none_of(s.begin(), s.end(), [&](const TimedItem& t) { return t.time == time; }))
          continue;
        if (s.back().time == time) continue;
        ++moments;
        const bool led = std::all_of(rule.before.begin(), rule.before.end(),
                                     [&](Item item) { return happens(item, time - 3, time); });
        const bool follows = happens(rule.after[0], time + 1, time + 3);
        before += led;
        after += follows;
        both += led && follows;
      }
    CHECK(rule.count == static_cast<std::int64_t>(both));
    CHECK(rule.support == doctest::Approx(both / moments));
    CHECK(rule.confidence == doctest::Approx(both / before));
    CHECK(rule.lift == doctest::Approx(both / before / (after / moments)));
  }
  const std::vector<ItemSequence> disorder{{{2, 0}, {1, 0}}};
  CHECK_THROWS_AS(sequence_rules(disorder, settings), std::invalid_argument);
  // What was put in comes out on top, when asked about.
  settings.outcomes = {4};
  settings.max_items = 1;
  const auto about = sequence_rules(sequences, settings);
  REQUIRE_FALSE(about.empty());
  CHECK(about[0].before == Items{1});
  CHECK(about[0].after == Items{4});
}
