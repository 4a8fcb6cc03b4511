// Probabilities of support vector machines: a sigmoid of the decision value (Platt 2000; fitted as
// in Lin, Lin & Weng 2007, "A note on Platt's probabilistic outputs for support vector machines"),
// and of pairs to those of several classes (Wu, Lin & Weng 2004, "Probability estimates for
// multi-class classification by pairwise coupling", algorithm 2).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sandlot {

// p(first class | decision) = 1 / (1 + exp(slope · decision + offset)).
struct Sigmoid {
  double slope = 0, offset = 0;
  double operator()(double decision) const;
};

// `first`: whether an example is of the first class.
Sigmoid fit_sigmoid(std::span<const double> decisions, const std::vector<bool>& first,
                    std::span<const double> weights);

// pairs [classes, classes]: pairs[i · classes + j] = p(i | i or j). out [classes].
void couple(std::span<const double> pairs, std::span<double> out);

}  // namespace sandlot
