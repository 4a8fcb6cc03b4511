// Losses: how far outputs are from what they should be, and the gradient that Network::backward takes.
//
// Each returns Σ weights[i] · loss of row i and writes its gradient by the outputs, unless `gradient`
// is null. Weights that sum to 1 make it a mean.
#pragma once

#include <cstdint>

#include "learners/matrix.h"

namespace sandlot {

// Per row the mean over its outputs of (output − target)².
double mse_loss(const MatrixMap& outputs, const MatrixMap& targets, const float* weights,
                float* gradient);
// Per row the mean over its outputs of e²/2 up to |e| = delta, and of delta (|e| − delta/2) beyond
// (Huber 1964).
double huber_loss(const MatrixMap& outputs, const MatrixMap& targets, const float* weights,
                  double delta, float* gradient);
// Per row −log softmax(outputs)[label].
double cross_entropy_loss(const MatrixMap& outputs, const std::int32_t* labels,
                          const float* weights, float* gradient);

// Each row becomes its softmax.
void softmax_rows(Matrix& rows);

}  // namespace sandlot
