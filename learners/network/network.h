// Network: a differentiable function with its optimiser, the same on every backend.
//
//   network->draw_noise(random);                       // noisy layers only
//   const float* outputs = network->forward(input);    // [rows, outputs]
//   … gradient of the loss by the outputs, written by the caller …
//   network->backward(gradient);                       // adds to the parameters' gradients
//   network->step(learning_rate);                      // clips, optimises, forgets them
//
// Losses are the callers' own, a few lines each (loss.h), so that no agent sees a tensor library.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "learners/network/architecture.h"
#include "learners/network/optimizer.h"
#include "sim/core/archive.h"
#include "sim/core/policy.h"
#include "sim/core/registry.h"

namespace sandlot {

struct NetworkInput {
  int rows = 0;
  const float* values = nullptr;  // [rows, inputs]
  // Recurrent networks: rows are steps × sequences, time-major.
  int steps = 1;
  const float* state = nullptr;  // [sequences, state_size] before the first step; null: zeros
  const std::uint8_t* starts = nullptr;  // [rows]: not 0 where the state is zeroed before that row
  int sequences() const { return rows / steps; }
};

enum class Noise : std::uint8_t { off, drawn };

// Not for use by two threads at once: evaluating writes into buffers that are kept. Once warm (the
// largest number of rows has been seen) the Eigen backend allocates nothing.
class Network {
 public:
  virtual ~Network() = default;

  const Architecture& architecture() const { return architecture_; }
  std::size_t inputs() const { return architecture_.inputs(); }
  std::size_t outputs() const { return architecture_.outputs(); }
  std::size_t parameter_count() const { return parameter_count_; }
  std::size_t state_size() const { return state_size_; }
  virtual std::string backend() const = 0;  // "eigen", "torch", "torch (cuda)"

  // `outputs` [rows, outputs]; `state` [sequences, state_size] after the last step, may be the same
  // memory as input.state, null: not wanted. Noise::off uses the means of noisy layers.
  virtual void predict(const NetworkInput& input, float* outputs, float* state = nullptr,
                       Noise noise = Noise::off) = 0;
  // With noise as drawn; valid until the next call of any function. backward() must follow before
  // another forward() or predict().
  virtual const float* forward(const NetworkInput& input) = 0;
  virtual void backward(const float* gradient) = 0;  // [rows, outputs]
  // The gradient of Σ gradient · outputs by the input values of the last forward(): [rows, inputs].
  // Leaves the parameters' gradients as they are.
  virtual void input_gradient(const float* gradient, float* by_inputs) = 0;
  // Returns the norm of the gradient before clipping.
  virtual double step(double learning_rate) = 0;
  // What the layer with that place in architecture().layers() gave for the first row of the last
  // forward() or predict(), in the order of its outputs; false where the backend does not tell.
  virtual bool layer_values(std::size_t layer, std::span<float> values) const {
    static_cast<void>(layer);
    static_cast<void>(values);
    return false;
  }
  virtual void draw_noise(Random& random) = 0;

  // The flat array of architecture().parameters().
  virtual void get_weights(std::span<float> weights) const = 0;
  virtual void set_weights(std::span<const float> weights) = 0;
  virtual void get_gradients(std::span<float> gradients) const = 0;
  // w ← (1 − tau) w + tau · w of `other`, which has the same architecture and backend; 1 copies.
  virtual void blend(const Network& other, double tau) = 0;

  // Weights, optimiser and noise: what follows load() is the same as unbroken.
  virtual void save(Writer&) const = 0;
  virtual void load(Reader&) = 0;

 protected:
  explicit Network(Architecture architecture)
      : architecture_(std::move(architecture)),
        parameter_count_(architecture_.parameter_count()),
        state_size_(architecture_.state_size()) {}
  // Checked against parameter_count() and for being finite.
  std::vector<float> read_weights(Reader& in) const;

 private:
  Architecture architecture_;
  std::size_t parameter_count_, state_size_;
};

enum class Backend : std::uint8_t { automatic, eigen, torch };
enum class Device : std::uint8_t { cpu, cuda };

struct BackendSettings {
  Backend backend = Backend::automatic;
  Device device = Device::cpu;
  int threads = 1;  // of LibTorch; see docs/networks.md for when more pay

  void fields(Fields& f);
  void check(const Architecture& architecture, Issues& issues) const;
};

bool torch_available();  // built with LibTorch
bool cuda_available();
// The backend that `automatic` stands for. The crossover was measured: docs/networks.md.
Backend choose_backend(const BackendSettings& settings, const Architecture& architecture);

// Initial weights come from `seed` alone and do not depend on the backend. Throws
// std::invalid_argument for a backend that this build or machine does not have.
std::unique_ptr<Network> make_network(const Architecture& architecture,
                                      const OptimizerSettings& optimizer,
                                      const BackendSettings& backend, Seed seed);

// A family of torsos by name: mlp, cnn, impala_cnn, rnn, gru, lstm.
class NetworkFactory : public Component {
 public:
  static constexpr std::string_view kind = "network";
  // Refuses inputs that it cannot take.
  virtual void check(const Space& observation, Issues& issues) const = 0;
  virtual ArchitectureBuilder torso(const Space& observation, bool noisy) const = 0;
};

// What a config says of a network: {learner: mlp, hidden: [120, 84], backend: eigen, …}.
struct NetworkSettings {
  Slot<NetworkFactory> learner{"mlp"};
  BackendSettings backend;

  void fields(Fields& f);
  void check(const Space& observation, Issues& issues) const;
  // An MLP with default settings where no reader has chosen.
  ArchitectureBuilder torso(const Space& observation, bool noisy = false) const;
};

// The layers with what they held last, for pictures.
std::vector<LayerView> layer_views(const Network& network);

// One row as the network sees it: a box as it is, a discrete observation as one-hot.
void encode_rows(const Space& observation, int rows, const float* from, std::vector<float>& to);

}  // namespace sandlot
