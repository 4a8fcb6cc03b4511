// FlatNetwork: a small network of dense layers whose weights are one row of numbers, a genome.
//
// Hidden layers are tanh. Observations with finite bounds are brought to [−1, 1] where it is
// `scaled`. Of discrete actions the legal one with the largest output is taken; of a box each
// number is tanh of its output, brought to the bounds, or the output itself where they are
// infinite. Where it is recurrent, each hidden layer also sees what it held in the step before
// (Elman 1990), by row, 0 at first.
//
// Many rows are evaluated side by side, sixteen at a time; few rows one by one, sixteen units at a
// time. Each sum adds the same numbers in the same order either way, so that a row's bits do not
// depend on how many there are. Nothing is allocated once warm.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot {

struct FlatNetworkSettings {
  std::vector<std::int64_t> hidden{16};
  bool recurrent = false;
  bool bias = true;
  bool scaled = true;

  void fields(Fields& f);
};

class FlatNetwork {
 public:
  FlatNetwork(const EnvironmentSpec& spec, const FlatNetworkSettings& settings);

  std::size_t size() const { return size_; }  // numbers of a genome
  // Of each number, the deviation that keeps sums of inputs near 1 (Glorot & Bengio 2010); of
  // offsets 0.
  std::span<const float> scale() const { return scale_; }

  // One genome for all rows: observations [rows, obs]. The arguments are those of Policy::act().
  void act(std::span<const float> genome, int rows, std::span<const float> observations,
           std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
           std::span<float> continuous);
  // An episode begins in that row.
  void forget(int row);
  // Of one observation, [actions].
  void outputs(std::span<const float> genome, std::span<const float> observation,
               std::span<float> out);

 private:
  void make_room(std::size_t rows);
  void forward_many(std::span<const float> genome, std::size_t rows,
                    std::span<const float> observations);
  void forward_one(std::span<const float> genome, std::size_t row,
                   std::span<const float> observation);
  void choose_many(std::size_t rows, std::span<std::int32_t> actions);
  void choose_one(std::size_t row, std::span<const std::uint8_t> legal,
                  std::span<std::int32_t> actions, std::span<float> continuous);

  Space observation_, action_;
  std::vector<std::size_t> sizes_;  // observation, hidden …, outputs
  bool recurrent_, bias_;
  std::vector<float> scale_, middle_, factor_;
  std::size_t size_ = 0;

  std::size_t capacity_ = 0;                // rows that there is room for, a multiple of 16
  std::vector<std::vector<float>> layers_;  // [size, capacity] of each
  std::vector<std::vector<float>> memory_;  // of each hidden layer, [capacity, size]
  std::vector<std::vector<float>> single_;  // of each layer, [size]: a row by itself
  std::vector<float> past_;                 // [size, capacity], scratch
  std::vector<float> no_offsets_;           // zeros, as many as the widest layer has units
};

}  // namespace sandlot
