#include "envs/city/map_generator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "envs/city/network_builder.h"
#include "envs/city/town_houses.h"

namespace sandlot::city {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kTownSpeed = 50 / 3.6f, kZoneSpeed = 30 / 3.6f, kRingSpeed = 7;
constexpr float kRing = 15;           // m, radius of a roundabout
constexpr float kInnerRing = 24;      // m, of the one in the middle of a radial town
constexpr float kCrossingPlace = 13;  // m from a junction to a zebra crossing

// A lattice of junctions: rows × columns, closed in the columns' direction for radial towns. Each
// street joins two neighbours, each block lies between four.
class Town {
 public:
  Town(const TownSettings& settings, Seed seed)
      : s_(settings), seed_(seed), random_(derive(seed, "streets")) {}

  Plan run() {
    plan_.name = "town " + std::to_string(seed_);
    plan_.left_hand_traffic = s_.left_hand_traffic;
    place_junctions();
    join_junctions();
    choose_mains();
    remove_streets();
    choose_blocks();
    draw_streets();
    make_ways();
    add_blocks();
    HouseBuilder(plan_, s_.density, derive(seed_, "houses")).run(lines_, parks_, center());
    return std::move(plan_);
  }

 private:
  bool radial() const { return s_.kind == TownKind::radial; }
  std::size_t index(int row, int column) const {
    return static_cast<std::size_t>(row * columns_ + (radial() ? column % columns_ : column));
  }
  Vec2 center() const { return {0, 0}; }
  float jitter(float reach) {
    return static_cast<float>(
        random_.uniform(-static_cast<double>(reach), static_cast<double>(reach)));
  }

  void place_junctions() {
    const auto size = static_cast<float>(s_.size);
    if (radial()) {
      rows_ = std::max(3, static_cast<int>(std::lround(size / 2 / 88)) + 1);
      columns_ = 5 + static_cast<int>(random_.below(3));
      const float turn = jitter(kPi);
      std::vector<float> angles;
      for (int c = 0; c < columns_; ++c)
        angles.push_back(turn + (static_cast<float>(c) + jitter(0.16f)) * 2 * kPi /
                                    static_cast<float>(columns_));
      float radius = kInnerRing;
      for (int r = 0; r < rows_; ++r) {
        for (int c = 0; c < columns_; ++c)
          places_.push_back(direction(angles[static_cast<std::size_t>(c)]) * radius);
        radius += (size / 2 - kInnerRing) / static_cast<float>(rows_ - 1) * (r == 0 ? 0.9f : 1);
      }
      return;
    }
    const float block = s_.kind == TownKind::grid ? 88 : 96;
    columns_ = std::max(3, static_cast<int>(size / block) + 1);
    rows_ = std::max(3, static_cast<int>(size * 0.8f / block) + 1);
    const auto steps = [&](int count) {
      std::vector<float> at{0};
      for (int k = 1; k < count; ++k)
        at.push_back(at.back() + block * (1 + jitter(s_.kind == TownKind::grid ? 0.22f : 0.1f)));
      for (float& x : at) x -= at.back() / 2;
      const float middle = (at.front() + at.back()) / 2;
      for (float& x : at) x -= middle;
      return at;
    };
    const auto xs = steps(columns_), ys = steps(rows_);
    const bool organic = s_.kind == TownKind::organic;
    const float phase = jitter(kPi), other = jitter(kPi);
    for (int r = 0; r < rows_; ++r)
      for (int c = 0; c < columns_; ++c) {
        Vec2 p{xs[static_cast<std::size_t>(c)], ys[static_cast<std::size_t>(r)]};
        if (organic) {
          const Vec2 q = p;
          p.x += 26 * std::sin(q.y / 130 + phase) + jitter(block * 0.17f);
          p.y += 26 * std::sin(q.x / 150 + other) + jitter(block * 0.17f);
        }
        places_.push_back(p);
      }
  }

  struct Link {
    int row, column;  // of where it starts
    std::size_t from, to;
    bool along;  // to the next column, else to the next row
    bool main = false, alive = true, roundabout = false;
    int oneway = 0;
    std::vector<Vec2> line;
  };

