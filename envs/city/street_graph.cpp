#include "envs/city/street_graph.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "envs/city/layout.h"

namespace sandlot::city {
namespace {

constexpr float kSamePlace = 0.02f;  // m between nodes that are one
constexpr float kStub = 10;          // m: shorter dead ends are left out
constexpr float kBorderJoin = 60;    // m between the carriageways of a street that is cut off
constexpr float kSpeedChange = 3;    // m/s: less does not split a street
constexpr int kMostRounds = 20;
constexpr float kLeastStreet = 7;       // m between two stop lines: a car and the gap before it
constexpr float kLongestInner = 20;     // m of a street that may be inside a junction
constexpr float kWidestJunction = 100;  // m
constexpr int kJoinRounds = 4;
// What no city has, and would take too long or too much memory.
constexpr std::size_t kMostCompared = 20'000'000;
constexpr double kLongest = 3e6;            // m of all streets
constexpr std::size_t kMostBends = 20'000;  // of a street

class Builder {
 public:
  Builder(const Plan& plan, ImportReport& report) : plan_(plan), report_(report) {}

  StreetGraph run() {
    join_same_places();
    split_ways();
    g_.vertex_of_node.resize(plan_.nodes.size());
    for (std::size_t n = 0; n < same_.size(); ++n) g_.vertex_of_node[n] = vertex_of_[same_[n]];
    if (g_.streets.empty()) throw MapError("there is no street for cars in it");
    join_at_border();
    remove_stubs();
    JoinedJunctions joined;
    for (int round = 0;; ++round) {
      if (round == kMostRounds) throw MapError("its streets do not connect");
      g_.reset_groups();
      const bool pruned = prune();
      merge_plain_vertices();
      place_signals(g_, report_);
      joined = join_junctions(g_);
      find_turns(g_, plan_);
      for (int k = 0; k < kJoinRounds && join_stubs(joined); ++k) find_turns(g_, plan_);
      if (!pruned && !unconnected()) break;
    }
    report_.count("short streets that became part of a junction", joined.inner_streets);
    report_.count("crossings inside a junction, left out", joined.lost_crossings);
    return std::move(g_);
  }

 private:
  Street& street(std::size_t i) { return g_.streets[i]; }

  void join_same_places() {
    same_.resize(plan_.nodes.size());
    std::iota(same_.begin(), same_.end(), 0u);
    std::vector<std::pair<std::uint32_t, int>> used;
    for (const PlanWay& way : plan_.ways)
      for (const std::uint32_t node : way.nodes) used.push_back({node, way.layer});
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    std::map<std::tuple<std::int64_t, std::int64_t, int>, std::uint32_t> first;
    std::int64_t joined = 0;
    for (const auto& [node, layer] : used) {
      const Vec2 p = plan_.nodes[node].position;
      const auto key = std::tuple(static_cast<std::int64_t>(std::floor(p.x / kSamePlace)),
                                  static_cast<std::int64_t>(std::floor(p.y / kSamePlace)), layer);
      const auto [at, added] = first.try_emplace(key, node);
      if (added || same_[node] != node || same_[at->second] == node) continue;
      if (at->second == node) continue;
      same_[node] = same_[at->second];
      ++joined;
    }
    report_.count("nodes in the same place, joined", joined);
  }

