#include "sim/cli/tournament_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "sim/experiment/page.h"
#include "sim/experiment/plot.h"

namespace sandlot {
namespace {

std::string number(double value, const char* format) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

struct Mark {
  std::string label, name;                 // shown, and told in full
  double x = 0, y = 0, low = 0, high = 0;  // with its interval
};

std::string vertical(double x, double y1, double y2, const std::string& color) {
  return "<line x1='" + fixed(x) + "' x2='" + fixed(x) + "' y1='" + fixed(y1) + "' y2='" +
         fixed(y2) + "' stroke='" + color + "' stroke-width='1.6'/>\n";
}
std::string horizontal(double y, double x1, double x2, const std::string& color,
                       const std::string& extra = "") {
  return "<line x1='" + fixed(x1) + "' x2='" + fixed(x2) + "' y1='" + fixed(y) + "' y2='" +
         fixed(y) + "' stroke='" + color + "' stroke-width='1.6'" + extra + "/>\n";
}

// Points with whiskers, joined by a line.
std::string curve(const Plot& plot, const std::vector<Mark>& marks, const std::string& color) {
  std::string svg, line;
  for (const Mark& m : marks) {
    const double x = plot.px(m.x), low = plot.py(m.low), high = plot.py(m.high);
    svg += vertical(x, low, high, color) + horizontal(low, x - 5, x + 5, color) +
           horizontal(high, x - 5, x + 5, color) + "<circle cx='" + fixed(x) + "' cy='" +
           fixed(plot.py(m.y)) + "' r='4' fill='" + color + "'><title>" + escape_html(m.name) +
           "</title></circle>\n";
    const bool last = x > kWidth - 120;
    svg += text_at(x + (last ? -9 : 9), plot.py(m.y) + 18, last ? "end" : "start", m.label);
    line += plot.point(m.x, m.y) + " ";
  }
  return "<polyline points='" + line + "' fill='none' stroke='" + color +
         "' stroke-width='1.8' opacity='0.55'/>\n" + svg;
}

std::string open_chart(const std::string& title, double height) {
  return "<svg class='chart' viewBox='0 0 760 " + fixed(height) + "' role='img' aria-label='" +
         escape_html(title) + "'>\n";
}

std::string figure(const std::string& title, const std::string& note, const std::string& chart) {
  return "<section><h2>" + escape_html(title) + "</h2><p class='note'>" + escape_html(note) +
         "</p><div class='card'>" + chart + "</div></section>\n";
}

std::string table(const std::vector<Standing>& all) {
  std::string html =
      "<section><div class='card'><table><tr><th>player</th><th>Elo</th><th>± 95%</th>"
      "<th>games</th><th>won</th><th>share</th><th>95% interval</th><th>s a move</th></tr>\n";
  for (const Standing& s : all) {
    const Rating& r = s.rating;
    const Interval share = wilson(r.score, r.games);
    html += "<tr><td>" + escape_html(s.name) + "</td><td class='main'>" + number(r.elo, "%.0f") +
            "</td><td>" + number(r.error, "%.0f") + "</td><td>" + std::to_string(r.games) +
            "</td><td>" + number(r.score, "%g") + "</td><td>" +
            number(r.games > 0 ? 100 * r.score / r.games : 0, "%.1f%%") + "</td><td>" +
            number(100 * share.low, "%.1f") + " to " + number(100 * share.high, "%.1f%%") +
            "</td><td>" + number(s.seconds, "%.3f") + "</td></tr>\n";
  }
  return html + "</table></div></section>\n";
}

// A row for each player: a point, its interval to both sides.
std::string elo_chart(const std::vector<Standing>& all) {
  constexpr double kNames = 190, kRow = 26, kFoot = 34;
  Axis axis = Axis::empty();
  for (const Standing& s : all) {
    axis.include(s.rating.elo - s.rating.error);
    axis.include(s.rating.elo + s.rating.error);
  }
  axis.settle(0.04);
  const auto px = [&](double v) {
    return kNames + (v - axis.low) / (axis.high - axis.low) * (kWidth - kNames - kRight);
  };
  const double bottom = kRow * static_cast<double>(all.size()) + 6;
  std::string svg = open_chart("Elo", bottom + kFoot);
  for (const double t : axis.ticks())
    svg += "<line class='grid' x1='" + fixed(px(t)) + "' x2='" + fixed(px(t)) + "' y1='2' y2='" +
           fixed(bottom) + "'/>\n" + text_at(px(t), bottom + 18, "middle", short_number(t));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Rating& r = all[i].rating;
    const double y = 6 + kRow * (static_cast<double>(i) + 0.5);
    const double low = px(r.elo - r.error), high = px(r.elo + r.error);
    const std::string color = series_color(0);
    svg += text_at(kNames - 12, y + 4, "end", all[i].name) + horizontal(y, low, high, color) +
           vertical(low, y - 5, y + 5, color) + vertical(high, y - 5, y + 5, color) +
           "<circle cx='" + fixed(px(r.elo)) + "' cy='" + fixed(y) + "' r='4.5' fill='" + color +
           "'><title>" + escape_html(all[i].name) + ": " + number(r.elo, "%.0f") + " ± " +
           number(r.error, "%.0f") + "</title></circle>\n";
  }
  return svg + "</svg>\n";
}

// Ticks of a logarithmic axis at 1, 2 and 5 times powers of ten.
std::string log_ticks(const Plot& plot) {
  std::string svg;
  for (int power = static_cast<int>(std::floor(plot.x.low)); power <= plot.x.high; ++power) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      const double at = std::log10(digit) + power;
      if (at < plot.x.low || at > plot.x.high) continue;
      svg += vertical(plot.px(at), kHeight - kBottom, kHeight - kBottom + 4, "currentColor") +
             text_at(plot.px(at), kHeight - kBottom + 18, "middle",
                     short_number(digit * std::pow(10, power)));
    }
  }
  return svg;
}

