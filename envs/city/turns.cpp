// Turns: where traffic may go on from the end of each street.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "envs/city/street_graph.h"

namespace sandlot::city {
namespace {

constexpr float kBack = 2.62f;  // rad: a turn of 150° or more turns back
constexpr float kThrough = 90;  // m of inner streets on a way through a junction

class Turns {
 public:
  Turns(StreetGraph& graph, const Plan& plan) : g_(graph), plan_(plan) {
    for (std::size_t i = 0; i < plan.restrictions.size(); ++i)
      by_way_.emplace(plan.restrictions[i].from, i);
  }

  void run() {
    for (std::uint32_t v = 0; v < g_.vertices.size(); ++v) g_.vertices[v].group = g_.group(v);
    const auto count = static_cast<Directed>(2 * g_.streets.size());
    std::vector<std::vector<Directed>> leaving(g_.vertices.size()), inner(g_.vertices.size());
    for (Directed d = 0; d < count; ++d)
      if (g_.exists(d))
        (g_.streets[static_cast<std::size_t>(d / 2)].inner ? inner : leaving)[g_.start(d)]
            .push_back(d);
    g_.turns.assign(static_cast<std::size_t>(count), {});
    for (Directed d = 0; d < count; ++d) {
      if (!g_.exists(d) || g_.streets[static_cast<std::size_t>(d / 2)].inner) continue;
      std::vector<Directed> onward, back;
      for (const std::uint32_t v : reach(g_.end(d), inner))
        for (const Directed out : leaving[v]) {
          const bool same = (out ^ 1) == d;
          const bool turns_back = same || std::abs(turn_angle(d, out)) > kBack;
          (turns_back ? back : onward).push_back(out);
        }
      restrict_turns(d, onward);
      auto& turns = g_.turns[static_cast<std::size_t>(d)];
      turns = onward.empty() ? back : onward;
      // Turning back onto the same street only where there is nothing else.
      if (turns.size() > 1) std::erase(turns, d ^ 1);
      std::sort(turns.begin(), turns.end());
    }
  }

 private:
  std::int64_t way_after(Directed out) const {
    const Street& s = g_.streets[static_cast<std::size_t>(out / 2)];
    return out % 2 == 0 ? s.way_from : s.way_to;
  }

  static bool on_side(float bend, PlanRestriction::Side side) {
    switch (side) {
      case PlanRestriction::Side::left:
        return bend > 0.2f;
      case PlanRestriction::Side::right:
        return bend < -0.2f;
      case PlanRestriction::Side::straight:
        return std::abs(bend) < 1;
      case PlanRestriction::Side::back:
        return std::abs(bend) > 2;
      case PlanRestriction::Side::any:
        break;
    }
    return true;
  }

  // Takes away what turn restrictions forbid. Those that name a street inside of a joined junction
  // say nothing about the junction as a whole.
  void restrict_turns(Directed in, std::vector<Directed>& turns) const {
    const Street& street = g_.streets[static_cast<std::size_t>(in / 2)];
    const std::int64_t from = in % 2 == 0 ? street.way_to : street.way_from;
    const std::uint32_t group = g_.vertices[g_.end(in)].group;
    const auto [first, last] = by_way_.equal_range(from);
    for (auto named_way = first; named_way != last; ++named_way) {
      const PlanRestriction& r = plan_.restrictions[named_way->second];
      if (r.from != from || g_.vertex_of_node.size() <= r.via) continue;
      const std::uint32_t via = g_.vertex_of_node[r.via];
      if (via == no_vertex || g_.vertices[via].group != group) continue;
      const auto named = [&](Directed out) {
        return way_after(out) == r.to && out != (in ^ 1) && on_side(turn_angle(in, out), r.side);
      };
      if (!r.only)
        std::erase_if(turns, named);
      else if (std::any_of(turns.begin(), turns.end(), named))
        std::erase_if(turns, [&](Directed out) { return !named(out); });
    }
  }

  // Vertices that traffic at v can reach over inner streets, v included.
  std::vector<std::uint32_t> reach(std::uint32_t v,
                                   const std::vector<std::vector<Directed>>& inner) const {
    std::vector<std::pair<std::uint32_t, float>> found{{v, 0.0f}};
    for (std::size_t k = 0; k < found.size(); ++k) {
      for (const Directed d : inner[found[k].first]) {
        const std::uint32_t next = g_.end(d);
        const float far = found[k].second + g_.streets[static_cast<std::size_t>(d / 2)].length();
        const bool known = std::any_of(found.begin(), found.end(),
                                       [next](const auto& f) { return f.first == next; });
        if (!known && far <= kThrough) found.push_back({next, far});
      }
    }
    std::vector<std::uint32_t> result;
    for (const auto& f : found) result.push_back(f.first);
    // Across a turn at the map's edge there is no street.
    if (g_.partner_of(v) != no_vertex) result.push_back(g_.partner_of(v));
    return result;
  }

  float turn_angle(Directed in, Directed out) const {
    return wrap_angle(heading_at(out, true) - heading_at(in, false));
  }
  // Of a street's first or last metres, in the direction of travel.
  float heading_at(Directed d, bool start) const {
    constexpr float kLook = 8;
    const Street& s = g_.streets[static_cast<std::size_t>(d / 2)];
    const float whole = s.length(), look = std::min(kLook, whole);
    const bool low = start == (d % 2 == 0);
    const Vec2 a = at(s.line, low ? 0 : whole - look).position;
    const Vec2 b = at(s.line, low ? look : whole).position;
    return heading_of(d % 2 == 0 ? b - a : a - b);
  }

  StreetGraph& g_;
  const Plan& plan_;
  std::unordered_multimap<std::int64_t, std::size_t> by_way_;  // restrictions by where they begin
};

}  // namespace

void find_turns(StreetGraph& graph, const Plan& plan) { Turns(graph, plan).run(); }

}  // namespace sandlot::city
