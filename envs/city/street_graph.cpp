#include "envs/city/street_graph.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace sandlot::city {
namespace {

constexpr float kSamePlace = 0.02f;       // m between nodes that are one
constexpr float kStub = 10;               // m: shorter dead ends are left out
constexpr float kBorderJoin = 60;         // m between the carriageways of a street that is cut off
constexpr float kSpeedChange = 3;         // m/s: less does not split a street
constexpr float kBack = 2.62f;            // rad: a turn of 150° or more turns back
constexpr float kThrough = 90;            // m of inner streets on a way through a junction
constexpr float kClusterLength = 12;      // m of a street that is inside a junction
constexpr float kSignalCluster = 28;      // m, where both ends have signals
constexpr float kClusterSize = 60;        // m across
constexpr float kSignalReach = 60;        // m from signals to the junction that they belong to
constexpr float kSignalReachUnsure = 40;  // m, where their direction is unknown
constexpr float kSignReach = 40;          // m from a stop or give-way sign to its junction
constexpr float kMidBlock = 20;           // m from signals to their crossing
constexpr int kMostRounds = 20;

class Builder {
 public:
  Builder(const Plan& plan, ImportReport& report) : plan_(plan), report_(report) {}

  StreetGraph run() {
    join_same_places();
    split_ways();
    if (g_.streets.empty()) throw MapError("there is no street for cars in it");
    join_at_border();
    remove_stubs();
    for (int round = 0;; ++round) {
      if (round == kMostRounds) throw MapError("its streets do not connect");
      reset_groups();
      const bool pruned = prune();
      merge_plain_vertices();
      place_signals();
      cluster();
      compute_turns();
      if (!pruned && !unconnected()) break;
    }
    report_.count("short streets that became part of a junction", inner_);
    report_.count("crossings inside a junction, left out", lost_crossings_);
    return std::move(g_);
  }

 private:
  Street& street(std::size_t i) { return g_.streets[i]; }

  // Union-find over vertices.
  std::uint32_t group(std::uint32_t v) {
    while (g_.vertices[v].group != v) {
      g_.vertices[v].group = g_.vertices[g_.vertices[v].group].group;
      v = g_.vertices[v].group;
    }
    return v;
  }
  void unite(std::uint32_t a, std::uint32_t b) {
    a = group(a);
    b = group(b);
    g_.vertices[std::max(a, b)].group = std::min(a, b);
  }
  // The other carriageway's vertex at a turn at the map's edge.
  std::uint32_t partner_of(std::uint32_t v) const {
    return v < partner_.size() ? partner_[v] : kNoVertex;
  }
  void reset_groups() {
    for (std::uint32_t v = 0; v < g_.vertices.size(); ++v)
      g_.vertices[v].group = partner_of(v) != kNoVertex ? std::min(v, partner_of(v)) : v;
    for (Street& s : g_.streets) s.inner = false;
  }

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

  // Each way's nodes without repeats; ways of fewer than two are left out.
  void split_ways() {
    std::vector<std::vector<std::uint32_t>> lines(plan_.ways.size());
    std::vector<std::uint32_t> uses(plan_.nodes.size(), 0);
    for (std::size_t w = 0; w < plan_.ways.size(); ++w) {
      auto& line = lines[w];
      for (const std::uint32_t raw : plan_.ways[w].nodes) {
        const std::uint32_t node = same_[raw];
        if (!line.empty() && line.back() == node)
          report_.count("segments of no length, left out");
        else
          line.push_back(node);
      }
      if (line.size() < 2) {
        report_.count("streets of no length, left out");
        line.clear();
        continue;
      }
      for (const std::uint32_t node : line) ++uses[node];
      ++uses[line.front()];  // an end is a vertex
      ++uses[line.back()];
    }
    vertex_of_.assign(plan_.nodes.size(), kNoVertex);
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
    if (vertex_of_[node] == kNoVertex) {
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
    g_.streets.push_back(std::move(s));
  }

  static void add_marks(const PlanNode& node, float s, std::vector<Mark>& marks) {
    if (node.crossing)
      marks.push_back({s, Mark::Kind::crossing, 0, node.crossing_marked, node.crossing_signals});
    if (node.signals) marks.push_back({s, Mark::Kind::signals, node.direction, false, false});
    if (node.stop) marks.push_back({s, Mark::Kind::stop, node.direction, false, false});
    if (node.give_way) marks.push_back({s, Mark::Kind::give_way, node.direction, false, false});
  }

  std::vector<std::vector<std::uint32_t>> ends_by_group() {
    std::vector<std::vector<std::uint32_t>> ends(g_.vertices.size());
    for (std::uint32_t i = 0; i < g_.streets.size(); ++i) {
      if (!street(i).alive) continue;
      ends[group(street(i).from)].push_back(i);
      ends[group(street(i).to)].push_back(i);
    }
    return ends;
  }

  // Dual carriageways that the extract cuts off: traffic turns from one to the other there.
  void join_at_border() {
    struct End {
      std::uint32_t vertex;
      bool arrives;
      float heading;
      std::uint32_t street;
    };
    partner_.assign(g_.vertices.size(), kNoVertex);
    std::vector<End> open;
    const auto ends = ends_by_group();
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
    for (std::size_t a = 0; a < open.size(); ++a)
      for (std::size_t b = 0; b < open.size(); ++b) {
        if (!open[a].arrives || open[b].arrives || open[a].street == open[b].street) continue;
        const float apart =
            distance(g_.vertices[open[a].vertex].position, g_.vertices[open[b].vertex].position);
        const float turn = std::abs(wrap_angle(open[a].heading - open[b].heading));
        if (apart > kBorderJoin || turn < 2.2f) continue;
        const bool same = street(open[a].street).kind == street(open[b].street).kind;
        pairs.push_back({apart + (same ? 0 : kBorderJoin), a, b});
      }
    std::sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
      return std::tie(x.cost, x.a, x.b) < std::tie(y.cost, y.a, y.b);
    });
    std::vector<std::uint8_t> taken(open.size(), 0);
    for (const Pair& pair : pairs) {
      if (taken[pair.a] || taken[pair.b]) continue;
      taken[pair.a] = taken[pair.b] = 1;
      partner_[open[pair.a].vertex] = open[pair.b].vertex;
      partner_[open[pair.b].vertex] = open[pair.a].vertex;
      report_.count("dual carriageways cut off at the edge, closed by a turn");
    }
    reset_groups();
  }

