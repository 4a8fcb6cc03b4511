#include <doctest/doctest.h>

#include <cstdlib>

#include "tests/sim/cli/process.h"

using namespace sandlot;

namespace {

const char* kConfig =
    "name: pole\nenvironment: {name: cart_pole}\n"
    "agent: {name: q_learning, value_function: {features: tile_coding, low: [-2.4, -3, -0.21, -3], "
    "high: [2.4, 3, 0.21, 3]}}\n"
    "training: {steps: 3000, evaluate: {every: 3000, episodes: 3}}\n";

std::string chromium() {
  for (const char* path : {"/usr/bin/chromium", "/usr/bin/chromium-browser"})
    if (std::filesystem::exists(path)) return path;
  return "";
}

// The page as a browser has it once its scripts have run.
std::string rendered(const std::filesystem::path& page, const std::filesystem::path& folder,
                     int width) {
  const std::string out = (folder / "dom.html").string();
  const std::string command =
      chromium() +
      " --headless --no-sandbox --disable-gpu --virtual-time-budget=2000 "
      "--user-data-dir=" +
      (folder / "profile").string() + " --window-size=" + std::to_string(width) +
      ",900 --dump-dom file://" + page.string() + " > " + out + " 2> /dev/null";
  REQUIRE(std::system(command.c_str()) == 0);
  return text_of(out);
}

}  // namespace

TEST_CASE("explain: a page from a run, whole in itself, and what is wrong") {
  const TemporaryFolder folder;
  write_text(folder / "pole.yaml", kConfig);
  const std::string runs = (folder / "runs").string();
  REQUIRE(run(folder.path(), {"train", (folder / "pole.yaml").string(), "--out", runs, "--quiet"})
              .code == 0);
  const Finished done = run(folder.path(), {"explain", runs, "--episodes", "20", "--states", "60"});
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  const std::filesystem::path page = folder / "runs/pole/1/explain.html";
  const std::string html = text_of(page);
  for (const char* part : {"Ways to end", "The policy as a few questions", "What it looks at",
                           "A map of the states it visits", "angle"}) {
    CAPTURE(part);
    CHECK(html.find(part) != std::string::npos);
  }
  CHECK(html.find("src='http") == std::string::npos);
  CHECK(html.find("href='http") == std::string::npos);
  // The same page each time.
  const std::string again = (folder / "again.html").string();
  run(folder.path(), {"explain", runs, "--episodes", "20", "--states", "60", "--output", again});
  CHECK(text_of(again) == html);

  const Finished none = run(folder.path(), {"explain", (folder / "nothing").string()});
  CHECK(none.code == 2);

  if (chromium().empty()) {
    MESSAGE("skipped: there is no chromium to open the page in");
    return;
  }
  for (const int width : {390, 1280}) {
    const std::string dom = rendered(page, folder.path(), width);
    CAPTURE(width);
    CHECK(dom.find("data-ready=\"1\"") !=
          std::string::npos);  // the map's script has run to its end
    CHECK(dom.find("aria-pressed=\"true\"") != std::string::npos);
  }
}
