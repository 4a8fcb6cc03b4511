// The frame that charts have in common: axes, ticks and labels, in SVG.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "sim/experiment/chart.h"

namespace sandlot {

inline constexpr double kWidth = 760, kHeight = 300;
inline constexpr double kLeft = 64, kRight = 16, kTop = 16, kBottom = 44;

inline std::string fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

struct Axis {
  double low = 0, high = 1;

  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  static Axis empty() {
    return {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  }
  void settle(double margin) {
    if (!(low <= high)) low = 0, high = 1;
    if (high - low < 1e-12 * std::max(1.0, std::abs(high))) low -= 0.5, high += 0.5;
    const double pad = (high - low) * margin;
    low -= pad;
    high += pad;
  }
  // Distances of 1, 2 or 5 times a power of ten, about five of them.
  std::vector<double> ticks() const {
    const double raw = (high - low) / 5;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double step = (raw / power < 1.5   ? 1
                         : raw / power < 3.5 ? 2
                         : raw / power < 7.5 ? 5
                                             : 10) *
                        power;
    std::vector<double> all;
    for (double t = std::ceil(low / step); t * step <= high + 1e-9 * step && all.size() < 20; ++t)
      all.push_back(t * step == 0 ? 0 : t * step);
    return all;
  }
};

struct Plot {
  Axis x = Axis::empty(), y = Axis::empty();
  double px(double v) const {
    return kLeft + (v - x.low) / (x.high - x.low) * (kWidth - kLeft - kRight);
  }
  double py(double v) const {
    return kHeight - kBottom - (v - y.low) / (y.high - y.low) * (kHeight - kTop - kBottom);
  }
  std::string point(double vx, double vy) const { return fixed(px(vx)) + "," + fixed(py(vy)); }
};

inline std::string text_at(double x, double y, const std::string& anchor, const std::string& text,
                           const std::string& extra = "") {
  return "<text x='" + fixed(x) + "' y='" + fixed(y) + "' text-anchor='" + anchor + "'" + extra +
         ">" + escape_html(text) + "</text>\n";
}

inline std::string grid(const Plot& plot, const ChartLabels& labels) {
  std::string svg;
  for (const double t : plot.y.ticks()) {
    const double y = plot.py(t);
    svg += "<line class='grid' x1='" + fixed(kLeft) + "' x2='" + fixed(kWidth - kRight) + "' y1='" +
           fixed(y) + "' y2='" + fixed(y) + "'/>\n" +
           text_at(kLeft - 8, y + 4, "end", short_number(t));
  }
  for (const double t : plot.x.ticks())
    svg += text_at(plot.px(t), kHeight - kBottom + 18, "middle", short_number(t));
  svg += "<line class='axis' x1='" + fixed(kLeft) + "' x2='" + fixed(kWidth - kRight) + "' y1='" +
         fixed(kHeight - kBottom) + "' y2='" + fixed(kHeight - kBottom) + "'/>\n";
  svg += text_at((kLeft + kWidth - kRight) / 2, kHeight - 6, "middle", labels.x, " class='label'");
  const double middle = (kTop + kHeight - kBottom) / 2;
  svg += text_at(14, middle, "middle", labels.y,
                 " class='label' transform='rotate(-90 14 " + fixed(middle) + ")'");
  return svg;
}

}  // namespace sandlot
