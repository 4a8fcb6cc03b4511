// Files that want to harm: refused with a reason, within bounded memory.
#include <bzlib.h>
#include <doctest/doctest.h>

#include <fstream>

#include "sim/core/random.h"
#include "tests/envs/city/osm.h"
#include "tests/sim/experiment/helpers.h"

using namespace sandlot;
using namespace sandlot::city;

namespace {

std::string refusal(const std::string& bytes, const OsmLimits& limits = {}) {
  ImportReport report;
  try {
    const Plan plan = plan_of(parse_osm(recognize_osm(bytes, limits), report, limits),
                              DrivingSide::automatic, report);
    build_city(plan, report);
  } catch (const MapError& e) {
    return e.what();
  }
  return "";
}

std::string packed(const std::string& text) {
  std::string out(text.size() + text.size() / 100 + 600, '\0');
  auto size = static_cast<unsigned>(out.size());
  REQUIRE(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                                   static_cast<unsigned>(text.size()), 9, 0, 0) == BZ_OK);
  out.resize(size);
  return out;
}

// A PBF block's header: 4 bytes of length, type, and how long the block is.
std::string pbf_header(const std::string& type, std::uint32_t size) {
  std::string header = "\x0a" + std::string(1, static_cast<char>(type.size())) + type + "\x18";
  for (; size >= 0x80; size >>= 7) header += static_cast<char>((size & 0x7f) | 0x80);
  header += static_cast<char>(size);
  return std::string(3, '\0') + static_cast<char>(header.size()) + header;
}

const std::string plain =
    crossroads({{"highway", "residential"}}, {{"highway", "residential"}}).text();

}  // namespace

TEST_CASE("no maps") {
  const std::string no_map =
      "this is no map; expected OpenStreetMap data: .osm (XML), .osm.bz2 or .osm.pbf";
  CHECK(refusal("") == no_map);
  CHECK(refusal("name: x\nseed: 1\n") == no_map);
  CHECK(refusal(std::string(1000, '\0')) == no_map);
  CHECK(refusal("\x89PNG\r\n\x1a\n") == no_map);
  CHECK(refusal("<html><body>404 not found</body></html>") ==
        "this is no OpenStreetMap data: Unknown top-level element: html");
  CHECK(refusal("<?xml version=\"1.0\"?><osm version=\"0.6\"></osm>") ==
        "there is no street for cars in it");
  CHECK(refusal("<osm version=\"0.6\"><node id=\"1\" ")
            .starts_with("this is no OpenStreetMap data: XML parsing error at line 1"));
  CHECK(
      refusal(Osm().node(1, 0, 0).node(2, 50, 0).way(3, {1, 2}, {{"highway", "footway"}}).text()) ==
      "there is no street for cars in it");
  CHECK(refusal(Osm()
                    .node(1, 0, 0)
                    .node(2, 50, 0)
                    .way(3, {1, 2}, {{"highway", "primary"}, {"oneway", "yes"}})
                    .text()) == "none of its streets connect both ways");
}

TEST_CASE("files name themselves") {
  const TemporaryFolder folder;
  ImportReport report;
  const std::string missing = (folder / "nowhere.osm").string();
  CHECK_THROWS_WITH_AS(import_osm(missing, DrivingSide::automatic, report),
                       (missing + ": there is no such file, or it cannot be read").c_str(),
                       MapError);
  CHECK_THROWS_WITH_AS(import_osm(folder.path().string(), DrivingSide::automatic, report),
                       (folder.path().string() + ": this is a folder, not a map").c_str(),
                       MapError);
}

TEST_CASE("text and bzip2 give the same city, damaged bzip2 is refused") {
  CHECK(refusal(plain) == "");
  const std::string bytes = packed(plain);
  CHECK(refusal(bytes) == "");
  CHECK(refusal(bytes + packed("\n")) == "");  // several streams, as parallel packers write
  CHECK(recognize_osm(bytes).bytes == plain);
  CHECK(refusal(bytes.substr(0, bytes.size() / 2)) == "its bzip2 compression ends too early");
  std::string damaged = bytes;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  CHECK(refusal(damaged) == "its bzip2 compression is damaged");
}

TEST_CASE("a compressed bomb is refused when it has grown too large") {
  OsmLimits limits;
  limits.file_bytes = 4 << 20;
  const std::string bomb = packed("<osm>" + std::string(64 << 20, ' '));
  CHECK(bomb.size() < 4096);
  CHECK(refusal(bomb, limits) ==
        "what is packed in it is larger than 4 MB; cut out a smaller part, with `osmium extract` "
        "say");
  CHECK(refusal(std::string(5 << 20, '<'), limits) ==
        "the file is larger than 4 MB; cut out a smaller part, with `osmium extract` say");
}