  // Streets on which no car could wait between the junctions at their ends, once these have their
  // full size, would keep it standing across one of them: the two become one junction. Those of
  // roundabouts stay.
  bool join_stubs(JoinedJunctions& joined) {
    const Layout layout = lay_out(g_, plan_.left_hand_traffic);
    bool changed = false;
    for (std::uint32_t i = 0; i < g_.streets.size(); ++i) {
      const StreetLayout& s = layout.streets[i];
      Street& inner = street(i);
      if (s.line.empty() || inner.roundabout || s.length > kLongestInner) continue;
      const Junction &a = layout.junctions[s.junction[0]], &b = layout.junctions[s.junction[1]];
      if (s.junction[0] == s.junction[1] || a.arms.size() < 2 || b.arms.size() < 2) continue;
      if (std::min(a.arms.size(), b.arms.size()) > 2) continue;
      if (inner.forward > 0 && inner.backward > 0) continue;
      if (a.roundabout || b.roundabout) continue;
      if (s.length - a.arms[s.arm[0]].trim - b.arms[s.arm[1]].trim >= kLeastStreet) continue;
      const std::uint32_t from = g_.group(inner.from), to = g_.group(inner.to);
      if (from == to || extent_of(from, to) > kWidestJunction) continue;
      g_.unite(from, to);
      inner.inner = true;
      joined.lost_crossings += static_cast<std::int64_t>(inner.marks.size());
      ++joined.inner_streets;
      changed = true;
    }
    return changed;
  }

  // Across the vertices of two groups.
  float extent_of(std::uint32_t one, std::uint32_t two) {
    Vec2 low{1e9f, 1e9f}, high{-1e9f, -1e9f};
    for (std::uint32_t v = 0; v < g_.vertices.size(); ++v) {
      const std::uint32_t group = g_.group(v);
      if (group != one && group != two) continue;
      const Vec2 p = g_.vertices[v].position;
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    return distance(low, high);
  }

  // Each way's nodes without repeats; ways of fewer than two are left out.
  void split_ways() {
    std::vector<std::vector<std::uint32_t>> lines(plan_.ways.size());
    std::vector<std::uint32_t> uses(plan_.nodes.size(), 0);
    double whole = 0;  // m
    for (std::size_t w = 0; w < plan_.ways.size(); ++w) {
      auto& line = lines[w];
      for (const std::uint32_t raw : plan_.ways[w].nodes) {
        const std::uint32_t node = same_[raw];
        if (!line.empty() && line.back() == node)
          report_.count("segments of no length, left out");
        else
          line.push_back(node);
      }
      for (std::size_t i = 1; i < line.size(); ++i)
        whole += static_cast<double>(
            distance(plan_.nodes[line[i - 1]].position, plan_.nodes[line[i]].position));
      if (whole > kLongest) throw MapError("its streets are longer than 3,000 km in all");
      if (line.size() < 2) {
        report_.count("streets of no length, left out");
        line.clear();
        continue;
      }
      for (const std::uint32_t node : line) ++uses[node];
      ++uses[line.front()];  // an end is a vertex
      ++uses[line.back()];
    }
    vertex_of_.assign(plan_.nodes.size(), no_vertex);
    for (std::size_t w = 0; w < lines.size(); ++w) {
      std::size_t begin = 0;
      for (std::size_t i = 1; i < lines[w].size(); ++i)
        if (uses[lines[w][i]] > 1) {
          add_street(plan_.ways[w], {lines[w].data() + begin, i - begin + 1});
          begin = i;
        }
    }
  }

  std::uint32_t vertex_at(std::uint32_t node) {
    if (vertex_of_[node] == no_vertex) {
      vertex_of_[node] = static_cast<std::uint32_t>(g_.vertices.size());
      Vertex v;
      v.position = plan_.nodes[node].position;
      v.node = node;
      v.group = vertex_of_[node];
      g_.vertices.push_back(v);
    }
    return vertex_of_[node];
  }

  void add_street(const PlanWay& way, std::span<const std::uint32_t> nodes) {
    Street s;
    s.from = vertex_at(nodes.front());
    s.to = vertex_at(nodes.back());
    float along = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const PlanNode& node = plan_.nodes[nodes[i]];
      if (i > 0) along += distance(s.line.back(), node.position);
      s.line.push_back(node.position);
      add_marks(node, along, s.marks);
    }
    s.kind = way.kind;
    s.link = way.link;
    s.roundabout = way.roundabout;
    s.forward = way.forward;
    s.backward = way.backward;
    s.forward_speed = way.forward_speed;
    s.backward_speed = way.backward_speed;
    s.lane_width = way.lane_width;
    s.forward_turns = way.forward_turns;
    s.backward_turns = way.backward_turns;
    s.layer = way.layer;
    s.sidewalk_left = way.sidewalk_left;
    s.sidewalk_right = way.sidewalk_right;
    s.parking_left = way.parking_left;
    s.parking_right = way.parking_right;
    s.way_from = s.way_to = way.id;
    s.name = way.name;
    if (s.line.size() > kMostBends) throw MapError("one of its streets has more than 20,000 bends");
    g_.streets.push_back(std::move(s));
  }

