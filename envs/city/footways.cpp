#include "envs/city/footways.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "envs/city/point_grid.h"

namespace sandlot::city {
namespace {

constexpr float kBeyond = 0.3f + kSidewalk / 2;  // m from the carriageway to a pavement's middle
constexpr float kJoin = 25;                      // m from a path's end to the pavement it leads to
constexpr float kStreetWidth = 4.5f;             // m around lanes that belong to the street
constexpr float kOffLane = 1.7f;                 // m from a lane's middle to a pavement's
constexpr float kPi = 3.14159265f;
constexpr float kIsland = 20;  // m between islands of one junction

class Footways {
 public:
  Footways(CityMap& map, const Layout& layout, const Plan& plan, ImportReport& report)
      : m_(map), l_(layout), plan_(plan), report_(report) {}

  std::vector<std::vector<Id>> run() {
    by_junction_.resize(l_.junctions.size());
    ends_.resize(l_.streets.size());
    for (std::uint32_t i = 0; i < l_.streets.size(); ++i)
      if (!l_.streets[i].line.empty()) along_street(i);
    for (std::size_t j = 0; j < l_.junctions.size(); ++j) around_junction(j);
    around_roundabouts();
    add_paths();
    keep_off_lanes();
    drop_loose_parts();
    return std::move(by_junction_);
  }

 private:
  // The foot nodes at the four corners of a street: [end: from, to][side: left, right of it].
  using Ends = std::array<std::array<Id, 2>, 2>;

  Id add_node(Vec2 p) {
    m_.foot_nodes.push_back({p, {}});
    return static_cast<Id>(m_.foot_nodes.size()) - 1;
  }
  Vec2 place(Id node) const { return m_.foot_nodes[static_cast<std::size_t>(node)].position; }

  void add_edge(Id from, Id to, Polyline line, FootKind kind, float width, Id crossing = none) {
    line.front() = place(from);
    line.back() = place(to);
    line = without_short_steps(line, 0.05f);
    if (line.size() < 2 || from == to || length_of(line) < 0.05f) return;
    FootEdge edge;
    edge.from = from;
    edge.to = to;
    edge.points = {static_cast<std::uint32_t>(m_.outline_points.size()),
                   static_cast<std::uint32_t>(line.size())};
    m_.outline_points.insert(m_.outline_points.end(), line.begin(), line.end());
    edge.length = length_of(line);
    edge.width = width;
    edge.kind = kind;
    edge.crossing = crossing;
    m_.foot_edges.push_back(edge);
  }

  const Arm& arm_of(std::uint32_t i, int end) const {
    const StreetLayout& s = l_.streets[i];
    return l_.junctions[s.junction[end]].arms[s.arm[end]];
  }

  static bool walkable(const Street& street) {
    return street.kind != RoadClass::motorway && street.kind != RoadClass::trunk;
  }

  // A point `beyond` metres outside of the kerb on a side of the street.
  Vec2 beside(const StreetLayout& s, float along, int side, float beyond) const {
    const Pose pose = at(s.line, along);
    const float half = side > 0 ? s.half_left : s.half_right;
    return pose.position +
           left_of(direction(pose.heading)) * (static_cast<float>(side) * (half + beyond));
  }

