#include "envs/city/right_of_way.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "envs/city/polyline.h"

namespace sandlot::city {
namespace {

constexpr float kClearance = 2.3f;  // m between middle lines for two cars to pass each other
constexpr float kSample = 0.7f;     // m between the places of a path that are compared
constexpr float kOpposing = 2.2f;   // rad between two approaches that face each other
constexpr float kPi = 3.14159265f;

struct Approach {
  float heading = 0;  // of the traffic that arrives
  int level = 0;      // the higher goes first
  Control control = Control::priority;
};

class Yielding {
 public:
  Yielding(CityMap& map, const Layout& layout, const Junction& junction,
           std::span<const JunctionPath> paths)
      : m_(map), l_(layout), j_(junction), paths_(paths) {}

  void run() {
    rank_approaches();
    for (const JunctionPath& path : paths_) {
      Lane& lane = lane_of(path);
      lane.control = j_.signals ? Control::signal : approaches_[path.arm_in].control;
      if (j_.signals) lane.signal_group = 0;  // add_signals says which
    }
    find_conflicts();
  }

 private:
  Lane& lane_of(const JunctionPath& path) { return m_.lanes[static_cast<std::size_t>(path.lane)]; }
  const Lane& lane_of(const JunctionPath& path) const {
    return m_.lanes[static_cast<std::size_t>(path.lane)];
  }

  // 0 for the largest streets; a ramp counts less than the street that it joins.
  static int rank(const Street& street) {
    switch (street.kind) {
      case RoadClass::living_street:
        return 2 * static_cast<int>(RoadClass::service);
      default:
        return 2 * static_cast<int>(street.kind) + (street.link ? 1 : 0);
    }
  }

  void rank_approaches() {
    approaches_.resize(j_.arms.size());
    int first = std::numeric_limits<int>::max(), last = -1;
    for (std::size_t a = 0; a < j_.arms.size(); ++a) {
      const Street& street = l_.street(j_.arms[a]);
      approaches_[a].heading = wrap_angle(heading_of(j_.arms[a].dir) + kPi);
      if (!arrives(a)) continue;
      first = std::min(first, rank(street));
      last = std::max(last, rank(street));
    }
    bool any_sign = false;
    for (std::size_t a = 0; a < j_.arms.size(); ++a) {
      const Arm& arm = j_.arms[a];
      const Street& street = l_.street(arm);
      const Control sign = arm.at_to ? street.control_to : street.control_from;
      approaches_[a].level = 2;
      if (j_.roundabout) {
        approaches_[a].level = street.roundabout ? 3 : 1;
        approaches_[a].control = street.roundabout ? Control::priority : Control::roundabout;
      } else if (sign != Control::priority && arrives(a)) {
        approaches_[a] = {approaches_[a].heading, 0, sign};
        any_sign = true;
      } else if (rank(street) > first && arrives(a)) {
        approaches_[a].level = 1;
        approaches_[a].control = Control::yield;
      }
    }
    if (j_.signals || j_.roundabout || any_sign || first != last || j_.arms.size() < 3) return;
    const bool small = first >= 2 * static_cast<int>(RoadClass::tertiary);
    if (small && !l_.left_hand)
      for (Approach& approach : approaches_) approach.control = Control::right_before_left;
    else
      prefer_straight();
  }

  bool arrives(std::size_t a) const {
    const Street& street = l_.street(j_.arms[a]);
    return (j_.arms[a].at_to ? street.forward : street.backward) > 0;
  }

  // Among equal streets the two that continue each other best go first.
  void prefer_straight() {
    std::size_t one = 0, two = 0;
    float best = -1;
    for (std::size_t a = 0; a < approaches_.size(); ++a)
      for (std::size_t b = a + 1; b < approaches_.size(); ++b) {
        const float facing = std::abs(wrap_angle(approaches_[a].heading - approaches_[b].heading));
        if (facing <= best + 0.05f) continue;
        best = facing;
        one = a;
        two = b;
      }
    for (std::size_t a = 0; a < approaches_.size(); ++a) {
      if (a == one || a == two) continue;
      approaches_[a].level = 1;
      approaches_[a].control = Control::yield;
    }
  }

  struct Sampled {
    std::vector<Vec2> points;
    std::vector<float> s;
    Vec2 low, high;
  };

  Sampled sample(const Lane& lane) const {
    Sampled result;
    const int steps = std::max(2, static_cast<int>(std::ceil(lane.length / kSample)));
    for (int k = 0; k <= steps; ++k) {
      const float s = k == steps ? lane.length
                                 : lane.length * static_cast<float>(k) / static_cast<float>(steps);
      const Vec2 p = m_.pose(lane, s).position;
      if (k == 0) result.low = result.high = p;
      result.low = {std::min(result.low.x, p.x), std::min(result.low.y, p.y)};
      result.high = {std::max(result.high.x, p.x), std::max(result.high.y, p.y)};
      result.points.push_back(p);
      result.s.push_back(s);
    }
    return result;
  }

