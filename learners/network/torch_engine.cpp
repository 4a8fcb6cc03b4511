// Compiled into the module alone. LibTorch's headers by operation compile in a third of the time of
// <torch/torch.h>.
#include "learners/network/torch_engine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "learners/network/torch_layers.h"

namespace sandlot {
namespace {

// LibTorch's errors as ours: what went wrong, without its stack.
template <class F>
auto guarded(F body) {
  try {
    return body();
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    throw std::runtime_error("LibTorch: " + text.substr(0, text.find('\n')));
  } catch (const std::runtime_error&) {
    throw;
  } catch (const std::logic_error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {  // of the libraries below it
    throw std::runtime_error(std::string("LibTorch: ") + error.what());
  }
}

Tensor borrow(const float* values, at::IntArrayRef shape) {
  return at::from_blob(const_cast<float*>(values), shape, at::kFloat);
}

// The threads of OpenBLAS are its own: LibTorch's setting does not reach them.
void set_blas_threads(int threads) {
  using Set = void (*)(int);
  if (const auto set = reinterpret_cast<Set>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
    set(threads);
}

// What one update frees, the next takes again: without this a network of 40,000 weights on images
// of 16 × 16 spends two thirds of its time on handing memory back to the system and on having it
// zeroed.
void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

// Sums in the same order every time, and in full precision, where cuBLAS and cuDNN can.
void prefer_repeatable() {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/true);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
}

class Engine final : public TorchEngine {
 public:
  explicit Engine(const TorchEngineSettings& settings)
      : device_(settings.device == Device::cuda ? at::kCUDA : at::kCPU),
        input_(settings.architecture->input),
        groups_(settings.architecture->groups),
        atoms_(settings.architecture->atoms) {
    if (on_gpu() && !at::hasCUDA()) throw std::runtime_error("LibTorch finds no CUDA device");
    at::set_num_threads(settings.threads);
    set_blas_threads(settings.threads);
    if (on_gpu())
      prefer_repeatable();
    else
      keep_freed_memory();
    std::int64_t count = 0;
    for (const ParameterBlock& block : settings.parameters) count += size_of(block);
    const auto options = at::TensorOptions().dtype(at::kFloat).device(device_);
    weights_ = at::zeros({count}, options);
    gradients_ = at::zeros({count}, options);
    if (on_gpu()) {  // else Optimizer has them
      first_ = at::zeros({static_cast<std::int64_t>(settings.first)}, options);
      second_ = at::zeros({static_cast<std::int64_t>(settings.second)}, options);
    }
    const ParameterBlock* block = settings.parameters.data();
    for (const Layer& layer : settings.architecture->torso) push(torso_, layer, block);
    for (const Layer& layer : settings.architecture->value) push(value_, layer, block);
    for (const Layer& layer : settings.architecture->head) push(head_, layer, block);
  }

  bool on_gpu() const override { return device_ != at::kCPU; }

  void predict(const NetworkInput& input, float* outputs, float* state, Noise noise) override {
    guarded([&] {
      const c10::InferenceMode inference;
      forget();
      Pass pass = prepare(input);
      pass.noise = noise;
      const Tensor y = evaluate(enter(input), pass);
      borrow(outputs, y.sizes()).copy_(y);
      if (state) borrow(state, {input.sequences(), state_size_}).copy_(at::cat(pass.new_state, 1));
    });
  }

  const float* forward(const NetworkInput& input) override {
    return guarded([&] {
      forget();
      rows_ = enter(input);
      if (!on_gpu() && rows_.data_ptr<float>() == input.values) rows_ = rows_.clone();
      pass_ = prepare(input);
      pass_.noise = Noise::drawn;
      if (pass_.state.defined() && !on_gpu()) pass_.state = pass_.state.clone();
      build();
      outputs_ = graph_.detach().to(at::kCPU).contiguous();
      return outputs_.data_ptr<float>();
    });
  }

  void backward(const float* gradient) override {
    guarded([&] {
      build();
      const Tensor by_outputs = borrow(gradient, graph_.sizes()).to(device_);
      torch::autograd::backward({std::exchange(graph_, {})}, {by_outputs}, false, false, leaves_);
    });
  }

  // From its first call on, forward() prepares for it; the one before is run once more.
  void input_gradient(const float* gradient, float* by_inputs) override {
    guarded([&] {
      if (!std::exchange(inputs_wanted_, true)) graph_.reset();
      build();
      const Tensor by_outputs = borrow(gradient, graph_.sizes()).to(device_);
      const Tensor result = torch::autograd::grad({graph_}, {rows_}, {by_outputs}, true)[0];
      borrow(by_inputs, result.sizes()).copy_(result);
    });
  }

  void blend(const TorchEngine& other, double tau) override {
    guarded([&] {
      const Tensor& from = static_cast<const Engine&>(other).weights_;
      if (tau == 1)
        weights_.copy_(from);
      else
        weights_.lerp_(from, tau);
    });
  }

  void set_noise(std::span<const float> noise) override {
    guarded([&] {
      const at::NoGradGuard no_gradients;
      const float* values = noise.data();
      for (auto* part : {&torso_, &value_, &head_}) {
        for (TorchLayer& of : *part) {
          if (!of.layer.noisy) continue;
          const Tensor in = borrow(values, {of.layer.inputs()}).to(device_);
          values += of.layer.inputs();
          of.bias_noise = borrow(values, {of.layer.outputs()}).to(device_, at::kFloat, false, true);
          values += of.layer.outputs();
          of.weight_noise = at::outer(in, of.bias_noise);
        }
      }
    });
  }

  std::span<float> memory(Array which) override {
    if (on_gpu()) return {};
    Tensor& array = tensor(which);
    return {array.data_ptr<float>(), static_cast<std::size_t>(array.numel())};
  }
  void get(Array which, std::span<float> values) const override {
    guarded([&] {
      borrow(values.data(), {static_cast<std::int64_t>(values.size())})
          .copy_(const_cast<Engine*>(this)->tensor(which));
    });
  }
  void set(Array which, std::span<const float> values) override {
    guarded([&] {
      const Tensor from = borrow(values.data(), {static_cast<std::int64_t>(values.size())});
      Tensor& to = tensor(which);
      if (!to.defined()) to = at::empty(from.sizes(), weights_.options());
      to.copy_(from);
    });
  }
  void clear_gradients() override {
    guarded([&] { gradients_.zero_(); });
  }

  double step(const OptimizerSettings& settings, std::int64_t steps,
              double learning_rate) override {
    return guarded([&] {
      const at::NoGradGuard no_gradients;
      return optimize(settings, steps, learning_rate);
    });
  }

 private:
  static std::int64_t size_of(const ParameterBlock& block) {
    std::int64_t all = 1;
    for (const int n : block.shape) all *= n;
    return all;
  }

  // Layers take their blocks in the order of Architecture::parameters().
  void push(std::vector<TorchLayer>& layers, const Layer& layer, const ParameterBlock*& block) {
    layers.emplace_back(layer);
    TorchLayer& of = layers.back();
    std::size_t blocks = 0;
    switch (layer.kind) {
      case Layer::Kind::dense:
        blocks = layer.noisy ? 4 : 2;
        break;
      case Layer::Kind::convolution:
      case Layer::Kind::layer_norm:
        blocks = 2;
        break;
      case Layer::Kind::recurrent:
        blocks = layer.cell == Cell::gru ? 4 : 3;
        of.state_offset = state_size_;
        state_size_ += layer.outputs() * (layer.cell == Cell::lstm ? 2 : 1);
        break;
      default:
        break;
    }
    for (std::size_t i = 0; i < blocks; ++i, ++block) {
      const std::vector<std::int64_t> shape(block->shape.begin(), block->shape.end());
      const auto view = [&](const Tensor& all) {
        return all.narrow(0, static_cast<std::int64_t>(block->offset), size_of(*block))
            .view(shape)
            .detach();
      };
      Tensor leaf = view(weights_).set_requires_grad(true);
      leaf.mutable_grad() = view(gradients_);
      leaves_.push_back(leaf);
      of.parameters.push_back(std::move(leaf));
    }
    if (layer.noisy) {
      of.weight_noise = at::zeros_like(of.parameters[0]).detach();
      of.bias_noise = at::zeros_like(of.parameters[1]).detach();
    }
  }

  Tensor& tensor(Array which) {
    switch (which) {
      case Array::weights:
        return weights_;
      case Array::gradients:
        return gradients_;
      case Array::first:
        return first_;
      default:
        return second_;
    }
  }

  Tensor enter(const NetworkInput& input) const {
    if (!is_image(input_)) return borrow(input.values, {input.rows, input_.channels}).to(device_);
    return borrow(input.values, {input.rows, input_.channels, input_.height, input_.width})
        .to(device_)
        .contiguous(at::MemoryFormat::ChannelsLast);
  }

  Pass prepare(const NetworkInput& input) const {
    Pass pass;
    pass.steps = input.steps;
    if (state_size_ == 0) return pass;
    const std::int64_t sequences = input.sequences();
    if (input.state) pass.state = borrow(input.state, {sequences, state_size_}).to(device_);
    pass.resets.resize(static_cast<std::size_t>(input.steps));
    if (!input.starts) return pass;
    for (std::size_t t = 0; t < pass.resets.size(); ++t) {
      const std::uint8_t* const starts = input.starts + t * static_cast<std::size_t>(sequences);
      if (std::any_of(starts, starts + sequences, [](std::uint8_t flag) { return flag != 0; }))
        pass.resets[t] = at::from_blob(const_cast<std::uint8_t*>(starts), {sequences, 1}, at::kByte)
                             .ne(0)
                             .to(device_);
    }
    return pass;
  }

  Tensor evaluate(const Tensor& rows, Pass& pass) const {
    pass.new_state.clear();
    const Tensor middle = run(torso_, rows, pass);
    if (value_.empty()) return run(head_, middle, pass);
    const Tensor value = run(value_, middle, pass).unsqueeze(1);
    const Tensor head = run(head_, middle, pass).view({-1, groups_, atoms_});
    return (value + (head - head.mean(1, true))).flatten(1);
  }

  void forget() {
    graph_.reset();
    rows_.reset();
  }

  // The graph of the last forward(), where it is not there any more or not for the inputs too.
  void build() {
    if (graph_.defined()) return;
    if (!rows_.defined()) throw std::logic_error("a network's forward() must come before this");
    rows_.set_requires_grad(inputs_wanted_);
    graph_ = evaluate(rows_, pass_);
    pass_.new_state.clear();
  }

  double optimize(const OptimizerSettings& s, std::int64_t steps, double rate) {
    Tensor w = weights_, g = gradients_;
    const double norm = g.norm().item<double>();
    if (s.clip_norm > 0 && norm > s.clip_norm) g.mul_(s.clip_norm / norm);
    if (s.weight_decay > 0) {
      if (s.kind == OptimizerKind::adamw)
        w.mul_(1 - rate * s.weight_decay);
      else
        g.add_(w, s.weight_decay);
    }
    switch (s.kind) {
      case OptimizerKind::sgd:
        w.sub_(g, rate);
        break;
      case OptimizerKind::momentum:
        first_.mul_(s.momentum).add_(g);
        w.sub_(first_, rate);
        break;
      case OptimizerKind::rmsprop: {
        Tensor mean = first_.narrow(0, 0, w.numel()),
               buffer = first_.narrow(0, w.numel(), w.numel());
        second_.mul_(s.decay).addcmul_(g, g, 1 - s.decay);
        Tensor scale = second_;
        if (s.centered) {
          mean.mul_(s.decay).add_(g, 1 - s.decay);
          scale = second_.addcmul(mean, mean, -1).clamp_min_(0);
        }
        buffer.mul_(s.momentum).addcdiv_(g, scale.sqrt().add_(s.epsilon));
        w.sub_(buffer, rate);
        break;
      }
      case OptimizerKind::adam:
      case OptimizerKind::adamw: {
        const auto time = static_cast<double>(steps);
        const double scale = rate / (1 - std::pow(s.beta1, time)),
                     root = 1 / std::sqrt(1 - std::pow(s.beta2, time));
        first_.mul_(s.beta1).add_(g, 1 - s.beta1);
        second_.mul_(s.beta2).addcmul_(g, g, 1 - s.beta2);
        w.addcdiv_(first_, second_.sqrt().mul_(root).add_(s.epsilon), -scale);
        break;
      }
    }
    return norm;
  }

  at::Device device_;
  Shape input_;
  std::int64_t groups_, atoms_, state_size_ = 0;
  Tensor weights_, gradients_, first_, second_;
  std::vector<Tensor> leaves_;  // views of weights_ whose gradients are views of gradients_
  std::vector<TorchLayer> torso_, value_, head_;
  // Of the last forward().
  Tensor rows_, graph_, outputs_;
  Pass pass_;
  bool inputs_wanted_ = false;
};

}  // namespace
}  // namespace sandlot

#define SANDLOT_EXPORT extern "C" __attribute__((visibility("default")))

SANDLOT_EXPORT sandlot::TorchEngine* sandlot_torch_engine(const sandlot::TorchEngineSettings*);
SANDLOT_EXPORT sandlot::TorchEngine* sandlot_torch_engine(
    const sandlot::TorchEngineSettings* settings) {
  return sandlot::guarded([&] { return new sandlot::Engine(*settings); });
}

SANDLOT_EXPORT bool sandlot_torch_cuda();
SANDLOT_EXPORT bool sandlot_torch_cuda() { return at::hasCUDA(); }
