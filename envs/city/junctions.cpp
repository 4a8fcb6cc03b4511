// Junctions: which signals and signs belong to them, and which of them are one.
#include <algorithm>
#include <cmath>

#include "envs/city/street_graph.h"

namespace sandlot::city {
namespace {

constexpr float kClusterLength = 18;      // m of a street that is inside a junction
constexpr float kSignalCluster = 28;      // m, where both ends have signals
constexpr float kClusterSize = 60;        // m across
constexpr float kSignalReach = 60;        // m from signals to the junction that they belong to
constexpr float kSignalReachUnsure = 40;  // m, where their direction is unknown
constexpr float kSignReach = 40;          // m from a stop or give-way sign to its junction
constexpr float kMidBlock = 20;           // m from signals to their crossing

class Junctions {
 public:
  Junctions(StreetGraph& graph, ImportReport* report) : g_(graph), report_(report) {}

  void place_signals() {
    count_degrees();
    for (std::size_t i = 0; i < g_.streets.size(); ++i) {
      if (!street(i).alive) continue;
      std::vector<float> splits;
      std::vector<Mark> rest;
      const float whole = street(i).length();
      const auto marks = street(i).marks;
      for (const Mark& mark : marks) {
        const bool lights =
            mark.kind == Mark::Kind::signals || (mark.kind == Mark::Kind::crossing && mark.signals);
        if (mark.kind == Mark::Kind::stop || mark.kind == Mark::Kind::give_way)
          place_sign(street(i), mark, whole);
        else if (lights && !place_light(street(i), mark, whole))
          want_split(street(i), mark, whole, splits);
        if (mark.kind == Mark::Kind::crossing) rest.push_back(mark);
      }
      street(i).marks = rest;
      std::sort(splits.rbegin(), splits.rend());
      for (const float s : splits) split(i, s);
    }
  }

 private:
  bool junction(std::uint32_t v) { return degree_[g_.group(v)] >= 3; }

  // At which end of the street a mark belongs: 1 `to`, −1 `from`, 0 neither.
  int side_of(const Street& s, const Mark& mark, float whole, float reach, float unsure) {
    if (mark.s < 0.5f && junction(s.from)) return -1;
    if (mark.s > whole - 0.5f && junction(s.to)) return 1;
    const float to = whole - mark.s, from = mark.s;
    const bool onward = mark.direction > 0 || s.backward == 0;
    const bool back = mark.direction < 0 || s.forward == 0;
    if (onward != back) {
      if (onward && junction(s.to) && to <= reach) return 1;
      if (back && junction(s.from) && from <= reach) return -1;
    } else {
      const bool nearer = to <= from;
      if (nearer && junction(s.to) && to <= unsure) return 1;
      if (!nearer && junction(s.from) && from <= unsure) return -1;
    }
    return 0;
  }

  bool place_light(const Street& s, const Mark& mark, float whole) {
    const bool crossing = mark.kind == Mark::Kind::crossing;
    int side = side_of(s, mark, whole, crossing ? kMidBlock : kSignalReach,
                       crossing ? kMidBlock : kSignalReachUnsure);
    if (side == 0 && junction(s.to) && whole - mark.s <= kMidBlock) side = 1;
    if (side == 0 && junction(s.from) && mark.s <= kMidBlock) side = -1;
    if (side == 0) return false;
    g_.vertices[side > 0 ? s.to : s.from].signals = true;
    return true;
  }

  void want_split(const Street& s, const Mark& mark, float whole, std::vector<float>& splits) {
    float where = mark.s;
    bool crossing = mark.kind == Mark::Kind::crossing;
    for (const Mark& other : s.marks)
      if (!crossing && other.kind == Mark::Kind::crossing &&
          std::abs(other.s - mark.s) <= kMidBlock) {
        where = other.s;
        crossing = true;
      }
    for (const float other : splits)
      if (std::abs(other - where) <= kMidBlock) return;
    if (!crossing || where < 12 || where > whole - 12) {
      if (!g_.vertices[s.from].signals && !g_.vertices[s.to].signals)
        report_->count("signals that belong to no junction, left out");
      return;
    }
    splits.push_back(where);
  }

