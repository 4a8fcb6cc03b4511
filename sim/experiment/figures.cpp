#include "sim/experiment/figures.h"

#include "sim/core/archive.h"
#include "sim/experiment/plot.h"

namespace sandlot {
namespace {

constexpr const char* kKind = "sandlot figures";
constexpr std::uint32_t kVersion = 1;

void save(const Figure& f, Writer& out) {
  out.write(f.kind);
  for (const auto* text : {&f.title, &f.caption, &f.x_label, &f.y_label}) out.write(*text);
  out.write(f.x);
  out.write<std::uint64_t>(f.series.size());
  for (const auto& s : f.series) {
    out.write(s.name);
    out.write(s.y);
  }
  out.write(f.rows);
  out.write(f.columns);
  for (const double v : {f.x_low, f.x_high, f.y_low, f.y_high}) out.write(v);
  out.write(f.values);
  out.write<std::uint64_t>(f.points.size());
  for (const auto& p : f.points) {
    out.write(p.x);
    out.write(p.y);
    out.write(p.label);
    out.write(p.parents[0]);
    out.write(p.parents[1]);
  }
}

void load(Reader& in, Figure& f) {
  in.read(f.kind);
  if (f.kind > Figure::Kind::tree) in.fail("a figure is of an unknown kind");
  for (auto* text : {&f.title, &f.caption, &f.x_label, &f.y_label}) in.read(*text);
  in.read(f.x);
  f.series.resize(in.read_count(16));
  for (auto& s : f.series) {
    in.read(s.name);
    in.read(s.y);
    if (s.y.size() != f.x.size()) in.fail("a series has another length than its x");
  }
  in.read(f.rows);
  in.read(f.columns);
  for (auto* v : {&f.x_low, &f.x_high, &f.y_low, &f.y_high}) in.read(*v);
  in.read(f.values);
  if (f.rows < 0 || f.columns < 0 ||
      f.values.size() != static_cast<std::uint64_t>(f.rows) * static_cast<std::uint64_t>(f.columns))
    in.fail("a grid of values has another size");
  f.points.resize(in.read_count(32));
  for (auto& p : f.points) {
    in.read(p.x);
    in.read(p.y);
    in.read(p.label);
    for (auto& parent : p.parents) {
      in.read(parent);
      if (parent < -1 || parent >= static_cast<std::int64_t>(f.points.size()))
        in.fail("a point's parent is not there");
    }
  }
}

std::string begin_svg() {
  return "<svg class='chart' viewBox='0 0 " + fixed(kWidth) + " " + fixed(kHeight) +
         "' role='img'>\n";
}

std::string title_of(const std::string& text) { return "<title>" + escape_html(text) + "</title>"; }

std::string stacked(const Figure& f) {
  Plot plot;
  for (const double x : f.x) plot.x.include(x);
  plot.y.include(0);
  std::vector<double> base(f.x.size());
  for (std::size_t i = 0; i < f.x.size(); ++i) {
    double sum = 0;
    for (const auto& s : f.series) sum += std::isfinite(s.y[i]) ? s.y[i] : 0;
    plot.y.include(sum);
  }
  plot.x.settle(0);
  plot.y.settle(0);
  std::string svg = begin_svg();
  for (std::size_t k = 0; k < f.series.size(); ++k) {
    const auto& s = f.series[k];
    std::string above, below;
    for (std::size_t i = 0; i < f.x.size(); ++i) {
      below = plot.point(f.x[i], base[i]) + " " + below;
      base[i] += std::isfinite(s.y[i]) ? s.y[i] : 0;
      above += plot.point(f.x[i], base[i]) + " ";
    }
    const std::string color = s.name.empty() ? "#c4c8d0" : series_color(k);
    svg += "<polygon points='" + above + below + "' fill='" + color +
           "' opacity='0.85' stroke='#8884' stroke-width='0.5'>" + title_of(s.name) +
           "</polygon>\n";
  }
  return svg + grid(plot, {f.title, f.x_label, f.y_label}) + "</svg>\n";
}

// From dark blue over green to yellow, as viridis does it.
std::string heat_color(double part) {
  constexpr double stops[5][3] = {
      {68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}};
  const double at = std::clamp(part, 0.0, 1.0) * 4;
  const auto k = std::min<std::size_t>(static_cast<std::size_t>(at), 3);
  std::string color = "rgb(";
  for (std::size_t c = 0; c < 3; ++c)
    color += std::to_string(static_cast<int>(stops[k][c] + (at - static_cast<double>(k)) *
                                                               (stops[k + 1][c] - stops[k][c]))) +
             (c < 2 ? "," : ")");
  return color;
}

std::string heat(const Figure& f) {
  Plot plot;
  plot.x = {f.x_low, f.x_high};
  plot.y = {f.y_low, f.y_high};
  plot.x.settle(0);
  plot.y.settle(0);
  Axis range = Axis::empty();
  for (const double v : f.values) range.include(v);
  range.settle(0);
  std::string svg = begin_svg();
  const double width = (plot.px(plot.x.high) - plot.px(plot.x.low)) / f.columns;
  const double height = (plot.py(plot.y.low) - plot.py(plot.y.high)) / f.rows;
  for (int row = 0; row < f.rows; ++row)
    for (int column = 0; column < f.columns; ++column) {
      const double v = f.values[static_cast<std::size_t>(row * f.columns + column)];
      if (!std::isfinite(v)) continue;
      svg += "<rect x='" + fixed(plot.px(plot.x.low) + column * width) + "' y='" +
             fixed(plot.py(plot.y.low) - (row + 1) * height) + "' width='" + fixed(width + 0.3) +
             "' height='" + fixed(height + 0.3) + "' fill='" +
             heat_color((v - range.low) / (range.high - range.low)) + "'>" +
             title_of(short_number(v)) + "</rect>\n";
    }
  return svg + grid(plot, {f.title, f.x_label, f.y_label}) + "</svg>\n";
}

std::string tree(const Figure& f) {
  Plot plot;
  for (const auto& p : f.points) {
    plot.x.include(p.x);
    plot.y.include(p.y);
  }
  plot.x.settle(0.02);
  plot.y.settle(0.04);
  std::string svg = begin_svg() + grid(plot, {f.title, f.x_label, f.y_label});
  for (const auto& p : f.points)
    for (const auto parent : p.parents) {
      if (parent < 0) continue;
      const auto& q = f.points[static_cast<std::size_t>(parent)];
      svg += "<line x1='" + fixed(plot.px(q.x)) + "' y1='" + fixed(plot.py(q.y)) + "' x2='" +
             fixed(plot.px(p.x)) + "' y2='" + fixed(plot.py(p.y)) + "' stroke='" + series_color(0) +
             "' stroke-width='0.8' opacity='0.5'/>\n";
    }
  for (const auto& p : f.points)
    svg += "<circle cx='" + fixed(plot.px(p.x)) + "' cy='" + fixed(plot.py(p.y)) +
           "' r='2.4' fill='" + series_color(1) + "'>" + title_of(p.label) + "</circle>\n";
  return svg + "</svg>\n";
}

std::string lines(const Figure& f) {
  std::vector<Series> series;
  for (const auto& s : f.series) series.push_back({s.name, f.x, s.y, {}});
  std::string html = line_chart({f.title, f.x_label, f.y_label}, series) + "<div class='legend'>";
  for (std::size_t i = 0; i < series.size(); ++i)
    html += "<span><i style='background:" + series_color(i) + "'></i>" +
            escape_html(series[i].name) + "</span>";
  return html + "</div>\n";
}

}  // namespace

void save_figures(const std::filesystem::path& path, const std::vector<Figure>& figures) {
  if (figures.empty()) {
    std::filesystem::remove(path);
    return;
  }
  Writer out;
  out.write<std::uint64_t>(figures.size());
  for (const Figure& f : figures) save(f, out);
  save_archive(path, kKind, kVersion, out);
}

std::vector<Figure> load_figures(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return {};
  const ArchiveFile file(path, kKind, kVersion);
  Reader in = file.reader();
  std::vector<Figure> figures(in.read_count(64));
  for (Figure& f : figures) load(in, f);
  return figures;
}

std::string figure_html(const Figure& figure) {
  std::string html = "<h3>" + escape_html(figure.title) + "</h3>\n<div class='card'>\n";
  switch (figure.kind) {
    case Figure::Kind::lines:
      html += lines(figure);
      break;
    case Figure::Kind::stacked:
      html += stacked(figure);
      break;
    case Figure::Kind::heat:
      html += heat(figure);
      break;
    case Figure::Kind::tree:
      html += tree(figure);
      break;
  }
  return html + "</div>\n<p class='note'>" + escape_html(figure.caption) + "</p>\n";
}

}  // namespace sandlot
