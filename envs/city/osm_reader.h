// OpenStreetMap data as it is in a file: nodes, ways and relations with what tags matter to us.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "envs/city/plan.h"

namespace sandlot::city {

using OsmTags = std::vector<std::pair<std::string, std::string>>;

struct OsmNode {
  std::int64_t id = 0;
  double latitude = 0, longitude = 0;
};

struct OsmWay {
  std::int64_t id = 0;
  std::uint64_t first = 0;  // into OsmData::references
  std::uint32_t count = 0;
  OsmTags tags;
};

struct OsmMember {
  char type = 'n';  // n, w, r
  std::int64_t id = 0;
  std::string role;
};

struct OsmRelation {
  std::vector<OsmMember> members;
  OsmTags tags;
};

struct OsmData {
  std::vector<OsmNode> nodes;  // by id, each once
  std::unordered_map<std::int64_t, OsmTags> node_tags;
  std::vector<OsmWay> ways;  // by id, each once
  std::vector<std::int64_t> references;
  std::vector<OsmRelation> relations;
};

inline std::string_view tag_of(const OsmTags& tags, std::string_view key) {
  for (const auto& [k, v] : tags)
    if (k == key) return v;
  return {};
}

// What a file may hold at most: about a large city. Memory stays below some 2 GB for whatever is
// read.
struct OsmLimits {
  std::uint64_t file_bytes = 256u << 20;   // also of text that is unpacked
  std::uint64_t block_bytes = 64u << 20;   // of all unpacked blocks of a .osm.pbf
  std::uint64_t element_bytes = 4u << 20;  // of one XML element or text
  std::uint64_t nodes = 8'000'000;
  std::uint64_t references = 16'000'000;  // from ways and relations to what they consist of
  std::uint64_t tag_bytes = 256u << 20;   // of the tags that are kept
};

enum class OsmFormat : std::uint8_t { xml, pbf };

// The bytes of a file, unpacked where they are bzip2. Throws MapError for what is too large or no
// map, std::runtime_error where it cannot be read.
struct OsmBytes {
  std::string bytes;
  OsmFormat format = OsmFormat::xml;
};
OsmBytes read_osm_file(const std::string& path, const OsmLimits& limits = {});
OsmBytes recognize_osm(std::string bytes, const OsmLimits& limits = {});

// Throws MapError for what is no OpenStreetMap data or beyond the limits.
OsmData parse_osm(const OsmBytes& file, ImportReport& report, const OsmLimits& limits = {});

}  // namespace sandlot::city
