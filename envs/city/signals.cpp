#include "envs/city/signals.h"

#include <algorithm>
#include <cmath>

namespace sandlot::city {
namespace {

constexpr float kGreen = 14;        // s, of a small street with one lane
constexpr float kGreenPerLane = 5;  // s for each further lane
constexpr float kGreenMajor = 6;    // s more for secondary streets and larger ones
constexpr float kAllRed = 2;        // s between stages
constexpr float kWalk = 6;          // s of green at least for people
constexpr float kWalkSpeed = 1.2f;  // m/s

// Yellow long enough to stop or to pass: 3 s at 50 km/h, 4 at 60, 5 at 70 (RiLSA 2010).
float yellow_for(float speed) { return speed > 17 ? 5.0f : speed > 14.5f ? 4.0f : 3.0f; }

struct Stage {
  std::vector<std::uint32_t> approaches;  // arms
  std::vector<std::size_t> walks;         // indices of crossings
  float green = kGreen, yellow = 3;
};

class Maker {
 public:
  Maker(CityMap& map, const Layout& layout, Id intersection, std::span<const JunctionPath> paths,
        std::span<const Id> crossings)
      : m_(map),
        l_(layout),
        j_(layout.junctions[static_cast<std::size_t>(intersection)]),
        intersection_(intersection),
        paths_(paths),
        crossings_(crossings) {}

  void run() {
    for (std::uint32_t a = 0; a < j_.arms.size(); ++a)
      if (std::any_of(paths_.begin(), paths_.end(),
                      [a](const JunctionPath& p) { return p.arm_in == a; }))
        approaches_.push_back(a);
    make_stages();
    place_walks();
    for (Stage& stage : stages_) set_times(stage);
    write();
  }

 private:
  const Lane& lane(Id id) const { return m_.lanes[static_cast<std::size_t>(id)]; }

  // Whether the two approaches may be green together.
  bool compatible(std::uint32_t a, std::uint32_t b) const {
    for (const JunctionPath& path : paths_) {
      if (path.arm_in != a) continue;
      for (const Conflict& c : m_.conflicts_of(lane(path.lane))) {
        if (c.kind == ConflictKind::diverging || c.must_yield || arm_of(c.lane) != b) continue;
        const auto theirs = m_.conflicts_of(lane(c.lane));
        const bool yields = std::any_of(theirs.begin(), theirs.end(), [&](const Conflict& o) {
          return o.lane == path.lane && o.must_yield;
        });
        if (!yields) return false;
      }
    }
    return true;
  }
  std::uint32_t arm_of(Id id) const {
    const auto found = std::find_if(paths_.begin(), paths_.end(),
                                    [id](const JunctionPath& p) { return p.lane == id; });
    return found->arm_in;
  }

  // Each approach joins the first stage with all of which it is compatible; the ones that face each
  // other are tried first.
  void make_stages() {
    std::vector<std::uint8_t> placed(j_.arms.size(), 0);
    for (const std::uint32_t a : approaches_) {
      if (placed[a]) continue;
      Stage stage;
      stage.approaches.push_back(a);
      placed[a] = 1;
      auto others = approaches_;
      const Vec2 dir = j_.arms[a].dir;
      std::stable_sort(others.begin(), others.end(), [&](std::uint32_t x, std::uint32_t y) {
        return dot(dir, j_.arms[x].dir) < dot(dir, j_.arms[y].dir);
      });
      for (const std::uint32_t b : others) {
        if (placed[b]) continue;
        if (!std::all_of(stage.approaches.begin(), stage.approaches.end(),
                         [&](std::uint32_t c) { return compatible(b, c); }))
          continue;
        stage.approaches.push_back(b);
        placed[b] = 1;
      }
      stages_.push_back(stage);
    }
  }

  // Whether traffic of the stage drives over the crossing other than by a turn at its end.
  bool disturbed(const Stage& stage, const Crossing& crossing) const {
    for (const CrossingCut& cut : m_.cuts(crossing)) {
      const Lane& l = lane(cut.lane);
      if (!l.internal() || l.intersection != intersection_) continue;
      const bool turns_in = l.turn != Turn::straight && cut.s > l.length / 2;
      const auto& in = stage.approaches;
      if (!turns_in && std::find(in.begin(), in.end(), arm_of(cut.lane)) != in.end()) return true;
    }
    return false;
  }

