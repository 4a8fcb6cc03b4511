// People who cross the street away from crossings, where they find a gap. See pedestrians.h.
#include <cmath>
#include <cstdint>

#include "envs/city/pedestrians.h"
#include "envs/city/polyline.h"

namespace sandlot::city {
namespace {

constexpr float widest_street = 20;  // m from pavement to pavement
constexpr float lane_reach = 2.5f;   // m from a lane's middle that it is told about who walks there
constexpr float clear_of_ends = 10;  // m from a lane's ends, where junctions are
constexpr int tries_each = 2;        // a second, of each

}  // namespace

std::span<const Id> Pedestrians::lanes_of(Id i) const {
  if (state_[i] != PedestrianState::jaywalking) return network_->lanes_near(edge_[i]);
  const StreetLanes& lanes = street_[i];
  std::size_t count = 0;
  while (count < lanes.size() && lanes[count] != none) ++count;
  return std::span(lanes).first(count);
}

// The nearest pavement across the street, to the left or right of the way that it is on.
bool Pedestrians::find_other_side(Id i, Id& edge, std::int32_t& piece, Vec2& place) const {
  const CityMap& map = network_->map();
  const Way way = way_of(i);
  float nearest = 1;
  bool found = false;
  for (const float side : {-1.0f, 1.0f}) {
    const Vec2 from = position_[i], to = from + way.left * (side * widest_street);
    for (Id e = 0; e < static_cast<Id>(map.foot_edges.size()); ++e) {
      const FootEdge& other = at(map.foot_edges, e);
      if (e == edge_[i] || other.kind != FootKind::sidewalk) continue;
      const auto line = map.outline(other.points);
      for (std::size_t k = 0; k + 1 < line.size(); ++k) {
        float t = 0, u = 0;
        if (!segments_cross(from, to, line[k], line[k + 1], t, u) || t >= nearest) continue;
        nearest = t;
        edge = e;
        piece = static_cast<std::int32_t>(k);
        place = from + (to - from) * t;
        found = true;
      }
    }
  }
  return found && nearest * widest_street > 4;
}

// All lanes on the way from here to `to` into street_; false where that is no street between two
// junctions, or a wider one than there is room to tell of.
bool Pedestrians::find_street(Id i, Vec2 to) {
  const CityMap& map = network_->map();
  StreetLanes& lanes = street_[i];
  lanes.fill(none);
  std::size_t count = 0;
  const Vec2 from = position_[i], along = to - from;
  const Vec2 middle = from + along * 0.5f;
  for (Id id = 0; id < static_cast<Id>(map.lanes.size()); ++id) {
    const LaneFacts& f = network_->lane(id);
    if (distance(f.centre, middle) > f.radius + length(along) / 2 + lane_reach) continue;
    float least = lane_reach;
    float s = 0;
    const int steps = static_cast<int>(length(along)) + 1;
    for (int k = 0; k <= steps; ++k) {
      const LanePlace p =
          map.project(id, from + along * (static_cast<float>(k) / static_cast<float>(steps)));
      if (p.distance >= least) continue;
      least = p.distance;
      s = p.s;
    }
    if (least >= lane_reach) continue;
    if (f.internal || count == lanes.size() || s < clear_of_ends || s > f.length - clear_of_ends)
      return false;
    lanes[count++] = id;
  }
  return count > 0;
}

// Now and then somebody who walks along a street wants to be on its other side, and goes where all
// of it is free for as long as it takes.
void Pedestrians::consider_jaywalking(Id i, const Traffic& traffic) {
  if (jaywalking_ <= 0 || (ticks_ + i) % (10 / tries_each) != 0) return;
  const CityMap& map = network_->map();
  if (at(map.foot_edges, edge_[i]).kind != FootKind::sidewalk) return;
  if (!random_.bernoulli(jaywalking_ / (60 * tries_each))) return;
  Id edge = none;
  std::int32_t piece = 0;
  Vec2 to;
  if (!find_other_side(i, edge, piece, to) || !find_street(i, to)) return;
  const float seconds = distance(position_[i], to) / speed_[i] + 1;
  for (const Id lane : street_[i]) {
    if (lane == none) break;
    const LanePlace place = map.project(lane, position_[i]);
    if (!traffic.free_for(lane, place.s, seconds)) return;
  }
  state_[i] = PedestrianState::jaywalking;
  waited_[i] = 0;
  edge_[i] = edge;
  goal_[i] = to;
  forward_[i] = random_.bernoulli(0.5);
  vertex_[i] = forward_[i] != 0 ? piece + 1 : piece;
}

}  // namespace sandlot::city
