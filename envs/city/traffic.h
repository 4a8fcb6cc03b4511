// Background traffic: cars, vans, buses, bicycles and vehicles with sirens on the lanes of a map.
//
// Each vehicle is a place on a lane: `s` is the arc length of its front. Speeds follow the
// intelligent driver model (idm.h) behind what is ahead, across the ends of lanes; lanes are
// changed by MOBIL (mobil.h); turns are drawn at random when a road lane is entered. All vehicles
// see the same moment and move together.
//
// Crossing an intersection. A vehicle that comes within its braking distance of the stop line asks
// for its internal lane, and is let in (*committed*) only where
//   - the light is green, and where there is a stop sign it has stopped;
//   - the road lane behind has room for it beside those who are on their way there, so that the
//     intersection stays free;
//   - whoever is committed on a path that conflicts will be gone before it comes;
//   - nobody to whom it must yield would be hindered (gap acceptance by time).
// Otherwise it stops at the line. Inside, the later one waits for whoever was committed earlier:
// the relation "waits for" follows the order of being let in, so that it has no circles, and what
// is inside gets out. Who has waited long may go before those who could still stop, so that nobody
// starves. A vehicle that cannot turn since the street there is full chooses another way.
//
// Whatever else is on the street (people on crossings, the learner's car where it is not driving in
// a lane) is an obstacle, told anew for each step. Vehicle 0 is the learner's car: others see it as
// one of theirs, but it is moved from outside.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "envs/city/column.h"
#include "envs/city/idm.h"
#include "envs/city/mobil.h"
#include "envs/city/traffic_network.h"
#include "sim/core/random.h"

namespace sandlot::city {

enum class VehicleKind : std::uint8_t { learner, car, van, bus, bicycle, ambulance, police };
constexpr int vehicle_kind_count = 7;

struct VehicleClass {
  float length, width;  // m
  Idm idm;
  float fastest;       // m/s
  float speed_factor;  // of the limit
};
const VehicleClass& class_of(VehicleKind kind);

struct TrafficSettings {
  int vehicles = 50;  // without those with sirens
  double vans = 0.1;  // shares; the rest are cars
  double buses = 0.03;
  double bicycles = 0.05;
  int sirens = 0;             // ambulances and police cars, in turn
  double speed_spread = 0.1;  // standard deviation of the share of the limit that is driven
  // Road lanes' metres for each vehicle, at least: fuller streets lock up at the slightest
  // disturbance.
  double metres_each = 25;
  float grip = 1;  // less in rain: gaps and braking distances grow
  Mobil mobil;
};

class Traffic {
 public:
  // Places vehicles at random on open road lanes; as many as there is room for.
  void start(std::shared_ptr<const TrafficNetwork> network, const TrafficSettings& settings,
             Seed seed);

  // --- one step: begin_step(), then what is in the way, then step().
  void begin_step();
  // `rear` is the arc length of its near side, `offset` is to the left of the lane's middle. A
  // place kept free for who waits there counts only for those who can still stop comfortably.
  enum class ObstacleKind : std::uint8_t { body, person, waiting };
  // `vehicle`: which of the traffic it is part of, for which it is none.
  void add_obstacle(Id lane, float rear, float speed, ObstacleKind kind, float offset = 0,
                    Id vehicle = none);
  // Where the learner's car is driving, and the internal lane that it will take (none: unknown).
  // lane none: nowhere in traffic.
  void place_learner(Id lane, float s, float speed, Id next, float length, float offset);
  void step(float dt);
  // Puts a vehicle somewhere else; false, and nothing is done, where there is no room.
  bool move_to(Id i, Id lane, float s, float speed);
  // Whether the learner would be let into an internal lane now, as others are, `rest` metres before
  // its line.
  bool learner_may_cross(Id internal, float rest) const;
  // The learner's car counts as one that made way for sirens.
  void let_learner_aside(bool aside) { aside_[0] = aside; }