  void along_street(std::uint32_t i) {
    const Street& street = l_.graph->streets[i];
    const StreetLayout& s = l_.streets[i];
    for (auto& end : ends_[i]) end = {none, none};
    const Arm &a = arm_of(i, 0), &b = arm_of(i, 1);
    // A pavement reaches to the crossing, which lies before the stop line.
    const float begin = a.crossing >= 0 ? std::min(a.crossing, a.trim) : a.trim;
    const float end = s.length - (b.crossing >= 0 ? std::min(b.crossing, b.trim) : b.trim);
    std::vector<float> stations{begin};
    for (const Mark& mark : s.crossings)
      if (mark.s > begin + 2 && mark.s < end - 2) stations.push_back(mark.s);
    stations.push_back(end);
    std::array<std::vector<Id>, 2> nodes;
    for (int k = 0; k < 2; ++k) {
      if (!walkable(street) || street.roundabout) continue;
      if (!(k == 0 ? street.sidewalk_left : street.sidewalk_right)) continue;
      const int side = k == 0 ? 1 : -1;
      for (const float station : stations)
        nodes[static_cast<std::size_t>(k)].push_back(add_node(beside(s, station, side, kBeyond)));
      const float offset =
          static_cast<float>(side) * ((side > 0 ? s.half_left : s.half_right) + kBeyond);
      for (std::size_t n = 0; n + 1 < stations.size(); ++n)
        if (stations[n + 1] - stations[n] > 0.2f)
          add_edge(nodes[static_cast<std::size_t>(k)][n], nodes[static_cast<std::size_t>(k)][n + 1],
                   parallel_to(part_of(s.line, stations[n], stations[n + 1]), offset),
                   FootKind::sidewalk, kSidewalk);
      ends_[i][0][static_cast<std::size_t>(k)] = nodes[static_cast<std::size_t>(k)].front();
      ends_[i][1][static_cast<std::size_t>(k)] = nodes[static_cast<std::size_t>(k)].back();
    }
    std::size_t n = 1;
    for (const Mark& mark : s.crossings) {
      if (mark.s <= begin + 2 || mark.s >= end - 2) continue;
      if (nodes[0].empty() || nodes[1].empty()) {
        report_.count("crossings without a pavement on both sides, left out");
        continue;
      }
      add_crossing(i, mark.s, nodes[0][n], nodes[1][n], mark.marked);
      ++n;
    }
    for (int side = 0; side < 2; ++side) {
      const Arm& arm = side == 0 ? a : b;
      if (arm.crossing < 0) continue;
      auto& corner = ends_[i][static_cast<std::size_t>(side)];
      const float station = side == 0 ? begin : end;
      for (int k = 0; k < 2; ++k)  // an island, or a place where no pavement is
        if (corner[static_cast<std::size_t>(k)] == none)
          corner[static_cast<std::size_t>(k)] =
              add_node(beside(s, station, k == 0 ? 1 : -1, kBeyond));
      const Id made = add_crossing(i, station, corner[0], corner[1], arm.marked);
      if (made != none) by_junction_[s.junction[side]].push_back(made);
    }
  }

  // Lanes that the line from kerb to kerb may cut: those of the street and of its junctions.
  std::vector<Id> candidates(std::uint32_t i) const {
    std::vector<Id> lanes;
    const StreetLayout& s = l_.streets[i];
    for (const Id road : s.road) {
      if (road == none) continue;
      const Road& r = m_.roads[static_cast<std::size_t>(road)];
      for (int k = 0; k < r.lane_count; ++k) lanes.push_back(r.first_lane + k);
    }
    for (int end = 0; end < (s.junction[0] == s.junction[1] ? 1 : 2); ++end) {
      const Intersection& x = m_.intersections[s.junction[end]];
      for (int k = 0; k < x.internal_count; ++k) lanes.push_back(x.first_internal + k);
    }
    return lanes;
  }

  Id add_crossing(std::uint32_t i, float station, Id left, Id right, bool marked) {
    const StreetLayout& s = l_.streets[i];
    Crossing c;
    c.from = beside(s, station, 1, 0);
    c.to = beside(s, station, -1, 0);
    c.width = marked ? kCrossingWidth : kCrossingWidth * 0.7f;
    c.marked = marked;
    c.node_from = left;
    c.node_to = right;
    c.cuts.first = static_cast<std::uint32_t>(m_.crossing_cuts.size());
    for (const Id id : candidates(i)) {
      const Lane& lane = m_.lanes[static_cast<std::size_t>(id)];
      const auto points = m_.points(lane);
      for (std::size_t k = 0; k + 1 < points.size(); ++k) {
        float t = 0, u = 0;
        if (!segments_cross(points[k].position, points[k + 1].position, c.from, c.to, t, u))
          continue;
        const float where = points[k].s + (points[k + 1].s - points[k].s) * t;
        m_.crossing_cuts.push_back({id, std::min(where, lane.length)});
        break;
      }
    }
    c.cuts.count = static_cast<std::uint32_t>(m_.crossing_cuts.size()) - c.cuts.first;
    if (c.cuts.count == 0) {
      report_.count("crossings that cross no lane, left out");
      return none;
    }
    const Id id = static_cast<Id>(m_.crossings.size());
    m_.crossings.push_back(c);
    add_edge(left, right, {place(left), place(right)}, FootKind::crossing, c.width, id);
    return id;
  }

  // The node on a side of an arm, seen outward.
  Id corner_node(const Arm& arm, int side) const {
    const int street_side = arm.at_to ? -side : side;
    return ends_[arm.street][arm.at_to ? 1 : 0][street_side > 0 ? 0 : 1];
  }

