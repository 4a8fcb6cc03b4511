#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "sim/cli/common.h"
#include "sim/cli/go_thoughts.h"
#include "sim/cli/keys.h"
#include "sim/cli/show.h"
#include "sim/cli/verbs.h"
#include "sim/render/window.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kFrame = 1.0 / 60;  // s

struct Options {
  std::string target, save;
  std::vector<std::string> overrides;
  std::uint64_t seed = 0;
};

struct Game {
  EnvironmentSection section;  // as a person plays it
  std::string title;
  std::optional<Target> rival;  // the policy of a run's folder
};

ConfigError wrong(const fs::path& path, const std::string& what) {
  return ConfigError({{{path.string(), 0, 0}, "", what}});
}

// What suits people where an agent's defaults do not; an override of the same part comes before it.
std::vector<std::string> settings_for_people(const std::string& world,
                                             const std::vector<std::string>& overrides) {
  std::vector<std::string> settings;
  if (world == "platformer")
    settings = {"environment.actions=complex", "environment.levels={file: first_steps}"};
  std::erase_if(settings, [&](const std::string& setting) {
    const std::string path = setting.substr(0, setting.find('='));
    return std::any_of(overrides.begin(), overrides.end(), [&](const std::string& given) {
      return given.starts_with(path) && (given.size() == path.size() || given[path.size()] == '=' ||
                                         given[path.size()] == '.');
    });
  });
  settings.insert(settings.end(), overrides.begin(), overrides.end());
  return settings;
}

EnvironmentSection section_of_world(const Registry& registry, const std::string& world,
                                    const std::vector<std::string>& overrides) {
  Tree tree = parse_yaml("environment: {name: " + world + "}", world);
  for (const auto& setting : settings_for_people(world, overrides)) apply_override(tree, setting);
  for (const auto& entry : tree.map)
    if (entry.key != "environment")
      throw ConfigError({{entry.place, entry.key,
                          "expected a path below environment: there is no "
                          "agent here"}});
  return read_environment(registry, tree.map.front().value);
}

// Rewards as the world gives them; in real time a person acts on each of the world's own steps, not
// once for several.
EnvironmentSection section_for_people(EnvironmentSection section) {
  WrapperSettings& wrappers = section.wrappers;
  wrappers.reward_scale = 1;
  wrappers.reward_clip.clear();
  wrappers.previous_action = false;
  wrappers.frame_stack = 1;
  wrappers.sticky_actions = 0;
  wrappers.normalize_observations = false;
  if (section.world->spec(wrappers).real_time) {
    if (wrappers.step_limit > 0) wrappers.step_limit *= wrappers.action_repeat;
    wrappers.action_repeat = 1;
  }
  return section;
}

Game open_game(const Registry& registry, const Options& options) {
  const fs::path path = options.target;
  Game game;
  if (registry.find(EnvironmentFactory::kind, options.target)) {
    game.section = section_of_world(registry, options.target, options.overrides);
    game.title = options.target;
  } else if (fs::is_directory(path)) {
    game.rival = open_run(registry, find_runs(path).front(), options.overrides, options.seed);
    game.section = game.rival->section;
    game.title = game.rival->title;
  } else if (fs::exists(path)) {
    if (path.extension() == ".episode")
      throw wrong(path, "an episode file is not played but shown: sandlot replay " + path.string());
    const ExperimentConfig config = load_config(registry, path, options.overrides).front();
    game.section = config.environment;
    game.title = config.label();
  } else {
    std::vector<std::string> names;
    for (const auto& entry : registry.list(EnvironmentFactory::kind)) names.push_back(entry.name);
    if (const std::string near = nearest(options.target, names); !near.empty())
      throw wrong(path, "there is no such environment or file; did you mean '" + near + "'?");
    refuse_missing(path, "an environment's name, a config file or a run's folder");
  }
  game.section = section_for_people(game.section);
  return game;
}

