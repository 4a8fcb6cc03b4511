// Layers of the Eigen backend: one small class per kind, forward and backward written out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "learners/network/network.h"

namespace sandlot {

// What one evaluation is about.
struct Pass {
  int rows = 0, steps = 1;
  const float* state = nullptr;  // [sequences, state_size]
  const std::uint8_t* starts = nullptr;
  float* new_state = nullptr;
  int state_size = 0;
  Noise noise = Noise::off;
  int sequences() const { return rows / steps; }
};

class EigenLayer {
 public:
  // The layer's own part of the flat arrays.
  EigenLayer(const Layer& layer, float* weights, float* gradients)
      : layer_(layer), weights_(weights), gradients_(gradients) {}
  virtual ~EigenLayer() = default;

  const Layer& layer() const { return layer_; }
  // x [rows, inputs] → y [rows, outputs].
  virtual void forward(const Pass& pass, const float* x, float* y) = 0;
  // dy [rows, outputs] may be written over. dx [rows, inputs] is null where it is not wanted;
  // parameters' gradients are added to where `learn`.
  virtual void backward(const Pass& pass, const float* x, const float* y, float* dy, float* dx,
                        bool learn) = 0;
  virtual void draw_noise(Random&) {}
  virtual void weights_changed() {}
  virtual void save(Writer&) const {}
  virtual void load(Reader&) {}

 protected:
  Layer layer_;
  float* weights_;
  float* gradients_;
};

// `state_offset`: where a recurrent layer's h and c begin in a sequence's state.
std::unique_ptr<EigenLayer> make_eigen_layer(const Layer& layer, float* weights, float* gradients,
                                             int state_offset);

// Parts of it, in files of their own.
std::unique_ptr<EigenLayer> make_eigen_convolution(const Layer& layer, float* weights,
                                                   float* gradients);
std::unique_ptr<EigenLayer> make_eigen_max_pool(const Layer& layer);
std::unique_ptr<EigenLayer> make_eigen_recurrent(const Layer& layer, float* weights,
                                                 float* gradients, int state_offset);

// y ← act(y), and dy ← dy · act'(…), told from y.
void activate(Activation activation, std::span<float> y);
void activate_backward(Activation activation, std::span<const float> y, std::span<float> dy);

// Grows, never shrinks.
inline float* grown(std::vector<float>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
  return buffer.data();
}

}  // namespace sandlot
