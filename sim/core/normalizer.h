// Observation normalisation: shift and scale by running statistics, saved with the policy.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "sim/core/policy.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

// Mean and variance per value over all observations seen (Chan, Golub & LeVeque 1983, merged batch
// by batch); values are clipped to ±10 deviations.
class ObservationStatistics {
 public:
  explicit ObservationStatistics(std::size_t size);

  void update(std::span<const float> observations);                        // [rows, size]
  void normalize(std::span<const float> from, std::span<float> to) const;  // [rows, size]
  double mean(std::size_t i) const { return mean_[i]; }
  double variance(std::size_t i) const;
  std::size_t size() const { return mean_.size(); }

  void save(Writer&) const;
  void load(Reader&);

 private:
  double count_ = 0;
  std::vector<double> mean_, squares_;  // squares_: sum of squared distances from the mean
};

// A vector environment as the agent sees it. Statistics are updated by every training observation
// once, before it is shown; the true last observation of an episode counts too. After `steps` steps
// over all copies they stay as they are; 0: never.
class NormalizedEnvironment final : public VectorEnvironment {
 public:
  explicit NormalizedEnvironment(std::unique_ptr<VectorEnvironment> inner, std::int64_t steps = 0);

  void reset() override;
  void step(const Actions& actions) override;
  const Environment& environment(int row) const override { return inner_->environment(row); }
  const ObservationStatistics& statistics() const { return statistics_; }
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  void learn();
  void show();

  std::unique_ptr<VectorEnvironment> inner_;
  ObservationStatistics statistics_;
  std::int64_t last_step_, steps_ = 0;
};

// A policy that was trained on normalised observations, fed with the world's own.
class NormalizedPolicy final : public Policy {
 public:
  // Refers to both: they must outlive it.
  NormalizedPolicy(Policy& inner, const ObservationStatistics& statistics)
      : inner_(inner), statistics_(statistics) {}

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  void look(int row, const Environment& world) override { inner_.look(row, world); }
  void limit_time(double seconds) override { inner_.limit_time(seconds); }
  std::vector<Consideration> considered(int row) const override { return inner_.considered(row); }
  void begin_episode(int row) override { inner_.begin_episode(row); }
  bool action_values(std::span<const float> observation, std::span<float> values) const override;
  bool saliency(std::span<const float> observation, std::int32_t action,
                std::span<float> gradient) const override;
  std::vector<LayerView> layers() const override { return inner_.layers(); }
  GraphView graph() const override { return inner_.graph(); }
  // What the inner policy has, and `observation.mean` and `observation.deviation`.
  bool export_arrays(ArraySink& sink) const override;
  void save(Writer& out) const override { inner_.save(out); }
  void load(Reader& in) override { inner_.load(in); }

 private:
  Policy& inner_;
  const ObservationStatistics& statistics_;
  mutable std::vector<float> scratch_;
};

}  // namespace sandlot
