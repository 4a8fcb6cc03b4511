// VectorEnvironment: N copies of a world, stepped by one virtual call.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/core/environment.h"

namespace sandlot {

// One action per row: `discrete` has N values, or `continuous` N · action.size().
// Rows whose `resting` (N values, or none) is not 0 are left as they are: no reward, no status, no
// look at their action.
struct Actions {
  std::span<const std::int32_t> discrete = {};
  std::span<const float> continuous = {};
  std::span<const std::uint8_t> resting = {};

  bool rests(std::size_t row) const { return !resting.empty() && resting[row] != 0; }
};

struct EpisodeRecord {
  int row = 0;
  Seed seed = 0;             // reset(seed) and the actions replay it
  double episode_return = 0; // of the world's own rewards, before scaling and clipping
  std::int64_t length = 0;   // in steps
  Status status = Status::running;
  bool goal = false;         // Environment::goal_reached()
};

// Ended rows restart in the same step: observations() then holds the first observation of the new
// episode, final_observations() the true last one of the old. Rewards and statuses are those of the
// old episode's last step. Spans stay valid until the next step() or reset().
class VectorEnvironment {
 public:
  virtual ~VectorEnvironment() = default;

  const EnvironmentSpec& spec() const { return spec_; }
  int size() const { return size_; }

  // Starts a fresh episode in every row. Which episodes follow depends on the seed given at
  // construction and on how many each row has played, not on threads.
  virtual void reset() = 0;
  // An agent trains in these worlds: see Environment::begin_training(). `selves` is saved with
  // them. Called at most once, before reset() and load().
  virtual void begin_training(std::shared_ptr<PastSelves> selves) = 0;
  // Throws std::invalid_argument for an action outside the space or an illegal one.
  virtual void step(const Actions& actions) = 0;

  std::span<const float> observations() const { return observations_; }              // [N, obs]
  std::span<const float> final_observations() const { return final_observations_; }  // [N, obs]
  std::span<const float> observation(int row) const { return slice(observations_, row); }
  std::span<const float> final_observation(int row) const {
    return slice(final_observations_, row);
  }
  std::span<const float> rewards() const { return rewards_; }    // [N]
  std::span<const Status> statuses() const { return statuses_; } // [N]
  // [N, actions]; empty where every action is always legal.
  std::span<const std::uint8_t> legal_actions() const { return legal_; }
  // Episodes that ended in the last step, in order of row.
  std::span<const EpisodeRecord> finished() const { return finished_; }

  // What the world's metrics came to in the row's last episode that ended: spec().metrics.size().
  std::span<const double> final_metrics(int row) const {
    const std::size_t width = spec_.metrics.size();
    return std::span(final_metrics_).subspan(static_cast<std::size_t>(row) * width, width);
  }

  // The world of one row, for drawing and for its model.
  virtual const Environment& environment(int row) const = 0;

  virtual void save(Writer&) const = 0;
  virtual void load(Reader&) = 0;

 protected:
  std::span<const float> slice(const std::vector<float>& all, int row) const {
    const std::size_t width = spec_.observation.size();
    return std::span(all).subspan(static_cast<std::size_t>(row) * width, width);
  }

  EnvironmentSpec spec_;
  int size_ = 0;
  std::vector<float> observations_, final_observations_, rewards_;
  std::vector<Status> statuses_;
  std::vector<std::uint8_t> legal_;
  std::vector<EpisodeRecord> finished_;
  std::vector<double> final_metrics_;  // [N, metrics]
};

// Throws std::invalid_argument unless `actions` holds one action of the right kind per row, and
// says of all rows or of none whether they rest.
void check_sizes(const EnvironmentSpec& spec, int rows, const Actions& actions);

}  // namespace sandlot