  void place_walks() {
    Stage alone;
    for (std::size_t k = 0; k < crossings_.size(); ++k) {
      const Crossing& crossing = m_.crossings[static_cast<std::size_t>(crossings_[k])];
      bool any = false;
      for (Stage& stage : stages_) {
        if (disturbed(stage, crossing)) continue;
        stage.walks.push_back(k);
        any = true;
      }
      if (!any) alone.walks.push_back(k);
    }
    if (!alone.walks.empty()) stages_.push_back(alone);
    // With one approach alone and nobody who crosses there would be nothing to regulate; its light
    // still changes, for those who cross the street unseen by the map.
    if (stages_.size() == 1) stages_.push_back({});
  }

  float clearance(const Stage& stage) const {
    float longest = 0;
    for (const std::size_t k : stage.walks) {
      const Crossing& crossing = m_.crossings[static_cast<std::size_t>(crossings_[k])];
      longest = std::max(longest, distance(crossing.from, crossing.to) / kWalkSpeed);
    }
    return std::ceil(longest);
  }

  void set_times(Stage& stage) const {
    int lanes = 1;
    bool major = false;
    float speed = 0;
    for (const std::uint32_t a : stage.approaches) {
      const Street& street = l_.street(j_.arms[a]);
      lanes = std::max(lanes, j_.arms[a].at_to ? street.forward : street.backward);
      speed = std::max(speed, j_.arms[a].at_to ? street.forward_speed : street.backward_speed);
      major = major || street.kind <= RoadClass::secondary;
    }
    stage.yellow = yellow_for(speed);
    stage.green = stage.approaches.empty()
                      ? kWalk
                      : kGreen + kGreenPerLane * static_cast<float>(std::min(lanes, 4) - 1) +
                            (major ? kGreenMajor : 0);
    if (!stage.walks.empty()) stage.green = std::max(stage.green, kWalk + clearance(stage));
  }

  void write() {
    const auto groups = approaches_.size() + crossings_.size();
    SignalProgram program;
    program.intersection = intersection_;
    program.groups = static_cast<std::int32_t>(groups);
    program.phases.first = static_cast<std::uint32_t>(m_.signal_phases.size());
    program.lights.first = static_cast<std::uint32_t>(m_.signal_lights.size());
    for (const Stage& stage : stages_) {
      const float walk = stage.walks.empty() ? 0 : stage.green - clearance(stage);
      if (walk > 0) add_phase(stage, walk, Light::green, Light::green);
      if (stage.green - walk > 0) add_phase(stage, stage.green - walk, Light::green, Light::red);
      if (!stage.approaches.empty()) add_phase(stage, stage.yellow, Light::yellow, Light::red);
      add_phase(stage, kAllRed, Light::red, Light::red);
    }
    program.phases.count =
        static_cast<std::uint32_t>(m_.signal_phases.size()) - program.phases.first;
    program.lights.count =
        static_cast<std::uint32_t>(m_.signal_lights.size()) - program.lights.first;
    const Id id = static_cast<Id>(m_.programs.size());
    m_.intersections[static_cast<std::size_t>(intersection_)].program = id;
    // Neighbours are not in step: each begins elsewhere in its cycle.
    program.offset = static_cast<float>((intersection_ * 37) % 60);
    m_.programs.push_back(program);
    for (const JunctionPath& path : paths_)
      m_.lanes[static_cast<std::size_t>(path.lane)].signal_group =
          static_cast<std::int16_t>(group_of(path.arm_in));
    for (std::size_t k = 0; k < crossings_.size(); ++k) {
      Crossing& crossing = m_.crossings[static_cast<std::size_t>(crossings_[k])];
      crossing.program = id;
      crossing.signal_group = static_cast<std::int16_t>(approaches_.size() + k);
    }
  }

  std::size_t group_of(std::uint32_t arm) const {
    return static_cast<std::size_t>(std::find(approaches_.begin(), approaches_.end(), arm) -
                                    approaches_.begin());
  }

  void add_phase(const Stage& stage, float duration, Light cars, Light people) {
    m_.signal_phases.push_back({duration, 0});
    std::vector<Light> lights(approaches_.size() + crossings_.size(), Light::red);
    for (const std::uint32_t a : stage.approaches) lights[group_of(a)] = cars;
    for (const std::size_t k : stage.walks) lights[approaches_.size() + k] = people;
    m_.signal_lights.insert(m_.signal_lights.end(), lights.begin(), lights.end());
  }

  CityMap& m_;
  const Layout& l_;
  const Junction& j_;
  Id intersection_;
  std::span<const JunctionPath> paths_;
  std::span<const Id> crossings_;
  std::vector<std::uint32_t> approaches_;
  std::vector<Stage> stages_;
};

}  // namespace

void add_signals(CityMap& map, const Layout& layout, Id intersection,
                 std::span<const JunctionPath> paths, std::span<const Id> crossings) {
  Maker(map, layout, intersection, paths, crossings).run();
}

}  // namespace sandlot::city
