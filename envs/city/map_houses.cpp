// Houses and trees of a map's picture, with their shadows. See map_drawing.h.
#include <algorithm>
#include <array>
#include <cmath>

#include "envs/city/map_drawing.h"
#include "envs/city/map_paint.h"
#include "envs/city/polyline.h"
#include "sim/core/random.h"

namespace sandlot::city {
namespace {

constexpr Color kShadow = Color::hex(0x3a3550, 70);
constexpr Color kTreeShadow = Color::hex(0x3a3550, 55);
constexpr Vec2 kSun{0.62f, -0.78f};  // the way that shadows fall
constexpr float kShadowPerMetre = 0.42f;
constexpr float kLongestShadow = 14;  // m

constexpr std::array kHouses = {Color::hex(0xc9775c), Color::hex(0xd48f6a), Color::hex(0xbf6a58),
                                Color::hex(0xd9a36c), Color::hex(0xc98a7a), Color::hex(0xb98d6b)};
constexpr std::array kBlocks = {Color::hex(0xd8c3a0), Color::hex(0xcfae8c), Color::hex(0xc7b8a6),
                                Color::hex(0xd9b892), Color::hex(0xbfb3a8), Color::hex(0xcc9f85)};
constexpr std::array kShops = {Color::hex(0xb9c2c6), Color::hex(0xc9c3b4), Color::hex(0xa9b7bb)};
constexpr std::array kWorks = {Color::hex(0xa9adb0), Color::hex(0xb7b2a8)};
constexpr std::array kPublic = {Color::hex(0x9fb0a6), Color::hex(0xb0a3a0), Color::hex(0xa7aebd)};
constexpr std::array kTrees = {Color::hex(0x7fae6a), Color::hex(0x8fb873), Color::hex(0x6f9f62),
                               Color::hex(0x9bbd6f)};

template <std::size_t N>
Color pick(const std::array<Color, N>& colors, std::size_t number) {
  return colors[static_cast<std::size_t>(derive(7, "roof", number) % N)];
}

Color roof_color(const Building& building, std::size_t number) {
  switch (building.kind) {
    case BuildingKind::house:
      return pick(kHouses, number);
    case BuildingKind::apartments:
      return pick(kBlocks, number);
    case BuildingKind::shop:
      return pick(kShops, number);
    case BuildingKind::industrial:
      return pick(kWorks, number);
    case BuildingKind::church:
      return Color::hex(0x8f9aa6);
    case BuildingKind::civic:
      break;
  }
  return pick(kPublic, number);
}

}  // namespace

void MapPainter::add_roof(std::size_t number) {
  const CityMap& m = *map_;
  const Building& building = m.buildings[number];
  const auto outline = m.outline(building.outline);
  const float reach = std::min(building.height * kShadowPerMetre, kLongestShadow);
  Roof roof;
  roof.box = box_of(outline, reach + 1);
  roof.color = roof_color(building, number);
  roof.dark = shade(roof.color, 0.82f);
  roof.outline = points_of(outline);
  // The shadow is what the walls that face away from the sun sweep: one polygon for each run of
  // them.
  const std::size_t n = outline.size();
  const Vec2 fall = kSun * reach;
  const auto away = [&](std::size_t i) {
    return cross(outline[(i + 1) % n] - outline[i % n], kSun) < 0;
  };
  for (std::size_t i = 0; i < n; ++i) {
    if (!away(i) || away((i + n - 1) % n)) continue;
    std::vector<Point> run{to_point(outline[i])};
    std::size_t end = i;
    while (away(end % n) && end < i + n) run.push_back(to_point(outline[++end % n]));
    for (std::size_t k = end + 1; k-- > i;) run.push_back(to_point(outline[k % n] + fall));
    roof.shadows.push_back(std::move(run));
  }
  const float area = signed_area(outline) / 2;
  if (n == 4 && building.kind == BuildingKind::house && area < 350) {
    // A gable: the ridge joins the middles of the shorter sides.
    const bool turned = distance(outline[0], outline[1]) + distance(outline[2], outline[3]) >
                        distance(outline[1], outline[2]) + distance(outline[3], outline[0]);
    const std::size_t s = turned ? 1 : 0;
    const auto corner = [&](std::size_t k) { return outline[(s + k) % 4]; };
    const Vec2 a = (corner(0) + corner(1)) * 0.5f, b = (corner(2) + corner(3)) * 0.5f;
    roof.gable = true;
    roof.ridge[0] = to_point(a);
    roof.ridge[1] = to_point(b);
    const bool first = dot(corner(1) - corner(0), kSun) < 0;
    roof.shaded = first ? std::vector<Point>{to_point(corner(0)), to_point(a), to_point(b),
                                             to_point(corner(3))}
                        : std::vector<Point>{to_point(a), to_point(corner(1)), to_point(corner(2)),
                                             to_point(b)};
  }
  roofs_.push_back(std::move(roof));
}

void MapPainter::draw_buildings(Scene& scene, const Camera& camera) const {
  const View view = view_of(scene, camera);
  if (view.pixels > 0.5f)
    for (const Roof& roof : roofs_) {
      if (!seen(roof.box, view.box)) continue;
      for (const auto& shadow : roof.shadows) scene.polygon(shadow, kShadow);
    }
  if (view.pixels < 0.1f) return;
  const bool close = view.pixels > 1.2f;
  for (const Roof& roof : roofs_) {
    if (!seen(roof.box, view.box)) continue;
    scene.polygon(roof.outline, roof.color, {shade(roof.color, 0.72f), close ? 0.35f : 0.2f});
    if (!roof.gable || !close) continue;
    scene.polygon(roof.shaded, roof.dark);
    scene.line(roof.ridge[0], roof.ridge[1], shade(roof.color, 1.12f), 0.25f);
  }
  draw_trees(scene, view);
}

void MapPainter::draw_trees(Scene& scene, const View& view) const {
  if (view.pixels < 0.4f) return;
  const CityMap& m = *map_;
  const auto visible = [&](const Tree& tree) {
    const Vec2 around{tree.radius * 2, tree.radius * 2};
    return seen({tree.position - around, tree.position + around}, view.box);
  };
  if (view.pixels > 1)
    for (const Tree& tree : m.trees)
      if (visible(tree))
        scene.circle(to_point(tree.position + kSun * (tree.radius * 0.7f)), tree.radius,
                     kTreeShadow);
  for (std::size_t i = 0; i < m.trees.size(); ++i) {
    const Tree& tree = m.trees[i];
    if (!visible(tree)) continue;
    const Color color = pick(kTrees, i);
    scene.circle(to_point(tree.position), tree.radius, color,
                 {shade(color, 0.85f), view.pixels > 2 ? 0.2f : 0});
    if (view.pixels < 2) continue;
    scene.circle(to_point(tree.position - kSun * (tree.radius * 0.28f)), tree.radius * 0.55f,
                 shade(color, 1.1f));
  }
}

}  // namespace sandlot::city