TEST_CASE("an endless element is refused before it is parsed") {
  CHECK(refusal("<osm version=\"0.6\" generator=\"" + std::string(5 << 20, 'a') + "\"></osm>") ==
        "one of its elements is larger than 4 MB; cut out a smaller part, with `osmium extract` "
        "say");
}

TEST_CASE("entities that multiply themselves are refused") {
  std::string text = "<?xml version=\"1.0\"?><!DOCTYPE osm [<!ENTITY a \"aaaaaaaaaa\">";
  for (char c = 'b'; c < 'k'; ++c) {
    text += std::string("<!ENTITY ") + c + " \"";
    for (int k = 0; k < 10; ++k) text += std::string("&") + static_cast<char>(c - 1) + ";";
    text += "\">";
  }
  CHECK(refusal(text + "]><osm version=\"0.6\" generator=\"&j;\"></osm>") ==
        "this is no OpenStreetMap data: XML entities are not supported");
}

TEST_CASE("too many nodes, references and tags are refused while they are counted") {
  OsmLimits limits;
  limits.nodes = 4;
  CHECK(refusal(plain, limits) ==
        "it has more than 4 nodes; cut out a smaller part, with `osmium extract` say");
  limits = {};
  limits.references = 5;
  CHECK(refusal(plain, limits) ==
        "it has more than 5 references; cut out a smaller part, with `osmium extract` say");
  limits = {};
  limits.tag_bytes = 100;
  CHECK(refusal(plain, limits) == "it has more than 0 MB of tags");
}

TEST_CASE("headers of PBF files that lie") {
  CHECK(refusal(pbf_header("OSMHeader", 0x7fffffff)) == "it ends within a block");
  // A block that says it unpacks to 2 GB.
  const std::string blob = std::string("\x10") + "\xff\xff\xff\xff\x07" + "\x1a\x02zz";
  CHECK(refusal(pbf_header("OSMHeader", static_cast<std::uint32_t>(blob.size())) + blob) ==
        "what is packed in it is larger than 64 MB; cut out a smaller part, with `osmium extract` "
        "say");
  const std::string lie = std::string("\x10") + "\x10" + "\x1a\x02zz";
  CHECK(refusal(pbf_header("OSMHeader", static_cast<std::uint32_t>(lie.size())) + lie)
            .starts_with("this is no OpenStreetMap data: "));
  std::string header = pbf_header("OSMHeader", 4);
  header[0] = '\x7f';
  CHECK(refusal(header + "    ") == "a block's header is damaged");
}

TEST_CASE("numbers out of range are refused or left out") {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = plain;
    text.replace(text.find(from), from.size(), to);
    return refusal(text);
  };
  CHECK(with("<node id=\"1\"", "<node id=\"99999999999999999999999\"")
            .starts_with("this is no OpenStreetMap data: illegal id"));
  CHECK(with("<nd ref=\"1\"", "<nd ref=\"99999999999999999999999\"")
            .starts_with("this is no OpenStreetMap data: illegal id"));
  CHECK(with("<nd ref=\"1\"", "<nd ref=\"-1\"") == "");
  CHECK(with("lat=\"52.000000000\"", "lat=\"1e300\"") == "");  // nowhere: left out
  CHECK(with("lat=\"52.000000000\"", "lat=\"-89.9\"") == "");  // far from the rest: left out
}

TEST_CASE("cities that would take forever are refused") {
  const Tags street{{"highway", "residential"}};
  Osm star;  // 60 streets meet in one place
  star.node(1000, 0, 0);
  for (int k = 0; k < 60; ++k) {
    star.node(k + 1, 200 * std::cos(k * 0.1047), 200 * std::sin(k * 0.1047));
    star.way(2000 + k, {1000, k + 1}, street);
  }
  CHECK(refusal(star.text()) == "more streets meet in one of its junctions than fit there");
  Osm far;  // to and fro
  far.node(1, 0, 0).node(2, 30000, 0);
  std::string way = "<way id=\"1\">";
  for (int k = 0; k < 120; ++k) way += "<nd ref=\"" + std::to_string(1 + k % 2) + "\"/>";
  far.raw(way + "<tag k=\"highway\" v=\"residential\"/></way>");
  CHECK(refusal(far.text()) == "its streets are longer than 3,000 km in all");
  way = "<way id=\"1\">";
  Osm winding;
  for (int k = 0; k < 21000; ++k) {
    winding.node(k + 1, k * 0.8, k % 2);
    way += "<nd ref=\"" + std::to_string(k + 1) + "\"/>";
  }
  winding.raw(way + "<tag k=\"highway\" v=\"residential\"/></way>");
  CHECK(refusal(winding.text()) == "one of its streets has more than 20,000 bends");
  Osm stubs;  // a long chain of short dead ends
  stubs.node(1, 0, 0).node(2, 100, 0).way(1, {1, 2}, street);
  for (int k = 0; k < 20000; ++k) {
    stubs.node(10 + k, 100 + 0.4 * (k + 1), 0);
    stubs.way(10 + k, {k == 0 ? 2 : 9 + k, 10 + k}, street);
  }
  ImportReport report;
  CHECK(stubs.city(report)->validate().empty());
  CHECK(report.of("dead ends shorter than 10 m, left out") == 20000);
}

