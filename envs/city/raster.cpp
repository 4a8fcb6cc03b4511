#include "envs/city/raster.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "envs/city/observation.h"

namespace sandlot::city {
namespace {

enum Plane { street, way, vehicles, pedestrians, lights, speed };

class Raster {
 public:
  Raster(const World& world, std::span<float> out)
      : out_(out),
        size_(world.settings().raster.size),
        scale_(1 / static_cast<float>(world.settings().raster.cell)),
        origin_(world.car().position),
        ahead_(direction(world.car().heading)) {
    std::fill(out.begin(), out.end(), 0.0f);
  }

  // Metres from the car beyond which nothing is shown.
  float reach() const { return static_cast<float>(size_) / scale_ * 1.1f; }

  // A convex quadrilateral: all cells whose middle is inside it, and at least that of its own
  // middle.
  void fill(Plane plane, const std::array<Vec2, 4>& corners) {
    std::array<Vec2, 4> c;
    for (std::size_t k = 0; k < 4; ++k) c[k] = cell_of(corners[k]);
    float top = c[0].y, bottom = c[0].y;
    for (const Vec2 p : c) {
      top = std::min(top, p.y);
      bottom = std::max(bottom, p.y);
    }
    const int first = std::max(0, static_cast<int>(std::ceil(top - 0.5f)));
    const int last = std::min(size_ - 1, static_cast<int>(std::floor(bottom - 0.5f)));
    for (int row = first; row <= last; ++row) {
      const float y = static_cast<float>(row) + 0.5f;
      float left = 1e9f, right = -1e9f;
      for (std::size_t k = 0; k < 4; ++k) {
        const Vec2 a = c[k], b = c[(k + 1) % 4];
        if ((a.y < y) == (b.y < y)) continue;
        const float x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
        left = std::min(left, x);
        right = std::max(right, x);
      }
      const int from = std::max(0, static_cast<int>(std::ceil(left - 0.5f)));
      const int to = std::min(size_ - 1, static_cast<int>(std::floor(right - 0.5f)));
      for (int column = from; column <= to; ++column) set(plane, column, row);
    }
    dot_at(plane, (corners[0] + corners[2]) * 0.5f);
  }

  void dot_at(Plane plane, Vec2 point) {
    const Vec2 c = cell_of(point);
    if (c.x < 0 || c.y < 0) return;
    const int column = static_cast<int>(c.x), row = static_cast<int>(c.y);
    if (column < size_ && row < size_) set(plane, column, row);
  }

  void fill_all(Plane plane, float value) {
    const auto cells = static_cast<std::size_t>(size_ * size_);
    const auto begin = out_.begin() + static_cast<std::ptrdiff_t>(cells) * plane;
    std::fill(begin, begin + static_cast<std::ptrdiff_t>(cells), value);
  }

 private:
  // The car is in the middle of the row a quarter from the bottom; forward is up.
  Vec2 cell_of(Vec2 point) const {
    const Vec2 d = point - origin_;
    const auto n = static_cast<float>(size_);
    return {n / 2 - cross(ahead_, d) * scale_, n * 0.75f - dot(ahead_, d) * scale_};
  }
  void set(Plane plane, int column, int row) {
    out_[static_cast<std::size_t>((plane * size_ + row) * size_ + column)] = 1;
  }

  std::span<float> out_;
  int size_;
  float scale_;
  Vec2 origin_, ahead_;
};

void fill_strip(Raster& raster, Plane plane, const CityMap& map, const Lane& lane, float half) {
  const auto points = map.points(lane);
  for (std::size_t k = 0; k + 1 < points.size(); ++k) {
    const Vec2 a = points[k].position, b = points[k + 1].position;
    const Vec2 along = b - a;
    const float metres = length(along);
    if (metres < 1e-3f) continue;
    const Vec2 side = left_of(along) * (half / metres);
    raster.fill(plane, {a + side, b + side, b - side, a - side});
  }
}

}  // namespace

void observe_raster(const World& world, std::span<float> out) {
  Raster raster(world, out);
  const CityMap& map = world.map();
  const Vec2 here = world.car().position;
  for (Id id = 0; id < static_cast<Id>(map.lanes.size()); ++id) {
    const LaneFacts& f = world.network().lane(id);
    if (distance(f.centre, here) > f.radius + raster.reach()) continue;
    fill_strip(raster, street, map, at(map.lanes, id), at(map.lanes, id).width / 2);
  }
  const Route& route = world.route();
  float before = -route.s();
  for (std::size_t k = static_cast<std::size_t>(route.index()); k < route.lanes().size(); ++k) {
    const Id lane = route.lanes()[k];
    fill_strip(raster, way, map, at(map.lanes, lane), 1);
    // The light at the next line on the route.
    if (world.network().lane(lane).internal && before > -1 &&
        world.traffic().light(lane) != Light::green) {
      const LanePoint& line = map.points(at(map.lanes, lane)).front();
      const Vec2 side = left_of(direction(line.heading)) * (at(map.lanes, lane).width / 2);
      const Vec2 deep = direction(line.heading) * 3;
      raster.fill(lights, {line.position + side, line.position + side + deep,
                           line.position - side + deep, line.position - side});
    }
    before += world.network().lane(lane).length;
    if (before > raster.reach()) break;
  }
  const bool hidden = world.settings().occlusion;
  for (const auto& n : world.neighbours())
    if (!hidden || world.surroundings().sees(here, n.box.centre))
      raster.fill(vehicles, {n.box.corner(0), n.box.corner(1), n.box.corner(2), n.box.corner(3)});
  for (std::size_t k = 0; k < world.parked().size(); ++k) {
    if (world.parked()[k] == 0) continue;
    const ParkingPlace& place = map.parking[k];
    if (distance(place.pose.position, here) > raster.reach()) continue;
    const Box b = Box::of(place.pose, place.length - 0.6f, std::min(place.width, 1.8f));
    raster.fill(vehicles, {b.corner(0), b.corner(1), b.corner(2), b.corner(3)});
  }
  const Pedestrians& people = world.people();
  for (Id i = 0; i < static_cast<Id>(people.size()); ++i)
    if (!hidden || world.surroundings().sees(here, people.position(i)))
      raster.dot_at(pedestrians, people.position(i));
  const float shown = std::clamp(world.car().forward / 32, 0.0f, 1.0f);
  raster.fill_all(speed, std::round(shown * 64) / 64);
}

}  // namespace sandlot::city