  void place_sign(Street& s, const Mark& mark, float whole) {
    const int side = side_of(s, mark, whole, kSignReach, kSignReach);
    const Control control = mark.kind == Mark::Kind::stop ? Control::stop : Control::yield;
    if (side > 0) s.control_to = control;
    if (side < 0) s.control_from = control;
    if (side == 0 && mark.s > 0.5f && mark.s < whole - 0.5f)
      report_->count("stop and give-way signs that belong to no junction, left out");
  }

  void split(std::size_t i, float s) {
    Vertex v;
    v.position = at(street(i).line, s).position;
    v.node = no_vertex;
    v.signals = true;
    v.group = static_cast<std::uint32_t>(g_.vertices.size());
    Street second = street(i);
    Street& first = street(i);
    const float whole = first.length();
    second.line = part_of(first.line, s, whole);
    first.line = part_of(first.line, 0, s);
    first.to = second.from = v.group;
    first.control_to = second.control_from = Control::priority;
    first.forward_turns.clear();
    second.backward_turns.clear();
    second.marks.clear();
    for (Mark mark : first.marks)
      if (mark.s > s) {
        mark.s -= s;
        second.marks.push_back(mark);
      }
    std::erase_if(first.marks, [s](const Mark& mark) { return mark.s > s; });
    g_.vertices.push_back(v);
    degree_.push_back(2);
    g_.streets.push_back(std::move(second));
  }

 public:
  JoinedJunctions join() {
    count_degrees();
    struct Box {
      Vec2 low, high;
    };
    std::vector<Box> boxes;
    for (const Vertex& v : g_.vertices) boxes.push_back({v.position, v.position});
    const auto grown = [&](std::uint32_t a, std::uint32_t b) {
      const Box &x = boxes[a], &y = boxes[b];
      return Box{{std::min(x.low.x, y.low.x), std::min(x.low.y, y.low.y)},
                 {std::max(x.high.x, y.high.x), std::max(x.high.y, y.high.y)}};
    };
    std::vector<std::pair<float, std::size_t>> order;
    for (std::size_t i = 0; i < g_.streets.size(); ++i)
      if (street(i).alive && !street(i).roundabout) order.push_back({street(i).length(), i});
    std::sort(order.begin(), order.end());
    std::vector<std::uint8_t> lit(g_.vertices.size(), 0);
    for (std::uint32_t v = 0; v < g_.vertices.size(); ++v)
      if (g_.vertices[v].signals) lit[g_.group(v)] = 1;
    for (const auto& [length, i] : order) {
      const Street& s = street(i);
      const std::uint32_t a = g_.group(s.from), b = g_.group(s.to);
      const bool both = lit[a] && lit[b];
      const bool slow = s.kind != RoadClass::motorway && s.kind != RoadClass::trunk && !s.link;
      const float limit = both ? kSignalCluster : slow ? kClusterLength : kClusterLength / 2;
      if (a == b || length > limit || degree_[a] < 2 || degree_[b] < 2) continue;
      const bool short_piece = length < kClusterLength / 2;
      if (!short_piece && !both && (degree_[a] < 3 || degree_[b] < 3)) continue;
      const Box box = grown(a, b);
      if (distance(box.low, box.high) > kClusterSize) continue;
      g_.unite(a, b);
      const std::uint32_t root = g_.group(a);
      boxes[root] = box;
      lit[root] = lit[a] || lit[b];
      degree_[root] = degree_[a] + degree_[b] - 2;
    }
    std::int64_t inner = 0, lost = 0;
    for (const auto& [length, i] : order) {
      Street& s = street(i);
      if (s.from == s.to || g_.group(s.from) != g_.group(s.to) || length > kSignalCluster * 1.5f)
        continue;
      s.inner = true;
      ++inner;
      lost += static_cast<std::int64_t>(s.marks.size());
    }
    return {inner, lost};
  }

 private:
  void count_degrees() {
    degree_.clear();
    for (const auto& ends : g_.ends_by_group()) degree_.push_back(static_cast<int>(ends.size()));
  }

  Street& street(std::size_t i) { return g_.streets[i]; }

  StreetGraph& g_;
  ImportReport* report_;
  std::vector<int> degree_;  // by group
};

}  // namespace

void place_signals(StreetGraph& graph, ImportReport& report) {
  Junctions(graph, &report).place_signals();
}

JoinedJunctions join_junctions(StreetGraph& graph) { return Junctions(graph, nullptr).join(); }

}  // namespace sandlot::city
