#include "learners/associate/rules.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

namespace sandlot {
namespace {

bool stronger(const Rule& a, const Rule& b) {
  return std::tie(b.lift, b.confidence, b.count, a.before, a.after) <
         std::tie(a.lift, a.confidence, a.count, b.before, b.after);
}

struct Counts {
  std::int64_t both = 0, before = 0, after = 0;
  double all = 1;
};

// Adds the rule where it is strong enough.
void offer(Items before, Items after, const Counts& counts, const RuleSettings& settings,
           std::vector<Rule>& rules) {
  Rule rule{std::move(before), std::move(after), counts.both, 0, 0, 0, 0};
  const auto both = static_cast<double>(counts.both);
  const double of_after = static_cast<double>(counts.after) / counts.all;
  rule.support = both / counts.all;
  rule.confidence = both / static_cast<double>(counts.before);
  rule.lift = rule.confidence / of_after;
  rule.leverage = rule.support - static_cast<double>(counts.before) / counts.all * of_after;
  if (rule.confidence >= settings.min_confidence && rule.lift >= settings.min_lift)
    rules.push_back(std::move(rule));
}

// What has happened lately, and what will happen soon, seen from one moment: items of the future
// are numbered after those of the past.
std::vector<Items> moments(std::span<const ItemSequence> sequences, double window, Item items) {
  std::vector<Items> found;
  for (const ItemSequence& s : sequences) {
    if (!std::is_sorted(s.begin(), s.end(),
                        [](const TimedItem& a, const TimedItem& b) { return a.time < b.time; }))
      throw std::invalid_argument("the items of a sequence must be in order of time");
    std::size_t begin = 0, end = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
      if (s[i].time == s.back().time) break;
      if (s[i + 1].time == s[i].time) continue;  // the last of a time
      while (s[begin].time < s[i].time - window) ++begin;
      end = std::max(end, i + 1);
      while (end < s.size() && s[end].time <= s[i].time + window) ++end;
      std::vector<Item> here;
      for (std::size_t k = begin; k <= i; ++k) here.push_back(s[k].item);
      for (std::size_t k = i + 1; k < end; ++k) here.push_back(items + s[k].item);
      found.push_back(make_items(std::move(here)));
    }
  }
  return found;
}

}  // namespace

void RuleSettings::fields(Fields& f) {
  ItemSetSettings::fields(f);
  f.number("min_confidence", min_confidence, "P(after | before), at least", Range::between(0, 1));
  f.number("min_lift", min_lift, "how many times likelier than otherwise, at least",
           Range::at_least(0));
}

void SequenceRuleSettings::fields(Fields& f) {
  RuleSettings::fields(f);
  f.number("window", window, "how long before, in the units of the sequence", Range::above(0));
  f.integers("outcomes", outcomes, "items that rules are about; []: all", Range::at_least(0));
}

std::vector<Rule> association_rules(std::span<const Items> transactions,
                                    const RuleSettings& settings) {
  const auto sets = frequent_item_sets(transactions, settings);
  std::map<Items, std::int64_t> counts;
  for (const ItemSet& set : sets) counts[set.items] = set.count;
  std::vector<Rule> rules;
  for (const ItemSet& set : sets) {
    const std::size_t size = set.items.size();
    if (size < 2 || size > 20) continue;
    for (std::uint32_t mask = 1; mask + 1 < 1u << size; ++mask) {
      Items before, after;
      for (std::size_t i = 0; i < size; ++i)
        (mask >> i & 1 ? before : after).push_back(set.items[i]);
      const Counts c{set.count, counts.at(before), counts.at(after),
                     static_cast<double>(transactions.size())};
      offer(std::move(before), std::move(after), c, settings, rules);
    }
  }
  std::sort(rules.begin(), rules.end(), stronger);
  return rules;
}

std::vector<Rule> sequence_rules(std::span<const ItemSequence> sequences,
                                 const SequenceRuleSettings& settings) {
  Item items = 0;
  for (const ItemSequence& s : sequences)
    for (const TimedItem& t : s) items = std::max(items, t.item + 1);
  auto seen = moments(sequences, settings.window, items);
  const auto wanted = [&](Item after) {
    return settings.outcomes.empty() ||
           std::find(settings.outcomes.begin(), settings.outcomes.end(), after) !=
               settings.outcomes.end();
  };
  const auto all = static_cast<double>(seen.size());
  const std::int64_t least = settings.least_count(seen.size());
  std::vector<Rule> rules;
  // One outcome after the other: of the moments before it, what is frequent.
  for (Item after = 0; after < items; ++after) {
    if (!wanted(after)) continue;
    std::vector<Items> leading, past;
    std::int64_t of_after = 0;
    for (const Items& moment : seen) {
      const bool leads = std::binary_search(moment.begin(), moment.end(), items + after);
      of_after += leads;
      Items before;
      for (const Item item : moment)
        if (item < items && item != after) before.push_back(item);
      if (leads) leading.push_back(before);
      past.push_back(std::move(before));
    }
    if (of_after < least) continue;
    RuleSettings inner = settings;
    inner.min_support =
        std::min(1.0, static_cast<double>(least) / static_cast<double>(leading.size()));
    for (const ItemSet& set : frequent_item_sets(leading, inner)) {
      std::int64_t of_before = 0;
      for (const Items& moment : past)
        of_before +=
            std::includes(moment.begin(), moment.end(), set.items.begin(), set.items.end());
      offer(set.items, {after}, {set.count, of_before, of_after, all}, settings, rules);
    }
  }
  std::sort(rules.begin(), rules.end(), stronger);
  return rules;
}

}  // namespace sandlot
