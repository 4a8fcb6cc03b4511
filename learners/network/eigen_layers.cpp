#include "learners/network/eigen_layers.h"

#include <Eigen/Core>
#include <cmath>

#include "learners/network/blocks.h"
#include "learners/network/kernels.h"

namespace sandlot {
namespace {

using Array = Eigen::Map<Eigen::ArrayXf>;
using ConstArray = Eigen::Map<const Eigen::ArrayXf>;

Array view(std::span<float> v) { return {v.data(), static_cast<Eigen::Index>(v.size())}; }
ConstArray view(std::span<const float> v) {
  return {v.data(), static_cast<Eigen::Index>(v.size())};
}

std::size_t area(int rows, int columns) {
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

class Dense final : public EigenLayer {
 public:
  Dense(const Layer& layer, float* weights, float* gradients)
      : EigenLayer(layer, weights, gradients), in_(layer.inputs()), out_(layer.outputs()) {
    if (layer.noisy) {
      noise_in_.resize(static_cast<std::size_t>(in_));
      noise_out_.resize(static_cast<std::size_t>(out_));
      noisy_.resize(area(in_, out_) + noise_out_.size());
    }
  }

  void forward(const Pass& pass, const float* x, float* y) override {
    const float* const w = pass.noise == Noise::drawn && layer_.noisy ? drawn() : weights_;
    kernels::multiply(pass.rows, out_, in_, x, in_, 1, w, y, false);
    const ConstArray bias(w + area(in_, out_), out_);
    if (layer_.activation == Activation::relu) {
      for (int i = 0; i < pass.rows; ++i) {
        Array row(y + area(i, out_), out_);
        row = (row + bias).max(0.0f);
      }
      return;
    }
    for (int i = 0; i < pass.rows; ++i) Array(y + area(i, out_), out_) += bias;
    activate(layer_.activation, {y, area(pass.rows, out_)});
  }

  void backward(const Pass& pass, const float* x, const float* y, float* dy, float* dx,
                bool learn) override {
    activate_backward(layer_.activation, {y, area(pass.rows, out_)}, {dy, area(pass.rows, out_)});
    const std::size_t weights = area(in_, out_);
    const bool noisy = layer_.noisy && pass.noise == Noise::drawn;
    if (learn && !noisy) {
      kernels::multiply(in_, out_, pass.rows, x, 1, in_, dy, gradients_, true);
      kernels::add_columns(pass.rows, out_, dy, gradients_ + weights);
    } else if (learn) {
      learn_noisy(pass, x, dy);
    }
    if (!dx) return;
    const float* const w = noisy ? drawn() : weights_;
    float* const turned = grown(scratch_, weights);
    kernels::transpose(in_, out_, w, turned);
    kernels::multiply(pass.rows, in_, out_, dy, out_, 1, turned, dx, false);
  }

  void draw_noise(Random& random) override {
    for (auto* noise : {&noise_in_, &noise_out_})
      for (float& e : *noise) {
        const double x = random.normal();
        e = static_cast<float>(std::copysign(std::sqrt(std::abs(x)), x));
      }
    stale_ = true;
  }
  void weights_changed() override { stale_ = true; }
  void save(Writer& out) const override {
    out.write(noise_in_);
    out.write(noise_out_);
  }
  void load(Reader& in) override {
    for (auto* noise : {&noise_in_, &noise_out_}) {
      std::vector<float> found;  // a refused archive must not change the size
      in.read(found);
      if (found.size() != noise->size()) in.fail("the noise is that of another network");
      for (const float e : found)
        if (!std::isfinite(e)) in.fail("the noise is not finite");
      *noise = std::move(found);
    }
    stale_ = true;
  }

 private:
  // μ + σ ε, of weights and biases.
  const float* drawn() {
    if (!stale_) return noisy_.data();
    const std::size_t means = area(in_, out_) + static_cast<std::size_t>(out_);
    const ConstArray out_noise(noise_out_.data(), out_);
    for (int i = 0; i <= in_; ++i) {  // the last row is the bias
      const float e = i < in_ ? noise_in_[static_cast<std::size_t>(i)] : 1.0f;
      const std::size_t at = area(i, out_);
      Array(noisy_.data() + at, out_) = ConstArray(weights_ + at, out_) +
                                        ConstArray(weights_ + means + at, out_) * (e * out_noise);
    }
    stale_ = false;
    return noisy_.data();
  }

  void learn_noisy(const Pass& pass, const float* x, const float* dy) {
    const std::size_t weights = area(in_, out_), means = weights + static_cast<std::size_t>(out_);
    float* const by = grown(scratch_, means);
    kernels::multiply(in_, out_, pass.rows, x, 1, in_, dy, by, false);
    std::fill_n(by + weights, out_, 0.0f);
    kernels::add_columns(pass.rows, out_, dy, by + weights);
    const ConstArray out_noise(noise_out_.data(), out_);
    for (int i = 0; i <= in_; ++i) {
      const float e = i < in_ ? noise_in_[static_cast<std::size_t>(i)] : 1.0f;
      const std::size_t at = area(i, out_);
      const ConstArray row(by + at, out_);
      Array(gradients_ + at, out_) += row;
      Array(gradients_ + means + at, out_) += row * (e * out_noise);
    }
  }

  int in_, out_;
  std::vector<float> scratch_, noisy_;
  std::vector<float> noise_in_, noise_out_;
  bool stale_ = true;
};

class ActivationLayer final : public EigenLayer {
 public:
  explicit ActivationLayer(const Layer& layer) : EigenLayer(layer, nullptr, nullptr) {}

  void forward(const Pass& pass, const float* x, float* y) override {
    const std::size_t size = area(pass.rows, layer_.outputs());
    std::copy_n(x, size, y);
    activate(layer_.activation, {y, size});
  }
  void backward(const Pass& pass, const float*, const float* y, float* dy, float* dx,
                bool) override {
    const std::size_t size = area(pass.rows, layer_.outputs());
    activate_backward(layer_.activation, {y, size}, {dy, size});
    if (dx) std::copy_n(dy, size, dx);
  }
};

class LayerNorm final : public EigenLayer {
 public:
  using EigenLayer::EigenLayer;

  void forward(const Pass& pass, const float* x, float* y) override {
    const int n = layer_.outputs();
    const ConstArray gain(weights_, n), bias(weights_ + n, n);
    for (int i = 0; i < pass.rows; ++i) {
      Array row(y + area(i, n), n);
      normalize(x + area(i, n), row);
      row = row * gain + bias;
    }
  }
  void backward(const Pass& pass, const float* x, const float*, float* dy, float* dx,
                bool learn) override {
    const int n = layer_.outputs();
    const ConstArray gain(weights_, n);
    Array normal(grown(scratch_, static_cast<std::size_t>(n)), n);
    for (int i = 0; i < pass.rows; ++i) {
      Array by(dy + area(i, n), n);
      const float scale = normalize(x + area(i, n), normal);
      if (learn) {
        Array(gradients_, n) += by * normal;
        Array(gradients_ + n, n) += by;
      }
      if (!dx) continue;
      by *= gain;
      const float first = sum_of(by.data(), size()) / static_cast<float>(n);
      const float second =
          sum_of_products(by.data(), normal.data(), size()) / static_cast<float>(n);
      Array(dx + area(i, n), n) = scale * (by - first - normal * second);
    }
  }

 private:
  std::size_t size() const { return layer_.out.size(); }
  // Mean 0 and variance 1; returns the factor.
  float normalize(const float* x, Array& to) const {
    const auto n = static_cast<float>(size());
    to = ConstArray(x, to.size()) - sum_of(x, size()) / n;
    const float variance = sum_of_products(to.data(), to.data(), size()) / n;
    const float scale = 1 / std::sqrt(variance + kNormEpsilon);
    to *= scale;
    return scale;
  }

  std::vector<float> scratch_;
};

}  // namespace

void activate(Activation activation, std::span<float> y) {
  Array a = view(y);
  switch (activation) {
    case Activation::identity:
      return;
    case Activation::relu:
      a = a.max(0.0f);
      return;
    case Activation::leaky_relu:
      a = a.max(kLeak * a);
      return;
    case Activation::elu:
      return by_blocks(y.data(), y.size(), [](const Block& x) -> Block {
        return (x > 0.0f).select(x, x.exp() - 1.0f);
      });
    case Activation::tanh:
      return by_blocks(y.data(), y.size(), hyperbolic_tangent);
    case Activation::sigmoid:
      return by_blocks(y.data(), y.size(), logistic);
  }
}

void activate_backward(Activation activation, std::span<const float> y, std::span<float> dy) {
  const ConstArray a = view(y);
  Array d = view(dy);
  switch (activation) {
    case Activation::identity:
      return;
    case Activation::relu:
      d = (a > 0.0f).select(d, 0.0f);
      return;
    case Activation::leaky_relu:
      d = (a > 0.0f).select(d, kLeak * d);
      return;
    case Activation::elu:
      d = (a > 0.0f).select(d, d * (a + 1.0f));
      return;
    case Activation::tanh:
      d *= 1.0f - a.square();
      return;
    case Activation::sigmoid:
      d *= a * (1.0f - a);
      return;
  }
}

std::unique_ptr<EigenLayer> make_eigen_layer(const Layer& layer, float* weights, float* gradients,
                                             int state_offset) {
  switch (layer.kind) {
    case Layer::Kind::dense:
      return std::make_unique<Dense>(layer, weights, gradients);
    case Layer::Kind::convolution:
      return make_eigen_convolution(layer, weights, gradients);
    case Layer::Kind::max_pool:
      return make_eigen_max_pool(layer);
    case Layer::Kind::activation:
      return std::make_unique<ActivationLayer>(layer);
    case Layer::Kind::layer_norm:
      return std::make_unique<LayerNorm>(layer, weights, gradients);
    case Layer::Kind::recurrent:
      return make_eigen_recurrent(layer, weights, gradients, state_offset);
    case Layer::Kind::keep:
    case Layer::Kind::add:
      return nullptr;  // the network's own business
  }
  return nullptr;
}

}  // namespace sandlot
