#include "envs/city/town_houses.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sandlot::city {
namespace {

constexpr float kPavement = 3.1f;  // m beside the carriageway, kerb included
constexpr float kBetween = 2.2f;   // m between houses
constexpr float kReach = 60;       // m from a street to the farthest thing that stands along it
constexpr float kStreetTree = 14;  // m from tree to tree

std::array<Vec2, 4> corners_of(Vec2 middle, Vec2 along, float width, float depth) {
  const Vec2 a = along * (width / 2), b = left_of(along) * (depth / 2);
  return {middle - a - b, middle + a - b, middle + a + b, middle - a + b};
}

// Two rectangles, by their axes (Gottschalk, Lin, Manocha 1996).
bool overlap(const std::array<Vec2, 4>& a, const std::array<Vec2, 4>& b) {
  for (const auto* box : {&a, &b})
    for (std::size_t k = 0; k < 2; ++k) {
      const Vec2 axis = (*box)[k + 1] - (*box)[k];
      float a_low = 1e30f, a_high = -1e30f, b_low = 1e30f, b_high = -1e30f;
      for (std::size_t i = 0; i < 4; ++i) {
        a_low = std::min(a_low, dot(axis, a[i]));
        a_high = std::max(a_high, dot(axis, a[i]));
        b_low = std::min(b_low, dot(axis, b[i]));
        b_high = std::max(b_high, dot(axis, b[i]));
      }
      if (a_high < b_low || b_high < a_low) return false;
    }
  return true;
}

}  // namespace

void HouseBuilder::run(const std::vector<TownLine>& streets, const std::vector<Polyline>& parks,
                       Vec2 center) {
  parks_ = &parks;
  for (const TownLine& street : streets)
    for (const Vec2 p : street.line) reach_ = std::max(reach_, distance(p, center));
  for (const TownLine& street : streets) {
    gather_near(streets, street);
    for (const int side : {1, -1}) {
      build_along(street, side, center);
      plant(street, side);
    }
  }
}

void HouseBuilder::gather_near(const std::vector<TownLine>& streets, const TownLine& street) {
  const auto box_of = [](const Polyline& line) {
    Bounds box{line[0], line[0]};
    for (const Vec2 p : line) {
      box.low = {std::min(box.low.x, p.x), std::min(box.low.y, p.y)};
      box.high = {std::max(box.high.x, p.x), std::max(box.high.y, p.y)};
    }
    return box;
  };
  const Bounds here = box_of(street.line);
  near_.clear();
  for (const TownLine& other : streets) {
    const Bounds box = box_of(other.line);
    if (box.low.x < here.high.x + kReach && here.low.x < box.high.x + kReach &&
        box.low.y < here.high.y + kReach && here.low.y < box.high.y + kReach)
      near_.push_back(&other);
  }
}

void HouseBuilder::build_along(const TownLine& street, int side, Vec2 center) {
  const float whole = length_of(street.line);
  float s = street.half_width + 6;
  while (s < whole - street.half_width - 6) {
    const Pose here = at(street.line, s);
    const float out = distance(here.position, center) / reach_;
    const bool inner = random_.uniform() > static_cast<double>(out) * 1.5;
    Plot plot;
    plot.width = inner ? 14 + 12 * random_.uniform_float() : 8.5f + 4.5f * random_.uniform_float();
    plot.depth = inner ? 12 + 5 * random_.uniform_float() : 7.5f + 3.5f * random_.uniform_float();
    const float yard = inner ? 0.6f : 3 + 4 * random_.uniform_float();
    const Pose middle = at(street.line, s + plot.width / 2);
    plot.along = direction(middle.heading) * static_cast<float>(side);
    plot.middle = middle.position +
                  left_of(plot.along) * (street.half_width + kPavement + yard + plot.depth / 2);
    s += plot.width + (inner ? 0.4f : kBetween + 4 * random_.uniform_float());
    const bool built = random_.uniform() < 0.35 + 0.65 * density_;
    if (built && free(plot)) {
      add(plot, inner);
    } else {
      s -= plot.width * 0.6f;  // something narrower may fit
    }
  }
}

bool HouseBuilder::on_street(Vec2 p, float gap) const {
  return std::any_of(near_.begin(), near_.end(), [&](const TownLine* street) {
    for (std::size_t i = 0; i + 1 < street->line.size(); ++i) {
      const Vec2 a = street->line[i], along = street->line[i + 1] - a;
      const float t = std::clamp(dot(p - a, along) / dot(along, along), 0.0f, 1.0f);
      if (distance(p, a + along * t) < street->half_width + gap) return true;
    }
    return false;
  });
}

bool HouseBuilder::free(const Plot& plot) const {
  const auto corners = corners_of(plot.middle, plot.along, plot.width, plot.depth);
  for (std::size_t k = 0; k < 4; ++k) {
    const Vec2 between = (corners[k] + corners[(k + 1) % 4]) * 0.5f;
    if (on_street(corners[k], kPavement) || on_street(between, kPavement)) return false;
    for (const Polyline& park : *parks_)
      if (inside(park, corners[k]) || inside(park, between)) return false;
  }
  return std::none_of(plots_.begin(), plots_.end(), [&](const Plot& other) {
    if (distance(other.middle, plot.middle) > 45) return false;
    return overlap(corners,
                   corners_of(other.middle, other.along, other.width + 0.2f, other.depth + 0.8f));
  });
}

void HouseBuilder::add(const Plot& plot, bool inner) {
  plots_.push_back(plot);
  PlanBuilding building;
  const auto corners = corners_of(plot.middle, plot.along, plot.width, plot.depth);
  building.outline.assign(corners.begin(), corners.end());
  if (inner) {
    const double kind = random_.uniform();
    building.kind = kind < 0.2    ? BuildingKind::shop
                    : kind < 0.28 ? BuildingKind::civic
                                  : BuildingKind::apartments;
    building.height = 9 + 9 * random_.uniform_float();
    if (random_.bernoulli(0.3)) {  // an L: one corner is cut out
      const Vec2 a = plot.along * (plot.width * 0.45f),
                 b = left_of(plot.along) * (plot.depth * 0.5f);
      building.outline = {corners[0],         corners[1],     corners[2] - b,
                          corners[2] - b - a, corners[2] - a, corners[3]};
    }
  } else {
    building.height = 5 + 3 * random_.uniform_float();
    if (random_.bernoulli(0.6)) {  // a tree in the garden
      const Vec2 place = plot.middle +
                         plot.along * (plot.width * (random_.uniform_float() - 0.5f)) +
                         left_of(plot.along) * (plot.depth / 2 + 3 + 4 * random_.uniform_float());
      if (!on_street(place, kPavement + 2))
        plan_.trees.push_back({place, 1.6f + 1.4f * random_.uniform_float()});
    }
  }
  plan_.buildings.push_back(std::move(building));
}

// Trees behind the pavement.
void HouseBuilder::plant(const TownLine& street, int side) {
  const float whole = length_of(street.line);
  if (!random_.bernoulli(0.55)) return;
  for (float s = 16; s < whole - 16; s += kStreetTree * (0.8f + 0.5f * random_.uniform_float())) {
    const Pose here = at(street.line, s);
    const Vec2 p =
        here.position + left_of(direction(here.heading)) *
                            (static_cast<float>(side) * (street.half_width + kPavement + 0.7f));
    const float radius = 1.5f + 0.8f * random_.uniform_float();
    if (!on_street(p, kPavement)) plan_.trees.push_back({p, radius});
  }
}

}  // namespace sandlot::city
