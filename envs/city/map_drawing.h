// A city as a picture.
//
// What lies on the ground and what stands on it are drawn apart, so that a world draws its cars and
// people in between. Only what the camera sees is drawn, and the less of it the farther away one
// is.
#pragma once

#include <memory>

#include "envs/city/map.h"
#include "sim/core/scene.h"

namespace sandlot::city {

class MapPainter {
 public:
  explicit MapPainter(std::shared_ptr<const CityMap> map);

  static Color land();  // the background that fits

  // The scene's camera must be `camera`: metres, y upward.
  void draw_ground(Scene& scene, const Camera& camera) const;
  void draw_signals(Scene& scene, const Camera& camera, double time) const;
  void draw_buildings(Scene& scene, const Camera& camera) const;  // and trees
  // What traffic and people follow: lanes, paths across junctions by who yields, footways.
  void draw_network(Scene& scene, const Camera& camera) const;

 private:
  struct View {
    Bounds box;
    float pixels;  // per metre
  };
  struct Kerb {
    Range outline;
    Bounds box;
    std::int8_t layer;
  };
  struct Roof {
    Bounds box;
    Color color, dark;
    std::vector<std::vector<Point>> shadows;
    std::vector<Point> outline;
    std::vector<Point> shaded;  // the half of a gable roof that lies in the shade; or empty
    bool gable = false;
    Point ridge[2];
  };

  View view_of(const Scene& scene, const Camera& camera) const;
  void add_roof(std::size_t building);
  void draw_areas(Scene& scene, const View& view) const;
  void draw_pavements(Scene& scene, const View& view) const;
  void draw_asphalt(Scene& scene, const View& view, int layer) const;
  void draw_markings(Scene& scene, const View& view, int layer) const;
  void draw_lane_lines(Scene& scene, const View& view, const Lane& lane) const;
  void draw_lane_end(Scene& scene, const View& view, const Lane& lane) const;
  void draw_arrow(Scene& scene, const Lane& lane, float s, unsigned turns, Color color) const;
  void draw_crossings(Scene& scene, const View& view) const;
  void draw_trees(Scene& scene, const View& view) const;
  void offset_line(const Lane& lane, float from, float to, float offset) const;  // into line_

  std::shared_ptr<const CityMap> map_;
  std::vector<Bounds> lane_boxes_, area_boxes_, edge_boxes_;
  std::vector<Kerb> kerbs_;  // streets and intersections
  std::vector<int> layers_;  // from the lowest
  std::vector<Roof> roofs_;
  mutable std::vector<Point> line_;  // scratch
};

}  // namespace sandlot::city
