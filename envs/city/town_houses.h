// Houses and trees along the streets of a generated town.
#pragma once

#include <vector>

#include "envs/city/plan.h"
#include "envs/city/polyline.h"
#include "sim/core/random.h"

namespace sandlot::city {

struct TownLine {
  Polyline line;
  float half_width = 0;  // of the carriageway
};

// Rows of houses face each street: blocks and shops in the middle of the town, houses with gardens
// farther out. None stands on a street, in a park or on another one.
class HouseBuilder {
 public:
  HouseBuilder(Plan& plan, double density, Seed seed)
      : plan_(plan), density_(density), random_(seed) {}

  void run(const std::vector<TownLine>& streets, const std::vector<Polyline>& parks, Vec2 center);

 private:
  struct Plot {
    Vec2 middle, along;  // along: unit, beside the street
    float width, depth;
  };
  void gather_near(const std::vector<TownLine>& streets, const TownLine& street);
  void build_along(const TownLine& street, int side, Vec2 center);
  bool free(const Plot& plot) const;
  bool on_street(Vec2 p, float gap) const;
  void add(const Plot& plot, bool inner);
  void plant(const TownLine& street, int side);

  Plan& plan_;
  double density_;
  Random random_;
  std::vector<const TownLine*> near_;  // streets close to the one that is built along
  const std::vector<Polyline>* parks_ = nullptr;
  std::vector<Plot> plots_;
  float reach_ = 1;  // m: how far the town's middle reaches
};

}  // namespace sandlot::city
