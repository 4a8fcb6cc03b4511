#include "sim/experiment/state_map_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "sim/experiment/chart.h"

namespace sandlot {
namespace {

constexpr double kSize = 720, kMargin = 16;

std::string color_text(const std::array<double, 3>& c) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", static_cast<int>(std::lround(c[0])),
                static_cast<int>(std::lround(c[1])), static_cast<int>(std::lround(c[2])));
  return text;
}

// From low to high, dark to light, in steps that look alike (between points of matplotlib's
// viridis).
std::string shade(double t) {
  constexpr std::array<std::array<double, 3>, 5> kStops{
      {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}}};
  const double at = std::clamp(t, 0.0, 1.0) * (kStops.size() - 1);
  const auto i = std::min<std::size_t>(static_cast<std::size_t>(at), kStops.size() - 2);
  std::array<double, 3> c{};
  for (std::size_t k = 0; k < 3; ++k)
    c[k] = kStops[i][k] + (at - static_cast<double>(i)) * (kStops[i + 1][k] - kStops[i][k]);
  return color_text(c);
}

// A way to colour the points: a colour for each, and what the colours mean.
struct Coloring {
  std::string name;
  std::vector<std::string> colors;
  std::string legend;
};

std::string entry(const std::string& color, const std::string& name) {
  return "<span><i style='background:" + color + "'></i>" + escape_html(name) + "</span>";
}

// The few farthest out do not take the shades from the rest.
Coloring by_number(const std::string& name, const std::vector<double>& values) {
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t aside = sorted.size() / 50;
  const double low = sorted[aside], high = sorted[sorted.size() - 1 - aside];
  const double range = std::max(high - low, 1e-12);
  Coloring c{name, {}, ""};
  for (const double v : values) c.colors.push_back(shade((v - low) / range));
  for (const double t : {0.0, 0.5, 1.0})
    c.legend += entry(shade(t), short_number(low + t * (high - low)));
  return c;
}

std::vector<Coloring> colorings(const Experience& e, const StateMap& map) {
  std::vector<Coloring> all;
  std::vector<double> values, times;
  Coloring cluster{"cluster", {}, ""}, outcome{"outcome", {}, ""}, action{"action", {}, ""};
  std::array<bool, 3> met{};
  const std::array<std::string, 3> ends{e.spec.has_goal ? "failed" : "ended", "goal reached",
                                        "cut off"};
  const std::array<std::string, 3> end_colors{"#d55e00", "#009e73", "#8a94a6"};
  std::vector<bool> taken(e.spec.action.is_discrete() ? static_cast<std::size_t>(e.spec.action.n)
                                                      : 0);
  for (std::size_t i = 0; i < map.states.size(); ++i) {
    const VisitedState& state = e.visited[map.states[i]];
    const auto episode = static_cast<std::size_t>(state.episode);
    values.push_back(static_cast<double>(state.value));
    times.push_back(static_cast<double>(state.step) /
                    static_cast<double>(std::max<std::int64_t>(1, e.episodes[episode].length)));
    cluster.colors.push_back(series_color(static_cast<std::size_t>(map.clusters[i])));
    const std::size_t end = e.failed(episode)                                 ? 0
                            : e.episodes[episode].status == Status::truncated ? 2
                                                                              : 1;
    met[end] = true;
    outcome.colors.push_back(end_colors[end]);
    if (taken.empty()) continue;
    action.colors.push_back(series_color(static_cast<std::size_t>(state.action)));
    taken[static_cast<std::size_t>(state.action)] = true;
  }
  for (std::size_t k = 0; k < 3; ++k)
    if (met[k]) outcome.legend += entry(end_colors[k], ends[k]);
  for (std::size_t a = 0; a < taken.size(); ++a)
    if (taken[a])
      action.legend += entry(series_color(a), e.action_name(static_cast<std::int32_t>(a)));
  for (int c = 0; c < map.cluster_count; ++c)
    cluster.legend += entry(series_color(static_cast<std::size_t>(c)), std::to_string(c + 1));
  if (e.has_values) all.push_back(by_number("value", values));
  all.push_back(outcome);
  if (!taken.empty()) all.push_back(action);
  all.push_back(by_number("time", times));
  if (map.cluster_count > 1) all.push_back(cluster);
  return all;
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const auto& text : texts) json += (json.size() > 1 ? ",'" : "'") + text + "'";
  return json + "]";
}