  void join_junctions() {
    for (int r = 0; r < rows_; ++r)
      for (int c = 0; c < columns_; ++c) {
        if (c + 1 < columns_ || radial())
          links_.push_back({r, c, index(r, c), index(r, c + 1), true, false, true, false, 0, {}});
        if (r + 1 < rows_)
          links_.push_back({r, c, index(r, c), index(r + 1, c), false, false, true, false, 0, {}});
      }
  }

  // Avenues: every few rows and columns; spokes and one ring.
  void choose_mains() {
    main_rows_.assign(static_cast<std::size_t>(rows_), 0);
    main_columns_.assign(static_cast<std::size_t>(columns_), 0);
    if (radial()) {
      main_rows_[static_cast<std::size_t>(rows_ / 2)] = rows_ > 2;
      for (int c = static_cast<int>(random_.below(2)); c < columns_; c += 2)
        main_columns_[static_cast<std::size_t>(c)] = 1;
    } else {
      for (int r = 1; r < rows_; r += 3 + static_cast<int>(random_.below(2)))
        main_rows_[static_cast<std::size_t>(r)] = 1;
      for (int c = 1; c < columns_; c += 3 + static_cast<int>(random_.below(2)))
        main_columns_[static_cast<std::size_t>(c)] = 1;
    }
    for (Link& link : links_) {
      link.main = link.along ? main_rows_[static_cast<std::size_t>(link.row)] != 0
                             : main_columns_[static_cast<std::size_t>(link.column)] != 0;
      link.roundabout = radial() && link.along && link.row == 0;
    }
    if (s_.kind != TownKind::grid) return;
    // A few streets of a grid are one-way, neighbours the other way round.
    const int first = static_cast<int>(random_.below(2));
    for (Link& link : links_)
      if (link.along && !link.main && link.row > 0 && link.row + 1 < rows_ &&
          link.row % 2 == first && columns_ > 4)
        link.oneway = link.row % 4 < 2 ? 1 : -1;
  }

  bool connected() const {
    std::vector<std::uint8_t> seen(places_.size(), 0);
    std::vector<std::size_t> open{0};
    seen[0] = 1;
    std::size_t count = 0;
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      ++count;
      for (const Link& link : links_) {
        if (!link.alive || (link.from != at && link.to != at)) continue;
        const std::size_t next = link.from == at ? link.to : link.from;
        if (!seen[next]) open.push_back(next);
        seen[next] = 1;
      }
    }
    return count == places_.size();
  }

  void remove_streets() {
    const double share = s_.kind == TownKind::organic ? 0.22
                         : s_.kind == TownKind::grid  ? 0.08
                                                      : 0.12;
    std::vector<int> degree(places_.size(), 0);
    for (const Link& link : links_) {
      ++degree[link.from];
      ++degree[link.to];
    }
    for (Link& link : links_) {
      if (link.main || link.roundabout || link.oneway != 0 || !random_.bernoulli(share)) continue;
      // Now and then a dead end stays, but no two streets that only bend into each other.
      const int least = random_.bernoulli(0.15) ? 2 : 3;
      if (degree[link.from] < least || degree[link.to] < least) continue;
      link.alive = false;
      if (!connected()) {
        link.alive = true;
        continue;
      }
      --degree[link.from];
      --degree[link.to];
    }
    degree_ = degree;
  }

  // The roundabout of towns that have none in their middle: where two avenues cross.
  void choose_blocks() {
    ring_at_ = places_.size();
    if (radial()) return;
    std::vector<std::size_t> crossings;
    for (int r = 1; r + 1 < rows_; ++r)
      for (int c = 1; c + 1 < columns_; ++c)
        if (degree_[index(r, c)] >= 3 &&
            main_rows_[static_cast<std::size_t>(r)] != main_columns_[static_cast<std::size_t>(c)])
          crossings.push_back(index(r, c));
    if (!crossings.empty())
      ring_at_ = crossings[random_.below(static_cast<std::uint32_t>(crossings.size()))];
  }

