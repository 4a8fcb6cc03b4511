// Perception: what a run has learnt of its world's observations, and lays between the world and the
// agent: an encoder, normalisation, and a sense for what is new. Saved with the policy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/core/encoder.h"
#include "sim/core/normalizer.h"
#include "sim/core/policy.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

class Perception {
 public:
  struct Parts {
    std::unique_ptr<Encoder> encoder;  // may be null, as may `novelty`
    bool normalize = false;            // what the encoder gives, or the world
    // Steps over all copies after which statistics stay as they are; 0: never.
    std::int64_t normalize_steps = 0;
    std::unique_ptr<NoveltyDetector> novelty;
    double bonus = 0;  // added to the reward of a step that leads to what is new
  };

  // `world` and `seen`: one observation of the world and one of the agent.
  Perception(const Space& world, const Space& seen, Parts parts);

  // Whether the agent sees what the world shows.
  bool plain() const { return !parts_.encoder && !statistics_; }
  bool has_novelty() const { return parts_.novelty != nullptr; }
  float bonus() const { return static_cast<float>(parts_.bonus); }
  std::size_t world_size() const { return world_size_; }
  std::size_t seen_size() const { return seen_size_; }
  const ObservationStatistics* statistics() const { return statistics_ ? &*statistics_ : nullptr; }

  // Of random play, before training: [rows, world].
  void warm_up(std::span<const float> observations);
  // Observations of training, each once; `steps`: made so far, over all copies.
  void learn(std::span<const float> observations, std::int64_t steps);
  // from [rows, world], to [rows, seen].
  void perceive(std::span<const float> from, std::span<float> to) const;
  // None without a detector.
  std::optional<bool> unfamiliar(std::span<const float> observation) const;
  // Adds the statistics; false where an encoder lies before them, which has no such form.
  bool export_arrays(ArraySink& sink) const;
  // Whether each number that the agent sees is one of the world's.
  bool keeps_places() const { return !parts_.encoder; }

  void save(Writer&) const;
  void load(Reader&);

 private:
  std::size_t world_size_, seen_size_;
  Parts parts_;
  std::optional<ObservationStatistics> statistics_;
  std::vector<float> encoded_;
};

// A vector environment as the agent sees it. Every training observation is learnt from once, before
// it is shown; the true last observation of an episode counts too.
class PerceivedEnvironment final : public VectorEnvironment {
 public:
  // `seen`: the specification as the agent sees it. `perception` must outlive this.
  PerceivedEnvironment(std::unique_ptr<VectorEnvironment> inner, const EnvironmentSpec& seen,
                       Perception& perception);

  void reset() override;
  void begin_training(std::shared_ptr<PastSelves> selves) override {
    inner_->begin_training(std::move(selves));
  }
  void step(const Actions& actions) override;
  const Environment& environment(int row) const override { return inner_->environment(row); }
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  void judge(const Actions& actions);
  void learn(const Actions& actions);
  void show();

  std::unique_ptr<VectorEnvironment> inner_;
  Perception& perception_;
  std::int64_t steps_ = 0;
  std::vector<float> bonuses_;  // [N], of the last step; empty without a bonus
};

// A policy that was trained with a perception, fed with the world's own observations.
class PerceivingPolicy final : public Policy {
 public:
  // Refers to both: they must outlive it.
  PerceivingPolicy(Policy& inner, const Perception& perception)
      : inner_(inner), perception_(perception) {}

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  void look(int row, const Environment& world) override { inner_.look(row, world); }
  void limit_time(double seconds) override { inner_.limit_time(seconds); }
  std::vector<Consideration> considered(int row) const override { return inner_.considered(row); }
  void begin_episode(int row) override { inner_.begin_episode(row); }
  bool action_values(std::span<const float> observation, std::span<float> values) const override;
  bool saliency(std::span<const float> observation, std::int32_t action,
                std::span<float> gradient) const override;
  std::optional<bool> unfamiliar(std::span<const float> observation) const override {
    return perception_.unfamiliar(observation);
  }
  std::vector<LayerView> layers() const override { return inner_.layers(); }
  GraphView graph() const override { return inner_.graph(); }
  // What the inner policy has, and `observation.mean` and `observation.deviation`.
  bool export_arrays(ArraySink& sink) const override;
  void save(Writer& out) const override { inner_.save(out); }
  void load(Reader& in) override { inner_.load(in); }

 private:
  std::span<const float> perceived(std::span<const float> observations) const;

  Policy& inner_;
  const Perception& perception_;
  mutable std::vector<float> scratch_;
};

}  // namespace sandlot