// A card over the middle of the picture: a heading and lines below it.
void draw_card(Scene& scene, const std::string& heading, const std::vector<std::string>& lines) {
  constexpr Color kShade = Color::hex(0x141824, 225), kBright = Color::hex(0xF2F4FA),
                  kDim = Color::hex(0xB4BAD0);
  scene.use_screen();
  const float u = std::clamp(static_cast<float>(scene.height()) / 500, 0.5f, 2.0f);
  const float x = static_cast<float>(scene.view_width()) / 2;
  const float height = (62 + 26 * static_cast<float>(lines.size())) * u;
  float y = static_cast<float>(scene.height()) / 2 - height / 2;
  const float width = std::min(340 * u, static_cast<float>(scene.view_width()) * 0.94f);
  scene.rectangle({x, y + height / 2}, width, height, kShade, 14 * u);
  y += 38 * u;
  scene.text({x, y}, heading, 24 * u, kBright, Align::center, true);
  for (const auto& line : lines) {
    y += 26 * u;
    scene.text({x, y}, line, 14 * u, kDim, Align::center);
  }
}

// The person as an actor: the keys as they were when the step was due.
class Person final : public Actor {
 public:
  explicit Person(const EnvironmentSpec& spec) : keys_(spec) {
    if (!spec.action.is_discrete()) values_.resize(spec.action.size());
    if (spec.masks_actions) legal_.resize(static_cast<std::size_t>(spec.action.n));
  }
  const KeyMap& keys() const { return keys_; }

  void begin(Seed) override { chosen_ = 0; }
  // Whether the keys choose something now; in real time, where they do not, the last action stays.
  bool choose(const Environment& world, const KeyMap::Held& held, std::string_view key = "") {
    if (!values_.empty()) {
      keys_.box(held, values_);
      return key.empty() || keys_.uses(key);
    }
    if (!legal_.empty()) world.legal_actions(legal_);
    const int action = keys_.discrete(held, legal_, key);
    if (action >= 0) chosen_ = action;
    return action >= 0;
  }
  void choose(int action) { chosen_ = action; }
  Action act(const Environment& world) override {
    if (!legal_.empty()) world.legal_actions(legal_);
    if (!legal_.empty() && legal_[static_cast<std::size_t>(chosen_)] == 0)
      chosen_ = static_cast<int>(std::find(legal_.begin(), legal_.end(), 1) - legal_.begin());
    return {chosen_, values_};
  }

 private:
  KeyMap keys_;
  std::vector<float> values_;
  std::vector<std::uint8_t> legal_;
  int chosen_ = 0;
};

class PlayLoop {
 public:
  PlayLoop(const Registry& registry, Game& game, const Options& options)
      : registry_(registry),
        game_(game),
        options_(options),
        show_(game.section, game.title),
        person_(show_.spec()),
        real_time_(show_.spec().real_time) {
    if (person_.keys().empty())
      throw wrong(options.target,
                  show_.spec().name + " cannot be played: it has no keys for its actions");
    if (!window_available())
      throw std::runtime_error(
          "there is no display for a window, and playing needs one; sandlot record shows what a "
          "trained policy does without");
    start();
    show_.draw(scene_);
    window_.emplace("sandlot play: " + game.title + "   " + person_.keys().help() + "   esc leaves",
                    scene_.width(), scene_.height());
    std::printf("%s  %s\n", bold("keys").c_str(), person_.keys().help().c_str());
    std::fflush(stdout);
  }