  void draw_streets() {
    for (Link& link : links_) {
      const Vec2 a = places_[link.from], b = places_[link.to];
      if (radial() && link.along) {
        const float radius = length(a), start = heading_of(a);
        float sweep = wrap_angle(heading_of(b) - start);
        if (sweep <= 0) sweep += 2 * kPi;
        const int steps = std::max(3, static_cast<int>(sweep * radius / 12));
        for (int k = 0; k <= steps; ++k)
          link.line.push_back(
              direction(start + sweep * static_cast<float>(k) / static_cast<float>(steps)) *
              radius);
        link.line.front() = a;
        link.line.back() = b;
      } else if (s_.kind == TownKind::organic) {
        const Vec2 side = left_of(b - a);
        const float bulge = jitter(0.11f);
        for (int k = 0; k <= 6; ++k) {
          const float t = static_cast<float>(k) / 6;
          link.line.push_back(a + (b - a) * t + side * (bulge * std::sin(kPi * t)));
        }
      } else {
        link.line = {a, b};
      }
    }
  }

  std::uint32_t add_node(Vec2 p) {
    PlanNode node;
    node.position = p;
    plan_.nodes.push_back(node);
    return static_cast<std::uint32_t>(plan_.nodes.size()) - 1;
  }

  void make_ways() {
    junctions_.resize(places_.size());
    for (std::size_t k = 0; k < places_.size(); ++k) {
      junctions_[k] = add_node(places_[k]);
      plan_.nodes[junctions_[k]].signals = wants_signals(k);
    }
    std::vector<std::pair<float, std::uint32_t>> ring;
    for (Link& link : links_) {
      if (!link.alive) continue;
      PlanWay way;
      way.id = static_cast<std::int64_t>(plan_.ways.size()) + 1;
      style(link, way);
      std::vector<Vec2> line = link.line;
      std::uint32_t first = junctions_[link.from], last = junctions_[link.to];
      const auto enter_ring = [&](bool start) {
        if (start) std::reverse(line.begin(), line.end());
        const float whole = length_of(line);
        line = part_of(line, 0, whole - kRing);
        const std::uint32_t node = add_node(line.back());
        ring.push_back({heading_of(line.back() - places_[ring_at_]), node});
        if (start) std::reverse(line.begin(), line.end());
        return node;
      };
      if (link.from == ring_at_) first = enter_ring(true);
      if (link.to == ring_at_) last = enter_ring(false);
      way.nodes.push_back(first);
      add_crossings(link, line, way);
      way.nodes.push_back(last);
      if (link.oneway < 0 || (link.roundabout && s_.left_hand_traffic))
        std::reverse(way.nodes.begin(), way.nodes.end());
      lines_.push_back({line, half_width(way)});
      plan_.ways.push_back(way);
    }
    if (!ring.empty()) close_ring(ring);
  }

  bool wants_signals(std::size_t place) const {
    int mains = 0;
    for (const Link& link : links_)
      if (link.alive && link.main && (link.from == place || link.to == place)) ++mains;
    const bool ring = place == ring_at_ || (radial() && place < static_cast<std::size_t>(columns_));
    return mains >= 3 && degree_[place] >= 3 && !ring;
  }

  void style(const Link& link, PlanWay& way) const {
    const bool wide = link.main && s_.size >= 500;
    way.kind = link.roundabout || link.main ? RoadClass::secondary : RoadClass::residential;
    way.forward = wide ? 2 : 1;
    way.backward = wide ? 2 : 1;
    way.forward_speed = way.backward_speed = link.main ? kTownSpeed : kZoneSpeed;
    way.lane_width = link.main ? 3.25f : 3.0f;
    way.parking_left = way.parking_right = !link.main && !link.roundabout;
    if (link.oneway != 0) {
      way.backward = 0;
      way.lane_width = 3.5f;
    }
    if (!link.roundabout) return;
    ring_style(way);
  }

