#include "envs/city/layout.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sandlot::city {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kBendRadius = 12;     // m of rounded bends
constexpr float kLook = 10;           // m along an arm that give its direction
constexpr float kMostTrim = 30;       // m
constexpr float kCornerRadius = 4;    // m, more or less, of kerbs
constexpr float kCrossingReach = 16;  // m from the corner to a crossing that belongs to a junction
constexpr float kStopGap = 1;         // m from the stop line to the crossing
constexpr float kTurnRadius = 9;      // m, of a street that turns at a corner
constexpr float kDeadEnd = 6;         // m from a dead end's middle to its stop line
constexpr float kLeast = 4;           // m of a street that are left between its junctions
constexpr float kParallel = 0.35f;    // rad

float ccw(Vec2 a, Vec2 b) {
  const float angle = std::atan2(cross(a, b), dot(a, b));
  return angle < 0 ? angle + 2 * kPi : angle;
}

class Maker {
 public:
  Maker(const StreetGraph& graph, bool left_hand) : g_(graph) {
    l_.graph = &graph;
    l_.left_hand = left_hand;
  }

  Layout run() {
    l_.streets.resize(g_.streets.size());
    for (std::uint32_t i = 0; i < g_.streets.size(); ++i)
      if (g_.streets[i].alive && !g_.streets[i].inner) prepare(i);
    gather();
    for (Junction& j : l_.junctions) sort_arms(j);
    for (Junction& j : l_.junctions) shape(j);
    for (std::uint32_t i = 0; i < g_.streets.size(); ++i)
      if (!l_.streets[i].line.empty()) place_crossings(i);
    for (Junction& j : l_.junctions) add_crossings(j);
    for (std::uint32_t i = 0; i < g_.streets.size(); ++i)
      if (!l_.streets[i].line.empty()) fit(i);
    return std::move(l_);
  }

 private:
  Arm& arm_at(std::uint32_t street, int end) {
    const StreetLayout& s = l_.streets[street];
    return l_.junctions[s.junction[end]].arms[s.arm[end]];
  }

  void prepare(std::uint32_t i) {
    const Street& street = g_.streets[i];
    StreetLayout& s = l_.streets[i];
    const Polyline clean = without_short_steps(street.line, 0.3f);
    s.line = rounded(clean, kBendRadius);
    s.length = length_of(s.line);
    const float lanes = static_cast<float>(street.forward + street.backward) * street.lane_width;
    s.half_left = lanes / 2 + (street.parking_left ? kParkingStrip : 0);
    s.half_right = lanes / 2 + (street.parking_right ? kParkingStrip : 0);
    for (Mark mark : street.marks) {
      if (mark.kind != Mark::Kind::crossing) continue;
      mark.s = nearest_s(s.line, at(street.line, mark.s).position);
      s.crossings.push_back(mark);
    }
  }

  void gather() {
    std::vector<std::uint32_t> index(g_.vertices.size(), 0xffffffffu);
    const auto junction_of = [&](std::uint32_t v) {
      const std::uint32_t group = g_.vertices[v].group;
      if (index[group] == 0xffffffffu) {
        index[group] = static_cast<std::uint32_t>(l_.junctions.size());
        l_.junctions.emplace_back();
      }
      return index[group];
    };
    for (std::uint32_t i = 0; i < g_.streets.size(); ++i) {
      if (l_.streets[i].line.empty()) continue;
      for (int end = 0; end < 2; ++end) {
        const std::uint32_t v = end == 0 ? g_.streets[i].from : g_.streets[i].to;
        Arm arm;
        arm.street = i;
        arm.at_to = end == 1;
        const std::uint32_t j = junction_of(v);
        l_.streets[i].junction[end] = j;
        l_.junctions[j].arms.push_back(arm);
        l_.junctions[j].roundabout |= g_.streets[i].roundabout;
      }
    }
    for (std::uint32_t v = 0; v < g_.vertices.size(); ++v) {
      const std::uint32_t j = index[g_.vertices[v].group];
      if (j == 0xffffffffu) continue;
      l_.junctions[j].signals |= g_.vertices[v].signals;
      l_.junctions[j].vertices.push_back(v);
    }
  }

