#include "envs/city/osm_import.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <numbers>

#include "envs/city/osm_street.h"
#include "envs/city/osm_tags.h"
#include "envs/city/polyline.h"

namespace sandlot::city {
namespace {

constexpr double kMetresPerDegree = 111'194.9;  // of latitude, on a sphere of 6,371 km
constexpr double kFarAway = 40'000;             // m from the middle: floats keep millimetres there
constexpr std::size_t kMostPieces = 1000;       // of an area's outline
constexpr float kStorey = 3;                    // m

class Importer {
 public:
  Importer(const OsmData& data, ImportReport& report) : data_(data), report_(report) {}

  Plan run(DrivingSide side) {
    find_origin();
    plan_.attribution = "\u00a9 OpenStreetMap contributors, ODbL";
    plan_.left_hand_traffic =
        side == DrivingSide::left || (side == DrivingSide::automatic && guess_left());
    node_of_.assign(data_.nodes.size(), kUnused);
    for (const OsmWay& way : data_.ways) add_way(way);
    for (const OsmRelation& relation : data_.relations) add_relation(relation);
    add_trees();
    return std::move(plan_);
  }

 private:
  static constexpr std::uint32_t kUnused = 0xffffffffu;

  std::size_t find(std::int64_t id) const {
    const auto found = std::lower_bound(data_.nodes.begin(), data_.nodes.end(), id,
                                        [](const OsmNode& n, std::int64_t i) { return n.id < i; });
    if (found == data_.nodes.end() || found->id != id) return data_.nodes.size();
    return static_cast<std::size_t>(found - data_.nodes.begin());
  }

  std::span<const std::int64_t> references(const OsmWay& way) const {
    return {data_.references.data() + way.first, way.count};
  }

  // The middle of the streets' nodes: the median, which a node gone astray does not move.
  void find_origin() {
    std::vector<double> latitudes, longitudes;
    for (const OsmWay& way : data_.ways) {
      if (!street_class(tag_of(way.tags, "highway"))) continue;
      for (const std::int64_t ref : references(way)) {
        const std::size_t i = find(ref);
        if (i == data_.nodes.size()) continue;
        latitudes.push_back(data_.nodes[i].latitude);
        longitudes.push_back(data_.nodes[i].longitude);
      }
    }
    if (latitudes.empty()) throw MapError("there is no street for cars in it");
    const auto middle = [](std::vector<double>& values) {
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
      std::nth_element(values.begin(), at, values.end());
      return *at;
    };
    plan_.origin_latitude = middle(latitudes);
    plan_.origin_longitude = middle(longitudes);
    scale_ = std::cos(plan_.origin_latitude * std::numbers::pi / 180) * kMetresPerDegree;
  }

  bool guess_left() const {
    int left = 0, right = 0;
    for (const OsmWay& way : data_.ways) {
      const auto side = tag_of(way.tags, "driving_side");
      if (tag_of(way.tags, "highway").empty()) continue;
      left += side == "left";
      right += side == "right";
    }
    if (left != right) return left > right;
    return drives_on_left(plan_.origin_latitude, plan_.origin_longitude);
  }

  // An equirectangular projection: exact to 1 in 10,000 within some ten kilometres.
  bool project(const OsmNode& node, Vec2& p) const {
    const double x = (node.longitude - plan_.origin_longitude) * scale_;
    const double y = (node.latitude - plan_.origin_latitude) * kMetresPerDegree;
    if (std::abs(x) > kFarAway || std::abs(y) > kFarAway) return false;
    p = {static_cast<float>(x), static_cast<float>(y)};
    return true;
  }

  // The plan's node of a reference; kUnused where it is not in the map.
  std::uint32_t plan_node(std::int64_t ref) {
    const std::size_t i = find(ref);
    if (i == data_.nodes.size()) return kUnused;
    if (node_of_[i] != kUnused) return node_of_[i];
    PlanNode node;
    if (!project(data_.nodes[i], node.position)) return kUnused;
    if (const auto tags = data_.node_tags.find(ref); tags != data_.node_tags.end())
      read_node(tags->second, node);
    node_of_[i] = static_cast<std::uint32_t>(plan_.nodes.size());
    plan_.nodes.push_back(node);
    return node_of_[i];
  }

