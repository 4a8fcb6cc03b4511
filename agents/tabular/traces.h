// Eligibility traces over the weights of all actions (Sutton & Barto 2018, chapter 12).
#pragma once

#include <cstdint>
#include <vector>

#include "agents/tabular/action_values.h"

namespace sandlot {

enum class TraceKind { accumulating, replacing, dutch };

// Only the weights that have a trace are visited. A trace that has decayed below 1e-8 of a visit's
// is dropped: with α ≤ 1 it would move a weight by less than that share of an error.
class Traces {
 public:
  Traces(std::size_t features, int actions)
      : features_(features), trace_(features * static_cast<std::size_t>(actions)) {}

  void clear();
  void decay(double factor);
  // Marks a visit of (state, action). Dutch traces need decay() to have been called before, and the
  // step size of each feature: alpha × its factor (equation 12.11, which has one for all).
  void visit(TraceKind kind, const FeatureVector& state, int action, double alpha,
             std::span<const double> factors = {});
  // w ← w + step z
  void apply(ActionValues& q, double step) const;

  void save(Writer&) const;
  void load(Reader&);

 private:
  void raise(std::size_t i, double value);

  std::size_t features_;
  std::vector<double> trace_;
  std::vector<std::uint32_t> active_;  // the weights whose trace is not zero
};

}  // namespace sandlot
