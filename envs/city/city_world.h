// The city's rules: the learner's car among traffic and people, its route, what happens to it, and
// how that is scored. Pictures, observations and rewards look at it from outside.
//
// One step is 0.1 s. The car drives first, then traffic and people see it where it is now.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "envs/city/city_route.h"
#include "envs/city/city_surroundings.h"
#include "envs/city/pedestrians.h"
#include "envs/city/settings.h"
#include "envs/city/traffic.h"
#include "envs/city/vehicle.h"

namespace sandlot::city {

constexpr float step_time = 0.1f;        // s
constexpr std::size_t most_events = 32;  // of a step

enum class Event : std::uint8_t {
  collision_pedestrian,
  collision_vehicle,
  collision_obstacle,
  red_light,
  stop_sign,
  off_road,
  on_road,
  wrong_way,
  speeding,
  siren_near,
  yielded,
  not_yielded,
  off_route,
  blocked,
  arrived
};
constexpr int event_count = 15;
const char* name_of(Event event);

enum class Outcome : std::uint8_t { running, arrived, crashed, off_route, blocked };

// What an episode came to, in the terms of the CARLA leaderboard.
struct Tally {
  std::int32_t pedestrians = 0, vehicles = 0, obstacles = 0;  // collisions
  std::int32_t red_lights = 0, lights_passed = 0, stop_signs = 0;
  std::int32_t meetings = 0, not_yielded = 0;  // with sirens
  double seconds = 0, metres = 0;
  double metres_outside = 0;  // of the route's lanes: off the road or against the traffic
  double idle = 0;            // seconds of standing without a cause
  double best = 0;            // metres of the route reached

  // The product of CARLA's factors: pedestrian 0.5, vehicle 0.6, static 0.65, red light 0.7, stop
  // 0.8, not yielding to an emergency vehicle 0.7; times the share of metres inside the lanes.
  double penalty() const;
  // Of the meetings with sirens, in how many it let them pass; 1 where there was none.
  double yield_share() const {
    return meetings > 0 ? 1 - static_cast<double>(not_yielded) / meetings : 1;
  }
};

class World {
 public:
  explicit World(const CitySettings& settings);

  void start(std::shared_ptr<const TrafficNetwork> network,
             std::shared_ptr<const Surroundings> surroundings, Seed seed);
  void step(const Controls& controls);

  const CitySettings& settings() const { return settings_; }
  const CityMap& map() const { return network_->map(); }
  const TrafficNetwork& network() const { return *network_; }
  const Surroundings& surroundings() const { return *surroundings_; }
  const VehicleSettings& vehicle() const { return vehicle_; }
  const VehicleState& car() const { return car_; }
  Box car_box() const;
  const Route& route() const { return route_; }
  const Traffic& traffic() const { return traffic_; }
  const Pedestrians& people() const { return people_; }
  std::span<const std::uint8_t> parked() const { return parked_; }
  // Vehicles within 100 m and their bodies.
  struct Neighbour {
    Id vehicle = none;
    Box box;
  };
  std::span<const Neighbour> neighbours() const { return neighbours_; }

  Outcome outcome() const { return outcome_; }
  const Tally& tally() const { return tally_; }
  double route_share() const;    // of the route's length, at most 1
  double driving_score() const;  // CARLA's, from 0 to 1
  std::span<const Event> events() const { return events_; }
  bool happened(Event event) const;
  const Controls& controls() const { return controls_; }
  std::int64_t ticks() const { return ticks_; }
  bool off_road() const { return off_road_; }
  bool wrong_way() const { return wrong_way_; }
  float limit() const { return limit_; }        // m/s, where it is
  float progress() const { return progress_; }  // m of the route, new in the last step
  float jerk() const { return jerk_; }          // m/s³
  bool stopped_at_line() const { return stopped_at_line_; }
  bool endless() const;  // a route without a destination

  void save(Writer& out) const;
  void load(Reader& in);  // into a world started on the same map

 private:
  void place_car(Random& random);
  void draw_place(Random& random);
  bool calls_siren();
  void bring_siren();
  void tell_traffic();
  void block_lane(Id lane);
  void find_neighbours();
  void see_collisions();
  void see_lane();
  void see_line();
  void see_sirens();
  void see_end();
  void add(Event event);

  CitySettings settings_;
  VehicleSettings vehicle_;
  std::shared_ptr<const TrafficNetwork> network_;
  std::shared_ptr<const Surroundings> surroundings_;
  std::shared_ptr<Router> router_;

  VehicleState car_;
  Controls controls_;
  Route route_;
  Traffic traffic_;
  Pedestrians people_;
  Random random_;
  std::vector<std::uint8_t> parked_;
  Tally tally_;
  Outcome outcome_ = Outcome::running;
  std::int64_t ticks_ = 0;
  Id lane_ = none;    // on which it drives, as it is seen by others
  float lane_s_ = 0;  // of its front
  bool off_road_ = false, wrong_way_ = false, speeding_ = false, touching_ = false;
  bool stopped_at_line_ = false;
  bool meeting_ = false, made_way_ = false;
  float blocked_ = 0, limit_ = 10, progress_ = 0, jerk_ = 0, meeting_time_ = 0;

  std::vector<Event> events_;
  std::vector<Neighbour> neighbours_;
};

}  // namespace sandlot::city
