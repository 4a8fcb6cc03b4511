#include "learners/associate/item_sets.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_set>

namespace sandlot {
namespace {

class Found {
 public:
  explicit Found(const ItemSetSettings& settings) : most_(settings.most_sets) {}

  void add(Items items, std::int64_t count) {
    if (static_cast<int>(sets_.size()) >= most_)
      throw std::length_error(
          "there are more than " + std::to_string(most_) +
          " frequent item sets: expected a larger min_support, or fewer max_items");
    std::sort(items.begin(), items.end());
    sets_.push_back({std::move(items), count});
  }
  std::vector<ItemSet> finish() {
    std::sort(sets_.begin(), sets_.end(), [](const ItemSet& a, const ItemSet& b) {
      return a.items.size() != b.items.size() ? a.items.size() < b.items.size() : a.items < b.items;
    });
    return std::move(sets_);
  }

 private:
  int most_;
  std::vector<ItemSet> sets_;
};

struct Mining {
  std::span<const Items> transactions;
  std::int64_t least;
  std::size_t most_items;
  Found& found;
};

// Items that are frequent alone, ascending, with their counts.
std::vector<std::pair<Item, std::int64_t>> frequent_items(const Mining& mining) {
  std::map<Item, std::int64_t> counts;
  for (const Items& t : mining.transactions)
    for (const Item item : t) ++counts[item];
  std::vector<std::pair<Item, std::int64_t>> frequent;
  for (const auto& [item, count] : counts)
    if (count >= mining.least) frequent.emplace_back(item, count);
  return frequent;
}

// Apriori.

struct ItemsHash {
  std::size_t operator()(const Items& items) const {
    std::size_t hash = items.size();
    for (const Item item : items)
      hash ^= static_cast<std::size_t>(item) + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
    return hash;
  }
};

// Sets of one more item whose every part is frequent, in order.
std::vector<ItemSet> candidates(const std::vector<ItemSet>& level) {
  std::unordered_set<Items, ItemsHash> known;
  for (const ItemSet& set : level) known.insert(set.items);
  std::vector<ItemSet> next;
  for (std::size_t i = 0; i < level.size(); ++i) {
    for (std::size_t j = i + 1; j < level.size(); ++j) {
      const Items &a = level[i].items, &b = level[j].items;
      if (!std::equal(a.begin(), a.end() - 1, b.begin())) break;
      Items both = a;
      both.push_back(b.back());
      bool every = true;
      for (std::size_t left_out = 0; left_out + 2 < both.size() && every; ++left_out) {
        Items part = both;
        part.erase(part.begin() + static_cast<std::ptrdiff_t>(left_out));
        every = known.contains(part);
      }
      if (every) next.push_back({std::move(both), 0});
    }
  }
  return next;
}

// A prefix tree of candidates, all of one size: each transaction is walked through it once.
class CandidateTree {
 public:
  explicit CandidateTree(std::vector<ItemSet>& sets) : sets_(sets) {
    nodes_.emplace_back();
    for (std::size_t i = 0; i < sets.size(); ++i) {
      std::size_t node = 0;
      for (const Item item : sets[i].items) {
        const auto [at, fresh] = nodes_[node].below.emplace(item, nodes_.size());
        const std::size_t next = at->second;
        if (fresh) nodes_.emplace_back();
        node = next;
      }
      nodes_[node].set = i;
    }
  }
  void count(std::span<const Item> transaction, std::size_t node = 0) {
    if (nodes_[node].below.empty()) {
      ++sets_[nodes_[node].set].count;
      return;
    }
    for (std::size_t i = 0; i < transaction.size(); ++i) {
      const auto at = nodes_[node].below.find(transaction[i]);
      if (at != nodes_[node].below.end()) count(transaction.subspan(i + 1), at->second);
    }
  }

