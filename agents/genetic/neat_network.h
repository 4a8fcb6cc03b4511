// NeatNetwork: a genome of NEAT compiled to one list of links in the order in which nodes are
// evaluated. Nothing is allocated while it acts.
//
// A link that is not recurrent carries what its source holds in this step, whatever the depth of
// the network; a recurrent one what it held in the step before, 0 at first. So a network without
// recurrent links is a function of what is observed. With `delayed`, links from hidden nodes and
// outputs all carry the step before, so that a signal comes one link further in each step, as in
// Stanley's program: a hidden node beside a direct link then shows how an input changes. Nodes that
// lead to no output are left out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agents/genetic/neat_genome.h"
#include "agents/genetic/quick_tanh.h"
#include "sim/core/environment.h"

namespace sandlot {

// mixed: tanh, Gaussian, sine or size, for each hidden node that which its number stands for; tanh
// for outputs.
enum class NeatActivation : std::uint8_t { sigmoid, tanh, mixed };

class NeatNetwork {
 public:
  NeatNetwork(const EnvironmentSpec& spec, NeatActivation activation, bool scaled,
              bool delayed = false);

  const NeatShape& shape() const { return shape_; }
  // Also forgets what the former network held.
  void compile(const NeatGenome& genome);

  // The arguments are those of Policy::act(); rows keep what their recurrent links carry.
  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous);
  void forget(int row);

  std::size_t hidden() const { return live_hidden_; }
  std::size_t links() const { return weights_.size(); }

  // For the picture. Nodes in the order of evaluation: the inputs, the bias, the others.
  struct Node {
    std::int32_t id;
    int depth;  // 0: an input; then by the longest way from one
  };
  struct Link {
    std::size_t from, to;  // places in nodes()
    float weight;
    bool recurrent;
  };
  const std::vector<Node>& nodes() const { return nodes_; }
  std::vector<Link> live_links() const;
  float value(std::size_t node, int row) const {
    return values_[node * capacity_ + static_cast<std::size_t>(row)];
  }
  std::size_t rows() const { return capacity_; }

 private:
  void make_room(std::size_t rows);
  void forward(std::size_t rows, std::span<const float> observations);
  void activate(std::size_t node, std::size_t rows);

  Space observation_, action_;
  NeatShape shape_;
  NeatActivation activation_;
  bool delayed_;
  std::vector<float> middle_, factor_;

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> first_;    // of each node behind the bias, its first link; one more
  std::vector<std::uint32_t> sources_;  // of each link
  std::vector<float> weights_;          // of each link
  std::vector<std::uint32_t> outputs_;  // places of the outputs in nodes_
  std::size_t live_hidden_ = 0;

  std::size_t capacity_ = 0;   // rows that there is room for
  std::vector<float> values_;  // [nodes, capacity]
  std::vector<float> before_;  // the same, of the step before but for the inputs; where delayed
  std::vector<float> sums_;    // [capacity]
  std::vector<float> raw_;     // [outputs, capacity], before the activation
  std::vector<float> chosen_;  // [outputs], scratch
};

}  // namespace sandlot
