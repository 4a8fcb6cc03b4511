// City: a car among traffic and people on the streets of a map from OpenStreetMap, a file or a
// generator.
//
// One step is 0.1 s. Actions: see actions.h. The seed alone decides the episode: its town, where it
// begins, the route, all traffic.
#pragma once

#include <memory>

#include "envs/city/city_maps.h"
#include "envs/city/city_world.h"
#include "envs/city/drawing.h"
#include "envs/city/observation.h"
#include "envs/city/settings.h"
#include "sim/core/environment.h"

namespace sandlot {

class City final : public Environment {
 public:
  using Settings = city::CitySettings;

  // Throws std::runtime_error or ArchiveError where a map cannot be read.
  explicit City(const Settings& settings);
  // On one map, whatever the settings say of maps.
  City(const Settings& settings, std::shared_ptr<const city::CityMap> map);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  bool goal_reached() const override { return world_.outcome() == city::Outcome::arrived; }
  void metrics(std::span<double> out) const override;
  void draw(Scene& scene) const override;
  // The action nearest to what the driver by rules wants.
  std::int32_t advised_action() const override;
  bool view_key(std::string_view key) override { return view_.press(key); }
  void save(Writer& out) const override;
  void load(Reader& in) override;

  const city::World& world() const { return world_; }
  // What the driver by rules would do.
  city::Controls advice() const;

 private:
  void describe();
  void enter(std::uint64_t map);

  Settings settings_;
  EnvironmentSpec spec_;
  city::Maps maps_;
  std::uint64_t map_ = 0;  // which of the maps
  bool started_ = false;
  city::World world_;
  city::ViewSettings view_;  // of the picture alone
  mutable city::ObservationScratch scratch_;
};

}  // namespace sandlot