  void run() {
    Clock::time_point last = Clock::now();
    while (window_->open() && !stop_requested) {
      const auto now = Clock::now();
      const Window::Input input = window_->poll();
      if (input.closed) break;
      if (std::find(input.pressed.begin(), input.pressed.end(), "escape") != input.pressed.end())
        break;
      const double elapsed = std::chrono::duration<double>(now - last).count();
      last = now;
      if (!show_.done())
        play(input, std::min(elapsed, 0.1));
      else if (std::find(input.pressed.begin(), input.pressed.end(), "space") !=
               input.pressed.end())
        start();
      draw();
      std::this_thread::sleep_until(
          now + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(kFrame)));
    }
    window_->close();
    if (!options_.save.empty() && !saved_)
      std::printf("%s was not written: no episode came to its end\n", options_.save.c_str());
  }

 private:
  Seed seed(std::int64_t number) const {
    return derive(derive(options_.seed, "play"), "episode", static_cast<std::uint64_t>(number));
  }

  void start() {
    ++number_;
    show_.begin(person_, number_, seed(number_));
    waiting_ = real_time_;
    due_ = 0;
    tapped_.clear();
    lines_.clear();
  }

  void play(const Window::Input& input, double elapsed) {
    const KeyMap::Held held = [&](std::string_view key) {
      return window_->held(key) || std::find(tapped_.begin(), tapped_.end(), key) != tapped_.end();
    };
    for (const auto& key : input.pressed) show_.view_key(key);
    if (!real_time_) {
      for (const Point click : input.clicks) {
        const auto action = clicked_action(show_.world(), scene_, click);
        if (!action || show_.done()) continue;
        person_.choose(*action);
        advance();
      }
      // With repeated actions each frame shows one step of the world inside.
      for (const auto& key : input.pressed) {
        tapped_ = {key};
        if (show_.done() || !person_.choose(show_.world(), held, key)) continue;
        advance();
      }
      tapped_.clear();
    } else {
      // A key pressed and released within one picture counts for one step.
      tapped_.insert(tapped_.end(), input.pressed.begin(), input.pressed.end());
      if (waiting_ && tapped_.empty()) return;
      waiting_ = false;
      for (due_ += elapsed * show_.frames_per_second(); due_ >= 1 && !show_.done(); due_ -= 1) {
        person_.choose(show_.world(), held);
        show_.advance();
        tapped_.clear();
      }
    }
    if (show_.done()) end();
  }

  void advance() {
    do show_.advance();
    while (show_.between_actions());
  }

  void end() {
    const PlayedEpisode& mine = show_.episode();
    std::printf("%s\n", describe_episode(number_, mine).c_str());
    char text[80];
    if (game_.rival) {
      const PlayedEpisode theirs =
          play_episode(game_.rival->section, *game_.rival->actor, mine.seed);
      std::snprintf(text, sizeof text, "the policy: %.6g in %lld steps", theirs.episode_return,
                    static_cast<long long>(theirs.length));
      lines_.emplace_back(text);
      std::printf("%s\n", text);
    }
    if (!options_.save.empty()) {
      save_episode(options_.save, {game_.title + ", played by hand",
                                   environment_yaml(registry_, game_.section), mine});
      saved_ = true;
      std::printf("%s %s\n", dim("episode").c_str(), options_.save.c_str());
    }
    std::fflush(stdout);
    lines_.emplace_back("space: again    escape: leave");
  }

  void draw() {
    show_.draw(scene_);
    char text[64];
    std::snprintf(text, sizeof text, "Return %.6g", show_.episode().episode_return);
    if (show_.done()) draw_card(scene_, text, lines_);
    if (waiting_) draw_card(scene_, game_.title, {"press a key to begin"});
    window_->show(scene_);
  }

  const Registry& registry_;
  Game& game_;
  const Options& options_;
  Show show_;
  Person person_;
  bool real_time_;
  Scene scene_;
  std::optional<Window> window_;
  std::int64_t number_ = 0;
  bool waiting_ = false;  // for the first key of a real-time episode
  bool saved_ = false;
  double due_ = 0;                   // steps that should have been made by now
  std::vector<std::string> tapped_;  // keys pressed since the last step
  std::vector<std::string> lines_;   // of the card at the end
};

int play(const Registry& registry, const Options& options) {
  if (!options.save.empty()) {
    const fs::path file = options.save;
    if (file.extension() != ".episode")
      throw wrong(file, "expected an episode file's name: it ends in .episode");
    if (!file.parent_path().empty() && !fs::is_directory(file.parent_path()))
      throw wrong(file, "there is no folder " + file.parent_path().string());
  }
  Game game = open_game(registry, options);
  install_stop_handler();
  PlayLoop(registry, game, options).run();
  return 0;
}

}  // namespace

void add_play(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand(
      "play",
      "Play a world yourself, at the keyboard, Go with the mouse too.\n"
      "  sandlot play platformer\n"
      "  sandlot play runs/first-steps/q_learning/1    compares you with its policy");
  sub->add_option("target", options->target,
                  "an environment's name, a config file or a run's folder")
      ->required();
  sub->add_option("--seed", options->seed, "which episodes")->capture_default_str();
  sub->add_option("--set", options->overrides, "path=value, such as environment.levels.file=hills")
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--save", options->save,
                  "an .episode file for the episode, the last one if there are several");
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return play(registry, *options); };
  });
}

}  // namespace sandlot
