// The city's state in archives: all that the future depends on. See city_world.h.
#include <cmath>

#include "envs/city/city_world.h"
#include "sim/core/archive.h"

namespace sandlot::city {

void World::save(Writer& out) const {
  out.tag("city");
  for (const float x : {car_.position.x, car_.position.y, car_.heading, car_.forward, car_.sideways,
                        car_.yaw_rate, car_.steering, car_.acceleration, car_.lateral, car_.slip,
                        controls_.throttle, controls_.brake, controls_.steering, lane_s_, blocked_,
                        limit_, progress_, jerk_, meeting_time_})
    out.write(x);
  for (const bool b :
       {off_road_, wrong_way_, speeding_, touching_, stopped_at_line_, meeting_, made_way_})
    out.write(b);
  for (const std::int32_t n :
       {tally_.pedestrians, tally_.vehicles, tally_.obstacles, tally_.red_lights,
        tally_.lights_passed, tally_.stop_signs, tally_.meetings, tally_.not_yielded, lane_})
    out.write(n);
  for (const double x :
       {tally_.seconds, tally_.metres, tally_.metres_outside, tally_.idle, tally_.best})
    out.write(x);
  out.write(outcome_);
  out.write(ticks_);
  random_.save(out);
  out.write(parked_);
  out.write<std::uint8_t>(static_cast<std::uint8_t>(events_.size()));
  for (const Event event : events_) out.write(event);
  route_.save(out);
  traffic_.save(out);
  people_.save(out);
}

void World::load(Reader& in) {
  in.expect_tag("city");
  for (float* x : {&car_.position.x, &car_.position.y, &car_.heading, &car_.forward, &car_.sideways,
                   &car_.yaw_rate, &car_.steering, &car_.acceleration, &car_.lateral, &car_.slip,
                   &controls_.throttle, &controls_.brake, &controls_.steering, &lane_s_, &blocked_,
                   &limit_, &progress_, &jerk_, &meeting_time_}) {
    in.read(*x);
    if (!(std::abs(*x) < 1e7f)) in.fail("the car's state is damaged");
  }
  for (bool* b :
       {&off_road_, &wrong_way_, &speeding_, &touching_, &stopped_at_line_, &meeting_, &made_way_})
    in.read(*b);
  for (std::int32_t* n :
       {&tally_.pedestrians, &tally_.vehicles, &tally_.obstacles, &tally_.red_lights,
        &tally_.lights_passed, &tally_.stop_signs, &tally_.meetings, &tally_.not_yielded, &lane_})
    in.read(*n);
  if (lane_ < none || lane_ >= static_cast<Id>(network_->size())) in.fail("the car is on no lane");
  for (double* x :
       {&tally_.seconds, &tally_.metres, &tally_.metres_outside, &tally_.idle, &tally_.best}) {
    in.read(*x);
    if (!(std::abs(*x) < 1e12)) in.fail("the city's account is damaged");
  }
  in.read(outcome_);
  in.read(ticks_);
  if (static_cast<int>(outcome_) > static_cast<int>(Outcome::blocked) || ticks_ < 0)
    in.fail("the city's state is damaged");
  random_.load(in);
  const std::size_t places = parked_.size();
  in.read(parked_);
  if (parked_.size() != places) in.fail("it was saved on another map");
  std::uint8_t count = 0;
  in.read(count);
  if (count > most_events) in.fail("there are too many events");
  events_.clear();
  for (int k = 0; k < count; ++k) {
    const auto event = in.read<Event>();
    if (static_cast<int>(event) >= event_count) in.fail("there is no such event");
    events_.push_back(event);
  }
  route_.load(in, *network_);
  traffic_.load(in);
  people_.load(in);
  find_neighbours();
}

}  // namespace sandlot::city
