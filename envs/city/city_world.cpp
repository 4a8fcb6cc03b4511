#include "envs/city/city_world.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace sandlot::city {
namespace {

constexpr float sight = 100;             // m
constexpr float in_lane = 1.6f;          // m from its centre: others take it for one of the lane's
constexpr float along_lane = 1.0f;       // rad, the same
constexpr float corridor = 1.2f;         // m, half of what others need of a lane
constexpr float off_road_margin = 0.3f;  // m of its middle beyond the lane
constexpr float siren_from = 25, siren_until = 40;  // m
constexpr float siren_patience = 10;                // s in its way

}  // namespace

const char* name_of(Event event) {
  constexpr std::array<const char*, event_count> names = {"collision_pedestrian",
                                                          "collision_vehicle",
                                                          "collision_obstacle",
                                                          "red_light",
                                                          "stop_sign",
                                                          "off_road",
                                                          "on_road",
                                                          "wrong_way",
                                                          "speeding",
                                                          "siren_near",
                                                          "yielded",
                                                          "not_yielded",
                                                          "off_route",
                                                          "blocked",
                                                          "arrived"};
  return names[static_cast<std::size_t>(event)];
}

double Tally::penalty() const {
  const double outside = metres > 1 ? std::min(1.0, metres_outside / metres) : 0;
  return std::pow(0.5, pedestrians) * std::pow(0.6, vehicles) * std::pow(0.65, obstacles) *
         std::pow(0.7, red_lights) * std::pow(0.8, stop_signs) * std::pow(0.7, not_yielded) *
         (1 - outside);
}

World::World(const CitySettings& settings) : settings_(settings) {
  vehicle_.model = settings.car == CarModel::tyres ? VehicleModel::tyres : VehicleModel::kinematic;
  if (settings.weather == Weather::rain) vehicle_.friction *= 0.65f;
  events_.reserve(most_events);
  neighbours_.reserve(64);
}

bool World::endless() const {
  return settings_.task == Task::free_roam || settings_.task == Task::follow_lane ||
         settings_.task == Task::emergency;
}

Box World::car_box() const {
  return Box::of({car_.position, car_.heading}, vehicle_.shape.length, vehicle_.shape.width);
}

void World::start(std::shared_ptr<const TrafficNetwork> network,
                  std::shared_ptr<const Surroundings> surroundings, Seed seed) {
  if (network != network_) router_ = std::make_shared<Router>(network->map());
  network_ = std::move(network);
  surroundings_ = std::move(surroundings);
  random_ = Random(derive(seed, "world"));
  const TrafficDensity& density = settings_.traffic;
  TrafficSettings traffic;
  traffic.vehicles = density.vehicles;
  traffic.vans = density.vans;
  traffic.buses = density.buses;
  traffic.bicycles = density.bicycles;
  const bool called = settings_.task == Task::emergency || density.siren_calls > 0;
  traffic.sirens = std::max(density.sirens, called ? 1 : 0);
  traffic.grip = settings_.weather == Weather::rain ? 0.65f : 1.0f;
  traffic_.start(network_, traffic, derive(seed, "traffic"));
  people_.start(network_, density.pedestrians, derive(seed, "people"), density.jaywalking);
  parked_.assign(map().parking.size(), 0);
  Random parking(derive(seed, "parked"));
  for (Id k = 0; k < static_cast<Id>(parked_.size()); ++k)
    parked_[static_cast<std::size_t>(k)] =
        parking.bernoulli(density.parked) && surroundings_->usable(k);

  tally_ = {};
  outcome_ = Outcome::running;
  ticks_ = 0;
  controls_ = {};
  off_road_ = wrong_way_ = speeding_ = touching_ = stopped_at_line_ = false;
  meeting_ = made_way_ = false;
  blocked_ = progress_ = jerk_ = meeting_time_ = 0;
  limit_ = 13.9f;  // where it begins in no street
  events_.clear();
  place_car(random_);
  traffic_.begin_step();
  tell_traffic();
  find_neighbours();
  see_lane();
}

// A route that turns back in a dead end is none that a car gets round without backing: another one
// is drawn where it can be.
void World::place_car(Random& random) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    draw_place(random);
    bool turns_back = false;
    for (const Id lane : route_.lanes())
      turns_back = turns_back || network_->shape(lane).turn == Turn::u_turn;
    if (endless() || !turns_back) return;
  }
}