  void around_junction(std::size_t j) {
    const Junction& junction = l_.junctions[j];
    const std::size_t n = junction.arms.size();
    if (n == 1) {
      around_dead_end(junction);
      return;
    }
    for (std::size_t k = 0; k < n; ++k) {
      const Arm &arm = junction.arms[k], &next = junction.arms[(k + 1) % n];
      if (l_.street(arm).roundabout || l_.street(next).roundabout) continue;
      const Id from = corner_node(arm, 1), to = corner_node(next, -1);
      if (from == none || to == none) continue;
      const bool islands = !arm.sidewalk_left || !next.sidewalk_right;
      if (islands && distance(place(from), place(to)) > kIsland) continue;
      Polyline line{place(from)};
      Vec2 meeting;
      if (!islands && Layout::corner(arm, next, kBeyond, meeting)) {
        const float a_at = std::min(arm.left_corner, arm.crossing >= 0 ? arm.crossing : arm.trim);
        const float b_at =
            std::min(next.right_corner, next.crossing >= 0 ? next.crossing : next.trim);
        const Vec2 a = l_.kerb(arm, a_at, 1, kBeyond), b = l_.kerb(next, b_at, -1, kBeyond);
        for (int step = 0; step <= 6; ++step) {
          const float t = static_cast<float>(step) / 6, u = 1 - t;
          line.push_back(a * (u * u) + meeting * (2 * u * t) + b * (t * t));
        }
      }
      if (n == 2 && line.size() == 1) {  // the outer side of a bend: along it, not across
        const Vec2 end = place(to);
        const Polyline bend = smooth_path({place(from), wrap_angle(heading_of(arm.dir) + kPi)},
                                          {end, heading_of(next.dir)}, 1.5f);
        line.insert(line.end(), bend.begin() + 1, bend.end() - 1);
      }
      line.push_back(place(to));
      add_edge(from, to, line, FootKind::sidewalk, kSidewalk);
    }
  }

  // One pavement around each roundabout, from arm to arm: its own streets are too short to carry
  // one each.
  void around_roundabouts() {
    std::vector<std::uint32_t> root(l_.junctions.size());
    std::iota(root.begin(), root.end(), 0u);
    const auto find = [&](std::uint32_t j) {
      while (root[j] != j) j = root[j] = root[root[j]];
      return j;
    };
    struct Ring {
      Vec2 sum;
      int points = 0;
      float radius = 0, half = 0;
      std::vector<const Arm*> arms;
    };
    for (std::uint32_t i = 0; i < l_.streets.size(); ++i)
      if (!l_.streets[i].line.empty() && l_.graph->streets[i].roundabout)
        root[find(l_.streets[i].junction[0])] = find(l_.streets[i].junction[1]);
    std::map<std::uint32_t, Ring> rings;
    const auto each_point = [&](auto use) {
      for (std::uint32_t i = 0; i < l_.streets.size(); ++i) {
        const StreetLayout& s = l_.streets[i];
        if (s.line.empty() || !l_.graph->streets[i].roundabout) continue;
        Ring& ring = rings[find(s.junction[0])];
        ring.half = std::max({ring.half, s.half_left, s.half_right});
        for (float along = 0; along < s.length; along += 2) use(ring, at(s.line, along).position);
      }
    };
    each_point([](Ring& ring, Vec2 p) {
      ring.sum = ring.sum + p;
      ++ring.points;
    });
    each_point([](Ring& ring, Vec2 p) {
      ring.radius =
          std::max(ring.radius, distance(p, ring.sum * (1.0f / static_cast<float>(ring.points))));
    });
    for (std::uint32_t j = 0; j < l_.junctions.size(); ++j) {
      const auto ring = rings.find(find(j));
      if (ring == rings.end()) continue;
      for (const Arm& arm : l_.junctions[j].arms)
        if (!l_.street(arm).roundabout) ring->second.arms.push_back(&arm);
    }
    for (auto& [number, ring] : rings)
      join_arms(ring.arms, ring.sum * (1.0f / static_cast<float>(std::max(1, ring.points))),
                ring.radius + ring.half + kBeyond);
  }

