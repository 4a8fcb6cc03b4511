// What an explanation says of experience whose story is known, and of a real policy.
#include "sim/experiment/explanation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "sim/core/random.h"
#include "sim/experiment/explain_page.h"
#include "sim/experiment/trained_policy.h"
#include "tests/sim/experiment/helpers.h"

using namespace sandlot;

namespace {

// Looks at the first of three values alone: 1 where it is above 0.
class FirstValue final : public Policy {
 public:
  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t>,
           std::span<std::int32_t> actions, std::span<float>, Random&) override {
    for (int row = 0; row < rows; ++row)
      actions[static_cast<std::size_t>(row)] = observations[static_cast<std::size_t>(3 * row)] > 0;
  }
  void save(Writer&) const override {}
  void load(Reader&) override {}
};

// 60 episodes of 50 steps. "warned" comes before every failure and seldom else; failures are of two
// kinds, which the second value tells apart.
Experience story() {
  Random random(3);
  Experience e;
  e.spec.name = "story";
  e.spec.observation = Space::box({3}, -10, 10);
  e.spec.observation_names = {"left", "middle", "right"};
  e.spec.action = Space::discrete(2);
  e.spec.action_names = {"wait", "go"};
  e.spec.has_goal = true;
  e.event_names = {"warned", "coin", "hit", "fell"};
  constexpr int kEpisodes = 60, kSteps = 50;
  e.states.resize(kEpisodes * kSteps, 3);
  e.endings.resize(kEpisodes, 3);
  for (int i = 0; i < kEpisodes; ++i) {
    PlayedEpisode played;
    played.length = kSteps;
    played.status = Status::terminated;
    played.goal = i % 3 != 0;
    played.episode_return = played.goal ? 10 : -5;
    std::vector<Happening> happenings;
    for (int step = 0; step < kSteps; ++step) {
      const Eigen::Index row = static_cast<Eigen::Index>(e.visited.size());
      for (Eigen::Index c = 0; c < 3; ++c) e.states(row, c) = static_cast<float>(random.normal());
      e.visited.push_back({i, step, e.states(row, 0) > 0, 0});
      if (random.bernoulli(0.2)) happenings.push_back({step + 1, 1});
      if (random.bernoulli(0.004)) happenings.push_back({step + 1, 0});
      if (!played.goal && step == kSteps - 5) happenings.push_back({step + 1, 0});
    }
    const bool hit = i % 2 == 0;
    if (!played.goal) happenings.push_back({kSteps, hit ? 2 : 3});
    for (Eigen::Index c = 0; c < 3; ++c)
      e.endings(i, c) =
          static_cast<float>(0.1 * random.normal()) + (c == 1 ? hit ? 5.0f : -5.0f : 0);
    e.happenings.push_back(std::move(happenings));
    e.episodes.push_back(std::move(played));
  }
  return e;
}

Explanation explained(const Experience& e) {
  FirstValue policy;
  ExplainSettings settings;
  settings.window = 10;
  settings.map_states = 120;
  return explain(e, policy, settings, 1);
}

}  // namespace

TEST_CASE("explanation: what foretells failure, and the ways to fail") {
  const Experience e = story();
  const Explanation x = explained(e);
  const auto rule = std::find_if(x.rules.begin(), x.rules.end(), [](const EventRule& r) {
    return r.before == std::vector<std::string>{"warned"} && r.after == "failed";
  });
  REQUIRE(rule != x.rules.end());
  CHECK(rule->confidence > 0.5);
  CHECK(rule->lift > 4);
  CHECK(std::none_of(x.rules.begin(), x.rules.end(), [](const EventRule& r) {
    return r.before == std::vector<std::string>{"coin"} && r.after == "failed";
  }));

  REQUIRE(x.endings.size() == 2);
  for (const EndingGroup& group : x.endings) {
    CHECK(group.episodes.size() == 10);
    REQUIRE(group.events.size() == 1);
    REQUIRE_FALSE(group.traits.empty());
    CHECK(group.traits[0].first == "middle");
    CHECK((group.traits[0].second > 0) == (group.events[0] == "hit"));
  }
}

TEST_CASE("explanation: what the policy looks at, as a tree and by permutation") {
  const Explanation x = explained(story());
  REQUIRE(x.influences.size() == 3);
  CHECK(x.influences[0].name == "left");
  CHECK(x.influences[0].changed == doctest::Approx(0.5).epsilon(0.1));
  CHECK(x.influences[1].changed == 0);
  REQUIRE(x.tree.nodes.size() >= 3);
  CHECK(x.tree.nodes[0].question.starts_with("left ≤ "));
  CHECK(x.tree.fidelity > 0.99);
  CHECK(x.tree.baseline < 0.6);
  double leaves = 0;
  for (const auto& node : x.tree.nodes)
    if (node.yes < 0) leaves += node.states;
  CHECK(leaves == doctest::Approx(1));
}

TEST_CASE("explanation: a map of some of the states; the same seed, the same explanation") {
  const Experience e = story();
  const Explanation x = explained(e), again = explained(e);
  CHECK(x.map.states.size() == 120);
  CHECK(x.map.points.allFinite());
  CHECK(x.map.trustworthiness > 0.8);
  CHECK(again.map.points == x.map.points);
  CHECK(again.topics.size() == x.topics.size());
  std::int64_t episodes = 0;
  for (const auto& topic : x.topics) episodes += topic.episodes;
  CHECK(episodes == 60);
}

TEST_CASE(
    "explanation: an episode or two are enough for a page, and one event for none of its parts") {
  Experience e = story();
  e.episodes.resize(1);
  e.happenings.resize(1);
  e.endings = Matrix(e.endings.topRows(1));
  e.states = Matrix(e.states.topRows(20));
  e.visited.resize(20);
  const Explanation x = explained(e);
  CHECK(x.map.states.empty());
  CHECK(x.tree.nodes.empty());
  CHECK(x.topics.empty());
  CHECK(x.endings.size() == 1);
}

TEST_CASE("experience: the same steps, returns and events as were played") {
  const auto configs = parse_config(
      all_registered(),
      "name: t\nenvironment: {name: mountain_car}\nagent: {name: random}\ntraining: {steps: 10}\n",
      "test");
  const ExperimentConfig& config = configs.front();
  const auto agent = config.agent.agent->make(config.spec(), 1, 1);
  const EnvironmentSection section = evaluation_section(config, config.environment);
  const auto episodes = evaluate(config, config.environment, agent->policy(), 7, 3).episodes;
  const Experience e = gather_experience(all_registered(), section, episodes, agent->policy(), 100);
  CHECK(e.steps() == 600);
  CHECK(e.visited.size() == 100);
  CHECK(e.states.rows() == 100);
  for (std::size_t i = 0; i < e.visited.size(); ++i) {
    const auto& state = e.visited[i];
    const auto& played = e.episodes[static_cast<std::size_t>(state.episode)];
    CHECK(state.action == played.actions[static_cast<std::size_t>(state.step)]);
    CHECK(config.spec().observation.contains(e.states.row(static_cast<Eigen::Index>(i)).data()));
  }
  CHECK_FALSE(e.has_values);
  CHECK_FALSE(e.failed(0));
}
