// What often occurs together.
//
// Apriori (Agrawal & Srikant 1994, "Fast algorithms for mining association rules"), Eclat (Zaki
// 2000, "Scalable algorithms for association mining") and FP-growth (Han, Pei & Yin 2000, "Mining
// frequent patterns without candidate generation") find the same sets, the latter two faster where
// there are many.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/settings.h"

namespace sandlot {

using Item = std::int32_t;        // from 0
using Items = std::vector<Item>;  // ascending, each once

// Sorts, and drops what is there twice. Throws std::invalid_argument for numbers below 0.
Items make_items(std::vector<Item> items);

struct ItemSet {
  Items items;
  std::int64_t count = 0;  // transactions that have all of them
  bool operator==(const ItemSet&) const = default;
};

enum class ItemSetMethod : std::uint8_t { apriori, eclat, fp_growth };

struct ItemSetSettings {
  ItemSetMethod method = ItemSetMethod::fp_growth;
  double min_support = 0.01;
  int max_items = 4;
  int most_sets = 1000000;
  void fields(Fields& f);
  // Of that many transactions, those that a set must be in.
  std::int64_t least_count(std::size_t transactions) const;
};

// Those in at least min_support of all transactions: small sets first, then by their items. Throws
// std::invalid_argument where an item set is not in order, and std::length_error where there are
// more than `most_sets`.
std::vector<ItemSet> frequent_item_sets(std::span<const Items> transactions,
                                        const ItemSetSettings& settings);

}  // namespace sandlot