void World::draw_place(Random& random) {
  const auto& starts = network_->starts();
  const auto& lengths = network_->start_lengths();
  if (starts.empty()) throw std::runtime_error("the map has no lane to start from");
  const float half = vehicle_.shape.length / 2;
  Id lane = starts.front();
  float s = network_->lane(lane).length / 2;
  for (int attempt = 0; attempt < 200; ++attempt) {
    const double r = random.uniform() * lengths.back();
    const auto which = std::upper_bound(lengths.begin(), lengths.end(), r) - lengths.begin();
    lane = starts[static_cast<std::size_t>(
        std::min(which, static_cast<std::ptrdiff_t>(starts.size()) - 1))];
    const float whole = network_->lane(lane).length;
    s = settings_.task == Task::intersections
            ? std::max(half + 1, whole - 60 + 20 * random.uniform_float())
            : half + 1 + (whole - 2 * half - 6) * random.uniform_float();
    if (!network_->shape(lane).cars) continue;
    s = std::clamp(s, std::min(half + 1, whole / 2), std::max(whole / 2, whole - half - 1));
    bool free = true;
    for (Id w = traffic_.front(lane); w != none && free; w = traffic_.follower(w))
      free = traffic_.s(w) - traffic_.vehicle_length(w) > s + half + 6 ||
             traffic_.s(w) < s - half - 12;
    if (free) break;
  }
  const Pose pose = map().pose(network_->shape(lane), s);
  car_ = {};
  car_.position = pose.position;
  car_.heading = pose.heading;
  switch (settings_.task) {
    case Task::route:
      route_.plan(*network_, *router_, lane, s, settings_.route_low, settings_.route_high, random);
      break;
    case Task::intersections:
      route_.wander(*network_, lane, s, static_cast<double>(network_->lane(lane).length - s) + 10,
                    false, random);
      break;
    default:
      route_.wander(*network_, lane, s, 300, settings_.task == Task::follow_lane, random);
      break;
  }
  route_.locate(map(), car_.position, car_.heading);
}

// For the task `emergency` again and again until they have met, otherwise as often as the settings
// say.
bool World::calls_siren() {
  if (settings_.task == Task::emergency) return tally_.meetings == 0 && ticks_ % 200 == 10;
  const double calls = settings_.traffic.siren_calls;
  return calls > 0 && ticks_ % 10 == 0 && !meeting_ && random_.bernoulli(std::min(1.0, calls / 60));
}

// A siren some 50 m behind the car.
void World::bring_siren() {
  if (!calls_siren()) return;
  const auto siren = static_cast<Id>(traffic_.size()) - 1;
  if (siren < 1 || !traffic_.siren(siren) || lane_ == none) return;
  Id lane = network_->lane(lane_).internal ? network_->lane(lane_).from : lane_;
  float s = lane == lane_ ? lane_s_ - 45 : network_->lane(lane).length - 30;
  for (int steps = 0; s < 8 && steps < 6; ++steps) {
    const auto before = map().predecessors(network_->shape(lane));
    if (before.empty()) return;
    lane = before[random_.below(static_cast<std::uint32_t>(before.size()))];
    s += network_->lane(lane).length;
    if (network_->lane(lane).internal) {
      lane = network_->lane(lane).from;
      s += network_->lane(lane).length;
    }
  }
  s = std::min(s, network_->lane(lane).length - 2);
  if (s > traffic_.vehicle_length(siren)) traffic_.move_to(siren, lane, s, 8);
}

void World::add(Event event) {
  if (events_.size() < most_events) events_.push_back(event);
}

bool World::happened(Event event) const {
  return std::find(events_.begin(), events_.end(), event) != events_.end();
}

