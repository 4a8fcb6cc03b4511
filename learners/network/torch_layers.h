// The layers of a network as LibTorch computes them. Compiled into the module alone.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "learners/network/network.h"

namespace sandlot {

using at::Tensor;

inline bool is_image(const Shape& shape) { return shape.height * shape.width > 1; }

struct TorchLayer {
  explicit TorchLayer(const Layer& of) : layer(of) {}

  Layer layer;
  // Views of the flat array: weight, bias and what else the layer has.
  std::vector<Tensor> parameters;
  Tensor weight_noise, bias_noise;
  std::int64_t state_offset = 0;
};

// What goes along with the rows.
struct Pass {
  Noise noise = Noise::off;
  std::int64_t steps = 1;
  Tensor state;                   // [sequences, state_size], undefined: zeros
  std::vector<Tensor> resets;     // per step [sequences, 1] where the state is zeroed, or undefined
  std::vector<Tensor> new_state;  // h, then c, of each recurrent layer
};

// All layers, one after the other; x is [rows, features] or, with an image, [rows, channels,
// height, width]. Appends to pass.new_state.
Tensor run(const std::vector<TorchLayer>& layers, Tensor x, Pass& pass);

}  // namespace sandlot