  void sort_arms(Junction& j) {
    j.centre = {};
    for (Arm& arm : j.arms) {
      const Street& street = l_.street(arm);
      const StreetLayout& s = l_.layout(arm);
      const float look = std::min(kLook, s.length * 0.45f);
      const Vec2 a = l_.along(arm, look * 0.3f).position, b = l_.along(arm, look).position;
      arm.dir = direction(heading_of(b - a));
      arm.position = b - arm.dir * look;
      arm.half_left = arm.at_to ? s.half_right : s.half_left;
      arm.half_right = arm.at_to ? s.half_left : s.half_right;
      arm.sidewalk_left = arm.at_to ? street.sidewalk_right : street.sidewalk_left;
      arm.sidewalk_right = arm.at_to ? street.sidewalk_left : street.sidewalk_right;
      j.centre = j.centre + l_.along(arm, 0).position;
    }
    j.centre = j.centre * (1.0f / static_cast<float>(j.arms.size()));
    const auto angle = [&](const Arm& arm) {
      return heading_of(l_.along(arm, std::min(kLook, l_.layout(arm).length * 0.45f)).position -
                        j.centre);
    };
    std::stable_sort(j.arms.begin(), j.arms.end(),
                     [&](const Arm& a, const Arm& b) { return angle(a) < angle(b); });
    for (std::uint32_t k = 0; k < j.arms.size(); ++k) {
      StreetLayout& s = l_.streets[j.arms[k].street];
      s.arm[j.arms[k].at_to ? 1 : 0] = k;
    }
  }

  // How far along both arms their kerbs overlap.
  static void overlap(const Arm& arm, const Arm& next, float& along_arm, float& along_next) {
    const Vec2 a = arm.position + left_of(arm.dir) * arm.half_left;
    const Vec2 b = next.position - left_of(next.dir) * next.half_right;
    const float angle = ccw(arm.dir, next.dir);
    along_arm = along_next = 0;
    if (angle < kParallel) {  // side by side
      const float gap = dot(b - a, left_of(arm.dir));
      if (gap < 0)
        along_arm = along_next = std::min(-gap / std::tan(std::max(angle, 0.1f)), kMostTrim);
    } else if (angle < kPi - kParallel) {
      const float area = cross(arm.dir, next.dir);
      along_arm = std::clamp(cross(b - a, next.dir) / area, 0.0f, kMostTrim);
      along_next = std::clamp(cross(b - a, arm.dir) / area, 0.0f, kMostTrim);
    }
  }

  void shape(Junction& j) {
    const std::size_t n = j.arms.size();
    if (n == 1) {
      j.arms[0].trim = kDeadEnd;
      return;
    }
    for (std::size_t i = 0; i < n; ++i) {
      Arm &arm = j.arms[i], &next = j.arms[(i + 1) % n];
      overlap(arm, next, arm.left_corner, next.right_corner);
    }
    for (Arm& arm : j.arms) {
      const bool small = l_.street(arm).kind == RoadClass::service;
      float radius = n == 2 ? 0 : small ? kCornerRadius / 2 : kCornerRadius;
      if (j.roundabout) radius = std::min(radius, 2.0f);
      arm.left_corner += radius;
      arm.right_corner += radius;
      arm.trim = std::min(std::max(arm.left_corner, arm.right_corner), kMostTrim);
    }
    if (n == 2) shape_pair(j);
  }

  // Two streets that continue each other: room to shift over where their lanes differ.
  void shape_pair(Junction& j) {
    const auto lanes = [&](const Arm& arm) {
      const Street& s = l_.street(arm);
      return static_cast<float>(s.forward + s.backward) * s.lane_width;
    };
    const float shift = std::abs(lanes(j.arms[0]) - lanes(j.arms[1]));
    // And room to turn where they do so at a corner.
    const float bend = kPi - std::abs(std::atan2(cross(j.arms[0].dir, j.arms[1].dir),
                                                 dot(j.arms[0].dir, j.arms[1].dir)));
    const float turn = std::min(kTurnRadius * std::tan(std::min(bend, 2.4f) / 2), 15.0f);
    for (Arm& arm : j.arms) arm.trim = std::max({arm.trim, 1 + 2 * std::min(shift, 6.0f), turn});
  }

  // Where people may want to cross at a junction.
  static bool walkable(const Street& s) {
    const bool fast = s.kind == RoadClass::motorway || s.kind == RoadClass::trunk;
    return !s.roundabout && (!fast || s.link);
  }

  void place_crossings(std::uint32_t i) {
    StreetLayout& s = l_.streets[i];
    std::vector<Mark> rest;
    for (const Mark& mark : s.crossings) {
      bool placed = false;
      for (int end = 0; end < 2 && !placed; ++end) {
        Arm& arm = arm_at(i, end);
        const Junction& j = l_.junctions[s.junction[end]];
        if (j.arms.size() == 1 || (j.arms.size() == 2 && !j.signals)) continue;
        const float d = end == 0 ? mark.s : s.length - mark.s;
        const float other = s.length - d;
        if (d > arm.trim + kCrossingReach || d > other) continue;
        placed = true;
        if (arm.crossing >= 0) {
          arm.marked = arm.marked || mark.marked;
          continue;
        }
        arm.crossing = std::max(d, std::min(arm.trim, 2.0f));
        arm.marked = mark.marked;
      }
      if (!placed && mark.s > 4 && mark.s < s.length - 4 &&
          (rest.empty() || mark.s - rest.back().s > 10))
        rest.push_back(mark);
    }
    s.crossings = rest;
  }

