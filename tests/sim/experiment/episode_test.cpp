#include <doctest/doctest.h>

#include "sim/experiment/episode_file.h"
#include "tests/sim/experiment/helpers.h"

using namespace sandlot;

namespace {

// Any legal action, or any point of a box, with equal chances.
class RandomPolicy final : public Policy {
 public:
  explicit RandomPolicy(const Space& action) : action_(action) {}
  void act(int rows, std::span<const float>, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> values, Random& random) override {
    const std::size_t width = action_.size();
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      for (std::size_t i = 0; !values.empty() && i < width; ++i) {
        const auto low = static_cast<double>(action_.low_at(i));
        const auto high = static_cast<double>(action_.high_at(i));
        values[row * width + i] = static_cast<float>(random.uniform(low, high));
      }
      if (actions.empty()) continue;
      const auto n = static_cast<std::uint32_t>(action_.n);
      do actions[row] = static_cast<std::int32_t>(random.below(n));
      while (!legal.empty() && legal[row * n + static_cast<std::size_t>(actions[row])] == 0);
    }
  }
  void save(Writer&) const override {}
  void load(Reader&) override {}

 private:
  Space action_;
};

PlayedEpisode random_episode(const EnvironmentSection& section, Seed seed) {
  ExperimentConfig config;
  config.environment = section;
  config.training.evaluate.step_limit = 400;
  RandomPolicy policy(section.world->spec(section.wrappers).action);
  return evaluate(config, config.environment, policy, seed, 1).episodes.front();
}

void check_same(const PlayedEpisode& a, const PlayedEpisode& b) {
  CHECK(a.seed == b.seed);
  CHECK(a.episode_return == b.episode_return);
  CHECK(a.length == b.length);
  CHECK(a.status == b.status);
  CHECK(a.actions == b.actions);
  CHECK(a.values == b.values);
}

void check_round_trip(const std::string& yaml) {
  CAPTURE(yaml);
  const TemporaryFolder folder;
  const auto path = folder / "e.episode";
  EnvironmentSection section = parse_environment(all_registered(), yaml, "test");
  if (section.world->spec(section.wrappers).step_limit == 0) section.wrappers.step_limit = 400;
  for (Seed seed = 0; seed < 5; ++seed) {
    const PlayedEpisode played = random_episode(section, seed);
    CHECK(played.status != Status::running);
    save_episode(path, {"a label", environment_yaml(all_registered(), section), played});
    const EpisodeFile file = load_episode(path);
    CHECK(file.label == "a label");
    check_same(file.episode, played);
    Replay replay(all_registered(), file, path.string());
    while (!replay.done()) replay.advance();
    CHECK(replay.return_so_far() == played.episode_return);
    CHECK(replay.step() == played.length);
  }
}

}  // namespace

TEST_CASE("episode files: every registered world is replayed exactly") {
  const auto worlds = all_registered().list(EnvironmentFactory::kind);
  REQUIRE(worlds.size() >= 11);
  for (const auto& world : worlds) {
    check_round_trip("name: " + world.name);
    // Where actions are masked, one may not be legal a second time.
    const bool masks = parse_environment(all_registered(), "name: " + world.name, "test")
                           .world->spec({})
                           .masks_actions;
    check_round_trip("name: " + world.name + "\nwrappers: {" +
                     (masks ? "" : "action_repeat: 3, sticky_actions: 0.25, ") + "step_limit: 40}");
  }
  check_round_trip("{name: platformer, actions: buttons}");  // a box of actions
}

TEST_CASE("episode files: another course of events is noticed") {
  const auto section = parse_environment(all_registered(), "name: cart_pole", "test");
  EpisodeFile file{"x", environment_yaml(all_registered(), section), random_episode(section, 1)};
  const auto play = [&]() -> std::string {
    try {
      Replay replay(all_registered(), file, "f.episode");
      while (!replay.done()) replay.advance();
    } catch (const std::exception& e) {
      return e.what();
    }
    return "";
  };
  CHECK(play() == "");
  const std::string differs =
      "f.episode: step " + std::to_string(file.episode.length) +
      ": cart_pole does not do what was recorded: the file comes from a build whose world differs";
  file.episode.episode_return += 1;
  CHECK(play() == differs);
  file.episode.episode_return -= 1;
  file.episode.status = Status::truncated;
  CHECK(play() == differs);
  file.episode.status = Status::terminated;
  file.episode.actions[2] = 2;
  CHECK(play().starts_with("f.episode: step 3: "));
  file.episode.actions.pop_back();
  CHECK(play() == "f.episode: the actions do not fit the world's action space");
}

TEST_CASE("episode files: damage is refused, whole or with a good checksum") {
  const TemporaryFolder folder;
  const auto path = folder / "e.episode";
  const auto section = parse_environment(all_registered(), "name: taxi", "test");
  save_episode(path,
               {"x", environment_yaml(all_registered(), section), random_episode(section, 2)});
  const std::string whole = text_of(path);
  for (std::size_t cut = 0; cut < whole.size(); cut += 3) {
    write_text(path, whole.substr(0, cut));
    CHECK_THROWS_AS(load_episode(path), ArchiveError);
  }
  Random random(derive(5, "damage"));
  const auto damage = [&](std::string text) {
    const std::uint32_t at = random.below(static_cast<std::uint32_t>(text.size()));
    text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
    return text;
  };
  for (int i = 0; i < 300; ++i) {
    write_text(path, damage(whole));
    CHECK_THROWS_AS(load_episode(path), ArchiveError);
  }
  // The content changed under a checksum that fits: loaded or refused, never worse.
  write_text(path, whole);
  const ArchiveFile archive(path, "sandlot episode", 1);
  Reader in = archive.reader();
  std::string content(in.remaining(), '\0');
  in.read_bytes(content.data(), content.size());
  int refused = 0;
  for (int i = 0; i < 500; ++i) {
    Writer out;
    const std::string damaged = damage(content);
    out.write_bytes(damaged.data(), damaged.size());
    save_archive(path, "sandlot episode", 1, out);
    try {
      const EpisodeFile file = load_episode(path);
      Replay replay(all_registered(), file, "f");
      while (!replay.done()) replay.advance();
    } catch (const std::runtime_error&) {  // ArchiveError, ConfigError, or another course of events
      ++refused;
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("episode files: wrappers are checked like those of a config") {
  const auto parse = [](const std::string& yaml) {
    parse_environment(all_registered(), yaml, "e.episode");
  };
  CHECK_THROWS_WITH_AS(parse("{name: taxi, wrappers: {reward_clip: [1]}}"),
                       "e.episode:1:25: environment.wrappers.reward_clip: expected [low, high] "
                       "with low < high",
                       ConfigError);
}