  static void read_node(const OsmTags& tags, PlanNode& node) {
    const auto highway = tag_of(tags, "highway");
    const auto crossing = tag_of(tags, "crossing");
    const auto lights = tag_of(tags, "crossing:signals");
    node.signals = highway == "traffic_signals";
    node.stop = highway == "stop";
    node.give_way = highway == "give_way";
    if ((highway == "crossing" && crossing != "no") ||
        (node.signals && one_of(crossing, {"traffic_signals", "marked", "zebra"}))) {
      node.crossing = true;
      node.crossing_signals = crossing == "traffic_signals" || lights == "yes";
      node.crossing_marked = crossing != "unmarked" && tag_of(tags, "crossing:markings") != "no";
    }
    auto direction = tag_of(tags, "traffic_signals:direction");
    if (direction.empty()) direction = tag_of(tags, "direction");
    node.direction = direction == "forward" ? 1 : direction == "backward" ? -1 : 0;
  }

  // A way's nodes in pieces, where some of them lie outside of the map.
  std::vector<std::vector<std::uint32_t>> pieces(const OsmWay& way) {
    std::vector<std::vector<std::uint32_t>> result(1);
    for (const std::int64_t ref : references(way)) {
      const std::uint32_t node = plan_node(ref);
      if (node != kUnused) {
        result.back().push_back(node);
        continue;
      }
      report_.count("references to nodes outside of the map, left out");
      if (!result.back().empty()) result.emplace_back();
    }
    std::erase_if(result, [](const auto& piece) { return piece.size() < 2; });
    return result;
  }

  void add_way(const OsmWay& way) {
    const auto highway = tag_of(way.tags, "highway");
    if (!highway.empty()) {
      add_highway(way, highway);
      return;
    }
    const auto refs = references(way);
    if (refs.size() < 4 || refs.front() != refs.back()) return;
    add_outline(std::vector(refs.begin(), refs.end()), way.tags);
  }

  void add_highway(const OsmWay& way, std::string_view highway) {
    const auto refs = references(way);
    if (tag_of(way.tags, "area") == "yes") {
      if (refs.size() >= 4 && refs.front() == refs.back())
        add_area(std::vector(refs.begin(), refs.end()), AreaKind::plaza);
      return;
    }
    const auto kind = street_class(highway);
    if (!kind) {
      add_path(way, highway);
      return;
    }
    if (closed_to_cars(way)) {
      report_.count("streets that are closed to cars, left out");
      return;
    }
    const auto service = tag_of(way.tags, "service");
    if (kind->kind == RoadClass::service &&
        one_of(service, {"driveway", "parking_aisle", "drive-through", "emergency_access"})) {
      report_.count("driveways and parking aisles, left out");
      return;
    }
    PlanWay street = read_street(way, *kind, plan_.left_hand_traffic, report_);
    const bool reversed = one_of(tag_of(way.tags, "oneway"), {"-1", "reverse"});
    const auto parts = pieces(way);
    if (parts.empty())
      report_.count("streets of which fewer than two nodes are in the map, left out");
    for (std::size_t k = 0; k < parts.size(); ++k) {
      street.nodes = parts[k];
      if (reversed) {
        std::reverse(street.nodes.begin(), street.nodes.end());
        for (std::size_t n = 1; n + 1 < street.nodes.size(); ++n) {
          auto& direction = plan_.nodes[street.nodes[n]].direction;
          direction = static_cast<std::int8_t>(-direction);
        }
      }
      plan_.ways.push_back(street);
    }
  }

  static bool closed_to_cars(const OsmWay& way) {
    std::string_view most_specific;
    for (const char* key : {"access", "vehicle", "motor_vehicle", "motorcar"})
      if (const auto value = tag_of(way.tags, key); !value.empty()) most_specific = value;
    return one_of(most_specific, {"no", "private", "forestry", "agricultural", "emergency"});
  }