  // Where no crossing is mapped, people cross at the corner all the same.
  void add_crossings(Junction& j) {
    const std::size_t n = j.arms.size();
    for (Arm& arm : j.arms) {
      const Street& street = l_.street(arm);
      const bool wanted = n >= 3 && walkable(street);
      if (arm.crossing < 0 && wanted) {
        arm.crossing = arm.trim + kCrossingWidth / 2 - 1;
        arm.marked = j.signals;
      }
      if (arm.crossing >= 0 && j.signals) arm.marked = true;
      if (arm.crossing >= 0)
        arm.trim = std::max(arm.trim, arm.crossing + kCrossingWidth / 2 + kStopGap);
    }
  }

  // Short streets: their junctions share what there is.
  void fit(std::uint32_t i) {
    StreetLayout& s = l_.streets[i];
    Arm &a = arm_at(i, 0), &b = arm_at(i, 1);
    const float least = std::min(kLeast, s.length * 0.3f);
    const float room = s.length - least;
    for (Arm* arm : {&a, &b}) {  // crossings that nobody mapped go first
      if (a.trim + b.trim <= room || arm->crossing < 0 || arm->marked) continue;
      arm->crossing = -1;
      arm->trim = std::max(arm->left_corner, arm->right_corner);
    }
    if (a.trim + b.trim > room) {
      const float scale = room / (a.trim + b.trim);
      for (Arm* arm : {&a, &b}) {
        arm->trim *= scale;
        if (arm->crossing >= 0) arm->crossing *= scale;
      }
    }
    for (Arm* arm : {&a, &b}) {
      arm->left_corner = std::min(arm->left_corner, arm->trim);
      arm->right_corner = std::min(arm->right_corner, arm->trim);
    }
    std::erase_if(s.crossings, [&](const Mark& mark) {
      return mark.s < a.trim + 3 || mark.s > s.length - b.trim - 3;
    });
  }

  const StreetGraph& g_;
  Layout l_;
};

}  // namespace

Pose Layout::along(const Arm& arm, float d) const {
  const StreetLayout& s = layout(arm);
  if (!arm.at_to) return at(s.line, d);
  Pose pose = at(s.line, s.length - d);
  pose.heading = wrap_angle(pose.heading + kPi);
  return pose;
}

Vec2 Layout::kerb(const Arm& arm, float d, int side, float beyond) const {
  const Pose pose = along(arm, d);
  const float half = side > 0 ? arm.half_left : arm.half_right;
  return pose.position +
         left_of(direction(pose.heading)) * (static_cast<float>(side) * (half + beyond));
}

bool Layout::corner(const Arm& arm, const Arm& next, float beyond, Vec2& meeting) {
  const float angle = ccw(arm.dir, next.dir);
  if (angle < kParallel || angle > kPi - kParallel) return false;
  const Vec2 a = arm.position + left_of(arm.dir) * (arm.half_left + beyond);
  const Vec2 b = next.position - left_of(next.dir) * (next.half_right + beyond);
  const float along = cross(b - a, next.dir) / cross(arm.dir, next.dir);
  if (along < -2 || along > kMostTrim) return false;
  meeting = a + arm.dir * along;
  return true;
}

Polyline Layout::outline(const Junction& j) const {
  Polyline result;
  const std::size_t n = j.arms.size();
  if (n == 1) {  // a round place to turn
    const Arm& arm = j.arms[0];
    result = {kerb(arm, arm.trim, -1), kerb(arm, arm.trim, 1)};
    const Pose middle = along(arm, 0);
    const float radius = std::max({arm.half_left, arm.half_right, 3.5f}) + 2;
    for (int k = 0; k <= 16; ++k) {
      const float angle = middle.heading + kPi * (0.25f + 1.5f * static_cast<float>(k) / 16);
      result.push_back(middle.position + direction(angle) * radius);
    }
    return result;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Arm &arm = j.arms[i], &next = j.arms[(i + 1) % n];
    result.push_back(kerb(arm, arm.trim, -1));
    result.push_back(kerb(arm, arm.trim, 1));
    Vec2 meeting;
    if (!corner(arm, next, 0, meeting)) continue;
    const Vec2 a = kerb(arm, arm.left_corner, 1), b = kerb(next, next.right_corner, -1);
    for (int k = 0; k <= 8; ++k) {
      const float t = static_cast<float>(k) / 8, u = 1 - t;
      result.push_back(a * (u * u) + meeting * (2 * u * t) + b * (t * t));
    }
  }
  return without_short_steps(result, 0.05f);
}

Layout lay_out(const StreetGraph& graph, bool left_hand) { return Maker(graph, left_hand).run(); }

}  // namespace sandlot::city
