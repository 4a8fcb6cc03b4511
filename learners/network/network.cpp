#include "learners/network/network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "learners/network/eigen_network.h"
#include "learners/network/torch_network.h"

namespace sandlot {
namespace {

// Multiplications in one row from which LibTorch learns images faster than we do on one core; docs/
// networks.md has the figures.
constexpr double kTorchPays = 3e7;

}  // namespace

std::vector<float> Network::read_weights(Reader& in) const {
  std::vector<float> weights;
  in.read(weights);
  if (weights.size() != parameter_count_) in.fail("the weights are those of another network");
  for (const float w : weights)
    if (!std::isfinite(w)) in.fail("a weight is not finite");
  return weights;
}

void BackendSettings::fields(Fields& f) {
  f.choice("backend", backend,
           {{"auto", Backend::automatic}, {"eigen", Backend::eigen}, {"torch", Backend::torch}},
           "who computes it; auto: what is faster for its size");
  f.choice("device", device, {{"cpu", Device::cpu}, {"cuda", Device::cuda}},
           "cuda: a GPU, through LibTorch");
  f.integer("threads", threads, "of LibTorch; small networks are fastest on one",
            Range::between(1, 1024));
}

void BackendSettings::check(const Architecture& architecture, Issues& issues) const {
  if (backend == Backend::torch && !torch_available())
    issues.add("backend", "this build has no LibTorch; expected auto or eigen");
  if (device == Device::cuda) {
    if (backend == Backend::eigen)
      issues.add("device", "the Eigen backend runs on the CPU; expected cpu, or backend: torch");
    else if (!cuda_available())
      issues.add("device", "LibTorch finds no CUDA device here; expected cpu");
  }
  static_cast<void>(architecture);
}

bool torch_available() {
#ifdef SANDLOT_TORCH
  return true;
#else
  return false;
#endif
}

bool cuda_available() {
#ifdef SANDLOT_TORCH
  return torch_cuda_available();
#else
  return false;
#endif
}

Backend choose_backend(const BackendSettings& settings, const Architecture& architecture) {
  if (settings.backend != Backend::automatic) return settings.backend;
  if (!torch_available()) return Backend::eigen;
  if (settings.device == Device::cuda) return Backend::torch;
  const auto layers = architecture.layers();
  const bool image = std::any_of(layers.begin(), layers.end(), [](const Layer* layer) {
    return layer->kind == Layer::Kind::convolution;
  });
  return image && architecture.work() > kTorchPays ? Backend::torch : Backend::eigen;
}

std::unique_ptr<Network> make_network(const Architecture& architecture,
                                      const OptimizerSettings& optimizer,
                                      const BackendSettings& backend, Seed seed) {
  if (choose_backend(backend, architecture) == Backend::eigen)
    return make_eigen_network(architecture, optimizer, seed);
#ifdef SANDLOT_TORCH
  return make_torch_network(architecture, optimizer, backend, seed);
#else
  throw std::invalid_argument("this build has no LibTorch");
#endif
}

void NetworkSettings::fields(Fields& f) {
  f.chosen("learner", learner, "the kind of network");
  backend.fields(f);
}

void NetworkSettings::check(const Space& observation, Issues& issues) const {
  bool good = true;
  class Watch final : public Issues {
   public:
    Watch(Issues& inner, bool& flag) : inner_(inner), flag_(flag) {}
    void add(std::string_view path, std::string_view message) override {
      flag_ = false;
      inner_.add(path, message);
    }

   private:
    Issues& inner_;
    bool& flag_;
  } watch(issues, good);
  if (learner.get()) learner->check(observation, watch);
  if (!good) return;
  backend.check(torso(observation).finish({}), issues);
}

ArchitectureBuilder NetworkSettings::torso(const Space& observation, bool noisy) const {
  if (learner.get()) return learner->torso(observation, noisy);
  ArchitectureBuilder builder(input_shape(observation));
  for (const int units : {120, 84}) builder.dense(units, Activation::relu, noisy);
  return builder;
}

std::vector<LayerView> layer_views(const Network& network) {
  std::vector<LayerView> views;
  const std::vector<const Layer*> layers = network.architecture().layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = *layers[i];
    if (layer.kind != Layer::Kind::dense && layer.kind != Layer::Kind::convolution &&
        layer.kind != Layer::Kind::recurrent)
      continue;
    LayerView view{describe_layer(layer), layer.out.channels, layer.out.height, layer.out.width,
                   std::vector<float>(layer.out.size())};
    if (!network.layer_values(i, view.values)) view.values.clear();
    views.push_back(std::move(view));
  }
  return views;
}

void encode_rows(const Space& observation, int rows, const float* from, std::vector<float>& to) {
  const auto count = static_cast<std::size_t>(rows);
  if (!observation.is_discrete()) {
    to.assign(from, from + count * observation.size());
    return;
  }
  const auto n = static_cast<std::size_t>(observation.n);
  to.assign(count * n, 0.0f);
  for (std::size_t i = 0; i < count; ++i) to[i * n + static_cast<std::size_t>(from[i])] = 1;
}

}  // namespace sandlot