  void add_path(const OsmWay& way, std::string_view highway) {
    if (!one_of(highway, {"footway", "path", "pedestrian", "steps", "track", "bridleway",
                          "cycleway", "corridor"}))
      return;
    const auto footway = tag_of(way.tags, "footway");
    // Pavements and crossings that are mapped as ways of their own are made along the streets.
    if (one_of(footway, {"sidewalk", "crossing", "traffic_island", "link"}) ||
        !tag_of(way.tags, "is_sidepath").empty()) {
      report_.count("pavements mapped as ways, made along the streets instead");
      return;
    }
    if (one_of(tag_of(way.tags, "access"), {"no", "private"}) || highway == "corridor" ||
        (highway == "cycleway"))
      return;
    PlanPath path;
    path.width = highway == "pedestrian" ? 4 : 2;
    if (const auto width = parse_length(tag_of(way.tags, "width")))
      path.width = std::clamp(*width, 1.0f, 10.0f);
    for (auto& piece : pieces(way)) {
      path.nodes = std::move(piece);
      plan_.paths.push_back(path);
    }
  }

  Polyline outline_of(const std::vector<std::int64_t>& refs) {
    Polyline outline;
    for (const std::int64_t ref : refs) {
      const std::size_t i = find(ref);
      Vec2 p;
      if (i < data_.nodes.size() && project(data_.nodes[i], p)) outline.push_back(p);
    }
    if (outline.size() > 1 && outline.front() == outline.back()) outline.pop_back();
    return outline;
  }

  void add_outline(const std::vector<std::int64_t>& refs, const OsmTags& tags) {
    const auto building = tag_of(tags, "building");
    if (!building.empty() && building != "no" && building != "roof") {
      add_building(refs, building, tags);
      return;
    }
    if (const auto kind = area_kind(tags)) add_area(refs, *kind);
  }

  void add_area(const std::vector<std::int64_t>& refs, AreaKind kind) {
    PlanArea area{outline_of(refs), kind};
    if (area.outline.size() >= 3) plan_.areas.push_back(std::move(area));
  }

  static std::optional<AreaKind> area_kind(const OsmTags& tags) {
    const auto leisure = tag_of(tags, "leisure"), landuse = tag_of(tags, "landuse");
    const auto natural = tag_of(tags, "natural");
    if (natural == "water" || tag_of(tags, "waterway") == "riverbank" ||
        one_of(landuse, {"reservoir", "basin"}) || leisure == "swimming_pool")
      return AreaKind::water;
    if (one_of(landuse, {"forest"}) || natural == "wood") return AreaKind::forest;
    if (leisure == "pitch") return AreaKind::pitch;
    if (one_of(leisure, {"park", "garden", "playground", "nature_reserve"}) ||
        one_of(landuse, {"cemetery", "recreation_ground", "allotments"}))
      return AreaKind::park;
    if (one_of(landuse, {"grass", "meadow", "village_green", "orchard", "flowerbed"}) ||
        one_of(natural, {"grassland", "scrub", "heath"}))
      return AreaKind::grass;
    if (tag_of(tags, "amenity") == "parking") return AreaKind::parking;
    if (tag_of(tags, "place") == "square") return AreaKind::plaza;
    if (landuse == "railway") return AreaKind::rail;
    return {};
  }

  void add_building(const std::vector<std::int64_t>& refs, std::string_view value,
                    const OsmTags& tags) {
    PlanBuilding b;
    b.outline = outline_of(refs);
    if (b.outline.size() < 3) {
      report_.count("buildings cut off at the edge, left out");
      return;
    }
    const float area = std::abs(signed_area(b.outline)) / 2;
    if (one_of(value, {"retail", "commercial", "supermarket", "kiosk", "office", "hotel"}))
      b.kind = BuildingKind::shop;
    else if (one_of(value, {"industrial", "warehouse", "manufacture", "hangar"}))
      b.kind = BuildingKind::industrial;
    else if (one_of(value, {"church", "chapel", "cathedral", "mosque", "synagogue", "temple"}))
      b.kind = BuildingKind::church;
    else if (one_of(value, {"school", "university", "hospital", "public", "civic", "government",
                            "kindergarten", "train_station"}))
      b.kind = BuildingKind::civic;
    else if (one_of(value, {"apartments", "residential", "dormitory"}) ||
             (value == "yes" && area > 300))
      b.kind = BuildingKind::apartments;
    b.height = b.kind == BuildingKind::house ? 7.0f : 14.0f;
    if (const auto levels = parse_count(tag_of(tags, "building:levels"), 1, 200))
      b.height = static_cast<float>(*levels) * kStorey + 1;
    if (const auto height = parse_length(tag_of(tags, "height"))) b.height = *height;
    plan_.buildings.push_back(std::move(b));
  }

