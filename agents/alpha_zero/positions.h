// Positions of finished games: what was seen, how often the search visited each action, and who
// won. The newest ones, in a ring.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/space.h"

namespace sandlot {

// Observations as bytes, where a byte holds them without loss, else as floats.
class PackedObservations {
 public:
  explicit PackedObservations(const Space& space);
  void resize(std::size_t count);
  void set(std::size_t i, std::span<const float> observation);
  void get(std::size_t i, std::span<float> observation) const;
  void copy(std::size_t i, const PackedObservations& from, std::size_t j);
  void save(Writer& out, std::size_t count) const;
  void load(Reader& in, std::size_t count);

 private:
  std::size_t width_;
  bool bytes_;
  float low_, quantum_, high_;
  std::vector<std::uint8_t> packed_;
  std::vector<float> floats_;
};

class Positions {
 public:
  static constexpr std::uint16_t kNoAction = 0xffff;  // visits of what the position does not have

  Positions(const Space& observation, int actions, std::int64_t capacity);

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  // `value`: how the game ended for the player to move. Overwrites the oldest one when full.
  void add(const PackedObservations& from, std::size_t i, std::span<const std::uint16_t> visits,
           float value);
  void observation(std::size_t i, std::span<float> out) const { observations_.get(i, out); }
  std::span<const std::uint16_t> visits(std::size_t i) const {
    return std::span(visits_).subspan(i * actions_, actions_);
  }
  float value(std::size_t i) const { return values_[i]; }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  void grow(std::size_t size);

  std::size_t actions_, capacity_;
  std::size_t size_ = 0, next_ = 0;
  PackedObservations observations_;
  std::vector<std::uint16_t> visits_;  // [capacity, actions]
  std::vector<float> values_;
};

// Refuses visits of which none is above 0, or that stand for no action.
void check_visits(Reader& in, std::span<const std::uint16_t> visits, std::size_t actions);

}  // namespace sandlot
