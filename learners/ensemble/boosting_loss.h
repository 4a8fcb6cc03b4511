// Losses of gradient boosting: their derivatives in the scores F, and where scores begin.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learners/matrix.h"

namespace sandlot {

struct Derivatives {
  std::vector<float> hessians;  // [rows]: second derivatives times the weight
  std::vector<float> steps;     // [rows]: negative first derivatives times the weight
};

// One column of examples and scores, with a weight above 0 for each.
// ½ (y − F)².
void squared_derivatives(std::span<const float> y, std::span<const float> scores,
                         std::span<const float> weights, Derivatives& out);
double squared_loss(std::span<const float> y, std::span<const float> scores,
                    std::span<const float> weights);
// Squared up to an error of delta, linear beyond (Friedman 2001, algorithm 4).
void huber_derivatives(std::span<const float> y, std::span<const float> scores,
                       std::span<const float> weights, float delta, Derivatives& out);
double huber_loss(std::span<const float> y, std::span<const float> scores,
                  std::span<const float> weights, float delta);
// The value that a share of the weight does not exceed.
float weighted_quantile(std::span<const float> values, std::span<const float> weights,
                        double share);

// Scores [rows, outputs] of classes: one output is the log odds of the second class (Friedman 2001,
// algorithm 5); more are logits of a softmax (algorithm 6). Derivatives for output k.
void class_derivatives(std::span<const std::int32_t> labels, const Matrix& probabilities, int k,
                       std::span<const float> weights, Derivatives& out);
double class_loss(std::span<const std::int32_t> labels, const Matrix& probabilities,
                  std::span<const float> weights);
// [rows, outputs] scores into probabilities of the same shape: of the second class alone where
// there is one output.
void to_probabilities(Matrix& scores);

}  // namespace sandlot