  void ring_style(PlanWay& way) const {
    way.kind = RoadClass::secondary;
    way.roundabout = true;
    way.forward = 1;
    way.backward = 0;
    way.lane_width = 4.2f;
    way.forward_speed = kRingSpeed;
    // The pavement runs around the outside.
    way.sidewalk_left = s_.left_hand_traffic;
    way.sidewalk_right = !s_.left_hand_traffic;
    way.parking_left = way.parking_right = false;
  }

  static float half_width(const PlanWay& way) {
    return static_cast<float>(way.forward + way.backward) * way.lane_width / 2 +
           (way.parking_left ? 2.2f : 0.0f);
  }

  // The street's bends, and zebra crossings near some of its ends.
  void add_crossings(const Link& link, const std::vector<Vec2>& line, PlanWay& way) {
    const float whole = length_of(line);
    std::vector<std::pair<float, bool>> stations;  // arc length, zebra
    float s = 0;
    for (std::size_t k = 1; k + 1 < line.size(); ++k) {
      s += distance(line[k - 1], line[k]);
      stations.push_back({s, false});
    }
    if (!link.roundabout && whole > 4 * kCrossingPlace) {
      for (const float at : {kCrossingPlace, whole - kCrossingPlace})
        if (random_.bernoulli(link.main ? 0.5 : 0.25)) stations.push_back({at, true});
      if (link.main && whole > 70 && random_.bernoulli(0.2)) stations.push_back({whole / 2, true});
    }
    std::sort(stations.begin(), stations.end());
    for (const auto& [along, zebra] : stations) {
      const std::uint32_t node = add_node(at(line, along).position);
      plan_.nodes[node].crossing = zebra;
      way.nodes.push_back(node);
    }
  }

  void close_ring(std::vector<std::pair<float, std::uint32_t>>& ring) {
    std::sort(ring.begin(), ring.end());
    PlanWay way;
    way.id = static_cast<std::int64_t>(plan_.ways.size()) + 1;
    ring_style(way);
    const Vec2 middle = places_[ring_at_];
    for (std::size_t k = 0; k < ring.size(); ++k) {
      const float start = ring[k].first;
      float sweep = (k + 1 < ring.size() ? ring[k + 1].first : ring[0].first + 2 * kPi) - start;
      way.nodes.push_back(ring[k].second);
      const int steps = std::max(2, static_cast<int>(sweep / 0.3f));
      for (int j = 1; j < steps; ++j)
        way.nodes.push_back(add_node(
            middle +
            direction(start + sweep * static_cast<float>(j) / static_cast<float>(steps)) * kRing));
    }
    way.nodes.push_back(way.nodes.front());
    if (s_.left_hand_traffic) std::reverse(way.nodes.begin(), way.nodes.end());
    std::vector<Vec2> line;
    for (const std::uint32_t node : way.nodes) line.push_back(plan_.nodes[node].position);
    lines_.push_back({line, half_width(way)});
    plan_.ways.push_back(way);
  }

  const Link* link_between(std::size_t a, std::size_t b) const {
    for (const Link& link : links_)
      if ((link.from == a && link.to == b) || (link.from == b && link.to == a)) return &link;
    return nullptr;
  }

  // Parks and ponds fill blocks; the rest is grass where little is built.
  void add_blocks() {
    Random random(derive(seed_, "blocks"));
    if (radial())
      add_round_green(center(), kInnerRing - 2.8f);
    else if (ring_at_ < places_.size())
      add_round_green(places_[ring_at_], kRing - 2.8f);
    const int last = radial() ? columns_ : columns_ - 1;
    for (int r = 0; r + 1 < rows_; ++r)
      for (int c = 0; c < last; ++c) {
        const std::size_t corners[] = {index(r, c), index(r, c + 1), index(r + 1, c + 1),
                                       index(r + 1, c)};
        Polyline outline;
        for (int k = 0; k < 4; ++k) {
          const Link* link = link_between(corners[k], corners[(k + 1) % 4]);
          Polyline side = link->line;
          if (link->from != corners[k]) std::reverse(side.begin(), side.end());
          outline.insert(outline.end(), side.begin(), side.end() - 1);
        }
        Vec2 middle{};
        for (const std::size_t corner : corners) middle = middle + places_[corner] * 0.25f;
        if (radial()) {  // between the rings, not on the chord
          const Vec2 along = link_between(corners[0], corners[1])
                                 ->line[link_between(corners[0], corners[1])->line.size() / 2];
          middle = along * ((length(places_[corners[0]]) + length(places_[corners[2]])) / 2 /
                            length(along));
        }
        const bool park = random.bernoulli(0.1);
        if (park) {
          parks_.push_back(outline);
          plan_.areas.push_back({outline, AreaKind::park});
          if (random.bernoulli(0.6)) add_pond(middle, random);
          add_park_paths(corners, middle);
        } else {
          plan_.areas.push_back({outline, AreaKind::grass});
        }
      }
    if (!round_.outline.empty()) plan_.areas.push_back(round_);  // over the blocks around it
  }

