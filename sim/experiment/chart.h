// Line charts as SVG: a curve per series, a band for its spread.
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

// "1.2k", "−13", "0.744": short, for people.
std::string short_number(double value);
// & < > " ' escaped.
std::string escape_html(const std::string& text);

}  // namespace sandlot
