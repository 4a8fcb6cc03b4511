// Association rules: where these occur, so does that (Agrawal, Imieliński & Swami 1993); and what
// comes before what, within a window (serial episodes: Mannila, Toivonen & Verkamo 1997).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learners/associate/item_sets.h"

namespace sandlot {

struct Rule {
  Items before;  // what it is told from
  Items after;
  std::int64_t count = 0;  // of transactions, or moments, that have both
  double support = 0;      // as a share of all
  double confidence = 0;   // P(after | before)
  double lift = 0;         // confidence / P(after)
  double leverage = 0;     // P(before, after) − P(before) P(after)
  bool operator==(const Rule&) const = default;
};

struct RuleSettings : ItemSetSettings {
  double min_confidence = 0.5;
  double min_lift = 1;
  void fields(Fields& f);
};

// The strongest first: by lift, then confidence, then count; then by their items.
std::vector<Rule> association_rules(std::span<const Items> transactions,
                                    const RuleSettings& settings);

struct TimedItem {
  double time = 0;
  Item item = 0;
};
using ItemSequence = std::vector<TimedItem>;  // by time

struct SequenceRuleSettings : RuleSettings {
  double window = 1;
  std::vector<std::int64_t> outcomes;
  void fields(Fields& f);
};

// Rules "within `window` after all of these, that". A moment is a time at which something occurs.
// Its `before` is what has occurred from `window` before it up to it, its `after` what occurs later
// than it by at most `window`; support, confidence and lift are over all moments of all sequences.
// With `outcomes` only rules about those items; a rule's `after` is one item, and not in its
// `before`.
std::vector<Rule> sequence_rules(std::span<const ItemSequence> sequences,
                                 const SequenceRuleSettings& settings);

}  // namespace sandlot