void World::step(const Controls& controls) {
  events_.clear();
  controls_ = controls;
  const Vec2 before = car_.position;
  const float felt = car_.acceleration;
  drive(car_, vehicle_, controls, step_time);
  jerk_ = (car_.acceleration - felt) / step_time;
  if (endless() && route_.remaining() < 200)
    route_.extend(*network_, 300, settings_.task == Task::follow_lane, random_);
  route_.locate(map(), car_.position, car_.heading);
  ++ticks_;
  bring_siren();
  tally_.seconds += static_cast<double>(step_time);
  const double moved = static_cast<double>(distance(before, car_.position));
  tally_.metres += moved;

  traffic_.begin_step();
  tell_traffic();
  people_.announce(traffic_);
  traffic_.step(step_time);
  const Box box = car_box();
  people_.step(traffic_, &box, direction(car_.heading) * car_.forward, step_time);
  find_neighbours();
  see_collisions();
  see_lane();
  if (off_road_ || wrong_way_) tally_.metres_outside += moved;
  see_sirens();
  see_end();
}

// Drives it in a lane, others take it for one of the lane's; whatever it covers of further lanes is
// an obstacle there.
void World::tell_traffic() {
  Id lane = none, next = none;
  LanePlace place;
  const Id before_lane = lane_;
  const float before_s = lane_s_;
  if (std::abs(route_.offset()) < in_lane && std::abs(route_.heading_error()) < along_lane) {
    lane = route_.lane();
    place = {lane, route_.s(), route_.offset(), std::abs(route_.offset())};
    if (!network_->lane(lane).internal) {
      next = route_.crossing_after(*network_, route_.index());
      if (next != none && network_->lane(next).from != lane) next = none;
    }
  } else if (const auto near =
                 map().nearest_lane(car_.position, 8, LaneFilter::all, car_.heading)) {
    const float turned =
        wrap_angle(car_.heading - map().pose(network_->shape(near->lane), near->s).heading);
    if (near->distance < in_lane && std::abs(turned) < along_lane) {
      lane = near->lane;
      place = *near;
    }
  }
  lane_ = lane;
  lane_s_ = place.s + vehicle_.shape.length / 2;
  if (ticks_ > 0) {
    // Over a line that it stood or drove before?
    const bool was_before = before_lane != none && !network_->lane(before_lane).internal &&
                            before_s <= network_->lane(before_lane).length;
    const bool over = lane_ == before_lane
                          ? lane_s_ > network_->lane(before_lane == none ? 0 : before_lane).length
                          : lane_ != none && network_->lane(lane_).internal &&
                                network_->lane(lane_).from == before_lane;
    if (was_before && over && !network_->lane(before_lane).internal) {
      Id crossing = lane_ == before_lane ? next : lane_;
      if (crossing == none)
        for (const Id way : map().successors(network_->shape(before_lane))) crossing = way;
      if (crossing != none) {
        const Control control = network_->shape(crossing).control;
        if (control == Control::signal) {
          ++tally_.lights_passed;
          if (traffic_.light(crossing) == Light::red) {
            ++tally_.red_lights;
            add(Event::red_light);
          }
        }
        if (control == Control::stop && !stopped_at_line_) {
          ++tally_.stop_signs;
          add(Event::stop_sign);
        }
      }
      stopped_at_line_ = false;
    }
  }
  if (lane_ != none && !network_->lane(lane_).internal && car_.speed() < 0.3f &&
      network_->lane(lane_).length - lane_s_ < 6)
    stopped_at_line_ = true;
  traffic_.place_learner(lane, lane_s_, std::max(0.0f, car_.forward), next, vehicle_.shape.length,
                         place.offset);
  const auto beside = map().nearest_lane(car_.position, 12);
  if (!beside) return;
  const Lane& here = network_->shape(beside->lane);
  const bool near_end = !here.internal() && (here.length - beside->s < 8 || beside->s < 8);
  if (!here.internal()) {
    const Road& road = at(map().roads, here.road);
    for (Id k = 0; k < road.lane_count; ++k) block_lane(road.first_lane + k);
    if (road.opposite != none) {
      const Road& other = at(map().roads, road.opposite);
      for (Id k = 0; k < other.lane_count; ++k) block_lane(other.first_lane + k);
    }
  }
  if (here.internal() || near_end) {
    Id id = here.intersection;
    if (!here.internal() && beside->s < here.length / 2) id = at(map().roads, here.road).from;
    const Intersection& x = at(map().intersections, id);
    for (Id k = 0; k < x.internal_count; ++k) block_lane(x.first_internal + k);
    if (here.internal()) {
      for (const Id l : map().ids(x.lanes_in)) block_lane(l);
      for (const Id l : map().ids(x.lanes_out)) block_lane(l);
    }
  }
}