  // In the middle of a roundabout.
  void add_round_green(Vec2 middle, float radius) {
    Polyline round;
    for (int k = 0; k < 24; ++k)
      round.push_back(middle + direction(static_cast<float>(k) * kPi / 12) * radius);
    round_ = {round, AreaKind::park};
    parks_.push_back(round);
    plan_.trees.push_back({middle, 3});
  }

  void add_pond(Vec2 middle, Random& random) {
    Polyline pond;
    const float radius = 7 + 7 * random.uniform_float();
    const float phase = 6 * random.uniform_float();
    const Vec2 at =
        middle + Vec2{9 * random.uniform_float() - 4.5f, 9 * random.uniform_float() - 4.5f};
    for (int k = 0; k < 28; ++k) {
      const float angle = static_cast<float>(k) * kPi / 14;
      const float r =
          radius * (1 + 0.22f * std::sin(2 * angle + phase) + 0.12f * std::sin(3 * angle));
      pond.push_back(at + direction(angle) * r);
    }
    plan_.areas.push_back({pond, AreaKind::water});
    ponds_.push_back({at, radius * 1.4f});
  }

  // From corner to corner, around the pond.
  void add_park_paths(const std::size_t (&corners)[4], Vec2 middle) {
    const float around =
        ponds_.empty() || distance(ponds_.back().first, middle) > 12 ? 0 : ponds_.back().second + 3;
    std::vector<std::uint32_t> hub;
    if (around > 0) {
      for (int k = 0; k <= 16; ++k)
        hub.push_back(k == 16 ? hub.front()
                              : add_node(ponds_.back().first +
                                         direction(static_cast<float>(k) * kPi / 8) * around));
      plan_.paths.push_back({hub, 2.2f});
    } else {
      hub.push_back(add_node(middle));
    }
    for (const std::size_t corner : corners) {
      const Vec2 from = places_[corner];
      const std::uint32_t start = add_node(from + (middle - from) * (14 / distance(from, middle)));
      std::uint32_t nearest = hub[0];
      for (const std::uint32_t node : hub)
        if (distance(plan_.nodes[node].position, from) <
            distance(plan_.nodes[nearest].position, from))
          nearest = node;
      plan_.paths.push_back({{start, nearest}, 2.2f});
    }
  }

  TownSettings s_;
  Seed seed_;
  Random random_;
  Plan plan_;
  int rows_ = 0, columns_ = 0;
  std::vector<Vec2> places_;
  std::vector<Link> links_;
  std::vector<int> degree_;
  std::vector<std::uint8_t> main_rows_, main_columns_;
  std::vector<std::uint32_t> junctions_;
  std::vector<TownLine> lines_;
  std::vector<Polyline> parks_;
  std::vector<std::pair<Vec2, float>> ponds_;
  std::size_t ring_at_ = 0;
  PlanArea round_;  // the green of a roundabout
};

}  // namespace

Plan generate_plan(const TownSettings& settings, Seed seed) { return Town(settings, seed).run(); }

std::shared_ptr<const CityMap> generate_town(const TownSettings& settings, Seed seed) {
  ImportReport report;
  return build_city(generate_plan(settings, seed), report);
}

}  // namespace sandlot::city
