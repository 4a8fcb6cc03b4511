// What traffic asks of a map at every step, worked out once and shared by all worlds on that map.
#pragma once

#include <memory>
#include <vector>

#include "envs/city/column.h"
#include "envs/city/map.h"

namespace sandlot::city {

struct LaneFacts {
  float length = 0;
  float speed = 0;  // m/s: the limit, or what its sharpest bend allows
  Id to = none;     // of an internal lane the road lane after it
  Id from = none;   // of an internal lane the road lane before it
  bool internal = false;
  bool open = false;     // belongs to the part in which each lane reaches each other
  bool crossed = false;  // pedestrians cross it
  bool buses = false;    // wide bends, here and on some way from here for ever
  // Of road lanes: where those who wait stop, before `length` where something crosses the street
  // there, and the metres at its start on which nobody may stand.
  float line = 0, taken = 0;
  float bend = 0;      // 1/m, its sharpest
  float overhang = 0;  // of internal lanes: metres after its end that belong to a conflict
  Vec2 centre;         // of a circle around it
  float radius = 0;
};

class TrafficNetwork {
 public:
  explicit TrafficNetwork(std::shared_ptr<const CityMap> map);

  const CityMap& map() const { return *map_; }
  const std::shared_ptr<const CityMap>& shared_map() const { return map_; }
  const LaneFacts& lane(Id id) const { return facts_[id]; }
  const Lane& shape(Id id) const { return at(map_->lanes, id); }
  std::size_t size() const { return facts_.size(); }
  // Open road lanes, and the sum of lengths up to each: where vehicles may begin.
  const std::vector<Id>& starts() const { return starts_; }
  const std::vector<double>& start_lengths() const { return start_lengths_; }
  // The conflicts of an internal lane: those of the map, and those with what is near it. Arc
  // lengths below 0 are on the lane before it, those above its length on the one after it.
  std::span<const Conflict> conflicts_of(Id lane) const {
    const auto k = static_cast<std::size_t>(lane);
    return std::span(conflicts_)
        .subspan(conflict_begin_[k], conflict_begin_[k + 1] - conflict_begin_[k]);
  }
  // Lanes that come so near to a footway that a car would touch who walks on it: crossings, and
  // corners that turning cars cut.
  std::span<const Id> lanes_near(Id foot_edge) const {
    const auto k = static_cast<std::size_t>(foot_edge);
    return std::span(near_lanes_).subspan(near_begin_[k], near_begin_[k + 1] - near_begin_[k]);
  }

 private:
  std::shared_ptr<const CityMap> map_;
  Column<LaneFacts> facts_;
  std::vector<Id> starts_;
  std::vector<double> start_lengths_;

  std::vector<std::uint32_t> near_begin_;  // by foot edge, and the end
  std::vector<Id> near_lanes_;
  std::vector<std::uint32_t> conflict_begin_;  // by lane, and the end
  std::vector<Conflict> conflicts_;

  void find_conflicts();  // traffic_conflicts.cpp
  void find_bus_lanes(const std::vector<float>& bends);
  void find_near_lanes();
};

// The network of a map, made once for as long as somebody has it.
std::shared_ptr<const TrafficNetwork> network_of(const std::shared_ptr<const CityMap>& map);

}  // namespace sandlot::city
