// NEAT as an agent: networks whose weights and structure evolve together, from the smallest on
// (Stanley & Miikkulainen 2002). The fitness of a network is that of agents/genetic/evolution.h.
#pragma once

#include "agents/genetic/evolution.h"
#include "agents/genetic/neat_network.h"
#include "agents/genetic/neat_search.h"

namespace sandlot {

class NeatPolicy final : public Policy {
 public:
  NeatPolicy(const EnvironmentSpec& spec, NeatActivation activation, bool scaled, bool delayed)
      : network_(spec, activation, scaled, delayed) {}

  const NeatNetwork& network() const { return network_; }
  void set_genome(const NeatGenome& genome) {
    genome_ = genome;
    network_.compile(genome_);
  }

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random&) override {
    network_.act(rows, observations, legal, actions, continuous);
  }
  void begin_episode(int row) override { network_.forget(row); }
  GraphView graph() const override;
  void save(Writer& out) const override { genome_.save(out); }
  void load(Reader& in) override;

 private:
  NeatGenome genome_;
  NeatNetwork network_;
};

class Neat final : public Generations {
 public:
  struct Settings {
    NeatSettings search;
    std::vector<std::int64_t> champions;
    NeatActivation activation = NeatActivation::sigmoid;
    bool scaled = true;
    bool delayed = false;

    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  Neat(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  Policy& policy() override { return policy_; }
  // Of each generation: its best and mean fitness, its species, and the champion's live nodes and
  // links.
  std::vector<std::string> metrics() const override {
    return {"best", "mean", "species", "hidden", "links"};
  }
  std::string describe() const override;
  std::vector<Figure> figures() const override;
  const NeatSearch& search() const { return search_; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  std::size_t individuals() const override { return search_.population().size(); }
  void take(std::size_t i) override { network_.compile(search_.population()[i].genome); }
  void act(const VectorEnvironment& world, std::span<std::int32_t> actions,
           std::span<float> continuous) override {
    network_.act(world.size(), world.observations(), world.legal_actions(), actions, continuous);
  }
  void forget(int row) override { network_.forget(row); }
  void tell(TrainingContext& training, std::span<const double> fitness) override;
  void remember(std::span<const double> fitness);

  NeatPolicy policy_;
  NeatNetwork network_;  // of the individual that acts
  NeatSearch search_;
  Genealogy genealogy_;
};

}  // namespace sandlot
