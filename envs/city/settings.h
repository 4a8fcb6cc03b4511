// What may be configured in the city.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "envs/city/map_generator.h"
#include "sim/core/settings.h"

namespace sandlot::city {

enum class Task : std::uint8_t { route, free_roam, follow_lane, intersections, emergency };
enum class CarModel : std::uint8_t { tyres, kinematic };
enum class ActionKind : std::uint8_t { discrete, continuous, assisted };
enum class ObservationKind : std::uint8_t { features, lidar, kinematics, raster };
enum class Weather : std::uint8_t { clear, rain };

struct TrafficDensity {
  int vehicles = 50;
  int pedestrians = 50;
  double parked = 0.5;  // share of the places for parked cars
  double vans = 0.1, buses = 0.03, bicycles = 0.05;
  int sirens = 0;
  double siren_calls = 0;    // per minute
  double jaywalking = 0.05;  // per person and minute

  void fields(Fields& f);
  void check(Issues& issues) const;
};

struct LidarSettings {
  int rays = 32;
  double range = 50;   // m
  double field = 360;  // degrees
  void fields(Fields& f);
};

struct KinematicsSettings {
  int nearest = 8;
  double range = 60;  // m
  void fields(Fields& f);
};

struct RasterSettings {
  int size = 32;      // cells along a side
  double cell = 1.5;  // m
  void fields(Fields& f);
};

// Weights of the reward; see reward.h.
struct RewardSettings {
  double progress = 0.1;
  double speeding = -0.2;
  double discomfort = -0.01;
  double pedestrian = -50;
  double vehicle = -20;
  double obstacle = -20;
  double red_light = -10;
  double stop_sign = -5;
  double off_road = -1;
  double wrong_way = -1;
  double off_centre = 0;
  double not_yielded = -5;
  double arrival = 20;
  double blocked = -10;
  double time = -0.02;

  void fields(Fields& f);
};

struct EndSettings {
  bool collision = true;
  double off_route = 30;  // m
  double blocked = 180;   // s
  void fields(Fields& f);
};

// Endless towns; see map_generator.h.
struct GeneratorSettings {
  TownKind kind = TownKind::grid;
  double size = 400;
  double density = 0.7;
  bool left_hand_traffic = false;
  std::vector<std::int64_t> seeds = {0, 500};  // [first, end) to draw from; empty: all

  void fields(Fields& f);
  void check(Issues& issues) const;
};

// The map of an episode: a file, one of several drawn by the seed, or a generated town.
struct MapSettings {
  std::string file;
  std::vector<std::string> files;
  GeneratorSettings generator;

  bool generated() const { return file.empty() && files.empty(); }

  void fields(Fields& f);
  void check(Issues& issues) const;
};

struct CitySettings {
  MapSettings map;
  Task task = Task::route;
  double route_low = 200, route_high = 500;  // m
  CarModel car = CarModel::tyres;
  ActionKind actions = ActionKind::discrete;
  TrafficDensity traffic;
  Weather weather = Weather::clear;
  ObservationKind observation = ObservationKind::features;
  LidarSettings lidar;
  KinematicsSettings kinematics;
  RasterSettings raster;
  bool occlusion = false;
  bool autopilot = false;
  RewardSettings reward;
  EndSettings ends;
  double time_limit = 120;  // s

  void fields(Fields& f);
  void check(Issues& issues) const;
};

}  // namespace sandlot::city
