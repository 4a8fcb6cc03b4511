#include "learners/network/architecture.h"

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>

namespace sandlot {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void fill_uniform(std::span<float> out, double bound, Random& random) {
  for (float& x : out) x = static_cast<float>(random.uniform(-bound, bound));
}

// Rows or columns, whichever are fewer, orthonormal: QR of a Gaussian matrix, the signs of R's
// diagonal put right so that the result is uniform (Mezzadri 2007).
void fill_orthogonal(std::span<float> out, int rows, int columns, double gain, Random& random) {
  const int tall = std::max(rows, columns), wide = std::min(rows, columns);
  Eigen::MatrixXd gaussian(tall, wide);
  for (Eigen::Index i = 0; i < gaussian.size(); ++i) gaussian.data()[i] = random.normal();
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian);
  Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(tall, wide);
  for (int j = 0; j < wide; ++j)
    if (qr.matrixQR()(j, j) < 0) q.col(j) = -q.col(j);
  Eigen::Map<RowMajor> to(out.data(), rows, columns);
  if (rows >= columns)
    to = (gain * q).cast<float>();
  else
    to = (gain * q.transpose()).cast<float>();
}

void fill_weight(std::span<float> out, const Layer& layer, int fan_in, int fan_out,
                 Random& random) {
  switch (layer.initialization) {
    case Initialization::fan_in:
      return fill_uniform(out, layer.gain / std::sqrt(fan_in), random);
    case Initialization::he:
      return fill_uniform(out, layer.gain * std::sqrt(6.0 / fan_in), random);
    case Initialization::glorot:
      return fill_uniform(out, layer.gain * std::sqrt(6.0 / (fan_in + fan_out)), random);
    case Initialization::orthogonal: {
      const double gain = layer.activation == Activation::identity ? 1 : std::sqrt(2.0);
      // Of a convolution fan_out is more than the columns, which are its channels.
      const int columns = static_cast<int>(out.size()) / fan_in;
      return fill_orthogonal(out, fan_in, columns, gain * layer.gain, random);
    }
  }
}

void initialize_noisy(const Layer& layer, std::span<float> all, Random& random) {
  // Fortunato et al. (2018), section 3.2: μ uniform in ±1/√inputs, σ = σ0/√inputs.
  const auto weights = static_cast<std::size_t>(layer.inputs()) *
                       static_cast<std::size_t>(layer.outputs()),
             biases = static_cast<std::size_t>(layer.outputs());
  const double bound = 1 / std::sqrt(layer.inputs());
  fill_uniform(all.first(weights + biases), bound, random);
  std::fill(all.begin() + static_cast<std::ptrdiff_t>(weights + biases), all.end(),
            static_cast<float>(layer.sigma0 * bound));
}

void initialize_recurrent(const Layer& layer, std::span<float> all, Random& random) {
  // Uniform in ±1/√units throughout, but orthogonal where that is asked for; the LSTM's forget gate
  // starts open (Jozefowicz, Zaremba & Sutskever 2015).
  const int units = layer.outputs(), wide = gates(layer.cell) * units;
  fill_uniform(all, layer.gain / std::sqrt(units), random);
  const auto in = static_cast<std::size_t>(layer.inputs() * wide);
  if (layer.initialization == Initialization::orthogonal)
    fill_orthogonal(all.subspan(in, static_cast<std::size_t>(units * wide)), units, wide, 1,
                    random);
  if (layer.cell == Cell::lstm) {
    const auto bias = in + static_cast<std::size_t>(units * wide);
    for (int i = 0; i < units; ++i) all[bias + static_cast<std::size_t>(units + i)] = 1;
  }
}

void initialize(const Layer& layer, std::span<float> all, Random& random) {
  const auto outputs = static_cast<std::size_t>(layer.outputs());
  switch (layer.kind) {
    case Layer::Kind::dense:
    case Layer::Kind::convolution: {
      if (layer.noisy) return initialize_noisy(layer, all, random);
      const bool image = layer.kind == Layer::Kind::convolution;
      const int area = image ? layer.kernel * layer.kernel : 1;
      const int fan_in = image ? area * layer.in.channels : layer.inputs();
      const int units = image ? layer.out.channels : layer.outputs();
      const std::size_t weights = all.size() - static_cast<std::size_t>(units);
      fill_weight(all.first(weights), layer, fan_in, area * units, random);
      if (layer.initialization == Initialization::fan_in)
        fill_uniform(all.subspan(weights), layer.gain / std::sqrt(fan_in), random);
      else
        std::fill(all.begin() + static_cast<std::ptrdiff_t>(weights), all.end(), 0.0f);
      return;
    }
    case Layer::Kind::layer_norm:
      std::fill_n(all.begin(), outputs, 1.0f);
      std::fill(all.begin() + static_cast<std::ptrdiff_t>(outputs), all.end(), 0.0f);
      return;
    case Layer::Kind::recurrent:
      return initialize_recurrent(layer, all, random);
    default:
      return;
  }
}

