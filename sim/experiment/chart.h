// Charts as SVG: curves with a band for their spread, points, bars.
#pragma once

#include <string>
#include <vector>

namespace sandlot {

struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;       // NaN: a gap
  std::vector<double> spread;  // half-width of the band; empty: none
};

struct ChartLabels {
  std::string title, x, y;
};

// Colours follow the order of the series (Okabe & Ito's, told apart by colour-blind readers too).
std::string line_chart(const ChartLabels& labels, const std::vector<Series>& series);
std::string series_color(std::size_t index);

// Points, at most 2000 of them, and a line that they would lie on: y = x, or y = 0.
enum class GuideLine { diagonal, zero };
std::string scatter_chart(const ChartLabels& labels, const std::vector<double>& x,
                          const std::vector<double>& y, GuideLine guide);

struct Bar {
  std::string name;
  double value = 0, spread = 0;  // half-width of the whisker; 0: none
};
// One below the other, as they come.
std::string bar_chart(const std::string& title, const std::vector<Bar>& bars);

// "1.2k", "−13", "0.744": short, for people.
std::string short_number(double value);
// & < > " ' escaped.
std::string escape_html(const std::string& text);

}  // namespace sandlot
