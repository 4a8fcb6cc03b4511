#include "envs/city/settings.h"

namespace sandlot::city {

void TrafficDensity::fields(Fields& f) {
  f.integer("vehicles", vehicles, "other vehicles that drive, as many as the streets have room for",
            sandlot::Range::between(0, 5000));
  f.integer("pedestrians", pedestrians, "people on foot", sandlot::Range::between(0, 5000));
  f.number("parked", parked, "share of the places for parked cars that are taken",
           sandlot::Range::between(0, 1));
  f.number("vans", vans, "share of vans among the vehicles", sandlot::Range::between(0, 1));
  f.number("buses", buses, "share of buses", sandlot::Range::between(0, 1));
  f.number("bicycles", bicycles, "share of bicycles", sandlot::Range::between(0, 1));
  f.number("jaywalking", jaywalking,
           "how often each person beside a street crosses it away from crossings, per minute",
           sandlot::Range::between(0, 10));
  f.integer("sirens", sirens, "ambulances and police cars on duty", sandlot::Range::between(0, 8));
  f.number("siren_calls", siren_calls,
           "how often one of them, of which there is then one at least, is sent up behind the "
           "learner's car, per minute",
           sandlot::Range::between(0, 60));
}

void TrafficDensity::check(Issues& issues) const {
  if (vans + buses + bicycles > 1)
    issues.add("vans", "expected vans, buses and bicycles to be at most 1 together");
}

void LidarSettings::fields(Fields& f) {
  f.integer("rays", rays, "how many, from the right to the left; all around: the first one ahead",
            sandlot::Range::between(4, 360));
  f.number("range", range, "in metres", sandlot::Range::between(5, 200));
  f.number("field", field, "degrees that they are spread over, 360: all around",
           sandlot::Range::between(10, 360));
}

void KinematicsSettings::fields(Fields& f) {
  f.integer("nearest", nearest, "how many road users", sandlot::Range::between(1, 64));
  f.number("range", range, "up to how many metres away", sandlot::Range::between(5, 200));
}

void RasterSettings::fields(Fields& f) {
  f.integer("size", size, "cells along a side; the car is in the middle, a quarter from the bottom",
            sandlot::Range::between(8, 128));
  f.number("cell", cell, "metres along a cell", sandlot::Range::between(0.25, 5));
}

void RewardSettings::fields(Fields& f) {
  f.number("progress", progress, "for each metre of the route");
  f.number("speeding", speeding, "for each second and m/s above the limit");
  f.number("discomfort", discomfort, "for each second and m/s³ of jerk above 2");
  f.number("pedestrian", pedestrian, "for hitting a pedestrian");
  f.number("vehicle", vehicle, "for a collision with a vehicle");
  f.number("obstacle", obstacle, "for driving into a building or a parked car");
  f.number("red_light", red_light, "for passing a red light");
  f.number("stop_sign", stop_sign, "for passing a stop sign without a stop");
  f.number("off_road", off_road, "for each second off the road");
  f.number("wrong_way", wrong_way, "for each second against the traffic");
  f.number("off_centre", off_centre, "for each second and metre beside the middle of its lane");
  f.number("not_yielded", not_yielded, "for being in the way of a siren");
  f.number("arrival", arrival, "for reaching the destination");
  f.number("blocked", blocked, "for standing until the episode ends for it");
  f.number("time", time, "for each second");
}

void EndSettings::fields(Fields& f) {
  f.boolean("collision", collision, "an episode ends with a collision");
  f.number("off_route", off_route, "it ends this many metres off the route",
           sandlot::Range::above(0));
  f.number("blocked", blocked, "it ends after this many seconds below 0.1 m/s",
           sandlot::Range::above(0));
}

void GeneratorSettings::fields(Fields& f) {
  f.choice(
      "kind", kind,
      {{"grid", TownKind::grid}, {"radial", TownKind::radial}, {"organic", TownKind::organic}},
      "straight streets, rings and spokes around a roundabout, or bent streets and odd blocks");
  f.number("size", size, "metres across", sandlot::Range::between(250, 4000));
  f.number("density", density, "how much is built up", sandlot::Range::between(0, 1));
  f.boolean("left_hand_traffic", left_hand_traffic, "they drive on the left");
  f.integers("seeds", seeds,
             "[first, end): the towns to draw from, to keep those to learn in and others apart; "
             "[]: endless, a new town for each episode",
             sandlot::Range::at_least(0));
}

void GeneratorSettings::check(Issues& issues) const {
  if (!seeds.empty() && (seeds.size() != 2 || seeds[0] >= seeds[1]))
    issues.add("seeds", "expected [first, end] with first < end, or []");
}

void MapSettings::fields(Fields& f) {
  f.text("file", file,
         "a town of ours by name (town), a map that was imported (.city), or an OpenStreetMap "
         "extract (.osm, .osm.bz2, .osm.pbf)");
  f.texts("files", files, "several of them: each episode takes one, drawn by its seed");
  // Not conditional, so that a run's map can be replaced by a file from the command line.
  f.section("generator", generator,
            "towns made from a seed, where neither file nor files is given");
}

void MapSettings::check(Issues& issues) const {
  if (!file.empty() && !files.empty()) issues.add("files", "give either file or files");
  IssuesBelow below(issues, "generator");
  generator.check(below);
  for (const auto& name : files)
    if (name.empty()) issues.add("files", "a name is empty");
}

void CitySettings::fields(Fields& f) {
  f.section("map", map, "where it drives");
  f.choice("task", task,
           {{"route", Task::route},
            {"free_roam", Task::free_roam},
            {"follow_lane", Task::follow_lane},
            {"intersections", Task::intersections},
            {"emergency", Task::emergency}},
           "reach a destination, drive on for ever, the same without turning off, cross one "
           "intersection, or let a siren pass");
  f.when(task == Task::route, "task: route", [&] {
    f.number("route_low", route_low, "metres to the destination, at least",
             sandlot::Range::between(20, 20000));
    f.number("route_high", route_high, "metres to the destination, at most",
             sandlot::Range::between(20, 20000));
  });
  f.choice("car", car, {{"tyres", CarModel::tyres}, {"kinematic", CarModel::kinematic}},
           "four tyres that slip, or a bicycle model that does not");
  f.choice("actions", actions,
           {{"discrete", ActionKind::discrete},
            {"continuous", ActionKind::continuous},
            {"assisted", ActionKind::assisted}},
           "five angles of the wheel × brake, roll, throttle; two floats, steering to the left and "
           "throttle (brake below 0); or six accelerations × the lane's middle or its kerb's side, "
           "where lane keeping turns the wheel along the route");
  f.section("traffic", traffic, "who else is on the street");
  f.choice("weather", weather, {{"clear", Weather::clear}, {"rain", Weather::rain}},
           "rain takes a third of the grip");
  f.choice("observation", observation,
           {{"features", ObservationKind::features},
            {"lidar", ObservationKind::lidar},
            {"kinematics", ObservationKind::kinematics},
            {"raster", ObservationKind::raster}},
           "what is ahead as some forty numbers, rays, the nearest road users, or a bird's-eye "
           "view; the car's own state and the route are in all of them");
  f.when(observation == ObservationKind::lidar, "observation: lidar",
         [&] { f.section("lidar", lidar, "its rays"); });
  f.when(observation == ObservationKind::kinematics, "observation: kinematics",
         [&] { f.section("kinematics", kinematics, "whom it shows"); });
  f.when(observation == ObservationKind::raster, "observation: raster",
         [&] { f.section("raster", raster, "its grid"); });
  f.boolean("occlusion", occlusion, "what is behind buildings is not seen");
  f.boolean("autopilot", autopilot,
            "the driver by rules drives, whatever the actions are: a baseline to compare with");
  f.section("reward", reward, "weights of the reward");
  f.section("ends", ends, "what ends an episode besides arriving");
  f.number("time_limit", time_limit, "seconds until an episode is cut off",
           sandlot::Range::between(1, 7200));
}

void CitySettings::check(Issues& issues) const {
  IssuesBelow in_map(issues, "map");
  map.check(in_map);
  IssuesBelow in_traffic(issues, "traffic");
  traffic.check(in_traffic);
  if (task == Task::route && route_low > route_high)
    issues.add("route_low", "expected at most route_high");
}

}  // namespace sandlot::city
