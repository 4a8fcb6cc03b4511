#include "learners/network/torch_network.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "learners/network/torch_engine.h"

namespace sandlot {
namespace {

// Beside an installed program, or where this build left it.
void* open_module() {
  std::error_code none;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", none);
  const std::filesystem::path installed =
      program.parent_path().parent_path() / "lib/sandlot" / SANDLOT_TORCH_NAME;
  const bool found = !program.empty() && std::filesystem::exists(installed, none);
  const std::string path = found ? installed.string() : SANDLOT_TORCH_BUILT;
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module) throw std::runtime_error(std::string("LibTorch could not be loaded: ") + dlerror());
  return module;
}

template <class Function>
Function function(const char* name) {
  static void* const module = open_module();  // never closed: LibTorch does not survive that
  void* const found = dlsym(module, name);
  if (!found) throw std::runtime_error(std::string("LibTorch could not be loaded: ") + dlerror());
  return reinterpret_cast<Function>(found);
}

float signed_root(double x) {
  return static_cast<float>(std::copysign(std::sqrt(std::abs(x)), x));
}

class TorchNetwork final : public Network {
  using Array = TorchEngine::Array;

 public:
  TorchNetwork(const Architecture& whole, const OptimizerSettings& optimizer,
               const BackendSettings& backend, Seed seed)
      : Network(whole), optimizer_(optimizer, whole.parameter_count()) {
    for (const Layer* layer : whole.layers())
      if (layer->noisy) noise_.resize(noise_.size() + layer->in.size() + layer->out.size());
    const std::vector<ParameterBlock> parameters = whole.parameters();
    engine_ = make_torch_engine({&whole, parameters, optimizer_.first.size(),
                                 optimizer_.second.size(), backend.device, backend.threads});
    engine_->set(Array::weights, whole.initial_weights(seed));
  }

  std::string backend() const override { return engine_->on_gpu() ? "torch (cuda)" : "torch"; }

  void predict(const NetworkInput& input, float* outputs, float* state, Noise noise) override {
    engine_->predict(input, outputs, state, noise);
  }
  const float* forward(const NetworkInput& input) override { return engine_->forward(input); }
  void backward(const float* gradient) override { engine_->backward(gradient); }
  void input_gradient(const float* gradient, float* by_inputs) override {
    engine_->input_gradient(gradient, by_inputs);
  }

  // In main memory Optimizer's own loops are faster than LibTorch's, which go over the arrays once
  // per operation.
  double step(double learning_rate) override {
    double norm = 0;
    if (engine_->on_gpu())
      norm = engine_->step(optimizer_.settings(), ++optimizer_.steps, learning_rate);
    else
      norm = optimizer_.step(engine_->memory(Array::weights), engine_->memory(Array::gradients),
                             learning_rate);
    engine_->clear_gradients();
    return norm;
  }

  void draw_noise(Random& random) override {
    for (float& x : noise_) x = signed_root(random.normal());
    engine_->set_noise(noise_);
  }

  void get_weights(std::span<float> weights) const override {
    engine_->get(Array::weights, weights);
  }
  void set_weights(std::span<const float> weights) override {
    engine_->set(Array::weights, weights);
  }
  void get_gradients(std::span<float> gradients) const override {
    engine_->get(Array::gradients, gradients);
  }
  void blend(const Network& other, double tau) override {
    engine_->blend(*dynamic_cast<const TorchNetwork&>(other).engine_, tau);
  }

  void save(Writer& out) const override {
    out.tag("torch network");
    std::vector<float> weights(parameter_count());
    get_weights(weights);
    out.write(weights);
    if (engine_->on_gpu()) {
      Optimizer copy = optimizer_;
      engine_->get(Array::first, copy.first);
      engine_->get(Array::second, copy.second);
      copy.save(out);
    } else {
      optimizer_.save(out);
    }
    out.write(noise_);
  }

  void load(Reader& in) override {
    in.expect_tag("torch network");
    engine_->set(Array::weights, read_weights(in));
    optimizer_.load(in);
    if (engine_->on_gpu()) {
      engine_->set(Array::first, optimizer_.first);
      engine_->set(Array::second, optimizer_.second);
    }
    std::vector<float> noise;
    in.read(noise);
    if (noise.size() != noise_.size()) in.fail("the noise is that of another network");
    if (!std::ranges::all_of(noise, [](float x) { return std::isfinite(x); }))
      in.fail("a number of the noise is not finite");
    noise_ = std::move(noise);
    engine_->set_noise(noise_);
    engine_->clear_gradients();
  }

 private:
  Optimizer optimizer_;
  std::vector<float> noise_;  // 0 until drawn
  std::unique_ptr<TorchEngine> engine_;
};

}  // namespace

std::unique_ptr<TorchEngine> make_torch_engine(const TorchEngineSettings& settings) {
  return std::unique_ptr<TorchEngine>(
      function<SandlotTorchEngine>("sandlot_torch_engine")(&settings));
}

bool torch_cuda_available() { return function<SandlotTorchCuda>("sandlot_torch_cuda")(); }

std::unique_ptr<Network> make_torch_network(const Architecture& architecture,
                                            const OptimizerSettings& optimizer,
                                            const BackendSettings& backend, Seed seed) {
  return std::make_unique<TorchNetwork>(architecture, optimizer, backend, seed);
}

}  // namespace sandlot
