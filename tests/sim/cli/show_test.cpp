#include "sim/cli/show.h"

#include <doctest/doctest.h>

#include "tests/sim/experiment/helpers.h"

using namespace sandlot;

namespace {

class Dice final : public Actor {
 public:
  void begin(Seed seed) override { random_ = Random(derive(seed, "dice")); }
  Action act(const Environment& world) override {
    return {static_cast<std::int32_t>(
                random_.below(static_cast<std::uint32_t>(world.spec().action.n))),
            {}};
  }

 private:
  Random random_;
};

std::string drawing(const Scene& scene) {
  std::string all;
  for (const auto& p : scene.primitives()) {
    all += std::to_string(static_cast<int>(p.kind)) + " " + std::to_string(p.x) + " " +
           std::to_string(p.y) + " " + std::to_string(p.angle) + " ";
    if (p.kind == Primitive::Kind::text) all += scene.text_of(p);
    if (p.kind == Primitive::Kind::polygon || p.kind == Primitive::Kind::line)
      for (const auto& point : scene.points(p))
        all += std::to_string(point.x) + " " + std::to_string(point.y) + " ";
    all += "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("show: with repeated actions every step of the world inside is a frame") {
  const EnvironmentSection section = parse_environment(
      all_registered(), "{name: mountain_car, wrappers: {action_repeat: 4, step_limit: 30}}", "");
  Dice dice;
  const PlayedEpisode played = play_episode(section, dice, 9);
  REQUIRE(played.length == 30);
  Show show(section, "title");
  CHECK(show.frames_per_second() == section.world->spec({}).frames_per_second);
  // A plain world that is stepped along: its pictures must be those that are shown.
  const auto plain = section.world->make({});
  plain->reset(9);
  show.begin(dice, 1, 9);
  int frames = 0;
  std::vector<Scene> scenes(2);
  Scene &shown = scenes[0], &expected = scenes[1];
  while (!show.done()) {
    show.advance();
    const auto action = played.actions[static_cast<std::size_t>(frames / 4)];
    plain->step({action, {}});
    ++frames;
    show.draw(shown);
    plain->draw(expected);
    const std::string world = drawing(expected);
    CHECK(drawing(shown).substr(0, world.size()) == world);
  }
  CHECK(frames == 120);
  CHECK(show.episode().actions == played.actions);
  CHECK(show.episode().episode_return == played.episode_return);
  CHECK(show.episode().status == Status::truncated);
}

TEST_CASE("show: the world's own end cuts the last action's frames short") {
  const EnvironmentSection section = parse_environment(
      all_registered(), "{name: cart_pole, wrappers: {action_repeat: 7}}", "");
  Dice dice;
  Show show(section, "title");
  show.begin(dice, 1, 4);
  const auto plain = section.world->make({});
  plain->reset(4);
  int frames = 0;
  StepResult result;
  while (!show.done()) {
    show.advance();
    REQUIRE(result.status == Status::running);
    result = plain->step({show.episode().actions.back(), {}});
    ++frames;
  }
  CHECK(result.status == Status::terminated);
  CHECK(show.episode().status == Status::terminated);
  CHECK(show.episode().episode_return == frames);  // a reward of one for each step inside
}
