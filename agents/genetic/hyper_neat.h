// HyperNEAT: a small network evolved by NEAT paints the weights of a large one over its geometry
// (Stanley, D'Ambrosio & Gauci 2009, "A hypercube-based encoding for evolving large-scale neural
// networks").
//
// The small one, a CPPN, is asked for each pair of nodes of the large one, the substrate, by their
// places, and answers the weight between them: none where its answer is within ±.2, else up to ±3
// (section 3.1). Nodes of a sheet lie in a grid from −1 to 1 along both axes. An observation of
// [planes, height, width] is one sheet, and the CPPN has an output for each plane (as the
// multi-spatial substrates of Pugh & Stanley 2013); one of [height, width] is a sheet, a list of
// numbers a sheet of one row. With `hidden` there is one more sheet between, and one more output
// for what leads from it. Actions are a row, or the sheet `outputs`.
//
// Nodes of a CPPN have different functions: tanh, Gaussian, sine or size. A hidden one has that
// which its number stands for, so that it is the same in all that inherit it.
#pragma once

#include "agents/genetic/evolution.h"
#include "agents/genetic/neat_network.h"
#include "agents/genetic/neat_search.h"

namespace sandlot {

struct SubstrateSettings {
  std::vector<std::int64_t> hidden;   // [rows, columns], or none
  std::vector<std::int64_t> outputs;  // [rows, columns], or none: a row
  bool distance = true;

  void fields(Fields& f);
  void check(const EnvironmentSpec& spec, Issues& issues) const;
};

// The places of the nodes, and the weights that a CPPN paints between them.
class Substrate {
 public:
  Substrate(const EnvironmentSpec& spec, const SubstrateSettings& settings);

  // Of the network of dense layers without bias that the substrate is.
  FlatNetworkSettings network(bool scaled) const;
  NeatShape shape() const { return cppn_.shape(); }  // of the CPPN
  // weights: those of a FlatNetwork, in its order.
  void paint(const NeatGenome& genome, std::vector<float>& weights);
  const NeatNetwork& cppn() const { return cppn_; }

  static constexpr float kLeast = 0.2f, kLargest = 3;

 private:
  struct Sheet {
    int rows = 1, columns = 1;
    int size() const { return rows * columns; }
    // Of node i, from −1 to 1; 0 where there is but one.
    float x(int i) const;
    float y(int i) const;
  };
  static EnvironmentSpec cppn_spec(int planes, bool hidden, bool distance);
  void ask(const Sheet& from, const Sheet& to);

  int planes_ = 1;
  Sheet input_, hidden_, output_;
  bool has_hidden_, distance_;
  NeatNetwork cppn_;
  std::vector<float> questions_, answers_;  // [pairs, inputs], [pairs, outputs]
};

class HyperNeatPolicy final : public Policy {
 public:
  HyperNeatPolicy(const EnvironmentSpec& spec, const SubstrateSettings& settings, bool scaled);

  Substrate& substrate() { return substrate_; }
  FlatNetwork& network() { return network_; }
  void set_genome(const NeatGenome& genome);
  std::size_t weights() const { return network_.size(); }

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random&) override {
    network_.act(weights_, rows, observations, legal, actions, continuous);
  }
  void save(Writer& out) const override { genome_.save(out); }
  void load(Reader& in) override;

 private:
  Substrate substrate_;
  FlatNetwork network_;
  NeatGenome genome_;
  std::vector<float> weights_;
};

class HyperNeat final : public Generations {
 public:
  struct Settings {
    NeatSettings search;
    std::vector<std::int64_t> champions;
    SubstrateSettings substrate;
    bool scaled = true;

    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  HyperNeat(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  Policy& policy() override { return policy_; }
  // Of each generation: its best and mean fitness, its species, and the champion CPPN's live nodes
  // and links.
  std::vector<std::string> metrics() const override {
    return {"best", "mean", "species", "hidden", "links"};
  }
  std::string describe() const override;
  std::vector<Figure> figures() const override { return log().figures(); }
  const NeatSearch& search() const { return search_; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  std::size_t individuals() const override { return search_.population().size(); }
  void take(std::size_t i) override {
    policy_.substrate().paint(search_.population()[i].genome, weights_);
  }
  void act(const VectorEnvironment& world, std::span<std::int32_t> actions,
           std::span<float> continuous) override {
    policy_.network().act(weights_, world.size(), world.observations(), world.legal_actions(),
                          actions, continuous);
  }
  void tell(TrainingContext& training, std::span<const double> fitness) override;

  HyperNeatPolicy policy_;
  NeatSearch search_;
  std::vector<float> weights_;  // of the individual that acts
};

}  // namespace sandlot