  static void add_marks(const PlanNode& node, float s, std::vector<Mark>& marks) {
    if (node.crossing)
      marks.push_back({s, Mark::Kind::crossing, 0, node.crossing_marked, node.crossing_signals});
    if (node.signals) marks.push_back({s, Mark::Kind::signals, node.direction, false, false});
    if (node.stop) marks.push_back({s, Mark::Kind::stop, node.direction, false, false});
    if (node.give_way) marks.push_back({s, Mark::Kind::give_way, node.direction, false, false});
  }

  // Dual carriageways that the extract cuts off: traffic turns from one to the other there.
  void join_at_border() {
    struct End {
      std::uint32_t vertex;
      bool arrives;
      float heading;
      std::uint32_t street;
    };
    g_.partner.assign(g_.vertices.size(), no_vertex);
    std::vector<End> open;
    const auto ends = g_.ends_by_group();
    for (std::uint32_t v = 0; v < ends.size(); ++v) {
      if (ends[v].size() != 1) continue;
      const Street& s = street(ends[v][0]);
      if (s.forward > 0 && s.backward > 0) continue;
      const bool arrives = (s.to == v) == (s.forward > 0);
      const bool last = s.to == v;
      const Pose pose = at(s.line, last ? s.length() : 0);
      open.push_back({v, arrives, s.forward > 0 ? pose.heading : wrap_angle(pose.heading + 3.1416f),
                      ends[v][0]});
    }
    struct Pair {
      float cost;
      std::size_t a, b;
    };
    std::vector<Pair> pairs;
    const auto x_of = [&](const End& end) { return g_.vertices[end.vertex].position.x; };
    std::stable_sort(open.begin(), open.end(),
                     [&](const End& a, const End& b) { return x_of(a) < x_of(b); });
    std::size_t low = 0, compared = 0;
    for (std::size_t a = 0; a < open.size(); ++a) {
      while (x_of(open[low]) < x_of(open[a]) - kBorderJoin) ++low;
      for (std::size_t b = low; b < open.size() && x_of(open[b]) <= x_of(open[a]) + kBorderJoin;
           ++b) {
        if (++compared > kMostCompared) throw MapError("too many of its streets end in one place");
        if (!open[a].arrives || open[b].arrives || open[a].street == open[b].street) continue;
        const float apart =
            distance(g_.vertices[open[a].vertex].position, g_.vertices[open[b].vertex].position);
        const float turn = std::abs(wrap_angle(open[a].heading - open[b].heading));
        if (apart > kBorderJoin || turn < 2.2f) continue;
        const bool same = street(open[a].street).kind == street(open[b].street).kind;
        pairs.push_back({apart + (same ? 0 : kBorderJoin), a, b});
      }
    }
    std::sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
      return std::tie(x.cost, x.a, x.b) < std::tie(y.cost, y.a, y.b);
    });
    std::vector<std::uint8_t> taken(open.size(), 0);
    for (const Pair& pair : pairs) {
      if (taken[pair.a] || taken[pair.b]) continue;
      taken[pair.a] = taken[pair.b] = 1;
      g_.partner[open[pair.a].vertex] = open[pair.b].vertex;
      g_.partner[open[pair.b].vertex] = open[pair.a].vertex;
      report_.count("dual carriageways cut off at the edge, closed by a turn");
    }
    g_.reset_groups();
  }