  void join_arms(std::vector<const Arm*>& arms, Vec2 middle, float radius) {
    const auto angle = [&](Vec2 p) { return heading_of(p - middle); };
    std::stable_sort(arms.begin(), arms.end(), [&](const Arm* a, const Arm* b) {
      return angle(l_.along(*a, a->trim).position) < angle(l_.along(*b, b->trim).position);
    });
    for (std::size_t k = 0; k < arms.size(); ++k) {
      const Id from = corner_node(*arms[k], 1);
      const Id to = corner_node(*arms[(k + 1) % arms.size()], -1);
      if (from == none || to == none) continue;
      float sweep = angle(place(to)) - angle(place(from));
      while (sweep < 0) sweep += 2 * 3.14159265f;
      if (arms.size() > 1 && sweep > 5.2f) sweep = 0;  // arms so close that they overlap
      Polyline line{place(from)};
      const int steps = static_cast<int>(sweep / 0.2f);
      for (int n = 1; n < steps; ++n)
        line.push_back(middle + direction(angle(place(from)) + sweep * static_cast<float>(n) /
                                                                   static_cast<float>(steps)) *
                                    radius);
      line.push_back(place(to));
      add_edge(from, to, line, FootKind::sidewalk, kSidewalk);
    }
  }

  void around_dead_end(const Junction& junction) {
    const Arm& arm = junction.arms[0];
    const Id from = corner_node(arm, 1), to = corner_node(arm, -1);
    if (from == none || to == none) return;
    const Pose middle = l_.along(arm, 0);
    const float radius = std::max({arm.half_left, arm.half_right, 3.5f}) + 2 + kBeyond;
    Polyline line{place(from)};
    for (int k = 0; k <= 16; ++k)
      line.push_back(
          middle.position +
          direction(middle.heading + 3.14159265f * (0.3f + 1.4f * static_cast<float>(k) / 16)) *
              radius);
    line.push_back(place(to));
    add_edge(from, to, line, FootKind::sidewalk, kSidewalk);
  }

  // Nobody walks, or waits to cross, where cars drive: where streets run side by side, a pavement
  // of one may lie on the other. What comes near to a lane is made as narrow as it must be.
  void keep_off_lanes() {
    PointGrid lanes(kStreetWidth);
    for (const Lane& lane : m_.lanes) {
      const auto points = m_.points(lane);
      for (std::size_t k = 0; k + 1 < points.size(); ++k) {
        const Vec2 a = points[k].position, along = points[k + 1].position - a;
        const int steps = std::max(1, static_cast<int>(length(along) / 0.5f));
        for (int i = 0; i <= steps; ++i)
          lanes.add(a + along * (static_cast<float>(i) / static_cast<float>(steps)), 0);
      }
    }
    std::int64_t dropped = 0;
    std::erase_if(m_.foot_edges, [&](FootEdge& edge) {
      const bool crossing = edge.kind == FootKind::crossing;
      for (const float gap : {kOffLane, kOffLane + 0.25f, kOffLane + 0.5f, kOffLane + 0.75f}) {
        bool near = false;
        if (crossing) {
          near = lanes.nearest(place(edge.from), gap) != none ||
                 lanes.nearest(place(edge.to), gap) != none;
        } else {
          const auto line = m_.outline(edge.points);
          for (float s = 0; s <= edge.length && !near; s += 0.5f)
            near = lanes.nearest(at(line, s).position, gap) != none;
        }
        if (!near) continue;
        if (gap == kOffLane) {
          ++dropped;
          return true;
        }
        if (!crossing) edge.width = std::min(edge.width, 2 * (gap - 0.25f - kOffLane) + 1);
        break;
      }
      return false;
    });
    report_.count("footways that lie on a street, left out", dropped);
  }

