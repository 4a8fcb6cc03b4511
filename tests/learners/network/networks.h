// Networks and numbers for the tests of the backends.
#pragma once

#include <vector>

#include "learners/network/network.h"

namespace sandlot {

inline std::vector<float> random_values(std::size_t count, Seed seed, double scale = 1) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& x : values) x = static_cast<float>(scale * random.normal());
  return values;
}

struct NamedArchitecture {
  const char* name;
  Architecture whole;
};

// One of every kind of layer, small.
inline std::vector<NamedArchitecture> example_architectures() {
  std::vector<NamedArchitecture> all;
  const auto add = [&](const char* name, ArchitectureBuilder builder,
                       ArchitectureBuilder::Head head = {.groups = 3}) {
    all.push_back({name, builder.finish(head)});
  };
  for (const Activation a : {Activation::identity, Activation::relu, Activation::leaky_relu,
                             Activation::elu, Activation::tanh, Activation::sigmoid}) {
    ArchitectureBuilder mlp({5, 1, 1});
    mlp.dense(7, a);
    mlp.dense(6, a);
    add(name_of(a).data(), std::move(mlp));
  }
  {
    ArchitectureBuilder b({5, 1, 1}, Initialization::orthogonal);
    b.dense(7, Activation::identity);
    b.layer_norm();
    b.activation(Activation::elu);
    add("layer norm", std::move(b));
  }
  {
    ArchitectureBuilder b({5, 1, 1});
    b.dense(8, Activation::tanh);
    add("dueling", std::move(b),
        {.groups = 3, .atoms = 4, .dueling = true, .hidden = {6}, .activation = Activation::tanh});
  }
  {
    ArchitectureBuilder b({5, 1, 1});
    b.dense(8, Activation::tanh, true);
    add("noisy dueling", std::move(b),
        {.groups = 2,
         .atoms = 3,
         .dueling = true,
         .hidden = {6},
         .activation = Activation::tanh,
         .noisy = true});
  }
  {
    ArchitectureBuilder b({2, 7, 6}, Initialization::he);
    b.convolution(4, 3, 2, 1, Activation::tanh);
    b.convolution(5, 2, 1, 0, Activation::elu);
    b.dense(6, Activation::tanh);
    add("convolutions", std::move(b));
  }
  {
    ArchitectureBuilder b({3, 6, 6}, Initialization::glorot);
    b.convolution(4, 3, 1, 1, Activation::identity);
    b.max_pool(3, 2, 1);
    b.keep();
    b.activation(Activation::tanh);
    b.convolution(4, 3, 1, 1, Activation::tanh);
    b.convolution(4, 3, 1, 1, Activation::identity);
    b.add();
    b.activation(Activation::elu);
    b.dense(5, Activation::tanh);
    add("residual", std::move(b));
  }
  for (const auto& [name, cell] :
       {std::pair{"rnn", Cell::rnn}, std::pair{"gru", Cell::gru}, std::pair{"lstm", Cell::lstm}}) {
    ArchitectureBuilder b({4, 1, 1});
    b.dense(5, Activation::tanh);
    b.recurrent(cell, 6);
    b.recurrent(cell, 3);
    add(name, std::move(b));
  }
  return all;
}

// Rows for one pass; recurrent networks get 4 steps of 3 sequences, one of which starts anew.
struct ExampleInput {
  explicit ExampleInput(const Architecture& whole, Seed seed = 5) {
    input.steps = whole.recurrent() ? 4 : 1;
    input.rows = 12;
    values = random_values(12 * whole.inputs(), derive(seed, "values"));
    state = random_values(3 * whole.state_size(), derive(seed, "state"), 0.5);
    starts.assign(12, 0);
    starts[7] = 1;
    input.values = values.data();
    if (whole.recurrent()) {
      input.state = state.data();
      input.starts = starts.data();
    }
  }
  NetworkInput input;
  std::vector<float> values, state;
  std::vector<std::uint8_t> starts;
};

}  // namespace sandlot