using Named = std::pair<const char*, std::vector<int>>;

std::vector<Named> blocks_of(const Layer& layer) {
  const int in = layer.inputs(), out = layer.outputs();
  switch (layer.kind) {
    case Layer::Kind::dense:
      if (layer.noisy)
        return {{"weight", {in, out}},
                {"bias", {out}},
                {"sigma_weight", {in, out}},
                {"sigma_bias", {out}}};
      return {{"weight", {in, out}}, {"bias", {out}}};
    case Layer::Kind::convolution:
      return {{"weight", {layer.kernel * layer.kernel * layer.in.channels, layer.out.channels}},
              {"bias", {layer.out.channels}}};
    case Layer::Kind::layer_norm:
      return {{"weight", {out}}, {"bias", {out}}};
    case Layer::Kind::recurrent: {
      const int wide = gates(layer.cell) * out;
      std::vector<Named> all{
          {"weight", {in, wide}}, {"recurrent_weight", {out, wide}}, {"bias", {wide}}};
      if (layer.cell == Cell::gru) all.push_back({"recurrent_bias", {wide}});
      return all;
    }
    default:
      return {};
  }
}

double work_of(const Layer& layer) {
  const double in = layer.inputs(), out = layer.outputs();
  switch (layer.kind) {
    case Layer::Kind::dense:
      return in * out;
    case Layer::Kind::convolution:
      return out * layer.kernel * layer.kernel * layer.in.channels;
    case Layer::Kind::recurrent:
      return gates(layer.cell) * out * (in + out);
    default:
      return 0;
  }
}

int convolved(int size, int kernel, int stride, int padding) {
  return (size + 2 * padding - kernel) / stride + 1;
}

}  // namespace

std::string describe_layer(const Layer& layer) {
  const std::string act =
      layer.activation == Activation::identity ? "" : " " + std::string(name_of(layer.activation));
  static constexpr std::array cells{"rnn", "gru", "lstm"};
  switch (layer.kind) {
    case Layer::Kind::dense:
      return (layer.noisy ? "noisy " : "dense ") + std::to_string(layer.outputs()) + act;
    case Layer::Kind::convolution:
      return "conv " + std::to_string(layer.out.channels) + "×" + std::to_string(layer.kernel) +
             "×" + std::to_string(layer.kernel) + act;
    case Layer::Kind::max_pool:
      return "max pool";
    case Layer::Kind::activation:
      return std::string(name_of(layer.activation));
    case Layer::Kind::layer_norm:
      return "layer norm";
    case Layer::Kind::recurrent:
      return cells[static_cast<std::size_t>(layer.cell)] + (" " + std::to_string(layer.outputs()));
    default:
      return "";
  }
}

int gates(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }

std::string_view name_of(Activation activation) {
  static constexpr std::array<std::string_view, 6> names{"identity", "relu", "leaky_relu",
                                                         "elu",      "tanh", "sigmoid"};
  return names[static_cast<std::size_t>(activation)];
}

std::size_t ParameterBlock::size() const {
  std::size_t all = 1;
  for (const int n : shape) all *= static_cast<std::size_t>(n);
  return all;
}

std::vector<const Layer*> Architecture::layers() const {
  std::vector<const Layer*> all;
  for (const auto* part : {&torso, &value, &head})
    for (const Layer& layer : *part) all.push_back(&layer);
  return all;
}

std::size_t Architecture::state_size() const {
  std::size_t all = 0;
  for (const Layer* layer : layers())
    if (layer->kind == Layer::Kind::recurrent)
      all += layer->out.size() * (layer->cell == Cell::lstm ? 2 : 1);
  return all;
}

bool Architecture::noisy() const {
  for (const Layer* layer : layers())
    if (layer->noisy) return true;
  return false;
}

std::vector<ParameterBlock> Architecture::parameters() const {
  std::vector<ParameterBlock> all;
  std::size_t offset = 0;
  for (const Layer* layer : layers()) {
    for (auto& [name, shape] : blocks_of(*layer)) {
      all.push_back({layer->name + "." + name, std::move(shape), offset});
      offset += all.back().size();
    }
  }
  return all;
}

std::size_t Architecture::parameter_count() const {
  std::size_t all = 0;
  for (const ParameterBlock& block : parameters()) all += block.size();
  return all;
}

std::vector<float> Architecture::initial_weights(Seed seed) const {
  std::vector<float> weights(parameter_count());
  std::size_t offset = 0;
  for (const Layer* layer : layers()) {
    std::size_t size = 0;
    for (const auto& [name, shape] : blocks_of(*layer)) size += ParameterBlock{name, shape}.size();
    Random random(derive(seed, layer->name));
    initialize(*layer, std::span(weights).subspan(offset, size), random);
    offset += size;
  }
  return weights;
}