TEST_CASE("mutations of a map make a good city or are refused") {
  Random random(derive(3, "osm"));
  const std::string text =
      crossroads({{"highway", "primary"}, {"lanes", "4"}, {"turn:lanes:forward", "left|through"}},
                 {{"highway", "residential"}, {"maxspeed", "30"}}, {{"highway", "traffic_signals"}})
          .node(30, 20, 20)
          .node(31, 40, 20)
          .node(32, 40, 40)
          .way(33, {30, 31, 32, 30}, {{"building", "yes"}})
          .way(34, {1, 30, 2}, {{"highway", "footway"}})
          .text();
  constexpr std::string_view bytes = "00112233445566778899-.e\"<=y";
  int good = 0, refused = 0;
  for (int round = 0; round < 800; ++round) {
    std::string mutated = text;
    for (std::uint32_t edits = 1 + random.below(2); edits > 0; --edits) {
      const std::size_t at = random.below(static_cast<std::uint32_t>(mutated.size()));
      const char byte = bytes[random.below(static_cast<std::uint32_t>(bytes.size()))];
      switch (random.below(16)) {
        case 0:
          mutated.erase(at, 1 + random.below(30));
          break;
        case 1:
          mutated.insert(at, 1, byte);
          break;
        case 2:
          mutated.insert(at, mutated.substr(at, random.below(120)));
          break;
        default:
          mutated[at] = byte;
      }
    }
    ImportReport report;
    try {
      build_city(plan_of(parse_osm(recognize_osm(mutated), report), DrivingSide::automatic, report),
                 report);
      ++good;
    } catch (const MapError& e) {
      CHECK_MESSAGE(!std::string_view(e.what()).starts_with(city_misfit),
                    (e.what() + ("\n" + mutated)));
      ++refused;
    }
  }
  CHECK(good > 100);
  CHECK(refused > 50);
}

TEST_CASE("streets thrown together at random make a city whose lanes fit, or none") {
  const char* const kinds[] = {"motorway",      "primary",      "secondary",
                               "tertiary",      "residential",  "service",
                               "living_street", "primary_link", "footway"};
  int good = 0, misfits = 0;
  constexpr int kNets = 150;
  for (Seed seed = 0; seed < kNets; ++seed) {
    Random random(derive(seed, "streets at random"));
    Osm osm;
    const std::uint32_t nodes = 8 + random.below(30);
    const double size = random.uniform(80, 600);
    for (int i = 1; i <= static_cast<int>(nodes); ++i) {
      const Tags tags[] = {{{"highway", "traffic_signals"}},
                           {{"highway", "crossing"}, {"crossing", "traffic_signals"}},
                           {{"highway", "crossing"}, {"crossing", "marked"}},
                           {{"highway", "stop"}},
                           {{"highway", "give_way"}}};
      const std::uint32_t kind = random.below(15);
      osm.node(i, random.uniform(0, size), random.uniform(0, size), kind < 5 ? tags[kind] : Tags{});
    }
    for (std::uint32_t w = 4 + random.below(20); w > 0; --w) {
      std::string way = "<way id=\"" + std::to_string(100 + w) + "\">";
      for (std::uint32_t k = 2 + random.below(5); k > 0; --k)
        way += "<nd ref=\"" + std::to_string(1 + random.below(nodes)) + "\"/>";
      const auto tag = [&](double share, const char* key, const std::string& value) {
        if (random.bernoulli(share))
          way += std::string("<tag k=\"") + key + "\" v=\"" + value + "\"/>";
      };
      tag(1, "highway", kinds[random.below(9)]);
      tag(0.3, "oneway", random.bernoulli(0.7) ? "yes" : "-1");
      tag(0.4, "lanes", std::to_string(1 + random.below(6)));
      tag(0.1, "junction", "roundabout");
      tag(0.1, "layer", random.bernoulli(0.5) ? "1" : "-1");
      tag(0.2, "turn:lanes", "left|through|right");
      tag(0.1, "width", std::to_string(random.below(30)));
      osm.raw(way + "</way>");
    }
    try {
      osm.city(random.bernoulli(0.5) ? DrivingSide::left : DrivingSide::right);
      ++good;
    } catch (const MapError& e) {
      misfits += std::string_view(e.what()).starts_with(city_misfit);
    }
  }
  CHECK(good > kNets * 9 / 10);  // 389 of 400 seeds; the others have nothing that connects
  CHECK(misfits == 0);
}