  void add_relation(const OsmRelation& relation) {
    if (tag_of(relation.tags, "type") == "restriction")
      add_restriction(relation);
    else
      add_multipolygon(relation);
  }

  void add_restriction(const OsmRelation& relation) {
    const auto kind = tag_of(relation.tags, "restriction");
    PlanRestriction r;
    r.only = kind.starts_with("only_");
    if (!r.only && !kind.starts_with("no_")) return;
    using Side = PlanRestriction::Side;
    r.side = kind.ends_with("left_turn")     ? Side::left
             : kind.ends_with("right_turn")  ? Side::right
             : kind.ends_with("straight_on") ? Side::straight
             : kind.ends_with("u_turn")      ? Side::back
                                             : Side::any;
    bool via = false, from = false, to = false;
    for (const OsmMember& member : relation.members) {
      if (member.role == "from" && member.type == 'w') from = (r.from = member.id, true);
      if (member.role == "to" && member.type == 'w') to = (r.to = member.id, true);
      if (member.role != "via" || member.type != 'n') continue;
      const std::size_t i = find(member.id);
      if (i == data_.nodes.size() || node_of_[i] == kUnused) continue;
      r.via = node_of_[i];
      via = true;
    }
    if (via && from && to)
      plan_.restrictions.push_back(r);
    else
      report_.count("turn restrictions not wholly in the map, left out");
  }

  // The outer rings of a multipolygon, put together from its ways.
  void add_multipolygon(const OsmRelation& relation) {
    const auto building = tag_of(relation.tags, "building");
    if (!area_kind(relation.tags) && (building.empty() || building == "no")) return;
    std::vector<std::vector<std::int64_t>> open;
    for (const OsmMember& member : relation.members) {
      if (member.type != 'w' || member.role == "inner") continue;
      const auto found =
          std::lower_bound(data_.ways.begin(), data_.ways.end(), member.id,
                           [](const OsmWay& w, std::int64_t id) { return w.id < id; });
      if (found == data_.ways.end() || found->id != member.id || found->count < 2) continue;
      const auto refs = references(*found);
      open.emplace_back(refs.begin(), refs.end());
    }
    if (open.size() > kMostPieces) {
      report_.count("areas of more than 1,000 pieces, left out");
      return;
    }
    while (!open.empty()) {
      auto ring = std::move(open.back());
      open.pop_back();
      for (bool grown = true; grown && ring.front() != ring.back();) {
        grown = false;
        for (std::size_t k = 0; k < open.size() && !grown; ++k) {
          auto& next = open[k];
          if (next.back() == ring.back()) std::reverse(next.begin(), next.end());
          if (next.front() != ring.back()) continue;
          ring.insert(ring.end(), next.begin() + 1, next.end());
          open.erase(open.begin() + static_cast<std::ptrdiff_t>(k));
          grown = true;
        }
      }
      if (ring.front() == ring.back() && ring.size() >= 4)
        add_outline(ring, relation.tags);
      else
        report_.count("areas that are not closed, left out");
    }
  }

  void add_trees() {
    for (const OsmNode& node : data_.nodes) {
      const auto tags = data_.node_tags.find(node.id);
      if (tags == data_.node_tags.end() || tag_of(tags->second, "natural") != "tree") continue;
      Tree tree;
      if (!project(node, tree.position)) continue;
      tree.radius = 2.4f;
      if (const auto crown = parse_length(tag_of(tags->second, "diameter_crown")))
        tree.radius = std::clamp(*crown / 2, 1.0f, 8.0f);
      plan_.trees.push_back(tree);
    }
  }

  const OsmData& data_;
  ImportReport& report_;
  Plan plan_;
  double scale_ = 1;
  std::vector<std::uint32_t> node_of_;
};

}  // namespace

Plan plan_of(const OsmData& data, DrivingSide side, ImportReport& report) {
  return Importer(data, report).run(side);
}

Plan import_osm(const std::string& path, DrivingSide side, ImportReport& report,
                const OsmLimits& limits) {
  try {
    Plan plan = plan_of(parse_osm(read_osm_file(path, limits), report, limits), side, report);
    plan.name = std::filesystem::path(path).filename().string();
    plan.name = plan.name.substr(0, plan.name.find('.'));
    return plan;
  } catch (const MapError& e) {
    throw MapError(path + ": " + e.what());
  }
}

}  // namespace sandlot::city
