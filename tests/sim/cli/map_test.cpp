// sandlot map: what it prints, writes and refuses.
#include <algorithm>

#include "sim/core/archive.h"
#include "tests/sim/cli/process.h"

using namespace sandlot;

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

TEST_CASE("map: a town is generated, the same from the same seed, and shown") {
  const TemporaryFolder folder;
  const auto generate = [&](const std::string& seed, const std::string& name) {
    const std::string out = (folder / name).string();
    const Finished made = run(folder.path(), {"map", "generate", "--kind", "organic", "--size",
                                              "300", "--seed", seed, "--out", out});
    CHECK(made.code == 0);
    CHECK(made.out.find("with signals") != std::string::npos);
    return read_file(out);
  };
  const auto town = generate("7", "a.city");
  CHECK(town == generate("7", "b.city"));
  CHECK(town != generate("8", "c.city"));
  for (const std::string& source : {(folder / "a.city").string(), std::string("town")}) {
    const auto picture = folder / "town.png";
    const Finished shown = run(folder.path(), {"map", "show", source, "--width", "320", "--network",
                                               "--out", picture.string()});
    CHECK(shown.code == 0);
    const auto bytes = read_file(picture);
    CHECK(bytes.size() > 5000);  // there is something in it
  }
}

TEST_CASE("map: an extract is imported, with a report of what was repaired") {
  const TemporaryFolder folder;
  const std::string extract = (folder / "small.osm").string();
  write_file_atomically(
      extract,
      std::string_view("<osm version=\"0.6\"><node id=\"1\" lat=\"51.5\" lon=\"0\"/>"
                       "<node id=\"2\" lat=\"51.501\" lon=\"0\"/>"
                       "<way id=\"3\"><nd ref=\"1\"/><nd ref=\"2\"/><nd ref=\"2\"/><nd ref=\"9\"/>"
                       "<tag k=\"highway\" v=\"residential\"/></way></osm>"));
  const std::string out = (folder / "small.city").string();
  const Finished done = run(folder.path(), {"map", "import", extract, "--out", out});
  CHECK(done.code == 0);
  CHECK(first_line(done.out).find("traffic on the left") != std::string::npos);
  CHECK(done.out.find("repaired or left out") != std::string::npos);
  CHECK(done.out.find("1  references to nodes outside of the map, left out") != std::string::npos);
  CHECK(done.out.find("1  segments of no length, left out") != std::string::npos);
  CHECK(done.out.find("\u00a9 OpenStreetMap contributors, ODbL") != std::string::npos);
  const Finished right = run(folder.path(), {"map", "import", extract, "--side", "right"});
  CHECK(first_line(right.out).find("traffic on the right") != std::string::npos);
  const Finished shown =
      run(folder.path(), {"map", "show", out, "--out", (folder / "small.png").string()});
  CHECK(shown.code == 0);
}

TEST_CASE("map: without a display it says how to get a picture") {
  const TemporaryFolder folder;
  const Finished done = run(folder.path(), {"map", "show", "town"});
  CHECK(done.code == 1);
  CHECK(done.err == "error: there is no window here; --out map.png draws a picture instead\n");
}

TEST_CASE("map: what is no map is refused, with exit code 2") {
  const TemporaryFolder folder;
  const std::string text = (folder / "notes.txt").string();
  write_file_atomically(text, std::string_view("no map at all\n"));
  const auto refused = [&](std::vector<std::string> arguments, const std::string& error) {
    const Finished done = run(folder.path(), std::move(arguments));
    CHECK(done.code == 2);
    CHECK(done.err == "error: " + error + "\n");
  };
  refused({"map", "import", text},
          text + ": this is no map; expected OpenStreetMap data: .osm (XML), .osm.bz2 or .osm.pbf");
  refused({"map", "show", "nowhere.osm", "--out", (folder / "x.png").string()},
          "nowhere.osm: there is no such file, or it cannot be read");
  refused({"map", "show", "town", "--out", (folder / "town.jpg").string()},
          (folder / "town.jpg").string() + ": expected the name of a picture: it ends in .png");
  refused(
      {"map", "generate", "--out", (folder / "none" / "x.city").string()},
      (folder / "none" / "x.city").string() + ": there is no folder " + (folder / "none").string());
  const std::string damaged = (folder / "damaged.city").string();
  REQUIRE(run(folder.path(), {"map", "generate", "--size", "300", "--out", damaged}).code == 0);
  auto bytes = read_file(damaged);
  bytes[bytes.size() / 2] ^= std::byte{0x20};
  write_file_atomically(damaged, bytes);
  const Finished done =
      run(folder.path(), {"map", "show", damaged, "--out", (folder / "x.png").string()});
  CHECK(done.code == 2);
  CHECK(done.err.find(damaged) != std::string::npos);
}