  void remove_stubs() {
    const auto ends = g_.ends_by_group();
    std::vector<std::size_t> degree;
    std::vector<std::uint32_t> open;
    for (std::uint32_t v = 0; v < ends.size(); ++v) {
      degree.push_back(ends[v].size());
      if (degree[v] == 1) open.push_back(v);
    }
    while (!open.empty()) {
      const std::uint32_t v = open.back();
      open.pop_back();
      const auto last = std::find_if(ends[v].begin(), ends[v].end(),
                                     [this](std::uint32_t i) { return street(i).alive; });
      if (degree[v] != 1 || last == ends[v].end() || street(*last).length() >= kStub) continue;
      Street& stub = street(*last);
      stub.alive = false;
      report_.count("dead ends shorter than 10 m, left out");
      for (const std::uint32_t end : {g_.group(stub.from), g_.group(stub.to)})
        if (--degree[end] == 1) open.push_back(end);
    }
  }

  // Only what is strongly connected stays. True where something went.
  bool prune() {
    find_turns(g_, plan_);
    std::vector<double> weight(g_.turns.size(), 0.0);
    for (std::size_t d = 0; d < weight.size(); ++d)
      if (g_.exists(static_cast<Directed>(d)))
        weight[d] = static_cast<double>(street(d / 2).length());
    const auto stays = largest_component(g_.turns, weight);
    bool changed = false;
    for (std::size_t i = 0; i < g_.streets.size(); ++i) {
      Street& s = street(i);
      if (!s.alive || s.inner) continue;
      const bool forward = s.forward > 0 && !stays[2 * i];
      const bool backward = s.backward > 0 && !stays[2 * i + 1];
      if (!forward && !backward) continue;
      changed = true;
      if (forward) s.forward = 0;
      if (backward) s.backward = 0;
      if (s.forward == 0 && s.backward == 0) {
        s.alive = false;
        report_.count("streets not connected to the rest both ways, left out");
      } else {
        report_.count("streets made one-way, since one direction leads nowhere");
      }
    }
    // What is left may be a single street that leads nowhere.
    bool leads_on = false;
    for (std::size_t d = 0; d < stays.size(); ++d)
      leads_on = leads_on || (stays[d] && weight[d] > 0 && !g_.turns[d].empty());
    if (!leads_on) throw MapError("none of its streets connect both ways");
    return changed;
  }

  bool unconnected() {
    std::vector<double> weight(g_.turns.size(), 0.0);
    for (std::size_t d = 0; d < weight.size(); ++d)
      if (g_.exists(static_cast<Directed>(d)) && !street(d / 2).inner)
        weight[d] = static_cast<double>(street(d / 2).length());
    const auto stays = largest_component(g_.turns, weight);
    bool found = false;
    for (std::size_t d = 0; d < weight.size(); ++d) {
      if (weight[d] <= 0 || stays[d]) continue;
      found = true;  // goes in the next round, with the junctions apart again
      Street& s = street(d / 2);
      (d % 2 == 0 ? s.forward : s.backward) = 0;
      report_.count("directions of streets lost in joined junctions, left out");
      if (s.forward == 0 && s.backward == 0) s.alive = false;
    }
    return found;
  }

  // The street turned around, so that it starts where it ended.
  static void turn_around(Street& s) {
    const float whole = s.length();
    std::swap(s.from, s.to);
    std::reverse(s.line.begin(), s.line.end());
    std::swap(s.forward, s.backward);
    std::swap(s.forward_speed, s.backward_speed);
    std::swap(s.forward_turns, s.backward_turns);
    std::swap(s.sidewalk_left, s.sidewalk_right);
    std::swap(s.parking_left, s.parking_right);
    std::swap(s.way_from, s.way_to);
    std::swap(s.control_from, s.control_to);
    for (Mark& mark : s.marks) {
      mark.s = whole - mark.s;
      mark.direction = static_cast<std::int8_t>(-mark.direction);
    }
    std::reverse(s.marks.begin(), s.marks.end());
  }