const char* script() {
  return R"(
const root=document.getElementById('map'),dots=[...root.querySelectorAll('circle')],
 box=root.querySelector('.peek'),img=box.querySelector('img'),text=box.querySelector('span'),
 legend=root.querySelector('.legend'),buttons=[...root.querySelectorAll('button')];
function paint(i){dots.forEach((d,k)=>d.setAttribute('fill',colorings[i].colors[k]));
 legend.innerHTML=colorings[i].legend;buttons.forEach((b,k)=>b.setAttribute('aria-pressed',k===i))}
function show(k){dots.forEach(d=>d.classList.remove('on'));dots[k].classList.add('on');
 img.src=frames[k];text.textContent=notes[k]}
buttons.forEach((b,i)=>b.onclick=()=>paint(i));
dots.forEach((d,k)=>{d.onmouseenter=()=>show(k);d.onclick=()=>show(k)});
paint(0);show(0);root.dataset.ready='1';
)";
}

}  // namespace

std::string state_map_section(const Experience& e, const StateMap& map,
                              const std::vector<std::string>& pictures) {
  const Eigen::RowVector2f low = map.points.colwise().minCoeff(),
                           high = map.points.colwise().maxCoeff();
  const double scale = (kSize - 2 * kMargin) /
                       static_cast<double>(std::max({high[0] - low[0], high[1] - low[1], 1e-6f}));
  std::string dots;
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < map.states.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const VisitedState& state = e.visited[map.states[i]];
    char text[96];
    std::snprintf(text, sizeof text, "<circle cx='%.1f' cy='%.1f' r='6'/>",
                  kMargin + scale * static_cast<double>(map.points(row, 0) - low[0]),
                  kMargin + scale * static_cast<double>(map.points(row, 1) - low[1]));
    dots += text;
    std::string note =
        "episode " + std::to_string(state.episode + 1) + ", step " + std::to_string(state.step);
    if (e.spec.action.is_discrete()) note += ": " + e.action_name(state.action);
    if (e.has_values) note += ", value " + short_number(static_cast<double>(state.value));
    std::replace(note.begin(), note.end(), '\'', ' ');
    notes.push_back(note);
  }
  std::string buttons, data = "const colorings=[";
  for (const Coloring& c : colorings(e, map)) {
    buttons += "<button type='button'>" + escape_html(c.name) + "</button>";
    data += "{colors:" + list_of(c.colors) + ",legend:\"" + c.legend + "\"},";
  }
  data += "];\nconst frames=" + list_of(pictures) + ";\nconst notes=" + list_of(notes) + ";\n";
  return "<style>#map{display:grid;grid-template-columns:minmax(0,1fr) "
         "300px;gap:20px}@media(max-width:"
         "760px){#map{grid-template-columns:minmax(0,1fr)}}#map "
         "svg{width:100%;height:auto;display:block}"
         "#map circle{stroke:var(--paper);stroke-width:1.2;cursor:pointer}#map "
         "circle.on{stroke:var(--ink)"
         ";stroke-width:3}#map "
         "button{font:inherit;font-size:14px;color:var(--ink);background:var(--wash);"
         "border:1px solid var(--line);border-radius:999px;padding:3px 14px;margin:0 6px 8px "
         "0;cursor:"
         "pointer}#map "
         "button[aria-pressed=true]{background:#0072b2;border-color:#0072b2;color:#fff}"
         ".peek img{width:100%;border-radius:8px;border:1px solid "
         "var(--line);display:block;image-rendering:"
         "auto}.peek span{display:block;color:var(--soft);font-size:14px;margin:8px 0}</style>\n"
         "<section><h2>A map of the states it visits</h2><p class='note'>States that look alike to "
         "it lie "
         "near each other (t-SNE of " +
         std::to_string(map.states.size()) + " states; divergence " + short_number(map.divergence) +
         ", trustworthiness " + short_number(map.trustworthiness) +
         "). Distances between far groups mean nothing. Point at one to see it.</p>\n"
         "<figure><div id='map'><div>" +
         buttons +
         "<svg viewBox='0 0 720 720' role='img' "
         "aria-label='map of visited states'>" +
         dots +
         "</svg><div class='legend'></div></div>"
         "<div class='peek'><img alt='the state that is pointed "
         "at'><span></span></div></div></figure>\n"
         "<script>{\n" +
         data + script() + "}</script></section>\n";
}

}  // namespace sandlot
