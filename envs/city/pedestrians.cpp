#include "envs/city/pedestrians.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "sim/core/archive.h"

namespace sandlot::city {
namespace {

// Helbing & Molnár's values.
constexpr float relaxation = 0.5f;                      // τ, s
constexpr float mean_speed = 1.34f;                     // m/s
constexpr double speed_deviation = 0.26;                // m/s
constexpr float fastest_share = 1.3f;                   // of the wanted speed
constexpr float repulsion = 2.1f;                       // V0, m²/s²
constexpr float repulsion_range = 0.3f;                 // σ, m
constexpr float border_push = 10, border_range = 0.2f;  // U0, m²/s², and R, m
constexpr float hardest_border = 15;       // m/s²: where the way bends they begin outside
constexpr float step_ahead = 2;            // Δt, s
constexpr float seen_from = -0.17364818f;  // cos 100°: half of the angle of sight
constexpr float unseen_share = 0.5f;       // c
constexpr float neighbourhood = 3;         // m; beyond it a push is below 0.0005 m/s²

constexpr float car_push = 5, car_range = 0.6f;  // of the learner's car: m/s², m
constexpr float corridor_beside = 1.35f;         // m from a lane's middle
constexpr float widest_corridor = 1.8f;          // m, the same of buses and of bicycles at the kerb
constexpr float longest_courtesy = 2.5f;         // s that they stand before a car
constexpr float longest_wait = 60;               // s until another way is taken
constexpr float cell_size = neighbourhood;
constexpr float arrived = 0.6f;  // m

}  // namespace

void Pedestrians::start(std::shared_ptr<const TrafficNetwork> network, int count, Seed seed,
                        double jaywalking) {
  jaywalking_ = jaywalking;
  network_ = std::move(network);
  random_ = Random(derive(seed, "pedestrians"));
  ticks_ = 0;
  const CityMap& map = network_->map();
  double whole = 0;
  for (const FootEdge& e : map.foot_edges)
    if (e.kind != FootKind::crossing) whole += static_cast<double>(e.length);
  if (whole <= 0) count = 0;
  const auto n = static_cast<std::size_t>(count);
  for (auto* c : {&position_, &velocity_, &aim_, &goal_}) c->assign(n, {});
  StreetLanes no_lanes;
  no_lanes.fill(none);
  street_.assign(n, no_lanes);
  for (auto* c : {&speed_, &side_, &waited_}) c->assign(n, 0);
  edge_.assign(n, none);
  forward_.assign(n, 1);
  vertex_.assign(n, 1);
  state_.assign(n, PedestrianState::walking);
  cell_.assign(n, {});
  chain_.assign(n, none);
  buckets_.assign(std::bit_ceil(2 * n + 1), none);
  forces_.assign(n, {});
  for (Id i = 0; i < count; ++i) {
    double r = random_.uniform() * whole;
    Id edge = none;
    for (Id e = 0; e < static_cast<Id>(map.foot_edges.size()); ++e) {
      if (at(map.foot_edges, e).kind == FootKind::crossing) continue;
      edge = e;
      if ((r -= static_cast<double>(at(map.foot_edges, e).length)) < 0) break;
    }
    speed_[i] =
        mean_speed + static_cast<float>(std::clamp(random_.normal(), -2.0, 2.0) * speed_deviation);
    side_[i] = 2 * random_.uniform_float() - 1;
    forward_[i] = random_.bernoulli(0.5);
    turn_to(i, edge);
    const auto line = map.outline(at(map.foot_edges, edge).points);
    const auto piece = random_.below(static_cast<std::uint32_t>(line.size()) - 1);
    vertex_[i] = static_cast<std::int32_t>(forward_[i] ? piece + 1 : piece);
    const Vec2 a = line[piece], b = line[piece + 1];
    position_[i] = a + (b - a) * random_.uniform_float();
  }
}

Id Pedestrians::crossing(Id i) const {
  if (state_[i] != PedestrianState::waiting && state_[i] != PedestrianState::crossing) return none;
  return at(network_->map().foot_edges, edge_[i]).crossing;
}

void Pedestrians::turn_to(Id i, Id edge) {
  edge_[i] = edge;
  const FootEdge& e = at(network_->map().foot_edges, edge);
  vertex_[i] = forward_[i] != 0 ? 1 : static_cast<std::int32_t>(e.points.count) - 2;
  const bool crosses = e.kind == FootKind::crossing && e.crossing != none;
  state_[i] = crosses ? PedestrianState::waiting : PedestrianState::walking;
  waited_[i] = 0;
}

Pedestrians::Way Pedestrians::way_of(Id i) const {
  const CityMap& map = network_->map();
  const FootEdge& e = at(map.foot_edges, edge_[i]);
  const auto line = map.outline(e.points);
  Way way;
  if (state_[i] == PedestrianState::jaywalking) {
    way.target = goal_[i];
    return way;
  }
  way.target = at(line, vertex_[i]);
  const Vec2 before = at(line, vertex_[i] + (forward_[i] != 0 ? -1 : 1));
  const Vec2 along = way.target - before;
  const float metres = length(along);
  if (metres < 1e-3f) return way;
  way.left = left_of(along) * (1 / metres);
  way.half_width = std::max(0.0f, e.width / 2 - pedestrian_radius);
  way.aside = dot(position_[i] - before, way.left);
  const float wanted = side_[i] * way.half_width * 0.8f;
  way.target = way.target + way.left * (forward_[i] != 0 ? wanted : -wanted);
  return way;
}

// The borders of its way push it back, eq. 8.
Vec2 Pedestrians::border(const Way& way) {
  if (way.half_width == 0 && way.aside == 0) return {};
  const auto from = [](float metres) {
    return std::min(border_push / border_range * std::exp(-metres / border_range), hardest_border);
  };
  return way.left * (from(way.half_width + pedestrian_radius + way.aside) -
                     from(way.half_width + pedestrian_radius - way.aside));
}

// At the next point of its way: onward, at its end into another one.
void Pedestrians::arrive(Id i) {
  if (state_[i] == PedestrianState::jaywalking) {  // on the pavement of the other side
    state_[i] = PedestrianState::walking;
    return;
  }
  const CityMap& map = network_->map();
  const FootEdge& e = at(map.foot_edges, edge_[i]);
  const std::int32_t next = vertex_[i] + (forward_[i] != 0 ? 1 : -1);
  if (next >= 0 && next < static_cast<std::int32_t>(e.points.count)) {
    vertex_[i] = next;
    return;
  }
  const Id node = forward_[i] != 0 ? e.to : e.from;
  const auto edges = map.ids(at(map.foot_nodes, node).edges);
  double sum = 0;
  const auto weight = [&](Id other) {
    if (other == edge_[i]) return edges.size() == 1 ? 1.0 : 0.0;
    const FootEdge& o = at(map.foot_edges, other);
    if (o.kind != FootKind::crossing || o.crossing == none) return 1.0;
    return at(map.crossings, o.crossing).marked ? 0.7 : 0.1;
  };
  for (const Id other : edges) sum += weight(other);
  Id chosen = edge_[i];
  double r = random_.uniform() * sum;
  for (const Id other : edges) {
    if (weight(other) <= 0) continue;
    chosen = other;
    if ((r -= weight(other)) < 0) break;
  }
  forward_[i] = at(map.foot_edges, chosen).from == node;
  turn_to(i, chosen);
}

void Pedestrians::wait(Id i, const Traffic& traffic, float dt) {
  waited_[i] += dt;
  if ((ticks_ + i) % 5 != 0) return;  // looks twice a second
  const CityMap& map = network_->map();
  const Crossing& c = at(map.crossings, at(map.foot_edges, edge_[i]).crossing);
  const float seconds = distance(c.from, c.to) / speed_[i] + 1;
  bool go = false;
  if (c.program != none) {
    const SignalProgram& program = at(map.programs, c.program);
    go = map.light(program, traffic.time(), c.signal_group) == Light::green &&
         map.until_change(program, traffic.time(), c.signal_group) >
             0.6 * static_cast<double>(seconds) &&
         traffic.crossing_free(at(map.foot_edges, edge_[i]).crossing, 2);
  } else {
    go = traffic.crossing_free(at(map.foot_edges, edge_[i]).crossing, seconds);
  }
  if (go) {
    state_[i] = PedestrianState::crossing;
  } else if (waited_[i] > longest_wait) {
    // Back where it came from; at the other end another way is drawn.
    forward_[i] = forward_[i] == 0;
    vertex_[i] = forward_[i] != 0
                     ? static_cast<std::int32_t>(at(map.foot_edges, edge_[i]).points.count) - 1
                     : 0;
    state_[i] = PedestrianState::walking;
  }
}

void Pedestrians::announce(Traffic& traffic) const {
  const CityMap& map = network_->map();
  for (Id i = 0; i < static_cast<Id>(size()); ++i) {
    const Id id = crossing(i);
    const bool goes = state_[i] != PedestrianState::waiting && state_[i] != PedestrianState::hit;
    if (goes && !lanes_of(i).empty()) announce_place(traffic, i);
    if (id == none) continue;
    const Crossing& c = at(map.crossings, id);
    const bool walks = state_[i] == PedestrianState::crossing;
    if (!walks && (c.program != none || !c.marked)) continue;
    // Nobody need wait for those who cannot go since somebody else stands on their crossing.
    if (!walks && traffic.stands_on(id)) continue;
    for (const CrossingCut& cut : map.cuts(c)) {
      const Lane& lane = at(map.lanes, cut.lane);
      // Those who have left the lane behind need no room on it.
      const Vec2 past = position_[i] - map.pose(lane, cut.s).position;
      if (walks && dot(past, aim_[i]) > lane.width / 2 + 0.5f) continue;
      traffic.add_obstacle(cut.lane, cut.s - c.width / 2, 0, Traffic::ObstacleKind::waiting);
    }
  }
}

// Drivers stop for who is on their lane, and for who is about to step there if they still can.
void Pedestrians::announce_place(Traffic& traffic, Id i) const {
  const CityMap& map = network_->map();
  for (const Id lane : lanes_of(i)) {
    const LanePlace here = map.project(lane, position_[i]);
    if (here.distance < widest_corridor) {
      traffic.add_obstacle(lane, here.s - 2 * pedestrian_radius, 0, Traffic::ObstacleKind::person,
                           here.offset);
      continue;
    }
    if (here.distance > widest_corridor + 1.5f) continue;
    const LanePlace next = map.project(lane, position_[i] + aim_[i]);
    if (next.distance < corridor_beside)
      traffic.add_obstacle(lane, next.s - 1, 0, Traffic::ObstacleKind::waiting);
  }
}

// Whether it may go on at this velocity: not onto a lane where a vehicle passes or cannot stop.
bool Pedestrians::may_go(const Traffic& traffic, Id i, Vec2 velocity) const {
  const CityMap& map = network_->map();
  for (const Id lane : lanes_of(i)) {
    const LanePlace here = map.project(lane, position_[i]);
    if (here.distance > widest_corridor + 1) continue;
    const LanePlace next = map.project(lane, position_[i] + velocity * 0.4f);
    if (next.distance >= here.distance || here.distance < 0.8f) continue;  // on its way out
    if (next.distance > widest_corridor) continue;
    if (!traffic.may_step(lane, next.s, next.offset, waited_[i] > longest_courtesy)) return false;
  }
  return true;
}

std::uint32_t Pedestrians::bucket(int x, int y) const {
  const auto hash =
      static_cast<std::uint32_t>(x) * 0x9e3779b1u ^ static_cast<std::uint32_t>(y) * 0x85ebca6bu;
  return (hash >> 8) & (static_cast<std::uint32_t>(buckets_.size()) - 1);
}

void Pedestrians::sort_into_cells() {
  std::fill(buckets_.begin(), buckets_.end(), none);
  for (Id i = 0; i < static_cast<Id>(size()); ++i) {
    cell_[i] = {static_cast<std::int32_t>(std::floor(position_[i].x / cell_size)),
                static_cast<std::int32_t>(std::floor(position_[i].y / cell_size))};
    Id& first = buckets_[bucket(cell_[i].x, cell_[i].y)];
    chain_[i] = first;
    first = i;
  }
}

// −∇ V0 exp(−b/σ) of eq. 4: what pedestrian `other` does to one at `here`, whose equipotential
// lines are ellipses that reach in the direction of its next step.
Vec2 Pedestrians::push_of(Id other, Vec2 here) const {
  const Vec2 r = here - position_[other];
  const Vec2 ahead = velocity_[other] * step_ahead;
  const Vec2 y = r - ahead;
  const float near = std::max(length(r), 0.01f), far = std::max(length(y), 0.01f);
  const float sum = near + far;
  const float b = std::sqrt(std::max(sum * sum - dot(ahead, ahead), 1e-4f)) / 2;
  const float strength = repulsion / repulsion_range * std::exp(-b / repulsion_range);
  return (r * (1 / near) + y * (1 / far)) * (strength * sum / (4 * b));
}

Vec2 Pedestrians::force(Id i) const {
  const Vec2 here = position_[i];
  Vec2 sum = (aim_[i] * speed_[i] - velocity_[i]) * (1 / relaxation);
  const Cell c = cell_[i];
  for (int x = c.x - 1; x <= c.x + 1; ++x) {
    for (int y = c.y - 1; y <= c.y + 1; ++y) {
      for (Id k = buckets_[bucket(x, y)]; k != none; k = chain_[k]) {
        if (k == i || cell_[k].x != x || cell_[k].y != y) continue;
        // Who waits at the kerb steps aside for those who come.
        if (state_[k] == PedestrianState::waiting || state_[k] == PedestrianState::hit) continue;
        const Vec2 apart = position_[k] - here;
        if (dot(apart, apart) > neighbourhood * neighbourhood) continue;
        const Vec2 push = push_of(k, here);
        const bool seen = dot(aim_[i], push) <= -seen_from * length(push);
        sum = sum + push * (seen ? 1.0f : unseen_share);
      }
    }
  }
  return sum;
}

void Pedestrians::step(const Traffic& traffic, const Box* car, Vec2 car_velocity, float dt) {
  sort_into_cells();
  for (Id i = 0; i < static_cast<Id>(size()); ++i) {
    Vec2& f = forces_[static_cast<std::size_t>(i)];
    if (state_[i] == PedestrianState::waiting) {
      velocity_[i] = f = {};
      wait(i, traffic, dt);
      continue;
    }
    if (state_[i] == PedestrianState::hit) continue;
    if (state_[i] == PedestrianState::walking) consider_jaywalking(i, traffic);
    const Way way = way_of(i);
    const Vec2 to = way.target - position_[i];
    const float metres = length(to);
    if (metres > 1e-3f) aim_[i] = to * (1 / metres);
    f = force(i) + border(way);
    if (car != nullptr) {
      const Vec2 away = position_[i] - car->centre;
      if (dot(away, away) > 100 || dot(car_velocity, car_velocity) < 0.25f) continue;
      const float gap = distance_to(*car, position_[i]);
      f = f + away * (car_push * std::exp(-gap / car_range) / std::max(length(away), 0.1f));
    }
  }
  for (Id i = 0; i < static_cast<Id>(size()); ++i) {
    if (state_[i] == PedestrianState::waiting || state_[i] == PedestrianState::hit) continue;
    Vec2 v = velocity_[i] + forces_[static_cast<std::size_t>(i)] * dt;
    const float speed = length(v), most = fastest_share * speed_[i];
    if (speed > most) v = v * (most / speed);
    if (!lanes_of(i).empty()) {
      // Who has stood for a while goes past vehicles that stand: their drivers wait as well.
      if (may_go(traffic, i, v)) {
        if (waited_[i] <= longest_courtesy || length(v) > 0.5f) waited_[i] = 0;
      } else {
        waited_[i] += dt;
        v = {};
      }
    }
    velocity_[i] = v;
    position_[i] = position_[i] + v * dt;
    const Vec2 to = way_of(i).target - position_[i];
    if (dot(to, to) < arrived * arrived || (dot(to, aim_[i]) < 0 && dot(to, to) < 9)) arrive(i);
  }
  ++ticks_;
}

void Pedestrians::knock_down(Id i) {
  state_[i] = PedestrianState::hit;
  velocity_[i] = {};
}

namespace {

void write_points(Writer& out, const Column<Vec2>& points) {
  for (const Vec2 p : points.all()) {
    out.write(p.x);
    out.write(p.y);
  }
}
void read_points(Reader& in, Column<Vec2>& points) {
  for (Vec2& p : points.all()) {
    in.read(p.x);
    in.read(p.y);
    if (!(std::abs(p.x) < 1e7f) || !(std::abs(p.y) < 1e7f)) in.fail("a pedestrian is nowhere");
  }
}

}  // namespace

void Pedestrians::save(Writer& out) const {
  out.tag("pedestrians");
  out.write(ticks_);
  random_.save(out);
  out.write(edge_.all());
  for (const auto* c : {&position_, &velocity_, &aim_, &goal_}) write_points(out, *c);
  for (const StreetLanes& lanes : street_.all())
    for (const Id lane : lanes) out.write(lane);
  for (const auto* c : {&speed_, &side_, &waited_}) out.write(c->all());
  out.write(forward_.all());
  out.write(vertex_.all());
  out.write(state_.all());
}

void Pedestrians::load(Reader& in) {
  in.expect_tag("pedestrians");
  in.read(ticks_);
  random_.load(in);
  const std::size_t n = edge_.size();
  const auto check = [&](std::size_t size) {
    if (size != n) in.fail("it was saved with another number of pedestrians");
  };
  in.read(edge_.all());
  check(edge_.size());
  for (auto* c : {&position_, &velocity_, &aim_, &goal_}) read_points(in, *c);
  for (StreetLanes& lanes : street_.all())
    for (Id& lane : lanes) {
      in.read(lane);
      if (lane < none || lane >= static_cast<Id>(network_->size()))
        in.fail("a pedestrian crosses no lane");
    }
  for (auto* c : {&speed_, &side_, &waited_}) {
    in.read(c->all());
    check(c->size());
    for (const float x : c->all())
      if (!(std::abs(x) < 1e6f)) in.fail("a pedestrian's number is out of range");
  }
  in.read(forward_.all());
  check(forward_.size());
  in.read(vertex_.all());
  check(vertex_.size());
  in.read(state_.all());
  check(state_.size());
  const CityMap& map = network_->map();
  for (Id i = 0; i < static_cast<Id>(n); ++i) {
    if (edge_[i] < 0 || edge_[i] >= static_cast<Id>(map.foot_edges.size()) || forward_[i] > 1 ||
        static_cast<int>(state_[i]) > static_cast<int>(PedestrianState::jaywalking))
      in.fail("a pedestrian is on no way");
    const auto last = static_cast<std::int32_t>(at(map.foot_edges, edge_[i]).points.count) - 1;
    if (vertex_[i] < 0 || vertex_[i] > last ||
        (forward_[i] != 0 ? vertex_[i] == 0 : vertex_[i] == last))
      in.fail("a pedestrian is on no way");
    const bool crosses = at(map.foot_edges, edge_[i]).crossing != none;
    if ((state_[i] == PedestrianState::waiting || state_[i] == PedestrianState::crossing) &&
        !crosses)
      in.fail("a pedestrian crosses where nobody can");
  }
}

}  // namespace sandlot::city
