#include "sim/experiment/report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "sim/core/archive.h"
#include "sim/experiment/chart.h"
#include "sim/experiment/episode_file.h"
#include "sim/experiment/figures.h"
#include "sim/experiment/metrics.h"
#include "sim/experiment/page.h"
#include "sim/experiment/picture.h"
#include "sim/experiment/statistics.h"

namespace sandlot {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Group {  // the seeds of one variant
  std::string name;
  std::vector<RunFolder> runs;
  std::vector<MetricsTable> tables;
  ExperimentConfig config;
};

std::vector<Group> group_runs(const Registry& registry, const std::vector<RunFolder>& runs) {
  std::vector<Group> groups;
  std::map<std::filesystem::path, std::size_t> index;
  for (const auto& run : runs) {
    const auto parent = run.path().parent_path();
    const auto [at, fresh] = index.try_emplace(parent, groups.size());
    if (fresh)
      groups.push_back({parent.filename().string(), {}, {}, load_run_config(registry, run)});
    Group& group = groups[at->second];
    group.runs.push_back(run);
    group.tables.push_back(read_metrics(run.metrics()));
  }
  return groups;
}

// The column of one run as (x, y) points, blanks left out.
std::pair<std::vector<double>, std::vector<double>> points(const MetricsTable& table,
                                                           const std::string& x_name,
                                                           const std::string& name) {
  std::pair<std::vector<double>, std::vector<double>> result;
  const int x = table.column(x_name), y = table.column(name);
  if (x < 0 || y < 0) return result;
  for (const auto& row : table.rows) {
    const double value = row[static_cast<std::size_t>(y)];
    if (!std::isfinite(value)) continue;
    result.first.push_back(row[static_cast<std::size_t>(x)]);
    result.second.push_back(value);
  }
  return result;
}

double interpolate(const std::vector<double>& x, const std::vector<double>& y, double at) {
  if (x.empty() || at < x.front() || at > x.back()) return kNaN;
  const auto upper = std::lower_bound(x.begin(), x.end(), at);
  const auto i = static_cast<std::size_t>(upper - x.begin());
  if (*upper == at || i == 0) return y[i];
  const double share = (at - x[i - 1]) / (x[i] - x[i - 1]);
  return y[i - 1] + share * (y[i] - y[i - 1]);
}

// Mean and standard deviation over the seeds, at the first seed's places.
Series mean_curve(const Group& group, const std::string& x_name, const std::string& name) {
  Series series;
  series.name = group.name;
  std::vector<std::pair<std::vector<double>, std::vector<double>>> all;
  for (const auto& table : group.tables) all.push_back(points(table, x_name, name));
  if (all.empty()) return series;
  for (const double x : all.front().first) {
    std::vector<double> values;
    for (const auto& [xs, ys] : all) values.push_back(interpolate(xs, ys, x));
    const Summary s = summarize(values);
    series.x.push_back(x);
    series.y.push_back(s.mean);
    if (group.tables.size() > 1) series.spread.push_back(s.deviation);
  }
  return series;
}

double last_value(const MetricsTable& table, const std::string& name) {
  const auto [x, y] = points(table, "steps", name);
  return y.empty() ? kNaN : y.back();
}

std::string pretty(const std::string& metric) {
  static const std::map<std::string, std::string> kNames{
      {"episode_return", "Return while training"},
      {"episode_length", "Episode length while training"},
      {"eval_return", "Return of the greedy policy"},
      {"eval_length", "Episode length of the greedy policy"},
      {"eval_truncated", "Share of greedy episodes cut off by the step limit"},
      {"eval_goal", "Share of greedy episodes that reach the goal"},
      {"unseen_return", "Return of the greedy policy in unseen worlds"},
      {"unseen_goal", "Share of greedy episodes in unseen worlds that reach the goal"}};
  const auto at = kNames.find(metric);
  if (at != kNames.end()) return at->second;
  std::string name = metric;
  std::replace(name.begin(), name.end(), '_', ' ');
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

// Columns that are no curve, or one that is there in any case.
bool is_fixed(const std::string& column) {
  static const std::set<std::string> kFixed{"steps",          "episodes",       "episode_return",
                                            "episode_length", "eval_return",    "eval_deviation",
                                            "eval_length",    "eval_truncated", "unseen_deviation"};
  return kFixed.contains(column);
}

std::string legend(const std::vector<Group>& groups) {
  if (groups.size() < 2) return "";
  std::string html = "<div class='legend'>";
  for (std::size_t i = 0; i < groups.size(); ++i)
    html += "<span><i style='background:" + series_color(i) + "'></i>" +
            escape_html(groups[i].name) + "</span>";
  return html + "</div>\n";
}

std::string charts(const std::vector<Group>& groups) {
  std::vector<std::string> names{"eval_return",    "eval_goal",      "unseen_return", "unseen_goal",
                                 "episode_return", "episode_length", "eval_truncated"};
  for (const auto& group : groups)
    for (const auto& table : group.tables)
      for (const std::string& column : table.columns)
        if (!is_fixed(column) && std::find(names.begin(), names.end(), column) == names.end())
          names.push_back(column);
  const bool in_episodes = groups.front().config.training.in_episodes();
  const std::string x_name = in_episodes ? "episodes" : "steps";
  std::string html;
  for (const auto& name : names) {
    std::vector<Series> series;
    std::size_t most = 0;
    double largest = 0;
    for (const auto& group : groups) {
      series.push_back(mean_curve(group, x_name, name));
      most = std::max(most, series.back().x.size());
      for (const double y : series.back().y)
        if (std::isfinite(y)) largest = std::max(largest, std::abs(y));
    }
    if (most < 2 || (name == "eval_truncated" && largest == 0)) continue;
    html += "<figure><figcaption>" + escape_html(pretty(name)) + "</figcaption>\n" +
            line_chart({pretty(name), x_name, pretty(name)}, series) + legend(groups) +
            "</figure>\n";
  }
  return html;
}

// The last value of each seed.
std::vector<double> last_values(const Group& group, const std::string& name) {
  std::vector<double> values;
  for (const auto& table : group.tables) values.push_back(last_value(table, name));
  return values;
}

// Mean over the seeds and, of several, their deviation.
std::string mean_cell(const Group& group, const std::string& name, double factor = 1,
                      const char* unit = "") {
  std::vector<double> values = last_values(group, name);
  for (double& value : values) value *= factor;
  const Summary s = summarize(values);
  if (s.count == 0) return "<td>–</td>";
  std::string text = short_number(s.mean);
  if (s.count > 1) text += " <small>± " + short_number(s.deviation) + "</small>";
  return "<td>" + text + unit + "</td>";
}

std::string scores(const std::vector<Group>& groups) {
  const auto any = [&](const std::string& name) {
    return std::any_of(groups.begin(), groups.end(),
                       [&](const Group& group) { return group.tables.front().column(name) >= 0; });
  };
  const bool goal = any("eval_goal"), unseen = any("unseen_return");
  std::string html =
      "<table><thead><tr><th>variant</th><th>seeds</th><th>greedy return, final</th><th>± sd over "
      "seeds</th><th>lowest … highest</th>";
  if (goal) html += "<th>goal reached</th>";
  if (unseen) html += "<th>return, unseen</th>";
  if (goal && unseen) html += "<th>goal, unseen</th>";
  html +=
      "<th>greedy length</th><th>cut off</th><th>training return, last row</th></tr></thead>"
      "<tbody>\n";
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Group& group = groups[g];
    const std::vector<double> returns = last_values(group, "eval_return");
    const Summary s = summarize(returns);
    const auto [low, high] = std::minmax_element(returns.begin(), returns.end());
    html += "<tr><td><i style='background:" + series_color(g) + "'></i>" + escape_html(group.name) +
            "</td><td>" + std::to_string(group.runs.size()) + "</td><td class='main'>" +
            short_number(s.mean) + "</td><td>" +
            (s.count > 1 ? short_number(s.deviation) : std::string("–")) + "</td><td>" +
            short_number(*low) + " … " + short_number(*high) + "</td>";
    if (goal) html += mean_cell(group, "eval_goal", 100, " %");
    if (unseen) html += mean_cell(group, "unseen_return");
    if (goal && unseen) html += mean_cell(group, "unseen_goal", 100, " %");
    html += "<td>" + short_number(summarize(last_values(group, "eval_length")).mean) + "</td><td>" +
            short_number(100 * summarize(last_values(group, "eval_truncated")).mean) +
            " %</td><td>" + short_number(summarize(last_values(group, "episode_return")).mean) +
            "</td></tr>\n";
  }
  return html + "</tbody></table>\n";
}

// Six frames of the newest median episode, evenly spaced.
std::string strip(const Registry& registry, const Group& group) {
  std::optional<std::filesystem::path> newest;
  for (const auto& path : group.runs.front().list_episodes())
    if (path.stem().string().ends_with("-median")) newest = path;
  if (!newest) return "";
  constexpr std::int64_t kFrames = 6;
  const EpisodeFile file = load_episode(*newest);
  Replay replay(registry, file, newest->string());
  const std::int64_t length = file.episode.length;
  PictureMaker pictures;
  std::string html = "<p class='note'>" + escape_html(file.label) + ": return " +
                     short_number(file.episode.episode_return) + " in " + std::to_string(length) +
                     " steps.</p>\n<div class='strip'>\n";
  for (std::int64_t k = 0; k < kFrames; ++k) {
    const std::int64_t at = length * k / (kFrames - 1);
    if (k > 0 && at == length * (k - 1) / (kFrames - 1)) continue;
    while (replay.step() < at) replay.advance();
    html += "<figure><img alt='step " + std::to_string(at) + "' src='" +
            pictures.picture(replay.environment(), 480) + "'><figcaption>step " +
            std::to_string(at) + "</figcaption></figure>\n";
  }
  return html + "</div>\n";
}

// What the agents show of their way of learning, of the first seed of each variant.
std::string agent_figures(const std::vector<Group>& groups) {
  std::string html;
  for (const auto& group : groups) {
    std::string figures;
    for (const Figure& figure : load_figures(group.runs.front().figures()))
      figures += figure_html(figure);
    if (figures.empty()) continue;
    html += (groups.size() > 1 ? "<h3>" + escape_html(group.name) + ", seed " : "<h3>Seed ") +
            std::to_string(group.runs.front().seed()) + "</h3>\n" + figures;
  }
  return html.empty() ? "" : "<section><h2>How it learnt</h2>\n" + html + "</section>\n";
}

}  // namespace

