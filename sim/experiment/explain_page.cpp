#include "sim/experiment/explain_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sim/experiment/chart.h"
#include "sim/experiment/episode_file.h"
#include "sim/experiment/page.h"
#include "sim/experiment/picture.h"
#include "sim/experiment/state_map_page.h"

namespace sandlot {
namespace {

std::string percent(double share) {
  const double value = 100 * share;
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %%",
                value >= 10 || value == 0 ? 0
                : value >= 1              ? 1
                                          : 2,
                value);
  return text;
}

std::string chip(const std::string& text, const char* kind = "") {
  std::string name = text;
  std::replace(name.begin(), name.end(), '_', ' ');
  return "<span class='chip" + std::string(kind) + "'>" + escape_html(name) + "</span>";
}

std::string chips(const std::vector<std::string>& names) {
  std::string html;
  for (const auto& name : names) html += (html.empty() ? "" : " ") + chip(name);
  return html;
}

const char* style() {
  return R"(<style>
.chip{display:inline-block;background:var(--wash);border:1px solid var(--line);border-radius:999px;padding:1px 10px;font-size:14px;white-space:nowrap}
.chip.bad{border-color:#d55e00;color:#d55e00}.chip.good{border-color:#009e73;color:#009e73}
.rules td{text-align:left}.rules td.n{text-align:right}.arrow{color:var(--soft);padding:0 6px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px}
.tiles div{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:12px 16px}
.tiles b{display:block;font-size:24px;letter-spacing:-.01em}.tiles span{color:var(--soft);font-size:13.5px}
.ends{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:16px}
.ends figure{background:var(--paper);border:1px solid var(--line);border-radius:12px;margin:0;overflow:hidden}
.ends img{width:100%;display:block;border-bottom:1px solid var(--line)}.ends figcaption{padding:12px 16px;font-weight:400}
.ends b{font-size:18px}.traits{color:var(--soft);font-size:14px;margin-top:6px}
.tree text{font-size:12.5px}.tree .q{font-weight:600;fill:var(--ink)}
.bar{height:8px;border-radius:4px;background:#0072b2;display:inline-block;vertical-align:middle;margin-right:8px}
</style>
)";
}

std::string tile(const std::string& value, const std::string& name) {
  return "<div><b>" + value + "</b><span>" + escape_html(name) + "</span></div>\n";
}

std::string overview(const Experience& e) {
  Evaluation all;
  all.episodes = e.episodes;
  std::size_t failed = 0;
  for (std::size_t i = 0; i < e.episodes.size(); ++i) failed += e.failed(i);
  const auto count = static_cast<double>(e.episodes.size());
  std::string html = "<section><div class='tiles'>\n";
  html += tile(short_number(all.mean_return()) + " <small>± " + short_number(all.standard_error()) +
                   "</small>",
               "mean return, ± standard error");
  if (e.spec.has_goal) html += tile(percent(all.goal_share()), "of episodes reach the goal");
  html += tile(percent(static_cast<double>(failed) / count),
               e.spec.has_goal ? "fail" : "end by the world's own rules");
  if (all.truncated_share() > 0) html += tile(percent(all.truncated_share()), "are cut off");
  html += tile(short_number(all.mean_length()), "steps on average");
  return html + "</div></section>\n";
}

std::string rules_section(const Explanation& x, const ExplainSettings& settings) {
  std::string html = "<section><h2>What comes before what</h2>\n";
  if (x.rules.empty())
    return html +
           "<p class='note'>No event foretells another: too few events, or none that "
           "belong together.</p></section>\n";
  html +=
      "<p class='note'>Where all on the left have happened within " +
      std::to_string(settings.window) +
      " steps, what is on the right follows within as many. Lift: how many times likelier than at "
      "any other moment.</p>\n<div class='card'><table class='rules'><thead><tr><th>seen</th><th "
      "style='text-align:left'>follows</th><th>chance</th><th>lift</th><th>times</th></tr></thead>"
      "<tbody>\n";
  for (const EventRule& rule : x.rules) {
    const bool bad = rule.after == "failed" || rule.after == "ended";
    html += "<tr><td>" + chips(rule.before) + "</td><td><span class='arrow'>→</span>" +
            chip(rule.after, bad                            ? " bad"
                             : rule.after == "goal reached" ? " good"
                                                            : "") +
            "</td><td class='n'>" + percent(rule.confidence) + "</td><td class='n main'>" +
            short_number(rule.lift) + "</td><td class='n'>" + std::to_string(rule.count) +
            "</td></tr>\n";
  }
  return html + "</tbody></table></div></section>\n";
}

std::string topics_section(const Explanation& x) {
  if (x.topics.empty()) return "";
  std::string html =
      "<section><h2>Kinds of episodes</h2><p class='note'>Topics of what happens in them (latent "
      "Dirichlet allocation over the counts of events).</p>\n<div class='card'><table "
      "class='rules'>"
      "<thead><tr><th>mostly</th><th>episodes</th><th>mean return</th></tr></thead><tbody>\n";
  for (const EpisodeTopic& topic : x.topics) {
    html += "<tr><td>";
    for (std::size_t i = 0; i < topic.events.size() && i < 5; ++i)
      html += chip(topic.events[i].first + " " + percent(topic.events[i].second)) + " ";
    html += "</td><td class='n'>" + std::to_string(topic.episodes) + "</td><td class='n'>" +
            short_number(topic.mean_return) + "</td></tr>\n";
  }
  return html + "</tbody></table></div></section>\n";
}

// Plays episodes once more up to steps that a picture is wanted of.
class Frames {
 public:
  Frames(const Registry& registry, const Experience& e)
      : registry_(registry), e_(e), yaml_(environment_yaml(registry, e.section)) {}

  // `steps` ascend.
  std::vector<std::string> of(int episode, const std::vector<std::int64_t>& steps, double width) {
    Replay replay(registry_, {"", yaml_, e_.episodes[static_cast<std::size_t>(episode)]},
                  "episode " + std::to_string(episode));
    std::vector<std::string> pictures;
    for (const std::int64_t step : steps) {
      while (replay.step() < step) replay.advance();
      pictures.push_back(maker_.picture(replay.environment(), width));
    }
    return pictures;
  }

 private:
  const Registry& registry_;
  const Experience& e_;
  std::string yaml_;
  PictureMaker maker_;
};

std::string endings_section(const Experience& e, const Explanation& x, Frames& frames) {
  std::string html =
      std::string("<section><h2>") + (e.spec.has_goal ? "Ways to fail" : "Ways to end") + "</h2>\n";
  if (x.endings.empty())
    return html + "<p class='note'>None of these episodes did.</p></section>\n";
  html +=
      "<p class='note'>Last observations, grouped by likeness (k-means, as many groups as the "
      "silhouette says); each picture is the middle of its group.</p>\n<div class='ends'>\n";
  std::size_t all = 0;
  for (const EndingGroup& group : x.endings) all += group.episodes.size();
  for (const EndingGroup& group : x.endings) {
    const std::int64_t length = e.episodes[static_cast<std::size_t>(group.example)].length;
    const auto share = static_cast<double>(group.episodes.size()) / static_cast<double>(all);
    html += "<figure><img alt='the last frame of such an episode' src='" +
            frames.of(group.example, {length}, 480).front() + "'><figcaption><b>" + percent(share) +
            "</b> <small>" + std::to_string(group.episodes.size()) +
            (group.episodes.size() == 1 ? " episode" : " episodes") + "</small> " +
            chips(group.events);
    if (!group.traits.empty()) {
      html += "<div class='traits'>";
      for (std::size_t i = 0; i < group.traits.size(); ++i)
        html += (i ? ", " : "") + escape_html(group.traits[i].first) +
                (group.traits[i].second > 0 ? " high (+" : " low (−") +
                short_number(std::abs(group.traits[i].second)) + " sd)";
      html += "</div>";
    }
    html += "</figcaption></figure>\n";
  }
  return html + "</div></section>\n";
}

std::string text_at(double x, double y, const std::string& text, const char* kind = "") {
  return "<text x='" + short_number(std::round(x)) + "' y='" + short_number(std::round(y)) +
         "' text-anchor='middle' class='" + kind + "'>" + escape_html(text) + "</text>";
}

// Leaves stand side by side, a question above the middle of its answers.
class TreePicture {
 public:
  TreePicture(const Experience& e, const SurrogateTree& tree) : e_(e), tree_(tree) {}

  std::string draw() {
    place(0, 0);
    std::string body;
    for (std::size_t i = 0; i < tree_.nodes.size(); ++i) body += lines(i);
    for (std::size_t i = 0; i < tree_.nodes.size(); ++i) body += node(i);
    const double width = kLeaf * leaves_, height = kRow * (deepest_ + 1);
    return "<div style='overflow-x:auto'><svg class='chart tree' role='img' aria-label='decision "
           "tree' style='min-width:" +
           std::to_string(static_cast<int>(width * 0.8)) + "px' viewBox='0 0 " +
           std::to_string(static_cast<int>(width)) + " " +
           std::to_string(static_cast<int>(height)) + "'>" + body + "</svg></div>";
  }

 private:
  static constexpr double kLeaf = 132, kRow = 92, kTop = 34;

  double place(std::size_t at, int depth) {
    if (at_.size() < tree_.nodes.size()) at_.resize(tree_.nodes.size());
    deepest_ = std::max(deepest_, depth);
    const auto& n = tree_.nodes[at];
    double x = 0;
    if (n.yes < 0)
      x = kLeaf * (leaves_++ + 0.5);
    else
      x = (place(static_cast<std::size_t>(n.yes), depth + 1) +
           place(static_cast<std::size_t>(n.no), depth + 1)) /
          2;
    at_[at] = {x, kTop + kRow * depth};
    return x;
  }
  std::string lines(std::size_t i) const {
    const auto& n = tree_.nodes[i];
    if (n.yes < 0) return "";
    std::string svg;
    for (const int child : {n.yes, n.no}) {
      const auto& [x, y] = at_[static_cast<std::size_t>(child)];
      svg += "<path fill='none' stroke='var(--line)' stroke-width='2' d='M" +
             short_number(at_[i].first) + " " + short_number(at_[i].second + 10) + " C" +
             short_number(at_[i].first) + " " + short_number(at_[i].second + 50) + " " +
             short_number(x) + " " + short_number(y - 50) + " " + short_number(x) + " " +
             short_number(y - 14) + "'/>" +
             text_at((at_[i].first + 2 * x) / 3, y - 30, child == n.yes ? "yes" : "no");
    }
    return svg;
  }
  std::string node(std::size_t i) const {
    const auto& n = tree_.nodes[i];
    const auto& [x, y] = at_[i];
    if (n.yes >= 0) return text_at(x, y, n.question, "q");
    const std::string color = series_color(static_cast<std::size_t>(n.action));
    return "<rect x='" + short_number(x - 60) + "' y='" + short_number(y - 14) +
           "' width='120' height='42' rx='10' fill='" + color + "' opacity='.16'/><rect x='" +
           short_number(x - 60) + "' y='" + short_number(y - 14) +
           "' width='5' height='42' rx='2' fill='" + color + "'/>" +
           text_at(x, y + 3, e_.action_name(n.action), "q") +
           text_at(x, y + 19, percent(n.share) + " of " + percent(n.states));
  }

  const Experience& e_;
  const SurrogateTree& tree_;
  std::vector<std::pair<double, double>> at_;
  int leaves_ = 0, deepest_ = 0;
};

std::string tree_section(const Experience& e, const Explanation& x) {
  if (x.tree.nodes.empty()) return "";
  return "<section><h2>The policy as a few questions</h2><p class='note'>The decision tree that "
         "acts "
         "most like it, learnt from half of the episodes. In the others it does as the policy in "
         "<b>" +
         percent(x.tree.fidelity) +
         "</b> of all states; always taking the most frequent action would "
         "in " +
         percent(x.tree.baseline) +
         ". Under each answer: how often the policy agrees there, and what share of states come "
         "there."
         "</p>\n<figure>" +
         TreePicture(e, x.tree).draw() + "</figure></section>\n";
}

std::string influence_section(const Explanation& x) {
  if (x.influences.empty()) return "";
  constexpr std::size_t kMost = 20;
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < x.influences.size() && i < kMost; ++i)
    bars.push_back({x.influences[i].name, x.influences[i].changed, 0});
  return "<section><h2>What it looks at</h2><p class='note'>Share of states in which it chooses "
         "otherwise once a value is that of another state (permutation importance).</p>\n<figure>" +
         bar_chart("permutation importance", bars) + "</figure></section>\n";
}

}  // namespace