  // Paths away from streets: those of their points that lie on a street are left out, and what is
  // left is joined to the pavement.
  void add_paths() {
    if (plan_.paths.empty()) return;
    const PointGrid streets = lane_places(m_, 8);
    PointGrid pavement(kJoin);
    for (std::size_t i = 0; i < m_.foot_nodes.size(); ++i)
      pavement.add(m_.foot_nodes[i].position, static_cast<Id>(i));
    std::vector<int> uses(plan_.nodes.size(), 0);
    for (const PlanPath& path : plan_.paths)
      for (std::size_t k = 0; k < path.nodes.size(); ++k)
        uses[path.nodes[static_cast<std::size_t>(k)]] +=
            k == 0 || k + 1 == path.nodes.size() ? 2 : 1;
    std::vector<Id> node_of(plan_.nodes.size(), none);
    const auto node_at = [&](std::uint32_t n) {
      if (node_of[n] == none) node_of[n] = add_node(plan_.nodes[n].position);
      return node_of[n];
    };
    const std::size_t first = m_.foot_nodes.size();
    std::vector<Id> loose;
    for (const PlanPath& path : plan_.paths) {
      Polyline line;
      Id from = none;
      Id last = none;
      for (std::size_t k = 0; k < path.nodes.size(); ++k) {
        const std::uint32_t n = path.nodes[static_cast<std::size_t>(k)];
        const Vec2 p = plan_.nodes[n].position;
        if (streets.nearest(p, kStreetWidth) != none) {  // the path meets a street
          if (from != none && line.size() >= 2) {
            last = add_node(line.back());
            add_edge(from, last, line, FootKind::path, path.width);
            loose.push_back(last);
          } else if (from != none) {
            loose.push_back(from);
          }
          from = none;
          line.clear();
          continue;
        }
        line.push_back(p);
        if (from == none) {
          from = node_at(n);
          if (k > 0 || uses[n] < 4) loose.push_back(from);
        } else if (uses[n] > 1 || k + 1 == path.nodes.size()) {
          const Id to = node_at(n);
          add_edge(from, to, line, FootKind::path, path.width);
          if (k + 1 == path.nodes.size() && uses[n] < 4) loose.push_back(to);
          from = to;
          line = {p};
        }
      }
    }
    for (const Id node : loose) {
      if (static_cast<std::size_t>(node) < first) continue;
      const Id near = pavement.nearest(place(node), kJoin);
      if (near != none) add_edge(node, near, {place(node), place(near)}, FootKind::path, 2);
    }
  }

  // Keeps the largest connected part of the network: who starts elsewhere would get nowhere.
  void drop_loose_parts() {
    Adjacency next(m_.foot_nodes.size());
    std::vector<double> weight(next.size(), 0.0);
    for (const FootEdge& edge : m_.foot_edges) {
      next[static_cast<std::size_t>(edge.from)].push_back(edge.to);
      next[static_cast<std::size_t>(edge.to)].push_back(edge.from);
      weight[static_cast<std::size_t>(edge.from)] += static_cast<double>(edge.length);
    }
    if (next.empty()) return;
    const auto stays = largest_component(next, weight);
    std::vector<Id> renamed(next.size(), none);
    std::vector<FootNode> nodes;
    for (std::size_t i = 0; i < next.size(); ++i) {
      if (!stays[i]) continue;
      renamed[i] = static_cast<Id>(nodes.size());
      nodes.push_back(m_.foot_nodes[i]);
    }
    std::int64_t dropped = 0;
    std::vector<FootEdge> edges;
    std::vector<std::uint8_t> used(m_.crossings.size(), 0);
    for (FootEdge edge : m_.foot_edges) {
      if (!stays[static_cast<std::size_t>(edge.from)]) {
        ++dropped;
        continue;
      }
      edge.from = renamed[static_cast<std::size_t>(edge.from)];
      edge.to = renamed[static_cast<std::size_t>(edge.to)];
      if (edge.crossing != none) used[static_cast<std::size_t>(edge.crossing)] = 1;
      edges.push_back(edge);
    }
    report_.count("pieces of footway not connected to the rest, left out", dropped);
    keep_crossings(used, renamed, edges);
    m_.foot_nodes = std::move(nodes);
    m_.foot_edges = std::move(edges);
  }

  void keep_crossings(const std::vector<std::uint8_t>& used, const std::vector<Id>& renamed,
                      std::vector<FootEdge>& edges) {
    std::vector<Id> number(m_.crossings.size(), none);
    std::vector<Crossing> kept;
    for (std::size_t i = 0; i < m_.crossings.size(); ++i) {
      if (!used[i]) continue;
      number[i] = static_cast<Id>(kept.size());
      kept.push_back(m_.crossings[i]);
      kept.back().node_from = renamed[static_cast<std::size_t>(kept.back().node_from)];
      kept.back().node_to = renamed[static_cast<std::size_t>(kept.back().node_to)];
    }
    m_.crossings = std::move(kept);
    for (FootEdge& edge : edges)
      if (edge.crossing != none) edge.crossing = number[static_cast<std::size_t>(edge.crossing)];
    for (auto& ids : by_junction_) {
      for (Id& id : ids) id = number[static_cast<std::size_t>(id)];
      std::erase(ids, none);
    }
  }

  CityMap& m_;
  const Layout& l_;
  const Plan& plan_;
  ImportReport& report_;
  std::vector<Ends> ends_;
  std::vector<std::vector<Id>> by_junction_;
};

}  // namespace

std::vector<std::vector<Id>> add_footways(CityMap& map, const Layout& layout, const Plan& plan,
                                          ImportReport& report) {
  return Footways(map, layout, plan, report).run();
}

}  // namespace sandlot::city