std::string share_grid(const Plot& plot, const std::string& y_label, const std::string& x_label) {
  std::string svg;
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double y = plot.py(share);
    svg += "<line class='grid' x1='" + fixed(kLeft) + "' x2='" + fixed(kWidth - kRight) + "' y1='" +
           fixed(y) + "' y2='" + fixed(y) + "'/>\n" +
           text_at(kLeft - 8, y + 4, "end", number(100 * share, "%.0f%%"));
  }
  const double middle = (kTop + kHeight - kBottom) / 2;
  return svg + text_at((kLeft + kWidth - kRight) / 2, kHeight - 6, "middle", x_label) +
         text_at(14, middle, "middle", y_label,
                 " transform='rotate(-90 14 " + fixed(middle) + ")'");
}

// Empty unless two players or more took different times against the reference.
std::string seconds_chart(const std::vector<TournamentGame>& games,
                          const std::vector<Standing>& all, const std::string& reference) {
  std::vector<Mark> marks;
  for (const Standing& s : all) {
    const Score score = score_against(games, s.name, reference);
    // Where a move takes next to nothing, its time says nothing.
    if (s.name == reference || score.games == 0 || s.seconds < 0.001) continue;
    if (trained_steps_of(s.name) >= 0) continue;  // stages differ in more than time
    const Interval share = wilson(score.points, score.games);
    const double mean = score.points / score.games;
    marks.push_back({s.name,
                     s.name + ": " + number(100 * mean, "%.1f%%") + " of " +
                         std::to_string(score.games) + ", " + number(s.seconds, "%.3f s"),
                     std::log10(s.seconds), mean, share.low, share.high});
  }
  if (marks.size() < 2) return "";
  std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.x < b.x; });
  Plot plot;
  for (const Mark& m : marks) plot.x.include(m.x);
  if (plot.x.high - plot.x.low < 0.1) return "";
  plot.x.settle(0.06);
  plot.y = {0, 1};
  const std::string title = "Win rate against " + reference;
  return figure(title + " over seconds a move",
                "points with 95% intervals (Wilson); seconds as measured",
                open_chart(title, kHeight) + share_grid(plot, title, "seconds a move") +
                    log_ticks(plot) + curve(plot, marks, series_color(0)) + "</svg>\n");
}

