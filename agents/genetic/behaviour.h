// Behaviour: what an individual did, as a few numbers, apart from how well it did.
//
// Each axis is one of
//   length, return    of its episodes
//   NAME              a value of the observation, by its name or number, averaged over all steps
//   final NAME        that value when an episode ended
//   highest NAME, lowest NAME   its extreme in an episode
//   NAME              of one of the world's figures (EnvironmentSpec::metrics) at an episode's end
// in the mean over episodes, and is measured from `low` (0) to `high` (1).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot {

struct BehaviourSettings {
  std::vector<std::string> axes{"length", "return"};
  std::vector<double> low{0, 0}, high{500, 500};

  void fields(Fields& f);
  // Also that there are as many axes as `wanted`, where that is above 0.
  void check(const EnvironmentSpec& spec, std::size_t wanted, Issues& issues) const;
};

// A number that is followed while individuals act.
struct Watched {
  enum class Kind : std::uint8_t { mean, final, highest, lowest, metric };
  Kind kind = Kind::mean;
  std::size_t column = 0;  // of the observation, or of the world's figures
};

// Follows them over the episodes of one individual, one per row.
class Watcher {
 public:
  Watcher() = default;
  Watcher(std::span<const Watched> watched, int rows);

  bool empty() const { return watched_.empty(); }
  void begin();  // another individual
  // What a running row shows before it is stepped; then what it showed last, with its figures.
  void see(int row, std::span<const float> observation);
  void end(int row, std::span<const float> observation, std::span<const double> metrics);
  // Of each number that is watched; after the last end().
  void write(std::vector<double>& values) const;

 private:
  double& extreme(int row, std::size_t k) {
    return extremes_[static_cast<std::size_t>(row) * watched_.size() + k];
  }

  std::vector<Watched> watched_;
  std::vector<double> extremes_;  // [rows, watched]
  std::vector<double> sums_;      // [watched]: of steps where a mean is taken, else of episodes
  std::int64_t steps_ = 0, episodes_ = 0;
};

class Behaviour {
 public:
  Behaviour(const BehaviourSettings& settings, const EnvironmentSpec& spec);

  std::size_t size() const { return axes_.size(); }
  std::span<const Watched> watched() const { return watched_; }
  // Of each axis; not clamped. `values`: one per number that is watched.
  std::vector<double> of(double length, double episode_return,
                         std::span<const double> values) const;

 private:
  struct Axis {
    enum class Kind : std::uint8_t { length, episode_return, watched };
    Kind kind = Kind::watched;
    std::size_t place = 0;  // in watched_
    double low = 0, high = 1;
  };
  std::vector<Axis> axes_;
  std::vector<Watched> watched_;
};

}  // namespace sandlot