  void find_conflicts() {
    std::vector<Sampled> sampled;
    for (const JunctionPath& path : paths_) sampled.push_back(sample(lane_of(path)));
    std::vector<std::vector<Conflict>> found(paths_.size());
    for (std::size_t a = 0; a < paths_.size(); ++a)
      for (std::size_t b = a + 1; b < paths_.size(); ++b) {
        Conflict conflict;
        if (!meet(a, b, sampled[a], sampled[b], conflict)) continue;
        bool a_yields = false, b_yields = false;
        if (conflict.kind != ConflictKind::diverging) {
          a_yields = yields(paths_[a], paths_[b]);
          b_yields = !a_yields && yields(paths_[b], paths_[a]);
          if (!a_yields && !b_yields && !j_.signals) b_yields = true;  // someone has to
        }
        conflict.lane = paths_[b].lane;
        conflict.must_yield = a_yields;
        found[a].push_back(conflict);
        found[b].push_back({paths_[a].lane, conflict.other_begin, conflict.other_end,
                            conflict.begin, conflict.end, conflict.kind, b_yields});
      }
    for (std::size_t a = 0; a < paths_.size(); ++a) {
      lane_of(paths_[a]).conflicts = {static_cast<std::uint32_t>(m_.conflicts.size()),
                                      static_cast<std::uint32_t>(found[a].size())};
      m_.conflicts.insert(m_.conflicts.end(), found[a].begin(), found[a].end());
    }
  }

  // Where the two paths are closer than cars are wide.
  bool meet(std::size_t a, std::size_t b, const Sampled& x, const Sampled& y, Conflict& c) const {
    const Lane &one = lane_of(paths_[a]), &two = lane_of(paths_[b]);
    if (one.layer != two.layer) return false;
    const float reach = std::min(kClearance, 0.8f * std::min(one.width, two.width));
    if (x.low.x > y.high.x + reach || y.low.x > x.high.x + reach || x.low.y > y.high.y + reach ||
        y.low.y > x.high.y + reach)
      return false;
    c.begin = c.other_begin = std::numeric_limits<float>::max();
    c.end = c.other_end = -1;
    for (std::size_t i = 0; i < x.points.size(); ++i)
      for (std::size_t k = 0; k < y.points.size(); ++k) {
        const Vec2 d = x.points[i] - y.points[k];
        if (dot(d, d) >= reach * reach) continue;
        c.begin = std::min(c.begin, x.s[i]);
        c.end = std::max(c.end, x.s[i]);
        c.other_begin = std::min(c.other_begin, y.s[k]);
        c.other_end = std::max(c.other_end, y.s[k]);
      }
    if (c.end < 0) return false;
    if (same_end(one, two)) {
      c.kind = ConflictKind::merging;
      c.end = one.length;
      c.other_end = two.length;
    } else if (same_start(one, two)) {
      c.kind = ConflictKind::diverging;
      c.begin = c.other_begin = 0;
    }
    return true;
  }
  bool same_end(const Lane& a, const Lane& b) const {
    return m_.points(a).back().position == m_.points(b).back().position;
  }
  bool same_start(const Lane& a, const Lane& b) const {
    return m_.points(a).front().position == m_.points(b).front().position;
  }

  // The share of traffic that a turn gives way to: the larger, the more.
  int burden(Turn turn) const {
    switch (turn) {
      case Turn::straight:
        return 0;
      case Turn::right:
        return l_.left_hand ? 2 : 1;
      case Turn::left:
        return l_.left_hand ? 1 : 2;
      case Turn::u_turn:
        break;
    }
    return 3;
  }

  // Whether the traffic on a lets that on b pass.
  bool yields(const JunctionPath& a, const JunctionPath& b) const {
    const Approach &mine = approaches_[a.arm_in], &theirs = approaches_[b.arm_in];
    const int my_burden = burden(lane_of(a).turn), their_burden = burden(lane_of(b).turn);
    if (a.arm_in == b.arm_in) {  // side by side
      if (my_burden != their_burden) return my_burden > their_burden;
      return a.lane > b.lane;
    }
    if (!j_.signals && mine.level != theirs.level) return mine.level < theirs.level;
    const float between = wrap_angle(theirs.heading - mine.heading);
    if (std::abs(between) > kOpposing) {
      if (my_burden != their_burden) return my_burden > their_burden;
      return a.lane > b.lane;
    }
    if (j_.signals) return false;  // the lights keep them apart
    // What comes from the right heads to the left of me.
    if (mine.control == Control::right_before_left) return between > 0;
    if (my_burden != their_burden) return my_burden > their_burden;
    return between > 0;
  }

  CityMap& m_;
  const Layout& l_;
  const Junction& j_;
  std::span<const JunctionPath> paths_;
  std::vector<Approach> approaches_;
};

}  // namespace

void set_right_of_way(CityMap& map, const Layout& layout, const Junction& junction,
                      std::span<const JunctionPath> paths) {
  Yielding(map, layout, junction, paths).run();
}

}  // namespace sandlot::city