void World::block_lane(Id lane) {
  if (lane == lane_) return;
  const LaneFacts& f = network_->lane(lane);
  if (distance(f.centre, car_.position) > f.radius + 6) return;
  const LanePlace p = map().project(lane, car_.position);
  if (p.distance > 6) return;
  const float turned = wrap_angle(car_.heading - map().pose(network_->shape(lane), p.s).heading);
  const float c = std::abs(std::cos(turned)), s = std::abs(std::sin(turned));
  const float across = c * vehicle_.shape.width / 2 + s * vehicle_.shape.length / 2;
  const float along = c * vehicle_.shape.length / 2 + s * vehicle_.shape.width / 2;
  if (p.distance - across > corridor) return;
  traffic_.add_obstacle(lane, p.s - along, std::max(0.0f, car_.forward * std::cos(turned)),
                        Traffic::ObstacleKind::body);
}

void World::find_neighbours() {
  neighbours_.clear();
  for (Id i = 1; i < static_cast<Id>(traffic_.size()); ++i) {
    const LaneFacts& f = network_->lane(traffic_.lane(i));
    const float reach = f.radius + sight;
    const Vec2 to = f.centre - car_.position;
    if (dot(to, to) > reach * reach) continue;
    const Pose pose = traffic_.body(i);
    const Vec2 away = pose.position - car_.position;
    if (dot(away, away) > sight * sight) continue;
    neighbours_.push_back(
        {i, Box::of(pose, traffic_.vehicle_length(i), traffic_.vehicle_width(i))});
  }
}

// Each contact counts once, when it begins.
void World::see_collisions() {
  const Box box = car_box();
  bool touching = false;
  for (const Neighbour& n : neighbours_) {
    if (!overlap(box, n.box)) continue;
    touching = true;
    if (touching_) break;
    ++tally_.vehicles;
    add(Event::collision_vehicle);
    break;
  }
  const Seen seen = surroundings_->touches(box, parked_);
  if (seen != Seen::nothing) {
    if (!touching_ && !touching) {
      ++tally_.obstacles;
      add(Event::collision_obstacle);
    }
    touching = true;
  }
  if (touching && !settings_.ends.collision) {  // it comes to rest against what it hit
    car_.forward *= 0.2f;
    car_.sideways *= 0.2f;
  }
  touching_ = touching;
  for (Id i = 0; i < static_cast<Id>(people_.size()); ++i) {
    if (people_.state(i) == PedestrianState::hit) continue;
    const Vec2 to = people_.position(i) - car_.position;
    if (dot(to, to) > 16 || distance_to(box, people_.position(i)) > pedestrian_radius) continue;
    if (car_.speed() < 0.5f) continue;  // brushed past a car that stands
    people_.knock_down(i);
    ++tally_.pedestrians;
    add(Event::collision_pedestrian);
  }
}

void World::see_lane() {
  const bool was_off = off_road_, was_wrong = wrong_way_, was_speeding = speeding_;
  const Lane& lane = network_->shape(route_.lane());
  const bool on_route =
      std::abs(route_.offset()) < lane.width / 2 && std::abs(route_.heading_error()) < 1.57f;
  off_road_ = wrong_way_ = false;
  if (!lane.internal()) limit_ = lane.speed_limit;  // paths across intersections keep the street's
  if (!on_route) {
    const auto near = map().nearest_lane(car_.position, 10);
    if (!near || near->distance > network_->shape(near->lane).width / 2 + off_road_margin) {
      off_road_ = true;
    } else {
      const Lane& there = network_->shape(near->lane);
      if (!there.internal()) limit_ = there.speed_limit;
      // In an intersection lanes cross, so that only a road's direction can be wrong.
      const float turned = wrap_angle(car_.heading - map().pose(there, near->s).heading);
      wrong_way_ = !there.internal() && std::abs(turned) > 1.57f;
    }
  }
  speeding_ = car_.speed() > limit_ + 1.5f;
  if (off_road_ && !was_off) add(Event::off_road);
  if (!off_road_ && was_off) add(Event::on_road);
  if (wrong_way_ && !was_wrong) add(Event::wrong_way);
  if (speeding_ && !was_speeding) add(Event::speeding);
}

