// Architecture: what a network is made of, before any backend builds it.
//
// A torso of layers and a head; every backend (Eigen, LibTorch) builds the same network from it,
// with the same parameters at the same places of one flat array, so that weights move between them
// as they are. Images are channels last inside the network ([height, width, channels]); the input
// is [channels, height, width], as worlds write it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/random.h"
#include "sim/core/space.h"

namespace sandlot {

enum class Activation : std::uint8_t { identity, relu, leaky_relu, elu, tanh, sigmoid };
// Elman (1990); Cho et al. (2014), with the reset gate after the product as cuDNN has it;
// Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000).
enum class Cell : std::uint8_t { rnn, gru, lstm };
// fan_in: uniform in ±1/√fan_in, biases too (what PyTorch does by default); he: He et al. (2015);
// glorot: Glorot & Bengio (2010); orthogonal: Saxe et al. (2014). Biases are 0 but for fan_in.
enum class Initialization : std::uint8_t { fan_in, he, glorot, orthogonal };

constexpr float kLeak = 0.01f;         // slope of leaky_relu below 0
constexpr float kNormEpsilon = 1e-5f;  // layer normalisation (Ba, Kiros & Hinton 2016)

struct Shape {
  int channels = 1, height = 1, width = 1;
  std::size_t size() const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(width);
  }
  bool operator==(const Shape&) const = default;
};

struct Layer {
  enum class Kind : std::uint8_t {
    dense,        // y = act(x W + b), W [in, out]
    convolution,  // W [kernel · kernel · in channels, out channels], patches row by row
    max_pool,
    activation,
    layer_norm,  // over all values of a row, with gain and bias per value
    recurrent,
    keep,  // passes on and remembers,
    add    // to add here: the two ends of a residual connection (He et al. 2016)
  };
  Kind kind = Kind::dense;
  std::string name;  // unique: "dense0", "head"
  Shape in, out;
  int kernel = 1, stride = 1, padding = 0;  // padding on each side
  Activation activation = Activation::identity;
  bool noisy = false;  // dense: Fortunato et al. (2018), factorised noise
  double sigma0 = 0.5;
  Cell cell = Cell::lstm;
  Initialization initialization = Initialization::fan_in;
  double gain = 1;  // factor on the initial weights

  int inputs() const { return static_cast<int>(in.size()); }
  int outputs() const { return static_cast<int>(out.size()); }
};

struct ParameterBlock {
  std::string name;  // "dense0.weight"
  std::vector<int> shape;
  std::size_t offset = 0;  // in the flat array
  std::size_t size() const;
};

struct Architecture {
  Shape input;
  std::vector<Layer> torso;
  // From the torso's output to [groups · atoms]: one group per action, one atom where values are
  // not distributions.
  std::vector<Layer> head;
  // Not empty: a dueling network (Wang et al. 2016, equation 9). From the torso's output to
  // [atoms]; outputs are value + head − the mean of head over groups.
  std::vector<Layer> value;
  int groups = 1;
  int atoms = 1;

  std::size_t inputs() const { return input.size(); }
  std::size_t outputs() const {
    return static_cast<std::size_t>(groups) * static_cast<std::size_t>(atoms);
  }
  // Floats of memory per sequence: h of each recurrent layer, then its c (LSTM); 0: none.
  std::size_t state_size() const;
  bool recurrent() const { return state_size() > 0; }
  bool noisy() const;
  // Parameters in the order of the flat array: torso, value, head; per layer weight, bias, and for
  // noisy layers sigma_weight, sigma_bias; recurrent: weight [in, gates · units], recurrent_weight
  // [units, gates · units], bias, and for GRU recurrent_bias. Gates: LSTM i f g o, GRU r z n.
  std::vector<ParameterBlock> parameters() const;
  std::size_t parameter_count() const;
  std::vector<float> initial_weights(Seed seed) const;
  // Multiplications of one row's forward pass.
  double work() const;
  // "4 → dense 120 relu → dense 84 relu → 2", for people.
  std::string describe() const;

  std::vector<const Layer*> layers() const;  // torso, value, head
};

int gates(Cell cell);
std::string describe_layer(const Layer& layer);  // "conv 16×3×3 relu"; "" for keep and add
std::string_view name_of(Activation activation);

// Builds a torso layer by layer; each layer's input is the output of the one before.
class ArchitectureBuilder {
 public:
  explicit ArchitectureBuilder(Shape input, Initialization initialization = Initialization::fan_in);

  void dense(int units, Activation activation, bool noisy = false);
  void convolution(int channels, int kernel, int stride, int padding, Activation activation);
  void max_pool(int kernel, int stride, int padding);
  void activation(Activation activation);
  void layer_norm();
  void recurrent(Cell cell, int units);
  void keep();
  void add();
  Shape shape() const { return shape_; }

  struct Head {
    int groups = 1;
    int atoms = 1;
    bool dueling = false;
    std::vector<int> hidden = {};  // of each stream
    Activation activation = Activation::relu;
    bool noisy = false;
    double sigma0 = 0.5;
    double gain = 1;  // of the last layer
  };
  Architecture finish(const Head& head);

 private:
  Layer& push(Layer::Kind kind, const std::string& name);
  std::vector<Layer> stream(const std::string& name, const Head& head, int outputs);

  Architecture whole_;
  Shape shape_;
  Initialization initialization_;
  int count_ = 0;
};

// How an observation space enters a network: a box as it is, a discrete one as one-hot.
Shape input_shape(const Space& observation);

}  // namespace sandlot