std::string state_map_html(const Registry& registry, const Experience& e, const StateMap& map) {
  if (map.states.empty()) return "";
  Frames frames(registry, e);
  constexpr double kWidth = 176;
  // States come in the order of episodes and steps.
  std::vector<std::string> pictures;
  for (std::size_t i = 0; i < map.states.size();) {
    const int episode = e.visited[map.states[i]].episode;
    std::vector<std::int64_t> steps;
    for (; i < map.states.size() && e.visited[map.states[i]].episode == episode; ++i)
      steps.push_back(e.visited[map.states[i]].step);
    for (auto& picture : frames.of(episode, steps, kWidth)) pictures.push_back(std::move(picture));
  }
  return state_map_section(e, map, pictures);
}

std::string explain_html(const Registry& registry, const ExplainedRun& run,
                         const Experience& experience, const Explanation& explanation,
                         const ExplainSettings& settings) {
  Frames frames(registry, experience);
  return begin_page("Why " + run.label + " does what it does",
                    run.played + ": " + short_number(static_cast<double>(experience.steps())) +
                        " steps in " + experience.spec.name + ".") +
         style() + overview(experience) + endings_section(experience, explanation, frames) +
         rules_section(explanation, settings) + tree_section(experience, explanation) +
         influence_section(explanation) + state_map_html(registry, experience, explanation.map) +
         topics_section(explanation) + end_page();
}

}  // namespace sandlot