// Whether the car lets a siren pass: it has slowed down or moved aside while it came near.
void World::see_sirens() {
  if (traffic_.size() < 2 || !traffic_.siren(static_cast<Id>(traffic_.size()) - 1)) return;
  bool near = false, gone = true, passed = true;
  for (const Neighbour& n : neighbours_) {
    if (!traffic_.siren(n.vehicle)) continue;
    const Vec2 to = car_.position - n.box.centre;
    const float away = length(to);
    const bool behind_me = dot(to, n.box.ahead) > 0 &&
                           dot(n.box.ahead, direction(car_.heading)) > 0.5f &&
                           std::abs(cross(n.box.ahead, to)) < 6;
    near = near || (behind_me && away < siren_from);
    gone = gone && !(behind_me && away < siren_until);
    const float clear = n.box.half_length + vehicle_.shape.length / 2 + 1;
    passed = passed && !(away < siren_until && dot(to, n.box.ahead) > -clear &&
                         dot(n.box.ahead, direction(car_.heading)) > 0.5f);
  }
  if (near && !meeting_) {
    meeting_ = true;
    made_way_ = false;
    meeting_time_ = 0;
    ++tally_.meetings;
    add(Event::siren_near);
  }
  // Beside its lane's middle it can be passed.
  const float kerb = map().left_hand_traffic ? 1.0f : -1.0f;
  const bool aside = route_.offset() * kerb > 0.5f;
  traffic_.let_learner_aside(!passed && aside);
  if (!meeting_) return;
  meeting_time_ += step_time;
  made_way_ = made_way_ || car_.speed() < 3 || aside;
  const bool in_the_way = meeting_time_ > siren_patience && !made_way_;
  if (!gone && !in_the_way) return;
  meeting_ = false;
  if (made_way_) {
    add(Event::yielded);
  } else {
    ++tally_.not_yielded;
    add(Event::not_yielded);
  }
}

void World::see_end() {
  const double travelled = route_.travelled();
  const bool on_route = std::abs(route_.offset()) < 4;
  progress_ = on_route ? static_cast<float>(std::max(0.0, travelled - tally_.best)) : 0.0f;
  if (endless())
    progress_ = on_route
                    ? std::max(0.0f, car_.forward * step_time * std::cos(route_.heading_error()))
                    : 0.0f;
  if (on_route) tally_.best = std::max(tally_.best, travelled);
  blocked_ = car_.speed() < 0.1f ? blocked_ + step_time : 0;
  if (car_.speed() < 0.1f && lane_ != none) {
    const Id ahead = traffic_.ahead(0);
    const bool queued = ahead != none && traffic_.s(ahead) - lane_s_ < 15;
    const bool at_line =
        !network_->lane(lane_).internal && network_->lane(lane_).length - lane_s_ < 20;
    if (!queued && !at_line) tally_.idle += static_cast<double>(step_time);
  }
  if (settings_.ends.collision &&
      (happened(Event::collision_vehicle) || happened(Event::collision_obstacle) ||
       happened(Event::collision_pedestrian))) {
    outcome_ = Outcome::crashed;
  } else if (!endless() && on_route && route_.remaining() < 2) {
    outcome_ = Outcome::arrived;
    add(Event::arrived);
  } else if (settings_.task == Task::emergency && happened(Event::yielded)) {
    outcome_ = Outcome::arrived;
    add(Event::arrived);
  } else if (static_cast<double>(std::abs(route_.offset())) > settings_.ends.off_route) {
    outcome_ = Outcome::off_route;
    add(Event::off_route);
  } else if (static_cast<double>(blocked_) > settings_.ends.blocked) {
    outcome_ = Outcome::blocked;
    add(Event::blocked);
  }
}

double World::route_share() const {
  if (outcome_ == Outcome::arrived) return 1;
  return std::clamp(tally_.best / std::max(route_.length(), 1.0), 0.0, 1.0);
}

double World::driving_score() const { return route_share() * tally_.penalty(); }

}  // namespace sandlot::city