  void remove_stubs() {
    for (bool again = true; again;) {
      again = false;
      const auto ends = ends_by_group();
      for (const auto& here : ends) {
        if (here.size() != 1 || !street(here[0]).alive) continue;
        if (street(here[0]).length() >= kStub) continue;
        street(here[0]).alive = false;
        report_.count("dead ends shorter than 10 m, left out");
        again = true;
      }
    }
  }

  // Only what is strongly connected stays. True where something went.
  bool prune() {
    compute_turns();
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
    auto ends = ends_by_group();
    for (std::uint32_t v = 0; v < ends.size(); ++v) {
      if (ends[v].size() != 2 || ends[v][0] == ends[v][1] || g_.vertices[v].signals) continue;
      if (partner_of(v) != kNoVertex) continue;  // a turn at the edge
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

  // Signals and signs go to the junction that they stand before. Signals that stand nowhere near
  // one, but at a crossing, make a junction of their own.
  void place_signals() {
    degree_.assign(g_.vertices.size(), 0);
    const auto ends = ends_by_group();
    for (std::uint32_t v = 0; v < ends.size(); ++v) degree_[v] = static_cast<int>(ends[v].size());
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

  bool junction(std::uint32_t v) { return degree_[group(v)] >= 3; }

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
        report_.count("signals that belong to no junction, left out");
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
      report_.count("stop and give-way signs that belong to no junction, left out");
  }

  void split(std::size_t i, float s) {
    Vertex v;
    v.position = at(street(i).line, s).position;
    v.node = kNoVertex;
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

  void cluster() {
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
      if (g_.vertices[v].signals) lit[group(v)] = 1;
    for (const auto& [length, i] : order) {
      const Street& s = street(i);
      const std::uint32_t a = group(s.from), b = group(s.to);
      const bool both = lit[a] && lit[b];
      const bool slow = s.kind != RoadClass::motorway && s.kind != RoadClass::trunk && !s.link;
      const float limit = both ? kSignalCluster : slow ? kClusterLength : kClusterLength / 2;
      if (a == b || length > limit || degree_[a] < 2 || degree_[b] < 2) continue;
      const bool short_piece = length < kClusterLength / 2;
      if (!short_piece && !both && (degree_[a] < 3 || degree_[b] < 3)) continue;
      const Box box = grown(a, b);
      if (distance(box.low, box.high) > kClusterSize) continue;
      unite(a, b);
      const std::uint32_t root = group(a);
      boxes[root] = box;
      lit[root] = lit[a] || lit[b];
      degree_[root] = degree_[a] + degree_[b] - 2;
    }
    std::int64_t inner = 0, lost = 0;
    for (const auto& [length, i] : order) {
      Street& s = street(i);
      if (s.from == s.to || group(s.from) != group(s.to) || length > kSignalCluster * 1.5f)
        continue;
      s.inner = true;
      ++inner;
      lost += static_cast<std::int64_t>(s.marks.size());
    }
    inner_ = inner;
    lost_crossings_ = lost;
  }

  std::int64_t way_after(Directed out) const {
    const Street& s = g_.streets[static_cast<std::size_t>(out / 2)];
    return out % 2 == 0 ? s.way_from : s.way_to;
  }

  static bool on_side(float bend, PlanRestriction::Side side) {
    switch (side) {
      case PlanRestriction::Side::left:
        return bend > 0.2f;
      case PlanRestriction::Side::right:
        return bend < -0.2f;
      case PlanRestriction::Side::straight:
        return std::abs(bend) < 1;
      case PlanRestriction::Side::back:
        return std::abs(bend) > 2;
      case PlanRestriction::Side::any:
        break;
    }
    return true;
  }

  // Takes away what turn restrictions forbid. Those that name a street inside of a joined junction
  // say nothing about the junction as a whole.
  void restrict_turns(Directed in, std::vector<Directed>& turns) const {
    const Street& street = g_.streets[static_cast<std::size_t>(in / 2)];
    const std::int64_t from = in % 2 == 0 ? street.way_to : street.way_from;
    const std::uint32_t group = g_.vertices[g_.end(in)].group;
    for (const PlanRestriction& r : plan_.restrictions) {
      if (r.from != from || same_.size() <= r.via) continue;
      const std::uint32_t via = vertex_of_[same_[r.via]];
      if (via == kNoVertex || g_.vertices[via].group != group) continue;
      const auto named = [&](Directed out) {
        return way_after(out) == r.to && out != (in ^ 1) && on_side(turn_angle(in, out), r.side);
      };
      if (!r.only)
        std::erase_if(turns, named);
      else if (std::any_of(turns.begin(), turns.end(), named))
        std::erase_if(turns, [&](Directed out) { return !named(out); });
    }
  }

  // Vertices that traffic at v can reach over inner streets, v included.
  std::vector<std::uint32_t> reach(std::uint32_t v,
                                   const std::vector<std::vector<Directed>>& inner) const {
    std::vector<std::pair<std::uint32_t, float>> found{{v, 0.0f}};
    for (std::size_t k = 0; k < found.size(); ++k) {
      for (const Directed d : inner[found[k].first]) {
        const std::uint32_t next = g_.end(d);
        const float far = found[k].second + g_.streets[static_cast<std::size_t>(d / 2)].length();
        const bool known = std::any_of(found.begin(), found.end(),
                                       [next](const auto& f) { return f.first == next; });
        if (!known && far <= kThrough) found.push_back({next, far});
      }
    }
    std::vector<std::uint32_t> result;
    for (const auto& f : found) result.push_back(f.first);
    // Across a turn at the map's edge there is no street.
    if (partner_of(v) != kNoVertex) result.push_back(partner_of(v));
    return result;
  }

  void compute_turns() {
    for (std::uint32_t v = 0; v < g_.vertices.size(); ++v) g_.vertices[v].group = group(v);
    const auto count = static_cast<Directed>(2 * g_.streets.size());
    std::vector<std::vector<Directed>> leaving(g_.vertices.size()), inner(g_.vertices.size());
    for (Directed d = 0; d < count; ++d)
      if (g_.exists(d))
        (g_.streets[static_cast<std::size_t>(d / 2)].inner ? inner : leaving)[g_.start(d)]
            .push_back(d);
    g_.turns.assign(static_cast<std::size_t>(count), {});
    for (Directed d = 0; d < count; ++d) {
      if (!g_.exists(d) || g_.streets[static_cast<std::size_t>(d / 2)].inner) continue;
      std::vector<Directed> onward, back;
      for (const std::uint32_t v : reach(g_.end(d), inner))
        for (const Directed out : leaving[v]) {
          const bool same = (out ^ 1) == d;
          const bool turns_back = same || std::abs(turn_angle(d, out)) > kBack;
          (turns_back ? back : onward).push_back(out);
        }
      restrict_turns(d, onward);
      auto& turns = g_.turns[static_cast<std::size_t>(d)];
      turns = onward.empty() ? back : onward;
      // Turning back onto the same street only where there is nothing else.
      if (turns.size() > 1) std::erase(turns, d ^ 1);
      std::sort(turns.begin(), turns.end());
    }
  }

  float turn_angle(Directed in, Directed out) const {
    return wrap_angle(heading_at(out, true) - heading_at(in, false));
  }
  // Of a street's first or last metres, in the direction of travel.
  float heading_at(Directed d, bool start) const {
    constexpr float kLook = 8;
    const Street& s = g_.streets[static_cast<std::size_t>(d / 2)];
    const float whole = s.length(), look = std::min(kLook, whole);
    const bool low = start == (d % 2 == 0);
    const Vec2 a = at(s.line, low ? 0 : whole - look).position;
    const Vec2 b = at(s.line, low ? look : whole).position;
    return heading_of(d % 2 == 0 ? b - a : a - b);
  }

  static constexpr std::uint32_t kNoVertex = 0xffffffffu;
  const Plan& plan_;
  ImportReport& report_;
  StreetGraph g_;
  std::vector<std::uint32_t> same_, vertex_of_, partner_;
  std::vector<int> degree_;
  std::int64_t inner_ = 0, lost_crossings_ = 0;
};

}  // namespace

StreetGraph build_street_graph(const Plan& plan, ImportReport& report) {
  return Builder(plan, report).run();
}

}  // namespace sandlot::city
