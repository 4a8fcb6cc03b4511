#include "sim/experiment/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "sim/experiment/plot.h"

namespace sandlot {
namespace {

constexpr std::array<const char*, 8> kColors{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                             "#e69f00", "#56b4e9", "#7a5195", "#666666"};

std::string curve(const Plot& plot, const Series& s, const std::string& color) {
  std::string svg;
  if (!s.spread.empty()) {
    std::string above, below;
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!std::isfinite(s.y[i])) continue;
      above += plot.point(s.x[i], s.y[i] + s.spread[i]) + " ";
      below = plot.point(s.x[i], s.y[i] - s.spread[i]) + " " + below;
    }
    svg += "<polygon points='" + above + below + "' fill='" + color + "' opacity='0.16'/>\n";
  }
  std::string line;
  std::size_t points = 0;
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    if (!std::isfinite(s.y[i])) continue;
    line += plot.point(s.x[i], s.y[i]) + " ";
    ++points;
    if (s.x.size() <= 30)
      svg += "<circle cx='" + fixed(plot.px(s.x[i])) + "' cy='" + fixed(plot.py(s.y[i])) +
             "' r='2.6' fill='" + color + "'><title>" + escape_html(s.name) + ": " +
             short_number(s.y[i]) + " at " + short_number(s.x[i]) + "</title></circle>\n";
  }
  if (points > 1)
    svg += "<polyline points='" + line + "' fill='none' stroke='" + color +
           "' stroke-width='1.8' stroke-linejoin='round'/>\n";
  return svg;
}

}  // namespace

std::string series_color(std::size_t index) { return kColors[index % kColors.size()]; }

std::string short_number(double value) {
  if (!std::isfinite(value)) return "–";
  const double size = std::abs(value);
  char text[32];
  if (size >= 1e6)
    std::snprintf(text, sizeof text, "%.4gM", value / 1e6);
  else if (size >= 1e4)
    std::snprintf(text, sizeof text, "%.4gk", value / 1e3);
  else
    std::snprintf(text, sizeof text, "%.4g", value);
  std::string result = text;
  if (result.starts_with('-')) result.replace(0, 1, "−");
  return result;
}

std::string escape_html(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string line_chart(const ChartLabels& labels, const std::vector<Series>& series) {
  Plot plot;
  for (const auto& s : series) {
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!std::isfinite(s.y[i])) continue;
      const double spread = s.spread.empty() ? 0 : s.spread[i];
      plot.x.include(s.x[i]);
      plot.y.include(s.y[i] - spread);
      plot.y.include(s.y[i] + spread);
    }
  }
  plot.x.settle(0);
  plot.y.settle(0.06);
  std::string svg = "<svg class='chart' viewBox='0 0 760 300' role='img' aria-label='" +
                    escape_html(labels.title) + "'>\n" + grid(plot, labels);
  for (std::size_t i = 0; i < series.size(); ++i) svg += curve(plot, series[i], series_color(i));
  return svg + "</svg>\n";
}

std::string scatter_chart(const ChartLabels& labels, const std::vector<double>& x,
                          const std::vector<double>& y, GuideLine guide) {
  constexpr std::size_t kMost = 2000;
  Plot plot;
  for (const double v : x) plot.x.include(v);
  for (const double v : y) plot.y.include(v);
  if (guide == GuideLine::zero) {
    plot.y.include(0);
  } else {
    plot.x.include(plot.y.low), plot.x.include(plot.y.high);
    plot.y.include(plot.x.low), plot.y.include(plot.x.high);
  }
  plot.x.settle(0.02);
  plot.y.settle(0.04);
  std::string svg = "<svg class='chart' viewBox='0 0 760 300' role='img' aria-label='" +
                    escape_html(labels.title) + "'>\n" + grid(plot, labels);
  const std::size_t step = x.size() / kMost + 1;
  for (std::size_t i = 0; i < x.size(); i += step)
    if (std::isfinite(x[i]) && std::isfinite(y[i]))
      svg += "<circle cx='" + fixed(plot.px(x[i])) + "' cy='" + fixed(plot.py(y[i])) +
             "' r='2.6' fill='" + series_color(0) + "' opacity='0.5'/>\n";
  const double low = guide == GuideLine::zero ? plot.x.low : std::max(plot.x.low, plot.y.low);
  const double high = guide == GuideLine::zero ? plot.x.high : std::min(plot.x.high, plot.y.high);
  const auto at = [&](double v) { return plot.point(v, guide == GuideLine::zero ? 0 : v); };
  return svg + "<polyline points='" + at(low) + " " + at(high) + "' fill='none' stroke='" +
         series_color(1) + "' stroke-width='1.4' stroke-dasharray='5 4'/>\n</svg>\n";
}

std::string bar_chart(const std::string& title, const std::vector<Bar>& bars) {
  constexpr double kNames = 190, kValues = 70, kRow = 24;
  Axis axis{0, 0};
  for (const Bar& bar : bars) {
    axis.include(bar.value - bar.spread);
    axis.include(bar.value + bar.spread);
  }
  if (axis.high - axis.low < 1e-12) axis.high = axis.low + 1;
  const auto px = [&](double v) {
    return kNames + (v - axis.low) / (axis.high - axis.low) * (kWidth - kNames - kValues);
  };
  const double height = kRow * static_cast<double>(bars.size()) + 8;
  std::string svg = "<svg class='chart' viewBox='0 0 760 " + fixed(height) +
                    "' role='img' aria-label='" + escape_html(title) + "'>\n";
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Bar& bar = bars[i];
    const double y = 4 + kRow * static_cast<double>(i), middle = y + kRow / 2;
    const double from = px(std::min(0.0, bar.value)), to = px(std::max(0.0, bar.value));
    std::string name = bar.name;
    if (name.size() > 28) {
      std::size_t end = 26;
      while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
      name = name.substr(0, end) + "…";
    }
    svg += text_at(kNames - 10, middle + 4, "end", name) + "<rect x='" + fixed(from) + "' y='" +
           fixed(y + 3) + "' width='" + fixed(to - from) + "' height='" + fixed(kRow - 6) +
           "' rx='3' fill='" + series_color(bar.value < 0 ? 7 : 0) + "'><title>" +
           escape_html(bar.name) + ": " + short_number(bar.value) + "</title></rect>\n";
    if (bar.spread > 0)
      svg += "<line class='axis' x1='" + fixed(px(bar.value - bar.spread)) + "' x2='" +
             fixed(px(bar.value + bar.spread)) + "' y1='" + fixed(middle) + "' y2='" +
             fixed(middle) + "'/>\n";
    svg += text_at(std::max(to, px(bar.value + bar.spread)) + 8, middle + 4, "start",
                   short_number(bar.value));
  }
  return svg + "<line class='axis' x1='" + fixed(px(0)) + "' x2='" + fixed(px(0)) +
         "' y1='2' y2='" + fixed(height - 2) + "'/>\n</svg>\n";
}

}  // namespace sandlot
