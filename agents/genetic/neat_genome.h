// The genome of NEAT: links with historical markings, by which two genomes are lined up (Stanley &
// Miikkulainen 2002, "Evolving neural networks through augmenting topologies", sections 3.1
// to 3.3).
//
// Nodes are numbers: the inputs 0 … I−1, the bias I, the outputs I+1 … I+O, then hidden ones as
// they came up in the run. A link is `recurrent` where, when it came up, its target already led to
// its source by other links: it then carries what the source held one step before. All other links
// together never form a circle, since a child's structure is that of one of its parents.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/random.h"

namespace sandlot {

struct NeatShape {
  std::int32_t inputs = 0, outputs = 0;

  std::int32_t bias() const { return inputs; }
  std::int32_t first_output() const { return inputs + 1; }
  std::int32_t first_hidden() const { return inputs + 1 + outputs; }
};

struct NeatLink {
  std::int32_t innovation = 0;
  std::int32_t from = 0, to = 0;
  float weight = 0;
  bool enabled = true, recurrent = false;
};

struct NeatGenome {
  std::vector<std::int32_t> hidden;  // ascending
  std::vector<NeatLink> links;       // by innovation, ascending

  void save(Writer& out) const;
  // `nodes` and `innovations` are the numbers given out so far: others cannot be right.
  void load(Reader& in, const NeatShape& shape, std::int32_t nodes, std::int32_t innovations);
};

// The numbers of the run. Mutations that make the same change in one generation get the same
// number, so that equal structures line up; across generations they do not (section 3.2).
class NeatInnovations {
 public:
  explicit NeatInnovations(const NeatShape& shape) : next_node_(shape.first_hidden()) {}

  struct Split {
    std::int32_t node, in, out;  // the new node, and the innovations of the links to and from it
  };
  std::int32_t link(std::int32_t from, std::int32_t to, bool recurrent);
  Split split(std::int32_t link_innovation);
  void new_generation() {
    links_.clear();
    splits_.clear();
  }
  std::int32_t nodes() const { return next_node_; }
  std::int32_t innovations() const { return next_; }

  void save(Writer& out) const;
  void load(Reader& in, const NeatShape& shape);

 private:
  struct Link {
    std::int32_t from, to, recurrent, innovation;
  };
  struct Split1 {
    std::int32_t link;
    Split made;
  };

  std::int32_t next_ = 0, next_node_;
  std::vector<Link> links_;  // of this generation
  std::vector<Split1> splits_;
};

struct NeatMutation {
  double weights = 0.8;  // chance that the weights of a child change at all
  double perturb = 0.9;  // then of each: by up to ±size; the others are drawn anew
  double size = 2.5;
  double first = 1;   // size of the weights of the first generation and of new links
  double limit = 30;  // weights stay in ±limit
  double add_node = 0.03, add_link = 0.05;
  double toggle = 0, enable = 0.01;
  bool recurrent = false;        // whether recurrent links may come up
  double recurrent_share = 0.2;  // of the new links
};

class NeatOperators {
 public:
  NeatOperators(const NeatShape& shape, const NeatMutation& settings)
      : shape_(shape), settings_(settings) {}

  // All inputs and the bias to all outputs, or one random input and the bias to each.
  NeatGenome first(bool connected, NeatInnovations& innovations, Random& random) const;
  // One of the structural changes, or a change of the weights.
  void mutate(NeatGenome& genome, NeatInnovations& innovations, Random& random) const;
  void mutate_weights(NeatGenome& genome, Random& random) const;
  bool add_node(NeatGenome& genome, NeatInnovations& innovations, Random& random) const;
  bool add_link(NeatGenome& genome, NeatInnovations& innovations, Random& random) const;
  // Matching genes from either at random, or their mean; the others are those of `fitter`.
  NeatGenome cross(const NeatGenome& fitter, const NeatGenome& other, Random& random) const;

 private:
  float first_weight(Random& random) const;

  NeatShape shape_;
  NeatMutation settings_;
};

struct NeatDistance {
  double disjoint = 1, weights = 0.4;  // c1 = c2, and c3
};
// δ = c1 E / N + c2 D / N + c3 W (equation 1); N is 1 where both have fewer than 20 links.
double neat_distance(const NeatGenome& a, const NeatGenome& b, const NeatDistance& coefficients);

// Whether links that are not recurrent lead from `from` to `to`.
bool neat_leads(const NeatGenome& genome, std::int32_t from, std::int32_t to);

}  // namespace sandlot
