// TorchEngine: what LibTorch computes for TorchNetwork, across the border of a module.
//
// LibTorch takes most of a second to load, so only the programs that use it should: the engine is a
// module of its own, opened on first use (torch_network.cpp). Nothing of ours is linked into it, so
// only plain data and inline functions cross the border.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "learners/network/network.h"

namespace sandlot {

class TorchEngine {
 public:
  // The flat arrays; first and second are the optimiser's, as in Optimizer.
  enum class Array : std::uint8_t { weights, gradients, first, second };

  virtual ~TorchEngine() = default;
  virtual bool on_gpu() const = 0;

  // As in Network.
  virtual void predict(const NetworkInput& input, float* outputs, float* state, Noise noise) = 0;
  virtual const float* forward(const NetworkInput& input) = 0;
  virtual void backward(const float* gradient) = 0;
  virtual void input_gradient(const float* gradient, float* by_inputs) = 0;
  virtual void blend(const TorchEngine& other, double tau) = 0;

  // Of every noisy layer in order: that of its inputs, that of its outputs.
  virtual void set_noise(std::span<const float> noise) = 0;

  // Where an array lies if that is in main memory, else empty.
  virtual std::span<float> memory(Array which) = 0;
  virtual void get(Array which, std::span<float> values) const = 0;
  virtual void set(Array which, std::span<const float> values) = 0;
  virtual void clear_gradients() = 0;
  // Optimizer::step with its arrays on the GPU (it works in main memory too); `steps` counts this one.
  virtual double step(const OptimizerSettings& settings, std::int64_t steps,
                      double learning_rate) = 0;
};

struct TorchEngineSettings {
  const Architecture* architecture = nullptr;  // is not needed once the engine is made
  std::span<const ParameterBlock> parameters;
  std::size_t first = 0, second = 0;  // sizes of the optimiser's arrays
  Device device = Device::cpu;
  int threads = 1;
};

// Opens the module; throws std::runtime_error where it cannot be loaded or LibTorch refuses.
std::unique_ptr<TorchEngine> make_torch_engine(const TorchEngineSettings& settings);

// What the module exports.
extern "C" {
using SandlotTorchEngine = TorchEngine* (*)(const TorchEngineSettings*);
using SandlotTorchCuda = bool (*)();
}

}  // namespace sandlot