 private:
  struct Node {
    std::map<Item, std::size_t> below;
    std::size_t set = 0;
  };
  std::vector<ItemSet>& sets_;
  std::vector<Node> nodes_;
};

void apriori(const Mining& mining) {
  std::vector<ItemSet> level;
  for (const auto& [item, count] : frequent_items(mining)) level.push_back({{item}, count});
  for (std::size_t size = 1; !level.empty(); ++size) {
    for (const ItemSet& set : level) mining.found.add(set.items, set.count);
    if (size == mining.most_items) return;
    std::vector<ItemSet> next = candidates(level);
    if (next.empty()) return;
    CandidateTree tree(next);
    for (const Items& t : mining.transactions)
      if (t.size() > size) tree.count(t);
    std::erase_if(next, [&](const ItemSet& set) { return set.count < mining.least; });
    level = std::move(next);
  }
}

// Eclat: items with the transactions that have them.

using Bits = std::vector<std::uint64_t>;

std::int64_t count_bits(const Bits& bits) {
  std::int64_t count = 0;
  for (const std::uint64_t word : bits) count += __builtin_popcountll(word);
  return count;
}

struct Tail {
  Item item;
  Bits in;
  std::int64_t count;
};

void eclat(const Mining& mining, Items& prefix, const std::vector<Tail>& tails) {
  for (std::size_t i = 0; i < tails.size(); ++i) {
    prefix.push_back(tails[i].item);
    mining.found.add(prefix, tails[i].count);
    if (prefix.size() < mining.most_items) {
      std::vector<Tail> next;
      Bits both(tails[i].in.size());
      for (std::size_t j = i + 1; j < tails.size(); ++j) {
        for (std::size_t w = 0; w < both.size(); ++w) both[w] = tails[i].in[w] & tails[j].in[w];
        const std::int64_t count = count_bits(both);
        if (count >= mining.least) next.push_back({tails[j].item, both, count});
      }
      if (!next.empty()) eclat(mining, prefix, next);
    }
    prefix.pop_back();
  }
}

void eclat(const Mining& mining) {
  std::vector<Tail> tails;
  std::map<Item, std::size_t> place;
  const std::size_t words = (mining.transactions.size() + 63) / 64;
  for (const auto& [item, count] : frequent_items(mining)) {
    place[item] = tails.size();
    tails.push_back({item, Bits(words), count});
  }
  for (std::size_t t = 0; t < mining.transactions.size(); ++t)
    for (const Item item : mining.transactions[t]) {
      const auto at = place.find(item);
      if (at != place.end()) tails[at->second].in[t / 64] |= std::uint64_t{1} << (t % 64);
    }
  Items prefix;
  eclat(mining, prefix, tails);
}

// FP-growth: transactions as paths of a tree, frequent items first.

class FpTree {
 public:
  // `items` are numbered by falling frequency: 0 is the most frequent.
  explicit FpTree(std::size_t items) : heads_(items, 0), counts_(items, 0) { nodes_.push_back({}); }
  void insert(std::span<const std::uint32_t> path, std::int64_t count) {  // ascending
    std::uint32_t node = 0;
    for (const std::uint32_t item : path) {
      counts_[item] += count;
      std::uint32_t child = nodes_[node].child;
      while (child != 0 && nodes_[child].item != item) child = nodes_[child].sibling;
      if (child == 0) {
        child = static_cast<std::uint32_t>(nodes_.size());
        nodes_.push_back({item, node, 0, nodes_[node].child, heads_[item], 0});
        nodes_[node].child = child;
        heads_[item] = child;
      }
      nodes_[child].count += count;
      node = child;
    }
  }
  std::size_t items() const { return heads_.size(); }
  std::int64_t count(std::size_t item) const { return counts_[item]; }
  // The paths above an item, as a tree of those items in them that are frequent.
  FpTree above(std::uint32_t item, std::int64_t least) const {
    std::vector<std::int64_t> counts(item, 0);
    for (std::uint32_t at = heads_[item]; at != 0; at = nodes_[at].same)
      for (std::uint32_t up = nodes_[at].parent; up != 0; up = nodes_[up].parent)
        counts[nodes_[up].item] += nodes_[at].count;
    FpTree tree(item);
    std::vector<std::uint32_t> path;
    for (std::uint32_t at = heads_[item]; at != 0; at = nodes_[at].same) {
      path.clear();
      for (std::uint32_t up = nodes_[at].parent; up != 0; up = nodes_[up].parent)
        if (counts[nodes_[up].item] >= least) path.push_back(nodes_[up].item);
      std::reverse(path.begin(), path.end());
      tree.insert(path, nodes_[at].count);
    }
    return tree;
  }