  int size() const { return static_cast<int>(lane_.size()); }
  double time() const { return time_; }
  const TrafficNetwork& network() const { return *network_; }
  bool present(Id i) const { return lane_[i] != none; }
  VehicleKind kind(Id i) const { return kind_[i]; }
  Id lane(Id i) const { return lane_[i]; }
  Id next(Id i) const { return next_[i]; }  // of a road lane: the internal lane it will take
  float s(Id i) const { return s_[i]; }
  float speed(Id i) const { return v_[i]; }
  float acceleration(Id i) const { return a_[i]; }
  float vehicle_length(Id i) const { return length_[i]; }
  float vehicle_width(Id i) const { return class_of(kind_[i]).width; }
  float offset(Id i) const { return offset_[i]; }
  float standing(Id i) const { return wait_[i]; }  // seconds below 0.1 m/s
  bool siren(Id i) const {
    return kind_[i] == VehicleKind::ambulance || kind_[i] == VehicleKind::police;
  }
  bool pulled_aside(Id i) const { return aside_[i] != 0; }
  bool changing_lane(Id i) const { return ghost_[i] != none; }
  Id ahead(Id i) const { return ahead_[i]; }
  Id follower(Id i) const { return behind_[i]; }
  Id front(Id lane) const { return front_[lane]; }
  Id rear(Id lane) const { return rear_[lane]; }
  Light light(Id internal_lane) const;
  // Whether it stands before a light that is not green.
  bool at_red(Id i) const;
  // The middle of its body; bodies longer than a lane bend after its path.
  Pose body(Id i) const;
  // Whether all that comes to the crossing could pass `seconds` later, or has stopped for it.
  bool crossing_free(Id crossing, float seconds) const;
  // Whether somebody on foot may step there, `offset` to the left of the lane's middle: no vehicle
  // passes, and none comes that could neither stop nor be so late that he is gone. With
  // `past_standing`, those that stand are no hindrance.
  bool may_step(Id lane, float s, float offset, bool past_standing) const;
  // Whether nothing that moves comes there within so many seconds, or stands there.
  bool free_for(Id lane, float s, float seconds) const;
  bool stands_on(Id crossing) const;  // whether some vehicle does

  double driven() const { return driven_; }            // metres, all vehicles but the learner
  std::int64_t overruns() const { return overruns_; }  // times that one came to its line too fast

  void save(Writer& out) const;
  void load(Reader& in);  // into traffic started on the same network with the same settings

 private:
  struct Obstacle {
    float rear = 0, speed = 0;
    ObstacleKind kind = ObstacleKind::body;
    float offset = 0;
    Id vehicle = none;
    std::int32_t next = none;
  };
  // What one vehicle sees ahead.
  struct View {
    const Idm* idm = nullptr;
    float v = 0;
    float limit = 0;     // m/s
    float pressure = 0;  // the greatest s*/s
    void press(float gap, float speed) {
      pressure = std::max(pressure, idm_pressure(*idm, v, gap, v - speed));
    }
    void slow_to(float speed, float distance) {  // comfortably, by then
      limit = std::min(limit, std::sqrt(speed * speed + 2 * distance * idm->braking * 0.7f));
    }
  };

  // traffic.cpp
  void populate(Random& random);
  void add(VehicleKind kind, Id lane, float s, Random& random);
  void insert(Id i);
  void remove(Id i);
  float acceleration_of(Id i);
  void move(Id i, float dt);
  void enter(Id i, Id lane);
  void choose_turn(Id i);
  Id draw_turn(Id i, Id lane);
  Vec2 place_behind(Id i, float back) const;
  void check_loaded(Reader& in) const;

