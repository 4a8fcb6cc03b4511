// Platformer: a side-scroller on levels from files or from a generator.
//
// The agent runs and jumps to the right until it reaches a flag, dies, or is out of time. One step
// is 1/60 s; `action_repeat` makes an agent act less often. The same seed gives the same level and
// the same episode; only with a curriculum does the level also depend on the copy's successes
// before.
#pragma once

#include <memory>

#include "envs/platformer/level_source.h"
#include "envs/platformer/observation.h"
#include "envs/platformer/settings.h"
#include "envs/platformer/world.h"
#include "sim/core/environment.h"

namespace sandlot {

class Platformer final : public Environment {
 public:
  using Settings = platformer::PlatformerSettings;

  // Throws std::runtime_error where a level cannot be read or is broken.
  explicit Platformer(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  bool goal_reached() const override { return world_.outcome() == platformer::Outcome::won; }
  // How far from the start and how high above it the player has been, in tiles.
  void metrics(std::span<double> out) const override;
  void draw(Scene& scene) const override;
  std::optional<ObservationGrid> observation_grid() const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  const platformer::World& world() const { return world_; }
  platformer::World& world() { return world_; }
  double difficulty() const { return difficulty_ / 100.0; }

 private:
  platformer::Buttons buttons_of(const Action& action) const;
  void move_difficulty();

  Settings settings_;
  EnvironmentSpec spec_;
  std::shared_ptr<const platformer::LevelSource> source_;
  platformer::TileView view_;
  platformer::LevelChoice choice_;
  std::int32_t difficulty_ = 0;  // of the next level, in hundredths
  platformer::World world_;
  float start_x_ = 0, start_y_ = 0;   // of the player's feet
  float furthest_ = 0, highest_ = 0;  // from there, so far
};

}  // namespace sandlot
