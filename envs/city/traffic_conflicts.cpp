// Conflicts between paths across intersections beyond those that the map lists: with what reaches
// over the ends of a path into the streets before and after it, and with paths of neighbouring
// intersections.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "envs/city/traffic_network.h"

namespace sandlot::city {
namespace {

constexpr float beyond = 12;         // m of the streets before and after a path that are compared
constexpr float sample_step = 0.7f;  // m
constexpr float clearance = 2.0f;    // m between middle lines for two cars to pass slowly
constexpr float width_share = 0.7f;  // of the narrower lane, where lanes are narrow
constexpr float before_conflict = 0.8f;  // m that who waits keeps from one
constexpr float least_line = 1;          // m from its start to a lane's line

// A path across an intersection with pieces of the lanes before and after it. Arc lengths count
// from the start of the path itself: below 0 before it.
struct Path {
  Id lane = none;
  std::vector<Vec2> points;
  std::vector<float> s;
  std::vector<Id> on;  // which lane the point is on
  Vec2 low{1e9f, 1e9f}, high{-1e9f, -1e9f};
};

class Finder {
 public:
  Finder(const CityMap& map, Column<LaneFacts>& facts) : m_(map), facts_(facts) {}

  // By internal lane.
  std::vector<std::vector<Conflict>> run() {
    found_.resize(m_.lanes.size());
    for (Id id = 0; id < static_cast<Id>(m_.lanes.size()); ++id) {
      const auto listed = m_.conflicts_of(at(m_.lanes, id));
      found_[static_cast<std::size_t>(id)].assign(listed.begin(), listed.end());
      if (facts_[id].internal && facts_[id].from != none && facts_[id].to != none) add_path(id);
    }
    std::sort(paths_.begin(), paths_.end(), [](const Path& a, const Path& b) {
      return a.low.x != b.low.x ? a.low.x < b.low.x : a.lane < b.lane;
    });
    for (std::size_t a = 0; a < paths_.size(); ++a)
      for (std::size_t b = a + 1; b < paths_.size(); ++b) {
        if (paths_[b].low.x > paths_[a].high.x + clearance) break;
        compare(paths_[a], paths_[b]);
      }
    set_lines();
    return std::move(found_);
  }

 private:
  void add_points(Path& path, Id lane, float begin, float end, float shift) {
    const Lane& shape = at(m_.lanes, lane);
    const int steps = std::max(1, static_cast<int>(std::ceil((end - begin) / sample_step)));
    for (int k = 0; k <= steps; ++k) {
      const float s = begin + (end - begin) * static_cast<float>(k) / static_cast<float>(steps);
      const Vec2 p = m_.pose(shape, s).position;
      path.points.push_back(p);
      path.s.push_back(s + shift);
      path.on.push_back(lane);
      path.low = {std::min(path.low.x, p.x), std::min(path.low.y, p.y)};
      path.high = {std::max(path.high.x, p.x), std::max(path.high.y, p.y)};
    }
  }

  void add_path(Id id) {
    const LaneFacts& f = facts_[id];
    const float before = facts_[f.from].length, after = facts_[f.to].length;
    Path path;
    path.lane = id;
    add_points(path, f.from, std::max(0.0f, before - beyond), before, -before);
    add_points(path, id, 0, f.length, 0);
    add_points(path, f.to, 0, std::min(after, beyond), f.length);
    paths_.push_back(std::move(path));
  }

  // Lanes that lie beside or behind each other by design.
  bool together(Id a, Id b) const {
    if (a == b) return true;
    const LaneFacts &one = facts_[a], &two = facts_[b];
    if (!one.internal && !two.internal) return at(m_.lanes, a).road == at(m_.lanes, b).road;
    if (one.internal && two.internal) return one.from == two.from || one.to == two.to;
    if (one.internal) return one.from == b || one.to == b;
    return two.from == a || two.to == a;
  }

  void compare(const Path& a, const Path& b) {
    const Lane &one = at(m_.lanes, a.lane), &two = at(m_.lanes, b.lane);
    if (one.layer != two.layer) return;
    const LaneFacts &fa = facts_[a.lane], &fb = facts_[b.lane];
    if (fa.from == fb.from || fa.to == fb.from || fb.to == fa.from) return;
    const float reach = std::min(clearance, width_share * std::min(one.width, two.width));
    if (a.low.y > b.high.y + reach || b.low.y > a.high.y + reach || b.low.x > a.high.x + reach)
      return;
    const bool neighbours = one.intersection != two.intersection;
    Conflict c;
    c.begin = c.other_begin = 1e9f;
    c.end = c.other_end = -1e9f;
    for (std::size_t i = 0; i < a.points.size(); ++i) {
      for (std::size_t k = 0; k < b.points.size(); ++k) {
        const Vec2 d = a.points[i] - b.points[k];
        if (dot(d, d) >= reach * reach) continue;
        if (together(a.on[i], b.on[k])) continue;
        const bool inside = a.on[i] == a.lane && b.on[k] == b.lane;
        if (inside && !neighbours) continue;  // the map has looked at these
        c.begin = std::min(c.begin, a.s[i]);
        c.end = std::max(c.end, a.s[i]);
        c.other_begin = std::min(c.other_begin, b.s[k]);
        c.other_end = std::max(c.other_end, b.s[k]);
      }
    }
    if (c.end < c.begin) return;
    merge(a.lane, b.lane, c.begin, c.end, c.other_begin, c.other_end);
    merge(b.lane, a.lane, c.other_begin, c.other_end, c.begin, c.end);
  }

  void merge(Id lane, Id other, float begin, float end, float other_begin, float other_end) {
    for (Conflict& c : found_[static_cast<std::size_t>(lane)]) {
      if (c.lane != other) continue;
      c.begin = std::min(c.begin, begin);
      c.end = std::max(c.end, end);
      c.other_begin = std::min(c.other_begin, other_begin);
      c.other_end = std::max(c.other_end, other_end);
      return;
    }
    found_[static_cast<std::size_t>(lane)].push_back(
        {other, begin, end, other_begin, other_end, ConflictKind::crossing, false});
  }

  // Who waits stands clear of all paths that cross its street before the line.
  void set_lines() {
    for (Id id = 0; id < static_cast<Id>(m_.lanes.size()); ++id) {
      LaneFacts& f = facts_[id];
      if (!f.internal || f.from == none || f.to == none) continue;
      for (const Conflict& c : found_[static_cast<std::size_t>(id)]) {
        if (c.kind == ConflictKind::diverging) continue;
        LaneFacts &before = facts_[f.from], &after = facts_[f.to];
        if (c.begin < before_conflict)
          before.line = std::min(before.line,
                                 std::max(before.length + c.begin - before_conflict, least_line));
        if (c.kind == ConflictKind::merging) continue;
        f.overhang = std::max(f.overhang, c.end - f.length);
        after.taken = std::max(after.taken, std::min(c.end - f.length, after.length));
      }
    }
  }

  const CityMap& m_;
  Column<LaneFacts>& facts_;
  std::vector<Path> paths_;
  std::vector<std::vector<Conflict>> found_;
};

}  // namespace

void TrafficNetwork::find_conflicts() {
  const auto found = Finder(*map_, facts_).run();
  for (const auto& of_lane : found) {
    conflict_begin_.push_back(static_cast<std::uint32_t>(conflicts_.size()));
    conflicts_.insert(conflicts_.end(), of_lane.begin(), of_lane.end());
  }
  conflict_begin_.push_back(static_cast<std::uint32_t>(conflicts_.size()));
}

}  // namespace sandlot::city
