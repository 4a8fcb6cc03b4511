// Points by cell, to find those near a place while a city is built.
#pragma once

#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "envs/city/map.h"

namespace sandlot::city {

class PointGrid {
 public:
  explicit PointGrid(float cell) : cell_(cell) {}

  void add(Vec2 p, Id id) { cells_[key(column(p.x), column(p.y))].push_back({p, id}); }

  // The id of the nearest point within `radius` (at most the size of a cell); the lowest of equally
  // near ones; none where there is none.
  Id nearest(Vec2 p, float radius) const {
    Id best = none;
    float least = radius;
    for (std::int64_t y = column(p.y) - 1; y <= column(p.y) + 1; ++y)
      for (std::int64_t x = column(p.x) - 1; x <= column(p.x) + 1; ++x) {
        const auto cell = cells_.find(key(x, y));
        if (cell == cells_.end()) continue;
        for (const auto& [q, id] : cell->second) {
          const float d = distance(p, q);
          if (d > least || (d == least && best != none && id > best)) continue;
          least = d;
          best = id;
        }
      }
    return best;
  }

 private:
  std::int64_t column(float value) const {
    return static_cast<std::int64_t>(std::floor(value / cell_));
  }
  static std::uint64_t key(std::int64_t x, std::int64_t y) {
    return static_cast<std::uint64_t>(x) << 32 ^ (static_cast<std::uint64_t>(y) & 0xffffffffu);
  }

  float cell_;
  std::unordered_map<std::uint64_t, std::vector<std::pair<Vec2, Id>>> cells_;
};

// The places of all lanes, every few metres.
inline PointGrid lane_places(const CityMap& map, float cell) {
  constexpr float kStep = 2;
  PointGrid grid(cell);
  for (std::size_t i = 0; i < map.lanes.size(); ++i) {
    const auto points = map.points(map.lanes[i]);
    for (std::size_t k = 0; k + 1 < points.size(); ++k) {
      const Vec2 a = points[k].position, along = points[k + 1].position - a;
      const int steps = static_cast<int>(length(along) / kStep) + 1;
      for (int j = 0; j < steps; ++j)
        grid.add(a + along * (static_cast<float>(j) / static_cast<float>(steps)),
                 static_cast<Id>(i));
    }
    grid.add(points.back().position, static_cast<Id>(i));
  }
  return grid;
}

}  // namespace sandlot::city
