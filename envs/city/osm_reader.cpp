// The one place that knows libosmium.
#include "envs/city/osm_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <osmium/handler.hpp>
#include <osmium/io/pbf_input.hpp>
#include <osmium/io/reader.hpp>
#include <osmium/io/xml_input.hpp>
#include <osmium/visitor.hpp>

namespace sandlot::city {
namespace {

// Keys that the importer looks at; the rest is not kept.
constexpr std::array kKeys = {"access",
                              "amenity",
                              "area",
                              "bridge",
                              "building",
                              "building:levels",
                              "crossing",
                              "crossing:markings",
                              "crossing:signals",
                              "diameter_crown",
                              "direction",
                              "driving_side",
                              "dual_carriageway",
                              "footway",
                              "height",
                              "highway",
                              "is_sidepath",
                              "junction",
                              "landuse",
                              "lanes",
                              "lanes:backward",
                              "lanes:forward",
                              "layer",
                              "leisure",
                              "maxspeed",
                              "maxspeed:backward",
                              "maxspeed:forward",
                              "motor_vehicle",
                              "motorcar",
                              "name",
                              "natural",
                              "oneway",
                              "parking:both",
                              "parking:lane:both",
                              "parking:lane:left",
                              "parking:lane:right",
                              "parking:left",
                              "parking:right",
                              "place",
                              "restriction",
                              "service",
                              "sidewalk",
                              "sidewalk:both",
                              "sidewalk:left",
                              "sidewalk:right",
                              "traffic_signals:direction",
                              "tunnel",
                              "turn:lanes",
                              "turn:lanes:backward",
                              "turn:lanes:forward",
                              "type",
                              "vehicle",
                              "water",
                              "waterway",
                              "width"};

class Collector : public osmium::handler::Handler {
 public:
  Collector(OsmData& data, ImportReport& report, const OsmLimits& limits)
      : data_(data), report_(report), limits_(limits) {}

  void node(const osmium::Node& node) {
    if (data_.nodes.size() >= limits_.nodes) refuse("nodes", limits_.nodes);
    if (!node.location().is_defined() || !node.location().valid()) {
      report_.count("nodes that lie nowhere on Earth, left out");
      return;
    }
    data_.nodes.push_back({node.id(), node.location().lat(), node.location().lon()});
    OsmTags tags = keep(node.tags());
    if (!tag_of(tags, "highway").empty() || tag_of(tags, "natural") == "tree")
      data_.node_tags[node.id()] = std::move(tags);
  }

  void way(const osmium::Way& way) {
    if (data_.references.size() + way.nodes().size() > limits_.references)
      refuse("references", limits_.references);
    OsmWay result;
    result.id = way.id();
    result.first = data_.references.size();
    result.count = static_cast<std::uint32_t>(way.nodes().size());
    for (const auto& ref : way.nodes()) data_.references.push_back(ref.ref());
    result.tags = keep(way.tags());
    spend(sizeof(OsmWay));
    data_.ways.push_back(std::move(result));
  }

  void relation(const osmium::Relation& relation) {
    const char* type = relation.tags()["type"];
    if (type == nullptr ||
        (std::strcmp(type, "restriction") != 0 && std::strcmp(type, "multipolygon") != 0))
      return;
    OsmRelation result;
    for (const auto& member : relation.members()) {
      if (++members_ > limits_.references) refuse("references", limits_.references);
      const char kind = osmium::item_type_to_char(member.type());
      spend(sizeof(OsmMember) + std::strlen(member.role()));
      result.members.push_back({kind, member.ref(), member.role()});
    }
    result.tags = keep(relation.tags());
    spend(sizeof(OsmRelation));
    data_.relations.push_back(std::move(result));
  }

 private:
  OsmTags keep(const osmium::TagList& list) {
    OsmTags tags;
    for (const auto& tag : list) {
      const bool known =
          std::binary_search(kKeys.begin(), kKeys.end(), tag.key(),
                             [](const char* a, const char* b) { return std::strcmp(a, b) < 0; });
      if (!known) continue;
      spend(std::strlen(tag.key()) + std::strlen(tag.value()) + 64);
      tags.emplace_back(tag.key(), tag.value());
    }
    return tags;
  }
  void spend(std::uint64_t bytes) {
    spent_ += bytes;
    if (spent_ > limits_.tag_bytes)
      throw MapError("it has more than " + std::to_string(limits_.tag_bytes >> 20) + " MB of tags");
  }
  [[noreturn]] static void refuse(const char* what, std::uint64_t limit) {
    throw MapError("it has more than " + std::to_string(limit) + " " + what +
                   "; cut out a smaller part, with `osmium extract` say");
  }

  OsmData& data_;
  ImportReport& report_;
  OsmLimits limits_;
  std::uint64_t spent_ = 0, members_ = 0;
};

// By id, the last of equal ones: newer versions follow older ones.
template <class T>
std::int64_t sort_by_id(std::vector<T>& items) {
  std::stable_sort(items.begin(), items.end(), [](const T& a, const T& b) { return a.id < b.id; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i + 1 < items.size() && items[i + 1].id == items[i].id) continue;
    if (kept != i) items[kept] = std::move(items[i]);
    ++kept;
  }
  const auto dropped = static_cast<std::int64_t>(items.size() - kept);
  items.resize(kept);
  return dropped;
}

}  // namespace

OsmData parse_osm(const OsmBytes& file, ImportReport& report, const OsmLimits& limits) {
  static_assert(kKeys.size() > 50);
  OsmData data;
  Collector collector(data, report, limits);
  try {
    const osmium::io::File source(file.bytes.data(), file.bytes.size(),
                                  file.format == OsmFormat::pbf ? "pbf" : "osm");
    osmium::thread::Pool pool(1, 2);
    osmium::io::Reader reader(source, osmium::osm_entity_bits::nwr, pool,
                              osmium::io::read_meta::no);
    osmium::apply(reader, collector);
    reader.close();
  } catch (const MapError&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw MapError("there is no memory for what it holds");
  } catch (const std::exception& e) {
    throw MapError(std::string("this is no OpenStreetMap data: ") + e.what());
  }
  report.count("nodes given twice", sort_by_id(data.nodes));
  report.count("ways given twice", sort_by_id(data.ways));
  return data;
}

}  // namespace sandlot::city