// Empty unless there are two stages or more of one run.
std::string training_chart(const std::vector<Standing>& all) {
  std::map<std::string, std::vector<Mark>> runs;
  Plot plot;
  for (const Standing& s : all) {
    const auto steps = trained_steps_of(s.name);
    const Rating& r = s.rating;
    plot.y.include(steps < 0 ? r.elo : r.elo - r.error);
    plot.y.include(steps < 0 ? r.elo : r.elo + r.error);
    if (steps < 0) continue;
    const auto x = static_cast<double>(steps);
    plot.x.include(x);
    runs[s.name.substr(0, s.name.rfind('@'))].push_back(
        {"", s.name + ": " + number(r.elo, "%.0f") + " ± " + number(r.error, "%.0f"), x, r.elo,
         r.elo - r.error, r.elo + r.error});
  }
  std::erase_if(runs, [](const auto& run) { return run.second.size() < 2; });
  if (runs.empty()) return "";
  plot.x.settle(0.03);
  plot.x.high += 0.13 * (plot.x.high - plot.x.low);  // room for names right of the last point
  plot.y.settle(0.05);
  std::string svg =
      open_chart("Elo over training", kHeight) + grid(plot, {"", "steps of training", "Elo"});
  for (const Standing& s : all) {
    if (trained_steps_of(s.name) >= 0) continue;
    const double y = plot.py(s.rating.elo);
    svg += horizontal(y, kLeft, kWidth - kRight, series_color(7), " stroke-dasharray='5 4'") +
           text_at(kWidth - kRight - 4, y - 4, "end", s.name);
  }
  std::size_t color = 0;
  std::string legend;
  for (auto& [name, marks] : runs) {
    std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.x < b.x; });
    svg += curve(plot, marks, series_color(color));
    legend += "<span><i style='background:" + series_color(color++) + "'></i>" + escape_html(name) +
              "</span>";
  }
  return figure("Elo over training",
                "stages of a run, with 95% intervals; dashed: who stays as he is",
                svg + "</svg>\n<div class='legend'>" + legend + "</div>");
}

// Of each player against each other: won of games.
std::string matrix(const std::vector<TournamentGame>& games, const std::vector<Standing>& all) {
  if (all.size() < 3) return "";
  std::string html =
      "<section><h2>Who won against whom</h2><div class='card'><table class='matrix'><tr><th></th>";
  for (const Standing& s : all) html += "<th>" + escape_html(s.name) + "</th>";
  html += "</tr>\n";
  for (const Standing& row : all) {
    html += "<tr><td>" + escape_html(row.name) + "</td>";
    for (const Standing& column : all) {
      const Score score = score_against(games, row.name, column.name);
      if (score.games == 0) {
        html += "<td></td>";
        continue;
      }
      const double share = score.points / score.games;
      html += "<td style='background:color-mix(in srgb," + series_color(0) + " " +
              number(70 * share, "%.0f%%") + ",transparent)'>" + number(score.points, "%g") +
              "<small> of " + std::to_string(score.games) + "</small></td>";
    }
    html += "</tr>\n";
  }
  return html + "</table></div></section>\n";
}

}  // namespace

std::string tournament_page(const std::string& lead, const std::vector<TournamentGame>& games,
                            const std::vector<std::string>& references) {
  const auto all = standings(games, references.empty() ? "" : references.front());
  std::string html = begin_page("Tournament", lead) + table(all);
  html += training_chart(all);
  for (const auto& reference : references)
    if (trained_steps_of(reference) < 0) html += seconds_chart(games, all, reference);
  html += figure("Elo",
                 references.empty() ? "95% intervals; 0 is the mean of all"
                                    : "95% intervals; 0 is " + references.front(),
                 elo_chart(all));
  return html + matrix(games, all) + end_page();
}

}  // namespace sandlot
