#include "learners/network/torch_layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/addcmul.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/addmv.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>

namespace sandlot {
namespace {

Tensor apply(Activation activation, const Tensor& x) {
  switch (activation) {
    case Activation::relu:
      return at::relu(x);
    case Activation::leaky_relu:
      return at::leaky_relu(x, kLeak);
    case Activation::elu:
      return at::elu(x);
    case Activation::tanh:
      return at::tanh(x);
    case Activation::sigmoid:
      return at::sigmoid(x);
    default:
      return x;
  }
}

// In place, for what a layer has just computed: these need only their results for the way back.
void activate(Activation activation, Tensor& x) {
  switch (activation) {
    case Activation::relu:
      at::relu_(x);
      break;
    case Activation::leaky_relu:
      at::leaky_relu_(x, kLeak);
      break;
    case Activation::elu:
      at::elu_(x);
      break;
    case Activation::tanh:
      at::tanh_(x);
      break;
    case Activation::sigmoid:
      at::sigmoid_(x);
      break;
    default:
      break;
  }
}

// Between layers a row is [rows, channels], an image [rows, channels, height, width], channels last
// in memory, so that flattening it in the order height, width, channels moves nothing.
Tensor to_rows(const Tensor& x) {
  return x.dim() == 2 ? x : x.permute({0, 2, 3, 1}).reshape({x.size(0), -1});
}

Tensor to_shape(const Tensor& rows, const Shape& shape) {
  if (!is_image(shape)) return rows;
  return rows.reshape({rows.size(0), shape.height, shape.width, shape.channels})
      .permute({0, 3, 1, 2});
}

// b + x W. A single row is a product with a vector, for which BLAS does not pack the matrix.
Tensor affine(const Tensor& b, const Tensor& x, const Tensor& w) {
  if (x.size(0) == 1) return at::addmv(b, w.t(), x.squeeze(0)).unsqueeze(0);
  return at::addmm(b, x, w);
}

Tensor dense(const TorchLayer& of, const Tensor& x, Noise noise) {
  const auto& p = of.parameters;
  Tensor y;
  if (of.layer.noisy && noise == Noise::drawn)
    y = affine(at::addcmul(p[1], p[3], of.bias_noise), to_rows(x),
               at::addcmul(p[0], p[2], of.weight_noise));
  else
    y = affine(p[1], to_rows(x), p[0]);
  activate(of.layer.activation, y);
  return y;
}

Tensor to_image(const Tensor& x) {
  return x.dim() == 4 ? x : x.reshape({x.size(0), x.size(1), 1, 1});
}

Tensor from_image(const Tensor& x, const Shape& shape) {
  return is_image(shape) ? x : x.flatten(1);
}

Tensor convolution(const TorchLayer& of, const Tensor& x) {
  const Layer& layer = of.layer;
  const Tensor weight = of.parameters[0]
                            .view({layer.kernel, layer.kernel, layer.in.channels, -1})
                            .permute({3, 2, 0, 1})
                            .contiguous(at::MemoryFormat::ChannelsLast);
  Tensor y = at::conv2d(to_image(x), weight, of.parameters[1], layer.stride, layer.padding);
  activate(layer.activation, y);
  return from_image(y, layer.out);
}

Tensor max_pool(const Layer& layer, const Tensor& x) {
  const int inside = std::min(layer.padding, layer.kernel / 2);  // as much as LibTorch pads itself
  const int before = layer.padding - inside;
  Tensor image = to_image(x);
  if (before > 0)
    image = at::constant_pad_nd(image, {before, before, before, before},
                                -std::numeric_limits<float>::infinity());
  return from_image(at::max_pool2d(image, layer.kernel, layer.stride, inside), layer.out);
}

Tensor layer_norm(const TorchLayer& of, const Tensor& x) {
  const Tensor rows = to_rows(x);
  return to_shape(
      at::layer_norm(rows, {rows.size(1)}, of.parameters[0], of.parameters[1], kNormEpsilon),
      of.layer.out);
}

Tensor recurrent(const TorchLayer& of, const Tensor& x, Pass& pass) {
  const auto& p = of.parameters;
  const Cell cell = of.layer.cell;
  const std::int64_t units = of.layer.outputs(), rows = x.size(0), sequences = rows / pass.steps;
  // All that does not wait for the state, in one product.
  const std::vector<Tensor> by_input =
      at::addmm(p[2], to_rows(x), p[0]).view({pass.steps, sequences, -1}).unbind(0);
  const auto initial = [&](std::int64_t part) {
    return pass.state.defined() ? pass.state.narrow(1, of.state_offset + part * units, units)
                                : at::zeros({sequences, units}, x.options().requires_grad(false));
  };
  Tensor h = initial(0);
  Tensor c = cell == Cell::lstm ? initial(1) : Tensor();
  std::vector<Tensor> outputs;
  outputs.reserve(by_input.size());
  for (std::size_t t = 0; t < by_input.size(); ++t) {
    if (const Tensor& reset = pass.resets[t]; reset.defined()) {
      h = h.masked_fill(reset, 0);
      if (c.defined()) c = c.masked_fill(reset, 0);
    }
    switch (cell) {
      case Cell::rnn:
        h = at::tanh(at::addmm(by_input[t], h, p[1]));
        break;
      case Cell::gru: {
        const std::vector<Tensor> in = by_input[t].chunk(3, 1),
                                  own = at::addmm(p[3], h, p[1]).chunk(3, 1);
        const Tensor r = at::sigmoid(in[0] + own[0]), z = at::sigmoid(in[1] + own[1]);
        const Tensor n = at::tanh(at::addcmul(in[2], r, own[2]));
        h = at::addcmul(n, z, h - n);
        break;
      }
      case Cell::lstm: {
        const std::vector<Tensor> gate = at::addmm(by_input[t], h, p[1]).chunk(4, 1);
        c = at::addcmul(at::sigmoid(gate[1]) * c, at::sigmoid(gate[0]), at::tanh(gate[2]));
        h = at::sigmoid(gate[3]) * at::tanh(c);
        break;
      }
    }
    outputs.push_back(h);
  }
  pass.new_state.push_back(h);
  if (c.defined()) pass.new_state.push_back(c);
  return outputs.size() == 1 ? h : at::cat(outputs);
}

}  // namespace

Tensor run(const std::vector<TorchLayer>& layers, Tensor x, Pass& pass) {
  std::vector<Tensor> kept;
  for (const TorchLayer& of : layers) {
    switch (of.layer.kind) {
      case Layer::Kind::dense:
        x = dense(of, x, pass.noise);
        break;
      case Layer::Kind::convolution:
        x = convolution(of, x);
        break;
      case Layer::Kind::max_pool:
        x = max_pool(of.layer, x);
        break;
      case Layer::Kind::activation:
        x = apply(of.layer.activation, x);
        break;
      case Layer::Kind::layer_norm:
        x = layer_norm(of, x);
        break;
      case Layer::Kind::recurrent:
        x = recurrent(of, x, pass);
        break;
      case Layer::Kind::keep:
        kept.push_back(x);
        break;
      case Layer::Kind::add:
        x = x + kept.back();
        kept.pop_back();
        break;
    }
  }
  return x;
}

}  // namespace sandlot