  void merge_plain_vertices() {
    auto ends = g_.ends_by_group();
    for (std::uint32_t v = 0; v < ends.size(); ++v) {
      if (ends[v].size() != 2 || ends[v][0] == ends[v][1] || g_.vertices[v].signals) continue;
      if (g_.partner_of(v) != no_vertex) continue;  // a turn at the edge
      const std::uint32_t kept = ends[v][0], gone = ends[v][1];
      Street &a = street(kept), &b = street(gone);
      if (a.from == a.to || b.from == b.to) continue;
      if (a.to != v) turn_around(a);
      if (b.from != v) turn_around(b);
      const bool same = a.forward == b.forward && a.backward == b.backward &&
                        a.roundabout == b.roundabout && a.layer == b.layer &&
                        std::abs(a.forward_speed - b.forward_speed) <= kSpeedChange &&
                        std::abs(a.backward_speed - b.backward_speed) <= kSpeedChange;
      if (!same) continue;
      append(a, b);
      b.alive = false;
      for (std::uint32_t& end : ends[a.to])
        if (end == gone) end = kept;
    }
  }

  static void append(Street& a, Street& b) {
    if (a.line.size() + b.line.size() > kMostBends)
      throw MapError("one of its streets has more than 20,000 bends");
    const float before = a.length(), after = b.length();
    const float share = before / (before + after);
    a.forward_speed = a.forward_speed * share + b.forward_speed * (1 - share);
    a.backward_speed = a.backward_speed * share + b.backward_speed * (1 - share);
    a.lane_width = a.lane_width * share + b.lane_width * (1 - share);
    if (after > before) {
      a.kind = b.kind;
      a.link = b.link;
      a.name = b.name;
      a.sidewalk_left = b.sidewalk_left;
      a.sidewalk_right = b.sidewalk_right;
      a.parking_left = b.parking_left;
      a.parking_right = b.parking_right;
    }
    a.forward_turns = b.forward_turns;
    a.control_to = b.control_to;
    a.way_to = b.way_to;
    a.to = b.to;
    a.line.insert(a.line.end(), b.line.begin() + 1, b.line.end());
    for (Mark mark : b.marks) {
      mark.s += before;
      if (mark.s > before + 0.01f) a.marks.push_back(mark);  // the vertex's own are there already
    }
  }

  const Plan& plan_;
  ImportReport& report_;
  StreetGraph g_;
  std::vector<std::uint32_t> same_, vertex_of_;
};

}  // namespace

std::uint32_t StreetGraph::group(std::uint32_t v) {
  while (vertices[v].group != v) {
    vertices[v].group = vertices[vertices[v].group].group;
    v = vertices[v].group;
  }
  return v;
}

void StreetGraph::unite(std::uint32_t a, std::uint32_t b) {
  a = group(a);
  b = group(b);
  vertices[std::max(a, b)].group = std::min(a, b);
}

void StreetGraph::reset_groups() {
  for (std::uint32_t v = 0; v < vertices.size(); ++v)
    vertices[v].group = partner_of(v) != no_vertex ? std::min(v, partner_of(v)) : v;
  for (Street& s : streets) s.inner = false;
}

std::vector<std::vector<std::uint32_t>> StreetGraph::ends_by_group() {
  std::vector<std::vector<std::uint32_t>> ends(vertices.size());
  for (std::uint32_t i = 0; i < streets.size(); ++i) {
    if (!streets[i].alive) continue;
    ends[group(streets[i].from)].push_back(i);
    ends[group(streets[i].to)].push_back(i);
  }
  return ends;
}

StreetGraph build_street_graph(const Plan& plan, ImportReport& report) {
  return Builder(plan, report).run();
}

}  // namespace sandlot::city