std::string report_html(const Registry& registry, const std::vector<RunFolder>& runs,
                        const std::string& more) {
  const std::vector<Group> groups = group_runs(registry, runs);
  const ExperimentConfig& first = groups.front().config;
  std::size_t seeds = 0;
  for (const auto& group : groups) seeds = std::max(seeds, group.runs.size());
  std::string html = begin_page(first.name, first.description);
  html += "<section><h2>Final scores</h2><div class='card'>\n" + scores(groups) +
          "</div><p class='note'>The greedy policy, without exploration, on " +
          std::to_string(first.training.evaluate.episodes) +
          " episodes of its own seeds; rewards as the world gives them, unscaled and "
          "unclipped.</p></section>\n";
  html += "<section><h2>Learning curves</h2><p class='note'>" +
          std::string(
              seeds > 1 ? "Mean over " + std::to_string(seeds) +
                              " seeds; the band is one standard deviation over seeds to each side."
                        : "One seed: no spread can be shown.") +
          "</p>\n" + charts(groups) + "</section>\n";
  html += "<section><h2>An episode</h2>\n";
  for (const auto& group : groups) {
    const std::string frames = strip(registry, group);
    if (!frames.empty())
      html += (groups.size() > 1 ? "<h3>" + escape_html(group.name) + "</h3>\n" : "") + frames;
  }
  html += "</section>\n" + agent_figures(groups) + more +
          "<section><h2>Configuration, every value spelt out</h2>\n";
  for (const auto& group : groups)
    html += "<details" + std::string(groups.size() == 1 ? " open" : "") + "><summary>" +
            escape_html(groups.size() == 1 ? first.name : group.name) + "</summary><pre>" +
            escape_html(group.config.resolved(registry)) + "</pre></details>\n";
  return html + "</section>\n" + end_page();
}

void write_report(const Registry& registry, const std::vector<RunFolder>& runs,
                  const std::filesystem::path& path, const std::string& more) {
  write_file_atomically(path, report_html(registry, runs, more));
}

}  // namespace sandlot
