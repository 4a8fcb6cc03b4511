// Small maps for tests: OpenStreetMap XML written in metres around a place.
#pragma once

#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "envs/city/network_builder.h"
#include "envs/city/osm_import.h"

namespace sandlot::city {

using Tags = std::vector<std::pair<std::string, std::string>>;

class Osm {
 public:
  explicit Osm(double latitude = 52, double longitude = 13)
      : latitude_(latitude), longitude_(longitude) {}

  Osm& node(int id, double x, double y, const Tags& tags = {}) {
    constexpr double kDegree = 111194.9;
    char text[160];
    std::snprintf(text, sizeof text, "<node id=\"%d\" lat=\"%.9f\" lon=\"%.9f\">", id,
                  latitude_ + y / kDegree,
                  longitude_ + x / (kDegree * std::cos(latitude_ * 3.14159265358979 / 180)));
    body_ += text + tagged(tags) + "</node>\n";
    return *this;
  }
  Osm& way(int id, std::initializer_list<int> nodes, const Tags& tags) {
    body_ += "<way id=\"" + std::to_string(id) + "\">";
    for (const int n : nodes) body_ += "<nd ref=\"" + std::to_string(n) + "\"/>";
    body_ += tagged(tags) + "</way>\n";
    return *this;
  }
  Osm& raw(const std::string& xml) {
    body_ += xml + "\n";
    return *this;
  }
  // The place (x, y) in the map's coordinates, whose middle is that of the streets.
  Vec2 in(const CityMap& m, double x, double y) const {
    constexpr double kDegree = 111194.9;
    return {static_cast<float>(x + (longitude_ - m.origin_longitude) * kDegree *
                                       std::cos(latitude_ * 3.14159265358979 / 180)),
            static_cast<float>(y + (latitude_ - m.origin_latitude) * kDegree)};
  }
  std::string text() const {
    return "<?xml version=\"1.0\"?>\n<osm version=\"0.6\">\n" + body_ + "</osm>\n";
  }

  Plan plan(ImportReport& report, DrivingSide side = DrivingSide::automatic) const {
    return plan_of(parse_osm(recognize_osm(text()), report), side, report);
  }
  std::shared_ptr<const CityMap> city(ImportReport& report,
                                      DrivingSide side = DrivingSide::automatic) const {
    return build_city(plan(report, side), report);
  }
  std::shared_ptr<const CityMap> city(DrivingSide side = DrivingSide::automatic) const {
    ImportReport report;
    return city(report, side);
  }

 private:
  static std::string tagged(const Tags& tags) {
    std::string text;
    for (const auto& [k, v] : tags) text += "<tag k=\"" + k + "\" v=\"" + v + "\"/>";
    return text;
  }
  double latitude_, longitude_;
  std::string body_;
};

// Two streets that cross in (0, 0): node 5; arms of 100 m to the west 1, east 2, south 3, north 4.
inline Osm crossroads(const Tags& east_west, const Tags& north_south, const Tags& middle = {},
                      double latitude = 52, double longitude = 13) {
  Osm osm(latitude, longitude);
  osm.node(1, -100, 0).node(2, 100, 0).node(3, 0, -100).node(4, 0, 100).node(5, 0, 0, middle);
  osm.way(11, {1, 5, 2}, east_west).way(12, {3, 5, 4}, north_south);
  return osm;
}

// The internal lane from the arm that begins at `from` to the one that ends at `to`, at the
// intersection nearest to (0, 0): places of the outer ends of the streets.
inline const Lane* path_between(const CityMap& m, Vec2 from, Vec2 to) {
  const Lane* best = nullptr;
  float least = 40;
  for (const Lane& lane : m.lanes) {
    if (!lane.internal()) continue;
    const Lane& before = m.lanes[static_cast<std::size_t>(m.predecessors(lane)[0])];
    const Lane& after = m.lanes[static_cast<std::size_t>(m.successors(lane)[0])];
    const float d = distance(m.points(before).front().position, from) +
                    distance(m.points(after).back().position, to);
    if (d >= least) continue;
    least = d;
    best = &lane;
  }
  return best;
}

}  // namespace sandlot::city
