#include "envs/platformer/solver.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <queue>
#include <unordered_set>

namespace sandlot::platformer {
namespace {

constexpr int press_steps = 6;
constexpr std::array<Buttons, 7> presses = {{
    {.right = true, .run = true},
    {.right = true, .jump = true, .run = true},
    {.right = true},
    {.right = true, .jump = true},
    {},
    {.left = true},
    {.left = true, .jump = true},
}};

struct Node {
  std::int32_t parent = -1;
  std::int8_t press = 0;
  std::int8_t length = 0;
  std::int32_t slot = -1;  // of the world, while the node is open
};

struct Candidate {
  double cost;
  std::int32_t node;
  bool operator<(const Candidate& other) const {  // the cheapest first, the newest among equals
    return cost > other.cost || (cost == other.cost && node < other.node);
  }
};

std::uint64_t bucket(float value, float size, int bits) {
  const auto whole = static_cast<std::int64_t>(std::floor(value / size));
  return static_cast<std::uint64_t>(whole) & ((std::uint64_t{1} << bits) - 1);
}

// States that agree in this are taken for one.
std::uint64_t key_of(const World& world) {
  const Player& player = world.player();
  const Body& body = player.body;
  std::uint64_t key = bucket(body.x, 0.25f, 17);
  key = key << 8 | bucket(body.y + 4, 0.5f, 8);
  key = key << 4 | bucket(body.vx + 10, 2.5f, 4);
  key = key << 4 | bucket(body.vy + 20, 4, 4);
  key = key << 1 | (player.jump_held ? 1u : 0u);
  key = key << 1 | (body.grounded ? 1u : 0u);
  key = key << 1 | (player.big ? 1u : 0u);
  key = key << 12 | static_cast<std::uint64_t>(world.ticks() / 24 & 0xfff);
  return key;
}

class Search {
 public:
  Search(const World& start, const SolverLimits& limits) : limits_(limits) {
    nodes_.push_back({});
    nodes_[0].slot = take_slot();
    world(0) = start;
    open_.push({estimate(start, 0), 0});
  }

  Solution run() {
    World child;
    while (!open_.empty()) {
      const std::int32_t at = open_.top().node;
      open_.pop();
      const std::int32_t slot = nodes_[index(at)].slot;
      for (std::size_t p = 0; p < presses.size(); ++p) {
        child = worlds_[index(slot)];
        Node node{at, static_cast<std::int8_t>(p), 0, -1};
        while (node.length < press_steps && child.outcome() == Outcome::running) {
          child.step(presses[p]);
          ++node.length;
        }
        ++made_;
        if (child.outcome() == Outcome::won) return solution(node);
        if (child.outcome() == Outcome::dead || !seen_.insert(key_of(child)).second) continue;
        if (static_cast<int>(nodes_.size()) >= limits_.max_states) return {false, {}, made_};
        node.slot = take_slot();
        worlds_[index(node.slot)] = child;
        nodes_.push_back(node);
        open_.push({estimate(child, child.ticks()), static_cast<std::int32_t>(nodes_.size()) - 1});
      }
      free_.push_back(slot);
    }
    return {false, {}, made_};
  }

 private:
  static std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }
  World& world(std::int32_t node) { return worlds_[index(nodes_[index(node)].slot)]; }

  double estimate(const World& world, int ticks) const {
    const double distance = std::max(0.0f, world.level().goal_x - world.player().body.x);
    return ticks + limits_.greed * distance / physics::run_speed / physics::step;
  }

  std::int32_t take_slot() {
    if (free_.empty()) {
      worlds_.emplace_back();
      return static_cast<std::int32_t>(worlds_.size()) - 1;
    }
    const std::int32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  Solution solution(Node node) const {
    Solution result{true, {}, made_};
    while (node.parent >= 0) {
      for (int i = 0; i < node.length; ++i) result.buttons.push_back(presses[index(node.press)]);
      node = nodes_[index(node.parent)];
    }
    std::reverse(result.buttons.begin(), result.buttons.end());
    return result;
  }

  SolverLimits limits_;
  std::vector<Node> nodes_;
  std::deque<World> worlds_;
  std::vector<std::int32_t> free_;
  std::priority_queue<Candidate> open_;
  std::unordered_set<std::uint64_t> seen_;
  int made_ = 0;
};

}  // namespace

Solution solve(const World& start, const SolverLimits& limits) {
  return Search(start, limits).run();
}

Solution solve(std::shared_ptr<const Level> level, const SolverLimits& limits) {
  World world;
  world.start(std::move(level), 6000);
  return solve(world, limits);
}

}  // namespace sandlot::platformer
