#include "envs/city/map_drawing.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "envs/city/map_paint.h"
#include "envs/city/polyline.h"
#include "sim/core/random.h"

namespace sandlot::city {
namespace {

constexpr Color kLand = Color::hex(0xebe5d6);
constexpr Color kPavement = Color::hex(0xd9d0c0), kPavementEdge = Color::hex(0xc6bba8);
constexpr Color kPath = Color::hex(0xe3d3b3), kPathEdge = Color::hex(0xcdbb98);
constexpr Color kKerb = Color::hex(0xa39b8f);
constexpr Color kAsphalt = Color::hex(0x74777f), kBridge = Color::hex(0x7e8189);
constexpr Color kPaint = Color::hex(0xf4f0e4);
constexpr Color kFaintPaint = Color::hex(0xf4f0e4, 110);
struct AreaColors {
  Color fill, edge;
};
constexpr std::array kAreas = {
    AreaColors{Color::hex(0xd3dfb4), Color::hex(0xd3dfb4)},  // grass
    AreaColors{Color::hex(0xc1d69f), Color::hex(0xaec68a)},  // park
    AreaColors{Color::hex(0xabc98d), Color::hex(0x9bbb7d)},  // forest
    AreaColors{Color::hex(0x9dcbdc), Color::hex(0x7fb3c8)},  // water
    AreaColors{Color::hex(0xe8dcc4), Color::hex(0xd6c8ab)},  // plaza
    AreaColors{Color::hex(0xd8d2c7), Color::hex(0xc5beb1)},  // parking
    AreaColors{Color::hex(0xa9cc94), Color::hex(0xf0f2e2)},  // pitch
    AreaColors{Color::hex(0xd6cdc2), Color::hex(0xc4baad)},  // rail
};
static_assert(kAreas.size() == area_kind_count);

}  // namespace

Color MapPainter::land() { return kLand; }

MapPainter::MapPainter(std::shared_ptr<const CityMap> map) : map_(std::move(map)) {
  const CityMap& m = *map_;
  for (const Lane& lane : m.lanes) {
    std::vector<Vec2> points;
    for (const LanePoint& p : m.points(lane)) points.push_back(p.position);
    lane_boxes_.push_back(box_of(points, lane.width));
  }
  for (const Area& area : m.areas) area_boxes_.push_back(box_of(m.outline(area.outline), 1));
  for (const FootEdge& edge : m.foot_edges)
    edge_boxes_.push_back(box_of(m.outline(edge.points), edge.width));
  const auto add = [&](Range outline, std::int8_t layer) {
    if (outline.count < 3) return;
    kerbs_.push_back({outline, box_of(m.outline(outline), 1), layer});
    layers_.push_back(layer);
  };
  for (const Carriageway& street : m.carriageways) add(street.outline, street.layer);
  for (const Intersection& x : m.intersections)
    add(x.outline, m.lanes[static_cast<std::size_t>(x.first_internal)].layer);
  std::sort(layers_.begin(), layers_.end());
  layers_.erase(std::unique(layers_.begin(), layers_.end()), layers_.end());
  for (std::size_t i = 0; i < m.buildings.size(); ++i) add_roof(i);
}

MapPainter::View MapPainter::view_of(const Scene& scene, const Camera& camera) const {
  const float pixels = static_cast<float>(scene.view_width()) / camera.width;
  const float height = static_cast<float>(scene.height()) / pixels;
  const Vec2 half{camera.width / 2, height / 2}, middle{camera.center.x, camera.center.y};
  return {{middle - half, middle + half}, pixels};
}

void MapPainter::draw_ground(Scene& scene, const Camera& camera) const {
  const View view = view_of(scene, camera);
  draw_areas(scene, view);
  if (view.pixels > 0.2f) draw_pavements(scene, view);
  for (const int layer : layers_) {
    draw_asphalt(scene, view, layer);
    if (view.pixels > 1) draw_markings(scene, view, layer);
    if (layer == 0 && view.pixels > 1.5f) draw_crossings(scene, view);
  }
}

void MapPainter::draw_areas(Scene& scene, const View& view) const {
  const CityMap& m = *map_;
  // Large ones first, so that a pond lies in its park.
  for (const bool water : {false, true})
    for (std::size_t i = 0; i < m.areas.size(); ++i) {
      const Area& area = m.areas[i];
      if ((area.kind == AreaKind::water) != water || !seen(area_boxes_[i], view.box)) continue;
      const AreaColors& colors = kAreas[static_cast<std::size_t>(area.kind)];
      const auto outline = points_of(m.outline(area.outline));
      scene.polygon(outline, colors.fill,
                    {colors.edge, area.kind == AreaKind::pitch ? 0.3f : 0.8f});
    }
}

void MapPainter::draw_pavements(Scene& scene, const View& view) const {
  const CityMap& m = *map_;
  for (const bool edge : {true, false})
    for (const FootKind kind : {FootKind::path, FootKind::sidewalk})
      for (std::size_t i = 0; i < m.foot_edges.size(); ++i) {
        const FootEdge& e = m.foot_edges[i];
        if (e.kind != kind || !seen(edge_boxes_[i], view.box)) continue;
        if (kind == FootKind::path && view.pixels < 0.6f) continue;
        line_.clear();
        for (const Vec2 p : m.outline(e.points)) line_.push_back(to_point(p));
        const bool path = kind == FootKind::path;
        const float width = path ? e.width : e.width + 0.9f;
        scene.line(line_, edge ? (path ? kPathEdge : kPavementEdge) : (path ? kPath : kPavement),
                   width + (edge ? 0.5f : 0));
      }
}

void MapPainter::draw_asphalt(Scene& scene, const View& view, int layer) const {
  const CityMap& m = *map_;
  const Color asphalt = layer > 0 ? kBridge : kAsphalt;
  std::vector<Point> outline;
  for (const bool kerb : {true, false}) {
    for (const Kerb& k : kerbs_) {
      if (k.layer != layer || !seen(k.box, view.box)) continue;
      outline = points_of(m.outline(k.outline));
      // The fill's own edge closes the seams between neighbouring pieces.
      scene.polygon(outline, kerb ? kKerb : asphalt,
                    {kerb ? kKerb : asphalt, kerb ? (layer > 0 ? 1.4f : 0.7f) : 0.12f});
    }
    if (kerb) continue;
    for (std::size_t i = 0; i < m.lanes.size(); ++i) {  // paths that leave the outline, as U-turns
      const Lane& lane = m.lanes[i];
      if (!lane.internal() || lane.layer != layer || lane.turn != Turn::u_turn ||
          !seen(lane_boxes_[i], view.box))
        continue;
      offset_line(lane, 0, lane.length, 0);
      scene.line(line_, asphalt, lane.width);
    }
  }
}

void MapPainter::offset_line(const Lane& lane, float from, float to, float offset) const {
  line_.clear();
  const auto add = [&](float s) {
    line_.push_back(to_point(map_->pose(lane, s, offset).position));
  };
  add(from);
  for (const LanePoint& p : map_->points(lane))
    if (p.s > from + 0.05f && p.s < to - 0.05f) add(p.s);
  add(to);
}

void MapPainter::draw_markings(Scene& scene, const View& view, int layer) const {
  const CityMap& m = *map_;
  for (std::size_t i = 0; i < m.lanes.size(); ++i) {
    const Lane& lane = m.lanes[i];
    if (lane.internal() || lane.layer != layer || !seen(lane_boxes_[i], view.box)) continue;
    draw_lane_lines(scene, view, lane);
    if (view.pixels > 2) draw_lane_end(scene, view, lane);
  }
  if (view.pixels < 2.5f) return;
  for (const ParkingPlace& place : m.parking) {  // marked at both ends
    const Vec2 p = place.pose.position;
    if (!seen({p, p}, view.box) || m.lanes[static_cast<std::size_t>(place.lane)].layer != layer)
      continue;
    const Vec2 ahead = direction(place.pose.heading) * 3.1f;
    const Vec2 side = left_of(direction(place.pose.heading)) * (place.width / 2);
    for (const Vec2 end : {p - ahead, p + ahead})
      scene.line(to_point(end - side), to_point(end + side), kFaintPaint, 0.12f);
  }
}

void MapPainter::draw_lane_lines(Scene& scene, const View& view, const Lane& lane) const {
  const Road& road = map_->roads[static_cast<std::size_t>(lane.road)];
  if (road.kind >= RoadClass::living_street) return;
  const float inner = map_->left_hand_traffic ? -lane.width / 2 : lane.width / 2;
  const bool last = lane.index + 1 == road.lane_count;
  const float thickness = std::max(0.14f, 0.5f / view.pixels);
  const bool major = road.kind <= RoadClass::secondary || road.lane_count > 1;
  if (last && road.opposite == none) return;
  // The middle of a street belongs to the direction with the lower number.
  if (last && road.opposite < lane.road) return;
  if (last && (major || lane.length < 12)) {
    if (road.kind == RoadClass::residential && !major) return;
    offset_line(lane, 0, lane.length, inner);
    scene.line(line_, kPaint, thickness);
    return;
  }
  const float dash = last ? 3.0f : 3.0f, gap = last ? 4.5f : 4.5f;
  if (view.pixels < 1.6f) return;
  // Before the stop line lanes are not to be left.
  const float solid = last ? 0 : std::min(12.0f, lane.length * 0.3f);
  for (float s = 1.5f; s + dash < lane.length - solid; s += dash + gap) {
    offset_line(lane, s, s + dash, inner);
    scene.line(line_, last ? kFaintPaint : kPaint, thickness);
  }
  if (solid > 0) {
    offset_line(lane, lane.length - solid, lane.length, inner);
    scene.line(line_, kPaint, thickness);
  }
}

void MapPainter::draw_lane_end(Scene& scene, const View& view, const Lane& lane) const {
  const CityMap& m = *map_;
  const Road& road = m.roads[static_cast<std::size_t>(lane.road)];
  unsigned turns = 0;
  Control control = Control::priority;
  for (const Id next : m.successors(lane)) {
    const Lane& path = m.lanes[static_cast<std::size_t>(next)];
    turns |= 1u << static_cast<unsigned>(path.turn);
    control = path.control;
  }
  const Pose end = m.pose(lane, lane.length - 0.3f);
  const Vec2 side = left_of(direction(end.heading)) * (lane.width / 2);
  if (control == Control::signal || control == Control::stop) {
    scene.line(to_point(end.position - side), to_point(end.position + side), kPaint, 0.4f);
  } else if (control == Control::yield || control == Control::roundabout) {
    const Vec2 ahead = direction(end.heading);
    for (int k = -1; k <= 1; ++k) {  // shark's teeth
      const Vec2 middle = end.position + side * (static_cast<float>(k) * 0.6f);
      const std::array<Point, 3> tooth = {to_point(middle - side * 0.2f),
                                          to_point(middle + side * 0.2f),
                                          to_point(middle - ahead * 0.6f)};
      scene.polygon(tooth, kPaint);
    }
  }
  const bool choice = road.lane_count > 1 && m.successors(lane).size() > 0;
  const bool major = road.kind <= RoadClass::tertiary;
  if (view.pixels > 2.5f && choice && major && lane.length > 18)
    draw_arrow(scene, lane, lane.length - 9, turns, kPaint);
  if (view.pixels > 2.5f && road.opposite == none && lane.length > 40)
    draw_arrow(scene, lane, lane.length / 2, 1, kFaintPaint);
}

// An arrow on the asphalt: a shaft, and a head for each turn (bit t for Turn t).
void MapPainter::draw_arrow(Scene& scene, const Lane& lane, float s, unsigned turns,
                            Color color) const {
  const Pose pose = map_->pose(lane, s);
  const auto place = [&](float ahead, float left) {
    const Vec2 d = direction(pose.heading);
    return to_point(pose.position + d * ahead + left_of(d) * left);
  };
  const bool straight = (turns & 1u) != 0;
  const std::array shaft = {place(-1.8f, 0), place(straight ? 1.2f : 0.3f, 0)};
  scene.line(shaft, color, 0.22f);
  if (straight) {
    const std::array head = {place(1.0f, 0.5f), place(1.0f, -0.5f), place(2.4f, 0)};
    scene.polygon(head, color);
  }
  for (const int side : {1, -1}) {
    const Turn turn = side > 0 ? Turn::left : Turn::right;
    const bool back = side > 0 && (turns & (1u << static_cast<unsigned>(Turn::u_turn))) != 0;
    if ((turns & (1u << static_cast<unsigned>(turn))) == 0 && !(back && turns == 8u)) continue;
    const float k = static_cast<float>(side);
    const std::array arm = {place(-0.5f, 0), place(0.3f, 0.3f * k), place(0.35f, 0.6f * k)};
    scene.line(arm, color, 0.22f);
    const std::array head = {place(0.9f, 0.55f * k), place(-0.2f, 0.55f * k),
                             place(0.35f, 1.25f * k)};
    scene.polygon(head, color);
  }
}

void MapPainter::draw_crossings(Scene& scene, const View& view) const {
  for (const Crossing& c : map_->crossings) {
    const std::array ends = {c.from, c.to};
    if (!c.marked || !seen(box_of(ends, c.width), view.box)) continue;
    const float whole = distance(c.from, c.to);
    const Vec2 along = (c.to - c.from) * (1 / whole),
               across = left_of(along) * (c.width / 2 - 0.3f);
    if (c.program != none) {  // two broken lines
      for (float s = 0.4f; s + 0.5f < whole; s += 1)
        for (const float side : {-1.0f, 1.0f}) {
          const Vec2 p = c.from + along * s + across * side;
          scene.line(to_point(p), to_point(p + along * 0.45f), kPaint, 0.22f);
        }
      continue;
    }
    const int stripes = std::max(2, static_cast<int>(whole / 1.1f));
    const float step = whole / static_cast<float>(stripes);
    for (int k = 0; k < stripes; ++k) {
      const Vec2 p = c.from + along * ((static_cast<float>(k) + 0.5f) * step);
      const Vec2 half = along * (step * 0.27f);
      const std::array stripe = {to_point(p - half - across), to_point(p + half - across),
                                 to_point(p + half + across), to_point(p - half + across)};
      scene.polygon(stripe, kPaint);
    }
  }
}

void MapPainter::draw_signals(Scene& scene, const Camera& camera, double time) const {
  constexpr Color kRed = Color::hex(0xe5484d), kYellow = Color::hex(0xf5b83d),
                  kGreen = Color::hex(0x46a758), kCase = Color::hex(0x2b2d33);
  const View view = view_of(scene, camera);
  if (view.pixels < 0.8f) return;
  const CityMap& m = *map_;
  for (const Intersection& x : m.intersections) {
    if (x.program == none) continue;
    const SignalProgram& program = m.programs[static_cast<std::size_t>(x.program)];
    for (const Id id : m.ids(x.lanes_in)) {
      if (!seen(lane_boxes_[static_cast<std::size_t>(id)], view.box)) continue;
      const Lane& lane = m.lanes[static_cast<std::size_t>(id)];
      const Lane& path = m.lanes[static_cast<std::size_t>(m.successors(lane).front())];
      if (path.signal_group == none) continue;
      const Light light = m.light(program, time, path.signal_group);
      const Pose end = m.pose(lane, lane.length + 0);
      const Point p = to_point(end.position + direction(end.heading) * 0.6f);
      scene.circle(p, 0.75f, kCase);
      scene.circle(p, 0.52f,
                   light == Light::green    ? kGreen
                   : light == Light::yellow ? kYellow
                                            : kRed);
    }
  }
  if (view.pixels < 2) return;
  for (const Crossing& c : m.crossings) {
    if (c.program == none || !seen(box_of(std::array{c.from, c.to}, 1), view.box)) continue;
    const Light light =
        m.light(m.programs[static_cast<std::size_t>(c.program)], time, c.signal_group);
    for (const Id node : {c.node_from, c.node_to}) {
      const Vec2 place = m.foot_nodes[static_cast<std::size_t>(node)].position;
      scene.circle(to_point(place), 0.45f, kCase);
      scene.circle(to_point(place), 0.28f, light == Light::green ? kGreen : kRed);
    }
  }
}

void MapPainter::draw_network(Scene& scene, const Camera& camera) const {
  constexpr Color kLane = Color::hex(0x6fd3ff, 170), kFoot = Color::hex(0x9c5fd0, 150);
  constexpr Color kFirst = Color::hex(0x7be08a, 200), kWaits = Color::hex(0xffb34d, 200);
  const View view = view_of(scene, camera);
  const CityMap& m = *map_;
  const float thickness = std::max(0.15f, 1 / view.pixels);
  for (std::size_t i = 0; i < m.foot_edges.size(); ++i) {
    if (!seen(edge_boxes_[i], view.box)) continue;
    line_ = points_of(m.outline(m.foot_edges[i].points));
    scene.line(line_, kFoot, thickness);
  }
  for (std::size_t i = 0; i < m.lanes.size(); ++i) {
    const Lane& lane = m.lanes[i];
    if (!seen(lane_boxes_[i], view.box)) continue;
    const auto conflicts = m.conflicts_of(lane);
    const bool waits = std::any_of(conflicts.begin(), conflicts.end(),
                                   [](const Conflict& c) { return c.must_yield; });
    const Color color = !lane.internal() ? kLane : waits ? kWaits : kFirst;
    offset_line(lane, 0, lane.length, 0);
    scene.line(line_, color, thickness);
    const Pose tip = m.pose(lane, lane.length - std::min(1.0f, lane.length / 2));
    const Vec2 ahead = direction(tip.heading) * 0.9f, side = left_of(ahead) * 0.5f;
    const std::array head = {to_point(tip.position + ahead), to_point(tip.position + side),
                             to_point(tip.position - side)};
    scene.polygon(head, color);
  }
}

}  // namespace sandlot::city