 private:
  struct Node {
    std::uint32_t item = 0, parent = 0, child = 0, sibling = 0;
    std::uint32_t same = 0;  // the next node of the same item
    std::int64_t count = 0;
  };
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> heads_;
  std::vector<std::int64_t> counts_;
};

void grow(const Mining& mining, const FpTree& tree, const Items& names, Items& suffix) {
  for (std::size_t i = 0; i < tree.items(); ++i) {
    if (tree.count(i) < mining.least) continue;
    suffix.push_back(names[i]);
    mining.found.add(suffix, tree.count(i));
    if (suffix.size() < mining.most_items && i > 0)
      grow(mining, tree.above(static_cast<std::uint32_t>(i), mining.least), names, suffix);
    suffix.pop_back();
  }
}

void fp_growth(const Mining& mining) {
  auto frequent = frequent_items(mining);
  std::stable_sort(frequent.begin(), frequent.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  Items names;
  std::map<Item, std::uint32_t> rank;
  for (const auto& [item, count] : frequent) {
    rank[item] = static_cast<std::uint32_t>(names.size());
    names.push_back(item);
  }
  FpTree tree(names.size());
  std::vector<std::uint32_t> path;
  for (const Items& t : mining.transactions) {
    path.clear();
    for (const Item item : t) {
      const auto at = rank.find(item);
      if (at != rank.end()) path.push_back(at->second);
    }
    std::sort(path.begin(), path.end());
    tree.insert(path, 1);
  }
  Items suffix;
  grow(mining, tree, names, suffix);
}

}  // namespace

Items make_items(std::vector<Item> items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  if (!items.empty() && items.front() < 0)
    throw std::invalid_argument("an item is " + std::to_string(items.front()) +
                                "; expected numbers from 0");
  return items;
}

void ItemSetSettings::fields(Fields& f) {
  f.choice("method", method,
           {{"apriori", ItemSetMethod::apriori},
            {"eclat", ItemSetMethod::eclat},
            {"fp_growth", ItemSetMethod::fp_growth}},
           "how they are found, with the same result");
  f.number("min_support", min_support, "share of all transactions that a set must be in",
           Range::between(0, 1));
  f.integer("max_items", max_items, "of a set", Range::between(1, 100));
  f.integer("most_sets", most_sets, "beyond which it is an error", Range::at_least(1));
}

std::int64_t ItemSetSettings::least_count(std::size_t transactions) const {
  // A product that should be whole may be a little above it.
  const double count = std::ceil(min_support * static_cast<double>(transactions) - 1e-9);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(count));
}

std::vector<ItemSet> frequent_item_sets(std::span<const Items> transactions,
                                        const ItemSetSettings& settings) {
  for (const Items& t : transactions)
    if (std::adjacent_find(t.begin(), t.end(), std::greater_equal<>()) != t.end())
      throw std::invalid_argument("the items of a transaction must ascend: expected make_items()");
  Found found(settings);
  const Mining mining{transactions, settings.least_count(transactions.size()),
                      static_cast<std::size_t>(settings.max_items), found};
  switch (settings.method) {
    case ItemSetMethod::apriori:
      apriori(mining);
      break;
    case ItemSetMethod::eclat:
      eclat(mining);
      break;
    case ItemSetMethod::fp_growth:
      fp_growth(mining);
      break;
  }
  return found.finish();
}

}  // namespace sandlot