double Architecture::work() const {
  double all = 0;
  for (const Layer* layer : layers()) all += work_of(*layer);
  return all;
}

std::string Architecture::describe() const {
  std::string text = input.height * input.width == 1
                         ? std::to_string(input.channels)
                         : std::to_string(input.channels) + "×" + std::to_string(input.height) +
                               "×" + std::to_string(input.width);
  for (const auto* part : {&torso, &head}) {
    for (const Layer& layer : *part) {
      const std::string one = describe_layer(layer);
      if (!one.empty()) text += " → " + one;
    }
  }
  return value.empty() ? text : text + ", dueling";
}

ArchitectureBuilder::ArchitectureBuilder(Shape input, Initialization initialization)
    : shape_(input), initialization_(initialization) {
  whole_.input = input;
}

Layer& ArchitectureBuilder::push(Layer::Kind kind, const std::string& name) {
  Layer layer;
  layer.kind = kind;
  layer.name = name + std::to_string(count_++);
  layer.in = layer.out = shape_;
  layer.initialization = initialization_;
  whole_.torso.push_back(std::move(layer));
  return whole_.torso.back();
}

void ArchitectureBuilder::dense(int units, Activation activation, bool noisy) {
  Layer& layer = push(Layer::Kind::dense, "dense");
  layer.activation = activation;
  layer.noisy = noisy;
  layer.out = shape_ = {units, 1, 1};
}

void ArchitectureBuilder::convolution(int channels, int kernel, int stride, int padding,
                                      Activation activation) {
  Layer& layer = push(Layer::Kind::convolution, "conv");
  layer.kernel = kernel;
  layer.stride = stride;
  layer.padding = padding;
  layer.activation = activation;
  layer.out = shape_ = {channels, convolved(layer.in.height, kernel, stride, padding),
                        convolved(layer.in.width, kernel, stride, padding)};
  if (shape_.height < 1 || shape_.width < 1)
    throw std::invalid_argument("a kernel of " + std::to_string(kernel) + " does not fit into " +
                                std::to_string(layer.in.height) + "×" +
                                std::to_string(layer.in.width));
}

void ArchitectureBuilder::max_pool(int kernel, int stride, int padding) {
  Layer& layer = push(Layer::Kind::max_pool, "pool");
  layer.kernel = kernel;
  layer.stride = stride;
  layer.padding = padding;
  layer.out = shape_ = {shape_.channels, convolved(layer.in.height, kernel, stride, padding),
                        convolved(layer.in.width, kernel, stride, padding)};
}

void ArchitectureBuilder::activation(Activation activation) {
  push(Layer::Kind::activation, "activation").activation = activation;
}
void ArchitectureBuilder::layer_norm() { push(Layer::Kind::layer_norm, "norm"); }
void ArchitectureBuilder::keep() { push(Layer::Kind::keep, "keep"); }
void ArchitectureBuilder::add() { push(Layer::Kind::add, "add"); }

void ArchitectureBuilder::recurrent(Cell cell, int units) {
  Layer& layer = push(Layer::Kind::recurrent, "recurrent");
  layer.cell = cell;
  layer.out = shape_ = {units, 1, 1};
}

std::vector<Layer> ArchitectureBuilder::stream(const std::string& name, const Head& head,
                                               int outputs) {
  std::vector<Layer> layers;
  Shape in = shape_;
  const auto push_dense = [&](const std::string& own, int units, Activation activation,
                              double gain) {
    Layer layer;
    layer.name = own;
    layer.in = in;
    layer.out = in = {units, 1, 1};
    layer.activation = activation;
    layer.noisy = head.noisy;
    layer.sigma0 = head.sigma0;
    layer.initialization = initialization_;
    layer.gain = gain;
    layers.push_back(std::move(layer));
  };
  for (std::size_t i = 0; i < head.hidden.size(); ++i)
    push_dense(name + "_hidden" + std::to_string(i), head.hidden[i], head.activation, 1);
  push_dense(name, outputs, Activation::identity, head.gain);
  return layers;
}

Architecture ArchitectureBuilder::finish(const Head& head) {
  whole_.groups = head.groups;
  whole_.atoms = head.atoms;
  if (head.dueling) whole_.value = stream("value", head, head.atoms);
  whole_.head = stream("head", head, head.groups * head.atoms);
  return std::move(whole_);
}

Shape input_shape(const Space& observation) {
  if (observation.is_discrete()) return {observation.n, 1, 1};
  if (observation.shape.size() == 3)
    return {observation.shape[0], observation.shape[1], observation.shape[2]};
  return {static_cast<int>(observation.size()), 1, 1};
}

}  // namespace sandlot
