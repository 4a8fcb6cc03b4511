#include "sim/experiment/figures.h"

#include <doctest/doctest.h>

#include <limits>

#include "tests/sim/experiment/helpers.h"

using namespace sandlot;

namespace {

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

std::vector<Figure> one_of_each() {
  Figure lines{.title = "Fitness", .caption = "a < b", .x_label = "generation", .x = {0, 1, 2}};
  lines.series = {{"best", {1, 2, 3}}, {"mean", {0, 1, 1}}};
  Figure stacked = lines;
  stacked.kind = Figure::Kind::stacked;
  Figure heat{.kind = Figure::Kind::heat, .title = "Archive", .rows = 2, .columns = 3};
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  heat.values = {1, nothing, 3, 4, nothing, nothing};
  Figure tree{.kind = Figure::Kind::tree, .title = "Genealogy"};
  tree.points = {{0, 1, "first", {-1, -1}}, {1, 2, "child", {0, -1}}, {2, 3, "both", {0, 1}}};
  return {lines, stacked, heat, tree};
}

}  // namespace

TEST_CASE("figures: what is saved is loaded, damage is refused, none leave no file") {
  const TemporaryFolder folder;
  const auto path = folder / "figures";
  CHECK(load_figures(path).empty());
  save_figures(path, one_of_each());
  const auto loaded = load_figures(path);
  REQUIRE(loaded.size() == 4);
  const auto before = one_of_each();
  for (std::size_t i = 0; i < 4; ++i) CHECK(figure_html(loaded[i]) == figure_html(before[i]));
  std::string bytes = text_of(path);
  bytes[bytes.size() / 2] ^= 1;
  write_text(path, bytes);
  CHECK_THROWS_AS(load_figures(path), ArchiveError);
  save_figures(path, {});
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("figures: each kind draws what it holds") {
  const auto all = one_of_each();
  const std::string lines = figure_html(all[0]);
  CHECK(count(lines, "<polyline") == 2);
  CHECK(lines.find("a &lt; b") != std::string::npos);
  CHECK(lines.find("mean") != std::string::npos);
  CHECK(count(figure_html(all[1]), "<polygon") == 2);
  CHECK(count(figure_html(all[2]), "<rect") == 3);
  const std::string tree = figure_html(all[3]);
  CHECK(count(tree, "<circle") == 3);
  CHECK(count(tree, "stroke-width='0.8'") == 3);
}