  // traffic_junctions.cpp
  Id leader_of(Id i) const;
  void look_ahead(Id i, View& view);
  bool admitted(Id i, Id internal, float rest);
  void follow_into(Id i, Id lane, float distance, View& view) const;
  void see_reaching_back(Id i, Id lane, float rest, View& view) const;
  bool passes(Id i, const Obstacle& o) const;
  void see_obstacles(Id i, Id lane, float distance, View& view) const;
  float reach_aside(Id i, Id lane) const;
  bool person_on(Id i, Id internal) const;
  template <class Predicate>
  bool any_on(Id lane, Predicate is_so) const;
  void see_conflicts(Id i, Id internal, float place, View& view) const;
  void see_across(Id i, Id w, View& view) const;
  float zone(Id i) const;
  bool others_on(Id i, Id internal) const;
  bool let_in(Id i, Id internal, float rest);
  bool exit_has_room(Id i, Id internal, int depth) const;
  void turn_elsewhere(Id i);
  void claim(Id i, Id internal);
  void claim_way_out(Id i, Id internal);
  Id claimant_of(Id intersection) const;
  bool may_cross(Id i, Id internal, float rest, bool leaving) const;
  bool conflicts_clear(Id i, const Conflict& c, float rest, bool leaving) const;
  bool goes_before(Id i, std::int32_t slot, float way) const;
  bool stays_on(std::int32_t slot, const Conflict& c) const;
  bool cannot_wait(Id i) const;
  bool next_reserved(Id i, Id internal, float rest);
  bool must_wait(Id i, Id internal, const Conflict& c, float until) const;
  bool comes_from_behind(const Conflict& c, float until) const;
  bool conflicting(Id internal, Id other) const;
  float place_on(std::int32_t slot, Id internal) const;
  void take(std::int32_t slot, Id internal, std::int64_t order);
  void commit(Id i, Id internal, std::int64_t order);
  void withdraw(Id i);
  void release(std::int32_t slot);

  // traffic_lanes.cpp
  void consider_change(Id i);
  bool gain_of(Id i, Id lane, float& gain, float& s) const;
  float behind(Id i, Id leader, float s) const;
  void update_offset(Id i, float dt);

  // traffic_sirens.cpp
  void make_way(float dt);
  void pull_aside(Id siren, float dt);
  bool passed_by_all(Id i) const;
  bool clear_of(Id siren, Id i) const;
  bool held_up(Id i) const;
  void plan_passing(Id siren);
  Id lane_beside(Id lane, float side) const;
  template <class Tell>
  void look_beside(Id siren, float side, float edge, Tell tell) const;
  bool room_beside(Id siren, float aim) const;
  void see_beside(Id siren, View& view) const;
  void block_beside(Id siren);
  bool siren_comes(Id i, Id internal) const;
  bool lets_siren_by(Id i) const;

  std::shared_ptr<const TrafficNetwork> network_;
  TrafficSettings settings_;
  std::array<Idm, vehicle_kind_count> models_;
  Random random_;
  double time_ = 0;
  std::int64_t ticks_ = 0;
  std::int64_t sequence_ = 0;  // of the last one let in
  double driven_ = 0;
  std::int64_t overruns_ = 0;

  // By vehicle.
  Column<VehicleKind> kind_;
  Column<Id> lane_, next_, ahead_, behind_;
  Column<float> s_, v_, a_, length_, factor_, wait_;
  Column<float> offset_;            // to the left of the lane's centre
  Column<Id> past_, past2_;         // lanes that it came over, the last one first
  Column<Id> after_;                // the internal lane after next_ that it keeps a place on
  Column<Id> ghost_;                // the lane that it is leaving sideways
  Column<std::uint8_t> committed_;  // let into next_, or on an internal lane
  Column<std::uint8_t> halted_;     // has stopped at the line
  Column<std::uint8_t> aside_;      // has made way for a siren
  // Of sirens, anew in each step: where in its lane it wants to be, and whether it passes somebody.
  Column<float> aim_;
  Column<std::uint8_t> passing_;

  // By slot, three for each vehicle: 3i for the intersection before or under it, 3i + 1 for the one
  // that its rear is leaving, 3i + 2 for the one after the next where it may not wait between them.
  Column<Id> slot_lane_;
  Column<std::int32_t> slot_next_;
  Column<std::int64_t> slot_order_;

  // By lane.
  Column<Id> front_, rear_;
  Column<std::int32_t> slots_;        // of internal lanes: who is let in
  Column<std::int32_t> claimed_;      // of road lanes: centimetres for those on their way there
  Column<std::int32_t> obstacle_of_;  // the first one
  std::vector<Obstacle> obstacles_;
  std::vector<Id> blocked_lanes_;  // those that have obstacles
  // By intersection: who has waited too long, for which way, and when it last asked.
  Column<Id> claimant_, claimed_way_;
  Column<std::int64_t> claim_tick_;
};

}  // namespace sandlot::city
