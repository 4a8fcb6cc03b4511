#include <algorithm>
#include <limits>

#include "learners/network/eigen_layers.h"
#include "learners/network/kernels.h"

namespace sandlot {
namespace {

// Images are [height, width, channels]. One image at a time is laid out as a matrix of patches,
// [positions, kernel · kernel · channels], which stays in the cache for the product that follows.
class Convolution final : public EigenLayer {
 public:
  Convolution(const Layer& layer, float* weights, float* gradients)
      : EigenLayer(layer, weights, gradients),
        channels_(layer.out.channels),
        positions_(layer.out.height * layer.out.width),
        patch_(layer.kernel * layer.kernel * layer.in.channels),
        patches_(static_cast<std::size_t>(positions_) * static_cast<std::size_t>(patch_)) {}

  void forward(const Pass& pass, const float* x, float* y) override {
    const float* const bias = weights_ + static_cast<std::ptrdiff_t>(patch_) * channels_;
    for (int row = 0; row < pass.rows; ++row, x += layer_.in.size(), y += layer_.out.size()) {
      gather(x);
      for (int i = 0; i < positions_; ++i) std::copy_n(bias, channels_, y + i * channels_);
      kernels::multiply(positions_, channels_, patch_, patches_.data(), patch_, 1, weights_, y,
                        true);
      activate(layer_.activation, {y, layer_.out.size()});
    }
  }

  void backward(const Pass& pass, const float* x, const float* y, float* dy, float* dx,
                bool learn) override {
    if (dx) {
      turned_.resize(static_cast<std::size_t>(patch_) * static_cast<std::size_t>(channels_));
      kernels::transpose(patch_, channels_, weights_, turned_.data());
      std::fill_n(dx, static_cast<std::size_t>(pass.rows) * layer_.in.size(), 0.0f);
    }
    for (int row = 0; row < pass.rows; ++row) {
      activate_backward(layer_.activation, {y, layer_.out.size()}, {dy, layer_.out.size()});
      if (learn) {
        gather(x);
        kernels::multiply(patch_, channels_, positions_, patches_.data(), 1, patch_, dy, gradients_,
                          true);
        kernels::add_columns(positions_, channels_, dy,
                             gradients_ + static_cast<std::ptrdiff_t>(patch_) * channels_);
      }
      if (dx) {
        kernels::multiply(positions_, patch_, channels_, dy, channels_, 1, turned_.data(),
                          patches_.data(), false);
        scatter(dx);
        dx += layer_.in.size();
      }
      x += layer_.in.size();
      y += layer_.out.size();
      dy += layer_.out.size();
    }
  }

 private:
  // Calls use(offset in the image, offset in the patches, count) for each run of floats that lies
  // side by side in both.
  template <class Use, class Outside>
  void runs(Use use, Outside outside) const {
    const Shape& in = layer_.in;
    const int line = layer_.kernel * in.channels;
    int to = 0;
    for (int py = 0; py < layer_.out.height; ++py)
      for (int px = 0; px < layer_.out.width; ++px) {
        const int left = px * layer_.stride - layer_.padding;
        const int first = std::max(0, -left);
        const int last = std::min(layer_.kernel, in.width - left);
        for (int ky = 0; ky < layer_.kernel; ++ky, to += line) {
          const int y = py * layer_.stride - layer_.padding + ky;
          if (y < 0 || y >= in.height || first >= last) {
            outside(to, line);
            continue;
          }
          if (first > 0) outside(to, first * in.channels);
          use((y * in.width + left + first) * in.channels, to + first * in.channels,
              (last - first) * in.channels);
          if (last < layer_.kernel)
            outside(to + last * in.channels, (layer_.kernel - last) * in.channels);
        }
      }
  }

  void gather(const float* image) {
    float* const to = patches_.data();
    runs([&](int from, int at, int count) { std::copy_n(image + from, count, to + at); },
         [&](int at, int count) { std::fill_n(to + at, count, 0.0f); });
  }
  void scatter(float* image) const {
    const float* const from = patches_.data();
    runs(
        [&](int to, int at, int count) {
          for (int i = 0; i < count; ++i) image[to + i] += from[at + i];
        },
        [](int, int) {});
  }

  int channels_, positions_, patch_;
  std::vector<float> patches_, turned_;
};

// The first of equal largest values of a window takes its gradient.
class MaxPool final : public EigenLayer {
 public:
  explicit MaxPool(const Layer& layer)
      : EigenLayer(layer, nullptr, nullptr), open_(static_cast<std::size_t>(layer.in.channels)) {}

  void forward(const Pass& pass, const float* x, float* y) override {
    const int channels = layer_.in.channels;
    std::fill_n(y, static_cast<std::size_t>(pass.rows) * layer_.out.size(),
                -std::numeric_limits<float>::infinity());
    for (int row = 0; row < pass.rows; ++row, x += layer_.in.size(), y += layer_.out.size())
      taps([] {},
           [&](int to, int from) {
             for (int c = 0; c < channels; ++c) y[to + c] = std::max(y[to + c], x[from + c]);
           });
  }
  void backward(const Pass& pass, const float* x, const float* y, float* dy, float* dx,
                bool) override {
    if (!dx) return;
    const int channels = layer_.in.channels;
    float* const open = open_.data();
    std::fill_n(dx, static_cast<std::size_t>(pass.rows) * layer_.in.size(), 0.0f);
    for (int row = 0; row < pass.rows; ++row) {
      taps([&] { std::fill_n(open, channels, 1.0f); },
           [&](int to, int from) {
             for (int c = 0; c < channels; ++c) {
               const float hit = x[from + c] == y[to + c] ? open[c] : 0.0f;
               dx[from + c] += hit * dy[to + c];
               open[c] -= hit;
             }
           });
      x += layer_.in.size();
      y += layer_.out.size();
      dy += layer_.out.size();
      dx += layer_.in.size();
    }
  }

 private:
  // window(…) at the start of each window, tap(output, input) for each of its places in the
  // picture: where their channels begin.
  template <class Window, class Tap>
  void taps(Window window, Tap tap) const {
    const Shape& in = layer_.in;
    int to = 0;
    for (int py = 0; py < layer_.out.height; ++py)
      for (int px = 0; px < layer_.out.width; ++px, to += in.channels) {
        window();
        for (int ky = 0; ky < layer_.kernel; ++ky) {
          const int y = py * layer_.stride - layer_.padding + ky;
          if (y < 0 || y >= in.height) continue;
          for (int kx = 0; kx < layer_.kernel; ++kx) {
            const int x = px * layer_.stride - layer_.padding + kx;
            if (x >= 0 && x < in.width) tap(to, (y * in.width + x) * in.channels);
          }
        }
      }
  }

  std::vector<float> open_;
};

}  // namespace

std::unique_ptr<EigenLayer> make_eigen_convolution(const Layer& layer, float* weights,
                                                   float* gradients) {
  return std::make_unique<Convolution>(layer, weights, gradients);
}

std::unique_ptr<EigenLayer> make_eigen_max_pool(const Layer& layer) {
  return std::make_unique<MaxPool>(layer);
}

}  // namespace sandlot
