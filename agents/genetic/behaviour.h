// Behaviour: what an individual did, as a few numbers, apart from how well it did.
//
// Each axis is "length" or "return" of its episodes, or the name of an observation's value (or its
// number), which is averaged over all steps. Axes are given from `low` to `high`.
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

class Behaviour {
 public:
  Behaviour(const BehaviourSettings& settings, const EnvironmentSpec& spec);

  std::size_t size() const { return axes_.size(); }
  // Columns of the observation that axes are the mean of.
  std::span<const std::size_t> watched() const { return watched_; }
  // Of each axis, from 0 (low) to 1 (high), clamped. `means`: one per watched column.
  std::vector<double> of(double length, double episode_return, std::span<const double> means) const;

 private:
  struct Axis {
    int kind;  // 0: length, 1: return, 2: a watched column
    std::size_t column;
    double low, high;
  };
  std::vector<Axis> axes_;
  std::vector<std::size_t> watched_;
};

}  // namespace sandlot
