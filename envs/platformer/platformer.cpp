#include "envs/platformer/platformer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "envs/platformer/drawing.h"
#include "envs/platformer/pixels.h"
#include "sim/core/archive.h"

namespace sandlot {
namespace {

using namespace platformer;

struct NamedButtons {
  const char* name;
  const char* keys;
  Buttons buttons;
};

// The first five are `right_only`, the first seven `simple`, all twelve `complex`.
constexpr std::array<NamedButtons, 12> combinations = {{
    {"none", "", {}},
    {"right", "right", {.right = true}},
    {"right jump", "right x", {.right = true, .jump = true}},
    {"right run", "right z", {.right = true, .run = true}},
    {"right run jump", "right x z", {.right = true, .jump = true, .run = true}},
    {"jump", "x", {.jump = true}},
    {"left", "left", {.left = true}},
    {"left jump", "left x", {.left = true, .jump = true}},
    {"left run", "left z", {.left = true, .run = true}},
    {"left run jump", "left x z", {.left = true, .jump = true, .run = true}},
    {"down", "down", {.down = true}},
    {"down jump", "down x", {.down = true, .jump = true}},
}};

int action_count(ActionKind kind) {
  switch (kind) {
    case ActionKind::right_only:
      return 5;
    case ActionKind::simple:
      return 7;
    default:
      return 12;
  }
}

Space observation_space(const PlatformerSettings& settings, const TileView& view) {
  switch (settings.observation) {
    case ObservationKind::tiles:
      return tile_space(view);
    case ObservationKind::features:
      return feature_space();
    case ObservationKind::cells:
      return Space::discrete(cell_count);
    case ObservationKind::pixels:
      break;
  }
  return pixel_space(settings.color);
}

}  // namespace

Platformer::Platformer(const Settings& settings)
    : settings_(settings),
      source_(std::make_shared<const LevelSource>(settings.levels)),
      view_{settings.view_width, settings.view_height, settings.velocities},
      difficulty_(
          static_cast<std::int32_t>(std::lround(settings.levels.generator.difficulty * 100))) {
  spec_.name = "platformer";
  spec_.has_goal = true;
  spec_.metrics = {"distance", "height"};
  spec_.observation = observation_space(settings, view_);
  if (settings.observation == ObservationKind::features) spec_.observation_names = feature_names();
  if (settings.actions == ActionKind::buttons) {
    spec_.action = Space::box({5}, 0, 1);
  } else {
    spec_.action = Space::discrete(action_count(settings.actions));
    for (int i = 0; i < spec_.action.n; ++i) {
      spec_.action_names.emplace_back(combinations[static_cast<std::size_t>(i)].name);
      spec_.action_keys.emplace_back(combinations[static_cast<std::size_t>(i)].keys);
    }
  }
  spec_.step_limit = static_cast<int>(std::lround(settings.time_limit * 60));
  const double clip = settings.reward.clip;
  spec_.reward_high = clip > 0 ? static_cast<float>(clip) : std::numeric_limits<float>::infinity();
  spec_.reward_low = -spec_.reward_high;
  spec_.frames_per_second = 60;
  spec_.real_time = true;
}

void Platformer::move_difficulty() {
  const GeneratorSettings& generator = settings_.levels.generator;
  if (!generator.curriculum || world_.ticks() == 0) return;
  const auto step = static_cast<std::int32_t>(std::lround(generator.curriculum_step * 100));
  if (world_.outcome() == Outcome::won) difficulty_ += step;
  if (world_.outcome() == Outcome::dead) difficulty_ -= (step + 1) / 2;
  difficulty_ = std::clamp(difficulty_, 0, 100);
}

void Platformer::reset(Seed seed) {
  move_difficulty();
  choice_ = source_->choose(seed, difficulty_);
  world_.start(source_->level(choice_), spec_.step_limit);
  start_x_ = world_.player().body.x;
  start_y_ = world_.player().body.y;
  furthest_ = highest_ = 0;
}

void Platformer::metrics(std::span<double> out) const {
  out[0] = static_cast<double>(furthest_);
  out[1] = static_cast<double>(highest_);
}

Buttons Platformer::buttons_of(const Action& action) const {
  if (settings_.actions != ActionKind::buttons)
    return combinations[static_cast<std::size_t>(action.index)].buttons;
  const auto pressed = [&](std::size_t i) { return action.values[i] >= 0.5f; };
  return {pressed(0), pressed(1), pressed(2), pressed(3), pressed(4)};
}

StepResult Platformer::step(Action action) {
  const float x = world_.player().body.x;
  const int coins = world_.coins(), score = world_.score();
  const Outcome outcome = world_.step(buttons_of(action));
  furthest_ = std::max(furthest_, world_.player().body.x - start_x_);
  highest_ = std::max(highest_, world_.player().body.y - start_y_);
  const RewardSettings& weights = settings_.reward;
  double reward = weights.progress * 16 * static_cast<double>(world_.player().body.x - x);
  if (world_.ticks() % 24 == 0) reward += weights.clock;  // 0.4 s
  if (outcome == Outcome::dead) reward += weights.death;
  if (outcome == Outcome::won) reward += weights.goal;
  reward +=
      weights.coin * (world_.coins() - coins) + weights.score * (world_.score() - score) / 100;
  if (weights.clip > 0) reward = std::clamp(reward, -weights.clip, weights.clip);
  return {static_cast<float>(reward),
          outcome == Outcome::running ? Status::running : Status::terminated};
}

void Platformer::observe(std::span<float> out) const {
  switch (settings_.observation) {
    case ObservationKind::tiles:
      observe_tiles(world_, view_, out);
      break;
    case ObservationKind::features:
      observe_features(world_, out);
      break;
    case ObservationKind::cells:
      out[0] = static_cast<float>(observe_cell(world_));
      break;
    case ObservationKind::pixels:
      observe_pixels(world_, settings_.color, out);
      if (settings_.paint_state) paint_state(world_, settings_.color, out);
      break;
  }
}

void Platformer::events(EventSink& sink) const {
  for (const Event event : world_.events()) sink.add(event_name(event));
}

void Platformer::draw(Scene& scene) const { draw_world(world_, scene); }

std::optional<ObservationGrid> Platformer::observation_grid() const {
  switch (settings_.observation) {
    case ObservationKind::tiles:
      return tile_grid(world_, view_);
    case ObservationKind::pixels:
      return pixel_grid(world_, settings_.color);
    default:
      return std::nullopt;
  }
}

void Platformer::save(Writer& out) const {
  out.tag("platformer");
  out.write(choice_.number);
  out.write(choice_.difficulty);
  out.write(difficulty_);
  for (const float v : {start_x_, start_y_, furthest_, highest_}) out.write(v);
  world_.save(out);
}

void Platformer::load(Reader& in) {
  in.expect_tag("platformer");
  LevelChoice choice;
  in.read(choice.number);
  in.read(choice.difficulty);
  in.read(difficulty_);
  for (float* v : {&start_x_, &start_y_, &furthest_, &highest_}) {
    in.read(*v);
    if (!std::isfinite(*v)) in.fail("where the player has been is not finite");
  }
  if (!source_->valid(choice) || difficulty_ < 0 || difficulty_ > 100)
    in.fail("it was saved with other levels");
  if (choice != choice_ || world_.ticks() == 0)
    world_.start(source_->level(choice), spec_.step_limit);
  choice_ = choice;
  world_.load(in);
}

}  // namespace sandlot
